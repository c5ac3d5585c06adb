/*
 * Comparing numbers in tests. cmocka's assert_float_equal takes an absolute tolerance only and
 * passes NaN in some versions; this one is relative, and NaN equals NaN alone.
 */
#ifndef HANSE_TESTS_CLOSE_H
#define HANSE_TESTS_CLOSE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline int close_to(double got, double want, double relative)
{
    if (isnan(got) || isnan(want)) {
        return isnan(got) && isnan(want);
    }
    return got == want || fabs(got - want) <= relative * fabs(want);
}

/* |got - want| <= relative * |want|. */
#define assert_close(got, want, relative)                                                      \
    do {                                                                                       \
        double got_ = (got), want_ = (want);                                                   \
        if (!close_to(got_, want_, (relative))) {                                              \
            print_error("%s = %.17g, want %.17g\n", #got, got_, want_);                        \
            _fail(__FILE__, __LINE__);                                                         \
        }                                                                                      \
    } while (0)

/* |got - want| <= bound. */
#define assert_within(got, want, bound)                                                        \
    do {                                                                                       \
        double got_ = (got), want_ = (want);                                                   \
        if (!(fabs(got_ - want_) <= (bound))) {                                                \
            print_error("%s = %.17g, want %.17g within %g\n", #got, got_, want_,               \
                        (double)(bound));                                                      \
            _fail(__FILE__, __LINE__);                                                         \
        }                                                                                      \
    } while (0)

#endif
