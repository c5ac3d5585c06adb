/* The calendar's promises one by one: ties, handles, bad times, copies, bursts. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/calendar.h"
#include "sim/engine/calendar_state.h"

struct fixture {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_calendar calendar;
};

static const enum hanse_calendar_kind kinds[] = {HANSE_CALENDAR_LADDER, HANSE_CALENDAR_HEAP};

static void create(struct fixture *f, enum hanse_calendar_kind kind)
{
    f->ctx = hanse_context_create();
    assert_int_equal(hanse_arena_init(&f->arena, f->ctx, 0), HANSE_OK);
    assert_int_equal(hanse_calendar_init(&f->calendar, &f->arena, kind), HANSE_OK);
}

static void destroy(struct fixture *f)
{
    hanse_arena_fini(&f->arena);
    hanse_context_destroy(f->ctx);
}

static hanse_handle schedule(struct fixture *f, double time, uint32_t entity)
{
    struct hanse_event event = {.time = time, .entity = entity};
    hanse_handle handle = 0;
    assert_int_equal(hanse_calendar_schedule(&f->calendar, &event, &handle), HANSE_OK);
    assert_true(handle != 0);
    return handle;
}

static uint32_t take(struct fixture *f)
{
    struct hanse_event event;
    assert_true(hanse_calendar_next(&f->calendar, &event));
    return event.entity;
}

static void ties_leave_by_class_then_priority_then_scheduling(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        static const struct hanse_event events[] = {
            {1.0, 0, 2, -128, 5}, {1.0, 0, 1, 127, 4}, {1.0, 0, 1, -1, 1}, {1.0, 0, 1, 0, 2},
            {1.0, 0, 1, 0, 3},    {0.5, 0, 9, 9, 0},   {2.0, 0, 0, 0, 6},
        };
        for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
            hanse_calendar_schedule(&f.calendar, &events[i], NULL);
        }
        for (uint32_t i = 0; i < sizeof events / sizeof *events; i++) {
            assert_int_equal(take(&f), i);
        }
        destroy(&f);
    }
}

/* At one instant a handler may schedule what goes before everything still waiting. Many
 * times over, so that the ladder's base has to move back. */
static void lower_rank_scheduled_late_still_goes_first(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        struct hanse_event event = {.time = 3.0, .order = 5};
        for (uint32_t i = 0; i < 5000; i++) {
            event.entity = i;
            hanse_calendar_schedule(&f.calendar, &event, NULL);
        }
        for (uint32_t i = 0; i < 100; i++) {
            assert_int_equal(take(&f), i);
        }
        for (uint32_t i = 0; i < 5000; i++) {
            event = (struct hanse_event){.time = 3.0, .order = (uint8_t)(i % 5), .entity = i};
            hanse_calendar_schedule(&f.calendar, &event, NULL);
        }
        for (uint32_t i = 0; i < 5000; i++) {
            assert_int_equal(take(&f), i % 1000 * 5 + i / 1000);
        }
        for (uint32_t i = 100; i < 5000; i++) {
            assert_int_equal(take(&f), i);
        }
        destroy(&f);
    }
}

static void handles_of_events_that_left_are_harmless(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        hanse_handle first = schedule(&f, 1.0, 1);
        assert_int_equal(take(&f), 1);
        /* The same slot, another event, even the same instant. */
        hanse_handle second = schedule(&f, 1.0, 2);
        assert_true(first != second);
        assert_false(hanse_calendar_cancel(&f.calendar, first));
        assert_int_equal(hanse_calendar_reschedule(&f.calendar, first, 9.0), HANSE_ERR_INPUT);
        assert_non_null(strstr(hanse_context_message(f.ctx), "has left"));
        assert_true(hanse_calendar_cancel(&f.calendar, second));
        assert_false(hanse_calendar_cancel(&f.calendar, second));
        assert_false(hanse_calendar_cancel(&f.calendar, 0));
        assert_false(hanse_calendar_cancel(&f.calendar, UINT64_MAX));
        struct hanse_event event;
        assert_false(hanse_calendar_next(&f.calendar, &event));
        assert_true(isinf(hanse_calendar_peek(&f.calendar)));
        destroy(&f);
    }
}

static void moved_event_counts_as_newly_scheduled(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        hanse_handle handle = schedule(&f, 1.0, 2);
        schedule(&f, 1.0, 1);
        assert_int_equal(hanse_calendar_reschedule(&f.calendar, handle, 1.0), HANSE_OK);
        assert_int_equal(hanse_calendar_size(&f.calendar), 2);
        assert_int_equal(take(&f), 1);
        assert_int_equal(hanse_calendar_reschedule(&f.calendar, handle, 4.0), HANSE_OK);
        assert_true(hanse_calendar_peek(&f.calendar) == 4.0);
        assert_int_equal(take(&f), 2);
        assert_false(hanse_calendar_cancel(&f.calendar, handle));
        destroy(&f);
    }
}

static void bad_times_are_refused_with_a_sentence(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        schedule(&f, 5.0, 0);
        take(&f);
        static const double bad[] = {NAN, INFINITY, -INFINITY, 4.999, -1.0};
        static const char *const rule[] = {"finite", "finite", "finite", "past", "past"};
        hanse_handle handle = schedule(&f, 5.0, 7);
        for (int i = 0; i < 5; i++) {
            struct hanse_event event = {.time = bad[i]};
            hanse_context_clear(f.ctx);
            assert_int_equal(hanse_calendar_schedule(&f.calendar, &event, NULL),
                             HANSE_ERR_DOMAIN);
            assert_non_null(strstr(hanse_context_message(f.ctx), rule[i]));
            assert_int_equal(hanse_calendar_reschedule(&f.calendar, handle, bad[i]),
                             HANSE_ERR_DOMAIN);
        }
        assert_int_equal(hanse_calendar_size(&f.calendar), 1);
        assert_int_equal(take(&f), 7);
        schedule(&f, DBL_MAX, 8);
        assert_int_equal(take(&f), 8);
        destroy(&f);
    }
}

static void negative_zero_is_zero(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        schedule(&f, 0.0, 0);
        hanse_handle handle = schedule(&f, -0.0, 9);
        schedule(&f, -0.0, 1);
        schedule(&f, DBL_TRUE_MIN, 3);
        assert_int_equal(hanse_calendar_reschedule(&f.calendar, handle, -0.0), HANSE_OK);
        assert_false(signbit(hanse_calendar_peek(&f.calendar)));
        assert_int_equal(take(&f), 0);
        assert_int_equal(take(&f), 1);
        assert_int_equal(take(&f), 9);
        assert_int_equal(take(&f), 3);
        destroy(&f);
    }
}

/* Two thousand random steps, the outcome as one number. */
static uint64_t walk(struct hanse_calendar *calendar, uint64_t random)
{
    uint64_t hash = 0;
    double now = 0;
    hanse_handle last = 0;
    for (int i = 0; i < 2000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        struct hanse_event event;
        if (random >> 62 == 0 && last != 0) {
            hash = hash * 31 + hanse_calendar_cancel(calendar, last);
        } else if (random >> 62 == 1 && hanse_calendar_next(calendar, &event)) {
            now = event.time;
            hash = (hash * 31 + event.entity) * 31 + (uint64_t)(now * 1000);
        } else {
            now = fmax(now, 10.0);
            event = (struct hanse_event){.time = now + (double)(random >> 50 & 1023),
                                         .order = (uint8_t)(random >> 40 & 3),
                                         .entity = (uint32_t)random};
            hanse_calendar_schedule(calendar, &event, &last);
        }
    }
    return hash;
}

static void copied_arena_continues_with_the_same_events(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        for (uint32_t i = 0; i < 3000; i++) {
            schedule(&f, 10.0 + i * 7919 % 1000, i);
        }
        take(&f);
        struct hanse_arena other;
        assert_int_equal(hanse_arena_init(&other, f.ctx, 0), HANSE_OK);
        assert_int_equal(hanse_arena_copy(&other, &f.arena), HANSE_OK);
        struct hanse_calendar twin = {&other, f.calendar.state};
        uint64_t hash = walk(&f.calendar, 42);
        assert_true(hash == walk(&twin, 42));
        assert_true(hash != 0);
        assert_int_equal(hanse_arena_used(&f.arena), hanse_arena_used(&other));
        assert_memory_equal(f.arena.base, other.base, hanse_arena_used(&other));
        hanse_arena_fini(&other);
        destroy(&f);
    }
}

/* A slot's entries bear 16-bit stamps. Moving one event more often than that, far ahead of
 * now so that dead entries stay, must not revive one of them. */
static void event_moved_200000_times_leaves_once(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        for (uint32_t i = 0; i < 100000; i++) {
            schedule(&f, 2e6, i); /* keeps the sweep for too many dead away */
        }
        hanse_handle handle = schedule(&f, 1.0, 100000);
        for (int i = 0; i < 200000; i++) {
            assert_int_equal(hanse_calendar_reschedule(&f.calendar, handle, 1e6 - i), HANSE_OK);
        }
        assert_int_equal(hanse_calendar_size(&f.calendar), 100001);
        assert_int_equal(take(&f), 100000);
        assert_int_equal(take(&f), 0);
        destroy(&f);
    }
}

static void dead_entries_are_swept(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        create(&f, kinds[k]);
        size_t used = 0;
        for (uint32_t i = 0; i < 200000; i++) {
            hanse_handle handle = schedule(&f, 1.0 + i, i);
            assert_true(hanse_calendar_cancel(&f.calendar, handle));
            if (i == 1000) {
                used = hanse_arena_used(&f.arena);
            }
        }
        assert_int_equal(hanse_arena_used(&f.arena), used);
        destroy(&f);
    }
}

static void slot_whose_generations_are_used_up_is_retired(void **state)
{
    (void)state;
    struct fixture f;
    create(&f, HANSE_CALENDAR_LADDER);
    hanse_handle first = schedule(&f, 1.0, 0);
    struct hanse__calendar *inside = hanse__calendar_of(&f.calendar);
    struct hanse__slot *slots = hanse_arena_at(&f.arena, inside->slots);
    slots[(uint32_t)first].generation = UINT32_MAX;
    assert_int_equal(take(&f), 0);
    hanse_handle second = schedule(&f, 1.0, 1);
    assert_true((uint32_t)second != (uint32_t)first);
    for (uint32_t i = 0; i < 1000; i++) {
        schedule(&f, 2.0, i); /* grows past the retired slot */
    }
    assert_int_equal(hanse_calendar_size(&f.calendar), 1001);
    destroy(&f);
}

/* Memory for n events at one instant is what n spread events need: nothing degenerates. */
static void burst_of_a_million_leaves_in_order(void **state)
{
    (void)state;
    struct fixture f;
    create(&f, HANSE_CALENDAR_LADDER);
    schedule(&f, 1.0, 0);
    for (uint32_t i = 0; i < 1000000; i++) {
        schedule(&f, 7.0, i);
    }
    assert_true(hanse_arena_used(&f.arena) < 100u << 20);
    assert_int_equal(take(&f), 0);
    for (uint32_t i = 0; i < 1000000; i++) {
        assert_int_equal(take(&f), i);
    }
    destroy(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_leave_by_class_then_priority_then_scheduling),
        cmocka_unit_test(lower_rank_scheduled_late_still_goes_first),
        cmocka_unit_test(handles_of_events_that_left_are_harmless),
        cmocka_unit_test(moved_event_counts_as_newly_scheduled),
        cmocka_unit_test(bad_times_are_refused_with_a_sentence),
        cmocka_unit_test(negative_zero_is_zero),
        cmocka_unit_test(copied_arena_continues_with_the_same_events),
        cmocka_unit_test(event_moved_200000_times_leaves_once),
        cmocka_unit_test(dead_entries_are_swept),
        cmocka_unit_test(slot_whose_generations_are_used_up_is_retired),
        cmocka_unit_test(burst_of_a_million_leaves_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
