/*
 * Small nations whose answers fit on the back of an envelope. Every expected figure is worked
 * out in the comment above it, from docs/model.md.
 */
#include <math.h>

#include "sim/process/account.h"
#include "sim/process/service.h"
#include "tests/nation.h"

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fabs(want) + 1e-12)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

/* --- service law and money --------------------------------------------------------------- */

/* 8e9 weights of 2 bytes, batch 32, 1,000 + 200 tokens, 131,072 bytes of cache per token.
 * Prefill: 2 · 8e9 / (989e12 · 0.5) = 3.2356e-5 s. Decode: weights 16e9 bytes, caches
 * 32 · 131072 · 1100 = 4.6137e9 bytes, together 20.6137e9 over 3350e9 · 0.6 = 0.010256 s a
 * step, a 32nd of it per token; compute would need 2 · 8e9 · 32 / 494.5e12 = 0.00104 s. */
static void service_law_is_the_roofline(void **state)
{
    const struct hanse_accelerator card = {.peak_tflops = 989,
                                           .bandwidth_gbps = 3350,
                                           .memory_gib = 80,
                                           .compute_efficiency = 0.5,
                                           .memory_efficiency = 0.6};
    const struct hanse_model model = {
        .parameters = 8e9, .bytes_per_parameter = 2, .kv_bytes_per_token = 131072, .batch = 32};
    struct hanse_profile profile = hanse_profile_derive(&card);
    struct hanse_service s = hanse_service_law(&profile, &model, 1000, 200);
    close_to(s.prefill_s_per_token, 2.0 * 8e9 / (989e12 * 0.5));
    double step = (16e9 + 32.0 * 131072.0 * 1100.0) / (3350e9 * 0.6);
    close_to(s.decode_s_per_token, step / 32.0);
    assert_int_equal(s.devices, 1);
    close_to(s.batch, 32.0);
}

/* 140e9 bytes of weights on 0.9 · 80 GiB = 77.3e9 usable bytes: two devices; the caches of
 * ⌊(154.6e9 − 140e9) / (327680 · 1100)⌋ = 40 requests fit, so batch 64 becomes 40. */
static void a_model_too_big_for_a_device_takes_several_and_batches_what_fits(void **state)
{
    const struct hanse_profile profile = {.origin = HANSE_PROFILE_DERIVED,
                                          .compute_flop_per_s = 500e12,
                                          .memory_byte_per_s = 2e12,
                                          .capacity_bytes = 80.0 * 1073741824.0};
    const struct hanse_model model = {.parameters = 70e9,
                                      .bytes_per_parameter = 2,
                                      .kv_bytes_per_token = 327680,
                                      .batch = 64};
    struct hanse_service s = hanse_service_law(&profile, &model, 1000, 200);
    assert_int_equal(s.devices, 2);
    close_to(s.batch, floor((2.0 * 0.9 * 80.0 * 1073741824.0 - 140e9) / (327680.0 * 1100.0)));
    close_to(s.batch, 40.0);
}

/* 1,000 at 5 % over 5 years: 230.97 a year. */
static void annuity_pays_back_at_the_given_rate(void **state)
{
    assert_true(fabs(1000.0 * hanse_annuity_per_year(0.05, 5.0) - 230.9748) < 1e-4);
    close_to(hanse_annuity_per_year(0.0, 5.0), 0.2);
}

/* A hall of a million at 5 % over 20 years: 80,242.59 a year, beside the cards' 57,743.70; all
 * of it is spent at once: 1,000,000 + 10 · 25,000. */
static void a_building_is_an_annuity_and_spent_at_once(void **state)
{
    struct nation n = nation_empty(1.0, 1e6, 0.0);
    uint32_t hall = nation_site(&n, "hall", "a", "owner");
    nation_number(&n, hall, "building", 1e6);
    nation_group(&n, "hall", "card", 10);
    nation_upkeep(&n, 1.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(nation_total(&run, &r, "cost_capital"), 80242.58719069128 + 57743.69953206699);
    close_to(nation_total(&run, &r, "investment"), 1250000.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* Ten idle cards for a year at 0.4 kW, PUE 1.25, 0.1 EUR/kWh: 10 · 0.4 · 1.25 · 8760 = 43,800
 * kWh, 4,380 EUR, 13.14 t at 300 g/kWh; capital 10 · 25,000 · 0.230975 = 57,743.70 EUR. */
static void idle_cards_cost_what_they_draw_and_their_annuity(void **state)
{
    struct nation n = nation_small(1.0, 10, 0.0);
    nation_upkeep(&n, 1.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(nation_total(&run, &r, "energy"), 43800.0);
    close_to(nation_total(&run, &r, "cost_energy"), 4380.0);
    close_to(nation_total(&run, &r, "carbon"), 13.14);
    close_to(nation_total(&run, &r, "cost_capital"),
             250000.0 * hanse_annuity_per_year(0.05, 5));
    nation_run_end(&run);
    nation_end(&n);
}

/* Cards 4 years old at the start, of 5 years' life, are charged for one year of two. */
static void old_cards_are_charged_for_the_rest_of_their_life(void **state)
{
    struct nation n = nation_empty(2.0, 1e6, 0.0);
    nation_site(&n, "hall", "a", "owner");
    nation_number(&n, nation_group(&n, "hall", "card", 10), "age", 4.0 * 8760.0);
    nation_upkeep(&n, 1.0, false);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(nation_total(&run, &r, "cost_capital"),
             250000.0 * hanse_annuity_per_year(0.05, 5));
    nation_run_end(&run);
    nation_end(&n);
}

/* --- supply under restrictions ----------------------------------------------------------- */

/* Orders of 10 at hours 0, 1460 (month 2), 2920 (4), 4380 (6), 5840 (8); lead time 1000 h. */
static struct nation buying_nation(void)
{
    struct nation n = nation_small(1.0, 0, 0.0);
    nation_upkeep(&n, 0.0, true);
    uint32_t buy = nation_add(&n, "purchase", "buy");
    nation_text(&n, buy, "group", "hall/card");
    nation_number(&n, buy, "count", 10);
    nation_number(&n, buy, "from", 0);
    nation_number(&n, buy, "every", 1460);
    nation_number(&n, buy, "until", 7000);
    nation_number(&n, buy, "lead_time", 1000);
    nation_text(&n, buy, "lead_law", "constant");
    return n;
}

static uint32_t restrict_as(struct nation *n, const char *name, double from, double to,
                            double tpp_over)
{
    uint32_t e = nation_add(n, "restriction", name);
    nation_text(n, e, "authority", "far");
    const struct hanse_value target = {.type = HANSE_VALUE_TEXT, .text = "A"};
    const struct hanse_value targets = {
        .type = HANSE_VALUE_LIST, .items = &target, .n_items = 1};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, e, "targets", &targets, NULL));
    nation_number(n, e, "from", from);
    nation_number(n, e, "to", to);
    nation_number(n, e, "tpp_over", tpp_over);
    return e;
}

static uint32_t restrict_cards(struct nation *n, double from, double to, double tpp_over)
{
    return restrict_as(n, "rule", from, to, tpp_over);
}

static void expect_deliveries(struct nation *n, const double expected[12])
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, 0);
    for (int32_t m = 0; m < 12; m++) {
        double got = nation_month(&run, &r, "deliveries", m);
        if (got != expected[m]) {
            fail_msg("month %d: %g delivered, want %g", (int)m, got, expected[m]);
        }
    }
    nation_run_end(&run);
    nation_end(n);
}

/* Arrivals at 1000 (month 1), 2460 (3), 3920 (5), 5380 (7), 6840 (9). */
static void orders_arrive_after_their_lead_time(void **state)
{
    struct nation n = buying_nation();
    expect_deliveries(&n, (double[12]){[1] = 10, [3] = 10, [5] = 10, [7] = 10, [9] = 10});
}

/* Ban over [2000, 5000): the order of 1460, due at 2460, is held until 5000 (month 6); those of
 * 2920 and 4380 wait and are placed at 5000, arriving at 6000 (month 8) with nothing lost. */
static void a_ban_holds_the_pipeline_and_defers_orders(void **state)
{
    struct nation n = buying_nation();
    restrict_cards(&n, 2000, 5000, 4800);
    expect_deliveries(&n, (double[12]){[1] = 10, [6] = 10, [8] = 20, [9] = 10});
}

/* The same ban in two windows that touch, whichever of their names comes first: nothing slips
 * through between them. */
static void bans_that_touch_leave_no_gap(void **state)
{
    for (int swap = 0; swap < 2; swap++) {
        struct nation n = buying_nation();
        restrict_as(&n, swap ? "z" : "a", 2000, 3000, 4800);
        restrict_as(&n, swap ? "a" : "z", 3000, 5000, 4800);
        expect_deliveries(&n, (double[12]){[1] = 10, [6] = 10, [8] = 20, [9] = 10});
    }
}

static void a_ban_may_cancel_or_let_in_the_pipeline(void **state)
{
    struct nation n = buying_nation();
    nation_text(&n, restrict_cards(&n, 2000, 5000, 4800), "pipeline", "cancelled");
    expect_deliveries(&n, (double[12]){[1] = 10, [8] = 20, [9] = 10});
    n = buying_nation();
    nation_text(&n, restrict_cards(&n, 2000, 5000, 4800), "pipeline", "delivered");
    expect_deliveries(&n, (double[12]){[1] = 10, [3] = 10, [8] = 20, [9] = 10});
}

/* The card has 15,832 TPP: a threshold above it controls nothing; one reached through density
 * (19.45 >= 5.92 from 1,600 TPP on) does. */
static void thresholds_decide_what_is_controlled(void **state)
{
    struct nation n = buying_nation();
    restrict_cards(&n, 2000, 5000, 16000);
    expect_deliveries(&n, (double[12]){[1] = 10, [3] = 10, [5] = 10, [7] = 10, [9] = 10});
    n = buying_nation();
    uint32_t e = restrict_cards(&n, 2000, 5000, 16000);
    nation_number(&n, e, "dense_tpp_over", 1600);
    nation_number(&n, e, "density_over", 5.92);
    expect_deliveries(&n, (double[12]){[1] = 10, [6] = 10, [8] = 20, [9] = 10});
}

/* An allowance of 15 cards over [0, 8000): ten pass at 1000, five at 2460, the rest waits for
 * 8000 (month 10): 5 + 10 + 10 + 10. */
static void an_allowance_lets_through_what_it_covers(void **state)
{
    struct nation n = buying_nation();
    nation_number(&n, restrict_cards(&n, 0, 8000, 4800), "allowance", 15.5 * 15832.0);
    expect_deliveries(&n, (double[12]){[1] = 10, [3] = 5, [10] = 35});
}

/* Ten cards that last a week, no spares, replacements after 1000 h. Under a ban over [0, 5000)
 * all are lost early and nothing is left to lose in month 5 (3650 to 4380 h); under an
 * allowance replacements keep coming and keep failing. */
static double losses_in_month_five(double allowance)
{
    struct nation n = nation_small(1.0, 10, 50.0);
    uint32_t upkeep = nation_upkeep(&n, 0.0, true);
    nation_number(&n, upkeep, "lead_time", 1000);
    nation_text(&n, upkeep, "lead_law", "constant");
    uint32_t rule = restrict_cards(&n, 0, 5000, 4800);
    nation_number(&n, rule, "allowance", allowance);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double spares = nation_month(&run, &r, "failures_lost", 5);
    nation_run_end(&run);
    nation_end(&n);
    return spares;
}

static void a_ban_stops_spares_and_an_allowance_does_not(void **state)
{
    assert_true(losses_in_month_five(0.0) == 0.0);
    assert_true(losses_in_month_five(1e9) > 0.0);
}

/* --- pooling and law --------------------------------------------------------------------- */

/* Two jurisdictions in one pool, all hardware in "b", all people in "a". */
static double share_served(const char *data_class, bool one_bloc, const char *second_pool)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_add(&n, "bloc", "union");
    const struct hanse_value bloc = {.type = HANSE_VALUE_TEXT, .text = "union"};
    const struct hanse_value blocs = {.type = HANSE_VALUE_LIST, .items = &bloc, .n_items = 1};
    uint32_t a = nation_jurisdiction(&n, "A");
    uint32_t b = nation_jurisdiction(&n, "B");
    NATION_OK(n.ctx, hanse_draft_set(n.draft, a, "blocs", &blocs, NULL));
    if (one_bloc) {
        NATION_OK(n.ctx, hanse_draft_set(n.draft, b, "blocs", &blocs, NULL));
    }
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_add(&n, "pool", "other");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_region(&n, "b", "B", second_pool, 0);
    nation_operator(&n, "owner", "B");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_site(&n, "hall", "b", "owner");
    nation_group(&n, "hall", "card", 1000);
    nation_upkeep(&n, 1.0, false);
    nation_workload_of(&n, "chat", data_class, 1.0, 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double share = nation_total(&run, &r, "on_time") / nation_total(&run, &r, "demand");
    close_to(nation_total(&run, &r, "served_by_pool"), nation_total(&run, &r, "on_time"));
    nation_run_end(&run);
    nation_end(&n);
    return share;
}

static void law_and_walls_decide_who_may_serve(void **state)
{
    close_to(share_served("public", false, "pool"), 1.0);
    close_to(share_served("public", false, "other"), 0.0);
    close_to(share_served("personal", true, "pool"), 1.0);
    close_to(share_served("personal", false, "pool"), 0.0);
    close_to(share_served("state", true, "pool"), 0.0);
}

/* Tiers: with capacity for half of two equal workloads, equal tiers get half each and a higher
 * tier all of it. 1,000 people · 1 prompt a day each is far below a card, so scale by people.
 */
static void tiers_are_served_in_order_and_equals_share(void **state)
{
    for (int second_tier = 1; second_tier <= 2; second_tier++) {
        struct nation n = nation_empty(1.0, 1e8, 0.0);
        nation_site(&n, "hall", "a", "owner");
        nation_group(&n, "hall", "card", 20);
        nation_upkeep(&n, 1.0, false);
        nation_workload(&n, "first", 1.0);
        nation_number(&n, nation_workload(&n, "second", 1.0), "tier", second_tier);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        int32_t c = hanse_layout_find(&run.layout, "on_time");
        const double *cells = r.series + run.layout.columns[c].offset;
        double total = cells[0] + cells[1];
        /* Twenty cards that are the reference and never idle: 20 · 730 of reference work. */
        close_to(total, 20.0 * 730.0);
        close_to(cells[0], second_tier == 1 ? total / 2.0 : total);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Demand twice the capacity for a month would pile up; work that may wait 10 h and is late
 * after 4 h: in the steady state every hour serves the oldest, 10 hours old, so half is
 * dropped, and all that is served is late. */
static void overload_serves_the_oldest_late_and_drops_the_rest(void **state)
{
    struct nation n = nation_empty(1.0, 1e8, 0.0);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 10);
    nation_upkeep(&n, 1.0, false);
    uint32_t w = nation_workload(&n, "chat", 1.0);
    nation_number(&n, w, "deadline", 4);
    nation_number(&n, w, "give_up", 10);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(nation_month(&run, &r, "on_time", 6), 0.0);
    close_to(nation_month(&run, &r, "late", 6), 10.0 * 730.0);
    double demand = nation_month(&run, &r, "demand", 6);
    close_to(nation_month(&run, &r, "dropped", 6), demand - 7300.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- batch ------------------------------------------------------------------------------- */

/* M/D/1: one card set aside for jobs of exactly 1 h (cv 0) on the reference, arriving at rate
 * 0.5: mean wait ρ / (2 (1 − ρ)) = 0.5 h (Pollaczek–Khinchine). 200 years of months: about
 * 876,000 jobs; the wait's autocorrelation time is a few hours, so four standard errors are
 * about 0.006 h and a right program fails once in 16,000. */
static void batch_jobs_wait_as_pollaczek_and_khinchine_say(void **state)
{
    struct nation n = nation_small(100.0, 1, 0.0);
    nation_upkeep(&n, 1.0, false);
    uint32_t jobs = nation_add(&n, "batch", "jobs");
    nation_text(&n, jobs, "region", "a");
    nation_text(&n, jobs, "data_class", "public");
    nation_number(&n, jobs, "rate", 0.5);
    nation_number(&n, jobs, "runtime", 1.0);
    nation_number(&n, jobs, "runtime_cv", 0.0);
    nation_number(&n, jobs, "deadline", 2.0);
    uint32_t hall = nation_add(&n, "site", "shed");
    nation_text(&n, hall, "region", "a");
    nation_text(&n, hall, "operator", "owner");
    nation_number(&n, hall, "batch_share", 1.0);
    nation_group(&n, "shed", "card", 1);
    struct nation_run run = nation_freeze(&n);
    double wait = 0.0, started = 0.0;
    for (uint32_t k = 0; k < 2; k++) {
        struct hanse_record r = nation_replicate(&run, k);
        wait += nation_total(&run, &r, "batch_wait");
        started += nation_total(&run, &r, "batch_started");
        assert_true(nation_total(&run, &r, "batch_late") > 0.0);
    }
    assert_true(fabs(started - 876000.0) < 4.0 * 936.0);
    if (!(fabs(wait / started - 0.5) < 0.008)) {
        fail_msg("mean wait %g h, want 0.5", wait / started);
    }
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(service_law_is_the_roofline),
        cmocka_unit_test(a_model_too_big_for_a_device_takes_several_and_batches_what_fits),
        cmocka_unit_test(annuity_pays_back_at_the_given_rate),
        cmocka_unit_test(a_building_is_an_annuity_and_spent_at_once),
        cmocka_unit_test(idle_cards_cost_what_they_draw_and_their_annuity),
        cmocka_unit_test(old_cards_are_charged_for_the_rest_of_their_life),
        cmocka_unit_test(orders_arrive_after_their_lead_time),
        cmocka_unit_test(a_ban_holds_the_pipeline_and_defers_orders),
        cmocka_unit_test(bans_that_touch_leave_no_gap),
        cmocka_unit_test(a_ban_may_cancel_or_let_in_the_pipeline),
        cmocka_unit_test(thresholds_decide_what_is_controlled),
        cmocka_unit_test(an_allowance_lets_through_what_it_covers),
        cmocka_unit_test(a_ban_stops_spares_and_an_allowance_does_not),
        cmocka_unit_test(law_and_walls_decide_who_may_serve),
        cmocka_unit_test(tiers_are_served_in_order_and_equals_share),
        cmocka_unit_test(overload_serves_the_oldest_late_and_drops_the_rest),
        cmocka_unit_test(batch_jobs_wait_as_pollaczek_and_khinchine_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
