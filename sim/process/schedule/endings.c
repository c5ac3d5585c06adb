#include "sim/process/schedule/endings.h"

#include "sim/base/assert.h"

enum { WAYS = 4 };

static uint64_t bits_of(double time_s)
{
    uint64_t bits;
    time_s += 0.0; /* -0 is 0 */
    memcpy(&bits, &time_s, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline bool before(const struct hanse__ending *a, const struct hanse__ending *b)
{
    return a->end < b->end || (a->end == b->end && a->tie < b->tie);
}

/* Puts `item` at place `at` or above, where it belongs. */
static void rise(struct hanse__endings *endings, size_t at, struct hanse__ending item)
{
    struct hanse__ending *items = endings->items;
    while (at > 0 && before(&item, &items[(at - 1) / WAYS])) {
        items[at] = items[(at - 1) / WAYS];
        at = (at - 1) / WAYS;
    }
    items[at] = item;
}

/* The first of the children from `first` on, of n items in all. */
static size_t first_child(const struct hanse__ending *items, size_t first, size_t n)
{
    size_t least = first;
    if (first + WAYS <=
        n) { /* two pairs, then their firsts: these do not wait for each other */
        size_t a = first + before(&items[first + 1], &items[first]);
        size_t b = first + 2 + before(&items[first + 3], &items[first + 2]);
        return before(&items[b], &items[a]) ? b : a;
    }
    for (size_t i = first + 1; i < n; i++) {
        least = before(&items[i], &items[least]) ? i : least;
    }
    return least;
}

/* Puts `item` at place `at` or below, where it belongs. */
static void sink(struct hanse__endings *endings, size_t at, struct hanse__ending item)
{
    struct hanse__ending *items = endings->items;
    while (WAYS * at + 1 < endings->n) {
        size_t least = first_child(items, WAYS * at + 1, endings->n);
        if (!before(&items[least], &item)) {
            break;
        }
        items[at] = items[least];
        at = least;
    }
    items[at] = item;
}

enum hanse_status hanse__endings_push(struct hanse_context *ctx, struct hanse__endings *endings,
                                      double end_s, uint32_t id)
{
    uint64_t number = endings->n_started++;
    HANSE_ASSERT(id >> HANSE__ENDING_ID_BITS == 0 &&
                 number >> (64 - HANSE__ENDING_ID_BITS) == 0);
    if (endings->n == endings->room) {
        void *items = endings->items;
        HANSE_TRY(hanse__reserve(ctx, &items, &endings->room, endings->n + 1,
                                 sizeof *endings->items));
        endings->items = items;
    }
    struct hanse__ending item = {bits_of(end_s), number << HANSE__ENDING_ID_BITS | id};
    rise(endings, endings->n++, item);
    return HANSE_OK;
}

uint32_t hanse__endings_pop(struct hanse__endings *endings)
{
    uint32_t id = hanse__endings_id(endings, 0);
    endings->n--;
    sink(endings, 0, endings->items[endings->n]);
    return id;
}

void hanse__endings_remove(struct hanse__endings *endings, size_t at)
{
    struct hanse__ending last = endings->items[--endings->n];
    if (at == endings->n) {
        return;
    }
    bool up = at > 0 && before(&last, &endings->items[(at - 1) / WAYS]);
    if (up) {
        rise(endings, at, last);
    } else {
        sink(endings, at, last);
    }
}

void hanse__endings_fini(struct hanse__endings *endings)
{
    hanse__free(endings->items);
    *endings = (struct hanse__endings){0};
}
