#include "sim/process/schedule/job.h"

#include <string.h>

static enum hanse_status next_of_array(void *state, struct hanse_context *ctx,
                                       struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    struct hanse_job_array *array = (struct hanse_job_array *)state;
    (void)ctx;
    uint64_t left = array->n - array->at;
    *count = left < room ? (uint32_t)left : room;
    if (*count > 0) {
        memcpy(jobs, array->jobs + array->at, *count * sizeof *jobs);
    }
    array->at += *count;
    return HANSE_OK;
}

struct hanse_job_source hanse_job_array_source(struct hanse_job_array *array)
{
    return (struct hanse_job_source){array, next_of_array};
}
