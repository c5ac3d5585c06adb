/*
 * A network that falls apart, pools that share or wall themselves in, law that says who may run
 * what: in nations small enough for the back of an envelope. Everywhere demand per person is
 * one prompt a day, a card does 20 · k prompts, and what a region may use decides what it gets,
 * so shares served are ratios of whole numbers of cards.
 */
#include <math.h>

#include "sim/process/islands.h"
#include "tests/close.h"
#include "tests/nation.h"

static void set_names(struct nation *n, uint32_t entity, const char *key,
                      const char *const *names, size_t n_names)
{
    struct hanse_value items[8];
    for (size_t i = 0; i < n_names; i++) {
        items[i] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = names[i]};
    }
    const struct hanse_value list = {
        .type = HANSE_VALUE_LIST, .items = items, .n_items = n_names};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, entity, key, &list, NULL));
}

static void set_name(struct nation *n, uint32_t entity, const char *key, const char *name)
{
    set_names(n, entity, key, &name, 1);
}

/* A world of regions, each with people for `asks` cards and a hall of `has` cards. */
static void add_region(struct nation *n, const char *name, const char *where, const char *pool,
                       double asks, double has, double card_prompts)
{
    char hall[32];
    snprintf(hall, sizeof hall, "hall_%s", name);
    nation_region(n, name, where, pool, asks * card_prompts);
    nation_site(n, hall, name, "owner");
    nation_group(n, hall, "card", has);
}

static struct nation world_of_cards(void)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_add(&n, "bloc", "union");
    const char *const places[] = {"A", "B", "C"};
    for (size_t i = 0; i < 3; i++) {
        set_name(&n, nation_jurisdiction(&n, places[i]), "blocs", "union");
    }
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "carrier", "far");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    return n;
}

static uint32_t add_link_of(struct nation *n, const char *name, const char *from,
                            const char *to, const char *owner)
{
    uint32_t e = nation_add(n, "link", name);
    nation_text(n, e, "from", from);
    nation_text(n, e, "to", to);
    nation_text(n, e, "owner", owner);
    return e;
}

static uint32_t add_link(struct nation *n, const char *name, const char *from, const char *to)
{
    return add_link_of(n, name, from, to, "carrier");
}

static void add_cut(struct nation *n, const char *actor, const char *axis, int first_month,
                    int last_month)
{
    uint32_t e = nation_add(n, "withdraw", "cut");
    nation_text(n, e, "actor", actor);
    nation_text(n, e, "axis", axis);
    nation_number(n, e, "from", first_month * 730.0);
    nation_number(n, e, "to", last_month * 730.0);
}

/* Cell of an output in a month; rows are sorted by name. */
static double cell(const struct nation_run *run, const struct hanse_record *record,
                   const char *output, int32_t month, int32_t item)
{
    int32_t c = hanse_layout_find(&run->layout, output);
    assert_true(c >= 0);
    const struct hanse_column *column = &run->layout.columns[c];
    return record
        ->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)item];
}

static double cards(const struct nation_run *run, const struct hanse_record *r,
                    const char *output, int32_t month, int32_t item)
{
    return cell(run, r, output, month, item) / 730.0;
}

/* a asks 4 cards and has 1, b asks 1 and has 4, one cable between them, cut in month 3. Whole:
 * all 5 of demand on 5 cards. Cut: a serves 1, drops 3, which b's 3 idle cards would have
 * served: all for want of network. */
static void a_cut_cable_makes_two_islands_and_heals(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    add_region(&n, "a", "A", "pool", 4, 1, k);
    add_region(&n, "b", "B", "pool", 1, 4, k);
    add_link(&n, "cable", "a", "b");
    add_cut(&n, "carrier", "network", 3, 4);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 2, 0), 4.0, 1e-9);
    assert_close(cards(&run, &r, "on_time", 3, 0), 1.0, 1e-9);
    assert_close(cards(&run, &r, "dropped_network", 3, 0), 3.0, 1e-9);
    assert_within(cards(&run, &r, "dropped_capacity", 3, 0), 0.0, 1e-9);
    assert_close(cards(&run, &r, "on_time", 4, 0), 4.0, 1e-9);
    assert_close(cell(&run, &r, "islands", 3, 0), 2.0, 1e-12);
    assert_close(cell(&run, &r, "islands", 4, 0), 1.0, 1e-12);
    assert_within(cell(&run, &r, "link_availability", 3, 0), 0.0, 1e-12);
    assert_close(cards(&run, &r, "hosted", 2, 1), 4.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* A line a – b – c: without b's two links the ends are apart though both still have one. What
 * waits in a for 48 h is served when the line heals: queues merge by themselves. */
static void what_waited_in_an_island_is_served_when_it_heals(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    add_region(&n, "a", "A", "pool", 1, 0, k);
    add_region(&n, "b", "A", "pool", 0, 0, k);
    add_region(&n, "c", "C", "pool", 0, 4, k);
    add_link(&n, "one", "a", "b");
    add_link_of(&n, "two", "b", "c", "maker");
    uint32_t e = nation_add(&n, "withdraw", "cut");
    nation_text(&n, e, "actor", "maker");
    nation_text(&n, e, "axis", "network");
    nation_number(&n, e, "from", 1000.0);
    nation_number(&n, e, "to", 1040.0);
    uint32_t w = nation_workload(&n, "chat", 1.0);
    nation_number(&n, w, "give_up", 48.0);
    nation_number(&n, w, "deadline", 10.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    /* 40 h of one card's work wait. From the 41st on four cards do three more an hour than
     * come: 13.33 h later nothing waits. The oldest is 40 h old when its turn comes. */
    assert_within(nation_total(&run, &r, "dropped"), 0.0, 1e-9);
    assert_close(nation_total(&run, &r, "on_time") + nation_total(&run, &r, "late"), 8760.0,
                 1e-9);
    /* Past 10 h when the line heals: what came in hours 1000 to 1029. While it is worked off,
     * oldest first, in hour 1040 + j arrivals up to 1000 + 4(j+1) are done, and those of hour
     * 1030 + j pass their deadline unserved as long as 4(j+1) ≤ 30 + j: another 9. */
    assert_close(nation_total(&run, &r, "missed_network"), 30.0, 1e-9);
    assert_close(nation_total(&run, &r, "missed_network") +
                     nation_total(&run, &r, "missed_capacity"),
                 nation_total(&run, &r, "late"), 1e-9);
    assert_close(nation_total(&run, &r, "late"), 39.0, 0.02);
    nation_run_end(&run);
    nation_end(&n);
}

/* Ring of two cables: one may go without harm; the pool's seat is in b. A pool cut off from its
 * seat falls apart into members: A's two regions still help each other, C is alone. */
static double served_without_the_seat(bool federated, const char *seat)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    uint32_t pool = nation_add(&n, "pool", "pool");
    nation_flag(&n, pool, "federated", federated);
    if (!federated) {
        nation_text(&n, pool, "seat", seat);
    }
    add_region(&n, "a1", "A", "pool", 2, 0, k);
    add_region(&n, "a2", "A", "pool", 0, 1, k);
    add_region(&n, "b", "B", "pool", 0, 0, k);
    add_region(&n, "c", "C", "pool", 0, 1, k);
    add_link(&n, "l1", "a1", "a2");
    add_link(&n, "l2", "a2", "c");
    add_link_of(&n, "l3", "c", "b", "maker");
    add_cut(&n, "maker", "network", 2, 12);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 1, 0), 2.0, 1e-9);
    double served = cards(&run, &r, "on_time", 5, 0);
    assert_close(cards(&run, &r, "dropped_network", 5, 0) + served, 2.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return served;
}

static void an_island_without_its_coordinator_falls_apart_by_member(void **state)
{
    assert_close(served_without_the_seat(false, "b"), 1.0, 1e-9);
    assert_close(served_without_the_seat(false, "c"), 2.0, 1e-9);
    assert_close(served_without_the_seat(true, "b"), 2.0, 1e-9);
}

/* Two pools. Nobody shares; both name each other; one side only. */
static double served_by_partners(bool first, bool second, const char *shared)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    uint32_t p = nation_add(&n, "pool", "p"), q = nation_add(&n, "pool", "q");
    if (first) {
        set_name(&n, p, "partners", "q");
    }
    if (second) {
        set_name(&n, q, "partners", "union");
    }
    nation_text(&n, p, "public_shared", shared);
    nation_text(&n, q, "public_shared", shared);
    add_region(&n, "a", "A", "p", 3, 1, k);
    add_region(&n, "b", "B", "q", 1, 3, k);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double served = cards(&run, &r, "on_time", 0, 0);
    assert_close(cards(&run, &r, "dropped_law", 0, 0) + served, 3.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return served;
}

static void pools_share_when_both_agree(void **state)
{
    assert_close(served_by_partners(false, false, "partners"), 1.0, 1e-9);
    assert_close(served_by_partners(true, false, "partners"), 1.0, 1e-9);
    assert_close(served_by_partners(true, true, "partners"), 3.0, 1e-9);
    assert_close(served_by_partners(true, true, "nobody"), 1.0, 1e-9);
    assert_close(served_by_partners(false, false, "all"), 3.0, 1e-9);
}

/* Personal data may go to a bloc that circulates it; a bloc that doesn't is no help. */
static double personal_served(bool circulates)
{
    double k = nation_prompts_of_a_card();
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_flag(&n, nation_add(&n, "bloc", "pact"), "personal_data", circulates);
    set_name(&n, nation_jurisdiction(&n, "A"), "blocs", "pact");
    set_name(&n, nation_jurisdiction(&n, "B"), "blocs", "pact");
    nation_firm(&n, "maker", "B");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_add(&n, "pool", "pool");
    add_region(&n, "a", "A", "pool", 3, 1, k);
    add_region(&n, "b", "B", "pool", 0, 4, k);
    nation_workload_of(&n, "chat", "personal", 1.0, 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double served = cards(&run, &r, "on_time", 0, 0);
    assert_close(cards(&run, &r, "dropped_law", 0, 0) + served, 3.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return served;
}

static void a_bloc_shares_only_the_data_it_circulates(void **state)
{
    assert_close(personal_served(true), 3.0, 1e-9);
    assert_close(personal_served(false), 1.0, 1e-9);
}

/* A private person's cards may have personal data only with a certificate. */
static double served_by_a_person(bool rule, bool certified)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    nation_add(&n, "certification", "health");
    uint32_t person = nation_add(&n, "operator", "person");
    nation_text(&n, person, "home", "A");
    nation_text(&n, person, "type", "individual");
    nation_number(&n, person, "cost_of_capital", 0.05);
    if (certified) {
        set_name(&n, person, "certifications", "health");
    }
    if (rule) {
        uint32_t e = nation_add(&n, "eligibility", "rule");
        nation_text(&n, e, "data_class", "personal");
        nation_text(&n, e, "operator_type", "individual");
        nation_text(&n, e, "needs", "health");
    }
    add_region(&n, "a", "A", "pool", 3, 1, k);
    nation_site(&n, "cellar", "a", "person");
    nation_group(&n, "cellar", "card", 2);
    nation_workload_of(&n, "chat", "personal", 1.0, 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double served = cards(&run, &r, "on_time", 0, 0);
    assert_close(cards(&run, &r, "dropped_law", 0, 0) + served, 3.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return served;
}

static void a_private_persons_cards_need_a_certificate(void **state)
{
    assert_close(served_by_a_person(false, false), 3.0, 1e-9);
    assert_close(served_by_a_person(true, false), 1.0, 1e-9);
    assert_close(served_by_a_person(true, true), 3.0, 1e-9);
}

/* Five cards asked, one there, two of a neighbour behind a wall of law, and a foreign API that
 * is too dear: 2 for want of law, 2 for want of price. */
static void each_reason_gets_its_own(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    add_region(&n, "a", "A", "pool", 5, 1, k);
    add_region(&n, "z", "far", "pool", 0, 2, k);
    uint32_t cloud = nation_add(&n, "cloud", "api");
    nation_text(&n, cloud, "provider", "maker");
    nation_text(&n, cloud, "host", "B");
    nation_number(&n, cloud, "prompt_price", 1e-3);
    nation_number(&n, cloud, "output_price", 1e-3);
    uint32_t w = nation_workload_of(&n, "chat", "personal", 1.0, 1.0);
    nation_text(&n, w, "cloud", "api");
    nation_text(&n, w, "cloud_use", "overflow");
    nation_number(&n, w, "price_limit", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 0, 0), 1.0, 1e-9);
    assert_close(cards(&run, &r, "dropped_law", 0, 0), 2.0, 1e-9);
    assert_close(cards(&run, &r, "dropped_price", 0, 0), 2.0, 1e-9);
    assert_within(cards(&run, &r, "dropped_capacity", 0, 0), 0.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Out of a region that no cable reaches, the foreign API is out of reach too. */
static void a_foreign_api_needs_a_path(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    add_region(&n, "a", "A", "pool", 2, 1, k);
    nation_region(&n, "b", "B", "pool", 0.0);
    add_link(&n, "cable", "a", "b");
    add_cut(&n, "carrier", "network", 3, 5);
    uint32_t cloud = nation_add(&n, "cloud", "api");
    nation_text(&n, cloud, "provider", "maker");
    nation_text(&n, cloud, "host", "B");
    nation_text(&n, cloud, "region", "b");
    nation_number(&n, cloud, "prompt_price", 1e-6);
    nation_number(&n, cloud, "output_price", 1e-6);
    uint32_t w = nation_workload(&n, "chat", 1.0);
    nation_text(&n, w, "cloud", "api");
    nation_text(&n, w, "cloud_use", "overflow");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 2, 0), 2.0, 1e-9);
    assert_close(cards(&run, &r, "on_time", 3, 0), 1.0, 1e-9);
    assert_close(cards(&run, &r, "dropped_network", 3, 0), 1.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* A link that breaks at rate l and is mended after T on average is up 1/(1 + l·T) of the time.
 * 50 years, l = 12 a year, T = 240 h: 0.7526; 600 cycles with a standard error of the mean of
 * 0.0075 (cycle lengths 730 + 240 h, both nearly exponential), so ±0.035 fails once in 300,000.
 */
static void links_break_and_are_mended_at_their_rates(void **state)
{
    struct nation n = world_of_cards();
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1.0);
    nation_region(&n, "b", "B", "pool", 1.0);
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "l%02d", i);
        uint32_t link = add_link(&n, name, "a", "b");
        nation_number(&n, link, "failure_rate", 12.0 / 8760.0);
        nation_number(&n, link, "repair_time", 240.0);
        nation_text(&n, link, "repair_law", "exponential");
    }
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double up = nation_total(&run, &r, "link_availability") / 12.0 / 50.0;
    assert_within(up, 1.0 / (1.0 + 12.0 * 240.0 / 8760.0), 0.035);
    nation_run_end(&run);
    nation_end(&n);
}

/* Tallinn (59.437 N 24.754 E) to Lisbon (38.722 N 9.139 W): 3,316 km on a sphere of 6,371 km.
 * One degree along the equator: 2π · 6371 / 360 km. */
static void distances_follow_the_great_circle(void **state)
{
    assert_within(hanse_great_circle_km(59.437, 24.754, 38.722, -9.139), 3316.0, 20.0);
    assert_close(hanse_great_circle_km(0, 10, 0, 11), 111.194926644559, 1e-9);
    assert_close(hanse_great_circle_km(90, 0, -90, 77), 3.14159265358979 * 6371.0, 1e-9);
}

/* One degree along a meridian, three times, at 199,862 km/s: 1.669 ms. A limit below that
 * keeps the work at home, one above lets it go. */
static void a_latency_limit_keeps_work_near(void **state)
{
    double k = nation_prompts_of_a_card();
    for (int i = 0; i < 2; i++) {
        struct nation n = world_of_cards();
        nation_add(&n, "pool", "pool");
        add_region(&n, "a", "A", "pool", 2, 1, k);
        uint32_t b = nation_region_nowhere(&n, "b", "B", "pool", 0.0);
        nation_number(&n, b, "latitude", 2.0);
        nation_site(&n, "hall_b", "b", "owner");
        nation_group(&n, "hall_b", "card", 2);
        nation_number(&n, nation_workload(&n, "chat", 1.0), "latency_limit",
                      i == 0 ? 0.001668 : 0.001670);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(cards(&run, &r, "on_time", 0, 0), i == 0 ? 1.0 : 2.0, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_cable_makes_two_islands_and_heals),
        cmocka_unit_test(what_waited_in_an_island_is_served_when_it_heals),
        cmocka_unit_test(an_island_without_its_coordinator_falls_apart_by_member),
        cmocka_unit_test(pools_share_when_both_agree),
        cmocka_unit_test(a_bloc_shares_only_the_data_it_circulates),
        cmocka_unit_test(a_private_persons_cards_need_a_certificate),
        cmocka_unit_test(each_reason_gets_its_own),
        cmocka_unit_test(a_foreign_api_needs_a_path),
        cmocka_unit_test(links_break_and_are_mended_at_their_rates),
        cmocka_unit_test(distances_follow_the_great_circle),
        cmocka_unit_test(a_latency_limit_keeps_work_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
