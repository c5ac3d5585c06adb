/*
 * The share of its datasheet's peak that a board's power lets it keep.
 *
 * Dynamic power goes with f V², and near the top of its range a chip's voltage goes with its
 * clock, so power goes with f³ and the clock that a power limit P allows with P^(1/3)
 * (Chandrakasan, Sheng and Brodersen, IEEE J. Solid-State Circuits 27, 1992, for f V²; Mudge,
 * Computer 34(4), 2001, for the cube). With D = peak ÷ P, the FLOP/s that the datasheet asks of
 * each watt, and chips of year y needing exp(−g (y − 2022)) of the energy of those of 2022,
 *
 *     share = s (D exp(−g (y − 2022)))^(−1/3).
 *
 * The exponent is that of the physics; s and g are fitted, least squares of log shares, to
 * devices whose products were published. Outside the densities D exp(−g (y − 2022)) of those
 * devices the nearest of them holds.
 */
#ifndef HANSE_CLI_POWER_SHARE_H
#define HANSE_CLI_POWER_SHARE_H

#include <stddef.h>

struct hanse_share_point {
    double density; /* peak ÷ power limit, TFLOP/s a watt, 16 bit */
    double year;
    double share; /* of the peak that was reached */
};

struct hanse_share_law {
    double log_constant, gain; /* log s, g */
    double least, most;        /* log densities of the points, as of 2022 */
    double log_sd;             /* of a point about the law */
    int n;
};

/* All > 0. Fewer than three points, or all of one year: n is 0 and nothing is known. */
void hanse_share_fit(const struct hanse_share_point *points, size_t n,
                     struct hanse_share_law *law);
double hanse_share_at(const struct hanse_share_law *law, double density, double year);

#endif
