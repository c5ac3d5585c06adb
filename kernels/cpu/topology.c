#include "kernels/cpu/topology.h"

#include <hwloc.h>
#include <stdio.h>
#include <string.h>

struct hanse__topology {
    hwloc_topology_t hwloc;
    hwloc_bitmap_t before; /* the binding that was found */
    int cores;
};

/* hwloc leaves out the name where only the host knows it. */
static void name_of(hwloc_topology_t hwloc, char *name, size_t size)
{
    hwloc_obj_t package = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, 0);
    const char *model =
        package != NULL ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;
    snprintf(name, size, "%s", model != NULL ? model : "processor of unknown make");
}

/* A core's part of a cache at most. Some virtual machines give each core the last level of the
 * whole package (508 MB, of which it reaches 32), and streams four times that size would take
 * gigabytes and minutes. The largest part on the market is 16 MiB a core, so four times this
 * is past the cache even where one core has a whole part of 96 MiB to itself. */
static const double CORES_PART = 32.0 * 1048576.0;

static double part_of(hwloc_topology_t hwloc, hwloc_obj_t cache)
{
    int cores = hwloc_get_nbobjs_inside_cpuset_by_type(hwloc, cache->cpuset, HWLOC_OBJ_CORE);
    double most = CORES_PART * (cores < 1 ? 1 : cores), bytes = (double)cache->attr->cache.size;
    return bytes < most ? bytes : most;
}

/* The last level: all caches of the deepest kind, each counted once. */
static double cache_of(hwloc_topology_t hwloc)
{
    static const hwloc_obj_type_t levels[] = {HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L3CACHE,
                                              HWLOC_OBJ_L2CACHE};
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        int n = hwloc_get_nbobjs_by_type(hwloc, levels[l]);
        double bytes = 0.0;
        for (int i = 0; i < n; i++) {
            hwloc_obj_t cache = hwloc_get_obj_by_type(hwloc, levels[l], (unsigned)i);
            bytes += part_of(hwloc, cache);
        }
        if (bytes > 0.0) {
            return bytes;
        }
    }
    return 32.0 * 1048576.0; /* unknown: streams stay past what most machines have */
}

/* A core's share of its second level; half a MiB where the machine doesn't say. */
static double own_of(hwloc_topology_t hwloc, int cores)
{
    int n = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_L2CACHE);
    hwloc_obj_t cache = n > 0 ? hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_L2CACHE, 0) : NULL;
    double bytes = cache != NULL ? (double)cache->attr->cache.size : 0.0;
    return bytes > 0.0 ? bytes * (n < cores ? (double)n / cores : 1.0) : 524288.0;
}

enum hanse_status hanse__topology_create(struct hanse_context *ctx,
                                         struct hanse__topology **topology,
                                         struct hanse__machine *machine)
{
    struct hanse__topology *t = hanse__alloc(ctx, 1, sizeof *t);
    *topology = t;
    if (t == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (hwloc_topology_init(&t->hwloc) != 0) {
        hanse__free(t);
        *topology = NULL;
        return hanse__fail(ctx, HANSE_ERR_IO, "cpu: hwloc could not start");
    }
    if (hwloc_topology_load(t->hwloc) != 0) {
        hwloc_topology_destroy(t->hwloc);
        hanse__free(t);
        *topology = NULL;
        return hanse__fail(ctx, HANSE_ERR_IO, "cpu: hwloc could not read the machine");
    }
    t->cores = hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_CORE);
    if (t->cores < 1) {
        t->cores = hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_PU);
    }
    t->cores = t->cores < 1 ? 1 : t->cores;
    t->before = hwloc_bitmap_alloc();
    if (t->before != NULL) {
        hwloc_get_cpubind(t->hwloc, t->before, HWLOC_CPUBIND_THREAD);
    }
    *machine = (struct hanse__machine){.cores = t->cores,
                                       .cache_bytes = cache_of(t->hwloc),
                                       .own_bytes = own_of(t->hwloc, t->cores)};
    machine->memory_bytes = (double)hwloc_get_root_obj(t->hwloc)->total_memory;
    name_of(t->hwloc, machine->processor, sizeof machine->processor);
    return HANSE_OK;
}

void hanse__topology_destroy(struct hanse__topology *topology)
{
    if (topology == NULL) {
        return;
    }
    hanse__topology_loosen(topology);
    hwloc_bitmap_free(topology->before);
    hwloc_topology_destroy(topology->hwloc);
    hanse__free(topology);
}

void hanse__topology_loosen(struct hanse__topology *topology)
{
    if (topology->before != NULL) {
        hwloc_set_cpubind(topology->hwloc, topology->before, HWLOC_CPUBIND_THREAD);
    }
}

void hanse__topology_bind(struct hanse__topology *topology, int core)
{
    hwloc_obj_t object = hwloc_get_obj_by_type(topology->hwloc, HWLOC_OBJ_CORE,
                                               (unsigned)(core % topology->cores));
    if (object == NULL) {
        object = hwloc_get_obj_by_type(topology->hwloc, HWLOC_OBJ_PU,
                                       (unsigned)(core % topology->cores));
    }
    hwloc_bitmap_t one = object != NULL ? hwloc_bitmap_dup(object->cpuset) : NULL;
    if (one != NULL) {
        hwloc_bitmap_singlify(one);
        hwloc_set_cpubind(topology->hwloc, one, HWLOC_CPUBIND_THREAD);
        hwloc_bitmap_free(one);
    }
}
