/* Shared by the files of denial experiments; not installed. */
#ifndef HANSE_SIM_STUDY_DENY_INSIDE_H
#define HANSE_SIM_STUDY_DENY_INSIDE_H

#include "sim/study/deny.h"

/* Viewers × bands × points: what one row of one replication leaves. */
static inline size_t hanse__denial_block(const struct hanse_denials *d)
{
    return (size_t)d->n_viewers * (size_t)d->n_bands * (size_t)d->n_points;
}

/* Viewers × months. */
static inline size_t hanse__denial_month_block(const struct hanse_denials *d)
{
    return (size_t)d->n_viewers * (size_t)d->n_months;
}

static inline size_t hanse__denial_cell(const struct hanse_denials *d, int32_t viewer,
                                        int32_t band, int32_t point)
{
    return ((size_t)viewer * (size_t)d->n_bands + (size_t)band) * (size_t)d->n_points +
           (size_t)point;
}

/* Is the jurisdiction the viewer or a member of it? */
bool hanse__denial_sees(const struct hanse_denials *d, int32_t viewer, int32_t jurisdiction);

/* Reads the ledger of a world that stands at t0 + H, of a replication. */
void hanse__denial_read_ledger(struct hanse_denials *d, const double *series,
                               uint32_t replication);

/* Student's interval of a share: what lies beyond nothing and all is no answer. */
struct hanse_interval hanse__denial_share_interval(const struct hanse_tally *tally);

/* Runs all replications into the arrays. */
enum hanse_status hanse__denial_run(struct hanse_denials *d,
                                    const struct hanse_deny_options *options);

#endif
