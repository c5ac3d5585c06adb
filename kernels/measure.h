/*
 * Honest timing: what a sample is, when it counts, and what many of them say.
 *
 * A machine is shared: with neighbours behind a hypervisor, with its own services, with its
 * clock's governor. A time alone does not say whether it was the kernel's. So around each
 * sample everything is read that can tell: processor time of the thread that ran it, time that
 * threads of ours stood in the queue for a processor (schedstat), involuntary switches, stalls
 * of anybody for a processor (PSI), a clock probe (a chain of dependent
 * instructions whose length in cycles is fixed) and a reference (a triad on the same device,
 * past the caches). A sample counts only when all of them stayed within their bounds. Samples
 * that don't are kept with the reason, never used, and never replaced quietly by a number: too
 * few valid ones make the rate "contaminated".
 *
 * A *launch* is one process: addresses, pages and the luck of placement are drawn anew. Within
 * a launch the trials come in random order. Statistics: median of all valid samples, its 95 %
 * interval from order statistics, standard deviation of log rate between the launches' medians.
 *
 * Bounds separate a kernel that was disturbed from one that was not, and no more. Even an idle
 * machine has daemons: one that wakes takes a core of ours for some tens of microseconds, which
 * is one switch, and until it gets it, it counts as stalled, which is pressure. So neither of
 * these two condemns a sample by itself unless it says that somebody really competed; what a
 * switch took is in the two shares of time, which are bounded to the per cent. Clock and
 * reference are compared with the launch's own lower quartiles, not with its luckiest moment: a
 * boost that lasts for a second at the start would condemn all that follows. It is what was
 * taken at the boost that does not count: a launch has one clock.
 *
 * The clock is injected, so that all of this is tested without one.
 */
#ifndef HANSE_KERNELS_MEASURE_H
#define HANSE_KERNELS_MEASURE_H

#include "kernels/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is read around a sample; all since some beginning. */
struct hanse_reading {
    double wall_s;
    double cpu_s;      /* of this thread */
    double waited_s;   /* runnable, without a processor: all threads of this process; NaN */
    double switches;   /* involuntary, of the whole process */
    double pressure_s; /* someone waited for a processor, system-wide; NaN: not to be had */
};

struct hanse_clock {
    void (*read)(void *self, struct hanse_reading *reading);
    /* Seconds of the clock probe. */
    double (*probe)(void *self);
    void *self;
};

/* The machine's own. */
struct hanse_clock hanse_clock_real(void);

/* Bounds on a valid sample. */
struct hanse_bounds {
    double cpu_share;      /* at least: CPU ÷ wall of the thread; 0.97 */
    double waited;         /* at most: time in the queue ÷ wall; 0.03, as the share above */
    double switches_per_s; /* at most, and one in any case; 100: daemons; 0.1 ms each is 1 % */
    double probe;          /* at most: probe ÷ the launch's lower quartile, either way; 1.05 */
    double pressure;       /* at most: stall ÷ wall; 0.5: a competitor stalls all the time */
    double reference;      /* at most: reference ÷ the launch's lower quartile; 1.15 */
};
struct hanse_bounds hanse_bounds_default(void);

/* Faults that show at once; `usual_probe_s`: the launch's lower quartile so far; `blocks`: the
 * kernel waits by nature (storage, network): it gives its processor up and queues for it again
 * behind what brings its data, so that shares of time and switches say nothing. */
uint32_t hanse_sample_faults(const struct hanse_bounds *bounds,
                             const struct hanse_reading *before,
                             const struct hanse_reading *after, double probe_s,
                             double usual_probe_s, bool blocks);

/* The lower quartile of n times, of the last 4096 at most; infinite without any. */
double hanse_usual_time(const double *seconds, size_t n);

/* Marks HANSE_SAMPLE_CLOCK anew on samples of one launch, now that all of its probes (one for
 * each sample) are known. */
void hanse_mark_clocks(const struct hanse_bounds *bounds, struct hanse_sample *samples,
                       const double *probes, size_t n);

/* Marks HANSE_SAMPLE_REFERENCE anew on samples of one launch whose reference was slow. */
void hanse_mark_references(const struct hanse_bounds *bounds, struct hanse_sample *samples,
                           size_t n);

enum { HANSE_SAMPLES_LEAST = 20, HANSE_LAUNCHES_LEAST = 5 };

/* What the samples of one rate say. */
struct hanse_verdict {
    bool contaminated; /* fewer than 20 valid samples, or of fewer than 5 launches */
    int n_valid, n_launches;
    double seconds;       /* median; NaN when contaminated */
    double low_s, high_s; /* 95 %, order statistics */
    double log_sd;        /* of the median: half the interval's log width ÷ 1.96 */
    double launch_sd;     /* between launches' log medians */
};

/* `samples` are of one rate, in any order; `launch_log` gets the logarithm of each launch's
 * median (n_launches of them, NaN where it has no valid sample) and may be NULL.
 * HANSE_ERR_MEMORY. */
enum hanse_status hanse_judge(struct hanse_context *ctx, const struct hanse_sample *samples,
                              size_t n, int n_launches, struct hanse_verdict *verdict,
                              double *launch_log);

/* How one launch measures. */
struct hanse_launch_options {
    int launch;      /* its number */
    uint64_t seed;   /* of data and order */
    int samples;     /* valid ones wanted for each trial */
    double sample_s; /* a sample lasts at least this long */
    double budget_s; /* trials that don't fit are left out; 0: no limit */
    struct hanse_bounds bounds;
    struct hanse_clock clock;
};

/* What a launch reports, as it goes. */
struct hanse_launch_sink {
    /* A sample; `rate` is the trial's number. */
    void (*sample)(void *self, const struct hanse_sample *sample);
    /* Mean power during a trial. */
    void (*power)(void *self, int trial, double watt);
    /* A trial that could not run, and why. */
    void (*trouble)(void *self, int trial, const char *why);
    void *self;
};

/* Measures all trials once, in random order, in this process. Each is verified first. Trouble
 * with one trial is reported and the rest goes on. HANSE_ERR_MEMORY, or HANSE_ERR_IO when the
 * reference itself cannot run. */
enum hanse_status hanse_launch_measure(struct hanse_device *device,
                                       const struct hanse_trial_key *trials, int n_trials,
                                       const struct hanse_launch_options *options,
                                       const struct hanse_launch_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
