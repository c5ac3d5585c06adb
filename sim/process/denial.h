/*
 * Denial: the noun that asks for experiments, and what a running replication may still do once
 * an actor has been withdrawn from it.
 *
 * A denial experiment copies a replication at a date and withdraws an actor from the copy
 * (sim/study/deny.h). How much the denied world may react is its recourse:
 *
 *   adapt    everything a scenario's policies can do, as in a world without experiments
 *   operate  shedding by priority, islanding, stocks; contracts are held, but policies that
 *            react to what happens place no new orders
 *   frozen   automatic rerouting only: priority tiers are shed alike and nothing is taken
 *            from the shelf
 */
#ifndef HANSE_SIM_PROCESS_DENIAL_H
#define HANSE_SIM_PROCESS_DENIAL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/model/nouns.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_worker;

/* The first is a world that nothing holds back, hence what a fresh replication has. */
enum hanse_recourse { HANSE_RECOURSE_ADAPT, HANSE_RECOURSE_OPERATE, HANSE_RECOURSE_FROZEN };
#define HANSE_RECOURSE_WORDS "adapt operate frozen"

struct hanse_denial { /* kind "denial": experiments that `hanse deny` runs */
    const char *name, *label;
    double at_h, lasts_h, notice_h, floor;
    struct hanse_actor_list actors;  /* empty: every firm, jurisdiction and bloc */
    struct hanse_actor_list viewers; /* empty: every jurisdiction whose people ask */
    int32_t recourse;                /* enum hanse_recourse */
    bool pairs;
};
extern const struct hanse_kind hanse_kind_denial;

/* An actor and the axis (enum hanse_axis) on which it stops. */
struct hanse_cut {
    struct hanse_actor actor;
    int32_t axis;
};

/* At most so many cuts at once. */
enum { HANSE_CUTS = 2 };

/* Withdraws actors from a running replication, from the hour it stands at to the horizon.
 * Withdrawals and restrictions that the scenario declares stay what they are. */
HANSE_API enum hanse_status hanse_worker_deny(struct hanse_worker *worker,
                                              const struct hanse_cut *cuts, size_t n,
                                              enum hanse_recourse recourse);

/* Announces that the actors will be withdrawn at hour at_h. Nothing stops yet; policies may see
 * it (procure.h). A withdrawal ends the announcement. */
HANSE_API void hanse_worker_announce(struct hanse_worker *worker, const struct hanse_cut *cuts,
                                     size_t n, double at_h);

/* Bytes of a footprint, the same for every worker of a scenario. */
HANSE_API size_t hanse_worker_footprint_size(const struct hanse_worker *worker);
/* What the cuts would take, one byte per site, accelerator (new and spare devices), cloud,
 * model, pool and purchase: nonzero where it is cut. All zero: the actor touches nothing, and
 * two cuts with one footprint have the same consequences. The replication stays as it was. */
HANSE_API void hanse_worker_footprint(struct hanse_worker *worker, const struct hanse_cut *cuts,
                                      size_t n, uint8_t *footprint);

#ifdef __cplusplus
}
#endif
#endif
