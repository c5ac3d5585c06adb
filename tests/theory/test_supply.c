/*
 * Supply by hand: order books, licences, caps, exemptions, levies, scarcity, time to usable,
 * second-hand goods, causes. Every figure below is counted on paper.
 */
#include <math.h>

#include "tests/nation.h"

static void list_of(struct nation *n, uint32_t entity, const char *key, const char *one)
{
    const struct hanse_value item = {.type = HANSE_VALUE_TEXT, .text = one};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &item, .n_items = 1};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

static uint32_t purchase(struct nation *n, const char *name, double count, double from,
                         double every)
{
    uint32_t e = nation_add(n, "purchase", name);
    nation_text(n, e, "group", "hall/card");
    nation_number(n, e, "count", count);
    nation_number(n, e, "from", from);
    nation_number(n, e, "every", every);
    nation_number(n, e, "lead_time", 100);
    nation_text(n, e, "lead_law", "constant");
    return e;
}

/* A maker who promises 100 cards a period of 730 h. */
static uint32_t maker(struct nation *n, const char *allocation)
{
    uint32_t e = nation_add(n, "supplier", "works");
    nation_text(n, e, "firm", "maker");
    nation_number(n, e, "capacity", 1200);
    nation_text(n, e, "allocation", allocation);
    return e;
}

static void rival(struct nation *n, double per_year)
{
    uint32_t e = nation_add(n, "rival", "giant");
    nation_text(n, e, "supplier", "works");
    nation_number(n, e, "demand", per_year);
}

static struct nation quiet_nation(double years)
{
    struct nation n = nation_small(years, 0, 0.0);
    nation_upkeep(&n, 0.0, true);
    return n;
}

static double delivered_of(struct nation *n, uint32_t replication)
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, replication);
    double sum = nation_total(&run, &r, "deliveries");
    nation_run_end(&run);
    nation_end(n);
    return sum;
}

/* The giant asks for all 100 cards of every period, we for ten once. Served by size we never
 * get one; first come, both stand in the book since before the first sharing and the oldest,
 * we, come first; pro rata we get 100 · 10/110 = 9.09 → 9, the last one a period later. */
static void small_buyers_wait_behind_big_ones(void **state)
{
    static const struct {
        const char *rule;
        double delivered;
    } CASES[] = {{"big_first", 0}, {"first_come", 10}, {"pro_rata", 10}};
    for (size_t i = 0; i < 3; i++) {
        struct nation n = quiet_nation(1.0);
        maker(&n, CASES[i].rule);
        rival(&n, 1200);
        nation_text(&n, purchase(&n, "ours", 10, 100, 0), "supplier", "works");
        double got = delivered_of(&n, 0);
        if (got != CASES[i].delivered) {
            fail_msg("%s: %g delivered, want %g", CASES[i].rule, got, CASES[i].delivered);
        }
    }
}

/* By lot, the first of two orders is served whole: the giant's 100 leave nothing, ours leave
 * him 90. After one sharing half of all replications hold ten cards: 400 of them, mean 5 ± 4 ·
 * 0.25. The horizon ends before the second sharing's goods arrive. */
static void a_lottery_gives_everybody_the_same_chance(void **state)
{
    double sum = 0.0;
    for (uint32_t r = 0; r < 400; r++) {
        struct nation n = quiet_nation(1.0 / 6.0);
        maker(&n, "lottery");
        rival(&n, 1200);
        nation_text(&n, purchase(&n, "ours", 10, 100, 0), "supplier", "works");
        sum += delivered_of(&n, r);
    }
    assert_true(fabs(sum / 400.0 - 5.0) < 1.0);
}

/* Twelve members of ten each are, together, bigger than the giant's hundred: the first sharing
 * gives them all 100, 8 or 9 each, and the last 20 wait behind his 200, 300 … */
static void a_consortium_is_one_big_buyer(void **state)
{
    struct nation n = quiet_nation(1.0);
    maker(&n, "big_first");
    rival(&n, 1200);
    nation_add(&n, "consortium", "club");
    for (int i = 0; i < 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        uint32_t e = purchase(&n, name, 10, 100, 0);
        nation_text(&n, e, "supplier", "works");
        nation_text(&n, e, "consortium", "club");
    }
    assert_true(delivered_of(&n, 0) == 100.0);
}

/* Order at 0: goods after 100 h, a permit after 2000, the grid after 3000 (month 4). */
static void time_to_usable_is_the_longest_of_three(void **state)
{
    struct nation n = quiet_nation(1.0);
    uint32_t e = purchase(&n, "ours", 10, 0, 0);
    nation_number(&n, e, "grid_time", 3000);
    nation_text(&n, e, "grid_law", "constant");
    nation_number(&n, e, "permit_time", 2000);
    nation_text(&n, e, "permit_law", "constant");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "pipeline", 3) == 10.0);
    assert_true(nation_month(&run, &r, "deliveries", 4) == 10.0);
    assert_true(nation_month(&run, &r, "pipeline", 4) == 0.0);
    nation_run_end(&run);
    nation_end(&n);
}

static uint32_t rule(struct nation *n, const char *name, double from, double to)
{
    uint32_t e = nation_add(n, "restriction", name);
    nation_text(n, e, "authority", "far");
    list_of(n, e, "targets", "A");
    nation_number(n, e, "from", from);
    nation_number(n, e, "to", to);
    return e;
}

static uint32_t controlling(struct nation *n, double from, double to)
{
    uint32_t e = rule(n, "rule", from, to);
    nation_number(n, e, "tpp_over", 4800);
    return e;
}

/* A licence after 1000 h, then the lead time of 100: an order of hour 0 comes in month 1. */
static void a_licence_takes_its_time(void **state)
{
    struct nation n = quiet_nation(1.0);
    purchase(&n, "ours", 10, 10, 0);
    uint32_t e = controlling(&n, 0, 8000);
    nation_text(&n, e, "effect", "licence");
    nation_number(&n, e, "licence_time", 1000);
    nation_text(&n, e, "licence_law", "constant");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_month(&run, &r, "deliveries", 1) == 10.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* 2000 orders of one card, each refused with probability 0.3: 1400 pass while the rule holds,
 * ± 4 · √(2000 · 0.21) = 82; the others when it has gone. */
static void refused_licences_wait_for_the_rule_to_go(void **state)
{
    struct nation n = quiet_nation(2.0);
    nation_number(&n, purchase(&n, "ours", 1, 0, 4), "until", 8000);
    uint32_t e = controlling(&n, 0, 10000);
    nation_text(&n, e, "effect", "licence");
    nation_number(&n, e, "denial", 0.3);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double early = 0.0;
    for (int32_t m = 0; m < 13; m++) {
        early += nation_month(&run, &r, "deliveries", m);
    }
    assert_true(fabs(early - 1400.0) < 82.0);
    assert_true(nation_total(&run, &r, "deliveries") == 2000.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* 15 cards a year may come in; ten are ordered every quarter for two years. In the first year
 * 15 of 40, in the second 15 more, and what waits passes when the rule goes at 20,000 h. */
static void a_yearly_cap_starts_afresh_each_year(void **state)
{
    struct nation n = quiet_nation(3.0);
    nation_number(&n, purchase(&n, "ours", 10, 0, 2190), "until", 17000);
    nation_number(&n, controlling(&n, 0, 20000), "allowance_per_year", 15.5 * 15832.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double sums[3] = {0};
    for (int32_t m = 0; m < 36; m++) {
        sums[m / 12] += nation_month(&run, &r, "deliveries", m);
    }
    assert_true(sums[0] == 15.0);
    assert_true(sums[1] == 15.0);
    assert_true(sums[2] == 50.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* Under a ban, three cards a year are exempt: of ten ordered each year three come. */
static void small_orders_pass_exempt(void **state)
{
    struct nation n = quiet_nation(2.0);
    purchase(&n, "ours", 10, 10, 8760);
    nation_number(&n, controlling(&n, 0, 1e6), "exempt_per_year", 3.5 * 15832.0);
    assert_true(delivered_of(&n, 0) == 6.0);
}

static double capital_of(double levy)
{
    struct nation n = quiet_nation(1.0);
    purchase(&n, "ours", 10, 100, 0);
    uint32_t r = controlling(&n, 0, 1e6);
    nation_text(&n, r, "effect", "none");
    nation_number(&n, r, "levy", levy);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double cost = nation_total(&run, &record, "cost_capital");
    nation_run_end(&run);
    nation_end(&n);
    return cost;
}

static void a_levy_is_paid_on_top(void **state)
{
    assert_true(fabs(capital_of(0.25) / capital_of(0.0) - 1.25) < 1e-12);
}

/* 400 asked of 100 promised at elasticity 1/2: twice the price. */
static double price_under_scarcity(double elasticity)
{
    struct nation n = quiet_nation(1.0);
    nation_number(&n, maker(&n, "first_come"), "scarcity", elasticity);
    rival(&n, 12.0 * 390.0);
    nation_text(&n, purchase(&n, "ours", 10, 100, 0), "supplier", "works");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double cost = nation_total(&run, &record, "cost_capital");
    assert_true(nation_total(&run, &record, "deliveries") == 10.0);
    nation_run_end(&run);
    nation_end(&n);
    return cost;
}

static void scarcity_raises_the_price_at_its_elasticity(void **state)
{
    assert_true(fabs(price_under_scarcity(0.5) / price_under_scarcity(0.0) - 2.0) < 1e-12);
}

/* A dealer at home has five used cards in store: under a ban they still come, and no more. */
static void goods_in_the_country_cross_no_border(void **state)
{
    struct nation n = quiet_nation(1.0);
    nation_firm(&n, "dealer", "A");
    uint32_t e = nation_add(&n, "supplier", "shop");
    nation_text(&n, e, "firm", "dealer");
    nation_number(&n, e, "capacity", 0);
    nation_number(&n, e, "stock", 5);
    nation_number(&n, e, "age", 3.0 * 8760.0);
    nation_number(&n, e, "price_share", 0.4);
    controlling(&n, 0, 1e6);
    nation_text(&n, purchase(&n, "used", 8, 0, 0), "supplier", "shop");
    purchase(&n, "new", 7, 0, 0);
    assert_true(delivered_of(&n, 0) == 5.0);
}

/* Limbs are alternatives, their conditions hold together: the card has 15,832 TPP, density
 * 19.45 and 3350 GB/s. */
static double with_limb(const char *key, double value, const char *other, double limit)
{
    struct nation n = quiet_nation(1.0);
    purchase(&n, "ours", 10, 10, 0);
    rule(&n, "rule", 0, 1e6);
    uint32_t limb = nation_add(&n, "limb", "rule/1");
    nation_text(&n, limb, "restriction", "rule");
    nation_number(&n, limb, key, value);
    nation_number(&n, limb, other, limit);
    return delivered_of(&n, 0);
}

static void conditions_of_a_limb_hold_together(void **state)
{
    assert_true(with_limb("tpp_from", 4800, "density_from", 5.92) == 0.0);
    assert_true(with_limb("tpp_from", 4800, "density_below", 5.92) == 10.0);
    assert_true(with_limb("tpp_below", 21000, "memory_bandwidth_below", 6500) == 0.0);
    assert_true(with_limb("tpp_from", 4800, "interconnect_from", 600) == 10.0);
}

/* A rule against one member of a market whose goods circulate reaches nobody; against the whole
 * market it does. */
static double in_a_market(bool circulates, bool both)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_flag(&n, nation_add(&n, "bloc", "market"), "intra_bloc_transfer", circulates);
    list_of(&n, nation_jurisdiction(&n, "A"), "blocs", "market");
    list_of(&n, nation_jurisdiction(&n, "B"), "blocs", "market");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 0);
    nation_upkeep(&n, 0.0, true);
    purchase(&n, "ours", 10, 10, 0);
    uint32_t e = nation_add(&n, "restriction", "rule");
    nation_text(&n, e, "authority", "far");
    list_of(&n, e, "targets", both ? "market" : "A");
    nation_number(&n, e, "from", 0);
    nation_number(&n, e, "to", 1e6);
    nation_number(&n, e, "tpp_over", 4800);
    return delivered_of(&n, 0);
}

static void goods_circulate_inside_a_single_market(void **state)
{
    assert_true(in_a_market(false, false) == 0.0);
    assert_true(in_a_market(true, false) == 10.0);
    assert_true(in_a_market(true, true) == 0.0);
}

/* Lawful orders are refused with probability 0.4: of 2000, 1200 ± 4 · 22 come meanwhile. */
static void overcompliance_refuses_lawful_orders(void **state)
{
    struct nation n = quiet_nation(2.0);
    nation_number(&n, purchase(&n, "ours", 1, 0, 4), "until", 8000);
    uint32_t e = rule(&n, "rule", 0, 1e6);
    nation_number(&n, e, "tpp_over", 20000);
    nation_number(&n, e, "overcompliance", 0.4);
    assert_true(fabs(delivered_of(&n, 0) - 1200.0) < 88.0);
}

/* Two people on call for one device or none, one for every 16 beyond: 40 devices need three. At
 * 30 an hour that is 730 · 30 · 2 and · 3 a month. */
static double staff_of(double devices)
{
    struct nation n = nation_empty(1.0, 1e6, 0.0);
    uint32_t site = nation_site(&n, "hall", "a", "owner");
    nation_number(&n, site, "staff_minimum", 2);
    nation_number(&n, site, "devices_per_person", 16);
    nation_number(&n, site, "wage", 30);
    nation_group(&n, "hall", "card", devices);
    nation_upkeep(&n, 0.0, true);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double cost = nation_month(&run, &r, "cost_operations", 3);
    nation_run_end(&run);
    nation_end(&n);
    return cost;
}

static void small_sites_pay_for_people_on_call_too(void **state)
{
    assert_true(fabs(staff_of(1) - 730.0 * 30.0 * 2.0) < 1e-6);
    assert_true(fabs(staff_of(40) - 730.0 * 30.0 * 3.0) < 1e-6);
}

/* --- causes ------------------------------------------------------------------------------ */

/* The ban follows the crisis with probability 0.25, after 100 h: over 1000 replications it is
 * in force in a quarter of them (± 4 · 1.4 %), and then stops the order of hour 1000. */
static void what_follows_a_cause_follows_by_its_own_luck(void **state)
{
    double stopped = 0.0;
    struct nation n = quiet_nation(0.25);
    purchase(&n, "ours", 10, 1000, 0);
    uint32_t crisis = nation_add(&n, "cause", "crisis");
    nation_number(&n, crisis, "from", 500);
    nation_number(&n, crisis, "to", 600);
    uint32_t e = nation_add(&n, "cause", "ban");
    nation_text(&n, e, "after", "crisis");
    nation_number(&n, e, "from", 0);
    nation_number(&n, e, "to", 1e6);
    nation_number(&n, e, "probability", 0.25);
    nation_number(&n, e, "delay_time", 100);
    nation_number(&n, e, "lasts_time", 1e5);
    nation_text(&n, e, "lasts_law", "constant");
    nation_text(&n, controlling(&n, 0, 1e6), "cause", "ban");
    struct nation_run run = nation_freeze(&n);
    for (uint32_t r = 0; r < 1000; r++) {
        struct hanse_record record = nation_replicate(&run, r);
        stopped += nation_total(&run, &record, "deliveries") == 0.0;
    }
    assert_true(fabs(stopped / 1000.0 - 0.25) < 0.056);
    nation_run_end(&run);
    nation_end(&n);
}

/* Crises at 2 a year that last 10 h: the number of notes in ten years is twice a Poisson of
 * mean 20 (begun, ended); 200 replications, mean 20 ± 4 · √(20/200) = 1.3. */
static void random_causes_come_at_their_rate(void **state)
{
    struct nation n = quiet_nation(10.0);
    uint32_t e = nation_add(&n, "cause", "crisis");
    nation_number(&n, e, "from", 0);
    nation_number(&n, e, "to", 1e6);
    nation_number(&n, e, "rate", 2.0 / 8760.0);
    nation_number(&n, e, "lasts_time", 10);
    nation_text(&n, e, "lasts_law", "constant");
    struct nation_run run = nation_freeze(&n);
    double begun = 0.0;
    for (uint32_t r = 0; r < 200; r++) {
        struct hanse_record record = nation_replicate(&run, r);
        for (size_t i = 0; i < record.n_notes; i++) {
            begun += strcmp(hanse_note_name(record.notes[i].what), "begun") == 0;
        }
    }
    assert_true(fabs(begun / 200.0 - 20.0) < 1.3);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- what a stop does -------------------------------------------------------------------- */

/* Exogenous orders, constant price, one generation, nothing announced, work-conserving flow:
 * the longer the stop, the less was served by any month. */
static void a_longer_stop_never_serves_more(void **state)
{
    static const double ENDS[] = {5000, 6000, 7500, 9000, 12000};
    for (uint32_t r = 0; r < 5; r++) {
        double before[36];
        for (size_t k = 0; k < sizeof ENDS / sizeof *ENDS; k++) {
            struct nation n = nation_small(3.0, 20, 0.5);
            uint32_t upkeep = nation_upkeep(&n, 0.3, true);
            nation_number(&n, upkeep, "repair_time", 100);
            nation_number(&n, upkeep, "lead_time", 700);
            purchase(&n, "ours", 5, 0, 2190);
            nation_workload(&n, "chat", 6.0);
            controlling(&n, 5000, ENDS[k]);
            struct nation_run run = nation_freeze(&n);
            struct hanse_record record = nation_replicate(&run, r);
            double served = 0.0;
            for (int32_t m = 0; m < 36; m++) {
                served += nation_month(&run, &record, "on_time", m);
                assert_true(k == 0 || served <= before[m] * (1.0 + 1e-12));
                before[m] = served;
            }
            nation_run_end(&run);
            nation_end(&n);
        }
    }
}

/* The counterexample: money instead of devices, and a price that falls 30 % a year. Waiting 24
 * months buys 1/0.7² = 2.04 times the hardware, and in the end more has been served. */
static double bought_after(double wait_h, double *served)
{
    struct nation n = nation_begin();
    nation_settings(&n, 10.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e8);
    nation_operator(&n, "owner", "A");
    nation_number(&n, nation_card(&n, "card", "maker", 0.0), "price_trend", log(0.7));
    nation_model(&n);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 0);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", 3000.0);
    nation_number(&n, purchase(&n, "ours", 0, 0, 0), "budget", 10000.0 * 25000.0);
    controlling(&n, 0, wait_h);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 0);
    double bought = nation_total(&run, &record, "deliveries");
    *served = nation_total(&run, &record, "on_time");
    nation_run_end(&run);
    nation_end(&n);
    return bought;
}

static void with_falling_prices_it_can(void **state)
{
    double at_once, waited;
    assert_true(bought_after(0.0, &at_once) == 10000.0);
    assert_true(bought_after(2.0 * 8760.0, &waited) == floor(10000.0 / 0.49));
    /* All are busy all the time: 8 years at 2.04 against 10 at 1. */
    assert_true(fabs(waited / at_once - 1.633) < 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_buyers_wait_behind_big_ones),
        cmocka_unit_test(a_lottery_gives_everybody_the_same_chance),
        cmocka_unit_test(a_consortium_is_one_big_buyer),
        cmocka_unit_test(time_to_usable_is_the_longest_of_three),
        cmocka_unit_test(a_licence_takes_its_time),
        cmocka_unit_test(refused_licences_wait_for_the_rule_to_go),
        cmocka_unit_test(a_yearly_cap_starts_afresh_each_year),
        cmocka_unit_test(small_orders_pass_exempt),
        cmocka_unit_test(a_levy_is_paid_on_top),
        cmocka_unit_test(scarcity_raises_the_price_at_its_elasticity),
        cmocka_unit_test(goods_in_the_country_cross_no_border),
        cmocka_unit_test(conditions_of_a_limb_hold_together),
        cmocka_unit_test(goods_circulate_inside_a_single_market),
        cmocka_unit_test(overcompliance_refuses_lawful_orders),
        cmocka_unit_test(small_sites_pay_for_people_on_call_too),
        cmocka_unit_test(what_follows_a_cause_follows_by_its_own_luck),
        cmocka_unit_test(random_causes_come_at_their_rate),
        cmocka_unit_test(a_longer_stop_never_serves_more),
        cmocka_unit_test(with_falling_prices_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
