#include "sim/process/schedule/timetable.h"

#include <math.h>
#include <string.h>

#include "sim/process/schedule/blocks.h"

enum { ROOM = HANSE__BLOCK_ROOM, FEW = HANSE__BLOCK_FEW };

struct block {
    uint32_t n;          /* steps */
    int32_t level[ROOM]; /* add the directory's `add` */
    double time[ROOM];
};

struct entry {
    uint32_t block;
    int32_t add;
    int32_t low, high; /* its least and greatest level, `add` included */
    double start;      /* the block's first time */
};

struct hanse__timetable {
    struct hanse__blocks blocks;
};

/* The table's parts, while nothing allocates and no block goes. */
struct parts {
    struct hanse__timetable *table;
    uint32_t n; /* blocks */
    struct entry *entries;
    struct block *blocks;
};

static struct parts parts_of(const struct hanse_arena *arena, hanse_ref table)
{
    struct hanse__timetable *t = hanse_arena_at(arena, table);
    return (struct parts){t, t->blocks.n, hanse__blocks_entries(arena, &t->blocks),
                          hanse__blocks_pool(arena, &t->blocks)};
}

/* Sets an entry's start, low and high from its block. */
static void survey(const struct parts *p, uint32_t at)
{
    struct entry *e = &p->entries[at];
    const struct block *b = &p->blocks[e->block];
    int32_t low = b->level[0], high = b->level[0];
    for (uint32_t i = 1; i < b->n; i++) {
        low = b->level[i] < low ? b->level[i] : low;
        high = b->level[i] > high ? b->level[i] : high;
    }
    e->start = b->time[0];
    e->low = low + e->add;
    e->high = high + e->add;
}

hanse_ref hanse__timetable_create(struct hanse_arena *arena, int32_t level)
{
    hanse_ref table = hanse_arena_take(arena, sizeof(struct hanse__timetable));
    if (table == 0) {
        return 0;
    }
    struct hanse__timetable *t = hanse_arena_at(arena, table);
    hanse__blocks_init(&t->blocks, sizeof(struct block), sizeof(struct entry));
    if (hanse__blocks_open(arena, table, 0) != HANSE_OK) {
        return 0;
    }
    struct parts p = parts_of(arena, table);
    struct block *b = &p.blocks[p.entries[0].block];
    b->n = 1;
    b->time[0] = -HUGE_VAL;
    b->level[0] = level;
    p.entries[0].add = 0;
    survey(&p, 0);
    return table;
}

/* --- places ------------------------------------------------------------------------------ */

struct place {
    uint32_t entry, step;
};

/* The step whose stretch holds time_s. */
static struct place find(const struct parts *p, double time_s)
{
    uint32_t low = 0, high = p->n; /* the last entry that starts at or before */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (p->entries[middle].start <= time_s) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const struct block *b = &p->blocks[p->entries[low].block];
    uint32_t step = 0, n = b->n;
    while (n > 1) {
        uint32_t half = n / 2;
        step = b->time[step + half] <= time_s ? step + half : step;
        n -= half;
    }
    return (struct place){low, step};
}

static double time_at(const struct parts *p, struct place at)
{
    return p->blocks[p->entries[at.entry].block].time[at.step];
}

static int32_t level_at(const struct parts *p, struct place at)
{
    const struct entry *e = &p->entries[at.entry];
    return p->blocks[e->block].level[at.step] + e->add;
}

/* Cuts a full block in two. */
static enum hanse_status halve(struct hanse_arena *arena, hanse_ref table, uint32_t at)
{
    HANSE_TRY(hanse__blocks_open(arena, table, at + 1));
    struct parts p = parts_of(arena, table);
    struct block *from = &p.blocks[p.entries[at].block];
    struct block *to = &p.blocks[p.entries[at + 1].block];
    to->n = ROOM / 2;
    from->n = ROOM - ROOM / 2;
    memcpy(to->time, from->time + from->n, to->n * sizeof *to->time);
    memcpy(to->level, from->level + from->n, to->n * sizeof *to->level);
    p.entries[at + 1].add = p.entries[at].add;
    survey(&p, at);
    survey(&p, at + 1);
    return HANSE_OK;
}

/* Puts a step with the same level behind place `at`. */
static enum hanse_status insert_behind(struct hanse_arena *arena, hanse_ref table,
                                       struct place *at, double time_s)
{
    struct parts p = parts_of(arena, table);
    if (p.blocks[p.entries[at->entry].block].n == ROOM) {
        HANSE_TRY(halve(arena, table, at->entry));
        p = parts_of(arena, table);
        uint32_t n = p.blocks[p.entries[at->entry].block].n;
        if (at->step >= n) {
            at->entry++;
            at->step -= n;
        }
    }
    struct block *b = &p.blocks[p.entries[at->entry].block];
    uint32_t after = at->step + 1, moved = b->n - after;
    memmove(b->time + after + 1, b->time + after, moved * sizeof *b->time);
    memmove(b->level + after + 1, b->level + after, moved * sizeof *b->level);
    b->time[after] = time_s;
    b->level[after] = b->level[at->step];
    b->n++;
    at->step = after;
    return HANSE_OK;
}

/* The place of the step that starts at time_s, made if need be. */
static enum hanse_status cut(struct hanse_arena *arena, hanse_ref table, double time_s,
                             struct place *at)
{
    struct parts p = parts_of(arena, table);
    *at = find(&p, time_s);
    if (time_at(&p, *at) != time_s) {
        HANSE_TRY(insert_behind(arena, table, at, time_s));
    }
    return HANSE_OK;
}

static void absorb_next(const struct hanse_arena *arena, struct parts *p, uint32_t at)
{
    struct entry *e = &p->entries[at];
    struct block *b = &p->blocks[e[0].block], *from = &p->blocks[e[1].block];
    memcpy(b->time + b->n, from->time, from->n * sizeof *b->time);
    for (uint32_t i = 0; i < from->n; i++) {
        b->level[b->n + i] = from->level[i] + e[1].add - e[0].add;
    }
    b->n += from->n;
    survey(p, at);
    hanse__blocks_close(arena, &p->table->blocks, at + 1);
}

/* Takes a step out, when its level is that of the step before it. */
static void join(const struct hanse_arena *arena, hanse_ref table, struct place at)
{
    struct parts parts = parts_of(arena, table), *p = &parts;
    struct place before = at;
    if (at.step > 0) {
        before.step--;
    } else if (at.entry > 0) {
        before.entry--;
        before.step = p->blocks[p->entries[before.entry].block].n - 1;
    } else {
        return;
    }
    if (level_at(p, at) != level_at(p, before)) {
        return;
    }
    struct block *b = &p->blocks[p->entries[at.entry].block];
    uint32_t moved = b->n - at.step - 1;
    memmove(b->time + at.step, b->time + at.step + 1, moved * sizeof *b->time);
    memmove(b->level + at.step, b->level + at.step + 1, moved * sizeof *b->level);
    b->n--;
    if (b->n == 0) {
        hanse__blocks_close(arena, &p->table->blocks, at.entry);
    } else if (at.entry + 1 < p->n &&
               b->n + p->blocks[p->entries[at.entry + 1].block].n <= FEW) {
        absorb_next(arena, p, at.entry);
    } else {
        p->entries[at.entry].start = b->time[0];
    }
}

/* --- changes ----------------------------------------------------------------------------- */

void hanse__timetable_advance(struct hanse_arena *arena, hanse_ref table, double now_s)
{
    struct parts p = parts_of(arena, table);
    while (p.n > 1 && p.entries[1].start <= now_s) {
        hanse__blocks_close(arena, &p.table->blocks, 0);
        p = parts_of(arena, table);
    }
    struct block *b = &p.blocks[p.entries[0].block];
    uint32_t past = 0;
    while (past + 1 < b->n && b->time[past + 1] <= now_s) {
        past++;
    }
    if (past > 0) {
        b->n -= past;
        memmove(b->time, b->time + past, b->n * sizeof *b->time);
        memmove(b->level, b->level + past, b->n * sizeof *b->level);
        survey(&p, 0);
    }
    /* What begins now finds a step that starts now. */
    b->time[0] = now_s;
    p.entries[0].start = now_s;
}

/* Adds to the steps [from, to) of one block; the whole of it only in the directory. */
static void add_within(const struct parts *p, uint32_t at, uint32_t from, uint32_t to,
                       int32_t change)
{
    struct entry *e = &p->entries[at];
    struct block *b = &p->blocks[e->block];
    if (from == 0 && to == b->n) {
        e->add += change;
        e->low += change;
        e->high += change;
        return;
    }
    for (uint32_t i = from; i < to; i++) {
        b->level[i] += change;
    }
    survey(p, at);
}

enum hanse_status hanse__timetable_add(struct hanse_arena *arena, hanse_ref table,
                                       double from_s, double to_s, int32_t change)
{
    struct place from, to;
    HANSE_TRY(cut(arena, table, from_s, &from));
    bool ends = to_s < HUGE_VAL;
    if (ends) {
        HANSE_TRY(cut(arena, table, to_s, &to));
        /* The second cut may have halved the block of the first. */
        struct parts q = parts_of(arena, table);
        uint32_t n = q.blocks[q.entries[from.entry].block].n;
        if (from.step >= n) {
            from.entry++;
            from.step -= n;
        }
    } else {
        to = (struct place){parts_of(arena, table).n, 0};
    }
    struct parts p = parts_of(arena, table);
    for (uint32_t e = from.entry; e <= to.entry && e < p.n; e++) {
        uint32_t n = p.blocks[p.entries[e].block].n;
        uint32_t first = e == from.entry ? from.step : 0, last = e == to.entry ? to.step : n;
        if (first < last) {
            add_within(&p, e, first, last, change);
        }
    }
    if (ends) {
        join(arena, table, to); /* the later first: it moves nothing before it */
    }
    join(arena, table, from);
    return HANSE_OK;
}

/* --- questions --------------------------------------------------------------------------- */

int32_t hanse__timetable_now(const struct hanse_arena *arena, hanse_ref table)
{
    struct parts p = parts_of(arena, table);
    return level_at(&p, (struct place){0, 0});
}

int32_t hanse__timetable_end(const struct hanse_arena *arena, hanse_ref table)
{
    struct parts p = parts_of(arena, table);
    uint32_t last = p.n - 1;
    return level_at(&p, (struct place){last, p.blocks[p.entries[last].block].n - 1});
}

bool hanse__timetable_holds(const struct hanse_arena *arena, hanse_ref table, double from_s,
                            double to_s, int32_t enough)
{
    struct parts p = parts_of(arena, table);
    struct place at = find(&p, from_s);
    for (; at.entry < p.n && p.entries[at.entry].start < to_s; at.entry++, at.step = 0) {
        const struct entry *e = &p.entries[at.entry];
        if (e->low >= enough) {
            continue;
        }
        const struct block *b = &p.blocks[e->block];
        for (uint32_t i = at.step; i < b->n && b->time[i] < to_s; i++) {
            if (b->level[i] + e->add < enough) {
                return false;
            }
        }
    }
    return true;
}

int32_t hanse__timetable_greatest(const struct hanse_arena *arena, hanse_ref table,
                                  double from_s, double to_s)
{
    struct parts p = parts_of(arena, table);
    struct place at = find(&p, from_s);
    int32_t greatest = level_at(&p, at);
    for (; at.entry < p.n && p.entries[at.entry].start < to_s; at.entry++, at.step = 0) {
        const struct entry *e = &p.entries[at.entry];
        const struct block *b = &p.blocks[e->block];
        for (uint32_t i = at.step; e->high > greatest && i < b->n && b->time[i] < to_s; i++) {
            int32_t level = b->level[i] + e->add;
            greatest = level > greatest ? level : greatest;
        }
    }
    return greatest;
}

/* A search for a hole: where the stretch that is wide enough began; +infinity: not in one. */
struct search {
    int32_t width;
    double length_s, from_s, stop_s;
    double begun_s;
};

/* The hole begun is long enough if it lasts until time_s. */
static bool lasts(const struct search *s, double time_s)
{
    return s->begun_s + s->length_s <= time_s ||
           (s->begun_s < s->stop_s && time_s >= s->stop_s);
}

/* The steps of a block with at least `width`, as bits. Comparing all of them at once costs less
 * than branching on each. */
static uint64_t wide_steps(const struct block *b, int32_t width)
{
    uint8_t flags[64] = {0};
    uint64_t bits = 0;
    for (uint32_t i = 0; i < ROOM; i++) {
        flags[i] = b->level[i] >= width;
    }
    for (uint32_t i = 0; i < 64; i += 8) { /* eight bytes of 0 or 1 to eight bits */
        uint64_t eight;
        memcpy(&eight, flags + i, sizeof eight);
        bits |= (eight * UINT64_C(0x0102040810204080) >> 56) << i;
    }
    return bits;
}

/* Goes on with the steps of one block, from `step`; true when the answer is in begun_s. */
static bool search_block(struct search *s, const struct block *b, uint32_t step, int32_t add)
{
    uint64_t ahead = ~UINT64_C(0) << step, inside = ~UINT64_C(0) >> (64 - b->n);
    uint64_t wide = wide_steps(b, s->width - add) & inside, narrow = ~wide & inside;
    for (;;) {
        if (s->begun_s == HUGE_VAL) {
            if ((wide & ahead) == 0) {
                return false;
            }
            uint32_t i = (uint32_t)__builtin_ctzll(wide & ahead);
            s->begun_s = b->time[i] > s->from_s ? b->time[i] : s->from_s;
            ahead = ~UINT64_C(0) << i;
        }
        if ((narrow & ahead) == 0) {
            return false;
        }
        uint32_t i = (uint32_t)__builtin_ctzll(narrow & ahead);
        if (lasts(s, b->time[i])) {
            return true;
        }
        s->begun_s = HUGE_VAL;
        ahead = ~UINT64_C(0) << i;
    }
}

double hanse__timetable_earliest(const struct hanse_arena *arena, hanse_ref table,
                                 double from_s, int32_t width, double length_s, double stop_s)
{
    struct parts p = parts_of(arena, table);
    struct search s = {width, length_s, from_s, stop_s, HUGE_VAL};
    struct place at = find(&p, from_s);
    for (; at.entry < p.n; at.entry++, at.step = 0) {
        const struct entry *e = &p.entries[at.entry];
        if (e->start >= stop_s && s.begun_s == HUGE_VAL) {
            return stop_s;
        }
        if (e->low >= width) {
            if (s.begun_s == HUGE_VAL) {
                double start = time_at(&p, at);
                s.begun_s = start > from_s ? start : from_s;
            }
        } else if (e->high < width) {
            if (lasts(&s, e->start)) {
                break;
            }
            s.begun_s = HUGE_VAL;
        } else if (search_block(&s, &p.blocks[e->block], at.step, e->add)) {
            break;
        }
        if (s.begun_s < HUGE_VAL && at.entry + 1 < p.n &&
            lasts(&s, p.entries[at.entry + 1].start)) {
            break;
        }
    }
    return s.begun_s < stop_s ? s.begun_s : stop_s;
}

bool hanse__timetable_dip(const struct hanse_arena *arena, hanse_ref table, double *time_s,
                          int32_t *level)
{
    struct parts p = parts_of(arena, table);
    int32_t now = level_at(&p, (struct place){0, 0});
    for (uint32_t at = 0; at < p.n; at++) {
        const struct entry *e = &p.entries[at];
        const struct block *b = &p.blocks[e->block];
        for (uint32_t i = 0; e->low < now && i < b->n; i++) {
            if (b->level[i] + e->add < now) {
                *time_s = b->time[i];
                *level = b->level[i] + e->add;
                return true;
            }
        }
    }
    return false;
}

uint32_t hanse__timetable_steps(const struct hanse_arena *arena, hanse_ref table)
{
    struct parts p = parts_of(arena, table);
    uint32_t n = 0;
    for (uint32_t at = 0; at < p.n; at++) {
        n += p.blocks[p.entries[at].block].n;
    }
    return n;
}

void hanse__timetable_step(const struct hanse_arena *arena, hanse_ref table, uint32_t step,
                           double *from_s, int32_t *level)
{
    struct parts p = parts_of(arena, table);
    struct place at = {0, step};
    while (at.step >= p.blocks[p.entries[at.entry].block].n) {
        at.step -= p.blocks[p.entries[at.entry].block].n;
        at.entry++;
    }
    *from_s = time_at(&p, at);
    *level = level_at(&p, at);
}
