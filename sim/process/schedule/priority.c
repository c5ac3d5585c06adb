/*
 * Priority with fair share, as Slurm's multifactor plugin has it (docs/scheduling.md):
 *
 *     priority = W_age A + W_share F + W_size Z
 *     A = min(1, (now - submit) / age_max)
 *     Z = width / processors, or 1 - width / processors where small jobs are favoured
 *     F = 2^-(U / S),  U the user's part of all usage, S = 1 / users: his part of the shares
 *
 * Usage is processor time that decays with a half-life: du/dt = -(ln 2 / half-life) u + w while
 * the user's jobs run on w processors. Between changes of w it has a closed form, so it does
 * not depend on how often it is looked at.
 */
#include <math.h>

#include "sim/process/schedule/backfill.h"
#include "sim/process/schedule/inside.h"
#include "sim/process/schedule/policies.h"

enum { AGE_WEIGHT, AGE_MAX, SHARE_WEIGHT, HALF_LIFE, SIZE_WEIGHT, FAVOUR, PERIOD, WALKS, N };

static const char *const SIZES[] = {"large", "small", NULL};
static const char *const NO_YES[] = {"no", "yes", NULL};

static const struct hanse_policy_param PARAMS[] = {
    [AGE_WEIGHT] = {"age_weight", "1", 1000, 0, 1e9, "weight of a job's time in the queue",
                    NULL},
    [AGE_MAX] = {"age_max", "s", 1209600, 1, 1e9, "age at which it counts in full", NULL},
    [SHARE_WEIGHT] = {"share_weight", "1", 10000, 0, 1e9, "weight of the user's fair share",
                      NULL},
    [HALF_LIFE] = {"half_life", "s", 1209600, 1, 1e12, "time after which usage counts half",
                   NULL},
    [SIZE_WEIGHT] = {"size_weight", "1", 1000, 0, 1e9, "weight of the job's size", NULL},
    [FAVOUR] = {"favour", "1", 0, 0, 1, "which size counts for a job", SIZES},
    [PERIOD] = {"period", "s", 300, 0, 1e9,
                "time between calculations of all priorities; 0 before each pass", NULL},
    [WALKS] = {"backfill", "1", 1, 0, 1, "may others go before the first (as in easy)?",
               NO_YES},
};

struct user {
    int32_t name;
    uint32_t running; /* processors */
    bool known;
    double usage; /* processor seconds at since_s */
    double since_s;
};

struct share {
    double values[N];
    double calculated_s; /* when all priorities were last calculated */
    double processors;
    struct user all; /* the sum over users */
    hanse_ref users; /* struct user [room]: open addressing, never walked */
    uint32_t room, n_users;
};

static struct share *share_of(const struct hanse_scheduler *scheduler)
{
    return hanse_arena_at(scheduler->arena, hanse__backfill_of(scheduler)->extra);
}

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    HANSE_TRY(hanse__backfill_init(scheduler, false, params[WALKS] != 0.0));
    hanse_ref extra = hanse_arena_take(scheduler->arena, sizeof(struct share));
    if (extra == 0) {
        return HANSE_ERR_MEMORY;
    }
    hanse__backfill_of(scheduler)->extra = extra;
    struct share *s = share_of(scheduler);
    for (int i = 0; i < N; i++) {
        s->values[i] = params[i];
    }
    s->calculated_s = -HUGE_VAL;
    s->processors = (double)scheduler->view.processors;
    return HANSE_OK;
}

/* --- usage ------------------------------------------------------------------------------- */

static struct user *seek(const struct hanse_arena *arena, hanse_ref users, uint32_t room,
                         int32_t name)
{
    struct user *all = hanse_arena_at(arena, users);
    uint32_t at = (uint32_t)name * UINT32_C(2654435769);
    for (at ^= at >> 15;; at++) {
        struct user *user = &all[at & (room - 1)];
        if (!user->known || user->name == name) {
            return user;
        }
    }
}

static enum hanse_status grow_users(struct hanse_scheduler *scheduler)
{
    struct share *s = share_of(scheduler);
    uint32_t old_room = s->room, room = old_room == 0 ? 16 : 2 * old_room;
    hanse_ref users = hanse_arena_take(scheduler->arena, room * sizeof(struct user));
    if (users == 0) {
        return HANSE_ERR_MEMORY;
    }
    s = share_of(scheduler);
    const struct user *old = hanse_arena_at(scheduler->arena, s->users);
    for (uint32_t i = 0; i < old_room; i++) {
        if (old[i].known) {
            *seek(scheduler->arena, users, room, old[i].name) = old[i];
        }
    }
    hanse_arena_free(scheduler->arena, s->users, old_room * sizeof(struct user));
    s->users = users;
    s->room = room;
    return HANSE_OK;
}

/* Whoever is not known is one user: -1. */
static int32_t name_of(const struct hanse_job *job)
{
    return job->user < 0 ? -1 : job->user;
}

static enum hanse_status know(struct hanse_scheduler *scheduler, int32_t name)
{
    const struct share *s = share_of(scheduler);
    if (2 * (s->n_users + 1) > s->room) {
        HANSE_TRY(grow_users(scheduler));
        s = share_of(scheduler);
    }
    struct user *user = seek(scheduler->arena, s->users, s->room, name);
    if (!user->known) {
        *user = (struct user){.name = name, .known = true};
        share_of(scheduler)->n_users++;
    }
    return HANSE_OK;
}

/* u(t + d) = u(t) x + w (1 - x) / k with k = ln 2 / half-life, x = e^-kd. */
static double usage_at(const struct user *user, double now_s, double half_life_s)
{
    double k = M_LN2 / half_life_s, d = now_s - user->since_s;
    return user->usage * exp(-k * d) - user->running * expm1(-k * d) / k;
}

static void use(struct user *user, double now_s, double half_life_s, int64_t change)
{
    user->usage = usage_at(user, now_s, half_life_s);
    user->since_s = now_s;
    user->running = (uint32_t)(user->running + change);
}

static void book(struct hanse_scheduler *scheduler, const struct hanse_job *job, int64_t change)
{
    struct share *s = share_of(scheduler);
    double now_s = hanse__now_s(scheduler), half_life_s = s->values[HALF_LIFE];
    use(seek(scheduler->arena, s->users, s->room, name_of(job)), now_s, half_life_s, change);
    use(&s->all, now_s, half_life_s, change);
}

/* --- priorities -------------------------------------------------------------------------- */

static double priority(const struct hanse_scheduler *scheduler, const struct hanse_job *job)
{
    const struct share *s = share_of(scheduler);
    const double *v = s->values;
    double now_s = hanse__now_s(scheduler);
    double age = fmin(1.0, (now_s - job->submit_s) / v[AGE_MAX]);
    double size = job->width / s->processors;
    double all = usage_at(&s->all, now_s, v[HALF_LIFE]), part = 0.0;
    if (all > 0.0) {
        const struct user *user = seek(scheduler->arena, s->users, s->room, name_of(job));
        part = usage_at(user, now_s, v[HALF_LIFE]) / all;
    }
    return v[AGE_WEIGHT] * age + v[SHARE_WEIGHT] * exp2(-part * s->n_users) +
           v[SIZE_WEIGHT] * (v[FAVOUR] != 0.0 ? 1.0 - size : size);
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    HANSE_TRY(know(scheduler, name_of(&hanse__row(scheduler, id)->job)));
    struct hanse_job_row *row = hanse__row(scheduler, id);
    row->key = -priority(scheduler, &row->job); /* the order is ascending */
    return hanse__backfill_submitted(scheduler, id);
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    struct hanse_job job = hanse__row(scheduler, id)->job;
    book(scheduler, &job, -(int64_t)job.width);
    return hanse__backfill_ended(scheduler, id, early);
}

static void started(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_job job = hanse__row(scheduler, id)->job;
    book(scheduler, &job, job.width);
}

static bool is_stale(const struct hanse_scheduler *scheduler)
{
    const struct share *s = share_of(scheduler);
    return hanse__now_s(scheduler) >= s->calculated_s + s->values[PERIOD];
}

static enum hanse_status calculate(struct hanse_scheduler *scheduler)
{
    hanse_ref order = hanse__backfill_of(scheduler)->order;
    share_of(scheduler)->calculated_s = hanse__now_s(scheduler);
    if (hanse__first(scheduler) == HANSE_NO_JOB) {
        return HANSE_OK;
    }
    hanse__order_clear(scheduler->arena, order);
    uint32_t id = hanse__first(scheduler);
    while (id != HANSE_NO_JOB) {
        struct hanse_job_row *row = hanse__row(scheduler, id);
        uint32_t next = row->next;
        row->key = -priority(scheduler, &row->job);
        struct hanse__ordered job = {row->key, row->order, row->job.estimate_s, row->job.width,
                                     id};
        HANSE_TRY(hanse__order_put(scheduler->arena, order, &job));
        id = next;
    }
    hanse__backfill_of(scheduler)->seen = 0; /* another order: walk it */
    return HANSE_OK;
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    if (is_stale(scheduler)) {
        HANSE_TRY(calculate(scheduler));
    }
    return hanse__backfill_pass(scheduler);
}

/* Priorities change without events, while somebody waits. */
static double due_s(const struct hanse_scheduler *scheduler)
{
    const struct share *s = share_of(scheduler);
    bool ticks = s->values[PERIOD] > 0.0 && hanse_scheduler_waiting(scheduler) > 0;
    return ticks ? s->calculated_s + s->values[PERIOD] : HUGE_VAL;
}

const struct hanse_policy hanse__policy_priority = {
    .name = "priority",
    .doc = "Priority by age, fair share with half-life decay, and size; with backfilling.",
    .rule = "Waiting jobs are ordered by priority (ties: submitted first), calculated when "
            "they are submitted and for all every `period`. The first starts while it fits; "
            "then it gets a reservation and the others are walked in order of priority, as in "
            "easy.",
    .source = "Slurm multifactor priority plugin; fair-share factor F = 2^-(U/S)",
    .params = PARAMS,
    .n_params = N,
    .init = init,
    .submitted = submitted,
    .ended = ended,
    .started = started,
    .withdrawn = hanse__backfill_withdrawn,
    .changed = hanse__backfill_changed,
    .pass = pass,
    .due_s = due_s,
    .check = hanse__backfill_check,
};
