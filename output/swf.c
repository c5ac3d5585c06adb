#include "output/swf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 256 };

static void put_time(FILE *file, double time_s)
{
    if (time_s == floor(time_s) && fabs(time_s) < 1e15) {
        fprintf(file, " %lld", (long long)time_s);
    } else {
        fprintf(file, " %.17g", time_s);
    }
}

static void put_job(FILE *file, const struct hanse_job *job)
{
    fprintf(file, "%lld", (long long)job->number);
    put_time(file, job->submit_s);
    fprintf(file, " -1");
    put_time(file, job->runtime_s);
    fprintf(file, " %u -1 -1 %u", job->width, job->width);
    put_time(file, job->estimate_s);
    fprintf(file, " -1 1 %d %d -1 %d %d -1 -1\n", job->user, job->group, job->queue,
            job->partition);
}

static enum hanse_status put_all(struct hanse_context *ctx, FILE *file,
                                 struct hanse_job_source *source, uint64_t *n)
{
    struct hanse_job jobs[BATCH];
    uint32_t count;
    do {
        HANSE_TRY(source->next(source->state, ctx, jobs, BATCH, &count));
        for (uint32_t i = 0; i < count; i++) {
            put_job(file, &jobs[i]);
        }
        *n += count;
    } while (count > 0);
    return HANSE_OK;
}

enum hanse_status hanse_swf_write(struct hanse_context *ctx, const char *path, bool force,
                                  uint32_t processors, const char *note,
                                  struct hanse_job_source *source, uint64_t *n)
{
    *n = 0;
    if (!force && access(path, F_OK) == 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: exists; --force replaces it", path);
    }
    size_t bytes = strlen(path) + sizeof ".part";
    char *part = hanse__alloc(ctx, bytes, 1);
    if (part == NULL) {
        return HANSE_ERR_MEMORY;
    }
    snprintf(part, bytes, "%s.part", path);
    enum hanse_status status = HANSE_OK;
    FILE *file = fopen(part, "w");
    if (file == NULL) {
        status = hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %m", part);
    } else {
        fprintf(file, "; Version: 2.2\n; MaxProcs: %u\n; MaxNodes: %u\n; Note: %s\n",
                processors, processors, note);
        status = put_all(ctx, file, source, n);
        bool failed = ferror(file) != 0;
        if ((fclose(file) != 0 || failed) && status == HANSE_OK) {
            status = hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %m", part);
        }
        if (status == HANSE_OK && rename(part, path) != 0) {
            status = hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %m", path);
        }
        if (status != HANSE_OK) {
            unlink(part);
        }
    }
    hanse__free(part);
    return status;
}
