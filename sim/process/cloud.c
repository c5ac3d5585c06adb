#include "sim/process/cloud.h"

#include "sim/model/nouns.h"

#define AT(member) offsetof(struct hanse_cloud, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "provider",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = AT(provider),
     .flags = HANSE_REQUIRED,
     .doc = "who runs it"},
    {.key = "host",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(host),
     .flags = HANSE_REQUIRED,
     .doc = "jurisdiction where it processes"},
    {.key = "currency",
     .type = HANSE_REFERENCE,
     .options = "currency",
     .offset = AT(currency),
     .doc = "money it takes; its prices are at hour-0 rates and move with it"},
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .doc = "where the network reaches it; from everywhere at all times when not given"},
    {.key = "payment",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(payment),
     .doc = "who carries the payment"},
    {.key = "prompt_price",
     .type = HANSE_NUMBER,
     .unit = "EUR/token",
     .offset = AT(prompt_price_eur_per_token),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1,
     .doc = "list price of a prompt token at hour 0"},
    {.key = "output_price",
     .type = HANSE_NUMBER,
     .unit = "EUR/token",
     .offset = AT(output_price_eur_per_token),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1,
     .doc = "list price of a generated token at hour 0"},
    {.key = "price_trend",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(price_trend_per_year),
     .low = -5,
     .high = 5,
     .doc = "continuous yearly change of both prices: price · exp(trend · t)"},
};
#undef AT

const struct hanse_kind hanse_kind_cloud = {
    .name = "cloud",
    .doc = "A foreign API, rented by the token.",
    .size = sizeof(struct hanse_cloud),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_cloud};

const struct hanse_mechanism hanse_mechanism_cloud = {
    .name = "cloud",
    .doc = "Foreign APIs as the do-nothing alternative.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
};
