#include "sim/study/credit.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/nouns.h"
#include "sim/stats/tally.h"

/* The root is found to this share of a site's capacity, or when that many worlds were tried. */
#define CLOSE 2e-4
enum { MOST_WORLDS = 24 };

static const char *const OUTPUTS[HANSE_FIGURES] = {
    [HANSE_FIGURE_EUE] = "eue",   [HANSE_FIGURE_LOLH] = "lolh",
    [HANSE_FIGURE_LOLE] = "lole", [HANSE_FIGURE_LOLEV] = "lolev",
    [HANSE_FIGURE_NEUE] = "neue", [HANSE_FIGURE_COST] = "cost_unserved"};

/* --- one world ---------------------------------------------------------------------------- */

/* A thread's own. */
struct hand {
    struct hanse_context *ctx;
    struct hanse_worker *worker;
};

struct job {
    struct hanse_credits *credits;
    const struct hanse_credit_options *options;
    struct hanse_layout layout;
    struct hanse_view views[HANSE_FIGURES];
    struct hand *hands;
    int n_hands;
    omp_lock_t lock;      /* for the failures of a world */
    double *plan, *trial; /* [figures × replications] */
};

static void read_figures(const struct job *job, const struct hanse_record *record, double *to)
{
    const struct hanse_window whole = {"horizon", "", 0, job->layout.n_months};
    uint32_t n = job->credits->n_replications;
    for (int f = 0; f < HANSE_FIGURES; f++) {
        double value;
        hanse_view_summary(&job->layout, &job->views[f], &whole, record->series, &value);
        value = f == HANSE_FIGURE_COST ? value * 12.0 / job->layout.n_months : value;
        to[(uint32_t)f * n + record->replication] = isnan(value) ? 0.0 : value;
    }
}

static enum hanse_status run_one(const struct job *job, struct hand *hand,
                                 const struct hanse_stand_in *stand_in, uint32_t replication,
                                 double *to)
{
    struct hanse_record record;
    hanse_worker_stand_in(hand->worker, stand_in);
    HANSE_TRY(hanse_worker_run(hand->worker, job->credits->scenario, &job->layout,
                               job->credits->seed, replication, false, &record));
    if (record.failed) {
        return hanse__fail(hand->ctx, HANSE_ERR_REPLICATION, "replication %u: %.400s",
                           replication, record.failure);
    }
    read_figures(job, &record, to);
    return HANSE_OK;
}

static bool stopped(const struct job *job)
{
    const volatile sig_atomic_t *stop = job->options->stop;
    return stop != NULL && __atomic_load_n(stop, __ATOMIC_RELAXED) != 0;
}

/* Runs all replications of a world; stand_in NULL: the plan. Of failures that of the first
 * replication is told, so that the message does not depend on threads. */
static enum hanse_status run_world(struct job *job, const struct hanse_stand_in *stand_in,
                                   double *to)
{
    _Atomic uint32_t next = 0;
    uint32_t n = job->credits->n_replications, first_failed = n;
    enum hanse_status status = HANSE_OK;
    char message[512] = "";
    job->credits->n_worlds++;
#pragma omp parallel num_threads(job->n_hands)
    {
        struct hand *hand = &job->hands[omp_get_thread_num()];
        for (uint32_t r = next++; r < n && !stopped(job); r = next++) {
            enum hanse_status here = run_one(job, hand, stand_in, r, to);
            omp_set_lock(&job->lock);
            if (here != HANSE_OK && r < first_failed) {
                first_failed = r;
                status = here;
                snprintf(message, sizeof message, "%s", hanse_context_message(hand->ctx));
            }
            omp_unset_lock(&job->lock);
        }
    }
    if (stopped(job)) {
        return hanse__fail(job->credits->ctx, HANSE_ERR_INTERRUPTED, "interrupted");
    }
    return status == HANSE_OK ? HANSE_OK
                              : hanse__fail(job->credits->ctx, status, "%s", message);
}

/* --- one site ----------------------------------------------------------------------------- */

static double mean_of(const struct job *job, const double *figures, int figure)
{
    uint32_t n = job->credits->n_replications;
    double sum = 0.0;
    for (uint32_t r = 0; r < n; r++) {
        sum += figures[(uint32_t)figure * n + r];
    }
    return sum / n;
}

/* The trial's figure less the plan's, replication by replication. */
static struct hanse_interval excess_of(const struct job *job)
{
    uint32_t n = job->credits->n_replications, from = (uint32_t)job->credits->by * n;
    struct hanse_tally tally = {0};
    for (uint32_t r = 0; r < n; r++) {
        hanse_tally_add(&tally, job->trial[from + r] - job->plan[from + r]);
    }
    return hanse_tally_interval(&tally, 0.95);
}

struct tried {
    double share;
    struct hanse_interval excess;
};

static enum hanse_status try_share(struct job *job, int32_t site, double share,
                                   struct tried *tried)
{
    const struct hanse_stand_in stand_in = {site, share};
    HANSE_TRY(run_world(job, &stand_in, job->trial));
    *tried = (struct tried){share, excess_of(job)};
    return HANSE_OK;
}

/* How fast the figure falls with the share at the root: from the two trials around it that lie
 * at least a fiftieth apart, for closer ones tell more of rounding. */
static double slope_at(const struct tried *tries, int n, double root)
{
    const struct tried *below = &tries[0], *above = &tries[1];
    for (int i = 2; i < n; i++) {
        bool left = tries[i].share <= root;
        if (left && above->share - tries[i].share >= 0.02 && tries[i].share > below->share) {
            below = &tries[i];
        } else if (!left && tries[i].share - below->share >= 0.02 &&
                   tries[i].share < above->share) {
            above = &tries[i];
        }
    }
    return (below->excess.mean - above->excess.mean) / (above->share - below->share);
}

/* tries[0] is share 0, tries[1] share 1, of opposite signs. */
static enum hanse_status find_root(struct job *job, int32_t site, struct tried *tries, int *n,
                                   struct tried *root)
{
    struct tried low = tries[0], high = tries[1];
    double f_low = low.excess.mean, f_high = high.excess.mean;
    int kept = 0; /* which side stayed last: -1 low, 1 high */
    *root = high;
    while (*n < MOST_WORLDS && high.share - low.share > CLOSE) {
        double share = low.share + (high.share - low.share) * f_low / (f_low - f_high);
        double edge = 0.1 * (high.share - low.share);
        share = fmin(fmax(share, low.share + edge), high.share - edge);
        HANSE_TRY(try_share(job, site, share, root));
        tries[(*n)++] = *root;
        double f = root->excess.mean;
        if (f <= 0.0) {
            high = *root;
            f_high = f;
            f_low *= kept == -1 ? 0.5 : 1.0;
            kept = -1;
        } else {
            low = *root;
            f_low = f;
            f_high *= kept == 1 ? 0.5 : 1.0;
            kept = 1;
        }
        if (f == 0.0) {
            break;
        }
    }
    *root = high;
    return HANSE_OK;
}

static enum hanse_status solve(struct job *job, struct hanse_credit *credit)
{
    struct tried tries[MOST_WORLDS], root;
    int n = 2;
    HANSE_TRY(try_share(job, credit->site, 0.0, &tries[0]));
    for (int f = 0; f < HANSE_FIGURES; f++) {
        credit->without[f] = mean_of(job, job->trial, f);
    }
    root = tries[0];
    if (tries[0].excess.mean > 0.0) {
        HANSE_TRY(try_share(job, credit->site, 1.0, &tries[1]));
        root = tries[1];
        credit->at_most = root.excess.mean > 0.0;
        if (root.excess.mean < 0.0) {
            HANSE_TRY(find_root(job, credit->site, tries, &n, &root));
        }
    }
    credit->share = root.excess;
    credit->share.mean = root.share;
    double slope = tries[0].excess.mean > 0.0 ? slope_at(tries, n, root.share) : INFINITY;
    credit->share.half_width = root.excess.half_width / slope;
    credit->share.low = fmax(0.0, root.share - credit->share.half_width);
    credit->share.high = fmin(1.0, root.share + credit->share.half_width);
    return HANSE_OK;
}

/* --- all sites ---------------------------------------------------------------------------- */

static double devices_at(const struct hanse_scenario *scenario, int32_t site)
{
    int32_t n;
    const struct hanse_group *groups = hanse_scenario_table(scenario, &hanse_kind_group, &n);
    double sum = 0.0;
    for (int32_t g = 0; g < n; g++) {
        sum += groups[g].site == site ? (double)groups[g].count : 0.0;
    }
    return sum;
}

static enum hanse_status list_sites(struct hanse_credits *credits,
                                    const struct hanse_credit_options *options)
{
    int32_t n_sites, n = options->n_sites;
    hanse_scenario_table(credits->scenario, &hanse_kind_site, &n_sites);
    n = options->sites != NULL ? n : n_sites;
    credits->sites = hanse__alloc(credits->ctx, (size_t)n + 1, sizeof *credits->sites);
    if (credits->sites == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t site = options->sites != NULL ? options->sites[i] : i;
        double devices = devices_at(credits->scenario, site);
        if (devices > 0.0 || options->sites != NULL) {
            credits->sites[credits->n_sites++] =
                (struct hanse_credit){.site = site, .capacity = devices};
        }
    }
    return credits->n_sites > 0 ? HANSE_OK
                                : hanse__fail(credits->ctx, HANSE_ERR_DOMAIN,
                                              "credit: must have a site with devices, got "
                                              "none");
}

static enum hanse_status find_views(struct job *job)
{
    size_t n = hanse_views(&job->layout, NULL, 0);
    struct hanse_view *views = hanse__alloc(job->credits->ctx, n + 1, sizeof *views);
    if (views == NULL) {
        return HANSE_ERR_MEMORY;
    }
    hanse_views(&job->layout, views, n);
    for (size_t i = 0; i < n; i++) {
        for (int f = 0; f < HANSE_FIGURES; f++) {
            if (strcmp(views[i].name, OUTPUTS[f]) == 0) {
                job->views[f] = views[i];
            }
        }
    }
    hanse__free(views);
    return HANSE_OK;
}

static enum hanse_status make_hands(struct job *job)
{
    int wanted = job->options->threads > 0 ? job->options->threads : omp_get_num_procs();
    job->hands = hanse__alloc(job->credits->ctx, (size_t)wanted, sizeof *job->hands);
    for (; job->hands != NULL && job->n_hands < wanted; job->n_hands++) {
        struct hand *hand = &job->hands[job->n_hands];
        hand->ctx = hanse_context_create();
        if (hand->ctx == NULL || hanse_worker_create(hand->ctx, &hand->worker) != HANSE_OK) {
            hanse_context_destroy(hand->ctx);
            break;
        }
        hanse_worker_hooks(hand->worker, &job->options->hooks);
    }
    return job->n_hands == wanted ? HANSE_OK
                                  : hanse__fail(job->credits->ctx, HANSE_ERR_MEMORY,
                                                "out of memory: a thread's worker");
}

static void drop(struct job *job)
{
    for (int i = 0; i < job->n_hands; i++) {
        hanse_worker_destroy(job->hands[i].worker);
        hanse_context_destroy(job->hands[i].ctx);
    }
    hanse__free(job->hands);
    hanse__free(job->plan);
    hanse_layout_fini(&job->layout);
}

static void sum_up_plan(struct job *job)
{
    uint32_t n = job->credits->n_replications;
    for (uint32_t f = 0; f < HANSE_FIGURES; f++) {
        struct hanse_tally tally = {0};
        for (uint32_t r = 0; r < n; r++) {
            hanse_tally_add(&tally, job->plan[f * n + r]);
        }
        job->credits->plan[f] = hanse_tally_interval(&tally, 0.95);
    }
}

static enum hanse_status find(struct job *job)
{
    struct hanse_credits *c = job->credits;
    size_t figures = (size_t)HANSE_FIGURES * c->n_replications;
    HANSE_TRY(list_sites(c, job->options));
    HANSE_TRY(hanse_layout_init(c->ctx, c->scenario, &job->layout));
    HANSE_TRY(find_views(job));
    HANSE_TRY(make_hands(job));
    job->plan = hanse__alloc(c->ctx, 2 * figures, sizeof *job->plan);
    if (job->plan == NULL) {
        return HANSE_ERR_MEMORY;
    }
    job->trial = job->plan + figures;
    HANSE_TRY(run_world(job, NULL, job->plan));
    sum_up_plan(job);
    for (int32_t i = 0; i < c->n_sites; i++) {
        HANSE_TRY(solve(job, &c->sites[i]));
        if (job->options->progress != NULL) {
            job->options->progress(job->options->progress_self, i + 1, c->n_sites);
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_credits_find(struct hanse_context *ctx,
                                     const struct hanse_scenario *scenario,
                                     const struct hanse_credit_options *options,
                                     struct hanse_credits *credits)
{
    int32_t n;
    const struct hanse_settings *settings =
        hanse_scenario_table(scenario, &hanse_kind_scenario, &n);
    *credits = (struct hanse_credits){.ctx = ctx,
                                      .scenario = scenario,
                                      .by = options->by,
                                      .seed = (uint64_t)settings->seed,
                                      .n_replications = options->replications};
    if (options->replications < 2) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "credit: replications must be at least 2, got %u",
                           options->replications);
    }
    struct job job = {.credits = credits, .options = options};
    omp_init_lock(&job.lock);
    enum hanse_status status = find(&job);
    omp_destroy_lock(&job.lock);
    drop(&job);
    return status;
}

void hanse_credits_fini(struct hanse_credits *credits)
{
    hanse__free(credits->sites);
    credits->sites = NULL;
    credits->n_sites = 0;
}
