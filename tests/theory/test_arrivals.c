/*
 * Arrival processes against what is known of them.
 *
 * All seeds are fixed. Where a sample's mean is compared, the half-width is 4.5 standard
 * errors, which a right program misses once in 150,000; Kolmogorov distances must have p >
 * 1e-5; chi-squares stay below mean + 6 standard deviations (once in about 10^6).
 */
#include "sim/process/synthetic/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "sim/stats/distance.h"
#include "sim/stats/tally.h"
#include "tests/close.h"

static struct hanse_arrivals parsed(struct hanse_context *ctx, const char *text,
                                    double interval_s)
{
    struct hanse_arrivals arrivals = {.start_s = 0.0};
    if (hanse_arrivals_parse(ctx, text, interval_s, &arrivals) != HANSE_OK) {
        fail_msg("%s: %s", text, hanse_context_message(ctx));
    }
    return arrivals;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void start(const struct hanse_arrivals *arrivals, struct hanse_arrivals_state *state,
                  uint32_t replication)
{
    hanse_arrivals_start(arrivals, state, 1, replication, hanse_entity("test"));
}

/* --- renewal ------------------------------------------------------------------------------ */

enum { GAPS = 40000 };

static double correlation_of_neighbours(const double *x, int n)
{
    double mean = 0.0, square = 0.0, cross = 0.0;
    for (int i = 0; i < n; i++) {
        mean += x[i] / n;
    }
    for (int i = 0; i < n; i++) {
        square += (x[i] - mean) * (x[i] - mean);
        cross += i > 0 ? (x[i] - mean) * (x[i - 1] - mean) : 0.0;
    }
    return cross / square;
}

static void gaps_of_renewal_processes_follow_their_law_and_forget(void **state)
{
    static const char *const texts[] = {
        "poisson", "gamma/mean:1/scv:4", "gamma/mean:1/scv:0.25",
        "hyperexponential/mean:1/scv:9", "weibull/mean:1/scv:3"};
    struct hanse_context *ctx = hanse_context_create();
    double *gaps = malloc(GAPS * sizeof *gaps);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct hanse_arrivals arrivals = parsed(ctx, texts[k], 30.0);
        struct hanse_arrivals_state at;
        double last = 0.0;
        start(&arrivals, &at, 0);
        for (int i = 0; i < GAPS; i++) {
            double now = hanse_arrivals_next(&arrivals, &at);
            gaps[i] = now - last;
            last = now;
        }
        assert_close(hanse_arrivals_interval_s(&arrivals), 30.0, 1e-12);
        double scv = hanse_variate_scv(&arrivals.gap);
        assert_within(last / GAPS, 30.0, 4.5 * 30.0 * sqrt(scv / GAPS));
        assert_within(correlation_of_neighbours(gaps, GAPS), 0.0, 4.5 / sqrt(GAPS));
        qsort(gaps, GAPS, sizeof *gaps, by_size);
        double distance = hanse_distance_to_law(gaps, GAPS, &arrivals.gap);
        assert_true(hanse_distance_p(distance, GAPS) > 1e-5);
        hanse_variate_fini(&arrivals.gap);
    }
    free(gaps);
    hanse_context_destroy(ctx);
}

/* --- dispersion --------------------------------------------------------------------------- */

enum { WINDOWS = 20000 };

/* Arrivals in [0, span) of each replication: mean, variance and, in *error, the standard error
 * of variance / mean from the fourth moment. */
static double dispersion(const struct hanse_arrivals *arrivals, double span_s, double *mean,
                         double *error)
{
    double *counts = calloc(WINDOWS, sizeof *counts), second = 0.0, fourth = 0.0;
    *mean = 0.0;
    for (uint32_t r = 0; r < WINDOWS; r++) {
        struct hanse_arrivals_state at;
        start(arrivals, &at, r);
        while (hanse_arrivals_next(arrivals, &at) < span_s) {
            counts[r]++;
        }
        *mean += counts[r] / WINDOWS;
    }
    for (int r = 0; r < WINDOWS; r++) {
        double square = (counts[r] - *mean) * (counts[r] - *mean);
        second += square / WINDOWS;
        fourth += square * square / WINDOWS;
    }
    free(counts);
    *error = sqrt((fourth - second * second) / WINDOWS) / *mean;
    return second / *mean;
}

/* Half-width 4.5 standard errors, here 3 to 5 % of the index. */
static void dispersion_of_mmpp2_is_the_closed_form(void **state)
{
    static const double spans[] = {5.0, 50.0, 500.0};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arrivals arrivals = parsed(ctx, "mmpp/1/60/8/20", 5.0);
    assert_close(hanse_mmpp_rate_per_s(&arrivals.mmpp), 0.2, 1e-12);
    for (size_t i = 0; i < 3; i++) {
        double mean, error;
        double got = dispersion(&arrivals, spans[i], &mean, &error);
        double want = hanse_mmpp2_dispersion(&arrivals.mmpp, spans[i]);
        assert_within(mean, spans[i] / 5.0, 4.5 * sqrt(want * spans[i] / 5.0 / WINDOWS));
        assert_within(got, want, 4.5 * error);
        assert_true(error < 0.02 * want);
    }
    assert_close(hanse_mmpp2_dispersion(&arrivals.mmpp, 0.0), 1.0, 1e-15);
    hanse_context_destroy(ctx);
}

/* Far out Var N / E N tends to the scv of the gaps: at 400 mean gaps within 2 %. */
static void dispersion_of_renewals_tends_to_their_scv(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arrivals arrivals = parsed(ctx, "gamma/mean:1/scv:4", 1.0);
    double mean, error;
    double got = dispersion(&arrivals, 400.0, &mean, &error);
    assert_within(got, 4.0, 4.5 * error + 0.08);
    hanse_variate_fini(&arrivals.gap);
    hanse_context_destroy(ctx);
}

static void shares_of_three_states_by_hand(void **state)
{
    /* a ring 1 -> 2 -> 3 -> 1: shares go as the stays */
    struct hanse_mmpp ring = {.n = 3,
                              .rate_per_s = {0.0, 1.0, 4.0},
                              .stay_s = {10.0, 30.0, 60.0},
                              .jump = {{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}}};
    struct hanse_context *ctx = hanse_context_create();
    double shares[HANSE_MMPP_STATES];
    assert_int_equal(hanse_mmpp_check(ctx, &ring), HANSE_OK);
    hanse_mmpp_shares(&ring, shares);
    assert_close(shares[0], 0.1, 1e-14);
    assert_close(shares[1], 0.3, 1e-14);
    assert_close(shares[2], 0.6, 1e-14);
    assert_close(hanse_mmpp_rate_per_s(&ring), 2.7, 1e-14);
    struct hanse_arrivals arrivals = {.kind = HANSE_ARRIVALS_MMPP, .mmpp = ring};
    double mean, error;
    double index = dispersion(&arrivals, 100.0, &mean, &error);
    assert_within(mean, 270.0, 4.5 * sqrt(index * 270.0 / WINDOWS));
    ring.jump[2][0] = 0.0;
    ring.jump[2][1] = 1.0;
    assert_int_equal(hanse_mmpp_check(ctx, &ring), HANSE_ERR_DOMAIN);
    hanse_context_destroy(ctx);
}

/* --- rhythm ------------------------------------------------------------------------------- */

static void week(double weights[168])
{
    for (int h = 0; h < 168; h++) {
        double day = 1.0 + 0.8 * sin((h % 24 - 8) * M_PI / 12.0);
        weights[h] = (h / 24 >= 5 ? 0.4 : 1.0) * day;
    }
    weights[3] = 0.0; /* an hour of rest */
}

static void a_rhythm_and_its_inverse_undo_each_other(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_rhythm rhythm;
    double weights[168];
    week(weights);
    assert_int_equal(hanse_rhythm_init(ctx, &rhythm, 604800.0, weights, 168), HANSE_OK);
    for (double t = 0.0; t < 3.0 * 604800.0; t += 977.7) {
        double back = hanse_rhythm_time_s(&rhythm, hanse_rhythm_work_s(&rhythm, t));
        bool resting = fmod(t, 604800.0) >= 3 * 3600.0 && fmod(t, 604800.0) <= 4 * 3600.0;
        assert_true(resting || fabs(back - t) <= 1e-6);
    }
    assert_close(hanse_rhythm_work_s(&rhythm, 604800.0), 604800.0, 1e-15);
    hanse_context_destroy(ctx);
}

/* Counts by hour of the week against Poisson's: chi-square of 167 cells, and, undone by W, gaps
 * that are exponential again. */
static void poisson_arrivals_follow_the_hours_of_the_week(void **state)
{
    enum { JOBS = 120000 };
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arrivals arrivals = parsed(ctx, "poisson", 100.0);
    struct hanse_arrivals_state at;
    double weights[168], counts[168] = {0.0}, sum = 0.0, chi = 0.0, last = 0.0, now = 0.0;
    double *gaps = malloc(JOBS * sizeof *gaps);
    week(weights);
    assert_int_equal(hanse_rhythm_init(ctx, &arrivals.rhythm, 604800.0, weights, 168),
                     HANSE_OK);
    arrivals.start_s = 30 * 3600.0; /* Tuesday, six in the morning */
    double offset = hanse_rhythm_work_s(&arrivals.rhythm, arrivals.start_s);
    start(&arrivals, &at, 0);
    for (int i = 0; i < JOBS; i++) {
        now = hanse_arrivals_next(&arrivals, &at);
        double clock = now + arrivals.start_s;
        double work = hanse_rhythm_work_s(&arrivals.rhythm, clock) - offset;
        counts[(int)fmod(clock / 3600.0, 168.0)]++;
        gaps[i] = work - last;
        last = work;
    }
    for (int h = 0; h < 168; h++) {
        sum += weights[h];
    }
    for (int h = 0; h < 168; h++) {
        double want = JOBS * weights[h] / sum;
        chi += want > 0.0 ? (counts[h] - want) * (counts[h] - want) / want : 0.0;
        assert_true(want > 0.0 || counts[h] == 0.0);
    }
    /* 19.8 weeks: the last is cut short, which adds a few counts' worth to the chi-square */
    assert_true(chi < 166.0 + 6.0 * sqrt(2.0 * 166.0) + JOBS * 0.005);
    qsort(gaps, JOBS, sizeof *gaps, by_size);
    assert_true(hanse_distance_p(hanse_distance_to_law(gaps, JOBS, &arrivals.gap), JOBS) >
                1e-5);
    free(gaps);
    hanse_context_destroy(ctx);
}

static void same_seed_same_arrivals_and_other_replications_differ(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arrivals arrivals = parsed(ctx, "mmpp/1/60/8/20", 5.0);
    struct hanse_arrivals_state a, b, c;
    start(&arrivals, &a, 0);
    start(&arrivals, &b, 0);
    start(&arrivals, &c, 1);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        double x = hanse_arrivals_next(&arrivals, &a);
        assert_true(x == hanse_arrivals_next(&arrivals, &b));
        same += x == hanse_arrivals_next(&arrivals, &c);
    }
    assert_int_equal(same, 0);
    hanse_context_destroy(ctx);
}

static void bad_processes_name_the_rule(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"mmpp/1/2/3", "arrivals 'mmpp/1/2/3': must be mmpp/RATE/STAY/RATE/STAY, for 2 to 8 "
                       "states"},
        {"mmpp/-1/2/3/4", "mmpp: rate 1 must be >= 0, got -1"},
        {"mmpp/1/0/3/4", "mmpp: stay 1 must be > 0, got 0 s"},
        {"mmpp/0/1/0/4", "mmpp: one rate must be > 0, got none"},
        {"poison", "law 'poison': no such law"},
    };
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arrivals arrivals = {.start_s = 0.0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(hanse_arrivals_parse(ctx, cases[i].text, 1.0, &arrivals),
                             HANSE_OK);
        assert_string_equal(hanse_context_message(ctx), cases[i].message);
    }
    assert_int_equal(hanse_arrivals_parse(ctx, "poisson", 0.0, &arrivals), HANSE_ERR_DOMAIN);
    struct hanse_rhythm rhythm;
    const double none[2] = {0.0, 0.0}, negative[2] = {1.0, -1.0};
    assert_int_equal(hanse_rhythm_init(ctx, &rhythm, 1.0, none, 2), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_rhythm_init(ctx, &rhythm, 1.0, negative, 2), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "rhythm: weight 2 must be >= 0 and finite, got -1");
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_of_renewal_processes_follow_their_law_and_forget),
        cmocka_unit_test(dispersion_of_mmpp2_is_the_closed_form),
        cmocka_unit_test(dispersion_of_renewals_tends_to_their_scv),
        cmocka_unit_test(shares_of_three_states_by_hand),
        cmocka_unit_test(a_rhythm_and_its_inverse_undo_each_other),
        cmocka_unit_test(poisson_arrivals_follow_the_hours_of_the_week),
        cmocka_unit_test(same_seed_same_arrivals_and_other_replications_differ),
        cmocka_unit_test(bad_processes_name_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
