/*
 * Loading for subcommands: a scenario file and its options become frozen cases.
 *
 * Without --with every case of the scenario is frozen, the baseline first; with it exactly one,
 * made of the overrides named. --set applies to all of them and wins.
 */
#ifndef HANSE_CLI_LOAD_H
#define HANSE_CLI_LOAD_H

#include "cli/options.h"
#include "scripting/script.h"
#include "sim/model/scenario.h"

struct hanse_cli_load_options {
    const char *with;                      /* "a,b"; NULL: every case */
    const struct hanse_cli_list *settings; /* --set arguments; may be NULL */
};

struct hanse_cli_loaded {
    struct hanse_script *script;
    struct hanse_setting *settings; /* they point into the script */
    size_t n_settings;
    /* One per case; names and labels belong to the scenarios and the script. */
    struct hanse_scenario **cases;
    const char **names, **labels;
    size_t n_cases;
    char *with; /* the case's name and words when --with is given */
};

/* Loads and freezes. On failure the message is on the context and `loaded` needs no _fini. */
enum hanse_status hanse_cli_load(struct hanse_context *ctx, const char *path,
                                 const struct hanse_cli_load_options *options,
                                 struct hanse_cli_loaded *loaded);
/* One case, for commands that look into one: with NULL is the baseline; --seed is --set
 * scenario.seed in short, < 0 not given. */
struct hanse_cli_load_one_options {
    const char *with;
    const struct hanse_cli_list *set;
    int64_t seed;
};

/* What commands that simulate one case by themselves ask for alike; < 0: not given. The macro's
 * rows go into their tables of options. */
struct hanse_cli_one_case {
    const char *with;
    struct hanse_cli_list set;
    int64_t replications, seed, threads;
};
#define HANSE_CLI_ONE_CASE_NONE                                                                \
    {                                                                                          \
        .replications = -1, .seed = -1, .threads = -1                                          \
    }
#define HANSE_CLI_ONE_CASE_OPTIONS(one, replications_are)                                      \
    {"with", 0, HANSE_CLI_TEXT, &(one).with, "A,B", "in the case made of these overrides"},    \
        {"set", 0, HANSE_CLI_LIST, &(one).set, "PATH=VALUE", "set a value; may be repeated"},  \
        {"replications", 'n', HANSE_CLI_INTEGER, &(one).replications, "N", replications_are},  \
        {"seed", 0, HANSE_CLI_INTEGER, &(one).seed, "S", "seed of all random streams"},        \
    {                                                                                          \
        "threads", 't', HANSE_CLI_INTEGER, &(one).threads, "T",                                \
            "threads; all processors when not given"                                           \
    }
enum hanse_status hanse_cli_load_one(struct hanse_context *ctx, const char *path,
                                     const struct hanse_cli_load_one_options *options,
                                     struct hanse_cli_loaded *loaded);
void hanse_cli_loaded_fini(struct hanse_cli_loaded *loaded);

#endif
