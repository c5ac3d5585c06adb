/*
 * Synthetic workloads from their text: what they make, what they refuse, that they are the same
 * again. Statistical half-widths are 4.5 standard errors: a right program misses one in
 * 150,000.
 */
#include "sim/process/synthetic/synthetic.h"

#include <stdlib.h>
#include <string.h>

#include "sim/process/synthetic/estimates.h"
#include "sim/process/synthetic/widths.h"
#include "tests/close.h"

static struct hanse_synthetic *made(struct hanse_context *ctx, const char *text)
{
    struct hanse_synthetic *synthetic;
    if (hanse_synthetic_create(ctx, text, &synthetic) != HANSE_OK) {
        fail_msg("%s: %s", text, hanse_context_message(ctx));
    }
    return synthetic;
}

/* All its jobs; the caller frees them. */
static struct hanse_job *all_jobs(struct hanse_context *ctx, const char *text, uint64_t *n)
{
    struct hanse_synthetic *synthetic = made(ctx, text);
    struct hanse_job_source source = hanse_synthetic_jobs(synthetic);
    struct hanse_job *jobs = calloc(hanse_synthetic_length(synthetic) + 1, sizeof *jobs);
    uint32_t count;
    *n = 0;
    do { /* odd batches, so that their borders fall everywhere */
        assert_int_equal(source.next(source.state, ctx, jobs + *n, 37, &count), HANSE_OK);
        *n += count;
    } while (count > 0);
    assert_int_equal(*n, hanse_synthetic_length(synthetic));
    hanse_synthetic_destroy(synthetic);
    return jobs;
}

static const char *const TEXTS[] = {
    "lublin99:jobs=2000,procs=100,load=0.7,seed=3",
    "lublin99:jobs=2000,mix=one-class,estimates=spread:4,users=20",
    "kth-like:jobs=2000",
    "jobs:jobs=2000,procs=64,load=0.8,runtime=lognormal/mean:3600/scv:9,width=lognormal/1/1.2",
    "jobs:jobs=2000,procs=64,interval=600,runtime=hyperexponential/mean:100/scv:4,"
    "width=table/1:5/2:1/64:1,arrivals=mmpp/1/3600/9/600,week=1/1/1/1/1/0.3/0.2,start=30",
    "jobs:jobs=2000,procs=128,load=0.5,runtime=gamma/2/100,resolution=0,estimates=modal,"
    "width=twostage/0.24/0.58/0.8/4.5/7/0.86,day=lublin",
};
enum { N_TEXTS = sizeof TEXTS / sizeof *TEXTS };

static void jobs_keep_the_contract_of_a_source(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (int i = 0; i < N_TEXTS; i++) {
        struct hanse_synthetic *synthetic = made(ctx, TEXTS[i]);
        uint32_t processors = hanse_synthetic_processors(synthetic);
        uint64_t n;
        struct hanse_job *jobs = all_jobs(ctx, TEXTS[i], &n);
        for (uint64_t k = 0; k < n; k++) {
            assert_true(jobs[k].submit_s >= (k > 0 ? jobs[k - 1].submit_s : 0.0));
            assert_true(jobs[k].runtime_s > 0.0 && jobs[k].runtime_s <= jobs[k].estimate_s);
            assert_true(jobs[k].estimate_s <= 172800.0);
            assert_in_range(jobs[k].width, 1, processors);
            assert_int_equal(jobs[k].number, k + 1);
        }
        free(jobs);
        hanse_synthetic_destroy(synthetic);
    }
    hanse_context_destroy(ctx);
}

static void one_text_makes_one_workload(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (int i = 0; i < N_TEXTS; i++) {
        uint64_t n, m;
        struct hanse_job *a = all_jobs(ctx, TEXTS[i], &n), *b = all_jobs(ctx, TEXTS[i], &m);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n * sizeof *a);
        free(b);
        free(a);
    }
    uint64_t n;
    struct hanse_job *a = all_jobs(ctx, "lublin99:jobs=100,seed=1", &n);
    struct hanse_job *b = all_jobs(ctx, "lublin99:jobs=100,seed=2", &n);
    assert_memory_not_equal(a, b, n * sizeof *a);
    free(b);
    /* a longer one begins with the shorter */
    b = all_jobs(ctx, "lublin99:jobs=300,seed=1", &n);
    assert_memory_equal(a, b, 100 * sizeof *a);
    free(b);
    free(a);
    hanse_context_destroy(ctx);
}

/* Work of 50,000 jobs: relative error of the mean sqrt(scv of width x runtime / n); gaps of
 * scv 1. Rounding down is off. */
static void load_and_means_are_as_asked(void **state)
{
    static const char text[] = "jobs:jobs=50000,procs=64,load=0.8,resolution=0,"
                               "runtime=lognormal/mean:3600/scv:2,width=table/1:3/2:1/32:1";
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_synthetic *synthetic = made(ctx, text);
    struct hanse_synthetic_moments m = hanse_synthetic_moments(synthetic);
    double width = 0.0, work = 0.0;
    uint64_t n;
    struct hanse_job *jobs = all_jobs(ctx, text, &n);
    assert_close(m.load, 0.8, 1e-12);
    assert_close(m.width, (3.0 + 2.0 + 32.0) / 5.0, 1e-12);
    assert_close(m.runtime_s, 3600.0, 1e-12);
    assert_close(m.interval_s, m.width * 3600.0 / (0.8 * 64.0), 1e-12);
    for (uint64_t i = 0; i < n; i++) {
        width += jobs[i].width / (double)n;
        work += jobs[i].width * jobs[i].runtime_s;
    }
    double square = (3.0 + 4.0 + 1024.0) / 5.0, scv_width = square / (m.width * m.width) - 1.0;
    double scv_work = (1.0 + scv_width) * 3.0 - 1.0;
    assert_within(width, m.width, 4.5 * m.width * sqrt(scv_width / (double)n));
    assert_within(work / (64.0 * jobs[n - 1].submit_s), 0.8,
                  0.8 * 4.5 * sqrt((scv_work + 1.0) / (double)n));
    free(jobs);
    hanse_synthetic_destroy(synthetic);
    hanse_context_destroy(ctx);
}

static void requests_have_tokens_and_rise_in_time(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_synthetic *synthetic =
        made(ctx, "requests:requests=20000,interval=0.2,arrivals=gamma/mean:1/scv:4,"
                  "prompt=lognormal/mean:1000/scv:2,generated=gamma/2/100");
    struct hanse_synthetic_request request;
    struct hanse_job job;
    double last = 0.0, prompt = 0.0, generated = 0.0;
    uint32_t count, n = 0;
    while (hanse_synthetic_request(synthetic, &request)) {
        assert_true(request.time_s >= last);
        assert_true(request.prompt_tokens >= 1 && request.generated_tokens >= 1);
        last = request.time_s;
        prompt += request.prompt_tokens;
        generated += request.generated_tokens;
        n++;
    }
    assert_int_equal(n, 20000);
    assert_within(last / n, 0.2, 4.5 * 0.2 * sqrt(4.0 / n));
    assert_within(prompt / n, 1000.5, 4.5 * 1000.0 * sqrt(2.0 / n)); /* rounded up */
    assert_within(generated / n, 200.5, 4.5 * 200.0 * sqrt(0.5 / n));
    struct hanse_job_source source = hanse_synthetic_jobs(synthetic);
    assert_int_equal(source.next(source.state, ctx, &job, 1, &count), HANSE_ERR_INPUT);
    hanse_synthetic_destroy(synthetic);
    hanse_context_destroy(ctx);
}

/* --- estimates ---------------------------------------------------------------------------- */

/* By the formulas of Tsafrir et al. for E = 18 h: it is the most popular, half an hour the
 * third. */
static void modal_estimates_of_short_jobs_have_the_published_shares(void **state)
{
    enum { N = 100000 };
    struct hanse_context *ctx = hanse_context_create();
    static struct hanse_estimate_rule estimates;
    struct hanse_stream stream;
    double longest = 0.0, half = 0.0, head = 0.89;
    int round = 0;
    assert_int_equal(hanse_estimate_init(ctx, "modal", N, 18 * 3600.0, &estimates), HANSE_OK);
    hanse_stream_init(&stream, 1, 0, 1, "estimate");
    for (int i = 0; i < N; i++) {
        struct hanse_job job = {.runtime_s = 1.0};
        hanse_estimate_draw(&estimates, &stream, &job);
        longest += job.estimate_s == 64800.0;
        half += job.estimate_s == 1800.0;
        round += fmod(job.estimate_s, 300.0) == 0.0;
    }
    for (int r = 2; r <= 20; r++) {
        head -= 0.01 * (14.0491 * exp(-0.177531 * r) + 0.462513);
    }
    double third = 0.01 * (14.0491 * exp(-0.177531 * 3) + 0.462513);
    assert_within(longest / N, head, 4.5 * sqrt(head / N));
    assert_within(half / N, third, 4.5 * sqrt(third / N));
    assert_true(round > 0.88 * N);
    hanse_context_destroy(ctx);
}

static void estimates_never_fall_below_runtimes_and_cut_them_at_the_longest(void **state)
{
    static const char *const texts[] = {"exact", "factor:3", "spread:2", "modal"};
    struct hanse_context *ctx = hanse_context_create();
    static struct hanse_estimate_rule estimates;
    struct hanse_stream stream;
    hanse_stream_init(&stream, 1, 0, 1, "estimate");
    for (int k = 0; k < 4; k++) {
        assert_int_equal(hanse_estimate_init(ctx, texts[k], 1000, 36000.0, &estimates),
                         HANSE_OK);
        for (double runtime = 1.0; runtime < 1e5; runtime *= 1.01) {
            struct hanse_job job = {.runtime_s = runtime};
            hanse_estimate_draw(&estimates, &stream, &job);
            assert_true(job.runtime_s == fmin(runtime, 36000.0));
            assert_true(job.estimate_s >= job.runtime_s && job.estimate_s <= 36000.0);
        }
    }
    hanse_context_destroy(ctx);
}

/* --- widths ------------------------------------------------------------------------------- */

static void widths_are_drawn_as_their_shares_say(void **state)
{
    static const char *const texts[] = {"lognormal/1/1.2", "table/1:3/7:1/60:2",
                                        "twostage/0.24/0.58/0.8/4.5/6/0.86", "gamma/0.5/40"};
    enum { N = 40000 };
    struct hanse_context *ctx = hanse_context_create();
    for (int k = 0; k < 4; k++) {
        struct hanse_widths widths;
        struct hanse_stream stream;
        double counts[61] = {0.0}, chi = 0.0, sum = 0.0, mean = 0.0;
        int cells = 0;
        assert_int_equal(hanse_widths_parse(ctx, texts[k], 60, &widths), HANSE_OK);
        hanse_stream_init(&stream, 1, 0, 1, "width");
        for (int i = 0; i < N; i++) {
            counts[hanse_widths_draw(&widths, &stream)]++;
        }
        for (uint32_t w = 1; w <= 60; w++) {
            double want = N * hanse_widths_share(&widths, w);
            sum += want / N;
            mean += w * want / N;
            if (want >= 5.0) {
                chi += (counts[w] - want) * (counts[w] - want) / want;
                cells++;
            }
        }
        assert_close(sum, 1.0, 1e-12);
        assert_close(hanse_widths_mean(&widths), mean, 1e-12);
        assert_true(chi < cells + 6.0 * sqrt(2.0 * cells));
        hanse_widths_fini(&widths);
    }
    hanse_context_destroy(ctx);
}

/* --- failures ----------------------------------------------------------------------------- */

static void bad_text_names_model_rule_and_value(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"lublin98", "no synthetic workload 'lublin98', did you mean 'lublin99'?"},
        {"lublin99:job=3", "lublin99: no parameter 'job', did you mean 'jobs'?"},
        {"lublin99:jobs", "lublin99: must be key=value with commas between, got 'jobs'"},
        {"lublin99:jobs=", "lublin99: must be key=value with commas between, got 'jobs='"},
        {"lublin99:jobs=1,jobs=2", "lublin99: jobs is given twice"},
        {"lublin99:jobs=x", "lublin99: jobs must be a number, got 'x'"},
        {"lublin99:jobs=1.5", "lublin99: jobs must be a whole number, got 1.5"},
        {"lublin99:jobs=-1", "lublin99: jobs must be in [0, 9.0072e+15], got -1"},
        {"lublin99:procs=4", "lublin99: procs must be >= 8, got 4"},
        {"lublin99:load=0", "lublin99: load must be in [1e-06, 1e+06], got 0"},
        {"lublin99:mix=mixd",
         "lublin99: mix must be mixed, batch, interactive or one-class, got 'mixd', did you "
         "mean 'mixed'?"},
        {"lublin99:estimates=factor:0.5", "estimates: the factor must be >= 1, got 0.5"},
        {"lublin99:estimates=modl",
         "estimates: must be exact, factor:F, spread:F or modal, got 'modl', did you mean "
         "'modal'?"},
        {"jobs:procs=4,width=constant/1,load=1", "jobs: needs runtime=: law of the runtime"},
        {"jobs:procs=4,width=constant/1,runtime=constant/1", "jobs: needs load= or interval="},
        {"jobs:procs=4,width=constant/1,runtime=constant/1,load=1,interval=1",
         "jobs: load and interval can't both be given"},
        {"jobs:procs=4,width=constant/1,runtime=constant/1,load=1,correlation=0.3",
         "jobs: load is not known with a correlation: give interval"},
        {"jobs:procs=4,width=constant/5,runtime=constant/1,load=1",
         "width: at least 1 % of the law must lie within the 4 processors, got 0 %"},
        {"jobs:procs=4,width=table/1:1/5:1,runtime=constant/1,load=1",
         "width: must be a whole number from 1 to 4, got 5"},
        {"jobs:procs=4,width=table/1:1/1:1,runtime=constant/1,load=1",
         "width: 1 is in the table twice"},
        {"jobs:procs=4,width=constant/1,runtime=constant/1,load=1,day=1,week=1",
         "jobs: day and week can't both be given"},
        {"jobs:procs=4,width=constant/1,runtime=constant/1,load=1,day=1/x",
         "jobs: day must be numbers with '/' between, got 'x'"},
        {"requests:interval=1,prompt=constant/1", "requests: needs generated=: law of the "
                                                  "generated tokens, rounded up"},
    };
    struct hanse_context *ctx = hanse_context_create();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hanse_synthetic *synthetic;
        assert_int_not_equal(hanse_synthetic_create(ctx, cases[i].text, &synthetic), HANSE_OK);
        assert_null(synthetic);
        assert_string_equal(hanse_context_message(ctx), cases[i].message);
    }
    hanse_context_destroy(ctx);
}

static void names_of_models_are_not_files(void **state)
{
    assert_true(hanse_synthetic_is("lublin99"));
    assert_true(hanse_synthetic_is("kth-like:seed=2"));
    assert_false(hanse_synthetic_is("lublin99.swf"));
    assert_false(hanse_synthetic_is("jobs.swf.gz"));
    assert_false(hanse_synthetic_is(""));
}

static void no_memory_is_an_error_and_leaks_nothing(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (int i = 0; i < N_TEXTS; i++) {
        for (size_t n = 1; n < 100; n++) {
            struct hanse_synthetic *synthetic;
            hanse_context_fail_allocation(ctx, n);
            enum hanse_status status = hanse_synthetic_create(ctx, TEXTS[i], &synthetic);
            hanse_context_fail_allocation(ctx, 0);
            if (status == HANSE_OK) {
                hanse_synthetic_destroy(synthetic);
                break;
            }
            assert_int_equal(status, HANSE_ERR_MEMORY);
            assert_true(n < 99);
        }
    }
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_keep_the_contract_of_a_source),
        cmocka_unit_test(one_text_makes_one_workload),
        cmocka_unit_test(load_and_means_are_as_asked),
        cmocka_unit_test(requests_have_tokens_and_rise_in_time),
        cmocka_unit_test(modal_estimates_of_short_jobs_have_the_published_shares),
        cmocka_unit_test(estimates_never_fall_below_runtimes_and_cut_them_at_the_longest),
        cmocka_unit_test(widths_are_drawn_as_their_shares_say),
        cmocka_unit_test(bad_text_names_model_rule_and_value),
        cmocka_unit_test(names_of_models_are_not_files),
        cmocka_unit_test(no_memory_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
