/*
 * The resource view: all that a scheduling policy may know of a machine.
 *
 * A policy asks whether a job fits now, when it could start at the earliest, takes room for it
 * from now or from a later time (a reservation), and gives room back. What a machine is stays
 * behind the view: a number of processors (count), a set of numbered machines (machine set), or
 * nodes with devices of several types (typed nodes). So one policy serves them all.
 *
 * Everything a view promises is by estimates: a job taken at t holds its room over
 * [t, t + estimate). When it ends before that, the rest is released. Room whose time is over is
 * free by itself: a job whose estimated end is <= now counts as finished.
 *
 * A view's state lies in an arena and holds no pointers: copying the arena copies the machine.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_RESOURCE_H
#define HANSE_SIM_PROCESS_SCHEDULE_RESOURCE_H

#include <stdbool.h>

#include "sim/base/arena.h"
#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_resource;

/* What can't fit now, told without looking at jobs: none wider than `now`, and none that ends
 * after `until_s` and is wider than `after`. Necessary, not sufficient: it lets a policy skip
 * most of a long queue. {UINT32_MAX, 0, UINT32_MAX} says nothing. */
struct hanse_limits {
    uint32_t now;
    double until_s;
    uint32_t after;
};

struct hanse_resource_kind {
    const char *name; /* "count" */
    const char *doc;  /* one sentence */

    /* Moves the present to now_s, which never falls. Called before all others at an instant. */
    enum hanse_status (*advance)(struct hanse_resource *view, double now_s);

    /* Could the job be taken now and keep its room for its whole estimate? */
    bool (*fits_now)(const struct hanse_resource *view, const struct hanse_job *job);

    /* The earliest time >= now at which the job can have its room for its whole estimate;
     * +infinity when the machine as it is can never hold it. */
    double (*earliest)(const struct hanse_resource *view, const struct hanse_job *job);

    /* Takes the job's room over [start_s, start_s + estimate), where start_s is now (and it
     * fits) or what `earliest` said. `*slot` names what was taken; the caller keeps it. */
    enum hanse_status (*take)(struct hanse_resource *view, const struct hanse_job *job,
                              double start_s, uint32_t *slot);

    /* Gives back what the job, taken from start_s, still holds from at_s on. at_s = start_s
     * undoes a reservation. The slot is void afterwards. */
    enum hanse_status (*release)(struct hanse_resource *view, const struct hanse_job *job,
                                 double start_s, uint32_t slot, double at_s);

    /* The earliest time <= start_s the job could have, were its reservation at start_s given
     * back. May be NULL: then policies give it back and ask `earliest`. */
    double (*sooner)(const struct hanse_resource *view, const struct hanse_job *job,
                     double start_s, uint32_t slot);

    /* For policies without reservations, on machines where jobs differ in where they may run.
     * The job, which does not fit, waits and keeps those behind it from all it could run on,
     * until `unbar`: they don't fit there and are not taken there. Jobs of one need differ in
     * width only: where a narrow one does not fit, no wider one does. May be NULL: everybody
     * behind it waits too. */
    void (*bar)(struct hanse_resource *view, const struct hanse_job *job);
    void (*unbar)(struct hanse_resource *view);

    /* No job wider than this fits at any instant of [from_s, to_s). May be NULL. */
    uint32_t (*greatest)(const struct hanse_resource *view, double from_s, double to_s);

    /* May be NULL: says nothing. */
    void (*limits)(const struct hanse_resource *view, struct hanse_limits *limits);

    /* The machines a slot holds, as bits, *n_words words of 64; NULL where they have no
     * numbers. Valid until the view changes. May be NULL. */
    const uint64_t *(*machines)(const struct hanse_resource *view, uint32_t slot,
                                uint32_t *n_words);

    /* Machines first ... first + n - 1 (processors that are alike: any n; nodes: these) failed
     * and take nothing before until_s. Nothing runs on them and nobody holds a reservation. May
     * be NULL: such a machine can't fail. */
    enum hanse_status (*close)(struct hanse_resource *view, uint32_t first, uint32_t n,
                               double until_s);

    /* In a debug build: stops the program when the books don't balance. May be NULL. */
    void (*check)(const struct hanse_resource *view);
};

/* One machine. Plain data beside the arena; copy it, point `arena` to the arena's copy. */
struct hanse_resource {
    const struct hanse_resource_kind *kind;
    struct hanse_arena *arena;
    hanse_ref state;
    uint32_t processors; /* of the whole machine: what a job's size is compared with */
    uint32_t units;      /* nodes, where there are some: what fails as one; else 0 */
    void *user;          /* a caller's own, for kinds made outside the library; NULL */
};

/* A machine of `processors` that are all alike: only their number matters. */
HANSE_API enum hanse_status hanse_resource_init_count(struct hanse_resource *view,
                                                      struct hanse_arena *arena,
                                                      uint32_t processors);

/* Machines 0 ... n - 1, told apart: a job takes the lowest free ones, and a reservation is a
 * time and a set of machines, as Batsim's schedulers have it. */
HANSE_API enum hanse_status hanse_resource_init_machines(struct hanse_resource *view,
                                                         struct hanse_arena *arena, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
