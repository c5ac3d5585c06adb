/*
 * A serving engine, request by request: continuous batching with chunked prefill over a paged
 * cache, as vLLM's scheduler does it (Kwon et al. 2023; chunking: Agrawal et al. 2024).
 *
 * Time goes in steps; a step starts where the last one ended, or with an arrival. In a step,
 *
 * 1. requests being served go first, oldest first. One that has its whole prompt writes a
 *    token; one that has not gets as many prompt tokens as the step has room for. Each needs
 *    its blocks of cache: where none is left the youngest is preempted, loses its cache and
 * goes to the front of the queue, to read its prompt and what it had written again.
 * 2. Unless somebody was preempted, waiting requests are admitted first come, first served,
 *    while the step has room, a sequence is free and their blocks are there.
 *
 * A request's first token comes at the end of the step that completes its prompt. What a
 * request spends outside the engine (cost.h) is added to both its times: whether it passes
 * before or after, it is the same for all, so it moves nobody in the queue.
 *
 * Stretches in which nothing but decoding happens are not stepped through: until the next
 * completion, arrival or lack of blocks, a step's cost grows by the same amount each time, so k
 * of them are one arithmetic sum. What comes out is what stepping gives, to rounding; the tests
 * step.
 */
#ifndef HANSE_SIM_PROCESS_SERVING_REPLICA_H
#define HANSE_SIM_PROCESS_SERVING_REPLICA_H

#include "sim/process/serving/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes of an engine. A request needs prompt + output - 1 tokens of cache at most and must fit
 * alone. */
struct hanse_replica_rules {
    uint32_t block_tokens; /* 16 */
    uint64_t blocks;
};

struct hanse_request {
    double arrival_s;
    uint64_t number;
    uint32_t prompt, output; /* tokens, both >= 1 */
};

/* A request that is done. */
struct hanse_served {
    struct hanse_request request;
    double first_s, end_s; /* of the first and of the last token */
    uint32_t preemptions;
};

struct hanse_replica;

typedef void hanse_served_function(void *self, const struct hanse_served *served);

/* The cost must outlive the replica. Finished requests go to `served`, in order of their ends.
 */
HANSE_API enum hanse_status hanse_replica_create(struct hanse_context *ctx,
                                                 const struct hanse_serving_cost *cost,
                                                 const struct hanse_replica_rules *rules,
                                                 hanse_served_function *served, void *self,
                                                 struct hanse_replica **replica);
HANSE_API void hanse_replica_destroy(struct hanse_replica *replica);

/* Takes every step that starts before `until_s`. */
HANSE_API void hanse_replica_advance(struct hanse_replica *replica, double until_s);
/* A request arrives, not before those that came earlier and after _advance to its arrival.
 * HANSE_ERR_DOMAIN: it can never fit the cache, or has no tokens; HANSE_ERR_MEMORY. */
HANSE_API enum hanse_status hanse_replica_arrive(struct hanse_replica *replica,
                                                 const struct hanse_request *request);
/* Serves all that is there. */
HANSE_API void hanse_replica_finish(struct hanse_replica *replica);

/* Requests that wait or are served; of them those that wait; tokens of prompt and cache they
 * hold or will read. */
HANSE_API uint32_t hanse_replica_in_system(const struct hanse_replica *replica);
HANSE_API uint32_t hanse_replica_waiting(const struct hanse_replica *replica);
HANSE_API double hanse_replica_backlog(const struct hanse_replica *replica);
struct hanse_replica_totals {
    double busy_s; /* time in steps */
    double end_s;  /* of the last step */
    uint64_t steps, preemptions;
    double prompt_tokens, output_tokens; /* computed; of those preempted more than once */
};
HANSE_API struct hanse_replica_totals hanse_replica_totals(const struct hanse_replica *replica);

#ifdef __cplusplus
}
#endif
#endif
