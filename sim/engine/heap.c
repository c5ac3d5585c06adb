#include "sim/engine/calendar_state.h"

/* The reference event list: a 4-ary implicit heap on (time, rank, sequence). It is written to
 * be obviously right; the ladder is tested against it. */
struct node {
    struct hanse__entry entry;
    uint64_t order; /* rank in the upper 16 bits, order of scheduling in the lower 48 */
};

enum { ARITY = 4 };

static bool before(const struct node *a, const struct node *b)
{
    return a->entry.time < b->entry.time ||
           (a->entry.time == b->entry.time && a->order < b->order);
}

static void sift_up(struct node *nodes, uint32_t at, struct node node)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / ARITY;
        if (!before(&node, &nodes[parent])) {
            break;
        }
        nodes[at] = nodes[parent];
        at = parent;
    }
    nodes[at] = node;
}

static void sift_down(struct node *nodes, uint32_t n, uint32_t at, struct node node)
{
    for (;;) {
        uint64_t first = (uint64_t)at * ARITY + 1;
        if (first >= n) {
            break;
        }
        uint32_t best = (uint32_t)first;
        uint32_t last = n - best < ARITY ? n : best + ARITY;
        for (uint32_t child = best + 1; child < last; child++) {
            if (before(&nodes[child], &nodes[best])) {
                best = child;
            }
        }
        if (!before(&nodes[best], &node)) {
            break;
        }
        nodes[at] = nodes[best];
        at = best;
    }
    nodes[at] = node;
}

enum hanse_status hanse__heap_grow(struct hanse_arena *arena, hanse_ref place,
                                   uint32_t capacity)
{
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    size_t old = state->list_capacity * sizeof(struct node);
    size_t bytes = capacity * sizeof(struct node);
    hanse_ref list = hanse_arena_resize(arena, state->list, old, bytes);
    if (list == 0) {
        return HANSE_ERR_MEMORY;
    }
    state = hanse_arena_at(arena, place);
    state->list = list;
    return HANSE_OK;
}

void hanse__heap_push(struct hanse_arena *arena, struct hanse__calendar *state,
                      struct hanse__entry entry)
{
    struct node *nodes = hanse_arena_at(arena, state->list);
    struct node node = {entry, (uint64_t)hanse__entry_rank(entry) << 48 | state->n_scheduled++};
    sift_up(nodes, state->n_heap++, node);
}

const struct hanse__entry *hanse__heap_front(struct hanse_arena *arena,
                                             struct hanse__calendar *state)
{
    const struct node *nodes = hanse_arena_at(arena, state->list);
    return state->n_heap > 0 ? &nodes[0].entry : NULL;
}

void hanse__heap_drop(struct hanse_arena *arena, struct hanse__calendar *state)
{
    struct node *nodes = hanse_arena_at(arena, state->list);
    uint32_t n = --state->n_heap;
    if (n > 0) {
        sift_down(nodes, n, 0, nodes[n]);
    }
}

void hanse__heap_purge(struct hanse_arena *arena, struct hanse__calendar *state)
{
    struct node *nodes = hanse_arena_at(arena, state->list);
    const struct hanse__slot *slots = hanse_arena_at(arena, state->slots);
    uint32_t n = 0;
    for (uint32_t i = 0; i < state->n_heap; i++) {
        if (hanse__entry_alive(slots, nodes[i].entry)) {
            nodes[n++] = nodes[i];
        }
    }
    state->n_heap = n;
    for (uint32_t i = n / ARITY + 1; i-- > 0;) {
        if (i < n) {
            sift_down(nodes, n, i, nodes[i]);
        }
    }
}
