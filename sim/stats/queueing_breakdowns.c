/*
 * M/M/c with breakdowns: a quasi-birth-and-death process.
 *
 * Level n is the number of customers, phase i the number of servers that are down. Upwards goes
 * lambda in every phase, downwards min(n, c - i) mu, within a level i -> i + 1 at (c - i) f and
 * i -> i - 1 at min(i, crews) r. From level c - 1 on each level's probabilities are the one
 * below times R; R = lambda (-A1 - lambda G)^-1, where G, the phases in which the level below
 * is first reached, comes from logarithmic reduction. Below, each level has a matrix of its
 * own, found downwards from R.
 */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/queueing.h"
#include "sim/stats/queueing_inside.h"

struct process {
    double lambda, mu;
    const struct hanse_breakdowns *stop;
    size_t c, m; /* servers, phases */
};

/* Room for square matrices of m rows, one after the other. */
struct matrices {
    double *room;
    size_t m;
    gsl_permutation *order;
};

static gsl_matrix_view at(const struct matrices *all, size_t i)
{
    return gsl_matrix_view_array(all->room + i * all->m * all->m, all->m, all->m);
}

static double down_rate(const struct process *p, size_t level, size_t phase)
{
    size_t up = p->c - phase;
    return (double)(level < up ? level : up) * p->mu;
}

/* Minus the block within a level. */
static void fill_level(const struct process *p, size_t level, gsl_matrix *block)
{
    gsl_matrix_set_zero(block);
    for (size_t i = 0; i < p->m; i++) {
        double breaks = (double)(p->c - i) * p->stop->failure_rate;
        double mends = fmin((double)i, (double)p->stop->crews) * p->stop->repair_rate;
        gsl_matrix_set(block, i, i, p->lambda + down_rate(p, level, i) + breaks + mends);
        if (i + 1 < p->m) {
            gsl_matrix_set(block, i, i + 1, -breaks);
        }
        if (i > 0) {
            gsl_matrix_set(block, i, i - 1, -mends);
        }
    }
}

/* inverse = a^-1; a is used up. */
static void invert(const struct matrices *all, gsl_matrix *a, gsl_matrix *inverse)
{
    int sign;
    gsl_linalg_LU_decomp(a, all->order, &sign);
    gsl_linalg_LU_invert(a, all->order, inverse);
}

static void multiply(const gsl_matrix *a, const gsl_matrix *b, double keep, gsl_matrix *out)
{
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, a, b, keep, out);
}

/* How far G is from leading down surely. */
static double defect(const gsl_matrix *g)
{
    double most = 0.0;
    for (size_t i = 0; i < g->size1; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < g->size2; j++) {
            sum += gsl_matrix_get(g, i, j);
        }
        most = fmax(most, fabs(1.0 - sum));
    }
    return most;
}

enum { UP, DOWN, G, T, WORK, INVERSE, SPARE, N_MATRICES };

/* One step: ways up and down over twice as many levels. */
static void reduce(const struct matrices *all)
{
    gsl_matrix_view up = at(all, UP), down = at(all, DOWN), g = at(all, G), t = at(all, T);
    gsl_matrix_view work = at(all, WORK), inverse = at(all, INVERSE), spare = at(all, SPARE);
    multiply(&up.matrix, &down.matrix, 0.0, &work.matrix);
    multiply(&down.matrix, &up.matrix, 1.0, &work.matrix);
    gsl_matrix_scale(&work.matrix, -1.0);
    for (size_t i = 0; i < all->m; i++) {
        *gsl_matrix_ptr(&work.matrix, i, i) += 1.0;
    }
    invert(all, &work.matrix, &inverse.matrix);
    multiply(&up.matrix, &up.matrix, 0.0, &spare.matrix);
    multiply(&inverse.matrix, &spare.matrix, 0.0, &up.matrix);
    multiply(&down.matrix, &down.matrix, 0.0, &spare.matrix);
    multiply(&inverse.matrix, &spare.matrix, 0.0, &down.matrix);
    multiply(&t.matrix, &down.matrix, 1.0, &g.matrix);
    multiply(&t.matrix, &up.matrix, 0.0, &spare.matrix);
    gsl_matrix_memcpy(&t.matrix, &spare.matrix);
}

/* Leaves R in `r`. */
static void find_r(const struct process *p, const struct matrices *all, gsl_matrix *r)
{
    gsl_matrix_view up = at(all, UP), down = at(all, DOWN), g = at(all, G), t = at(all, T);
    gsl_matrix_view work = at(all, WORK), inverse = at(all, INVERSE);
    fill_level(p, p->c, &work.matrix);
    invert(all, &work.matrix, &inverse.matrix);
    gsl_matrix_memcpy(&up.matrix, &inverse.matrix);
    gsl_matrix_scale(&up.matrix, p->lambda);
    gsl_matrix_memcpy(&down.matrix, &inverse.matrix);
    for (size_t j = 0; j < p->m; j++) {
        gsl_vector_view column = gsl_matrix_column(&down.matrix, j);
        gsl_vector_scale(&column.vector, down_rate(p, p->c, j));
    }
    gsl_matrix_memcpy(&g.matrix, &down.matrix);
    gsl_matrix_memcpy(&t.matrix, &up.matrix);
    double last = INFINITY;
    for (double now = defect(&g.matrix); now > 1e-15 && now < last;
         last = now, now = defect(&g.matrix)) {
        reduce(all);
    }
    fill_level(p, p->c, &work.matrix);
    gsl_matrix_scale(&g.matrix, p->lambda);
    gsl_matrix_sub(&work.matrix, &g.matrix);
    invert(all, &work.matrix, r);
    gsl_matrix_scale(r, p->lambda);
}

/* rates[level]: what leads from a level to the next, for levels 0 … c - 1. */
static void find_rates(const struct process *p, const struct matrices *all,
                       const struct matrices *rates)
{
    gsl_matrix_view work = at(all, WORK);
    gsl_matrix_view top = at(rates, p->c - 1);
    find_r(p, all, &top.matrix);
    for (size_t level = p->c - 1; level > 0; level--) {
        gsl_matrix_view above = at(rates, level), here = at(rates, level - 1);
        fill_level(p, level, &work.matrix);
        for (size_t i = 0; i < p->m; i++) {
            for (size_t j = 0; j < p->m; j++) {
                *gsl_matrix_ptr(&work.matrix, i, j) -=
                    gsl_matrix_get(&above.matrix, i, j) * down_rate(p, level + 1, j);
            }
        }
        invert(all, &work.matrix, &here.matrix);
        gsl_matrix_scale(&here.matrix, p->lambda);
    }
}

/* The empty level, not yet scaled: the chain watched there alone. */
static void find_empty(const struct process *p, const struct matrices *all,
                       const struct matrices *rates, double *now)
{
    gsl_matrix_view work = at(all, WORK), first = at(rates, 0);
    fill_level(p, 0, &work.matrix);
    gsl_matrix_scale(&work.matrix, -1.0);
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->m; j++) {
            *gsl_matrix_ptr(&work.matrix, i, j) +=
                gsl_matrix_get(&first.matrix, i, j) * down_rate(p, 1, j);
        }
    }
    hanse__queue_solve_chain(work.matrix.data, p->m, now);
}

/* Sums over levels; divided by `whole` at the end. */
struct sums {
    double whole, empty, in_system, busy, no_server, up;
};

static void add_level(const struct process *p, size_t level, const double *now,
                      struct sums *sums)
{
    for (size_t i = 0; i < p->m; i++) {
        sums->whole += now[i];
        sums->empty += level == 0 ? now[i] : 0.0;
        sums->in_system += (double)level * now[i];
        sums->busy += now[i] * down_rate(p, level, i) / p->mu;
        sums->no_server += level >= p->c - i ? now[i] : 0.0;
        sums->up += now[i] * (double)(p->c - i);
    }
}

/* to = from × matrix. */
static void step(const gsl_matrix *matrix, const double *from, double *to)
{
    gsl_vector_const_view x = gsl_vector_const_view_array(from, matrix->size1);
    gsl_vector_view y = gsl_vector_view_array(to, matrix->size1);
    gsl_blas_dgemv(CblasTrans, 1.0, matrix, &x.vector, 0.0, &y.vector);
}

/* Levels c and beyond: sums of a geometric series of matrices, from level c - 1's `now`. */
static void add_tail(const struct process *p, const struct matrices *all,
                     const struct matrices *rates, double *now, double *next, struct sums *sums)
{
    gsl_matrix_view r = at(rates, p->c - 1), work = at(all, WORK), inverse = at(all, INVERSE);
    gsl_matrix_set_identity(&work.matrix);
    gsl_matrix_sub(&work.matrix, &r.matrix);
    invert(all, &work.matrix, &inverse.matrix);
    step(&r.matrix, now, next);
    step(&inverse.matrix, next, now); /* of all those levels together */
    add_level(p, p->c, now, sums);
    step(&r.matrix, now, next);
    step(&inverse.matrix, next, now); /* sum of k times level c + k */
    for (size_t i = 0; i < p->m; i++) {
        sums->in_system += now[i];
    }
}

static void solve(const struct process *p, const struct matrices *all,
                  const struct matrices *rates, double *now, double *next, struct sums *sums)
{
    find_rates(p, all, rates);
    find_empty(p, all, rates, now);
    add_level(p, 0, now, sums);
    for (size_t level = 0; level + 1 < p->c; level++) {
        gsl_matrix_view rate = at(rates, level);
        step(&rate.matrix, now, next);
        memcpy(now, next, p->m * sizeof *now);
        add_level(p, level + 1, now, sums);
    }
    add_tail(p, all, rates, now, next, sums);
}

static enum hanse_status make(struct hanse_context *ctx, const struct process *p,
                              struct sums *sums)
{
    size_t m = p->m;
    double *room = hanse__alloc(ctx, (N_MATRICES + p->c) * m * m + 2 * m, sizeof *room);
    gsl_permutation *order = gsl_permutation_alloc(m);
    if (room == NULL || order == NULL) {
        hanse__free(room);
        gsl_permutation_free(order);
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: a queue of %zu phases", m);
    }
    const struct matrices all = {room, m, order};
    const struct matrices rates = {room + N_MATRICES * m * m, m, order};
    double *now = rates.room + p->c * m * m;
    solve(p, &all, &rates, now, now + m, sums);
    hanse__free(room);
    gsl_permutation_free(order);
    return HANSE_OK;
}

static enum hanse_status check(struct hanse_context *ctx, const struct process *p,
                               int64_t servers)
{
    static const char MODEL[] = "M/M/c with breakdowns";
    HANSE_TRY(need_rates(ctx, MODEL, p->lambda, p->mu, servers));
    HANSE_TRY(need_at_least_zero(ctx, MODEL, "failure rate", p->stop->failure_rate));
    HANSE_TRY(need_positive(ctx, MODEL, "repair rate", p->stop->repair_rate));
    HANSE_TRY(need_count(ctx, MODEL, "crews", p->stop->crews, 1));
    if (p->stop->failure_rate > 0.0 && servers > HANSE_QUEUE_BREAKDOWNS_MOST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: servers must be in 1..%d, got %lld",
                           MODEL, HANSE_QUEUE_BREAKDOWNS_MOST, (long long)servers);
    }
    return HANSE_OK;
}

enum hanse_status hanse_queue_mmc_breakdowns(struct hanse_context *ctx, double arrival_rate,
                                             double service_rate, int64_t servers,
                                             const struct hanse_breakdowns *stop,
                                             struct hanse_queue *queue, double *up)
{
    const struct process p = {arrival_rate, service_rate, stop, (size_t)servers,
                              (size_t)servers + 1};
    struct hanse_queue shop;
    struct sums sums = {0};
    HANSE_TRY(check(ctx, &p, servers));
    double working = (double)servers;
    if (stop->failure_rate > 0.0) {
        int64_t crews = stop->crews < servers ? stop->crews : servers;
        HANSE_TRY(hanse_queue_finite_source(ctx, stop->failure_rate, stop->repair_rate, crews,
                                            servers, &shop));
        working -= shop.in_system;
    }
    HANSE_TRY(need_stable(ctx, "M/M/c with breakdowns", arrival_rate / service_rate, working));
    if (up != NULL) {
        *up = working;
    }
    if (stop->failure_rate == 0.0) {
        return hanse_queue_mmc(ctx, arrival_rate, service_rate, servers, queue);
    }
    HANSE_TRY(make(ctx, &p, &sums));
    double in_queue = (sums.in_system - sums.busy) / sums.whole;
    *queue = (struct hanse_queue){
        .utilization = sums.busy / sums.whole / (double)servers,
        .throughput = arrival_rate,
        .in_system = sums.in_system / sums.whole,
        .in_queue = in_queue,
        .response_time = sums.in_system / sums.whole / arrival_rate,
        .wait_time = in_queue / arrival_rate,
        .empty_probability = sums.empty / sums.whole,
        .wait_probability = sums.no_server / sums.whole,
    };
    return HANSE_OK;
}
