/*
 * What must hold in every world, tried on hundreds of seeded random ones: books balance in what
 * comes out, in any build; the order of declarations means nothing and members' names only
 * luck; a copied replication goes on alike.
 */
#include <math.h>

#include "sim/model/nouns.h"
#include "tests/random_world.h"

enum { MONTHS = 3 };

static struct world drawn; /* too large for the stack */

static void near(const char *what, double a, double b, double scale)
{
    if (!(fabs(a - b) <= 1e-9 * (fabs(scale) + 1.0))) {
        fail_msg("world %u, %s: %.17g and %.17g differ", drawn.which, what, a, b);
    }
}

/* --- books -------------------------------------------------------------------------------- */

/* An output by item: of one month, or summed over the months up to it. */
static void read_items(const struct nation_run *run, const struct hanse_record *record,
                       const char *output, int32_t from, int32_t to, double *items)
{
    const struct hanse_column *c =
        &run->layout.columns[hanse_layout_find(&run->layout, output)];
    for (int32_t i = 0; i < c->n_items; i++) {
        items[i] = 0.0;
        for (int32_t m = from; m <= to; m++) {
            items[i] += record->series[c->offset + (size_t)(m * c->n_items + i)];
        }
    }
}

static int32_t items_of(const struct nation_run *run, const char *output)
{
    return run->layout.columns[hanse_layout_find(&run->layout, output)].n_items;
}

enum { MOST_ITEMS = 128 };

/* Books over the months up to m: the outputs of a list, each with its sign, add up to nothing.
 * A level counts as it stands at the end, less what it began with. */
struct line {
    const char *output;
    double sign;
    bool level;
};

static void balance(const struct nation_run *run, const struct hanse_record *record,
                    const char *what, int32_t month, const struct line *lines, size_t n,
                    const double *began)
{
    double sums[MOST_ITEMS] = {0}, scale[MOST_ITEMS] = {0}, items[MOST_ITEMS];
    int32_t n_items = items_of(run, lines[0].output);
    assert_true(n_items <= MOST_ITEMS);
    for (size_t k = 0; k < n; k++) {
        read_items(run, record, lines[k].output, lines[k].level ? month : 0, month, items);
        for (int32_t i = 0; i < n_items; i++) {
            double x = items[i] - (lines[k].level && began != NULL ? began[i] : 0.0);
            sums[i] += lines[k].sign * x;
            scale[i] += fabs(x);
        }
    }
    for (int32_t i = 0; i < n_items; i++) {
        near(what, sums[i], 0.0, scale[i]);
    }
}

static const struct line WORK[] = {
    {"demand", -1, false},          {"on_time", 1, false},       {"late", 1, false},
    {"dropped_capacity", 1, false}, {"dropped_law", 1, false},   {"dropped_network", 1, false},
    {"dropped_power", 1, false},    {"dropped_price", 1, false}, {"backlog", 1, true}};
/* What is past its deadline was late, dropped, or waits still. */
static const struct line MISSED[] = {
    {"missed_capacity", -1, false}, {"missed_law", -1, false},   {"missed_network", -1, false},
    {"missed_power", -1, false},    {"missed_price", -1, false}, {"late", 1, false},
    {"dropped", 1, false},          {"backlog_overdue", 1, true}};
static const struct line JOBS[] = {{"batch_demand", -1, false},
                                   {"batch_on_time", 1, false},
                                   {"batch_late", 1, false},
                                   {"batch_backlog", 1, true}};
static const struct line DEVICES[] = {{"capacity_installed", 1, true},
                                      {"deliveries", -1, false}};
static const struct line MONEY[] = {{"cost_fleet", -1, false},
                                    {"cost_capital", 1, false},
                                    {"cost_spares", 1, false},
                                    {"cost_energy", 1, false},
                                    {"cost_operations", 1, false}};
static const struct line ENERGY[] = {{"plant_solar", 1, false}, {"plant_hydro", 1, false},
                                     {"plant_grid", 1, false},  {"plant_diesel", 1, false},
                                     {"plant_load", -1, false}, {"plant_curtailed", -1, false},
                                     {"plant_lost", -1, false}, {"plant_stored", -1, true}};

static void at_start(struct world *w, const char *kind, const char *key, const char *in,
                     double *items)
{
    int n = 0;
    for (int i = 0; i < w->n; i++) {
        struct world_fact *f = &w->facts[i];
        if (strcmp(f->kind, in) == 0) {
            items[n++] = 0.0;
            for (int k = 0; k < w->n; k++) {
                struct world_fact *g = &w->facts[k];
                bool within =
                    strcmp(kind, in) == 0 ? f == g : strncmp(g->name, f->name, 4) == 0;
                items[n - 1] +=
                    strcmp(g->kind, kind) == 0 && within ? world_value(g, key)->number : 0.0;
            }
        }
    }
}

/* Sums over all items that belong together without having them alike. */
static void totals(const struct nation_run *run, const struct hanse_record *r, int32_t m)
{
#define GET(name) nation_month(run, r, name, m)
    near("sites' energy", GET("site_energy"), GET("energy"), GET("energy"));
    near("sites' cost", GET("site_cost"), GET("cost_fleet"), GET("cost_fleet"));
    near("cost", GET("cost"), GET("cost_fleet") + GET("cost_cloud"), GET("cost"));
    near("work by hardware", GET("hosted"),
         GET("on_time") + GET("late") - GET("served_by_cloud"), GET("on_time"));
    double up = GET("capacity_available") * 730.0, asleep = up - GET("device_hours_available");
    assert_true(asleep >= -1e-9 * up); /* devices sleep for want of their plant's power only */
    near("device hours", GET("plant_asleep") > 0.0 ? 0.0 : asleep, 0.0, up);
    assert_true(GET("device_hours_busy") <= GET("device_hours_available") * (1 + 1e-9) + 1e-6);
    assert_true(GET("devices_down") <= GET("capacity_installed"));
    assert_true(GET("dropped") >= 0.0 && GET("backlog_overdue") <= GET("backlog") + 1e-9);
#undef GET
}

static void books_balance_in_every_world(void **state)
{
    double demand = 0.0, jobs = 0.0, energy = 0.0, lost = 0.0;
    for (uint32_t i = 0; i < 250; i++) {
        double installed[MOST_ITEMS], stored[MOST_ITEMS];
        world_draw(&drawn, i, MONTHS);
        at_start(&drawn, "group", "count", "region", installed);
        at_start(&drawn, "plant", "battery", "plant", stored);
        struct nation n = world_declare(&drawn, 0, NULL);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, i);
        for (int32_t m = 0; m < MONTHS; m++) {
#define BALANCE(what, lines, began)                                                            \
    balance(&run, &r, what, m, lines, sizeof(lines) / sizeof *(lines), began)
            BALANCE("demand", WORK, NULL);
            BALANCE("deadlines", MISSED, NULL);
            BALANCE("jobs", JOBS, NULL);
            BALANCE("devices", DEVICES, installed);
            BALANCE("money", MONEY, NULL);
            BALANCE("energy", ENERGY, stored);
#undef BALANCE
            totals(&run, &r, m);
        }
        demand += nation_total(&run, &r, "demand") > 0.0;
        jobs += nation_total(&run, &r, "batch_started");
        energy += nation_total(&run, &r, "plant_load");
        lost += nation_total(&run, &r, "dropped_law") + nation_total(&run, &r, "batch_killed");
        nation_run_end(&run);
        nation_end(&n);
    }
    /* The worlds are not empty ones. */
    assert_true(demand == 250.0 && jobs > 1000.0 && energy > 1e4 && lost > 0.0);
}

/* --- order and names ---------------------------------------------------------------------- */

static void the_order_of_declarations_means_nothing(void **state)
{
    for (uint32_t i = 0; i < 80; i++) {
        world_draw(&drawn, i, MONTHS);
        struct nation a = world_declare(&drawn, 0, NULL);
        struct nation b = world_declare(&drawn, i + 1, NULL);
        struct nation_run as_drawn = nation_freeze(&a), shuffled = nation_freeze(&b);
        struct hanse_record x = nation_replicate(&as_drawn, i);
        struct hanse_record y = nation_replicate(&shuffled, i);
        assert_int_equal(x.n_values, y.n_values);
        assert_int_equal(x.n_events, y.n_events);
        assert_memory_equal(x.series, y.series, x.n_values * sizeof *x.series);
        nation_run_end(&shuffled);
        nation_run_end(&as_drawn);
        nation_end(&b);
        nation_end(&a);
    }
}

/* Leaves nothing to luck. */
static void make_certain(struct world *w)
{
    static const struct {
        const char *kind, *key;
        double number;
    } SURE[] = {{"accelerator", "hazard", 0},
                {"link", "failure_rate", 0},
                {"link", "repair_time", 0},
                {"region", "saidi", 0},
                {"region", "saifi", 0},
                {"region", "outage_shared", 0},
                {"region", "solar_variation", 0},
                {"currency", "volatility", 0},
                {"rival", "cv", 0},
                {"purchase", "lead_cv", 0},
                {"procurement", "lead_cv", 0}};
    for (size_t i = 0; i < sizeof SURE / sizeof *SURE; i++) {
        world_all(w, SURE[i].kind, SURE[i].key, SURE[i].number);
    }
    world_drop(w, "batch");
    world_drop(w, "hazard");
    world_forget(w, "withdraw", "cause");
    world_forget(w, "withdraw", "share");
    world_text(world_find(w, "supplier", "shop"), "allocation", "big_first");
}

/* Adds up an output's items by the member whose name their first dimension begins with. */
static void by_member(const struct nation_run *run, const struct hanse_record *record,
                      const char *output, double *members)
{
    const struct hanse_column *c =
        &run->layout.columns[hanse_layout_find(&run->layout, output)];
    const struct hanse_region *regions;
    int32_t n;
    regions = hanse_scenario_table(run->scenario, &hanse_kind_region, &n);
    memset(members, 0, WORLD_MEMBERS * sizeof *members);
    for (int32_t m = 0; m < run->layout.n_months; m++) {
        for (int32_t i = 0; i < c->n_items; i++) {
            int32_t region = i / (c->n_items / n);
            members[regions[region].name[0] - 'a'] +=
                record->series[c->offset + (size_t)(m * c->n_items + i)];
        }
    }
}

static void members_names_mean_nothing_but_luck(void **state)
{
    static const char *const OUTPUTS[] = {"demand",     "on_time",    "late",
                                          "dropped",    "hosted",     "dropped_law",
                                          "deliveries", "cost_fleet", "capacity_available"};
    static const char *const NAMES[] = {"badc", "dcba", "cdab", "bcda"};
    for (uint32_t i = 0; i < 100; i++) {
        world_draw(&drawn, i, MONTHS);
        make_certain(&drawn);
        const char *names = NAMES[i % 4];
        struct nation a = world_declare(&drawn, 0, NULL), b = world_declare(&drawn, 0, names);
        struct nation_run own = nation_freeze(&a), other = nation_freeze(&b);
        struct hanse_record x = nation_replicate(&own, 0), y = nation_replicate(&other, 0);
        for (size_t k = 0; k < sizeof OUTPUTS / sizeof *OUTPUTS; k++) {
            double mine[WORLD_MEMBERS], theirs[WORLD_MEMBERS];
            by_member(&own, &x, OUTPUTS[k], mine);
            by_member(&other, &y, OUTPUTS[k], theirs);
            for (int m = 0; m < drawn.members; m++) {
                near(OUTPUTS[k], mine[m], theirs[names[m] - 'a'], mine[m]);
            }
        }
        nation_run_end(&other);
        nation_run_end(&own);
        nation_end(&b);
        nation_end(&a);
    }
}

/* --- copies ------------------------------------------------------------------------------- */

static void a_copy_goes_on_alike_wherever_it_is_taken(void **state)
{
    for (uint32_t i = 0; i < 80; i++) {
        world_draw(&drawn, i, MONTHS);
        double when = world_pick(&drawn, 0.0, MONTHS * 730.0);
        struct nation n = world_declare(&drawn, 0, NULL);
        struct nation_run run = nation_freeze(&n);
        struct hanse_worker *other;
        struct hanse_record first = {0}, second = {0};
        NATION_OK(n.ctx, hanse_worker_create(n.ctx, &other));
        NATION_OK(n.ctx,
                  hanse_worker_start(run.worker, run.scenario, &run.layout, 7, i, false));
        NATION_OK(n.ctx, hanse_worker_advance(run.worker, when));
        NATION_OK(n.ctx, hanse_worker_copy(other, run.worker));
        NATION_OK(n.ctx, hanse_worker_finish(other, &second));
        NATION_OK(n.ctx, hanse_worker_finish(run.worker, &first));
        assert_int_equal(first.n_events, second.n_events);
        assert_memory_equal(first.series, second.series, first.n_values * sizeof *first.series);
        hanse_worker_destroy(other);
        nation_run_end(&run);
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_balance_in_every_world),
        cmocka_unit_test(the_order_of_declarations_means_nothing),
        cmocka_unit_test(members_names_mean_nothing_but_luck),
        cmocka_unit_test(a_copy_goes_on_alike_wherever_it_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
