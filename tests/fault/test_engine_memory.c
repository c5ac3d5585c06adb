/*
 * The engine when memory runs out: each allocation in turn is made to fail. The call that
 * needed it says so, nothing that was scheduled is lost, and with memory back the calendar
 * goes on as if nothing had happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/calendar.h"

enum { N_EVENTS = 3000 };

/* Schedules until a failure or N_EVENTS; every third event is moved once. */
static enum hanse_status fill(struct hanse_calendar *calendar, uint32_t *n)
{
    for (; *n < N_EVENTS; (*n)++) {
        struct hanse_event event = {.time = 1.0 + *n * 7919 % N_EVENTS, .entity = *n};
        hanse_handle handle;
        HANSE_TRY(hanse_calendar_schedule(calendar, &event, &handle));
        if (*n % 3 == 0) {
            enum hanse_status status =
                hanse_calendar_reschedule(calendar, handle, event.time + N_EVENTS);
            if (status != HANSE_OK) {
                assert_true(hanse_calendar_cancel(calendar, handle));
                return status;
            }
        }
    }
    return HANSE_OK;
}

static void drains_in_order(struct hanse_calendar *calendar)
{
    struct hanse_event event;
    double last = 0.0;
    uint32_t n = 0;
    for (; hanse_calendar_next(calendar, &event); n++) {
        double due = 1.0 + event.entity * 7919 % N_EVENTS;
        assert_true(event.time == due + (event.entity % 3 == 0 ? N_EVENTS : 0));
        assert_true(event.time >= last);
        last = event.time;
    }
    assert_int_equal(n, N_EVENTS);
}

/* One whole run in which the fail_at-th allocation is refused; true when it was reached. */
static bool run_failing(enum hanse_calendar_kind kind, size_t fail_at)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    assert_int_equal(hanse_arena_init(&arena, ctx, 0), HANSE_OK);
    struct hanse_calendar calendar;
    hanse_context_fail_allocation(ctx, fail_at);
    enum hanse_status status = hanse_calendar_init(&calendar, &arena, kind);
    bool failed = status != HANSE_OK;
    if (failed) {
        assert_non_null(strstr(hanse_context_message(ctx), "memory"));
        hanse_context_fail_allocation(ctx, 0);
        hanse_context_clear(ctx);
        assert_int_equal(hanse_calendar_init(&calendar, &arena, kind), HANSE_OK);
    }
    uint32_t n = 0;
    status = fill(&calendar, &n);
    if (status != HANSE_OK) {
        failed = true;
        assert_int_equal(status, HANSE_ERR_MEMORY);
        assert_non_null(strstr(hanse_context_message(ctx), "memory"));
        assert_int_equal(hanse_calendar_size(&calendar), n);
        hanse_context_fail_allocation(ctx, 0);
        assert_int_equal(fill(&calendar, &n), HANSE_OK);
    }
    drains_in_order(&calendar);
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
    return failed;
}

static void calendar_survives_every_failed_allocation(void **state)
{
    (void)state;
    static const enum hanse_calendar_kind kinds[] = {HANSE_CALENDAR_LADDER,
                                                     HANSE_CALENDAR_HEAP};
    for (int k = 0; k < 2; k++) {
        size_t n = 1;
        while (run_failing(kinds[k], n)) {
            n++;
        }
        assert_true(n > 3); /* else this test tested nothing */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
