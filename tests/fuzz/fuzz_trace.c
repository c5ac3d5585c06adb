/*
 * Traces that nobody wrote on purpose, for libFuzzer. Whatever the bytes, the readers must end
 * with a status and, if it is no success, a message; what they hand out must keep the contract
 * of jobs. The file's first byte says whether it is read as a log or a table, leniently or not.
 *
 *     cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DHANSE_TESTS=ON \
 *         -DHANSE_FUZZ=ON -DHANSE_SANITIZE=address,undefined,fuzzer-no-link
 *     ninja -C build/fuzz fuzz_trace
 *     build/fuzz/tests/fuzz_trace -max_total_time=60 CORPUS scenarios/traces tests/cli/good
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scripting/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct hanse_job *job, double before_s)
{
    if (!(job->submit_s >= before_s) || !(job->runtime_s > 0.0) ||
        !(job->runtime_s <= job->estimate_s) || !isfinite(job->estimate_s) || job->width < 1 ||
        job->width > 64) {
        abort();
    }
}

static enum hanse_status read_all(struct hanse_context *ctx, const char *path,
                                  const struct hanse_trace_options *options)
{
    struct hanse_trace *trace;
    struct hanse_job jobs[16];
    uint32_t count = 1;
    double before_s = 0.0;
    HANSE_TRY(hanse_trace_open(ctx, path, options, &trace));
    struct hanse_job_source source = hanse_trace_source(trace);
    enum hanse_status status = HANSE_OK;
    while (status == HANSE_OK && count > 0) {
        status = source.next(source.state, ctx, jobs, 16, &count);
        for (uint32_t i = 0; status == HANSE_OK && i < count; i++) {
            check(&jobs[i], before_s);
            before_s = jobs[i].submit_s;
        }
    }
    hanse_trace_close(trace);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[] = "/tmp/hanse-fuzz-XXXXXX";
    static int file = -1;
    if (file < 0 && (file = mkstemp(path)) < 0) {
        abort();
    }
    uint8_t flags = size > 0 ? data[0] : 0;
    size_t skip = size > 0;
    if (ftruncate(file, 0) != 0 ||
        pwrite(file, data + skip, size - skip, 0) != (ssize_t)(size - skip)) {
        abort();
    }
    struct hanse_context *ctx = hanse_context_create();
    const struct hanse_trace_options options = {
        .factor = 1.0,
        .processors = 64,
        .estimates = flags & 4 ? HANSE_ESTIMATES_EXACT : HANSE_ESTIMATES_USER,
        .lenient = (flags & 1) != 0,
        .service = flags & 2 ? "1 + prompt^2 / generated" : NULL};
    if (read_all(ctx, path, &options) != HANSE_OK && hanse_context_message(ctx)[0] == '\0') {
        abort();
    }
    hanse_context_destroy(ctx);
    return 0;
}
