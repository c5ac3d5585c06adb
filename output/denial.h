/*
 * Denial experiments on paper and in a file (sim/study/deny.h has the experiments).
 *
 * The file has the attributes, /scenario and /provenance of a result file, and /denial:
 *
 *   axes      row, viewer, band, point (hours since t0), month (hours since t0, start)
 *   row_…     actor, actor_kind, partner, axis of each row; touches: 0 where it cuts nothing
 *   foreign   [row, viewer] 1 where the viewer sees the actor as foreign
 *   …_share   undisturbed, assured and exposure, mean and 95 % interval
 *   synergy   [row, viewer, band] of pairs
 *   survival  [row, viewer, month], undisturbed_survival [viewer, month]
 *   replications: assured_share by replication, single precision
 */
#ifndef HANSE_OUTPUT_DENIAL_H
#define HANSE_OUTPUT_DENIAL_H

#include <stdio.h>

#include "output/results.h"
#include "output/text.h"
#include "sim/study/deny.h"

#ifdef __cplusplus
extern "C" {
#endif

/* HANSE_ERR_INPUT when PATH came from another scenario and `force` is not set. */
enum hanse_status hanse_denial_write(struct hanse_context *ctx, const char *path,
                                     const struct hanse_denials *denials,
                                     const struct hanse_provenance *provenance, bool force);

/* The headline of a viewer: "keeps 31 % (30–32) of demand where it serves 84 % undisturbed,
 * 24 months, worst actor …". */
enum hanse_status hanse_denial_headline(const struct hanse_denials *denials, int32_t viewer,
                                        int32_t band, struct hanse_text *text);

/* "A", "A or B", "A, B, C or 4 others": who cannot be told from the worst. Of actors whose cut
 * is the same the first is named for all. */
void hanse_denial_name_worst(const struct hanse_denials *denials,
                             const struct hanse_denial_worst *worst, struct hanse_text *text);

/* Headlines and the table of actors × axes per viewer, within 100 columns. */
enum hanse_status hanse_denial_print(struct hanse_context *ctx,
                                     const struct hanse_denials *denials, FILE *file);

/* Charts, from a file. HEAT: actors × axes; SURVIVAL: share served by month since t0, a line
 * per actor. viewer NULL: the first. */
enum hanse_denial_chart { HANSE_DENIAL_HEAT, HANSE_DENIAL_SURVIVAL };
enum hanse_status hanse_denial_plot(struct hanse_context *ctx, struct hanse_results *results,
                                    enum hanse_denial_chart chart, const char *viewer,
                                    const char *path);

#ifdef __cplusplus
}
#endif
#endif
