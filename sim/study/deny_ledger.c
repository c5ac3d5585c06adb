/* The control ledger as viewers see it. */
#include <math.h>

#include "sim/study/deny_inside.h"

enum { MONTH_H = 730 };

/* A column's item over the months of the denial. */
struct reading {
    const struct hanse_denials *d;
    const double *series;
};

static double over_months(const struct reading *r, const char *output, int32_t item)
{
    const struct hanse_denials *d = r->d;
    const struct hanse_column *c = &d->layout.columns[hanse_layout_find(&d->layout, output)];
    int32_t first = (int32_t)(d->noun->at_h / MONTH_H);
    double sum = 0.0;
    for (int32_t m = first; m < first + d->n_months; m++) {
        sum += r->series[c->offset + (size_t)m * (size_t)c->n_items + (size_t)item];
    }
    return sum;
}

/* Over the jurisdictions the viewer sees as its own. */
static double of_members(const struct reading *r, const char *output, int32_t viewer)
{
    double sum = 0.0;
    for (int32_t j = 0; j < r->d->n_jurisdictions; j++) {
        sum += hanse__denial_sees(r->d, viewer, j) ? over_months(r, output, j) : 0.0;
    }
    return sum;
}

/* Work of the viewer's people in a column of an output [jurisdiction × jurisdiction]. */
static double of_system(const struct reading *r, const char *output, int32_t viewer,
                        int32_t system)
{
    double sum = 0.0;
    for (int32_t j = 0; j < r->d->n_jurisdictions; j++) {
        sum += hanse__denial_sees(r->d, viewer, j)
                   ? over_months(r, output, j * r->d->n_jurisdictions + system)
                   : 0.0;
    }
    return sum;
}

/* The same over the columns that are the viewer's own, of an output whose columns part it. */
static double of_own_systems(const struct reading *r, const char *output, int32_t viewer)
{
    double sum = 0.0;
    for (int32_t j = 0; j < r->d->n_jurisdictions; j++) {
        sum += hanse__denial_sees(r->d, viewer, j) ? of_system(r, output, viewer, j) : 0.0;
    }
    return sum;
}

static bool is_bloc(const struct hanse_denials *d, int32_t viewer)
{
    return d->viewers[viewer].kind == hanse_scenario_kind(d->scenario, "bloc");
}

static double foreign_reach(const struct reading *r, int32_t viewer)
{
    const struct hanse_denials *d = r->d;
    if (!is_bloc(d, viewer)) {
        return of_members(r, "work_in_foreign_reach", viewer);
    }
    int32_t n_blocs;
    double sum = 0.0;
    hanse_scenario_table(d->scenario, &hanse_kind_bloc, &n_blocs);
    for (int32_t j = 0; j < d->n_jurisdictions; j++) {
        int32_t item = j * n_blocs + d->viewers[viewer].index;
        sum += hanse__denial_sees(d, viewer, j) ? over_months(r, "work_in_reach_outside", item)
                                                : 0.0;
    }
    return sum;
}

static void read_figures(const struct reading *r, int32_t viewer, double served, double *to)
{
    static const struct {
        enum hanse_denial_ledger figure;
        const char *output;
        bool of_one; /* says nothing of a bloc */
    } OUTPUTS[] = {{HANSE_LEDGER_OWN_VETO, "work_own_veto", true},
                   {HANSE_LEDGER_FOREIGN_VETO, "work_foreign_veto", true},
                   {HANSE_LEDGER_LOGS, "work_logged", false},
                   {HANSE_LEDGER_FIRMWARE, "work_open_firmware", false},
                   {HANSE_LEDGER_RESULTS, "work_verified", false},
                   {HANSE_LEDGER_AUDITABLE, "work_auditable", false},
                   {HANSE_LEDGER_BLOCKING, "work_blockers", false}};
    to[HANSE_LEDGER_AT_HOME] = of_own_systems(r, "work_on_territory", viewer) / served;
    to[HANSE_LEDGER_OWNED_AT_HOME] = of_own_systems(r, "work_owned_in", viewer) / served;
    to[HANSE_LEDGER_FOREIGN_REACH] = foreign_reach(r, viewer) / served;
    to[HANSE_LEDGER_OWN_VOTES] = of_own_systems(r, "work_under_votes", viewer) / served;
    for (size_t i = 0; i < sizeof OUTPUTS / sizeof *OUTPUTS; i++) {
        bool nothing = OUTPUTS[i].of_one && is_bloc(r->d, viewer);
        to[OUTPUTS[i].figure] =
            nothing ? NAN : of_members(r, OUTPUTS[i].output, viewer) / served;
    }
}

void hanse__denial_read_ledger(struct hanse_denials *d, const double *series,
                               uint32_t replication)
{
    static const char *const OUTPUTS[HANSE_SYSTEMS] = {"work_on_territory", "work_in_reach",
                                                       "work_owned_in", "work_under_votes"};
    const struct reading r = {d, series};
    size_t at = (size_t)replication * (size_t)d->n_viewers;
    for (int32_t v = 0; v < d->n_viewers; v++, at++) {
        double served = of_members(&r, "work_served", v); /* nothing: NaN */
        read_figures(&r, v, served, d->ledger + at * HANSE_LEDGER_FIGURES);
        double *to = d->systems + at * HANSE_SYSTEMS * (size_t)d->n_jurisdictions;
        for (int s = 0; s < HANSE_SYSTEMS; s++) {
            for (int32_t j = 0; j < d->n_jurisdictions; j++) {
                *to++ = of_system(&r, OUTPUTS[s], v, j) / served;
            }
        }
    }
}

/* Over the replications that say something: `stride` values apart. */
static struct hanse_tally over_replications(const struct hanse_denials *d, const double *from,
                                            size_t stride)
{
    struct hanse_tally tally = {0};
    for (uint32_t i = 0; i < d->n_replications; i++) {
        hanse_tally_add(&tally, from[(size_t)i * stride]);
    }
    return tally;
}

struct hanse_interval hanse_denial_ledger(const struct hanse_denials *d, int32_t viewer,
                                          enum hanse_denial_ledger figure)
{
    size_t per_viewer = HANSE_LEDGER_FIGURES;
    struct hanse_tally tally = over_replications(
        d, d->ledger + (size_t)viewer * per_viewer + figure, (size_t)d->n_viewers * per_viewer);
    return figure == HANSE_LEDGER_BLOCKING ? hanse_tally_interval(&tally, 0.95)
                                           : hanse__denial_share_interval(&tally);
}

struct hanse_interval hanse_denial_system(const struct hanse_denials *d, int32_t viewer,
                                          enum hanse_denial_system system, int32_t jurisdiction)
{
    size_t n = (size_t)d->n_jurisdictions, per_viewer = HANSE_SYSTEMS * n;
    size_t at = (size_t)viewer * per_viewer + (size_t)system * n + (size_t)jurisdiction;
    struct hanse_tally tally =
        over_replications(d, d->systems + at, (size_t)d->n_viewers * per_viewer);
    return hanse__denial_share_interval(&tally);
}

const char *hanse_denial_ledger_name(enum hanse_denial_ledger figure)
{
    static const char *const NAMES[HANSE_LEDGER_FIGURES] = {
        [HANSE_LEDGER_AT_HOME] = "at_home",
        [HANSE_LEDGER_OWNED_AT_HOME] = "owned_at_home",
        [HANSE_LEDGER_FOREIGN_REACH] = "foreign_reach",
        [HANSE_LEDGER_OWN_VOTES] = "own_votes",
        [HANSE_LEDGER_OWN_VETO] = "own_veto",
        [HANSE_LEDGER_FOREIGN_VETO] = "foreign_veto",
        [HANSE_LEDGER_LOGS] = "logged",
        [HANSE_LEDGER_FIRMWARE] = "open_firmware",
        [HANSE_LEDGER_RESULTS] = "verified",
        [HANSE_LEDGER_AUDITABLE] = "auditable",
        [HANSE_LEDGER_BLOCKING] = "blocking_minority"};
    return NAMES[figure];
}
