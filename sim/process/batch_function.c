/* A pool's scheduler that is a function of the scenario. Its schedulers carry the row of their
 * pool as `user`; the world is the view's. */
#include <stdio.h>

#include "sim/process/batch_machine.h"
#include "sim/process/schedule/function.h"

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    const struct hanse_world *world = scheduler->view.user;
    const struct hanse_pool *pool = scheduler->user;
    bool anybody;
    HANSE_TRY(hanse_function_begin(scheduler, &anybody));
    if (!anybody) {
        return HANSE_OK;
    }
    char what[160];
    snprintf(what, sizeof what, "pool '%.100s': scheduler", pool->name);
    struct hanse_hook_call call = {
        .hook = hanse_policy_hook(pool->scheduler), .what = what, .self = scheduler};
    call.methods = hanse_function_methods(&call.n_methods);
    return world->hooks.call(world->hooks.self, world->ctx, &call);
}

const struct hanse_policy hanse__batch_function = {
    .name = "function",
    .doc = "A function of the scenario's own, called for each pass.",
    .rule = "What the function takes, starts.",
    .source = "the scenario",
    .init = hanse_function_init,
    .submitted = hanse_function_job,
    .ended = hanse_function_ended,
    .withdrawn = hanse_function_job,
    .changed = hanse_function_changed,
    .pass = pass,
};
