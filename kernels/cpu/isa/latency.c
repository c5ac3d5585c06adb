/* What costs time and no work: starting, meeting, waiting for memory; and the ring. */
#include "kernels/cpu/isa/kernels.h"

void HANSE__HERE(launch)(const struct hanse__cpu_job *job)
{
#pragma omp parallel num_threads(job->n_threads)
    {
        __asm__ volatile("" ::: "memory");
    }
}

/* Many in one region, so that the region's own start hardly counts. */
void HANSE__HERE(barrier)(const struct hanse__cpu_job *job)
{
    int threads = (int)job->trial->key.shape.extent[0];
#pragma omp parallel num_threads(threads)
    for (int i = 0; i < HANSE_BARRIERS; i++) {
#pragma omp barrier
    }
}

/* Once round a cycle, so that it ends where it began; the next turn takes another one, which no
 * cache holds yet. */
void HANSE__HERE(chase)(const struct hanse__cpu_job *job)
{
    const int64_t *next = job->trial->buffers[0].data;
    int64_t start = 8 * job->turn, at = next[start];
    while (at != start) {
        at = next[at];
    }
    *(int64_t *)job->trial->buffers[1].data = at;
}

static void add_to(float *to, const float *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        to[i] += from[i];
    }
}

/* Ranks are threads with vectors of their own (Patarasu and Yuan 2009): p − 1 steps in which
 * each rank adds its neighbour's piece to its own, p − 1 in which the sums go round. */
void HANSE__HERE(ring_allreduce)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    int64_t n = e[0], p = e[1];
    const float *in = job->trial->buffers[0].data;
    float *out = job->trial->buffers[1].data;
#pragma omp parallel num_threads((int)p)
    {
        int64_t r = omp_get_thread_num(), left = (r + p - 1) % p;
        memcpy(out + r * n, in + r * n, (size_t)n * sizeof *out);
        for (int64_t step = 0; step < 2 * (p - 1); step++) {
            int64_t piece = ((left - step) % p + p) % p;
            int64_t from = hanse__slice(n, 16, (int)piece, (int)p);
            int64_t to = hanse__slice(n, 16, (int)piece + 1, (int)p);
#pragma omp barrier
            if (step < p - 1) {
                add_to(out + r * n + from, out + left * n + from, to - from);
            } else {
                memcpy(out + r * n + from, out + left * n + from,
                       (size_t)(to - from) * sizeof *out);
            }
        }
    }
}
