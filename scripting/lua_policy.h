/*
 * A scheduling policy written in Lua.
 *
 * A file sets hanse_schema = 1 and defines schedule(view), which is called for each pass and
 * sees what a policy in C sees, and no more: sim/process/schedule/function.h has the view. The
 * file runs in the sandbox of scenarios, under its limits; what it remembers in its variables
 * lasts for the replay.
 */
#ifndef HANSE_SCRIPTING_LUA_POLICY_H
#define HANSE_SCRIPTING_LUA_POLICY_H

#include "sim/process/schedule/scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_lua_policy;

/* The policy itself: schedulers that run it carry an opened file as `user`. */
extern const struct hanse_policy hanse_lua_policy_kind;

/* Does the text name a file with such a policy? */
bool hanse_lua_policy_is(const char *text);

/* Reads the file. HANSE_ERR_INPUT: "file:line: …". For one scheduler at a time, in the
 * context's thread. */
enum hanse_status hanse_lua_policy_open(struct hanse_context *ctx, const char *path,
                                        struct hanse_lua_policy **policy);
void hanse_lua_policy_close(struct hanse_lua_policy *policy);

#ifdef __cplusplus
}
#endif
#endif
