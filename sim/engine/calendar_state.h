/*
 * Inside the calendar: what the public face, the ladder and the heap share.
 *
 * A scheduled event is kept in two parts. Its *slot* says what it is (kind, entity, tie rank)
 * and never moves; the handle names it by index and generation. Its *entry* says when it is,
 * and is what the event list sorts: 16 bytes, so that four share a cache line. An entry is
 * alive while its stamp equals its slot's. To cancel or to move an event only changes the
 * stamp: the old entry stays behind dead, is counted, and is dropped when it surfaces or when
 * the dead outnumber the living.
 *
 * Times are kept as the bits of a non-negative double, which order like unsigned integers.
 * The tie rank is (order class, priority) in one 16-bit number, so (time, rank) is one 80-bit
 * key. Order of scheduling needs no field in the ladder, whose buckets are first-in-first-out;
 * the heap, which is the reference, keeps an explicit sequence number instead.
 *
 * Room is reserved when an event is scheduled, so that taking one never allocates.
 */
#ifndef HANSE_SIM_ENGINE_CALENDAR_STATE_H
#define HANSE_SIM_ENGINE_CALENDAR_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/calendar.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE__NO_SLOT = 0xffffffffu };

/* Two words rather than a field for each part, and passed by value: an entry then travels in
 * registers. Written to memory in parts and read back whole it would stall the processor. */
struct hanse__entry {
    uint64_t time; /* bits of a non-negative finite double */
    uint64_t what; /* rank, 16 bits; stamp, 16; slot, 32 */
};

struct hanse__slot {
    uint32_t generation; /* of the handle; grows when the event leaves */
    uint32_t entity;     /* or, of a free slot, the next free one */
    uint16_t kind;
    uint16_t stamp; /* 1 … 65535; 0 while its entries are being swept */
    uint16_t rank;
    uint16_t busy;
};

struct hanse__calendar {
    enum hanse_calendar_kind kind;
    hanse_ref slots;
    hanse_ref list;         /* the heap's array; a ladder's fixed part lies behind this */
    hanse_ref chunks;       /* the ladder's pool of chunks; 0 with a heap */
    uint32_t capacity;      /* entries, dead ones included, that need no allocation */
    uint32_t list_capacity; /* the list's share of it; larger only after a failed growth */
    uint32_t n_slots;       /* slots ever used */
    uint32_t free_slot;
    uint32_t n_live;
    uint32_t n_dead;
    uint32_t n_heap;      /* entries in the heap's array */
    uint64_t now;         /* time bits of the last event taken */
    uint64_t n_scheduled; /* the heap's sequence */
};

static inline struct hanse__calendar *hanse__calendar_of(const struct hanse_calendar *calendar)
{
    return (struct hanse__calendar *)hanse_arena_at(calendar->arena, calendar->state);
}

static inline struct hanse__entry hanse__entry_of(uint64_t time, uint16_t rank, uint16_t stamp,
                                                  uint32_t slot)
{
    struct hanse__entry entry = {time, (uint64_t)rank << 48 | (uint64_t)stamp << 32 | slot};
    return entry;
}

static inline uint32_t hanse__entry_slot(struct hanse__entry entry)
{
    return (uint32_t)entry.what;
}

static inline uint32_t hanse__entry_rank(struct hanse__entry entry)
{
    return (uint32_t)(entry.what >> 48);
}

static inline bool hanse__entry_before(struct hanse__entry a, struct hanse__entry b)
{
    return a.time < b.time || (a.time == b.time && hanse__entry_rank(a) < hanse__entry_rank(b));
}

static inline bool hanse__entry_alive(const struct hanse__slot *slots,
                                      struct hanse__entry entry)
{
    return slots[hanse__entry_slot(entry)].stamp == (uint16_t)(entry.what >> 32);
}

/* The reference heap, with the same verbs as ladder.h. */
enum hanse_status hanse__heap_grow(struct hanse_arena *arena, hanse_ref place,
                                   uint32_t capacity);
void hanse__heap_push(struct hanse_arena *arena, struct hanse__calendar *state,
                      struct hanse__entry entry);
const struct hanse__entry *hanse__heap_front(struct hanse_arena *arena,
                                             struct hanse__calendar *state);
void hanse__heap_drop(struct hanse_arena *arena, struct hanse__calendar *state);
void hanse__heap_purge(struct hanse_arena *arena, struct hanse__calendar *state);

#ifdef __cplusplus
}
#endif
#endif
