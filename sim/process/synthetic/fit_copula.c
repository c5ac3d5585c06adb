/* How strongly width and runtime must be tied for the work to be right. */
#include <math.h>

#include "sim/process/synthetic/fit_inside.h"
#include "sim/stats/distribution.h"

/* Standard deviations to either side, and steps of the runtime's normal place over them. */
enum { REACH = 6, GRID = 600 };

struct grid {
    double density[GRID], runtime[GRID], z[GRID];
    double mean;
};

static void fill_grid(const struct hanse_variate *law, struct grid *grid)
{
    double whole = 0.0;
    grid->mean = 0.0;
    for (int i = 0; i < GRID; i++) {
        double z = REACH * ((2.0 * i + 1.0) / GRID - 1.0);
        double p = hanse_normal_at_most(z);
        grid->z[i] = z;
        grid->density[i] = exp(-0.5 * z * z);
        grid->runtime[i] = hanse_variate_quantile(law, fmin(fmax(p, 1e-15), 1.0 - 1e-15));
        whole += grid->density[i];
        grid->mean += grid->density[i] * grid->runtime[i];
    }
    for (int i = 0; i < GRID; i++) {
        grid->density[i] /= whole;
    }
    grid->mean /= whole;
}

/* E[width | runtime's place z]: width k lies between the places edge[k] and edge[k + 1], of
 * which (edge - r z) / sqrt(1 - r^2) is normal. */
static double mean_width(const struct hanse_width_steps *steps, double r, double z)
{
    double root = sqrt(1.0 - r * r), mean = 0.0, below = 0.0;
    for (size_t k = 0; k < steps->n; k++) {
        double up =
            k + 1 < steps->n ? hanse_normal_at_most((steps->edge[k + 1] - r * z) / root) : 1.0;
        mean += steps->width[k] * (up - below);
        below = up;
    }
    return mean;
}

/* E[width runtime] / (E width E runtime). */
static double excess(const struct grid *grid, const struct hanse_width_steps *steps, double r)
{
    double work = 0.0, width = 0.0;
    for (int i = 0; i < GRID; i++) {
        double mean = mean_width(steps, r, grid->z[i]);
        work += grid->density[i] * grid->runtime[i] * mean;
        width += grid->density[i] * mean;
    }
    return work / (width * grid->mean);
}

double hanse__fit_copula(const struct hanse_variate *law, const struct hanse_width_steps *steps,
                         double target)
{
    static const double MOST = 0.98;
    struct grid grid;
    double low = -MOST, high = MOST;
    fill_grid(law, &grid);
    for (int i = 0; i < 30; i++) {
        double middle = 0.5 * (low + high);
        if (excess(&grid, steps, middle) < target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 6.0 / M_PI * asin(0.25 * (low + high)); /* as a rank correlation */
}
