/* The kind "maintenance": what fleet.c reads. */
#include "sim/process/fleet.h"

#define AT(member) offsetof(struct hanse_maintenance, member)
static const struct hanse_field MAINTENANCE_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "repairable_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(repairable_share),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1,
     .doc = "share of failures mended on site without a part from the vendor"},
    HANSE_DURATION_FIELDS("repair", AT(repair),
                          "mean time of such a repair; every repair at once", 0, "exponential",
                          1),
    {.key = "spares_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(spares_share),
     .low = 0,
     .high = 100,
     .doc = "spares on the shelf at hour 0, as a share of the devices"},
    {.key = "reorder",
     .type = HANSE_FLAG,
     .offset = AT(reorder),
     .fallback = 1,
     .doc = "each lost device orders one replacement to the shelf"},
    HANSE_DURATION_FIELDS("lead", AT(lead), "mean time from the order of a spare to the shelf",
                          0, "lognormal", 0.5),
};
#undef AT

const struct hanse_kind hanse_kind_maintenance = {
    .name = "maintenance",
    .doc = "What happens when a device fails: repair on site, or replacement from spares.",
    .size = sizeof(struct hanse_maintenance),
    .fields = MAINTENANCE_FIELDS,
    .n_fields = sizeof MAINTENANCE_FIELDS / sizeof *MAINTENANCE_FIELDS,
};
