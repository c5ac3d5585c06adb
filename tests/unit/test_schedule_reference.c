/*
 * The schedulers against a second implementation: the rules of docs/scheduling.md word for
 * word, with lists, loops over all jobs and no memory of earlier passes. Random workloads are
 * small and full of ties: times are small multiples of 1/4, many jobs come at once, many are as
 * wide as the machine, many estimates are exact.
 *
 * What must be equal: every start, every set of machines, bit for bit. HANSE_TEST_ROUNDS=n
 * multiplies the number of workloads.
 */
#include "tests/mix.h"

enum { MOST = 160, MACHINES_MOST = 70 };

struct item {
    struct hanse_job job;
    double start_s; /* or the reservation's, while waiting */
    double decided; /* when it was given its start: a count */
    int submitted, running, ended, reserved;
    double turn; /* among those that start: a count */
    char holds[MACHINES_MOST];
    double priority;
};

struct model {
    struct item items[MOST];
    int n;
    int processors;
    int sets; /* machine sets */
    const char *policy;
    double params[HANSE_POLICY_PARAMS_MOST];
    double now_s;
    double decisions, turns;
    double calculated_s;
};

/* --- the machine, by looking at all jobs ------------------------------------------------- */

static double planned_end(const struct item *i)
{
    return i->start_s + i->job.estimate_s;
}

static int holds_room(const struct item *i)
{
    return i->running || i->reserved;
}

static int used_at(const struct model *m, double time_s)
{
    int used = 0;
    for (int k = 0; k < m->n; k++) {
        const struct item *i = &m->items[k];
        if (holds_room(i) && i->start_s <= time_s && time_s < planned_end(i)) {
            used += (int)i->job.width;
        }
    }
    return used;
}

/* Is there room over [start, start + estimate)? Sets `holds` to the lowest machines that are
 * free over all of it. */
static int room_at(const struct model *m, const struct hanse_job *job, double start_s,
                   char *holds)
{
    double end_s = start_s + job->estimate_s;
    int free = m->processors;
    if (!m->sets) {
        int least = m->processors - used_at(m, start_s);
        for (int k = 0; k < m->n; k++) {
            const struct item *i = &m->items[k];
            if (holds_room(i) && i->start_s > start_s && i->start_s < end_s) {
                int here = m->processors - used_at(m, i->start_s);
                least = here < least ? here : least;
            }
        }
        return least >= (int)job->width;
    }
    memset(holds, 1, MACHINES_MOST);
    for (int k = 0; k < m->n; k++) {
        const struct item *i = &m->items[k];
        if (holds_room(i) && i->start_s < end_s && planned_end(i) > start_s) {
            for (int c = 0; c < m->processors; c++) {
                holds[c] = holds[c] && !i->holds[c];
            }
        }
    }
    free = 0;
    for (int c = 0; c < MACHINES_MOST; c++) {
        holds[c] = holds[c] && c < m->processors && free < (int)job->width;
        free += holds[c];
    }
    return free >= (int)job->width;
}

/* Room can begin now or when somebody's room ends. */
static double earliest(const struct model *m, const struct hanse_job *job, char *holds)
{
    double best = room_at(m, job, m->now_s, holds) ? m->now_s : INFINITY;
    for (int k = 0; k < m->n && best > m->now_s; k++) {
        const struct item *i = &m->items[k];
        char there[MACHINES_MOST];
        double at = planned_end(i);
        if (holds_room(i) && at > m->now_s && at < best && room_at(m, job, at, there)) {
            best = at;
            memcpy(holds, there, MACHINES_MOST);
        }
    }
    return best;
}

static int waits(const struct item *i)
{
    return i->submitted && !i->running && !i->ended;
}

static void start(struct model *m, struct item *i)
{
    i->start_s = m->now_s;
    i->running = 1;
    i->reserved = 0;
    i->turn = m->turns++;
}

static int starts_if_it_fits(struct model *m, struct item *i)
{
    char holds[MACHINES_MOST];
    if (!room_at(m, &i->job, m->now_s, holds)) {
        return 0;
    }
    memcpy(i->holds, holds, sizeof holds);
    start(m, i);
    return 1;
}

/* --- the rules --------------------------------------------------------------------------- */

/* The waiting job that comes first by (key, submission), of those after the last one taken. */
static struct item *next_by(struct model *m, double (*key)(const struct item *),
                            const struct item *after)
{
    struct item *best = NULL;
    for (int k = 0; k < m->n; k++) {
        struct item *i = &m->items[k];
        int later = after == NULL || key(i) > key(after) || (key(i) == key(after) && i > after);
        if (waits(i) && later && (best == NULL || key(i) < key(best))) {
            best = i;
        }
    }
    return best;
}

static double by_submission(const struct item *i)
{
    return 0.0;
}

static double by_estimate(const struct item *i)
{
    return i->job.estimate_s;
}

static double by_priority(const struct item *i)
{
    return -i->priority;
}

static struct item *start_from_the_head(struct model *m, double (*key)(const struct item *))
{
    struct item *head;
    do {
        head = next_by(m, key, NULL);
    } while (head != NULL && starts_if_it_fits(m, head));
    return head;
}

/* SEMANTICS of EASY on counts: shadow time and extra processors. */
static void walk_counts(struct model *m, const struct item *head,
                        double (*key)(const struct item *))
{
    char unused[MACHINES_MOST];
    double shadow_s = earliest(m, &head->job, unused);
    int extra = m->processors - used_at(m, shadow_s) - (int)head->job.width;
    for (struct item *i = next_by(m, key, NULL), *next; i != NULL; i = next) {
        next = next_by(m, key, i);
        int fits = (int)i->job.width <= m->processors - used_at(m, m->now_s);
        if (i == head || !fits) {
            continue;
        }
        if (m->now_s + i->job.estimate_s <= shadow_s) {
            start(m, i);
        } else if ((int)i->job.width <= extra) {
            extra -= (int)i->job.width;
            start(m, i);
        }
    }
}

static void walk_sets(struct model *m, struct item *head, double (*key)(const struct item *))
{
    head->start_s = earliest(m, &head->job, head->holds);
    head->reserved = 1;
    for (struct item *i = next_by(m, key, NULL), *next; i != NULL; i = next) {
        next = next_by(m, key, i);
        if (i != head) {
            starts_if_it_fits(m, i);
        }
    }
    head->reserved = 0;
}

static void backfill(struct model *m, double (*head_key)(const struct item *),
                     double (*key)(const struct item *))
{
    struct item *head = start_from_the_head(m, head_key);
    if (head != NULL && m->sets) {
        walk_sets(m, head, key);
    } else if (head != NULL) {
        walk_counts(m, head, key);
    }
}

/* The usage of a user (all: of every user), from the history of all jobs. */
static double usage(const struct model *m, int32_t user, int all)
{
    double k = M_LN2 / m->params[3], sum = 0.0;
    for (int j = 0; j < m->n; j++) {
        const struct item *i = &m->items[j];
        if ((i->running || i->ended) && (all || i->job.user == user)) {
            double end_s = i->ended ? i->start_s + i->job.runtime_s : m->now_s;
            sum += i->job.width *
                   (exp(-k * (m->now_s - end_s)) - exp(-k * (m->now_s - i->start_s))) / k;
        }
    }
    return sum;
}

static int users(const struct model *m)
{
    int n = 0;
    for (int a = 0; a < m->n; a++) {
        int first = m->items[a].submitted;
        for (int b = 0; b < a; b++) {
            first = first &&
                    !(m->items[b].submitted && m->items[b].job.user == m->items[a].job.user);
        }
        n += first;
    }
    return n;
}

static void calculate(struct model *m, struct item *i)
{
    const double *p = m->params;
    double age = fmin(1.0, (m->now_s - i->job.submit_s) / p[1]);
    double size = (double)i->job.width / m->processors;
    double all = usage(m, 0, 1), part = all > 0.0 ? usage(m, i->job.user, 0) / all : 0.0;
    i->priority = p[0] * age + p[2] * pow(2.0, -part * users(m)) +
                  p[4] * (p[5] != 0.0 ? 1.0 - size : size);
}

static void by_priorities(struct model *m)
{
    if (m->now_s >= m->calculated_s + m->params[6]) {
        m->calculated_s = m->now_s;
        for (int k = 0; k < m->n; k++) {
            if (waits(&m->items[k])) {
                calculate(m, &m->items[k]);
            }
        }
    }
    if (m->params[7] != 0.0) {
        backfill(m, by_priority, by_priority);
    } else {
        start_from_the_head(m, by_priority);
    }
}

static void place(struct model *m, struct item *i)
{
    double old_s = i->reserved ? i->start_s : INFINITY;
    i->reserved = 0;
    i->start_s = earliest(m, &i->job, i->holds);
    i->reserved = 1;
    assert_true(i->start_s <= old_s); /* never moved back */
    if (i->start_s != old_s) {
        i->decided = m->decisions++;
    }
}

static void start_due(struct model *m)
{
    for (;;) {
        struct item *first = NULL;
        for (int k = 0; k < m->n; k++) {
            struct item *i = &m->items[k];
            if (i->reserved && i->start_s <= m->now_s &&
                (first == NULL || i->decided < first->decided)) {
                first = i;
            }
        }
        if (first == NULL) {
            return;
        }
        start(m, first);
    }
}

static void conservative(struct model *m, int after_an_end)
{
    start_due(m);
    for (int k = 0; k < m->n; k++) {
        struct item *i = &m->items[k];
        if (waits(i) && (after_an_end || !i->reserved)) {
            place(m, i);
        }
    }
    start_due(m);
}

static void pass(struct model *m, int after_an_end)
{
    if (strcmp(m->policy, "fcfs") == 0) {
        start_from_the_head(m, by_submission);
    } else if (strcmp(m->policy, "sjf") == 0) {
        start_from_the_head(m, by_estimate);
    } else if (strcmp(m->policy, "easy") == 0) {
        backfill(m, by_submission, by_submission);
    } else if (strcmp(m->policy, "easy-sjbf") == 0) {
        backfill(m, by_submission, by_estimate);
    } else if (strcmp(m->policy, "priority") == 0) {
        by_priorities(m);
    } else {
        conservative(m, after_an_end);
    }
}

/* --- time -------------------------------------------------------------------------------- */

static double end_of(const struct item *i)
{
    return i->start_s + i->job.runtime_s;
}

static double next_instant(const struct model *m)
{
    double next = INFINITY;
    int waiting = 0;
    for (int k = 0; k < m->n; k++) {
        const struct item *i = &m->items[k];
        double at = !i->submitted ? i->job.submit_s
                    : i->running  ? end_of(i)
                    : i->reserved ? i->start_s
                                  : INFINITY;
        next = at < next ? at : next;
        waiting += waits(i);
    }
    if (strcmp(m->policy, "priority") == 0 && waiting > 0 && m->params[6] > 0.0) {
        next = fmin(next, m->calculated_s + m->params[6]);
    }
    return next;
}

static struct item *ends_now(struct model *m)
{
    struct item *first = NULL;
    for (int k = 0; k < m->n; k++) {
        struct item *i = &m->items[k];
        if (i->running && end_of(i) == m->now_s && (first == NULL || i->turn < first->turn)) {
            first = i;
        }
    }
    return first;
}

static void run_model(struct model *m)
{
    m->calculated_s = -INFINITY;
    while ((m->now_s = next_instant(m)) < INFINITY) {
        int any = 0, ended = 0;
        struct item *i;
        for (int k = 0; k < m->n; k++) {
            if (!m->items[k].submitted && m->items[k].job.submit_s == m->now_s) {
                m->items[k].submitted = 1;
                calculate(m, &m->items[k]);
                any = 1;
                if (!m->sets) {
                    pass(m, 0);
                }
            }
        }
        while ((i = ends_now(m)) != NULL) {
            i->running = 0;
            i->ended = 1;
            any = ended = 1;
            if (!m->sets) {
                pass(m, 1);
            }
        }
        if (m->sets || !any) {
            pass(m, ended);
        }
    }
}

/* --- comparing --------------------------------------------------------------------------- */

static void report(const struct workload *w, const struct model *m, const struct schedule *got)
{
    print_error("%s on %d %s\n", m->policy, m->processors, m->sets ? "machines" : "processors");
    for (uint64_t k = 0; k < w->n; k++) {
        const struct hanse_job *j = &w->jobs[k];
        print_error("%3d submit %g width %u runtime %g estimate %g user %d: start %.17g, "
                    "reference %.17g%s\n",
                    (int)k, j->submit_s, j->width, j->runtime_s, j->estimate_s, j->user,
                    got->start_s[k], m->items[k].start_s,
                    got->start_s[k] == m->items[k].start_s ? "" : " <--");
    }
}

static int same_machines(const struct schedule *got, const struct model *m, int k)
{
    for (int c = 0; c < m->processors; c++) {
        uint64_t word = got->machines[(uint64_t)k * got->n_words + (uint64_t)c / 64];
        if ((int)(word >> c % 64 & 1) != m->items[k].holds[c]) {
            return 0;
        }
    }
    return 1;
}

/* At no instant is more in use than there is, and nothing starts before it came. */
static void check_capacity(const struct workload *w, const struct schedule *got, int processors)
{
    for (uint64_t a = 0; a < w->n; a++) {
        uint64_t used = 0;
        assert_true(got->start_s[a] >= w->jobs[a].submit_s);
        assert_true(got->end_s[a] == got->start_s[a] + w->jobs[a].runtime_s);
        for (uint64_t b = 0; b < w->n; b++) {
            if (got->start_s[b] <= got->start_s[a] && got->start_s[a] < got->end_s[b]) {
                used += w->jobs[b].width;
                assert_true(a == b || got->machines == NULL || got->n_words > 1 ||
                            (got->machines[a] & got->machines[b]) == 0);
            }
        }
        assert_true(used <= (uint64_t)processors);
    }
}

static void compare(struct hanse_context *ctx, const struct workload *w, const char *policy,
                    int processors, int sets, const double *params)
{
    static struct model m;
    struct schedule got;
    struct hanse_metrics *metrics;
    struct hanse_aggregates a;
    memset(&m, 0, sizeof m);
    m.n = (int)w->n;
    m.processors = processors;
    m.sets = sets;
    m.policy = policy;
    memcpy(m.params, params, sizeof m.params);
    for (int k = 0; k < m.n; k++) {
        m.items[k].job = w->jobs[k];
    }
    run_model(&m);
    struct hanse_replay replay = {.policy = policy_named(ctx, policy),
                                  .params = params,
                                  .processors = (uint32_t)processors,
                                  .machine_sets = sets};
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    workload_replay(ctx, w, &replay, &got, metrics);
    for (int k = 0; k < m.n; k++) {
        if (got.start_s[k] != m.items[k].start_s || (sets && !same_machines(&got, &m, k))) {
            report(w, &m, &got);
            fail_msg("job %d differs from the reference", k);
        }
    }
    check_capacity(w, &got, processors);
    assert_int_equal(hanse_metrics_aggregates(metrics, &a), HANSE_OK);
    assert_close(a.busy_mean * a.makespan_s, a.work_s, 1e-12); /* work is conserved */
    hanse_metrics_destroy(metrics);
    schedule_free(&got);
}

static void compare_many(const char *policy, int sets, int rounds, int n)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_stream stream;
    struct workload w = {0};
    const char *more = getenv("HANSE_TEST_ROUNDS");
    const struct hanse_policy *p = policy_named(ctx, policy);
    rounds *= more != NULL ? atoi(more) : 1;
    hanse_stream_init(&stream, 7, 0, (uint64_t)n, policy);
    for (int round = 0; round < rounds; round++) {
        double params[HANSE_POLICY_PARAMS_MOST];
        struct mix mix = mix_draw(&stream, n, sets && round % 8 == 0 ? MACHINES_MOST : 12);
        hanse_policy_standards(p, params);
        if (p->n_params > 0) { /* priority: usage that tells users apart, no equal ones */
            mix.whole = 0;
            params[1] = 1.0 + mix_uniform(&stream, 40.0);
            params[3] = 1.0 + mix_uniform(&stream, 40.0);
            params[5] = mix_uniform(&stream, 1.0) < 0.5;
            params[6] = mix_uniform(&stream, 1.0) < 0.5 ? 0.0 : mix_uniform(&stream, 8.0);
            params[7] = mix_uniform(&stream, 1.0) < 0.7;
        }
        mix_workload(&stream, &mix, &w);
        compare(ctx, &w, policy, mix.processors, sets, params);
    }
    free(w.jobs);
    hanse_context_destroy(ctx);
}

static void fcfs_follows_its_rule(void **state)
{
    compare_many("fcfs", 0, 400, 40);
    compare_many("fcfs", 1, 100, 40);
}

static void sjf_follows_its_rule(void **state)
{
    compare_many("sjf", 0, 400, 40);
    compare_many("sjf", 1, 100, 40);
}

static void easy_follows_its_rule(void **state)
{
    compare_many("easy", 0, 1500, 40);
    compare_many("easy", 0, 20, MOST);
}

static void easy_with_machine_sets_follows_its_rule(void **state)
{
    compare_many("easy", 1, 600, 40);
}

static void easy_sjbf_follows_its_rule(void **state)
{
    compare_many("easy-sjbf", 0, 1500, 40);
    compare_many("easy-sjbf", 0, 20, MOST);
    compare_many("easy-sjbf", 1, 200, 40);
}

static void conservative_follows_its_rule(void **state)
{
    compare_many("conservative", 0, 500, 25);
    compare_many("conservative", 0, 3, 80);
}

static void conservative_with_machine_sets_follows_its_rule(void **state)
{
    compare_many("conservative", 1, 150, 25);
}

static void priority_follows_its_rule(void **state)
{
    compare_many("priority", 0, 500, 30);
    compare_many("priority", 1, 100, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fcfs_follows_its_rule),
        cmocka_unit_test(sjf_follows_its_rule),
        cmocka_unit_test(easy_follows_its_rule),
        cmocka_unit_test(easy_with_machine_sets_follows_its_rule),
        cmocka_unit_test(easy_sjbf_follows_its_rule),
        cmocka_unit_test(conservative_follows_its_rule),
        cmocka_unit_test(conservative_with_machine_sets_follows_its_rule),
        cmocka_unit_test(priority_follows_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
