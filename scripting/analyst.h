/*
 * An analyst's own program: Lua with its full library and ours beside it.
 *
 * It is not a scenario: it may read files, run for days and end the process; it is trusted as
 * any program is that its author runs. `require "hanse"`, "hanse.des" and "hanse.queue" work,
 * and so do modules beside the script and in the shipped library.
 */
#ifndef HANSE_SCRIPTING_ANALYST_H
#define HANSE_SCRIPTING_ANALYST_H

#include <stdbool.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_analyst {
    const char *path;    /* of the script */
    const char *library; /* folder of shipped modules; NULL: found beside the program */
    char **arguments;    /* what the script sees as arg[1] …; arg[0] is `path` */
    int n_arguments;
    bool traceback; /* an error's message says through which calls it came */
};

/* Runs the script. HANSE_ERR_INPUT for a script that cannot be read, is not Lua, or raises;
 * HANSE_ERR_MEMORY. The message reads "file:line: …". */
enum hanse_status hanse_analyst_run(struct hanse_context *ctx,
                                    const struct hanse_analyst *analyst);

/* Runs `text`, called `name` in messages, as a function of numbers that returns numbers: at
 * most 16 of either. HANSE_ERR_INPUT when it raises, or returns others than n_results. */
enum hanse_status hanse_analyst_call(struct hanse_context *ctx, const char *name,
                                     const char *text, const double *arguments, int n_arguments,
                                     double *results, int n_results);

#ifdef __cplusplus
}
#endif
#endif
