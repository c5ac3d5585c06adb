/*
 * Scenarios with networks of queues, against their closed forms.
 *
 * Four exponential stations make a Jackson network with feedback and several servers; two lone
 * ones have constant and lognormal services (Pollaczek and Khinchine). Of the six stations at
 * most one may lie, in mean number or in mean response, outside its own 99 % interval over 30
 * replications. A station's two figures are all but one (Little), so a right program has one
 * outside in about 1.5 of 100 sets of seeds, and two of six in about 1 in 300; the seed is
 * fixed.
 */
#include "sim/process/network.h"
#include "sim/stats/interval.h"
#include "sim/stats/network.h"

#include "tests/close.h"
#include "tests/nation.h"

enum { STATIONS = 6, JACKSON = 4, REPLICATIONS = 30 };

static const char *const NAMES[STATIONS] = {"a", "b", "c", "d", "e", "f"};
static const double RATE_PER_H[STATIONS] = {5.0, 4.0, 2.0, 6.0, 5.0, 5.0};
static const int64_t SERVERS[STATIONS] = {1, 1, 3, 1, 1, 1};
static const double ARRIVALS_PER_H[STATIONS] = {1.5, 0.0, 1.0, 0.0, 3.5, 3.0};
static const double ROUTING[JACKSON * JACKSON] = {
    0.0, 0.5, 0.4, 0.0, /* a */
    0.3, 0.0, 0.0, 0.7, /* b: nobody leaves */
    0.0, 0.3, 0.0, 0.3, /* c */
    0.2, 0.0, 0.2, 0.1, /* d: partly back to itself */
};
static const double LOGNORMAL_CV = 1.5;

static uint32_t add_station(struct nation *n, int i)
{
    uint32_t e = nation_add(n, "station", NAMES[i]);
    nation_number(n, e, "service_rate", RATE_PER_H[i]);
    nation_number(n, e, "servers", (double)SERVERS[i]);
    nation_number(n, e, "arrival_rate", ARRIVALS_PER_H[i]);
    return e;
}

static void add_route(struct nation *n, const char *from, const char *to, double probability)
{
    char name[32];
    snprintf(name, sizeof name, "%s/%s", from, to);
    uint32_t e = nation_add(n, "route", name);
    nation_text(n, e, "station", from);
    nation_text(n, e, "to", to);
    nation_number(n, e, "probability", probability);
}

/* A year, no stations yet; the second month is looked at. */
static struct nation begin(void)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_card(&n, "card", "maker", 0.1);
    return n;
}

static struct nation whole(void)
{
    struct nation n = begin();
    for (int i = 0; i < STATIONS; i++) {
        uint32_t e = add_station(&n, i);
        if (i >= JACKSON) {
            nation_text(&n, e, "service_law", i == JACKSON ? "constant" : "lognormal");
        }
        if (i > JACKSON) {
            nation_number(&n, e, "service_cv", LOGNORMAL_CV);
        }
    }
    for (int i = 0; i < JACKSON * JACKSON; i++) {
        if (ROUTING[i] > 0.0) {
            add_route(&n, NAMES[i / JACKSON], NAMES[i % JACKSON], ROUTING[i]);
        }
    }
    return n;
}

static double cell(const struct nation_run *run, const struct hanse_record *record,
                   const char *output, int32_t month, int station)
{
    int32_t c = hanse_layout_find(&run->layout, output);
    assert_true(c >= 0);
    const struct hanse_column *column = &run->layout.columns[c];
    return record
        ->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)station];
}

/* Mean number and response of a single server by Pollaczek and Khinchine. */
static struct hanse_station lone(int i, double cv)
{
    double load = ARRIVALS_PER_H[i] / RATE_PER_H[i];
    double number = load + load * load * (1.0 + cv * cv) / (2.0 * (1.0 - load));
    return (struct hanse_station){
        .in_system = number, .response_time = number / ARRIVALS_PER_H[i], .utilization = load};
}

static void closed_forms(struct hanse_context *ctx, struct hanse_station *exact)
{
    double times[JACKSON];
    for (int i = 0; i < JACKSON; i++) {
        times[i] = 1.0 / RATE_PER_H[i];
    }
    struct hanse_open_network network = {.n_stations = JACKSON,
                                         .arrival_rate = ARRIVALS_PER_H,
                                         .service_time = times,
                                         .servers = SERVERS,
                                         .routing = ROUTING};
    NATION_OK(ctx, hanse_network_open(ctx, &network, exact));
    exact[JACKSON] = lone(JACKSON, 0.0);
    exact[JACKSON + 1] = lone(JACKSON + 1, LOGNORMAL_CV);
}

static bool holds(const double *values, double exact, const char *what, int station)
{
    struct hanse_interval i = hanse_interval_mean(values, REPLICATIONS, 0.99);
    if (exact < i.low || exact > i.high) {
        print_message("%s of %s: %g in %g … %g\n", what, NAMES[station], exact, i.low, i.high);
    }
    return exact >= i.low && exact <= i.high;
}

static void stations_have_their_closed_forms(void **state)
{
    (void)state;
    struct nation n = whole();
    struct nation_run run = nation_freeze(&n);
    struct hanse_station exact[STATIONS];
    closed_forms(n.ctx, exact);
    double number[STATIONS][REPLICATIONS], response[STATIONS][REPLICATIONS];
    double busy[STATIONS] = {0};
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        struct hanse_record record = nation_replicate(&run, r);
        for (int i = 0; i < STATIONS; i++) {
            number[i][r] = cell(&run, &record, "station_in_system", 1, i);
            response[i][r] = cell(&run, &record, "station_response", 1, i) /
                             cell(&run, &record, "station_departures", 1, i);
            busy[i] += cell(&run, &record, "station_busy", 1, i) /
                       cell(&run, &record, "station_time", 1, i) / REPLICATIONS;
        }
    }
    int outside = 0;
    for (int i = 0; i < STATIONS; i++) {
        bool well = holds(number[i], exact[i].in_system, "mean number", i);
        well = holds(response[i], exact[i].response_time, "mean response", i) && well;
        outside += !well;
        assert_within(busy[i], exact[i].utilization, 0.02);
    }
    assert_true(outside <= 1);
    nation_run_end(&run);
    nation_end(&n);
}

static void customers_are_neither_lost_nor_made(void **state)
{
    (void)state;
    struct nation n = whole();
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 3);
    double arrivals = nation_total(&run, &record, "station_arrivals");
    double departures = nation_total(&run, &record, "station_departures");
    double exits = nation_total(&run, &record, "station_exits");
    /* Arrival events are those from outside; the rest are ends of services. */
    double entries = (double)record.n_events - departures;
    double present = arrivals - departures;
    assert_true(present >= 0.0 && present < 200.0);
    assert_true(entries == exits + present);
    nation_run_end(&run);
    nation_end(&n);
}

static void too_much_work_shows_as_load(void **state)
{
    (void)state;
    struct nation n = begin();
    uint32_t e = nation_add(&n, "station", "a");
    nation_number(&n, e, "service_rate", 5.0);
    nation_number(&n, e, "arrival_rate", 10.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double time = cell(&run, &record, "station_time", 1, 0);
    /* 7,300 arrivals: four standard deviations are 0.094 of a load of 2. */
    assert_within(cell(&run, &record, "station_work", 1, 0) / time, 2.0, 0.094);
    assert_close(cell(&run, &record, "station_busy", 1, 0), time, 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

static void another_station_leaves_a_stations_luck_alone(void **state)
{
    (void)state;
    double seen[2];
    for (int with = 0; with < 2; with++) {
        struct nation n = begin();
        add_station(&n, 0);
        if (with) {
            add_station(&n, 4);
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record record = nation_replicate(&run, 5);
        seen[with] = cell(&run, &record, "station_response", 1, 0);
        nation_run_end(&run);
        nation_end(&n);
    }
    assert_true(seen[0] > 0.0 && seen[0] == seen[1]);
}

static void a_copied_network_goes_on_alike(void **state)
{
    (void)state;
    struct nation n = whole();
    struct nation_run run = nation_freeze(&n);
    struct hanse_worker *copy;
    struct hanse_record one, other;
    NATION_OK(n.ctx, hanse_worker_create(n.ctx, &copy));
    NATION_OK(n.ctx, hanse_worker_start(run.worker, run.scenario, &run.layout, 7, 1, false));
    NATION_OK(n.ctx, hanse_worker_advance(run.worker, 900.0));
    NATION_OK(n.ctx, hanse_worker_copy(copy, run.worker));
    NATION_OK(n.ctx, hanse_worker_finish(copy, &other));
    NATION_OK(n.ctx, hanse_worker_finish(run.worker, &one));
    assert_memory_equal(one.series, other.series, one.n_values * sizeof *one.series);
    assert_true(one.n_events == other.n_events);
    hanse_worker_destroy(copy);
    nation_run_end(&run);
    nation_end(&n);
}

static void probabilities_may_sum_to_one_at_most(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct nation n = begin();
        add_station(&n, 0);
        add_station(&n, 1);
        /* Ten tenths are 1 but for rounding. */
        for (int i = 0; i < 10; i++) {
            char name[8];
            snprintf(name, sizeof name, "a/%d", i);
            uint32_t e = nation_add(&n, "route", name);
            nation_text(&n, e, "station", "a");
            nation_text(&n, e, "to", "b");
            nation_number(&n, e, "probability", over && i == 9 ? 0.100001 : 0.1);
        }
        struct hanse_scenario *scenario = NULL;
        enum hanse_status status = hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario);
        assert_int_equal(status, over ? HANSE_ERR_INPUT : HANSE_OK);
        if (over) {
            assert_non_null(strstr(hanse_context_message(n.ctx),
                                   "route 'a/9': probability: those of a station's routes"));
        }
        hanse_scenario_destroy(scenario);
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stations_have_their_closed_forms),
        cmocka_unit_test(customers_are_neither_lost_nor_made),
        cmocka_unit_test(too_much_work_shows_as_load),
        cmocka_unit_test(another_station_leaves_a_stations_luck_alone),
        cmocka_unit_test(a_copied_network_goes_on_alike),
        cmocka_unit_test(probabilities_may_sum_to_one_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
