/*
 * Command lines: what a subcommand accepts, as a table.
 *
 * The table drives parsing, messages and `--help`, so the three cannot drift apart. Every
 * subcommand also understands -q, -v, --format text|json and --help without listing them.
 * Options and operands may be mixed; `--` ends the options; `--name=value`, `--name value`,
 * `-n value` and `-nvalue` mean the same. Giving a single-valued option twice is an error:
 * the second would silently win.
 *
 *     struct hanse_cli_list settings = {0};
 *     int64_t seed = 1;
 *     const struct hanse_cli_option options[] = {
 *         {"set", 0, HANSE_CLI_LIST, &settings, "PATH=VALUE", "set a value; may be repeated"},
 *         {"seed", 's', HANSE_CLI_INTEGER, &seed, "N", "seed of the random streams"},
 *     };
 *     const struct hanse_cli_usage usage = {
 *         .name = "run", .operands = "SCENARIO.lua", .min_operands = 1, .max_operands = 1,
 *         .summary = "Runs every case of a scenario.",
 *         .example = "hanse run scenarios/baltic-supply-stop.lua --replications 20",
 *         .options = options, .n_options = sizeof options / sizeof options[0]};
 *     struct hanse_cli_args args;
 *     int status;
 *     if (!hanse_cli_parse(&usage, argc, argv, &args, &status)) {
 *         return status;
 *     }
 */
#ifndef HANSE_CLI_OPTIONS_H
#define HANSE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

/* What an option stores at `value`. */
enum hanse_cli_type {
    HANSE_CLI_FLAG,    /* bool: set to true */
    HANSE_CLI_TEXT,    /* const char *: points into argv */
    HANSE_CLI_NUMBER,  /* double: finite */
    HANSE_CLI_INTEGER, /* int64_t: >= 0 */
    HANSE_CLI_LIST,    /* struct hanse_cli_list: every occurrence, in order */
};

/* Occurrences of a repeatable option; items point into argv. Both live to the program's end. */
struct hanse_cli_list {
    const char **items;
    size_t count;
};

struct hanse_cli_option {
    const char *name; /* without dashes; NULL for a letter alone */
    char letter;      /* 0 none */
    enum hanse_cli_type type;
    void *value;
    const char *argument; /* as help shows it, "OUT.h5"; NULL for flags */
    const char *help;
};

struct hanse_cli_usage {
    const char *name;     /* "run" */
    const char *operands; /* "SCENARIO.lua", "" when there are none */
    int min_operands;
    int max_operands; /* -1: any number */
    const char *summary;
    const char *example; /* one command line that works; several separated by newlines */
    const struct hanse_cli_option *options;
    size_t n_options;
};

/* What came of a command line. `operands` points into argv, which is reordered. */
struct hanse_cli_args {
    char **operands;
    int n_operands;
    bool quiet;
    bool verbose;
    bool json; /* one JSON document on stdout and nothing else */
};

/* Reads a command line into the table's values, which keep what they held when not given.
 * False: leave with *exit_status (0 after --help, 2 after a message on bad usage). */
bool hanse_cli_parse(const struct hanse_cli_usage *usage, int argc, char **argv,
                     struct hanse_cli_args *args, int *exit_status);

/* Reads a plain number ("0.12", "1e6"): the whole text, finite. */
bool hanse_cli_number(const char *text, double *number);

/* Complains about a command line in one printf-style sentence, points to --help, returns 2. */
int hanse_cli_bad_usage(const char *command, const char *format, ...) HANSE_PRINTF(2, 3);

/* A context with the log level of -q or -v; without memory it says so and exits with 3. */
struct hanse_context *hanse_cli_context(const struct hanse_cli_args *args);

/* Prints the context's sentence, if there is one, to stderr; returns the exit status that
 * belongs to `status`. */
int hanse_cli_failure(const struct hanse_context *ctx, enum hanse_status status);

#endif
