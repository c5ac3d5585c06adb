#include "sim/stats/reliability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/distribution.h"

/* Capacities closer than this share of the installed one are the same: 0.1 + 0.2 is 0.3. */
#define SAME 1e-12

enum { MOST_PAIRS = 1 << 24, DAY_H = 24, DAYS = 365 };

/* --- arguments ---------------------------------------------------------------------------- */

static enum hanse_status check_group(struct hanse_context *ctx,
                                     const struct hanse_unit_group *group, size_t i)
{
    if (!(group->capacity >= 0.0) || !isfinite(group->capacity)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "units: capacity of group %zu must be >= 0 and finite, got %g",
                           i + 1, group->capacity);
    }
    if (!(group->availability >= 0.0 && group->availability <= 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "units: availability of group %zu must be in [0, 1], got %g", i + 1,
                           group->availability);
    }
    if (group->count < 0 || group->count >= HANSE_CAPACITY_STATES) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "units: count of group %zu must be in 0..%d, got %lld", i + 1,
                           HANSE_CAPACITY_STATES - 1, (long long)group->count);
    }
    if (!(group->down_h >= 0.0) || !isfinite(group->down_h)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "units: time down of group %zu must be >= 0 and finite, got %g",
                           i + 1, group->down_h);
    }
    return HANSE_OK;
}

static enum hanse_status check_cause(struct hanse_context *ctx,
                                     const struct hanse_common_cause *cause)
{
    if (!(cause->probability >= 0.0 && cause->probability < 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "common cause: probability must be in [0, 1), got %g",
                           cause->probability);
    }
    if (!(cause->down_h >= 0.0) || !isfinite(cause->down_h)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "common cause: time must be >= 0 and finite, got %g", cause->down_h);
    }
    return HANSE_OK;
}

static enum hanse_status check_load(struct hanse_context *ctx, const double *load, size_t n)
{
    if (n == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "load: must have at least one hour, got 0");
    }
    for (size_t i = 0; i < n; i++) {
        if (!(load[i] >= 0.0) || !isfinite(load[i])) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "load: hour %zu must be >= 0 and finite, got %g", i + 1,
                               load[i]);
        }
    }
    return HANSE_OK;
}

/* --- the table ---------------------------------------------------------------------------- */

/* k of n units up. A unit that never fails, or never works, has no transitions. */
static void fill_group(const struct hanse_unit_group *group, struct hanse_capacity_table *table)
{
    double a = group->availability;
    bool moves = group->down_h > 0.0 && a > 0.0 && a < 1.0;
    double repairs = moves ? 1.0 / group->down_h : 0.0;
    double failures = moves ? repairs * (1.0 - a) / a : 0.0;
    for (int64_t k = 0; k <= group->count; k++) {
        double p = hanse_binomial_mass(k, group->count, a);
        if (p > 0.0) {
            table->states[table->n++] = (struct hanse_capacity_state){
                .capacity = (double)k * group->capacity,
                .probability = p,
                .rise = p * (double)(group->count - k) * repairs,
                .fall = p * (double)k * failures,
            };
        }
    }
}

static int by_capacity(const void *left, const void *right)
{
    const struct hanse_capacity_state *a = left, *b = right;
    return (a->capacity > b->capacity) - (a->capacity < b->capacity);
}

/* Sorts and adds up states of the same capacity. */
static void merge_states(struct hanse_capacity_table *table)
{
    struct hanse_capacity_state *s = table->states;
    qsort(s, table->n, sizeof *s, by_capacity);
    size_t kept = 0;
    for (size_t i = 1; i < table->n; i++) {
        if (s[i].capacity - s[kept].capacity <= SAME * table->installed) {
            s[kept].probability += s[i].probability;
            s[kept].rise += s[i].rise;
            s[kept].fall += s[i].fall;
        } else {
            s[++kept] = s[i];
        }
    }
    table->n = table->n > 0 ? kept + 1 : 0;
}

static enum hanse_status too_many(struct hanse_context *ctx, double states)
{
    return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                       "units: their capacities must share a step, got some %.0f states of at "
                       "most %d; round the capacities",
                       states, HANSE_CAPACITY_STATES);
}

/* The table with a group more: probabilities multiply, either side may move. */
static enum hanse_status convolve(struct hanse_context *ctx, struct hanse_capacity_table *table,
                                  const struct hanse_capacity_table *with)
{
    double pairs = (double)table->n * (double)with->n;
    if (pairs > MOST_PAIRS) {
        return too_many(ctx, pairs);
    }
    struct hanse_capacity_state *product =
        hanse__alloc(ctx, table->n * with->n + 1, sizeof *product);
    if (product == NULL) {
        return HANSE_ERR_MEMORY;
    }
    size_t n = 0;
    for (size_t i = 0; i < table->n; i++) {
        const struct hanse_capacity_state *a = &table->states[i];
        for (size_t j = 0; j < with->n; j++) {
            const struct hanse_capacity_state *b = &with->states[j];
            product[n++] = (struct hanse_capacity_state){
                .capacity = a->capacity + b->capacity,
                .probability = a->probability * b->probability,
                .rise = a->rise * b->probability + a->probability * b->rise,
                .fall = a->fall * b->probability + a->probability * b->fall,
            };
        }
    }
    hanse__free(table->states);
    table->states = product;
    table->n = n;
    merge_states(table);
    return table->n <= HANSE_CAPACITY_STATES ? HANSE_OK : too_many(ctx, (double)table->n);
}

static enum hanse_status add_group(struct hanse_context *ctx,
                                   const struct hanse_unit_group *group,
                                   struct hanse_capacity_table *table)
{
    struct hanse_capacity_table alone = {.installed = table->installed};
    alone.states = hanse__alloc(ctx, (size_t)group->count + 1, sizeof *alone.states);
    if (alone.states == NULL) {
        return HANSE_ERR_MEMORY;
    }
    fill_group(group, &alone);
    enum hanse_status status = convolve(ctx, table, &alone);
    hanse__free(alone.states);
    return status;
}

/* While the cause holds nothing is up; units go on failing and being repaired beneath it. */
static void add_cause(const struct hanse_common_cause *cause,
                      struct hanse_capacity_table *table)
{
    double q = cause->probability, on = 1.0 - q;
    double ends = cause->down_h > 0.0 ? 1.0 / cause->down_h : 0.0, begins = ends * q / on;
    double some = 0.0; /* chance that its end brings capacity back */
    for (size_t i = 0; i < table->n; i++) {
        struct hanse_capacity_state *s = &table->states[i];
        bool up = s->capacity > 0.0;
        some += up ? s->probability : 0.0;
        s->fall = on * (s->fall + (up ? begins * s->probability : 0.0));
        s->rise *= on;
        s->probability *= on;
    }
    struct hanse_capacity_state none = {
        .capacity = 0.0, .probability = q, .rise = q * ends * some};
    table->states[table->n++] = none; /* room was left for it */
    merge_states(table);
}

static bool knows_times(const struct hanse_unit_group *groups, size_t n,
                        const struct hanse_common_cause *cause)
{
    for (size_t i = 0; i < n; i++) {
        double a = groups[i].availability;
        if (groups[i].count > 0 && a > 0.0 && a < 1.0 && groups[i].down_h == 0.0) {
            return false;
        }
    }
    return cause == NULL || cause->probability == 0.0 || cause->down_h > 0.0;
}

enum hanse_status hanse_capacity_table_init(struct hanse_context *ctx,
                                            const struct hanse_unit_group *groups, size_t n,
                                            const struct hanse_common_cause *cause,
                                            struct hanse_capacity_table *table)
{
    *table = (struct hanse_capacity_table){.rated = knows_times(groups, n, cause)};
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(check_group(ctx, &groups[i], i));
        table->installed += groups[i].capacity * (double)groups[i].count;
    }
    if (cause != NULL) {
        HANSE_TRY(check_cause(ctx, cause));
    }
    table->states = hanse__alloc(ctx, 2, sizeof *table->states);
    if (table->states == NULL) {
        return HANSE_ERR_MEMORY;
    }
    table->states[0] = (struct hanse_capacity_state){.probability = 1.0};
    table->n = 1;
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(add_group(ctx, &groups[i], table));
    }
    if (cause != NULL && cause->probability > 0.0) {
        add_cause(cause, table);
    }
    return HANSE_OK;
}

void hanse_capacity_table_fini(struct hanse_capacity_table *table)
{
    hanse__free(table->states);
    *table = (struct hanse_capacity_table){0};
}

/* --- against a load ----------------------------------------------------------------------- */

/* Sums over the states below each: [n + 1]. */
struct below {
    double probability, capacity, outflow;
};

static struct below *sum_below(struct hanse_context *ctx,
                               const struct hanse_capacity_table *table)
{
    struct below *below = hanse__alloc(ctx, table->n + 1, sizeof *below);
    for (size_t i = 0; below != NULL && i < table->n; i++) {
        const struct hanse_capacity_state *s = &table->states[i];
        below[i + 1].probability = below[i].probability + s->probability;
        below[i + 1].capacity = below[i].capacity + s->capacity * s->probability;
        below[i + 1].outflow = below[i].outflow + (s->rise - s->fall);
    }
    return below;
}

/* How many states have less than `load`. */
static size_t states_short_of(const struct hanse_capacity_table *table, double load)
{
    size_t low = 0, high = table->n;
    double least = load - SAME * fmax(table->installed, load);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->states[middle].capacity < least) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static double peak_of_day(const double *load, size_t n, size_t day)
{
    double peak = 0.0;
    for (size_t i = day * DAY_H; i < n && i < (day + 1) * DAY_H; i++) {
        peak = fmax(peak, load[i]);
    }
    return peak;
}

/* Means over hours and days; `shift` is perfect capacity beside the table's. */
static struct hanse_adequacy means(const struct hanse_capacity_table *table,
                                   const struct below *below, const double *load, size_t n,
                                   double shift)
{
    struct hanse_adequacy a = {0};
    size_t days = (n + DAY_H - 1) / DAY_H;
    double before = below[states_short_of(table, load[n - 1] - shift)].probability;
    for (size_t i = 0; i < n; i++) {
        double net = load[i] - shift;
        const struct below *b = &below[states_short_of(table, net)];
        a.loss_probability += b->probability;
        a.eue += fmax(0.0, net * b->probability - b->capacity);
        a.lolev += b->outflow + fmax(0.0, b->probability - before);
        a.demand += load[i];
        before = b->probability;
    }
    for (size_t d = 0; d < days; d++) {
        double peak = peak_of_day(load, n, d) - shift;
        a.lole += below[states_short_of(table, peak)].probability;
    }
    double hours = (double)n;
    a.loss_probability /= hours;
    a.lole *= DAYS / (double)days;
    a.lolh = a.loss_probability * DAYS * DAY_H;
    a.lolev *= DAYS * DAY_H / hours;
    a.eue *= DAYS * DAY_H / hours;
    a.demand *= DAYS * DAY_H / hours;
    a.neue = a.demand > 0.0 ? a.eue / a.demand : 0.0;
    return a;
}

enum hanse_status hanse_adequacy_of(struct hanse_context *ctx,
                                    const struct hanse_capacity_table *table,
                                    const double *load, size_t n,
                                    struct hanse_adequacy *adequacy)
{
    HANSE_TRY(check_load(ctx, load, n));
    struct below *below = sum_below(ctx, table);
    if (below == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *adequacy = means(table, below, load, n, 0.0);
    if (!table->rated) {
        adequacy->lolev = NAN;
    }
    hanse__free(below);
    return HANSE_OK;
}

enum hanse_status hanse_adequacy_shortfall(struct hanse_context *ctx,
                                           const struct hanse_capacity_table *table,
                                           const double *load, size_t n, double size,
                                           double *hours)
{
    HANSE_TRY(check_load(ctx, load, n));
    if (!(size > 0.0) || !isfinite(size)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "shortfall: size must be > 0 and finite, got %g", size);
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double most = load[i] - size + SAME * fmax(table->installed, load[i]);
        for (size_t k = 0; k < table->n && table->states[k].capacity <= most; k++) {
            sum += table->states[k].probability;
        }
    }
    *hours = sum / (double)n * DAYS * DAY_H;
    return HANSE_OK;
}

/* --- credit ------------------------------------------------------------------------------- */

static double figure(const struct hanse_adequacy *a, enum hanse_credit_by by)
{
    return by == HANSE_CREDIT_LOLH ? a->lolh : by == HANSE_CREDIT_LOLE ? a->lole : a->eue;
}

/* The least shift in [0, most] at which the figure is no more than `target`; at `most` it is
 * not, whatever fails, for a perfect unit does all that an imperfect one does. */
static double least_shift(const struct hanse_capacity_table *table, const struct below *below,
                          const double *load, size_t n, enum hanse_credit_by by, double target,
                          double most)
{
    double low = 0.0, high = most;
    struct hanse_adequacy none = means(table, below, load, n, 0.0);
    if (figure(&none, by) <= target) {
        return 0.0;
    }
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        struct hanse_adequacy a = means(table, below, load, n, middle);
        if (figure(&a, by) <= target) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

static enum hanse_status credit_without(struct hanse_context *ctx,
                                        const struct hanse_capacity_table *rest,
                                        const double *load, size_t n, enum hanse_credit_by by,
                                        double target, double most, double *credit)
{
    struct below *below = sum_below(ctx, rest);
    if (below == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *credit = least_shift(rest, below, load, n, by, target, most);
    hanse__free(below);
    return HANSE_OK;
}

static enum hanse_status figure_of(struct hanse_context *ctx,
                                   const struct hanse_unit_group *groups, size_t n,
                                   const struct hanse_common_cause *cause, const double *load,
                                   size_t n_hours, enum hanse_credit_by by, double *value)
{
    struct hanse_capacity_table all;
    struct hanse_adequacy with = {0};
    enum hanse_status status = hanse_capacity_table_init(ctx, groups, n, cause, &all);
    if (status == HANSE_OK) {
        status = hanse_adequacy_of(ctx, &all, load, n_hours, &with);
    }
    hanse_capacity_table_fini(&all);
    *value = figure(&with, by);
    return status;
}

enum hanse_status hanse_capacity_credit(struct hanse_context *ctx,
                                        const struct hanse_unit_group *groups, size_t n,
                                        const struct hanse_common_cause *cause, size_t which,
                                        const double *load, size_t n_hours,
                                        enum hanse_credit_by by, double *credit)
{
    if (which >= n || groups[which].count < 1) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "credit: group must be one with units, of %zu, got %zu", n,
                           which + 1);
    }
    double target;
    HANSE_TRY(figure_of(ctx, groups, n, cause, load, n_hours, by, &target));
    struct hanse_unit_group *fewer = hanse__alloc(ctx, n, sizeof *fewer);
    if (fewer == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(fewer, groups, n * sizeof *fewer);
    fewer[which].count--;
    struct hanse_capacity_table rest;
    enum hanse_status status = hanse_capacity_table_init(ctx, fewer, n, cause, &rest);
    if (status == HANSE_OK) {
        status = credit_without(ctx, &rest, load, n_hours, by, target, groups[which].capacity,
                                credit);
    }
    hanse_capacity_table_fini(&rest);
    hanse__free(fewer);
    return status;
}
