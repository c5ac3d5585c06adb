#include "cli/power_share.h"

#include <math.h>
#include <stdbool.h>

static const double EXPONENT = 1.0 / 3.0, BASE_YEAR = 2022.0;

/* y = a + b x by least squares; false where the x are all one. */
static bool fit_line(const struct hanse_share_point *points, size_t n, double *a, double *b)
{
    double x_mean = 0.0, y_mean = 0.0, xx = 0.0, xy = 0.0;
    for (size_t i = 0; i < n; i++) {
        x_mean += (points[i].year - BASE_YEAR) / (double)n;
        y_mean += (log(points[i].share) + EXPONENT * log(points[i].density)) / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double x = points[i].year - BASE_YEAR - x_mean;
        double y = log(points[i].share) + EXPONENT * log(points[i].density) - y_mean;
        xx += x * x;
        xy += x * y;
    }
    *b = xx > 0.0 ? xy / xx : 0.0;
    *a = y_mean - *b * x_mean;
    return xx > 0.0;
}

static double of_2022(const struct hanse_share_law *law, double density, double year)
{
    return log(density) - law->gain * (year - BASE_YEAR);
}

void hanse_share_fit(const struct hanse_share_point *points, size_t n,
                     struct hanse_share_law *law)
{
    double a, b, squares = 0.0;
    *law = (struct hanse_share_law){0};
    if (n < 3 || !fit_line(points, n, &a, &b)) {
        return;
    }
    law->log_constant = a;
    law->gain = b / EXPONENT;
    law->least = INFINITY;
    law->most = -INFINITY;
    law->n = (int)n;
    for (size_t i = 0; i < n; i++) {
        double x = of_2022(law, points[i].density, points[i].year);
        double left = log(points[i].share) - (a - EXPONENT * x);
        law->least = fmin(law->least, x);
        law->most = fmax(law->most, x);
        squares += left * left / (double)(n - 2);
    }
    law->log_sd = sqrt(squares);
}

double hanse_share_at(const struct hanse_share_law *law, double density, double year)
{
    double x = fmin(fmax(of_2022(law, density, year), law->least), law->most);
    return exp(law->log_constant - EXPONENT * x);
}
