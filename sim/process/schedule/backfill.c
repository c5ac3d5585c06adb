#include "sim/process/schedule/backfill.h"

#include <math.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/inside.h"

/* The same, without a call. */
static inline struct hanse__backfill *of(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, hanse__scheduler(scheduler)->policy);
}

struct hanse__backfill *hanse__backfill_of(const struct hanse_scheduler *scheduler)
{
    return of(scheduler);
}

enum hanse_status hanse__backfill_init(struct hanse_scheduler *scheduler,
                                       bool head_by_submission, bool walks)
{
    hanse_ref state = hanse_arena_take(scheduler->arena, sizeof(struct hanse__backfill));
    hanse_ref order = state == 0 ? 0 : hanse__order_create(scheduler->arena);
    if (order == 0) {
        return HANSE_ERR_MEMORY;
    }
    hanse__scheduler(scheduler)->policy = state;
    *of(scheduler) = (struct hanse__backfill){.order = order,
                                              .head = HANSE_NO_JOB,
                                              .promised_s = HUGE_VAL,
                                              .head_by_submission = head_by_submission,
                                              .walks = walks};
    return HANSE_OK;
}

static uint32_t head_of(const struct hanse_scheduler *scheduler)
{
    const struct hanse__backfill *b = of(scheduler);
    if (b->head_by_submission) {
        return hanse__first(scheduler);
    }
    struct hanse__place place = {0, 0};
    const struct hanse__ordered *first = hanse__order_at(scheduler->arena, b->order, &place);
    return first == NULL ? HANSE_NO_JOB : first->id;
}

static void limits_of(const struct hanse_scheduler *scheduler, struct hanse_limits *limits)
{
    const struct hanse_resource *view = &scheduler->view;
    *limits = (struct hanse_limits){UINT32_MAX, 0.0, UINT32_MAX};
    if (view->kind->limits != NULL) {
        view->kind->limits(view, limits);
    }
}

static bool fits_now(const struct hanse_scheduler *scheduler, uint32_t id)
{
    return scheduler->view.kind->fits_now(&scheduler->view, &hanse__row(scheduler, id)->job);
}

enum hanse_status hanse__backfill_submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse__backfill *b = of(scheduler);
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    b->fresh = id;
    b->n_fresh++;
    struct hanse__ordered job = {row->key, row->order, row->job.estimate_s, row->job.width, id};
    return hanse__order_put(scheduler->arena, b->order, &job);
}

enum hanse_status hanse__backfill_ended(struct hanse_scheduler *scheduler, uint32_t id,
                                        bool early)
{
    struct hanse__backfill *b = of(scheduler);
    (void)id;
    b->seen = 0;
    b->replan |= early;
    return HANSE_OK;
}

enum hanse_status hanse__backfill_changed(struct hanse_scheduler *scheduler)
{
    struct hanse__backfill *b = of(scheduler);
    b->seen = 0;
    b->replan = true;
    b->promised_s = HUGE_VAL; /* a smaller machine can't keep it */
    return HANSE_OK;
}

static void leave_order(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    hanse_ref order = of(scheduler)->order;
    struct hanse__place place =
        hanse__order_find(scheduler->arena, order, row->key, row->order);
    hanse__order_take(scheduler->arena, order, &place);
}

enum hanse_status hanse__backfill_withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    leave_order(scheduler, id);
    struct hanse__backfill *b = of(scheduler);
    if (b->head == id) { /* its id may come back as another job's */
        b->head = HANSE_NO_JOB;
        b->promised_s = HUGE_VAL;
        b->seen = 0;
    }
    if (b->fresh == id) {
        b->n_fresh = 2; /* which of the others was fresh is not known */
    }
    return HANSE_OK;
}

/* --- passes ------------------------------------------------------------------------------ */

static enum hanse_status reserve_head(struct hanse_scheduler *scheduler, uint32_t head)
{
    struct hanse__backfill *b = of(scheduler);
    double start_s =
        scheduler->view.kind->earliest(&scheduler->view, &hanse__row(scheduler, head)->job);
    HANSE_CHECK(start_s <= b->promised_s); /* nobody who went before it has delayed it */
    b->promised_s = start_s;
    /* A machine that has lost devices may be unable to hold the head: then nothing waits for
     * it. */
    return start_s < HUGE_VAL ? hanse_scheduler_reserve(scheduler, head, start_s) : HANSE_OK;
}

static enum hanse_status start_heads(struct hanse_scheduler *scheduler, uint32_t *head)
{
    for (;;) {
        *head = head_of(scheduler);
        struct hanse__backfill *b = of(scheduler);
        if (*head != b->head) {
            b->promised_s = HUGE_VAL;
        }
        if (*head == HANSE_NO_JOB || !fits_now(scheduler, *head)) {
            HANSE_CHECK(*head == HANSE_NO_JOB || hanse__now_s(scheduler) < b->promised_s);
            return HANSE_OK;
        }
        b->head = HANSE_NO_JOB;
        leave_order(scheduler, *head);
        HANSE_TRY(hanse_scheduler_start(scheduler, *head));
    }
}

/* The reservation when it matters, and what it leaves. */
static enum hanse_status hold_head(struct hanse_scheduler *scheduler, uint32_t head,
                                   struct hanse_limits *limits)
{
    HANSE_TRY(reserve_head(scheduler, head));
    limits_of(scheduler, limits);
    return HANSE_OK;
}

static enum hanse_status walk(struct hanse_scheduler *scheduler, uint32_t head,
                              struct hanse_limits *limits)
{
    hanse_ref order = of(scheduler)->order;
    double now_s = hanse__now_s(scheduler);
    bool held = hanse__row(scheduler, head)->placed;
    struct hanse__place place = {0, 0};
    for (;;) {
        const struct hanse__ordered *job =
            hanse__order_next(scheduler->arena, order, limits, now_s, &place);
        if (job == NULL) {
            return HANSE_OK;
        }
        uint32_t id = job->id;
        if (id == head) {
            place.at++;
        } else if (!held) { /* somebody cares: hold it, and look at the same job again */
            held = true;
            HANSE_TRY(hold_head(scheduler, head, limits));
        } else if (fits_now(scheduler, id)) {
            hanse__order_take(scheduler->arena, order, &place);
            HANSE_TRY(hanse_scheduler_start(scheduler, id));
            limits_of(scheduler, limits);
        } else {
            place.at++;
        }
    }
}

/* Behind a head that still waits, nobody was passed over who would fit now but the fresh job.
 */
static enum hanse_status try_fresh(struct hanse_scheduler *scheduler, uint32_t id,
                                   struct hanse_limits *limits)
{
    struct hanse__backfill *b = of(scheduler);
    if (!b->walks || hanse__row(scheduler, id)->job.width > limits->now) {
        return HANSE_OK;
    }
    if (!hanse__row(scheduler, b->head)->placed) {
        HANSE_TRY(hold_head(scheduler, b->head, limits));
    }
    if (!fits_now(scheduler, id)) {
        return HANSE_OK;
    }
    leave_order(scheduler, id);
    HANSE_TRY(hanse_scheduler_start(scheduler, id));
    limits_of(scheduler, limits);
    return HANSE_OK;
}

/* Its reservation begins now. */
static bool is_due(const struct hanse_scheduler *scheduler, uint32_t head)
{
    const struct hanse_job_row *row = hanse__row(scheduler, head);
    return row->placed && row->start_s <= hanse__now_s(scheduler);
}

static enum hanse_status whole_pass(struct hanse_scheduler *scheduler,
                                    struct hanse_limits *limits)
{
    struct hanse__backfill *b = of(scheduler);
    uint32_t head = head_of(scheduler), old = b->head;
    bool kept = head == old && head != HANSE_NO_JOB && !b->replan &&
                hanse__row(scheduler, head)->placed && !is_due(scheduler, head);
    if (!kept) {
        if (old != HANSE_NO_JOB) {
            HANSE_TRY(hanse_scheduler_unreserve(scheduler, old));
        }
        HANSE_TRY(start_heads(scheduler, &head));
    }
    limits_of(scheduler, limits);
    if (head != HANSE_NO_JOB && of(scheduler)->walks) {
        HANSE_TRY(walk(scheduler, head, limits));
    }
    of(scheduler)->head = head;
    return HANSE_OK;
}

enum hanse_status hanse__backfill_pass(struct hanse_scheduler *scheduler)
{
    struct hanse__backfill *b = of(scheduler);
    struct hanse_limits limits;
    limits_of(scheduler, &limits);
    bool as_before = b->head != HANSE_NO_JOB && !b->replan && limits.now <= b->seen &&
                     head_of(scheduler) == b->head && !is_due(scheduler, b->head);
    if (!as_before || b->n_fresh > 1) {
        HANSE_TRY(whole_pass(scheduler, &limits));
    } else if (b->n_fresh == 1) {
        HANSE_TRY(try_fresh(scheduler, b->fresh, &limits));
    }
    b = of(scheduler);
    b->seen = scheduler->view.kind->limits != NULL ? limits.now : 0;
    b->n_fresh = 0;
    b->replan = false;
    return HANSE_OK;
}

/* The head waits for room only: it doesn't fit, and where somebody went before it, it holds
 * its reservation. */
void hanse__backfill_check(const struct hanse_scheduler *scheduler)
{
    const struct hanse__backfill *b = of(scheduler);
    HANSE_ASSERT(hanse__order_size(scheduler->arena, b->order) ==
                 hanse_scheduler_waiting(scheduler));
    HANSE_ASSERT(b->head == head_of(scheduler));
    HANSE_ASSERT(b->head == HANSE_NO_JOB || !fits_now(scheduler, b->head));
}
