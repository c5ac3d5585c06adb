/* `hanse study`: runs an analyst's own program. */
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "scripting/analyst.h"

/* Where the script's name stands; what follows is the script's own. */
static int script_at(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            return i + 1;
        }
        if (strcmp(argv[i], "--format") == 0) {
            i++;
        } else if (argv[i][0] != '-') {
            return i;
        }
    }
    return argc;
}

int hanse_cli_study(int argc, char **argv)
{
    const struct hanse_cli_usage usage = {
        .name = "study",
        .operands = "STUDY.lua [ARGUMENT…]",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Runs an analyst's own Lua program, with hanse, hanse.des (processes, "
                   "resources,\nstores) and hanse.queue (closed forms) at hand. What follows "
                   "the script is its own.\ndocs/des.md is the tutorial.",
        .example = "hanse study scenarios/des/mm1.lua"};
    struct hanse_cli_args args;
    int exit_status;
    int at = script_at(argc, argv);
    int own = at < argc ? at + 1 : argc;
    if (!hanse_cli_parse(&usage, own, argv, &args, &exit_status)) {
        return exit_status;
    }
    struct hanse_context *ctx = hanse_cli_context(&args);
    const struct hanse_analyst analyst = {.path = args.operands[0],
                                          .arguments = argv + own,
                                          .n_arguments = argc - own,
                                          .traceback = args.verbose};
    enum hanse_status status = hanse_analyst_run(ctx, &analyst);
    exit_status = hanse_cli_failure(ctx, status);
    hanse_context_destroy(ctx);
    return exit_status;
}
