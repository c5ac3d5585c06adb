/*
 * Output paths: a name of our own where none is given, and saying what was written.
 */
#ifndef HANSE_CLI_PATHS_H
#define HANSE_CLI_PATHS_H

#include "cli/options.h"

/* The path with its ".h5" replaced by `ending`, or with it added. Free with free; NULL: no
 * memory. */
char *hanse_cli_path_beside(const char *path, const char *ending);

/* "scenarios/baltic.lua" with ".h5" gives "baltic.h5", in the folder one stands in. Free with
 * hanse__free; NULL: no memory, and the context says so. */
char *hanse_cli_path_here(struct hanse_context *ctx, const char *path, const char *ending);

/* Says on stdout which file was written: the path, or {"<what>": path} as JSON. */
void hanse_cli_print_path(const struct hanse_cli_args *args, const char *what,
                          const char *path);

#endif
