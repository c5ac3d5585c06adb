/*
 * Substitution: a smaller model in place of the wanted one, reported and never hidden.
 *
 * A workload may name a `substitute` and the share of the wanted model's `quality` that it
 * reaches. It serves
 *
 *     licence    while the wanted model is withdrawn: all that hardware serves
 *     capacity   when an hour's hardware, and the foreign API where it may be used, leave some
 *                prompts over: as many are answered by the smaller model, those over and those
 * it takes the place of, as it needs for none to be left, or for nothing more to gain
 *
 * A place where the wanted model does C of the workload in an hour and the smaller C' and which
 * did x of it turns all of this over for x (C'/C - 1) more. What is over is spread over these
 * gains as over free hardware, and a place whose gain is taken by the share f has then served
 * f x C'/C with the smaller model. Device time stays what it was.
 *
 * Work is counted as the wanted model's, whichever answers: a prompt is a prompt. So `on_time`
 * holds substituted work, `substituted` says how much of it, where it was done, and
 * `quality_lost` is substituted x (1 - quality).
 */
#ifndef HANSE_SIM_PROCESS_SUBSTITUTE_H
#define HANSE_SIM_PROCESS_SUBSTITUTE_H

#include "sim/process/dispatch_inside.h"

enum hanse_substitute_when {
    HANSE_SUBSTITUTE_EITHER,
    HANSE_SUBSTITUTE_LICENCE,
    HANSE_SUBSTITUTE_CAPACITY,
};
#define HANSE_SUBSTITUTE_WORDS "either licence capacity"

/* Does the workload run on its substitute now, its own model being withdrawn? */
bool hanse__substituted(const struct hanse_world *world, int32_t workload);

/* Does any workload name one? */
bool hanse__substitute_named(const struct hanse_world *world);

/* Takes what it needs; nothing where no workload names a substitute. */
enum hanse_status hanse__substitute_init(struct hanse_world *world);

/* What a workload, order[k], has left, by turning over to the smaller model what was served. */
void hanse__substitute(struct hanse_sweep *h, int32_t k);
/* The hour is over. */
void hanse__substitute_close(struct hanse_sweep *h);

#endif
