/*
 * Fragmentation: how much of what is free no typical task could use (nodes.h has the equation).
 */
#include <stdlib.h>
#include <string.h>

#include "sim/process/schedule/park.h"

/* One kind of task in the workload; memory plays no part in the published measure. */
struct kind {
    struct hanse_need need;
    double count;
};

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_need(const struct hanse_need *a, const struct hanse_need *b)
{
    int order = compare((uint64_t)a->cpu_milli, (uint64_t)b->cpu_milli);
    order = order ? order : compare(a->gpu_milli, b->gpu_milli);
    order = order ? order : compare(a->gpus, b->gpus);
    return order ? order : compare(a->types, b->types);
}

static int merge_order(const void *a, const void *b)
{
    return by_need(&((const struct kind *)a)->need, &((const struct kind *)b)->need);
}

/* The most frequent first; of equals the larger, as published. */
static int popular_first(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;
    int order = (x->count < y->count) - (x->count > y->count);
    return order ? order : by_need(&y->need, &x->need);
}

static int cpu_first(const void *a, const void *b)
{
    const struct hanse__typical *x = a, *y = b;
    int order = compare((uint64_t)x->cpu_milli, (uint64_t)y->cpu_milli);
    order = order ? order : compare(x->gpu_milli, y->gpu_milli);
    return order ? order : compare(x->gpus, y->gpus);
}

/* Needs that differ in memory only become one. Returns how many are left. */
static uint32_t collect(const struct hanse_nodes *nodes, struct kind *kinds, double *total)
{
    *total = 0.0;
    for (uint32_t i = 0; i < nodes->n_needs; i++) {
        kinds[i] = (struct kind){nodes->needs[i], nodes->counts ? nodes->counts[i] : 1.0};
        *total += kinds[i].count;
    }
    qsort(kinds, nodes->n_needs, sizeof *kinds, merge_order);
    uint32_t n = 0;
    for (uint32_t i = 0; i < nodes->n_needs; i++) {
        if (n > 0 && by_need(&kinds[n - 1].need, &kinds[i].need) == 0) {
            kinds[n - 1].count += kinds[i].count;
        } else {
            kinds[n++] = kinds[i];
        }
    }
    qsort(kinds, n, sizeof *kinds, popular_first);
    return n;
}

/* The mix as one type of GPU sees it. Returns the number of rows written. */
static uint32_t list_type(struct hanse__park *park, uint32_t type, const struct kind *kinds,
                          uint32_t n, double sum, struct hanse__typical *out)
{
    uint32_t rows = 0;
    double beyond = 0.0;
    park->idle[type] = 0.0;
    for (uint32_t i = 0; i < n; i++) {
        const struct hanse_need *m = &kinds[i].need;
        double share = kinds[i].count / sum;
        if (m->gpus == 0 || !hanse__need_accepts(m, type)) {
            park->idle[type] += share;
        } else {
            out[rows++] = (struct hanse__typical){m->cpu_milli, share, 0.0, (uint16_t)m->gpus,
                                                  (uint16_t)m->gpu_milli};
        }
    }
    qsort(out, rows, sizeof *out, cpu_first);
    for (uint32_t i = rows; i-- > 0;) {
        beyond += out[i].share;
        out[i].beyond = beyond;
    }
    return rows;
}

static enum hanse_status list_types(struct hanse_arena *arena, hanse_ref ref,
                                    const struct hanse_nodes *nodes, const struct kind *kinds,
                                    uint32_t n, double sum)
{
    uint32_t n_types = 0;
    for (uint32_t i = 0; i < nodes->n_nodes; i++) {
        n_types = nodes->nodes[i].type >= n_types ? nodes->nodes[i].type + 1 : n_types;
    }
    hanse_ref typical =
        hanse_arena_take(arena, ((size_t)n_types * n + 1) * sizeof(struct hanse__typical));
    if (typical == 0) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse__park *park = hanse__park_at(arena, ref);
    struct hanse__typical *rows = hanse_arena_at(arena, typical);
    park->typical = typical;
    for (uint32_t t = 0; t < n_types; t++) {
        uint32_t at = park->typical_first[t];
        park->typical_first[t + 1] = at + list_type(park, t, kinds, n, sum, rows + at);
    }
    return HANSE_OK;
}

enum hanse_status hanse__park_mix(struct hanse_arena *arena, hanse_ref ref,
                                  const struct hanse_nodes *nodes)
{
    double popularity = nodes->popularity > 0.0 ? nodes->popularity : 0.95;
    double total, sum = 0.0;
    struct kind *kinds = hanse__alloc(arena->ctx, nodes->n_needs, sizeof *kinds);
    if (kinds == NULL) {
        return HANSE_ERR_MEMORY;
    }
    uint32_t n = collect(nodes, kinds, &total), typical = 0;
    while (typical < n && sum < popularity * total) {
        sum += kinds[typical++].count;
    }
    enum hanse_status status = list_types(arena, ref, nodes, kinds, typical, sum);
    hanse__free(kinds);
    return status;
}

double hanse__park_fragment(const struct hanse_arena *arena, const struct hanse__park *park,
                            const struct hanse_node *node, const struct hanse_room *room)
{
    const struct hanse__typical *rows = hanse_arena_at(arena, park->typical);
    uint32_t free_milli = 0;
    for (uint32_t g = 0; g < node->gpus; g++) {
        free_milli += room->gpu_milli[g];
    }
    double fragment = park->idle[node->type] * free_milli;
    if (free_milli == 0) {
        return 0.0;
    }
    for (uint32_t i = park->typical_first[node->type]; i < park->typical_first[node->type + 1];
         i++) {
        const struct hanse__typical *m = &rows[i];
        if (m->cpu_milli > room->cpu_milli) {
            return fragment + m->beyond * free_milli;
        }
        uint32_t fit = 0, small = 0;
        for (uint32_t g = 0; g < node->gpus; g++) {
            uint32_t left = room->gpu_milli[g];
            fit += left >= m->gpu_milli;
            small += left >= m->gpu_milli ? 0 : left;
        }
        fragment += m->share * (fit >= m->gpus ? small : free_milli);
    }
    return fragment;
}
