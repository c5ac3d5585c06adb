/*
 * Where work goes among all that is open to it, by hand: cheapest, greenest, nearest. Demand
 * per person is one prompt a day, so what a region asks for and what another hosts are numbers
 * of cards.
 */
#include <math.h>

#include "tests/batch_nation.h"
#include "tests/close.h"

enum { HOURS = 8760 };

static const char *const HOW[] = {"local", "cheapest", "greenest", "nearest"};

/* Two jurisdictions, a pool that places as told, and a card. */
static struct nation world(const char *placement)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "B");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_text(&n, nation_add(&n, "pool", "pool"), "placement", placement);
    return n;
}

/* A region whose people ask for so many cards, with so many in it. */
static uint32_t region_of(struct nation *n, const char *name, const char *where, double asks,
                          double has, double price, double carbon, double pue)
{
    char hall[32];
    snprintf(hall, sizeof hall, "hall_%s", name);
    uint32_t e = nation_add(n, "region", name);
    nation_text(n, e, "jurisdiction", where);
    nation_text(n, e, "pool", "pool");
    nation_number(n, e, "population", asks);
    nation_number(n, e, "electricity_price", price);
    nation_number(n, e, "carbon_intensity", carbon);
    nation_number(n, e, "pue", pue);
    if (has > 0.0) {
        nation_site(n, hall, name, "owner");
        nation_group(n, hall, "card", has);
    }
    return e;
}

static uint32_t region(struct nation *n, const char *name, const char *where, double asks,
                       double has, double price, double carbon)
{
    return region_of(n, name, where, asks, has, price, carbon, 1.25);
}

static void link_of(struct nation *n, const char *name, const char *from, const char *to,
                    double latency_s)
{
    uint32_t e = nation_add(n, "link", name);
    nation_text(n, e, "from", from);
    nation_text(n, e, "to", to);
    nation_number(n, e, "latency", latency_s);
}

/* Cards' worth, all year, of an output's item. */
static double cards(const struct nation_run *run, const struct hanse_record *r,
                    const char *output, int32_t item)
{
    return nation_item(run, r, output, item) / HOURS;
}

/* a asks for three cards; a, b and c have two each. Cheapest: b, c, a. Greenest: a, c, b.
 * Nearest: a, c, b. Local: a's own two, and what is left to b, of its jurisdiction. */
static void work_fills_the_best_place_first(void **state)
{
    static const double hosted[][3] = {
        {2.0, 1.0, 0.0}, {0.0, 2.0, 1.0}, {2.0, 0.0, 1.0}, {2.0, 0.0, 1.0}};
    double k = nation_prompts_of_a_card();
    for (int how = 0; how < 4; how++) {
        struct nation n = world(HOW[how]);
        region(&n, "a", "A", 3.0 * k, 2.0, 0.3, 100.0);
        region(&n, "b", "A", 0.0, 2.0, 0.1, 300.0);
        region(&n, "c", "B", 0.0, 2.0, 0.2, 200.0);
        link_of(&n, "ab", "a", "b", 0.010);
        link_of(&n, "ac", "a", "c", 0.005);
        nation_workload(&n, "chat", 1.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(cards(&run, &r, "on_time", 0), 3.0, 1e-9);
        for (int32_t i = 0; i < 3; i++) {
            assert_within(cards(&run, &r, "hosted", i), hosted[how][i], 1e-9);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Half of b's day is cheaper than a, the other half dearer. */
static void the_cheapest_changes_with_the_hour(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world("cheapest");
    region(&n, "a", "A", k, 1.0, 0.1, 100.0);
    uint32_t b = region(&n, "b", "A", 0.0, 1.0, 0.1, 100.0);
    double hours[24];
    for (int i = 0; i < 24; i++) {
        hours[i] = i < 8 ? 0.5 : 1.25;
    }
    nation_factors(&n, b, "price_profile", hours, 24);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "hosted", 0), 16.0 / 24.0, 1e-9);
    assert_close(cards(&run, &r, "hosted", 1), 8.0 / 24.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* a asks 3, b 1; c is cheapest and has 2, a is next and has 2. At c a asks for its 2, b for its
 * 1: each gets two thirds. a's third goes to a at once, and what c left them, 2/3 and 1/3, too.
 */
static void who_wants_the_same_place_gets_the_same_share(void **state)
{
    double k = nation_prompts_of_a_card();
    struct nation n = world("cheapest");
    region(&n, "a", "A", 3.0 * k, 2.0, 0.2, 100.0);
    region(&n, "b", "A", k, 2.0, 0.3, 100.0);
    region(&n, "c", "A", 0.0, 2.0, 0.1, 100.0);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "hosted", 2), 2.0, 1e-9);
    assert_close(cards(&run, &r, "hosted", 0), 2.0, 1e-9);
    assert_within(cards(&run, &r, "hosted", 1), 0.0, 1e-9);
    assert_close(cards(&run, &r, "served_by_pool", 0), 4.0 / 3.0, 1e-9);
    assert_close(cards(&run, &r, "served_by_pool", 1), 1.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Equal prices: at home, then by name. Law goes before price. A workload may say otherwise than
 * its pool. */
static void law_goes_first_and_ties_stay_at_home(void **state)
{
    double k = nation_prompts_of_a_card();
    static const struct {
        const char *data_class, *own;
        double price_b, at_home, at_b, at_c;
    } cases[] = {{"public", "by_pool", 0.1, 1.0, 1.0, 0.0},
                 {"public", "by_pool", 0.05, 0.0, 2.0, 0.0},
                 {"state", "by_pool", 0.05, 1.0, 0.0, 0.0},
                 {"public", "local", 0.05, 1.0, 0.5, 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nation n = world("cheapest");
        region(&n, "x", "A", 2.0 * k, 1.0, 0.1, 100.0);
        region(&n, "b", "B", 0.0, 2.0, cases[i].price_b, 100.0);
        region(&n, "c", "B", 0.0, 2.0, 0.1, 100.0);
        uint32_t w = nation_workload_of(&n, "chat", cases[i].data_class, 1.0, 1.0);
        nation_text(&n, w, "placement", cases[i].own);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_within(cards(&run, &r, "hosted", 2), cases[i].at_home, 1e-9);
        assert_within(cards(&run, &r, "hosted", 0), cases[i].at_b, 1e-9);
        assert_within(cards(&run, &r, "hosted", 1), cases[i].at_c, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* A number from 0 to 1 that depends on two others. */
static double pick(unsigned world_number, unsigned what)
{
    unsigned x = world_number * 2654435761u + what * 40503u + 12345u;
    x ^= x >> 13;
    x *= 0x5bd1e995u;
    x ^= x >> 15;
    return (double)(x % 10007u) / 10006.0;
}

struct bill {
    double served, eur, grams;
};

/* One workload that may go anywhere, six regions with two sorts of cards, everything served. */
static struct bill bill_of(unsigned number, const char *placement, double k)
{
    struct nation n = world(placement);
    nation_card_of(&n, "old", "maker", 400.0, 0.0);
    for (unsigned i = 0; i < 6; i++) {
        char name[8], hall[32];
        snprintf(name, sizeof name, "r%u", i);
        snprintf(hall, sizeof hall, "hall_%s", name);
        uint32_t e =
            region_of(&n, name, i % 2 ? "A" : "B", pick(number, i) * 3.0 * k, 4.0,
                      0.02 + 0.3 * pick(number, 10 + i), 20.0 + 700.0 * pick(number, 20 + i),
                      1.05 + pick(number, 30 + i));
        nation_number(&n, e, "latitude", 40.0 + 20.0 * pick(number, 50 + i));
        if (pick(number, 40 + i) > 0.5) {
            nation_group(&n, hall, "old", 3.0);
        }
    }
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    struct bill b = {nation_total(&run, &r, "on_time"), nation_total(&run, &r, "cost_energy"),
                     nation_total(&run, &r, "carbon")};
    assert_close(b.served, nation_total(&run, &r, "demand"), 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return b;
}

static void nothing_is_cheaper_than_cheapest_nor_greener_than_greenest(void **state)
{
    double k = nation_prompts_of_a_card();
    int cheaper = 0;
    for (unsigned number = 0; number < 12; number++) {
        struct bill b[4];
        for (int how = 0; how < 4; how++) {
            b[how] = bill_of(number, HOW[how], k);
        }
        for (int how = 0; how < 4; how++) {
            assert_close(b[how].served, b[0].served, 1e-9);
            assert_true(b[1].eur <= b[how].eur * (1.0 + 1e-12));
            assert_true(b[2].grams <= b[how].grams * (1.0 + 1e-12));
        }
        cheaper += b[1].eur < 0.99 * b[0].eur;
    }
    print_message("cheaper by a hundredth in %d of 12 worlds\n", cheaper);
    assert_true(cheaper >= 6);
}

/* One job at a time, each of an hour on one card. At b power costs a tenth, at c it is clean, a
 * is home. Full less idle are 0.8 kW and PUE is 1.25, so a job adds 1 kWh where it runs, beside
 * what idles anyway. */
static void a_job_runs_where_its_placement_says(void **state)
{
    static const double eur_per_job[] = {0.0, 0.01, 0.1, 0.1};
    struct bill idle = {0}, b[4];
    double jobs = 0.0;
    for (int how = -1; how < 4; how++) {
        struct nation n = world(how < 0 ? "local" : HOW[how]);
        const char *const names[] = {"a", "b", "c"};
        for (int i = 0; i < 3; i++) {
            char shed[16];
            snprintf(shed, sizeof shed, "shed_%s", names[i]);
            region(&n, names[i], "A", 0.0, 0.0, i == 1 ? 0.01 : 0.1, i == 2 ? 10.0 : 500.0);
            add_shed(&n, shed, names[i]);
            nation_group(&n, shed, "card", 4);
        }
        link_of(&n, "ab", "a", "b", 0.010);
        link_of(&n, "ac", "a", "c", 0.005);
        if (how >= 0) {
            add_jobs(&n, "jobs", "a", "public", 0.05, 1.0, 0.0);
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        struct bill now = {0.0, nation_total(&run, &r, "cost_energy"),
                           nation_total(&run, &r, "carbon")};
        if (how < 0) {
            idle = now;
        } else {
            b[how] = (struct bill){nation_total(&run, &r, "batch_started"), now.eur - idle.eur,
                                   now.grams - idle.grams};
            jobs = b[how].served;
            print_message("%-8s %g jobs, %.4f EUR a job\n", HOW[how], jobs, b[how].eur / jobs);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
    assert_true(jobs > 300.0);
    for (int how = 1; how < 4; how++) {
        /* Four cards each: five jobs at once, which would move on, never come. A job may be
         * cut off by the end of the year. */
        assert_close(b[how].eur / jobs, eur_per_job[how], 0.01);
    }
    assert_close(b[2].grams / jobs, b[1].grams / jobs * 10.0 / 500.0, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_fills_the_best_place_first),
        cmocka_unit_test(the_cheapest_changes_with_the_hour),
        cmocka_unit_test(who_wants_the_same_place_gets_the_same_share),
        cmocka_unit_test(law_goes_first_and_ties_stay_at_home),
        cmocka_unit_test(nothing_is_cheaper_than_cheapest_nor_greener_than_greenest),
        cmocka_unit_test(a_job_runs_where_its_placement_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
