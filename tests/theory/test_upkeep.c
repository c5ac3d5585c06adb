/*
 * Repair crews, retirement, parts of the dead, spares that come with deliveries, and policies
 * that decide what to buy, against closed forms and counting by hand.
 */
#include <math.h>

#include "tests/nation.h"

/* --- machine repair ---------------------------------------------------------------------- */

/* n machines, each failing at rate h while it works, c repairmen of rate m: birth and death
 * with p(k) ∝ C(n, k)·k!/(min(k, c)! c^max(0, k − c))·(h/m)^k machines down (Palm, 1947). */
static double mean_down(int n, int c, double ratio)
{
    double weight = 1.0, sum = 1.0, down = 0.0;
    for (int k = 1; k <= n; k++) {
        weight *= (n - k + 1) * ratio / (k < c ? k : c);
        sum += weight;
        down += k * weight;
    }
    return down / sum;
}

/* 20 cards, each failing 8 times a year, mended in 146 h (60 a year) by 1, 2 and 3 crews,
 * sampled at the end of every 3rd month after the first year of ten, in 60 replications. Means
 * of 2160 samples, correlated over less than a month; standard deviation below 3, so ± 4 ·
 * 3/√2160 = 0.26. */
static void machine_repair_follows_palm(void **state)
{
    for (int crews = 1; crews <= 3; crews++) {
        struct nation n = nation_small(10.0, 20, 8.0);
        uint32_t upkeep = nation_upkeep(&n, 1.0, false);
        nation_number(&n, upkeep, "repair_time", 146);
        nation_number(&n, nation_add(&n, "crew", "smiths"), "count", crews);
        nation_text(&n, upkeep, "crew", "smiths");
        struct nation_run run = nation_freeze(&n);
        double sum = 0.0, samples = 0.0;
        for (uint32_t r = 0; r < 60; r++) {
            struct hanse_record record = nation_replicate(&run, r);
            for (int32_t m = 12; m < 120; m += 3) {
                sum += nation_month(&run, &record, "devices_down", m);
                samples += 1.0;
            }
        }
        double expected = mean_down(20, crews, 8.0 * 146.0 / 8760.0);
        if (fabs(sum / samples - expected) >= 0.26) {
            fail_msg("%d crews: %g down, want %g", crews, sum / samples, expected);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* With as many crews as machines nobody waits: Binomial(n, hT/(1 + hT)) again. */
static void ample_crews_are_no_crews(void **state)
{
    assert_true(fabs(mean_down(20, 20, 0.1) - 20.0 * 0.1 / 1.1) < 1e-12);
}

/* --- M/M/c with breakdowns --------------------------------------------------------------- */

/* Servers that fail whether busy or not and are mended independently are an environment of
 * their own: c cards, up with probability a each. In the flow model demand above what is up is
 * dropped, so the served share of a demand of d cards' work is E[min(d, U)]/d, U ~
 * Binomial(c, a): the fast-changing limit of the M/M/c queue with breakdowns. */
static void served_share_under_breakdowns_is_that_of_the_binomial(void **state)
{
    struct nation probe = nation_small(1.0, 1e5, 0.0);
    nation_upkeep(&probe, 0.0, false);
    nation_workload(&probe, "chat", 1.0);
    struct nation_run run = nation_freeze(&probe);
    struct hanse_record r = nation_replicate(&run, 0);
    double cards = nation_month(&run, &r, "device_hours_busy", 0) / 730.0;
    nation_run_end(&run);
    nation_end(&probe);

    struct nation n = nation_small(20.0, 10, 20.0);
    uint32_t upkeep = nation_upkeep(&n, 1.0, false);
    nation_number(&n, upkeep, "repair_time", 146);
    nation_workload(&n, "chat", 8.0 / cards);
    run = nation_freeze(&n);
    double on_time = 0.0, demand = 0.0;
    for (uint32_t i = 0; i < 20; i++) {
        r = nation_replicate(&run, i);
        on_time += nation_total(&run, &r, "on_time");
        demand += nation_total(&run, &r, "demand");
    }
    double down = 20.0 * 146.0 / 8760.0, up = 1.0 / (1.0 + down), expected = 0.0, mass = 1.0;
    for (int k = 0; k <= 10; k++) { /* k of ten are down */
        mass = k == 0 ? pow(up, 10.0) : mass * (10 - k + 1) / k * down;
        expected += mass * fmin(8.0, 10.0 - k) / 8.0;
    }
    /* 400 years of cycles of about 580 h on ten cards: half-width below 0.4 %. */
    assert_true(fabs(on_time / demand - expected) < 0.004);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- age --------------------------------------------------------------------------------- */

/* Ten cards of two years, retired at three: month 12 on they are gone, slots and all. */
static void old_devices_retire(void **state)
{
    for (int replace = 0; replace < 2; replace++) {
        struct nation n = nation_empty(2.0, 1e6, 0.0);
        nation_site(&n, "hall", "a", "owner");
        nation_number(&n, nation_group(&n, "hall", "card", 10), "age", 2.0 * 8760.0);
        uint32_t upkeep = nation_upkeep(&n, 0.0, true);
        nation_number(&n, upkeep, "retire_age", 3.0 * 8760.0);
        nation_flag(&n, upkeep, "replace", replace);
        nation_number(&n, upkeep, "lead_time", 1000);
        nation_text(&n, upkeep, "lead_law", "constant");
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_true(nation_month(&run, &r, "capacity_installed", 11) == 10.0);
        assert_true(nation_total(&run, &r, "devices_retired") == 10.0);
        double left = nation_month(&run, &r, "capacity_installed", 12);
        assert_true(left == (replace ? 10.0 : 0.0));
        /* Replacements are there 1000 h after month 12 began, in month 13. */
        double down = nation_month(&run, &r, "devices_down", 12);
        assert_true(down == (replace ? 10.0 : 0.0));
        assert_true(nation_month(&run, &r, "devices_down", 13) == 0.0);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* --- parts ------------------------------------------------------------------------------- */

/* Cards that all fail often, nothing ordered: with half a card's worth of parts in each, every
 * second loss is mended, so of 100 cards the losses until all are gone number 199 or 200. */
static void parts_of_the_dead_mend_the_living(void **state)
{
    struct nation n = nation_small(3.0, 100, 50.0);
    uint32_t upkeep = nation_upkeep(&n, 0.0, false);
    nation_number(&n, upkeep, "salvage", 0.5);
    nation_number(&n, upkeep, "repair_time", 1);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double lost = nation_total(&run, &r, "failures_lost");
    double salvaged = nation_total(&run, &r, "failures_salvaged");
    assert_true(nation_month(&run, &r, "devices_down", 35) == 100.0);
    assert_true(lost - salvaged == 100.0);
    assert_true(salvaged == floor(lost / 2.0));
    nation_run_end(&run);
    nation_end(&n);
}

/* --- spares with deliveries -------------------------------------------------------------- */

/* 0.1 spares per device: 2 for 20 at hour 0, and 0.5 with each delivery of five: 1 after two.
 */
static void deliveries_bring_their_share_of_spares(void **state)
{
    struct nation n = nation_small(1.0, 20, 0.0);
    nation_number(&n, nation_upkeep(&n, 0.0, true), "spares_share", 0.1);
    uint32_t e = nation_add(&n, "purchase", "ours");
    nation_text(&n, e, "group", "hall/card");
    nation_number(&n, e, "count", 5);
    nation_number(&n, e, "from", 100);
    nation_number(&n, e, "every", 1460);
    nation_number(&n, e, "lead_time", 10);
    nation_text(&n, e, "lead_law", "constant");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "spares_stock", 0) == 2.0);
    assert_true(nation_month(&run, &r, "spares_stock", 2) == 3.0);
    assert_true(nation_month(&run, &r, "spares_stock", 11) == 5.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- policies ---------------------------------------------------------------------------- */

static uint32_t procurement(struct nation *n, const char *policy)
{
    uint32_t e = nation_add(n, "procurement", "desk");
    nation_text(n, e, "policy", policy);
    nation_text(n, e, "group", "hall/card");
    nation_number(n, e, "lead_time", 100);
    nation_text(n, e, "lead_law", "constant");
    return e;
}

/* The stock of 25 stands or is on order at the end of every quarter. */
static void keep_stock_keeps_it(void **state)
{
    struct nation n = nation_small(3.0, 50, 0.5);
    uint32_t upkeep = nation_upkeep(&n, 0.0, true);
    nation_number(&n, upkeep, "lead_time", 500);
    nation_number(&n, procurement(&n, "keep_stock"), "stock", 25);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    for (int32_t m = 3; m < 36; m += 3) {
        double kept = nation_month(&run, &r, "spares_stock", m) +
                      nation_month(&run, &r, "spares_on_order", m);
        assert_true(kept >= 25.0);
    }
    nation_run_end(&run);
    nation_end(&n);
}

/* Ten cards of one year, replaced at three: ordered at the quarter when they are three (month
 * 24), delivered 100 h later, the old ones leave at the next quarter (month 27). */
static void replace_at_age_swaps_old_for_new(void **state)
{
    struct nation n = nation_empty(4.0, 1e6, 0.0);
    nation_site(&n, "hall", "a", "owner");
    nation_number(&n, nation_group(&n, "hall", "card", 10), "age", 8760.0);
    nation_upkeep(&n, 0.0, true);
    nation_number(&n, procurement(&n, "replace_at_age"), "age", 3.0 * 8760.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "capacity_installed", 23) == 10.0);
    assert_true(nation_month(&run, &r, "capacity_installed", 24) == 20.0);
    assert_true(nation_month(&run, &r, "capacity_installed", 27) == 10.0);
    assert_true(nation_total(&run, &r, "deliveries") == 10.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* Half of demand goes unserved by ten cards: it buys ten, once. */
static void buy_on_unserved_closes_the_gap(void **state)
{
    struct nation probe = nation_small(1.0, 1e5, 0.0);
    nation_upkeep(&probe, 0.0, false);
    nation_workload(&probe, "chat", 1.0);
    struct nation_run run = nation_freeze(&probe);
    struct hanse_record r = nation_replicate(&run, 0);
    double cards = nation_month(&run, &r, "device_hours_busy", 0) / 730.0;
    nation_run_end(&run);
    nation_end(&probe);

    struct nation n = nation_small(2.0, 10, 0.0);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", 19.99 / cards);
    uint32_t e = procurement(&n, "buy_on_unserved");
    nation_number(&n, e, "count", 1000);
    nation_number(&n, e, "threshold", 0.05);
    run = nation_freeze(&n);
    r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "capacity_installed", 2) == 10.0);
    assert_true(nation_month(&run, &r, "capacity_installed", 3) == 20.0);
    assert_true(nation_month(&run, &r, "capacity_installed", 23) == 20.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* The crisis is at 5000 h; the quarter after it, 6570 h (month 9), the option is used, and it
 * has cost three premiums: at 0, 2190 and 4380. */
static void an_option_is_kept_until_its_sign(void **state)
{
    struct nation n = nation_small(1.0, 0, 0.0);
    nation_upkeep(&n, 0.0, true);
    uint32_t crisis = nation_add(&n, "cause", "crisis");
    nation_number(&n, crisis, "from", 5000);
    nation_number(&n, crisis, "to", 1e6);
    uint32_t e = procurement(&n, "keep_option");
    nation_number(&n, e, "count", 40);
    nation_number(&n, e, "premium", 1000);
    nation_text(&n, e, "signal", "crisis");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "deliveries", 9) == 40.0);
    assert_true(nation_total(&run, &r, "deliveries") == 40.0);
    assert_true(nation_total(&run, &r, "cost_operations") == 3000.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* Ten of one vendor at hour 0; five a quarter go to the other until both have ten, then they
 * take turns: never more than five apart from the second quarter on. */
static void diversify_evens_out_vendors(void **state)
{
    struct nation n = nation_small(2.0, 10, 0.0);
    nation_upkeep(&n, 0.0, true);
    nation_firm(&n, "second", "far");
    nation_card(&n, "chip", "second", 0.0);
    nation_site(&n, "wing", "a", "owner");
    nation_group(&n, "wing", "chip", 0);
    uint32_t e = procurement(&n, "diversify");
    nation_number(&n, e, "count", 5);
    const struct hanse_value item = {.type = HANSE_VALUE_TEXT, .text = "wing/chip"};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &item, .n_items = 1};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, e, "groups", &list, NULL));
    nation_number(&n, e, "until", 2190 * 6.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    /* Six orders of five: 10 + 30 devices, 20 of each vendor. */
    assert_true(nation_month(&run, &r, "capacity_installed", 23) == 40.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- newsvendor -------------------------------------------------------------------------- */

/* Question 2's stock by critical fractile 9:1: z = 1.2816, and for a Poisson of mean 18 the
 * least s with P(X ≤ s) ≥ 0.9 is 24. */
static void the_newsvendor_keeps_the_ninetieth_percentile(void **state)
{
    double mass = exp(-18.0), sum = mass;
    int s = 0;
    while (sum < 0.9) {
        s++;
        mass *= 18.0 / s;
        sum += mass;
    }
    assert_int_equal(s, 24);
    assert_true(fabs(18.0 + 1.2816 * sqrt(18.0) - 23.44) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_repair_follows_palm),
        cmocka_unit_test(ample_crews_are_no_crews),
        cmocka_unit_test(served_share_under_breakdowns_is_that_of_the_binomial),
        cmocka_unit_test(old_devices_retire),
        cmocka_unit_test(parts_of_the_dead_mend_the_living),
        cmocka_unit_test(deliveries_bring_their_share_of_spares),
        cmocka_unit_test(keep_stock_keeps_it),
        cmocka_unit_test(replace_at_age_swaps_old_for_new),
        cmocka_unit_test(buy_on_unserved_closes_the_gap),
        cmocka_unit_test(an_option_is_kept_until_its_sign),
        cmocka_unit_test(diversify_evens_out_vendors),
        cmocka_unit_test(the_newsvendor_keeps_the_ninetieth_percentile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
