/*
 * Losses of load and what shocks take, on nations whose every hour can be told by hand.
 */
#include "tests/close.h"
#include "tests/nation.h"

static int32_t row(const struct nation_run *run, const char *kind, const char *name)
{
    size_t n_kinds;
    const struct hanse_kind *const *kinds = hanse_kinds(&n_kinds);
    int32_t row = hanse_scenario_find(run->scenario,
                                      kinds[hanse_scenario_kind(run->scenario, kind)], name);
    if (row < 0) {
        fail_msg("no %s '%s'", kind, name);
    }
    return row;
}

/* An output of a month by the rows of its dimensions; b NULL: it has one. */
static double at(const struct nation_run *run, const struct hanse_record *record,
                 const char *output, int32_t month, const char *a, const char *b)
{
    const struct hanse_column *c =
        &run->layout.columns[hanse_layout_find(&run->layout, output)];
    int32_t item = row(run, c->output->dims[0], a);
    item = b != NULL ? item * c->dim_size[1] + row(run, c->output->dims[1], b) : item;
    return record->series[c->offset + (size_t)month * (size_t)c->n_items + (size_t)item];
}

/* Ten cards that never fail, and people who ask for that share of what they can do. */
static struct nation steady(double years, double share)
{
    struct nation n = nation_small(years, 10.0, 0.0);
    nation_upkeep(&n, 0.0, false);
    struct nation probe = nation_small(1.0, 10.0, 0.0);
    nation_upkeep(&probe, 0.0, false);
    nation_workload(&probe, "chat", 100.0);
    struct nation_run run = nation_freeze(&probe);
    struct hanse_record record = nation_replicate(&run, 0);
    double served = nation_month(&run, &record, "on_time", 0);
    double asked = nation_month(&run, &record, "demand", 0);
    assert_true(served < asked);
    nation_workload(&n, "chat", 100.0 * share * served / asked);
    nation_run_end(&run);
    nation_end(&probe);
    return n;
}

static uint32_t add_stop(struct nation *n, const char *name, double from, double to)
{
    uint32_t e = nation_add(n, "withdraw", name);
    nation_text(n, e, "actor", "A");
    nation_text(n, e, "axis", "territory");
    nation_number(n, e, "from", from);
    nation_number(n, e, "to", to);
    return e;
}

/* Everything stops for hours 200 … 249: 50 hours, of days 8, 9 and 10, once. */
static void a_dated_stop_is_counted_by_hand(void **state)
{
    struct nation n = steady(1.0, 0.5);
    add_stop(&n, "stop", 200.0, 250.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double an_hour = nation_total(&run, &r, "demand") / 8760.0;
    assert_close(nation_total(&run, &r, "lolh"), 50.0, 0.0);
    assert_close(nation_total(&run, &r, "lole"), 3.0, 0.0);
    assert_close(nation_total(&run, &r, "lolev"), 1.0, 0.0);
    assert_close(nation_total(&run, &r, "eue"), 50.0 * an_hour, 1e-12);
    assert_close(at(&run, &r, "lolh_by_viewer", 0, "A", NULL), 50.0, 0.0);
    assert_close(at(&run, &r, "eue_by_viewer", 0, "all", NULL), 50.0 * an_hour, 1e-12);
    assert_close(at(&run, &r, "shortfall_hours", 0, "all", "0.00"), 50.0, 0.0);
    assert_close(at(&run, &r, "shortfall_hours", 0, "all", "1.00"), 50.0, 0.0);
    assert_close(at(&run, &r, "shock_episodes", 0, "withdraw/stop", "all"), 1.0, 0.0);
    assert_close(at(&run, &r, "shock_episodes_open", 0, "withdraw/stop", "all"), 0.0, 0.0);
    assert_close(at(&run, &r, "shock_depths", 0, "withdraw/stop", "A"), 1.0, 0.0);
    assert_close(at(&run, &r, "shock_durations", 0, "withdraw/stop", "A"), 50.0, 0.0);
    assert_close(at(&run, &r, "shock_areas", 0, "withdraw/stop", "A"), 50.0, 0.0);
    assert_close(at(&run, &r, "shock_lost_work", 0, "withdraw/stop", "A"), 50.0 * an_hour,
                 1e-12);
    assert_close(at(&run, &r, "shock_recoveries", 0, "withdraw/stop", "A"), 50.0, 0.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* Four of ten cards left, demand of half of ten: a fifth of it is lost while it lasts, from the
 * second month on, and the stop outlasts the year. */
static void part_of_the_service_lost_is_the_depth(void **state)
{
    struct nation n = steady(1.0, 0.5);
    nation_operator(&n, "other", "A");
    nation_site(&n, "rest", "a", "other");
    nation_group(&n, "rest", "card", 4);
    uint32_t e = nation_add(&n, "withdraw", "stop");
    nation_text(&n, e, "actor", "owner");
    nation_text(&n, e, "axis", "ownership");
    nation_number(&n, e, "from", 1000.0);
    nation_number(&n, e, "to", 20000.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(at(&run, &r, "shock_depths", 1, "withdraw/stop", "A"), 0.2, 1e-6);
    assert_close(at(&run, &r, "shock_durations", 1, "withdraw/stop", "A"), 7760.0, 0.0);
    assert_close(at(&run, &r, "shock_areas", 1, "withdraw/stop", "A"), 0.2 * 7760.0, 1e-6);
    assert_close(at(&run, &r, "shock_recoveries", 1, "withdraw/stop", "A"), 7760.0, 0.0);
    assert_close(at(&run, &r, "shock_episodes_open", 1, "withdraw/stop", "A"), 1.0, 0.0);
    assert_close(at(&run, &r, "shortfall_hours", 5, "A", "0.15"), 730.0, 0.0);
    assert_close(at(&run, &r, "shortfall_hours", 5, "A", "0.25"), 0.0, 0.0);
    assert_close(nation_total(&run, &r, "lolev"), 1.0, 0.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* A second stop within a week prolongs the episode of the first; after more it doesn't. What is
 * lost in hours of the week in which the first had taken all already is no loss of the second.
 */
static void a_week_of_quiet_ends_an_episode(void **state)
{
    for (int gap = 160; gap <= 180; gap += 20) {
        struct nation n = steady(1.0, 0.5);
        add_stop(&n, "first", 100.0, 110.0);
        add_stop(&n, "second", 110.0 + gap, 140.0 + gap);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        bool one = gap < 168;
        assert_close(at(&run, &r, "shock_recoveries", 0, "withdraw/first", "A"),
                     one ? 40.0 + gap : 10.0, 0.0);
        assert_close(at(&run, &r, "shock_areas", 0, "withdraw/first", "A"), one ? 40.0 : 10.0,
                     0.0);
        assert_close(at(&run, &r, "shock_areas", 0, "withdraw/second", "A"), one ? 22.0 : 30.0,
                     0.0);
        assert_close(nation_total(&run, &r, "lolev"), 2.0, 0.0);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Work that may wait ten hours and has room to catch up is lost only by longer stops: of 15
 * hours the first five hours' work passes its deadline. */
static void what_waits_within_its_deadline_is_not_lost(void **state)
{
    for (int stop = 9; stop <= 15; stop += 6) {
        struct nation n = nation_small(1.0, 10.0, 0.0);
        nation_upkeep(&n, 0.0, false);
        uint32_t w = nation_workload(&n, "chat", 0.1);
        nation_number(&n, w, "deadline", 10.0);
        nation_number(&n, w, "give_up", 40.0);
        add_stop(&n, "stop", 300.0, 300.0 + stop);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        double an_hour = nation_total(&run, &r, "demand") / 8760.0;
        int lost = stop > 10 ? stop - 10 : 0;
        assert_close(nation_total(&run, &r, "lolh"), lost, 0.0);
        assert_close(nation_total(&run, &r, "missed"), lost * an_hour, 1e-9);
        assert_close(nation_total(&run, &r, "late"), lost * an_hour, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Hardware for the first tier and half of the second: the first loses nothing, the second is
 * short in every hour, and who asks for the second's tier looks at both. */
static void tiers_are_respected(void **state)
{
    struct nation n = steady(1.0, 0.6);
    uint32_t w = nation_workload(&n, "more", 100.0);
    nation_number(&n, w, "value_unserved", 2.0);
    NATION_OK(n.ctx, hanse_draft_set_number(n.draft, w, "tier", 2.0));
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(at(&run, &r, "lolh_by_viewer_workload", 3, "A", "chat"), 0.0, 0.0);
    assert_close(at(&run, &r, "lolh_by_viewer_workload", 3, "A", "more"), 730.0, 0.0);
    assert_close(at(&run, &r, "lolh_by_viewer", 3, "A", NULL), 730.0, 0.0);
    assert_close(nation_total(&run, &r, "lolh"), 8760.0, 0.0);
    assert_close(nation_total(&run, &r, "lole"), 365.0, 0.0);
    assert_close(nation_total(&run, &r, "lolev"), 1.0, 0.0);
    assert_close(at(&run, &r, "eue", 3, "a", "chat"), 0.0, 0.0);
    assert_close(nation_total(&run, &r, "cost_unserved"),
                 2.0 * nation_total(&run, &r, "missed"), 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* Whatever is missed or dropped has one reason, cell by cell and month by month. */
static void every_loss_has_its_reasons(void **state)
{
    static const char *const REASONS[] = {"capacity", "law", "network", "power", "price"};
    struct nation n = steady(1.0, 0.9);
    uint32_t waits = nation_workload(&n, "waits", 20.0);
    nation_number(&n, waits, "deadline", 5.0);
    nation_number(&n, waits, "give_up", 12.0);
    NATION_OK(n.ctx, hanse_draft_set_number(n.draft, waits, "tier", 2.0));
    add_stop(&n, "stop", 1000.0, 1031.5);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_total(&run, &r, "missed") > 0.0);
    for (int i = 0; i < 2; i++) {
        const char *what = i == 0 ? "missed" : "dropped";
        for (int32_t m = 0; m < 12; m++) {
            double parts = 0.0;
            for (int k = 0; k < 5; k++) {
                char name[32];
                snprintf(name, sizeof name, "%s_%s", what, REASONS[k]);
                parts += nation_month(&run, &r, name, m);
            }
            assert_close(parts, nation_month(&run, &r, what, m), 1e-9);
        }
    }
    assert_close(nation_total(&run, &r, "site_cost"), nation_total(&run, &r, "cost_fleet"),
                 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* The same stop in the same hours, with and without a profile that leaves the nights without
 * demand: hours without demand can't be lost. */
static void hours_without_demand_lose_nothing(void **state)
{
    struct nation n = steady(1.0, 0.25);
    struct hanse_term terms[168];
    struct hanse_value items[168];
    uint32_t w = nation_workload(&n, "days", 0.01);
    for (int h = 0; h < 168; h++) {
        terms[h] = (struct hanse_term){HANSE_OP_CONSTANT, 0, h % 24 < 12 ? 0.0 : 2.0};
        items[h] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[h], .n_terms = 1}};
    }
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = 168};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, w, "profile", &list, NULL));
    NATION_OK(n.ctx, hanse_draft_set_number(n.draft, w, "tier", 1.0));
    add_stop(&n, "stop", 240.0, 288.0); /* two days */
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_total(&run, &r, "lolh"), 48.0, 0.0);
    assert_close(at(&run, &r, "shock_areas", 0, "withdraw/stop", "A"), 48.0, 1e-12);
    nation_run_end(&run);
    nation_end(&n);
}

/* Who is looked at: a jurisdiction without people is no viewer, a bloc of one with is. */
static void viewers_are_those_whose_people_ask(void **state)
{
    struct nation n = steady(1.0, 0.5);
    nation_add(&n, "bloc", "A"); /* of the same name as the jurisdiction */
    struct nation_run run = nation_freeze(&n);
    int32_t n_viewers;
    size_t n_kinds;
    const struct hanse_kind *const *kinds = hanse_kinds(&n_kinds);
    hanse_scenario_table(run.scenario, kinds[hanse_scenario_kind(run.scenario, "viewer")],
                         &n_viewers);
    assert_int_equal(n_viewers, 2);
    row(&run, "viewer", "all");
    row(&run, "viewer", "A");
    uint32_t entity;
    assert_int_equal(hanse_draft_add(n.draft, "shock", "x", NULL, &entity), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(n.ctx), "can't be declared"));
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dated_stop_is_counted_by_hand),
        cmocka_unit_test(part_of_the_service_lost_is_the_depth),
        cmocka_unit_test(a_week_of_quiet_ends_an_episode),
        cmocka_unit_test(what_waits_within_its_deadline_is_not_lost),
        cmocka_unit_test(tiers_are_respected),
        cmocka_unit_test(every_loss_has_its_reasons),
        cmocka_unit_test(hours_without_demand_lose_nothing),
        cmocka_unit_test(viewers_are_those_whose_people_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
