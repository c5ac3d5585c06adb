#include "sim/engine/ladder.h"

#include "sim/base/assert.h"

enum {
    FEW = 3,     /* entries that are sorted faster one by one */
    SOON = 4096, /* a bucket of no more is at the bottom soon */
};

_Static_assert(sizeof(struct hanse__calendar) % 16 == 0, "the ladder lies behind it");

static void unmark(struct hanse__ladder *l, uint32_t place)
{
    if (place != HANSE__EQUAL) {
        uint64_t left = l->digits[place / HANSE__DIGITS] &= ~(1ull << (place % HANSE__DIGITS));
        if (left == 0) {
            l->levels &= ~(1u << (place / HANSE__DIGITS));
        }
    }
}

static void prepend(struct hanse__view *v, uint32_t place, struct hanse__entry entry)
{
    struct hanse__bucket *b = &v->l->buckets[place];
    if (b->count++ == 0) {
        b->first = b->last = hanse__ladder_chunk_take(v, HANSE__CHUNK_ENTRIES);
        hanse__ladder_mark(v->l, place);
    } else if (v->chunks[b->first].from == 0) {
        uint32_t at = hanse__ladder_chunk_take(v, HANSE__CHUNK_ENTRIES);
        v->chunks[at].next = b->first;
        b->first = at;
    }
    struct hanse__chunk *c = &v->chunks[b->first];
    c->entries[--c->from] = entry;
    v->l->n_bucketed++;
}

/* Empties a bucket in the books; its chunks are the caller's. */
static struct hanse__bucket detach(struct hanse__ladder *l, uint32_t place)
{
    struct hanse__bucket b = l->buckets[place];
    l->buckets[place] = (struct hanse__bucket){0, 0, 0};
    l->n_bucketed -= b.count;
    unmark(l, place);
    return b;
}

/* Puts a detached bucket at an empty place. */
static void attach(struct hanse__ladder *l, uint32_t place, struct hanse__bucket b)
{
    l->buckets[place] = b;
    l->n_bucketed += b.count;
    hanse__ladder_mark(l, place);
}

/* Chunks of a list lie anywhere: fetch the next one while this one is dealt with. */
static inline void prefetch_chunk(const struct hanse__chunk *c)
{
    for (size_t line = 0; line < sizeof *c; line += 64) {
        __builtin_prefetch((const char *)c + line);
    }
}

/* Deals a detached bucket out, each entry to where its key belongs. The dead travel along: to
 * look at every entry's slot costs a cache miss each, and the sweep keeps them few. A small
 * bucket's entries are soon looked at: their slots are fetched on the way. */
static void deal(struct hanse__view *v, struct hanse__bucket b)
{
    bool soon = b.count <= SOON && v->state->n_dead > 0;
    for (uint32_t at = b.first, next; at != 0; at = next) {
        struct hanse__chunk *c = &v->chunks[at];
        next = c->next;
        prefetch_chunk(&v->chunks[next]);
        for (uint32_t i = c->from; i < c->to; i++) {
            struct hanse__entry e = c->entries[i];
            if (soon) {
                __builtin_prefetch(&v->slots[hanse__entry_slot(e)], 1);
            }
            hanse__ladder_append(
                v, hanse__ladder_place_of(&v->l->base, e.time, hanse__entry_rank(e)), e);
        }
        hanse__ladder_chunk_give(v, at);
    }
}

/* Appends a detached bucket to another; with `sweep`, only what is alive. */
static void join(struct hanse__view *v, struct hanse__bucket b, uint32_t place, bool sweep)
{
    for (uint32_t at = b.first, next; at != 0; at = next) {
        struct hanse__chunk *c = &v->chunks[at];
        next = c->next;
        for (uint32_t i = c->from; i < c->to; i++) {
            if (!sweep || hanse__entry_alive(v->slots, c->entries[i])) {
                hanse__ladder_append(v, place, c->entries[i]);
            }
        }
        hanse__ladder_chunk_give(v, at);
    }
}

/* --- the bottom -------------------------------------------------------------------------- */

typedef double pair __attribute__((vector_size(16)));
typedef int64_t pair_mask __attribute__((vector_size(16)));

/* Writes n entries, at most HANSE__BOTTOM_TAKE, in order of time. An entry's place is the
 * number of those before it, counted two at a time and without a branch: which way a comparison
 * goes is luck, and a processor that guesses wrong half the time is slower than one that
 * compares all with all. False, with nothing of use written, when two times are equal. */
static bool sort_by_counting(struct hanse__entry *to, const struct hanse__entry *from,
                             uint32_t n)
{
    enum { PAIRS = HANSE__BOTTOM_TAKE / 2 };
    pair time[PAIRS];
    pair_mask place[PAIRS];
    for (uint32_t i = 0; i < n; i++) {
        memcpy((double *)time + i, &from[i].time, sizeof(double));
    }
    memset((double *)time + n, 0, (HANSE__BOTTOM_TAKE - n) * sizeof(double));
    for (uint32_t p = 0; 2 * p < n; p++) {
        pair_mask before = {0, 0};
        for (uint32_t j = 0; j < n; j++) {
            double other = ((const double *)time)[j];
            before -= (pair){other, other} < time[p];
        }
        place[p] = before;
    }
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t at = ((const int64_t *)place)[i];
        to[at] = from[i];
        sum += at;
    }
    return sum == (int64_t)n * (n - 1) / 2;
}

/* Appends n entries, which belong behind those there, to the bottom and sorts them. */
static void bottom_append(struct hanse__ladder *l, const struct hanse__entry *entries,
                          uint32_t n)
{
    if (n > FEW && sort_by_counting(&l->bottom[l->tail], entries, n)) {
        l->tail += n;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        hanse__ladder_bottom_insert(l, entries[i]);
    }
}

/* Copies the first n entries of a chunk that are alive. Whether one is dead is luck, so none is
 * skipped by a branch. Without any dead ones the slots need only be there when events leave. */
static uint32_t copy_alive(const struct hanse__view *v, const struct hanse__entry *from,
                           uint32_t n, struct hanse__entry *to)
{
    if (v->state->n_dead == 0) {
        for (uint32_t i = 0; i < n; i++) {
            __builtin_prefetch(&v->slots[hanse__entry_slot(from[i])], 1);
            to[i] = from[i];
        }
        return n;
    }
    uint32_t n_alive = 0;
    for (uint32_t i = 0; i < n; i++) {
        to[n_alive] = from[i];
        n_alive += hanse__entry_alive(v->slots, from[i]);
    }
    return n_alive;
}

/* Moves the front of a bucket, `n` entries of it, to the bottom; the dead end here. */
static void bottom_take(struct hanse__view *v, uint32_t place, uint32_t n)
{
    struct hanse__ladder *l = v->l;
    struct hanse__bucket *b = &l->buckets[place];
    struct hanse__entry taken[HANSE__BOTTOM_TAKE];
    uint32_t n_alive = 0;
    l->n_bucketed -= n;
    b->count -= n;
    for (uint32_t left = n; left > 0;) {
        struct hanse__chunk *c = &v->chunks[b->first];
        uint32_t here = (uint32_t)c->to - c->from;
        here = here < left ? here : left;
        n_alive += copy_alive(v, &c->entries[c->from], here, &taken[n_alive]);
        c->from = (uint16_t)(c->from + here);
        left -= here;
        if (c->from == c->to) {
            uint32_t empty = b->first;
            b->first = c->next;
            hanse__ladder_chunk_give(v, empty);
        }
    }
    if (b->count == 0) {
        b->first = b->last = 0;
        unmark(l, place);
    }
    v->state->n_dead -= n - n_alive;
    bottom_append(l, taken, n_alive);
}

/* Moves the base back to `key`: what lay in finer buckets now first differs from it in the
 * digit where the two bases do. Equal keys share a bucket, so the shorter of two lists may be
 * appended to the longer. */
static void base_back(struct hanse__view *v, struct hanse__key key)
{
    struct hanse__ladder *l = v->l;
    uint32_t into = hanse__ladder_place_of(&key, l->base.time, l->base.rank);
    uint32_t below = into / HANSE__DIGITS;
    l->base = key;
    struct hanse__bucket longest = detach(l, HANSE__EQUAL);
    for (uint32_t level = 0; level < below; level++) {
        for (uint64_t digits = l->digits[level]; digits != 0; digits &= digits - 1) {
            uint32_t place = level * HANSE__DIGITS + (uint32_t)__builtin_ctzll(digits);
            struct hanse__bucket b = detach(l, place);
            if (b.count > longest.count) {
                struct hanse__bucket shorter = longest;
                longest = b;
                b = shorter;
            }
            attach(l, into, longest);
            join(v, b, into, false);
            longest = detach(l, into);
        }
    }
    if (longest.count > 0) {
        attach(l, into, longest);
    }
}

/* Makes room in a full bottom: its later half returns to the front of the buckets. */
void hanse__ladder_spill(struct hanse__view *v)
{
    struct hanse__ladder *l = v->l;
    uint32_t cut = l->head + (l->tail - l->head) / 2;
    struct hanse__key key = {l->bottom[cut].time, hanse__entry_rank(l->bottom[cut])};
    if (l->n_bucketed == 0) {
        l->base = (struct hanse__key){v->state->now, 0};
    } else if (key.time < l->base.time ||
               (key.time == l->base.time && key.rank < l->base.rank)) {
        base_back(v, key);
    }
    while (l->tail > cut) {
        struct hanse__entry e = l->bottom[--l->tail];
        prepend(v, hanse__ladder_place_of(&l->base, e.time, hanse__entry_rank(e)), e);
    }
    l->end = key;
}

/* --- refill ------------------------------------------------------------------------------ */

static struct hanse__key first_key(const struct hanse__key *base, uint32_t place)
{
    unsigned level = place / HANSE__DIGITS;
    uint64_t value = place % HANSE__DIGITS;
    if (level < HANSE__RANK_LEVELS) {
        unsigned shift = level * HANSE__DIGIT_BITS;
        uint32_t above = base->rank >> shift >> HANSE__DIGIT_BITS << HANSE__DIGIT_BITS << shift;
        return (struct hanse__key){base->time, above | (uint32_t)value << shift};
    }
    unsigned shift = (level - HANSE__RANK_LEVELS) * HANSE__DIGIT_BITS;
    uint64_t above = shift + HANSE__DIGIT_BITS < 64
                         ? base->time >> (shift + HANSE__DIGIT_BITS)
                                             << (shift + HANSE__DIGIT_BITS)
                         : 0;
    return (struct hanse__key){above | value << shift, 0};
}

/* The first key after a bucket's. A finite time's top bit is 0, so nothing overflows. */
static struct hanse__key last_key(const struct hanse__key *base, uint32_t place)
{
    struct hanse__key key = first_key(base, place);
    unsigned level = place / HANSE__DIGITS;
    if (level < HANSE__RANK_LEVELS) {
        key.rank += 1u << (level * HANSE__DIGIT_BITS);
    } else {
        key.time += 1ull << ((level - HANSE__RANK_LEVELS) * HANSE__DIGIT_BITS);
    }
    return key;
}

/* Takes whole buckets of one level, in order, while they are few enough to be sorted. */
static void take_small(struct hanse__view *v, unsigned level, uint32_t place)
{
    struct hanse__ladder *l = v->l;
    uint32_t left = HANSE__BOTTOM_TAKE;
    do {
        left -= l->buckets[place].count;
        bottom_take(v, place, l->buckets[place].count);
        l->end = last_key(&l->base, place);
        if (l->digits[level] == 0) {
            return;
        }
        place = level * HANSE__DIGITS + (uint32_t)__builtin_ctzll(l->digits[level]);
    } while (l->buckets[place].count <= left);
}

/* Takes some of the base's own key; what is left of it stays behind `end`. */
static void take_equal(struct hanse__view *v)
{
    uint32_t count = v->l->buckets[HANSE__EQUAL].count;
    HANSE_CHECK(v->l->end.time == v->l->base.time && v->l->end.rank == v->l->base.rank);
    bottom_take(v, HANSE__EQUAL, count < HANSE__BOTTOM_TAKE ? count : HANSE__BOTTOM_TAKE);
}

/* Fills a low bottom with what is alive; false when no events are left. */
bool hanse__ladder_refill(struct hanse__view *v)
{
    struct hanse__ladder *l = v->l;
    l->tail -= l->head;
    memmove(l->bottom, l->bottom + l->head, l->tail * sizeof *l->bottom);
    l->head = 0;
    while (l->tail < HANSE__BOTTOM_LOW) {
        if (l->buckets[HANSE__EQUAL].count > 0) {
            take_equal(v);
            continue;
        }
        if (l->levels == 0) {
            return l->tail > 0;
        }
        unsigned level = (unsigned)__builtin_ctz(l->levels);
        uint32_t place = level * HANSE__DIGITS + (uint32_t)__builtin_ctzll(l->digits[level]);
        if (l->buckets[place].count <= HANSE__BOTTOM_TAKE) {
            take_small(v, level, place);
            continue;
        }
        l->base = first_key(&l->base, place);
        l->end = l->base;
        struct hanse__bucket b = detach(l, place);
        if (level == 0) {
            attach(l, HANSE__EQUAL, b);
        } else {
            deal(v, b);
        }
    }
    return true;
}

/* --- the face ---------------------------------------------------------------------------- */

/* By invariant 4 n entries need at most n chunks, and at most n / 15 and two for each bucket;
 * one more is in hand while a bucket is dealt out, and chunk 0 is never used. */
static size_t chunks_for(uint32_t entries)
{
    size_t by_bucket = entries / HANSE__CHUNK_ENTRIES + 2 * (size_t)HANSE__BUCKETS;
    return (entries < by_bucket ? entries : by_bucket) + 3;
}

enum hanse_status hanse__ladder_grow(struct hanse_arena *arena, hanse_ref place,
                                     uint32_t capacity)
{
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    size_t old = state->chunks == 0 ? 0 : chunks_for(state->list_capacity);
    size_t bytes = chunks_for(capacity) * sizeof(struct hanse__chunk);
    hanse_ref chunks =
        hanse_arena_resize(arena, state->chunks, old * sizeof(struct hanse__chunk), bytes);
    if (chunks == 0) {
        return HANSE_ERR_MEMORY;
    }
    state = hanse_arena_at(arena, place);
    state->chunks = chunks;
    return HANSE_OK;
}

void hanse__ladder_purge(struct hanse_arena *arena, struct hanse__calendar *state)
{
    struct hanse__view v = hanse__ladder_view_of(arena, state);
    struct hanse__ladder *l = v.l;
    uint32_t kept = l->head;
    for (uint32_t i = l->head; i < l->tail; i++) {
        if (hanse__entry_alive(v.slots, l->bottom[i])) {
            l->bottom[kept++] = l->bottom[i];
        }
    }
    l->tail = kept;
    for (uint32_t place = 0; place < HANSE__BUCKETS; place++) {
        if (l->buckets[place].count > 0) {
            join(&v, detach(l, place), place, true);
        }
    }
}
