/*
 * A scheduling policy written in Lua.
 *
 * A file sets hanse_schema = 1 and defines schedule(view), which is called for each pass and
 * sees what a policy in C sees, and no more:
 *
 *     view.now()               s since the start
 *     view.processors()        of the whole machine
 *     view.first()             the waiting job that was submitted first; nil: none waits
 *     view.next(job)           the one submitted after it; nil: none
 *     view.number(job)         in its log, .submit(job), .estimate(job) in s, .width(job),
 * .user(job) view.fits_now(job)       could it have its room now, for its whole estimate?
 *     view.earliest(job)       when it could, at the earliest, in s; nil: never on this machine
 *     view.take(job)           it starts now; it must fit
 *     view.take(job, start)    room is held for it from `start` on, which must be the earliest
 *     view.release(job)        gives such a hold back
 *
 * Holds last for the pass: the next one begins without any. The file runs in the sandbox of
 * scenarios, under its limits; what it remembers in its variables lasts for the replay.
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

/* How often schedule() was called, and how many jobs it started. */
uint64_t hanse_lua_policy_passes(const struct hanse_lua_policy *policy);

#ifdef __cplusplus
}
#endif
#endif
