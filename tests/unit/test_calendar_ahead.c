/* Looking ahead in the calendar: the hint at events that come soon. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/engine/calendar.h"

enum { EVENTS = 10 };

static void fill(struct hanse_calendar *calendar, struct hanse_arena *arena,
                 enum hanse_calendar_kind kind, hanse_handle *handles)
{
    assert_int_equal(hanse_calendar_init(calendar, arena, kind), HANSE_OK);
    for (uint32_t i = 0; i < EVENTS; i++) {
        /* Scheduled in another order than they leave in. */
        uint32_t turn = i * 7 % EVENTS;
        struct hanse_event event = {
            .time = turn, .kind = (uint16_t)(100 + turn), .entity = turn};
        assert_int_equal(hanse_calendar_schedule(calendar, &event, &handles[turn]), HANSE_OK);
    }
}

static void the_ladder_shows_what_comes_soon(void **state)
{
    (void)state;
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_event event;
    hanse_handle handles[EVENTS];
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    fill(&calendar, &arena, HANSE_CALENDAR_LADDER, handles);
    assert_true(hanse_calendar_next(&calendar, &event));
    for (uint32_t ahead = 0; ahead + 1 < EVENTS; ahead++) {
        assert_true(hanse_calendar_look(&calendar, ahead, &event));
        assert_int_equal(event.entity, ahead + 1);
        assert_int_equal(event.kind, 101 + ahead);
    }
    assert_false(hanse_calendar_look(&calendar, EVENTS - 1, &event));
    hanse_calendar_cancel(&calendar, handles[4]);
    assert_false(hanse_calendar_look(&calendar, 3, &event));
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

static void the_heap_knows_nothing_ahead(void **state)
{
    (void)state;
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_event event;
    hanse_handle handles[EVENTS];
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    fill(&calendar, &arena, HANSE_CALENDAR_HEAP, handles);
    assert_false(hanse_calendar_look(&calendar, 0, &event));
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

/* Both kinds: what is due before a time leaves, in order, and nothing else. */
static void only_what_comes_before_a_time_is_taken(void **state)
{
    (void)state;
    struct hanse_context *ctx = hanse_context_create();
    for (int kind = HANSE_CALENDAR_LADDER; kind <= HANSE_CALENDAR_HEAP; kind++) {
        struct hanse_arena arena;
        struct hanse_calendar calendar;
        struct hanse_event event;
        hanse_handle handles[EVENTS];
        assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
        fill(&calendar, &arena, (enum hanse_calendar_kind)kind, handles);
        assert_false(hanse_calendar_next_before(&calendar, 0.0, &event));
        assert_false(hanse_calendar_next_before(&calendar, -1.0, &event));
        assert_false(hanse_calendar_next_before(&calendar, NAN, &event));
        hanse_calendar_cancel(&calendar, handles[1]);
        hanse_calendar_fetch(&calendar, handles[2]);
        hanse_calendar_fetch(&calendar, ~(hanse_handle)0);
        assert_true(hanse_calendar_next_before(&calendar, 3.0, &event));
        assert_true(hanse_calendar_next_before(&calendar, 3.0, &event));
        assert_int_equal(event.entity, 2);
        assert_false(hanse_calendar_next_before(&calendar, 3.0, &event));
        assert_true(hanse_calendar_next_before(&calendar, INFINITY, &event));
        assert_int_equal(event.entity, 3);
        assert_int_equal(hanse_calendar_size(&calendar), EVENTS - 4);
        hanse_arena_fini(&arena);
    }
    hanse_context_destroy(ctx);
}

/* Many pending: a bottom that runs low is filled before it is empty. */
static void what_comes_soon_is_always_known_among_many(void **state)
{
    (void)state;
    enum { MANY = 5000, KNOWN = 6 };
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_event event;
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    assert_int_equal(hanse_calendar_init(&calendar, &arena, HANSE_CALENDAR_LADDER), HANSE_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        event = (struct hanse_event){.time = i * 37 % MANY, .entity = i * 37 % MANY};
        assert_int_equal(hanse_calendar_schedule(&calendar, &event, NULL), HANSE_OK);
    }
    for (uint32_t i = 0; i + KNOWN < MANY; i++) {
        assert_true(hanse_calendar_next(&calendar, &event));
        assert_int_equal(event.entity, i);
        assert_true(hanse_calendar_look(&calendar, KNOWN - 1, &event));
        assert_int_equal(event.entity, i + KNOWN);
    }
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

/* Room for all that comes is taken at once, nothing is left behind by growing, and what leaves
 * is the same. Both kinds. */
static void reserved_room_holds_what_it_was_reserved_for(void **state)
{
    (void)state;
    enum { MANY = 70000, FEWER = 100 };
    struct hanse_context *ctx = hanse_context_create();
    for (int kind = HANSE_CALENDAR_LADDER; kind <= HANSE_CALENDAR_HEAP; kind++) {
        struct hanse_arena arena;
        struct hanse_calendar calendar;
        struct hanse_event event;
        assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
        assert_int_equal(hanse_calendar_init(&calendar, &arena, (enum hanse_calendar_kind)kind),
                         HANSE_OK);
        assert_int_equal(hanse_calendar_reserve(&calendar, MANY), HANSE_OK);
        size_t used = hanse_arena_used(&arena);
        assert_int_equal(hanse_calendar_reserve(&calendar, FEWER), HANSE_OK);
        for (uint32_t i = 0; i < MANY; i++) {
            event = (struct hanse_event){.time = i * 37 % MANY, .entity = i * 37 % MANY};
            assert_int_equal(hanse_calendar_schedule(&calendar, &event, NULL), HANSE_OK);
        }
        assert_int_equal(hanse_arena_used(&arena), used);
        assert_int_equal(hanse_calendar_schedule(&calendar, &event, NULL), HANSE_OK);
        assert_true(hanse_arena_used(&arena) > used);
        for (uint32_t i = 0; i < MANY; i++) {
            assert_true(hanse_calendar_next(&calendar, &event));
            assert_true(event.time >= i - 1.0 && event.time <= i);
        }
        hanse_arena_fini(&arena);
    }
    hanse_context_destroy(ctx);
}

static void more_events_than_have_names_are_refused(void **state)
{
    (void)state;
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    hanse_handle handles[EVENTS];
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    fill(&calendar, &arena, HANSE_CALENDAR_LADDER, handles);
    assert_int_equal(hanse_calendar_reserve(&calendar, (1ull << 31) + 1), HANSE_ERR_LIMIT);
    assert_string_equal(hanse_context_message(ctx),
                        "calendar: at most 2147483648 events at once, got 2147483649");
    assert_int_equal(hanse_calendar_size(&calendar), EVENTS);
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ladder_shows_what_comes_soon),
        cmocka_unit_test(the_heap_knows_nothing_ahead),
        cmocka_unit_test(only_what_comes_before_a_time_is_taken),
        cmocka_unit_test(what_comes_soon_is_always_known_among_many),
        cmocka_unit_test(reserved_room_holds_what_it_was_reserved_for),
        cmocka_unit_test(more_events_than_have_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
