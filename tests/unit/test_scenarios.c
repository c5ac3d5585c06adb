/* The shipped scenarios load, run in every case and tell the story they claim to tell. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/script.h"
#include "sim/model/scenario.h"
#include "sim/process/mechanism.h"
#include "sim/study/study.h"

enum { MOST_CASES = 8, MOST_VIEWS = 512, MOST_WINDOWS = 8, MOST_ITEMS = 256 };

/* Means over replications of every view, window and case. */
struct told {
    struct hanse_scenario *first; /* the windows' names are its */
    struct hanse_study study;
    struct hanse_view views[MOST_VIEWS];
    struct hanse_window windows[MOST_WINDOWS];
    size_t n_views, n_windows;
    double *sums; /* [case][window][view][item] */
    uint32_t records[MOST_CASES];
};

static struct hanse_context *context;

static double *cell(const struct told *told, size_t which, size_t window, size_t view)
{
    size_t at = (which * MOST_WINDOWS + window) * MOST_VIEWS + view;
    return told->sums + at * MOST_ITEMS;
}

static enum hanse_status ignore_begin(void *self, struct hanse_context *ctx,
                                      const struct hanse_study *study)
{
    return HANSE_OK;
}

static enum hanse_status ignore_end(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

static enum hanse_status add_record(void *self, struct hanse_context *ctx,
                                    const struct hanse_record *record)
{
    struct told *told = self;
    double items[MOST_ITEMS];
    told->records[record->case_index]++;
    for (size_t w = 0; w < told->n_windows; w++) {
        for (size_t v = 0; v < told->n_views; v++) {
            hanse_view_summary(&told->study.layout, &told->views[v], &told->windows[w],
                               record->series, items);
            for (int32_t i = 0; i < told->views[v].n_items; i++) {
                cell(told, record->case_index, w, v)[i] += items[i];
            }
        }
    }
    return HANSE_OK;
}

static void must(enum hanse_status status)
{
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(context));
    }
}

/* Runs every case of a scenario with its inputs at mid. */
static struct told *tell(const char *path, uint32_t replications)
{
    struct told *told = calloc(1, sizeof *told);
    struct hanse_script *script;
    const struct hanse_scenario *cases[MOST_CASES];
    const char *names[MOST_CASES];
    must(hanse_script_load(context, path, "scenarios", NULL, &script));
    const struct hanse_draft *draft = hanse_script_draft(script);
    size_t n = hanse_draft_n_cases(draft);
    assert_in_range(n, 1, MOST_CASES);
    for (size_t i = 0; i < n; i++) {
        struct hanse_scenario *frozen;
        must(hanse_draft_freeze(draft, i, NULL, 0, &frozen));
        cases[i] = frozen;
        names[i] = hanse_draft_case_name(draft, i);
    }
    told->study = (struct hanse_study){.cases = cases,
                                       .case_names = names,
                                       .case_labels = names,
                                       .n_cases = (uint32_t)n,
                                       .n_central = replications,
                                       .seed = 1};
    must(hanse_layout_init(context, cases[0], &told->study.layout));
    told->n_views = hanse_views(&told->study.layout, told->views, MOST_VIEWS);
    told->n_windows = hanse_windows(cases[0], told->windows, MOST_WINDOWS);
    assert_true(told->n_views <= MOST_VIEWS && told->n_windows <= MOST_WINDOWS);
    told->sums = calloc(n * MOST_WINDOWS * MOST_VIEWS * MOST_ITEMS, sizeof *told->sums);
    struct hanse_sink sink = {told, ignore_begin, add_record, ignore_end};
    struct hanse_run_options options = {.threads = 2};
    struct hanse_run_report report;
    must(hanse_study_run(context, &told->study, &sink, &options, &report));
    told->first = (struct hanse_scenario *)cases[0];
    for (size_t i = 1; i < n; i++) {
        hanse_scenario_destroy((struct hanse_scenario *)cases[i]);
    }
    told->study.cases = NULL;
    told->study.case_names = told->study.case_labels = NULL;
    hanse_script_destroy(script);
    return told;
}

static void forget(struct told *told)
{
    hanse_layout_fini(&told->study.layout);
    hanse_scenario_destroy(told->first);
    free(told->sums);
    free(told);
}

/* Mean of item i of a view over replications. */
static double item(const struct told *told, size_t which, const char *window, const char *view,
                   size_t i)
{
    size_t w = 0, v = 0;
    while (w < told->n_windows && strcmp(told->windows[w].name, window) != 0) {
        w++;
    }
    while (v < told->n_views && strcmp(told->views[v].name, view) != 0) {
        v++;
    }
    if (w == told->n_windows || v == told->n_views) {
        fail_msg("no window '%s' or no view '%s'", window, view);
    }
    return cell(told, which, w, v)[i] / told->records[which];
}

static double served(const struct told *told, size_t which, const char *window)
{
    return item(told, which, window, "on_time_share", 0);
}

static int set_up(void **state)
{
    context = hanse_context_create();
    return context == NULL;
}

static int tear_down(void **state)
{
    hanse_context_destroy(context);
    return 0;
}

static void first_steps_outgrow_their_hall(void **state)
{
    struct told *told = tell("scenarios/first-steps.lua", 4);
    double planned = served(told, 0, "horizon"), twice = served(told, 1, "horizon");
    assert_true(planned > 0.8 && planned < 0.97);
    assert_true(twice > 0.999);
    forget(told);
}

static void a_key_over_half_the_hardware_halves_what_is_served(void **state)
{
    struct told *told = tell("scenarios/kill-switch.lua", 2);
    assert_true(served(told, 1, "cut") < 0.99);
    assert_true(fabs(served(told, 0, "cut") / served(told, 1, "cut") - 0.5) < 1e-9);
    assert_true(fabs(served(told, 0, "before") - served(told, 1, "before")) < 1e-12);
    assert_true(fabs(served(told, 0, "after") - served(told, 1, "after")) < 1e-12);
    /* The chips are foreign in all of them. */
    assert_true(fabs(served(told, 2, "cut") - served(told, 1, "cut")) < 1e-12);
    assert_true(served(told, 3, "cut") == 0.0);
    assert_true(served(told, 5, "cut") == 0.0);
    assert_true(served(told, 6, "cut") > 0.999);
    forget(told);
}

/* P(X <= 25) = 0.9554 of a Poisson of mean 18, the share of losses that find a spare by Palm's
 * theorem; 12 replications of two years at about 24 independent stretches each: standard
 * deviation below 1.2 %, ± 4.8 %. The stop empties the shelf; parts of the dead fill it longer.
 */
static void spares_last_as_palm_says(void **state)
{
    struct told *told = tell("scenarios/spares.lua", 12);
    assert_true(fabs(item(told, 0, "steady", "fill_rate", 0) - 0.9554) < 0.048);
    assert_true(item(told, 1, "steady", "fill_rate", 0) == 0.0);
    /* 18 of 2000 devices are on order at a time, the shelf holds none: 99.1 % work. */
    double none = item(told, 1, "steady", "capacity_available", 0);
    assert_true(fabs(none - 1982.0) < 4.0);
    /* A stop of two years takes 2000 · (1 − exp(−0.2212)) = 397 devices, less what came before
     * and lay on the shelf. */
    double left = item(told, 3, "last_month", "capacity_available", 0);
    assert_true(fabs(left - 1982.0 * exp(-0.1106 * 23.5 / 12.0)) < 12.0);
    double salvaged = item(told, 5, "last_month", "capacity_available", 0);
    assert_true(left + 150.0 < salvaged);
    assert_true(item(told, 4, "last_month", "capacity_available", 0) > 1985.0);
    forget(told);
}

/* All hardware is busy all the time: what waiting buys, 1/0.7² = 2.04 times as much, works six
 * years instead of eight; one month of lead time either way. */
static void waiting_buys_twice_the_hardware_if_it_can_be_bought(void **state)
{
    struct told *told = tell("scenarios/buy-now-or-wait.lua", 1);
    double now = item(told, 0, "horizon", "on_time", 0);
    assert_true(fabs(item(told, 1, "horizon", "on_time", 0) / now -
                     (2040.0 / 1000.0) * (71.0 / 95.0)) < 0.01);
    assert_true(fabs(item(told, 2, "horizon", "on_time", 0) / now -
                     (4164.0 / 1000.0) * (47.0 / 95.0)) > 0.1); /* then demand is the limit */
    assert_true(item(told, 3, "horizon", "on_time", 0) == 0.0);
    assert_true(item(told, 4, "horizon", "deliveries", 0) == 0.0);
    assert_true(item(told, 5, "horizon", "deliveries", 0) == 1000.0);
    assert_true(item(told, 6, "horizon", "deliveries", 0) == 1000.0);
    /* A loss is what was paid and two euros for each unit that went unserved. */
    for (size_t c = 0; c < 7; c++) {
        double missed =
            item(told, c, "horizon", "demand", 0) - item(told, c, "horizon", "on_time", 0);
        double loss = item(told, c, "horizon", "cost", 0) + 2.0 * missed;
        assert_true(fabs(item(told, c, "horizon", "loss", 0) / loss - 1.0) < 1e-9);
    }
    forget(told);
}

static void neighbours_share_until_their_coordinator_goes(void **state)
{
    struct told *told = tell("scenarios/neighbours.lua", 2);
    assert_true(fabs(served(told, 0, "together") - 1) < 1e-9);
    assert_true(served(told, 1, "together") < 0.9);
    assert_true(fabs(served(told, 0, "apart") - served(told, 1, "apart")) < 1e-12);
    forget(told);
}

/* Order of the cases in walls-or-pool.lua. */
enum { SILOS, PARTNERS, OPEN_POOL, LAWFUL, BY_CLASS, RENTED };

static void every_wall_that_falls_serves_more(void **state)
{
    struct told *told = tell("scenarios/walls-or-pool.lua", 2);
    double silos = served(told, SILOS, "horizon");
    assert_true(silos < served(told, PARTNERS, "horizon"));
    assert_true(served(told, PARTNERS, "horizon") < served(told, OPEN_POOL, "horizon"));
    assert_true(silos < served(told, LAWFUL, "horizon"));
    assert_true(served(told, LAWFUL, "horizon") < served(told, OPEN_POOL, "horizon"));
    /* No confidential data in this nation: sharing the other two is sharing what law lets go.
     */
    assert_true(fabs(served(told, LAWFUL, "horizon") - served(told, BY_CLASS, "horizon")) <
                1e-9);
    forget(told);
}

static void one_hall_falls_with_its_place_and_its_key(void **state)
{
    struct told *told = tell("scenarios/data-centre-or-network.lua", 2);
    for (int i = 0; i < 2; i++) {
        const char *window = i == 0 ? "storm" : "key";
        assert_true(served(told, 0, window) > 0.99);
        assert_true(served(told, 1, window) < 1e-9);
    }
    /* A millisecond at a detour of 3 is 67 km: of twenty places two lie so near the hall, 33
     * and 62 km by great circle; the next is 70 km off. */
    const char *by_workload = "on_time_share_by_workload";
    enum { ASSISTANT_CALLS, NEARBY };
    assert_true(fabs(item(told, 1, "calm", by_workload, NEARBY) - 0.1) < 1e-9);
    assert_true(item(told, 0, "calm", by_workload, NEARBY) > 0.999);
    assert_true(item(told, 0, "calm", by_workload, ASSISTANT_CALLS) > 0.99);
    /* Nothing is bought for either but spares: 160 devices at 25,000 with 0.65 around them,
     * and one hall or twenty rooms. */
    double devices = 160 * 25e3 * 1.65;
    double hall = item(told, 1, "horizon", "investment", 0) - devices - 2.5e6;
    double rooms = item(told, 0, "horizon", "investment", 0) - devices - 20 * 0.25e6;
    assert_true(hall > -1.0 && hall < 20 * 25e3 * 1.65);
    assert_true(rooms > -1.0 && rooms < 20 * 25e3 * 1.65);
    forget(told);
}

static void an_island_serves_what_it_has_power_and_hardware_for(void **state)
{
    struct told *told = tell("scenarios/island-state.lua", 2);
    double half = served(told, 0, "worst"), own = served(told, 2, "worst");
    double bare = served(told, 3, "worst"), rented = served(told, 4, "worst");
    assert_true(own > 0.999 && half < 0.95 && bare < half && rented < bare);
    /* Without power of its own and without cables a week of the month's 730 hours is lost, the
     * month being whole weeks but for two days. */
    assert_true(fabs(bare - (1.0 - 168.0 / 730.0)) < 0.003);
    /* A state's data may not be rented out: 0.4 of 3.6 prompts a head. */
    assert_true(fabs(rented / bare - (1.0 - 0.4 / 3.6)) < 0.003);
    /* What is lost is worth 20 EUR a unit, the middle of the assumption. */
    double missed = item(told, 0, "horizon", "missed", 0);
    assert_true(fabs(item(told, 0, "horizon", "cost_unserved", 0) - 20.0 * missed) <
                1e-6 * missed);
    forget(told);
}

static void an_emerging_pool_gains_from_sun(void **state)
{
    struct told *told = tell("scenarios/emerging-pool.lua", 2);
    assert_true(served(told, 1, "horizon") < served(told, 0, "horizon"));
    assert_true(served(told, 0, "horizon") < served(told, 2, "horizon"));
    assert_true(served(told, 0, "horizon") <= served(told, 4, "horizon") + 1e-12);
    /* Work that goes where the sun shines takes less coal and oil with it. */
    assert_true(item(told, 3, "horizon", "carbon", 0) < item(told, 0, "horizon", "carbon", 0));
    /* Regions by name: capital, coast, plateau, sea. The shed has the grid and nothing
     * else: 1.5 times 115.73 hours a year without, and its 80 cards fail 16 times a year for
     * two days. 2 x 5 years of some 67 interruptions: standard deviation below 0.2 %. */
    double up = item(told, 0, "horizon", "device_hours_available_by_region", 1);
    double hand = 80 * 5 * 8760.0 * (1 - 1.5 * 115.73 / 8760) * (1 - 0.2 * 48 / 8760);
    assert_true(fabs(up / hand - 1.0) < 0.008);
    forget(told);
}

/* Order of the cases in the file. */
enum { BASELINE, STOP24, STOCKPILE, DIFFUSION, POOLED, WALLED, CLOUD };

static void the_baltic_cases_are_ordered_as_they_must_be(void **state)
{
    struct told *told = tell("scenarios/baltic-supply-stop.lua", 2);
    assert_int_equal(told->study.n_cases, 7);
    double base = served(told, BASELINE, "last_year"), stop = served(told, STOP24, "last_year");
    assert_true(base > 0.9);
    assert_true(stop < base - 0.02);
    assert_true(served(told, STOCKPILE, "last_year") > stop + 0.01);
    const char *moved = "served_by_pool";
    double shared = item(told, STOP24, "stop", moved, 0);
    assert_true(item(told, POOLED, "stop", moved, 0) > shared);
    assert_true(item(told, WALLED, "stop", moved, 0) < shared);
    forget(told);
}

static void a_cap_far_above_the_orders_changes_nothing(void **state)
{
    struct told *told = tell("scenarios/baltic-supply-stop.lua", 1);
    for (size_t v = 0; v < told->n_views; v++) {
        const char *by = told->study.layout.columns[told->views[v].column].output->dims[0];
        bool about_shocks = by != NULL && strcmp(by, "shock") == 0; /* that the cap is one */
        for (int32_t i = 0; i < told->views[v].n_items && !about_shocks; i++) {
            double base = cell(told, BASELINE, 0, v)[i], cap = cell(told, DIFFUSION, 0, v)[i];
            assert_true(base == cap || (isnan(base) && isnan(cap)));
        }
    }
    forget(told);
}

/* Rows of regions and workloads are in the order of their names. */
enum { ASSISTANT, OFFICE, PUBLIC, STATE };

static void what_must_stay_at_home_is_never_rented(void **state)
{
    struct told *told = tell("scenarios/baltic-supply-stop.lua", 1);
    const char *view = "served_by_cloud_by_workload";
    assert_true(item(told, CLOUD, "horizon", view, ASSISTANT) > 0);
    assert_true(item(told, CLOUD, "horizon", view, PUBLIC) > 0);
    assert_true(item(told, CLOUD, "horizon", view, OFFICE) == 0);
    assert_true(item(told, CLOUD, "horizon", view, STATE) == 0);
    assert_true(item(told, BASELINE, "horizon", "cost_cloud", 0) == 0);
    forget(told);
}

static void baltic_costs_and_energy_are_of_a_believable_size(void **state)
{
    struct told *told = tell("scenarios/baltic-supply-stop.lua", 1);
    double energy = item(told, BASELINE, "horizon", "energy", 0);
    double price = item(told, BASELINE, "horizon", "cost_energy", 0) / energy;
    double carbon = item(told, BASELINE, "horizon", "carbon", 0) * 1e6 / energy;
    double hours = item(told, BASELINE, "horizon", "device_hours_available", 0);
    double cost = item(told, BASELINE, "horizon", "cost_fleet", 0);
    assert_true(price > 0.1099 / 1.082 && price < 0.134 / 1.082); /* EUR/kWh, regions.csv */
    assert_true(carbon > 123.2 && carbon < 416.7);                /* g/kWh, regions.csv */
    assert_true(energy / hours > 0.3 && energy / hours < 1.7);    /* kW per device */
    assert_true(cost / hours > 0.5 && cost / hours < 4.5);        /* EUR/h; rent is 2 to 5 */
    forget(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_steps_outgrow_their_hall),
        cmocka_unit_test(a_key_over_half_the_hardware_halves_what_is_served),
        cmocka_unit_test(spares_last_as_palm_says),
        cmocka_unit_test(waiting_buys_twice_the_hardware_if_it_can_be_bought),
        cmocka_unit_test(neighbours_share_until_their_coordinator_goes),
        cmocka_unit_test(every_wall_that_falls_serves_more),
        cmocka_unit_test(one_hall_falls_with_its_place_and_its_key),
        cmocka_unit_test(an_island_serves_what_it_has_power_and_hardware_for),
        cmocka_unit_test(an_emerging_pool_gains_from_sun),
        cmocka_unit_test(the_baltic_cases_are_ordered_as_they_must_be),
        cmocka_unit_test(a_cap_far_above_the_orders_changes_nothing),
        cmocka_unit_test(what_must_stay_at_home_is_never_rented),
        cmocka_unit_test(baltic_costs_and_energy_are_of_a_believable_size),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
