/*
 * Software stacks: why a second vendor isn't free.
 *
 * An accelerator may name the stack it is programmed with. A workload runs on it once it has
 * been ported there, which takes time and money, and then at an `efficiency` relative to what
 * the device's own figures say. Where no port is declared the workload is taken to run as the
 * device's figures say: software is scarce only where a scenario says so.
 *
 * Support ends at a date (`support_until`), when the stack's vendor is withdrawn on axis
 * spares (keys and updates), or when an export rule cuts firmware for the country. From then
 * on speeds fall by exp(−ageing · years without support): new models' kernels aren't written
 * for it. Support that returns makes up for all of it at once. A stack with a `live` licence
 * stops altogether while its vendor is withdrawn on axis control.
 */
#ifndef HANSE_SIM_PROCESS_STACK_H
#define HANSE_SIM_PROCESS_STACK_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_stack {
    const char *name, *label;
    int32_t vendor; /* firm */
    struct hanse_actor_list firmware_open_to;
    bool live;
    double support_until_h, ageing_per_year;
};

struct hanse_port { /* of a workload to a stack */
    const char *name, *label;
    int32_t stack, workload, payer; /* payer: site; -1 nobody */
    double efficiency, from_h, cost_eur;
    struct hanse_duration porting;
};

extern const struct hanse_kind hanse_kind_stack, hanse_kind_port;
extern const struct hanse_mechanism hanse_mechanism_stack;

/* What a device's speed for a workload is multiplied with, in a jurisdiction, now. */
double hanse__stack_factor(const struct hanse_world *world, int32_t accelerator,
                           int32_t workload, int32_t jurisdiction);

#endif
