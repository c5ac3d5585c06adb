#include "sim/stats/distance.h"

#include <math.h>
#include <stdbool.h>

/* F just below x. */
static double below(const struct hanse_variate *law, double x)
{
    bool jumps = law->kind == HANSE_VARIATE_CONSTANT || law->kind == HANSE_VARIATE_EMPIRICAL;
    return hanse_variate_at_most(law, jumps ? nextafter(x, -INFINITY) : x);
}

double hanse_distance_to_law(const double *sorted, size_t n, const struct hanse_variate *law)
{
    double most = n > 0 ? 0.0 : NAN;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && sorted[end] == sorted[i]) {
            end++;
        }
        double under = fabs(below(law, sorted[i]) - (double)i / (double)n);
        double over = fabs(hanse_variate_at_most(law, sorted[i]) - (double)end / (double)n);
        most = fmax(most, fmax(under, over));
        i = end;
    }
    return most;
}

double hanse_distance_between(const double *a, size_t n, const double *b, size_t m)
{
    double most = n > 0 && m > 0 ? 0.0 : NAN;
    size_t i = 0, j = 0;
    while (i < n && j < m) {
        double x = fmin(a[i], b[j]);
        while (i < n && a[i] <= x) {
            i++;
        }
        while (j < m && b[j] <= x) {
            j++;
        }
        most = fmax(most, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return most;
}

double hanse_distance_p(double distance, double n)
{
    double root = sqrt(n), k = (root + 0.12 + 0.11 / root) * distance;
    if (!(n > 0.0) || !(distance >= 0.0)) {
        return NAN;
    }
    if (k < 0.2) {
        return 1.0; /* to 1e-12; the series would need hundreds of terms */
    }
    double sum = 0.0, sign = 1.0;
    for (int j = 1; j <= 100; j++) {
        sum += sign * exp(-2.0 * j * j * k * k);
        sign = -sign;
    }
    return fmin(1.0, fmax(0.0, 2.0 * sum));
}
