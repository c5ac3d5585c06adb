/* The kind "purchase": what supply.c reads. */
#include "sim/process/supply.h"

static enum hanse_status check_purchase(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_purchase *p = hanse_scenario_table(scenario, &hanse_kind_purchase, &n);
    if (p[index].count > 0 && p[index].budget_eur > 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_purchase, index, "budget",
                                     "an order is a count or a budget, not both");
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_purchase, member)
static const struct hanse_field FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "count",
     .type = HANSE_INTEGER,
     .offset = AT(count),
     .low = 0,
     .high = 1e8,
     .doc = "devices in the first order"},
    {.key = "budget",
     .type = HANSE_NUMBER,
     .unit = "EUR",
     .offset = AT(budget_eur),
     .low = 0,
     .high = 1e15,
     .doc = "money in the first order, instead of a count: buys devices at their price of the "
            "day it is placed"},
    {.key = "from",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(from_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "date of the first order"},
    {.key = "every",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(every_h),
     .low = 0,
     .high = 876000,
     .doc = "time between orders; 0: one order"},
    {.key = "until",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(until_h),
     .fallback = 876000,
     .low = 0,
     .high = 876000,
     .needs = "every > 0",
     .doc = "no orders from here on"},
    {.key = "growth",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(growth_per_year),
     .low = -5,
     .high = 5,
     .needs = "every > 0",
     .doc = "continuous yearly growth of the order's size or budget"},
    HANSE_TERMS_FIELDS(AT(terms), NULL),
};
#undef AT

const struct hanse_kind hanse_kind_purchase = {
    .name = "purchase",
    .doc = "Orders of new devices for a group, once or at intervals.",
    .size = sizeof(struct hanse_purchase),
    .fields = FIELDS,
    .n_fields = sizeof FIELDS / sizeof *FIELDS,
    .check = check_purchase,
};
