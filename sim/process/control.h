/*
 * The control ledger: who holds the hardware that serves, by law, by ownership and by vote.
 *
 * Every hour's served work (on time or late; requests and batch jobs; own hardware and foreign
 * APIs) has an origin, the jurisdiction of whose people asked, and a place where it was done.
 * The ledger adds it up by what that place is subject to:
 *
 *   territory      where it stands
 *   reach          every legal system able to compel access to it: its territory; the home of
 *                  its owner, of those who can switch it off or set its rules (`controllers`,
 *                  the pool's coordinator unless federated, the vendor of a stack with a live
 *                  licence), of their parents, and whose rules reach one of these
 *                  (`compelled_by`; a bloc's rules are enforced by each of its members)
 *   owner          the operator whose it is now; of an API its provider
 *   votes          who makes the pool's rules, by share of votes; of an API its provider
 *   veto           who alone can keep the rules from being changed
 *   audit          what the origin's state can audit: logs, when it can compel the owner or is
 *                  told (`logs_to`); firmware, when it can compel the vendor of the stack or is
 *                  let in (`firmware_open_to`); results, when someone it can compel checks them
 *                  (`verified_by`). Auditable is what all three hold of
 *
 * Reach and veto overlap: one unit of work counts once for each legal system that has it, so
 * their shares don't add up to 1. Territory, owner and votes part the work without a rest.
 *
 * How it is counted. In each hour a place p (place.h) gives each origin j beyond its own its
 * share of what it gives a workload w, G(w, j, p); the rest of what it does is its own. What
 * the unit of capacity did is M(p, w) = Σ work ÷ capacity, so a set of devices with capacity c
 * did Σ c ΔM over the stretches in which c was constant; by Abel's summation c_end M_end −
 * Σ M Δc, so only changes cost anything and a change of nothing is none. At the end of a month
 * the origins' work at a place is shared among its *hands* (devices of one type with the same
 * owner, controllers and checks) in proportion to what they did. Exact by place and origin, by
 * place and hand; which of a place's origins got which of its hands is even, as no rule in the
 * model tells them apart.
 *
 * Votes. seat: one for each jurisdiction with a region in the pool. stake: the list price of
 * the devices installed in the pool, held by their owners. contribution: work done in the month
 * by the pool's hardware for whomever, credited to its owners. Owners vote through their
 * homes. A change needs more than `majority` of the votes, so j can veto alone when its share
 * is at least 1 − majority, and the blocking minority is the fewest that can together. Without
 * any stake or contribution the seats vote.
 */
#ifndef HANSE_SIM_PROCESS_CONTROL_H
#define HANSE_SIM_PROCESS_CONTROL_H

#include "sim/process/mechanism.h"

struct hanse_world;
struct hanse_sweep;
struct hanse_route;

extern const struct hanse_mechanism hanse_mechanism_control;

/* What dispatch writes to in a sweep. */
struct hanse_control_book {
    double *did;           /* work done this month [places][workloads] */
    double *ignored;       /* as much room for what is only tried */
    double *given;         /* of it to origins beyond the place's own */
    double *gifts;         /* scratch [places] */
    double *asked;         /* scratch [origins] */
    int32_t *busy;         /* scratch [places] */
    const int32_t *origin; /* [regions] */
    int32_t n_origins;
};
struct hanse_control_book hanse__control_open(const struct hanse_world *world);

/* From dispatch, of the stages in which a place serves other jurisdictions, before what is left
 * is taken down and what was free is taken. */
void hanse__control_granted(struct hanse_sweep *h, const struct hanse_route *route);

/* The same of one origin's cell and one place that it chose. */
void hanse__control_gave(struct hanse_sweep *h, int32_t cell, int32_t place, double work);

/* From places. A group has `parts` more devices for the flow; what a type's device does of a
 * workload in an hour at a place is now `speed`; both while the place's capacity still is what
 * it was in the hours swept so far. */
void hanse__control_counted(struct hanse_world *world, int32_t group, int64_t parts);
void hanse__control_speed(struct hanse_world *world, int32_t place, int32_t type,
                          int32_t workload, double speed);
/* The place's capacity is about to change: its meters are read. */
void hanse__control_read(struct hanse_world *world, int32_t place);

/* From batch: a group's devices finished `work` for a region. */
void hanse__control_finished(struct hanse_world *world, int32_t region, int32_t group,
                             double work);

/* Sites have other owners now. */
enum hanse_status hanse__control_owners(struct hanse_world *world);

#endif
