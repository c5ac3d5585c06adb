#include "scripting/policy_spec.h"

#include <stdio.h>
#include <string.h>

static enum hanse_status set_param(struct hanse_context *ctx, struct hanse_policy_spec *spec,
                                   char *item)
{
    char *value = strchr(item, '=');
    if (value == NULL || value == item) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "policy %s: a parameter is written key=value, got '%s'",
                           spec->policy->name, item);
    }
    *value++ = '\0';
    return hanse_policy_set(ctx, spec->policy, spec->params, item, value);
}

/* Each parameter once: the second would silently win. */
static enum hanse_status set_params(struct hanse_context *ctx, struct hanse_policy_spec *spec,
                                    char *items)
{
    const char *seen[HANSE_POLICY_PARAMS_MOST + 1];
    uint32_t n = 0;
    for (char *item = items, *next; item != NULL; item = next) {
        next = strchr(item, ',');
        if (next != NULL) {
            *next++ = '\0';
        }
        HANSE_TRY(set_param(ctx, spec, item));
        for (uint32_t i = 0; i < n; i++) {
            if (strcmp(seen[i], item) == 0) {
                return hanse__fail(ctx, HANSE_ERR_INPUT, "policy %s: %s is given twice",
                                   spec->policy->name, item);
            }
        }
        seen[n++] = item;
    }
    return HANSE_OK;
}

enum hanse_status hanse_policy_spec_read(struct hanse_context *ctx, const char *text,
                                         struct hanse_policy_spec *spec)
{
    char copy[HANSE_POLICY_SPEC_BYTES];
    if (strlen(text) >= sizeof copy) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "policy: must be shorter than %d bytes",
                           HANSE_POLICY_SPEC_BYTES);
    }
    snprintf(spec->text, sizeof spec->text, "%s", text);
    snprintf(copy, sizeof copy, "%s", text);
    char *params = strchr(copy, ':');
    if (params != NULL) {
        *params++ = '\0';
    }
    HANSE_TRY(hanse_policy_find(ctx, copy, &spec->policy));
    hanse_policy_standards(spec->policy, spec->params);
    return params != NULL ? set_params(ctx, spec, params) : HANSE_OK;
}
