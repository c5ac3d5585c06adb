#include "scripting/policy_spec.h"

#include <stdio.h>
#include <string.h>

#include "scripting/lua_policy.h"

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

/* A policy of the library or a file of one. */
static enum hanse_status read_any(struct hanse_context *ctx, const char *text,
                                  struct hanse_policy_spec *spec)
{
    if (!hanse_lua_policy_is(text)) {
        return hanse_policy_spec_read(ctx, text, spec);
    }
    snprintf(spec->text, sizeof spec->text, "%s", text);
    spec->policy = &hanse_lua_policy_kind;
    return HANSE_OK;
}

/* Where the spec that begins at `text` ends: a comma whose next piece has no '=', or names a
 * policy before it. */
static const char *end_of(const char *text)
{
    const char *comma = strchr(text, ',');
    while (comma != NULL) {
        size_t n = strcspn(comma + 1, ",:=");
        if (comma[1 + n] != '=') {
            return comma;
        }
        comma = strchr(comma + 1, ',');
    }
    return text + strlen(text);
}

enum hanse_status hanse_policy_spec_list(struct hanse_context *ctx, const char *text,
                                         struct hanse_policy_spec *specs, uint32_t most,
                                         uint32_t *n)
{
    char item[HANSE_POLICY_SPEC_BYTES];
    *n = 0;
    for (const char *at = text, *end;; at = end + 1) {
        end = end_of(at);
        if (*n == most) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "at most %u policies can be compared",
                               most);
        }
        snprintf(item, sizeof item, "%.*s", (int)(end - at), at);
        HANSE_TRY(read_any(ctx, item, &specs[*n]));
        for (uint32_t i = 0; i < *n; i++) {
            if (strcmp(specs[i].text, item) == 0) {
                return hanse__fail(ctx, HANSE_ERR_INPUT, "policy %s is listed twice", item);
            }
        }
        ++*n;
        if (*end == '\0') {
            return HANSE_OK;
        }
    }
}
