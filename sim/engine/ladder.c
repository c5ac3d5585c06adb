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
 */
#include "sim/engine/calendar_state.h"

#include <string.h>

enum {
    DIGIT_BITS = 6,
    DIGITS = 1 << DIGIT_BITS,
    RANK_LEVELS = 3,           /* 16 bits of rank */
    LEVELS = RANK_LEVELS + 11, /* and 64 bits of time */
    EQUAL = LEVELS * DIGITS,   /* the bucket of the base's own key */
    BUCKETS = EQUAL + 1,
    CHUNK_ENTRIES = 15,
    BOTTOM_MOST = 64, /* events in the bottom */
    BOTTOM_ROOM = 2 * BOTTOM_MOST,
    BOTTOM_TAKE = 24, /* a bucket of no more is sorted, not split */
};

struct chunk {
    uint32_t next; /* 0: none */
    uint16_t from;
    uint16_t to;
    uint64_t padding;
    struct hanse__entry entries[CHUNK_ENTRIES];
};

struct bucket {
    uint32_t first;
    uint32_t last;
    uint32_t count;
};

struct key {
    uint64_t time;
    uint32_t rank; /* up to 65536: the end of a rank range */
};

struct ladder {
    struct key base;
    struct key end;
    uint32_t n_bucketed;
    uint32_t free_chunk;
    uint32_t n_chunks; /* chunks ever used; chunk 0 is never */
    uint32_t levels;   /* bit per level with events */
    uint64_t digits[LEVELS];
    struct bucket buckets[BUCKETS];
    uint32_t head;
    uint32_t tail;
    struct hanse__entry bottom[BOTTOM_ROOM];
};

/* The ladder with its storage at hand; valid until the arena next grows. */
struct view {
    struct ladder *l;
    struct chunk *chunks;
    const struct hanse__slot *slots;
    struct hanse__calendar *state;
};

static inline struct view view_of(struct hanse_arena *arena, struct hanse__calendar *state)
{
    return (struct view){hanse_arena_at(arena, state->list),
                         hanse_arena_at(arena, state->chunks),
                         hanse_arena_at(arena, state->slots), state};
}

static inline bool before_key(const struct hanse__entry *e, const struct key *key)
{
    return e->time < key->time || (e->time == key->time && e->rank < key->rank);
}

static inline unsigned top_digit(uint64_t difference)
{
    return (63u - (unsigned)__builtin_clzll(difference)) / DIGIT_BITS;
}

/* The bucket of a key not before the base. */
static inline uint32_t place_of(const struct key *base, uint64_t time, uint32_t rank)
{
    uint64_t difference = time ^ base->time;
    if (difference != 0) {
        unsigned digit = top_digit(difference);
        uint32_t value = (uint32_t)(time >> (digit * DIGIT_BITS)) & (DIGITS - 1);
        return (RANK_LEVELS + digit) * DIGITS + value;
    }
    difference = rank ^ base->rank;
    if (difference != 0) {
        unsigned digit = top_digit(difference);
        return digit * DIGITS + ((rank >> (digit * DIGIT_BITS)) & (DIGITS - 1));
    }
    return EQUAL;
}

/* --- buckets ---------------------------------------------------------------------------- */

static inline uint32_t chunk_take(struct view *v, uint16_t from)
{
    struct ladder *l = v->l;
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

static inline void chunk_give(struct view *v, uint32_t at)
{
    v->chunks[at].next = v->l->free_chunk;
    v->l->free_chunk = at;
}

static inline void mark(struct ladder *l, uint32_t place)
{
    if (place != EQUAL) {
        l->digits[place / DIGITS] |= 1ull << (place % DIGITS);
        l->levels |= 1u << (place / DIGITS);
    }
}

static void unmark(struct ladder *l, uint32_t place)
{
    if (place != EQUAL) {
        uint64_t left = l->digits[place / DIGITS] &= ~(1ull << (place % DIGITS));
        if (left == 0) {
            l->levels &= ~(1u << (place / DIGITS));
        }
    }
}

static inline void append(struct view *v, uint32_t place, const struct hanse__entry *entry)
{
    struct bucket *b = &v->l->buckets[place];
    if (b->count++ == 0) {
        b->first = b->last = chunk_take(v, 0);
        mark(v->l, place);
    } else if (v->chunks[b->last].to == CHUNK_ENTRIES) {
        uint32_t at = chunk_take(v, 0);
        v->chunks[b->last].next = at;
        b->last = at;
    }
    struct chunk *c = &v->chunks[b->last];
    c->entries[c->to++] = *entry;
    v->l->n_bucketed++;
}

static void prepend(struct view *v, uint32_t place, const struct hanse__entry *entry)
{
    struct bucket *b = &v->l->buckets[place];
    if (b->count++ == 0) {
        b->first = b->last = chunk_take(v, CHUNK_ENTRIES);
        mark(v->l, place);
    } else if (v->chunks[b->first].from == 0) {
        uint32_t at = chunk_take(v, CHUNK_ENTRIES);
        v->chunks[at].next = b->first;
        b->first = at;
    }
    struct chunk *c = &v->chunks[b->first];
    c->entries[--c->from] = *entry;
    v->l->n_bucketed++;
}

/* Empties a bucket in the books; its chunks are the caller's. */
static struct bucket detach(struct ladder *l, uint32_t place)
{
    struct bucket b = l->buckets[place];
    l->buckets[place] = (struct bucket){0, 0, 0};
    l->n_bucketed -= b.count;
    unmark(l, place);
    return b;
}

/* Puts a detached bucket at an empty place. */
static void attach(struct ladder *l, uint32_t place, struct bucket b)
{
    l->buckets[place] = b;
    l->n_bucketed += b.count;
    mark(l, place);
}

/* Chunks of a list lie anywhere: fetch the next one while this one is dealt with. */
static inline void prefetch_chunk(const struct chunk *c)
{
    for (size_t line = 0; line < sizeof *c; line += 64) {
        __builtin_prefetch((const char *)c + line);
    }
}

/* Appends what is alive of a detached bucket, each entry to its place: to `place`, or, when
 * that is BUCKETS, to where its key belongs. */
static void deal(struct view *v, struct bucket b, uint32_t place)
{
    for (uint32_t at = b.first, next; at != 0; at = next) {
        struct chunk *c = &v->chunks[at];
        next = c->next;
        prefetch_chunk(&v->chunks[next]);
        for (uint32_t i = c->from; i < c->to; i++) {
            const struct hanse__entry *e = &c->entries[i];
            if (v->state->n_dead > 0 && !hanse__entry_alive(v->slots, e)) {
                v->state->n_dead--;
                continue;
            }
            append(v, place < BUCKETS ? place : place_of(&v->l->base, e->time, e->rank), e);
        }
        chunk_give(v, at);
    }
}

/* --- the bottom -------------------------------------------------------------------------- */

static void bottom_insert(struct ladder *l, const struct hanse__entry *entry)
{
    if (l->tail == BOTTOM_ROOM) {
        l->tail -= l->head;
        memmove(l->bottom, l->bottom + l->head, l->tail * sizeof *l->bottom);
        l->head = 0;
    }
    uint32_t at = l->tail++;
    while (at > l->head && hanse__entry_before(entry, &l->bottom[at - 1])) {
        l->bottom[at] = l->bottom[at - 1];
        at--;
    }
    l->bottom[at] = *entry;
}

/* Moves the front of a bucket, `n` entries of it, to the bottom. */
static void bottom_take(struct view *v, uint32_t place, uint32_t n)
{
    struct ladder *l = v->l;
    struct bucket *b = &l->buckets[place];
    l->n_bucketed -= n;
    b->count -= n;
    while (n > 0) {
        struct chunk *c = &v->chunks[b->first];
        while (c->from < c->to && n > 0) {
            const struct hanse__entry *e = &c->entries[c->from++];
            /* A cache miss ahead: the slot is read when the event leaves. */
            __builtin_prefetch(&v->slots[e->slot], 1);
            bottom_insert(l, e);
            n--;
        }
        if (c->from == c->to) {
            uint32_t empty = b->first;
            b->first = c->next;
            chunk_give(v, empty);
        }
    }
    if (b->count == 0) {
        b->first = b->last = 0;
        unmark(l, place);
    }
}

/* Moves the base back to `key`: what lay in finer buckets now first differs from it in the
 * digit where the two bases do. Equal keys share a bucket, so the shorter of two lists may be
 * appended to the longer. */
static void base_back(struct view *v, struct key key)
{
    struct ladder *l = v->l;
    uint32_t into = place_of(&key, l->base.time, l->base.rank);
    uint32_t below = into / DIGITS;
    l->base = key;
    struct bucket longest = detach(l, EQUAL);
    for (uint32_t level = 0; level < below; level++) {
        for (uint64_t digits = l->digits[level]; digits != 0; digits &= digits - 1) {
            uint32_t place = level * DIGITS + (uint32_t)__builtin_ctzll(digits);
            struct bucket b = detach(l, place);
            if (b.count > longest.count) {
                struct bucket shorter = longest;
                longest = b;
                b = shorter;
            }
            attach(l, into, longest);
            deal(v, b, into);
            longest = detach(l, into);
        }
    }
    if (longest.count > 0) {
        attach(l, into, longest);
    }
}

/* Makes room in a full bottom: its later half returns to the front of the buckets. */
static void spill(struct view *v)
{
    struct ladder *l = v->l;
    uint32_t cut = l->head + (l->tail - l->head) / 2;
    struct key key = {l->bottom[cut].time, l->bottom[cut].rank};
    if (l->n_bucketed == 0) {
        l->base = (struct key){v->state->now, 0};
    } else if (key.time < l->base.time ||
               (key.time == l->base.time && key.rank < l->base.rank)) {
        base_back(v, key);
    }
    while (l->tail > cut) {
        const struct hanse__entry *e = &l->bottom[--l->tail];
        prepend(v, place_of(&l->base, e->time, e->rank), e);
    }
    l->end = key;
}

/* --- refill ------------------------------------------------------------------------------ */

static struct key first_key(const struct key *base, uint32_t place)
{
    unsigned level = place / DIGITS;
    uint64_t value = place % DIGITS;
    if (level < RANK_LEVELS) {
        unsigned shift = level * DIGIT_BITS;
        uint32_t above = base->rank >> shift >> DIGIT_BITS << DIGIT_BITS << shift;
        return (struct key){base->time, above | (uint32_t)value << shift};
    }
    unsigned shift = (level - RANK_LEVELS) * DIGIT_BITS;
    uint64_t above = shift + DIGIT_BITS < 64
                         ? base->time >> (shift + DIGIT_BITS) << (shift + DIGIT_BITS)
                         : 0;
    return (struct key){above | value << shift, 0};
}

/* The first key after a bucket's. A finite time's top bit is 0, so nothing overflows. */
static struct key last_key(const struct key *base, uint32_t place)
{
    struct key key = first_key(base, place);
    unsigned level = place / DIGITS;
    if (level < RANK_LEVELS) {
        key.rank += 1u << (level * DIGIT_BITS);
    } else {
        key.time += 1ull << ((level - RANK_LEVELS) * DIGIT_BITS);
    }
    return key;
}

/* Takes whole buckets of one level, in order, while they are few enough to be sorted. */
static void take_small(struct view *v, unsigned level, uint32_t place)
{
    struct ladder *l = v->l;
    uint32_t left = BOTTOM_TAKE;
    do {
        left -= l->buckets[place].count;
        bottom_take(v, place, l->buckets[place].count);
        l->end = last_key(&l->base, place);
        if (l->digits[level] == 0) {
            return;
        }
        place = level * DIGITS + (uint32_t)__builtin_ctzll(l->digits[level]);
    } while (l->buckets[place].count <= left);
}

static void take_equal(struct view *v)
{
    uint32_t count = v->l->buckets[EQUAL].count;
    bottom_take(v, EQUAL, count < BOTTOM_TAKE ? count : BOTTOM_TAKE);
    v->l->end = v->l->base;
}

/* Fills an empty bottom; false when no events are left. */
static bool refill(struct view *v)
{
    struct ladder *l = v->l;
    l->head = l->tail = 0;
    while (l->head == l->tail) {
        if (l->buckets[EQUAL].count > 0) {
            take_equal(v);
            return true;
        }
        if (l->levels == 0) {
            return false;
        }
        unsigned level = (unsigned)__builtin_ctz(l->levels);
        uint32_t place = level * DIGITS + (uint32_t)__builtin_ctzll(l->digits[level]);
        if (l->buckets[place].count <= BOTTOM_TAKE) {
            take_small(v, level, place);
            return true;
        }
        l->base = first_key(&l->base, place);
        l->end = l->base;
        struct bucket b = detach(l, place);
        if (level == 0) {
            attach(l, EQUAL, b);
        } else {
            deal(v, b, BUCKETS);
        }
    }
    return true;
}

/* --- the face ---------------------------------------------------------------------------- */

enum hanse_status hanse__ladder_init(struct hanse_arena *arena, hanse_ref place)
{
    hanse_ref list = hanse_arena_take(arena, sizeof(struct ladder));
    if (list == 0) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    state->list = list;
    return HANSE_OK;
}

/* By invariant 4 n entries need at most n chunks, and at most n / 15 and two for each bucket;
 * one more is in hand while a bucket is dealt out, and chunk 0 is never used. */
static size_t chunks_for(uint32_t entries)
{
    size_t by_bucket = entries / CHUNK_ENTRIES + 2 * (size_t)BUCKETS;
    return (entries < by_bucket ? entries : by_bucket) + 3;
}

enum hanse_status hanse__ladder_grow(struct hanse_arena *arena, hanse_ref place,
                                     uint32_t capacity)
{
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    size_t old = state->chunks == 0 ? 0 : chunks_for(state->list_capacity);
    size_t bytes = chunks_for(capacity) * sizeof(struct chunk);
    hanse_ref chunks =
        hanse_arena_resize(arena, state->chunks, old * sizeof(struct chunk), bytes);
    if (chunks == 0) {
        return HANSE_ERR_MEMORY;
    }
    state = hanse_arena_at(arena, place);
    state->chunks = chunks;
    return HANSE_OK;
}

void hanse__ladder_push(struct hanse_arena *arena, struct hanse__calendar *state,
                        const struct hanse__entry *entry)
{
    struct view v = view_of(arena, state);
    struct ladder *l = v.l;
    if (!before_key(entry, &l->end)) {
        if (l->n_bucketed > 0) {
            append(&v, place_of(&l->base, entry->time, entry->rank), entry);
            return;
        }
        l->end.time = UINT64_MAX; /* few events: the bottom alone will do */
    }
    if (l->tail - l->head == BOTTOM_MOST) {
        spill(&v);
        if (!before_key(entry, &l->end)) {
            append(&v, place_of(&l->base, entry->time, entry->rank), entry);
            return;
        }
    }
    bottom_insert(l, entry);
}

bool hanse__ladder_front(struct hanse_arena *arena, struct hanse__calendar *state,
                         struct hanse__entry *entry)
{
    struct ladder *l = hanse_arena_at(arena, state->list);
    if (l->head == l->tail) {
        struct view v = view_of(arena, state);
        if (!refill(&v)) {
            return false;
        }
    }
    *entry = l->bottom[l->head];
    return true;
}

void hanse__ladder_drop(struct hanse_arena *arena, struct hanse__calendar *state)
{
    struct ladder *l = hanse_arena_at(arena, state->list);
    l->head++;
}

void hanse__ladder_purge(struct hanse_arena *arena, struct hanse__calendar *state)
{
    struct view v = view_of(arena, state);
    struct ladder *l = v.l;
    uint32_t kept = l->head;
    for (uint32_t i = l->head; i < l->tail; i++) {
        if (hanse__entry_alive(v.slots, &l->bottom[i])) {
            l->bottom[kept++] = l->bottom[i];
        }
    }
    l->tail = kept;
    for (uint32_t place = 0; place < BUCKETS; place++) {
        if (l->buckets[place].count > 0) {
            deal(&v, detach(l, place), place);
        }
    }
}
