#include "sim/engine/calendar.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "sim/engine/calendar_state.h"
#include "sim/engine/ladder.h"

enum {
    FIRST_CAPACITY = 64,
    DEAD_ALLOWANCE = 64, /* below this many dead entries a sweep isn't worth its walk */
    LAST_STAMP = 0xffff,
};
#define MOST_EVENTS (1u << 31)

static uint64_t bits_of(double time)
{
    uint64_t bits;
    memcpy(&bits, &time, sizeof bits);
    return bits;
}

static double time_of(uint64_t bits)
{
    double time;
    memcpy(&time, &bits, sizeof time);
    return time;
}

/* Order classes first, then priorities from -128 up. */
static uint16_t rank_of(const struct hanse_event *event)
{
    return (uint16_t)(event->order << 8 | (event->priority + 128));
}

static hanse_handle handle_of(const struct hanse__slot *slots, uint32_t slot)
{
    return (uint64_t)slots[slot].generation << 32 | slot;
}

/* The slot a handle names, HANSE__NO_SLOT when its event has left. */
static uint32_t slot_named(const struct hanse__calendar *state, const struct hanse__slot *slots,
                           hanse_handle handle)
{
    uint32_t slot = (uint32_t)handle;
    if (slot >= state->n_slots || !slots[slot].busy || slots[slot].generation != handle >> 32) {
        return HANSE__NO_SLOT;
    }
    return slot;
}

static enum hanse_status list_grow(struct hanse_arena *arena, hanse_ref place,
                                   uint32_t capacity)
{
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    return state->kind == HANSE_CALENDAR_LADDER ? hanse__ladder_grow(arena, place, capacity)
                                                : hanse__heap_grow(arena, place, capacity);
}

static inline void list_push(struct hanse_arena *arena, struct hanse__calendar *state,
                             struct hanse__entry entry)
{
    if (state->kind == HANSE_CALENDAR_LADDER) {
        hanse__ladder_push(arena, state, entry);
    } else {
        hanse__heap_push(arena, state, entry);
    }
}

/* The first entry, dead or alive; NULL when there is none. */
static inline const struct hanse__entry *list_front(struct hanse_arena *arena,
                                                    struct hanse__calendar *state)
{
    return state->kind == HANSE_CALENDAR_LADDER ? hanse__ladder_front(arena, state)
                                                : hanse__heap_front(arena, state);
}

static inline void list_drop(struct hanse_arena *arena, struct hanse__calendar *state)
{
    if (state->kind == HANSE_CALENDAR_LADDER) {
        hanse__ladder_drop(state);
    } else {
        hanse__heap_drop(arena, state);
    }
}

static void purge(struct hanse_arena *arena, struct hanse__calendar *state)
{
    if (state->kind == HANSE_CALENDAR_LADDER) {
        hanse__ladder_purge(arena, state);
    } else {
        hanse__heap_purge(arena, state);
    }
    state->n_dead = 0;
}

/* Slots and list grow together; a failure leaves the calendar as it was, only roomier. */
static enum hanse_status grow(struct hanse_arena *arena, hanse_ref place, uint32_t capacity)
{
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    if (state->list_capacity < capacity) {
        HANSE_TRY(list_grow(arena, place, capacity));
        state = hanse_arena_at(arena, place);
        state->list_capacity = capacity;
    }
    size_t size = sizeof(struct hanse__slot);
    hanse_ref slots =
        hanse_arena_resize(arena, state->slots, state->capacity * size, capacity * size);
    if (slots == 0) {
        return HANSE_ERR_MEMORY;
    }
    state = hanse_arena_at(arena, place);
    state->slots = slots;
    state->capacity = capacity;
    return HANSE_OK;
}

enum hanse_status hanse_calendar_reserve(struct hanse_calendar *calendar, uint64_t events)
{
    if (events > MOST_EVENTS) {
        return hanse__fail(calendar->arena->ctx, HANSE_ERR_LIMIT,
                           "calendar: at most %u events at once, got %llu", MOST_EVENTS,
                           (unsigned long long)events);
    }
    if (events <= hanse__calendar_of(calendar)->capacity) {
        return HANSE_OK;
    }
    return grow(calendar->arena, calendar->state, (uint32_t)events);
}

static __attribute__((noinline)) enum hanse_status grow_double(struct hanse_calendar *calendar)
{
    return hanse_calendar_reserve(calendar,
                                  2 * (uint64_t)hanse__calendar_of(calendar)->capacity);
}

/* One more entry and one more slot will find room. */
static inline enum hanse_status reserve_one(struct hanse_calendar *calendar)
{
    const struct hanse__calendar *state = hanse__calendar_of(calendar);
    bool slot_left = state->free_slot != HANSE__NO_SLOT || state->n_slots < state->capacity;
    if (slot_left && state->n_live + state->n_dead < state->capacity) {
        return HANSE_OK;
    }
    return grow_double(calendar);
}

static __attribute__((noinline)) enum hanse_status
bad_time(const struct hanse_calendar *calendar, double time)
{
    double now = time_of(hanse__calendar_of(calendar)->now);
    struct hanse_context *ctx = calendar->arena->ctx;
    if (isfinite(time)) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "calendar: an event may not lie in the past, got time %.17g at %.17g", time, now);
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                       "calendar: an event's time must be finite, got %g at %.17g", time, now);
}

static inline enum hanse_status check_time(const struct hanse_calendar *calendar, double time)
{
    double now = time_of(hanse__calendar_of(calendar)->now);
    return time >= now && time <= DBL_MAX ? HANSE_OK : bad_time(calendar, time);
}

enum hanse_status hanse_calendar_init(struct hanse_calendar *calendar,
                                      struct hanse_arena *arena, enum hanse_calendar_kind kind)
{
    size_t ladder = kind == HANSE_CALENDAR_LADDER ? sizeof(struct hanse__ladder) : 0;
    hanse_ref place = hanse_arena_take(arena, sizeof(struct hanse__calendar) + ladder);
    if (place == 0) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse__calendar *state = hanse_arena_at(arena, place);
    state->kind = kind;
    state->free_slot = HANSE__NO_SLOT;
    HANSE_TRY(grow(arena, place, FIRST_CAPACITY));
    *calendar = (struct hanse_calendar){arena, place};
    return HANSE_OK;
}

static uint32_t slot_take(struct hanse__calendar *state, struct hanse__slot *slots)
{
    uint32_t slot = state->free_slot;
    if (slot != HANSE__NO_SLOT) {
        state->free_slot = slots[slot].entity;
        return slot;
    }
    slot = state->n_slots++;
    slots[slot].generation = 1;
    slots[slot].stamp = 1;
    return slot;
}

/* A slot whose generations are used up is retired: an ancient handle must not fit again. */
static void slot_leave(struct hanse__calendar *state, struct hanse__slot *slots, uint32_t slot)
{
    slots[slot].busy = 0;
    if (++slots[slot].generation != 0) {
        slots[slot].entity = state->free_slot;
        state->free_slot = slot;
    }
    state->n_live--;
}

/* Leaves the slot's entry behind dead. When the stamps are used up, the sweep makes sure that
 * no entry bears a stamp that is about to be given out again. */
static void entry_leave(struct hanse_calendar *calendar, struct hanse__calendar *state,
                        struct hanse__slot *slots, uint32_t slot)
{
    state->n_dead++;
    if (slots[slot].stamp < LAST_STAMP) {
        slots[slot].stamp++;
        return;
    }
    slots[slot].stamp = 0;
    purge(calendar->arena, state);
    slots[slot].stamp = 1;
}

static void purge_when_many(struct hanse_calendar *calendar, struct hanse__calendar *state)
{
    if (state->n_dead > state->n_live + DEAD_ALLOWANCE) {
        purge(calendar->arena, state);
    }
}

enum hanse_status hanse_calendar_schedule(struct hanse_calendar *calendar,
                                          const struct hanse_event *event, hanse_handle *handle)
{
    HANSE_TRY(check_time(calendar, event->time));
    HANSE_TRY(reserve_one(calendar));
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    uint32_t slot = slot_take(state, slots);
    struct hanse__slot *s = &slots[slot];
    s->entity = event->entity;
    s->kind = event->kind;
    s->rank = rank_of(event);
    s->busy = 1;
    state->n_live++;
    /* + 0.0 turns -0.0, whose bits would order after everything, into 0. */
    struct hanse__entry entry =
        hanse__entry_of(bits_of(event->time + 0.0), s->rank, s->stamp, slot);
    list_push(calendar->arena, state, entry);
    if (handle != NULL) {
        *handle = handle_of(slots, slot);
    }
    return HANSE_OK;
}

/* Brings a living entry to the front; NULL when none is left. */
static inline const struct hanse__entry *front_alive(struct hanse_calendar *calendar,
                                                     struct hanse__calendar *state,
                                                     const struct hanse__slot *slots)
{
    const struct hanse__entry *entry;
    while ((entry = list_front(calendar->arena, state)) != NULL) {
        if (hanse__entry_alive(slots, *entry)) {
            break;
        }
        list_drop(calendar->arena, state);
        state->n_dead--;
    }
    return entry;
}

/* Takes the next event if it comes before the time with these bits. */
static inline bool take_before(struct hanse_calendar *calendar, uint64_t end,
                               struct hanse_event *event)
{
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    const struct hanse__entry *front = front_alive(calendar, state, slots);
    if (front == NULL || front->time >= end) {
        return false;
    }
    struct hanse__entry entry = *front;
    list_drop(calendar->arena, state);
    state->now = entry.time;
    const struct hanse__slot *s = &slots[hanse__entry_slot(entry)];
    *event = (struct hanse_event){.time = time_of(entry.time),
                                  .kind = s->kind,
                                  .order = (uint8_t)(hanse__entry_rank(entry) >> 8),
                                  .priority = (int8_t)((hanse__entry_rank(entry) & 0xff) - 128),
                                  .entity = s->entity};
    slot_leave(state, slots, hanse__entry_slot(entry));
    return true;
}

bool hanse_calendar_next(struct hanse_calendar *calendar, struct hanse_event *event)
{
    return take_before(calendar, UINT64_MAX, event);
}

bool hanse_calendar_next_before(struct hanse_calendar *calendar, double time,
                                struct hanse_event *event)
{
    return time > 0.0 && take_before(calendar, bits_of(time), event);
}

double hanse_calendar_peek(struct hanse_calendar *calendar)
{
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    const struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    const struct hanse__entry *front = front_alive(calendar, state, slots);
    return front != NULL ? time_of(front->time) : INFINITY;
}

bool hanse_calendar_look(const struct hanse_calendar *calendar, uint32_t ahead,
                         struct hanse_event *event)
{
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    if (state->kind != HANSE_CALENDAR_LADDER) {
        return false;
    }
    const struct hanse__ladder *l = hanse__ladder_of(state);
    if (ahead >= l->tail - l->head) {
        return false;
    }
    const struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    const struct hanse__slot *s = &slots[hanse__entry_slot(l->bottom[l->head + ahead])];
    event->kind = s->kind;
    event->entity = s->entity;
    return s->busy != 0;
}

void hanse_calendar_fetch(const struct hanse_calendar *calendar, hanse_handle handle)
{
    const struct hanse__calendar *state = hanse__calendar_of(calendar);
    const struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    if ((uint32_t)handle < state->n_slots) {
        __builtin_prefetch(&slots[(uint32_t)handle], 1);
    }
}

bool hanse_calendar_cancel(struct hanse_calendar *calendar, hanse_handle handle)
{
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    uint32_t slot = slot_named(state, slots, handle);
    if (slot == HANSE__NO_SLOT) {
        return false;
    }
    entry_leave(calendar, state, slots, slot);
    slot_leave(state, slots, slot);
    purge_when_many(calendar, state);
    return true;
}

enum hanse_status hanse_calendar_reschedule(struct hanse_calendar *calendar,
                                            hanse_handle handle, double time)
{
    struct hanse__calendar *state = hanse__calendar_of(calendar);
    struct hanse__slot *slots = hanse_arena_at(calendar->arena, state->slots);
    uint32_t slot = slot_named(state, slots, handle);
    if (slot == HANSE__NO_SLOT) {
        return hanse__fail(calendar->arena->ctx, HANSE_ERR_INPUT,
                           "calendar: only a scheduled event can be moved, and the one with "
                           "handle %llx has left",
                           (unsigned long long)handle);
    }
    HANSE_TRY(check_time(calendar, time));
    HANSE_TRY(reserve_one(calendar));
    state = hanse__calendar_of(calendar);
    slots = hanse_arena_at(calendar->arena, state->slots);
    entry_leave(calendar, state, slots, slot);
    struct hanse__entry entry =
        hanse__entry_of(bits_of(time + 0.0), slots[slot].rank, slots[slot].stamp, slot);
    list_push(calendar->arena, state, entry);
    purge_when_many(calendar, state);
    return HANSE_OK;
}

uint64_t hanse_calendar_size(const struct hanse_calendar *calendar)
{
    return hanse__calendar_of(calendar)->n_live;
}
