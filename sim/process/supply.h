/*
 * Supply: purchases of new devices, ordered on dates, usable after a lead time.
 *
 * An order that the supplier may not take (silicon withdrawn, ban, payment cut) waits and is
 * placed when supply reopens; its lead time starts then. What arrives while it may not pass is
 * held, lost, or let in, as the restriction says.
 */
#ifndef HANSE_SIM_PROCESS_SUPPLY_H
#define HANSE_SIM_PROCESS_SUPPLY_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_purchase {
    const char *name, *label;
    int32_t group;
    int64_t count;
    double from_h, every_h, until_h, growth_per_year;
    struct hanse_duration lead;
    struct hanse_actor payment;
};

extern const struct hanse_kind hanse_kind_purchase;
extern const struct hanse_mechanism hanse_mechanism_supply;

/* Lets go what waited for supply to reopen, where it has. */
enum hanse_status hanse__supply_release(struct hanse_world *world);

#endif
