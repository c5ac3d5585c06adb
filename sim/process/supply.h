/*
 * Supply: new devices from the order to their first hour of work.
 *
 * An order is a parcel on its way, and may be split on it:
 *
 *   waiting   the supplier may not take it: silicon or payment withdrawn, a ban, a licence
 *             refused, the product not launched. Tried again whenever that may have changed
 *   booked    in a supplier's order book until its turn (market.h); without a supplier there
 *             is no book and no limit
 *   moving    accepted: arrives after the lead time, at the price of the day it was accepted
 *   held      at the border until rules let it in, unless they let it in or lose it
 *   preparing there, but not usable: the grid connection or the permit takes longer. Both begin
 *             with the order, so time to usable is the longest of order, grid and permit
 *
 * Goods that stand in the destination's jurisdiction cross no border: only a payment that is
 * cut keeps them.
 */
#ifndef HANSE_SIM_PROCESS_SUPPLY_H
#define HANSE_SIM_PROCESS_SUPPLY_H

#include "sim/model/nouns.h"
#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

/* What every buyer of devices says about its orders. */
struct hanse_terms {
    int32_t group, supplier, consortium;
    struct hanse_actor payment;
    struct hanse_duration lead, grid, permit;
};

struct hanse_purchase {
    const char *name, *label;
    struct hanse_terms terms;
    int64_t count;
    double budget_eur;
    double from_h, every_h, until_h, growth_per_year;
};

extern const struct hanse_kind hanse_kind_purchase;
extern const struct hanse_mechanism hanse_mechanism_supply;

/* Rows of a field table for a struct hanse_terms at `at`. All but the group and the lead time
 * mean something only under `condition` (schema.h, needs). */
#define HANSE_TERMS_FIELDS(at, condition)                                                      \
    {.key = "group",                                                                           \
     .type = HANSE_REFERENCE,                                                                  \
     .options = "group",                                                                       \
     .offset = (at) + offsetof(struct hanse_terms, group),                                     \
     .flags = HANSE_REQUIRED,                                                                  \
     .doc = "device group it adds to, \"site/group\""},                                        \
        {.key = "supplier",                                                                    \
         .type = HANSE_REFERENCE,                                                              \
         .options = "supplier",                                                                \
         .offset = (at) + offsetof(struct hanse_terms, supplier),                              \
         .needs = (condition),                                                                 \
         .doc = "in whose book it waits its turn; without one orders are accepted at once"},   \
        {.key = "consortium",                                                                  \
         .type = HANSE_REFERENCE,                                                              \
         .options = "consortium",                                                              \
         .offset = (at) + offsetof(struct hanse_terms, consortium),                            \
         .needs = "supplier given",                                                            \
         .doc = "buyers it orders together with, as one"},                                     \
        {.key = "payment",                                                                     \
         .type = HANSE_ACTOR,                                                                  \
         .options = HANSE_ACTOR_KINDS,                                                         \
         .offset = (at) + offsetof(struct hanse_terms, payment),                               \
         .needs = (condition),                                                                 \
         .doc = "who carries the payment"},                                                    \
        HANSE_DURATION_FIELDS("lead", (at) + offsetof(struct hanse_terms, lead),               \
                              "mean time from the supplier's acceptance to delivery",          \
                              HANSE_REQUIRED, "lognormal", 0.5),                               \
        HANSE_DURATION_FIELDS_WHERE(                                                           \
            condition, "grid", (at) + offsetof(struct hanse_terms, grid),                      \
            "mean time from the order to a grid connection", 0, "lognormal", 0.5),             \
        HANSE_DURATION_FIELDS_WHERE(                                                           \
            condition, "permit", (at) + offsetof(struct hanse_terms, permit),                  \
            "mean time from the order to a permit", 0, "lognormal", 0.5)

/* Lets go what waited for supply to reopen, where it has. */
enum hanse_status hanse__supply_release(struct hanse_world *world);

/* From the market: `count` of a booked parcel are accepted, at the group's price of the day
 * times `price_factor`. */
enum hanse_status hanse__supply_grant(struct hanse_world *world, uint32_t parcel, int32_t count,
                                      double price_factor);

/* A buyer (purchases first, then procurements) orders `count` devices for a group, or, with
 * budget_eur > 0, as many as that buys on the day the order can be placed. */
enum hanse_status hanse__supply_order(struct hanse_world *world, int32_t buyer, int32_t group,
                                      int32_t count, double budget_eur);

/* Devices ordered for a group, or by a buyer, and not yet usable. */
int64_t hanse__supply_pipeline(const struct hanse_world *world, int32_t group);
int64_t hanse__supply_pipeline_of(const struct hanse_world *world, int32_t buyer);

#endif
