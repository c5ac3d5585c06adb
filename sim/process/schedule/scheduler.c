#include "sim/process/schedule/scheduler.h"

#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/inside.h"

struct hanse_job_row *hanse_scheduler_row(const struct hanse_scheduler *scheduler, uint32_t id)
{
    return hanse__row(scheduler, id);
}

uint32_t hanse_scheduler_first(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->first;
}

uint64_t hanse_scheduler_waiting(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->n_waiting;
}

uint64_t hanse_scheduler_running(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->n_running;
}

double hanse_scheduler_now_s(const struct hanse_scheduler *scheduler)
{
    return hanse__scheduler(scheduler)->now_s;
}

hanse_ref *hanse_scheduler_policy_state(const struct hanse_scheduler *scheduler)
{
    return &hanse__scheduler(scheduler)->policy;
}

enum hanse_status hanse_scheduler_init(struct hanse_scheduler *scheduler,
                                       struct hanse_arena *arena,
                                       const struct hanse_resource *view,
                                       const struct hanse_policy *policy, const double *params)
{
    double standards[HANSE_POLICY_PARAMS_MOST];
    void *user = scheduler->user;
    *scheduler = (struct hanse_scheduler){policy, *view, arena, 0, user};
    scheduler->state = hanse_arena_take(arena, sizeof(struct hanse__scheduler));
    if (scheduler->state == 0) {
        return HANSE_ERR_MEMORY;
    }
    *hanse__scheduler(scheduler) = (struct hanse__scheduler){.spare = HANSE_NO_JOB,
                                                             .first = HANSE_NO_JOB,
                                                             .last = HANSE_NO_JOB,
                                                             .started_first = HANSE_NO_JOB,
                                                             .started_last = HANSE_NO_JOB,
                                                             .now_s = -HUGE_VAL};
    if (params == NULL) {
        hanse_policy_standards(policy, standards);
        params = standards;
    }
    return policy->init(scheduler, params);
}

/* --- rows and the queue ------------------------------------------------------------------ */

static enum hanse_status new_row(struct hanse_scheduler *scheduler, uint32_t *id)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    if (s->spare == HANSE_NO_JOB) {
        uint32_t n = s->n_rows, grown = n == 0 ? 32 : 2 * n;
        hanse_ref rows =
            hanse_arena_resize(scheduler->arena, s->rows, n * sizeof(struct hanse_job_row),
                               grown * sizeof(struct hanse_job_row));
        if (rows == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = hanse__scheduler(scheduler);
        s->rows = rows;
        s->n_rows = grown;
        for (uint32_t i = grown; i-- > n;) {
            hanse__row(scheduler, i)->next = s->spare;
            s->spare = i;
        }
    }
    *id = s->spare;
    s->spare = hanse__row(scheduler, *id)->next;
    return HANSE_OK;
}

static void free_row(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->state = HANSE_JOB_FREE;
    row->next = s->spare;
    s->spare = id;
}

/* Links a job into the queue behind `before` (HANSE_NO_JOB: as the first). */
static void link_behind(struct hanse_scheduler *scheduler, uint32_t id, uint32_t before)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->prev = before;
    row->next = before == HANSE_NO_JOB ? s->first : hanse__row(scheduler, before)->next;
    *(before == HANSE_NO_JOB ? &s->first : &hanse__row(scheduler, before)->next) = id;
    *(row->next == HANSE_NO_JOB ? &s->last : &hanse__row(scheduler, row->next)->prev) = id;
    row->state = HANSE_JOB_WAITING;
    s->n_waiting++;
}

static void leave_queue(struct hanse_scheduler *scheduler, struct hanse_job_row *row)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    *(row->prev == HANSE_NO_JOB ? &s->first : &hanse__row(scheduler, row->prev)->next) =
        row->next;
    *(row->next == HANSE_NO_JOB ? &s->last : &hanse__row(scheduler, row->next)->prev) =
        row->prev;
    s->n_waiting--;
}

/* --- what happens ------------------------------------------------------------------------ */

static enum hanse_status move_to(struct hanse_scheduler *scheduler, double now_s)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    if (now_s == s->now_s) {
        return HANSE_OK;
    }
    HANSE_ASSERT(now_s > s->now_s);
    s->now_s = now_s;
    return scheduler->view.kind->advance(&scheduler->view, now_s);
}

static enum hanse_status refuse(struct hanse_context *ctx, const struct hanse_job *job,
                                const char *what, double value)
{
    return hanse__fail(ctx, HANSE_ERR_DOMAIN, "job %lld: %s, got %.17g", (long long)job->number,
                       what, value);
}

/* Comparisons are written so that NaN fails them. */
static enum hanse_status check_job(struct hanse_context *ctx, const struct hanse_job *job)
{
    if (!(job->estimate_s > 0.0 && job->estimate_s < HUGE_VAL)) {
        return refuse(ctx, job, "estimate must be > 0 s and finite", job->estimate_s);
    }
    if (!(job->runtime_s > 0.0)) {
        return refuse(ctx, job, "runtime must be > 0 s", job->runtime_s);
    }
    if (!(job->runtime_s <= job->estimate_s)) {
        return refuse(ctx, job, "runtime must be <= its estimate", job->runtime_s);
    }
    if (job->width == 0) {
        return refuse(ctx, job, "width must be >= 1 processor", 0.0);
    }
    return HANSE_OK;
}

enum hanse_status hanse_scheduler_submit(struct hanse_scheduler *scheduler, double now_s,
                                         const struct hanse_job *job, uint32_t *id)
{
    HANSE_TRY(check_job(scheduler->arena->ctx, job));
    HANSE_TRY(move_to(scheduler, now_s));
    HANSE_TRY(new_row(scheduler, id));
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    *hanse__row(scheduler, *id) =
        (struct hanse_job_row){.job = *job, .order = s->n_submitted++};
    link_behind(scheduler, *id, s->last);
    return scheduler->policy->submitted(scheduler, *id);
}

static enum hanse_status stop(struct hanse_scheduler *scheduler, double now_s, uint32_t id)
{
    HANSE_TRY(move_to(scheduler, now_s));
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    double end_s = row->start_s + row->job.estimate_s;
    struct hanse_job job = row->job; /* the view may move the arena */
    HANSE_ASSERT(row->state == HANSE_JOB_RUNNING && now_s <= end_s);
    HANSE_TRY(
        scheduler->view.kind->release(&scheduler->view, &job, row->start_s, row->slot, now_s));
    HANSE_TRY(scheduler->policy->ended(scheduler, id, now_s < end_s));
    hanse__scheduler(scheduler)->n_running--;
    return HANSE_OK;
}

enum hanse_status hanse_scheduler_end(struct hanse_scheduler *scheduler, double now_s,
                                      uint32_t id)
{
    HANSE_TRY(stop(scheduler, now_s, id));
    free_row(scheduler, id);
    return HANSE_OK;
}

enum hanse_status hanse_scheduler_requeue(struct hanse_scheduler *scheduler, double now_s,
                                          uint32_t id, double estimate_s, double runtime_s)
{
    struct hanse_job job = hanse__row(scheduler, id)->job;
    job.estimate_s = estimate_s;
    job.runtime_s = runtime_s;
    HANSE_TRY(check_job(scheduler->arena->ctx, &job));
    HANSE_TRY(stop(scheduler, now_s, id));
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->job = job;
    row->placed = 0;
    uint32_t before = HANSE_NO_JOB, at = hanse__first(scheduler);
    while (at != HANSE_NO_JOB && hanse__row(scheduler, at)->order < row->order) {
        before = at;
        at = hanse__row(scheduler, at)->next;
    }
    link_behind(scheduler, id, before);
    return scheduler->policy->submitted(scheduler, id);
}

enum hanse_status hanse_scheduler_withdraw(struct hanse_scheduler *scheduler, double now_s,
                                           uint32_t id)
{
    HANSE_TRY(move_to(scheduler, now_s));
    HANSE_ASSERT(hanse__row(scheduler, id)->state == HANSE_JOB_WAITING);
    HANSE_TRY(scheduler->policy->withdrawn(scheduler, id));
    HANSE_TRY(hanse_scheduler_unreserve(scheduler, id));
    leave_queue(scheduler, hanse__row(scheduler, id));
    free_row(scheduler, id);
    return HANSE_OK;
}

enum hanse_status hanse_scheduler_changed(struct hanse_scheduler *scheduler, double now_s)
{
    HANSE_TRY(move_to(scheduler, now_s));
    for (uint32_t id = hanse__first(scheduler);
         id != HANSE_NO_JOB && hanse__scheduler(scheduler)->n_placed > 0;
         id = hanse__row(scheduler, id)->next) {
        HANSE_TRY(hanse_scheduler_unreserve(scheduler, id));
    }
    return scheduler->policy->changed(scheduler);
}

#ifdef HANSE_DEBUG_CHECKS
/* The queue is in order of submission, and nobody in it came from the future. */
static void check_queue(const struct hanse_scheduler *scheduler)
{
    uint64_t n = 0, order = 0;
    for (uint32_t id = hanse__first(scheduler); id != HANSE_NO_JOB; n++) {
        const struct hanse_job_row *row = hanse__row(scheduler, id);
        HANSE_ASSERT(row->state == HANSE_JOB_WAITING && (n == 0 || row->order > order));
        HANSE_ASSERT(!row->placed || row->start_s > hanse__now_s(scheduler));
        order = row->order;
        id = row->next;
    }
    HANSE_ASSERT(n == hanse_scheduler_waiting(scheduler));
    if (scheduler->view.kind->check != NULL) {
        scheduler->view.kind->check(&scheduler->view);
    }
    if (scheduler->policy->check != NULL) {
        scheduler->policy->check(scheduler);
    }
}
#endif

enum hanse_status hanse_scheduler_pass(struct hanse_scheduler *scheduler, double now_s)
{
    HANSE_TRY(move_to(scheduler, now_s));
    HANSE_TRY(scheduler->policy->pass(scheduler));
#ifdef HANSE_DEBUG_CHECKS
    check_queue(scheduler);
#endif
    return HANSE_OK;
}

double hanse_scheduler_due_s(const struct hanse_scheduler *scheduler)
{
    return scheduler->policy->due_s != NULL ? scheduler->policy->due_s(scheduler) : HUGE_VAL;
}

/* --- what policies do -------------------------------------------------------------------- */

enum hanse_status hanse_scheduler_reserve(struct hanse_scheduler *scheduler, uint32_t id,
                                          double start_s)
{
    struct hanse_job job = hanse__row(scheduler, id)->job;
    uint32_t slot;
    HANSE_TRY(scheduler->view.kind->take(&scheduler->view, &job, start_s, &slot));
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->start_s = start_s;
    row->slot = slot;
    row->placed = 1;
    hanse__scheduler(scheduler)->n_placed++;
    return HANSE_OK;
}

enum hanse_status hanse_scheduler_unreserve(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_job_row *row = hanse__row(scheduler, id);
    if (!row->placed) {
        return HANSE_OK;
    }
    row->placed = 0;
    hanse__scheduler(scheduler)->n_placed--;
    struct hanse_job job = row->job; /* the view may move the arena */
    return scheduler->view.kind->release(&scheduler->view, &job, row->start_s, row->slot,
                                         row->start_s);
}

enum hanse_status hanse_scheduler_start(struct hanse_scheduler *scheduler, uint32_t id)
{
    double now_s = hanse__now_s(scheduler);
    if (!hanse__row(scheduler, id)->placed) {
        HANSE_TRY(hanse_scheduler_reserve(scheduler, id, now_s));
    }
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    struct hanse_job_row *row = hanse__row(scheduler, id);
    HANSE_ASSERT(row->state == HANSE_JOB_WAITING && row->start_s == now_s);
    leave_queue(scheduler, row);
    row->state = HANSE_JOB_RUNNING;
    row->placed = 0;
    s->n_placed--;
    row->next = HANSE_NO_JOB;
    *(s->started_last == HANSE_NO_JOB ? &s->started_first
                                      : &hanse__row(scheduler, s->started_last)->next) = id;
    s->started_last = id;
    s->n_running++;
    if (scheduler->policy->started != NULL) {
        scheduler->policy->started(scheduler, id);
    }
    return HANSE_OK;
}

bool hanse_scheduler_started(struct hanse_scheduler *scheduler, uint32_t *id)
{
    struct hanse__scheduler *s = hanse__scheduler(scheduler);
    if (s->started_first == HANSE_NO_JOB) {
        return false;
    }
    *id = s->started_first;
    s->started_first = hanse__row(scheduler, *id)->next;
    if (s->started_first == HANSE_NO_JOB) {
        s->started_last = HANSE_NO_JOB;
    }
    return true;
}
