/*
 * Coverage: how often an interval holds the exact value. ctest: slow
 *
 * 4,000 studies each of M/M/1 at load 0.9 and of a Jackson network, both from their steady
 * state (tests/steady.h), against the exact answers. An interval that covers 95 % in truth
 * comes out between 94 and 96 % but once in 270 sets of seeds. Where theory gives a bound
 * only, the bound is tested; where an estimator is known to cover less than it says, what it
 * covers is measured and printed, and may not get worse. docs/statistics.md has the table.
 */
#include "sim/stats/batch.h"
#include "sim/stats/interval.h"
#include "sim/stats/quantile.h"
#include "sim/study/stop.h"

#include "tests/steady.h"

enum { STUDIES = 4000, REPLICATIONS = 20, DRAWS = 100, MOST = 1024 };
static const double LOAD = 0.9;

struct score {
    uint32_t held, n;
    double sum; /* of what the row wants averaged */
};

static void note(struct score *score, double low, double truth, double high, double what)
{
    score->held += low <= truth && truth <= high;
    score->n++;
    score->sum += what;
}

static double share(const struct score *score, const char *row, const char *average)
{
    double held = (double)score->held / score->n;
    print_message("| %s | %.2f %% | %s %.4g |\n", row, 100.0 * held, average,
                  score->sum / score->n);
    return held;
}

static void assert_share(double held, double low, double high)
{
    if (!(held >= low && held <= high)) {
        fail_msg("covers %.4f, wanted %.4f to %.4f", held, low, high);
    }
}

/* --- means over replications ---------------------------------------------------------------
 */

static void mean_wait_of_a_line_is_covered(void **state)
{
    struct score score = {0};
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double means[REPLICATIONS];
        for (uint32_t k = 0; k < REPLICATIONS; k++) {
            struct line line;
            line_start(&line, LOAD, seed, k);
            means[k] = line_average(&line, 60000);
        }
        struct hanse_interval got = hanse_interval_mean(means, REPLICATIONS, 0.95);
        note(&score, got.low, line_mean_wait(LOAD), got.high, got.half_width);
    }
    assert_share(share(&score, "mean wait, M/M/1 at 0.9", "half-width"), 0.94, 0.96);
}

static void mean_number_in_a_network_is_covered(void **state)
{
    struct score score = {0};
    struct net net;
    net_create(&net);
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double means[REPLICATIONS];
        for (uint32_t k = 0; k < REPLICATIONS; k++) {
            net_start(&net, seed, k);
            means[k] = net_run(&net, 1500.0);
        }
        struct hanse_interval got = hanse_interval_mean(means, REPLICATIONS, 0.95);
        note(&score, got.low, net_mean_number(&net), got.high, got.half_width);
    }
    net_destroy(&net);
    assert_share(share(&score, "mean number, Jackson network", "half-width"), 0.94, 0.96);
}

/* The same luck at two loads. */
static double faster_by(uint64_t seed, uint32_t k, double load, double faster)
{
    struct line slow, fast;
    double difference = 0.0;
    line_start(&slow, load, seed, k);
    line_start(&fast, faster, seed, k);
    for (uint32_t i = 0; i < 10000; i++) {
        difference += line_next(&slow) - line_next(&fast);
    }
    return difference / 10000;
}

static void paired_difference_of_two_lines_is_covered(void **state)
{
    const double load = 0.6, faster = 0.5;
    double truth = line_mean_wait(load) - line_mean_wait(faster);
    struct score score = {0};
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double after[REPLICATIONS], before[REPLICATIONS] = {0.0};
        for (uint32_t k = 0; k < REPLICATIONS; k++) {
            after[k] = faster_by(seed, k, load, faster);
        }
        struct hanse_interval got = hanse_interval_paired(after, before, REPLICATIONS, 0.95);
        note(&score, got.low, truth, got.high, got.half_width);
    }
    assert_share(share(&score, "paired difference, M/M/1 at 0.6 and 0.5", "half-width"), 0.94,
                 0.96);
}

/* --- quantiles by order statistics ----------------------------------------------------------
 */

static void note_quantile(struct score *score, double *values, double truth)
{
    hanse_sort(values, DRAWS);
    struct hanse_quantile_interval got = hanse_quantile_interval(values, DRAWS, 0.95, 0.95);
    note(score, got.low, truth, got.high, got.confidence);
}

/* What is attained differs from what was asked, since ranks are whole; it is known. */
static void assert_attained(const struct score *score, double held)
{
    double attained = score->sum / score->n;
    assert_share(held, 0.93, 1.0);
    assert_within(held, attained, 3.0 * sqrt(attained * (1.0 - attained) / STUDIES));
}

static void p95_wait_of_a_line_is_covered(void **state)
{
    struct score score = {0};
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double waits[DRAWS];
        for (uint32_t k = 0; k < DRAWS; k++) {
            struct line line;
            line_start(&line, LOAD, seed, k);
            line_average(&line, 1000);
            waits[k] = line.wait;
        }
        note_quantile(&score, waits, line_wait_quantile(LOAD, 0.95));
    }
    assert_attained(&score, share(&score, "p95 wait, M/M/1 at 0.9", "attained"));
}

static void p95_work_in_a_network_is_covered(void **state)
{
    struct score score = {0};
    struct net net;
    net_create(&net);
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double work[DRAWS];
        for (uint32_t k = 0; k < DRAWS; k++) {
            net_start(&net, seed, k);
            net_run(&net, 100.0);
            work[k] = net_work(&net, 0);
        }
        note_quantile(&score, work, net_work_quantile(&net, 0, 0.95));
    }
    net_destroy(&net);
    assert_attained(&score, share(&score, "p95 work, Jackson network", "attained"));
}

/* --- intervals at a stop -------------------------------------------------------------------
 */

struct stopped {
    struct score student, promise;
    double n;
};

/* Both systems' replications are skewed: Student's interval loses up to 1.7 points where the
 * rule stops, the promise nothing. Two sets of seeds gave 93.3 to 93.7 and 95.0 to 95.8 %; the
 * bounds leave room for luck below that. */
static void assert_stopped(const struct stopped *stopped, const char *student,
                           const char *promise)
{
    assert_int_equal(stopped->student.n, STUDIES); /* none ran to the most */
    assert_share(share(&stopped->student, student, "n"), 0.925, 0.96);
    assert_share(share(&stopped->promise, promise, "n"), 0.945, 1.0);
}

static enum hanse_stop_verdict note_stop(struct stopped *stopped,
                                         const struct hanse_stop_rule *rule,
                                         const double *values, size_t n, double truth)
{
    struct hanse_stop_state at;
    enum hanse_stop_verdict verdict = hanse_stop_check(rule, values, n, &at);
    if (verdict == HANSE_STOP_MET) {
        double mean = at.interval.mean;
        note(&stopped->student, at.interval.low, truth, at.interval.high, (double)at.n);
        note(&stopped->promise, mean - at.promised, truth, mean + at.promised, (double)at.n);
    }
    return verdict;
}

static void wait_of_a_line_is_covered_where_the_rule_stops(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.05, .most = MOST};
    struct stopped stopped = {0};
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double means[MOST];
        size_t n = 0, rung = hanse_stop_next(&rule, 0);
        do {
            for (; n < rung; n++) {
                struct line line;
                line_start(&line, LOAD, seed, (uint32_t)n);
                means[n] = line_average(&line, 10000);
            }
            rung = hanse_stop_next(&rule, n);
        } while (note_stop(&stopped, &rule, means, n, line_mean_wait(LOAD)) ==
                 HANSE_STOP_GO_ON);
    }
    assert_stopped(&stopped, "Student's where ±5 % stops, M/M/1 at 0.9",
                   "within ±5 %, M/M/1 at 0.9");
}

static void number_in_a_network_is_covered_where_the_rule_stops(void **state)
{
    const struct hanse_stop_rule rule = {.relative = 0.05, .most = MOST};
    struct stopped stopped = {0};
    struct net net;
    net_create(&net);
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        double means[MOST];
        size_t n = 0, rung = hanse_stop_next(&rule, 0);
        do {
            for (; n < rung; n++) {
                net_start(&net, seed, (uint32_t)n);
                means[n] = net_run(&net, 300.0);
            }
            rung = hanse_stop_next(&rule, n);
        } while (note_stop(&stopped, &rule, means, n, net_mean_number(&net)) ==
                 HANSE_STOP_GO_ON);
    }
    net_destroy(&net);
    assert_stopped(&stopped, "Student's where ±5 % stops, Jackson",
                   "within ±5 %, Jackson network");
}

/* --- one long run --------------------------------------------------------------------------
 */

enum { RUN = 1000000, RUNS = 500, LENGTHS = 3 };

static void note_overlapping(struct score *score, struct hanse_context *ctx,
                             const double *waits, size_t n, size_t size)
{
    struct hanse_interval got;
    assert_int_equal(hanse_overlapping_batches(ctx, waits, n, size, 0.95, &got), HANSE_OK);
    note(score, got.low, line_mean_wait(LOAD), got.high, got.half_width);
}

/* A wait remembers some 360 before it, so short runs cover too little: no method can know what
 * it has not seen. Coverage must grow with the run. */
static void batch_means_cover_more_the_longer_the_run(void **state)
{
    static double waits[RUN];
    static const size_t lengths[LENGTHS] = {10000, 100000, RUN};
    struct score plain[LENGTHS] = {{0}}, quarter[LENGTHS] = {{0}}, root[LENGTHS] = {{0}};
    struct hanse_context *ctx = hanse_context_create();
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct line line;
        struct hanse_batches batches = {0};
        line_start(&line, LOAD, seed, 0);
        for (size_t i = 0, length = 0; length < LENGTHS; length++) {
            for (; i < lengths[length]; i++) {
                waits[i] = line_next(&line);
                hanse_batches_add(&batches, waits[i]);
            }
            struct hanse_interval got = hanse_batches_interval(&batches, 0.95);
            note(&plain[length], got.low, line_mean_wait(LOAD), got.high, got.half_width);
            note_overlapping(&quarter[length], ctx, waits, i, i / 32);
            note_overlapping(&root[length], ctx, waits, i, 0);
        }
    }
    hanse_context_destroy(ctx);
    static const double least[LENGTHS] = {0.74, 0.9, 0.92};
    for (int i = 0; i < LENGTHS; i++) {
        print_message("%zu customers:\n", lengths[i]);
        assert_share(share(&plain[i], "batch means", "half-width"), least[i], 0.97);
        assert_share(share(&quarter[i], "overlapping, n/32", "half-width"), least[i], 0.97);
        share(&root[i], "overlapping, root n", "half-width");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_wait_of_a_line_is_covered),
        cmocka_unit_test(mean_number_in_a_network_is_covered),
        cmocka_unit_test(paired_difference_of_two_lines_is_covered),
        cmocka_unit_test(p95_wait_of_a_line_is_covered),
        cmocka_unit_test(p95_work_in_a_network_is_covered),
        cmocka_unit_test(wait_of_a_line_is_covered_where_the_rule_stops),
        cmocka_unit_test(number_in_a_network_is_covered_where_the_rule_stops),
        cmocka_unit_test(batch_means_cover_more_the_longer_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
