/* Ranks in a build without MPI: there is one. */
#include "sim/study/ranks.h"

#ifndef HANSE_MPI

#include <stdlib.h>

/* Open MPI's mpirun tells its processes how many they are. That many runs of their own would
 * all write one file. */
enum hanse_status hanse_ranks_start(struct hanse_context *ctx)
{
    const char *size = getenv("OMPI_COMM_WORLD_SIZE");
    if (size != NULL && strtol(size, NULL, 10) > 1) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "started as %s ranks, and this build has no MPI: build it with "
                           "cmake --preset mpi",
                           size);
    }
    return HANSE_OK;
}

int hanse_ranks_own(void)
{
    return 0;
}

int hanse_ranks_count(void)
{
    return 1;
}

enum hanse_status hanse_ranks_agree(struct hanse_context *ctx, enum hanse_status own,
                                    const struct hanse_ranks_identity *identity)
{
    return own;
}

enum hanse_status hanse_ranks_run(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_sink *sink,
                                  const struct hanse_run_options *options,
                                  struct hanse_run_report *report)
{
    return hanse_study_run(ctx, study, sink, options, report);
}

void hanse_ranks_dismiss(void)
{
}

/* Nobody calls a process that is alone. */
enum hanse_status hanse_ranks_serve(struct hanse_context *ctx, const struct hanse_study *study,
                                    const struct hanse_run_options *options)
{
    return HANSE_OK;
}

void hanse_ranks_end(void)
{
}

#endif
