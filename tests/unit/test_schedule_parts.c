/*
 * The lists behind the schedulers, each against a plain array: the timetable of free
 * processors, the ends of running jobs, the order of waiting ones.
 */
#include "sim/process/schedule/ends.h"
#include "sim/process/schedule/order.h"
#include "sim/process/schedule/timetable.h"
#include "tests/mix.h"

enum { SPAN = 400 }; /* whole times 0 ... SPAN - 1; then for ever */

struct fixture {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_stream stream;
};

static void set_up(struct fixture *f, const char *purpose)
{
    f->ctx = hanse_context_create();
    assert_int_equal(hanse_arena_init(&f->arena, f->ctx, 4096), HANSE_OK);
    hanse_stream_init(&f->stream, 11, 0, 0, purpose);
}

static void tear_down(struct fixture *f)
{
    hanse_arena_fini(&f->arena);
    hanse_context_destroy(f->ctx);
}

static int upto(struct fixture *f, int most)
{
    return (int)mix_uniform(&f->stream, most);
}

/* --- the timetable ----------------------------------------------------------------------- */

static double plain_earliest(const int *level, int from, int width, int length, int stop)
{
    for (int s = from; s < stop; s++) {
        int ok = 1;
        for (int t = s; ok && t < s + length && t < stop && t < SPAN; t++) {
            ok = level[t] >= width;
        }
        if (ok) {
            return s;
        }
    }
    return stop;
}

static void compare_timetable(struct fixture *f, hanse_ref table, const int *level, int now)
{
    int from = now + upto(f, SPAN - now), to = from + 1 + upto(f, SPAN - from);
    int width = upto(f, 110) - 10, length = 1 + upto(f, 60);
    int least = level[from], greatest = level[from], dip = now;
    for (int t = from; t < to && t < SPAN; t++) {
        least = level[t] < least ? level[t] : least;
        greatest = level[t] > greatest ? level[t] : greatest;
    }
    while (dip < SPAN && level[dip] >= level[now]) {
        dip++;
    }
    assert_int_equal(hanse__timetable_holds(&f->arena, table, from, to, width), least >= width);
    assert_int_equal(hanse__timetable_greatest(&f->arena, table, from, to), greatest);
    assert_int_equal(hanse__timetable_now(&f->arena, table), level[now]);
    assert_true(hanse__timetable_earliest(&f->arena, table, now, width, length, to) ==
                plain_earliest(level, now, width, length, to));
    double time_s;
    int32_t there;
    bool dips = hanse__timetable_dip(&f->arena, table, &time_s, &there);
    assert_int_equal(dips, dip < SPAN);
    assert_true(!dips || (time_s == dip && there == level[dip]));
}

static void a_timetable_answers_as_an_array_does(void **state)
{
    struct fixture f;
    set_up(&f, "timetable");
    for (int round = 0; round < 40; round++) {
        int level[SPAN], now = 0;
        hanse_ref table = hanse__timetable_create(&f.arena, 100);
        for (int t = 0; t < SPAN; t++) {
            level[t] = 100;
        }
        hanse__timetable_advance(&f.arena, table, 0.0);
        for (int step = 0; step < 400 && now < SPAN - 10; step++) {
            if (upto(&f, 30) == 0) {
                now += upto(&f, 10);
                hanse__timetable_advance(&f.arena, table, now);
            }
            int from = upto(&f, 3) == 0 ? now : now + upto(&f, SPAN - now - 1);
            int to = from + 1 + upto(&f, upto(&f, 2) ? 20 : SPAN - from - 1);
            int change = upto(&f, 21) - 10;
            to = to < SPAN - 1 ? to : SPAN - 1; /* for ever, the level is 100 */
            if (from < to) {
                assert_int_equal(hanse__timetable_add(&f.arena, table, from, to, change),
                                 HANSE_OK);
            }
            for (int t = from; t < to; t++) {
                level[t] += change;
            }
            compare_timetable(&f, table, level, now);
        }
        assert_int_equal(hanse__timetable_end(&f.arena, table), 100);
    }
    tear_down(&f);
}

static void a_timetable_keeps_no_step_it_does_not_need(void **state)
{
    struct fixture f;
    set_up(&f, "steps");
    hanse_ref table = hanse__timetable_create(&f.arena, 8);
    hanse__timetable_advance(&f.arena, table, 0.0);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(hanse__timetable_add(&f.arena, table, i, i + 50, -1 - i % 2),
                         HANSE_OK);
    }
    for (int i = 299; i >= 0; i--) {
        assert_int_equal(hanse__timetable_add(&f.arena, table, i, i + 50, 1 + i % 2), HANSE_OK);
    }
    assert_int_equal(hanse__timetable_steps(&f.arena, table), 1);
    tear_down(&f);
}

/* --- ends -------------------------------------------------------------------------------- */

static void compare_ends(struct fixture *f, hanse_ref ends, const uint32_t *width)
{
    int until = upto(f, SPAN), reach = SPAN;
    uint32_t sum = 0, sought = 1 + (uint32_t)upto(f, 2000), total = 0;
    for (int t = 0; t < SPAN; t++) {
        sum += t <= until ? width[t] : 0;
        total += width[t];
        reach = total >= sought && reach == SPAN ? t : reach;
    }
    assert_int_equal(hanse__ends_until(&f->arena, ends, until), sum);
    double time_s = hanse__ends_reach(&f->arena, ends, sought);
    assert_true(reach == SPAN ? isinf(time_s) : time_s == reach);
}

/* What was put and has neither been dropped nor come free. */
struct put {
    int at;
    uint32_t width, place;
};

static void forget(struct put *puts, int *n, int which)
{
    puts[which] = puts[--*n];
}

/* Loose at first, sorted when there are many or, in every other round, when told. */
static void ends_answer_as_an_array_does(void **state)
{
    struct fixture f;
    set_up(&f, "ends");
    for (int round = 0; round < 80; round++) {
        static struct put puts[600];
        uint32_t width[SPAN] = {0};
        int now = 0, n_puts = 0, told = round % 2 ? upto(&f, 600) : 600;
        bool few = round % 4 < 2;
        hanse_ref ends = hanse__ends_create(&f.arena);
        for (int step = 0; step < 600 && now < SPAN - 2; step++) {
            int at = now + 1 + upto(&f, SPAN - now - 1), kind = upto(&f, 10);
            if (step == told) {
                assert_int_equal(hanse__ends_sort(&f.arena, ends), HANSE_OK);
                assert_true(hanse__ends_sorted(&f.arena, ends));
            }
            if (kind < 6 && !(few && n_puts >= 3)) {
                struct put put = {at, 1 + (uint32_t)upto(&f, 9), 0};
                assert_int_equal(hanse__ends_put(&f.arena, ends, at, put.width, &put.place),
                                 HANSE_OK);
                puts[n_puts++] = put;
                width[at] += put.width;
            } else if (kind < 9 && n_puts > 0) {
                int which = upto(&f, n_puts);
                struct put put = puts[which];
                hanse__ends_drop(&f.arena, ends, put.at, put.width, put.place);
                width[put.at] -= put.width;
                forget(puts, &n_puts, which);
            } else if (kind == 9) {
                uint32_t sum = 0;
                for (int to = now + upto(&f, 4); now < to; now++) {
                    sum += width[now + 1];
                    width[now + 1] = 0;
                }
                for (int i = n_puts; i-- > 0;) {
                    if (puts[i].at <= now) {
                        forget(puts, &n_puts, i);
                    }
                }
                assert_int_equal(hanse__ends_pass(&f.arena, ends, now), sum);
            }
            compare_ends(&f, ends, width);
        }
        assert_true(hanse__ends_sorted(&f.arena, ends) == !few || round % 2);
    }
    tear_down(&f);
}

/* --- the order --------------------------------------------------------------------------- */

struct line { /* waiting jobs, sorted */
    struct hanse__ordered jobs[1000];
    int n;
};

static int place_of(const struct line *line, const struct hanse__ordered *job)
{
    int at = 0;
    while (at < line->n &&
           (line->jobs[at].key < job->key ||
            (line->jobs[at].key == job->key && line->jobs[at].order < job->order))) {
        at++;
    }
    return at;
}

static bool may_start(const struct hanse__ordered *job, const struct hanse_limits *l,
                      double now)
{
    return job->width <= l->now &&
           (job->width <= l->after || now + job->estimate_s <= l->until_s);
}

/* Walks both; takes some of what it meets. */
static void compare_walk(struct fixture *f, hanse_ref order, struct line *line)
{
    uint32_t most = 1 + (uint32_t)upto(f, 40);
    struct hanse_limits limits = {most, 10.0 + upto(f, 60), (uint32_t)upto(f, (int)most + 1)};
    struct hanse__place place = {0, 0};
    int at = 0;
    for (;;) {
        const struct hanse__ordered *job =
            hanse__order_next(&f->arena, order, &limits, 10.0, &place);
        while (at < line->n && !may_start(&line->jobs[at], &limits, 10.0)) {
            at++;
        }
        assert_int_equal(job == NULL, at == line->n);
        if (job == NULL) {
            return;
        }
        assert_int_equal(job->id, line->jobs[at].id);
        if (upto(f, 3) > 0) {
            place.at++;
            at++;
            continue;
        }
        hanse__order_take(&f->arena, order, &place);
        memmove(line->jobs + at, line->jobs + at + 1,
                (size_t)(--line->n - at) * sizeof line->jobs[0]);
    }
}

static void an_order_is_walked_as_a_list_is(void **state)
{
    struct fixture f;
    static struct line line;
    set_up(&f, "order");
    for (int round = 0; round < 20; round++) {
        hanse_ref order = hanse__order_create(&f.arena);
        line.n = 0;
        for (uint32_t step = 0; step < 900; step++) {
            struct hanse__ordered job = {.key = upto(&f, round % 2 ? 5 : 500),
                                         .order = step,
                                         .estimate_s = 1.0 + upto(&f, 80),
                                         .width = 1 + (uint32_t)upto(&f, 64),
                                         .id = step};
            int at = place_of(&line, &job);
            memmove(line.jobs + at + 1, line.jobs + at,
                    (size_t)(line.n - at) * sizeof line.jobs[0]);
            line.jobs[at] = job;
            line.n++;
            assert_int_equal(hanse__order_put(&f.arena, order, &job), HANSE_OK);
            if (step % 20 == 0) {
                compare_walk(&f, order, &line);
            }
            if (step % 7 == 0 && line.n > 0) {
                at = upto(&f, line.n);
                struct hanse__place place =
                    hanse__order_find(&f.arena, order, line.jobs[at].key, line.jobs[at].order);
                assert_int_equal(hanse__order_at(&f.arena, order, &place)->id,
                                 line.jobs[at].id);
                hanse__order_take(&f.arena, order, &place);
                memmove(line.jobs + at, line.jobs + at + 1,
                        (size_t)(--line.n - at) * sizeof line.jobs[0]);
            }
            assert_int_equal(hanse__order_size(&f.arena, order), line.n);
        }
        hanse__order_clear(&f.arena, order);
        struct hanse__place first = {0, 0};
        assert_null(hanse__order_at(&f.arena, order, &first));
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timetable_answers_as_an_array_does),
        cmocka_unit_test(a_timetable_keeps_no_step_it_does_not_need),
        cmocka_unit_test(ends_answer_as_an_array_does),
        cmocka_unit_test(an_order_is_walked_as_a_list_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
