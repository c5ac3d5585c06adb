/*
 * Viewers: for whose demand a measure is taken. Everybody's, each jurisdiction's whose people
 * ask, and each bloc's with such a member.
 *
 * Sizes of a shortfall, as shares of an hour's demand, are the other axis that no scenario
 * declares.
 */
#ifndef HANSE_SIM_PROCESS_VIEWER_H
#define HANSE_SIM_PROCESS_VIEWER_H

#include "sim/process/world.h"

struct hanse_viewer {
    const char *name, *label;
    int32_t jurisdiction, bloc; /* -1 none; both -1: everybody */
};

struct hanse_shortfall {
    const char *name, *label;
    double size; /* share of an hour's demand; 0: any */
};

extern const struct hanse_kind hanse_kind_viewer, hanse_kind_shortfall;

const struct hanse_viewer *hanse__viewers(const struct hanse_world *world, int32_t *n);

/* Is the region's demand among what the viewer looks at? */
bool hanse__viewer_sees(const struct hanse_world *world, const struct hanse_viewer *viewer,
                        int32_t region);

#endif
