/* The kind "withdraw": what shock.c reads. */
#include "sim/process/shock.h"

#define WINDOW_FIELDS_OF(kind)                                                                 \
    {.key = "from",                                                                            \
     .type = HANSE_NUMBER,                                                                     \
     .unit = "h",                                                                              \
     .offset = offsetof(struct kind, from_h),                                                  \
     .flags = HANSE_REQUIRED,                                                                  \
     .low = 0,                                                                                 \
     .high = 876000,                                                                           \
     .doc = "start, from hour 0"},                                                             \
    {                                                                                          \
        .key = "to", .type = HANSE_NUMBER, .unit = "h", .offset = offsetof(struct kind, to_h), \
        .flags = HANSE_REQUIRED, .low = 0, .high = 8.76e9,                                     \
        .doc = "end, not included; the same as from: no effect"                                \
    }

#define AT(member) offsetof(struct hanse_withdraw, member)
static const struct hanse_field WITHDRAW_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "actor",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(actor),
     .flags = HANSE_REQUIRED,
     .doc = "who stops; takes along whom it can compel"},
    {.key = "axis",
     .type = HANSE_CHOICE,
     .options = HANSE_AXIS_WORDS,
     .offset = AT(axis),
     .flags = HANSE_REQUIRED,
     .doc = "on which axis"},
    WINDOW_FIELDS_OF(hanse_withdraw),
    {.key = "cause",
     .type = HANSE_REFERENCE,
     .options = "cause",
     .offset = AT(cause),
     .doc = "it holds only while this cause does too"},
    {.key = "share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(share),
     .fallback = 1,
     .low = 0,
     .high = 1,
     .needs = "axis = territory|ownership|control|power|network|all",
     .doc = "share of the sites it could cut off that it does, each by its own luck; a kill "
            "switch reaches only those whose firmware has it"},
};
#undef AT

const struct hanse_kind hanse_kind_withdraw = {
    .name = "withdraw",
    .doc = "An actor stops: what depends on it on an axis is unavailable for a time.",
    .size = sizeof(struct hanse_withdraw),
    .fields = WITHDRAW_FIELDS,
    .n_fields = sizeof WITHDRAW_FIELDS / sizeof *WITHDRAW_FIELDS,
};
