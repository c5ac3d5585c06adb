#include "sim/stats/minimise.h"

#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>

struct target {
    double (*f)(const double *x, void *state);
    void *state;
};

static double evaluate(const gsl_vector *v, void *params)
{
    const struct target *target = params;
    double x[HANSE_MINIMISE_MOST];
    for (size_t i = 0; i < v->size; i++) {
        x[i] = gsl_vector_get(v, i);
    }
    double value = target->f(x, target->state);
    return isfinite(value) ? value : 1e300; /* GSL refuses infinity */
}

static void walk(gsl_multimin_fminimizer *simplex, double size, int most)
{
    for (int i = 0; i < most; i++) {
        if (gsl_multimin_fminimizer_iterate(simplex) != GSL_SUCCESS ||
            gsl_multimin_fminimizer_size(simplex) < size) {
            return;
        }
    }
}

enum hanse_status hanse__minimise(struct hanse_context *ctx,
                                  double (*f)(const double *x, void *state), void *state,
                                  size_t n, const double *step, double size, int most,
                                  double *x, double *least)
{
    struct target target = {f, state};
    gsl_multimin_function function = {evaluate, n, &target};
    gsl_vector_const_view first = gsl_vector_const_view_array(x, n);
    gsl_vector_const_view steps = gsl_vector_const_view_array(step, n);
    gsl_multimin_fminimizer *simplex =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
    if (simplex == NULL) {
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "minimise: the machine has no memory left");
    }
    if (gsl_multimin_fminimizer_set(simplex, &function, &first.vector, &steps.vector) ==
        GSL_SUCCESS) {
        walk(simplex, size, most);
    }
    for (size_t i = 0; i < n; i++) {
        x[i] = gsl_vector_get(simplex->x, i);
    }
    *least = simplex->fval;
    gsl_multimin_fminimizer_free(simplex);
    return HANSE_OK;
}
