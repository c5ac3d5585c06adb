/*
 * What batch jobs are made of: their work, how fast a device does it, and what they send.
 *
 * The work of a job, in hours of the reference device, is given (`runtime`, for each of its
 * devices), or follows from a model of N parameters, N_a of them active:
 *
 *     training    tokens × (4 + 2 trained_share) N_a FLOP: forward 2 N_a, backward as much for
 *                 the activations and for the weights that are trained (6 N_a for all)
 *     inference   prompts × the service law's time of a prompt (service.h)
 *
 * over its devices. Devices do training and given work by the ratio of achieved compute rates,
 * inference by that of the service law.
 *
 * A job that runs away from home moves input and output over the quickest path, at the batch
 * share of its narrowest link, before and after its work; its devices are held as long. A gang
 * of training over S > 1 sites sums what it trains once in `inner_steps` steps of `step_tokens`
 * tokens, around a ring (as predict/training.h between groups), in
 *
 *     2 (S - 1) (latency + trained_share N exchanged_bytes / (S rate))
 *
 * with latency and rate of the worst of the quickest paths between its regions; sites of one
 * region are next door. inner_steps = 1 is synchronous training. So the gang runs at its
 * slowest member and its slowest link. What jobs send does not slow other jobs.
 *
 * Before it starts a job is planned at its worst: over as many sites as it may meet, on the
 * worst paths of its island.
 */
#ifndef HANSE_SIM_PROCESS_BATCH_WORK_H
#define HANSE_SIM_PROCESS_BATCH_WORK_H

#include "sim/process/batch_machine.h"

enum hanse_batch_work { HANSE_WORK_GIVEN, HANSE_WORK_TRAINING, HANSE_WORK_INFERENCE };
#define HANSE_WORK_WORDS "given training inference"

/* Mean hours of the reference device for each of `width`. */
double hanse__batch_runtime_h(const struct hanse_world *world, int32_t batch, int32_t width);
/* How much faster than the reference the group's device does the class's work. */
double hanse__batch_find_speed(const struct hanse_world *world, int32_t batch, int32_t group);

/* Does the class send anything over links? Where it does, can it run in a region at all? */
bool hanse__batch_talks(const struct hanse_world *world, int32_t batch);
bool hanse__batch_reaches(const struct hanse_world *world, int32_t batch, int32_t region);

/* Sets what the job's stay takes beside its work: at its worst, or with what it now holds. */
void hanse__batch_plan_talk(struct hanse_world *world, uint32_t number);
void hanse__batch_start_talk(struct hanse_world *world, uint32_t number);

#endif
