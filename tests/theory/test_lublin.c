/*
 * The Lublin–Feitelson workload against its own moments, computed by other means.
 *
 * All seeds are fixed. Chi-squares stay below their mean + 6 standard deviations (a right
 * program fails once in about 10^6); distances have p > 1e-5; means lie within 4.5 standard
 * errors (once in 150,000).
 */
#include "sim/process/synthetic/lublin.h"

#include <stdlib.h>

#include "sim/stats/distance.h"
#include "tests/close.h"

enum { JOBS = 60000 };

static struct hanse_lublin standard(struct hanse_context *ctx, uint32_t processors,
                                    enum hanse_lublin_mix mix)
{
    struct hanse_lublin model;
    assert_int_equal(hanse_lublin_standard(ctx, processors, mix, &model), HANSE_OK);
    return model;
}

static struct hanse_job *drawn(struct hanse_context *ctx, const struct hanse_lublin *model,
                               int n)
{
    struct hanse_job *jobs = malloc((size_t)n * sizeof *jobs);
    struct hanse_lublin_state state;
    assert_int_equal(hanse_lublin_start(ctx, model, &state, 1, 0), HANSE_OK);
    for (int i = 0; i < n; i++) {
        hanse_lublin_next(model, &state, &jobs[i]);
        assert_true(i == 0 || jobs[i].submit_s >= jobs[i - 1].submit_s);
        assert_true(jobs[i].runtime_s >= 1.0 && jobs[i].estimate_s == jobs[i].runtime_s);
        assert_in_range(jobs[i].width, 1, model->processors);
    }
    return jobs;
}

static void width_shares_sum_to_one(void **state)
{
    static const uint32_t sizes[] = {8, 60, 100, 128, 256, 1000, 9216};
    struct hanse_context *ctx = hanse_context_create();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int mix = 0; mix <= HANSE_LUBLIN_ONE_CLASS; mix++) {
            struct hanse_lublin model = standard(ctx, sizes[i], mix);
            for (uint32_t c = 0; c < model.n_classes; c++) {
                double sum = 0.0;
                for (uint32_t w = 1; w <= sizes[i]; w++) {
                    sum += hanse_lublin_width_share(&model, &model.classes[c], w);
                }
                assert_close(sum, 1.0, 1e-12);
            }
        }
    }
    hanse_context_destroy(ctx);
}

/* By hand for one class of 128: x uniform on [0.8, 4.5] with chance 0.86. A power of two w = 4
 * takes x in [1.5, 2.5); of the others, log2(3.5) to log2(4.5). */
static void width_shares_by_hand(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 128, HANSE_LUBLIN_ONE_CLASS);
    double other = 1.0 - 0.244 - 0.576;
    double four = 0.576 * 0.86 / 3.7 + other * 0.86 * log2(4.5 / 3.5) / 3.7;
    assert_close(hanse_lublin_width_share(&model, &model.classes[0], 1), 0.244, 1e-12);
    assert_close(hanse_lublin_width_share(&model, &model.classes[0], 4), four, 1e-12);
    hanse_context_destroy(ctx);
}

static void widths_are_drawn_as_their_shares_say(void **state)
{
    static const uint32_t sizes[] = {100, 128, 256};
    struct hanse_context *ctx = hanse_context_create();
    for (size_t i = 0; i < 3; i++) {
        struct hanse_lublin model = standard(ctx, sizes[i], HANSE_LUBLIN_ONE_CLASS);
        struct hanse_job *jobs = drawn(ctx, &model, JOBS);
        double counts[257] = {0.0}, chi = 0.0;
        int cells = 0;
        for (int k = 0; k < JOBS; k++) {
            counts[jobs[k].width]++;
        }
        for (uint32_t w = 1; w <= sizes[i]; w++) {
            double want = JOBS * hanse_lublin_width_share(&model, &model.classes[0], w);
            if (want >= 5.0) {
                chi += (counts[w] - want) * (counts[w] - want) / want;
                cells++;
            }
        }
        assert_true(cells > 50);
        assert_true(chi < cells + 6.0 * sqrt(2.0 * cells));
        free(jobs);
    }
    hanse_context_destroy(ctx);
}

/* Rounded down, P(runtime <= k) = F(k + 1): the distance over whole seconds, for serial jobs
 * and for those of 32 and more, whose law has another share. */
static double runtime_distance(const struct hanse_lublin *model, const double *runtimes,
                               const uint32_t *widths, int n)
{
    double worst = 0.0;
    for (double k = 1.0; k < 160000.0; k *= 1.07) {
        double second = floor(k), have = 0.0, want = 0.0;
        for (int i = 0; i < n; i++) {
            const struct hanse_variate law =
                hanse_lublin_runtime(model, &model->classes[0], widths[i]);
            have += runtimes[i] <= second;
            want += i % 16 == 0 ? 16.0 * hanse_variate_at_most(&law, second + 1.0) : 0.0;
        }
        worst = fmax(worst, fabs(have - want) / n);
    }
    return worst;
}

static void runtimes_follow_the_law_of_their_width(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 128, HANSE_LUBLIN_BATCH);
    struct hanse_job *jobs = drawn(ctx, &model, JOBS);
    double *runtimes = malloc(JOBS * sizeof *runtimes);
    uint32_t *widths = malloc(JOBS * sizeof *widths);
    for (int wide = 0; wide < 2; wide++) {
        int n = 0;
        for (int i = 0; i < JOBS; i++) {
            if (wide ? jobs[i].width >= 32 : jobs[i].width == 1) {
                runtimes[n] = jobs[i].runtime_s;
                widths[n++] = jobs[i].width;
            }
        }
        assert_true(n > 5000);
        assert_true(hanse_distance_p(runtime_distance(&model, runtimes, widths, n), n) > 1e-5);
    }
    free(widths);
    free(runtimes);
    free(jobs);
    hanse_context_destroy(ctx);
}

/* Means over 60,000 jobs. Gaps are independent in operational time, so a mean gap's error is
 * that of their law; the others' that of the sample. */
static void means_are_those_of_the_model(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (int mix = 0; mix <= HANSE_LUBLIN_ONE_CLASS; mix++) {
        struct hanse_lublin model = standard(ctx, 128, mix);
        struct hanse_lublin_moments m = hanse_lublin_moments(&model);
        struct hanse_job *jobs = drawn(ctx, &model, JOBS);
        double width = 0.0, runtime = 0.0, work = 0.0, square[3] = {0.0};
        for (int i = 0; i < JOBS; i++) {
            double w = jobs[i].width, r = jobs[i].runtime_s + 0.5; /* rounded down */
            width += w / JOBS;
            runtime += r / JOBS;
            work += w * r / JOBS;
            square[0] += w * w / JOBS;
            square[1] += r * r / JOBS;
            square[2] += w * w * r * r / JOBS;
        }
        assert_within(width, m.width, 4.5 * sqrt((square[0] - width * width) / JOBS));
        assert_within(runtime, m.runtime_s, 4.5 * sqrt((square[1] - runtime * runtime) / JOBS));
        assert_within(work, m.work_s, 4.5 * sqrt((square[2] - work * work) / JOBS));
        /* gaps: a standard deviation of about 3 means; a day's rhythm adds half a day */
        assert_within(jobs[JOBS - 1].submit_s / JOBS, m.interval_s,
                      4.5 * 3.0 * m.interval_s / sqrt(JOBS) + 43200.0 / JOBS);
        assert_close(m.load, m.work_s / (128.0 * m.interval_s), 1e-12);
        free(jobs);
    }
    hanse_context_destroy(ctx);
}

/* The mean gap in closed form, written out: (1 - b)^-a P(a, 13 (1 - b) / b) / P(a, 13 / b). */
static void jobs_per_day_by_hand(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 128, HANSE_LUBLIN_ONE_CLASS);
    double a = 10.2303 * 1.0225, b = 0.4871;
    const struct hanse_variate unit = {.kind = HANSE_VARIATE_GAMMA, .p = {a, 1.0}};
    double want = pow(1.0 - b, -a) * hanse_variate_at_most(&unit, 13.0 * (1.0 - b) / b) /
                  hanse_variate_at_most(&unit, 13.0 / b);
    assert_close(hanse_lublin_moments(&model).interval_s, want, 1e-12);
    hanse_context_destroy(ctx);
}

/* p = pb + pa width, cut to [0, 1], and the mean of e^g for g <= 12, written out. */
static void wide_jobs_run_longer_by_hand(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 1024, HANSE_LUBLIN_BATCH);
    for (uint32_t width = 1; width <= 512; width *= 8) {
        double p = fmax(0.0, 0.6986 - 0.003 * width), part[2], kept[2];
        const double a[] = {6.57, 639.1}, b[] = {0.823, 0.0156};
        for (int i = 0; i < 2; i++) {
            const struct hanse_variate unit = {.kind = HANSE_VARIATE_GAMMA, .p = {a[i], 1.0}};
            kept[i] = hanse_variate_at_most(&unit, 12.0 / b[i]);
            part[i] = pow(1.0 - b[i], -a[i]) *
                      hanse_variate_at_most(&unit, 12.0 * (1.0 - b[i]) / b[i]);
        }
        const struct hanse_variate law = hanse_lublin_runtime(&model, &model.classes[0], width);
        assert_close(hanse_variate_mean(&law),
                     (p * part[0] + (1.0 - p) * part[1]) / (p * kept[0] + (1.0 - p) * kept[1]),
                     1e-10);
    }
    hanse_context_destroy(ctx);
}

/* Two things at once: the day's shape in the drawn jobs and its peak in the afternoon. Bursts
 * make counts vary more than Poisson's, by about the gaps' scv of 4. */
static void jobs_come_with_the_hours_of_the_day(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 128, HANSE_LUBLIN_ONE_CLASS);
    struct hanse_job *jobs = drawn(ctx, &model, JOBS);
    double day[HANSE_LUBLIN_SLOTS], counts[HANSE_LUBLIN_SLOTS] = {0.0}, sum = 0.0;
    const struct hanse_variate gap = {.kind = HANSE_VARIATE_LOGHYPERGAMMA,
                                      .p = {1.0, model.classes[0].gap_shape,
                                            model.classes[0].gap_scale, 1.0, 1.0,
                                            model.longest_gap_s, 1.0}};
    hanse_lublin_day(&model.classes[0], day);
    for (int i = 0; i < JOBS; i++) {
        counts[(int)fmod(jobs[i].submit_s / 1800.0, HANSE_LUBLIN_SLOTS)]++;
    }
    for (int i = 0; i < HANSE_LUBLIN_SLOTS; i++) {
        double want = JOBS * day[i] / HANSE_LUBLIN_SLOTS;
        assert_within(counts[i], want, 4.5 * sqrt(want * (1.0 + hanse_variate_scv(&gap))));
        sum += day[i];
    }
    assert_close(sum, HANSE_LUBLIN_SLOTS, 1e-12);
    assert_true(day[28] > 1.4 && day[8] < 0.3);
    free(jobs);
    hanse_context_destroy(ctx);
}

static void load_is_set_by_the_pace_of_arrivals(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model = standard(ctx, 100, HANSE_LUBLIN_MIXED);
    assert_int_equal(hanse_lublin_set_load(ctx, &model, 0.7), HANSE_OK);
    assert_close(hanse_lublin_moments(&model).load, 0.7, 1e-12);
    struct hanse_job *jobs = drawn(ctx, &model, JOBS);
    double work = 0.0;
    for (int i = 0; i < JOBS; i++) {
        work += jobs[i].width * (jobs[i].runtime_s + 0.5);
    }
    /* relative error of work 1.6 %, of the gaps 1.3 %; 4.5 of them together */
    assert_within(work / (100.0 * jobs[JOBS - 1].submit_s), 0.7, 0.7 * 4.5 * 0.021);
    assert_int_equal(hanse_lublin_set_load(ctx, &model, 0.0), HANSE_ERR_DOMAIN);
    free(jobs);
    hanse_context_destroy(ctx);
}

static void parameters_out_of_range_are_refused(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_lublin model;
    assert_int_equal(hanse_lublin_standard(ctx, 7, HANSE_LUBLIN_MIXED, &model),
                     HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx), "lublin99: procs must be >= 8, got 7");
    model = standard(ctx, 128, HANSE_LUBLIN_MIXED);
    model.classes[1].pow2_share = 0.9;
    assert_int_equal(hanse_lublin_check(ctx, &model), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "lublin99: pow2_share must be in [0, 1 - serial_share], got 0.9");
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_shares_sum_to_one),
        cmocka_unit_test(width_shares_by_hand),
        cmocka_unit_test(widths_are_drawn_as_their_shares_say),
        cmocka_unit_test(runtimes_follow_the_law_of_their_width),
        cmocka_unit_test(means_are_those_of_the_model),
        cmocka_unit_test(jobs_per_day_by_hand),
        cmocka_unit_test(wide_jobs_run_longer_by_hand),
        cmocka_unit_test(jobs_come_with_the_hours_of_the_day),
        cmocka_unit_test(load_is_set_by_the_pace_of_arrivals),
        cmocka_unit_test(parameters_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
