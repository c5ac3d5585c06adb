/*
 * Inside dispatch: what its files share. dispatch.c walks through the hours, route.c spreads
 * work over places, reason.c says why the rest was not served.
 */
#ifndef HANSE_SIM_PROCESS_DISPATCH_INSIDE_H
#define HANSE_SIM_PROCESS_DISPATCH_INSIDE_H

#include "sim/process/climate.h"
#include "sim/process/control.h"
#include "sim/process/demand.h"
#include "sim/process/denial.h"
#include "sim/process/place.h"
#include "sim/process/world.h"

enum { HANSE_ROUNDS = 8 }; /* help among places settles in two or three */

/* How far work goes, one stage after the other. A later stage's places hold an earlier one's:
 * what was free there is taken by then, and most origins of a pool then share one list. */
enum hanse_stage {
    HANSE_STAGE_OWN,     /* its own region */
    HANSE_STAGE_MEMBER,  /* its jurisdiction, in its pool */
    HANSE_STAGE_POOL,    /* its pool */
    HANSE_STAGE_PARTNER, /* pools that share with it */
    HANSE_STAGE_REACH,   /* all of these at once: where it may be served at all */
    HANSE_STAGE_BEYOND,  /* where law would let it, but no network or coordinator does */
    HANSE_STAGES,
};

/* Why work was not served. */
enum hanse_reason {
    HANSE_REASON_CAPACITY,
    HANSE_REASON_LAW,
    HANSE_REASON_NETWORK,
    HANSE_REASON_POWER,
    HANSE_REASON_PRICE,
    HANSE_REASONS,
};

/* Origins of a workload with the same places in reach. */
struct hanse_route {
    int32_t workload;
    int32_t first_place, n_places; /* in the list of places */
    int32_t first_cell, n_cells;   /* in the list of cells */
    double reach;                  /* scratch: what its places have free */
    double asks;                   /* scratch: what its origins have left, over that */
};

struct hanse_routes {
    hanse_ref routes;  /* struct hanse_route */
    hanse_ref places;  /* int32_t */
    hanse_ref cells;   /* int32_t */
    hanse_ref first;   /* int32_t [stages][workloads + 1]: routes by place in order */
    hanse_ref scratch; /* int32_t [places] */
    size_t n_routes, n_places, n_cells;
    size_t routes_room, places_room, cells_room;
};

struct hanse__pairs;

struct hanse_dispatch {
    int32_t n_regions, n_workloads;
    hanse_ref order;      /* int32_t [workloads]: by tier, then name */
    hanse_ref base;       /* double [cells]: mean work per hour today */
    hanse_ref price;      /* double [workloads]: cloud EUR per work today */
    hanse_ref shape;      /* double [168][cells]: profile in hours of UTC */
    hanse_ref arrived;    /* double [cells]: this hour */
    hanse_ref left;       /* double [cells]: asked and not served this hour */
    hanse_ref served;     /* double [cells]: served this hour */
    hanse_ref missed;     /* double [cells]: due this hour and not served; 0 between hours */
    hanse_ref rest;       /* double [cells]: of the left, not explained yet */
    hanse_ref why;        /* double [reasons][cells]: this hour */
    hanse_ref cloud_way;  /* uint8_t [cells]: enum cloud_way */
    hanse_ref powered;    /* double [places]: share under power this hour */
    hanse_ref free;       /* double [places]: share of device time still free this hour */
    hanse_ref load;       /* double [places]: scratch; all 0 between rounds */
    hanse_ref spare;      /* double [places]: scratch for reasons, and the next two */
    hanse_ref by_part;    /* double [2 × regions] */
    hanse_ref ignored;    /* double [cells] */
    hanse_ref ring;       /* double: waiting work by hour of arrival, per cell */
    hanse_ref ring_start; /* uint32_t [workloads]: where a workload's rings start */
    hanse_ref waiting;    /* double [cells]: sum of its ring */
    hanse_ref oldest;     /* int64_t [cells]: no waiting work is older */
    hanse_ref tariffs;    /* struct hanse_tariff [regions]: of this hour */
    hanse_ref used;       /* double [places × workloads]: served this hour; 0: nobody asks */
    hanse_ref gains; /* double [places × workloads]: scratch of substitute.c, and the next */
    hanse_ref unturned; /* double [places] */
    hanse_ref pairs;    /* of pairs.c; 0: nobody needs it */
    struct hanse_routes routes;
    bool moving_tariffs, tariffs_known;
    unsigned cloud_ways; /* a bit for each way that some cell has */
    int64_t day;         /* for which base and price hold; -1 none */
    uint64_t rules;      /* for which routes hold */
    uint64_t seen;       /* for which capacity does */
    double served_sum, cloud_eur;
};

/* Pointers into the arena, good within one sweep. Cells are [regions × workloads]. */
struct hanse_sweep {
    struct hanse_world *world;
    struct hanse_dispatch *s;
    const struct hanse_workload *workloads;
    const struct hanse_place *places;
    const int32_t *order;
    const uint32_t *ring_start;
    const uint8_t *cloud_way;
    const double *capacity, *base, *price, *shape;
    double *arrived, *left, *served, *missed, *rest, *why, *powered, *free, *load, *spare;
    double *by_part, *ignored;
    double *late_now;          /* [cells]: served late this hour; NULL: no serving */
    const int32_t *serving_of; /* [workloads]; NULL likewise */
    struct hanse_tariff *tariffs;
    double *ring, *waiting;
    int64_t *oldest;
    double *used;               /* NULL: nobody asks */
    struct hanse__pairs *pairs; /* NULL: nobody needs it */
    struct hanse_route *routes;
    const int32_t *route_places, *route_cells, *route_first;
    double *demand, *on_time, *late, *dropped, *pool, *hosted, *substituted, *cloud,
        *cloud_cost, *cloud_foreign;
    double *dropped_for[HANSE_REASONS], *missed_for[HANSE_REASONS];
    struct hanse_control_book control;
    int32_t R, W, P;
    int64_t hour;
    bool missing; /* some of `missed` is not 0 */
};

/* Whether a cell's work may go to its workload's foreign API. */
enum cloud_way {
    CLOUD_NEVER,    /* it has none or will not */
    CLOUD_LAW,      /* law forbids */
    CLOUD_NETWORK,  /* no path there */
    CLOUD_CUT,      /* withdrawn */
    CLOUD_OVERFLOW, /* for what hardware can't serve */
    CLOUD_ALWAYS,   /* before hardware */
};

/* One past the last workload, by order, that is shed together with the first: its tier, or all
 * where nobody reacts. */
static inline int32_t hanse__tier_end(const struct hanse_sweep *h, int32_t first)
{
    bool frozen = h->world->moving.recourse == HANSE_RECOURSE_FROZEN;
    int64_t tier = h->workloads[h->order[first]].tier;
    int32_t last = first;
    while (last < h->W && (frozen || h->workloads[h->order[last]].tier == tier)) {
        last++;
    }
    return last;
}

/* Writes down what a place does of a workload: for its region, for this hour (which a smaller
 * model may turn over) and for the month (control.h). */
static inline void hanse__sweep_did(struct hanse_sweep *h, int32_t place, int32_t workload,
                                    double work)
{
    int32_t at = place * h->W + workload;
    h->hosted[h->places[place].region * h->W + workload] += work;
    h->control.did[at] += work;
    if (h->used != NULL) {
        h->used[at] += work;
    }
}

/* What was due this hour and is not served. */
static inline double hanse__miss(struct hanse_sweep *h, int32_t cell, double x)
{
    h->missed[cell] = x;
    h->missing |= x > 0.0;
    return x;
}

/* Routes as law, network and coordinators now are. */
enum hanse_status hanse__routes_init(struct hanse_world *world);
enum hanse_status hanse__routes_find(struct hanse_world *world);

/* One round of a stage for the workloads order[first … last): what is left there is spread over
 * places in proportion to what these have free, and a place asked for more than it has grants
 * every asker the same share. */
enum hanse_round {
    HANSE_ROUND_IDLE, /* nothing moved */
    HANSE_ROUND_LAST, /* what was asked for is full: another round would move nothing */
    HANSE_ROUND_OPEN,
};
enum hanse_round hanse__route_round(struct hanse_sweep *h, enum hanse_stage stage,
                                    int32_t first, int32_t last);

/* Renting (rent.c): who may, and what is left of a workload where the way to its foreign API is
 * `use`. */
void hanse__rent_ways(struct hanse_world *world);
bool hanse__rent_affords(const struct hanse_sweep *h, int32_t w, int32_t region);
void hanse__rent(struct hanse_sweep *h, int32_t w, enum cloud_way use);

/* Why this hour's left is left, into `why`; all tiers, in their order. */
void hanse__reasons_find(struct hanse_sweep *h);

#endif
