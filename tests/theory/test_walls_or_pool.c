/*
 * Walls, pools and how much independence is worth (questions 3 and 5): Erlang's figures exactly
 * and by simulation on both sides of the target, what correlation does, sites that fail
 * together or apart, and worlds in which more hardware helps or hurts. ctest: slow
 */
#include <math.h>
#include <stdlib.h>

#include "sim/engine/stream.h"
#include "sim/stats/queueing.h"
#include "tests/close.h"
#include "tests/nation.h"

static const int STATES[] = {1, 2, 4, 8, 16};
static const int POOLED[] = {29, 52, 97, 183, 352};
enum { SIZES = 5 };

static double waits(struct hanse_context *ctx, double load, int64_t servers)
{
    double p = NAN;
    NATION_OK(ctx, hanse_queue_erlang_c(ctx, load, servers, &p));
    return p;
}

static void erlangs_formula_gives_the_known_sizes(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    for (int i = 0; i < SIZES; i++) {
        double load = 20.0 * STATES[i];
        assert_true(waits(ctx, load, POOLED[i]) <= 0.05);
        assert_true(waits(ctx, load, POOLED[i] - 1) > 0.05);
    }
    assert_within(waits(ctx, 320.0, 352), 0.0492, 5e-5);
    assert_within(waits(ctx, 320.0, 351), 0.0557, 5e-5);
    assert_within(1.0 - 20.0 / 29.0, 0.3103, 5e-5); /* the limit: no server but for the load */
    hanse_context_destroy(ctx);
}

/* An output of a station, past the first month. */
static double station_total(const struct hanse_layout *layout, const struct hanse_record *r,
                            const char *output, int item)
{
    const struct hanse_column *c = &layout->columns[hanse_layout_find(layout, output)];
    double sum = 0.0;
    for (int32_t m = 1; m < layout->n_months; m++) {
        sum += r->series[c->offset + (size_t)(m * c->n_items + item)];
    }
    return sum;
}

/* Stations of the scenario language at c and c − 1 against the formula. A year of 2 customers
 * an hour and erlang; relaxation takes 1/(√c − √a)² services or less, 3.4 for one state and 1.3
 * for sixteen, so the standard error of P(wait) over three years is about √(0.05 · 2 · 3.4 /
 * 52,560) = 0.0026; ±0.012 fails once in 200,000 figures. */
static void simulated_waiting_lies_on_both_sides_of_the_target(void **state)
{
    struct nation n = nation_empty(3.0, 1.0, 0.0);
    for (int i = 0; i < SIZES; i++) {
        for (int fewer = 0; fewer < 2; fewer++) {
            char name[16];
            snprintf(name, sizeof name, "n%d_%d", i, fewer);
            uint32_t s = nation_add(&n, "station", name);
            nation_number(&n, s, "arrival_rate", 2.0 * 20.0 * STATES[i]);
            nation_number(&n, s, "service_rate", 2.0);
            nation_number(&n, s, "servers", POOLED[i] - fewer);
        }
    }
    nation_workload(&n, "chat", 1.0);
    nation_upkeep(&n, 1.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    for (int item = 0; item < 2 * SIZES; item++) {
        double arrivals = station_total(&run.layout, &r, "station_arrivals", item);
        double waited = station_total(&run.layout, &r, "station_waited", item);
        double exact = waits(run.ctx, 20.0 * STATES[item / 2], POOLED[item / 2] - item % 2);
        assert_within(waited / arrivals, exact, 0.012);
    }
    nation_run_end(&run);
    nation_end(&n);
}

/* Question 5: one hall of 40 servers against four of 10, each for a quarter of the work, at 80
 * % of what they can do. Waiting chances from Erlang's recursion by hand; mean waits are
 * P(wait)/(c − a) services, 0.2046 and 0.0151: four halls wait 13.5 times as long. Relaxation
 * takes 9 and 2.2 services, so over three years standard errors are 0.0091 and 0.0026; five of
 * these. */
static void one_hall_waits_less_than_four(void **state)
{
    static const struct {
        const char *name;
        double arrivals, servers, exact, half_width;
    } HALLS[] = {{"four", 16.0, 10.0, 0.4092, 0.046}, {"one", 64.0, 40.0, 0.1212, 0.013}};
    struct nation n = nation_empty(3.0, 1.0, 0.0);
    for (int i = 0; i < 2; i++) {
        uint32_t s = nation_add(&n, "station", HALLS[i].name);
        nation_number(&n, s, "arrival_rate", HALLS[i].arrivals);
        nation_number(&n, s, "service_rate", 2.0);
        nation_number(&n, s, "servers", HALLS[i].servers);
    }
    nation_workload(&n, "chat", 1.0);
    nation_upkeep(&n, 1.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    for (int i = 0; i < 2; i++) {
        double arrivals = station_total(&run.layout, &r, "station_arrivals", i);
        double waited = station_total(&run.layout, &r, "station_waited", i);
        assert_within(waits(run.ctx, HALLS[i].arrivals / 2.0, (int64_t)HALLS[i].servers),
                      HALLS[i].exact, 5e-5);
        assert_within(waited / arrivals, HALLS[i].exact, HALLS[i].half_width);
    }
    nation_run_end(&run);
    nation_end(&n);
}

/* --- correlation -------------------------------------------------------------------------- */

enum { MOST_SERVERS = 128 };

/* First come, first served on identical servers: a customer starts when the earliest server is
 * free (Kiefer and Wolfowitz, 1955). */
struct line {
    double free_at[MOST_SERVERS];
    int servers;
};

static double wait_of(struct line *line, double now, double service)
{
    int first = 0;
    for (int i = 1; i < line->servers; i++) {
        first = line->free_at[i] < line->free_at[first] ? i : first;
    }
    double start = fmax(now, line->free_at[first]);
    line->free_at[first] = start + service;
    return start - now;
}

/* Four states with the same epochs and sizes: pooled, every customer waits exactly as behind
 * his wall, so the pool saves exactly nothing. */
static void identical_epochs_and_sizes_save_exactly_nothing(void **state)
{
    struct hanse_stream dice;
    hanse_stream_init(&dice, 3, 0, hanse_entity("epochs"), "test");
    struct line walled = {.servers = 6}, pooled = {.servers = 24};
    double now = 0.0;
    for (int i = 0; i < 100000; i++) {
        now += hanse_stream_exponential(&dice) / 4.5;
        double service = hanse_stream_exponential(&dice);
        double behind_a_wall = wait_of(&walled, now, service);
        for (int k = 0; k < 4; k++) {
            assert_true(wait_of(&pooled, now, service) == behind_a_wall);
        }
    }
}

/* Identical rates, swinging between 0.6 and 1.4 of the mean together, but epochs of their own:
 * the pool still waits less. */
static void identical_rates_still_leave_erlangs_saving(void **state)
{
    struct hanse_stream dice;
    hanse_stream_init(&dice, 4, 0, hanse_entity("rates"), "test");
    struct line walled = {.servers = 8}, pooled = {.servers = 32};
    double now = 0.0, next = 0.0, waited_walled = 0.0, waited_pooled = 0.0;
    double rate = 1.4;
    int n = 0;
    while (n < 200000) {
        double gap = hanse_stream_exponential(&dice) / (4 * 5.0 * rate);
        if (now + gap > next) {
            now = next;
            next += 50.0;
            rate = 2.0 - rate;
            continue;
        }
        now += gap;
        double service = hanse_stream_exponential(&dice);
        bool mine = hanse_stream_uniform(&dice) < 0.25;
        waited_walled += mine ? wait_of(&walled, now, service) > 0.0 : 0.0;
        n += mine;
        waited_pooled += wait_of(&pooled, now, service) > 0.0 ? 0.25 : 0.0;
    }
    assert_true(waited_pooled < 0.8 * waited_walled);
}

/* Fluid rule: capacity = mean + z · standard deviation of a period's demand; of N states with
 * correlation ρ the pool's deviation is σ √(N + N(N − 1)ρ). */
static double fluid_saving(int n, double rho)
{
    double mean = 20.0, deviation = 5.0, z = 1.645;
    double walled = n * (mean + z * deviation);
    return 1.0 - (n * mean + z * deviation * sqrt(n + n * (n - 1.0) * rho)) / walled;
}

static void the_fluid_saving_vanishes_with_perfect_correlation(void **state)
{
    double before = 1.0;
    for (double rho = 0.0; rho <= 1.0; rho += 0.125) {
        double saving = fluid_saving(8, rho);
        assert_true(saving < before);
        before = saving;
    }
    assert_within(fluid_saving(8, 1.0), 0.0, 1e-15);
}

/* --- k of n ------------------------------------------------------------------------------- */

static double binomial_tail(int n, int k, double p) /* P(X ≥ k) */
{
    double sum = 0.0;
    for (int i = k; i <= n; i++) {
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
                   (n - i) * log1p(-p));
    }
    return sum;
}

/* A tenth of the 5 % unavailability is common: 0.5 % all at once, 4.5 % each by itself. */
static void a_common_cause_hardly_moves_18_of_20_and_ruins_10_of_20(void **state)
{
    assert_within(binomial_tail(20, 18, 0.95), 0.9245, 5e-5);
    assert_within(0.995 * binomial_tail(20, 18, 0.955), 0.9367, 1e-4);
    double apart = 1.0 - binomial_tail(20, 10, 0.95);
    double common = 0.005 + 0.995 * (1.0 - binomial_tail(20, 10, 0.955));
    assert_true(apart < 1e-9 && common > 4.9e-3 && common < 5.1e-3);
}

/* Twenty sites of one card each on a grid that is out 5 % of the time, asked for 18 cards all
 * the time: served on average E[min(X, 18)] / 18, X the sites up. Without common causes X is
 * binomial; with a tenth of the interruptions shared, mixed with 0. Twenty years, interruptions
 * of 10 h: the standard error of X's mean is √(20 · 0.05 · 0.95 · 2 · 10 / 175,200) = 0.01,
 * shared √(400 · 0.005 · 20/175,200) = 0.015; ±0.005 of 18 fails once in 100,000. */
static double served_of_18(double shared)
{
    struct nation n = nation_empty(20.0, 1.0, 0.0);
    nation_upkeep(&n, 1.0, false);
    uint32_t z = nation_region(&n, "z", "A", "pool", 1e9);
    nation_number(&n, z, "saidi", 438.0);
    nation_number(&n, z, "saifi", 43.8);
    nation_number(&n, z, "outage_shared", shared);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%02d", i);
        nation_site(&n, name, "z", "owner");
        nation_group(&n, name, "card", 1);
    }
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    /* With more demand than hardware, hours of cards served are the sites up. */
    double up = nation_total(&run, &r, "on_time") / 175200.0;
    nation_run_end(&run);
    nation_end(&n);
    return up;
}

static void sites_up_are_as_many_as_saidi_says_shared_or_not(void **state)
{
    assert_within(served_of_18(0.0), 19.0, 0.06);
    assert_within(served_of_18(0.1), 19.0, 0.12);
}

/* --- more hardware ------------------------------------------------------------------------ */

/* A world of up to five regions in one pool under one law, identical cards and one class that
 * may wait or not; `more` adds cards somewhere. */
static double served_in_world(uint32_t which, int more, double *series, int32_t *n_months)
{
    struct hanse_stream dice;
    hanse_stream_init(&dice, 21, which, hanse_entity("more"), "test");
#define PICK(low, high) ((low) + ((high) - (low)) * hanse_stream_uniform(&dice))
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", PICK(0.0, 1.0));
    nation_model(&n);
    nation_number(&n, nation_upkeep(&n, PICK(0.0, 1.0), true), "repair_time", PICK(1.0, 200.0));
    int regions = 1 + (int)PICK(0.0, 5.0);
    int lucky = (int)PICK(0.0, regions);
    for (int i = 0; i < regions; i++) {
        char name[16], hall[16];
        snprintf(name, sizeof name, "r%d", i);
        snprintf(hall, sizeof hall, "h%d", i);
        nation_region(&n, name, "A", "pool", PICK(1e5, 3e6));
        nation_site(&n, hall, name, "owner");
        nation_group(&n, hall, "card", floor(PICK(0.0, 40.0)) + (i == lucky ? more : 0));
    }
    uint32_t w = nation_workload_of(&n, "chat", "public", PICK(0.1, 3.0), PICK(3.0, 20.0));
    nation_number(&n, w, "growth", PICK(0.0, 1.0));
#undef PICK
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, which);
    *n_months = run.layout.n_months;
    double sum = 0.0;
    for (int32_t m = 0; m < *n_months; m++) {
        sum += nation_month(&run, &r, "on_time", m);
        series[m] = sum;
    }
    nation_run_end(&run);
    nation_end(&n);
    return sum;
}

static void more_hardware_never_serves_a_single_class_less(void **state)
{
    for (uint32_t w = 0; w < 150; w++) {
        double few[12], many[12];
        int32_t months;
        served_in_world(w, 0, few, &months);
        served_in_world(w, 5, many, &months);
        for (int32_t m = 0; m < months; m++) {
            if (many[m] < few[m] * (1.0 - 1e-9)) {
                fail_msg("world %u, month %d: %g with more, %g before", w, (int)m, many[m],
                         few[m]);
            }
        }
    }
}

/* Strict first come, first served without abandonment on identical servers: one server more and
 * no customer starts later, on every sample path. */
static void one_server_more_lets_nobody_start_later(void **state)
{
    for (uint32_t w = 0; w < 300; w++) {
        struct hanse_stream dice;
        hanse_stream_init(&dice, 22, w, hanse_entity("path"), "test");
        int servers = 1 + (int)(10 * hanse_stream_uniform(&dice));
        double rate = servers * (0.3 + 1.2 * hanse_stream_uniform(&dice)), now = 0.0;
        struct line few = {.servers = servers}, many = {.servers = servers + 1};
        for (int i = 0; i < 2000; i++) {
            now += hanse_stream_exponential(&dice) / rate;
            double service = hanse_stream_lognormal(&dice, -0.5, 1.0);
            assert_true(wait_of(&many, now, service) <= wait_of(&few, now, service) + 1e-9);
        }
    }
}

/* Unlike servers break the rule: M/M/1 with μ = 1 and λ = 0.3 answers in 1/0.7 = 1.43; a second
 * server of μ = 0.05 that takes whoever finds the first busy makes it 3.04. Exactly: states
 * (0), (fast), (slow), (both + k waiting); the stationary equations solved by hand below. */
static double mean_response(bool slow_too)
{
    struct hanse_stream dice;
    hanse_stream_init(&dice, 23, 0, hanse_entity("slow"), "test");
    const double rate = 0.3, speed[] = {1.0, 0.05};
    double now = 0.0, next = hanse_stream_exponential(&dice) / rate;
    double ends[] = {INFINITY, INFINITY}, area = 0.0;
    int64_t present = 0, waiting = 0, arrivals = 0;
    int servers = slow_too ? 2 : 1;
    while (arrivals < 4000000) {
        int first = servers == 2 && ends[1] < ends[0];
        double when = fmin(next, ends[first]);
        area += (double)present * (when - now);
        now = when;
        if (next <= ends[first]) {
            next = now + hanse_stream_exponential(&dice) / rate;
            arrivals++;
            present++;
            int idle = isinf(ends[0]) ? 0 : servers == 2 && isinf(ends[1]) ? 1 : -1;
            if (idle >= 0) {
                ends[idle] = now + hanse_stream_exponential(&dice) / speed[idle];
            } else {
                waiting++;
            }
            continue;
        }
        present--;
        ends[first] = INFINITY;
        if (waiting > 0) {
            waiting--;
            ends[first] = now + hanse_stream_exponential(&dice) / speed[first];
        }
    }
    return area / (double)arrivals;
}

/* Standard errors 0.003 and 0.02 with four million customers (busy periods of the slow server
 * last 20, 60,000 of them); five of these. */
static void a_slow_server_more_makes_everybody_wait_longer(void **state)
{
    assert_within(mean_response(false), 1.43, 0.015);
    assert_within(mean_response(true), 3.04, 0.10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(erlangs_formula_gives_the_known_sizes),
        cmocka_unit_test(simulated_waiting_lies_on_both_sides_of_the_target),
        cmocka_unit_test(one_hall_waits_less_than_four),
        cmocka_unit_test(identical_epochs_and_sizes_save_exactly_nothing),
        cmocka_unit_test(identical_rates_still_leave_erlangs_saving),
        cmocka_unit_test(the_fluid_saving_vanishes_with_perfect_correlation),
        cmocka_unit_test(a_common_cause_hardly_moves_18_of_20_and_ruins_10_of_20),
        cmocka_unit_test(sites_up_are_as_many_as_saidi_says_shared_or_not),
        cmocka_unit_test(more_hardware_never_serves_a_single_class_less),
        cmocka_unit_test(one_server_more_lets_nobody_start_later),
        cmocka_unit_test(a_slow_server_more_makes_everybody_wait_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
