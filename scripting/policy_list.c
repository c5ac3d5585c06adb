/* Lists of policies. Apart from policy_spec.c, which the Lua module takes without the room for
 * scripts that files of policies need. */
#include <stdio.h>
#include <string.h>

#include "scripting/lua_policy.h"
#include "scripting/policy_spec.h"

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
