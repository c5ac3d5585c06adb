/*
 * One replication of one case, from start to horizon.
 *
 * A worker owns everything that a replication moves: arena, calendar, scenario instance. It is
 * reused from one task to the next, so nothing is allocated once warm.
 */
#ifndef HANSE_SIM_PROCESS_REPLICATION_H
#define HANSE_SIM_PROCESS_REPLICATION_H

#include "sim/engine/calendar.h"
#include "sim/process/hook.h"
#include "sim/process/layout.h"
#include "sim/process/record.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_worker;

/* One per thread; belongs to its thread's own context. */
HANSE_API enum hanse_status hanse_worker_create(struct hanse_context *ctx,
                                                struct hanse_worker **worker);
HANSE_API void hanse_worker_destroy(struct hanse_worker *worker);

/* Runs (scenario, replication) and points `record` at the outcome, owned by the worker and
 * valid until its next run. central: all inputs at mid. A replication that fails is not an
 * error here: record->failed says so. Other trouble (memory) is. */
HANSE_API enum hanse_status hanse_worker_run(struct hanse_worker *worker,
                                             const struct hanse_scenario *scenario,
                                             const struct hanse_layout *layout, uint64_t seed,
                                             uint32_t replication, bool central,
                                             struct hanse_record *record);

/* Where the functions of scenarios that have some come from; copied, NULL none. A replication
 * of such a scenario fails without. */
HANSE_API void hanse_worker_hooks(struct hanse_worker *worker,
                                  const struct hanse_hook_maker *maker);

/* In place of a site's devices, perfect capacity at its region and under its law: `share` of
 * those installed there, that never fail and need no power. For capacity credits; policies and
 * books still see the devices. NULL: none, as at first. The worker keeps the pointer. */
struct hanse_stand_in {
    int32_t site; /* row */
    double share; /* >= 0 */
};
HANSE_API void hanse_worker_stand_in(struct hanse_worker *worker,
                                     const struct hanse_stand_in *stand_in);

/* In steps, for tests and studies that copy a running replication: start, then advance to
 * given hours, then finish. `to` becomes a bit-wise copy that continues on its own. */
HANSE_API enum hanse_status hanse_worker_start(struct hanse_worker *worker,
                                               const struct hanse_scenario *scenario,
                                               const struct hanse_layout *layout, uint64_t seed,
                                               uint32_t replication, bool central);
HANSE_API enum hanse_status hanse_worker_advance(struct hanse_worker *worker, double to_h);
HANSE_API enum hanse_status hanse_worker_copy(struct hanse_worker *to,
                                              const struct hanse_worker *from);
/* The series as they stand, laid out as in a record; of the month under way, sums so far. */
HANSE_API const double *hanse_worker_series(const struct hanse_worker *worker);
HANSE_API enum hanse_status hanse_worker_finish(struct hanse_worker *worker,
                                                struct hanse_record *record);

/* Looks on: `begin` before each event is handled and before each mechanism's share of a sweep,
 * `end` after it. `what` is "fleet.fail", "dispatch.hours" …; `entity` the path of whom it
 * concerns, "" for sweeps. For --trace and --profile; NULL looks away. */
struct hanse_observer {
    void *self;
    void (*begin)(void *self, double time_h, const char *what, const char *entity);
    void (*end)(void *self);
};
HANSE_API void hanse_worker_observe(struct hanse_worker *worker,
                                    const struct hanse_observer *observer);

/* Shared inside the library: the event list that the worker's next replication runs on; tests
 * hold the ladder's order against the heap's. */
void hanse__worker_use_calendar(struct hanse_worker *worker, enum hanse_calendar_kind kind);

/* What struct hanse_note.what means: name of the i-th, NULL past the end. */
HANSE_API const char *hanse_note_name(uint32_t what);

#ifdef __cplusplus
}
#endif
#endif
