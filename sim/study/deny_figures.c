/* What the experiments' work means: shares, exposures, survival, and who hurts most. */
#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/study/deny_inside.h"

static const double CONFIDENCE = 0.95;

/* Served and demanded work of a replication in a cell; row -1: undisturbed. */
static double share_of(const struct hanse_denials *d, int32_t row, uint32_t replication,
                       size_t cell)
{
    size_t block = hanse__denial_block(d);
    size_t at = (size_t)replication * block + cell;
    const double *served =
        row < 0 ? d->undisturbed : d->denied + (size_t)row * d->n_replications * block;
    return d->demand[at] > 0.0 ? served[at] / d->demand[at] : NAN;
}

struct hanse_interval hanse__denial_share_interval(const struct hanse_tally *tally)
{
    return hanse_interval_within(hanse_tally_interval(tally, CONFIDENCE), 0.0, 1.0);
}

bool hanse_denial_asks(const struct hanse_denials *d, int32_t viewer, int32_t band)
{
    size_t block = hanse__denial_block(d);
    size_t cell = hanse__denial_cell(d, viewer, band, d->n_points - 1);
    for (uint32_t i = 0; i < d->n_replications; i++) {
        if (d->demand[(size_t)i * block + cell] > 0.0) {
            return true;
        }
    }
    return false;
}

struct hanse_denial_figures hanse_denial_figures(const struct hanse_denials *d, int32_t row,
                                                 int32_t viewer, int32_t band, int32_t point)
{
    size_t cell = hanse__denial_cell(d, viewer, band, point);
    struct hanse_tally b = {0}, k = {0}, e = {0};
    for (uint32_t i = 0; i < d->n_replications; i++) {
        double undisturbed = share_of(d, -1, i, cell), assured = share_of(d, row, i, cell);
        hanse_tally_add(&b, undisturbed);
        hanse_tally_add(&k, assured);
        hanse_tally_add(&e, undisturbed - assured);
    }
    return (struct hanse_denial_figures){
        .undisturbed = hanse__denial_share_interval(&b),
        .assured = hanse__denial_share_interval(&k),
        .exposure = hanse_interval_within(hanse_tally_interval(&e, CONFIDENCE), -1.0, 1.0)};
}

/* Mean over replications of K in row a less K in row b, and its spread. */
static struct hanse_tally difference(const struct hanse_denials *d, int32_t a, int32_t b,
                                     size_t cell)
{
    struct hanse_tally tally = {0};
    for (uint32_t i = 0; i < d->n_replications; i++) {
        hanse_tally_add(&tally, share_of(d, a, i, cell) - share_of(d, b, i, cell));
    }
    return tally;
}

struct hanse_interval hanse_denial_synergy(const struct hanse_denials *d, int32_t row,
                                           int32_t viewer, int32_t band)
{
    const struct hanse_denial_row *pair = &d->rows[row];
    HANSE_ASSERT(pair->n_cuts == 2);
    size_t cell = hanse__denial_cell(d, viewer, band, d->n_points - 1);
    /* The rows of single actors on all axes come first, in the actors' order. E(ab) - E(a) is
     * K(a) - K(ab); against the greater exposure it is the smaller of the two. */
    struct hanse_tally a = difference(d, pair->actors[0], row, cell);
    struct hanse_tally b = difference(d, pair->actors[1], row, cell);
    return hanse_tally_interval(a.mean < b.mean ? &a : &b, CONFIDENCE);
}

/* --- survival ---------------------------------------------------------------------------- */

struct hanse_interval hanse_denial_month(const struct hanse_denials *d, int32_t row,
                                         int32_t viewer, int32_t month)
{
    size_t block = hanse__denial_month_block(d);
    size_t cell = (size_t)viewer * (size_t)d->n_months + (size_t)month;
    const double *served = row < 0 ? d->month_undisturbed
                                   : d->month_denied + (size_t)row * d->n_replications * block;
    struct hanse_tally tally = {0};
    for (uint32_t i = 0; i < d->n_replications; i++) {
        size_t at = (size_t)i * block + cell;
        hanse_tally_add(&tally,
                        d->month_demand[at] > 0.0 ? served[at] / d->month_demand[at] : NAN);
    }
    return hanse__denial_share_interval(&tally);
}

int32_t hanse_denial_survival(const struct hanse_denials *d, int32_t row, int32_t viewer,
                              double floor)
{
    for (int32_t month = 0; month < d->n_months; month++) {
        if (hanse_denial_month(d, row, viewer, month).mean < floor) {
            return month;
        }
    }
    return -1;
}

/* --- who hurts most ---------------------------------------------------------------------- */

static double assured_mean(const struct hanse_denials *d, int32_t row, size_t cell)
{
    struct hanse_tally k = {0};
    for (uint32_t i = 0; i < d->n_replications; i++) {
        hanse_tally_add(&k, share_of(d, row, i, cell));
    }
    return k.mean;
}

/* Rows of single actors on all axes by rising mean K; ties keep the actors' order. */
static void rank_rows(const struct hanse_denials *d, struct hanse_denial_worst *worst,
                      int32_t viewer, size_t cell, bool foreign)
{
    for (int32_t a = 0; a < d->n_actors; a++) {
        if (hanse_denial_foreign(d, a, viewer) != foreign) {
            continue;
        }
        double own = assured_mean(d, a, cell);
        int32_t at = worst->n++;
        for (; at > 0 && assured_mean(d, worst->ranked[at - 1], cell) > own; at--) {
            worst->ranked[at] = worst->ranked[at - 1];
        }
        worst->ranked[at] = a;
    }
}

/* The first rows that cannot be told from the worst; the rest is surely better. */
static void select_worst(const struct hanse_denials *d, struct hanse_denial_worst *worst,
                         size_t cell)
{
    double each = 1.0 - 2.0 * (1.0 - CONFIDENCE) / fmax(1.0, worst->n - 1);
    worst->n_tied = 1;
    for (int32_t i = 1; i < worst->n; i++) {
        struct hanse_tally more = difference(d, worst->ranked[i], worst->ranked[0], cell);
        struct hanse_interval x = hanse_tally_interval(&more, each);
        if (!(x.low > 0.0)) {
            worst->n_tied = i + 1;
        }
    }
}

static void bound_worst(const struct hanse_denials *d, struct hanse_denial_worst *worst,
                        int32_t viewer, int32_t band)
{
    size_t cell = hanse__denial_cell(d, viewer, band, d->n_points - 1);
    double each = 1.0 - (1.0 - CONFIDENCE) / worst->n;
    worst->assured = assured_mean(d, worst->ranked[0], cell);
    worst->low = worst->high = INFINITY;
    for (int32_t i = 0; i < worst->n; i++) {
        struct hanse_tally k = {0};
        for (uint32_t r = 0; r < d->n_replications; r++) {
            hanse_tally_add(&k, share_of(d, worst->ranked[i], r, cell));
        }
        struct hanse_interval x = hanse_tally_interval(&k, each);
        worst->low = fmin(worst->low, fmax(x.low, 0.0));
        worst->high = fmin(worst->high, fmin(x.high, 1.0));
    }
}

/* The axis on which the worst actor hurts most by itself; ties go to the first in the list. */
static int32_t find_axis(const struct hanse_denials *d, int32_t actor, size_t cell)
{
    int32_t through = -1;
    double least = INFINITY;
    for (int32_t row = d->n_rows - 1; row >= 0; row--) {
        const struct hanse_denial_row *r = &d->rows[row];
        bool single = r->n_cuts == 1 && r->actors[0] == actor && row >= d->n_actors;
        double k = single ? assured_mean(d, row, cell) : INFINITY;
        if (single && k < least) {
            least = k;
            through = row;
        }
    }
    return through;
}

enum hanse_status hanse_denial_worst(const struct hanse_denials *d, int32_t viewer,
                                     int32_t band, bool foreign,
                                     struct hanse_denial_worst *worst)
{
    size_t cell = hanse__denial_cell(d, viewer, band, d->n_points - 1);
    *worst = (struct hanse_denial_worst){.through = -1};
    worst->ranked = hanse__alloc(d->ctx, (size_t)d->n_actors + 1, sizeof *worst->ranked);
    if (worst->ranked == NULL) {
        return HANSE_ERR_MEMORY;
    }
    rank_rows(d, worst, viewer, cell, foreign);
    if (worst->n == 0) {
        return HANSE_OK;
    }
    select_worst(d, worst, cell);
    bound_worst(d, worst, viewer, band);
    worst->through = find_axis(d, worst->ranked[0], cell);
    return HANSE_OK;
}

void hanse_denial_worst_fini(struct hanse_denial_worst *worst)
{
    hanse__free(worst->ranked);
    worst->ranked = NULL;
}
