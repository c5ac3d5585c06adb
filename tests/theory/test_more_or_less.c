/*
 * More hardware and longer stops, on every sample path of hundreds of seeded worlds: where
 * service never falls with hardware and never rises with a stop's length, and how often it does
 * where nothing forbids it. docs/monotone.md has the reasons and the figures.
 */
#include <math.h>

#include "tests/random_world.h"

enum { LOOKS = 60, WORLDS = 120, COUNTED = 60 };

static struct world drawn; /* too large for the stack */

/* --- looking ------------------------------------------------------------------------------ */

/* Sums of two outputs up to each of LOOKS instants. */
struct path {
    double sums[LOOKS];
};

static double sum_so_far(const struct nation_run *run, const char *output)
{
    const struct hanse_column *c =
        &run->layout.columns[hanse_layout_find(&run->layout, output)];
    const double *series = hanse_worker_series(run->worker) + c->offset;
    double sum = 0.0;
    for (int32_t i = 0; i < c->n_items * run->layout.n_months; i++) {
        sum += series[i];
    }
    return sum;
}

static struct path follow(struct nation *n, const char *output, const char *other)
{
    struct path path;
    struct nation_run run = nation_freeze(n);
    double horizon = run.layout.n_months * 730.0;
    NATION_OK(n->ctx,
              hanse_worker_start(run.worker, run.scenario, &run.layout, 7, drawn.which, false));
    for (int i = 0; i < LOOKS; i++) {
        NATION_OK(n->ctx, hanse_worker_advance(run.worker, floor((i + 1) * horizon / LOOKS)));
        path.sums[i] =
            sum_so_far(&run, output) + (other != NULL ? sum_so_far(&run, other) : 0.0);
    }
    nation_run_end(&run);
    nation_end(n);
    return path;
}

static struct path served(void)
{
    struct nation n = world_declare(&drawn, 0, NULL);
    return follow(&n, "on_time", "late");
}

/* The first instant at which less was done; -1 none. */
static int first_less(const struct path *less, const struct path *more)
{
    for (int i = 0; i < LOOKS; i++) {
        if (more->sums[i] < less->sums[i] * (1.0 - 1e-9) - 1e-9) {
            return i;
        }
    }
    return -1;
}

static void never_less(const struct path *less, const struct path *more)
{
    int at = first_less(less, more);
    if (at >= 0) {
        fail_msg("world %u, look %d: %.12g with more, %.12g with less", drawn.which, at,
                 more->sums[at], less->sums[at]);
    }
}

/* --- more hardware for a flow ------------------------------------------------------------- */

static void keep_one_class(struct world *w)
{
    for (int i = 1; i < 4; i++) {
        const char name[] = {'w', (char)('0' + i), '\0'};
        struct world_fact *fact = world_find(w, "workload", name);
        if (fact != NULL) {
            fact->absent = true;
        }
    }
    world_drop(w, "batch");
    world_all(w, "workload", "prompts_start", 20.0); /* as much as there is hardware for */
    world_all(w, "workload", "prompts_cap", 40.0);
}

/* What other devices could lose by more of them: crews, a plant's power, orders after need. */
static void fix_decisions(struct world *w)
{
    world_drop(w, "procurement");
    world_forget(w, "site", "plant");
    world_forget(w, "maintenance", "crew");
}

/* A further hall in a member's first region. */
static void add_hall(struct world *w, bool on_plant)
{
    world_add(w, "bloc", "halls");
    const char who = WORLD_NAMES[world_below(w, w->members)];
    const char region[] = {who, '_', 'r', '0', '\0'}, owner[] = {who, '_', 'o', '\0'};
    const char hall[] = {who, '_', 'r', '0', '_', 'h', '\0'};
    struct world_fact *f = world_add(w, "site", hall);
    world_text(f, "region", region);
    world_text(f, "operator", owner);
    if (on_plant) {
        world_text(f, "plant", (const char[]){who, '_', 'r', '0', '_', 'p', '\0'});
    }
    double count = floor(world_pick(w, 1.0, 60.0));
    f = world_add(w, "group", strcat(strcpy((char[40]){0}, hall), "/card0"));
    world_text(f, "site", hall);
    world_text(f, "accelerator", "card0");
    world_text(f, "maintenance", "care");
    world_number(f, "count", count);
}

static void more_hardware_never_serves_one_class_less(void **state)
{
    int helped = 0;
    for (uint32_t i = 0; i < WORLDS; i++) {
        world_draw(&drawn, i, 2);
        keep_one_class(&drawn);
        fix_decisions(&drawn);
        struct path few = served();
        add_hall(&drawn, false);
        struct path many = served();
        never_less(&few, &many);
        helped += many.sums[LOOKS - 1] > few.sums[LOOKS - 1] * 1.001;
    }
    assert_true(helped > WORLDS / 3); /* it is no empty claim */
}

/* How many of the worlds serve less at some instant with the hall. */
static int count_less(bool one_class, bool crews, bool plants)
{
    int less = 0;
    for (uint32_t i = 0; i < COUNTED; i++) {
        world_draw(&drawn, i, 2);
        world_drop(&drawn, "procurement");
        if (one_class) {
            keep_one_class(&drawn);
        }
        if (!crews) {
            world_forget(&drawn, "maintenance", "crew");
        }
        if (!plants) {
            world_forget(&drawn, "site", "plant");
        }
        struct path few = served();
        add_hall(&drawn, plants);
        struct path many = served();
        less += first_less(&few, &many) >= 0;
    }
    return less;
}

static void elsewhere_more_hardware_may_serve_less(void **state)
{
    int classes = count_less(false, false, false);
    int crews = count_less(true, true, false);
    int plants = count_less(true, false, true);
    print_message("worlds of %d that serve less with a hall more: several classes %d, scarce "
                  "crews %d, a plant's power shared %d\n",
                  COUNTED, classes, crews, plants);
    assert_true(plants > 0);
}

/* --- more devices for jobs ---------------------------------------------------------------- */

/* Jobs of up to 16 devices and three lengths on halls of one card that never fails. */
static void draw_jobs(struct world *w, uint32_t which, const char *scheduler, int halls,
                      int more)
{
    *w = (struct world){.which = which, .members = 1, .cards = 1};
    struct world_fact *f = world_add(w, "scenario", "world");
    world_text(f, "title", "jobs");
    world_text(f, "start", "2026-01-01");
    world_number(f, "horizon", 730.0);
    world_number(f, "base_year", 2025.0);
    world_text(f, "reference_accelerator", "card0");
    world_abroad(w);
    world_cards(w);
    world_all(w, "accelerator", "hazard", 0.0);
    world_number(world_add(w, "maintenance", "care"), "repairable_share", 1.0);
    world_add(w, "jurisdiction", "a");
    f = world_add(w, "operator", "a_o");
    world_text(f, "home", "a");
    world_text(f, "type", "university");
    world_number(f, "cost_of_capital", 0.0);
    world_region(w, "a", 0);
    world_number(world_find(w, "region", "a_r0"), "saidi", 0.0);
    world_number(world_find(w, "region", "a_r0"), "saifi", 0.0);
    world_number(world_find(w, "region", "a_r0"), "outage_shared", 0.0);
    world_drop(w, "site");
    world_drop(w, "group");
    f = world_add(w, "pool", "pool0");
    world_text(f, "scheduler", scheduler);
    for (int h = 0; h < halls; h++) {
        char hall[40], group[40];
        snprintf(hall, sizeof hall, "a_hall%d", h);
        f = world_add(w, "site", hall);
        double count = floor(world_pick(w, 16.0, 32.0));
        world_text(f, "region", "a_r0");
        world_text(f, "operator", "a_o");
        world_number(f, "batch_share", 1.0);
        snprintf(group, sizeof group, "%s/card0", hall);
        f = world_add(w, "group", group);
        world_text(f, "site", hall);
        world_text(f, "accelerator", "card0");
        world_text(f, "maintenance", "care");
        world_number(f, "count", count + (h == 0 ? more : 0));
    }
    for (int b = 0; b < 3; b++) {
        const char name[] = {'b', (char)('0' + b), '\0'};
        f = world_add(w, "batch", name);
        world_text(f, "region", "a_r0");
        world_text(f, "data_class", "public");
        world_number(f, "width_max", 1 << world_below(w, 5));
        world_number(f, "runtime", world_pick(w, 2.0, 40.0));
        double load = world_value(f, "width_max")->number * world_value(f, "runtime")->number;
        world_number(f, "rate", 8.0 * halls / load);
        world_number(f, "overestimate", world_pick(w, 1.0, 3.0));
        world_number(f, "deadline", 24.0);
    }
    f = world_add(w, "workload", "w0");
    world_text(f, "data_class", "public");
    world_text(f, "model", "eight");
    world_number(f, "prompts_start", 1.0);
    world_number(f, "prompts_cap", 1.0);
    world_number(f, "prompt_tokens", 1000.0);
    world_number(f, "output_tokens", 200.0);
}

/* Worlds in which by some instant fewer jobs had started, or less work was done. */
static int count_anomalies(const char *scheduler, int halls, uint32_t worlds)
{
    int less = 0;
    for (uint32_t i = 0; i < worlds; i++) {
        struct path paths[4];
        for (int k = 0; k < 4; k++) {
            draw_jobs(&drawn, i, scheduler, halls, k % 2 * 3);
            struct nation n = world_declare(&drawn, 0, NULL);
            paths[k] = k < 2 ? follow(&n, "batch_started", NULL)
                             : follow(&n, "batch_on_time", "batch_late");
        }
        less += first_less(&paths[0], &paths[1]) >= 0 || first_less(&paths[2], &paths[3]) >= 0;
    }
    return less;
}

static void strict_order_of_arrival_never_suffers_from_more_devices(void **state)
{
    assert_int_equal(count_anomalies("fcfs", 1, WORLDS), 0);
}

/* Graham (1969): with backfilling, with the shortest first, or where a hall must hold a job
 * whole, three devices more may have jobs start later and less work done by an instant. */
static void other_orders_have_grahams_anomalies(void **state)
{
    static const struct {
        const char *scheduler;
        int halls;
    } CASES[] = {{"fcfs", 2}, {"sjf", 1}, {"easy", 1}, {"easy-sjbf", 1}, {"conservative", 1}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int less = count_anomalies(CASES[i].scheduler, CASES[i].halls, COUNTED);
        print_message("of %d worlds, %s in %d halls: fewer jobs started or less done in %d\n",
                      COUNTED, CASES[i].scheduler, CASES[i].halls, less);
        assert_true(less > 0);
    }
}

/* --- longer stops ------------------------------------------------------------------------- */

/* Orders that come whatever happens, at one price, of one generation; nobody else buys, nothing
 * is announced, and one class is served as long as anything is free. */
static void draw_stop(struct world *w, uint32_t which, bool failing)
{
    world_draw(w, which, 4);
    keep_one_class(w);
    fix_decisions(w);
    world_drop(w, "supplier");
    world_drop(w, "rival");
    world_forget(w, "purchase", "supplier");
    world_all(w, "accelerator", "price_trend", 0.0);
    if (!failing) {
        world_all(w, "accelerator", "hazard", 0.0);
    }
    struct world_fact *ban = world_find(w, "restriction", "ban");
    ban->absent = false;
    world_list(ban, "targets", "a,east,west");
}

static struct path served_with_stop(double hours)
{
    struct world_fact *ban = world_find(&drawn, "restriction", "ban");
    world_number(ban, "to", world_value(ban, "from")->number + hours);
    return served();
}

static void a_longer_stop_never_serves_more(void **state)
{
    static const double HOURS[] = {0, 300, 900, 2000};
    int hurt = 0;
    for (uint32_t i = 0; i < WORLDS; i++) {
        draw_stop(&drawn, i, false);
        struct path shorter = served_with_stop(HOURS[0]), first = shorter;
        for (int k = 1; k < 4; k++) {
            struct path longer = served_with_stop(HOURS[k]);
            never_less(&longer, &shorter);
            shorter = longer;
        }
        hurt += shorter.sums[LOOKS - 1] < first.sums[LOOKS - 1] * 0.999;
    }
    assert_true(hurt > WORLDS / 8);
}

/* A device that comes later also fails later: where demand is higher then, it does more. */
static void failing_devices_that_come_later_may_serve_more(void **state)
{
    int more = 0;
    for (uint32_t i = 0; i < WORLDS; i++) {
        draw_stop(&drawn, i, true);
        world_all(&drawn, "workload", "prompts_cap", 400.0);
        world_all(&drawn, "workload", "growth", 5.0);
        struct path none = served_with_stop(0.0), stop = served_with_stop(900.0);
        more += first_less(&stop, &none) >= 0;
    }
    print_message("worlds of %d with failures in which a stop serves more: %d\n", WORLDS, more);
    assert_true(more > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_hardware_never_serves_one_class_less),
        cmocka_unit_test(elsewhere_more_hardware_may_serve_less),
        cmocka_unit_test(strict_order_of_arrival_never_suffers_from_more_devices),
        cmocka_unit_test(other_orders_have_grahams_anomalies),
        cmocka_unit_test(a_longer_stop_never_serves_more),
        cmocka_unit_test(failing_devices_that_come_later_may_serve_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
