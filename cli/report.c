/* hanse report: one self-contained page from a result file. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/paths.h"

#include <stdio.h>
#include <stdlib.h>

#include "output/report.h"

static enum hanse_status write_report(struct hanse_context *ctx, const char *input,
                                      const char *output)
{
    struct hanse_results *results = NULL;
    enum hanse_status status = hanse_results_open(ctx, input, &results);

    if (status == HANSE_OK) {
        status = hanse_report_write(ctx, results, output);
    }
    hanse_results_close(results);
    return status;
}

int hanse_cli_report(int argc, char **argv)
{
    const char *output = NULL;
    const struct hanse_cli_option options[] = {
        {"output", 'o', HANSE_CLI_TEXT, &output, "OUT.html", "where to write the page"},
    };
    const struct hanse_cli_usage usage = {
        .name = "report",
        .operands = "OUT.h5",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Writes one self-contained HTML page that answers the scenario's question.",
        .example = "hanse report baltic-supply-stop.h5 -o page.html",
        .options = options,
        .n_options = sizeof options / sizeof options[0],
    };
    struct hanse_cli_args args;
    struct hanse_context *ctx;
    char *beside = NULL;
    int exit_status;
    enum hanse_status status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    ctx = hanse_cli_context(&args);
    if (!output) {
        output = beside = hanse_cli_path_beside(args.operands[0], ".html");
    }
    status = output ? write_report(ctx, args.operands[0], output) : HANSE_ERR_MEMORY;
    exit_status = status == HANSE_OK ? 0 : hanse_cli_failure(ctx, status);
    if (status == HANSE_OK) {
        hanse_cli_print_path(&args, "report", output);
    }
    free(beside);
    hanse_context_destroy(ctx);
    return exit_status;
}
