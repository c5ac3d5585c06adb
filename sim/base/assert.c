#include "sim/base/assert.h"

#include <stdio.h>
#include <stdlib.h>

static _Thread_local struct {
    uint64_t seed;
    const double *time_h;
    uint32_t replication;
} place;

void hanse__assert_place(uint64_t seed, uint32_t replication, const double *time_h)
{
    place.seed = seed;
    place.replication = replication;
    place.time_h = time_h;
}

void hanse__assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "hanse: internal error at %s:%d: '%s' does not hold", file, line,
            condition);
    if (place.time_h != NULL) {
        fprintf(stderr, " (time %.17g h, replication %u, seed %llu)", *place.time_h,
                (unsigned)place.replication, (unsigned long long)place.seed);
    }
    fputs("\nPlease report it with the scenario and this line.\n", stderr);
    abort();
}
