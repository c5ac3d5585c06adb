/*
 * The radix ladder.
 *
 * A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path
 * problem, Journal of the ACM 37, 1990) sorts no more than it must: an event goes to the bucket
 * given by the highest digit in which its key differs from a base, and that digit's value. Only
 * the bucket that comes next is looked into. When it is small it becomes the *bottom*, a short
 * sorted array, as in ladder queues (Tang, Goh, Thng: Ladder queue, ACM TOMACS 15, 2005); when
 * it is large the base moves to its start and its events are dealt to finer buckets. Each event
 * moves down a few digits at most, always by appending, so the cost hardly depends on how many
 * are pending and there is nothing to tune.
 *
 * The key is 80 bits: the time's 64, then the tie rank's 16, in digits of 6 bits. Events with
 * one key share the bucket `equal` or one bucket of level 0, which is a queue: first in, first
 * out for free. A burst at one instant is therefore never sorted.
 *
 * Invariants:
 *   1. base <= end. New keys before `end` go to the bottom, all others to buckets; the bottom
 *      holds none beyond `end`.
 *   2. A bucket's place follows from its keys and the base alone.
 *   3. Of two events with one key, the one scheduled first is nearer to the exit: nearer the
 *      front of the bottom, or in the bottom while the other is in a bucket, or before it in
 *      one bucket.
 *   4. Only the first and last chunk of a bucket may be partly filled, which bounds the chunks
 *      that n entries can need, so that room is reserved when an event is scheduled.
 *
 * When the bottom is full, its later half goes back to the front of the buckets. The base then
 * moves back if it must: at one instant, events of lower rank may be scheduled after events of
 * higher rank became the base.
 *
 * This header holds what each event passes through, for the compiler to inline; ladder.c holds
 * what happens once for many events.
 */
#ifndef HANSE_SIM_ENGINE_LADDER_H
#define HANSE_SIM_ENGINE_LADDER_H

#include <string.h>

#include "sim/engine/calendar_state.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    HANSE__DIGIT_BITS = 6,
    HANSE__DIGITS = 1 << HANSE__DIGIT_BITS,
    HANSE__RANK_LEVELS = 3,                       /* 16 bits of rank */
    HANSE__LEVELS = HANSE__RANK_LEVELS + 11,      /* and 64 bits of time */
    HANSE__EQUAL = HANSE__LEVELS * HANSE__DIGITS, /* the bucket of the base's own key */
    HANSE__BUCKETS = HANSE__EQUAL + 1,
    HANSE__CHUNK_ENTRIES = 15,
    HANSE__BOTTOM_MOST = 64, /* events in the bottom */
    HANSE__BOTTOM_ROOM = 2 * HANSE__BOTTOM_MOST,
    HANSE__BOTTOM_LOW = 8,   /* with fewer it is filled, so that models can look ahead */
    HANSE__BOTTOM_TAKE = 24, /* a bucket of no more is sorted, not split; a multiple of 4 */
};

struct hanse__chunk {
    uint32_t next; /* 0: none */
    uint16_t from;
    uint16_t to;
    uint64_t padding;
    struct hanse__entry entries[HANSE__CHUNK_ENTRIES];
};

struct hanse__bucket {
    uint32_t first;
    uint32_t last;
    uint32_t count;
};

struct hanse__key {
    uint64_t time;
    uint32_t rank; /* up to 65536: the end of a rank range */
};

struct hanse__ladder {
    struct hanse__key base;
    struct hanse__key end;
    uint32_t n_bucketed;
    uint32_t free_chunk;
    uint32_t n_chunks; /* chunks ever used; chunk 0 is never */
    uint32_t levels;   /* bit per level with events */
    uint64_t digits[HANSE__LEVELS];
    struct hanse__bucket buckets[HANSE__BUCKETS];
    uint32_t head;
    uint32_t tail;
    struct hanse__entry bottom[HANSE__BOTTOM_ROOM];
};

/* The ladder with its storage at hand; valid until the arena next grows. */
struct hanse__view {
    struct hanse__ladder *l;
    struct hanse__chunk *chunks;
    const struct hanse__slot *slots;
    struct hanse__calendar *state;
};

/* The ladder lies behind the calendar's state, in one block. */
static inline struct hanse__ladder *hanse__ladder_of(struct hanse__calendar *state)
{
    return (struct hanse__ladder *)(void *)(state + 1);
}

static inline struct hanse__view hanse__ladder_view_of(struct hanse_arena *arena,
                                                       struct hanse__calendar *state)
{
    return (struct hanse__view){
        hanse__ladder_of(state), (struct hanse__chunk *)hanse_arena_at(arena, state->chunks),
        (const struct hanse__slot *)hanse_arena_at(arena, state->slots), state};
}

static inline bool hanse__ladder_before_key(struct hanse__entry e, const struct hanse__key *key)
{
    return e.time < key->time || (e.time == key->time && hanse__entry_rank(e) < key->rank);
}

static inline unsigned hanse__ladder_top_digit(uint64_t difference)
{
    return (63u - (unsigned)__builtin_clzll(difference)) / HANSE__DIGIT_BITS;
}

/* The bucket of a key not before the base. */
static inline uint32_t hanse__ladder_place_of(const struct hanse__key *base, uint64_t time,
                                              uint32_t rank)
{
    uint64_t difference = time ^ base->time;
    if (difference != 0) {
        unsigned digit = hanse__ladder_top_digit(difference);
        uint32_t value = (uint32_t)(time >> (digit * HANSE__DIGIT_BITS)) & (HANSE__DIGITS - 1);
        return (HANSE__RANK_LEVELS + digit) * HANSE__DIGITS + value;
    }
    difference = rank ^ base->rank;
    if (difference != 0) {
        unsigned digit = hanse__ladder_top_digit(difference);
        return digit * HANSE__DIGITS +
               ((rank >> (digit * HANSE__DIGIT_BITS)) & (HANSE__DIGITS - 1));
    }
    return HANSE__EQUAL;
}

/* --- buckets ---------------------------------------------------------------------------- */

static inline uint32_t hanse__ladder_chunk_take(struct hanse__view *v, uint16_t from)
{
    struct hanse__ladder *l = v->l;
    uint32_t at = l->free_chunk;
    if (at != 0) {
        l->free_chunk = v->chunks[at].next;
    } else {
        at = ++l->n_chunks;
    }
    v->chunks[at].next = 0;
    v->chunks[at].from = from;
    v->chunks[at].to = from;
    return at;
}

static inline void hanse__ladder_chunk_give(struct hanse__view *v, uint32_t at)
{
    v->chunks[at].next = v->l->free_chunk;
    v->l->free_chunk = at;
}

static inline void hanse__ladder_mark(struct hanse__ladder *l, uint32_t place)
{
    if (place != HANSE__EQUAL) {
        l->digits[place / HANSE__DIGITS] |= 1ull << (place % HANSE__DIGITS);
        l->levels |= 1u << (place / HANSE__DIGITS);
    }
}

static inline void hanse__ladder_append(struct hanse__view *v, uint32_t place,
                                        struct hanse__entry entry)
{
    struct hanse__bucket *b = &v->l->buckets[place];
    if (b->count++ == 0) {
        b->first = b->last = hanse__ladder_chunk_take(v, 0);
        hanse__ladder_mark(v->l, place);
    } else if (v->chunks[b->last].to == HANSE__CHUNK_ENTRIES) {
        uint32_t at = hanse__ladder_chunk_take(v, 0);
        v->chunks[b->last].next = at;
        b->last = at;
    }
    struct hanse__chunk *c = &v->chunks[b->last];
    c->entries[c->to++] = entry;
    v->l->n_bucketed++;
}

static void hanse__ladder_bottom_insert(struct hanse__ladder *l, struct hanse__entry entry)
{
    if (l->tail == HANSE__BOTTOM_ROOM) {
        l->tail -= l->head;
        memmove(l->bottom, l->bottom + l->head, l->tail * sizeof *l->bottom);
        l->head = 0;
    }
    uint32_t at = l->tail++;
    while (at > l->head && hanse__entry_before(entry, l->bottom[at - 1])) {
        l->bottom[at] = l->bottom[at - 1];
        at--;
    }
    l->bottom[at] = entry;
}

/* Makes room in a full bottom; fills a low one, false when no events are left. */
void hanse__ladder_spill(struct hanse__view *v);
bool hanse__ladder_refill(struct hanse__view *v);

/* Adds an entry; hanse__ladder_grow has made room. */
static inline void hanse__ladder_push(struct hanse_arena *arena, struct hanse__calendar *state,
                                      struct hanse__entry entry)
{
    struct hanse__view v = hanse__ladder_view_of(arena, state);
    struct hanse__ladder *l = v.l;
    if (!hanse__ladder_before_key(entry, &l->end)) {
        if (l->n_bucketed > 0) {
            hanse__ladder_append(
                &v, hanse__ladder_place_of(&l->base, entry.time, hanse__entry_rank(entry)),
                entry);
            return;
        }
        l->end.time = UINT64_MAX; /* few events: the bottom alone will do */
    }
    if (l->tail - l->head == HANSE__BOTTOM_MOST) {
        hanse__ladder_spill(&v);
        if (!hanse__ladder_before_key(entry, &l->end)) {
            hanse__ladder_append(
                &v, hanse__ladder_place_of(&l->base, entry.time, hanse__entry_rank(entry)),
                entry);
            return;
        }
    }
    hanse__ladder_bottom_insert(l, entry);
}

/* The first entry, dead or alive; NULL when there is none. Valid until the next push. */
static inline const struct hanse__entry *hanse__ladder_front(struct hanse_arena *arena,
                                                             struct hanse__calendar *state)
{
    struct hanse__ladder *l = hanse__ladder_of(state);
    if (l->tail - l->head < HANSE__BOTTOM_LOW && (l->n_bucketed > 0 || l->head == l->tail)) {
        struct hanse__view v = hanse__ladder_view_of(arena, state);
        if (!hanse__ladder_refill(&v)) {
            return NULL;
        }
    }
    return &l->bottom[l->head];
}

static inline void hanse__ladder_drop(struct hanse__calendar *state)
{
    hanse__ladder_of(state)->head++;
}

/* Makes room for `capacity` entries, so that push and front need no memory. */
enum hanse_status hanse__ladder_grow(struct hanse_arena *arena, hanse_ref place,
                                     uint32_t capacity);
/* Removes every dead entry. */
void hanse__ladder_purge(struct hanse_arena *arena, struct hanse__calendar *state);

#ifdef __cplusplus
}
#endif
#endif
