#include "sim/process/schedule/policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct hanse_policy *const POLICIES[] = {
    &hanse__policy_fcfs,
    &hanse__policy_sjf,
    &hanse__policy_easy,
    &hanse__policy_easy_sjbf,
    &hanse__policy_conservative,
    &hanse__policy_priority,
    NULL,
};

enum { NAMES_MOST = 32 };

const struct hanse_policy *const *hanse_policies(void)
{
    return POLICIES;
}

/* "HEAD: no WHAT 'word', did you mean 'nearest'?", or all there are when none is near. */
static enum hanse_status refuse(struct hanse_context *ctx, const char *head, const char *what,
                                const char *word, const char *const *names, size_t n)
{
    const char *near = hanse__nearest(word, names, n);
    char all[256] = "";
    size_t length = 0;
    if (near != NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: no %s '%s', did you mean '%s'?", head,
                           what, word, near);
    }
    for (size_t i = 0; i < n && length < sizeof all; i++) {
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s",
                                   i == 0      ? ""
                                   : i + 1 < n ? ", "
                                               : " and ",
                                   names[i]);
    }
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: no %s '%s'; there %s %s", head, what, word,
                       n == 1 ? "is" : "are", n == 0 ? "none" : all);
}

enum hanse_status hanse_policy_find(struct hanse_context *ctx, const char *name,
                                    const struct hanse_policy **policy)
{
    const char *names[NAMES_MOST];
    size_t n = 0;
    for (; POLICIES[n] != NULL; n++) {
        names[n] = POLICIES[n]->name;
        if (strcmp(name, names[n]) == 0) {
            *policy = POLICIES[n];
            return HANSE_OK;
        }
    }
    return refuse(ctx, "policy", "policy", name, names, n);
}

void hanse_policy_standards(const struct hanse_policy *policy, double *values)
{
    for (uint32_t i = 0; i < policy->n_params; i++) {
        values[i] = policy->params[i].standard;
    }
}

/* Parameters whose values have names. */
static enum hanse_status choose(struct hanse_context *ctx, const struct hanse_policy *policy,
                                const struct hanse_policy_param *param, const char *text,
                                double *value)
{
    size_t n = 0;
    for (; param->choices[n] != NULL; n++) {
        if (strcmp(text, param->choices[n]) == 0) {
            *value = (double)n;
            return HANSE_OK;
        }
    }
    char head[80];
    snprintf(head, sizeof head, "policy %s: %s", policy->name, param->key);
    return refuse(ctx, head, "choice", text, param->choices, n);
}

static enum hanse_status unknown_key(struct hanse_context *ctx,
                                     const struct hanse_policy *policy, const char *key)
{
    const char *names[HANSE_POLICY_PARAMS_MOST];
    for (uint32_t i = 0; i < policy->n_params; i++) {
        names[i] = policy->params[i].key;
    }
    char head[64];
    snprintf(head, sizeof head, "policy %s", policy->name);
    return refuse(ctx, head, "parameter", key, names, policy->n_params);
}

static enum hanse_status find_param(struct hanse_context *ctx,
                                    const struct hanse_policy *policy, const char *key,
                                    uint32_t *found)
{
    for (uint32_t i = 0; i < policy->n_params; i++) {
        if (strcmp(policy->params[i].key, key) == 0) {
            *found = i;
            return HANSE_OK;
        }
    }
    return unknown_key(ctx, policy, key);
}

enum hanse_status hanse_policy_put(struct hanse_context *ctx, const struct hanse_policy *policy,
                                   double *values, const char *key, double value)
{
    uint32_t i = 0;
    HANSE_TRY(find_param(ctx, policy, key, &i));
    const struct hanse_policy_param *param = &policy->params[i];
    if (!(value >= param->low && value <= param->high)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "policy %s: %s must be %g ... %g %s, got %g",
                           policy->name, key, param->low, param->high, param->unit, value);
    }
    values[i] = value;
    return HANSE_OK;
}

enum hanse_status hanse_policy_set(struct hanse_context *ctx, const struct hanse_policy *policy,
                                   double *values, const char *key, const char *text)
{
    uint32_t i = 0;
    HANSE_TRY(find_param(ctx, policy, key, &i));
    if (policy->params[i].choices != NULL) {
        return choose(ctx, policy, &policy->params[i], text, &values[i]);
    }
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0') {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "policy %s: %s: not a number: '%s'",
                           policy->name, key, text);
    }
    return hanse_policy_put(ctx, policy, values, key, value);
}
