/*
 * Links that carry so much an hour, by hand. A prompt of 1,000 tokens of 4 bytes goes one way
 * and an answer of 200 the other, so the way there fills first; bandwidths are given in cards
 * whose prompts they carry.
 */
#include <math.h>

#include "tests/batch_nation.h"
#include "tests/close.h"

enum { HOURS = 8760 };

static double k; /* prompts a day that a card serves */

static struct nation world(void)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_add(&n, "pool", "pool");
    return n;
}

static void region(struct nation *n, const char *name, double asks, double has)
{
    char hall[32];
    snprintf(hall, sizeof hall, "hall_%s", name);
    nation_region(n, name, "A", "pool", asks * k);
    if (has > 0.0) {
        nation_site(n, hall, name, "owner");
        nation_group(n, hall, "card", has);
    }
}

/* `carries`: cards' worth of prompts each way; 0: everything. */
static uint32_t cable(struct nation *n, const char *from, const char *to, double latency_s,
                      double carries)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%s", from, to);
    uint32_t e = nation_add(n, "link", name);
    nation_text(n, e, "from", from);
    nation_text(n, e, "to", to);
    nation_number(n, e, "latency", latency_s);
    if (carries > 0.0) {
        nation_number(n, e, "batch_share", 0.0);
        nation_number(n, e, "bandwidth", carries * k * 4000.0 / 86400.0);
    }
    return e;
}

static double cards(const struct nation_run *run, const struct hanse_record *r,
                    const char *output, int32_t item)
{
    return nation_item(run, r, output, item) / HOURS;
}

/* a asks for four cards and has none, b has four. What the cable does not carry wants for a
 * network. GB: a card's prompts and answers of a year, times 4,000 and 800 bytes. */
static void a_cable_carries_what_its_bandwidth_says(void **state)
{
    for (int carries = 0; carries <= 5; carries++) {
        struct nation n = world();
        region(&n, "a", 4.0, 0.0);
        region(&n, "b", 0.0, 4.0);
        cable(&n, "a", "b", 0.01, carries);
        nation_workload(&n, "chat", 1.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        double served = carries == 0 ? 4.0 : fmin(carries, 4.0);
        assert_close(cards(&run, &r, "on_time", 0), served, 1e-9);
        assert_close(cards(&run, &r, "hosted", 1), served, 1e-9);
        assert_within(cards(&run, &r, "dropped_network", 0), 4.0 - served, 1e-9);
        assert_close(nation_item(&run, &r, "link_carried", 0),
                     carries == 0 ? 0.0 : served * k * 365.0 * 4800.0 / 1e9, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* By c it is quicker, but that way carries one card only; the direct cable two; a asks four. A
 * workload in a hurry can't take the slow one. */
static void when_a_link_is_full_the_rest_takes_the_next_path(void **state)
{
    static const double limits[] = {0.0, 0.015}, served[] = {3.0, 1.0};
    for (int i = 0; i < 2; i++) {
        struct nation n = world();
        region(&n, "a", 4.0, 0.0);
        region(&n, "b", 0.0, 4.0);
        region(&n, "c", 0.0, 0.0);
        cable(&n, "a", "b", 0.020, 2.0);
        cable(&n, "a", "c", 0.005, 1.0);
        cable(&n, "c", "b", 0.005, 0.0);
        nation_number(&n, nation_workload(&n, "chat", 1.0), "latency_limit", limits[i]);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(cards(&run, &r, "on_time", 0), served[i], 1e-9);
        assert_close(cards(&run, &r, "dropped_network", 0), 4.0 - served[i], 1e-9);
        double gb = k * 365.0 * 4800.0 / 1e9; /* of a card; links are sorted by name */
        assert_within(nation_item(&run, &r, "link_carried", 0), (served[i] - 1.0) * gb,
                      1e-6 * gb);
        assert_close(nation_item(&run, &r, "link_carried", 1), gb, 1e-9);
        assert_close(nation_item(&run, &r, "link_carried", 2), gb, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* a asks four, has one, and asks three of b; c asks one; both over the cable that carries two:
 * half of each. What a has itself needs no cable. */
static void who_crosses_a_full_link_gets_the_same_share(void **state)
{
    struct nation n = world();
    region(&n, "a", 4.0, 1.0);
    region(&n, "b", 0.0, 8.0);
    region(&n, "c", 1.0, 0.0);
    cable(&n, "a", "b", 0.01, 2.0);
    cable(&n, "c", "a", 0.01, 0.0);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 0), 2.5, 1e-9);
    assert_close(cards(&run, &r, "on_time", 2), 0.5, 1e-9);
    assert_close(cards(&run, &r, "dropped_network", 0), 1.5, 1e-9);
    assert_close(cards(&run, &r, "dropped_network", 2), 0.5, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* The first tier goes first: it takes the cable, and the second wants for it. */
static void tiers_use_links_in_order(void **state)
{
    struct nation n = world();
    region(&n, "a", 2.0, 0.0);
    region(&n, "b", 0.0, 8.0);
    cable(&n, "a", "b", 0.01, 3.0);
    nation_number(&n, nation_workload(&n, "first", 1.0), "tier", 1);
    nation_number(&n, nation_workload(&n, "second", 1.0), "tier", 2);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(cards(&run, &r, "on_time", 0), 2.0, 1e-9);
    assert_close(cards(&run, &r, "on_time", 1), 1.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Answers in pictures fill the way back: 200 tokens of 40 bytes are twice the prompt. The share
 * for batch jobs leaves half. */
static void answers_and_the_batch_share_count(void **state)
{
    static const double bytes[] = {4.0, 40.0}, share[] = {0.5, 0.0};
    for (int i = 0; i < 2; i++) {
        struct nation n = world();
        region(&n, "a", 4.0, 0.0);
        region(&n, "b", 0.0, 4.0);
        uint32_t e = nation_add(&n, "link", "cable");
        nation_text(&n, e, "from", "b");
        nation_text(&n, e, "to", "a");
        nation_number(&n, e, "bandwidth", 2.0 * k * 4000.0 / 86400.0);
        nation_number(&n, e, "batch_share", share[i]);
        nation_number(&n, nation_workload(&n, "chat", 1.0), "output_bytes", bytes[i]);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(cards(&run, &r, "on_time", 0), 1.0, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* The nearest is full, so the rest goes to the next nearest; and a foreign API behind a cable
 * gets what that carries. */
static void placement_and_renting_keep_to_bandwidth(void **state)
{
    for (int rents = 0; rents < 2; rents++) {
        struct nation n = world();
        region(&n, "a", 4.0, 0.0);
        region(&n, "b", 0.0, rents ? 0.0 : 4.0);
        region(&n, "c", 0.0, 4.0);
        cable(&n, "a", "b", 0.001, 1.5);
        cable(&n, "a", "c", 0.002, 1.0);
        uint32_t w = nation_workload(&n, "chat", 1.0);
        nation_text(&n, w, "placement", "nearest");
        if (rents) {
            uint32_t api = nation_add(&n, "cloud", "api");
            nation_text(&n, api, "provider", "maker");
            nation_text(&n, api, "host", "far");
            nation_text(&n, api, "region", "b");
            nation_number(&n, api, "prompt_price", 1e-6);
            nation_number(&n, api, "output_price", 1e-6);
            nation_text(&n, w, "cloud", "api");
            nation_text(&n, w, "cloud_use", "overflow");
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        assert_close(cards(&run, &r, "on_time", 0), 2.5, 1e-9);
        assert_close(cards(&run, &r, "hosted", 2), 1.0, 1e-9);
        assert_within(cards(&run, &r, "hosted", 1), rents ? 0.0 : 1.5, 1e-9);
        assert_within(cards(&run, &r, "served_by_cloud", 0), rents ? 1.5 : 0.0, 1e-9);
        assert_close(cards(&run, &r, "dropped_network", 0), 1.5, 1e-9);
        nation_run_end(&run);
        nation_end(&n);
    }
}

static int find_k(void **state)
{
    k = nation_prompts_of_a_card();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cable_carries_what_its_bandwidth_says),
        cmocka_unit_test(when_a_link_is_full_the_rest_takes_the_next_path),
        cmocka_unit_test(who_crosses_a_full_link_gets_the_same_share),
        cmocka_unit_test(tiers_use_links_in_order),
        cmocka_unit_test(answers_and_the_batch_share_count),
        cmocka_unit_test(placement_and_renting_keep_to_bandwidth),
    };
    return cmocka_run_group_tests(tests, find_k, NULL);
}
