/*
 * Replays in a file: what became of each job, and of all of them.
 *
 *   attributes  trace, policy (with its parameters), estimates, service, processors, …
 *   /jobs       a row per job in the order of submission: number (the log's), submit, start,
 *               end, wait, runtime, estimate, width, user; and machine_bits where the
 *               machine's processors are told apart
 *   /series     queue_length, processors_busy, utilization: averages over bins of equal width
 *   /summary    a dataset per figure (sim/study/contest.h) along the axis policy
 *   /dropped    jobs and lines left out, by reason
 *   /provenance the command, the program, the processor class, SHA-256 of the trace as it lies
 *               on disk
 *
 * Of several policies on one workload there is one file: start, end and wait of a job, its
 * machine_bits and the series have an axis policy more. Bins are then those of the policy that
 * took longest: they double in width as time goes on, so others' are joined in pairs.
 *
 * Jobs end in an order of their own, and a file of any length is written while it is replayed.
 * So rows are kept by chunks of HANSE_REPLAY_CHUNK: a chunk is written when the last of its
 * jobs has ended. Chunks that are open are those with a job still alive, and no others.
 */
#ifndef HANSE_OUTPUT_REPLAY_H
#define HANSE_OUTPUT_REPLAY_H

#include <stdio.h>

#include "output/text.h"
#include "sim/study/contest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_REPLAY_CHUNK = 8192 };

/* What a file says about its making. Texts stay the caller's. */
struct hanse_replay_about {
    const char *trace;     /* as the command named it, or what a synthetic one is called */
    const char *sha256;    /* in hexadecimal; "" when nothing was read */
    const char *estimates; /* "user" */
    const char *service;   /* of requests; "" for a log */
    const char *computer;  /* the log's; "" */
    const char *command;   /* without -o and --threads */
    int64_t unix_start_s;  /* of the log's time 0; 0 unknown */
    uint64_t n_lines;      /* that held a job */
    uint32_t processors;
    const char *const *reasons; /* n_reasons names, words and counts of what was left out */
    const char *const *reason_words;
    const int64_t *dropped;
    size_t n_reasons;
};

/* --- writing ------------------------------------------------------------------------------ */

struct hanse_replay_writer;

/* What is to be written. Texts stay the caller's until the writer is destroyed. */
struct hanse_replay_target {
    const char *path;            /* written beside until it is whole */
    const char *trace;           /* as above */
    const char *const *policies; /* n_policies >= 1, "priority:half_life=604800" */
    uint32_t n_policies;
    uint32_t machines; /* of a machine whose processors are told apart; 0 otherwise */
    bool force;
};

/* HANSE_ERR_INPUT: PATH is there and is not a replay of a trace of that name, and `force` is
 * not set. */
enum hanse_status hanse_replay_writer_create(struct hanse_context *ctx,
                                             const struct hanse_replay_target *target,
                                             struct hanse_replay_writer **result);
/* An unfinished file is removed. */
void hanse_replay_writer_destroy(struct hanse_replay_writer *writer);
/* For hanse_replay_run, once for each policy in the order given. All replay the same jobs. */
struct hanse_finished_sink hanse_replay_writer_sink(struct hanse_replay_writer *writer);

/* What came out under one policy. */
struct hanse_replay_result {
    const struct hanse_aggregates *aggregates;
    const struct hanse_metrics_bin *bins;
    uint32_t n_bins;
};
/* Copies the bins of metrics, which the caller frees (hanse__free). */
enum hanse_status hanse_replay_bins(struct hanse_context *ctx,
                                    const struct hanse_metrics *metrics,
                                    struct hanse_metrics_bin **bins, uint32_t *n);
/* Writes all but the jobs and puts the file in its place; a result for each policy. */
enum hanse_status hanse_replay_writer_finish(struct hanse_replay_writer *writer,
                                             struct hanse_context *ctx,
                                             const struct hanse_replay_about *about,
                                             const struct hanse_replay_result *results);

/* --- reading ------------------------------------------------------------------------------ */

struct hanse_replay_file;

/* HANSE_ERR_IO, HANSE_ERR_INPUT: unreadable; not HDF5, or no replay. */
enum hanse_status hanse_replay_file_open(struct hanse_context *ctx, const char *path,
                                         struct hanse_replay_file **result);
void hanse_replay_file_close(struct hanse_replay_file *file);
/* Is there a replay at PATH? Says nothing when there is none. */
bool hanse_replay_file_is(const char *path);

const char *hanse_replay_file_path(const struct hanse_replay_file *file);
uint64_t hanse_replay_file_n_jobs(const struct hanse_replay_file *file);
uint64_t hanse_replay_file_n_bins(const struct hanse_replay_file *file);
/* A text attribute; "" when there is none. Until the file is closed. */
const char *hanse_replay_file_text(const struct hanse_replay_file *file, const char *name);
double hanse_replay_file_number(const struct hanse_replay_file *file, const char *name);
/* 64-bit words of machine_bits a job has; 0: there are none. */
uint32_t hanse_replay_file_words(const struct hanse_replay_file *file);

/* The policies of a file, >= 1, and which of them columns and bits are read of from now on;
 * at first that is policy 0. */
uint32_t hanse_replay_file_n_policies(const struct hanse_replay_file *file);
const char *hanse_replay_file_policy(const struct hanse_replay_file *file, uint32_t policy);
void hanse_replay_file_choose(struct hanse_replay_file *file, uint32_t policy);

/* Rows first … first + n - 1 of a column, "/jobs/wait", "/series/time". */
enum hanse_status hanse_replay_file_column(struct hanse_replay_file *file, const char *path,
                                           uint64_t first, uint64_t n, double *values);
/* The same of machine_bits, n × words. */
enum hanse_status hanse_replay_file_bits(struct hanse_replay_file *file, uint64_t first,
                                         uint64_t n, uint64_t *bits);

/* A row per job as comma-separated text, header first; of several policies one behind the
 * other, with their name in front. */
enum hanse_status hanse_replay_csv(struct hanse_context *ctx, struct hanse_replay_file *file,
                                   FILE *out);

/* --- drawing ------------------------------------------------------------------------------ */

enum hanse_replay_chart {
    HANSE_REPLAY_WAITS,       /* share of jobs that wait longer than t */
    HANSE_REPLAY_QUEUE,       /* jobs waiting over time */
    HANSE_REPLAY_UTILIZATION, /* processors busy over time */
    HANSE_REPLAY_GANTT,       /* jobs as boxes, time by processors */
    HANSE_REPLAY_CHARTS,
};
/* "waits", "queue", "utilization", "gantt". */
const char *hanse_replay_chart_name(enum hanse_replay_chart chart);

struct hanse_replay_plot {
    enum hanse_replay_chart chart;
    double from_s, to_s; /* the window, of what is over time; NaN: its own choice */
    const char *path;    /* ends in .svg or .png */
    /* Policies to draw, by name; n_policies 0: all. A gantt chart takes one. */
    const char *const *policies;
    size_t n_policies;
};
enum hanse_status hanse_replay_plot_write(struct hanse_context *ctx,
                                          struct hanse_replay_file *file,
                                          const struct hanse_replay_plot *plot);

#ifdef __cplusplus
}
#endif
#endif
