/*
 * Influence: how much of an answer's spread goes with each uncertain input.
 *
 * The sampled inputs in /design are set beside the answer, replication by replication, and the
 * spread of the answer's ranks is split over them (sim/stats/rank.h). Failed replications are
 * left out of both.
 */
#ifndef HANSE_OUTPUT_INFLUENCE_H
#define HANSE_OUTPUT_INFLUENCE_H

#include "output/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_influence {
    const char *label, *unit;
    double p05, p95;  /* range of the draws, in `unit` */
    double share;     /* of the spread of the answer's ranks */
    double direction; /* Spearman's rank correlation, -1 .. 1 */
};

struct hanse_influences {
    struct hanse_influence *items; /* largest share first */
    size_t n;                      /* uncertain inputs that vary */
    size_t n_used;                 /* replications that gave an answer */
    double explained;              /* all shares together; NaN: the split could not be made */
};

/* For a total output of one case over a window. HANSE_ERR_MEMORY or the file's trouble; that
 * there are too few replications to tell the inputs apart is no failure: explained is NaN. */
enum hanse_status hanse__influences_init(struct hanse_influences *influences,
                                         const struct hanse_digest *digest, const char *output,
                                         size_t which_case, size_t window);
void hanse__influences_fini(struct hanse_influences *influences);

#ifdef __cplusplus
}
#endif
#endif
