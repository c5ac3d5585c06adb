/*
 * Pairs: rounds in which each origin asks particular places, where the shared lists of dispatch
 * do not do. There are two reasons to want them.
 *
 * *Placement.* A workload may be served where it is cheapest, greenest or nearest in place of
 * "own region first, then in proportion to what is free". Among all places that law, pool and
 * network leave open to it (stages own to partner at once) an origin fills the first in the
 * order of
 *
 *     cheapest   power that the work adds × PUE × price of the hour, per unit of work
 *     greenest   the same × carbon intensity of the hour
 *     nearest    latency of the quickest path
 *
 * then the next, until all is asked for. Power added is full less idle: idle is drawn either
 * way. Of a plant's place only what the hour's sun and water leave of its full load counts, at
 * the tariff of its region. At equal scores the own region goes first, then names.
 *
 * *Bandwidth.* Where a link has one, work that crosses regions takes the quickest path over
 * links that are not full, prompts one way and answers the other, and a link asked for more
 * than it has left in the hour grants all who cross it the same share (carry.h).
 *
 * A round is the same for everybody: all ask, each place grants its askers one share, each link
 * its crossers one share, what crosses several links gets the least; then all of it is booked
 * at once. So no order of declaration decides anything. A round fills a place, fills a link, or
 * serves somebody whole.
 */
#ifndef HANSE_SIM_PROCESS_PAIRS_H
#define HANSE_SIM_PROCESS_PAIRS_H

#include "sim/process/dispatch_inside.h"

/* Takes what they need; nothing where no scenario key asks for them. After routes_init. */
enum hanse_status hanse__pairs_init(struct hanse_world *world);

/* Who may go where has changed: ways[workloads × regions × places], enum hanse_stage. */
void hanse__pairs_follow(struct hanse_world *world, const uint8_t *ways);

/* Does the cell choose its places itself? */
bool hanse__pairs_chosen(const struct hanse_world *world, int32_t cell);

/* Before the first hour of a stretch of equal availability; and before each hour, its power
 * known. */
void hanse__pairs_open(struct hanse_sweep *h);
void hanse__pairs_hour(struct hanse_sweep *h);

/* A round of its own, for all cells: where links have bandwidth. False when nothing moved. */
bool hanse__pairs_round(struct hanse_sweep *h, enum hanse_stage stage, int32_t first,
                        int32_t last);
/* Within a round over routes, for the cells that choose: adds to h->load; then, every load
 * known, grants. */
bool hanse__pairs_ask(struct hanse_sweep *h, int32_t first, int32_t last);
void hanse__pairs_grant(struct hanse_sweep *h, int32_t first, int32_t last);

/* Over links with a bandwidth to foreign APIs, in rounds: clear; regions ask for all that a
 * workload has left there, false where no path is open; what they get is booked on the links;
 * then settle. */
bool hanse__pairs_carry(const struct hanse_sweep *h);
void hanse__pairs_clear(struct hanse_sweep *h);
bool hanse__pairs_ask_cloud(struct hanse_sweep *h, int32_t w, int32_t region);
double hanse__pairs_grant_cloud(struct hanse_sweep *h, int32_t w, int32_t region);
void hanse__pairs_settle(struct hanse_sweep *h);

#endif
