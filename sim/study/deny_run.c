/*
 * Denial experiments, replication by replication.
 *
 * A crew member keeps two workers: one stands at t0 and is never moved on, the other takes its
 * copy and goes on, once undisturbed and once for every row that has to be simulated. Copying
 * is a memcpy, so a row costs what its H hours cost. What it leaves goes to its own place in
 * the arrays, so no thread waits for another and the order of finishing shows nowhere.
 */
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "sim/process/demand.h"
#include "sim/study/deny_inside.h"

enum { MONTH_H = 730 };

struct crew {
    struct hanse_denials *d;
    const struct hanse_deny_options *options;
    int32_t demand, on_time; /* columns */
    uint8_t *sees;           /* viewers × regions */
    int32_t *band;           /* of each workload */
    int32_t n_regions, n_workloads;
    atomic_uint next;
    atomic_bool halted;
    omp_lock_t lock;
    uint32_t n_done;
    enum hanse_status status;
    uint32_t failed; /* replication whose message is kept: the first in order */
    char message[512];
};

struct member {
    struct crew *crew;
    struct hanse_worker *at_start, *moving;
    double *cells; /* regions × workloads */
};

/* --- reading off ------------------------------------------------------------------------- */

/* Adds a column's months [from, to) to cells[regions × workloads]. */
static void add_months(const struct member *m, int32_t column, int32_t from, int32_t to)
{
    const struct hanse_column *c = &m->crew->d->layout.columns[column];
    const double *series = hanse_worker_series(m->moving) + c->offset;
    memset(m->cells, 0, (size_t)c->n_items * sizeof *m->cells);
    for (int32_t month = from; month < to; month++) {
        const double *cells = series + (size_t)month * (size_t)c->n_items;
        for (int32_t i = 0; i < c->n_items; i++) {
            m->cells[i] += cells[i];
        }
    }
}

/* Folds cells into bands of each viewer, at one point. */
static void fold_point(const struct member *m, int32_t point, double *block)
{
    const struct crew *crew = m->crew;
    const struct hanse_denials *d = crew->d;
    for (int32_t v = 0; v < d->n_viewers; v++) {
        for (int32_t r = 0; r < crew->n_regions; r++) {
            if (!crew->sees[v * crew->n_regions + r]) {
                continue;
            }
            for (int32_t w = 0; w < crew->n_workloads; w++) {
                double x = m->cells[r * crew->n_workloads + w];
                block[hanse__denial_cell(d, v, 0, point)] += x;
                block[hanse__denial_cell(d, v, crew->band[w], point)] += x;
            }
        }
    }
}

static void fold_month(const struct member *m, int32_t month, double *block)
{
    const struct crew *crew = m->crew;
    const struct hanse_denials *d = crew->d;
    for (int32_t v = 0; v < d->n_viewers; v++) {
        for (int32_t i = 0; i < crew->n_regions * crew->n_workloads; i++) {
            if (crew->sees[v * crew->n_regions + i / crew->n_workloads]) {
                block[(size_t)v * (size_t)d->n_months + (size_t)month] += m->cells[i];
            }
        }
    }
}

/* When rows part from the undisturbed world: at the announcement where somebody may react to
 * it, else at t0. */
static double parts_at_h(const struct hanse_denials *d)
{
    bool reacts = d->recourse == HANSE_RECOURSE_ADAPT;
    return d->noun->at_h - (reacts ? d->noun->notice_h : 0.0);
}

/* --- one replication --------------------------------------------------------------------- */

/* Where a run's figures go; demand may be NULL: it is the same in every run. */
struct places {
    double *demand, *served, *month_demand, *month_served;
};

/* Moves on to t0 + H and reads off at each point. */
static enum hanse_status follow(struct member *m, const struct places *to)
{
    const struct hanse_denials *d = m->crew->d;
    double at = d->noun->at_h;
    int32_t first = (int32_t)(at / MONTH_H);
    for (int32_t p = 0; p < d->n_points; p++) {
        HANSE_TRY(hanse_worker_advance(m->moving, at + d->points_h[p]));
        int32_t months = (int32_t)((d->points_h[p] + MONTH_H - 1) / MONTH_H);
        add_months(m, m->crew->on_time, first, first + months);
        fold_point(m, p, to->served);
        if (to->demand != NULL) {
            add_months(m, m->crew->demand, first, first + months);
            fold_point(m, p, to->demand);
        }
    }
    for (int32_t month = 0; month < d->n_months; month++) {
        add_months(m, m->crew->on_time, first + month, first + month + 1);
        fold_month(m, month, to->month_served);
        if (to->demand != NULL) {
            add_months(m, m->crew->demand, first + month, first + month + 1);
            fold_month(m, month, to->month_demand);
        }
    }
    return HANSE_OK;
}

/* A worker at t0: a copy, or simulated anew. */
static enum hanse_status stand_at_start(struct member *m, uint32_t replication)
{
    const struct hanse_denials *d = m->crew->d;
    if (!m->crew->options->from_zero) {
        return hanse_worker_copy(m->moving, m->at_start);
    }
    HANSE_TRY(
        hanse_worker_start(m->moving, d->scenario, &d->layout, d->seed, replication, false));
    return hanse_worker_advance(m->moving, parts_at_h(d));
}

/* What is announced comes true. */
static enum hanse_status withdraw(struct member *m, const struct hanse_denial_row *row)
{
    const struct hanse_denials *d = m->crew->d;
    size_t n = (size_t)row->n_cuts;
    if (parts_at_h(d) < d->noun->at_h) {
        hanse_worker_announce(m->moving, row->cuts, n, d->noun->at_h);
        HANSE_TRY(hanse_worker_advance(m->moving, d->noun->at_h));
    }
    return hanse_worker_deny(m->moving, row->cuts, n, d->recourse);
}

static enum hanse_status simulate_rows(struct member *m, uint32_t replication)
{
    struct hanse_denials *d = m->crew->d;
    size_t block = hanse__denial_block(d), months = hanse__denial_month_block(d);
    for (int32_t r = 0; r < d->n_rows; r++) {
        size_t own = (size_t)r * d->n_replications + replication;
        struct places to = {.served = d->denied + own * block,
                            .month_served = d->month_denied + own * months};
        const struct hanse_denial_row *row = &d->rows[r];
        if (row->same_as == r) {
            HANSE_TRY(stand_at_start(m, replication));
            HANSE_TRY(withdraw(m, row));
            HANSE_TRY(follow(m, &to));
            continue;
        }
        size_t other =
            (size_t)(row->same_as < 0 ? 0 : row->same_as) * d->n_replications + replication;
        const double *served = row->same_as < 0 ? d->undisturbed + (size_t)replication * block
                                                : d->denied + other * block;
        const double *month_served = row->same_as < 0
                                         ? d->month_undisturbed + (size_t)replication * months
                                         : d->month_denied + other * months;
        memcpy(to.served, served, block * sizeof *served);
        memcpy(to.month_served, month_served, months * sizeof *month_served);
    }
    return HANSE_OK;
}

static enum hanse_status simulate(struct member *m, uint32_t replication)
{
    struct hanse_denials *d = m->crew->d;
    size_t block = hanse__denial_block(d), months = hanse__denial_month_block(d);
    HANSE_TRY(
        hanse_worker_start(m->at_start, d->scenario, &d->layout, d->seed, replication, false));
    HANSE_TRY(hanse_worker_advance(m->at_start, parts_at_h(d)));
    HANSE_TRY(hanse_worker_copy(m->moving, m->at_start));
    struct places to = {.demand = d->demand + replication * block,
                        .served = d->undisturbed + replication * block,
                        .month_demand = d->month_demand + replication * months,
                        .month_served = d->month_undisturbed + replication * months};
    HANSE_TRY(follow(m, &to));
    hanse__denial_read_ledger(d, hanse_worker_series(m->moving), replication);
    return simulate_rows(m, replication);
}

/* --- the crew ---------------------------------------------------------------------------- */

static void halt(struct crew *crew, enum hanse_status status, uint32_t replication,
                 const char *message)
{
    omp_set_lock(&crew->lock);
    if (crew->status == HANSE_OK || replication < crew->failed) {
        crew->status = status;
        crew->failed = replication;
        snprintf(crew->message, sizeof crew->message, "replication %u: %.400s", replication,
                 message);
    }
    crew->halted = true;
    omp_unset_lock(&crew->lock);
}

static void tell(struct crew *crew)
{
    omp_set_lock(&crew->lock);
    crew->n_done++;
    if (crew->options->progress != NULL) {
        crew->options->progress(crew->options->progress_self, crew->n_done,
                                crew->d->n_replications);
    }
    omp_unset_lock(&crew->lock);
}

static void work(struct member *m, struct hanse_context *ctx)
{
    struct crew *crew = m->crew;
    while (!crew->halted) {
        uint32_t replication = crew->next++;
        if (replication >= crew->d->n_replications) {
            return;
        }
        if (crew->options->stop != NULL &&
            __atomic_load_n(crew->options->stop, __ATOMIC_RELAXED) != 0) {
            halt(crew, HANSE_ERR_INTERRUPTED, replication, "interrupted");
            return;
        }
        enum hanse_status status = simulate(m, replication);
        if (status != HANSE_OK) {
            halt(crew, status, replication, hanse_context_message(ctx));
            return;
        }
        tell(crew);
    }
}

static void crew_member(struct crew *crew)
{
    struct hanse_context *ctx = hanse_context_create();
    if (ctx == NULL) {
        halt(crew, HANSE_ERR_MEMORY, 0, "out of memory: a thread's context");
        return;
    }
    struct member m = {.crew = crew};
    size_t cells = (size_t)crew->n_regions * (size_t)crew->n_workloads;
    m.cells = hanse__alloc(ctx, cells + 1, sizeof *m.cells);
    if (m.cells == NULL || hanse_worker_create(ctx, &m.at_start) != HANSE_OK ||
        hanse_worker_create(ctx, &m.moving) != HANSE_OK) {
        halt(crew, HANSE_ERR_MEMORY, 0, hanse_context_message(ctx));
    } else {
        hanse_worker_hooks(m.at_start, &crew->options->hooks);
        hanse_worker_hooks(m.moving, &crew->options->hooks);
        work(&m, ctx);
    }
    hanse_worker_destroy(m.moving);
    hanse_worker_destroy(m.at_start);
    hanse__free(m.cells);
    hanse_context_destroy(ctx);
}

static enum hanse_status find_membership(struct crew *crew)
{
    const struct hanse_denials *d = crew->d;
    const struct hanse_region *regions =
        hanse_scenario_table(d->scenario, &hanse_kind_region, &crew->n_regions);
    const struct hanse_workload *workloads =
        hanse_scenario_table(d->scenario, &hanse_kind_workload, &crew->n_workloads);
    size_t marks = (size_t)d->n_viewers * (size_t)crew->n_regions;
    crew->sees = hanse__alloc(d->ctx, marks + 1, 1);
    crew->band = hanse__alloc(d->ctx, (size_t)crew->n_workloads + 1, sizeof *crew->band);
    if (crew->sees == NULL || crew->band == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (int32_t v = 0; v < d->n_viewers; v++) {
        for (int32_t r = 0; r < crew->n_regions; r++) {
            crew->sees[v * crew->n_regions + r] =
                hanse__denial_sees(d, v, regions[r].jurisdiction);
        }
    }
    for (int32_t w = 0; w < crew->n_workloads; w++) {
        for (int32_t b = 1; b < d->n_bands; b++) {
            if (d->bands[b].data_class == workloads[w].data_class &&
                d->bands[b].tier == workloads[w].tier) {
                crew->band[w] = b;
            }
        }
    }
    return HANSE_OK;
}

static void muster(struct crew *crew)
{
    int threads = crew->options->threads > 0 ? crew->options->threads : omp_get_num_procs();
    omp_init_lock(&crew->lock);
#pragma omp parallel num_threads(threads)
    crew_member(crew);
    omp_destroy_lock(&crew->lock);
}

enum hanse_status hanse__denial_run(struct hanse_denials *d,
                                    const struct hanse_deny_options *options)
{
    struct crew crew = {.d = d,
                        .options = options,
                        .demand = hanse_layout_find(&d->layout, "demand"),
                        .on_time = hanse_layout_find(&d->layout, "on_time")};
    enum hanse_status status = find_membership(&crew);
    if (status == HANSE_OK) {
        muster(&crew);
        status = crew.status;
        if (status != HANSE_OK) {
            hanse__fail(d->ctx, status, "%s", crew.message);
        }
    }
    hanse__free(crew.sees);
    hanse__free(crew.band);
    return status;
}
