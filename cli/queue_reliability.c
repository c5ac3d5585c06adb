/* What `hanse queue` asks of sets of units against a load, and of servers that break. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/queue_models.h"
#include "sim/stats/reliability.h"

enum { MOST_GROUPS = 1000, MOST_HOURS = 87600, CURVE_STEPS = 20 };

/* --- arguments ---------------------------------------------------------------------------- */

struct units {
    struct hanse_unit_group groups[MOST_GROUPS];
    size_t n;
    struct hanse_common_cause cause;
    double load[MOST_HOURS];
    size_t n_hours;
};

/* One number for each group; what is not given is `preset` throughout. */
static enum hanse_status read_each(struct hanse_context *ctx, const char *option,
                                   const char *text, double preset, size_t n, double *out)
{
    size_t got = n;
    for (size_t i = 0; i < n; i++) {
        out[i] = preset;
    }
    if (text != NULL) {
        HANSE_TRY(hanse_queue_read_list(ctx, option, text, MOST_GROUPS, out, &got));
    }
    if (got != n) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--%s: must be one number for each of %zu groups, got %zu", option,
                           n, got);
    }
    return HANSE_OK;
}

static enum hanse_status read_counts(struct hanse_context *ctx, const char *text,
                                     struct units *units)
{
    double counts[MOST_GROUPS];
    HANSE_TRY(read_each(ctx, "count", text, 1.0, units->n, counts));
    for (size_t i = 0; i < units->n; i++) {
        if (!(counts[i] >= 1.0 && counts[i] < HANSE_CAPACITY_STATES) ||
            counts[i] != floor(counts[i])) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "--count: must be whole numbers in 1..%d, got %g",
                               HANSE_CAPACITY_STATES - 1, counts[i]);
        }
        units->groups[i].count = (int64_t)counts[i];
    }
    return HANSE_OK;
}

static enum hanse_status read_groups(struct hanse_context *ctx,
                                     const struct hanse_queue_query *q, struct units *units)
{
    double x[MOST_GROUPS];
    HANSE_TRY(hanse_queue_read_list(ctx, "capacity", q->text[HANSE_QUEUE_UNIT_CAPACITIES],
                                    MOST_GROUPS, x, &units->n));
    for (size_t i = 0; i < units->n; i++) {
        units->groups[i] = (struct hanse_unit_group){.capacity = x[i]};
    }
    HANSE_TRY(read_each(ctx, "availability", q->text[HANSE_QUEUE_UNIT_AVAILABILITIES], 1.0,
                        units->n, x));
    for (size_t i = 0; i < units->n; i++) {
        units->groups[i].availability = x[i];
    }
    HANSE_TRY(read_each(ctx, "down", q->text[HANSE_QUEUE_UNIT_DOWN], 0.0, units->n, x));
    for (size_t i = 0; i < units->n; i++) {
        units->groups[i].down_h = x[i];
        if (q->text[HANSE_QUEUE_UNIT_DOWN] != NULL && !(x[i] > 0.0)) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "--down: must be > 0, got %g", x[i]);
        }
    }
    return read_counts(ctx, q->text[HANSE_QUEUE_UNIT_COUNTS], units);
}

static enum hanse_status read_units(struct hanse_context *ctx,
                                    const struct hanse_queue_query *q, struct units *units)
{
    HANSE_TRY(read_groups(ctx, q, units));
    units->cause = (struct hanse_common_cause){q->number[HANSE_QUEUE_CAUSE],
                                               q->number[HANSE_QUEUE_CAUSE_DOWN]};
    return hanse_queue_read_list(ctx, "load", q->text[HANSE_QUEUE_UNIT_LOAD], MOST_HOURS,
                                 units->load, &units->n_hours);
}

/* --- tables ------------------------------------------------------------------------------- */

static enum hanse_status take_cells(struct hanse_context *ctx, struct hanse_queue_table *table)
{
    table->cells =
        hanse__alloc(ctx, table->n_rows * table->n_columns + 1, sizeof *table->cells);
    return table->cells != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

/* From all up downwards: how likely, how likely no more than that, how often entered. */
static enum hanse_status list_states(struct hanse_context *ctx,
                                     const struct hanse_capacity_table *states,
                                     struct hanse_queue_table *table)
{
    *table = (struct hanse_queue_table){
        .name = "states",
        .columns = {"capacity", "probability", "at_most", "entered_per_yr"},
        .units = {"1", "1", "1", "1/yr"},
        .n_columns = 4,
        .n_rows = states->n};
    HANSE_TRY(take_cells(ctx, table));
    double at_most = 0.0, outflow = 0.0;
    for (size_t i = 0; i < states->n; i++) {
        const struct hanse_capacity_state *s = &states->states[i];
        double *row = table->cells + (states->n - 1 - i) * table->n_columns;
        at_most += s->probability;
        outflow += s->rise - s->fall;
        row[0] = s->capacity;
        row[1] = s->probability;
        row[2] = fmin(at_most, 1.0);
        row[3] = !states->rated ? NAN : i + 1 < states->n ? 8760.0 * outflow : 0.0;
    }
    return HANSE_OK;
}

static enum hanse_status list_curve(struct hanse_context *ctx,
                                    const struct hanse_capacity_table *states,
                                    const struct units *units, struct hanse_queue_table *table)
{
    double peak = 0.0;
    for (size_t i = 0; i < units->n_hours; i++) {
        peak = fmax(peak, units->load[i]);
    }
    *table = (struct hanse_queue_table){.name = "curve",
                                        .columns = {"shortfall", "of_peak", "hours"},
                                        .units = {"1", "1", "h/yr"},
                                        .n_columns = 3,
                                        .n_rows = peak > 0.0 ? CURVE_STEPS : 0};
    HANSE_TRY(take_cells(ctx, table));
    for (size_t i = 0; i < table->n_rows; i++) {
        double *row = table->cells + i * table->n_columns;
        row[1] = (double)(i + 1) / CURVE_STEPS;
        row[0] = row[1] * peak;
        HANSE_TRY(hanse_adequacy_shortfall(ctx, states, units->load, units->n_hours, row[0],
                                           &row[2]));
    }
    return HANSE_OK;
}

/* --- models ------------------------------------------------------------------------------- */

static void say_adequacy(const struct hanse_adequacy *a, struct hanse_queue_answer *answer)
{
    hanse_queue_say(answer, "loss_probability", a->loss_probability, "1");
    hanse_queue_say(answer, "lole", a->lole, "d/yr");
    hanse_queue_say(answer, "lolh", a->lolh, "h/yr");
    hanse_queue_say(answer, "lolev", a->lolev, "1/yr");
    hanse_queue_say(answer, "eue", a->eue, "h/yr");
    hanse_queue_say(answer, "neue", a->neue, "1");
}

static enum hanse_status say_units(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                   const struct units *units,
                                   const struct hanse_capacity_table *table,
                                   struct hanse_queue_answer *answer)
{
    struct hanse_adequacy a;
    double mean = 0.0;
    HANSE_TRY(hanse_adequacy_of(ctx, table, units->load, units->n_hours, &a));
    for (size_t i = 0; i < table->n; i++) {
        mean += table->states[i].capacity * table->states[i].probability;
    }
    hanse_queue_say(answer, "capacity_installed", table->installed, "1");
    hanse_queue_say(answer, "capacity_available", mean, "1");
    say_adequacy(&a, answer);
    if (q->number[HANSE_QUEUE_VALUE] > 0.0) {
        hanse_queue_say(answer, "cost_unserved", a.eue * q->number[HANSE_QUEUE_VALUE], "1/yr");
    }
    if (q->flag[HANSE_QUEUE_STATES]) {
        return list_states(ctx, table, &answer->table);
    }
    return q->flag[HANSE_QUEUE_CURVE] ? list_curve(ctx, table, units, &answer->table)
                                      : HANSE_OK;
}

enum hanse_status hanse_queue_ask_units(struct hanse_context *ctx,
                                        const struct hanse_queue_query *q,
                                        struct hanse_queue_answer *answer)
{
    if (q->flag[HANSE_QUEUE_STATES] && q->flag[HANSE_QUEUE_CURVE]) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "--states and --curve: one at a time");
    }
    if (q->number[HANSE_QUEUE_VALUE] < 0.0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "--value: must be >= 0, got %g",
                           q->number[HANSE_QUEUE_VALUE]);
    }
    struct units *units = hanse__alloc(ctx, 1, sizeof *units);
    if (units == NULL) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse_capacity_table table = {0};
    enum hanse_status status = read_units(ctx, q, units);
    if (status == HANSE_OK) {
        status = hanse_capacity_table_init(ctx, units->groups, units->n, &units->cause, &table);
    }
    if (status == HANSE_OK) {
        status = say_units(ctx, q, units, &table, answer);
    }
    hanse_capacity_table_fini(&table);
    hanse__free(units);
    return status;
}

static enum hanse_status read_by(struct hanse_context *ctx, const char *word,
                                 enum hanse_credit_by *by)
{
    static const char *const WORDS[] = {"eue", "lolh", "lole"};
    *by = HANSE_CREDIT_EUE;
    for (int i = 0; word != NULL && i < 3; i++) {
        if (strcmp(word, WORDS[i]) == 0) {
            *by = (enum hanse_credit_by)i;
            return HANSE_OK;
        }
    }
    return word == NULL ? HANSE_OK
                        : hanse__fail(ctx, HANSE_ERR_INPUT,
                                      "--by: must be eue, lolh or lole, got '%s'", word);
}

static enum hanse_status list_credits(struct hanse_context *ctx, const struct units *units,
                                      enum hanse_credit_by by, struct hanse_queue_table *table)
{
    *table = (struct hanse_queue_table){
        .name = "groups",
        .columns = {"group", "units", "capacity", "elcc", "elcc_share"},
        .units = {"1", "1", "1", "1", "1"},
        .n_columns = 5,
        .n_rows = units->n};
    HANSE_TRY(take_cells(ctx, table));
    for (size_t i = 0; i < units->n; i++) {
        double *row = table->cells + i * table->n_columns;
        const struct hanse_unit_group *group = &units->groups[i];
        row[0] = (double)i + 1.0;
        row[1] = (double)group->count;
        row[2] = group->capacity;
        HANSE_TRY(hanse_capacity_credit(ctx, units->groups, units->n, &units->cause, i,
                                        units->load, units->n_hours, by, &row[3]));
        row[4] = group->capacity > 0.0 ? row[3] / group->capacity : NAN;
    }
    return HANSE_OK;
}

static enum hanse_status say_elcc(struct hanse_context *ctx, const struct hanse_queue_query *q,
                                  struct units *units, struct hanse_queue_answer *answer)
{
    enum hanse_credit_by by;
    HANSE_TRY(read_by(ctx, q->text[HANSE_QUEUE_BY], &by));
    HANSE_TRY(read_units(ctx, q, units));
    struct hanse_capacity_table table;
    struct hanse_adequacy a = {0};
    enum hanse_status status =
        hanse_capacity_table_init(ctx, units->groups, units->n, &units->cause, &table);
    if (status == HANSE_OK) {
        status = hanse_adequacy_of(ctx, &table, units->load, units->n_hours, &a);
    }
    hanse_capacity_table_fini(&table);
    HANSE_TRY(status);
    say_adequacy(&a, answer);
    return list_credits(ctx, units, by, &answer->table);
}

enum hanse_status hanse_queue_ask_elcc(struct hanse_context *ctx,
                                       const struct hanse_queue_query *q,
                                       struct hanse_queue_answer *answer)
{
    struct units *units = hanse__alloc(ctx, 1, sizeof *units);
    if (units == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = say_elcc(ctx, q, units, answer);
    hanse__free(units);
    return status;
}

enum hanse_status hanse_queue_ask_mmc_breakdowns(struct hanse_context *ctx,
                                                 const struct hanse_queue_query *q,
                                                 struct hanse_queue_answer *answer)
{
    struct hanse_queue queue;
    int64_t servers = q->count[HANSE_QUEUE_SERVERS], crews = q->count[HANSE_QUEUE_REPAIRMEN];
    const struct hanse_breakdowns stop = {q->number[HANSE_QUEUE_FAILURES],
                                          q->number[HANSE_QUEUE_REPAIR_RATE],
                                          crews < 0 ? servers : crews};
    double up;
    HANSE_TRY(hanse_queue_mmc_breakdowns(ctx, q->number[HANSE_QUEUE_LAMBDA],
                                         q->number[HANSE_QUEUE_MU], servers, &stop, &queue,
                                         &up));
    hanse_queue_say_all(answer, &queue);
    hanse_queue_say(answer, "expected_up", up, "1");
    return HANSE_OK;
}
