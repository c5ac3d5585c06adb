/*
 * Properties of denials over random worlds of five members in one pool. Nothing fails in them,
 * so a member's name decides no luck, and what is left is arithmetic:
 *
 *   the order of declarations changes no bit, names only rounding;
 *   for the union as a whole, one class and work-conserving flow, two actors expose at least as
 *   much as each of them;
 *   K is what the flow's closed form gives: the union is served min(demand, capacity left).
 *
 * A hundred worlds, seeded; a right program fails none.
 */
#include "sim/engine/stream.h"
#include "tests/denied.h"

enum { MEMBERS = 5, WORLDS = 100 };

struct world {
    double asked[MEMBERS], devices[MEMBERS];
    int holder[MEMBERS]; /* whose firm can switch the hall off; itself: nobody else */
    int owner[MEMBERS];  /* whose operator owns it */
};

static struct world random_world(uint32_t number)
{
    struct hanse_stream stream;
    struct world w;
    hanse_stream_init(&stream, 20260, number, 1, "worlds");
    for (int m = 0; m < MEMBERS; m++) {
        w.asked[m] = 1.0 + floor(60.0 * hanse_stream_uniform(&stream));
        w.devices[m] = 1.0 + floor(60.0 * hanse_stream_uniform(&stream));
        w.holder[m] = (int)(MEMBERS * hanse_stream_uniform(&stream));
        w.owner[m] = (int)(MEMBERS * hanse_stream_uniform(&stream));
    }
    return w;
}

/* Member m bears the name of names[m]; members are declared in `order`. */
static struct nation build(const struct world *w, const int *names, const int *order,
                           double people)
{
    static const char *const LANDS[] = {"A", "B", "C", "D", "E"};
    static const char *const REGIONS[] = {"a", "b", "c", "d", "e"};
    static const char *const FIRMS[] = {"fa", "fb", "fc", "fd", "fe"};
    static const char *const OWNERS[] = {"oa", "ob", "oc", "od", "oe"};
    static const char *const HALLS[] = {"ha", "hb", "hc", "hd", "he"};
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_add(&n, "bloc", "union");
    nation_add(&n, "pool", "pool");
    for (int i = 0; i < MEMBERS; i++) {
        int m = order[i];
        const char *land = LANDS[names[m]];
        nation_name(&n, nation_jurisdiction(&n, land), "blocs", "union");
        nation_firm(&n, FIRMS[names[m]], land);
        nation_operator(&n, OWNERS[names[m]], land);
        nation_region(&n, REGIONS[names[m]], land, "pool", w->asked[m] * people);
        uint32_t site =
            nation_site(&n, HALLS[names[m]], REGIONS[names[m]], OWNERS[names[w->owner[m]]]);
        if (w->holder[m] != m) {
            nation_name(&n, site, "controllers", FIRMS[names[w->holder[m]]]);
        }
        nation_group(&n, HALLS[names[m]], "card", w->devices[m]);
    }
    nation_card(&n, "card", FIRMS[names[0]], 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    uint32_t e = denied_noun(&n, 1, 1);
    struct hanse_value items[MEMBERS + 1];
    for (int m = 0; m < MEMBERS; m++) {
        items[m] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = FIRMS[names[m]]};
    }
    struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = MEMBERS};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, e, "actors", &list, NULL));
    for (int m = 0; m < MEMBERS; m++) {
        items[m] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = LANDS[names[m]]};
    }
    items[MEMBERS] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = "union"};
    list.n_items = MEMBERS + 1;
    NATION_OK(n.ctx, hanse_draft_set(n.draft, e, "viewers", &list, NULL));
    return n;
}

/* Figures of a world by member, whatever the names. */
struct figures {
    double assured[MEMBERS][MEMBERS + 1]; /* without firm of; as seen by, last the union */
    double reach[MEMBERS], at_home[MEMBERS], veto[MEMBERS];
};

static struct figures measure(const struct world *w, const int *names, const int *order,
                              double people)
{
    static const char *const LANDS[] = {"A", "B", "C", "D", "E"};
    static const char *const FIRMS[] = {"fa", "fb", "fc", "fd", "fe"};
    struct nation n = build(w, names, order, people);
    struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
    struct figures f;
    int32_t last = x.d.n_points - 1;
    for (int m = 0; m < MEMBERS; m++) {
        int32_t v = denied_viewer(&x.d, LANDS[names[m]]);
        f.reach[m] = hanse_denial_ledger(&x.d, v, HANSE_LEDGER_FOREIGN_REACH).mean;
        f.at_home[m] = hanse_denial_ledger(&x.d, v, HANSE_LEDGER_AT_HOME).mean;
        f.veto[m] = hanse_denial_ledger(&x.d, v, HANSE_LEDGER_OWN_VOTES).mean;
        int32_t row = denied_row(&x.d, FIRMS[names[m]], HANSE_AXIS_ALL, NULL);
        for (int by = 0; by <= MEMBERS; by++) {
            int32_t viewer = denied_viewer(&x.d, by < MEMBERS ? LANDS[names[by]] : "union");
            f.assured[m][by] = hanse_denial_figures(&x.d, row, viewer, 0, last).assured.mean;
        }
    }
    denied_end(&x, &n);
    return f;
}

static void same(const double *a, const double *b, size_t n, double within, uint32_t world)
{
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(a[i] - b[i]) <= within)) {
            fail_msg("world %u, figure %zu: %.17g and %.17g", world, i, a[i], b[i]);
        }
    }
}

static void permuting_members_changes_results_by_rounding_only(void **state)
{
    static const int PLAIN[] = {0, 1, 2, 3, 4}, OTHER[] = {3, 0, 4, 1, 2};
    double people = nation_people_per_device(1.0);
    size_t n = sizeof(struct figures) / sizeof(double);
    for (uint32_t i = 0; i < WORLDS; i++) {
        struct world w = random_world(i);
        struct figures plain = measure(&w, PLAIN, PLAIN, people);
        struct figures declared = measure(&w, PLAIN, OTHER, people);
        struct figures renamed = measure(&w, OTHER, PLAIN, people);
        same(&plain.assured[0][0], &declared.assured[0][0], n, 0.0, i);
        same(&plain.assured[0][0], &renamed.assured[0][0], n, 1e-9, i);
    }
}

static void the_unions_exposure_grows_with_the_set_and_has_its_closed_form(void **state)
{
    static const int PLAIN[] = {0, 1, 2, 3, 4};
    static const char *const FIRMS[] = {"fa", "fb", "fc", "fd", "fe"};
    double people = nation_people_per_device(1.0);
    for (uint32_t i = 0; i < WORLDS; i++) {
        struct world w = random_world(i);
        struct nation n = build(&w, PLAIN, PLAIN, people);
        struct denied x = denied_run(&n, HANSE_RECOURSE_OPERATE);
        int32_t v = denied_viewer(&x.d, "union"), last = x.d.n_points - 1;
        double kept[MEMBERS];
        for (int a = 0; a < MEMBERS; a++) {
            double demand = 0.0, left = 0.0;
            for (int m = 0; m < MEMBERS; m++) {
                bool cut = w.holder[m] == a && a != m;
                demand += w.asked[m];
                left += cut ? 0.0 : w.devices[m];
            }
            int32_t row = denied_row(&x.d, FIRMS[a], HANSE_AXIS_ALL, NULL);
            kept[a] = hanse_denial_figures(&x.d, row, v, 0, last).assured.mean;
            denied_close(kept[a], fmin(1.0, left / demand));
        }
        for (int a = 0; a < MEMBERS; a++) {
            for (int b = a + 1; b < MEMBERS; b++) {
                int32_t row = denied_row(&x.d, FIRMS[a], HANSE_AXIS_ALL, FIRMS[b]);
                double both = hanse_denial_figures(&x.d, row, v, 0, last).assured.mean;
                assert_true(both <= fmin(kept[a], kept[b]) + 1e-12);
            }
        }
        denied_end(&x, &n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permuting_members_changes_results_by_rounding_only),
        cmocka_unit_test(the_unions_exposure_grows_with_the_set_and_has_its_closed_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
