/*
 * Endings: when the running jobs truly end, the first on top.
 *
 * A heap whose nodes have four children. Times are kept as bits that sort like them, with the
 * order of starts behind, so that a comparison of two is one of two whole numbers: equal times
 * leave in the order in which the jobs started.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_ENDINGS_H
#define HANSE_SIM_PROCESS_SCHEDULE_ENDINGS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/context.h"

struct hanse__ending {
    uint64_t end;
    uint64_t tie; /* starts so far, and the id in the lowest HANSE__ENDING_ID_BITS */
};

enum { HANSE__ENDING_ID_BITS = 28 };

struct hanse__endings {
    struct hanse__ending *items;
    size_t n, room;
    uint64_t n_started;
};

/* A job starts that ends at end_s. */
enum hanse_status hanse__endings_push(struct hanse_context *ctx, struct hanse__endings *endings,
                                      double end_s, uint32_t id);
/* Takes the first out. There must be one. */
uint32_t hanse__endings_pop(struct hanse__endings *endings);
/* Takes out item `at`; the others may change places. */
void hanse__endings_remove(struct hanse__endings *endings, size_t at);
void hanse__endings_fini(struct hanse__endings *endings);

static inline uint32_t hanse__endings_id(const struct hanse__endings *endings, size_t at)
{
    return (uint32_t)(endings->items[at].tie & ((UINT64_C(1) << HANSE__ENDING_ID_BITS) - 1));
}

/* +infinity when there is none. */
static inline double hanse__endings_first_s(const struct hanse__endings *endings)
{
    double time_s;
    if (endings->n == 0) {
        return HUGE_VAL;
    }
    uint64_t bits = endings->items[0].end;
    bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
    memcpy(&time_s, &bits, sizeof time_s);
    return time_s;
}

#endif
