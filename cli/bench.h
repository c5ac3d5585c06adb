/*
 * The parts of `hanse bench`: each measures one thing and hands rows to the reporter.
 *
 * A figure is the median of the repetitions, with the lowest and highest beside it. Repetitions
 * of things that are compared are interleaved and compared pair by pair: on a shared machine
 * absolute times move by a factor, the ratio within a pair by a few per cent.
 */
#ifndef HANSE_CLI_BENCH_H
#define HANSE_CLI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

enum { HANSE_BENCH_MOST = 99, HANSE_BENCH_HOURS = 168 };

struct hanse_bench {
    struct hanse_context *ctx;
    int repetitions; /* 1 … HANSE_BENCH_MOST */
    int64_t pending; /* calendar: only this size; 0 all */
    bool quick;      /* smaller cases, for a look */
    bool json;
    bool quiet;
    bool begun; /* a row was printed */
    bool wrong; /* a simulated figure missed its exact value */
};

/* One figure from its repetitions: `samples` holds bench->repetitions values and is sorted.
 * `n` is the size of the case. */
void hanse_bench_row(struct hanse_bench *bench, const char *name, uint64_t n, const char *unit,
                     double *samples);

/* Says on stderr that a simulated figure is wrong; its speed must then not be printed. */
void hanse_bench_wrong(struct hanse_bench *bench, const char *name, const char *what,
                       double exact, double got, double half_width);

/* Seconds of processor time this thread has had: unlike the wall clock it leaves out the time
 * when others had the core. Their share of caches and of a core's units it can't leave out. */
double hanse_bench_clock(void);

/* The event list alone: the hold model, ladder against heap. */
enum hanse_status hanse_bench_calendar(struct hanse_bench *bench);
/* One measurement of the bare list: nanoseconds per take and push at n pending, the random
 * number included. */
enum hanse_status hanse_bench_bare(struct hanse_bench *bench, uint32_t n, double *ns);
/* Models with exact answers, which are checked first. */
enum hanse_status hanse_bench_mm1(struct hanse_bench *bench);
enum hanse_status hanse_bench_jackson(struct hanse_bench *bench);
enum hanse_status hanse_bench_phold(struct hanse_bench *bench);
/* Models in Lua on hanse.des, checked likewise. */
enum hanse_status hanse_bench_lua(struct hanse_bench *bench);
/* Threads beside as many processes. */
enum hanse_status hanse_bench_ensemble(struct hanse_bench *bench);
/* Our kernels beside libraries, theory and PoCL, as ratios. */
enum hanse_status hanse_bench_kernels(struct hanse_bench *bench);
/* Hourly years of synthetic nations. */
enum hanse_status hanse_bench_nation(struct hanse_bench *bench);
/* Requests through a serving engine. */
enum hanse_status hanse_bench_serving(struct hanse_bench *bench);
/* The variates' cost. */
enum hanse_status hanse_bench_streams(struct hanse_bench *bench);
/* Logs of batch jobs under each policy, by load and by length. */
enum hanse_status hanse_bench_replay(struct hanse_bench *bench);

#endif
