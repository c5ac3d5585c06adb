/* What is cut, for whom, and how the answers lie in memory. */
#include "sim/study/deny.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/demand.h"
#include "sim/process/procure.h"
#include "sim/process/shock.h"
#include "sim/study/deny_inside.h"

static const double CURVE_H[] = {72.0, 3 * 730.0, 12 * 730.0, 24 * 730.0};

/* --- names ------------------------------------------------------------------------------- */

static const struct hanse_kind *kind_of(const struct hanse_denials *d, struct hanse_actor actor)
{
    static const struct hanse_kind *const KINDS[] = {
        &hanse_kind_firm, &hanse_kind_operator, &hanse_kind_jurisdiction, &hanse_kind_bloc};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (hanse_scenario_kind(d->scenario, KINDS[i]->name) == actor.kind) {
            return KINDS[i];
        }
    }
    HANSE_ASSERT(false);
    return NULL;
}

/* Every kind of actor begins with its name and its label. */
struct named {
    const char *name, *label;
};

static const struct named *named_row(const struct hanse_denials *d, struct hanse_actor actor)
{
    const struct hanse_kind *kind = kind_of(d, actor);
    int32_t n;
    const char *rows = hanse_scenario_table(d->scenario, kind, &n);
    return (const struct named *)(const void *)(rows + (size_t)actor.index * kind->size);
}

const char *hanse_denial_actor_name(const struct hanse_denials *d, struct hanse_actor actor)
{
    return named_row(d, actor)->name;
}

const char *hanse_denial_actor_label(const struct hanse_denials *d, struct hanse_actor actor)
{
    const struct named *row = named_row(d, actor);
    return row->label != NULL && row->label[0] != '\0' ? row->label : row->name;
}

const char *hanse_denial_actor_kind(const struct hanse_denials *d, struct hanse_actor actor)
{
    return kind_of(d, actor)->name;
}

const char *hanse_denial_axis_name(int32_t axis)
{
    static const char *const NAMES[] = {
        [HANSE_AXIS_TERRITORY] = "territory", [HANSE_AXIS_OWNERSHIP] = "ownership",
        [HANSE_AXIS_CONTROL] = "control",     [HANSE_AXIS_COORDINATOR] = "coordinator",
        [HANSE_AXIS_SILICON] = "silicon",     [HANSE_AXIS_SPARES] = "spares",
        [HANSE_AXIS_MODEL] = "model",         [HANSE_AXIS_CLOUD] = "cloud",
        [HANSE_AXIS_POWER] = "power",         [HANSE_AXIS_NETWORK] = "network",
        [HANSE_AXIS_PAYMENT] = "payment",     [HANSE_AXIS_ALL] = "all"};
    return NAMES[axis];
}

/* --- who sees whom ----------------------------------------------------------------------- */

static const struct hanse_jurisdiction *jurisdictions(const struct hanse_denials *d, int32_t *n)
{
    return hanse_scenario_table(d->scenario, &hanse_kind_jurisdiction, n);
}

static bool is_member(const struct hanse_jurisdiction *jurisdiction, int32_t bloc)
{
    for (int32_t i = 0; i < jurisdiction->blocs.count; i++) {
        if (jurisdiction->blocs.items[i] == bloc) {
            return true;
        }
    }
    return false;
}

bool hanse__denial_sees(const struct hanse_denials *d, int32_t viewer, int32_t jurisdiction)
{
    struct hanse_actor v = d->viewers[viewer];
    int32_t n;
    if (v.kind == hanse_scenario_kind(d->scenario, "jurisdiction")) {
        return v.index == jurisdiction;
    }
    return is_member(&jurisdictions(d, &n)[jurisdiction], v.index);
}

static int32_t home_of(const struct hanse_denials *d, struct hanse_actor actor)
{
    int32_t n;
    if (actor.kind == hanse_scenario_kind(d->scenario, "firm")) {
        const struct hanse_firm *firms =
            hanse_scenario_table(d->scenario, &hanse_kind_firm, &n);
        return firms[actor.index].home;
    }
    if (actor.kind == hanse_scenario_kind(d->scenario, "operator")) {
        const struct hanse_operator *operators =
            hanse_scenario_table(d->scenario, &hanse_kind_operator, &n);
        return operators[actor.index].home;
    }
    return actor.index;
}

/* A protocol is abroad when some of those who can stop it are. */
static bool stopped_from_abroad(const struct hanse_denials *d, const struct hanse_firm *firm,
                                int32_t viewer)
{
    struct hanse_actor own = d->viewers[viewer];
    int32_t n;
    const struct hanse_jurisdiction *all = jurisdictions(d, &n);
    for (int32_t i = 0; i < firm->stands_for.count; i++) {
        struct hanse_actor at = firm->stands_for.items[i];
        bool same = at.kind == own.kind && at.index == own.index;
        if (at.kind != hanse_scenario_kind(d->scenario, "bloc")) {
            if (!hanse__denial_sees(d, viewer, at.index)) {
                return true;
            }
            continue;
        }
        for (int32_t j = 0; j < n && !same; j++) {
            if (is_member(&all[j], at.index) && !hanse__denial_sees(d, viewer, j)) {
                return true;
            }
        }
    }
    return false;
}

bool hanse_denial_foreign(const struct hanse_denials *d, int32_t actor, int32_t viewer)
{
    struct hanse_actor a = d->actors[actor];
    if (a.kind == hanse_scenario_kind(d->scenario, "firm") && home_of(d, a) < 0) {
        int32_t n_firms;
        const struct hanse_firm *firms =
            hanse_scenario_table(d->scenario, &hanse_kind_firm, &n_firms);
        return stopped_from_abroad(d, &firms[a.index], viewer);
    }
    if (a.kind != hanse_scenario_kind(d->scenario, "bloc")) {
        return !hanse__denial_sees(d, viewer, home_of(d, a));
    }
    /* A bloc is abroad when no member of the viewer is in it. */
    int32_t n;
    const struct hanse_jurisdiction *all = jurisdictions(d, &n);
    for (int32_t j = 0; j < n; j++) {
        if (is_member(&all[j], a.index) && hanse__denial_sees(d, viewer, j)) {
            return false;
        }
    }
    return true;
}

/* --- layout ------------------------------------------------------------------------------ */

/* Takes zeroed memory; *array stays NULL when n is 0. */
static enum hanse_status take(struct hanse_denials *d, void *array, size_t n, size_t size)
{
    void *memory = n > 0 ? hanse__alloc(d->ctx, n, size) : NULL;
    memcpy(array, &memory, sizeof memory);
    return n == 0 || memory != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status list_actors(struct hanse_denials *d)
{
    if (d->noun->actors.count > 0) {
        d->n_actors = d->noun->actors.count;
        HANSE_TRY(take(d, &d->actors, (size_t)d->n_actors, sizeof *d->actors));
        memcpy(d->actors, d->noun->actors.items, (size_t)d->n_actors * sizeof *d->actors);
        return HANSE_OK;
    }
    static const struct hanse_kind *const KINDS[] = {&hanse_kind_firm, &hanse_kind_jurisdiction,
                                                     &hanse_kind_bloc};
    int32_t n[3], total = 0;
    for (int k = 0; k < 3; k++) {
        hanse_scenario_table(d->scenario, KINDS[k], &n[k]);
        total += n[k];
    }
    HANSE_TRY(take(d, &d->actors, (size_t)total, sizeof *d->actors));
    for (int k = 0; k < 3; k++) {
        for (int32_t i = 0; i < n[k]; i++) {
            d->actors[d->n_actors++] =
                (struct hanse_actor){hanse_scenario_kind(d->scenario, KINDS[k]->name), i};
        }
    }
    return HANSE_OK;
}

static enum hanse_status list_viewers(struct hanse_denials *d)
{
    int32_t n_regions, n_jurisdictions;
    const struct hanse_region *regions =
        hanse_scenario_table(d->scenario, &hanse_kind_region, &n_regions);
    jurisdictions(d, &n_jurisdictions);
    int32_t listed = d->noun->viewers.count;
    HANSE_TRY(take(d, &d->viewers, (size_t)(listed > 0 ? listed : n_jurisdictions),
                   sizeof *d->viewers));
    if (listed > 0) {
        d->n_viewers = listed;
        memcpy(d->viewers, d->noun->viewers.items, (size_t)listed * sizeof *d->viewers);
        return HANSE_OK;
    }
    for (int32_t j = 0; j < n_jurisdictions; j++) {
        bool asks = false;
        for (int32_t r = 0; r < n_regions; r++) {
            asks |= regions[r].jurisdiction == j && regions[r].population > 0.0;
        }
        if (asks) {
            d->viewers[d->n_viewers++] =
                (struct hanse_actor){hanse_scenario_kind(d->scenario, "jurisdiction"), j};
        }
    }
    return HANSE_OK;
}

static int32_t find_band(const struct hanse_denials *d, int32_t data_class, int64_t tier)
{
    for (int32_t b = 1; b < d->n_bands; b++) {
        if (d->bands[b].data_class == data_class && d->bands[b].tier == tier) {
            return b;
        }
    }
    return -1;
}

static enum hanse_status list_bands(struct hanse_denials *d)
{
    static const char *const CLASSES[] = {"public", "personal", "confidential", "state"};
    int32_t n;
    const struct hanse_workload *w =
        hanse_scenario_table(d->scenario, &hanse_kind_workload, &n);
    HANSE_TRY(take(d, &d->bands, (size_t)n + 1, sizeof *d->bands));
    d->bands[0] = (struct hanse_denial_band){.name = "all", .data_class = -1};
    d->n_bands = 1;
    for (int32_t i = 0; i < n; i++) {
        if (find_band(d, w[i].data_class, w[i].tier) >= 0) {
            continue;
        }
        struct hanse_denial_band *band = &d->bands[d->n_bands++];
        band->data_class = w[i].data_class;
        band->tier = w[i].tier;
        snprintf(band->text, sizeof band->text, "%s tier %lld", CLASSES[w[i].data_class],
                 (long long)w[i].tier);
        band->name = band->text;
    }
    return HANSE_OK;
}

static void list_points(struct hanse_denials *d)
{
    double lasts = d->noun->lasts_h;
    for (size_t i = 0; i < sizeof CURVE_H / sizeof *CURVE_H && CURVE_H[i] < lasts; i++) {
        d->points_h[d->n_points++] = CURVE_H[i];
    }
    d->points_h[d->n_points++] = lasts;
    d->n_months = (int32_t)(lasts / 730.0);
}

static enum hanse_status list_rows(struct hanse_denials *d)
{
    size_t actors = (size_t)d->n_actors;
    size_t pairs = d->noun->pairs && actors > 1 ? actors * (actors - 1) / 2 : 0;
    HANSE_TRY(take(d, &d->rows, actors * (HANSE_AXIS_ALL + 1) + pairs, sizeof *d->rows));
    /* First the actors on all axes: the headline, and what pairs are compared with. */
    for (int32_t axis = HANSE_AXIS_ALL; axis >= 0; axis--) {
        for (int32_t a = 0; a < d->n_actors; a++) {
            d->rows[d->n_rows++] = (struct hanse_denial_row){
                .cuts = {{d->actors[a], axis}}, .n_cuts = 1, .actors = {a, -1}};
        }
    }
    for (int32_t a = 0; pairs > 0 && a < d->n_actors; a++) {
        for (int32_t b = a + 1; b < d->n_actors; b++) {
            d->rows[d->n_rows++] = (struct hanse_denial_row){
                .cuts = {{d->actors[a], HANSE_AXIS_ALL}, {d->actors[b], HANSE_AXIS_ALL}},
                .n_cuts = 2,
                .actors = {a, b}};
        }
    }
    return HANSE_OK;
}

/* Which rows have to be simulated: those whose footprint is new and not empty. */
static void share_rows(struct hanse_denials *d, const uint8_t *prints, size_t size)
{
    for (int32_t r = 0; r < d->n_rows; r++) {
        const uint8_t *own = prints + (size_t)r * size;
        bool touches = false;
        for (size_t i = 0; i < size; i++) {
            touches |= own[i] != 0;
        }
        int32_t first = 0;
        while (first < r && memcmp(prints + (size_t)first * size, own, size) != 0) {
            first++;
        }
        d->rows[r].same_as = touches ? first : -1;
        d->n_untouched += !touches;
        d->n_shared += touches && first < r;
        d->n_simulated += touches && first == r;
    }
}

static enum hanse_status find_footprints(struct hanse_denials *d, struct hanse_worker *worker)
{
    HANSE_TRY(hanse_worker_start(worker, d->scenario, &d->layout, d->seed, 0, true));
    size_t size = hanse_worker_footprint_size(worker);
    uint8_t *prints = NULL;
    HANSE_TRY(take(d, &prints, (size_t)d->n_rows * size + 1, 1));
    for (int32_t r = 0; r < d->n_rows; r++) {
        hanse_worker_footprint(worker, d->rows[r].cuts, (size_t)d->rows[r].n_cuts,
                               prints + (size_t)r * size);
    }
    share_rows(d, prints, size);
    hanse__free(prints);
    return HANSE_OK;
}

static enum hanse_status take_results(struct hanse_denials *d)
{
    size_t n = d->n_replications, rows = (size_t)d->n_rows;
    size_t block = hanse__denial_block(d), months = hanse__denial_month_block(d);
    HANSE_TRY(take(d, &d->demand, n * block, sizeof(double)));
    HANSE_TRY(take(d, &d->undisturbed, n * block, sizeof(double)));
    HANSE_TRY(take(d, &d->denied, rows * n * block, sizeof(double)));
    HANSE_TRY(take(d, &d->month_demand, n * months, sizeof(double)));
    HANSE_TRY(take(d, &d->month_undisturbed, n * months, sizeof(double)));
    size_t viewers = n * (size_t)d->n_viewers;
    HANSE_TRY(take(d, &d->ledger, viewers * HANSE_LEDGER_FIGURES, sizeof(double)));
    HANSE_TRY(take(d, &d->systems, viewers * HANSE_SYSTEMS * (size_t)d->n_jurisdictions,
                   sizeof(double)));
    return take(d, &d->month_denied, rows * n * months, sizeof(double));
}

static enum hanse_status lay_out(struct hanse_denials *d, int32_t index,
                                 const struct hanse_hook_maker *hooks)
{
    int32_t n;
    const struct hanse_denial *nouns =
        hanse_scenario_table(d->scenario, &hanse_kind_denial, &n);
    if (index < 0 || index >= n) {
        return hanse__fail(d->ctx, HANSE_ERR_INPUT,
                           "the scenario must declare what to deny: denial{name = …, at = …, "
                           "lasts = …, floor = …}");
    }
    d->noun = &nouns[index];
    jurisdictions(d, &d->n_jurisdictions);
    HANSE_TRY(hanse_layout_init(d->ctx, d->scenario, &d->layout));
    HANSE_TRY(list_actors(d));
    HANSE_TRY(list_viewers(d));
    HANSE_TRY(list_bands(d));
    list_points(d);
    HANSE_TRY(list_rows(d));
    struct hanse_worker *worker = NULL;
    HANSE_TRY(hanse_worker_create(d->ctx, &worker));
    hanse_worker_hooks(worker, hooks);
    enum hanse_status status = find_footprints(d, worker);
    hanse_worker_destroy(worker);
    HANSE_TRY(status);
    return take_results(d);
}

/* An announcement that nobody hears would change nothing and look as if it did. */
static enum hanse_status check_notice(const struct hanse_denials *d, int32_t index)
{
    static const char *const WORDS[] = {"adapt", "operate", "frozen"};
    int32_t n;
    const struct hanse_procurement *p =
        hanse_scenario_table(d->scenario, &hanse_kind_procurement, &n);
    bool heard = false;
    for (int32_t i = 0; i < n; i++) {
        heard |=
            p[i].policy == HANSE_PROCURE_KEEP_OPTION || hanse_policy_hook(p[i].policy) >= 0;
    }
    if (d->noun->notice_h <= 0.0 || (heard && d->recourse == HANSE_RECOURSE_ADAPT)) {
        return HANSE_OK;
    }
    return d->recourse != HANSE_RECOURSE_ADAPT
               ? hanse_scenario_reject(d->scenario, &hanse_kind_denial, index, "notice",
                                       "does nothing here: only policies with recourse adapt "
                                       "hear it, and recourse is %s",
                                       WORDS[d->recourse])
               : hanse_scenario_reject(d->scenario, &hanse_kind_denial, index, "notice",
                                       "does nothing here: no procurement keeps an option or "
                                       "is a function, so nobody hears it");
}

enum hanse_status hanse_deny(struct hanse_context *ctx, const struct hanse_scenario *scenario,
                             int32_t index, const struct hanse_deny_options *options,
                             struct hanse_denials *denials)
{
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    *denials = (struct hanse_denials){.ctx = ctx, .scenario = scenario};
    denials->seed = (uint64_t)settings->seed;
    denials->n_replications = options->replications;
    HANSE_TRY(lay_out(denials, index, &options->hooks));
    denials->recourse = (enum hanse_recourse)(options->recourse >= 0 ? options->recourse
                                                                     : denials->noun->recourse);
    HANSE_TRY(check_notice(denials, index));
    return hanse__denial_run(denials, options);
}

void hanse_denials_fini(struct hanse_denials *d)
{
    hanse_layout_fini(&d->layout);
    void *const blocks[] = {d->actors,       d->viewers,           d->bands,  d->rows,
                            d->demand,       d->undisturbed,       d->denied, d->month_demand,
                            d->month_denied, d->month_undisturbed, d->ledger, d->systems};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        hanse__free(blocks[i]);
    }
}
