/*
 * The calendar (event list): what happens next.
 *
 * An event is a time, an order class and priority for ties, and two words for its owner: a
 * kind (which handler) and an entity (whom). At equal times events leave by (class, priority,
 * order of scheduling), never by the structure's whim. A handle names one scheduled event; it
 * carries a generation, so that cancelling or moving an event that has already left is a safe
 * no-op that returns false: a stale wake-up can't touch a later event in the same slot.
 *
 * The calendar lives in an arena and holds no pointers: copying the arena copies it.
 */
#ifndef HANSE_SIM_ENGINE_CALENDAR_H
#define HANSE_SIM_ENGINE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_event {
    double time;     /* in the model's unit; national models use hours */
    uint16_t kind;   /* chosen by the model: which handler */
    uint8_t order;   /* class at equal times: lower leaves first */
    int8_t priority; /* within a class: lower leaves first */
    uint32_t entity; /* chosen by the model: whom it concerns */
};

/* A scheduled event's name; 0 names none. */
typedef uint64_t hanse_handle;

enum hanse_calendar_kind {
    HANSE_CALENDAR_LADDER, /* radix ladder: the one to use */
    HANSE_CALENDAR_HEAP,   /* 4-ary heap: the reference that tests compare with */
};

struct hanse_calendar {
    struct hanse_arena *arena;
    hanse_ref state;
};

/* Makes an empty calendar inside `arena`. Times start at 0. */
HANSE_API enum hanse_status hanse_calendar_init(struct hanse_calendar *calendar,
                                                struct hanse_arena *arena,
                                                enum hanse_calendar_kind kind);

/* Makes room for so many events, pending and cancelled, at once. A calendar doubles its room as
 * it needs to and leaves the old behind; a model that knows how many will come saves that.
 * HANSE_ERR_LIMIT above 2^31. */
HANSE_API enum hanse_status hanse_calendar_reserve(struct hanse_calendar *calendar,
                                                   uint64_t events);

/* Schedules an event. -0.0 counts as 0. A time that is NaN, infinite or before the time of
 * the last event taken is refused with HANSE_ERR_DOMAIN. `handle` may be NULL. */
HANSE_API enum hanse_status hanse_calendar_schedule(struct hanse_calendar *calendar,
                                                    const struct hanse_event *event,
                                                    hanse_handle *handle);

/* Takes the next event; false when none is left. */
HANSE_API bool hanse_calendar_next(struct hanse_calendar *calendar, struct hanse_event *event);

/* Takes the next event if it comes before `time`; else, or when none is left, false. */
HANSE_API bool hanse_calendar_next_before(struct hanse_calendar *calendar, double time,
                                          struct hanse_event *event);

/* The next event's time, +infinity when none is left. */
HANSE_API double hanse_calendar_peek(struct hanse_calendar *calendar);

/* Forgets a scheduled event; false when it has already left or was cancelled. O(1). */
HANSE_API bool hanse_calendar_cancel(struct hanse_calendar *calendar, hanse_handle handle);

/* Moves a scheduled event to another time, as if newly scheduled; the handle stays valid.
 * HANSE_ERR_INPUT when it has already left, HANSE_ERR_DOMAIN for a bad time. O(1). */
HANSE_API enum hanse_status hanse_calendar_reschedule(struct hanse_calendar *calendar,
                                                      hanse_handle handle, double time);

HANSE_API uint64_t hanse_calendar_size(const struct hanse_calendar *calendar);

/* --- for speed alone ---------------------------------------------------------------------
 * With so many events pending that their state is not in the cache, a model that fetches ahead
 * waits for memory less. Nothing depends on these two but the speed. */

/* A hint at the event that is `ahead` places behind the next one, so that a model can fetch its
 * state into the cache: kind and entity. Up to 6 places are mostly known. It may turn out to be
 * cancelled, or others may come in between. False when that is not known without work; always
 * so with the heap. */
HANSE_API bool hanse_calendar_look(const struct hanse_calendar *calendar, uint32_t ahead,
                                   struct hanse_event *event);

/* A hint that this event is about to be cancelled or moved. Any handle will do. */
HANSE_API void hanse_calendar_fetch(const struct hanse_calendar *calendar, hanse_handle handle);

#ifdef __cplusplus
}
#endif
#endif
