/*
 * Common causes and moving money, against what a hand can compute.
 */
#include <math.h>

#include "tests/close.h"
#include "tests/nation.h"

static void set_name(struct nation *n, uint32_t entity, const char *key, const char *name)
{
    const struct hanse_value item = {.type = HANSE_VALUE_TEXT, .text = name};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &item, .n_items = 1};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

static double item(const struct nation_run *run, const struct hanse_record *record,
                   const char *output, int32_t month, int32_t i)
{
    const struct hanse_column *c =
        &run->layout.columns[hanse_layout_find(&run->layout, output)];
    return record->series[c->offset + (size_t)month * (size_t)c->n_items + (size_t)i];
}

/* Two regions on one meridian, 3 degrees (334 km) apart, ten cards each, nothing repaired. */
static struct nation two_coasts(void)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_number(&n, nation_region_nowhere(&n, "a", "A", "pool", 1e9), "latitude", 10.0);
    nation_number(&n, nation_region_nowhere(&n, "b", "A", "pool", 1e9), "latitude", 13.0);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 0.0, false);
    nation_site(&n, "s", "a", "owner");
    nation_site(&n, "t", "b", "owner");
    nation_group(&n, "s", "card", 400);
    nation_group(&n, "t", "card", 400);
    nation_workload(&n, "chat", 1.0);
    return n;
}

static uint32_t add_hazard(struct nation *n, double radius_km, int first, int last)
{
    uint32_t h = nation_add(n, "hazard", "storm");
    nation_number(n, h, "latitude", 9.0);
    nation_number(n, h, "radius", radius_km * 1000.0);
    nation_number(n, h, "from", first * 730.0);
    nation_number(n, h, "to", last * 730.0);
    return h;
}

/* Centre one degree (111.2 km) from a and four (444.8) from b. */
static void a_storm_strikes_what_lies_within_its_radius(void **state)
{
    const double radius[] = {111.0, 112.0, 444.0, 445.0};
    const double in_a[] = {400, 0, 0, 0}, in_b[] = {400, 400, 400, 0};
    for (int i = 0; i < 4; i++) {
        struct nation n = two_coasts();
        add_hazard(&n, radius[i], 2, 3);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(item(&run, &r, "capacity_available", 2, 0), in_a[i], 1e-12);
        assert_close(item(&run, &r, "capacity_available", 2, 1), in_b[i], 1e-12);
        assert_close(nation_month(&run, &r, "capacity_available", 3), 800.0, 1e-12);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* A quarter of 400 cards is destroyed: binomial, standard deviation 8.7, so ±44 fails once in
 * two million. They don't come back; the rest does. */
static void what_a_storm_destroys_stays_lost(void **state)
{
    struct nation n = two_coasts();
    nation_number(&n, add_hazard(&n, 112.0, 2, 3), "destroyed", 0.25);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double left = item(&run, &r, "capacity_available", 5, 0);
    assert_within(left, 300.0, 44.0);
    assert_close(nation_total(&run, &r, "failures_lost"), 400.0 - left, 1e-12);
    assert_close(item(&run, &r, "capacity_available", 5, 1), 400.0, 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* The failure that a destroyed card had before it must not strike its replacement: with spares
 * at hand the failures of 2,000 cards at 5 a year stay Poisson at that rate, 4,167 a month;
 * five standard deviations are 323. */
static void a_destroyed_cards_failure_dies_with_it(void **state)
{
    struct nation n = nation_small(1.0, 10000, 5.0);
    nation_number(&n, nation_upkeep(&n, 0.0, false), "spares_share", 20.0);
    uint32_t h = nation_add(&n, "hazard", "quake");
    set_name(&n, h, "regions", "a");
    nation_number(&n, h, "destroyed", 1.0);
    nation_number(&n, h, "from", 730.0);
    nation_number(&n, h, "to", 731.0);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "failures_lost", 1) -
                     nation_month(&run, &r, "failures", 1),
                 10000.0, 1e-12);
    for (int32_t m = 2; m < 6; m++) {
        assert_within(nation_month(&run, &r, "failures", m), 5.0 * 10000.0 / 12.0, 323.0);
    }
    nation_run_end(&run);
    nation_end(&n);
}

/* Two cables share a landing. Alone each is down 1/10 of the time; both at once, if
 * independent, 1/100; the landing strikes both. */
static void a_common_landing_takes_both_cables(void **state)
{
    struct nation n = two_coasts();
    for (int i = 0; i < 2; i++) {
        uint32_t l = nation_add(&n, "link", i == 0 ? "east" : "west");
        nation_text(&n, l, "from", "a");
        nation_text(&n, l, "to", "b");
    }
    uint32_t h = nation_add(&n, "hazard", "anchor");
    const struct hanse_value two[] = {{.type = HANSE_VALUE_TEXT, .text = "east"},
                                      {.type = HANSE_VALUE_TEXT, .text = "west"}};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = two, .n_items = 2};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, h, "links", &list, NULL));
    nation_number(&n, h, "from", 730.0);
    nation_number(&n, h, "to", 1095.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "link_availability", 1), 1.0, 1e-12);
    assert_close(item(&run, &r, "network_parts", 1, 0), 1.5, 1e-12);
    assert_close(item(&run, &r, "network_parts", 2, 0), 1.0, 1e-12);
    assert_close(nation_total(&run, &r, "hazard_strikes"), 1.0, 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* A blackout of a region: sites on the grid go dark, one on diesel works on. */
static void a_blackout_leaves_what_has_its_own_power(void **state)
{
    struct nation n = two_coasts();
    uint32_t plant = nation_add(&n, "plant", "generator");
    nation_text(&n, plant, "region", "a");
    nation_number(&n, plant, "diesel", 1000.0);
    nation_text(&n, nation_site(&n, "u", "a", "owner"), "plant", "generator");
    nation_group(&n, "u", "card", 100);
    uint32_t h = nation_add(&n, "hazard", "blackout");
    set_name(&n, h, "regions", "a");
    nation_text(&n, h, "effect", "power");
    nation_number(&n, h, "from", 730.0);
    nation_number(&n, h, "to", 1460.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "on_time", 0), 900 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "on_time", 1), 500 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "dropped_power", 1), 400 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "plant_grid", 0), 100 * 1.2 * 1.25 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "plant_diesel", 1), 100 * 1.2 * 1.25 * 730.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- money -------------------------------------------------------------------------------- */

static struct nation renting(double drift, double volatility, double jump_rate)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    uint32_t money = nation_add(&n, "currency", "hard");
    nation_number(&n, money, "drift", drift);
    nation_number(&n, money, "volatility", volatility);
    nation_number(&n, money, "jump_rate", jump_rate);
    nation_number(&n, money, "jump_mean", jump_rate > 0.0 ? 0.1 : 0.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    uint32_t cloud = nation_add(&n, "cloud", "api");
    nation_text(&n, cloud, "provider", "maker");
    nation_text(&n, cloud, "host", "far");
    nation_text(&n, cloud, "currency", "hard");
    nation_number(&n, cloud, "prompt_price", 1e-6);
    nation_number(&n, cloud, "output_price", 4e-6);
    return n;
}

static uint32_t rent_all(struct nation *n)
{
    uint32_t w = nation_workload(n, "chat", 1.0);
    nation_text(n, w, "cloud", "api");
    nation_text(n, w, "cloud_use", "always");
    return w;
}

/* Without chance the index is exp(drift · days / 365) and the bill 1,800 EUR a day times it. */
static void the_bill_follows_the_currency(void **state)
{
    struct nation n = renting(0.5, 0.0, 0.0);
    rent_all(&n);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double bill = 0.0;
    for (int d = 0; d < 365; d++) {
        bill += 1800.0 * exp(0.5 * d / 365.0);
    }
    assert_close(nation_total(&run, &r, "cost_cloud"), bill, 1e-9);
    assert_close(nation_total(&run, &r, "cost_cloud_foreign"), bill, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* E[I] after a year, mean of the last month: exp(0.2 · 0.9583) with volatility, and with jumps
 * of rate 2 and size 0.1 times exp(2 · (e^0.1 − 1) · 0.9583). 400 replications; the standard
 * deviation of I is about 0.4, so ±0.10 fails once in 2,000,000. */
static void rates_move_as_their_law_says(void **state)
{
    struct nation n = renting(0.2, 0.25, 2.0);
    rent_all(&n);
    struct nation_run run = nation_freeze(&n);
    double sum = 0.0;
    for (uint32_t i = 0; i < 400; i++) {
        struct hanse_record r = nation_replicate(&run, i);
        sum += nation_month(&run, &r, "exchange_rate", 11);
    }
    double t = 11.5 / 12.0;
    assert_within(sum / 400.0, exp(0.2 * t + 2.0 * (exp(0.1) - 1.0) * t), 0.10);
    nation_run_end(&run);
    nation_end(&n);
}

/* Home money is halved in month 6: what was just affordable isn't any more, for want of price.
 */
static void a_devaluation_prices_people_out(void **state)
{
    struct nation n = renting(0.0, 0.0, 0.0);
    nation_add(&n, "currency", "soft");
    uint32_t d = nation_add(&n, "devaluation", "fall");
    nation_text(&n, d, "currency", "soft");
    nation_number(&n, d, "at", 6 * 730.0);
    nation_number(&n, d, "factor", 0.5);
    uint32_t home = nation_jurisdiction(&n, "S");
    nation_text(&n, home, "currency", "soft");
    nation_region(&n, "s", "S", "pool", 1e6);
    nation_number(&n, rent_all(&n), "price_limit", 80.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double price =
        nation_month(&run, &r, "cost_cloud", 0) / nation_month(&run, &r, "served_by_cloud", 0);
    assert_true(price > 40.0 && price < 80.0);
    double demand = nation_month(&run, &r, "demand", 0) / 2.0;
    assert_close(nation_month(&run, &r, "on_time", 0), 2.0 * demand, 1e-9);
    assert_close(nation_month(&run, &r, "on_time", 8), demand, 1e-9);
    assert_close(nation_month(&run, &r, "dropped_price", 8), demand, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_strikes_what_lies_within_its_radius),
        cmocka_unit_test(what_a_storm_destroys_stays_lost),
        cmocka_unit_test(a_destroyed_cards_failure_dies_with_it),
        cmocka_unit_test(a_common_landing_takes_both_cables),
        cmocka_unit_test(a_blackout_leaves_what_has_its_own_power),
        cmocka_unit_test(the_bill_follows_the_currency),
        cmocka_unit_test(rates_move_as_their_law_says),
        cmocka_unit_test(a_devaluation_prices_people_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
