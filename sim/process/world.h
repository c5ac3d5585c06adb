/*
 * The world: one replication in motion. Shared by the mechanisms; not installed.
 *
 * What stands still: the scenario's tables with this replication's draws patched in. What
 * moves: `moving` (plain data) and the arena it refers to; copying both copies the replication.
 * A mechanism keeps its state in blocks of the arena under moving.state[its number]. Pointers
 * into the arena are good only until something is taken from it.
 *
 * Time is in hours. An hour's sweep comes after all events of that hour. Levels that change
 * within the hour count with their time-weighted mean.
 */
#ifndef HANSE_SIM_PROCESS_WORLD_H
#define HANSE_SIM_PROCESS_WORLD_H

#include "sim/base/arena.h"
#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/model/nouns.h"
#include "sim/model/scenario.h"
#include "sim/process/denial.h"
#include "sim/process/hook.h"
#include "sim/process/layout.h"
#include "sim/process/record.h"

enum { HANSE_MONTH_H = 730, HANSE_WEEK_H = 168, HANSE_YEAR_H = 8760 };

/* The mechanisms' numbers: the order they are called in. mechanism.c lists them alike. */
enum hanse_mechanism_number {
    HANSE_MECHANISM_CAUSE,
    HANSE_MECHANISM_EXPORT,
    HANSE_MECHANISM_JUMP,
    HANSE_MECHANISM_FLEET,
    HANSE_MECHANISM_ISLANDS,
    HANSE_MECHANISM_POWER,
    HANSE_MECHANISM_HAZARD,
    HANSE_MECHANISM_SHOCK,
    HANSE_MECHANISM_SUPPLY,
    HANSE_MECHANISM_MARKET,
    HANSE_MECHANISM_CURRENCY,
    HANSE_MECHANISM_CLOUD,
    HANSE_MECHANISM_DEMAND,
    HANSE_MECHANISM_DISPATCH,
    HANSE_MECHANISM_LATENCY,
    HANSE_MECHANISM_BATCH,
    HANSE_MECHANISM_RELIABILITY,
    HANSE_MECHANISM_NETWORK,
    HANSE_MECHANISM_PROCURE,
    HANSE_MECHANISM_STACK,
    HANSE_MECHANISM_ACCOUNT,
    HANSE_MECHANISM_CONTROL,
    HANSE_MECHANISM_RESILIENCE, /* last: what stands before it doesn't depend on shocks */
    HANSE_MECHANISMS,
};

/* What a note in the record means; names in world.c. */
enum hanse_note_what {
    HANSE_NOTE_WITHDRAWN,
    HANSE_NOTE_RETURNED,
    HANSE_NOTE_RESTRICTED,
    HANSE_NOTE_LIFTED,
    HANSE_NOTE_BROKEN,
    HANSE_NOTE_MENDED,
    HANSE_NOTE_CLOSED,
    HANSE_NOTE_TAKEN_OVER,
    HANSE_NOTE_BEGUN,
    HANSE_NOTE_ENDED,
    HANSE_NOTE_STRUCK,
    HANSE_NOTE_OVER,
    HANSE_NOTE_WHATS,
};

/* The scenario's tables, typed. */
struct hanse_tables {
    const struct hanse_settings *settings;
    const struct hanse_bloc *blocs;
    const struct hanse_jurisdiction *jurisdictions;
    const struct hanse_firm *firms;
    const struct hanse_operator *operators;
    const struct hanse_pool *pools;
    const struct hanse_region *regions;
    const struct hanse_accelerator *accelerators;
    const struct hanse_model *models;
    const struct hanse_site *sites;
    const struct hanse_group *groups;
    const struct hanse_maintenance *maintenances; /* these belong to the mechanisms */
    const struct hanse_withdraw *withdraws;
    const struct hanse_cause *causes;
    const struct hanse_restriction *restrictions;
    const struct hanse_limb *limbs;
    const struct hanse_supplier *suppliers;
    const struct hanse_rival *rivals;
    const struct hanse_procurement *procurements;
    const struct hanse_crew *crews;
    const struct hanse_stack *stacks;
    const struct hanse_port *ports;
    const struct hanse_jump *jumps;
    const struct hanse_takeover *takeovers;
    const struct hanse_purchase *purchases;
    const struct hanse_cloud *clouds;
    const struct hanse_workload *workloads;
    const struct hanse_batch *batches;
    const struct hanse_station_noun *stations;
    const struct hanse_route *routes;
    const struct hanse_link *links;
    const struct hanse_plant *plants;
    const struct hanse_currency *currencies;
    const struct hanse_devaluation *devaluations;
    const struct hanse_hazard *hazards;
    const struct hanse_eligibility *eligibilities;
    const struct hanse_serving *servings;
    const struct hanse_opening *openings;
    const struct hanse_shortfall *shortfalls; /* ascending */
    int32_t n_blocs, n_jurisdictions, n_firms, n_operators, n_pools, n_regions, n_accelerators,
        n_models, n_sites, n_groups, n_maintenances, n_withdraws, n_restrictions, n_purchases,
        n_clouds, n_workloads, n_batches, n_stations, n_routes, n_links, n_eligibilities,
        n_plants, n_currencies, n_devaluations, n_hazards;
    int32_t n_causes, n_limbs, n_suppliers, n_rivals, n_procurements, n_crews, n_stacks,
        n_ports, n_jumps, n_takeovers, n_servings, n_openings, n_shortfalls;
    int32_t kind_firm, kind_operator, kind_jurisdiction, kind_bloc, kind_pool;
};

struct hanse_moving {
    double now_h;
    int64_t hour;  /* first hour not yet swept */
    int32_t month; /* whose cells are written to */
    uint64_t n_events;
    uint64_t changes; /* counts every change of some device's availability, and the next */
    uint64_t rules;   /* counts every change of who may work with whom */
    int32_t recourse; /* enum hanse_recourse: how far this world may react */
    hanse_ref calendar;
    hanse_ref series;
    hanse_ref notes;
    uint32_t n_notes, notes_capacity;
    hanse_ref places; /* of place.c */
    hanse_ref state[HANSE_MECHANISMS];
};

struct hanse_observer;
struct hanse_latency_own;
struct hanse_stand_in;

struct hanse_world {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    const struct hanse_scenario *scenario; /* with this replication's draws */
    const struct hanse_scenario *frozen;   /* with every input at mid */
    const struct hanse_layout *layout;
    struct hanse_tables tables;
    struct hanse_accelerator reference; /* the reference accelerator at mid */
    uint64_t seed;
    uint32_t replication;
    int32_t first_column[HANSE_MECHANISMS];
    double horizon_h;
    const struct hanse_observer *observer; /* NULL: nobody looks on */
    struct hanse_hooks hooks;              /* the scenario's own functions, if it has some */
    const struct hanse_stand_in *stand_in; /* NULL: every site is itself */
    enum hanse_calendar_kind calendar_kind;
    struct hanse_latency_own *latency_own; /* of latency.c, the worker's; NULL: nothing yet */
    /* What went wrong in a sweep of hours, which cannot say so itself; ends the replication. */
    enum hanse_status trouble;
    struct hanse_moving moving;
};

/* Fills in `tables` from world->scenario. */
void hanse__world_read_tables(struct hanse_world *world);

/* Does withdrawing `actor` take `target` along? It does when it is the same, the target's
 * parent (and so on up), a jurisdiction that can compel it (home, `compelled_by`, of a protocol
 * those it stands for), or a bloc of such a jurisdiction.
 */
bool hanse__actor_covers(const struct hanse_world *world, struct hanse_actor actor,
                         struct hanse_actor target);

/* Is the jurisdiction a member of the bloc? */
bool hanse__in_bloc(const struct hanse_jurisdiction *jurisdiction, int32_t bloc);

/* May data of `data_class` from jurisdiction `from` be processed in jurisdiction `in`? */
bool hanse__data_allowed(const struct hanse_world *world, int32_t data_class, int32_t from,
                         int32_t in);

/* The items of an output's current month; `output` counts within the mechanism's table. */
static inline double *hanse__cells(const struct hanse_world *world, int mechanism, int output)
{
    const struct hanse_column *column =
        &world->layout->columns[world->first_column[mechanism] + output];
    double *series = hanse_arena_at(&world->arena, world->moving.series);
    return series + column->offset + (size_t)world->moving.month * (size_t)column->n_items;
}

/* What goes first at equal times. A rule that begins goes before one that ends, so between two
 * windows that touch there is no gap through which held goods could slip; both before goods
 * arrive, since a window's end is not part of it. What frees devices goes before what needs
 * them: the other order would turn away who in truth found one free. */
enum hanse_order {
    HANSE_ORDER_BEGINS,
    HANSE_ORDER_ENDS,
    HANSE_ORDER_FREES, /* repairs, deliveries, ends of jobs */
    HANSE_ORDER_NEEDS, /* failures, orders, submissions */
    HANSE_ORDER_BOOKS,
};

/* Schedules an event of a mechanism. Events at or past the horizon are not kept. */
enum hanse_status hanse__schedule(struct hanse_world *world, int mechanism, int what,
                                  enum hanse_order order, uint32_t entity, double time_h);

enum hanse_status hanse__note(struct hanse_world *world, enum hanse_note_what what,
                              const struct hanse_kind *kind, int32_t entity, double value);

/* Takes a zeroed array from the arena; 0 and a status when there is no memory. */
enum hanse_status hanse__take(struct hanse_world *world, size_t n, size_t size, hanse_ref *ref);

/* Writes "kind/name" of a row. */
void hanse__name_row(const struct hanse_world *world, const struct hanse_kind *kind,
                     int32_t index, char *text, size_t size);

static inline void *hanse__at(const struct hanse_world *world, hanse_ref ref)
{
    return hanse_arena_at(&world->arena, ref);
}

/* Position in a week of local time, 0 = Monday 00:00, for an hour of the simulation; hour 0 is
 * 00:00 UTC of the scenario's start date. */
int hanse__hour_of_week(const struct hanse_world *world, int64_t hour, double utc_offset_h);

#endif
