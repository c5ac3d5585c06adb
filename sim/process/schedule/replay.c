#include "sim/process/schedule/replay.h"

#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/endings.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/interrupt.h"
#include "sim/process/schedule/metrics_inside.h"

enum { BATCH = 256, PROGRESS_EVERY = 1 << 16 };

struct replay {
    struct hanse_context *ctx;
    const struct hanse_replay *options;
    struct hanse_job_source *source;
    const struct hanse_finished_sink *sink;
    struct hanse_metrics *metrics;

    struct hanse_arena arena;
    struct hanse_scheduler scheduler;
    bool each; /* a pass after each event */

    struct hanse_job jobs[BATCH]; /* read from the source and not submitted yet */
    uint32_t n_jobs, at;
    bool dry; /* the source has no more */

    struct hanse__endings endings; /* of the running jobs */
    uint64_t n_ended;
    uint64_t busy;
    double now_s;
    double work_s, busy_s; /* handed out; the integral of busy: equal in the end */

    struct hanse__interrupt *interrupt; /* NULL: nothing fails */
    double *away;                       /* until when failed nodes are away */
    size_t n_away, room_away;
    uint32_t *hit; /* scratch: ids of jobs that a failure stops */
    size_t room_hit;
    double first_s, last_s; /* first submission, last end */
    uint64_t n_admitted;    /* a job that goes to the back is submitted once more, not here */
};

/* --- jobs in ----------------------------------------------------------------------------- */

static enum hanse_status fill(struct replay *r)
{
    if (r->at < r->n_jobs || r->dry) {
        return HANSE_OK;
    }
    r->at = 0;
    HANSE_TRY(r->source->next(r->source->state, r->ctx, r->jobs, BATCH, &r->n_jobs));
    r->dry = r->n_jobs == 0;
    return HANSE_OK;
}

static double next_submit_s(const struct replay *r)
{
    return r->at < r->n_jobs ? r->jobs[r->at].submit_s : HUGE_VAL;
}

static double next_end_s(const struct replay *r)
{
    return hanse__endings_first_s(&r->endings);
}

/* Comparisons are written so that NaN fails them. */
static enum hanse_status check_job(const struct replay *r, const struct hanse_job *job)
{
    long long number = job->number;
    if (!(job->submit_s < HUGE_VAL)) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "job %lld: submit time must be finite, got %g", number,
                           job->submit_s);
    }
    if (!(job->submit_s >= r->now_s)) {
        return hanse__fail(r->ctx, HANSE_ERR_INPUT,
                           "job %lld: jobs must come in order of submission, got %.17g s after "
                           "%.17g s",
                           number, job->submit_s, r->now_s);
    }
    if (r->options->make_view == NULL && job->width > r->options->processors) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "job %lld: width must be <= the machine's %u processors, got %u",
                           number, r->options->processors, job->width);
    }
    return HANSE_OK;
}

/* --- jobs out ---------------------------------------------------------------------------- */

static enum hanse_status take_started(struct replay *r)
{
    uint32_t id;
    while (hanse__scheduler(&r->scheduler)->started_first != HANSE_NO_JOB) {
        hanse_scheduler_started(&r->scheduler, &id);
        const struct hanse_job_row *row = hanse__row(&r->scheduler, id);
        HANSE_CHECK(row->start_s >= row->job.submit_s);
        r->busy += row->job.width;
        if (r->interrupt != NULL) {
            hanse__interrupt_started(r->interrupt, id, row->start_s);
        }
        HANSE_TRY(
            hanse__endings_push(r->ctx, &r->endings, row->start_s + row->job.runtime_s, id));
    }
    return HANSE_OK;
}

/* What becomes of a job that is over, for the sink. */
static enum hanse_status tell(const struct replay *r, uint32_t id,
                              const struct hanse__interrupted *told)
{
    const struct hanse_job_row *row = hanse__row(&r->scheduler, id);
    const struct hanse_resource *view = &r->scheduler.view;
    struct hanse_finished finished = {row->job, row->order, row->start_s, r->now_s, NULL, 0};
    if (told != NULL) {
        finished.job = told->job;
        finished.order = told->order;
        finished.start_s = told->first_start_s;
    }
    if (view->kind->machines != NULL) {
        finished.machines = view->kind->machines(view, row->slot, &finished.n_words);
    }
    return r->sink->job(r->sink->state, r->ctx, &finished);
}

static enum hanse_status hand_out(struct replay *r, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(&r->scheduler, id);
    double stay_s = row->job.runtime_s, wait_s = row->start_s - row->job.submit_s;
    struct hanse__interrupted told;
    if (r->interrupt != NULL) {
        hanse__interrupt_told(r->interrupt, id, &told);
        stay_s = told.stay_s;
        wait_s = fmax(0.0, r->now_s - told.job.submit_s - stay_s);
    }
    r->last_s = r->now_s;
    if (r->metrics != NULL) {
        HANSE_TRY(hanse__metrics_job(r->metrics, wait_s, stay_s, row->job.submit_s, r->now_s,
                                     row->job.width));
    }
    return r->sink == NULL || r->sink->job == NULL
               ? HANSE_OK
               : tell(r, id, r->interrupt != NULL ? &told : NULL);
}

static enum hanse_status pass(struct replay *r)
{
    HANSE_TRY(hanse_scheduler_pass(&r->scheduler, r->now_s));
    return take_started(r);
}

/* --- one instant ------------------------------------------------------------------------- */

static enum hanse_status submit(struct replay *r, const struct hanse_job *job, uint32_t *id)
{
    if (r->interrupt == NULL) {
        return hanse_scheduler_submit(&r->scheduler, r->now_s, job, id);
    }
    struct hanse_job planned = hanse__interrupt_plan(r->interrupt, job);
    HANSE_TRY(hanse_scheduler_submit(&r->scheduler, r->now_s, &planned, id));
    r->first_s = fmin(r->first_s, r->now_s);
    return hanse__interrupt_admit(r->interrupt, *id, r->n_admitted++, job);
}

static enum hanse_status submissions(struct replay *r)
{
    while (next_submit_s(r) == r->now_s) {
        uint32_t id;
        HANSE_TRY(check_job(r, &r->jobs[r->at]));
        HANSE_TRY(submit(r, &r->jobs[r->at], &id));
        r->at++;
        if (r->each) {
            HANSE_TRY(pass(r));
        }
        HANSE_TRY(fill(r));
    }
    return HANSE_OK;
}

static void leave_machine(struct replay *r, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(&r->scheduler, id);
    r->busy -= row->job.width;
#ifdef HANSE_DEBUG_CHECKS
    r->work_s += row->job.width * (r->now_s - row->start_s);
#endif
}

static enum hanse_status ends(struct replay *r)
{
    while (next_end_s(r) == r->now_s) {
        uint32_t id = hanse__endings_pop(&r->endings);
        if (r->interrupt != NULL) {
            hanse__interrupt_end(r->interrupt, id, r->now_s);
        }
        HANSE_TRY(hand_out(r, id));
        leave_machine(r, id);
        r->n_ended++;
        HANSE_TRY(hanse_scheduler_end(&r->scheduler, r->now_s, id));
        if (r->each) {
            HANSE_TRY(pass(r));
        }
    }
    return HANSE_OK;
}

/* --- failures ---------------------------------------------------------------------------- */

/* What runs and what waits is all there is to come. */
static bool done(const struct replay *r)
{
    return r->at >= r->n_jobs && r->endings.n == 0 &&
           hanse_scheduler_waiting(&r->scheduler) == 0;
}

static double next_failure_s(const struct replay *r)
{
    return r->interrupt == NULL || done(r) ? HUGE_VAL : hanse__interrupt_next_s(r->interrupt);
}

static double next_repair_s(const struct replay *r)
{
    double first_s = HUGE_VAL;
    for (size_t i = 0; i < r->n_away; i++) {
        first_s = fmin(first_s, r->away[i]);
    }
    return first_s;
}

static void forget_repaired(struct replay *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_away; i++) {
        if (r->away[i] > r->now_s) {
            r->away[kept++] = r->away[i];
        }
    }
    r->n_away = kept;
}

static enum hanse_status stop(struct replay *r, size_t at)
{
    uint32_t old = hanse__endings_id(&r->endings, at);
    struct hanse_job job;
    bool again = hanse__interrupt_stop(r->interrupt, old, r->now_s, &job);
    hanse__endings_remove(&r->endings, at);
    leave_machine(r, old);
    if (again && r->options->interruptions->requeue == HANSE_REQUEUE_FRONT) {
        return hanse_scheduler_requeue(&r->scheduler, r->now_s, old, job.estimate_s,
                                       job.runtime_s);
    }
    if (!again) {
        HANSE_TRY(hand_out(r, old));
        r->n_ended++;
        return hanse_scheduler_end(&r->scheduler, r->now_s, old);
    }
    uint32_t id;
    HANSE_TRY(hanse_scheduler_end(&r->scheduler, r->now_s, old));
    HANSE_TRY(hanse_scheduler_submit(&r->scheduler, r->now_s, &job, &id));
    return hanse__interrupt_rename(r->interrupt, old, id);
}

/* Which running jobs a failing node hits. On machines told apart: those that hold one of its
 * machines. Processors that are alike lie beside each other, those at work first, in the order
 * of this list, and the failing ones are n somewhere among those not away. */
static bool is_hit(struct replay *r, size_t at, uint32_t first, uint32_t n, uint64_t before)
{
    const struct hanse_resource *view = &r->scheduler.view;
    const struct hanse_job_row *row =
        hanse__row(&r->scheduler, hanse__endings_id(&r->endings, at));
    if (view->kind->machines == NULL) {
        return before < (uint64_t)first + n && before + row->job.width > first;
    }
    uint32_t n_words;
    const uint64_t *bits = view->kind->machines(view, row->slot, &n_words);
    for (uint32_t m = first; m < first + n && m / 64 < n_words; m++) {
        if ((bits[m / 64] >> (m % 64) & 1U) != 0) {
            return true;
        }
    }
    return false;
}

static enum hanse_status stop_hit(struct replay *r, uint32_t first, uint32_t n)
{
    uint64_t before = 0;
    size_t n_hit = 0;
    for (size_t at = 0; at < r->endings.n; at++) {
        uint32_t id = hanse__endings_id(&r->endings, at);
        if (is_hit(r, at, first, n, before)) {
            void *hit = r->hit;
            HANSE_TRY(hanse__reserve(r->ctx, &hit, &r->room_hit, n_hit + 1, sizeof *r->hit));
            r->hit = hit;
            r->hit[n_hit++] = id;
        }
        before += hanse__row(&r->scheduler, id)->job.width;
    }
    for (size_t i = 0; i < n_hit; i++) {
        size_t at = 0;
        while (hanse__endings_id(&r->endings, at) != r->hit[i]) {
            at++;
        }
        HANSE_TRY(stop(r, at));
    }
    return HANSE_OK;
}

static uint32_t per_node(const struct replay *r)
{
    uint32_t n = r->options->interruptions->node_processors;
    return r->scheduler.view.units > 0 || n == 0 ? 1 : n;
}

static enum hanse_status fail_node(struct replay *r)
{
    double until_s;
    const struct hanse_resource *view = &r->scheduler.view;
    uint32_t n = per_node(r), first = hanse__interrupt_fail(r->interrupt, &until_s) * n;
    forget_repaired(r);
    if (view->kind->machines == NULL) {
        uint64_t there = view->processors - r->n_away * n;
        first = (uint32_t)(hanse__interrupt_luck(r->interrupt) * (double)(there - n + 1));
    }
    HANSE_TRY(hanse_scheduler_changed(&r->scheduler, r->now_s));
    HANSE_TRY(stop_hit(r, first, n));
    if (until_s > r->now_s) {
        void *away = r->away;
        HANSE_TRY(hanse__reserve(r->ctx, &away, &r->room_away, r->n_away + 1, sizeof *r->away));
        r->away = away;
        r->away[r->n_away++] = until_s;
        HANSE_TRY(view->kind->close(&r->scheduler.view, first, n, until_s));
    }
    return HANSE_OK;
}

static enum hanse_status failures(struct replay *r)
{
    while (next_failure_s(r) == r->now_s) {
        HANSE_TRY(fail_node(r));
    }
    forget_repaired(r);
    return HANSE_OK;
}

static enum hanse_status report(const struct replay *r, uint64_t ended_before)
{
    const struct hanse_replay *o = r->options;
    if (o->progress != NULL && ended_before / PROGRESS_EVERY != r->n_ended / PROGRESS_EVERY &&
        o->progress(o->progress_state, r->n_ended, r->now_s)) {
        return hanse__fail(r->ctx, HANSE_ERR_INTERRUPTED, "stopped");
    }
    return HANSE_OK;
}

static enum hanse_status instant(struct replay *r)
{
    uint64_t ended = r->n_ended;
    bool events = next_submit_s(r) == r->now_s || next_end_s(r) == r->now_s;
    bool nodes =
        r->interrupt != NULL && (next_failure_s(r) == r->now_s || next_repair_s(r) == r->now_s);
    HANSE_TRY(submissions(r));
    HANSE_TRY(ends(r));
    if (nodes) {
        HANSE_TRY(failures(r));
    }
    if (!r->each || !events || nodes) {
        HANSE_TRY(pass(r));
    }
    HANSE_CHECK(r->busy <= r->scheduler.view.processors);
    if (r->metrics != NULL) {
        hanse__metrics_level(r->metrics, r->now_s, hanse__scheduler(&r->scheduler)->n_waiting,
                             r->busy);
    }
    return report(r, ended);
}

static enum hanse_status run(struct replay *r)
{
    HANSE_TRY(fill(r));
    for (;;) {
        double submit_s = next_submit_s(r), end_s = next_end_s(r);
        if (r->at < r->n_jobs && !(submit_s >= r->now_s)) { /* so is NaN */
            return check_job(r, &r->jobs[r->at]);
        }
        double now_s = submit_s < end_s ? submit_s : end_s;
        if (r->scheduler.policy->due_s != NULL) {
            double due_s = r->scheduler.policy->due_s(&r->scheduler);
            now_s = due_s < now_s ? due_s : now_s;
        }
        if (r->interrupt != NULL && !done(r)) {
            now_s = fmin(now_s, fmin(next_failure_s(r), next_repair_s(r)));
        }
        if (now_s == HUGE_VAL) {
            break;
        }
#ifdef HANSE_DEBUG_CHECKS
        r->busy_s += r->busy > 0 ? (double)r->busy * (now_s - r->now_s) : 0.0;
#endif
        r->now_s = now_s;
        HANSE_TRY(instant(r));
    }
    HANSE_CHECK(fabs(r->busy_s - r->work_s) <= 1e-9 * r->work_s); /* work is conserved */
    if (hanse_scheduler_waiting(&r->scheduler) > 0) {
        uint32_t id = hanse__first(&r->scheduler);
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN, "job %lld: the machine can never hold it",
                           (long long)hanse__row(&r->scheduler, id)->job.number);
    }
    return HANSE_OK;
}

static enum hanse_status set_up_failures(struct replay *r)
{
    const struct hanse_resource *view = &r->scheduler.view;
    uint32_t n = per_node(r);
    uint32_t units = view->units > 0 ? view->units : view->processors / n;
    if (view->kind->close == NULL) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN, "machine '%s' can't fail",
                           view->kind->name);
    }
    if (view->units == 0 && view->processors % n != 0) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "interruptions: nodes of %u processors must make up the machine's "
                           "%u",
                           n, view->processors);
    }
    return hanse__interrupt_create(r->ctx, r->options->interruptions, units, &r->interrupt);
}

static void tear_down(struct replay *r, enum hanse_status status)
{
    if (r->interrupt != NULL && r->options->report != NULL && status == HANSE_OK) {
        double span_s = r->last_s - r->first_s;
        hanse__interrupt_report(r->interrupt, r->scheduler.view.processors * span_s,
                                r->options->report);
    }
    hanse__interrupt_destroy(r->interrupt);
    hanse__free(r->away);
    hanse__free(r->hit);
    hanse__endings_fini(&r->endings);
    hanse_arena_fini(&r->arena);
    hanse__free(r);
}

static enum hanse_status set_up(struct replay *r)
{
    const struct hanse_replay *o = r->options;
    struct hanse_resource view;
    HANSE_TRY(hanse_arena_init(&r->arena, r->ctx, 1 << 16));
    if (o->make_view != NULL) {
        HANSE_TRY(o->make_view(o->view_state, &r->arena, &view));
    } else if (o->machine_sets) {
        HANSE_TRY(hanse_resource_init_machines(&view, &r->arena, o->processors));
    } else {
        HANSE_TRY(hanse_resource_init_count(&view, &r->arena, o->processors));
    }
    bool instants = view.kind->machines != NULL;
    r->each = o->passes == HANSE_PASS_BY_VIEW ? !instants : o->passes == HANSE_PASS_EACH;
    r->scheduler.user = o->user;
    HANSE_TRY(hanse_scheduler_init(&r->scheduler, &r->arena, &view, o->policy, o->params));
    if (r->metrics != NULL) {
        hanse__metrics_machine(r->metrics, view.processors);
    }
    r->first_s = HUGE_VAL;
    return o->interruptions != NULL ? set_up_failures(r) : HANSE_OK;
}

enum hanse_status hanse_replay_run(struct hanse_context *ctx, const struct hanse_replay *replay,
                                   struct hanse_job_source *source,
                                   const struct hanse_finished_sink *sink,
                                   struct hanse_metrics *metrics)
{
    struct replay *r = hanse__alloc(ctx, 1, sizeof *r);
    if (r == NULL) {
        return HANSE_ERR_MEMORY;
    }
    r->ctx = ctx;
    r->options = replay;
    r->source = source;
    r->sink = sink;
    r->now_s = -HUGE_VAL;
    r->metrics = metrics;
    enum hanse_status status = set_up(r);
    if (status == HANSE_OK && sink != NULL && sink->begin != NULL) {
        status = sink->begin(sink->state, ctx);
    }
    if (status == HANSE_OK) {
        status = run(r);
    }
    if (status == HANSE_OK && sink != NULL && sink->end != NULL) {
        status = sink->end(sink->state, ctx);
    }
    tear_down(r, status);
    return status;
}
