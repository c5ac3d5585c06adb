/* The kinds "withdraw" and "restriction": what shock.c reads. */
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
};
#undef AT

#define AT(member) offsetof(struct hanse_restriction, member)
static const struct hanse_field RESTRICTION_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "authority",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(authority),
     .flags = HANSE_REQUIRED,
     .doc = "who makes the rule; it reaches devices sold or made by firms it can compel"},
    {.key = "targets",
     .type = HANSE_ACTORS,
     .options = "jurisdiction bloc",
     .offset = AT(targets),
     .flags = HANSE_REQUIRED,
     .doc = "destinations it is against"},
    WINDOW_FIELDS_OF(hanse_restriction),
    {.key = "tpp_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(tpp_over),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1e12,
     .doc = "controls devices of at least this total processing performance"},
    {.key = "dense_tpp_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(dense_tpp_over),
     .fallback = 1e12,
     .low = 0,
     .high = 1e12,
     .doc = "and those of at least this one that are also at least density_over dense"},
    {.key = "density_over",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(density_over),
     .fallback = 1e12,
     .low = 0,
     .high = 1e12,
     .doc = "performance density, see dense_tpp_over"},
    {.key = "allowance",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(allowance_tpp),
     .low = 0,
     .high = 1e15,
     .doc = "total processing performance each target may still import; 0: none, a ban"},
    {.key = "pipeline",
     .type = HANSE_CHOICE,
     .options = "held delivered cancelled",
     .offset = AT(pipeline),
     .fallback_text = "held",
     .doc = "what becomes of orders under way when a ban starts"},
    {.key = "spares",
     .type = HANSE_FLAG,
     .offset = AT(spares),
     .fallback = 1,
     .doc = "under a ban spare devices are controlled too; an allowance lets them pass"},
};
#undef AT

const struct hanse_kind hanse_kind_withdraw = {
    .name = "withdraw",
    .doc = "An actor stops: what depends on it on an axis is unavailable for a time.",
    .size = sizeof(struct hanse_withdraw),
    .fields = WITHDRAW_FIELDS,
    .n_fields = sizeof WITHDRAW_FIELDS / sizeof *WITHDRAW_FIELDS,
};
const struct hanse_kind hanse_kind_restriction = {
    .name = "restriction",
    .doc = "An export rule on devices past a threshold, against jurisdictions, for a time.",
    .size = sizeof(struct hanse_restriction),
    .fields = RESTRICTION_FIELDS,
    .n_fields = sizeof RESTRICTION_FIELDS / sizeof *RESTRICTION_FIELDS,
};
