/*
 * Loading a scenario: Lua text in, draft out.
 *
 * The file runs once in a sandbox (no io, os, debug, load; instruction and memory limits),
 * declares into a draft through constructors generated from the kinds' field tables, and is
 * never entered again unless it named hooks. A scenario from a stranger is data.
 */
#ifndef HANSE_SCRIPTING_SCRIPT_H
#define HANSE_SCRIPTING_SCRIPT_H

#include "sim/model/draft.h"
#include "sim/process/hook.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_script;

struct hanse_script_limits {
    uint64_t instructions; /* per call into Lua; 0: default */
    size_t memory_bytes;   /* 0: 1 GiB */
};

/* Loads PATH. Errors read "file:line: what: rule, value (did you mean …?)". `limits` may be
 * NULL. `library` is the folder of shipped Lua modules and tables that `require` and `table`
 * reach besides the scenario's own folder; NULL: found beside the program. */
enum hanse_status hanse_script_load(struct hanse_context *ctx, const char *path,
                                    const char *library,
                                    const struct hanse_script_limits *limits,
                                    struct hanse_script **script);
/* As _load, on `length` bytes of text; `path` says where it would lie and names it. */
enum hanse_status hanse_script_load_text(struct hanse_context *ctx, const char *path,
                                         const char *text, size_t length, const char *library,
                                         const struct hanse_script_limits *limits,
                                         struct hanse_script **script);
void hanse_script_destroy(struct hanse_script *script);

struct hanse_draft *hanse_script_draft(struct hanse_script *script);

/* Every Lua text and table that was read, for provenance: 0 is the scenario itself. */
size_t hanse_script_n_sources(const struct hanse_script *script);
void hanse_script_source(const struct hanse_script *script, size_t i, const char **name,
                         const char **text, size_t *length);

/* What makes the functions of the scenario's policies, for workers (replication.h): each gets
 * a Lua state of its own that runs the same texts again, so it must not outlive the script. */
struct hanse_hook_maker hanse_script_hooks(const struct hanse_script *script);

/* Reads a --set argument "path=expression" (units allowed) in the same sandbox. The setting
 * points into the script. */
enum hanse_status hanse_script_setting(struct hanse_context *ctx, struct hanse_script *script,
                                       const char *argument, struct hanse_setting *setting);

#ifdef __cplusplus
}
#endif
#endif
