#include "sim/process/schedule/order.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/blocks.h"

enum { CLASSES = 16, ROOM = HANSE__BLOCK_ROOM, FEW = HANSE__BLOCK_FEW };

struct block {
    double shortest[CLASSES]; /* estimate among jobs of this class of width or narrower */
    uint32_t n;
    bool loose; /* a job has left since the bounds were made */
    struct hanse__ordered jobs[ROOM];
};

struct entry { /* of the directory: a block and the bounds that most walks stop at */
    uint32_t block;
    uint32_t narrowest;
    double shortest;
    double key;
    uint64_t order; /* of its first job */
};

struct order {
    struct hanse__blocks blocks;
    uint64_t size;
};

struct parts {
    struct order *order;
    uint32_t n; /* blocks */
    struct entry *entries;
    struct block *blocks;
};

static struct parts parts_of(const struct hanse_arena *arena, hanse_ref order)
{
    struct order *o = hanse_arena_at(arena, order);
    return (struct parts){o, o->blocks.n, hanse__blocks_entries(arena, &o->blocks),
                          hanse__blocks_pool(arena, &o->blocks)};
}

/* Classes of width: 1, 2-3, 4-7, ...; all beyond 32767 are one. */
static unsigned class_of(uint32_t width)
{
    unsigned bits = width == 0 ? 0 : 31U - (unsigned)__builtin_clz(width);
    return bits < CLASSES ? bits : CLASSES - 1;
}

/* --- bounds ------------------------------------------------------------------------------ */

/* Makes a block's bounds exact. */
static void survey(const struct parts *p, uint32_t at)
{
    struct entry *e = &p->entries[at];
    struct block *b = &p->blocks[e->block];
    e->narrowest = UINT32_MAX;
    for (unsigned c = 0; c < CLASSES; c++) {
        b->shortest[c] = HUGE_VAL;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        const struct hanse__ordered *job = &b->jobs[i];
        double *least = &b->shortest[class_of(job->width)];
        *least = job->estimate_s < *least ? job->estimate_s : *least;
        e->narrowest = job->width < e->narrowest ? job->width : e->narrowest;
    }
    for (unsigned c = 1; c < CLASSES; c++) {
        double least = b->shortest[c - 1];
        b->shortest[c] = b->shortest[c] < least ? b->shortest[c] : least;
    }
    e->shortest = b->shortest[CLASSES - 1];
    e->key = b->jobs[0].key;
    e->order = b->jobs[0].order;
    b->loose = false;
}

static void widen_bounds(struct entry *e, struct block *b, const struct hanse__ordered *job)
{
    double estimate = job->estimate_s;
    for (unsigned c = class_of(job->width); c < CLASSES; c++) {
        b->shortest[c] = estimate < b->shortest[c] ? estimate : b->shortest[c];
    }
    e->shortest = estimate < e->shortest ? estimate : e->shortest;
    e->narrowest = job->width < e->narrowest ? job->width : e->narrowest;
}

/* May a job of the block start? A bound that says no is right. */
static bool worth_a_look(const struct entry *e, const struct block *blocks,
                         const struct hanse_limits *l, double now_s)
{
    if (e->narrowest > l->now) {
        return false;
    }
    if (e->narrowest <= l->after) {
        return true;
    }
    return now_s + e->shortest <= l->until_s &&
           now_s + blocks[e->block].shortest[class_of(l->now)] <= l->until_s;
}

/* --- places ------------------------------------------------------------------------------ */

static bool before(double key, uint64_t order, double key_b, uint64_t order_b)
{
    return key < key_b || (key == key_b && order < order_b);
}

/* The last block that does not begin behind (key, order); the first when all do. */
static uint32_t block_for(const struct parts *p, double key, uint64_t order)
{
    uint32_t low = 0, high = p->n;
    const struct entry *last = &p->entries[high - 1];
    if (!before(key, order, last->key, last->order)) { /* most come at the end */
        return high - 1;
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (before(key, order, p->entries[middle].key, p->entries[middle].order)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}

/* The first job of the block that is not before (key, order). */
static uint32_t place_in(const struct block *b, double key, uint64_t order)
{
    uint32_t low = 0, high = b->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(b->jobs[middle].key, b->jobs[middle].order, key, order)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct hanse__place hanse__order_find(const struct hanse_arena *arena, hanse_ref order,
                                      double key, uint64_t submitted)
{
    struct parts p = parts_of(arena, order);
    HANSE_ASSERT(p.n > 0);
    uint32_t at = block_for(&p, key, submitted);
    const struct block *b = &p.blocks[p.entries[at].block];
    struct hanse__place place = {at, place_in(b, key, submitted)};
    HANSE_ASSERT(place.at < b->n && b->jobs[place.at].key == key &&
                 b->jobs[place.at].order == submitted);
    return place;
}

/* --- changes ----------------------------------------------------------------------------- */

hanse_ref hanse__order_create(struct hanse_arena *arena)
{
    hanse_ref order = hanse_arena_take(arena, sizeof(struct order));
    if (order != 0) {
        struct order *o = hanse_arena_at(arena, order);
        hanse__blocks_init(&o->blocks, sizeof(struct block), sizeof(struct entry));
    }
    return order;
}

/* Cuts a full block in two; one filled at its end stays nearly full, as queues grow there. */
static enum hanse_status halve(struct hanse_arena *arena, hanse_ref order, uint32_t at,
                               bool at_end)
{
    HANSE_TRY(hanse__blocks_open(arena, order, at + 1));
    struct parts p = parts_of(arena, order);
    struct block *from = &p.blocks[p.entries[at].block];
    struct block *to = &p.blocks[p.entries[at + 1].block];
    uint32_t kept = at_end ? ROOM - 1 : ROOM / 2;
    to->n = ROOM - kept;
    from->n = kept;
    memcpy(to->jobs, from->jobs + kept, to->n * sizeof *to->jobs);
    survey(&p, at);
    survey(&p, at + 1);
    return HANSE_OK;
}

enum hanse_status hanse__order_put(struct hanse_arena *arena, hanse_ref order,
                                   const struct hanse__ordered *job)
{
    struct parts p = parts_of(arena, order);
    if (p.n == 0) {
        HANSE_TRY(hanse__blocks_open(arena, order, 0));
        p = parts_of(arena, order);
        p.blocks[p.entries[0].block].jobs[0] = *job;
        p.blocks[p.entries[0].block].n = 1;
        p.order->size++;
        survey(&p, 0);
        return HANSE_OK;
    }
    uint32_t at = block_for(&p, job->key, job->order);
    if (p.blocks[p.entries[at].block].n == ROOM) {
        HANSE_TRY(halve(arena, order, at, at + 1 == p.n));
        p = parts_of(arena, order);
        at = block_for(&p, job->key, job->order);
    }
    struct block *b = &p.blocks[p.entries[at].block];
    uint32_t place = place_in(b, job->key, job->order);
    memmove(b->jobs + place + 1, b->jobs + place, (b->n - place) * sizeof *b->jobs);
    b->jobs[place] = *job;
    b->n++;
    widen_bounds(&p.entries[at], b, job);
    if (place == 0) {
        p.entries[at].key = job->key;
        p.entries[at].order = job->order;
    }
    p.order->size++;
    return HANSE_OK;
}

static void absorb_next(const struct hanse_arena *arena, struct parts *p, uint32_t at)
{
    struct block *b = &p->blocks[p->entries[at].block];
    const struct block *from = &p->blocks[p->entries[at + 1].block];
    memcpy(b->jobs + b->n, from->jobs, from->n * sizeof *b->jobs);
    b->n += from->n;
    survey(p, at);
    hanse__blocks_close(arena, &p->order->blocks, at + 1);
}

void hanse__order_take(struct hanse_arena *arena, hanse_ref order, struct hanse__place *place)
{
    struct parts p = parts_of(arena, order);
    uint32_t at = place->block;
    struct entry *e = &p.entries[at];
    struct block *b = &p.blocks[e->block];
    b->n--;
    p.order->size--;
    memmove(b->jobs + place->at, b->jobs + place->at + 1, (b->n - place->at) * sizeof *b->jobs);
    b->loose = true;
    if (b->n == 0) {
        hanse__blocks_close(arena, &p.order->blocks, at);
        place->at = 0;
        return;
    }
    e->key = b->jobs[0].key;
    e->order = b->jobs[0].order;
    if (at + 1 < p.n && b->n + p.blocks[e[1].block].n <= FEW) {
        absorb_next(arena, &p, at);
    }
}

void hanse__order_clear(struct hanse_arena *arena, hanse_ref order)
{
    struct parts p = parts_of(arena, order);
    while (p.order->blocks.n > 0) {
        hanse__blocks_close(arena, &p.order->blocks, p.order->blocks.n - 1);
    }
    p.order->blocks.first = 0;
    p.order->size = 0;
}

uint64_t hanse__order_size(const struct hanse_arena *arena, hanse_ref order)
{
    return ((const struct order *)hanse_arena_at(arena, order))->size;
}

/* --- walks ------------------------------------------------------------------------------- */

const struct hanse__ordered *hanse__order_at(const struct hanse_arena *arena, hanse_ref order,
                                             struct hanse__place *place)
{
    struct parts p = parts_of(arena, order);
    for (; place->block < p.n; place->block++, place->at = 0) {
        const struct block *b = &p.blocks[p.entries[place->block].block];
        if (place->at < b->n) {
            return &b->jobs[place->at];
        }
    }
    return NULL;
}

const struct hanse__ordered *hanse__order_next(const struct hanse_arena *arena, hanse_ref order,
                                               const struct hanse_limits *limits, double now_s,
                                               struct hanse__place *place)
{
    struct parts p = parts_of(arena, order);
    for (; place->block < p.n; place->block++, place->at = 0) {
        const struct entry *e = &p.entries[place->block];
        if (!worth_a_look(e, p.blocks, limits, now_s)) {
            continue;
        }
        struct block *b = &p.blocks[e->block];
        uint32_t from = place->at;
        for (uint32_t i = from; i < b->n; i++) {
            const struct hanse__ordered *job = &b->jobs[i];
            if (job->width <= limits->now &&
                (job->width <= limits->after || now_s + job->estimate_s <= limits->until_s)) {
                place->at = i;
                return job;
            }
        }
        if (from == 0 && b->loose) {
            survey(&p, place->block);
        }
    }
    return NULL;
}
