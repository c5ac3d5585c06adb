/* Freezing: what a draft becomes, what is refused, what it costs. */
#include "tests/unit/freeze_bench.h"

#include <malloc.h>
#include <time.h>

static void every_type_of_field_arrives_in_its_struct(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    declare_full_site(bench);
    done(bench, freeze(bench));
    const struct site *riga = site_of(bench, "riga");
    assert_string_equal(riga->name, "riga");
    assert_string_equal(riga->label, "Riga, quay");
    assert_true(riga->price_eur_per_kwh == 0.2);
    assert_true(riga->power_mw == 1.5);
    assert_true(riga->share == 7 * 0.01);
    assert_int_equal(riga->staff, 12);
    assert_false(riga->open);
    assert_string_equal(riga->note, "river-cooled");
    assert_int_equal(riga->grade, 2);
    assert_int_equal(riga->owner, hanse_scenario_find(bench->scenario, &firm_kind, "acme"));
    assert_int_equal(riga->control.kind, hanse_scenario_kind(bench->scenario, "state"));
    assert_int_equal(riga->control.index, 0);
    assert_int_equal(riga->holders.count, 2);
    assert_int_equal(riga->holders.items[0].kind, hanse_scenario_kind(bench->scenario, "firm"));
    assert_int_equal(riga->holders.items[0].index, 1);
    assert_int_equal(riga->holders.items[1].kind,
                     hanse_scenario_kind(bench->scenario, "state"));
    assert_int_equal(riga->profile.count, 3);
    assert_true(riga->profile.items[1] == 2.5);
    assert_string_equal(resolved(bench, "riga", "holders").text, "zeta, EE");
    assert_string_equal(resolved(bench, "riga", "profile").text, "1 2.5 0");
    assert_string_equal(resolved(bench, "riga", "power").text, "1.5");
    assert_string_equal(resolved(bench, "riga", "open").text, "false");
    assert_string_equal(resolved(bench, "riga", "share").text, "0.07");
    assert_true(resolved(bench, "riga", "share").number == 7 * 0.01);
    assert_string_equal(resolved(bench, "riga", "grade").text, "high");
    assert_string_equal(resolved(bench, "riga", "control").text, "EE");
}

static void what_is_not_given_takes_its_default(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    done(bench, freeze(bench));
    const struct site *tartu = site_of(bench, "tartu");
    assert_string_equal(tartu->label, "tartu");
    assert_true(tartu->power_mw == 2.5);
    assert_true(tartu->share == 0.5);
    assert_int_equal(tartu->staff, 3);
    assert_true(tartu->open);
    assert_string_equal(tartu->note, "");
    assert_int_equal(tartu->grade, 1);
    assert_int_equal(tartu->control.kind, -1);
    assert_int_equal(tartu->control.index, -1);
    assert_int_equal(tartu->holders.count, 0);
    assert_int_equal(tartu->profile.count, 0);
    int32_t count;
    const struct group *groups = hanse_scenario_table(bench->scenario, &group_kind, &count);
    assert_int_equal(count, 1);
    assert_int_equal(groups[0].site, 0);
    const struct firm *firms = hanse_scenario_table(bench->scenario, &firm_kind, &count);
    assert_int_equal(firms[0].parent, -1);
    assert_int_equal(firms[1].parent, 0);
    assert_null(hanse_scenario_table(bench->scenario, &bloc_kind, &count));
    assert_int_equal(count, 0);
    assert_int_equal(hanse_scenario_find(bench->scenario, &firm_kind, "nobody"), -1);
    assert_int_equal(hanse_scenario_kind(bench->scenario, "nothing"), -1);
}

static void every_value_knows_where_it_came_from(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    uint32_t site;
    const struct hanse_origin here = {.file = "latvia.lua",
                                      .line = 30,
                                      .source = "Elering",
                                      .evidence = HANSE_EVIDENCE_PRIMARY};
    struct hanse_value price = NUMBER(0.2, PRICE_DIM), staff = NUMBER(4, PLAIN_DIM);
    price.source = "Nord Pool";
    price.evidence = HANSE_EVIDENCE_PRESS;
    done(bench, hanse_draft_add(bench->draft, "site", "riga", &here, &site));
    done(bench, hanse_draft_set(bench->draft, site, "price", &price, NULL));
    done(bench, hanse_draft_set_flag(bench->draft, site, "open", false));
    const struct hanse_origin line = {.file = "cases.lua", .line = 4};
    done(bench, hanse_draft_override(bench->draft, "lean", "site.riga.staff", &staff, &line));
    const struct hanse_value share = NUMBER(0.75, PLAIN_DIM);
    done(bench, freeze_with(bench, "lean", "site.riga.share", &share));

    struct hanse_resolved value = resolved(bench, "riga", "price");
    assert_string_equal(value.origin.source, "Nord Pool");
    assert_int_equal(value.origin.evidence, HANSE_EVIDENCE_PRESS);
    assert_int_equal(value.origin.how, HANSE_HOW_DECLARED);
    assert_string_equal(value.origin.file, "latvia.lua");
    assert_int_equal(value.origin.line, 30);
    assert_string_equal(value.unit, "EUR/kWh");
    assert_string_equal(value.label, "electricity price");
    assert_string_equal(resolved(bench, "riga", "open").origin.source, "Elering");
    value = resolved(bench, "riga", "staff");
    assert_int_equal(value.origin.how, HANSE_HOW_OVERRIDE);
    assert_string_equal(value.origin.via, "lean");
    assert_int_equal(value.origin.line, 4);
    assert_true(value.number == 4);
    value = resolved(bench, "riga", "share");
    assert_int_equal(value.origin.how, HANSE_HOW_SET);
    assert_true(value.number == 0.75);
    value = resolved(bench, "riga", "power");
    assert_int_equal(value.origin.how, HANSE_HOW_DEFAULT);
    assert_null(value.origin.file);
}

/* Prints a whole scenario, for comparison. */
static char *everything(const struct hanse_scenario *scenario)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < hanse_scenario_n_values(scenario); i++) {
        struct hanse_resolved v;
        hanse_scenario_value(scenario, i, &v);
        fprintf(out, "%s.%s.%s = %s %s %s:%d %s %d\n", v.kind, v.name, v.key, v.text, v.unit,
                v.origin.file, v.origin.line, hanse_how_name(v.origin.how), v.uncertain);
    }
    for (size_t i = 0; i < hanse_scenario_n_params(scenario); i++) {
        const struct hanse_param *p = hanse_scenario_param(scenario, i);
        fprintf(out, "param.%s = %g %g %g\n", p->name, p->low, p->mid, p->high);
    }
    fclose(out);
    return text;
}

static void declare_shuffled(struct bench *bench, const int *order)
{
    static const char *const sites[] = {"tallinn", "kaunas", "narva", "parnu", "vilnius"};
    struct hanse_draft *draft = bench->draft;
    uint32_t params[2], e;
    for (int i = 0; i < 2; i++) {
        int which = order[0] % 2 ? i : 1 - i;
        struct hanse_param param = {.name = which ? "growth" : "appetite",
                                    .low = 1 + which,
                                    .mid = 2 + which,
                                    .high = 3 + which};
        done(bench, hanse_draft_param(draft, &param, &params[which]));
    }
    done(bench, declare_least(draft));
    for (int i = 0; i < 5; i++) {
        char group[64];
        int which = order[i];
        struct hanse_origin at = {.file = "a.lua", .line = which};
        const struct hanse_value power = TIMES_PARAM(1000, params[which % 2], POWER_DIM);
        done(bench, hanse_draft_add(draft, "site", sites[which], &at, &e));
        done(bench, hanse_draft_set_number(draft, e, "price", which));
        done(bench, hanse_draft_set(draft, e, "power", &power, NULL));
        snprintf(group, sizeof group, "%s/h100", sites[which]);
        done(bench, hanse_draft_add(draft, "group", group, &at, &e));
        done(bench, hanse_draft_set_number(draft, e, "count", which + 1));
    }
    done(bench, freeze(bench));
}

static void the_order_of_declarations_changes_nothing(void **state)
{
    static const int orders[2][5] = {{0, 1, 2, 3, 4}, {3, 0, 4, 2, 1}};
    char *texts[2];
    double draws[2][2];
    for (int i = 0; i < 2; i++) {
        void *fresh;
        setup(&fresh);
        declare_shuffled(fresh, orders[i]);
        texts[i] = everything(((struct bench *)fresh)->scenario);
        hanse_scenario_draw(((struct bench *)fresh)->scenario, 7, 3, draws[i]);
        teardown(&fresh);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_memory_equal(draws[0], draws[1], sizeof draws[0]);
    free(texts[0]);
    free(texts[1]);
    setup(state); /* for the common teardown */
}

static void a_scenario_outlives_its_draft(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    declare_full_site(bench);
    done(bench, freeze(bench));
    char *before = everything(bench->scenario);
    hanse_draft_destroy(bench->draft);
    bench->draft = NULL;
    char *after = everything(bench->scenario);
    assert_string_equal(before, after);
    assert_string_equal(hanse_scenario_case(bench->scenario), "test");
    free(before);
    free(after);
}

/* --- the whole ------------------------------------------------------------------------------
 */

static void a_scenario_that_does_not_hang_together_is_refused(void **state)
{
    static const struct {
        const char *kind, *name, *key, *value, *message;
    } bad[] = {
        {"site", "riga", NULL, NULL, "x.lua:3: site 'riga': price: is required"},
        {"firm", "beta", "home", "EST", "x.lua:3: firm 'beta': home: there is no state 'EST'"},
        {"firm", "beta", "home", "EF",
         "x.lua:3: firm 'beta': home: there is no state 'EF' (did you mean 'EE'?)"},
        {"group", "riga/h100", NULL, NULL,
         "x.lua:3: group 'riga/h100': there is no site 'riga'"},
        {"group", "tartu/b200", "site", "zeta",
         "x.lua:3: group 'tartu/b200': site: must be 'tartu', which it belongs to, got "
         "'zeta'"},
        {"study", "second", "title", "x", "study: must be declared exactly 1 time, got 2"},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        void *fresh;
        uint32_t e;
        setup(&fresh);
        struct bench *bench = fresh;
        const struct hanse_origin here = {.file = "x.lua", .line = 3};
        done(bench, declare_least(bench->draft));
        done(bench, hanse_draft_add(bench->draft, bad[i].kind, bad[i].name, &here, &e));
        if (bad[i].key != NULL) {
            done(bench, hanse_draft_set_text(bench->draft, e, bad[i].key, bad[i].value));
        }
        refused(bench, freeze(bench), bad[i].message);
        teardown(&fresh);
    }
    setup(state);
    refused(*state, freeze(*state), "study: must be declared exactly 1 time, got 0");
}

static void a_cycle_of_parents_is_spelled_out(void **state)
{
    struct bench *bench = *state;
    uint32_t e[3];
    static const char *const names[] = {"one", "three", "two"};
    static const char *const parents[] = {"two", "one", "three"};
    done(bench, declare_least(bench->draft));
    for (int i = 0; i < 3; i++) {
        done(bench, hanse_draft_add(bench->draft, "firm", names[i], &at_line_7, &e[i]));
        done(bench, hanse_draft_set_text(bench->draft, e[i], "home", "EE"));
        done(bench, hanse_draft_set_text(bench->draft, e[i], "parent", parents[i]));
    }
    refused(bench, freeze(bench),
            "estonia.lua:7: firm 'one': parent: may not lead back to itself, got one -> two -> "
            "three -> one");
}

static void a_long_chain_of_parents_is_no_cycle(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    for (int i = 0; i < 50000; i++) {
        char name[32], parent[32];
        uint32_t e;
        snprintf(name, sizeof name, "f%d", i);
        snprintf(parent, sizeof parent, "f%d", i + 1);
        done(bench, hanse_draft_add(bench->draft, "firm", name, NULL, &e));
        done(bench, hanse_draft_set_text(bench->draft, e, "home", "EE"));
        if (i < 49999) {
            done(bench, hanse_draft_set_text(bench->draft, e, "parent", parent));
        }
    }
    done(bench, freeze(bench));
}

static void an_actor_of_two_kinds_must_be_told_apart(void **state)
{
    struct bench *bench = *state;
    uint32_t e;
    done(bench, declare_least(bench->draft));
    done(bench, hanse_draft_add(bench->draft, "firm", "EE", &at_line_7, &e));
    done(bench, hanse_draft_set_text(bench->draft, e, "home", "EE"));
    override(bench, "vague", "site.tartu.control", WORDS("EE"));
    override(bench, "clear", "site.tartu.control", WORDS("state.EE"));
    refused(bench, freeze_with(bench, "vague", NULL, NULL),
            "cases.lua:5: override 'vague': site 'tartu': control: 'EE' is both a firm and a "
            "state: say 'firm.EE' or 'state.EE'");
    done(bench, freeze_with(bench, "clear", NULL, NULL));
    assert_int_equal(site_of(bench, "tartu")->control.kind,
                     hanse_scenario_kind(bench->scenario, "state"));
}

static void a_kind_checks_its_rows_against_the_whole(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    override(bench, "many", "site.tartu.staff", NUMBER(950, PLAIN_DIM));
    override(bench, "good", "site.tartu.grade", WORDS("high"));
    refused(bench, freeze_with(bench, "many", NULL, NULL),
            "cases.lua:5: override 'many': site 'tartu': staff: must be at most 900 below "
            "grade 'high', got 950");
    done(bench, freeze_with(bench, "many good", NULL, NULL));
}

static void a_rule_on_a_default_points_at_the_entity(void **state)
{
    struct bench *bench = *state;
    done(bench, declare_least(bench->draft));
    override(bench, "most", "site.tartu.share", NUMBER(0.95, PLAIN_DIM));
    refused(bench, freeze_with(bench, "most", NULL, NULL),
            "estonia.lua:5: site 'tartu': grade: must be 'high' for a share above 0.9");
}

static void texts_of_any_length_are_kept(void **state)
{
    enum { LONG = 3 << 20 };
    struct bench *bench = *state;
    char *text = malloc(LONG);
    uint32_t e;
    memset(text, 'x', LONG);
    text[LONG - 1] = '\0';
    done(bench, declare_least(bench->draft));
    done(bench, hanse_draft_add(bench->draft, "site", "riga", NULL, &e));
    done(bench, hanse_draft_set_text(bench->draft, e, "note", text));
    done(bench, hanse_draft_set_number(bench->draft, e, "price", 1));
    done(bench, freeze(bench));
    assert_string_equal(site_of(bench, "riga")->note, text);
    assert_string_equal(site_of(bench, "tartu")->name, "tartu");
    free(text);
}

static void an_entity_keeps_its_identity_when_others_come(void **state)
{
    struct bench *bench = *state;
    uint32_t e;
    done(bench, declare_least(bench->draft));
    done(bench, freeze(bench));
    uint64_t alone = hanse_scenario_entity(bench->scenario, &site_kind, 0);
    uint64_t owner = hanse_scenario_entity(bench->scenario, &firm_kind, 0);
    assert_true(alone != owner);
    done(bench, hanse_draft_add(bench->draft, "site", "aegviidu", NULL, &e));
    done(bench, hanse_draft_set_number(bench->draft, e, "price", 1));
    done(bench, freeze(bench));
    assert_int_equal(hanse_scenario_find(bench->scenario, &site_kind, "tartu"), 1);
    assert_true(hanse_scenario_entity(bench->scenario, &site_kind, 1) == alone);
}

/* --- size and failure -----------------------------------------------------------------------
 */

static void declare_many(struct bench *bench, int n)
{
    done(bench, declare_least(bench->draft));
    for (int i = 0; i < n; i++) {
        char name[32];
        uint32_t e;
        struct hanse_origin at = {.file = "big.lua", .line = i};
        snprintf(name, sizeof name, "site%d", i);
        done(bench, hanse_draft_add(bench->draft, "site", name, &at, &e));
        done(bench, hanse_draft_set_number(bench->draft, e, "price", i % 10));
        done(bench, hanse_draft_set_text(bench->draft, e, "owner", "acme"));
        done(bench, hanse_draft_set_text(bench->draft, e, "control", "EE"));
    }
}

/* The bounds leave room for sanitizers; without them a freeze takes about a tenth. */
static void a_hundred_thousand_sites_freeze_quickly_and_small(void **state)
{
    enum { MANY = 100000 };
    struct bench *bench = *state;
    declare_many(bench, MANY);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    clock_t start = clock();
    done(bench, freeze(bench));
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    double bytes_each = ((double)after - (double)before) / MANY - sizeof(struct site);
    print_message("%.2f s, %.0f bytes a site\n", seconds, bytes_each);
    assert_true(seconds < 3);
#ifndef __SANITIZE_ADDRESS__ /* mallinfo2 says nothing there */
    assert_true(bytes_each > 0);
    assert_true(bytes_each < 600);
#endif
    assert_string_equal(site_of(bench, "site99999")->name, "site99999");
    assert_true(site_of(bench, "site99999")->price_eur_per_kwh == 9);
    assert_int_equal(hanse_scenario_n_values(bench->scenario), 3 + 2 + 6 + (MANY + 1) * 12 + 3);
}

static enum hanse_status whole_life(struct hanse_context *ctx)
{
    struct hanse_draft *draft = NULL;
    struct hanse_scenario *scenario = NULL, *instance = NULL;
    struct hanse_param param = {.name = "growth",
                                .low = 1,
                                .mid = 2,
                                .high = 3,
                                .label = "growth",
                                .origin = {.file = "a.lua"}};
    const struct hanse_value absent = ABSENT;
    const struct hanse_value list =
        LIST(NUMBER(1, PLAIN_DIM), NUMBER(2, PLAIN_DIM), NUMBER(3, PLAIN_DIM));
    const char *const names[] = {"a"};
    uint32_t p, e;
    double drawn[1] = {2};
    enum hanse_status status =
        hanse_draft_create_with(ctx, test_kinds, N_OF(test_kinds), &draft);
#define NEXT(call) status = status == HANSE_OK ? (call) : status
    NEXT(hanse_draft_param(draft, &param, &p));
    NEXT(declare_least(draft));
    NEXT(hanse_draft_add(draft, "site", "riga", &at_line_7, &e));
    NEXT(hanse_draft_set_number(draft, e, "price", 1));
    NEXT(hanse_draft_set(draft, e, "power", &TIMES_PARAM(1000, 0, POWER_DIM), NULL));
    NEXT(hanse_draft_set(
        draft, e, "profile",
        &LIST(NUMBER(1, POWER_DIM), TIMES_PARAM(2, 0, POWER_DIM), NUMBER(3, POWER_DIM)), NULL));
    NEXT(hanse_draft_set(draft, e, "holders", &LIST(WORDS("acme"), WORDS("EE")), NULL));
    NEXT(hanse_draft_override(draft, "a", "site.tartu", &absent, &at_line_7));
    NEXT(hanse_draft_override(draft, "a", "param.growth", &list, &at_line_7));
    NEXT(hanse_draft_case(draft, "a", NULL, names, 1, &at_line_7));
    NEXT(hanse_draft_freeze(draft, 0, NULL, 0, &scenario));
    NEXT(hanse_scenario_instance(ctx, scenario, &instance));
    NEXT(hanse_scenario_patch(ctx, instance, drawn));
#undef NEXT
    hanse_scenario_destroy(instance);
    hanse_scenario_destroy(scenario);
    hanse_draft_destroy(draft);
    return status;
}

/* Leaks would be the address sanitizer's to see; it runs this test too. */
static void every_allocation_may_fail(void **state)
{
    struct bench *bench = *state;
    size_t n = 1;
    for (enum hanse_status status = HANSE_ERR_MEMORY; status != HANSE_OK; n++) {
        hanse_context_clear(bench->ctx);
        hanse_context_fail_allocation(bench->ctx, n);
        status = whole_life(bench->ctx);
        hanse_context_fail_allocation(bench->ctx, 0);
        if (status != HANSE_OK) {
            assert_int_equal(status, HANSE_ERR_MEMORY);
            assert_string_not_equal(hanse_context_message(bench->ctx), "");
        }
    }
    assert_in_range(n, 40, 1000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_type_of_field_arrives_in_its_struct),
        CASE(what_is_not_given_takes_its_default),
        CASE(every_value_knows_where_it_came_from),
        cmocka_unit_test_teardown(the_order_of_declarations_changes_nothing, teardown),
        CASE(a_scenario_outlives_its_draft),
        cmocka_unit_test_teardown(a_scenario_that_does_not_hang_together_is_refused, teardown),
        CASE(a_cycle_of_parents_is_spelled_out),
        CASE(a_long_chain_of_parents_is_no_cycle),
        CASE(an_actor_of_two_kinds_must_be_told_apart),
        CASE(a_kind_checks_its_rows_against_the_whole),
        CASE(a_rule_on_a_default_points_at_the_entity),
        CASE(texts_of_any_length_are_kept),
        CASE(an_entity_keeps_its_identity_when_others_come),
        CASE(a_hundred_thousand_sites_freeze_quickly_and_small),
        CASE(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
