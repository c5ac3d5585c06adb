/*
 * Carry: what links with a bandwidth let through in an hour.
 *
 * A link carries `bandwidth` × (1 − `batch_share`) × 1 h of prompts and answers, each way; a
 * link without bandwidth carries everything. A unit of work takes, at time t,
 *
 *     in  = prompts × prompt_tokens × prompt_bytes        origin to place
 *     out = prompts × output_tokens × output_bytes        place to origin
 *
 * with `prompts` those of a unit of reference work (demand.h). Paths are the quickest over
 * links that are up and not full; a link is full when one of its directions is, within a
 * billionth, and the rest of the hour goes around it or stays. Not a greatest flow: whoever has
 * a quickest path uses it, though another's only path may cross it too.
 */
#ifndef HANSE_SIM_PROCESS_CARRY_H
#define HANSE_SIM_PROCESS_CARRY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

struct hanse_world;

struct hanse__carry {
    hanse_ref left;    /* double bytes [2 × links]: of the hour; from → to, to → from */
    hanse_ref asked;   /* double bytes [2 × links]: in this round, and the next */
    hanse_ref carried; /* double bytes [2 × links] */
    hanse_ref full;    /* uint8_t [links] */
    hanse_ref latency; /* double [2][regions × regions]: none full; as it is now */
    hanse_ref next;    /* int32_t [2][regions × regions]: first link of the quickest path */
    hanse_ref in, out; /* double [workloads]: bytes of a unit of work today */
    bool any_full;
    int64_t day;
    uint64_t rules;
};

/* Does any link of the scenario have a bandwidth? */
bool hanse__carry_wanted(const struct hanse_world *world);
enum hanse_status hanse__carry_init(struct hanse_world *world, struct hanse__carry *carry);

/* An hour begins: nothing is full. */
void hanse__carry_hour(struct hanse_world *world, struct hanse__carry *carry, int64_t hour);

/* One way, in seconds, over links that are not full; INFINITY none. */
double hanse__carry_latency_s(const struct hanse_world *world, const struct hanse__carry *carry,
                              int32_t from, int32_t to);

/* A round: forget the last one; ask for work between two regions; of what was asked, the share
 * that its path lets through; book what goes; then bring what is left up to date. */
void hanse__carry_clear(const struct hanse_world *world, const struct hanse__carry *carry);
void hanse__carry_ask(const struct hanse_world *world, const struct hanse__carry *carry,
                      int32_t workload, int32_t from, int32_t to, double work);
double hanse__carry_share(const struct hanse_world *world, const struct hanse__carry *carry,
                          int32_t workload, int32_t from, int32_t to);
void hanse__carry_book(const struct hanse_world *world, const struct hanse__carry *carry,
                       int32_t workload, int32_t from, int32_t to, double work);
void hanse__carry_settle(struct hanse_world *world, struct hanse__carry *carry);

#endif
