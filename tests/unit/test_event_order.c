/*
 * The event order of whole models equals, event by event, the reference heap's.
 *
 * test_calendar.c calls both calendars at random; here models do, with the patterns that models
 * have: a random network whose times lie on a coarse grid, so that most events are tied, with
 * classes, priorities, cancels and moves; and decades of the shipped scenarios, whose events
 * the observer writes down in one run on the ladder and compares in one on the heap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/script.h"
#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/process/mechanism.h"
#include "sim/process/replication.h"

static struct hanse_context *context;

static void must(enum hanse_status status)
{
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(context));
    }
}

/* --- a random network, recorded -------------------------------------------------------------
 */

enum { NODES = 400, CALLS = 400000, HANDLES = 4 * NODES };

enum verb { SCHEDULE, NEXT, CANCEL, MOVE };

/* One call of the model and what it gave. */
struct call {
    enum verb verb;
    struct hanse_event event; /* given, or got */
    uint32_t handle;          /* which of the model's */
    bool done;
};

struct model {
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    hanse_handle handles[HANDLES];
    struct hanse_stream stream;
    struct call *calls;
    uint32_t n_calls;
    double now;
};

static bool make(struct model *m, struct call *call)
{
    switch (call->verb) {
    case SCHEDULE:
        must(hanse_calendar_schedule(&m->calendar, &call->event, &m->handles[call->handle]));
        return true;
    case NEXT:
        memset(&call->event, 0, sizeof call->event);
        return hanse_calendar_next(&m->calendar, &call->event);
    case CANCEL:
        return hanse_calendar_cancel(&m->calendar, m->handles[call->handle]);
    default:
        return hanse_calendar_reschedule(&m->calendar, m->handles[call->handle],
                                         call->event.time) == HANSE_OK;
    }
}

static struct call *record(struct model *m, struct call call)
{
    struct call *kept = &m->calls[m->n_calls++];
    *kept = call;
    kept->done = make(m, kept);
    return kept;
}

static uint32_t any(struct model *m, uint32_t n)
{
    return (uint32_t)((uint64_t)hanse_stream_bits(&m->stream) * n >> 32);
}

/* Later by quarters, a fifth of them at once. */
static double soon(struct model *m)
{
    return m->now + 0.25 * any(m, 5);
}

static void send(struct model *m, uint32_t node)
{
    struct hanse_event event = {.time = soon(m),
                                .kind = (uint16_t)any(m, 3),
                                .order = (uint8_t)any(m, 3),
                                .priority = (int8_t)((int)any(m, 3) - 1),
                                .entity = node};
    record(m, (struct call){.verb = SCHEDULE, .event = event, .handle = any(m, HANDLES)});
}

/* One event's consequences: mostly passed on, at times split, ended, cut short or put off. */
static void react(struct model *m)
{
    struct hanse_event got = record(m, (struct call){.verb = NEXT})->event;
    m->now = got.time;
    uint32_t chance = any(m, 100);
    send(m, any(m, NODES));
    if (chance < 20) {
        record(m, (struct call){.verb = CANCEL, .handle = any(m, HANDLES)});
        send(m, got.entity);
    } else if (chance < 40) {
        struct hanse_event later = {.time = soon(m)};
        record(m, (struct call){.verb = MOVE, .event = later, .handle = any(m, HANDLES)});
    }
    if (hanse_calendar_size(&m->calendar) < NODES) {
        send(m, got.entity);
    }
}

static void model_begin(struct model *m, enum hanse_calendar_kind kind)
{
    must(hanse_arena_init(&m->arena, context, 1 << 16));
    must(hanse_calendar_init(&m->calendar, &m->arena, kind));
}

static void a_recorded_network_with_ties_leaves_in_the_heaps_order(void **state)
{
    static struct model ladder, heap;
    struct call *calls = calloc(CALLS + 8, sizeof *calls);
    ladder.calls = calls;
    model_begin(&ladder, HANSE_CALENDAR_LADDER);
    model_begin(&heap, HANSE_CALENDAR_HEAP);
    hanse_stream_init(&ladder.stream, 1, 0, 0, "order");
    for (uint32_t i = 0; i < NODES; i++) {
        send(&ladder, i);
    }
    while (ladder.n_calls < CALLS) {
        react(&ladder);
    }
    uint32_t n_taken = 0, n_tied = 0;
    double last = -1.0;
    for (uint32_t i = 0; i < ladder.n_calls; i++) {
        struct call again = calls[i];
        assert_int_equal(make(&heap, &again), calls[i].done);
        if (again.verb == NEXT) {
            assert_memory_equal(&again.event, &calls[i].event, sizeof again.event);
            n_tied += again.event.time == last;
            last = again.event.time;
            n_taken++;
        }
    }
    assert_true(n_taken > CALLS / 4 && n_tied > n_taken * 9 / 10);
    hanse_arena_fini(&ladder.arena);
    hanse_arena_fini(&heap.arena);
    free(calls);
}

/* --- decades -------------------------------------------------------------------------------
 */

struct seen {
    double time_h;
    uint64_t what, entity; /* hashed */
};

struct log {
    struct seen *events;
    size_t n, capacity, at;
    bool compare;
};

static void begin(void *self, double time_h, const char *what, const char *entity)
{
    struct log *log = self;
    struct seen now = {time_h, hanse_entity(what), hanse_entity(entity)};
    if (log->compare) {
        if (log->at == log->n || memcmp(&now, &log->events[log->at], sizeof now) != 0) {
            fail_msg("event %zu differs: on the heap %s of %s at %.17g", log->at, what, entity,
                     time_h);
        }
        log->at++;
        return;
    }
    if (log->n == log->capacity) {
        log->capacity = log->capacity > 0 ? 2 * log->capacity : 1024;
        log->events = realloc(log->events, log->capacity * sizeof *log->events);
    }
    log->events[log->n++] = now;
}

static void end(void *self)
{
}

static void run(struct hanse_worker *worker, const struct hanse_scenario *scenario,
                const struct hanse_layout *layout, enum hanse_calendar_kind kind,
                struct hanse_record *out)
{
    hanse__worker_use_calendar(worker, kind);
    must(hanse_worker_run(worker, scenario, layout, 1, 3, false, out));
    assert_false(out->failed);
}

static void same_on_both(const char *path, size_t least)
{
    struct hanse_script *script;
    struct hanse_scenario *scenario;
    struct hanse_layout layout;
    struct hanse_worker *worker;
    struct hanse_record out;
    struct log log = {.compare = false};
    const struct hanse_observer observer = {&log, begin, end};
    must(hanse_script_load(context, path, "scenarios", NULL, &script));
    must(hanse_draft_freeze(hanse_script_draft(script), 0, NULL, 0, &scenario));
    must(hanse_layout_init(context, scenario, &layout));
    must(hanse_worker_create(context, &worker));
    hanse_worker_observe(worker, &observer);
    run(worker, scenario, &layout, HANSE_CALENDAR_LADDER, &out);
    size_t bytes = out.n_values * sizeof *out.series;
    double *series = malloc(bytes);
    memcpy(series, out.series, bytes);
    log.compare = true;
    run(worker, scenario, &layout, HANSE_CALENDAR_HEAP, &out);
    assert_int_equal(log.at, log.n);
    assert_memory_equal(series, out.series, bytes);
    print_message("%s: %zu events and sweeps\n", path, log.n);
    assert_true(log.n >= least);
    free(series);
    free(log.events);
    hanse_worker_destroy(worker);
    hanse_layout_fini(&layout);
    hanse_scenario_destroy(scenario);
    hanse_script_destroy(script);
}

static void recorded_decades_leave_in_the_heaps_order(void **state)
{
    same_on_both("scenarios/first-steps.lua", 300);
    same_on_both("scenarios/neighbours.lua", 10);
    same_on_both("scenarios/baltic-supply-stop.lua", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_network_with_ties_leaves_in_the_heaps_order),
        cmocka_unit_test(recorded_decades_leave_in_the_heaps_order),
    };
    context = hanse_context_create();
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    hanse_context_destroy(context);
    return failures;
}
