/*
 * Latency: how fast a workload is answered, at flow resolution and opened up.
 *
 * A workload with a `serving` is served by engines whose every step is known (serving/): its
 * devices do as many prompts as such an engine does when saturated, no longer what the service
 * law says, and in each hour the share in time and the distribution of waits come from the
 * engine's congestion law (serving/law.h) at the load of the place that serves:
 *
 *     load = busy ÷ powered device time          while the place has time left
 *            the same × (served + left) ÷ served where it hasn't, `left` what origins that
 *                                               ask it got from nowhere
 *     on time = min(1, share in time at the load ÷ min(1, 1 / load)) of what it served
 *
 * The rest of the served is late, for want of capacity. Several accelerators at a place share
 * its load; each answers by its own law, weighted with its part of the capacity. A software
 * stack that slows a device slows its answers alike. All workloads at a place load it; each
 * sees the law of its own kind at the common load. What a foreign API serves counts as in time.
 * Latency is the engine's: the network's way there is `latency_limit`'s matter.
 *
 * An engine's step comes from the accelerator and the model as the service law takes them
 * (service.h): with D devices a replica, W bytes of weights of which n tokens read at most
 * n × the active ones, N active parameters, kv bytes a token of cache,
 *
 *     tokens(n)   = max(min(W, n W_active) ÷ (D bandwidth), 2 N n ÷ (D compute))
 *     per context = kv ÷ (D bandwidth)
 *     step        = max(step_time, tokens(n) + context × per context)
 *
 * An `opening` simulates the hours of its stretch request by request, at each place and for
 * each accelerator there: so many replicas as the place has devices for the workload (at most
 * `replicas`, which then stand for all), requests as they come in the flow's hours, and ten
 * minutes before that don't count so that it doesn't start empty. It changes nothing else.
 */
#ifndef HANSE_SIM_PROCESS_LATENCY_H
#define HANSE_SIM_PROCESS_LATENCY_H

#include "sim/process/mechanism.h"

struct hanse_world;
struct hanse_sweep;
struct hanse_route;

struct hanse_serving { /* kind "serving" */
    const char *name, *label;
    int32_t workload, routing;
    double ttft_target_s, tpot_target_s; /* 0: none */
    double prompt_variation, output_variation;
    double step_s;
    int64_t chunk, block, queue, replicas, requests;
    const char *arrivals;
};

struct hanse_opening { /* kind "opening" */
    const char *name, *label;
    int32_t serving, region; /* region -1: all */
    double from_h, to_h;
    int64_t replicas;
};

extern const struct hanse_kind hanse_kind_serving, hanse_kind_opening;
extern const struct hanse_mechanism hanse_mechanism_latency;

/* The laws of this replication, before anybody asks how fast devices are. Laws that the worker
 * has found before are not found again. */
enum hanse_status hanse__latency_prepare(struct hanse_world *world);
/* Prompts per second that a device of the type does of the workload when saturated; 0: the
 * workload has no serving, or nobody has such devices. */
double hanse__latency_rate_per_s(const struct hanse_world *world, int32_t accelerator,
                                 int32_t workload);

/* In the hourly sweep: before the tiers; with each grant to a route, before it is made; with
 * what a cell that asks place by place got at one; and when all is served. The last finds what
 * was served late in each cell. Without servings all do nothing. */
void hanse__latency_begin(struct hanse_sweep *h);
void hanse__latency_grant(struct hanse_sweep *h, const struct hanse_route *route);
void hanse__latency_gave(struct hanse_sweep *h, int32_t cell, int32_t place, double work);
void hanse__latency_settle(struct hanse_sweep *h);

/* What a worker keeps from one replication to the next. */
struct hanse_latency_own;
enum hanse_status hanse__latency_own_make(struct hanse_world *world); /* unless it is there */
void hanse__latency_own_destroy(struct hanse_latency_own *own);

#endif
