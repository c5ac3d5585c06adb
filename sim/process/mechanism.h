/*
 * Mechanisms: everything that can happen, one file pair each, described by a static table.
 *
 * A descriptor names the kinds (schema rows) the mechanism brings, the outputs it writes, and
 * its functions. Validation, --set, `hanse check`, HDF5, CSV, the summary and the reference
 * page read these tables; nothing about a mechanism is written anywhere else. To add one,
 * write its pair and add a line to the list in mechanism.c.
 */
#ifndef HANSE_SIM_PROCESS_MECHANISM_H
#define HANSE_SIM_PROCESS_MECHANISM_H

#include "sim/engine/calendar.h"
#include "sim/model/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_world;

/* How an output's hourly contributions become a month's value and a window's. All but RATIO
 * add up over the items of their dimensions, unless the output says otherwise. */
enum hanse_reducer {
    HANSE_SUM,      /* flows: totals */
    HANSE_MEAN,     /* levels: time-weighted mean over the hours */
    HANSE_LAST,     /* stocks: value at the end */
    HANSE_RATIO,    /* numerator output ÷ denominator output, both reduced first */
    HANSE_PER_YEAR, /* flows: totals per year of 8,760 h */
    /* Latencies: COUNTS holds HANSE_LATENCY_BINS counts an item (serving/law.h), which add up
     * and are no view of their own; P50 … are quantiles of the counts that `numerator` names,
     * once those are added up. */
    HANSE_COUNTS,
    HANSE_P50,
    HANSE_P95,
    HANSE_P99,
};

/* Is it computed from other outputs, with no figures of its own? */
static inline bool hanse_reducer_derived(enum hanse_reducer reducer)
{
    return reducer == HANSE_RATIO || reducer >= HANSE_P50;
}

/* Items that overlap are never added up. */
enum hanse_overlap {
    HANSE_OVERLAP_NONE,
    /* Hours in which several lost load: the only view is the whole table, under the output's
     * own name. */
    HANSE_OVERLAP_ALL,
    /* Work under several legal systems: no view sums over the last dimension. */
    HANSE_OVERLAP_LAST,
};

struct hanse_output {
    const char *name;
    const char *unit;      /* UDUNITS-2 text */
    const char *long_name; /* for people and plots */
    const char *dims[2];   /* kinds whose rows index it: "region", "workload"; NULL none */
    enum hanse_reducer reducer;
    /* RATIO: names of outputs with the same dims; quantiles: the counts' as numerator */
    const char *numerator, *denominator;
    enum hanse_overlap overlap;
    bool above_one; /* RATIO of unit 1 that is no share: may pass 1 */
};

/* Is it a share, from 0 to 1? A month's may pass 1 where what is counted on top began before.
 */
static inline bool hanse_output_is_share(const struct hanse_output *output)
{
    return output->reducer == HANSE_RATIO && output->unit[0] == '1' &&
           output->unit[1] == '\0' && !output->above_one;
}

struct hanse_mechanism {
    const char *name;
    const char *doc;
    const struct hanse_kind *const *kinds;
    size_t n_kinds;
    const struct hanse_output *outputs;
    size_t n_outputs;
    /* Takes its state from the world's arena and schedules its first events. */
    enum hanse_status (*init)(struct hanse_world *world);
    /* Names of its events, by number, for traces and profiles; and whom an event concerns, as a
     * path such as "group/hall/h100/17". */
    const char *const *events;
    size_t n_events;
    void (*name_entity)(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size);
    /* Its events leave availability, orders and rules alone, so hours before them need not be
     * swept first. */
    bool aside;
    /* Handles an event of its own (event.kind / 16 is the mechanism's number, the rest its
     * event's). */
    enum hanse_status (*handle)(struct hanse_world *world, const struct hanse_event *event);
    /* Called after events that changed which devices are available, and once at the start. */
    enum hanse_status (*changed)(struct hanse_world *world);
    /* Its share of the hourly sweep, after all events of the hour; hours [from, to). */
    void (*hours)(struct hanse_world *world, int64_t from, int64_t to);
    /* Closes its books at the end of a month (0-based). */
    void (*month)(struct hanse_world *world, int32_t month);
};

/* All mechanisms, in the order they are called. */
HANSE_API const struct hanse_mechanism *const *hanse_mechanisms(size_t *n);
/* All kinds: the nouns of sim/model, then those of the mechanisms. */
HANSE_API const struct hanse_kind *const *hanse_kinds(size_t *n);
/* A draft that knows all kinds. */
HANSE_API enum hanse_status hanse_draft_create(struct hanse_context *ctx,
                                               struct hanse_draft **draft);

#ifdef __cplusplus
}
#endif
#endif
