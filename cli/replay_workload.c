/* Workloads of `hanse replay`. */
#include <stdio.h>
#include <string.h>

#include "cli/replay.h"

static uint32_t processors_of(const struct hanse_cli_replay *command)
{
    int64_t n = command->procs > 0 ? command->procs : command->servers;
    return n > 0 ? (uint32_t)n : 0;
}

enum hanse_status hanse_cli_workload_open(struct hanse_context *ctx,
                                          const struct hanse_cli_replay *command,
                                          bool with_hash, struct hanse_cli_workload *workload)
{
    struct hanse_trace_options options = {.processors = processors_of(command),
                                          .lenient = command->lenient,
                                          .service = command->service};
    *workload = (struct hanse_cli_workload){NULL, NULL};
    HANSE_TRY(hanse_trace_estimates(ctx, command->estimates, &options));
    if (with_hash) {
        workload->hash = hanse_hash_create(ctx);
        if (workload->hash == NULL) {
            return HANSE_ERR_MEMORY;
        }
        options.tap = (struct hanse_lines_tap){hanse_hash_add, workload->hash};
    }
    enum hanse_status status = hanse_trace_open(ctx, command->path, &options, &workload->trace);
    if (status != HANSE_OK) {
        hanse_cli_workload_close(workload);
    }
    return status;
}

void hanse_cli_workload_close(struct hanse_cli_workload *workload)
{
    hanse_trace_close(workload->trace);
    hanse_hash_destroy(workload->hash);
    *workload = (struct hanse_cli_workload){NULL, NULL};
}

struct hanse_job_source hanse_cli_workload_source(struct hanse_cli_workload *workload)
{
    return hanse_trace_source(workload->trace);
}

const char *hanse_cli_workload_estimates(const struct hanse_cli_replay *command,
                                         const struct hanse_cli_workload *workload)
{
    bool log =
        hanse_trace_kind(workload->trace) != HANSE_TRACE_REQUESTS && command->service == NULL;
    return log || strncmp(command->estimates, "factor", 6) == 0 ? command->estimates : "exact";
}

enum hanse_status hanse_cli_workload_check(struct hanse_context *ctx,
                                           const struct hanse_cli_workload *workload,
                                           uint64_t n_jobs)
{
    const struct hanse_drops *drops = hanse_trace_drops(workload->trace);
    char reasons[400] = "";
    size_t n = 0;
    if (n_jobs > 0) {
        return HANSE_OK;
    }
    for (int i = 0; i < HANSE_DROPS && n < sizeof reasons - 128; i++) {
        if (drops->count[i] > 0) {
            n += (size_t)snprintf(reasons + n, sizeof reasons - n, "%s%llu %.80s",
                                  n > 0 ? "; " : "", (unsigned long long)drops->count[i],
                                  hanse_drop_words((enum hanse_drop)i));
        }
    }
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: no job is left to replay%s%s",
                       hanse_trace_path(workload->trace), n > 0 ? ": " : "", reasons);
}
