/*
 * The runner: tasks over threads, stopped, resumed and failing.
 * ctest: threads
 */
#include "sim/study/study.h"
#include "tests/nation.h"

enum { REPLICATIONS = 24, CENTRAL = 4, TASKS = REPLICATIONS + CENTRAL, THREADS = 4 };

/* A sink that keeps every task's series and counts how often it came. */
struct shelf {
    const struct hanse_study *study;
    double *series[TASKS];
    unsigned times[TASKS];
    unsigned n_records, n_begun, n_ended;
    unsigned fail_at; /* refuse the n-th record; 0 never */
    volatile sig_atomic_t stop;
    unsigned stop_at; /* raise the flag after n records; 0 never */
};

static enum hanse_status shelf_begin(void *self, struct hanse_context *ctx,
                                     const struct hanse_study *study)
{
    struct shelf *shelf = self;
    shelf->study = study;
    shelf->n_begun++;
    return HANSE_OK;
}

static enum hanse_status shelf_record(void *self, struct hanse_context *ctx,
                                      const struct hanse_record *record)
{
    struct shelf *shelf = self;
    uint32_t task = record->replication + (record->central ? REPLICATIONS : 0);
    if (++shelf->n_records == shelf->fail_at) {
        return hanse__fail(ctx, HANSE_ERR_IO, "the shelf is full");
    }
    assert_true(task < TASKS);
    shelf->times[task]++;
    shelf->series[task] = calloc(record->n_values, sizeof(double));
    memcpy(shelf->series[task], record->series, record->n_values * sizeof(double));
    if (shelf->n_records == shelf->stop_at) {
        __atomic_store_n(&shelf->stop, SIGINT, __ATOMIC_RELAXED);
    }
    return HANSE_OK;
}

static enum hanse_status shelf_end(void *self, struct hanse_context *ctx)
{
    ((struct shelf *)self)->n_ended++;
    return HANSE_OK;
}

static void shelf_clear(struct shelf *shelf)
{
    for (int i = 0; i < TASKS; i++) {
        free(shelf->series[i]);
    }
}

struct bench {
    struct nation nation;
    struct nation_run frozen;
    const struct hanse_scenario *cases[1];
    struct hanse_study study;
};

static void bench_begin(struct bench *bench)
{
    static const char *const NAMES[] = {"baseline"};
    bench->nation = nation_small(1.0, 40, 0.5);
    nation_upkeep(&bench->nation, 0.5, false);
    nation_workload(&bench->nation, "chat", 20.0);
    bench->frozen = nation_freeze(&bench->nation);
    bench->cases[0] = bench->frozen.scenario;
    bench->study = (struct hanse_study){.cases = bench->cases,
                                        .case_names = NAMES,
                                        .case_labels = NAMES,
                                        .n_cases = 1,
                                        .n_replications = REPLICATIONS,
                                        .n_central = CENTRAL,
                                        .seed = 3,
                                        .layout = bench->frozen.layout};
}

static void bench_end(struct bench *bench)
{
    nation_run_end(&bench->frozen);
    nation_end(&bench->nation);
}

static enum hanse_status run(struct bench *bench, struct shelf *shelf, int threads,
                             const unsigned char *done, struct hanse_run_report *report)
{
    struct hanse_sink sink = {shelf, shelf_begin, shelf_record, shelf_end};
    struct hanse_run_options options = {.threads = threads, .stop = &shelf->stop, .done = done};
    return hanse_study_run(bench->nation.ctx, &bench->study, &sink, &options, report);
}

static void stopped_and_resumed_it_gives_what_an_undisturbed_run_gives(void **state)
{
    struct bench bench;
    struct shelf whole = {0}, first = {.stop_at = 7}, second = {0};
    struct hanse_run_report report;
    unsigned char done[TASKS];

    bench_begin(&bench);
    NATION_OK(bench.nation.ctx, run(&bench, &whole, 1, NULL, &report));
    assert_int_equal(report.n_done, TASKS);
    assert_int_equal(whole.n_ended, 1);

    assert_int_equal(run(&bench, &first, THREADS, NULL, &report), HANSE_ERR_INTERRUPTED);
    assert_true(first.n_records >= 7 && first.n_records < TASKS);
    assert_int_equal(first.n_ended, 0);
    for (int i = 0; i < TASKS; i++) {
        done[i] = first.times[i] > 0;
    }
    NATION_OK(bench.nation.ctx, run(&bench, &second, THREADS, done, &report));
    assert_int_equal(report.n_done, TASKS - first.n_records);
    assert_int_equal(second.n_ended, 1);
    for (int i = 0; i < TASKS; i++) {
        const double *again = first.series[i] ? first.series[i] : second.series[i];
        assert_int_equal(first.times[i] + second.times[i], 1);
        assert_memory_equal(again, whole.series[i],
                            bench.study.layout.n_values * sizeof(double));
    }
    shelf_clear(&whole);
    shelf_clear(&first);
    shelf_clear(&second);
    bench_end(&bench);
}

static void a_sink_that_fails_ends_the_run_with_its_sentence(void **state)
{
    struct bench bench;
    struct shelf shelf = {.fail_at = 5};
    struct hanse_run_report report;

    bench_begin(&bench);
    assert_int_equal(run(&bench, &shelf, THREADS, NULL, &report), HANSE_ERR_IO);
    assert_string_equal(hanse_context_message(bench.nation.ctx), "the shelf is full");
    assert_int_equal(shelf.n_records, 5);
    assert_int_equal(shelf.n_ended, 0);
    shelf_clear(&shelf);
    bench_end(&bench);
}

static void a_stop_before_the_start_runs_nothing(void **state)
{
    struct bench bench;
    struct shelf shelf = {.stop = SIGTERM};
    struct hanse_run_report report;

    bench_begin(&bench);
    assert_int_equal(run(&bench, &shelf, THREADS, NULL, &report), HANSE_ERR_INTERRUPTED);
    assert_int_equal(shelf.n_records, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_and_resumed_it_gives_what_an_undisturbed_run_gives),
        cmocka_unit_test(a_sink_that_fails_ends_the_run_with_its_sentence),
        cmocka_unit_test(a_stop_before_the_start_runs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
