/*
 * Batsim's published run of EASY with machine-set reservations: 801 jobs on 32 machines, every
 * start and every set of machines.
 */
#include "tests/workload.h"

enum { JOBS = 801, MACHINES = 32 };

/* "0 4-6" */
static uint64_t read_set(const char *text)
{
    uint64_t set = 0;
    char *at = (char *)text;
    while (*at >= '0' && *at <= '9') {
        unsigned long first = strtoul(at, &at, 10), last = first;
        if (*at == '-') {
            last = strtoul(at + 1, &at, 10);
        }
        for (; first <= last; first++) {
            set |= UINT64_C(1) << first;
        }
        at += *at == ' ';
    }
    return set;
}

static void read_run(struct workload *w, double *starts, uint64_t *sets)
{
    FILE *file = open_data("batsim-medium-late/easy_out_jobs.csv");
    char line[1024];
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *f[15], *at = line;
        for (int i = 0; i < 15; i++) {
            f[i] = at;
            at += strcspn(at, ",\r\n");
            *at++ = '\0';
        }
        assert_true(w->n < JOBS);
        starts[w->n] = atof(f[7]);
        sets[w->n] = read_set(f[14]);
        struct hanse_job job = {.submit_s = atof(f[3]),
                                .width = (uint32_t)atoi(f[4]),
                                .estimate_s = atof(f[5]),
                                .runtime_s = atof(f[8]),
                                .number = atoll(f[0])};
        workload_add(w, &job);
    }
    fclose(file);
}

static int by_submission(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* The file is in the order of ends or of numbers; jobs must come by submission. */
static void sort_run(struct workload *w, double *starts, uint64_t *sets)
{
    double keys[JOBS][2];
    struct hanse_job jobs[JOBS];
    double old_starts[JOBS];
    uint64_t old_sets[JOBS];
    for (uint64_t i = 0; i < w->n; i++) {
        keys[i][0] = w->jobs[i].submit_s;
        keys[i][1] = (double)i;
        jobs[i] = w->jobs[i];
        old_starts[i] = starts[i];
        old_sets[i] = sets[i];
    }
    qsort(keys, w->n, sizeof keys[0], by_submission);
    for (uint64_t i = 0; i < w->n; i++) {
        int from = (int)keys[i][1];
        w->jobs[i] = jobs[from];
        starts[i] = old_starts[from];
        sets[i] = old_sets[from];
    }
}

static void compare_run(enum hanse_passes passes)
{
    struct hanse_context *ctx = hanse_context_create();
    struct workload w = {0};
    struct schedule got;
    struct hanse_metrics *metrics;
    struct hanse_aggregates a;
    static double starts[JOBS];
    static uint64_t sets[JOBS];
    int differ = 0;
    read_run(&w, starts, sets);
    assert_int_equal(w.n, JOBS);
    sort_run(&w, starts, sets);
    struct hanse_replay replay = {.policy = policy_named(ctx, "easy"),
                                  .processors = MACHINES,
                                  .machine_sets = true,
                                  .passes = passes};
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    workload_replay(ctx, &w, &replay, &got, metrics);
    assert_int_equal(got.n_words, 1);
    for (uint64_t i = 0; i < w.n; i++) {
        differ += fabs(got.start_s[i] - starts[i]) > 1e-6 || got.machines[i] != sets[i];
    }
    assert_int_equal(differ, 0);
    assert_int_equal(hanse_metrics_aggregates(metrics, &a), HANSE_OK);
    assert_within(a.wait_s.mean, 9.516326, 1e-6);
    assert_within(a.wait_s.max, 316.742718, 1e-6);
    assert_within(a.slowdown.mean, 1.391621, 1e-6);
    assert_within(a.last_end_s, 16088.51, 1e-6);
    hanse_metrics_destroy(metrics);
    schedule_free(&got);
    free(w.jobs);
    hanse_context_destroy(ctx);
}

static void every_start_and_set_of_machines_is_that_published(void **state)
{
    compare_run(HANSE_PASS_BY_VIEW);
}

/* No two events of this run fall on one instant, so it can't tell. */
static void passes_after_each_event_give_the_same(void **state)
{
    compare_run(HANSE_PASS_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_start_and_set_of_machines_is_that_published),
        cmocka_unit_test(passes_after_each_event_give_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
