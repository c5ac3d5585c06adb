/*
 * Placements: the score of a node for a task, and which of its GPUs the task gets.
 */
#include <math.h>
#include <string.h>

#include "sim/process/schedule/park.h"

static const char WENG[] = "Weng et al., USENIX ATC 2023, and its artefact";

static const struct hanse_placement_rule RULES[HANSE_PLACEMENTS] = {
    [HANSE_PLACE_RANDOM] = {"random",
                            "any node that fits, with equal chances; a share goes to any GPU "
                            "of it that holds it, with equal chances",
                            WENG},
    [HANSE_PLACE_FIRST_FIT] = {"first-fit",
                               "the first node of the table that fits, its first GPU that fits",
                               "Johnson 1973"},
    [HANSE_PLACE_BEST_FIT] = {"best-fit",
                              "least left over: 100 (1 - (cpu left / largest node's cpu + GPU "
                              "left / largest node's GPUs) / 2); the GPU with least left",
                              WENG},
    [HANSE_PLACE_WORST_FIT] = {"worst-fit",
                               "most left over: the opposite of best-fit, the GPU with most "
                               "left",
                               "Johnson 1973"},
    [HANSE_PLACE_DOT_PRODUCT] = {"dot-product",
                                 "100 (1 - (cpu free x cpu needed + GPU free x GPU needed) / "
                                 "2), in parts of the largest node; the GPU with least left",
                                 "Grandl et al. 2014 (Tetris) as compared by Weng et al. 2023"},
    [HANSE_PLACE_GPU_CLUSTERING] = {"gpu-clustering",
                                    "nodes that run only tasks of as many GPUs first, then "
                                    "mixed ones among which there is such a task, then empty "
                                    "ones, then others; within each the fuller first",
                                    "Xiao et al. 2018 (Gandiva) as compared by Weng et al. "
                                    "2023"},
    [HANSE_PLACE_GPU_PACKING] = {"gpu-packing",
                                 "GPUs in use first, the fuller the better; then idle GPUs of "
                                 "nodes in use; then idle nodes, the smaller first",
                                 "Weng et al. 2022 (MLaaS in the wild) as compared by Weng et "
                                 "al. 2023"},
    [HANSE_PLACE_FGD] = {"fgd",
                         "least growth of fragmentation: 100 / (1 + exp(-(F before - F after) "
                         "/ one GPU)), over the node's GPUs too",
                         WENG},
};

const struct hanse_placement_rule *hanse_placement_rule(enum hanse_placement place)
{
    return &RULES[place];
}

enum hanse_status hanse_placement_find(struct hanse_context *ctx, const char *name,
                                       enum hanse_placement *place)
{
    const char *names[HANSE_PLACEMENTS];
    for (int i = 0; i < HANSE_PLACEMENTS; i++) {
        names[i] = RULES[i].name;
        if (strcmp(name, names[i]) == 0) {
            *place = (enum hanse_placement)i;
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(name, names, HANSE_PLACEMENTS);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "no placement '%s'%s%s%s", name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- which GPUs ---------------------------------------------------------------------------*/

/* Whole GPUs: the first idle ones. */
static uint32_t idle_gpus(const struct hanse_node *node, const struct hanse_room *room,
                          uint32_t want)
{
    uint32_t bits = 0;
    for (uint32_t g = 0; g < node->gpus && want > 0; g++) {
        if (room->gpu_milli[g] == HANSE_GPU_MILLI) {
            bits |= 1U << g;
            want--;
        }
    }
    return bits;
}

/* A share: the GPU that holds it with least left, with most left, or the first. */
static uint32_t sharing_gpu(const struct hanse_node *node, const struct hanse_room *room,
                            const struct hanse_need *need, uint8_t placement)
{
    uint32_t best = HANSE_NODE_GPUS_MOST;
    for (uint32_t g = 0; g < node->gpus; g++) {
        uint32_t left = room->gpu_milli[g];
        if (left < need->gpu_milli) {
            continue;
        }
        if (best == HANSE_NODE_GPUS_MOST ||
            (placement == HANSE_PLACE_WORST_FIT ? left > room->gpu_milli[best]
                                                : left < room->gpu_milli[best])) {
            best = g;
        }
        if (placement == HANSE_PLACE_FIRST_FIT) {
            break;
        }
    }
    return best == HANSE_NODE_GPUS_MOST ? 0 : 1U << best;
}

/* --- scores -------------------------------------------------------------------------------*/

struct sight { /* what the scores look at */
    const struct hanse__park *park;
    const struct hanse_node *node;
    const struct hanse_room *room;
    const struct hanse_need *need;
    const uint32_t *tasks; /* on the node, by GPUs used; [0] those that share one */
    uint32_t gpu_free, gpu_needed;
};

static double part(double amount, double most)
{
    return most > 0.0 ? amount / most : 0.0;
}

static double gpu_most(const struct sight *s)
{
    return (double)s->park->gpus_most * HANSE_GPU_MILLI;
}

static double left_over(const struct sight *s)
{
    double cpu = (double)(s->room->cpu_milli - s->need->cpu_milli);
    double gpu = (double)s->gpu_free - s->gpu_needed;
    return 0.5 * part(cpu, (double)s->park->cpu_most) + 0.5 * part(gpu, gpu_most(s));
}

static double dot_product(const struct sight *s)
{
    double cpu_most = (double)s->park->cpu_most;
    double cpu =
        part((double)s->room->cpu_milli, cpu_most) * part((double)s->need->cpu_milli, cpu_most);
    return (cpu + part(s->gpu_free, gpu_most(s)) * part(s->gpu_needed, gpu_most(s))) / 2.0;
}

static double gpu_clustering(const struct sight *s)
{
    uint32_t kinds = 0, own = hanse__need_shares(s->need) ? 0 : s->need->gpus;
    for (uint32_t k = 0; k <= HANSE_NODE_GPUS_MOST; k++) {
        kinds += s->tasks[k] > 0;
    }
    double fuller = 25.0 * part(gpu_most(s) - s->gpu_free, gpu_most(s));
    if (s->need->gpus == 0) {
        return 0.0;
    }
    if (s->tasks[own] > 0) {
        return fuller + (kinds == 1 ? 75.0 : 50.0);
    }
    return fuller + (kinds == 0 ? 25.0 : 0.0);
}

/* Takes the GPUs with least left that hold the need, as many as it wants. The published score
 * takes tenths of what is left of them in whole percent. */
static double gpu_packing(const struct sight *s)
{
    uint32_t idle = 0, wanted = s->need->gpus, fresh = 0, percent = 0, used = 0;
    for (uint32_t g = 0; g < s->node->gpus; g++) {
        idle += s->room->gpu_milli[g] == HANSE_GPU_MILLI;
    }
    if (wanted == 0) {
        return 0.0;
    }
    if (idle == s->node->gpus) {
        return fmax(33.0 - idle, idle);
    }
    for (; wanted > 0; wanted--) {
        uint32_t best = HANSE_NODE_GPUS_MOST;
        for (uint32_t g = 0; g < s->node->gpus; g++) {
            if ((used >> g & 1U) == 0 && s->room->gpu_milli[g] >= s->need->gpu_milli &&
                (best == HANSE_NODE_GPUS_MOST ||
                 s->room->gpu_milli[g] < s->room->gpu_milli[best])) {
                best = g;
            }
        }
        used |= 1U << best;
        fresh += s->room->gpu_milli[best] == HANSE_GPU_MILLI;
        percent += s->room->gpu_milli[best] * 100U / HANSE_GPU_MILLI;
    }
    return fresh > 0 ? fmax(50.0 - fresh, 33.0) : fmax(100.0 - percent / 10U, 50.0);
}

/* --- gradient descent ---------------------------------------------------------------------*/

/* The published score is a sigmoid of the descent in GPUs, of which the percent is rounded
 * down: descents that close rank as equal. */
static double descent(const struct hanse_arena *arena, const struct hanse__park *park,
                      const struct sight *s, double before, uint32_t gpus)
{
    struct hanse_room after = *s->room;
    after.cpu_milli -= s->need->cpu_milli;
    for (uint32_t g = 0; g < s->node->gpus; g++) {
        after.gpu_milli[g] -= (gpus >> g & 1U) ? (uint16_t)s->need->gpu_milli : 0;
    }
    double fall = before - hanse__park_fragment(arena, park, s->node, &after);
    return park->exact ? fall : floor(100.0 / (1.0 + exp(-fall / HANSE_GPU_MILLI)));
}

static bool seen_before(const struct hanse_room *room, uint32_t gpu)
{
    for (uint32_t g = 0; g < gpu; g++) {
        if (room->gpu_milli[g] == room->gpu_milli[gpu]) {
            return true;
        }
    }
    return false;
}

static double fgd(const struct hanse_arena *arena, const struct sight *s, uint32_t *gpus)
{
    double before = hanse__park_fragment(arena, s->park, s->node, s->room), best = -HUGE_VAL;
    if (!hanse__need_shares(s->need)) {
        *gpus = idle_gpus(s->node, s->room, s->need->gpus);
        return descent(arena, s->park, s, before, *gpus);
    }
    for (uint32_t g = 0; g < s->node->gpus; g++) {
        if (s->room->gpu_milli[g] < s->need->gpu_milli || seen_before(s->room, g)) {
            continue; /* one alike was tried */
        }
        double score = descent(arena, s->park, s, before, 1U << g);
        if (score > best) {
            best = score;
            *gpus = 1U << g;
        }
    }
    return best;
}

static double plain_score(const struct sight *s)
{
    switch (s->park->placement) {
    case HANSE_PLACE_BEST_FIT:
        return 100.0 * (1.0 - left_over(s));
    case HANSE_PLACE_WORST_FIT:
        return 100.0 * left_over(s);
    case HANSE_PLACE_DOT_PRODUCT:
        return 100.0 * (1.0 - dot_product(s));
    case HANSE_PLACE_GPU_CLUSTERING:
        return gpu_clustering(s);
    case HANSE_PLACE_GPU_PACKING:
        return gpu_packing(s);
    default:
        return 0.0; /* the first of the table, or whom chance picks */
    }
}

double hanse__park_score(const struct hanse_arena *arena, hanse_ref ref, uint32_t node,
                         const struct hanse_room *room, const struct hanse_need *need,
                         uint32_t *gpus)
{
    const struct hanse__park *park = hanse__park_at(arena, ref);
    struct sight s = {
        .park = park,
        .node = (const struct hanse_node *)hanse_arena_at(arena, park->nodes) + node,
        .room = room,
        .need = need,
        .tasks = (const uint32_t *)hanse_arena_at(arena, park->tasks) +
                 (size_t)node * (HANSE_NODE_GPUS_MOST + 1),
        .gpu_needed = need->gpus * need->gpu_milli,
    };
    for (uint32_t g = 0; g < s.node->gpus; g++) {
        s.gpu_free += room->gpu_milli[g];
    }
    if (park->placement == HANSE_PLACE_FGD) {
        return fgd(arena, &s, gpus);
    }
    *gpus = hanse__need_shares(need) ? sharing_gpu(s.node, room, need, park->placement)
                                     : idle_gpus(s.node, room, need->gpus);
    double score = plain_score(&s);
    return park->exact ? score : floor(score);
}
