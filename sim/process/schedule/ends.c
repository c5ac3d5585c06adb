#include "sim/process/schedule/ends.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/schedule/blocks.h"

enum { ROOM = HANSE__BLOCK_ROOM, FEW = HANSE__BLOCK_FEW };

struct block {
    uint32_t first, n; /* items in use: [first, first + n), as they leave in front */
    uint32_t width[ROOM];
    double time[ROOM];
};

struct entry {
    uint32_t block;
    uint32_t sum;
    double last; /* no item of the block is later */
};

struct ends {
    struct hanse__blocks blocks;
    bool sorted;
    /* While they lie loose: a bit per place in use; +infinity where there is none. */
    uint64_t used;
    double soonest_s; /* no end is earlier */
    double time[ROOM];
    uint32_t width[ROOM];
};

/* All places, as bits. */
static const uint64_t ALL = ~UINT64_C(0) >> (64 - ROOM);

struct parts {
    struct ends *ends;
    uint32_t n; /* blocks */
    struct entry *entries;
    struct block *blocks;
};

static inline struct parts parts_of(const struct hanse_arena *arena, hanse_ref ends)
{
    struct ends *e = hanse_arena_at(arena, ends);
    return (struct parts){e, e->blocks.n, hanse__blocks_entries(arena, &e->blocks),
                          hanse__blocks_pool(arena, &e->blocks)};
}

static inline struct block *block_at(const struct parts *p, uint32_t at)
{
    return &p->blocks[p->entries[at].block];
}

static enum hanse_status add_block(struct hanse_arena *arena, hanse_ref ends, uint32_t at)
{
    HANSE_TRY(hanse__blocks_open(arena, ends, at));
    struct parts p = parts_of(arena, ends);
    struct block *b = block_at(&p, at);
    b->first = b->n = 0;
    p.entries[at].sum = 0;
    p.entries[at].last = HUGE_VAL;
    return HANSE_OK;
}

hanse_ref hanse__ends_create(struct hanse_arena *arena)
{
    hanse_ref ends = hanse_arena_take(arena, sizeof(struct ends));
    if (ends == 0) {
        return 0;
    }
    struct ends *e = hanse_arena_at(arena, ends);
    hanse__blocks_init(&e->blocks, sizeof(struct block), sizeof(struct entry));
    e->soonest_s = HUGE_VAL;
    for (uint32_t i = 0; i < ROOM; i++) {
        e->time[i] = HUGE_VAL;
    }
    return ends;
}

static inline struct ends *ends_of(const struct hanse_arena *arena, hanse_ref ends)
{
    return hanse_arena_at(arena, ends);
}

bool hanse__ends_sorted(const struct hanse_arena *arena, hanse_ref ends)
{
    return ends_of(arena, ends)->sorted;
}

/* --- loose ------------------------------------------------------------------------------- */

static uint32_t put_loose(struct ends *e, double end_s, uint32_t width)
{
    uint32_t place = (uint32_t)__builtin_ctzll(~e->used);
    e->used |= UINT64_C(1) << place;
    e->time[place] = end_s;
    e->width[place] = width;
    e->soonest_s = end_s < e->soonest_s ? end_s : e->soonest_s;
    return place;
}

static void drop_loose(struct ends *e, uint32_t place)
{
    e->used &= ~(UINT64_C(1) << place);
    e->time[place] = HUGE_VAL;
}

/* The earliest end after time_s. Four at a time, which need not wait for each other. */
static double next_loose(const struct ends *e, double time_s)
{
    double least[4] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    for (uint32_t i = 0; i < ROOM; i += 4) {
        for (uint32_t k = 0; k < 4; k++) {
            double end_s = e->time[i + k] > time_s ? e->time[i + k] : HUGE_VAL;
            least[k] = end_s < least[k] ? end_s : least[k];
        }
    }
    double a = least[0] < least[1] ? least[0] : least[1];
    double b = least[2] < least[3] ? least[2] : least[3];
    return a < b ? a : b;
}

static uint32_t until_loose(const struct ends *e, double time_s)
{
    uint32_t sum = 0;
    for (uint64_t bits = e->used; bits != 0; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(bits);
        sum += e->time[i] <= time_s ? e->width[i] : 0;
    }
    return sum;
}

static uint32_t pass_loose(struct ends *e, double now_s)
{
    uint32_t freed = 0;
    if (now_s < e->soonest_s) {
        return 0;
    }
    for (uint64_t bits = e->used; bits != 0; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(bits);
        if (e->time[i] <= now_s) {
            freed += e->width[i];
            drop_loose(e, i);
        }
    }
    e->soonest_s = next_loose(e, now_s);
    return freed;
}

static double reach_loose(const struct ends *e, uint32_t width)
{
    double time_s = -HUGE_VAL;
    do {
        time_s = next_loose(e, time_s);
    } while (time_s < HUGE_VAL && until_loose(e, time_s) < width);
    return time_s;
}

/* --- places ------------------------------------------------------------------------------ */

/* The first block that reaches time_s, or the last. The last one's `last` is infinite. */
static uint32_t block_for(const struct parts *p, double time_s)
{
    uint32_t low = 0, n = p->n;
    while (n > 1) {
        uint32_t half = n / 2;
        low = p->entries[low + half - 1].last < time_s ? low + half : low;
        n -= half;
    }
    return low;
}

/* The first item of the block at or after time_s: how many are before. Counting them all costs
 * no branch that could be guessed wrong. */
static uint32_t place_in(const struct block *b, double time_s)
{
    const double *time = b->time + b->first;
    int64_t before = 0; /* as wide as a time: several are compared at once */
    for (uint32_t i = 0; i < b->n; i++) {
        before += time[i] < time_s;
    }
    return b->first + (uint32_t)before;
}

/* --- changes ----------------------------------------------------------------------------- */

static void to_front(struct block *b)
{
    memmove(b->time, b->time + b->first, b->n * sizeof *b->time);
    memmove(b->width, b->width + b->first, b->n * sizeof *b->width);
    b->first = 0;
}

static enum hanse_status halve(struct hanse_arena *arena, hanse_ref ends, uint32_t at)
{
    HANSE_TRY(add_block(arena, ends, at + 1));
    struct parts p = parts_of(arena, ends);
    struct block *from = block_at(&p, at), *to = block_at(&p, at + 1);
    to->n = ROOM / 2;
    from->n = ROOM - ROOM / 2;
    memcpy(to->time, from->time + from->n, to->n * sizeof *to->time);
    memcpy(to->width, from->width + from->n, to->n * sizeof *to->width);
    for (uint32_t i = 0; i < to->n; i++) {
        p.entries[at + 1].sum += to->width[i];
    }
    p.entries[at].sum -= p.entries[at + 1].sum;
    p.entries[at + 1].last = p.entries[at].last;
    p.entries[at].last = from->time[from->n - 1];
    return HANSE_OK;
}

static enum hanse_status put_sorted(struct hanse_arena *arena, hanse_ref ends, double end_s,
                                    uint32_t width)
{
    struct parts p = parts_of(arena, ends);
    uint32_t at = block_for(&p, end_s);
    struct block *b = block_at(&p, at);
    if (b->first + b->n == ROOM) {
        if (b->first > 0) {
            to_front(b);
        } else {
            HANSE_TRY(halve(arena, ends, at));
            p = parts_of(arena, ends);
            at = block_for(&p, end_s);
            b = block_at(&p, at);
        }
    }
    uint32_t place = place_in(b, end_s), behind = b->first + b->n - place;
    p.entries[at].sum += width;
    if (behind > 0 && b->time[place] == end_s) {
        b->width[place] += width;
        return HANSE_OK;
    }
    memmove(b->time + place + 1, b->time + place, behind * sizeof *b->time);
    memmove(b->width + place + 1, b->width + place, behind * sizeof *b->width);
    b->time[place] = end_s;
    b->width[place] = width;
    b->n++;
    return HANSE_OK;
}

enum hanse_status hanse__ends_sort(struct hanse_arena *arena, hanse_ref ends)
{
    if (ends_of(arena, ends)->sorted) {
        return HANSE_OK;
    }
    struct ends loose = *ends_of(arena, ends);
    HANSE_TRY(add_block(arena, ends, 0));
    ends_of(arena, ends)->sorted = true;
    for (uint64_t bits = loose.used; bits != 0; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(bits);
        HANSE_TRY(put_sorted(arena, ends, loose.time[i], loose.width[i]));
    }
    return HANSE_OK;
}

enum hanse_status hanse__ends_put(struct hanse_arena *arena, hanse_ref ends, double end_s,
                                  uint32_t width, uint32_t *place)
{
    struct ends *e = ends_of(arena, ends);
    *place = 0;
    if (!e->sorted && e->used != ALL) {
        *place = put_loose(e, end_s, width);
        return HANSE_OK;
    }
    HANSE_TRY(hanse__ends_sort(arena, ends));
    return put_sorted(arena, ends, end_s, width);
}

static void absorb_next(const struct hanse_arena *arena, const struct parts *p, uint32_t at)
{
    struct block *b = block_at(p, at);
    const struct block *from = block_at(p, at + 1);
    to_front(b);
    memcpy(b->time + b->n, from->time + from->first, from->n * sizeof *b->time);
    memcpy(b->width + b->n, from->width + from->first, from->n * sizeof *b->width);
    b->n += from->n;
    p->entries[at].sum += p->entries[at + 1].sum;
    p->entries[at].last = p->entries[at + 1].last;
    hanse__blocks_close(arena, &p->ends->blocks, at + 1);
}

static void drop_sorted(struct hanse_arena *arena, hanse_ref ends, double end_s, uint32_t width)
{
    struct parts p = parts_of(arena, ends);
    uint32_t at = block_for(&p, end_s);
    struct block *b = block_at(&p, at);
    uint32_t place = place_in(b, end_s);
    HANSE_ASSERT(place < b->first + b->n && b->time[place] == end_s &&
                 b->width[place] >= width);
    p.entries[at].sum -= width;
    b->width[place] -= width;
    if (b->width[place] > 0) {
        return;
    }
    b->n--;
    uint32_t behind = b->first + b->n - place;
    memmove(b->time + place, b->time + place + 1, behind * sizeof *b->time);
    memmove(b->width + place, b->width + place + 1, behind * sizeof *b->width);
    if (at + 1 < p.n && b->n + block_at(&p, at + 1)->n <= FEW) {
        absorb_next(arena, &p, at);
    }
}

void hanse__ends_drop(struct hanse_arena *arena, hanse_ref ends, double end_s, uint32_t width,
                      uint32_t place)
{
    struct ends *e = ends_of(arena, ends);
    if (e->sorted) {
        drop_sorted(arena, ends, end_s, width);
        return;
    }
    HANSE_ASSERT(place < ROOM && e->time[place] == end_s && e->width[place] == width);
    drop_loose(e, place);
}

uint32_t hanse__ends_pass(struct hanse_arena *arena, hanse_ref ends, double now_s)
{
    uint32_t freed = 0;
    if (!ends_of(arena, ends)->sorted) {
        return pass_loose(ends_of(arena, ends), now_s);
    }
    for (;;) {
        struct parts p = parts_of(arena, ends);
        struct block *b = block_at(&p, 0);
        uint32_t here = 0;
        while (b->n > 0 && b->time[b->first] <= now_s) {
            here += b->width[b->first++];
            b->n--;
        }
        p.entries[0].sum -= here;
        freed += here;
        if (b->n > 0) {
            return freed;
        }
        if (p.n == 1) {
            b->first = 0;
            return freed;
        }
        hanse__blocks_close(arena, &p.ends->blocks, 0);
    }
}

/* --- questions --------------------------------------------------------------------------- */

uint32_t hanse__ends_until(const struct hanse_arena *arena, hanse_ref ends, double time_s)
{
    if (!ends_of(arena, ends)->sorted) {
        return until_loose(ends_of(arena, ends), time_s);
    }
    struct parts p = parts_of(arena, ends);
    uint32_t sum = 0, at = 0;
    while (at + 1 < p.n && p.entries[at].last <= time_s) {
        sum += p.entries[at++].sum;
    }
    const struct block *b = block_at(&p, at);
    for (uint32_t i = b->first; i < b->first + b->n && b->time[i] <= time_s; i++) {
        sum += b->width[i];
    }
    return sum;
}

double hanse__ends_reach(const struct hanse_arena *arena, hanse_ref ends, uint32_t width)
{
    if (!ends_of(arena, ends)->sorted) {
        return reach_loose(ends_of(arena, ends), width);
    }
    struct parts p = parts_of(arena, ends);
    uint32_t at = 0;
    while (at < p.n && p.entries[at].sum < width) {
        width -= p.entries[at++].sum;
    }
    if (at == p.n) {
        return HUGE_VAL;
    }
    const struct block *b = block_at(&p, at);
    uint32_t i = b->first;
    while (b->width[i] < width) {
        width -= b->width[i++];
    }
    return b->time[i];
}

uint32_t hanse__ends_size(const struct hanse_arena *arena, hanse_ref ends)
{
    if (!ends_of(arena, ends)->sorted) {
        return (uint32_t)__builtin_popcountll(ends_of(arena, ends)->used);
    }
    struct parts p = parts_of(arena, ends);
    uint32_t n = 0;
    for (uint32_t at = 0; at < p.n; at++) {
        n += block_at(&p, at)->n;
    }
    return n;
}

void hanse__ends_at(const struct hanse_arena *arena, hanse_ref ends, uint32_t item,
                    double *end_s, uint32_t *width)
{
    const struct ends *e = ends_of(arena, ends);
    if (!e->sorted) {
        uint64_t bits = e->used;
        for (; item > 0; item--) {
            bits &= bits - 1;
        }
        *end_s = e->time[__builtin_ctzll(bits)];
        *width = e->width[__builtin_ctzll(bits)];
        return;
    }
    struct parts p = parts_of(arena, ends);
    uint32_t at = 0;
    while (item >= block_at(&p, at)->n) {
        item -= block_at(&p, at++)->n;
    }
    const struct block *b = block_at(&p, at);
    *end_s = b->time[b->first + item];
    *width = b->width[b->first + item];
}
