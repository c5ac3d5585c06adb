/*
 * The closed forms against tables computed by another program (GNU Octave's queueing package,
 * 12 printed digits). The tables are read in place, below HANSE_TEST_DATA.
 */
#include "sim/stats/network.h"
#include "sim/stats/queueing.h"

#include "tests/close.h"
#include "tests/queueing_tables.h"

static const double accuracy = 1e-9;

/* A column that the table leaves empty is not compared. */
static void compare(const char *row, const char *column, double got, const char *want)
{
    if (*want && !close_to(got, strtod(want, NULL), accuracy)) {
        fail_msg("%s: %s is %.15g, the table has %s", row, column, got, want);
    }
}

/* --- single stations -----------------------------------------------------------------------
 */

static void answer(struct hanse_context *ctx, char **f, struct hanse_queue *q)
{
    double lambda = atof(f[LAMBDA]), mu = atof(f[MU]);
    enum hanse_status status;
    if (strcmp(f[MODEL], "M/M/c") == 0) {
        status = hanse_queue_mmc(ctx, lambda, mu, atoll(f[SERVERS]), q);
    } else if (strcmp(f[MODEL], "M/G/1") == 0) {
        status = hanse_queue_mg1(ctx, lambda, 1.0 / mu, atof(f[SCV]), q);
    } else {
        status = hanse_queue_mmck(ctx, lambda, mu, atoll(f[SERVERS]), atoll(f[PLACES]), q);
    }
    assert_int_equal(status, HANSE_OK);
}

static void single_stations_match_the_table(void **state)
{
    FILE *file = open_table("single_station.csv");
    struct hanse_context *ctx = hanse_context_create();
    char line[MAX_LINE], row[MAX_LINE], *f[MAX_FIELDS];
    int n_rows = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        struct hanse_queue q;
        snprintf(row, sizeof row, "%.*s", (int)strcspn(line, "\r\n"), line);
        assert_int_equal(split(line, ',', f), N_COLUMNS);
        answer(ctx, f, &q);
        compare(row, "U", q.utilization, f[U]);
        compare(row, "R", q.response_time, f[R]);
        compare(row, "Q", q.in_system, f[Q]);
        compare(row, "X", q.throughput, f[X]);
        if (fabs(q.empty_probability - atof(f[P0])) > 1e-15) { /* p0 carries rounding of 1 */
            compare(row, "p0", q.empty_probability, f[P0]);
        }
        compare(row, "pK or P(wait)",
                strcmp(f[MODEL], "M/M/c") == 0 ? q.wait_probability : q.loss_probability,
                f[P_LAST]);
        n_rows++;
    }
    assert_true(n_rows >= 140);
    hanse_context_destroy(ctx);
    fclose(file);
}

static void erlang_b_rows_match_the_formula(void **state)
{
    FILE *file = open_table("single_station.csv");
    struct hanse_context *ctx = hanse_context_create();
    char line[MAX_LINE], *f[MAX_FIELDS];
    int n_rows = 0;
    while (fgets(line, sizeof line, file)) {
        double b;
        split(line, ',', f);
        if (strstr(f[MODEL], "Erlang-B")) {
            assert_int_equal(
                hanse_queue_erlang_b(ctx, atof(f[LAMBDA]) / atof(f[MU]), atoll(f[SERVERS]), &b),
                HANSE_OK);
            compare(f[LAMBDA], "B", b, f[P_LAST]);
            n_rows++;
        }
    }
    assert_true(n_rows >= 40);
    hanse_context_destroy(ctx);
    fclose(file);
}

/* --- k of n ------------------------------------------------------------------------------- */

static void repairable_k_of_n_matches_the_table(void **state)
{
    FILE *file = open_table("repairable_k_of_n.csv");
    struct hanse_context *ctx = hanse_context_create();
    char line[MAX_LINE], *f[MAX_FIELDS];
    int n_rows = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        struct hanse_queue shop;
        double up;
        assert_int_equal(split(line, ',', f), 7);
        int64_t n = atoll(f[0]), crews = atoll(f[3]);
        assert_int_equal(
            hanse_queue_finite_source(ctx, atof(f[1]), atof(f[2]), crews, n, &shop), HANSE_OK);
        assert_int_equal(hanse_queue_finite_source_up(ctx, atof(f[1]), atof(f[2]), crews, n,
                                                      atoll(f[4]), &up),
                         HANSE_OK);
        compare(f[0], "expected up", (double)n - shop.in_system, f[5]);
        compare(f[0], "P(at least k up)", up, f[6]);
        n_rows++;
    }
    assert_true(n_rows >= 4);
    hanse_context_destroy(ctx);
    fclose(file);
}

/* --- networks ----------------------------------------------------------------------------- */

/* f: case, inputs, U, R, Q, X */
static void compare_stations(char **f, int first, const struct hanse_station *got, int n)
{
    double want[4][MAX_NUMBERS];
    for (int column = 0; column < 4; column++) {
        assert_int_equal(numbers(f[first + column], "", want[column]), n);
    }
    for (int i = 0; i < n; i++) {
        assert_close(got[i].utilization, want[0][i], accuracy);
        assert_close(got[i].response_time, want[1][i], accuracy);
        assert_close(got[i].in_system, want[2][i], accuracy);
        assert_close(got[i].throughput, want[3][i], accuracy);
    }
}

static void check_open(struct hanse_context *ctx, char **f)
{
    double lambda[MAX_NUMBERS], time[MAX_NUMBERS], m[MAX_NUMBERS], p[MAX_NUMBERS];
    double visits[MAX_NUMBERS];
    int64_t servers[MAX_NUMBERS];
    struct hanse_station got[MAX_NUMBERS];
    int n = numbers(f[1], "lambda=", lambda);
    numbers(f[1], " S=", time);
    counts(m, numbers(f[1], " m=", m), servers);
    assert_int_equal(numbers(f[1], " P=", p), n * n);
    numbers(f[1], " V=", visits);
    struct hanse_open_network net = {(size_t)n, lambda, time, servers, p};
    assert_int_equal(hanse_network_open(ctx, &net, got), HANSE_OK);
    compare_stations(f, 2, got, n);
    for (int i = 0; i < n; i++) {
        assert_close(got[i].visits, visits[i], accuracy);
    }
}

static void check_closed(struct hanse_context *ctx, char **f)
{
    double customers, think, time[MAX_NUMBERS], visits[MAX_NUMBERS], m[MAX_NUMBERS], cycles;
    int64_t servers[MAX_NUMBERS];
    struct hanse_station got[MAX_NUMBERS];
    int n = numbers(f[1], " S=", time);
    numbers(f[1], "N=", &customers);
    numbers(f[1], " V=", visits);
    numbers(f[1], "Z=", &think);
    counts(m, numbers(f[1], " m=", m), servers);
    struct hanse_closed_network net = {(size_t)n, (int64_t)customers, think, visits, time,
                                       servers};
    assert_int_equal(hanse_network_closed(ctx, &net, got, &cycles), HANSE_OK);
    compare_stations(f, 2, got, n);
    double at_work = 0.0; /* the table's in-system and thinking customers are all there are */
    for (int i = 0; i < n; i++) {
        at_work += got[i].in_system;
    }
    assert_close(at_work + cycles * think, customers, 1e-12);
}

static void check_machine_repair(struct hanse_context *ctx, char **f)
{
    double n, failing, repair, crews;
    struct hanse_queue shop;
    numbers(f[1], "N=", &n);
    numbers(f[1], "failrate=", &failing);
    numbers(f[1], "repairrate=", &repair);
    numbers(f[1], "crews=", &crews);
    assert_int_equal(
        hanse_queue_finite_source(ctx, failing, repair, (int64_t)crews, (int64_t)n, &shop),
        HANSE_OK);
    assert_close(shop.utilization, atof(f[2]), accuracy);
    assert_close(shop.response_time, atof(f[3]), accuracy);
    assert_close(shop.in_system, atof(f[4]), accuracy);
    assert_close(shop.throughput, atof(f[5]), accuracy);
}

/* There visits count per customer of any class, so a class's rate is their sum times visits. */
static void check_classes(struct hanse_context *ctx, char **f)
{
    double lambda[MAX_NUMBERS], time[MAX_NUMBERS], rate[MAX_NUMBERS], all = 0.0;
    struct hanse_station got[MAX_NUMBERS];
    int n_classes = numbers(f[1], "lambda=", lambda);
    int n = numbers(f[1], " S=", time);
    for (int c = 0; c < n_classes; c++) {
        all += lambda[c];
    }
    assert_int_equal(numbers(f[1], " V=", rate), n);
    for (int i = 0; i < n; i++) {
        rate[i] *= all;
    }
    assert_int_equal(
        hanse_network_classes(ctx, (size_t)n_classes, (size_t)(n / n_classes), rate, time, got),
        HANSE_OK);
    compare_stations(f, 2, got, n);
}

/* The table's unequal servers are an approximation: servers of the mean rate. */
static void check_mean_rate(struct hanse_context *ctx, char **f)
{
    double lambda, mu[MAX_NUMBERS];
    struct hanse_queue q;
    numbers(f[1], "lambda=", &lambda);
    assert_int_equal(numbers(f[1], " mu=", mu), 2);
    assert_int_equal(hanse_queue_mmc(ctx, lambda, 0.5 * (mu[0] + mu[1]), 2, &q), HANSE_OK);
    assert_close(q.utilization, atof(f[2]), accuracy);
    assert_close(q.response_time, atof(f[3]), accuracy);
    assert_close(q.in_system, atof(f[4]), accuracy);
    assert_close(q.throughput, atof(f[5]), accuracy);
}

static void networks_match_the_table(void **state)
{
    static const struct {
        const char *name;
        void (*check)(struct hanse_context *ctx, char **fields);
    } kinds[] = {{"open-jackson", check_open},
                 {"closed-mva", check_closed},
                 {"machine-repair", check_machine_repair},
                 {"open-multiclass", check_classes},
                 {"asym-mmm (qsammm)", check_mean_rate}};
    FILE *file = open_table("networks.txt");
    struct hanse_context *ctx = hanse_context_create();
    char line[MAX_LINE], *f[MAX_FIELDS];
    int n_checked = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') {
            continue;
        }
        assert_int_equal(split(line, ';', f), 6);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            if (strcmp(f[0], kinds[k].name) == 0) {
                kinds[k].check(ctx, f);
                n_checked++;
            }
        }
    }
    assert_true(n_checked >= 10);
    hanse_context_destroy(ctx);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_stations_match_the_table),
        cmocka_unit_test(erlang_b_rows_match_the_formula),
        cmocka_unit_test(repairable_k_of_n_matches_the_table),
        cmocka_unit_test(networks_match_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
