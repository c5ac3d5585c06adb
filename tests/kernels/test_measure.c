/* Honest timing on an injected clock: which samples count, what they say, what a launch does.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/calibrate.h"
#include "tests/close.h"

static struct hanse_reading reading(double wall, double cpu, double switches, double pressure)
{
    return (struct hanse_reading){
        .wall_s = wall, .cpu_s = cpu, .switches = switches, .pressure_s = pressure};
}

static uint32_t faults(double cpu, double switches, double pressure, double probe)
{
    struct hanse_bounds bounds = hanse_bounds_default();
    struct hanse_reading before = reading(10.0, 3.0, 5.0, 1.0);
    struct hanse_reading after = reading(10.01, 3.0 + cpu, 5.0 + switches, 1.0 + pressure);
    return hanse_sample_faults(&bounds, &before, &after, probe, 1e-4, false);
}

static void a_sample_counts_only_when_the_thread_kept_its_processor(void **state)
{
    assert_int_equal(faults(0.01, 0, 0, 1e-4), 0);
    assert_int_equal(faults(0.0097001, 0, 0, 1.04e-4), 0);
    assert_int_equal(faults(0.0096, 0, 0, 1e-4), HANSE_SAMPLE_PREEMPTED);
    assert_int_equal(faults(0.01, 1, 0, 1e-4), 0); /* a daemon woke */
    assert_int_equal(faults(0.01, 2, 0, 1e-4), HANSE_SAMPLE_SWITCHED);
    assert_int_equal(faults(0.01, 0, 0, 1.06e-4), HANSE_SAMPLE_CLOCK);
    assert_int_equal(faults(0.01, 0, 0.002, 1e-4), 0); /* and stood in our queue */
    assert_int_equal(faults(0.01, 0, 0.006, 1e-4), HANSE_SAMPLE_PRESSURE);
    assert_int_equal(faults(0.01, 0, NAN, 1e-4), 0);
    assert_int_equal(faults(0.0, 3, 0.01, NAN), HANSE_SAMPLE_PREEMPTED | HANSE_SAMPLE_SWITCHED |
                                                    HANSE_SAMPLE_CLOCK | HANSE_SAMPLE_PRESSURE);
}

/* A worker's loss is not in the caller's own time: it shows in the queue. */
static void a_thread_that_stood_in_the_queue_is_a_fault_of_its_sample(void **state)
{
    struct hanse_bounds bounds = hanse_bounds_default();
    struct hanse_reading before = reading(10.0, 3.0, 5.0, NAN), after = before;
    after.wall_s += 0.01;
    after.cpu_s += 0.01;
    after.waited_s = 0.0002;
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 1e-4, 1e-4, false), 0);
    after.waited_s = 0.0004;
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 1e-4, 1e-4, false),
                     HANSE_SAMPLE_PREEMPTED);
    before.waited_s = after.waited_s = NAN; /* the system keeps no such figure */
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 1e-4, 1e-4, false), 0);
}

/* Storage and the network give the processor up and queue for it behind what serves them. */
static void kernels_that_wait_are_not_faulted_for_it(void **state)
{
    struct hanse_bounds bounds = hanse_bounds_default();
    struct hanse_reading before = reading(10.0, 3.0, 5.0, NAN), after = before;
    after.wall_s += 0.01;
    after.cpu_s += 0.004;
    after.waited_s = 0.002;
    after.switches += 40.0;
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 1e-4, 1e-4, false),
                     HANSE_SAMPLE_PREEMPTED | HANSE_SAMPLE_SWITCHED);
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 1e-4, 1e-4, true), 0);
    assert_int_equal(hanse_sample_faults(&bounds, &before, &after, 2e-4, 1e-4, true),
                     HANSE_SAMPLE_CLOCK);
}

/* One lucky probe at the start does not condemn the rest, nor a slow stretch: each is condemned
 * alone. */
static void clocks_are_judged_by_the_launchs_usual_one(void **state)
{
    struct hanse_bounds bounds = hanse_bounds_default();
    struct hanse_sample samples[12] = {{0}};
    double probes[12];
    for (int i = 0; i < 12; i++) {
        probes[i] = i == 0 ? 0.9 : i >= 6 && i < 9 ? 1.2 : 1.0 + 0.002 * i;
        samples[i].faults = i == 3 ? HANSE_SAMPLE_CLOCK : i == 4 ? HANSE_SAMPLE_SWITCHED : 0;
    }
    hanse_mark_clocks(&bounds, samples, probes, 12);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(samples[i].faults, i == 4 ? HANSE_SAMPLE_SWITCHED
                                            : i == 0 || (i >= 6 && i < 9) ? HANSE_SAMPLE_CLOCK
                                                                          : 0);
    }
    assert_true(isinf(hanse_usual_time(probes, 0)));
}

static void a_slow_reference_condemns_its_sample_alone(void **state)
{
    struct hanse_bounds bounds = hanse_bounds_default();
    struct hanse_sample samples[8] = {{0}};
    for (int i = 0; i < 8; i++) {
        samples[i].reference_seconds = i == 5 ? 1.2 : 1.0 + 0.01 * i;
    }
    hanse_mark_references(&bounds, samples, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(samples[i].faults, i == 5 ? HANSE_SAMPLE_REFERENCE : 0);
    }
}

static int make_samples(struct hanse_sample *samples, int launches, int each)
{
    int n = 0;
    for (int l = 0; l < launches; l++) {
        for (int i = 0; i < each; i++) {
            samples[n++] = (struct hanse_sample){
                .launch = l, .order = i, .seconds = 1.0 + 0.1 * l + 0.01 * i};
        }
    }
    return n;
}

static void too_few_valid_samples_or_launches_make_no_number(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_sample samples[64];
    struct hanse_verdict verdict;
    int n = make_samples(samples, 5, 4);
    assert_int_equal(hanse_judge(ctx, samples, (size_t)n, 5, &verdict, NULL), HANSE_OK);
    assert_false(verdict.contaminated);
    samples[7].faults = HANSE_SAMPLE_SWITCHED; /* 19 left */
    assert_int_equal(hanse_judge(ctx, samples, (size_t)n, 5, &verdict, NULL), HANSE_OK);
    assert_true(verdict.contaminated);
    assert_int_equal(verdict.n_valid, 19);
    assert_true(isnan(verdict.seconds));
    n = make_samples(samples, 4, 8); /* 32 samples, but of four launches */
    assert_int_equal(hanse_judge(ctx, samples, (size_t)n, 5, &verdict, NULL), HANSE_OK);
    assert_true(verdict.contaminated);
    assert_int_equal(hanse_judge(ctx, samples, 0, 5, &verdict, NULL), HANSE_OK);
    assert_true(verdict.contaminated);
    hanse_context_destroy(ctx);
}

/* 20 samples: P(6 ≤ Binomial(20, 1/2) ≤ 14) = 0.9586, so the 6th and the 15th enclose the
 * median. Launch medians 1.015, 1.115 … */
static void the_verdict_is_median_order_statistics_and_launch_spread(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_sample samples[64];
    struct hanse_verdict verdict;
    double logs[5], sum = 0.0, squares = 0.0;
    int n = make_samples(samples, 5, 4);
    samples[n] = samples[3]; /* an invalid one changes nothing */
    samples[n].seconds = 100.0;
    samples[n++].faults = HANSE_SAMPLE_CLOCK;
    assert_int_equal(hanse_judge(ctx, samples, (size_t)n, 5, &verdict, logs), HANSE_OK);
    assert_close(verdict.seconds, 1.215, 1e-12);
    assert_close(verdict.low_s, 1.11, 1e-12);
    assert_close(verdict.high_s, 1.32, 1e-12);
    for (int l = 0; l < 5; l++) {
        double log_median = log(1.015 + 0.1 * l);
        assert_close(logs[l], log_median, 1e-9);
        sum += log_median;
        squares += log_median * log_median;
    }
    assert_close(verdict.launch_sd, sqrt((squares - sum * sum / 5.0) / 4.0), 1e-9);
    hanse_context_destroy(ctx);
}

/* The factors' products are the launches' sample covariance. */
static void what_launches_have_in_common_becomes_covariance(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    const double shared[5] = {-0.02, 0.01, 0.03, -0.03, 0.01};
    const struct hanse_trial_key trials[2] = {
        {.kernel = HANSE_KERNEL_STREAM_COPY, .precision = HANSE_FP64, .shape = {{1000}}},
        {.kernel = HANSE_KERNEL_STREAM_READ, .precision = HANSE_FP64, .shape = {{1000}}}};
    struct hanse_sample samples[40];
    double watts[2] = {50.0, 0.0}, mean = 0.0, variance = 0.0;
    int n_watts[2] = {2, 0};
    for (int i = 0; i < 40; i++) {
        samples[i] = (struct hanse_sample){.rate = i % 2,
                                           .launch = i / 8,
                                           .order = i,
                                           .seconds = (1 + i % 2) * exp(shared[i / 8]),
                                           .reference_seconds = 1.0};
    }
    for (int l = 0; l < 5; l++) {
        mean += shared[l] / 5.0;
    }
    for (int l = 0; l < 5; l++) {
        variance += (shared[l] - mean) * (shared[l] - mean) / 4.0;
    }
    const struct hanse__gathered gathered = {
        .samples = samples, .n_samples = 40, .watts = watts, .n_watts = n_watts};
    struct hanse_profile profile = {0};
    assert_int_equal(hanse__judge_all(ctx, trials, 2, &gathered, 5, &profile), HANSE_OK);
    assert_int_equal(profile.n_rates, 2);
    assert_close(profile.rates[0].watt, 25.0, 0.0);
    assert_true(isnan(profile.rates[1].watt));
    double own = profile.rates[0].log_sd * profile.rates[0].log_sd;
    assert_close(hanse_profile_log_covariance(&profile, 0, 0) - own, variance, 1e-9);
    assert_close(hanse_profile_log_covariance(&profile, 0, 1), variance, 1e-9);
    hanse_profile_fini(&profile);
    hanse_context_destroy(ctx);
}

/* --- a launch on a clock of our own ------------------------------------------------------- */

struct fake {
    double now;
    double switches;
    int n_probes;
    int slow_from, slow_to; /* between these probes the clock runs at half its rate */
};

static void fake_read(void *self, struct hanse_reading *r)
{
    struct fake *fake = self;
    fake->now += 0.004; /* whatever ran took 4 ms of a processor of its own */
    *r = reading(fake->now, fake->now, fake->switches, NAN);
}

static double fake_probe(void *self)
{
    struct fake *fake = self;
    fake->n_probes++;
    bool slow = fake->n_probes >= fake->slow_from && fake->n_probes < fake->slow_to;
    return slow ? 2e-4 : 1e-4;
}

struct heard {
    int valid[3], all[3], troubles, orders_up;
    int last_order;
    char trouble[160];
};

static void hear_sample(void *self, const struct hanse_sample *sample)
{
    struct heard *heard = self;
    heard->all[sample->rate]++;
    heard->valid[sample->rate] += sample->faults == 0;
    assert_close(sample->seconds, 0.004, 1e-9);
}

static void hear_power(void *self, int trial, double watt)
{
    assert_true(watt > 0.0);
}

static void hear_trouble(void *self, int trial, const char *why)
{
    struct heard *heard = self;
    heard->troubles++;
    snprintf(heard->trouble, sizeof heard->trouble, "%s", why);
}

static void launch_with(struct fake *fake, double budget_s, struct heard *heard)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_device device;
    const struct hanse_trial_key trials[3] = {
        {.kernel = HANSE_KERNEL_STREAM_COPY, .precision = HANSE_FP64, .shape = {{1000}}},
        {.kernel = HANSE_KERNEL_GEMM, .precision = HANSE_FP32, .shape = {{16, 16, 16}}},
        {.kernel = HANSE_KERNEL_FFT, .precision = HANSE_FP64, .shape = {{3, 1}}}};
    const struct hanse_launch_options options = {
        .seed = 1,
        .samples = 5,
        .sample_s = 1e-3,
        .budget_s = budget_s,
        .bounds = hanse_bounds_default(),
        .clock = {.read = fake_read, .probe = fake_probe, .self = fake}};
    const struct hanse_launch_sink sink = {hear_sample, hear_power, hear_trouble, heard};
    memset(heard, 0, sizeof *heard);
    assert_int_equal(hanse_device_open(ctx, "cpu", &device), HANSE_OK);
    device.cache_bytes = 1e5;
    assert_int_equal(hanse_launch_measure(&device, trials, 3, &options, &sink), HANSE_OK);
    hanse_device_close(&device);
    hanse_context_destroy(ctx);
}

static void a_quiet_launch_takes_the_samples_asked_for(void **state)
{
    struct fake fake = {0};
    struct heard heard;
    launch_with(&fake, 0.0, &heard);
    assert_int_equal(heard.valid[0], 5);
    assert_int_equal(heard.all[0], 5);
    assert_int_equal(heard.valid[1], 5);
    /* A shape a kernel can't have is trouble with that trial alone. */
    assert_int_equal(heard.troubles, 1);
    assert_non_null(strstr(heard.trouble, "power of two"));
}

/* Three probes come before the first sample, then two a sample: the fourth to the eighth are
 * slow, and five more are taken for them. */
static void samples_of_a_slow_clock_are_taken_again(void **state)
{
    struct fake fake = {.slow_from = 10, .slow_to = 20};
    struct heard heard;
    launch_with(&fake, 0.0, &heard);
    assert_int_equal(heard.valid[0] + heard.valid[1], 10);
    assert_int_equal(heard.all[0] + heard.all[1], 15);
}

/* After the first trial's five samples the clock halves for good. That is then the launch's
 * clock, and what was taken at the other one does not count beside it. */
static void a_launch_has_one_clock(void **state)
{
    struct fake fake = {.slow_from = 14, .slow_to = 1000};
    struct heard heard;
    launch_with(&fake, 0.0, &heard);
    int first = heard.all[0] == 5 ? 0 : 1;
    assert_int_equal(heard.all[first], 5);
    assert_int_equal(heard.valid[first], 0);
    assert_int_equal(heard.all[1 - first], 20);
    assert_int_equal(heard.valid[1 - first], 20);
}

static void what_does_not_fit_the_budget_is_left_out_and_said(void **state)
{
    struct fake fake = {0};
    struct heard heard;
    launch_with(&fake, 0.001, &heard);
    assert_int_equal(heard.troubles, 3);
    assert_non_null(strstr(heard.trouble, "the time for this launch was over"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_counts_only_when_the_thread_kept_its_processor),
        cmocka_unit_test(kernels_that_wait_are_not_faulted_for_it),
        cmocka_unit_test(a_thread_that_stood_in_the_queue_is_a_fault_of_its_sample),
        cmocka_unit_test(clocks_are_judged_by_the_launchs_usual_one),
        cmocka_unit_test(a_slow_reference_condemns_its_sample_alone),
        cmocka_unit_test(too_few_valid_samples_or_launches_make_no_number),
        cmocka_unit_test(the_verdict_is_median_order_statistics_and_launch_spread),
        cmocka_unit_test(what_launches_have_in_common_becomes_covariance),
        cmocka_unit_test(a_quiet_launch_takes_the_samples_asked_for),
        cmocka_unit_test(samples_of_a_slow_clock_are_taken_again),
        cmocka_unit_test(a_launch_has_one_clock),
        cmocka_unit_test(what_does_not_fit_the_budget_is_left_out_and_said),
    };
    return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
