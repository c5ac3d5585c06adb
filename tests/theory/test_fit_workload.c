/*
 * From a workload to its text and back: what a synthetic workload was made of is found in its
 * jobs, and the text that is printed makes jobs like them.
 *
 * Half-widths: two samples of 20,000 from one law lie within 0.0195 of each other in all but
 * one of 1,000 cases (Kolmogorov); 0.03 leaves room for the fit. Means of heavy-tailed work
 * agree to 10 %. Seeds are fixed.
 * ctest: slow
 */
#include "sim/process/synthetic/fit_workload.h"

#include <stdlib.h>
#include <string.h>

#include "sim/process/synthetic/synthetic.h"
#include "tests/close.h"

enum { N = 20000 };

struct columns {
    double time_s[N], first[N], second[N], estimate_s[N], width[N];
};

static struct hanse_workload_columns drawn(struct hanse_context *ctx, const char *text,
                                           struct columns *c)
{
    struct hanse_synthetic *made;
    struct hanse_synthetic_request request;
    if (hanse_synthetic_create(ctx, text, &made) != HANSE_OK) {
        fail_msg("%s: %s", text, hanse_context_message(ctx));
    }
    struct hanse_job_source source = hanse_synthetic_jobs(made);
    uint32_t count, processors = hanse_synthetic_processors(made);
    for (int i = 0; i < N; i++) {
        struct hanse_job job = {0};
        if (processors > 0) {
            assert_int_equal(source.next(source.state, ctx, &job, 1, &count), HANSE_OK);
            c->time_s[i] = job.submit_s;
            c->first[i] = job.runtime_s;
            c->estimate_s[i] = job.estimate_s;
            c->width[i] = job.width;
        } else {
            assert_true(hanse_synthetic_request(made, &request));
            c->time_s[i] = request.time_s;
            c->first[i] = request.prompt_tokens;
            c->second[i] = request.generated_tokens;
        }
    }
    hanse_synthetic_destroy(made);
    return (struct hanse_workload_columns){
        N, processors, c->time_s, {c->first, c->second}, c->estimate_s, c->width};
}

static void jobs_of_known_laws_are_found_again(void **state)
{
    static struct columns c;
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_workload_columns columns =
        drawn(ctx,
              "jobs:jobs=20000,procs=64,interval=400,runtime=lognormal/6/1.5,"
              "width=table/1:4/2:2/8:3/64:1,arrivals=gamma/mean:1/scv:3,"
              "day=1/1/1/1/1/1/2/3/5/6/6/6/6/6/6/6/5/4/3/2/2/1/1/1",
              &c);
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_OK);
    assert_int_equal(fit.arrivals.rhythm.n, 24);
    assert_false(fit.arrivals.modulated);
    assert_within(fit.arrivals.gap_scv, 3.0, 0.5);
    assert_int_equal(fit.size[0].laws[0].law.kind, HANSE_VARIATE_LOGNORMAL);
    assert_within(fit.size[0].laws[0].law.p[0], 6.0, 4.5 * 1.5 / sqrt(N));
    assert_within(fit.size[0].laws[0].law.p[1], 1.5, 4.5 * 1.5 / sqrt(2.0 * N));
    assert_within(fit.mean_width, 9.2, 4.5 * 18.4 / sqrt(N));
    assert_within(fit.serial_share, 0.4, 4.5 * 0.49 / sqrt(N));
    assert_within(fit.rank_correlation, 0.0, 4.5 / sqrt(N));
    assert_true(fit.exact_estimates && fit.accuracy > 1.0 - 1e-9);
    assert_true(fit.gap_distance < 0.03);
    assert_true(fit.size[0].distance < 0.03);
    assert_true(fit.width_distance < 0.03);
    assert_close(fit.made_load, fit.load, 0.1);
    assert_non_null(strstr(fit.text, ",estimates=exact,"));
    hanse_workload_fit_fini(&fit);
    hanse_context_destroy(ctx);
}

static void bursts_of_requests_are_found_again(void **state)
{
    static struct columns c;
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_workload_columns columns =
        drawn(ctx,
              "requests:requests=20000,interval=0.2,arrivals=mmpp/6/10/1/40,"
              "prompt=lognormal/6.5/1.2,generated=weibull/0.8/200",
              &c);
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_OK);
    assert_true(fit.arrivals.modulated);
    assert_int_equal(fit.arrivals.rhythm.n, 0);
    assert_int_equal(fit.size[0].laws[0].law.kind, HANSE_VARIATE_LOGNORMAL);
    assert_within(fit.size[0].laws[0].law.p[0], 6.5, 4.5 * 1.2 / sqrt(N));
    assert_true(fit.size[1].laws[0].distance < 0.015);
    assert_true(fit.gap_distance < 0.03);
    assert_true(fit.size[0].distance < 0.03);
    assert_true(fit.size[1].distance < 0.03);
    hanse_workload_fit_fini(&fit);
    hanse_context_destroy(ctx);
}

static void a_supercomputers_jobs_are_made_again(void **state)
{
    static struct columns c;
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_workload_columns columns =
        drawn(ctx, "kth-like:jobs=20000,mix=one-class", &c);
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_OK);
    assert_int_equal(fit.arrivals.rhythm.n, 24);
    /* the law of the runtimes is that of Lublin and Feitelson, over widths */
    assert_int_equal(fit.size[0].laws[0].law.kind, HANSE_VARIATE_LOGHYPERGAMMA);
    assert_true(fit.size[0].laws[0].distance < 0.02);
    assert_true(fit.rank_correlation > 0.05); /* wide jobs run longer */
    assert_false(fit.exact_estimates);
    assert_close(fit.made_load, fit.load, 0.12);
    assert_true(fit.gap_distance < 0.05);
    assert_true(fit.size[0].distance < 0.03);
    assert_true(fit.width_distance < 0.03);
    hanse_workload_fit_fini(&fit);
    hanse_context_destroy(ctx);
}

/* Continuous runtimes and many widths: the ranks' correlation is the copula's, 4.5 standard
 * errors of about (1 - rho^2) / sqrt(n) and 0.02 for the steps of the widths; the copula that
 * is found from the work varies more, work having a long tail. */
static void width_and_runtime_that_go_together_are_found(void **state)
{
    static struct columns c;
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_workload_columns columns =
        drawn(ctx,
              "jobs:jobs=20000,procs=512,interval=100,runtime=gamma/2/300,resolution=0,"
              "width=lognormal/3/0.9,correlation=0.5",
              &c);
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_OK);
    assert_within(fit.rank_correlation, 0.5, 4.5 * 0.75 / sqrt(N) + 0.02);
    assert_within(fit.copula_correlation, 0.5, 0.06);
    assert_close(fit.made_load, fit.load, 0.05);
    assert_non_null(strstr(fit.text, ",correlation=0."));
    hanse_workload_fit_fini(&fit);
    hanse_context_destroy(ctx);
}

static void too_little_is_refused(void **state)
{
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    double x[3] = {1.0, 2.0, 3.0};
    const struct hanse_workload_columns columns = {3, 4, x, {x, NULL}, x, x};
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_ERR_DOMAIN);
    assert_null(fit.text);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_of_known_laws_are_found_again),
        cmocka_unit_test(bursts_of_requests_are_found_again),
        cmocka_unit_test(a_supercomputers_jobs_are_made_again),
        cmocka_unit_test(width_and_runtime_that_go_together_are_found),
        cmocka_unit_test(too_little_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
