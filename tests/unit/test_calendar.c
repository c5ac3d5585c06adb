/*
 * The calendar: the ladder against the 4-ary heap, event by event, under everything random.
 *
 * The two share slots and handles but no ordering code: the ladder relies on first-in-first-out
 * buckets, the heap on explicit sequence numbers. Each case runs hundreds of thousands of
 * random schedule, cancel, reschedule and next calls on both and compares every answer.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/calendar.h"

enum { MOST_HANDLES = 20000 };

struct pair {
    struct hanse_context *ctx;
    struct hanse_arena arena[2];
    struct hanse_calendar calendar[2];
    hanse_handle handles[MOST_HANDLES][2];
    uint32_t n_handles;
    uint64_t random;
    double now;
    uint32_t n_taken;
};

/* How a case draws the next event. */
struct way {
    double (*increment)(struct pair *p);
    uint32_t ranks; /* 1: one rank; otherwise the number of (class, priority) pairs in use */
    uint32_t pending;
    uint32_t steps;
};

static uint64_t draw(struct pair *p)
{
    p->random ^= p->random << 13;
    p->random ^= p->random >> 7;
    p->random ^= p->random << 17;
    return p->random;
}

static double uniform(struct pair *p)
{
    return (double)(draw(p) >> 11) * 0x1p-53;
}

static double exponential(struct pair *p)
{
    return -log1p(-uniform(p));
}

static double tied(struct pair *p)
{
    return (double)(draw(p) % 4);
}

static double burst(struct pair *p)
{
    return draw(p) % 1000 == 0 ? 1.0 : 0.0;
}

static double bimodal(struct pair *p)
{
    return draw(p) % 10 == 0 ? 1e4 * uniform(p) : uniform(p);
}

static double heavy(struct pair *p)
{
    return pow(1.0 - uniform(p), -2.0) - 1.0;
}

/* Every binade from the subnormals to 2^300, and exact powers of two, where digits roll. */
static double adversarial(struct pair *p)
{
    double power = ldexp(1.0, (int)(draw(p) % 1374) - 1074);
    return draw(p) % 2 == 0 ? power : power * uniform(p);
}

/* The next few representable times: neighbours that differ in the last digit only. */
static double next_bits(struct pair *p)
{
    double time = p->now;
    for (uint64_t i = draw(p) % 70; i > 0; i--) {
        time = nextafter(time, DBL_MAX);
    }
    return time - p->now;
}

static void pair_create(struct pair *p, uint64_t seed)
{
    memset(p, 0, sizeof *p);
    p->ctx = hanse_context_create();
    p->random = seed;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(hanse_arena_init(&p->arena[k], p->ctx, 0), HANSE_OK);
        assert_int_equal(
            hanse_calendar_init(&p->calendar[k], &p->arena[k],
                                k == 0 ? HANSE_CALENDAR_LADDER : HANSE_CALENDAR_HEAP),
            HANSE_OK);
    }
}

static void pair_destroy(struct pair *p)
{
    hanse_arena_fini(&p->arena[0]);
    hanse_arena_fini(&p->arena[1]);
    hanse_context_destroy(p->ctx);
}

static void schedule_after(struct pair *p, const struct way *way, double increment)
{
    uint64_t rank = way->ranks == 1 ? 0 : draw(p) % way->ranks * 65536 / way->ranks;
    struct hanse_event event = {.time = p->now + increment,
                                .kind = (uint16_t)draw(p),
                                .order = (uint8_t)(rank >> 8),
                                .priority = (int8_t)(rank & 0xff),
                                .entity = (uint32_t)draw(p)};
    uint32_t at = p->n_handles++ % MOST_HANDLES;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(hanse_calendar_schedule(&p->calendar[k], &event, &p->handles[at][k]),
                         HANSE_OK);
    }
}

static void schedule(struct pair *p, const struct way *way)
{
    schedule_after(p, way, way->increment(p));
}

/* Many events at the present instant, of ranks before and after those that wait there. */
static void wave(struct pair *p, const struct way *way)
{
    for (uint64_t n = draw(p) % 300; n > 0; n--) {
        schedule_after(p, way, 0.0);
    }
}

static void take(struct pair *p)
{
    struct hanse_event event[2];
    double peeked = hanse_calendar_peek(&p->calendar[0]);
    assert_true(peeked == hanse_calendar_peek(&p->calendar[1]));
    bool got[2];
    for (int k = 0; k < 2; k++) {
        got[k] = hanse_calendar_next(&p->calendar[k], &event[k]);
    }
    assert_int_equal(got[0], got[1]);
    if (!got[0]) {
        assert_true(isinf(peeked));
        return;
    }
    if (memcmp(&event[0], &event[1], sizeof event[0]) != 0) {
        fail_msg("event %u: ladder has entity %u at %.17g (%u, %d), heap %u at %.17g (%u, %d)",
                 p->n_taken, event[0].entity, event[0].time, event[0].order, event[0].priority,
                 event[1].entity, event[1].time, event[1].order, event[1].priority);
    }
    assert_true(event[0].time == peeked && event[0].time >= p->now);
    p->now = event[0].time;
    p->n_taken++;
}

/* A handle of any age: most have left. */
static uint32_t any_handle(struct pair *p)
{
    uint32_t known = p->n_handles < MOST_HANDLES ? p->n_handles : MOST_HANDLES;
    return (uint32_t)(draw(p) % known);
}

static void cancel(struct pair *p)
{
    uint32_t at = any_handle(p);
    bool ladder = hanse_calendar_cancel(&p->calendar[0], p->handles[at][0]);
    assert_int_equal(ladder, hanse_calendar_cancel(&p->calendar[1], p->handles[at][1]));
}

static void reschedule(struct pair *p, const struct way *way)
{
    uint32_t at = any_handle(p);
    double time = p->now + way->increment(p);
    enum hanse_status ladder =
        hanse_calendar_reschedule(&p->calendar[0], p->handles[at][0], time);
    assert_int_equal(ladder,
                     hanse_calendar_reschedule(&p->calendar[1], p->handles[at][1], time));
}

static void step(struct pair *p, const struct way *way)
{
    uint64_t size = hanse_calendar_size(&p->calendar[0]);
    assert_int_equal(size, hanse_calendar_size(&p->calendar[1]));
    unsigned choice = (unsigned)(draw(p) % 100);
    if (way->ranks > 1 && draw(p) % 1000 == 0) {
        wave(p, way);
    } else if (choice < 40 && size < 2 * way->pending) {
        schedule(p, way);
    } else if (choice < 55 && p->n_handles > 0) {
        cancel(p);
    } else if (choice < 70 && p->n_handles > 0) {
        reschedule(p, way);
    } else if (size < way->pending / 2) {
        schedule(p, way);
    } else {
        take(p);
    }
}

static void same_order(const struct way *way, uint64_t seed)
{
    static struct pair p;
    pair_create(&p, seed);
    for (uint32_t i = 0; i < way->pending; i++) {
        schedule(&p, way);
    }
    for (uint32_t i = 0; i < way->steps; i++) {
        step(&p, way);
    }
    while (hanse_calendar_size(&p.calendar[0]) > 0) {
        take(&p);
    }
    take(&p); /* both say that none is left */
    assert_true(p.n_taken > way->steps / 10);
    pair_destroy(&p);
}

static void ladder_and_heap_give_one_order(void **state)
{
    (void)state;
    static double (*const increments[])(struct pair *) = {
        uniform, exponential, tied, burst, bimodal, heavy, adversarial, next_bits,
    };
    static const uint32_t ranks[] = {1, 3, 65536};
    static const uint32_t pending[] = {2, 30, 80, 1000, 6000};
    uint64_t seed = 88172645463325252ull;
    for (size_t i = 0; i < sizeof increments / sizeof *increments; i++) {
        for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
            for (size_t n = 0; n < sizeof pending / sizeof *pending; n++) {
                struct way way = {increments[i], ranks[r], pending[n], 20000 + 5 * pending[n]};
                same_order(&way, seed++);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ladder_and_heap_give_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
