/*
 * The machine the processor's kernels run on: cores, caches, binding. Shared inside
 * kernels/cpu; hwloc stays behind it.
 */
#ifndef HANSE_KERNELS_CPU_TOPOLOGY_H
#define HANSE_KERNELS_CPU_TOPOLOGY_H

#include "sim/base/context.h"

struct hanse__topology;

struct hanse__machine {
    char processor[64]; /* as the processor names itself */
    int cores;          /* that this process may use */
    double cache_bytes; /* last level, all of those in reach */
    double own_bytes;   /* second level, a core's own */
    double memory_bytes;
};

enum hanse_status hanse__topology_create(struct hanse_context *ctx,
                                         struct hanse__topology **topology,
                                         struct hanse__machine *machine);
void hanse__topology_destroy(struct hanse__topology *topology);

/* Lets the calling thread go wherever it could before any was bound; threads that it makes
 * meanwhile take that over. */
void hanse__topology_loosen(struct hanse__topology *topology);

/* Binds the calling thread to core `core` of the machine. What cannot be bound stays as it is:
 * the samples' own checks then see whether the thread kept its processor. */
void hanse__topology_bind(struct hanse__topology *topology, int core);

#endif
