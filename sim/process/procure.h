/*
 * Procurement: who looks at the fleet every quarter and decides what to buy.
 *
 * A policy is a word or a function of the scenario (hook.h). Each `every` in [from, until) it
 * sees the group and its region as they stand and answers with orders:
 *
 *   keep_stock       spares until `stock` are on the shelf or on order
 *   stockpile        the same for `stock_share` of the devices installed
 *   replace_at_age   as many new devices as are older than `age`; each retires an old one on
 *                    delivery
 *   buy_on_unserved  when more than `threshold` of the region's demand of the period went
 *                    unserved: what would have served it, n·u/(1 − u) of n working devices,
 *                    less what is under way, at most `count` an order
 *   keep_option      nothing, for `premium` a period, until the cause `signal` holds or a
 *                    withdrawal that would stop the purchase is announced; then `count`, once
 *   diversify        `count` each period, for whichever of its groups has the vendor with the
 *                    smallest share of what the operator has and has ordered
 *
 * A function sees: year, period, installed, working, in_repair, empty, stock, spares_on_order,
 * pipeline, oldest_years, price, spent, unserved_share, on_time_share (both of the months since
 * it was last asked), restricted, signal, announced_h (hours until an announced withdrawal
 * stops what it buys, -1 none), vendor_share, memory_1 to memory_4. It answers any of buy,
 * budget, spares, retire and memory_1 to memory_4, which come back the next time: its own
 * variables do not. Orders go through suppliers, export rules and permits as every purchase
 * does (supply.h).
 */
#ifndef HANSE_SIM_PROCESS_PROCURE_H
#define HANSE_SIM_PROCESS_PROCURE_H

#include "sim/process/mechanism.h"
#include "sim/process/supply.h"

struct hanse_world;

enum hanse_procurement_policy {
    HANSE_PROCURE_NOTHING,
    HANSE_PROCURE_KEEP_STOCK,
    HANSE_PROCURE_STOCKPILE,
    HANSE_PROCURE_REPLACE_AT_AGE,
    HANSE_PROCURE_BUY_ON_UNSERVED,
    HANSE_PROCURE_KEEP_OPTION,
    HANSE_PROCURE_DIVERSIFY,
    HANSE_PROCURE_POLICIES,
};
#define HANSE_PROCURE_WORDS                                                                    \
    "nothing keep_stock stockpile replace_at_age buy_on_unserved keep_option diversify"

struct hanse_procurement {
    const char *name, *label;
    struct hanse_terms terms;
    struct hanse_list groups; /* others it may buy for */
    int32_t policy, signal;
    double from_h, every_h, until_h;
    int64_t count, stock;
    double stock_share, age_h, threshold, premium_eur;
};

extern const struct hanse_kind hanse_kind_procurement;
extern const struct hanse_mechanism hanse_mechanism_procure;

#endif
