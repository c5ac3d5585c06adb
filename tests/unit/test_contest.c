/*
 * Policies side by side: figures by name, the same answers on any number of threads, ranking.
 * ctest: threads
 */
#include <stdatomic.h>
#include <string.h>

#include "sim/study/contest.h"
#include "tests/close.h"

enum { N_JOBS = 400, N_POLICIES = 4 };

static struct hanse_job jobs[N_JOBS];

static int make_jobs(void **state)
{
    uint64_t random = 7;
    double submit_s = 0.0;
    for (int i = 0; i < N_JOBS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        submit_s += (double)(random >> 56);
        jobs[i] = (struct hanse_job){.submit_s = submit_s,
                                     .runtime_s = 1.0 + (double)(random >> 40 & 1023),
                                     .estimate_s = 2000.0,
                                     .number = i,
                                     .width = 1 + (uint32_t)(random >> 34 & 7),
                                     .user = i % 5};
    }
    return 0;
}

struct entry {
    struct hanse_job_array array;
    bool fails;
    int n_opened, n_closed;
};

static enum hanse_status open_entry(void *state, struct hanse_context *ctx,
                                    struct hanse_job_source *source)
{
    struct entry *entry = state;
    if (entry->fails) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "no such workload");
    }
    entry->n_opened++;
    entry->array = (struct hanse_job_array){jobs, N_JOBS, 0};
    *source = hanse_job_array_source(&entry->array);
    return HANSE_OK;
}

static void close_entry(void *state)
{
    ((struct entry *)state)->n_closed++;
}

static struct entry entries[N_POLICIES];
static struct hanse_contender contenders[N_POLICIES];

static void prepare(struct hanse_context *ctx)
{
    static const char *const names[N_POLICIES] = {"fcfs", "easy", "conservative", "fcfs"};
    for (int i = 0; i < N_POLICIES; i++) {
        entries[i] = (struct entry){.fails = false};
        contenders[i] = (struct hanse_contender){.replay = {.processors = 8},
                                                 .open = open_entry,
                                                 .close = close_entry,
                                                 .state = &entries[i]};
        assert_int_equal(hanse_policy_find(ctx, names[i], &contenders[i].replay.policy),
                         HANSE_OK);
    }
}

static void threads_change_nothing(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_aggregates alone[N_POLICIES];
    for (uint32_t threads = 1; threads <= 5; threads += 2) {
        prepare(ctx);
        assert_int_equal(hanse_contest_run(ctx, contenders, N_POLICIES, threads, NULL),
                         HANSE_OK);
        for (int i = 0; i < N_POLICIES; i++) {
            uint32_t n;
            hanse_job_figures(&n);
            assert_int_equal(entries[i].n_opened, 1);
            assert_int_equal(entries[i].n_closed, 1);
            if (threads == 1) {
                alone[i] = contenders[i].aggregates;
            }
            for (uint32_t k = 0; k < n; k++) {
                assert_true(hanse_job_figure_value(&contenders[i].aggregates, k) ==
                            hanse_job_figure_value(&alone[i], k));
            }
        }
    }
    hanse_context_destroy(ctx);
}

static void the_best_by_a_figure_comes_first_and_ties_keep_their_order(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    uint32_t figure, order[N_POLICIES];
    prepare(ctx);
    assert_int_equal(hanse_contest_run(ctx, contenders, N_POLICIES, 2, NULL), HANSE_OK);
    assert_int_equal(hanse_job_figure_find(ctx, "wait_time_mean", &figure), HANSE_OK);
    hanse_contest_rank(contenders, N_POLICIES, figure, order);
    assert_int_equal(order[2], 0); /* first come, first served twice, last and in order */
    assert_int_equal(order[3], 3);
    assert_true(hanse_job_figure_value(&contenders[order[0]].aggregates, figure) <=
                hanse_job_figure_value(&contenders[order[1]].aggregates, figure));
    assert_int_equal(hanse_job_figure_find(ctx, "utilization", &figure), HANSE_OK);
    contenders[1].aggregates.utilisation = 0.9; /* more is better here */
    contenders[0].aggregates.utilisation = 0.1;
    contenders[2].aggregates.utilisation = 0.0 / 0.0; /* without a figure: last */
    contenders[3].aggregates.utilisation = 0.5;
    hanse_contest_rank(contenders, N_POLICIES, figure, order);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 3);
    assert_int_equal(order[2], 0);
    assert_int_equal(order[3], 2);
    hanse_context_destroy(ctx);
}

static void figures_have_the_names_of_the_glossary(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_aggregates aggregates = {
        .jobs = 3, .wait_s = {.p95 = 7.5}, .bounded_slowdown = {.mean = 1.25}, .queue_max = 9};
    uint32_t row;
    assert_int_equal(hanse_job_figure_find(ctx, "jobs", &row), HANSE_OK);
    assert_close(hanse_job_figure_value(&aggregates, row), 3.0, 0.0);
    assert_int_equal(hanse_job_figure_find(ctx, "wait_time_p95", &row), HANSE_OK);
    assert_close(hanse_job_figure_value(&aggregates, row), 7.5, 0.0);
    assert_int_equal(hanse_job_figure_find(ctx, "bounded_slowdown_mean", &row), HANSE_OK);
    assert_close(hanse_job_figure_value(&aggregates, row), 1.25, 0.0);
    assert_int_equal(hanse_job_figure_find(ctx, "queue_length_max", &row), HANSE_OK);
    assert_close(hanse_job_figure_value(&aggregates, row), 9.0, 0.0);
    assert_int_equal(hanse_job_figure_find(ctx, "wait_mean", &row), HANSE_ERR_INPUT);
    hanse_context_destroy(ctx);
}

static bool stop_now(void)
{
    return true;
}

static void the_first_failure_by_order_is_told(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    prepare(ctx);
    entries[1].fails = true;
    contenders[2].replay.processors = 4; /* too few for some jobs */
    assert_int_equal(hanse_contest_run(ctx, contenders, N_POLICIES, 3, NULL), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx), "no such workload");
    assert_int_equal(entries[1].n_closed, 0);
    assert_int_equal(entries[2].n_closed, 1);
    prepare(ctx);
    enum hanse_status status =
        hanse_contest_run(ctx, contenders, N_POLICIES, 2, stop_now); /* asked now and then */
    assert_true(status == HANSE_OK || status == HANSE_ERR_INTERRUPTED);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(the_best_by_a_figure_comes_first_and_ties_keep_their_order),
        cmocka_unit_test(figures_have_the_names_of_the_glossary),
        cmocka_unit_test(the_first_failure_by_order_is_told),
    };
    return cmocka_run_group_tests(tests, make_jobs, NULL);
}
