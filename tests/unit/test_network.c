#include "sim/stats/network.h"

#include <string.h>

#include "tests/close.h"

static int make_context(void **state)
{
    *state = hanse_context_create();
    return *state ? 0 : -1;
}

static int drop_context(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

static void feedback_raises_the_load_geometrically(void **state)
{
    /* One server, half of the customers come back: twice the arrivals. */
    const double lambda = 0.3, time = 1.0, back = 0.5;
    const int64_t one = 1;
    const struct hanse_open_network net = {1, &lambda, &time, &one, &back};
    struct hanse_station got;
    assert_int_equal(hanse_network_open(*state, &net, &got), HANSE_OK);
    assert_close(got.throughput, 0.6, 1e-14);
    assert_close(got.visits, 2.0, 1e-14);
    assert_close(got.in_system, 1.5, 1e-13);
    assert_close(got.response_time, 2.5, 1e-13);
}

static void ring_needs_pivoting_and_leaves_idle_stations_empty(void **state)
{
    /* 1 -> 2 -> 3 -> out; station 4 is never visited. */
    const double lambda[] = {0.5, 0, 0, 0}, time[] = {1, 1, 1, 1};
    const double routing[] = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0};
    const int64_t servers[] = {1, 2, 1, 1};
    const struct hanse_open_network net = {4, lambda, time, servers, routing};
    struct hanse_station got[4];
    assert_int_equal(hanse_network_open(*state, &net, got), HANSE_OK);
    assert_close(got[2].in_system, 1.0, 1e-13);
    assert_close(got[3].throughput, 0.0, 0.0);
    assert_close(got[3].in_system, 0.0, 0.0);
    assert_close(got[3].response_time, 1.0, 0.0);
}

static void refused(void *ctx, enum hanse_status status, const char *words)
{
    assert_int_equal(status, HANSE_ERR_DOMAIN);
    assert_non_null(strstr(hanse_context_message(ctx), words));
    hanse_context_clear(ctx);
}

static void impossible_open_networks_are_refused(void **state)
{
    double lambda[] = {0.5, 0.2}, time[] = {1.0, 1.0}, routing[] = {0.0, 1.0, 1.0, 0.0};
    int64_t servers[] = {1, 1};
    const struct hanse_open_network net = {2, lambda, time, servers, routing};
    struct hanse_station got[2];
    refused(*state, hanse_network_open(*state, &net, got), "never leave");
    routing[2] = 0.5;
    refused(*state, hanse_network_open(*state, &net, got), "station 1: load");
    routing[1] = 1.1;
    refused(*state, hanse_network_open(*state, &net, got), "routing");
    routing[1] = 0.6;
    routing[0] = 0.6;
    refused(*state, hanse_network_open(*state, &net, got), "sum to at most 1");
    routing[0] = 0.0;
    time[1] = NAN;
    refused(*state, hanse_network_open(*state, &net, got), "station 2: service time");
    time[1] = 1.0;
    servers[0] = 0;
    refused(*state, hanse_network_open(*state, &net, got), "station 1: servers");
    servers[0] = 1;
    lambda[0] = lambda[1] = 0.0;
    refused(*state, hanse_network_open(*state, &net, got), "no arrivals");
    lambda[0] = 0.1;
    hanse_context_fail_allocation(*state, 1);
    assert_int_equal(hanse_network_open(*state, &net, got), HANSE_ERR_MEMORY);
}

/* Mean value analysis as published, for single servers: a second way to the same numbers. */
static double mva(const double *demand, int n, double think, int customers, double *in_system)
{
    double rate = 0.0;
    memset(in_system, 0, (size_t)n * sizeof *in_system);
    for (int k = 1; k <= customers; k++) {
        double cycle = think;
        for (int i = 0; i < n; i++) {
            cycle += demand[i] * (1.0 + in_system[i]);
        }
        rate = k / cycle;
        for (int i = 0; i < n; i++) {
            in_system[i] = rate * demand[i] * (1.0 + in_system[i]);
        }
    }
    return rate;
}

static void convolution_equals_mean_value_analysis(void **state)
{
    const double demand[] = {0.02, 0.05, 0.049}, visits[] = {1, 1, 1};
    const int64_t servers[] = {1, 1, 1};
    const int populations[] = {1, 2, 50, 700};
    for (int i = 0; i < 4; i++) {
        for (double think = 0.0; think <= 30.0; think += 15.0) {
            const struct hanse_closed_network net = {3,      populations[i], think,
                                                     visits, demand,         servers};
            struct hanse_station got[3];
            double cycles, want[3];
            double rate = mva(demand, 3, think, populations[i], want);
            assert_int_equal(hanse_network_closed(*state, &net, got, &cycles), HANSE_OK);
            assert_close(cycles, rate, 1e-12);
            for (int k = 0; k < 3; k++) {
                assert_close(got[k].in_system, want[k], 1e-10);
            }
        }
    }
}

static void closed_network_of_one_delay_and_crews_is_the_repair_shop(void **state)
{
    /* Ten machines up for 20 on average, two crews that take 1 each: known from M/M/c//N. */
    const double visits = 1.0, time = 1.0;
    const int64_t crews = 2;
    const struct hanse_closed_network net = {1, 10, 20.0, &visits, &time, &crews};
    struct hanse_station got;
    double cycles;
    assert_int_equal(hanse_network_closed(*state, &net, &got, &cycles), HANSE_OK);
    assert_close(got.in_system, 0.49505827593, 1e-10);
    assert_close(cycles, 0.475247086203, 1e-10);
}

static void impossible_closed_networks_are_refused(void **state)
{
    double visits = 1.0, time = 1.0, cycles;
    int64_t servers = 1;
    struct hanse_closed_network net = {1, 0, 0.0, &visits, &time, &servers};
    struct hanse_station got;
    refused(*state, hanse_network_closed(*state, &net, &got, &cycles), "customers");
    net.customers = 5;
    net.think_time = -1.0;
    refused(*state, hanse_network_closed(*state, &net, &got, &cycles), "think time");
    net.think_time = 0.0;
    visits = 0.0;
    refused(*state, hanse_network_closed(*state, &net, &got, &cycles), "visits");
    visits = 1.0;
    net.n_stations = 0;
    refused(*state, hanse_network_closed(*state, &net, &got, &cycles), "needs a station");
    net.n_stations = 1;
    hanse_context_fail_allocation(*state, 1);
    assert_int_equal(hanse_network_closed(*state, &net, &got, &cycles), HANSE_ERR_MEMORY);
}

static void classes_share_a_station(void **state)
{
    const double rate[] = {0.2, 0.4}, time[] = {1.0, 0.5};
    const double heavy[] = {0.8, 0.4}, bad[] = {-0.1, 0.4};
    struct hanse_station got[2];
    assert_int_equal(hanse_network_classes(*state, 2, 1, rate, time, got), HANSE_OK);
    assert_close(got[0].response_time, 1.0 / 0.6, 1e-14);
    assert_close(got[1].response_time, 0.5 / 0.6, 1e-14);
    assert_close(got[0].in_system + got[1].in_system, 0.4 / 0.6, 1e-14);
    refused(*state, hanse_network_classes(*state, 2, 1, heavy, time, got), "below 1");
    refused(*state, hanse_network_classes(*state, 2, 1, bad, time, got), "arrival rate");
    refused(*state, hanse_network_classes(*state, 2, 1, rate, bad, got), "service time");
}

/* Customers of one kind, told apart by names alone, are one class. */
static void classes_alike_are_one_class(void **state)
{
    const int64_t customers[] = {3, 5}, servers[] = {1, 1, 1};
    const double think[] = {2.0, 2.0}, visits[] = {1.0, 1.0, 1.0}, time[] = {0.3, 1.0, 0.5};
    const double demand[] = {0.3, 1.0, 0.5, 0.3, 1.0, 0.5};
    const struct hanse_closed_network one = {3, 8, 2.0, visits, time, servers};
    const struct hanse_closed_classes two = {2, 3, customers, think, demand, NULL};
    struct hanse_station all[3], got[6];
    double cycles;
    assert_int_equal(hanse_network_closed(*state, &one, all, &cycles), HANSE_OK);
    assert_int_equal(hanse_network_closed_classes(*state, &two, got), HANSE_OK);
    assert_close(got[0].throughput + got[3].throughput, cycles, 1e-12);
    for (int k = 0; k < 3; k++) {
        assert_close(got[k].in_system + got[3 + k].in_system, all[k].in_system, 1e-12);
        assert_close(got[k].response_time, all[k].response_time, 1e-12);
    }
}

/* Two classes, one customer each, one station and think times: four states by hand. With rates
 * a, b of asking and processor sharing at rate 1 / d_c alone, balance gives the product form
 * p(i, j) ~ (a d1)^i (b d2)^j (i + j)!. */
static void two_customers_of_two_classes_by_hand(void **state)
{
    const int64_t customers[] = {1, 1};
    const double think[] = {4.0, 2.0}, demand[] = {1.0, 0.5};
    const struct hanse_closed_classes net = {2, 1, customers, think, demand, NULL};
    double x = 1.0 / 4.0, y = 0.5 / 2.0, whole = 1.0 + x + y + 2.0 * x * y;
    struct hanse_station got[2];
    assert_int_equal(hanse_network_closed_classes(*state, &net, got), HANSE_OK);
    assert_close(got[0].in_system, (x + 2.0 * x * y) / whole, 1e-14);
    assert_close(got[1].in_system, (y + 2.0 * x * y) / whole, 1e-14);
    assert_close(got[0].throughput, (1.0 - got[0].in_system) / 4.0, 1e-14);
}

static void impossible_closed_classes_are_refused(void **state)
{
    int64_t customers[] = {1, 1};
    double think[] = {0.0, 0.0}, demand[] = {1.0, 0.5};
    unsigned char delay[] = {1};
    const struct hanse_closed_classes net = {2, 1, customers, think, demand, delay};
    struct hanse_station got[2];
    assert_int_equal(hanse_network_closed_classes(*state, &net, got), HANSE_OK);
    assert_close(got[0].response_time, 1.0, 1e-15);
    demand[1] = -1.0;
    refused(*state, hanse_network_closed_classes(*state, &net, got), "demand of class 2");
    demand[1] = 0.0;
    refused(*state, hanse_network_closed_classes(*state, &net, got), "time somewhere");
    demand[1] = 1.0;
    customers[0] = INT64_MAX;
    refused(*state, hanse_network_closed_classes(*state, &net, got), "at most 50000000");
    customers[0] = customers[1] = 0;
    refused(*state, hanse_network_closed_classes(*state, &net, got), "one customer");
    customers[0] = -1;
    refused(*state, hanse_network_closed_classes(*state, &net, got), "customers and think");
    customers[0] = 2;
    hanse_context_fail_allocation(*state, 1);
    assert_int_equal(hanse_network_closed_classes(*state, &net, got), HANSE_ERR_MEMORY);
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(feedback_raises_the_load_geometrically),
        with_context(ring_needs_pivoting_and_leaves_idle_stations_empty),
        with_context(impossible_open_networks_are_refused),
        with_context(convolution_equals_mean_value_analysis),
        with_context(closed_network_of_one_delay_and_crews_is_the_repair_shop),
        with_context(impossible_closed_networks_are_refused),
        with_context(classes_share_a_station),
        with_context(classes_alike_are_one_class),
        with_context(two_customers_of_two_classes_by_hand),
        with_context(impossible_closed_classes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
