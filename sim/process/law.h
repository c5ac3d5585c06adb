/*
 * Laws of durations: what a repair or a delivery takes.
 *
 * Given by a mean and, for the lognormal, a coefficient of variation. A draw is a function of
 * one uniform (inversion), so that two cases with the same luck get the same quantile even
 * when a lever changed the mean.
 */
#ifndef HANSE_SIM_PROCESS_LAW_H
#define HANSE_SIM_PROCESS_LAW_H

#include <stdint.h>

#include "sim/model/schema.h"

enum hanse_law { HANSE_LAW_CONSTANT, HANSE_LAW_EXPONENTIAL, HANSE_LAW_LOGNORMAL };
#define HANSE_LAW_WORDS "constant exponential lognormal"

struct hanse_duration {
    double mean_h, cv;
    int32_t law;
};

/* Three rows of a field table for a struct hanse_duration at `at`: NAME_time, NAME_law and
 * NAME_cv. `what` describes the mean; `flags` HANSE_REQUIRED or 0. */
#define HANSE_DURATION_FIELDS(name, at, what, flag, usual_law, usual_cv)                       \
    HANSE_DURATION_FIELDS_WHERE(NULL, name, at, what, flag, usual_law, usual_cv)

/* The same of one that means something only under a condition on its row (schema.h, needs). */
#define HANSE_DURATION_FIELDS_WHERE(condition, name, at, what, flag, usual_law, usual_cv)      \
    {.key = name "_time",                                                                      \
     .type = HANSE_NUMBER,                                                                     \
     .unit = "h",                                                                              \
     .offset = (at) + offsetof(struct hanse_duration, mean_h),                                 \
     .flags = (flag),                                                                          \
     .low = 0,                                                                                 \
     .high = 876000,                                                                           \
     .needs = (condition),                                                                     \
     .doc = what},                                                                             \
        {.key = name "_law",                                                                   \
         .type = HANSE_CHOICE,                                                                 \
         .options = HANSE_LAW_WORDS,                                                           \
         .offset = (at) + offsetof(struct hanse_duration, law),                                \
         .fallback_text = usual_law,                                                           \
         .needs = (condition),                                                                 \
         .doc = "its distribution"},                                                           \
    {                                                                                          \
        .key = name "_cv", .type = HANSE_NUMBER, .unit = "1",                                  \
        .offset = (at) + offsetof(struct hanse_duration, cv), .fallback = usual_cv, .low = 0,  \
        .high = 100, .needs = name "_law = lognormal", .doc = "its coefficient of variation"   \
    }

/* The duration, in hours, at a uniform in (0, 1). */
double hanse__duration_draw(const struct hanse_duration *duration, double uniform);

#endif
