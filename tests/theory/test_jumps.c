/* Software stacks, jumps and takeovers, counted by hand. */
#include <math.h>

#include "tests/nation.h"

/* Ten cards whose demand is far above what they serve, so that served work is their speed. */
static struct nation busy_nation(double years)
{
    struct nation n = nation_empty(years, 1e8, 0.0);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 10);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", 100.0);
    return n;
}

/* As the nation of the heading, with cards on a stack of the maker's. */
static struct nation stacked_nation(double years, double ageing, bool live)
{
    struct nation n = nation_begin();
    nation_settings(&n, years);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e8);
    nation_operator(&n, "owner", "A");
    nation_text(&n, nation_card(&n, "card", "maker", 0.0), "stack", "tools");
    nation_model(&n);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 10);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", 100.0);
    uint32_t stack = nation_add(&n, "stack", "tools");
    nation_text(&n, stack, "vendor", "maker");
    nation_number(&n, stack, "ageing", ageing);
    nation_flag(&n, stack, "live", live);
    return n;
}

static double served_in(struct nation *n, int32_t month)
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, 0);
    double served = nation_month(&run, &r, "on_time", month);
    nation_run_end(&run);
    nation_end(n);
    return served;
}

static double plain(int32_t month)
{
    struct nation n = busy_nation(4.0);
    return served_in(&n, month);
}

/* Ported after 1460 h at 60 %: nothing in months 0 and 1, 0.6 of the figures from month 2. */
static void a_port_takes_time_and_speed(void **state)
{
    static const double SHARES[] = {0.0, 0.0, 0.6, 0.6};
    for (int32_t m = 0; m < 4; m++) {
        struct nation n = stacked_nation(4.0, 0.0, false);
        uint32_t port = nation_add(&n, "port", "chat_on_tools");
        nation_text(&n, port, "stack", "tools");
        nation_text(&n, port, "workload", "chat");
        nation_number(&n, port, "efficiency", 0.6);
        nation_number(&n, port, "porting_time", 1460);
        nation_text(&n, port, "porting_law", "constant");
        assert_true(fabs(served_in(&n, m) - SHARES[m] * plain(m)) < 1e-9 * plain(m));
    }
}

/* Support ends after a year at an ageing of 0.3 a year: in the last month of year 3 speed has
 * fallen for 24 months, counted at the beginning of the month (at 365 · 24 h support has
 * ended): months 12 to 35 make 24. */
static void software_ages_without_support(void **state)
{
    struct nation n = stacked_nation(4.0, 0.3, false);
    uint32_t e = nation_add(&n, "withdraw", "gone");
    nation_text(&n, e, "actor", "maker");
    nation_text(&n, e, "axis", "spares");
    nation_number(&n, e, "from", 8760);
    nation_number(&n, e, "to", 1e6);
    double share = served_in(&n, 35) / plain(35);
    assert_true(fabs(share - exp(-0.3 * 24.0 / 12.0)) < 1e-9);
}

static void a_live_licence_stops_the_cards(void **state)
{
    for (int live = 0; live < 2; live++) {
        struct nation n = stacked_nation(4.0, 0.0, live);
        uint32_t e = nation_add(&n, "withdraw", "key");
        nation_text(&n, e, "actor", "maker");
        nation_text(&n, e, "axis", "control");
        nation_number(&n, e, "from", 8760);
        nation_number(&n, e, "to", 17520);
        double served = served_in(&n, 15);
        assert_true(served == (live ? 0.0 : plain(15)));
    }
}

/* Demand doubles in months 12 to 23; no day but those of the window. */
static void demand_jumps_for_its_time(void **state)
{
    struct nation n = busy_nation(3.0);
    uint32_t e = nation_add(&n, "jump", "surge");
    nation_text(&n, e, "what", "demand");
    nation_number(&n, e, "factor", 2.0);
    nation_number(&n, e, "from", 8760);
    nation_number(&n, e, "to", 17520);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double before = nation_month(&run, &r, "demand", 11);
    assert_true(fabs(nation_month(&run, &r, "demand", 12) / before - 2.0) < 1e-12);
    assert_true(fabs(nation_month(&run, &r, "demand", 23) / before - 2.0) < 1e-12);
    assert_true(fabs(nation_month(&run, &r, "demand", 24) / before - 1.0) < 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* Bankrupt at month 12, closed for a month, then the successor's: withdrawing the old owner's
 * state afterwards takes nothing, the new owner's takes all. */
static double after_takeover(const char *withdrawn, int32_t month)
{
    struct nation n = busy_nation(4.0);
    nation_jurisdiction(&n, "B");
    nation_operator(&n, "heir", "B");
    uint32_t e = nation_add(&n, "takeover", "crash");
    nation_text(&n, e, "operator", "owner");
    nation_text(&n, e, "sort", "bankruptcy");
    nation_text(&n, e, "successor", "heir");
    nation_number(&n, e, "from", 8760);
    nation_number(&n, e, "closed_time", 730);
    uint32_t w = nation_add(&n, "withdraw", "w");
    nation_text(&n, w, "actor", withdrawn);
    nation_text(&n, w, "axis", "ownership");
    nation_number(&n, w, "from", 17520);
    nation_number(&n, w, "to", 1e6);
    return served_in(&n, month);
}

static void a_bankrupt_operator_closes_and_is_taken_over(void **state)
{
    assert_true(after_takeover("A", 11) == plain(11));
    assert_true(after_takeover("A", 12) == 0.0);
    assert_true(after_takeover("A", 13) == plain(13));
    assert_true(after_takeover("A", 24) == plain(24));
    assert_true(after_takeover("B", 24) == 0.0);
}

/* A kill switch on 30 % of 400 sites: 30 % ± 4 · 2.3 % of the work is gone. */
static void a_kill_switch_reaches_its_share_of_sites(void **state)
{
    struct nation n = nation_empty(1.0, 1e8, 0.0);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", 1000.0);
    const struct hanse_value maker = {.type = HANSE_VALUE_TEXT, .text = "maker"};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &maker, .n_items = 1};
    for (int i = 0; i < 400; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        uint32_t site = nation_site(&n, name, "a", "owner");
        NATION_OK(n.ctx, hanse_draft_set(n.draft, site, "controllers", &list, NULL));
        nation_group(&n, name, "card", 1);
    }
    uint32_t w = nation_add(&n, "withdraw", "key");
    nation_text(&n, w, "actor", "maker");
    nation_text(&n, w, "axis", "control");
    nation_number(&n, w, "share", 0.3);
    nation_number(&n, w, "from", 4380);
    nation_number(&n, w, "to", 1e6);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double left = nation_month(&run, &r, "on_time", 8) / nation_month(&run, &r, "on_time", 2);
    assert_true(fabs(left - 0.7) < 0.092);
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_takes_time_and_speed),
        cmocka_unit_test(software_ages_without_support),
        cmocka_unit_test(a_live_licence_stops_the_cards),
        cmocka_unit_test(demand_jumps_for_its_time),
        cmocka_unit_test(a_bankrupt_operator_closes_and_is_taken_over),
        cmocka_unit_test(a_kill_switch_reaches_its_share_of_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
