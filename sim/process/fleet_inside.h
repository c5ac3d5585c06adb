/*
 * Inside the fleet: its outputs by number; fleet.c writes them, maintenance.c describes them.
 */
#ifndef HANSE_SIM_PROCESS_FLEET_INSIDE_H
#define HANSE_SIM_PROCESS_FLEET_INSIDE_H

#include "sim/process/mechanism.h"

enum {
    OUT_INSTALLED,
    OUT_AVAILABLE,
    OUT_DOWN,
    OUT_FAILURES,
    OUT_LOST,
    OUT_SPARES,
    OUT_FILLED,
    OUT_ON_ORDER,
    OUT_RATE, /* the fill rate: a ratio of two others */
    OUT_COUNT
};

extern const struct hanse_output hanse__fleet_outputs[OUT_COUNT];

#endif
