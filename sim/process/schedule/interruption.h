/*
 * Interruptions: nodes fail, jobs lose what they had not saved, and go again.
 *
 * Each node fails by itself, after an exponential or Weibull time with mean `mtbf_s`, stays
 * away for `repair_s` and comes back as new. What runs on it is stopped, keeps the work of its
 * last checkpoint, and waits again for room of its full width.
 *
 * A job of work W that saves every tau, at a cost of delta, occupies its room for
 *
 *     R + W + delta (ceil(W / tau) - 1)            (R only when it goes again; none is saved at
 *                                                   the very end)
 *
 * and, stopped after t > R, keeps tau floor((t - R) / (tau + delta)). With exponential failures
 * of mean M = mtbf / nodes of the job, the expected time of a piece s = tau + delta (the last
 * one s = what is left) until it is through is M exp(R / M) (exp(s / M) - 1), since a failure
 * costs a restart, which may fail too (Daly 2006, section 3). So for equal pieces
 *
 *     T = M exp(R / M) (exp((tau + delta) / M) - 1) W / tau
 *
 * Which tau is best is told by
 *
 *     young   tau = sqrt(2 delta M)                                    (Young 1974)
 *     daly    tau = sqrt(2 delta M) (1 + sqrt(delta / 2M) / 3 + delta / 18M) - delta
 *             for delta < 2M, else M                                   (Daly 2006, equation 37)
 *
 * Goodput is work done for good / (processors x time); the effective time ratio is work done
 * for good / time that jobs occupied their room; mean time to interrupt is the jobs' time on
 * the machine / the number of times that a failure stopped one.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_INTERRUPTION_H
#define HANSE_SIM_PROCESS_SCHEDULE_INTERRUPTION_H

#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_checkpoint {
    HANSE_CHECKPOINT_NONE,  /* nothing is saved */
    HANSE_CHECKPOINT_EVERY, /* each interval_s of work */
    HANSE_CHECKPOINT_YOUNG,
    HANSE_CHECKPOINT_DALY,
};

enum hanse_requeue {
    HANSE_REQUEUE_FRONT, /* at its place by submission: before all that came later */
    HANSE_REQUEUE_BACK,  /* as if submitted now */
    HANSE_REQUEUE_NEVER, /* it is lost */
};

struct hanse_interruptions {
    double mtbf_s;            /* of a node, > 0; +infinity: none fails */
    double shape;             /* Weibull; 0 means 1, exponential */
    double repair_s;          /* >= 0 */
    uint32_t node_processors; /* of a count machine or machine set; 0 means 1 */
    enum hanse_requeue requeue;
    enum hanse_checkpoint checkpoint;
    double interval_s;   /* of EVERY */
    double checkpoint_s; /* delta: cost of one */
    double restart_s;    /* R */
    /* A stay on the machine that reaches the estimate is over, and so is the job, unfinished.
     * Otherwise the estimate grows by what checkpoints and restarts take. */
    bool walltime_kill;
    uint32_t attempts; /* a job that was stopped so often is lost; 0: never */
    uint64_t seed;
    uint32_t replication;
};

struct hanse_interruption_report {
    uint64_t failures;    /* of nodes */
    uint64_t interrupted; /* times a failure stopped a job */
    uint64_t killed;      /* jobs ended by their walltime */
    uint64_t lost;        /* jobs given up */
    double useful_s;      /* processor-seconds: work of jobs that finished */
    double occupied_s;    /* processor-seconds held by jobs */
    double checkpoint_s, restart_s, wasted_s; /* parts of occupied_s; wasted: work done twice or
                                               * for nothing */
    double stay_s;                            /* job-seconds on the machine */
    double goodput;                           /* NaN without time */
    double effective_time_ratio;              /* NaN without jobs */
    double mtti_s;                            /* +infinity when nothing was interrupted */
};

/* tau for a job on `nodes` nodes; +infinity: never. */
HANSE_API double hanse_checkpoint_interval_s(const struct hanse_interruptions *rules,
                                             uint32_t nodes);

/* The expected time on a machine that fails every mean_s, for the model above to the letter:
 * the last piece is not saved. interval_s may be +infinity. */
HANSE_API double hanse_expected_time_s(double work_s, double interval_s, double checkpoint_s,
                                       double restart_s, double mean_s);

#ifdef __cplusplus
}
#endif
#endif
