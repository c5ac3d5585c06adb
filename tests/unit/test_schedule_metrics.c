/*
 * The aggregates of a schedule: percentiles by rank, exact and from the histogram; levels over
 * time in bins that join.
 */
#include "sim/process/schedule/metrics_inside.h"
#include "tests/mix.h"

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Rank ceil(p n / 100) of sorted values, in whole numbers. */
static double at_rank(const double *sorted, uint64_t n, uint64_t percent)
{
    return sorted[(percent * n + 99) / 100 - 1];
}

static void check_spread(double *values, uint64_t n, const struct hanse_spread *got,
                         double error)
{
    double sum = 0.0;
    qsort(values, n, sizeof *values, ascending);
    for (uint64_t i = 0; i < n; i++) {
        sum += values[i];
    }
    assert_close(got->mean, sum / (double)n, 1e-9);
    assert_true(got->max == values[n - 1]);
    assert_close(got->p50, at_rank(values, n, 50), error);
    assert_close(got->p90, at_rank(values, n, 90), error);
    assert_close(got->p95, at_rank(values, n, 95), error);
    assert_close(got->p99, at_rank(values, n, 99), error);
}

static void check_many(uint64_t n, double error)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics;
    struct hanse_stream stream;
    struct hanse_aggregates a;
    double *v[4];
    for (int k = 0; k < 4; k++) {
        v[k] = malloc(n * sizeof(double));
    }
    hanse_stream_init(&stream, 5, 0, n, "metrics");
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    hanse__metrics_machine(metrics, 10);
    for (uint64_t i = 0; i < n; i++) {
        double run = 0.25 + mix_uniform(&stream, mix_uniform(&stream, 1.0) < 0.5 ? 20.0 : 1e5);
        double wait = mix_uniform(&stream, 1.0) < 0.6 ? 0.0 : mix_uniform(&stream, 1e6);
        double flow = wait + run;
        v[0][i] = wait;
        v[1][i] = flow;
        v[2][i] = flow / run;
        v[3][i] = fmax(1.0, flow / fmax(10.0, run));
        assert_int_equal(hanse__metrics_job(metrics, wait, run, 100.0, 100.0 + flow, 2),
                         HANSE_OK);
    }
    assert_int_equal(hanse_metrics_aggregates(metrics, &a), HANSE_OK);
    assert_int_equal(a.jobs, n);
    assert_int_equal(a.exact, error == 0.0);
    check_spread(v[0], n, &a.wait_s, error);
    check_spread(v[1], n, &a.flow_s, error);
    check_spread(v[2], n, &a.slowdown, error);
    check_spread(v[3], n, &a.bounded_slowdown, error);
    assert_close(a.makespan_s, v[1][n - 1], 1e-12);
    assert_close(a.utilisation, a.work_s / (10.0 * a.makespan_s), 1e-12);
    for (int k = 0; k < 4; k++) {
        free(v[k]);
    }
    hanse_metrics_destroy(metrics);
    hanse_context_destroy(ctx);
}

static void percentiles_are_order_statistics(void **state)
{
    for (uint64_t n = 1; n < 220; n++) {
        check_many(n, 0.0);
    }
    check_many(20000, 0.0);
}

static void beyond_the_exact_ones_they_are_within_a_bucket(void **state)
{
    check_many(HANSE_METRICS_EXACT + 1000, 1.0 / 2048);
}

static void levels_are_averaged_over_bins_that_join(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics;
    struct hanse_stream stream;
    double now = 50.0, queue_time = 0.0, busy_time = 0.0, in_queue = 0.0, in_busy = 0.0;
    uint64_t queue = 0, busy = 0;
    hanse_stream_init(&stream, 5, 0, 0, "levels");
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    hanse__metrics_level(metrics, now, 0, 0);
    for (int i = 0; i < 20000; i++) {
        double span = mix_uniform(&stream, 1.0) < 0.001 ? 5e4 : mix_uniform(&stream, 10.0);
        queue_time += (double)queue * span;
        busy_time += (double)busy * span;
        now += span;
        queue = (uint64_t)mix_uniform(&stream, 100.0);
        busy = (uint64_t)mix_uniform(&stream, 50.0);
        hanse__metrics_level(metrics, now, queue, busy);
    }
    uint32_t n = hanse_metrics_bins(metrics);
    assert_true(n > HANSE_METRICS_BINS / 2 && n <= HANSE_METRICS_BINS);
    for (uint32_t i = 0; i < n; i++) {
        struct hanse_metrics_bin bin = hanse_metrics_bin(metrics, i);
        assert_true(bin.queue_mean >= 0.0 && bin.queue_mean <= 100.0);
        in_queue += bin.queue_mean * (bin.to_s - bin.from_s);
        in_busy += bin.busy_mean * (bin.to_s - bin.from_s);
    }
    assert_true(hanse_metrics_bin(metrics, 0).from_s == 50.0);
    assert_true(hanse_metrics_bin(metrics, n - 1).to_s >= now);
    assert_close(in_queue, queue_time, 1e-9);
    assert_close(in_busy, busy_time, 1e-9);
    hanse_metrics_destroy(metrics);
    hanse_context_destroy(ctx);
}

static void without_jobs_figures_are_not_numbers(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics;
    struct hanse_aggregates a;
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    assert_int_equal(hanse_metrics_aggregates(metrics, &a), HANSE_OK);
    assert_int_equal(a.jobs, 0);
    assert_true(isnan(a.wait_s.mean) && isnan(a.makespan_s) && isnan(a.utilisation));
    assert_int_equal(hanse_metrics_bins(metrics), 0);
    hanse_metrics_destroy(metrics);
    hanse_metrics_destroy(NULL);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_order_statistics),
        cmocka_unit_test(beyond_the_exact_ones_they_are_within_a_bucket),
        cmocka_unit_test(levels_are_averaged_over_bins_that_join),
        cmocka_unit_test(without_jobs_figures_are_not_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
