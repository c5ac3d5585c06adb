/* Overrides, --set and cases: what a case changes and takes away. */
#include "tests/unit/freeze_bench.h"

static void overrides_change_fields_and_set_wins(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    override(bench, "a", "site.tartu.price", NUMBER(1, PRICE_DIM));
    override(bench, "a", "group.tartu/h100.count", NUMBER(99, PLAIN_DIM));
    declare_full_site(bench);
    override(bench, "b", "site.tartu.owner", ABSENT);
    override(bench, "b", "site.riga.staff", ABSENT);
    override(bench, "b", "site.riga.profile", ABSENT);
    override(bench, "b", "study.seed", NUMBER(5, PLAIN_DIM));
    done(bench, freeze(bench));
    assert_true(site_of(bench, "tartu")->price_eur_per_kwh == 0.12);
    done(bench, freeze_with(bench, "a b", NULL, NULL));
    assert_true(site_of(bench, "tartu")->price_eur_per_kwh == 1);
    assert_int_equal(site_of(bench, "tartu")->owner, -1);
    assert_int_equal(site_of(bench, "riga")->staff, 3);
    assert_int_equal(site_of(bench, "riga")->profile.count, 0);
    assert_int_equal(resolved(bench, "riga", "staff").origin.how, HANSE_HOW_OVERRIDE);
    int32_t count;
    const struct group *groups = hanse_scenario_table(bench->scenario, &group_kind, &count);
    assert_int_equal(groups[0].count, 99);
    const struct study *studies = hanse_scenario_table(bench->scenario, &study_kind, &count);
    assert_int_equal(studies[0].seed, 5);
    const struct hanse_value two = NUMBER(2, PRICE_DIM);
    done(bench, freeze_with(bench, "a b", "site.tartu.price", &two));
    assert_true(site_of(bench, "tartu")->price_eur_per_kwh == 2);
}

static void cases_freeze_with_their_overrides(void **state)
{
    struct bench *bench = *state;
    const char *const names[] = {"a"}, *const wrong[] = {"aa"};
    const struct hanse_origin line = {.file = "cases.lua", .line = 12};
    done(bench, declare_least(bench->draft));
    override(bench, "a", "site.tartu.price", NUMBER(1, PRICE_DIM));
    done(bench, hanse_draft_case(bench->draft, "baseline", NULL, NULL, 0, &line));
    done(bench, hanse_draft_case(bench->draft, "dear", "Dear power", names, 1, &line));
    done(bench, hanse_draft_case(bench->draft, "odd", NULL, wrong, 1, &line));
    done(bench, hanse_draft_freeze(bench->draft, 1, NULL, 0, &bench->scenario));
    assert_string_equal(hanse_scenario_case(bench->scenario), "dear");
    assert_true(site_of(bench, "tartu")->price_eur_per_kwh == 1);
    hanse_scenario_destroy(bench->scenario);
    bench->scenario = NULL;
    refused(bench, hanse_draft_freeze(bench->draft, 2, NULL, 0, &bench->scenario),
            "cases.lua:12: case 'odd': there is no override 'aa' (did you mean 'a'?)");
    assert_int_equal(hanse_draft_freeze(bench->draft, 3, NULL, 0, &bench->scenario),
                     HANSE_ERR_INPUT);
}

static void two_overrides_of_one_path_are_both_named(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    override(bench, "a", "site.tartu.price", NUMBER(1, PRICE_DIM));
    override(bench, "b", "site.tartu.price", NUMBER(1, PRICE_DIM));
    override(bench, "gone", "site.tartu", ABSENT);
    refused(bench, freeze_with(bench, "a b", NULL, NULL),
            "override 'a' and override 'b': both set one path, 'site.tartu.price'");
    refused(bench, freeze_with(bench, "a gone", NULL, NULL),
            "override 'gone' and override 'a': one takes away what the other sets, "
            "'site.tartu.price'");
    const struct hanse_value one = NUMBER(1, PRICE_DIM);
    refused(bench, freeze_with(bench, "gone", "site.tartu.price", &one),
            "override 'gone' and --set site.tartu.price: one takes away what the other sets, "
            "'site.tartu.price'");
    const struct hanse_setting twice[] = {{"study.seed", NUMBER(1, PLAIN_DIM)},
                                          {"study.base.seed", NUMBER(2, PLAIN_DIM)}};
    refused(bench, hanse_draft_freeze(bench->draft, 0, twice, 2, &bench->scenario),
            "--set study.seed and --set study.base.seed: both set one path, "
            "'study.base.seed'");
}

static void bad_paths_and_values_are_refused_even_in_overrides_not_applied(void **state)
{
    static const char *const bad[][2] = {
        {"site", "path 'site': must be kind.name.key, kind.name or param.name"},
        {"sitte.tartu.price",
         "path 'sitte.tartu.price': there is no kind 'sitte' (did you mean 'site'?)"},
        {"site.tartru.price",
         "path 'site.tartru.price': there is no site 'tartru' (did you mean 'tartu'?)"},
        {"site.tartu.prise",
         "path 'site.tartu.prise': there is no key 'prise' (did you mean 'price'?)"},
        {"param.growth", "path 'param.growth': there is no param 'growth'"},
        {"site.tartu", "path 'site.tartu': an entity can only be set to absent"},
        {"site.tartu.power", "site 'tartu': power: expected MW, got EUR/kWh"},
        {"site.tartu.group", "site 'tartu': group: expected declarations of its own, got a "
                             "number"},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        char message[512];
        void *fresh;
        setup(&fresh);
        struct bench *bench = fresh;
        done(bench, declare_least(bench->draft));
        override(bench, "odd", bad[i][0], NUMBER(1, PRICE_DIM));
        snprintf(message, sizeof message, "cases.lua:5: override 'odd': %s", bad[i][1]);
        refused(bench, freeze(bench), message);
        teardown(&fresh);
    }
    setup(state);
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    const struct hanse_value hour = NUMBER(1, HOUR_DIM);
    refused(bench, freeze_with(bench, "", "site.tartu.power", &hour),
            "--set: site 'tartu': power: expected MW, got h");
}

static void what_is_taken_away_takes_its_children_along(void **state)
{
    struct bench *bench = *state;
    uint32_t e;
    done(bench, declare_least(bench->draft));
    done(bench, hanse_draft_add(bench->draft, "site", "tartu-2", NULL, &e));
    done(bench, hanse_draft_set_number(bench->draft, e, "price", 1));
    done(bench, hanse_draft_add(bench->draft, "group", "tartu-2/b200", NULL, &e));
    done(bench, hanse_draft_set_number(bench->draft, e, "count", 2));
    override(bench, "gone", "site.tartu", ABSENT);
    done(bench, freeze_with(bench, "gone", NULL, NULL));
    int32_t count;
    const struct group *groups = hanse_scenario_table(bench->scenario, &group_kind, &count);
    assert_int_equal(count, 1);
    assert_string_equal(groups[0].name, "tartu-2/b200");
    assert_int_equal(groups[0].site, 0);
    hanse_scenario_table(bench->scenario, &site_kind, &count);
    assert_int_equal(count, 1);
}

static void a_reference_to_what_was_taken_away_names_both(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    override(bench, "gone", "firm.zeta", ABSENT);
    override(bench, "sold", "site.tartu.owner", ABSENT);
    refused(bench, freeze_with(bench, "gone", NULL, NULL),
            "estonia.lua:5: site 'tartu': owner: refers to firm 'zeta', which override 'gone' "
            "takes away");
    done(bench, freeze_with(bench, "gone sold", NULL, NULL));
    assert_int_equal(site_of(bench, "tartu")->owner, -1);
    int32_t count;
    hanse_scenario_table(bench->scenario, &firm_kind, &count);
    assert_int_equal(count, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(overrides_change_fields_and_set_wins),
        CASE(cases_freeze_with_their_overrides),
        CASE(two_overrides_of_one_path_are_both_named),
        cmocka_unit_test_teardown(
            bad_paths_and_values_are_refused_even_in_overrides_not_applied, teardown),
        CASE(what_is_taken_away_takes_its_children_along),
        CASE(a_reference_to_what_was_taken_away_names_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
