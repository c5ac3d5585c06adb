/*
 * Several replicas of a serving engine behind a router.
 *
 * Requests arrive in time order and go to a replica by a rule:
 *
 *   round_robin      one after the other
 *   random           drawn
 *   least_requests   fewest waiting and being served (join the shortest queue)
 *   least_tokens     least cache held and prompt waiting
 *   two_choices      of two that are drawn, the one with fewer requests (Mitzenmacher 2001)
 *
 * Ties go to the replica with the lowest number. The router knows what an engine's scheduler
 * knows: the step under way counts as taken.
 *
 * Where a replica's queue is bounded, a request that is sent to a full one is refused: what a
 * gateway does that answers "too many requests" rather than letting everybody wait. Replicas
 * may open and close: one that is closed gets no requests and finishes those it has.
 */
#ifndef HANSE_SIM_PROCESS_SERVING_SERVING_H
#define HANSE_SIM_PROCESS_SERVING_SERVING_H

#include "sim/process/serving/replica.h"
#include "sim/stats/sketch.h"
#include "sim/stats/tally.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_routing {
    HANSE_ROUTING_ROUND_ROBIN,
    HANSE_ROUTING_RANDOM,
    HANSE_ROUTING_LEAST_REQUESTS,
    HANSE_ROUTING_LEAST_TOKENS,
    HANSE_ROUTING_TWO_CHOICES,
};
#define HANSE_ROUTING_WORDS "round_robin random least_requests least_tokens two_choices"

struct hanse_serving_rules {
    struct hanse_replica_rules replica;
    uint32_t replicas;
    enum hanse_routing routing;
    uint64_t seed;  /* of random routing */
    uint32_t queue; /* requests that may wait at a replica; 0: any number */
    /* Replicas that take requests in stretch i of open_stretch_s seconds from time 0, each in
     * 1 … replicas, the last one's from then on; NULL: all, always. */
    const uint32_t *open;
    uint32_t n_open;
    double open_stretch_s;
    double active_watt, idle_watt; /* of a replica; 0: energy is not reported */
};

/* Where requests come from, in order of arrival; *more false at the end. */
struct hanse_request_source {
    void *self;
    enum hanse_status (*next)(void *self, struct hanse_context *ctx,
                              struct hanse_request *request, bool *more);
};

/* Times in seconds; tpot of answers of two tokens and more. */
struct hanse_serving_report {
    uint64_t requests, preemptions, steps; /* requests: served */
    uint64_t refused;
    struct hanse_tally ttft, tpot, end_to_end;
    struct hanse_sketch ttft_sketch, tpot_sketch, end_to_end_sketch; /* to 0.5 % */
    double span_s;                       /* from the first arrival to the last end */
    double busy_s;                       /* all replicas together */
    double prompt_tokens, output_tokens; /* asked for */
    double joule;
};

/* Serves all of a source. `each` is called for every finished request, by replica and in order
 * of their ends within one; may be NULL. HANSE_ERR_DOMAIN: a request that fits no replica,
 * times that go back; else the source's own trouble. */
HANSE_API enum hanse_status
hanse_serve(struct hanse_context *ctx, const struct hanse_serving_cost *cost,
            const struct hanse_serving_rules *rules, const struct hanse_request_source *source,
            hanse_served_function *each, void *self, struct hanse_serving_report *report);

#ifdef __cplusplus
}
#endif
#endif
