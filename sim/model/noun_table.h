/*
 * Shorthand for writing field tables. Shared by the files that define kinds; not installed.
 */
#ifndef HANSE_SIM_MODEL_NOUN_TABLE_H
#define HANSE_SIM_MODEL_NOUN_TABLE_H

#include "sim/model/nouns.h"

#define HANSE_COUNT(array) (sizeof(array) / sizeof *(array))

/* The row every noun with a name for people has; `kind` is its struct. */
#define HANSE_LABEL_FIELD(kind)                                                                \
    {                                                                                          \
        .key = "label", .type = HANSE_TEXT, .offset = offsetof(struct kind, label),            \
        .doc = "name for people; the name itself when not given"                               \
    }

#endif
