/*
 * The page of denial experiments: its parts, as report_parts.h is those of a run's page.
 *
 * Read from the file alone. In order: a sentence for each viewer; then for each, who exposes it
 * on which axis, what is served month by month, what is kept of each data class and tier, the
 * actors one by one, pairs that are worse than the worse of the two, and the control ledger.
 */
#ifndef HANSE_OUTPUT_REPORT_DENIAL_H
#define HANSE_OUTPUT_REPORT_DENIAL_H

#include "output/report_parts.h"

enum { HANSE__DENIAL_PARTS = 3 }; /* mean, low, high */

struct hanse__denial_page {
    struct hanse_page *page;
    struct hanse_results *results;
    const char *const *actors, *const *kinds, *const *partners, *const *axes, *const *viewers;
    const char *const *bands, *const *headlines, *const *systems, *const *verdicts;
    size_t n_rows, n_viewers, n_bands, n_points, n_months, n_systems;
    struct hanse_variable assured[HANSE__DENIAL_PARTS], exposure[HANSE__DENIAL_PARTS],
        synergy[HANSE__DENIAL_PARTS], undisturbed[HANSE__DENIAL_PARTS],
        ledger[HANSE__DENIAL_PARTS];
    struct hanse_variable survival, plain, points, touches, foreign, worst, worst_low,
        worst_high, crossed;
    double at_h, lasts_h, floor;
    size_t viewer; /* of the section being written */
};

/* Everything the parts read; HANSE_ERR_INPUT when the file lacks some of it. */
enum hanse_status hanse__denial_page_read(struct hanse__denial_page *d,
                                          struct hanse_page *page);

/* A figure [row][viewer][band][point] of the viewer at hand. */
double hanse__denial_page_at(const struct hanse__denial_page *d,
                             const struct hanse_variable *variable, size_t row, size_t band,
                             size_t point);
/* Rows of single actors on all axes that touch anything, greatest exposure first; foreign or
 * not. Returns how many of at most `most`. */
size_t hanse__denial_page_actors(const struct hanse__denial_page *d, bool foreign, size_t *rows,
                                 size_t most);

void hanse__denial_page_heat(struct hanse__denial_page *d);
void hanse__denial_page_survival(struct hanse__denial_page *d);
void hanse__denial_page_bands(struct hanse__denial_page *d);
void hanse__denial_page_table(struct hanse__denial_page *d, bool foreign);
void hanse__denial_page_pairs(struct hanse__denial_page *d);
void hanse__denial_page_ledger(struct hanse__denial_page *d);

/* Writes the body of the page, between head and assumptions. */
enum hanse_status hanse__report_denial(struct hanse_page *page);

#endif
