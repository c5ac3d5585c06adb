/*
 * Interrupted jobs against closed forms: Daly's expected time, the best interval, the failure
 * rate of a renewal process, and nothing at all where nothing fails.
 */
#include "sim/process/schedule/interruption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/stream.h"
#include "sim/process/schedule/nodes.h"
#include "sim/process/schedule/replay.h"
#include "tests/close.h"

static struct hanse_interruption_report run(const struct hanse_replay *replay,
                                            const struct hanse_job *jobs, uint64_t n,
                                            const struct hanse_finished_sink *sink)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_interruption_report report = {0};
    struct hanse_replay with = *replay;
    struct hanse_job_array array = {jobs, n, 0};
    struct hanse_job_source source = hanse_job_array_source(&array);
    with.report = &report;
    if (hanse_replay_run(ctx, &with, &source, sink, NULL) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    hanse_context_destroy(ctx);
    return report;
}

static const struct hanse_policy *policy(const char *name)
{
    const struct hanse_policy *found = NULL;
    struct hanse_context *ctx = hanse_context_create();
    assert_int_equal(hanse_policy_find(ctx, name, &found), HANSE_OK);
    hanse_context_destroy(ctx);
    return found;
}

enum { CHUNK = 200 }; /* jobs of a replication: queues stay short */

/* Mean time on the machine of n jobs, one after the other, each as wide as the machine. */
static double mean_stay_s(const struct hanse_interruptions *rules, uint32_t width,
                          double work_s, uint32_t n)
{
    struct hanse_job jobs[CHUNK];
    struct hanse_interruptions with = *rules;
    const struct hanse_replay replay = {
        .policy = policy("fcfs"), .processors = width, .interruptions = &with};
    double stay_s = 0.0;
    for (uint32_t i = 0; i < CHUNK; i++) {
        jobs[i] = (struct hanse_job){
            .runtime_s = work_s, .estimate_s = work_s, .width = width, .number = i};
    }
    for (; with.replication < n / CHUNK; with.replication++) {
        struct hanse_interruption_report report = run(&replay, jobs, CHUNK, NULL);
        assert_close(report.useful_s, work_s * width * CHUNK, 1e-9);
        assert_close(report.useful_s + report.checkpoint_s + report.restart_s + report.wasted_s,
                     report.occupied_s, 1e-9);
        stay_s += report.stay_s;
    }
    return stay_s / n;
}

/* 20,000 jobs of 10 pieces. The time of one has a standard deviation below its mean / 2 in
 * these cases, so the mean of all is within 1.4 % with more than 4.4 of its own: a right
 * program fails less than once in 10^5 seeds a case. */
static void expected_time_is_dalys(void **state)
{
    (void)state;
    const struct {
        uint32_t width;
        double mtbf_s, interval_s, checkpoint_s, restart_s;
    } cases[] = {
        {1, 3600, 600, 60, 120}, {1, 900, 600, 60, 30},  {4, 14400, 1000, 20, 200},
        {2, 7200, 6000, 100, 0}, {1, 3000, 700, 0, 500},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct hanse_interruptions rules = {.mtbf_s = cases[c].mtbf_s,
                                                  .checkpoint = HANSE_CHECKPOINT_EVERY,
                                                  .interval_s = cases[c].interval_s,
                                                  .checkpoint_s = cases[c].checkpoint_s,
                                                  .restart_s = cases[c].restart_s,
                                                  .seed = 11};
        double mean_s = cases[c].mtbf_s / cases[c].width;
        double want_s = hanse_expected_time_s(
            6000.0, cases[c].interval_s, cases[c].checkpoint_s, cases[c].restart_s, mean_s);
        double got_s = mean_stay_s(&rules, cases[c].width, 6000.0, 20000);
        print_message("case %zu: %.1f s, closed form %.1f s\n", c, got_s, want_s);
        assert_close(got_s, want_s, 0.014);
    }
}

/* Equal pieces but for the last checkpoint: the paper's own equation. */
static void the_closed_form_is_the_papers_for_many_pieces(void **state)
{
    (void)state;
    double m = 5000, r = 100, tau = 400, delta = 30, work = 4e6;
    double paper = m * exp(r / m) * expm1((tau + delta) / m) * work / tau;
    assert_close(hanse_expected_time_s(work, tau, delta, r, m), paper, 1e-4);
    assert_close(hanse_expected_time_s(100.0, HUGE_VAL, delta, 0.0, m), m * expm1(100.0 / m),
                 1e-12);
}

/* Young 1974 and Daly 2006, equation 37, worked out by hand for M = 24 h, delta = 5 min. */
static void intervals_are_young_and_daly(void **state)
{
    (void)state;
    struct hanse_interruptions rules = {
        .mtbf_s = 86400, .checkpoint_s = 300, .checkpoint = HANSE_CHECKPOINT_YOUNG};
    assert_close(hanse_checkpoint_interval_s(&rules, 1), 7200.0, 1e-12);
    assert_close(hanse_checkpoint_interval_s(&rules, 4), 3600.0, 1e-12);
    rules.checkpoint = HANSE_CHECKPOINT_DALY;
    /* 7200 (1 + (1 / 24) / 3 + (1 / 288) / 18) - 300, with sqrt(300 / 172800) = 1 / 24 */
    assert_close(hanse_checkpoint_interval_s(&rules, 1),
                 7200.0 * (1.0 + 1.0 / 72.0 + 1.0 / 5184.0) - 300.0, 1e-12);
    rules.mtbf_s = 100.0;
    assert_close(hanse_checkpoint_interval_s(&rules, 1), 100.0, 1e-12);
    rules.checkpoint = HANSE_CHECKPOINT_NONE;
    assert_true(isinf(hanse_checkpoint_interval_s(&rules, 1)));
}

/* Half and double the interval cost more, as the closed form says by how much: 6 and 5 %, told
 * apart by runs whose means are within 1 %. */
static void dalys_interval_is_the_best(void **state)
{
    (void)state;
    struct hanse_interruptions rules = {.mtbf_s = 20000,
                                        .checkpoint = HANSE_CHECKPOINT_DALY,
                                        .checkpoint_s = 200,
                                        .restart_s = 100,
                                        .seed = 5};
    double best_s = hanse_checkpoint_interval_s(&rules, 1);
    double at_best_s = mean_stay_s(&rules, 1, 50000.0, 8000);
    const double times[] = {0.4, 2.5};
    rules.checkpoint = HANSE_CHECKPOINT_EVERY;
    for (int i = 0; i < 2; i++) {
        rules.interval_s = times[i] * best_s;
        double want_s = hanse_expected_time_s(50000.0, rules.interval_s, 200.0, 100.0, 20000.0);
        double got_s = mean_stay_s(&rules, 1, 50000.0, 8000);
        assert_close(got_s, want_s, 0.01);
        assert_true(got_s > 1.03 * at_best_s);
    }
}

/* --- nothing fails ------------------------------------------------------------------------ */

enum { JOBS = 400 };

struct kept {
    double start_s[JOBS], end_s[JOBS];
};

static enum hanse_status keep(void *self, struct hanse_context *ctx,
                              const struct hanse_finished *job)
{
    struct kept *kept = self;
    (void)ctx;
    kept->start_s[job->order] = job->start_s;
    kept->end_s[job->order] = job->end_s;
    return HANSE_OK;
}

static void draw_jobs(struct hanse_job *jobs, uint32_t most)
{
    struct hanse_stream stream;
    double now_s = 0.0;
    hanse_stream_init(&stream, 3, 0, hanse_entity("test"), "jobs");
    for (int i = 0; i < JOBS; i++) {
        now_s += 40.0 * hanse_stream_exponential(&stream);
        double runtime_s = 1.0 + 200.0 * hanse_stream_exponential(&stream);
        jobs[i] =
            (struct hanse_job){.submit_s = now_s,
                               .runtime_s = runtime_s,
                               .estimate_s = runtime_s * (1.0 + hanse_stream_bits(&stream) % 3),
                               .width = 1 + hanse_stream_bits(&stream) % most,
                               .number = i,
                               .user = (int32_t)(hanse_stream_bits(&stream) % 4)};
    }
}

static void without_failures_all_is_as_before(void **state)
{
    (void)state;
    struct hanse_job jobs[JOBS];
    const struct hanse_interruptions never = {.mtbf_s = HUGE_VAL, .restart_s = 50.0};
    draw_jobs(jobs, 8);
    for (const struct hanse_policy *const *p = hanse_policies(); *p != NULL; p++) {
        for (int sets = 0; sets < 2; sets++) {
            struct kept plain, same;
            struct hanse_replay replay = {.policy = *p, .processors = 16, .machine_sets = sets};
            run(&replay, jobs, JOBS,
                &(struct hanse_finished_sink){.state = &plain, .job = keep});
            replay.interruptions = &never;
            run(&replay, jobs, JOBS,
                &(struct hanse_finished_sink){.state = &same, .job = keep});
            assert_memory_equal(&plain, &same, sizeof plain);
        }
    }
}

/* --- failures under every policy and machine ---------------------------------------------- */

static enum hanse_status make_nodes(void *self, struct hanse_arena *arena,
                                    struct hanse_resource *view)
{
    (void)self;
    struct hanse_node list[8];
    const struct hanse_need need = {.cpu_milli = 1000, .gpus = 1, .gpu_milli = 1000};
    for (int i = 0; i < 8; i++) {
        list[i] = (struct hanse_node){.cpu_milli = 8000, .gpus = 2};
    }
    const struct hanse_nodes nodes = {.nodes = list,
                                      .n_nodes = 8,
                                      .needs = &need,
                                      .n_needs = 1,
                                      .placement = HANSE_PLACE_BEST_FIT};
    return hanse_resource_init_nodes(view, arena, &nodes);
}

/* All jobs finish or are given up, and what they held of the machine adds up. In a debug build
 * the queue's and the machine's books are checked after each pass. */
static void the_books_balance_when_nodes_fail(void **state)
{
    (void)state;
    struct hanse_job jobs[JOBS];
    draw_jobs(jobs, 6);
    for (const struct hanse_policy *const *p = hanse_policies(); *p != NULL; p++) {
        for (int machine = 0; machine < 3; machine++) {
            for (int requeue = 0; requeue < 3; requeue++) {
                const struct hanse_interruptions rules = {
                    .mtbf_s = 8000,
                    .shape = 0.7,
                    .repair_s = 600,
                    .node_processors = 2,
                    .requeue = (enum hanse_requeue)requeue,
                    .checkpoint = requeue == 1 ? HANSE_CHECKPOINT_DALY : HANSE_CHECKPOINT_NONE,
                    .checkpoint_s = 5,
                    .restart_s = 10,
                    .walltime_kill = requeue == 0,
                    .seed = 17};
                struct hanse_replay replay = {.policy = *p,
                                              .processors = 16,
                                              .machine_sets = machine == 1,
                                              .interruptions = &rules,
                                              .make_view = machine == 2 ? make_nodes : NULL};
                struct kept kept;
                memset(&kept, 0, sizeof kept);
                struct hanse_interruption_report r =
                    run(&replay, jobs, JOBS,
                        &(struct hanse_finished_sink){.state = &kept, .job = keep});
                assert_true(r.failures > 10 && r.interrupted > 5);
                assert_close(r.useful_s + r.checkpoint_s + r.restart_s + r.wasted_s,
                             r.occupied_s, 1e-9);
                assert_true(requeue == 2 ? r.lost == r.interrupted : r.lost == 0);
                for (int i = 0; i < JOBS; i++) {
                    assert_true(kept.start_s[i] >= jobs[i].submit_s);
                    assert_true(kept.end_s[i] > kept.start_s[i]);
                }
            }
        }
    }
}

/* 50 nodes that fail after 1000 s on average and are away for 250 s, over 10^6 s: 40,000
 * failures expected; the count's standard deviation is c sqrt(n), c the coefficient of
 * variation of a cycle, at most 200. Half-width 900 (4.5 of it). */
static void failures_come_at_the_renewal_rate(void **state)
{
    (void)state;
    const double shapes[] = {1.0, 0.7, 2.0};
    const struct hanse_job job = {.runtime_s = 1e6, .estimate_s = 1e6, .width = 1};
    for (int i = 0; i < 3; i++) {
        /* One job whose work is saved all the time, on a machine of many nodes. */
        const struct hanse_interruptions rules = {.mtbf_s = 1000,
                                                  .shape = shapes[i],
                                                  .repair_s = 250,
                                                  .checkpoint = HANSE_CHECKPOINT_EVERY,
                                                  .interval_s = 0.1,
                                                  .seed = 23};
        const struct hanse_replay replay = {
            .policy = policy("fcfs"), .processors = 50, .interruptions = &rules};
        struct hanse_interruption_report r = run(&replay, &job, 1, NULL);
        print_message("shape %g: %llu failures\n", shapes[i], (unsigned long long)r.failures);
        assert_within((double)r.failures, 40000.0, i == 1 ? 1400.0 : 900.0);
        assert_close(r.mtti_s, 1000.0, 0.15); /* about 800 hits */
        assert_close(r.effective_time_ratio, 1.0, 1e-3);
    }
}

/* --- by hand ------------------------------------------------------------------------------ */

/* 100 s of work saved every 10 s for 1 s each: nine saves, 109 s. */
static void walltime_counts_what_saving_takes(void **state)
{
    (void)state;
    const struct hanse_job job = {.runtime_s = 100, .estimate_s = 105, .width = 1};
    struct hanse_interruptions rules = {.mtbf_s = HUGE_VAL,
                                        .checkpoint = HANSE_CHECKPOINT_EVERY,
                                        .interval_s = 10,
                                        .checkpoint_s = 1};
    const struct hanse_replay replay = {
        .policy = policy("fcfs"), .processors = 1, .interruptions = &rules};
    struct hanse_interruption_report r = run(&replay, &job, 1, NULL);
    assert_close(r.stay_s, 109.0, 1e-12);
    assert_close(r.checkpoint_s, 9.0, 1e-12);
    assert_close(r.goodput, 100.0 / 109.0, 1e-12);
    rules.walltime_kill = true;
    r = run(&replay, &job, 1, NULL);
    assert_int_equal(r.killed, 1);
    assert_close(r.stay_s, 105.0, 1e-12);
    assert_close(r.useful_s, 0.0, 0.0);
    assert_close(r.wasted_s + r.checkpoint_s, 105.0, 1e-12);
}

static void rules_out_of_range_are_named(void **state)
{
    (void)state;
    const struct hanse_job job = {.runtime_s = 1, .estimate_s = 1, .width = 1};
    const struct {
        struct hanse_interruptions rules;
        const char *message;
    } cases[] = {
        {{.mtbf_s = 0}, "interruptions: mean time between failures must be > 0 s, got 0"},
        {{.mtbf_s = 1, .restart_s = -1},
         "interruptions: repair, checkpoint and restart must be >= 0 s and finite, got 0, 0, "
         "-1"},
        {{.mtbf_s = 1, .checkpoint = HANSE_CHECKPOINT_YOUNG},
         "interruptions: the checkpoint interval must be > 0 s, got 0 (the optimum needs a "
         "cost > 0)"},
        {{.mtbf_s = 1, .node_processors = 3},
         "interruptions: nodes of 3 processors must make up the machine's 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hanse_context *ctx = hanse_context_create();
        struct hanse_job_array array = {&job, 1, 0};
        struct hanse_job_source source = hanse_job_array_source(&array);
        const struct hanse_replay replay = {
            .policy = policy("fcfs"), .processors = 4, .interruptions = &cases[i].rules};
        assert_int_equal(hanse_replay_run(ctx, &replay, &source, NULL, NULL), HANSE_ERR_DOMAIN);
        assert_string_equal(hanse_context_message(ctx), cases[i].message);
        hanse_context_destroy(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_time_is_dalys),
        cmocka_unit_test(the_closed_form_is_the_papers_for_many_pieces),
        cmocka_unit_test(intervals_are_young_and_daly),
        cmocka_unit_test(dalys_interval_is_the_best),
        cmocka_unit_test(without_failures_all_is_as_before),
        cmocka_unit_test(the_books_balance_when_nodes_fail),
        cmocka_unit_test(failures_come_at_the_renewal_rate),
        cmocka_unit_test(walltime_counts_what_saving_takes),
        cmocka_unit_test(rules_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
