/*
 * Scheduling policies as one writes them:
 *
 *     easy
 *     priority:half_life=604800,favour=small
 *
 * and lists of them, "easy,priority:half_life=86400,fcfs", where a piece that holds '=' goes on
 * with the parameters of the policy before it.
 */
#ifndef HANSE_SCRIPTING_POLICY_SPEC_H
#define HANSE_SCRIPTING_POLICY_SPEC_H

#include "sim/process/schedule/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_POLICY_SPEC_BYTES = 512 };

struct hanse_policy_spec {
    const struct hanse_policy *policy;
    double params[HANSE_POLICY_PARAMS_MOST];
    char text[HANSE_POLICY_SPEC_BYTES]; /* as it was given */
};

/* HANSE_ERR_INPUT, HANSE_ERR_DOMAIN: no such policy, parameter or value, with the nearest. */
enum hanse_status hanse_policy_spec_read(struct hanse_context *ctx, const char *text,
                                         struct hanse_policy_spec *spec);

/* Reads a list, in which files of policies in Lua may stand too (lua_policy.h; whoever replays
 * opens them), into specs[most]; *n says how many. The same policy with the same parameters
 * twice is an error. */
enum hanse_status hanse_policy_spec_list(struct hanse_context *ctx, const char *text,
                                         struct hanse_policy_spec *specs, uint32_t most,
                                         uint32_t *n);

#ifdef __cplusplus
}
#endif
#endif
