#include "sim/process/schedule/park.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/engine/stream.h"

/* Scores of one need over all nodes. The tree's leaf i is node i; an inner cell names the best
 * of its two below, the left one on a tie; HANSE__NO_NODE where none fits. */
struct cache {
    hanse_ref scores; /* double [n_nodes] */
    hanse_ref tree;   /* uint32_t [2 * leaves] */
    uint64_t changes; /* of the log, when it was last brought up to date */
};

static const size_t CACHE_BYTES_MOST = (size_t)256 << 20;

static uint32_t leaves_for(uint32_t n_nodes)
{
    uint32_t leaves = 1;
    while (leaves < n_nodes) {
        leaves *= 2;
    }
    return leaves;
}

static struct hanse_room *room_at(const struct hanse_arena *arena,
                                  const struct hanse__park *park, uint32_t node)
{
    return (struct hanse_room *)hanse_arena_at(arena, park->rooms) + node;
}

static const struct hanse_node *node_at(const struct hanse_arena *arena,
                                        const struct hanse__park *park, uint32_t node)
{
    return (const struct hanse_node *)hanse_arena_at(arena, park->nodes) + node;
}

/* --- making ------------------------------------------------------------------------------ */

static enum hanse_status check_node(struct hanse_context *ctx, const struct hanse_node *node,
                                    uint32_t row)
{
    if (node->cpu_milli < 0 || node->memory_mib < 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "node %u: cpu and memory must be >= 0, got %lld and %lld", row + 1,
                           (long long)node->cpu_milli, (long long)node->memory_mib);
    }
    if (node->gpus > HANSE_NODE_GPUS_MOST || node->type >= HANSE_GPU_TYPES_MOST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "node %u: at most %d GPUs and %d types, got %u GPUs of type %u",
                           row + 1, HANSE_NODE_GPUS_MOST, HANSE_GPU_TYPES_MOST, node->gpus,
                           node->type);
    }
    return HANSE_OK;
}

static enum hanse_status check_need(struct hanse_context *ctx, const struct hanse_need *need,
                                    uint32_t row)
{
    if (need->cpu_milli < 0 || need->memory_mib < 0 || need->gpus > HANSE_NODE_GPUS_MOST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "need %u: cpu and memory must be >= 0, GPUs 0 ... %d, got %lld, "
                           "%lld, %u",
                           row + 1, HANSE_NODE_GPUS_MOST, (long long)need->cpu_milli,
                           (long long)need->memory_mib, need->gpus);
    }
    bool whole = need->gpus == 0 || need->gpu_milli == HANSE_GPU_MILLI;
    if (!whole && !(hanse__need_shares(need) && need->gpu_milli > 0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "need %u: thousandths of a GPU must be 1 ... 1000, and 1000 of each "
                           "of several, got %u of %u",
                           row + 1, need->gpu_milli, need->gpus);
    }
    return HANSE_OK;
}

static enum hanse_status check(struct hanse_context *ctx, const struct hanse_nodes *nodes)
{
    if (nodes->n_nodes == 0 || nodes->n_needs == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "nodes: at least one node and one need");
    }
    if (!(nodes->popularity >= 0.0 && nodes->popularity <= 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "nodes: popularity must be 0 ... 1, got %g",
                           nodes->popularity);
    }
    for (uint32_t i = 0; i < nodes->n_nodes; i++) {
        HANSE_TRY(check_node(ctx, &nodes->nodes[i], i));
    }
    for (uint32_t i = 0; i < nodes->n_needs; i++) {
        HANSE_TRY(check_need(ctx, &nodes->needs[i], i));
    }
    return HANSE_OK;
}

static enum hanse_status take_array(struct hanse_arena *arena, size_t n, size_t size,
                                    const void *from, hanse_ref *ref)
{
    *ref = hanse_arena_take(arena, n * size);
    if (*ref == 0) {
        return HANSE_ERR_MEMORY;
    }
    if (from != NULL) {
        memcpy(hanse_arena_at(arena, *ref), from, n * size);
    }
    return HANSE_OK;
}

static enum hanse_status take_arrays(struct hanse_arena *arena, const struct hanse_nodes *nodes,
                                     struct hanse__park *park)
{
    uint32_t n = nodes->n_nodes;
    HANSE_TRY(take_array(arena, n, sizeof *nodes->nodes, nodes->nodes, &park->nodes));
    HANSE_TRY(take_array(arena, n, sizeof(struct hanse_room), NULL, &park->rooms));
    HANSE_TRY(take_array(arena, (size_t)n * (HANSE_NODE_GPUS_MOST + 1), sizeof(uint32_t), NULL,
                         &park->tasks));
    HANSE_TRY(take_array(arena, n, sizeof(double), NULL, &park->fragments));
    HANSE_TRY(take_array(arena, n, 1, NULL, &park->closed));
    HANSE_TRY(take_array(arena, n, sizeof(uint32_t), NULL, &park->booked));
    HANSE_TRY(
        take_array(arena, nodes->n_needs, sizeof *nodes->needs, nodes->needs, &park->needs));
    HANSE_TRY(take_array(arena, nodes->n_needs, sizeof(struct cache), NULL, &park->caches));
    HANSE_TRY(take_array(arena, n, sizeof(uint32_t), NULL, &park->log));
    HANSE_TRY(take_array(arena, 1, sizeof(struct hanse_stream), NULL, &park->stream));
    hanse_stream_init(hanse_arena_at(arena, park->stream), nodes->seed, nodes->replication,
                      hanse_entity("nodes"), "placement");
    return HANSE_OK;
}

/* All nodes are empty. */
static void open_nodes(struct hanse_arena *arena, struct hanse__park *park)
{
    double *fragments = hanse_arena_at(arena, park->fragments);
    for (uint32_t i = 0; i < park->n_nodes; i++) {
        const struct hanse_node *node = node_at(arena, park, i);
        struct hanse_room *room = room_at(arena, park, i);
        room->cpu_milli = node->cpu_milli;
        room->memory_mib = node->memory_mib;
        for (uint32_t g = 0; g < node->gpus; g++) {
            room->gpu_milli[g] = HANSE_GPU_MILLI;
        }
        park->cpu_most = node->cpu_milli > park->cpu_most ? node->cpu_milli : park->cpu_most;
        park->gpus_most = node->gpus > park->gpus_most ? node->gpus : park->gpus_most;
        park->gpu_milli += (uint64_t)node->gpus * HANSE_GPU_MILLI;
        fragments[i] = hanse__park_fragment(arena, park, node, room);
        park->fragmented += fragments[i];
    }
}

enum hanse_status hanse__park_create(struct hanse_arena *arena, const struct hanse_nodes *nodes,
                                     hanse_ref *ref)
{
    HANSE_TRY(check(arena->ctx, nodes));
    struct hanse__park park = {
        .n_nodes = nodes->n_nodes,
        .n_needs = nodes->n_needs,
        .placement = (uint8_t)nodes->placement,
        .exact = nodes->exact,
        .leaves = leaves_for(nodes->n_nodes),
        .cacheable = (uint32_t)(CACHE_BYTES_MOST / (24 * (size_t)leaves_for(nodes->n_nodes))),
    };
    HANSE_TRY(take_arrays(arena, nodes, &park));
    HANSE_TRY(take_array(arena, 1, sizeof park, &park, ref));
    HANSE_TRY(hanse__park_mix(arena, *ref, nodes));
    open_nodes(arena, hanse__park_at(arena, *ref));
    return HANSE_OK;
}

/* --- what fits --------------------------------------------------------------------------- */

static uint64_t times(int64_t free, int64_t needed)
{
    return needed == 0 ? UINT32_MAX : free < 0 ? 0 : (uint64_t)(free / needed);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint32_t hanse__park_holds(const struct hanse_node *node, const struct hanse_room *room,
                           const struct hanse_need *need)
{
    uint64_t tasks = least(times(room->cpu_milli, need->cpu_milli),
                           times(room->memory_mib, need->memory_mib));
    if (need->gpus == 0 || tasks == 0) {
        return (uint32_t)least(tasks, UINT32_MAX);
    }
    if (!hanse__need_accepts(need, node->type)) {
        return 0;
    }
    uint32_t pieces = 0;
    for (uint32_t g = 0; g < node->gpus; g++) {
        pieces += room->gpu_milli[g] / need->gpu_milli;
    }
    return (uint32_t)least(tasks, pieces / need->gpus);
}

/* Can one task start on the node as it is? */
static bool open_to(const struct hanse_arena *arena, const struct hanse__park *park,
                    uint32_t node, const struct hanse_need *need)
{
    const uint8_t *closed = hanse_arena_at(arena, park->closed);
    const uint32_t *booked = hanse_arena_at(arena, park->booked);
    return closed[node] == 0 && booked[node] == 0 &&
           hanse__park_holds(node_at(arena, park, node), room_at(arena, park, node), need) > 0;
}

/* --- the tree ---------------------------------------------------------------------------- */

static uint32_t winner(const double *scores, uint32_t left, uint32_t right)
{
    if (left == HANSE__NO_NODE || right == HANSE__NO_NODE) {
        return left == HANSE__NO_NODE ? right : left;
    }
    return scores[right] > scores[left] ? right : left;
}

static void score_leaf(const struct hanse_arena *arena, hanse_ref ref, struct cache *cache,
                       const struct hanse_need *need, uint32_t node)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    uint32_t gpus = 0;
    uint32_t *tree = hanse_arena_at(arena, cache->tree);
    uint32_t leaf = park->leaves + node;
    tree[leaf] = HANSE__NO_NODE;
    if (open_to(arena, park, node, need)) {
        ((double *)hanse_arena_at(arena, cache->scores))[node] =
            hanse__park_score(arena, ref, node, room_at(arena, park, node), need, &gpus);
        tree[leaf] = node;
    }
}

static void rescore(const struct hanse_arena *arena, hanse_ref ref, struct cache *cache,
                    const struct hanse_need *need, uint32_t node)
{
    const double *scores = hanse_arena_at(arena, cache->scores);
    uint32_t *tree = hanse_arena_at(arena, cache->tree);
    score_leaf(arena, ref, cache, need, node);
    for (uint32_t at = (hanse__park_at(arena, ref)->leaves + node) / 2; at > 0; at /= 2) {
        tree[at] = winner(scores, tree[2 * at], tree[2 * at + 1]);
    }
}

static void score_all(const struct hanse_arena *arena, hanse_ref ref, struct cache *cache,
                      const struct hanse_need *need)
{
    uint32_t n = hanse__park_at(arena, ref)->n_nodes,
             leaves = hanse__park_at(arena, ref)->leaves;
    const double *scores = hanse_arena_at(arena, cache->scores);
    uint32_t *tree = hanse_arena_at(arena, cache->tree);
    for (uint32_t i = 0; i < leaves; i++) {
        tree[leaves + i] = HANSE__NO_NODE;
        if (i < n) {
            score_leaf(arena, ref, cache, need, i);
        }
    }
    for (uint32_t at = leaves; at-- > 1;) {
        tree[at] = winner(scores, tree[2 * at], tree[2 * at + 1]);
    }
}

static struct cache *cache_at(const struct hanse_arena *arena, hanse_ref ref, uint32_t need)
{
    return (struct cache *)hanse_arena_at(arena, hanse__park_at(arena, ref)->caches) + need;
}

static enum hanse_status make_cache(struct hanse_arena *arena, hanse_ref ref, uint32_t need)
{
    uint32_t n = hanse__park_at(arena, ref)->n_nodes;
    hanse_ref scores, tree;
    HANSE_TRY(take_array(arena, n, sizeof(double), NULL, &scores));
    HANSE_TRY(take_array(arena, 2 * (size_t)hanse__park_at(arena, ref)->leaves,
                         sizeof(uint32_t), NULL, &tree));
    struct hanse__park *park = hanse__park_at(arena, ref);
    *cache_at(arena, ref, need) = (struct cache){.scores = scores, .tree = tree};
    park->cacheable--;
    score_all(arena, ref, cache_at(arena, ref, need),
              (const struct hanse_need *)hanse_arena_at(arena, park->needs) + need);
    cache_at(arena, ref, need)->changes = park->changes;
    return HANSE_OK;
}

/* Scores what changed since this need came last. */
static void refresh(const struct hanse_arena *arena, hanse_ref ref, struct cache *cache,
                    const struct hanse_need *need)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    const uint32_t *log = hanse_arena_at(arena, park->log);
    if (park->changes - cache->changes > park->n_nodes) {
        score_all(arena, ref, cache, need);
        cache->changes = park->changes;
        return;
    }
    for (; cache->changes < park->changes; cache->changes++) {
        uint32_t node = log[cache->changes % park->n_nodes];
        bool again = false; /* it comes later in the log, too: then is early enough */
        for (uint64_t c = cache->changes + 1; c < park->changes && c < cache->changes + 8;
             c++) {
            again |= log[c % park->n_nodes] == node;
        }
        if (!again) {
            rescore(arena, ref, cache, need, node);
        }
    }
}

/* --- choosing ---------------------------------------------------------------------------- */

static void choose_by_scan(const struct hanse_arena *arena, hanse_ref ref,
                           const struct hanse_need *need, struct hanse__claim *claim,
                           double *score)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    for (uint32_t i = 0; i < park->n_nodes; i++) {
        uint32_t gpus = 0;
        if (!open_to(arena, park, i, need)) {
            continue;
        }
        double got = hanse__park_score(arena, ref, i, room_at(arena, park, i), need, &gpus);
        if (claim->node == HANSE__NO_NODE || got > *score) {
            *claim = (struct hanse__claim){i, gpus};
            *score = got;
        }
    }
}

static uint32_t below(struct hanse_stream *stream, uint32_t n)
{
    return (uint32_t)(hanse_stream_uniform(stream) * n);
}

/* With equal chances among the GPUs that hold a share. */
static uint32_t random_gpu(struct hanse_stream *stream, const struct hanse_node *node,
                           const struct hanse_room *room, const struct hanse_need *need)
{
    uint32_t gpus = 0, n = 0;
    for (uint32_t g = 0; g < node->gpus; g++) {
        if (room->gpu_milli[g] >= need->gpu_milli && below(stream, ++n) == 0) {
            gpus = 1U << g;
        }
    }
    return gpus;
}

/* Some nodes picked blindly: the first that fits is as good a draw as any among those that
 * fit. When none of them does, one pass draws among all. */
static void choose_randomly(struct hanse_arena *arena, hanse_ref ref,
                            const struct hanse_need *need, struct hanse__claim *claim)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    struct hanse_stream *stream = hanse_arena_at(arena, park->stream);
    uint32_t fits = 0;
    for (int tries = 0; tries < 16 && claim->node == HANSE__NO_NODE; tries++) {
        uint32_t node = below(stream, park->n_nodes);
        claim->node = open_to(arena, park, node, need) ? node : HANSE__NO_NODE;
    }
    for (uint32_t i = 0; i < park->n_nodes && (claim->node == HANSE__NO_NODE || fits > 0);
         i++) {
        if (open_to(arena, park, i, need) && below(stream, ++fits) == 0) {
            claim->node = i;
        }
    }
    if (claim->node == HANSE__NO_NODE) {
        return;
    }
    const struct hanse_node *node = node_at(arena, park, claim->node);
    const struct hanse_room *room = room_at(arena, park, claim->node);
    if (hanse__need_shares(need)) {
        claim->gpus = random_gpu(stream, node, room, need);
    } else {
        hanse__park_score(arena, ref, claim->node, room, need, &claim->gpus);
    }
}

enum hanse_status hanse__park_choose(struct hanse_arena *arena, hanse_ref ref, uint32_t row,
                                     struct hanse__claim *claim, double *score)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    const struct hanse_need *need =
        (const struct hanse_need *)hanse_arena_at(arena, park->needs) + row;
    *claim = (struct hanse__claim){HANSE__NO_NODE, 0};
    *score = 0.0;
    if (park->placement == HANSE_PLACE_RANDOM) {
        choose_randomly(arena, ref, need, claim);
        return HANSE_OK;
    }
    if (cache_at(arena, ref, row)->tree == 0) {
        if (park->cacheable == 0) {
            choose_by_scan(arena, ref, need, claim, score);
            return HANSE_OK;
        }
        HANSE_TRY(make_cache(arena, ref, row));
        park = hanse__park_at(arena, ref);
        need = (const struct hanse_need *)hanse_arena_at(arena, park->needs) + row;
    }
    struct cache *cache = cache_at(arena, ref, row);
    refresh(arena, ref, cache, need);
    const uint32_t *tree = hanse_arena_at(arena, cache->tree);
    claim->node = tree[1];
    if (claim->node != HANSE__NO_NODE) {
        *score = hanse__park_score(arena, ref, claim->node, room_at(arena, park, claim->node),
                                   need, &claim->gpus);
    }
    return HANSE_OK;
}

bool hanse__park_fits(const struct hanse_arena *arena, hanse_ref ref, uint32_t row)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    const struct hanse_need *need =
        (const struct hanse_need *)hanse_arena_at(arena, park->needs) + row;
    struct cache *cache = cache_at(arena, ref, row);
    if (cache->tree != 0) {
        refresh(arena, ref, cache, need);
        return ((const uint32_t *)hanse_arena_at(arena, cache->tree))[1] != HANSE__NO_NODE;
    }
    for (uint32_t i = 0; i < park->n_nodes; i++) {
        if (open_to(arena, park, i, need)) {
            return true;
        }
    }
    return false;
}

/* --- taking and giving back -------------------------------------------------------------- */

void hanse__park_changed(struct hanse_arena *arena, hanse_ref ref, uint32_t node)
{
    struct hanse__park *park = hanse__park_at(arena, ref);
    uint32_t *log = hanse_arena_at(arena, park->log);
    log[park->changes++ % park->n_nodes] = node;
}

void hanse__park_claim(struct hanse_arena *arena, hanse_ref ref, struct hanse__claim claim,
                       const struct hanse_need *need, int sign)
{
    struct hanse__park *park = hanse__park_at(arena, ref);
    struct hanse_room *room = room_at(arena, park, claim.node);
    const struct hanse_node *node = node_at(arena, park, claim.node);
    uint32_t *tasks = (uint32_t *)hanse_arena_at(arena, park->tasks) +
                      (size_t)claim.node * (HANSE_NODE_GPUS_MOST + 1);
    room->cpu_milli -= sign * need->cpu_milli;
    room->memory_mib -= sign * need->memory_mib;
    HANSE_ASSERT(room->cpu_milli >= 0 && room->memory_mib >= 0);
    for (uint32_t g = 0; g < node->gpus; g++) {
        if ((claim.gpus >> g & 1U) != 0) {
            int32_t left = (int32_t)room->gpu_milli[g] - sign * (int32_t)need->gpu_milli;
            HANSE_ASSERT(left >= 0 && left <= HANSE_GPU_MILLI);
            room->gpu_milli[g] = (uint16_t)left;
        }
    }
    if (need->gpus > 0) {
        tasks[hanse__need_shares(need) ? 0 : need->gpus] += (uint32_t)sign;
    }
    park->gpu_milli_used += (uint64_t)((int64_t)sign * need->gpus * need->gpu_milli);
    double *fragment = (double *)hanse_arena_at(arena, park->fragments) + claim.node;
    park->fragmented -= *fragment;
    *fragment = hanse__park_fragment(arena, park, node, room);
    park->fragmented += *fragment;
    hanse__park_changed(arena, ref, claim.node);
}
