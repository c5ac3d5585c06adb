/*
 * The market: suppliers with a limited output, their order books, and prices.
 *
 * Who buys little waits longest. A supplier promises `capacity` devices a year plus what it has
 * in stock; once a `period` it shares what it can promise among the orders in its book:
 *
 *   big_first    the largest order first, and so on down: what small states suffer
 *   first_come   the oldest first
 *   lottery      in an order drawn for each period
 *   pro_rata     everybody the same share of what it asks
 *
 * Orders that rank the same share in proportion, whole devices going to the largest remainders
 * (ties by a draw), so names and the order of declaration decide nothing. Buyers of one
 * consortium rank as one order of their joint size and share what it gets in proportion. Rivals
 * are everybody else: each period their demand joins the book and stays until it is met.
 * Capacity nobody asks for goes elsewhere and does not come back; stock stays.
 *
 * The price of a device is
 *
 *     price · max(floor, exp(trend · max(0, t − launch))) · share · max(1,
 * asked/promised)^scarcity
 *
 * times the levy of an export rule and the exchange rate of the vendor's currency, `asked` and
 * `promised` being those of the sharing that fills the order: a price falls with the product's
 * age and rises with scarcity at a constant elasticity.
 *
 * A second-hand dealer or a domestic maker is a supplier too: goods that stand in the
 * destination's jurisdiction (`place`) cross no border.
 */
#ifndef HANSE_SIM_PROCESS_MARKET_H
#define HANSE_SIM_PROCESS_MARKET_H

#include "sim/model/nouns.h"
#include "sim/process/mechanism.h"

struct hanse_world;

enum hanse_allocation {
    HANSE_ALLOCATION_BIG_FIRST,
    HANSE_ALLOCATION_FIRST_COME,
    HANSE_ALLOCATION_LOTTERY,
    HANSE_ALLOCATION_PRO_RATA,
};
#define HANSE_ALLOCATION_WORDS "big_first first_come lottery pro_rata"

struct hanse_supplier {
    const char *name, *label;
    int32_t firm, place; /* firm; jurisdiction, -1 the firm's home */
    double capacity_per_year, period_h, scarcity, price_share, age_h;
    int64_t stock;
    int32_t allocation;
};

struct hanse_rival { /* everybody else who buys from a supplier */
    const char *name, *label;
    int32_t supplier;
    double per_year, growth_per_year, cv;
};

struct hanse_consortium {
    const char *name, *label;
};

extern const struct hanse_kind hanse_kind_supplier, hanse_kind_rival, hanse_kind_consortium;
extern const struct hanse_mechanism hanse_mechanism_market;

/* Price of one device of a group's type now, before a supplier's share, scarcity and levies. */
double hanse__market_price(const struct hanse_world *world, int32_t group);

/* The jurisdiction where a supplier's goods stand. */
int32_t hanse__supplier_place(const struct hanse_world *world, int32_t supplier);

/* Enters an order into a supplier's book; what is granted comes back through
 * hanse__supply_grant. `entity`: whose luck it has. */
struct hanse_booking {
    int32_t supplier, consortium;
    uint32_t parcel;
    int32_t count;
    uint64_t entity;
};
enum hanse_status hanse__market_book(struct hanse_world *world,
                                     const struct hanse_booking *booking);
/* Takes an order out of the book again; what it had not got yet. */
int32_t hanse__market_withdraw(struct hanse_world *world, uint32_t parcel);

#endif
