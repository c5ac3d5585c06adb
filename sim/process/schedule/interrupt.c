#include "sim/process/schedule/interrupt.h"

#include <math.h>

#include "sim/base/assert.h"
#include "sim/engine/stream.h"

struct attempt {          /* of a job alive, by its id */
    struct hanse_job job; /* as submitted */
    uint64_t order;
    double left_s; /* work not saved yet */
    double interval_s;
    double first_start_s, start_s; /* NaN before */
    double stay_s, restart_s;      /* so far; of this attempt */
    uint32_t stops;
};

struct unit { /* a node that will fail */
    double time_s;
    uint32_t number, count;
};

struct hanse__interrupt {
    struct hanse_context *ctx;
    struct hanse_interruptions rules;
    double scale_s; /* of the Weibull distribution */
    struct hanse_purpose_key failure, hit;
    uint64_t entity;
    struct unit *units; /* a heap by time, then number */
    uint32_t n_units;
    struct unit last;
    struct attempt *attempts;
    size_t n_attempts;
    struct hanse_interruption_report sums;
};

/* --- formulas ----------------------------------------------------------------------------- */

double hanse_checkpoint_interval_s(const struct hanse_interruptions *rules, uint32_t nodes)
{
    double mean_s = rules->mtbf_s / nodes, delta_s = rules->checkpoint_s;
    double root_s = sqrt(2.0 * delta_s * mean_s);
    switch (rules->checkpoint) {
    case HANSE_CHECKPOINT_EVERY:
        return rules->interval_s;
    case HANSE_CHECKPOINT_YOUNG:
        return root_s;
    case HANSE_CHECKPOINT_DALY:
        if (isinf(mean_s)) {
            return HUGE_VAL;
        }
        return delta_s >= 2.0 * mean_s ? mean_s
                                       : root_s * (1.0 + sqrt(delta_s / (2.0 * mean_s)) / 3.0 +
                                                   delta_s / (18.0 * mean_s)) -
                                             delta_s;
    case HANSE_CHECKPOINT_NONE:
        break;
    }
    return HUGE_VAL;
}

double hanse_expected_time_s(double work_s, double interval_s, double checkpoint_s,
                             double restart_s, double mean_s)
{
    double saved = interval_s < work_s ? ceil(work_s / interval_s) - 1.0 : 0.0;
    double last_s = saved > 0.0 ? work_s - saved * interval_s : work_s;
    double pieces = saved > 0.0 ? saved * expm1((interval_s + checkpoint_s) / mean_s) : 0.0;
    return mean_s * exp(restart_s / mean_s) * (pieces + expm1(last_s / mean_s));
}

/* How long work occupies the machine, saving included. */
static double length_s(const struct hanse_interruptions *rules, double work_s,
                       double interval_s)
{
    double saves = interval_s < work_s ? ceil(work_s / interval_s) - 1.0 : 0.0;
    return work_s + saves * rules->checkpoint_s;
}

/* --- failures ----------------------------------------------------------------------------- */

static bool before(const struct unit *a, const struct unit *b)
{
    return a->time_s < b->time_s || (a->time_s == b->time_s && a->number < b->number);
}

static void sink(struct hanse__interrupt *i, uint32_t at, struct unit unit)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < i->n_units && before(&i->units[child + 1], &i->units[child])) {
            child++;
        }
        if (child >= i->n_units || !before(&i->units[child], &unit)) {
            break;
        }
        i->units[at] = i->units[child];
        at = child;
    }
    i->units[at] = unit;
}

static double lifetime_s(const struct hanse__interrupt *i, const struct unit *unit)
{
    double u = hanse_uniform_at(i->failure, i->rules.replication,
                                hanse_entity_number(i->entity, unit->number), unit->count);
    double shape = i->rules.shape > 0.0 ? i->rules.shape : 1.0;
    return i->scale_s * pow(-log(u), 1.0 / shape);
}

double hanse__interrupt_next_s(const struct hanse__interrupt *i)
{
    return i->n_units > 0 ? i->units[0].time_s : HUGE_VAL;
}

uint32_t hanse__interrupt_fail(struct hanse__interrupt *i, double *until_s)
{
    struct unit unit = i->units[0];
    i->last = unit;
    i->sums.failures++;
    *until_s = unit.time_s + i->rules.repair_s;
    unit.count++;
    unit.time_s = *until_s + lifetime_s(i, &unit);
    sink(i, 0, unit);
    return unit.number;
}

double hanse__interrupt_luck(const struct hanse__interrupt *i)
{
    return hanse_uniform_at(i->hit, i->rules.replication,
                            hanse_entity_number(i->entity, i->last.number), i->last.count);
}

static enum hanse_status check(struct hanse_context *ctx,
                               const struct hanse_interruptions *rules)
{
    if (!(rules->mtbf_s > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "interruptions: mean time between failures must be > 0 s, got %g",
                           rules->mtbf_s);
    }
    if (!(rules->shape >= 0.0 && rules->shape <= 100.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "interruptions: shape must be in (0, 100], got %g", rules->shape);
    }
    if (!(rules->repair_s >= 0.0 && rules->checkpoint_s >= 0.0 && rules->restart_s >= 0.0) ||
        isinf(rules->repair_s + rules->checkpoint_s + rules->restart_s)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "interruptions: repair, checkpoint and restart must be >= 0 s and "
                           "finite, got %g, %g, %g",
                           rules->repair_s, rules->checkpoint_s, rules->restart_s);
    }
    double interval_s = hanse_checkpoint_interval_s(rules, 1);
    if (!(interval_s > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "interruptions: the checkpoint interval must be > 0 s, got %g (the "
                           "optimum needs a cost > 0)",
                           interval_s);
    }
    return HANSE_OK;
}

enum hanse_status hanse__interrupt_create(struct hanse_context *ctx,
                                          const struct hanse_interruptions *rules,
                                          uint32_t units, struct hanse__interrupt **interrupt)
{
    double shape = rules->shape > 0.0 ? rules->shape : 1.0;
    *interrupt = NULL;
    HANSE_TRY(check(ctx, rules));
    struct hanse__interrupt *i = hanse__alloc(ctx, 1, sizeof *i);
    struct unit *list = i ? hanse__alloc(ctx, units, sizeof *list) : NULL;
    if (list == NULL) {
        hanse__free(i);
        return HANSE_ERR_MEMORY;
    }
    *i = (struct hanse__interrupt){.ctx = ctx,
                                   .rules = *rules,
                                   .scale_s = rules->mtbf_s / tgamma(1.0 + 1.0 / shape),
                                   .failure = hanse_purpose_key(rules->seed, "failure"),
                                   .hit = hanse_purpose_key(rules->seed, "hit"),
                                   .entity = hanse_entity("node"),
                                   .units = list,
                                   .n_units = isinf(rules->mtbf_s) ? 0 : units};
    for (uint32_t u = 0; u < i->n_units; u++) {
        list[u] = (struct unit){.number = u};
        list[u].time_s = lifetime_s(i, &list[u]);
    }
    for (uint32_t u = i->n_units / 2; u-- > 0;) {
        sink(i, u, list[u]);
    }
    *interrupt = i;
    return HANSE_OK;
}

void hanse__interrupt_destroy(struct hanse__interrupt *i)
{
    if (i != NULL) {
        hanse__free(i->attempts);
        hanse__free(i->units);
        hanse__free(i);
    }
}

/* --- jobs --------------------------------------------------------------------------------- */

static uint32_t nodes_of(const struct hanse__interrupt *i, const struct hanse_job *job)
{
    uint32_t each = i->rules.node_processors > 0 ? i->rules.node_processors : 1;
    return (job->width + each - 1) / each;
}

/* What the scheduler plans with when `left_s` of the job's work is to be done. */
static struct hanse_job plan(const struct hanse__interrupt *i, const struct hanse_job *job,
                             double left_s, double interval_s, double restart_s)
{
    struct hanse_job planned = *job;
    double spare_s = job->estimate_s - job->runtime_s; /* what the user overestimated */
    planned.runtime_s = restart_s + length_s(&i->rules, left_s, interval_s);
    planned.estimate_s = restart_s + length_s(&i->rules, left_s + spare_s, interval_s);
    if (i->rules.walltime_kill) {
        planned.estimate_s = job->estimate_s;
        planned.runtime_s = fmin(planned.runtime_s, job->estimate_s);
    }
    return planned;
}

struct hanse_job hanse__interrupt_plan(const struct hanse__interrupt *i,
                                       const struct hanse_job *job)
{
    double interval_s = hanse_checkpoint_interval_s(&i->rules, nodes_of(i, job));
    return plan(i, job, job->runtime_s, interval_s, 0.0);
}

static enum hanse_status make_row(struct hanse__interrupt *i, uint32_t id)
{
    void *attempts = i->attempts;
    HANSE_TRY(
        hanse__reserve(i->ctx, &attempts, &i->n_attempts, (size_t)id + 1, sizeof *i->attempts));
    i->attempts = attempts;
    return HANSE_OK;
}

enum hanse_status hanse__interrupt_admit(struct hanse__interrupt *i, uint32_t id,
                                         uint64_t order, const struct hanse_job *job)
{
    HANSE_TRY(make_row(i, id));
    i->attempts[id] =
        (struct attempt){.job = *job,
                         .order = order,
                         .left_s = job->runtime_s,
                         .interval_s = hanse_checkpoint_interval_s(&i->rules, nodes_of(i, job)),
                         .first_start_s = NAN,
                         .start_s = NAN};
    return HANSE_OK;
}

enum hanse_status hanse__interrupt_rename(struct hanse__interrupt *i, uint32_t from,
                                          uint32_t to)
{
    struct attempt attempt = i->attempts[from];
    HANSE_TRY(make_row(i, to));
    i->attempts[to] = attempt;
    return HANSE_OK;
}

void hanse__interrupt_started(struct hanse__interrupt *i, uint32_t id, double now_s)
{
    struct attempt *a = &i->attempts[id];
    a->start_s = now_s;
    a->first_start_s = isnan(a->first_start_s) ? now_s : a->first_start_s;
}

/* Books a stay of t on the machine, of which `kept_s` of work counts and `saves` checkpoints
 * were made. */
static void book(struct hanse__interrupt *i, struct attempt *a, double t_s, double kept_s,
                 double saves)
{
    double width = a->job.width, restart_s = fmin(a->restart_s, t_s);
    a->stay_s += t_s;
    a->left_s -= kept_s;
    i->sums.stay_s += t_s;
    i->sums.occupied_s += width * t_s;
    i->sums.restart_s += width * restart_s;
    i->sums.checkpoint_s += width * saves * i->rules.checkpoint_s;
    i->sums.wasted_s +=
        width * fmax(0.0, t_s - restart_s - saves * i->rules.checkpoint_s - kept_s);
}

/* Whole segments that a stay of t completed, and saved. */
static double segments(const struct hanse__interrupt *i, const struct attempt *a, double t_s)
{
    double worked_s = t_s - a->restart_s, segment_s = a->interval_s + i->rules.checkpoint_s;
    if (!(worked_s > 0.0) || isinf(a->interval_s)) {
        return 0.0;
    }
    double most = ceil(a->left_s / a->interval_s) - 1.0; /* the last is not saved */
    return fmin(floor(worked_s / segment_s), fmax(most, 0.0));
}

bool hanse__interrupt_stop(struct hanse__interrupt *i, uint32_t id, double now_s,
                           struct hanse_job *job)
{
    struct attempt *a = &i->attempts[id];
    double t_s = now_s - a->start_s, saved = segments(i, a, t_s);
    book(i, a, t_s, saved > 0.0 ? saved * a->interval_s : 0.0, saved);
    i->sums.interrupted++;
    a->stops++;
    if (i->rules.requeue == HANSE_REQUEUE_NEVER || a->stops == i->rules.attempts) {
        i->sums.lost++;
        i->sums.wasted_s += a->job.width * (a->job.runtime_s - a->left_s); /* saved in vain */
        return false;
    }
    a->restart_s = i->rules.restart_s;
    *job = plan(i, &a->job, a->left_s, a->interval_s, a->restart_s);
    return true;
}

void hanse__interrupt_end(struct hanse__interrupt *i, uint32_t id, double now_s)
{
    struct attempt *a = &i->attempts[id];
    double t_s = now_s - a->start_s;
    double full_s = a->restart_s + length_s(&i->rules, a->left_s, a->interval_s);
    if (i->rules.walltime_kill && full_s > a->job.estimate_s) {
        i->sums.killed++;
        book(i, a, t_s, 0.0, segments(i, a, t_s));
        i->sums.wasted_s +=
            a->job.width * (a->job.runtime_s - a->left_s); /* saved, for nothing */
    } else {
        double saves = a->interval_s < a->left_s ? ceil(a->left_s / a->interval_s) - 1.0 : 0.0;
        book(i, a, t_s, a->left_s, saves);
        i->sums.useful_s += a->job.width * a->job.runtime_s;
    }
}

void hanse__interrupt_told(const struct hanse__interrupt *i, uint32_t id,
                           struct hanse__interrupted *told)
{
    const struct attempt *a = &i->attempts[id];
    *told = (struct hanse__interrupted){a->job, a->order, a->first_start_s, a->stay_s};
}

void hanse__interrupt_report(const struct hanse__interrupt *i, double processor_s,
                             struct hanse_interruption_report *report)
{
    *report = i->sums;
    report->goodput = processor_s > 0.0 ? report->useful_s / processor_s : NAN;
    report->effective_time_ratio =
        report->occupied_s > 0.0 ? report->useful_s / report->occupied_s : NAN;
    report->mtti_s =
        report->interrupted > 0 ? report->stay_s / (double)report->interrupted : HUGE_VAL;
}
