#include "sim/process/schedule/strict.h"

#include "sim/base/assert.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/order.h"

struct sort {
    uint32_t need, width;
    hanse_ref jobs; /* an order (order.h) */
    bool done;      /* for this pass */
};

struct strict {
    hanse_ref sorts;
    uint32_t n, room;
};

static struct strict *of(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, hanse__scheduler(scheduler)->policy);
}

static struct sort *sorts(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, of(scheduler)->sorts);
}

enum hanse_status hanse__strict_init(struct hanse_scheduler *scheduler)
{
    enum { ROOM = 8 };
    hanse_ref state = hanse_arena_take(scheduler->arena, sizeof(struct strict));
    hanse_ref first =
        state == 0 ? 0 : hanse_arena_take(scheduler->arena, ROOM * sizeof(struct sort));
    if (first == 0) {
        return HANSE_ERR_MEMORY;
    }
    hanse__scheduler(scheduler)->policy = state;
    *of(scheduler) = (struct strict){.sorts = first, .room = ROOM};
    return HANSE_OK;
}

static struct sort *find(const struct hanse_scheduler *scheduler, const struct hanse_job *job)
{
    struct sort *all = sorts(scheduler);
    for (uint32_t i = 0; i < of(scheduler)->n; i++) {
        if (all[i].need == job->need && all[i].width == job->width) {
            return &all[i];
        }
    }
    return NULL;
}

static enum hanse_status add(struct hanse_scheduler *scheduler, const struct hanse_job *job)
{
    struct strict *s = of(scheduler);
    if (s->n == s->room) {
        size_t used = s->room * sizeof(struct sort);
        hanse_ref grown = hanse_arena_resize(scheduler->arena, s->sorts, used, 2 * used);
        if (grown == 0) {
            return HANSE_ERR_MEMORY;
        }
        s = of(scheduler);
        s->sorts = grown;
        s->room *= 2;
    }
    hanse_ref jobs = hanse__order_create(scheduler->arena);
    if (jobs == 0) {
        return HANSE_ERR_MEMORY;
    }
    sorts(scheduler)[of(scheduler)->n++] =
        (struct sort){.need = job->need, .width = job->width, .jobs = jobs};
    return HANSE_OK;
}

enum hanse_status hanse__strict_submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row row = *hanse__row(scheduler, id);
    if (find(scheduler, &row.job) == NULL) {
        HANSE_TRY(add(scheduler, &row.job));
    }
    struct hanse__ordered job = {row.key, row.order, row.job.estimate_s, row.job.width, id};
    return hanse__order_put(scheduler->arena, find(scheduler, &row.job)->jobs, &job);
}

static void leave(struct hanse_scheduler *scheduler, uint32_t id)
{
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    hanse_ref jobs = find(scheduler, &row->job)->jobs;
    struct hanse__place place = hanse__order_find(scheduler->arena, jobs, row->key, row->order);
    hanse__order_take(scheduler->arena, jobs, &place);
}

enum hanse_status hanse__strict_withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    leave(scheduler, id);
    return HANSE_OK;
}

/* The first of all sorts that are not done; HANSE_NO_JOB when none is left. */
static uint32_t first_of(const struct hanse_scheduler *scheduler)
{
    const struct sort *all = sorts(scheduler);
    struct hanse__ordered best = {.id = HANSE_NO_JOB};
    for (uint32_t i = 0; i < of(scheduler)->n; i++) {
        struct hanse__place place = {0, 0};
        const struct hanse__ordered *job =
            all[i].done ? NULL : hanse__order_at(scheduler->arena, all[i].jobs, &place);
        if (job != NULL && (best.id == HANSE_NO_JOB || job->key < best.key ||
                            (job->key == best.key && job->order < best.order))) {
            best = *job;
        }
    }
    return best.id;
}

/* The job waits, and with it all that need as much or more of the same. */
static void bar(struct hanse_scheduler *scheduler, const struct hanse_job *job)
{
    struct sort *all = sorts(scheduler);
    scheduler->view.kind->bar(&scheduler->view, job);
    for (uint32_t i = 0; i < of(scheduler)->n; i++) {
        all[i].done |= all[i].need == job->need && all[i].width >= job->width;
    }
}

enum hanse_status hanse__strict_pass(struct hanse_scheduler *scheduler)
{
    struct hanse_resource *view = &scheduler->view;
    for (uint32_t i = 0; i < of(scheduler)->n; i++) {
        sorts(scheduler)[i].done = false;
    }
    for (uint32_t id; (id = first_of(scheduler)) != HANSE_NO_JOB;) {
        const struct hanse_job *job = &hanse__row(scheduler, id)->job;
        if (view->kind->fits_now(view, job)) {
            leave(scheduler, id);
            HANSE_TRY(hanse_scheduler_start(scheduler, id));
        } else {
            bar(scheduler, job);
        }
    }
    view->kind->unbar(view);
    return HANSE_OK;
}
