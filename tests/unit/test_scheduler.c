/*
 * The scheduler as its drivers see it: what it refuses, jobs that leave, come back and machines
 * that change, a copy of its arena that goes on by itself, and memory that runs out.
 */
#include "tests/mix.h"

struct bench {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_scheduler scheduler;
};

static void set_up(struct bench *b, const char *policy, uint32_t processors, int sets)
{
    struct hanse_resource view;
    *b = (struct bench){.ctx = hanse_context_create()};
    assert_int_equal(hanse_arena_init(&b->arena, b->ctx, 4096), HANSE_OK);
    assert_int_equal(sets ? hanse_resource_init_machines(&view, &b->arena, processors)
                          : hanse_resource_init_count(&view, &b->arena, processors),
                     HANSE_OK);
    assert_int_equal(hanse_scheduler_init(&b->scheduler, &b->arena, &view,
                                          policy_named(b->ctx, policy), NULL),
                     HANSE_OK);
}

static void tear_down(struct bench *b)
{
    hanse_arena_fini(&b->arena);
    hanse_context_destroy(b->ctx);
}

static uint32_t submit(struct bench *b, double now_s, uint32_t width, double estimate_s)
{
    struct hanse_job job = {.submit_s = now_s,
                            .runtime_s = estimate_s,
                            .estimate_s = estimate_s,
                            .width = width,
                            .user = -1};
    uint32_t id;
    assert_int_equal(hanse_scheduler_submit(&b->scheduler, now_s, &job, &id), HANSE_OK);
    assert_int_equal(hanse_scheduler_pass(&b->scheduler, now_s), HANSE_OK);
    return id;
}

static void expect_started(struct bench *b, uint32_t want)
{
    uint32_t id = HANSE_NO_JOB;
    bool some = hanse_scheduler_started(&b->scheduler, &id);
    assert_int_equal(some ? id : HANSE_NO_JOB, want);
}

/* --- names and parameters ---------------------------------------------------------------- */

static void a_wrong_name_is_answered_with_the_nearest(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_policy *policy;
    double values[HANSE_POLICY_PARAMS_MOST];
    assert_int_equal(hanse_policy_find(ctx, "esay", &policy), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy: no policy 'esay', did you mean 'easy'?");
    assert_int_equal(hanse_policy_find(ctx, "", &policy), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy: no policy ''; there are fcfs, sjf, easy, easy-sjbf, "
                        "conservative and priority");
    policy = policy_named(ctx, "easy");
    assert_int_equal(hanse_policy_set(ctx, policy, values, "depth", "1"), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy easy: no parameter 'depth'; there are none");
    policy = policy_named(ctx, "priority");
    hanse_policy_standards(policy, values);
    assert_int_equal(hanse_policy_set(ctx, policy, values, "backfill", "maybe"),
                     HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy priority: backfill: no choice 'maybe'; there are no and yes");
    assert_int_equal(hanse_policy_set(ctx, policy, values, "half_lief", "1"), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy priority: no parameter 'half_lief', "
                        "did you mean 'half_life'?");
    assert_int_equal(hanse_policy_set(ctx, policy, values, "half_life", "0"), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "policy priority: half_life must be 1 ... 1e+12 s, got 0");
    assert_int_equal(hanse_policy_set(ctx, policy, values, "half_life", "1h"), HANSE_ERR_INPUT);
    assert_int_equal(hanse_policy_set(ctx, policy, values, "favour", "smal"), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "policy priority: favour: no choice 'smal', "
                        "did you mean 'small'?");
    assert_int_equal(hanse_policy_set(ctx, policy, values, "favour", "small"), HANSE_OK);
    assert_int_equal(hanse_policy_set(ctx, policy, values, "half_life", "3600"), HANSE_OK);
    assert_true(values[3] == 3600.0 && values[5] == 1.0);
    hanse_context_destroy(ctx);
}

/* Every policy says what it is. */
static void every_policy_has_its_words(void **state)
{
    for (size_t i = 0; hanse_policies()[i] != NULL; i++) {
        const struct hanse_policy *p = hanse_policies()[i];
        assert_true(p->name[0] && p->doc[0] && p->rule[0] && p->source[0]);
        for (uint32_t k = 0; k < p->n_params; k++) {
            assert_true(p->params[k].standard >= p->params[k].low &&
                        p->params[k].standard <= p->params[k].high && p->params[k].doc[0]);
        }
    }
}

/* --- what a replay refuses --------------------------------------------------------------- */

static void expect_refusal(struct hanse_job second, enum hanse_status want, const char *words)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_job jobs[2] = {
        {.submit_s = 5, .runtime_s = 1, .estimate_s = 1, .number = 1, .width = 1}, second};
    struct hanse_job_array array = {jobs, 2, 0};
    struct hanse_job_source source = hanse_job_array_source(&array);
    struct hanse_replay replay = {.policy = policy_named(ctx, "easy"), .processors = 4};
    assert_int_equal(hanse_replay_run(ctx, &replay, &source, NULL, NULL), want);
    assert_string_equal(hanse_context_message(ctx), words);
    hanse_context_destroy(ctx);
}

static void a_replay_refuses_jobs_that_make_no_sense(void **state)
{
    const struct hanse_job job = {
        .submit_s = 6, .runtime_s = 2, .estimate_s = 3, .number = 7, .width = 2};
    struct hanse_job bad = job;
    bad.submit_s = 4;
    expect_refusal(bad, HANSE_ERR_INPUT,
                   "job 7: jobs must come in order of submission, got 4 s after 5 s");
    bad.submit_s = NAN;
    expect_refusal(bad, HANSE_ERR_DOMAIN, "job 7: submit time must be finite, got nan");
    bad = job;
    bad.width = 5;
    expect_refusal(bad, HANSE_ERR_DOMAIN,
                   "job 7: width must be <= the machine's 4 processors, got 5");
    bad.width = 0;
    expect_refusal(bad, HANSE_ERR_DOMAIN, "job 7: width must be >= 1 processor, got 0");
    bad = job;
    bad.runtime_s = 3.5;
    expect_refusal(bad, HANSE_ERR_DOMAIN, "job 7: runtime must be <= its estimate, got 3.5");
    bad.runtime_s = 0;
    expect_refusal(bad, HANSE_ERR_DOMAIN, "job 7: runtime must be > 0 s, got 0");
    bad = job;
    bad.estimate_s = INFINITY;
    expect_refusal(bad, HANSE_ERR_DOMAIN, "job 7: estimate must be > 0 s and finite, got inf");
}

/* --- leaving and coming back ------------------------------------------------------------- */

static void a_withdrawn_head_makes_way(void **state)
{
    static const char *const policies[] = {"fcfs",      "sjf",          "easy",
                                           "easy-sjbf", "conservative", "priority"};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct bench b;
        set_up(&b, policies[i], 10, 0);
        expect_started(&b, submit(&b, 0, 6, 100));
        uint32_t head = submit(&b, 1, 10, 20);
        uint32_t next = submit(&b, 2, 4, 300);
        expect_started(&b, HANSE_NO_JOB);
        assert_int_equal(hanse_scheduler_withdraw(&b.scheduler, 3, head), HANSE_OK);
        assert_int_equal(hanse_scheduler_pass(&b.scheduler, 3), HANSE_OK);
        expect_started(&b, next);
        assert_int_equal(hanse_scheduler_waiting(&b.scheduler), 0);
        assert_int_equal(hanse_scheduler_running(&b.scheduler), 2);
        tear_down(&b);
    }
}

static void a_requeued_job_waits_before_those_behind_it(void **state)
{
    static const char *const policies[] = {"fcfs", "easy", "conservative"};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct bench b;
        set_up(&b, policies[i], 10, 0);
        uint32_t stopped = submit(&b, 0, 10, 100), waiting = submit(&b, 1, 10, 50);
        expect_started(&b, stopped);
        expect_started(&b, HANSE_NO_JOB);
        assert_int_equal(hanse_scheduler_requeue(&b.scheduler, 10, stopped, 90, 90), HANSE_OK);
        assert_int_equal(hanse_scheduler_first(&b.scheduler), stopped);
        assert_int_equal(hanse_scheduler_pass(&b.scheduler, 10), HANSE_OK);
        expect_started(&b, stopped);
        expect_started(&b, HANSE_NO_JOB);
        assert_int_equal(hanse_scheduler_end(&b.scheduler, 100, stopped), HANSE_OK);
        assert_int_equal(hanse_scheduler_pass(&b.scheduler, 100), HANSE_OK);
        expect_started(&b, waiting);
        tear_down(&b);
    }
}

/* --- copies ------------------------------------------------------------------------------ */

struct running {
    uint32_t id;
    double end_s;
};

/* Drives on by the same rule: one more job each second, and whoever started ends on time. */
static uint64_t drive(struct bench *b, struct running *running, int from, int to)
{
    uint64_t digest = 0;
    for (int now = from; now < to; now++) {
        for (int r = 0; r < 64; r++) {
            if (running[r].end_s == now) {
                assert_int_equal(hanse_scheduler_end(&b->scheduler, now, running[r].id),
                                 HANSE_OK);
                running[r].end_s = 0;
            }
        }
        struct hanse_job job = {.submit_s = now,
                                .runtime_s = 1 + now * 7 % 11,
                                .estimate_s = 1 + now * 7 % 11 + now % 5,
                                .width = 1 + (uint32_t)(now * 5 % 9),
                                .user = now % 3};
        uint32_t id;
        assert_int_equal(hanse_scheduler_submit(&b->scheduler, now, &job, &id), HANSE_OK);
        assert_int_equal(hanse_scheduler_pass(&b->scheduler, now), HANSE_OK);
        while (hanse_scheduler_started(&b->scheduler, &id)) {
            int r = 0;
            while (running[r].end_s != 0) {
                r++;
            }
            running[r] = (struct running){
                id, now + hanse_scheduler_row(&b->scheduler, id)->job.runtime_s};
            digest = digest * 31 + id + (uint64_t)now;
        }
    }
    return digest;
}

static void a_copy_of_the_arena_is_a_copy_of_the_scheduler(void **state)
{
    for (size_t i = 0; hanse_policies()[i] != NULL; i++) {
        for (int sets = 0; sets < 2; sets++) {
            struct bench b, copy;
            struct running running[64] = {{0, 0}}, running_copy[64];
            set_up(&b, hanse_policies()[i]->name, 16, sets);
            drive(&b, running, 1, 300);
            copy = b;
            assert_int_equal(hanse_arena_init(&copy.arena, b.ctx, 4096), HANSE_OK);
            assert_int_equal(hanse_arena_copy(&copy.arena, &b.arena), HANSE_OK);
            copy.scheduler.arena = copy.scheduler.view.arena = &copy.arena;
            memcpy(running_copy, running, sizeof running);
            b.scheduler.arena = b.scheduler.view.arena = &b.arena;
            assert_int_equal(drive(&b, running, 300, 600),
                             drive(&copy, running_copy, 300, 600));
            assert_int_equal(hanse_arena_used(&b.arena), hanse_arena_used(&copy.arena));
            hanse_arena_fini(&copy.arena);
            tear_down(&b);
        }
    }
}

/* --- memory ------------------------------------------------------------------------------ */

static void every_failed_allocation_is_reported(void **state)
{
    for (size_t p = 0; hanse_policies()[p] != NULL; p++) {
        for (int sets = 0; sets < 2; sets++) {
            struct hanse_context *ctx = hanse_context_create();
            struct hanse_stream stream;
            struct workload w = {0};
            struct mix mix = {120, 8, 0.5, 20, 0.3, 0.1, 1};
            enum hanse_status status = HANSE_ERR_MEMORY;
            hanse_stream_init(&stream, 3, 0, p, "memory");
            mix_workload(&stream, &mix, &w);
            size_t n = 1;
            for (; status == HANSE_ERR_MEMORY && n < 1000; n++) {
                struct hanse_job_array array = {w.jobs, w.n, 0};
                struct hanse_job_source source = hanse_job_array_source(&array);
                struct hanse_metrics *metrics;
                struct hanse_replay replay = {
                    .policy = hanse_policies()[p], .processors = 8, .machine_sets = sets};
                assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
                hanse_context_fail_allocation(ctx, n);
                status = hanse_replay_run(ctx, &replay, &source, NULL, metrics);
                hanse_context_fail_allocation(ctx, 0);
                assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
                hanse_metrics_destroy(metrics);
            }
            assert_int_equal(status, HANSE_OK);
            assert_true(n > 5);
            free(w.jobs);
            hanse_context_destroy(ctx);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_name_is_answered_with_the_nearest),
        cmocka_unit_test(every_policy_has_its_words),
        cmocka_unit_test(a_replay_refuses_jobs_that_make_no_sense),
        cmocka_unit_test(a_withdrawn_head_makes_way),
        cmocka_unit_test(a_requeued_job_waits_before_those_behind_it),
        cmocka_unit_test(a_copy_of_the_arena_is_a_copy_of_the_scheduler),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
