#include "sim/process/schedule/packing.h"

#include <math.h>
#include <string.h>

#include "sim/engine/stream.h"

struct run {
    struct hanse_context *ctx;
    const struct hanse_packing *packing;
    uint32_t replication;
    struct hanse_node *nodes;
    double *counts;
    uint32_t *tasks;
    size_t n_tasks, capacity;
    uint64_t gpu_milli, requested;
    struct hanse_arena arena;
    struct hanse_resource view;
    struct hanse_stream stream;
    uint32_t points[HANSE_PACKING_POINTS]; /* tasks counted at each percent */
    struct hanse_packing_result *result;
};

static uint32_t below(struct run *r, size_t n)
{
    return (uint32_t)(hanse_stream_uniform(&r->stream) * (double)n);
}

static uint64_t request(const struct run *r, uint32_t need)
{
    const struct hanse_need *n = &r->packing->nodes.needs[need];
    return (uint64_t)n->gpus * n->gpu_milli;
}

static void shuffle_tasks(struct run *r)
{
    for (size_t i = r->n_tasks; i > 1; i--) {
        uint32_t j = below(r, i), task = r->tasks[j];
        r->tasks[j] = r->tasks[i - 1];
        r->tasks[i - 1] = task;
    }
}

static void shuffle_nodes(struct run *r)
{
    for (uint32_t i = r->packing->nodes.n_nodes; i > 1; i--) {
        uint32_t j = below(r, i);
        struct hanse_node node = r->nodes[j];
        r->nodes[j] = r->nodes[i - 1];
        r->nodes[i - 1] = node;
    }
}

/* Draws tasks until the next would ask for too much. */
static enum hanse_status fill_up(struct run *r, uint64_t target)
{
    for (;;) {
        uint32_t task = r->packing->tasks[below(r, r->packing->n_tasks)];
        if (r->requested + request(r, task) > target) {
            return HANSE_OK;
        }
        HANSE_TRY(
            hanse__reserve(r->ctx, &r->tasks, &r->capacity, r->n_tasks + 1, sizeof *r->tasks));
        r->tasks[r->n_tasks++] = task;
        r->requested += request(r, task);
    }
}

static void thin_out(struct run *r, uint64_t target)
{
    while (r->requested > target && r->n_tasks > 0) {
        uint32_t at = below(r, r->n_tasks);
        r->requested -= request(r, r->tasks[at]);
        memmove(&r->tasks[at], &r->tasks[at + 1], (--r->n_tasks - at) * sizeof *r->tasks);
    }
}

static enum hanse_status check(struct run *r)
{
    const struct hanse_packing *p = r->packing;
    for (uint32_t i = 0; i < p->n_tasks; i++) {
        if (p->tasks[i] >= p->nodes.n_needs) {
            return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                               "packing: task %u: need must be < %u, got %u", i + 1,
                               p->nodes.n_needs, p->tasks[i]);
        }
        r->requested += request(r, p->tasks[i]);
    }
    for (uint32_t i = 0; i < p->nodes.n_nodes; i++) {
        r->gpu_milli += (uint64_t)p->nodes.nodes[i].gpus * HANSE_GPU_MILLI;
    }
    if (r->gpu_milli == 0 || r->requested == 0) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "packing: %s GPU; there must be some and tasks that ask for them",
                           r->gpu_milli == 0 ? "no node has a" : "no task asks for a");
    }
    if (!(p->fill > 0.0 && p->fill <= 10.0)) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "packing: fill must be in (0, 10] times the GPUs, got %g", p->fill);
    }
    return HANSE_OK;
}

static enum hanse_status prepare_tasks(struct run *r)
{
    const struct hanse_packing *p = r->packing;
    uint64_t target = (uint64_t)(p->fill * (double)r->gpu_milli);
    HANSE_TRY(hanse__reserve(r->ctx, &r->tasks, &r->capacity, p->n_tasks, sizeof *r->tasks));
    memcpy(r->tasks, p->tasks, p->n_tasks * sizeof *r->tasks);
    r->n_tasks = p->n_tasks;
    if (!p->in_order) {
        shuffle_tasks(r);
    }
    if (r->requested > target) {
        thin_out(r, target);
        return HANSE_OK;
    }
    return fill_up(r, target);
}

static enum hanse_status prepare(struct run *r)
{
    const struct hanse_packing *p = r->packing;
    struct hanse_nodes nodes = p->nodes;
    HANSE_TRY(check(r));
    hanse_stream_init(&r->stream, p->nodes.seed, r->replication, hanse_entity("packing"),
                      "order");
    r->nodes = hanse__alloc(r->ctx, nodes.n_nodes, sizeof *r->nodes);
    r->counts = hanse__alloc(r->ctx, nodes.n_needs, sizeof *r->counts);
    if (r->nodes == NULL || r->counts == NULL) {
        return HANSE_ERR_MEMORY;
    }
    HANSE_TRY(prepare_tasks(r));
    memcpy(r->nodes, nodes.nodes, nodes.n_nodes * sizeof *r->nodes);
    if (!p->in_order) {
        shuffle_nodes(r);
    }
    for (uint32_t i = 0; i < p->n_tasks; i++) {
        r->counts[p->tasks[i]] += 1.0;
    }
    nodes.nodes = r->nodes;
    nodes.counts = nodes.counts ? nodes.counts : r->counts;
    nodes.replication = r->replication;
    HANSE_TRY(hanse_arena_init(&r->arena, r->ctx, (size_t)1 << 20));
    return hanse_resource_init_nodes(&r->view, &r->arena, &nodes);
}

static void count(struct run *r, uint64_t arrived, struct hanse_nodes_totals now)
{
    double gpu_milli = (double)r->gpu_milli;
    double left = gpu_milli - (double)now.gpu_milli_used;
    long percent = lround(100.0 * (double)arrived / gpu_milli);
    if (percent >= HANSE_PACKING_POINTS) {
        return;
    }
    struct hanse_packing_point *point = &r->result->points[percent];
    point->allocated_pct += 100.0 * (double)now.gpu_milli_used / gpu_milli;
    point->fragmented_pct += left > 0.0 ? 100.0 * now.gpu_milli_fragmented / left : 100.0;
    r->points[percent]++;
}

static enum hanse_status place_all(struct run *r)
{
    uint64_t arrived = 0;
    uint32_t slot;
    HANSE_TRY(r->view.kind->advance(&r->view, 0.0));
    for (size_t i = 0; i < r->n_tasks; i++) {
        struct hanse_job job = {
            .runtime_s = 1.0, .estimate_s = 1.0, .width = 1, .need = r->tasks[i]};
        arrived += request(r, job.need);
        if (r->view.kind->fits_now(&r->view, &job)) {
            HANSE_TRY(r->view.kind->take(&r->view, &job, 0.0, &slot));
            r->result->placed++;
        }
        count(r, arrived, hanse_nodes_totals(&r->view));
    }
    r->result->tasks = r->n_tasks;
    return HANSE_OK;
}

static void average(struct run *r)
{
    struct hanse_packing_result *result = r->result;
    uint32_t last = (uint32_t)floor(100.0 * r->packing->fill + 1e-9);
    result->n_points = (last < HANSE_PACKING_POINTS ? last : HANSE_PACKING_POINTS - 1) + 1;
    for (uint32_t p = 0; p < result->n_points; p++) {
        struct hanse_packing_point *point = &result->points[p];
        if (r->points[p] > 0) {
            point->allocated_pct /= r->points[p];
            point->fragmented_pct /= r->points[p];
        } else if (p > 0) {
            *point = result->points[p - 1];
        }
    }
}

enum hanse_status hanse_packing_run(struct hanse_context *ctx,
                                    const struct hanse_packing *packing, uint32_t replication,
                                    struct hanse_packing_result *result)
{
    struct run r = {
        .ctx = ctx, .packing = packing, .replication = replication, .result = result};
    memset(result, 0, sizeof *result);
    enum hanse_status status = prepare(&r);
    status = status == HANSE_OK ? place_all(&r) : status;
    if (status == HANSE_OK) {
        average(&r);
    }
    if (r.arena.base != NULL) {
        hanse_arena_fini(&r.arena);
    }
    hanse__free(r.nodes);
    hanse__free(r.counts);
    hanse__free(r.tasks);
    return status;
}
