#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/order.h"
#include "sim/process/schedule/policies.h"

#include <math.h>

#include "sim/base/assert.h"

/*
 * Why not every waiting job is looked at after an end. A job waits at the earliest hole there
 * was when it was last placed. It can move only if room came free since, somewhere before its
 * start, and to a stretch that takes in some of that room: there the level is at least its
 * width. Room comes free when a job ends early (its tail) and when a waiting job moves (its old
 * place). So jobs wider than the greatest level in such stretches stay where they are. What a
 * move frees matters at once to the jobs behind the mover, and at the next end to those before.
 */
struct state {
    hanse_ref queue;  /* the waiting jobs with a reservation, by submission */
    hanse_ref due;    /* the same by (start, decision) */
    uint64_t decided; /* reservations made so far */
    uint32_t fresh;   /* first job without a reservation */
    uint32_t reach;   /* greatest level in what came free since the last walk */
    bool ended;
    bool back; /* a job came back to a place before others: it chooses first */
};

static struct state *state_of(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, hanse__scheduler(scheduler)->policy);
}

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    hanse_ref state = hanse_arena_take(scheduler->arena, sizeof(struct state));
    hanse_ref queue = state == 0 ? 0 : hanse__order_create(scheduler->arena);
    hanse_ref due = queue == 0 ? 0 : hanse__order_create(scheduler->arena);
    if (due == 0) {
        return HANSE_ERR_MEMORY;
    }
    hanse__scheduler(scheduler)->policy = state;
    *state_of(scheduler) = (struct state){.queue = queue, .due = due, .fresh = HANSE_NO_JOB};
    return HANSE_OK;
}

/* --- reservations ------------------------------------------------------------------------ */

/* A row's key is the number of the decision that placed it: whole numbers below 2^53. */
static enum hanse_status put(struct hanse_scheduler *scheduler, uint32_t id, double start_s,
                             uint64_t decision)
{
    HANSE_TRY(hanse_scheduler_reserve(scheduler, id, start_s));
    struct state *s = state_of(scheduler);
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->key = (double)decision;
    struct hanse__ordered job = {start_s, decision, row->job.estimate_s, row->job.width, id};
    return hanse__order_put(scheduler->arena, s->due, &job);
}

static enum hanse_status take_back(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    hanse_ref due = state_of(scheduler)->due;
    struct hanse__place place =
        hanse__order_find(scheduler->arena, due, row->start_s, (uint64_t)row->key);
    hanse__order_take(scheduler->arena, due, &place);
    return hanse_scheduler_unreserve(scheduler, id);
}

static void leave_queue(struct hanse_scheduler *scheduler, uint32_t id)
{
    hanse_ref queue = state_of(scheduler)->queue;
    struct hanse__place place =
        hanse__order_find(scheduler->arena, queue, 0.0, hanse__row(scheduler, id)->order);
    hanse__order_take(scheduler->arena, queue, &place);
}

static enum hanse_status start_due(struct hanse_scheduler *scheduler)
{
    double now_s = hanse__now_s(scheduler);
    for (;;) {
        struct hanse__place place = {0, 0};
        hanse_ref due = state_of(scheduler)->due;
        const struct hanse__ordered *first = hanse__order_at(scheduler->arena, due, &place);
        if (first == NULL || first->key > now_s) {
            return HANSE_OK;
        }
        uint32_t id = first->id;
        hanse__order_take(scheduler->arena, due, &place);
        leave_queue(scheduler, id);
        HANSE_TRY(hanse_scheduler_start(scheduler, id));
    }
}

static enum hanse_status place(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    double start_s = scheduler->view.kind->earliest(&scheduler->view, &row->job);
    uint64_t decision = state_of(scheduler)->decided++;
    if (start_s <= hanse__now_s(scheduler)) {
        return hanse_scheduler_start(scheduler, id);
    }
    struct hanse__ordered job = {0.0, row->order, row->job.estimate_s, row->job.width, id};
    HANSE_TRY(hanse__order_put(scheduler->arena, state_of(scheduler)->queue, &job));
    return put(scheduler, id, start_s, decision);
}

static enum hanse_status place_fresh(struct hanse_scheduler *scheduler)
{
    uint32_t id = state_of(scheduler)->fresh;
    state_of(scheduler)->fresh = HANSE_NO_JOB;
    while (id != HANSE_NO_JOB) {
        const struct hanse_job_row *row = hanse__row(scheduler, id);
        uint32_t next = row->next;
        if (!row->placed) {
            HANSE_TRY(place(scheduler, id));
        }
        id = next;
    }
    return HANSE_OK;
}

/* --- what happens ------------------------------------------------------------------------ */

static void reach_over(struct hanse_scheduler *scheduler, double from_s, double to_s)
{
    const struct hanse_resource *view = &scheduler->view;
    uint32_t reach =
        view->kind->greatest != NULL ? view->kind->greatest(view, from_s, to_s) : UINT32_MAX;
    struct state *s = state_of(scheduler);
    s->reach = reach > s->reach ? reach : s->reach;
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct state *s = state_of(scheduler);
    s->back = s->back || hanse__row(scheduler, id)->next != HANSE_NO_JOB;
    if (s->fresh == HANSE_NO_JOB ||
        hanse__row(scheduler, id)->order < hanse__row(scheduler, s->fresh)->order) {
        s->fresh = id;
    }
    return HANSE_OK;
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    state_of(scheduler)->ended = true;
    if (early && hanse__order_size(scheduler->arena, state_of(scheduler)->queue) > 0) {
        const struct hanse_job_row *row = hanse__row(scheduler, id);
        reach_over(scheduler, hanse__now_s(scheduler), row->start_s + row->job.estimate_s);
    }
    return HANSE_OK;
}

static enum hanse_status withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    struct state *s = state_of(scheduler);
    if (!row->placed) {
        if (s->fresh == id) {
            s->fresh = row->next;
        }
        return HANSE_OK;
    }
    leave_queue(scheduler, id);
    HANSE_TRY(take_back(scheduler, id));
    state_of(scheduler)->ended = true;
    state_of(scheduler)->reach = UINT32_MAX;
    return HANSE_OK;
}

/* --- the walk ---------------------------------------------------------------------------- */

/* Moves the job to start_s, which is before its start. */
static enum hanse_status move(struct hanse_scheduler *scheduler, uint32_t id, double start_s)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    double old_s = row->start_s, length_s = row->job.estimate_s;
    HANSE_TRY(take_back(scheduler, id));
    HANSE_TRY(put(scheduler, id, start_s, state_of(scheduler)->decided++));
    double freed_s = start_s + length_s > old_s ? start_s + length_s : old_s;
    if (freed_s < old_s + length_s) {
        reach_over(scheduler, freed_s, old_s + length_s);
    }
    return HANSE_OK;
}

/* Takes the job out and puts it at its earliest hole again. One that comes back to the same
 * time keeps its turn among those that start then, though its machines may be others. */
static enum hanse_status replace(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_resource *view = &scheduler->view;
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    if (view->kind->sooner != NULL) {
        double start_s = view->kind->sooner(view, &row->job, row->start_s, row->slot);
        return start_s < row->start_s ? move(scheduler, id, start_s) : HANSE_OK;
    }
    double old_s = row->start_s;
    uint64_t decision = (uint64_t)row->key;
    HANSE_TRY(take_back(scheduler, id));
    double start_s = view->kind->earliest(view, &hanse__row(scheduler, id)->job);
    HANSE_CHECK(start_s <= old_s); /* never moved back */
    return put(scheduler, id, start_s,
               start_s == old_s ? decision : state_of(scheduler)->decided++);
}

/* Every waiting job, in order of submission, that what came free may concern. */
static enum hanse_status walk(struct hanse_scheduler *scheduler)
{
    struct hanse__place place = {0, 0};
    struct hanse_limits limits = {state_of(scheduler)->reach, HUGE_VAL,
                                  state_of(scheduler)->reach};
    state_of(scheduler)->reach = 0;
    if (scheduler->view.kind->sooner == NULL) {
        limits.now = limits.after = UINT32_MAX;
    }
    double now_s = hanse__now_s(scheduler);
    for (;;) {
        const struct hanse__ordered *job = hanse__order_next(
            scheduler->arena, state_of(scheduler)->queue, &limits, now_s, &place);
        if (job == NULL) {
            return HANSE_OK;
        }
        uint32_t id = job->id;
        HANSE_TRY(replace(scheduler, id));
        place.at++;
        uint32_t reach = state_of(scheduler)->reach;
        if (reach > limits.now) {
            limits.now = limits.after = reach;
        }
    }
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    HANSE_TRY(start_due(scheduler));
    if (state_of(scheduler)->back) {
        state_of(scheduler)->back = false;
        HANSE_TRY(place_fresh(scheduler));
    }
    struct state *s = state_of(scheduler);
    if (s->ended) {
        s->ended = false;
        if (s->reach > 0 || scheduler->view.kind->sooner == NULL) {
            HANSE_TRY(walk(scheduler));
            HANSE_TRY(start_due(scheduler));
        }
    }
    return place_fresh(scheduler);
}

static double due_s(const struct hanse_scheduler *scheduler)
{
    struct hanse__place place = {0, 0};
    const struct hanse__ordered *first =
        hanse__order_at(scheduler->arena, state_of(scheduler)->due, &place);
    return first == NULL ? HUGE_VAL : first->key;
}

/* All reservations are given back before any is made: the machine may be smaller now. */
static enum hanse_status changed(struct hanse_scheduler *scheduler)
{
    for (uint32_t id = hanse__first(scheduler); id != HANSE_NO_JOB;) {
        struct hanse_job_row *row = hanse__row(scheduler, id);
        uint32_t next = row->next;
        HANSE_TRY(hanse_scheduler_unreserve(scheduler, id));
        id = next;
    }
    struct state *s = state_of(scheduler);
    hanse__order_clear(scheduler->arena, s->queue);
    hanse__order_clear(scheduler->arena, s->due);
    s->fresh = hanse__first(scheduler);
    s->reach = 0;
    return HANSE_OK;
}

/* Every waiting job holds a reservation, and none is overdue. */
static void check(const struct hanse_scheduler *scheduler)
{
    const struct state *s = state_of(scheduler);
    uint64_t n = hanse_scheduler_waiting(scheduler);
    HANSE_ASSERT(hanse__order_size(scheduler->arena, s->queue) == n);
    HANSE_ASSERT(hanse__order_size(scheduler->arena, s->due) == n);
    HANSE_ASSERT(due_s(scheduler) > hanse__now_s(scheduler));
}

const struct hanse_policy hanse__policy_conservative = {
    .name = "conservative",
    .doc = "Conservative backfilling: every waiting job holds a reservation that is never "
           "moved back.",
    .rule = "A submitted job gets the earliest hole, by estimates, beside all running and "
            "reserved jobs. When a job ends, every waiting job in order of submission is taken "
            "out and put at its earliest hole again. Jobs start when their reservations fall "
            "due; those due at one instant in the order in which they were last placed.",
    .source = "Mu'alem and Feitelson, IEEE TPDS 12(6), 2001",
    .init = init,
    .submitted = submitted,
    .ended = ended,
    .withdrawn = withdrawn,
    .changed = changed,
    .pass = pass,
    .due_s = due_s,
    .check = check,
};
