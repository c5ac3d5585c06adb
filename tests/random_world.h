/*
 * Random worlds for tests: jurisdictions and blocs with their laws, pools and partners, links,
 * plants, sites, devices with crews and spares, workloads and batch jobs, suppliers with
 * rivals, orders and policies, and shocks on every axis; as many and as they fall.
 *
 * A world is a list of facts first and is declared afterwards, so that a test can change a
 * fact, or declare all in another order or under other names. A fact is drawn from a stream of
 * its own name: one more leaves the others as they are.
 */
#ifndef HANSE_TESTS_RANDOM_WORLD_H
#define HANSE_TESTS_RANDOM_WORLD_H

#include <math.h>

#include "sim/model/value.h"
#include "tests/world.h"

/* --- members ------------------------------------------------------------------------------ */

static const char WORLD_NAMES[] = "abcd";

static inline void world_laws(struct world *w)
{
    static const char *const REACH[] = {"home", "bloc", "any"};
    static const char *const BLOCS[] = {"east", "west", "east,west"};
    static const char *const CLASSES[] = {"public_data", "personal_data", "confidential_data",
                                          "state_data"};
    for (int m = 0; m < w->members; m++) {
        const char name[] = {WORLD_NAMES[m], '\0'};
        struct world_fact *f = world_add(w, "jurisdiction", name);
        if (world_maybe(w, 0.8)) {
            world_list(f, "blocs", world_word(w, BLOCS, 3));
        }
        for (int i = 0; i < 4; i++) {
            world_text(f, CLASSES[i], world_word(w, REACH, 3));
        }
        if (world_maybe(w, 0.3)) {
            world_text(f, "currency", "crown");
        }
    }
}

static inline void world_site(struct world *w, const char *region, const char *owner, int s)
{
    char name[40], card[16], group[40];
    snprintf(name, sizeof name, "%s_s%d", region, s);
    struct world_fact *f = world_add(w, "site", name);
    world_text(f, "region", region);
    world_text(f, "operator", owner);
    world_number(f, "staff_cost", world_pick(w, 0.0, 50.0));
    world_number(f, "operations_share", world_pick(w, 0.0, 0.1));
    if (world_maybe(w, 0.25)) {
        world_text(f, "plant", strcat(strcpy(group, region), "_p"));
    } else if (world_maybe(w, 0.6)) {
        world_number(f, "batch_share", world_pick(w, 0.1, 0.6));
    }
    if (world_maybe(w, 0.3)) {
        world_list(f, "controllers", "maker");
    }
    if (world_maybe(w, 0.2)) {
        world_list(f, "certifications", "seal");
    }
    int cards = 1 + world_below(w, w->cards);
    for (int c = 0; c < cards; c++) {
        snprintf(card, sizeof card, "card%d", c);
        snprintf(group, sizeof group, "%s/%s", name, card);
        f = world_add(w, "group", group);
        world_text(f, "site", name);
        world_text(f, "accelerator", card);
        world_text(f, "maintenance", world_maybe(w, 0.5) ? "care" : "bench");
        world_number(f, "count", floor(world_pick(w, 0.0, 60.0)));
        world_number(f, "age", floor(world_pick(w, 0.0, 20000.0)));
    }
}

static inline void world_plant(struct world *w, const char *region)
{
    char name[40];
    snprintf(name, sizeof name, "%s_p", region);
    struct world_fact *f = world_add(w, "plant", name);
    world_text(f, "region", region);
    world_flag(f, "grid", world_maybe(w, 0.6));
    world_number(f, "solar", world_pick(w, 0.0, 300.0));
    world_number(f, "hydro", world_maybe(w, 0.3) ? world_pick(w, 0.0, 50.0) : 0.0);
    world_number(f, "battery", world_pick(w, 0.0, 500.0));
    world_number(f, "battery_power", world_pick(w, 10.0, 200.0));
    world_flag(f, "grid_charges", world_maybe(w, 0.5));
    bool diesel = world_maybe(w, 0.5);
    world_number(f, "diesel", diesel ? world_pick(w, 0.0, 100.0) : 0.0);
    double tank = world_pick(w, 100.0, 20000.0), every = world_pick(w, 100.0, 2000.0);
    if (diesel) {
        world_number(f, "tank", tank);
        world_number(f, "refuel_every", every);
        world_number(f, "fuel_cost", 0.3);
        world_number(f, "fuel_carbon", 700.0);
    }
}

static inline void world_region(struct world *w, const char *home, int r)
{
    static const char *const POOLS[] = {"pool0", "pool1", "pool2"};
    char name[40], owner[40];
    snprintf(name, sizeof name, "%s_r%d", home, r);
    snprintf(owner, sizeof owner, "%s_o", home);
    struct world_fact *f = world_add(w, "region", name);
    world_text(f, "jurisdiction", home);
    world_text(f, "pool", POOLS[world_below(w, w->pools)]);
    world_number(f, "population", 1e5 * exp(world_pick(w, 0.0, 3.5)));
    world_number(f, "electricity_price", world_pick(w, 0.05, 0.3));
    world_number(f, "carbon_intensity", world_pick(w, 20.0, 700.0));
    world_number(f, "pue", world_pick(w, 1.05, 1.8));
    world_number(f, "utc_offset", world_below(w, 12));
    world_number(f, "latitude", world_pick(w, -60.0, 60.0));
    world_number(f, "longitude", world_pick(w, -30.0, 60.0));
    double warm = world_pick(w, 0.0, 25.0), swing = world_pick(w, 0.0, 10.0);
    bool heats = world_maybe(w, 0.5);
    world_number(f, "temperature", heats ? warm : 0.0);
    world_number(f, "temperature_day", heats ? swing : 0.0);
    world_number(f, "pue_per_kelvin", heats ? 0.01 : 0.0);
    world_number(f, "solar_capacity_factor", world_pick(w, 0.05, 0.2));
    world_number(f, "solar_variation", world_pick(w, 0.0, 0.4));
    world_number(f, "saidi", world_maybe(w, 0.5) ? world_pick(w, 1.0, 400.0) : 0.0);
    world_number(f, "saifi", world_value(f, "saidi")->number / 10.0);
    double shared = world_pick(w, 0.0, 0.5);
    world_number(f, "outage_shared", world_value(f, "saidi")->number > 0.0 ? shared : 0.0);
    int sites = world_below(w, 3);
    world_plant(w, name);
    for (int s = 0; s < sites; s++) {
        world_site(w, name, owner, s);
    }
}

static inline void world_members(struct world *w)
{
    static const char *const SORTS[] = {"state", "university", "telecom", "data_centre",
                                        "individual"};
    for (int m = 0; m < w->members; m++) {
        const char home[] = {WORLD_NAMES[m], '\0'};
        char owner[40];
        snprintf(owner, sizeof owner, "%s_o", home);
        struct world_fact *f = world_add(w, "operator", owner);
        world_text(f, "home", world_maybe(w, 0.8) ? home : "far");
        world_text(f, "type", world_word(w, SORTS, 5));
        world_number(f, "cost_of_capital", world_pick(w, 0.0, 0.1));
        for (int r = 0; r < w->regions; r++) {
            world_region(w, home, r);
        }
    }
}

/* A line through all members' first regions, and some short cuts. */
static inline void world_links(struct world *w)
{
    for (int m = 1; m < w->members; m++) {
        for (int k = 0; k < m; k++) {
            const char name[] = {WORLD_NAMES[m], '_', WORLD_NAMES[k], '\0'};
            char from[] = {WORLD_NAMES[m], '_', 'r', '0', '\0'};
            char to[] = {WORLD_NAMES[k], '_', 'r', '0', '\0'};
            struct world_fact *f = world_add(w, "link", name);
            f->absent = k != m - 1 && world_maybe(w, 0.6);
            world_text(f, "from", from);
            world_text(f, "to", to);
            world_number(f, "failure_rate", world_maybe(w, 0.5) ? 1.0 / 700.0 : 0.0);
            double repair = world_pick(w, 5.0, 200.0);
            bool breaks = world_value(f, "failure_rate")->number > 0.0;
            world_number(f, "repair_time", breaks ? repair : 0.0);
            world_text(f, "owner", world_maybe(w, 0.5) ? "maker" : "far");
        }
        char far_off[] = {WORLD_NAMES[m], '_', 'r', '1', '\0'};
        if (w->regions > 1) {
            char near[] = {WORLD_NAMES[m], '_', 'r', '0', '\0'};
            struct world_fact *f = world_add(w, "link", far_off);
            world_text(f, "from", near);
            world_text(f, "to", far_off);
        }
    }
    if (w->regions > 1 && w->members > 1) {
        struct world_fact *f = world_add(w, "link", "a_r1");
        world_text(f, "from", "a_r0");
        world_text(f, "to", "a_r1");
    }
}

/* --- what they share ---------------------------------------------------------------------- */

static inline void world_cards(struct world *w)
{
    for (int c = 0; c < w->cards; c++) {
        char name[16];
        snprintf(name, sizeof name, "card%d", c);
        struct world_fact *f = world_add(w, "accelerator", name);
        world_text(f, "vendor", "maker");
        world_text(f, "fab", "foundry");
        world_number(f, "peak", c == 0 ? 989.0 : world_pick(w, 100.0, 2000.0));
        world_number(f, "memory", c == 0 ? 80.0 : world_pick(w, 24.0, 200.0));
        world_number(f, "bandwidth", c == 0 ? 3350.0 : world_pick(w, 800.0, 8000.0));
        world_number(f, "power", world_pick(w, 0.3, 1.5));
        world_number(f, "idle_power", 0.1);
        world_number(f, "compute_efficiency", 0.5);
        world_number(f, "memory_efficiency", 0.6);
        world_number(f, "price", world_pick(w, 5000.0, 40000.0));
        world_number(f, "price_trend", world_pick(w, -0.4, 0.0));
        world_number(f, "life", 5.0 * 8760.0);
        world_number(f, "tpp", 15832.0);
        world_number(f, "performance_density", 19.45);
        world_number(f, "hazard", world_pick(w, 0.0, 2.0) / 8760.0);
        world_number(f, "hazard_shape", world_maybe(w, 0.5) ? 1.0 : 2.0);
    }
}

static inline void world_upkeep(struct world *w)
{
    static const char *const NAMES[] = {"bench", "care"};
    struct world_fact *f = world_add(w, "crew", "crew");
    world_number(f, "count", 1 + world_below(w, 3));
    for (int i = 0; i < 2; i++) {
        f = world_add(w, "maintenance", NAMES[i]);
        world_number(f, "repairable_share", world_pick(w, 0.0, 1.0));
        world_number(f, "repair_time", world_pick(w, 1.0, 200.0));
        world_number(f, "spares_share", world_pick(w, 0.0, 0.1));
        world_number(f, "lead_time", world_pick(w, 10.0, 2000.0));
        world_flag(f, "reorder", world_maybe(w, 0.8));
        world_number(f, "salvage", world_maybe(w, 0.5) ? 0.5 : 0.0);
        if (i == 1) {
            world_text(f, "crew", "crew");
        }
    }
}

static inline void world_pools(struct world *w)
{
    static const char *const PARTNERS[] = {"pool0", "pool1,pool2", "east", "a,pool0"};
    static const char *const SHARES[] = {"nobody", "partners", "all"};
    /* `priority` looks again every five minutes while anybody waits: the dearest by far. */
    static const char *const POLICIES[] = {
        "fcfs",         "sjf",  "easy",      "easy-sjbf",    "fcfs",    "sjf",
        "conservative", "easy", "easy-sjbf", "conservative", "priority"};
    for (int p = 0; p < 3; p++) {
        const char name[] = {'p', 'o', 'o', 'l', (char)('0' + p), '\0'};
        struct world_fact *f = world_add(w, "pool", name);
        const char *head = world_maybe(w, 0.5) ? world_maybe(w, 0.5) ? "maker" : "a_o" : NULL;
        bool federated = world_maybe(w, 0.3);
        world_flag(f, "federated", federated);
        if (head != NULL && !federated) {
            world_text(f, "coordinator", head);
        }
        world_list(f, "partners", world_word(w, PARTNERS, 4));
        world_text(f, "scheduler", world_word(w, POLICIES, 11));
        world_text(f, "public_shared", world_word(w, SHARES, 3));
        world_text(f, "personal_shared", world_word(w, SHARES, 3));
    }
}

static inline void world_demand(struct world *w)
{
    static const char *const USES[] = {"never", "overflow", "always"};
    static const char *const CLASSES[] = {"public", "personal", "confidential", "state"};
    int classes = 1 + world_below(w, 4), jobs = world_below(w, 3);
    for (int i = 0; i < classes; i++) {
        const char name[] = {'w', (char)('0' + i), '\0'};
        struct world_fact *f = world_add(w, "workload", name);
        world_text(f, "data_class", world_word(w, CLASSES, 4));
        world_text(f, "model", "eight");
        world_number(f, "prompts_start", world_pick(w, 0.1, 3.0));
        world_number(f, "prompts_cap", world_pick(w, 3.0, 60.0));
        world_number(f, "growth", world_pick(w, 0.0, 2.0));
        world_number(f, "prompt_tokens", 1000.0);
        world_number(f, "output_tokens", 200.0);
        world_number(f, "tier", 1 + world_below(w, 3));
        double give_up = world_maybe(w, 0.5) ? floor(world_pick(w, 1.0, 60.0)) : 0.0;
        world_number(f, "give_up", give_up);
        world_number(f, "deadline", floor(give_up * world_pick(w, 0.0, 1.0)));
        world_number(f, "latency_limit", world_maybe(w, 0.3) ? 0.03 : 0.0);
        world_number(f, "price_limit", world_maybe(w, 0.3) ? 2.0 : 0.0);
        world_text(f, "cloud", "api");
        world_text(f, "cloud_use", world_word(w, USES, 3));
    }
    for (int i = 0; i < jobs; i++) {
        const char name[] = {'b', (char)('0' + i), '\0'};
        const char region[] = {WORLD_NAMES[world_below(w, w->members)], '_', 'r', '0', '\0'};
        struct world_fact *f = world_add(w, "batch", name);
        world_text(f, "region", region);
        world_text(f, "data_class", world_word(w, CLASSES, 4));
        world_number(f, "rate", world_pick(w, 0.01, 0.08));
        world_number(f, "width_max", 1 << world_below(w, 4));
        world_number(f, "runtime", world_pick(w, 5.0, 40.0));
        world_number(f, "overestimate", world_pick(w, 1.0, 3.0));
        world_text(f, "span", world_maybe(w, 0.5) ? "group" : "site");
        world_number(f, "deadline", 24.0);
    }
}

static inline void world_abroad(struct world *w)
{
    world_add(w, "jurisdiction", "far");
    world_add(w, "bloc", "east");
    world_add(w, "bloc", "west");
    world_add(w, "certification", "seal");
    world_text(world_add(w, "firm", "maker"), "home", "far");
    struct world_fact *f = world_add(w, "firm", "foundry");
    world_text(f, "home", "far");
    world_text(f, "parent", "maker");
    f = world_add(w, "model", "eight");
    world_number(f, "parameters", 8e9);
    world_number(f, "kv_per_token", 131072.0);
    world_text(f, "provider", "maker");
    world_flag(f, "weights_held", world_maybe(w, 0.7));
    f = world_add(w, "cloud", "api");
    world_text(f, "provider", "maker");
    world_text(f, "host", "far");
    world_number(f, "prompt_price", 1e-6);
    world_number(f, "output_price", 4e-6);
    f = world_add(w, "currency", "crown");
    world_number(f, "drift", world_pick(w, -0.2, 0.1));
    world_number(f, "volatility", world_pick(w, 0.0, 0.3));
    f = world_add(w, "eligibility", "rule");
    f->absent = world_maybe(w, 0.6);
    world_text(f, "data_class", "state");
    world_text(f, "needs", "seal");
}

/* --- orders and shocks -------------------------------------------------------------------- */

/* The groups of a world, the i-th of them; NULL past the end. */
static inline struct world_fact *world_group(struct world *w, int which)
{
    for (int i = 0; i < w->n; i++) {
        if (strcmp(w->facts[i].kind, "group") == 0 && which-- == 0) {
            return &w->facts[i];
        }
    }
    return NULL;
}

static inline void world_orders(struct world *w)
{
    static const char *const SHARING[] = {"big_first", "first_come", "lottery", "pro_rata"};
    static const char *const POLICIES[] = {"keep_stock", "replace_at_age", "buy_on_unserved"};
    struct world_fact *f = world_add(w, "supplier", "shop");
    world_text(f, "firm", "maker");
    world_number(f, "capacity", world_pick(w, 100.0, 2000.0));
    world_text(f, "allocation", world_word(w, SHARING, 4));
    world_number(f, "scarcity", world_pick(w, 0.0, 1.0));
    f = world_add(w, "rival", "others");
    world_text(f, "supplier", "shop");
    world_number(f, "demand", world_pick(w, 0.0, 2000.0));
    world_number(f, "cv", world_pick(w, 0.0, 1.0));
    for (int i = 0; i < 6 && world_group(w, i) != NULL; i++) {
        char name[40], group[40];
        memcpy(group, world_group(w, i)->name, sizeof group);
        snprintf(name, sizeof name, "%.1s_buy%d", group, i);
        f = world_add(w, "purchase", name);
        f->absent = world_maybe(w, 0.4);
        world_text(f, "group", group);
        world_number(f, "count", 1 + 8 * world_below(w, 4) + i);
        world_number(f, "from", floor(world_pick(w, 0.0, 3000.0)));
        world_number(f, "every", floor(world_pick(w, 200.0, 2000.0)));
        world_number(f, "lead_time", floor(world_pick(w, 50.0, 1500.0)));
        if (world_maybe(w, 0.5)) {
            world_text(f, "supplier", "shop");
        }
        snprintf(name, sizeof name, "%.1s_plan%d", group, i);
        f = world_add(w, "procurement", name);
        f->absent = world_maybe(w, 0.7);
        int policy = world_below(w, 3);
        world_text(f, "policy", POLICIES[policy]);
        world_text(f, "group", group);
        world_number(f, "stock", policy == 0 ? 3.0 : 0.0);
        world_number(f, "age", policy == 1 ? 15000.0 : 0.0);
        world_number(f, "count", policy == 2 ? 10.0 : 0.0);
        world_number(f, "threshold", policy == 2 ? 0.05 : 0.0);
        world_number(f, "lead_time", floor(world_pick(w, 50.0, 1500.0)));
    }
}

static inline void world_shocks(struct world *w)
{
    static const char *const ACTORS[] = {"maker", "far", "a", "a_o", "east"};
    static const char *const AXES[] = {"territory", "ownership", "control", "coordinator",
                                       "silicon",   "spares",    "model",   "cloud",
                                       "power",     "network",   "payment", "all"};
    struct world_fact *f = world_add(w, "cause", "crisis");
    world_number(f, "from", 0.0);
    world_number(f, "to", 1e5);
    world_number(f, "rate", world_pick(w, 0.0, 1.0) / 1000.0);
    world_number(f, "lasts_time", world_pick(w, 10.0, 1000.0));
    for (int i = 0; i < 3; i++) {
        const char name[] = {'s', (char)('0' + i), '\0'};
        f = world_add(w, "withdraw", name);
        double from = floor(world_pick(w, 0.0, 3000.0));
        world_text(f, "actor", world_word(w, ACTORS, 5));
        const char *axis = world_word(w, AXES, 12);
        world_text(f, "axis", axis);
        world_number(f, "from", from);
        world_number(f, "to", from + floor(world_pick(w, 0.0, 2000.0)));
        if (world_maybe(w, 0.3)) {
            world_text(f, "cause", "crisis");
        }
        double share = world_maybe(w, 0.7) ? 1.0 : world_pick(w, 0.0, 1.0);
        if (hanse__word_index("territory ownership control power network all", axis) >= 0) {
            world_number(f, "share", share);
        }
    }
    f = world_add(w, "restriction", "ban");
    f->absent = world_maybe(w, 0.5);
    world_text(f, "authority", "far");
    world_list(f, "targets", world_maybe(w, 0.5) ? "a" : "east");
    world_number(f, "from", floor(world_pick(w, 0.0, 2000.0)));
    world_number(f, "to", world_value(f, "from")->number + floor(world_pick(w, 0.0, 2000.0)));
    world_number(f, "tpp_over", 1000.0);
    f = world_add(w, "jump", "surge");
    f->absent = world_maybe(w, 0.5);
    world_text(f, "what", "demand");
    world_number(f, "factor", world_pick(w, 0.5, 3.0));
    world_number(f, "from", floor(world_pick(w, 0.0, 2000.0)));
    world_number(f, "to", world_value(f, "from")->number + floor(world_pick(w, 0.0, 500.0)));
    f = world_add(w, "hazard", "storm");
    f->absent = world_maybe(w, 0.5);
    world_list(f, "regions", "a_r0");
    world_number(f, "rate", 1.0 / 2000.0);
    world_number(f, "duration_time", 30.0);
    world_number(f, "reach", 0.7);
    world_number(f, "destroyed", world_maybe(w, 0.5) ? 0.2 : 0.0);
}

/* --- drawing ---------------------------------------------------------------------------- */

/* The world of this number, which lasts so many months. */
static inline void world_draw(struct world *w, uint32_t which, int months)
{
    *w = (struct world){.which = which};
    struct world_fact *f = world_add(w, "scenario", "world");
    w->members = 1 + world_below(w, WORLD_MEMBERS);
    w->regions = 1 + world_below(w, 2);
    w->pools = 1 + world_below(w, 3);
    w->cards = 1 + world_below(w, 3);
    world_text(f, "title", "a random world");
    world_text(f, "start", "2026-01-01");
    world_number(f, "horizon", months * 730.0);
    world_number(f, "base_year", 2025.0);
    world_text(f, "reference_accelerator", "card0");
    world_abroad(w);
    world_laws(w);
    world_pools(w);
    world_cards(w);
    world_upkeep(w);
    world_members(w);
    world_links(w);
    world_demand(w);
    world_orders(w);
    world_shocks(w);
}

#endif
