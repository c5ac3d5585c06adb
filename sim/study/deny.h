/*
 * Denial experiments: how sovereign a nation is, found by cutting (model: docs/denial.md).
 *
 * Each replication is simulated to the date t0 once (or, where policies may react to it, to the
 * announcement before) and copied there. The copy that goes on
 * undisturbed gives B, the share of demand served on time over [t0, t0 + H]; from every other
 * copy an actor is withdrawn on one axis or on all, and gives K, the assured share. Exposure is
 * B - K, replication by replication, so what chance gave to both cancels.
 *
 * A row is one withdrawal: an actor on an axis, an actor on all axes, or two actors on all.
 * Rows are nested, not exclusive: a state takes along the firms it can compel, and "all"
 * contains each axis; exposures overlap and are never added. A row whose cut touches nothing
 * is not simulated, nor one whose cut takes just what an earlier row's takes.
 *
 * Figures are by viewer (whose demand, and what is foreign), by band (all demand; then each
 * pair of data class and priority tier) and by point: 3 days, 3, 12 and 24 months as far as H
 * reaches, and H itself, each the share of the demand since t0.
 */
#ifndef HANSE_SIM_STUDY_DENY_H
#define HANSE_SIM_STUDY_DENY_H

#include "sim/process/denial.h"
#include "sim/stats/interval.h"
#include "sim/stats/tally.h"
#include "sim/study/study.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE_DENIAL_POINTS = 5 };

struct hanse_denial_row {
    struct hanse_cut cuts[HANSE_CUTS];
    int32_t n_cuts;
    int32_t actors[HANSE_CUTS]; /* numbers in hanse_denials.actors; -1 none */
    int32_t same_as; /* row that was simulated for it, maybe itself; -1: it touches nothing */
};

struct hanse_denial_band {
    const char *name;   /* "all", "personal tier 2" */
    int32_t data_class; /* enum hanse_data_class; -1: all demand */
    int64_t tier;
    char text[48];
};

/* The control ledger (control.h) of the undisturbed world over [t0, t0 + H], as shares of the
 * work served for the viewer's people; the last is a number. */
enum hanse_denial_ledger {
    HANSE_LEDGER_AT_HOME,
    HANSE_LEDGER_OWNED_AT_HOME,
    HANSE_LEDGER_FOREIGN_REACH,
    HANSE_LEDGER_OWN_VOTES,
    HANSE_LEDGER_OWN_VETO, /* this and the next: of a jurisdiction, not of a bloc */
    HANSE_LEDGER_FOREIGN_VETO,
    HANSE_LEDGER_LOGS, /* each member's by its own state */
    HANSE_LEDGER_FIRMWARE,
    HANSE_LEDGER_RESULTS,
    HANSE_LEDGER_AUDITABLE,
    HANSE_LEDGER_BLOCKING, /* fewest legal systems that can veto, mean over work */
    HANSE_LEDGER_FIGURES,
};
/* The same by legal system. Those of reach overlap, the others part the work. */
enum hanse_denial_system {
    HANSE_SYSTEM_TERRITORY,
    HANSE_SYSTEM_REACH,
    HANSE_SYSTEM_OWNER,
    HANSE_SYSTEM_VOTES,
    HANSE_SYSTEMS,
};

struct hanse_denials {
    struct hanse_context *ctx;
    const struct hanse_scenario *scenario;
    struct hanse_layout layout;
    const struct hanse_denial *noun;
    uint64_t seed;
    enum hanse_recourse recourse;
    struct hanse_actor *actors, *viewers;
    struct hanse_denial_band *bands;
    struct hanse_denial_row *rows;
    double points_h[HANSE_DENIAL_POINTS]; /* since t0, ascending; the last is H */
    int32_t n_actors, n_viewers, n_bands, n_rows, n_points, n_months;
    uint32_t n_replications;
    /* Work since t0, reference work; index with the functions below. */
    double *demand, *undisturbed, *denied;
    /* Work of single months after t0, all bands together. */
    double *month_demand, *month_undisturbed, *month_denied;
    /* Shares: [replications][viewers][figures],
     * [replications][viewers][systems][jurisdictions].
     */
    double *ledger, *systems;
    int32_t n_jurisdictions;
    int32_t n_simulated, n_untouched, n_shared; /* rows */
};

struct hanse_deny_options {
    uint32_t replications;
    int threads; /* 0: all processors */
    const volatile sig_atomic_t *stop;
    /* Simulate every row from hour 0 instead of from a copy, for tests and to measure what
     * copies save; the results are the same bytes. */
    bool from_zero;
    int recourse;                  /* enum hanse_recourse; -1: the noun's */
    struct hanse_hook_maker hooks; /* of scenarios with functions; zero: none */
    void (*progress)(void *self, uint32_t done, uint32_t of);
    void *progress_self;
};

/* Lays out and runs the experiments of the scenario's denial noun `index`. HANSE_ERR_INPUT
 * when there is none, HANSE_ERR_INTERRUPTED when stopped. Destroy with _fini, also after
 * failure. The layouts' order is that of names, so it depends on neither declaration nor
 * threads. */
HANSE_API enum hanse_status hanse_deny(struct hanse_context *ctx,
                                       const struct hanse_scenario *scenario, int32_t index,
                                       const struct hanse_deny_options *options,
                                       struct hanse_denials *denials);
HANSE_API void hanse_denials_fini(struct hanse_denials *denials);

/* Is the actor foreign to the viewer? Actors that belong to a member of the viewer are not; a
 * bloc is foreign unless it is the viewer or has it as a member; a protocol when someone who
 * can stop it is. */
HANSE_API bool hanse_denial_foreign(const struct hanse_denials *denials, int32_t actor,
                                    int32_t viewer);
/* The name of an actor: "vendor", and its kind "firm". */
HANSE_API const char *hanse_denial_actor_name(const struct hanse_denials *denials,
                                              struct hanse_actor actor);
HANSE_API const char *hanse_denial_actor_label(const struct hanse_denials *denials,
                                               struct hanse_actor actor);
HANSE_API const char *hanse_denial_actor_kind(const struct hanse_denials *denials,
                                              struct hanse_actor actor);
/* "silicon"; "all" */
HANSE_API const char *hanse_denial_axis_name(int32_t axis);

/* --- figures ------------------------------------------------------------------------------ */

struct hanse_denial_figures {
    struct hanse_interval undisturbed, assured, exposure; /* B, K, B - K; 95 % */
};
/* Did the viewer's people ask for anything in this band, in some replication? */
HANSE_API bool hanse_denial_asks(const struct hanse_denials *denials, int32_t viewer,
                                 int32_t band);
/* NaN where there was no demand. */
HANSE_API struct hanse_denial_figures hanse_denial_figures(const struct hanse_denials *denials,
                                                           int32_t row, int32_t viewer,
                                                           int32_t band, int32_t point);
/* For a row of two actors: E(ab) - max(E(a), E(b)), in the means, with the 95 % interval of
 * the difference to the greater. */
HANSE_API struct hanse_interval hanse_denial_synergy(const struct hanse_denials *denials,
                                                     int32_t row, int32_t viewer, int32_t band);

/* Share of demand served on time in a month after t0, 0-based; row -1: undisturbed. */
HANSE_API struct hanse_interval hanse_denial_month(const struct hanse_denials *denials,
                                                   int32_t row, int32_t viewer, int32_t month);
/* Months until the mean share first lies below `floor`: 0 for the first month; -1 never. */
HANSE_API int32_t hanse_denial_survival(const struct hanse_denials *denials, int32_t row,
                                        int32_t viewer, double floor);

/* A ledger figure with its 95 % interval; NaN where it says nothing. */
HANSE_API struct hanse_interval hanse_denial_ledger(const struct hanse_denials *denials,
                                                    int32_t viewer,
                                                    enum hanse_denial_ledger figure);
/* "at_home" */
HANSE_API const char *hanse_denial_ledger_name(enum hanse_denial_ledger figure);
HANSE_API struct hanse_interval hanse_denial_system(const struct hanse_denials *denials,
                                                    int32_t viewer,
                                                    enum hanse_denial_system system,
                                                    int32_t jurisdiction);

/* Who hurts most. `ranked` are the rows of single actors on all axes, foreign to the viewer or
 * not as asked, by rising mean K; of these the first n_tied cannot be told from the worst: by
 * paired differences with Bonferroni's correction all others are better at 95 % (Nelson and
 * Matejcik, Management Science 41, 1995). The interval is for the least of the true shares,
 * not for the winner's own: [min (K - h), min (K + h)] with every half-width h so corrected
 * that all hold together at 95 %. */
struct hanse_denial_worst {
    int32_t *ranked;
    int32_t n, n_tied;
    double assured, low, high;
    int32_t through; /* row of the single axis that alone hurts most for the worst actor */
};
/* *worst is freed with hanse_denial_worst_fini; n is 0 when nobody is such. */
HANSE_API enum hanse_status hanse_denial_worst(const struct hanse_denials *denials,
                                               int32_t viewer, int32_t band, bool foreign,
                                               struct hanse_denial_worst *worst);
HANSE_API void hanse_denial_worst_fini(struct hanse_denial_worst *worst);

#ifdef __cplusplus
}
#endif
#endif
