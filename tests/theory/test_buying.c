/*
 * Question 11: how much to buy when, against the two-stage newsvendor and a deterministic
 * equivalent over three worlds, both by plain enumeration.
 */
#include <math.h>

#include "tests/nation.h"

/* How many busy cards one prompt a day and head keeps; found once, by a probe. */
static double cards_per_prompt(void)
{
    struct nation n = nation_small(1.0, 1e5, 0.0);
    nation_upkeep(&n, 0.0, false);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double cards = nation_month(&run, &r, "device_hours_busy", 0) / 730.0;
    nation_run_end(&run);
    nation_end(&n);
    return cards;
}

/* Unserved and served card-hours of a year with `bought` cards now and `later` from month 6 on,
 * under a demand of so many cards' work. */
struct outcome {
    double unserved, served;
};

static struct outcome year_of(double bought, double later, bool stopped, double demand_cards,
                              double per_prompt)
{
    struct nation n = nation_small(1.0, bought, 0.0);
    nation_upkeep(&n, 0.0, true);
    nation_workload(&n, "chat", demand_cards / per_prompt);
    uint32_t e = nation_add(&n, "purchase", "later");
    nation_text(&n, e, "group", "hall/card");
    nation_number(&n, e, "count", later);
    nation_number(&n, e, "from", 4380);
    nation_number(&n, e, "lead_time", 0);
    nation_text(&n, e, "lead_law", "constant");
    uint32_t rule = nation_add(&n, "restriction", "stop");
    nation_text(&n, rule, "authority", "far");
    const struct hanse_value target = {.type = HANSE_VALUE_TEXT, .text = "A"};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = &target, .n_items = 1};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, rule, "targets", &list, NULL));
    nation_number(&n, rule, "from", 4000);
    nation_number(&n, rule, "to", stopped ? 1e6 : 4000);
    nation_number(&n, rule, "tpp_over", 4800);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double work_per_card_h = nation_total(&run, &r, "demand") / (demand_cards * 8760.0);
    struct outcome o = {
        .unserved = nation_total(&run, &r, "dropped") / work_per_card_h,
        .served = nation_total(&run, &r, "on_time") / work_per_card_h,
    };
    nation_run_end(&run);
    nation_end(&n);
    return o;
}

/* Demand of 10, 20 or 30 cards with chances 0.3, 0.4, 0.3; a card costs 1 a year, a card's
 * work unserved costs 4. Buy all now: the newsvendor buys the fractile (4 − 1)/4 = 0.75, 30.
 * At a cost of 2.5 it buys 0.375: 20; at 3.5 it buys 0.125: 10. */
static void one_stage_is_the_newsvendor(void **state)
{
    static const double DEMAND[] = {10, 20, 30}, CHANCE[] = {0.3, 0.4, 0.3};
    static const struct {
        double cost, best;
    } CASES[] = {{1.0, 30}, {2.5, 20}, {3.5, 10}};
    double per_prompt = cards_per_prompt();
    double unserved[9] = {0};
    for (int i = 0; i < 9; i++) { /* 0, 5 … 40 cards */
        for (int w = 0; w < 3; w++) {
            double got = year_of(5.0 * i, 0, false, DEMAND[w], per_prompt).unserved;
            double by_hand = fmax(0.0, DEMAND[w] - 5.0 * i) * 8760.0;
            assert_true(fabs(got - by_hand) < 1e-6 * 8760.0 * 40.0);
            unserved[i] += CHANCE[w] * got / 8760.0;
        }
    }
    for (size_t c = 0; c < 3; c++) {
        int best = 0;
        for (int i = 1; i < 9; i++) {
            double loss = CASES[c].cost * 5.0 * i + 4.0 * unserved[i];
            best = loss < CASES[c].cost * 5.0 * best + 4.0 * unserved[best] ? i : best;
        }
        assert_true(5.0 * best == CASES[c].best);
    }
}

/* Two stages, three worlds: demand of 20 (no stop), 20 (stop) and 30 cards (no stop), chances
 * 0.5, 0.2, 0.3. Now a card costs 1 for the year, half a year later 0.35 for the half, in a
 * stop none can be had. Unserved work costs 4 a card-year. What is bought later may follow the
 * world; what is bought now may not. The deterministic equivalent over q = 0, 5 … 40 with the
 * best second stage of each world, by hand and by simulation. */
static double second_stage(double q, double demand, bool stopped, double per_prompt,
                           bool simulate)
{
    double best = INFINITY;
    for (int i = 0; i <= (stopped ? 0 : 8); i++) {
        double later = 5.0 * i;
        double first = fmax(0.0, demand - q) / 2.0;
        double second = fmax(0.0, demand - q - later) / 2.0;
        double unserved = simulate
                              ? year_of(q, later, stopped, demand, per_prompt).unserved / 8760.0
                              : first + second;
        best = fmin(best, 0.35 * later + 4.0 * unserved);
    }
    return best;
}

static void two_stages_are_their_deterministic_equivalent(void **state)
{
    static const double DEMAND[] = {20, 20, 30}, CHANCE[] = {0.5, 0.2, 0.3};
    static const bool STOPPED[] = {false, true, false};
    double per_prompt = cards_per_prompt();
    double best[2] = {0};
    double least[2] = {INFINITY, INFINITY};
    for (int simulate = 0; simulate < 2; simulate++) {
        for (int i = 0; i < 9; i++) {
            double loss = 1.0 * 5.0 * i;
            for (int w = 0; w < 3; w++) {
                loss += CHANCE[w] *
                        second_stage(5.0 * i, DEMAND[w], STOPPED[w], per_prompt, simulate);
            }
            if (loss < least[simulate] - 1e-9) {
                least[simulate] = loss;
                best[simulate] = 5.0 * i;
            }
        }
    }
    assert_true(best[0] == best[1]);
    assert_true(best[0] == 20.0);
    assert_true(fabs(least[0] - least[1]) < 1e-6);
    /* 20 now; in the third world ten more later: 20 + 0.3 · (0.35 · 10 + 4 · 10/2). */
    assert_true(fabs(least[0] - (20.0 + 0.3 * (3.5 + 20.0))) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_stage_is_the_newsvendor),
        cmocka_unit_test(two_stages_are_their_deterministic_equivalent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
