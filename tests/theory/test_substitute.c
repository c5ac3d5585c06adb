/*
 * A smaller model in place of the wanted one, by hand. It has half the parameters and half the
 * cache, so a card answers exactly twice as many prompts with it. Two cards are there.
 */
#include <math.h>

#include "tests/batch_nation.h"
#include "tests/close.h"

enum { HOURS = 8760 };

static struct nation world(double asks_cards, bool held, bool binds)
{
    double k = nation_prompts_of_a_card();
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "B");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "lab", "far");
    nation_firm(&n, "school", "A");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", asks_cards * k);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 2);
    uint32_t wanted = nation_model(&n), small = nation_add(&n, "model", "four");
    nation_text(&n, wanted, "provider", "lab");
    nation_flag(&n, wanted, "weights_held", held);
    nation_flag(&n, wanted, "licence_binds", binds);
    nation_text(&n, small, "provider", "school");
    nation_flag(&n, small, "weights_held", false);
    nation_number(&n, small, "parameters", 4e9);
    nation_number(&n, small, "kv_per_token", 65536.0);
    return n;
}

/* With the smaller model's help, unless `when` is NULL. */
static void add_chat(struct nation *n, const char *data_class, const char *when)
{
    uint32_t w = nation_workload_of(n, "chat", data_class, 1.0, 1.0);
    if (when != NULL) {
        nation_text(n, w, "substitute", "four");
        nation_text(n, w, "substitute_when", when);
        nation_number(n, w, "quality", 0.8);
    }
}

static void withdraw(struct nation *n, const char *name, const char *actor)
{
    uint32_t e = nation_add(n, "withdraw", name);
    nation_text(n, e, "actor", actor);
    nation_text(n, e, "axis", "model");
    nation_number(n, e, "from", 3.0 * 730.0);
    nation_number(n, e, "to", 4.0 * 730.0);
}

/* Two cards serve two. Each that turns over serves one more: for three asked, one does, and two
 * are answered by the smaller model. Four is the most, all by it. */
static void as_much_is_turned_over_as_is_left(void **state)
{
    static const double asked[] = {1.5, 2.0, 3.0, 4.0, 5.0},
                        small[] = {0.0, 0.0, 2.0, 4.0, 4.0};
    for (int i = 0; i < 5; i++) {
        struct nation n = world(asked[i], true, false);
        add_chat(&n, "public", "either");
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(nation_total(&run, &r, "on_time") / HOURS, fmin(asked[i], 4.0), 1e-9);
        assert_within(nation_total(&run, &r, "substituted") / HOURS, small[i], 1e-9);
        assert_within(nation_total(&run, &r, "quality_lost") / HOURS, 0.2 * small[i], 1e-9);
        assert_within(nation_total(&run, &r, "dropped_capacity") / HOURS,
                      fmax(0.0, asked[i] - 4.0), 1e-9);
        assert_close(nation_total(&run, &r, "hosted"), nation_total(&run, &r, "on_time"), 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Three are asked for. In month 3 the licence is withdrawn: nothing, or all by the smaller
 * model. Held weights run on unless the licence binds. */
static void a_licence_withdrawn_leaves_the_smaller_model(void **state)
{
    static const struct {
        bool held, binds, school_too;
        const char *when;
        double served, substituted;
    } cases[] = {
        {false, false, false, NULL, 0.0, 0.0},       {false, false, false, "licence", 3.0, 3.0},
        {false, false, false, "capacity", 0.0, 0.0}, {true, false, false, "licence", 2.0, 0.0},
        {true, true, false, "either", 3.0, 3.0},     {true, false, false, "either", 3.0, 2.0},
        {true, false, true, "either", 2.0, 0.0},     {false, false, true, "either", 0.0, 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nation n = world(3.0, cases[i].held, cases[i].binds);
        add_chat(&n, "public", cases[i].when);
        withdraw(&n, "licence", "lab");
        if (cases[i].school_too) {
            withdraw(&n, "other", "school");
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_within(nation_month(&run, &r, "on_time", 3) / 730.0, cases[i].served, 1e-9);
        assert_within(nation_month(&run, &r, "substituted", 3) / 730.0, cases[i].substituted,
                      1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* a asks for three and has two cards, b asks for one and has two. Public data finds b's second
 * card: nothing turns over. State data stays at home, so a's turn over, and b's don't. */
static void who_finds_room_elsewhere_turns_nothing_over(void **state)
{
    static const char *const classes[] = {"public", "state"};
    for (int i = 0; i < 2; i++) {
        struct nation n = world(3.0, true, false);
        nation_region(&n, "b", "B", "pool", nation_prompts_of_a_card());
        nation_site(&n, "barn", "b", "owner");
        nation_group(&n, "barn", "card", 2);
        add_chat(&n, classes[i], "either");
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(nation_total(&run, &r, "on_time") / HOURS, 4.0, 1e-9);
        assert_within(nation_item(&run, &r, "substituted", 0) / HOURS, i * 2.0, 1e-9);
        assert_within(nation_item(&run, &r, "substituted", 1) / HOURS, 0.0, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

static void a_substitute_needs_its_quality(void **state)
{
    static const struct {
        const char *substitute;
        double quality;
        const char *says;
    } cases[] = {{"four", 0.0, "must say what share"},
                 {NULL, 0.5, "none is given"},
                 {"eight", 0.5, "another model"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nation n = world(1.0, true, false);
        uint32_t w = nation_workload(&n, "odd", 1.0);
        if (cases[i].substitute != NULL) {
            nation_text(&n, w, "substitute", cases[i].substitute);
        }
        nation_number(&n, w, "quality", cases[i].quality);
        struct hanse_scenario *scenario = NULL;
        assert_int_not_equal(hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario), HANSE_OK);
        assert_non_null(strstr(hanse_context_message(n.ctx), cases[i].says));
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_much_is_turned_over_as_is_left),
        cmocka_unit_test(a_licence_withdrawn_leaves_the_smaller_model),
        cmocka_unit_test(who_finds_room_elsewhere_turns_nothing_over),
        cmocka_unit_test(a_substitute_needs_its_quality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
