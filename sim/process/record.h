/*
 * The record: what a finished task leaves behind. Plain data, copied out of the arena.
 */
#ifndef HANSE_SIM_PROCESS_RECORD_H
#define HANSE_SIM_PROCESS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Something worth a line in /events: shocks always, others on request. */
struct hanse_note {
    double time_h;
    uint32_t what;   /* index into hanse_note_names */
    uint32_t kind;   /* of the entity, index into hanse_kinds() */
    uint32_t entity; /* row in its table */
    uint32_t spare;
    double value;
};

struct hanse_record {
    uint32_t case_index;
    uint32_t replication;
    bool central; /* run with every input at its mid value, to isolate simulation error */
    bool failed;
    char failure[256];    /* when failed: scenario, seed, time, entity, reason */
    uint64_t n_events;    /* taken from the calendar */
    const double *inputs; /* drawn parameters, base units */
    size_t n_inputs;
    const double *series; /* see layout.h */
    size_t n_values;
    const struct hanse_note *notes;
    size_t n_notes;
};

#ifdef __cplusplus
}
#endif
#endif
