/*
 * Capacity credit: what a site is worth in perfect capacity, by simulation.
 *
 * Three worlds with the same luck: the plan, the plan without the site, and the plan with
 * perfect capacity in the site's place, at its region and under its law, that never fails and
 * needs no power. Perfect capacity is a share x of the site's own devices (installed, as they
 * come and go), and the credit is the x at which expected unserved work (or LOLH, or LOLE) is
 * what it is with the site: its effective load-carrying capability, by removal and root
 * finding. E[figure] falls in x, so the root is bracketed in [0, 1] and found by regula falsi
 * (Illinois); replications pair, so chance that all worlds share cancels.
 *
 * The interval comes from the paired differences at the root, divided by the slope there. It
 * holds simulation and the spread of drawn inputs. A perfect site's credit is its capacity.
 *
 * Keane and others, IEEE Transactions on Power Systems 26, 2011. The same exactly, for units
 * that fail independently: sim/stats/reliability.h.
 */
#ifndef HANSE_SIM_STUDY_CREDIT_H
#define HANSE_SIM_STUDY_CREDIT_H

#include "sim/stats/interval.h"
#include "sim/stats/reliability.h"
#include "sim/study/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Figures of a world, a year; the first HANSE_CREDIT_… are enum hanse_credit_by. */
enum hanse_credit_figure {
    HANSE_FIGURE_EUE = HANSE_CREDIT_EUE,
    HANSE_FIGURE_LOLH = HANSE_CREDIT_LOLH,
    HANSE_FIGURE_LOLE = HANSE_CREDIT_LOLE,
    HANSE_FIGURE_LOLEV,
    HANSE_FIGURE_NEUE,
    HANSE_FIGURE_COST, /* of what is unserved, EUR a year */
    HANSE_FIGURES,
};

struct hanse_credit {
    int32_t site;
    double capacity;               /* devices installed at the start */
    struct hanse_interval share;   /* the credit, of the capacity; 95 % */
    double without[HANSE_FIGURES]; /* means without the site */
    bool at_most; /* even all of it perfect leaves the figure above the plan's */
};

struct hanse_credits {
    struct hanse_context *ctx;
    const struct hanse_scenario *scenario;
    enum hanse_credit_by by;
    uint64_t seed;
    uint32_t n_replications;
    struct hanse_interval plan[HANSE_FIGURES]; /* 95 % */
    struct hanse_credit *sites;
    int32_t n_sites;
    uint32_t n_worlds; /* simulated, each n_replications times */
};

struct hanse_credit_options {
    uint32_t replications;
    enum hanse_credit_by by;
    int threads;                       /* 0: all processors */
    const volatile sig_atomic_t *stop; /* not NULL and nonzero: stop */
    const int32_t *sites; /* rows of the site table; NULL: every one with devices */
    int32_t n_sites;
    struct hanse_hook_maker hooks; /* of scenarios with functions; zero: none */
    void (*progress)(void *self, int32_t done, int32_t of); /* sites */
    void *progress_self;
};

/* HANSE_ERR_DOMAIN: fewer than two replications, or no site with devices;
 * HANSE_ERR_INTERRUPTED when stopped. Free with _fini, also after failure. */
HANSE_API enum hanse_status hanse_credits_find(struct hanse_context *ctx,
                                               const struct hanse_scenario *scenario,
                                               const struct hanse_credit_options *options,
                                               struct hanse_credits *credits);
HANSE_API void hanse_credits_fini(struct hanse_credits *credits);

#ifdef __cplusplus
}
#endif
#endif
