/* Looking ahead in the calendar: the hint at events that come soon. */
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
        assert_true(hanse__calendar_look(&calendar, ahead, &event));
        assert_int_equal(event.entity, ahead + 1);
        assert_int_equal(event.kind, 101 + ahead);
    }
    assert_false(hanse__calendar_look(&calendar, EVENTS - 1, &event));
    hanse_calendar_cancel(&calendar, handles[4]);
    assert_false(hanse__calendar_look(&calendar, 3, &event));
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
    assert_false(hanse__calendar_look(&calendar, 0, &event));
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ladder_shows_what_comes_soon),
        cmocka_unit_test(the_heap_knows_nothing_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
