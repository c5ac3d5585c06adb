/*
 * What must hold in every world: shocks that touch nothing change nothing, other sites' luck
 * stays their own, a copied replication goes on alike, threads mean nothing.
 */
#include <math.h>

#include "sim/study/study.h"
#include "tests/random_world.h"

static const char *const AXES[] = {"territory", "ownership", "control", "coordinator",
                                   "silicon",   "spares",    "model",   "cloud",
                                   "power",     "network",   "payment", "all"};

static void near(double a, double b, double scale)
{
    if (!(fabs(a - b) <= 1e-9 * (fabs(scale) + 1.0))) {
        fail_msg("%.17g and %.17g differ", a, b);
    }
}

/* --- shocks ------------------------------------------------------------------------------ */

/* What is told apart by shock stands last: a nation without any has just the rest. */
static void same_series(const struct hanse_record *a, const double *series, size_t n)
{
    assert_true(a->n_values >= n);
    assert_memory_equal(a->series, series, n * sizeof *series);
}

static double *copy_series(const struct hanse_record *record)
{
    double *copy = malloc(record->n_values * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, record->series, record->n_values * sizeof *copy);
    return copy;
}

/* A nation of 200 cards with purchases, repairs, an API and a coordinator abroad, so that every
 * axis has something to cut. */
static struct nation exposed_nation(void)
{
    struct nation n = nation_begin();
    nation_settings(&n, 2.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "B");
    nation_jurisdiction(&n, "far");
    nation_jurisdiction(&n, "idle");
    nation_firm(&n, "maker", "far");
    uint32_t pool = nation_add(&n, "pool", "pool");
    nation_text(&n, pool, "coordinator", "maker");
    nation_region(&n, "a", "A", "pool", 1e6);
    uint32_t b = nation_region(&n, "b", "B", "pool", 1e6);
    nation_text(&n, b, "grid", "maker");
    nation_operator(&n, "owner", "far");
    nation_card(&n, "card", "maker", 0.5);
    uint32_t model = nation_model(&n);
    nation_text(&n, model, "provider", "maker");
    nation_flag(&n, model, "weights_held", false);
    uint32_t site = nation_site(&n, "hall", "b", "owner");
    const struct hanse_value maker = {.type = HANSE_VALUE_TEXT, .text = "maker"};
    const struct hanse_value makers = {.type = HANSE_VALUE_LIST, .items = &maker, .n_items = 1};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, site, "controllers", &makers, NULL));
    nation_text(&n, site, "uplink_owner", "maker");
    nation_group(&n, "hall", "card", 30);
    uint32_t upkeep = nation_upkeep(&n, 0.0, true);
    nation_number(&n, upkeep, "lead_time", 300.0);
    uint32_t cloud = nation_add(&n, "cloud", "api");
    nation_text(&n, cloud, "provider", "maker");
    nation_text(&n, cloud, "host", "far");
    nation_text(&n, cloud, "payment", "maker");
    nation_number(&n, cloud, "prompt_price", 1e-6);
    nation_number(&n, cloud, "output_price", 4e-6);
    uint32_t buy = nation_add(&n, "purchase", "buy");
    nation_text(&n, buy, "group", "hall/card");
    nation_number(&n, buy, "count", 5);
    nation_number(&n, buy, "from", 0);
    nation_number(&n, buy, "every", 1000);
    nation_number(&n, buy, "lead_time", 300);
    nation_text(&n, buy, "payment", "maker");
    nation_workload(&n, "chat", 60.0);
    nation_number(&n, nation_site(&n, "lab", "a", "owner"), "batch_share", 0.6);
    nation_group(&n, "lab", "card", 9);
    uint32_t jobs = nation_add(&n, "batch", "jobs");
    nation_text(&n, jobs, "region", "a");
    nation_text(&n, jobs, "data_class", "public");
    nation_number(&n, jobs, "rate", 0.4);
    nation_number(&n, jobs, "runtime", 9.0);
    nation_number(&n, jobs, "width_max", 2);
    nation_number(&n, jobs, "deadline", 5.0);
    uint32_t rented = nation_workload(&n, "rented", 1.0);
    nation_text(&n, rented, "cloud", "api");
    nation_text(&n, rented, "cloud_use", "always");
    return n;
}

static void add_withdrawal(struct nation *n, const char *actor, const char *axis, double from,
                           double to)
{
    uint32_t e = nation_add(n, "withdraw", "stop");
    nation_text(n, e, "actor", actor);
    nation_text(n, e, "axis", axis);
    nation_number(n, e, "from", from);
    nation_number(n, e, "to", to);
}

static double *undisturbed(size_t *n_values, double *on_time)
{
    struct nation n = exposed_nation();
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 3);
    double *series = copy_series(&record);
    *n_values = record.n_values;
    *on_time = nation_total(&run, &record, "on_time");
    nation_run_end(&run);
    nation_end(&n);
    return series;
}

static void every_axis_cuts_what_depends_on_it(void **state)
{
    size_t n_values;
    double baseline;
    double *series = undisturbed(&n_values, &baseline);
    for (size_t axis = 0; axis < sizeof AXES / sizeof *AXES; axis++) {
        struct nation n = exposed_nation();
        const char *actor = strcmp(AXES[axis], "territory") == 0 ? "B" : "far";
        add_withdrawal(&n, actor, AXES[axis], 2920.0, 11680.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record record = nation_replicate(&run, 3);
        double on_time = nation_total(&run, &record, "on_time");
        if (!(on_time < 0.999 * baseline)) {
            fail_msg("axis %s: served %g of %g", AXES[axis], on_time, baseline);
        }
        /* Before the withdrawal the two are the same replication. */
        for (int32_t m = 0; m < 4; m++) {
            double got = nation_month(&run, &record, "on_time", m);
            int32_t c = hanse_layout_find(&run.layout, "on_time");
            const struct hanse_column *column = &run.layout.columns[c];
            double want = 0.0;
            for (int32_t i = 0; i < column->n_items; i++) {
                want += series[column->offset + (size_t)(m * column->n_items + i)];
            }
            assert_true(got == want);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
    free(series);
}

static void withdrawing_who_touches_nothing_changes_nothing(void **state)
{
    size_t n_values;
    double baseline;
    double *series = undisturbed(&n_values, &baseline);
    for (size_t axis = 0; axis < sizeof AXES / sizeof *AXES; axis++) {
        struct nation n = exposed_nation();
        add_withdrawal(&n, "idle", AXES[axis], 2000.5, 9000.25);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record record = nation_replicate(&run, 3);
        same_series(&record, series, n_values);
        nation_run_end(&run);
        nation_end(&n);
    }
    free(series);
}

static void a_stop_of_length_zero_is_no_stop(void **state)
{
    size_t n_values;
    double baseline;
    double *series = undisturbed(&n_values, &baseline);
    struct nation n = exposed_nation();
    add_withdrawal(&n, "far", "all", 4000.0, 4000.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&run, 3);
    same_series(&record, series, n_values);
    assert_int_equal(record.n_notes, 0);
    nation_run_end(&run);
    nation_end(&n);
    free(series);
}

/* --- luck -------------------------------------------------------------------------------- */

static void a_new_site_changes_no_other_sites_luck(void **state)
{
    double failures[2];
    for (int more = 0; more < 2; more++) {
        struct nation n = nation_small(2.0, 200, 0.8);
        nation_upkeep(&n, 0.3, true);
        if (more) {
            nation_region(&n, "z", "A", "pool", 1e6);
            nation_site(&n, "aaa", "z", "owner");
            nation_group(&n, "aaa", "card", 50);
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record record = nation_replicate(&run, 5);
        failures[more] = 0.0;
        int32_t c = hanse_layout_find(&run.layout, "failures");
        const struct hanse_column *column = &run.layout.columns[c];
        for (int32_t m = 0; m < run.layout.n_months; m++) {
            /* Region "a" sorts first, "z" behind it. A checksum that order and month enter. */
            double x = record.series[column->offset + (size_t)(m * column->n_items)];
            failures[more] = failures[more] * 1.0001 + x * (m + 1);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
    assert_true(failures[0] == failures[1]);
    assert_true(failures[0] > 0.0);
}

static void a_copy_at_year_three_goes_on_alike(void **state)
{
    struct nation n = nation_small(6.0, 300, 0.5);
    nation_upkeep(&n, 0.3, true);
    nation_workload(&n, "chat", 2.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_worker *other;
    NATION_OK(n.ctx, hanse_worker_create(n.ctx, &other));
    struct hanse_record straight = nation_replicate(&run, 9);
    double *series = copy_series(&straight);
    size_t n_values = straight.n_values;
    NATION_OK(n.ctx, hanse_worker_start(run.worker, run.scenario, &run.layout, 7, 9, false));
    NATION_OK(n.ctx, hanse_worker_advance(run.worker, 3.0 * 8760.0 + 5.0));
    NATION_OK(n.ctx, hanse_worker_copy(other, run.worker));
    struct hanse_record first, second;
    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    NATION_OK(n.ctx, hanse_worker_finish(other, &second));
    NATION_OK(n.ctx, hanse_worker_finish(run.worker, &first));
    assert_memory_equal(first.series, second.series, first.n_values * sizeof *first.series);
    assert_int_equal(first.n_events, second.n_events);
    same_series(&first, series, n_values);
    free(series);
    hanse_worker_destroy(other);
    nation_run_end(&run);
    nation_end(&n);
}

/* 2026-01-01 is a Thursday: a profile that lives in one hour of the week, Thursday 02:00 local
 * at UTC+2, puts its first demand into hour 0, and 104 or 105 weeks of it into two years. */
static void profiles_follow_the_calendar_and_local_time(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 2.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_number(&n, nation_region(&n, "a", "A", "pool", 1e6), "utc_offset", 2.0);
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    uint32_t w = nation_workload(&n, "chat", 1.0);
    static struct hanse_term terms[168];
    static struct hanse_value hours[168];
    for (int i = 0; i < 168; i++) {
        terms[i] = (struct hanse_term){HANSE_OP_CONSTANT, 0, i == 3 * 24 + 2 ? 168.0 : 0.0};
        hours[i] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[i], .n_terms = 1}};
    }
    const struct hanse_value profile = {
        .type = HANSE_VALUE_LIST, .items = hours, .n_items = 168};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, w, "profile", &profile, NULL));
    struct nation_run run = nation_freeze(&n);
    NATION_OK(n.ctx, hanse_worker_start(run.worker, run.scenario, &run.layout, 1, 0, true));
    struct hanse_record record;
    memset(&record, 0, sizeof record);
    NATION_OK(n.ctx, hanse_worker_finish(run.worker, &record));
    double month = nation_month(&run, &record, "demand", 0);
    /* Thursdays at hours 0, 168, 336, 504, 672 of the first 730: five. */
    double total = nation_total(&run, &record, "demand");
    near(month / total, 5.0 / 105.0, 1.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- threads ----------------------------------------------------------------------------- */

struct shelf {
    double *series[64];
    size_t n_values;
    uint32_t n_replications;
};

static enum hanse_status begin(void *self, struct hanse_context *ctx,
                               const struct hanse_study *study)
{
    return HANSE_OK;
}

static enum hanse_status keep(void *self, struct hanse_context *ctx,
                              const struct hanse_record *record)
{
    struct shelf *shelf = self;
    uint32_t at = record->replication + (record->central ? shelf->n_replications : 0);
    assert_null(shelf->series[at]);
    shelf->series[at] = copy_series(record);
    shelf->n_values = record->n_values;
    return HANSE_OK;
}

static enum hanse_status end(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

static void results_do_not_depend_on_the_number_of_threads(void **state)
{
    static struct world drawn;
    world_draw(&drawn, 3, 12);
    struct nation n = world_declare(&drawn, 0, NULL);
    struct nation_run run = nation_freeze(&n);
    const struct hanse_scenario *cases[] = {run.scenario};
    const char *names[] = {"baseline"};
    struct hanse_study study = {.cases = cases,
                                .case_names = names,
                                .case_labels = names,
                                .n_cases = 1,
                                .n_replications = 12,
                                .n_central = 4,
                                .seed = 5,
                                .layout = run.layout};
    struct shelf shelves[3];
    const int threads[] = {1, 2, 5};
    for (int k = 0; k < 3; k++) {
        memset(&shelves[k], 0, sizeof shelves[k]);
        shelves[k].n_replications = 12;
        struct hanse_sink sink = {&shelves[k], begin, keep, end};
        struct hanse_run_options options = {.threads = threads[k]};
        struct hanse_run_report report;
        NATION_OK(n.ctx, hanse_study_run(n.ctx, &study, &sink, &options, &report));
        assert_int_equal(report.n_done, 16);
    }
    for (int k = 1; k < 3; k++) {
        for (int i = 0; i < 16; i++) {
            assert_memory_equal(shelves[k].series[i], shelves[0].series[i],
                                shelves[0].n_values * sizeof(double));
        }
    }
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 16; i++) {
            free(shelves[k].series[i]);
        }
    }
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_axis_cuts_what_depends_on_it),
        cmocka_unit_test(withdrawing_who_touches_nothing_changes_nothing),
        cmocka_unit_test(a_stop_of_length_zero_is_no_stop),
        cmocka_unit_test(a_new_site_changes_no_other_sites_luck),
        cmocka_unit_test(a_copy_at_year_three_goes_on_alike),
        cmocka_unit_test(profiles_follow_the_calendar_and_local_time),
        cmocka_unit_test(results_do_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
