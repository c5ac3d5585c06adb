/*
 * Islands: the network as a graph that loses edges, and who still works with whom.
 *
 * Regions are the nodes, links the edges. A link is down while it is broken, while a hazard or
 * a withdrawal (axis network) of its owner holds it down. What is left falls into connected
 * components, computed anew on every change and never between. A scenario that declares no link
 * has a perfect network; one that declares some has those and nothing else, so a region without
 * a link is alone.
 *
 * An *island* is a set of regions of one pool that schedule together: the pool's regions of one
 * component while they have its coordinator, else those of one component and jurisdiction. A
 * pool has lost its coordinator where the coordinator is withdrawn, or where its seat is in
 * another component; a federated pool can't lose it. Each island schedules its own work on its
 * own hardware under its own rules; what waits stays with its region, so queues merge by
 * themselves when the network heals.
 *
 * Latency of a link, one way, if not given: great circle (haversine, radius 6,371 km) times the
 * scenario's `detour`, at two thirds of the speed of light. Between regions: the quickest path
 * over links that are up; without links, the direct one.
 */
#ifndef HANSE_SIM_PROCESS_ISLANDS_H
#define HANSE_SIM_PROCESS_ISLANDS_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_link {
    const char *name, *label;
    int32_t from, to; /* regions */
    struct hanse_actor owner;
    double latency_s;            /* one way; 0: by the great circle */
    double bandwidth_byte_per_s; /* each way; 0: carries everything */
    double batch_share;          /* of it set aside for batch jobs */
    double failure_rate_per_h;
    struct hanse_duration repair;
};

/* Why a link is down; bits. */
enum hanse_link_fault {
    HANSE_LINK_BROKEN = 1,
    HANSE_LINK_WITHDRAWN = 2,
    HANSE_LINK_HAZARD = 4,
};

extern const struct hanse_kind hanse_kind_link;
extern const struct hanse_mechanism hanse_mechanism_islands;

/* Puts a link down for a reason or lifts it; nothing happens when it stood so before. */
void hanse__link_fault(struct hanse_world *world, int32_t link, enum hanse_link_fault why,
                       bool down);

/* Now, by region: equal numbers mean "connected" and "of one island". Good until something
 * changes or is taken from the arena. */
const int32_t *hanse__components(struct hanse_world *world);
const int32_t *hanse__islands(struct hanse_world *world);
/* Does the region's pool have its coordinator there? */
bool hanse__coordinated(struct hanse_world *world, int32_t region);
/* One way, in seconds, between regions of one component. */
double hanse__latency_s(struct hanse_world *world, int32_t from, int32_t to);

/* All of them, [regions × regions], as they were found last. */
const double *hanse__latencies(const struct hanse_world *world);
/* Bytes a second for batch jobs on the quickest path: the least bandwidth × batch_share on it;
 * INFINITY where no link has a bandwidth, or within a region. */
double hanse__path_rate(const struct hanse_world *world, int32_t from, int32_t to);
/* Of a link, one way; INFINITY while it is down. */
double hanse__link_latency_s(const struct hanse_world *world, int32_t link);
/* Bytes that crossed a link, either way, this month. */
void hanse__link_carried(const struct hanse_world *world, int32_t link, double bytes);

/* Kilometres along the great circle. */
HANSE_API double hanse_great_circle_km(double latitude_a, double longitude_a, double latitude_b,
                                       double longitude_b);

#endif
