/*
 * The same demand and hardware in one open pool, in partner pools, behind walls, and in
 * mixtures by bloc and by data class. Six states of one region each: a, b, c in the bloc east,
 * d, e, f in the bloc west. Each asks for two cards; a has 5, d 4, the others 1 or 0. A state
 * serves what its partners leave it of its neighbours' cards, so all figures are whole numbers
 * of cards.
 */
#include <math.h>

#include "tests/batch_nation.h"
#include "tests/close.h"

enum { HOURS = 8760, STATES = 6 };

static const char *const NAMES[STATES] = {"a", "b", "c", "d", "e", "f"};
static const double HAS[STATES] = {5, 0, 1, 4, 1, 0};

static void set_list(struct nation *n, uint32_t entity, const char *key,
                     const char *const *names, size_t n_names)
{
    struct hanse_value items[STATES];
    for (size_t i = 0; i < n_names; i++) {
        items[i] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = names[i]};
    }
    const struct hanse_value list = {
        .type = HANSE_VALUE_LIST, .items = items, .n_items = n_names};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

/* `shares` by data class: with whom a state's pool shares public and personal work. */
struct regime {
    const char *name;
    bool one_pool;
    const char *public_shared, *personal_shared;
    const char *partner; /* the bloc each pool names; NULL none; "own" its own bloc */
    double public_served, personal_served;
};

static void add_states(struct nation *n, const struct regime *regime, double people)
{
    static const char *const blocs[] = {"east", "west"};
    nation_add(n, "bloc", "east");
    nation_add(n, "bloc", "west");
    if (regime->one_pool) {
        nation_add(n, "pool", "all");
    }
    for (int i = 0; i < STATES; i++) {
        char hall[16];
        snprintf(hall, sizeof hall, "hall_%s", NAMES[i]);
        uint32_t state = nation_jurisdiction(n, NAMES[i]);
        set_list(n, state, "blocs", &blocs[i / 3], 1);
        nation_text(n, state, "personal_data", "any");
        if (!regime->one_pool) {
            uint32_t pool = nation_add(n, "pool", NAMES[i]);
            nation_text(n, pool, "public_shared", regime->public_shared);
            nation_text(n, pool, "personal_shared", regime->personal_shared);
            if (regime->partner != NULL) {
                set_list(n, pool, "partners", &blocs[i / 3], 1);
            }
        }
        nation_region(n, NAMES[i], NAMES[i], regime->one_pool ? "all" : NAMES[i], people);
        if (HAS[i] > 0.0) {
            nation_site(n, hall, NAMES[i], "owner");
            nation_group(n, hall, "card", HAS[i]);
        }
    }
}

static void check_regime(const struct regime *regime, double k)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_operator(&n, "owner", "far");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    add_states(&n, regime, k);
    nation_number(&n, nation_workload_of(&n, "personal", "personal", 1.0, 1.0), "tier", 1);
    nation_number(&n, nation_workload_of(&n, "public", "public", 1.0, 1.0), "tier", 2);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double served[2] = {0.0, 0.0};
    for (int32_t i = 0; i < 2 * STATES; i++) {
        served[i % 2] += nation_item(&run, &r, "on_time", i) / HOURS;
    }
    print_message("%-34s personal %.6g of 6, public %.6g of 6 cards\n", regime->name, served[0],
                  served[1]);
    assert_close(served[0], regime->personal_served, 1e-9);
    assert_close(served[1], regime->public_served, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Six cards' worth of personal work goes first, then six of public, on eleven cards.
 *
 * One pool, or pools that share with all: 6 and 5. Walls: a 1 + 1, c 1, d 1 + 1, e 1, so 4
 * and 2. By bloc: the east has 6 cards for 3 + 3, the west 5: 6 and 5. Public work with all,
 * personal behind walls: a, c, d, e serve their own, 4; of the 7 cards left 6 do the public.
 * Personal by bloc and public behind walls: 6; c and e have nothing left for their own public
 * work, a and d have, so 2. */
static void fragmentation_by_hand(void **state)
{
    static const struct regime regimes[] = {
        {"one open pool", true, NULL, NULL, NULL, 5.0, 6.0},
        {"pools that share with all", false, "all", "all", NULL, 5.0, 6.0},
        {"walled silos", false, "nobody", "nobody", NULL, 2.0, 4.0},
        {"partners without partners", false, "partners", "partners", NULL, 2.0, 4.0},
        {"partners by bloc", false, "partners", "partners", "own", 5.0, 6.0},
        {"public open, personal walled", false, "all", "nobody", NULL, 6.0, 4.0},
        {"public walled, personal by bloc", false, "nobody", "partners", "own", 2.0, 6.0},
    };
    double k = nation_prompts_of_a_card();
    for (size_t i = 0; i < sizeof regimes / sizeof *regimes; i++) {
        check_regime(&regimes[i], k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fragmentation_by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
