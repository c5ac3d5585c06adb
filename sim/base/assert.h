/*
 * HANSE_ASSERT: for bugs of ours, in every build type.
 *
 * It prints where the simulation stood (time, replication, seed), so that the one replication
 * can be run again alone, and stops the program. Never for the user's or machine's trouble.
 */
#ifndef HANSE_SIM_BASE_ASSERT_H
#define HANSE_SIM_BASE_ASSERT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where this thread's simulation stands; set by the runner, read by HANSE_ASSERT. */
void hanse__assert_place(uint64_t seed, uint32_t replication, const double *time_h);

__attribute__((noreturn)) void hanse__assert_failed(const char *condition, const char *file,
                                                    int line);

#define HANSE_ASSERT(condition)                                                                \
    ((condition) ? (void)0 : hanse__assert_failed(#condition, __FILE__, __LINE__))

/* Checks that cost too much for a release; on with -DHANSE_DEBUG_CHECKS=ON. */
#ifdef HANSE_DEBUG_CHECKS
#define HANSE_CHECK(condition) HANSE_ASSERT(condition)
#else
/* Never evaluated, but looked at, so that what only checks use is used. */
#define HANSE_CHECK(condition) ((void)(0 && (condition)))
#endif

#ifdef __cplusplus
}
#endif
#endif
