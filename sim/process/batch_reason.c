/*
 * Why a batch job waits: what would have to be otherwise for it to start now, were it alone in
 * line. Asked in this order:
 *
 *   network   devices free that law allows, in its pool, on another island or behind links that
 *             let nothing through
 *   law       devices free on its part of the network that the origin's rules or its pool put
 * out of bounds network   working devices of its island that their carrier cut off power
 * working devices of its island without power capacity  the rest
 *
 * A group counts where it alone would hold the job. Unlike the flow's reasons, one group may
 * explain several jobs: this is a look at each, not a plan for all.
 */
#include <math.h>

#include "sim/process/batch.h"
#include "sim/process/batch_machine.h"
#include "sim/process/eligible.h"
#include "sim/process/fleet.h"
#include "sim/process/islands.h"

/* By memory and interconnect. */
static bool suits(const struct hanse_world *world, int32_t batch, int32_t group)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_accelerator *a = &t->accelerators[t->groups[group].accelerator];
    return a->memory_gib >= t->batches[batch].memory_gib &&
           a->interconnect_gbps >= t->batches[batch].interconnect_gbps;
}

static bool is_free(const struct hanse_world *world, const struct hanse__batch_job *job,
                    int32_t group)
{
    const struct hanse__bench *b = hanse__bench_of(world, group);
    return b->devices - b->used >= job->width;
}

/* The group's devices for batch jobs would do, were it not cut off for this. */
static bool is_held(const struct hanse_world *world, const struct hanse__batch_job *job,
                    int32_t group, unsigned bits)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_group_state *g = &hanse__fleet_groups(world)[group];
    double share = t->sites[t->groups[group].site].batch_share;
    return (g->blocked & bits) != 0 && (g->blocked & ~bits) == 0 &&
           share * g->working >= job->width;
}

enum hanse_reason hanse__batch_reason(const struct hanse_world *world,
                                      const struct hanse__batch_job *job)
{
    const struct hanse_tables *t = &world->tables;
    bool law = false, network = false, power = false;
    int32_t home = t->batches[job->batch].region;
    const double *latency = hanse__latencies(world);
    for (int32_t g = 0; g < t->n_groups; g++) {
        int32_t there = t->sites[t->groups[g].site].region;
        if (!suits(world, job->batch, g)) {
            continue;
        }
        bool offline =
            is_held(world, job, g, HANSE_BLOCK_SHOCK_NETWORK | HANSE_BLOCK_HAZARD_NETWORK);
        if (hanse__batch_may_run(world, job->batch, g)) {
            network |= offline;
            power |= is_held(world, job, g, HANSE_BLOCK_ANY_POWER);
        } else if (hanse__batch_find_leave(world, job->batch, g)) {
            if (offline || is_free(world, job, g)) {
                return HANSE_REASON_NETWORK;
            }
        } else {
            law |= is_free(world, job, g) && latency[home * t->n_regions + there] < INFINITY;
        }
    }
    return law       ? HANSE_REASON_LAW
           : network ? HANSE_REASON_NETWORK
           : power   ? HANSE_REASON_POWER
                     : HANSE_REASON_CAPACITY;
}
