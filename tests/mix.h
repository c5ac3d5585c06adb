/*
 * Small random workloads full of ties: times are small multiples of 1/4, many jobs come at
 * once, many are as wide as the machine, many estimates are exact. Sums of such times are
 * exact, so a comparison can ask for equality.
 */
#ifndef HANSE_TESTS_MIX_H
#define HANSE_TESTS_MIX_H

#include "sim/engine/stream.h"
#include "tests/workload.h"

struct mix {
    int n, processors;
    double gap, longest; /* mean gap and longest runtime, in quarters */
    double exact;        /* part of the estimates that are exact */
    double full;         /* part of the jobs as wide as the machine */
    int whole;           /* times are whole quarters; otherwise any number */
};

static inline double mix_uniform(struct hanse_stream *stream, double most)
{
    return hanse_stream_uniform(stream) * most;
}

static inline double mix_length(struct hanse_stream *stream, const struct mix *mix, double most)
{
    double x = mix_uniform(stream, most);
    return mix->whole ? (1.0 + floor(x)) / 4.0 : 0.01 + x / 4.0;
}

static inline void mix_workload(struct hanse_stream *stream, const struct mix *mix,
                                struct workload *w)
{
    double now_s = 0.0;
    w->n = 0;
    for (int k = 0; k < mix->n; k++) {
        if (mix_uniform(stream, 1.0) < 0.6) {
            now_s += mix->whole ? floor(mix_uniform(stream, 2.0 * mix->gap + 1.0)) / 4.0
                                : mix_uniform(stream, mix->gap / 2.0);
        }
        struct hanse_job job = {.submit_s = now_s, .number = k};
        job.runtime_s =
            mix_length(stream, mix, mix_uniform(stream, 1.0) < 0.5 ? 3.0 : mix->longest);
        job.estimate_s = job.runtime_s;
        if (mix_uniform(stream, 1.0) >= mix->exact) {
            job.estimate_s += mix_length(stream, mix, mix->longest);
        }
        int narrow =
            mix_uniform(stream, 1.0) < 0.3 ? 1 : (int)mix_uniform(stream, mix->processors) + 1;
        job.width = (uint32_t)(mix_uniform(stream, 1.0) < mix->full ? mix->processors : narrow);
        job.user = (int32_t)mix_uniform(stream, 4.0);
        workload_add(w, &job);
    }
}

static inline struct mix mix_draw(struct hanse_stream *stream, int n, int processors_most)
{
    return (struct mix){.n = 1 + (int)mix_uniform(stream, n),
                        .processors = 1 + (int)mix_uniform(stream, processors_most),
                        .gap = mix_uniform(stream, 6.0),
                        .longest = 1.0 + mix_uniform(stream, 20.0),
                        .exact = mix_uniform(stream, 1.4),
                        .full = mix_uniform(stream, 0.3),
                        .whole = mix_uniform(stream, 1.0) < 0.8};
}

#endif
