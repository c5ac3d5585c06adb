/*
 * Ranks: one study over several processes, on one machine or on many, through Open MPI.
 *
 * Every rank loads and freezes the scenario by itself; that is cheaper and safer than sending
 * it. Rank 0 alone has a sink. It hands out turns as others ask for them, each asking one task
 * ahead, and takes their records, which are plain data. A record depends on (scenario, seed,
 * replication, central) alone and the results are built in the order of tasks, so the number of
 * ranks cannot show in them. That holds only while all ranks are one program on one class of
 * processor with one scenario; hanse_ranks_agree sees to it.
 *
 * Whichever rank is told to stop, all finish their tasks at hand. A rank that dies takes the
 * job with it, as Open MPI has it; what rank 0 had received is in the journal.
 *
 * Without MPI in the build, or when nothing started several ranks, there is one.
 */
#ifndef HANSE_SIM_STUDY_RANKS_H
#define HANSE_SIM_STUDY_RANKS_H

#include "sim/study/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts MPI where mpirun or srun started this program as one of several; once, by the thread
 * that makes all later calls. HANSE_ERR_INPUT: this build has no MPI and several were started;
 * HANSE_ERR_IO: MPI did not start. */
HANSE_API enum hanse_status hanse_ranks_start(struct hanse_context *ctx);
HANSE_API int hanse_ranks_own(void);   /* this process's rank, from 0 */
HANSE_API int hanse_ranks_count(void); /* 1 when alone */

/* What has to be the same on all ranks. */
struct hanse_ranks_identity {
    const char *program_version, *processor_class;
    unsigned char fingerprint[32]; /* of the study */
};

/* Called by all ranks together. `own` is how this rank's preparations ended, with its sentence
 * on the context. HANSE_OK when all are well and alike; otherwise every rank gets a failure,
 * and rank 0's context holds the first rank's sentence with its rank and host, or says in what
 * a rank differs from rank 0 (HANSE_ERR_INPUT). `identity` may be NULL when `own` is bad. */
HANSE_API enum hanse_status hanse_ranks_agree(struct hanse_context *ctx, enum hanse_status own,
                                              const struct hanse_ranks_identity *identity);

/* Rank 0: hanse_study_run with the help of all others, who serve; as often as wanted, with
 * n_replications as it is then. threads 0: this rank's share of its machine's processors.
 * hanse_ranks_dismiss after the last time, however it ended. */
HANSE_API enum hanse_status hanse_ranks_run(struct hanse_context *ctx,
                                            const struct hanse_study *study,
                                            const struct hanse_sink *sink,
                                            const struct hanse_run_options *options,
                                            struct hanse_run_report *report);
HANSE_API void hanse_ranks_dismiss(void);
/* The other ranks: helps until dismissed. Of `options` threads and stop count. What fails here
 * is told to rank 0 and ends its run. */
HANSE_API enum hanse_status hanse_ranks_serve(struct hanse_context *ctx,
                                              const struct hanse_study *study,
                                              const struct hanse_run_options *options);

/* Waits, asleep, until all ranks are here; ends MPI where it was started. */
HANSE_API void hanse_ranks_end(void);

#ifdef __cplusplus
}
#endif
#endif
