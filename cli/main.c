/*
 * The front door: finds the subcommand in a table and hands it the command line.
 */
#include "cli/commands.h"
#include "cli/options.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/version.h"

struct command {
    const char *name;
    int (*function)(int argc, char **argv);
    const char *help;
};

static const struct command commands[] = {
    {"run", hanse_cli_run, "simulates every case of a scenario"},
    {"check", hanse_cli_check,
     "validates a scenario and prints every resolved value and its origin"},
    {"deny", hanse_cli_deny, "what is left when an actor stops: denial experiments"},
    {"credit", hanse_cli_credit, "what each site is worth: reliability and capacity credit"},
    {"compare", hanse_cli_compare,
     "differences between result files, ranked by size relative to noise"},
    {"report", hanse_cli_report, "one self-contained page from a result file"},
    {"plot", hanse_cli_plot, "a chart from a result file, as SVG or PNG"},
    {"catalog", hanse_cli_catalog, "the sourced tables: accelerators, regions, exports …"},
    {"study", hanse_cli_study, "runs an analyst's own Lua program: hanse.des and closed forms"},
    {"replay", hanse_cli_replay, "a trace through a scheduler, job for job"},
    {"queue", hanse_cli_queue, "closed forms: Erlang B and C, Pollaczek–Khinchine, Palm …"},
    {"predict", hanse_cli_predict, "tokens per second and step times from a device profile"},
    {"serve", hanse_cli_serve, "requests to a language model, one by one, on a device"},
    {"calibrate", hanse_cli_calibrate, "measures this machine's devices into profiles"},
    {"bench", hanse_cli_bench, "the engine's own speed"},
    {"reference", hanse_cli_reference, "every key a scenario may say, as a page"},
    {"tutorial", hanse_cli_tutorial, "writes a first scenario and walks through it"},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *file)
{
    fprintf(file, "Usage: hanse COMMAND [OPTION…] [FILE…]\n\n"
                  "Simulates and plans sovereign AI compute.\n\nCommands:\n");
    for (int i = 0; i < N_COMMANDS; i++) {
        fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fprintf(file, "\n'hanse COMMAND --help' explains one. 'hanse tutorial' is the place to "
                  "start.\n");
}

static int unknown_command(const char *name)
{
    const char *names[N_COMMANDS];
    const char *near;

    for (int i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
    }
    near = hanse__nearest(name, names, N_COMMANDS);
    if (near) {
        fprintf(stderr, "hanse: no command '%s', did you mean '%s'?\n", name, near);
    } else {
        fprintf(stderr, "hanse: no command '%s'\n", name);
    }
    fprintf(stderr, "Try 'hanse --help'.\n");
    return 2;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("hanse %s\n", HANSE_VERSION);
        return 0;
    }
    for (int i = 0; i < N_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].function(argc - 1, argv + 1);
        }
    }
    return unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
    int status;

    /* Numbers never follow the locale: "0,5" in a result would be another result. */
    setlocale(LC_NUMERIC, "C");
    status = dispatch(argc, argv);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "hanse: standard output: %s\n",
                errno ? strerror(errno) : "could not be written");
        return 3;
    }
    return status;
}
