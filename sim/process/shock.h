/*
 * Shocks: withdrawals of actors, as windows in time. Export rules: export.h.
 *
 * One verb, withdraw{actor, axis, from, to}: everything that depends on the actor on that axis
 * is unavailable in [from, to), as are things that depend on what the actor can compel
 * (hanse__actor_covers). What each axis cuts:
 *
 *   territory    sites and clouds that stand in it
 *   ownership    sites it owns
 *   control      sites it can switch off
 *   coordinator  pools it coordinates: members serve only their own jurisdiction
 *   silicon      new devices it sells or makes: orders wait, what is under way is held
 *   spares       spare devices, likewise
 *   model        models it licenses whose weights aren't held at home
 *   cloud        foreign APIs it provides
 *   power        sites it supplies with electricity
 *   network      sites whose traffic it carries, links it owns
 *   payment      purchases and foreign APIs paid through it
 *   all          every one of these
 *
 * A withdrawal may name a cause (cause.h) and holds only while that does. `share` < 1 cuts only
 * that share of the sites within reach, each by its own luck. Windows of length zero do
 * nothing.
 */
#ifndef HANSE_SIM_PROCESS_SHOCK_H
#define HANSE_SIM_PROCESS_SHOCK_H

#include "sim/model/nouns.h"
#include "sim/process/denial.h"
#include "sim/process/mechanism.h"

struct hanse_world;

enum hanse_axis {
    HANSE_AXIS_TERRITORY,
    HANSE_AXIS_OWNERSHIP,
    HANSE_AXIS_CONTROL,
    HANSE_AXIS_COORDINATOR,
    HANSE_AXIS_SILICON,
    HANSE_AXIS_SPARES,
    HANSE_AXIS_MODEL,
    HANSE_AXIS_CLOUD,
    HANSE_AXIS_POWER,
    HANSE_AXIS_NETWORK,
    HANSE_AXIS_PAYMENT,
    HANSE_AXIS_ALL,
};
#define HANSE_AXIS_WORDS                                                                       \
    "territory ownership control coordinator silicon spares model cloud power network "        \
    "payment all"

struct hanse_withdraw {
    const char *name, *label;
    struct hanse_actor actor;
    int32_t axis;
    double from_h, to_h;
    int32_t cause;
    double share;
};

extern const struct hanse_kind hanse_kind_withdraw;
extern const struct hanse_mechanism hanse_mechanism_shock;

/* Denial experiments: see denial.h. */
enum hanse_status hanse__shock_deny(struct hanse_world *world, const struct hanse_cut *cuts,
                                    size_t n);
void hanse__shock_announce(struct hanse_world *world, const struct hanse_cut *cuts, size_t n,
                           double at_h);
/* Hours until an announced withdrawal will stop what a procurement buys for a group: silicon,
 * spares or the payment; -1 when none is announced. */
double hanse__shock_announced_h(const struct hanse_world *world, int32_t group,
                                struct hanse_actor payment);
size_t hanse__shock_footprint_size(const struct hanse_world *world);
void hanse__shock_footprint(struct hanse_world *world, const struct hanse_cut *cuts, size_t n,
                            uint8_t *footprint);

/* What is cut now. */
bool hanse__shock_spares_cut(const struct hanse_world *world, int32_t group);
bool hanse__shock_silicon_cut(const struct hanse_world *world, int32_t group);
/* Is what hangs on the target on an axis withdrawn now? */
bool hanse__shock_withdrawn(const struct hanse_world *world, enum hanse_axis axis,
                            struct hanse_actor target);
bool hanse__shock_cloud_cut(const struct hanse_world *world, int32_t cloud);
bool hanse__shock_model_cut(const struct hanse_world *world, int32_t model);
bool hanse__shock_pool_cut(const struct hanse_world *world, int32_t pool);

/* A cause changed: works out afresh which withdrawals hold. */
enum hanse_status hanse__shock_refresh(struct hanse_world *world);

#endif
