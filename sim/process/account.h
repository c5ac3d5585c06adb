/*
 * The books: money, energy, carbon.
 *
 * Capital is an annuity at the operator's own real rate over the device's life,
 *
 *     a = r / (1 − (1 + r)^−L) per year  (1 / L for r = 0)
 *
 * on price × (1 + surround_cost), from delivery to the end of life. Devices there at hour 0
 * are charged at hour-0 prices for the rest of theirs. Spares are paid when ordered; a site's
 * building is an annuity too, from hour 0 on. `investment` is the same seen by the treasury:
 * the whole price when it falls due, with everything of hour 0 in the first month. Energy is
 * (idle power × available devices + (full − idle) × busy devices) × PUE. A site that is cut
 * off draws no power and still costs capital and staff.
 *
 * A group's books are closed when its devices or its annuities change and at the end of a
 * month, by the meters of its place (place.h): what happens elsewhere never enters, so an event
 * that changes nothing for it leaves its figures as they were, to the bit.
 *
 * Levelised cost of compute = discounted cost ÷ discounted served reference work (the same
 * definition as the levelised cost of electricity, IEA/NEA 2020).
 */
#ifndef HANSE_SIM_PROCESS_ACCOUNT_H
#define HANSE_SIM_PROCESS_ACCOUNT_H

#include "sim/process/mechanism.h"

struct hanse_world;

extern const struct hanse_mechanism hanse_mechanism_account;

/* Starts paying for `count` devices of a group bought at price_eur each, age_h old. */
enum hanse_status hanse__account_capital(struct hanse_world *world, int32_t group,
                                         int32_t count, double price_eur, double age_h);

/* A plant's share for a site, of a month: energy, capital and upkeep, emissions. */
void hanse__account_plant(struct hanse_world *world, int32_t site, double energy_eur,
                          double fixed_eur, double grams);

/* A site pays something once; filed under operations. */
void hanse__account_pay_site(struct hanse_world *world, int32_t site, double eur);

/* Pays for one spare at today's price. */
void hanse__account_spare(struct hanse_world *world, int32_t group);

/* Before the sweep of an hour whose mean availabilities are known: closes what was swept under
 * other ones. */
void hanse__account_follow(struct hanse_world *world);

/* Yearly payment per unit of capital at real rate r over `life_years`. */
HANSE_API double hanse_annuity_per_year(double rate_per_year, double life_years);

#endif
