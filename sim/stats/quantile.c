#include "sim/stats/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sim/stats/distribution.h"

/* NaN counts as larger than everything; that makes the order total. */
static bool goes_before(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

static void sift_down(double *heap, size_t n, size_t at)
{
    double value = heap[at];
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && goes_before(heap[child], heap[child + 1]) ? 1 : 0;
        if (!goes_before(value, heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = value;
}

/* Heapsort: no memory and no bad input, which qsort() of the C library promises neither. */
void hanse_sort(double *values, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) {
        sift_down(values, n, i);
    }
    for (size_t i = n; i-- > 1;) {
        double largest = values[0];
        values[0] = values[i];
        values[i] = largest;
        sift_down(values, i, 0);
    }
}

double hanse_quantile_sorted(const double *sorted, size_t n, double p)
{
    if (n == 0 || !(p >= 0.0 && p <= 1.0) || isnan(sorted[n - 1])) {
        return NAN;
    }
    double h = (double)(n - 1) * p;
    size_t i = (size_t)h;
    double part = h - (double)i;
    if (i + 1 >= n || part == 0.0 || sorted[i] == sorted[i + 1]) {
        return sorted[i < n ? i : n - 1]; /* also keeps infinities from making NaN */
    }
    return sorted[i] + part * (sorted[i + 1] - sorted[i]);
}

enum hanse_status hanse_quantiles(struct hanse_context *ctx, const double *values, size_t n,
                                  const double *p, size_t n_p, double *out)
{
    if (n == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "quantile: needs an observation, got none");
    }
    for (size_t i = 0; i < n_p; i++) {
        if (!(p[i] >= 0.0 && p[i] <= 1.0)) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "quantile: probability must be in [0, 1], got %g", p[i]);
        }
    }
    double *sorted = hanse__alloc(ctx, n, sizeof *sorted);
    if (!sorted) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(sorted, values, n * sizeof *sorted);
    hanse_sort(sorted, n);
    for (size_t i = 0; i < n_p; i++) {
        out[i] = hanse_quantile_sorted(sorted, n, p[i]);
    }
    hanse__free(sorted);
    return HANSE_OK;
}

/* The largest rank l in 0 .. n with P(Binomial(n, p) <= l - 1) <= tail: x(l) lies above the
 * quantile only if fewer than l observations are at or below it. */
static uint64_t low_rank(uint64_t n, double p, double tail)
{
    uint64_t yes = 0, no = n + 1;
    while (no - yes > 1) {
        uint64_t middle = yes + (no - yes) / 2;
        bool holds = hanse_binomial_at_most((int64_t)middle - 1, (int64_t)n, p) <= tail;
        *(holds ? &yes : &no) = middle;
    }
    return yes;
}

struct hanse_quantile_interval hanse_quantile_interval(const double *sorted, size_t n, double p,
                                                       double confidence)
{
    struct hanse_quantile_interval out = {NAN, NAN, NAN, NAN, 0, 0};
    bool usable = n > 0 && p > 0.0 && p < 1.0 && confidence > 0.0 && confidence < 1.0;
    if (!usable || isnan(sorted[n - 1])) {
        return out;
    }
    double tail = 0.5 * (1.0 - confidence);
    out.quantile = hanse_quantile_sorted(sorted, n, p);
    out.low_rank = low_rank(n, p, tail);
    /* From above it is the same question about the complement, counted from the other end. */
    out.high_rank = n + 1 - low_rank(n, 1.0 - p, tail);
    out.low = out.low_rank > 0 ? sorted[out.low_rank - 1] : -INFINITY;
    out.high = out.high_rank <= n ? sorted[out.high_rank - 1] : INFINITY;
    out.confidence = 1.0 - hanse_binomial_at_most((int64_t)out.low_rank - 1, (int64_t)n, p) -
                     hanse_binomial_at_least((int64_t)out.high_rank, (int64_t)n, p);
    return out;
}
