/*
 * Batch queues of a network that falls apart: an island's jobs run on the island's hardware and
 * wait for nobody else, and a job that waits keeps back only those that want what it wants.
 * Streams belong to batch classes, so two worlds in which a class meets the same hardware and
 * the same rivals give it the same waits to the bit.
 */
#include <math.h>

#include "tests/batch_nation.h"

static const char *const STRICT[] = {"fcfs", "sjf"};

struct waits {
    double waited, started, done, demand, backlog;
};

static struct waits waits_of(const struct nation_run *run, const struct hanse_record *r,
                             int32_t batch)
{
    return (struct waits){
        .waited = nation_item(run, r, "batch_wait", batch),
        .started = nation_item(run, r, "batch_started", batch),
        .done = nation_item(run, r, "batch_on_time", batch) +
                nation_item(run, r, "batch_late", batch),
        .demand = nation_item(run, r, "batch_demand", batch),
        .backlog = nation_cell(run, r, "batch_backlog", run->layout.n_months - 1, batch)};
}

static bool same(struct waits a, struct waits b)
{
    return a.waited == b.waited && a.started == b.started && a.done == b.done &&
           a.demand == b.demand && a.backlog == b.backlog;
}

/* Regions a of A and b of B, and no hardware. */
static struct nation two_lands_of(const char *scheduler, const char *pool_a, const char *pool_b,
                                  uint32_t *pool)
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
    *pool = nation_add(&n, "pool", pool_a);
    nation_text(&n, *pool, "scheduler", scheduler);
    if (strcmp(pool_a, pool_b) != 0) {
        nation_text(&n, nation_add(&n, "pool", pool_b), "scheduler", scheduler);
    }
    nation_region(&n, "a", "A", pool_a, 1.0);
    nation_region(&n, "b", "B", pool_b, 1.0);
    return n;
}

static struct nation two_lands(const char *scheduler, const char *pool_a, const char *pool_b)
{
    uint32_t pool;
    return two_lands_of(scheduler, pool_a, pool_b, &pool);
}

static void add_cards(struct nation *n, const char *shed, const char *region, double count)
{
    add_shed(n, shed, region);
    nation_group(n, shed, "card", count);
}

static void add_cable(struct nation *n, double cut_from_h, double cut_to_h)
{
    uint32_t cable = nation_add(n, "link", "cable");
    nation_text(n, cable, "from", "a");
    nation_text(n, cable, "to", "b");
    nation_text(n, cable, "owner", "maker");
    uint32_t cut = nation_add(n, "withdraw", "cut");
    nation_text(n, cut, "actor", "maker");
    nation_text(n, cut, "axis", "network");
    nation_number(n, cut, "from", cut_from_h);
    nation_number(n, cut, "to", cut_to_h);
}

static struct waits of_class(struct nation *n, int32_t batch)
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, 0);
    struct waits w = waits_of(&run, &r, batch);
    nation_run_end(&run);
    nation_end(n);
    return w;
}

/* Jobs of A's state, twice as many as A's four cards can do and shorter than the others, may
 * run in A only and always wait. B's public jobs find A's cards wanted by somebody before them
 * and B's by nobody: they wait as if A had no cards and the state no jobs. */
static void who_waits_keeps_back_only_those_who_want_the_same(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof STRICT / sizeof *STRICT; s++) {
        struct waits got[2];
        for (int with = 0; with < 2; with++) {
            struct nation n = two_lands(STRICT[s], "pool", "pool");
            add_cards(&n, "shed_b", "b", 4);
            uint32_t open = add_jobs(&n, "open", "b", "public", 2.0, 1.0, 0.0);
            nation_number(&n, open, "width_max", 2);
            if (with) {
                add_cards(&n, "shed_a", "a", 4);
                uint32_t first = add_jobs(&n, "secret", "a", "state", 4.0, 0.5, 0.0);
                nation_number(&n, first, "width_min", 4);
                nation_number(&n, first, "width_max", 4);
            }
            got[with] = of_class(&n, 0);
        }
        print_message("%s: mean wait %.4f h and %.4f h\n", STRICT[s],
                      got[0].waited / got[0].started, got[1].waited / got[1].started);
        /* Before the first state job came, some of B's may have run in A. */
        assert_true(got[0].started > 15000.0 && got[0].waited > 0.0);
        assert_true(fabs(got[1].waited / got[0].waited - 1.0) < 0.01);
    }
}

/* Wide jobs need four cards of one group. The pair of cards can't hold one, so narrow jobs may
 * use it though wide ones wait; the four cards are kept for them. */
static void a_wide_job_keeps_back_only_where_it_would_fit(void **state)
{
    (void)state;
    struct nation n = two_lands("fcfs", "pool", "pool");
    add_cards(&n, "four", "a", 4);
    add_cards(&n, "pair", "a", 2);
    uint32_t wide = add_jobs(&n, "wide", "a", "public", 10.0, 1.0, 0.0);
    nation_number(&n, wide, "width_min", 4);
    nation_number(&n, wide, "width_max", 4);
    add_jobs(&n, "narrow", "a", "public", 1.0, 1.0, 0.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    struct waits w = waits_of(&run, &r, 1), v = waits_of(&run, &r, 0);
    print_message("wide %g of %g jobs, narrow waits %.4f h\n", w.started, w.demand / 4.0,
                  v.waited / v.started);
    /* The four cards are never idle nor in other hands but for the first hours. */
    assert_true(w.started > 8750.0 && w.started <= 8760.0);
    /* Narrow ones have the pair to themselves: M/D/2 at 1/h and 1 h; by Cosmetatos'
     * approximation about 0.176 h. 8,760 jobs: three standard errors are about 0.02 h. */
    assert_true(fabs(v.waited / v.started - 0.176) < 0.03);
    nation_run_end(&run);
    nation_end(&n);
}

/* With the cable cut all year the two ends do as two pools would; whole, they don't. */
static void islands_run_their_own_jobs_on_their_own_hardware(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof STRICT / sizeof *STRICT; s++) {
        for (int32_t batch = 0; batch < 2; batch++) {
            struct waits got[3];
            for (int world = 0; world < 3; world++) { /* two pools, cut, whole */
                struct nation n = two_lands(STRICT[s], "p", world == 0 ? "q" : "p");
                add_cards(&n, "shed_a", "a", 2);
                add_cards(&n, "shed_b", "b", 4);
                add_jobs(&n, "of_a", "a", "public", 1.8, 1.0, 1.0);
                add_jobs(&n, "of_b", "b", "public", 2.0, 1.0, 1.0);
                if (world == 1) {
                    add_cable(&n, 0.0, 8760.0);
                }
                got[world] = of_class(&n, batch);
            }
            assert_true(same(got[0], got[1]));
            assert_true(!same(got[0], got[2]));
        }
    }
}

/* A has jobs and B the cards. While the cable is cut, in months 3 and 4, none of A's starts and
 * none is lost; when it heals they go before B's later ones, and all get done. */
static void queues_merge_when_the_network_heals(void **state)
{
    (void)state;
    static const char *const all[] = {"fcfs",      "sjf",          "easy",
                                      "easy-sjbf", "conservative", "priority"};
    for (size_t s = 0; s < sizeof all / sizeof *all; s++) {
        struct nation n = two_lands(all[s], "pool", "pool");
        add_cards(&n, "shed", "b", 4);
        add_jobs(&n, "of_a", "a", "public", 0.5, 1.0, 1.0);
        add_jobs(&n, "of_b", "b", "public", 0.5, 1.0, 1.0);
        add_cable(&n, 3.0 * 730.0, 5.0 * 730.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        struct waits a = waits_of(&run, &r, 0), b = waits_of(&run, &r, 1);
        assert_true(nation_cell(&run, &r, "batch_started", 3, 0) == 0.0);
        assert_true(nation_cell(&run, &r, "batch_started", 4, 0) == 0.0);
        assert_true(nation_cell(&run, &r, "batch_started", 3, 1) > 300.0);
        double asked = nation_cell(&run, &r, "batch_demand", 3, 0) +
                       nation_cell(&run, &r, "batch_demand", 4, 0);
        double waits = nation_cell(&run, &r, "batch_backlog", 4, 0);
        assert_true(waits >= asked && waits < asked + 30.0);
        assert_true(fabs(a.demand - a.done - a.backlog) < 1e-6 * a.demand);
        assert_true(fabs(b.demand - b.done - b.backlog) < 1e-6 * b.demand);
        assert_true(a.backlog < 50.0);
        /* Strictly in order, B's wait for what A's had to wait for: about 700 jobs that four
         * cards, a third of them busy anyway, work off. */
        double before = nation_cell(&run, &r, "batch_wait", 4, 1);
        double after = nation_cell(&run, &r, "batch_wait", 5, 1);
        assert_true(s != 0 || after > 100.0 * before);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* Three regions, A in two of them, the seat in B: cut off from it, A's two regions are one
 * island and C's jobs, without cards there, wait. A federated pool stays one. */
static double started_without_the_seat(bool federated)
{
    uint32_t pool;
    struct nation n = two_lands_of("fcfs", "pool", "pool", &pool);
    nation_jurisdiction(&n, "C");
    nation_region(&n, "a2", "A", "pool", 1.0);
    nation_region(&n, "c", "C", "pool", 1.0);
    nation_flag(&n, pool, "federated", federated);
    if (!federated) {
        nation_text(&n, pool, "seat", "b");
    }
    add_cards(&n, "shed", "a", 4);
    add_jobs(&n, "of_a2", "a2", "public", 0.5, 1.0, 0.0);
    add_jobs(&n, "of_c", "c", "public", 0.5, 1.0, 0.0);
    add_cable(&n, 0.0, 8760.0);
    const char *const ends[][2] = {{"a", "a2"}, {"a", "c"}};
    for (int i = 0; i < 2; i++) {
        uint32_t link = nation_add(&n, "link", i == 0 ? "l1" : "l2");
        nation_text(&n, link, "from", ends[i][0]);
        nation_text(&n, link, "to", ends[i][1]);
    }
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_item(&run, &r, "batch_started", 0) > 4000.0);
    double started = nation_item(&run, &r, "batch_started", 1);
    nation_run_end(&run);
    nation_end(&n);
    return started;
}

static void without_the_seat_jobs_stay_with_their_member(void **state)
{
    (void)state;
    assert_true(started_without_the_seat(false) == 0.0);
    assert_true(started_without_the_seat(true) > 4000.0);
}

/* Work that waits at the year's end, by what stands in its way. */
struct obstacles {
    double capacity, law, network, power, value;
};

/* A's jobs of one card. Where: at home or in b; how many cards there; what cuts them off. */
static struct obstacles obstacles_of(const char *data_class, const char *where, double has,
                                     const char *axis)
{
    struct nation n = two_lands("fcfs", "pool", "pool");
    uint32_t shed = add_shed(&n, "shed", where);
    nation_group(&n, "shed", "card", has);
    nation_text(&n, shed, "uplink_owner", "maker");
    nation_text(&n, shed, "power_supplier", "maker");
    uint32_t jobs = add_jobs(&n, "jobs", "a", data_class, 2.0, 1.0, 0.0);
    nation_number(&n, jobs, "value", 10.0);
    uint32_t cable = nation_add(&n, "link", "cable");
    nation_text(&n, cable, "from", "a");
    nation_text(&n, cable, "to", "b");
    if (axis != NULL) {
        uint32_t cut = nation_add(&n, "withdraw", "cut");
        nation_text(&n, cut, "actor", "maker");
        nation_text(&n, cut, "axis", axis);
        nation_number(&n, cut, "from", 8000.0);
        nation_number(&n, cut, "to", 9000.0);
        if (strcmp(where, "b") == 0) {
            nation_text(&n, cable, "owner", "maker");
        }
    }
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    int32_t last = run.layout.n_months - 1;
    struct obstacles o = {nation_cell(&run, &r, "batch_waits_capacity", last, 0),
                          nation_cell(&run, &r, "batch_waits_law", last, 0),
                          nation_cell(&run, &r, "batch_waits_network", last, 0),
                          nation_cell(&run, &r, "batch_waits_power", last, 0),
                          nation_item(&run, &r, "batch_value", 0)};
    assert_true(fabs(o.value - 10.0 * nation_item(&run, &r, "batch_on_time", 0)) < 1e-6);
    double waits = o.capacity + o.law + o.network + o.power;
    double backlog = nation_cell(&run, &r, "batch_backlog", last, 0);
    assert_true(waits <= backlog && backlog <= waits + has);
    nation_run_end(&run);
    nation_end(&n);
    return o;
}

static void what_waits_says_what_it_wants_for(void **state)
{
    (void)state;
    struct obstacles o = obstacles_of("public", "a", 1.0, NULL);
    assert_true(o.capacity > 8000.0 && o.law + o.network + o.power == 0.0);
    o = obstacles_of("state", "b", 4.0, NULL);
    assert_true(o.law > 16000.0 && o.capacity + o.network + o.power == 0.0);
    o = obstacles_of("public", "b", 4.0, "network"); /* the cable, and the site's uplink */
    assert_true(o.network > 1000.0 && o.capacity + o.law + o.power == 0.0);
    o = obstacles_of("public", "a", 4.0, "network");
    assert_true(o.network > 1000.0 && o.capacity + o.law + o.power == 0.0);
    o = obstacles_of("public", "a", 4.0, "power");
    assert_true(o.power > 1000.0 && o.capacity + o.law + o.network == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_keeps_back_only_those_who_want_the_same),
        cmocka_unit_test(a_wide_job_keeps_back_only_where_it_would_fit),
        cmocka_unit_test(islands_run_their_own_jobs_on_their_own_hardware),
        cmocka_unit_test(queues_merge_when_the_network_heals),
        cmocka_unit_test(without_the_seat_jobs_stay_with_their_member),
        cmocka_unit_test(what_waits_says_what_it_wants_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
