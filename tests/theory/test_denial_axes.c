/*
 * Every axis of a denial has an effect that can be seen, and only there; what only a payment or
 * a stack's vendor holds is simulated too; policies wait, or hear of it before. Countries and
 * answers by hand, exact to rounding.
 */
#include "tests/denied.h"

/* --- one axis each ------------------------------------------------------------------------ */

static void in_far(struct nation *n)
{
    nation_region(n, "b", "far", "pool", 0.0);
    nation_site(n, "held", "b", "owner");
    nation_group(n, "held", "card", 40);
}

static void owned(struct nation *n)
{
    nation_operator(n, "alien", "far");
    nation_site(n, "held", "a", "alien");
    nation_group(n, "held", "card", 40);
}

static void controlled(struct nation *n)
{
    nation_name(n, denied_hall(n, "held", 40), "controllers", "maker");
}

static void ordered(struct nation *n)
{
    uint32_t e = nation_add(n, "purchase", "later");
    nation_text(n, e, "group", "own/card");
    nation_number(n, e, "count", 40);
    nation_number(n, e, "from", 13.0 * DENIED_MONTH_H);
    nation_number(n, e, "lead_time", 0.0);
}

static uint32_t rent(struct nation *n, const char *provider)
{
    uint32_t e = nation_add(n, "cloud", "api");
    nation_text(n, e, "provider", provider);
    nation_text(n, e, "host", "A");
    nation_number(n, e, "prompt_price", 1e-6);
    nation_number(n, e, "output_price", 1e-6);
    return e;
}

static void rented(struct nation *n)
{
    rent(n, "maker");
}

static void paid_by_maker(struct nation *n)
{
    nation_firm(n, "local", "A");
    nation_text(n, rent(n, "local"), "payment", "maker");
}

static void powered(struct nation *n)
{
    nation_text(n, denied_hall(n, "held", 40), "power_supplier", "maker");
}

static void connected(struct nation *n)
{
    nation_text(n, denied_hall(n, "held", 40), "uplink_owner", "maker");
}

/* A asks for 100 devices' time and has 60 that nobody else holds. Another 40, or an API that
 * takes the rest, hang on maker of far on one axis alone: without it K = 0.6, E = 0.4. Devices
 * ordered for a month after t0 are 40 of 100 in 11 months of 12. */
static void each_axis_bites_and_no_other(void **state)
{
    static const struct {
        int32_t axis;
        void (*hang)(struct nation *n);
        const char *actor;
        double exposure;
    } AXES[] = {
        {HANSE_AXIS_TERRITORY, in_far, "far", 0.4},
        {HANSE_AXIS_OWNERSHIP, owned, "far", 0.4},
        {HANSE_AXIS_CONTROL, controlled, "maker", 0.4},
        {HANSE_AXIS_SILICON, ordered, "maker", 0.4 * 11 / 12},
        {HANSE_AXIS_CLOUD, rented, "maker", 0.4},
        {HANSE_AXIS_POWER, powered, "maker", 0.4},
        {HANSE_AXIS_NETWORK, connected, "maker", 0.4},
        {HANSE_AXIS_PAYMENT, paid_by_maker, "maker", 0.4},
    };
    for (size_t i = 0; i < sizeof AXES / sizeof *AXES; i++) {
        bool api = AXES[i].axis == HANSE_AXIS_CLOUD || AXES[i].axis == HANSE_AXIS_PAYMENT;
        double people = 100.0 * nation_people_per_device(1.0);
        struct nation n = nation_empty(4.0, people, 0.0);
        nation_upkeep(&n, 1.0, false);
        uint32_t ask = nation_workload(&n, "ask", 1.0);
        denied_hall(&n, "own", 60);
        AXES[i].hang(&n);
        if (api) {
            nation_text(&n, ask, "cloud", "api");
            nation_text(&n, ask, "cloud_use", "overflow");
        }
        nation_name(&n, denied_noun(&n, 12, 12), "viewers", "A");
        struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
        for (int32_t axis = 0; axis <= HANSE_AXIS_ALL; axis++) {
            bool bites = axis == AXES[i].axis || axis == HANSE_AXIS_ALL;
            double e = denied_figures(&x, AXES[i].actor, axis).exposure.mean;
            denied_close(e, bites ? AXES[i].exposure : 0.0);
        }
        denied_end(&x, &n);
    }
}

/* The whole of the demand calls a model of maker's; its weights are not held at home. */
static void a_licence_stops_what_calls_the_model(void **state)
{
    struct nation n = denied_country(50, 0.0);
    denied_hall(&n, "own", 60);
    uint32_t m = nation_add(&n, "model", "theirs");
    nation_number(&n, m, "parameters", 8e9);
    nation_number(&n, m, "kv_per_token", 131072.0);
    nation_text(&n, m, "provider", "maker");
    nation_flag(&n, m, "weights_held", false);
    uint32_t w = nation_add(&n, "workload", "call");
    nation_text(&n, w, "data_class", "public");
    nation_text(&n, w, "model", "theirs");
    static const struct {
        const char *key;
        double value;
    } ASKS[] = {{"prompts_start", 1.0},
                {"prompts_cap", 1.0},
                {"prompt_tokens", 1000.0},
                {"output_tokens", 200.0}};
    for (size_t i = 0; i < sizeof ASKS / sizeof *ASKS; i++) {
        nation_number(&n, w, ASKS[i].key, ASKS[i].value);
    }
    denied_noun(&n, 12, 12);
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    /* Two workloads of 50 each on 60: 30 each undisturbed, 50 of the own model's alone. */
    denied_close(denied_figures(&x, "maker", HANSE_AXIS_MODEL).undisturbed.mean, 0.6);
    denied_close(denied_figures(&x, "maker", HANSE_AXIS_MODEL).assured.mean, 0.5);
    denied_end(&x, &n);
}

/* A has 60 of 100, B 40 to spare; without the pool's coordinator B keeps them. */
static void a_coordinator_takes_the_pool_along(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 4.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "B");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_text(&n, nation_add(&n, "pool", "pool"), "coordinator", "maker");
    nation_region(&n, "a", "A", "pool", 100.0 * nation_people_per_device(1.0));
    nation_region(&n, "b", "B", "pool", 0.0);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    denied_hall(&n, "own", 60);
    nation_site(&n, "spare", "b", "owner");
    nation_group(&n, "spare", "card", 40);
    nation_name(&n, denied_noun(&n, 12, 12), "viewers", "A");
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    denied_close(denied_figures(&x, "maker", HANSE_AXIS_COORDINATOR).exposure.mean, 0.4);
    denied_close(denied_figures(&x, "maker", HANSE_AXIS_CONTROL).exposure.mean, 0.0);
    denied_end(&x, &n);
}

/* Devices fail at 0.3 a year and one in two can't be mended: without new spares fewer are left.
 */
static void spares_bite_as_devices_die(void **state)
{
    double people = 100.0 * nation_people_per_device(1.0);
    struct nation n = nation_empty(4.0, people, 0.3);
    nation_upkeep(&n, 0.5, true);
    nation_workload(&n, "ask", 1.0);
    denied_hall(&n, "own", 100);
    denied_noun(&n, 12, 24);
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    assert_true(denied_figures(&x, "maker", HANSE_AXIS_SPARES).exposure.mean > 0.02);
    denied_close(denied_figures(&x, "maker", HANSE_AXIS_SILICON).exposure.mean, 0.0);
    denied_end(&x, &n);
}

/* --- protocols ---------------------------------------------------------------------------- */

/* The API is paid through a chain that has no home but validators in far and in B. Withdrawing
 * either stops it, and it is foreign to A, and to B too, for far can stop it. */
static void a_protocol_stands_for_where_its_validators_are(void **state)
{
    struct nation n = denied_country(100, 0.0);
    denied_hall(&n, "own", 60);
    nation_jurisdiction(&n, "B");
    nation_firm(&n, "local", "A");
    nation_names(&n, nation_add(&n, "firm", "chain"), "stands_for", "far", "B");
    nation_text(&n, rent(&n, "local"), "payment", "chain");
    uint32_t w = nation_workload(&n, "more", 1.0);
    nation_text(&n, w, "cloud", "api");
    nation_text(&n, w, "cloud_use", "always");
    nation_names(&n, denied_noun(&n, 12, 12), "viewers", "A", "B");
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    /* "more", 100, is rented; "ask" gets 60 of 100. Cut, 200 share 60. */
    denied_close(denied_figures(&x, "chain", HANSE_AXIS_PAYMENT).undisturbed.mean, 0.8);
    denied_close(denied_figures(&x, "chain", HANSE_AXIS_PAYMENT).assured.mean, 0.3);
    denied_close(denied_figures(&x, "far", HANSE_AXIS_PAYMENT).assured.mean, 0.3);
    denied_close(denied_figures(&x, "B", HANSE_AXIS_PAYMENT).assured.mean, 0.3);
    int32_t chain = x.d.rows[denied_row(&x.d, "chain", HANSE_AXIS_ALL, NULL)].actors[0];
    assert_true(hanse_denial_foreign(&x.d, chain, denied_viewer(&x.d, "A")));
    assert_true(hanse_denial_foreign(&x.d, chain, denied_viewer(&x.d, "B")));
    denied_end(&x, &n);
}

static void a_firm_without_home_or_validators_is_refused(void **state)
{
    for (int both = 0; both < 2; both++) {
        struct nation n = nation_small(1.0, 1, 0.0);
        nation_upkeep(&n, 1.0, false);
        uint32_t e = nation_add(&n, "firm", "chain");
        if (both) {
            nation_text(&n, e, "home", "A");
            nation_name(&n, e, "stands_for", "far");
        }
        struct hanse_scenario *scenario = NULL;
        assert_int_equal(hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario), HANSE_ERR_INPUT);
        const char *words = hanse_context_message(n.ctx);
        assert_non_null(strstr(words, both ? "is for a protocol without a home"
                                           : "'stands_for' where its validators"));
        nation_end(&n);
    }
}

/* --- what hangs on one thing only --------------------------------------------------------- */

static uint32_t desk(struct nation *n, const char *policy, double count)
{
    uint32_t e = nation_add(n, "procurement", "desk");
    nation_text(n, e, "policy", policy);
    nation_text(n, e, "group", "own/card");
    nation_number(n, e, "count", count);
    nation_number(n, e, "lead_time", 0.0);
    return e;
}

/* The desk pays through "bank" and looks for the first time at t0, at a year with 0.4 unserved:
 * it buys 60 · 0.4 ÷ 0.6 = 40, which are there at once. Only that payment hangs on the bank,
 * and it is simulated. */
static void a_procurements_payment_alone_is_a_footprint(void **state)
{
    struct nation n = denied_country(100, 0.0);
    denied_hall(&n, "own", 60);
    nation_firm(&n, "bank", "far");
    uint32_t e = desk(&n, "buy_on_unserved", 100);
    nation_text(&n, e, "payment", "bank");
    nation_number(&n, e, "from", 12.0 * DENIED_MONTH_H);
    denied_noun(&n, 12, 12);
    struct denied x = denied_run(&n, HANSE_RECOURSE_ADAPT);
    int32_t row = denied_row(&x.d, "bank", HANSE_AXIS_PAYMENT, NULL);
    assert_true(x.d.rows[row].same_as >= 0);
    denied_close(denied_figures(&x, "bank", HANSE_AXIS_PAYMENT).undisturbed.mean, 1.0);
    denied_close(denied_figures(&x, "bank", HANSE_AXIS_PAYMENT).assured.mean, 0.6);
    denied_end(&x, &n);
}

/* All devices are programmed with a stack whose licence its vendor can end. */
static void a_stacks_vendor_alone_is_a_footprint(void **state)
{
    double people = 50.0 * nation_people_per_device(1.0);
    struct nation n = nation_begin();
    nation_settings(&n, 4.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "coder", "far");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", people);
    nation_operator(&n, "owner", "A");
    uint32_t stack = nation_add(&n, "stack", "runtime");
    nation_text(&n, stack, "vendor", "coder");
    nation_flag(&n, stack, "live", true);
    nation_text(&n, nation_card(&n, "card", "maker", 0.0), "stack", "runtime");
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    denied_hall(&n, "own", 60);
    denied_noun(&n, 12, 12);
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    assert_true(x.d.rows[denied_row(&x.d, "coder", HANSE_AXIS_CONTROL, NULL)].same_as >= 0);
    denied_close(denied_figures(&x, "coder", HANSE_AXIS_CONTROL).exposure.mean, 1.0);
    denied_close(denied_figures(&x, "coder", HANSE_AXIS_SILICON).exposure.mean, 0.0);
    denied_end(&x, &n);
}

/* --- recourse and notice ------------------------------------------------------------------ */

/* maker switches 40 of 100 off. Operating, K = 0.6. Adapting, the desk looks at month 12, when
 * nothing is missing yet, and at 15, sees 0.4 of three months unserved and has 40 more at once:
 * K = (3 · 0.6 + 9) ÷ 12 = 0.9. */
static void policies_wait_unless_they_may_adapt(void **state)
{
    for (int adapt = 0; adapt < 2; adapt++) {
        struct nation n = denied_country(100, 0.0);
        nation_firm(&n, "switch", "far");
        denied_hall(&n, "own", 60);
        nation_name(&n, denied_hall(&n, "held", 40), "controllers", "switch");
        desk(&n, "buy_on_unserved", 100);
        denied_noun(&n, 12, 12);
        struct denied x = denied_run(&n, adapt ? HANSE_RECOURSE_ADAPT : HANSE_RECOURSE_OPERATE);
        denied_close(denied_figures(&x, "switch", HANSE_AXIS_CONTROL).assured.mean,
                     adapt ? 0.9 : 0.6);
        denied_end(&x, &n);
    }
}

/* A has 60 of 100 and an option on 40 that it takes when it hears that the silicon will stop.
 * Undisturbed it never does: B = 0.6. Told half a year ahead it has them by t0: K = 1 and E =
 * −0.4, since the notice and not the stop made it buy. Without notice K = 0.6; nor does it hear
 * of what it doesn't buy. */
static void notice_lets_policies_buy_before_the_stop(void **state)
{
    static const struct {
        double notice_months;
        enum hanse_recourse recourse;
        double assured;
    } RUNS[] = {{6, HANSE_RECOURSE_ADAPT, 1.0},
                {0, HANSE_RECOURSE_ADAPT, 0.6},
                {0, HANSE_RECOURSE_OPERATE, 0.6},
                {0, HANSE_RECOURSE_FROZEN, 0.6}};
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        struct nation n = denied_country(100, 0.0);
        denied_hall(&n, "own", 60);
        nation_firm(&n, "other", "far");
        uint32_t never = nation_add(&n, "cause", "never");
        nation_number(&n, never, "from", 47.0 * DENIED_MONTH_H);
        nation_number(&n, never, "to", 47.0 * DENIED_MONTH_H);
        uint32_t e = desk(&n, "keep_option", 40);
        nation_text(&n, e, "signal", "never");
        nation_number(&n, denied_noun(&n, 12, 12), "notice",
                      RUNS[i].notice_months * DENIED_MONTH_H);
        struct denied x = denied_run(&n, RUNS[i].recourse);
        denied_close(denied_figures(&x, "maker", HANSE_AXIS_SILICON).undisturbed.mean, 0.6);
        denied_close(denied_figures(&x, "maker", HANSE_AXIS_SILICON).assured.mean,
                     RUNS[i].assured);
        denied_close(denied_figures(&x, "maker", HANSE_AXIS_CONTROL).assured.mean, 0.6);
        denied_close(denied_figures(&x, "other", HANSE_AXIS_ALL).assured.mean, 0.6);
        denied_end(&x, &n);
    }
}

static void notice_longer_than_the_time_before_is_refused(void **state)
{
    struct nation n = denied_country(100, 0.0);
    denied_hall(&n, "own", 60);
    nation_number(&n, denied_noun(&n, 12, 12), "notice", 13.0 * DENIED_MONTH_H);
    struct hanse_scenario *scenario = NULL;
    assert_int_equal(hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(n.ctx), "at most the time until 'at'"));
    nation_end(&n);
}

static void notice_that_nobody_hears_is_refused(void **state)
{
    static const struct {
        enum hanse_recourse recourse;
        const char *policy, *why;
    } CASES[] = {
        {HANSE_RECOURSE_OPERATE, "keep_option", "recourse is operate"},
        {HANSE_RECOURSE_FROZEN, "keep_option", "recourse is frozen"},
        {HANSE_RECOURSE_ADAPT, "buy_on_unserved", "nobody hears it"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct nation n = denied_country(100, 0.0);
        denied_hall(&n, "own", 60);
        uint32_t never = nation_add(&n, "cause", "never");
        nation_number(&n, never, "from", 47.0 * DENIED_MONTH_H);
        nation_number(&n, never, "to", 47.0 * DENIED_MONTH_H);
        uint32_t e = desk(&n, CASES[i].policy, 40);
        if (CASES[i].recourse != HANSE_RECOURSE_ADAPT) {
            nation_text(&n, e, "signal", "never");
        }
        nation_number(&n, denied_noun(&n, 12, 12), "notice", 6.0 * DENIED_MONTH_H);
        struct denied x = {.run = nation_freeze(&n)};
        const struct hanse_deny_options options = {.replications = 2,
                                                   .recourse = (int)CASES[i].recourse};
        assert_int_equal(hanse_deny(n.ctx, x.run.scenario, 0, &options, &x.d), HANSE_ERR_INPUT);
        assert_non_null(strstr(hanse_context_message(n.ctx), "denial 'cut': notice: "));
        assert_non_null(strstr(hanse_context_message(n.ctx), CASES[i].why));
        denied_end(&x, &n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_axis_bites_and_no_other),
        cmocka_unit_test(a_licence_stops_what_calls_the_model),
        cmocka_unit_test(a_coordinator_takes_the_pool_along),
        cmocka_unit_test(spares_bite_as_devices_die),
        cmocka_unit_test(a_protocol_stands_for_where_its_validators_are),
        cmocka_unit_test(a_firm_without_home_or_validators_is_refused),
        cmocka_unit_test(a_procurements_payment_alone_is_a_footprint),
        cmocka_unit_test(a_stacks_vendor_alone_is_a_footprint),
        cmocka_unit_test(policies_wait_unless_they_may_adapt),
        cmocka_unit_test(notice_lets_policies_buy_before_the_stop),
        cmocka_unit_test(notice_longer_than_the_time_before_is_refused),
        cmocka_unit_test(notice_that_nobody_hears_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
