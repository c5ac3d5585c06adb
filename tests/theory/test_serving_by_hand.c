/*
 * Who serves what, at what price, and what batch jobs do, in nations small enough for the back
 * of an envelope. As tests/theory/test_by_hand.c, for serving.
 */
#include <math.h>

#include "sim/study/study.h"
#include "tests/close.h"
#include "tests/nation.h"

/* People in "a", hardware in "b", one pool. */
static struct nation two_regions(double devices)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e8);
    nation_region(&n, "b", "A", "pool", 0);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_site(&n, "hall", "b", "owner");
    nation_group(&n, "hall", "card", devices);
    nation_upkeep(&n, 1.0, false);
    return n;
}

/* Two tiers that each ask for far more than 20 cards next door can do: the first takes all of
 * 20 · 730 h a month, the second finds nothing left. */
static void help_that_one_tier_took_is_gone_for_the_next(void **state)
{
    struct nation n = two_regions(20);
    nation_workload(&n, "first", 1.0);
    nation_number(&n, nation_workload(&n, "second", 1.0), "tier", 2);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "served_by_pool", 0), 20.0 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "device_hours_busy", 0), 20.0 * 730.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

static void set_profile(struct nation *n, uint32_t workload, int hour)
{
    static struct hanse_term terms[168];
    static struct hanse_value hours[168];
    for (int i = 0; i < 168; i++) {
        terms[i] = (struct hanse_term){HANSE_OP_CONSTANT, 0, i == hour ? 168.0 : 0.0};
        hours[i] = (struct hanse_value){.type = HANSE_VALUE_FORMULA,
                                        .formula = {.terms = &terms[i], .n_terms = 1}};
    }
    const struct hanse_value profile = {
        .type = HANSE_VALUE_LIST, .items = hours, .n_items = 168};
    NATION_OK(n->ctx, hanse_draft_set(n->draft, workload, "profile", &profile, NULL));
}

/* All of a week's demand comes in one hour and is 4.9 hours' work for the fleet: served at ages
 * 0, 1, 2, 3 and 4. A deadline of 4 h makes all of it on time, one of 3 h the last 0.9 late. */
static double late_share(double deadline)
{
    struct nation probe = two_regions(100);
    set_profile(&probe, nation_workload(&probe, "chat", 1e-3), 50);
    struct nation_run probe_run = nation_freeze(&probe);
    struct hanse_record one = nation_replicate(&probe_run, 0);
    double a_week = nation_total(&probe_run, &one, "demand") / (8760.0 / 168.0);
    nation_run_end(&probe_run);
    nation_end(&probe);

    /* 52 times the hour fits into the year of 52.14 weeks. */
    a_week *= (8760.0 / 168.0) / 52.0;
    struct nation n = two_regions(10);
    uint32_t w = nation_workload(&n, "chat", 1e-3 * 4.9 * 10.0 / a_week);
    set_profile(&n, w, 50);
    nation_number(&n, w, "give_up", 24);
    nation_number(&n, w, "deadline", deadline);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double share = nation_total(&run, &r, "late") / nation_total(&run, &r, "demand");
    assert_close(nation_total(&run, &r, "late") + nation_total(&run, &r, "on_time"),
                 nation_total(&run, &r, "demand"), 1e-9);
    nation_run_end(&run);
    nation_end(&n);
    return share;
}

static void what_is_served_at_the_deadline_is_on_time(void **state)
{
    assert_within(late_share(4), 0.0, 1e-9);
    assert_within(late_share(3), 0.9 / 4.9, 1e-6);
}

/* Half the devices are set aside for batch and none comes: with more demand than they can do,
 * the other ten work all the time. Energy of a month: 20 · 0.4 idle + 10 · 0.8 more, · 730 h ·
 * 1.25. */
static void devices_set_aside_do_not_serve_the_flow(void **state)
{
    struct nation n = nation_empty(1.0, 1e8, 0.0);
    nation_number(&n, nation_site(&n, "hall", "a", "owner"), "batch_share", 0.5);
    nation_group(&n, "hall", "card", 20);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_month(&run, &r, "on_time", 0), 10.0 * 730.0, 1e-9);
    assert_close(nation_month(&run, &r, "energy", 0), (20 * 0.4 + 10 * 0.8) * 730.0 * 1.25,
                 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* 1e8 people · 1 prompt a day · (1000 · 1e-6 + 200 · 4e-6) EUR = 180,000 EUR a day. */
static void a_foreign_api_is_paid_by_the_token(void **state)
{
    struct nation n = two_regions(0);
    nation_jurisdiction(&n, "far");
    uint32_t cloud = nation_add(&n, "cloud", "api");
    nation_text(&n, cloud, "provider", "maker");
    nation_text(&n, cloud, "host", "far");
    nation_number(&n, cloud, "prompt_price", 1e-6);
    nation_number(&n, cloud, "output_price", 4e-6);
    uint32_t w = nation_workload(&n, "chat", 1.0);
    nation_text(&n, w, "cloud", "api");
    nation_text(&n, w, "cloud_use", "overflow");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(nation_total(&run, &r, "cost_cloud"), 180000.0 * 365.0, 1e-9);
    assert_close(nation_total(&run, &r, "on_time"), nation_total(&run, &r, "demand"), 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Cards bought at hour 4380 for 25,000 · exp(−0.5 · 0.5) · 1.4, paid from hour 4380 + 1000 on
 * over five years at 5 %. */
static void purchases_pay_the_days_price_and_their_surroundings(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_operator(&n, "owner", "A");
    uint32_t card = nation_card(&n, "card", "maker", 0.0);
    nation_number(&n, card, "price_trend", -0.5);
    nation_number(&n, card, "surround_cost", 0.4);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 0);
    nation_upkeep(&n, 1.0, false);
    uint32_t buy = nation_add(&n, "purchase", "buy");
    nation_text(&n, buy, "group", "hall/card");
    nation_number(&n, buy, "count", 10);
    nation_number(&n, buy, "from", 4380);
    nation_number(&n, buy, "lead_time", 1000);
    nation_text(&n, buy, "lead_law", "constant");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double yearly = 10 * 25000.0 * exp(-0.25) * 1.4 * 0.05 / (1.0 - pow(1.05, -5.0));
    assert_close(nation_total(&run, &r, "cost_capital"),
                 yearly * (8760.0 - 4380.0 - 1000.0) / 8760.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- batch ------------------------------------------------------------------------------- */

static uint32_t add_jobs(struct nation *n, double rate, double width, double runtime)
{
    uint32_t jobs = nation_add(n, "batch", "jobs");
    nation_text(n, jobs, "region", "a");
    nation_text(n, jobs, "data_class", "public");
    nation_number(n, jobs, "rate", rate);
    nation_number(n, jobs, "width_min", width);
    nation_number(n, jobs, "width_max", width);
    nation_number(n, jobs, "runtime", runtime);
    nation_number(n, jobs, "runtime_cv", 0.0);
    return jobs;
}

static void add_batch_site(struct nation *n, const char *name, double devices)
{
    nation_number(n, nation_site(n, name, "a", "owner"), "batch_share", 1.0);
    nation_group(n, name, "card", devices);
}

/* M/D/1 at load 0.5: a job finds the card free with chance 0.5 (arrivals see time averages).
 * 20 years, 87,600 jobs; standard error below 0.004 with the autocorrelation of busy periods
 * (mean 2 jobs), so ±0.016 fails once in 16,000. */
static void a_job_that_starts_at_once_meets_a_deadline_of_zero(void **state)
{
    struct nation n = nation_small(20.0, 1, 0.0);
    nation_upkeep(&n, 1.0, false);
    add_batch_site(&n, "shed", 1);
    nation_number(&n, add_jobs(&n, 0.5, 1, 1.0), "deadline", 0.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double on_time = nation_total(&run, &r, "batch_on_time");
    double late = nation_total(&run, &r, "batch_late");
    assert_within(on_time / (on_time + late), 0.5, 0.016);
    nation_run_end(&run);
    nation_end(&n);
}

/* Jobs of four cards, seldom enough that hardly two overlap: best fit leaves the site of eight
 * to those that do. */
static void a_job_goes_where_it_leaves_least_over(void **state)
{
    struct nation n = nation_small(1.0, 1, 0.0);
    nation_upkeep(&n, 1.0, false);
    add_batch_site(&n, "big", 8);
    add_batch_site(&n, "small", 4);
    nation_number(&n, add_jobs(&n, 0.01, 4, 1.0), "deadline", 0.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    int32_t c = hanse_layout_find(&run.layout, "site_energy");
    double energy[3] = {0.0, 0.0, 0.0}; /* big, hall, small: by name */
    for (int32_t m = 0; m < run.layout.n_months; m++) {
        for (int i = 0; i < 3; i++) {
            energy[i] += r.series[run.layout.columns[c].offset + (size_t)(3 * m + i)];
        }
    }
    double big_idle = 8 * 0.4 * 1.25 * 8760.0, small_idle = 4 * 0.4 * 1.25 * 8760.0;
    double busy_small = energy[2] - small_idle, busy_big = energy[0] - big_idle;
    assert_true(busy_small > 20.0 * busy_big);
    nation_run_end(&run);
    nation_end(&n);
}

/* The owner's sites are cut off from 1000 to 2000 h: what runs is stopped, nothing ends in
 * between, and it all runs again afterwards. */
static void jobs_on_a_site_that_is_cut_off_start_over(void **state)
{
    struct nation n = nation_small(1.0, 1, 0.0);
    nation_upkeep(&n, 1.0, false);
    add_batch_site(&n, "shed", 4);
    nation_number(&n, add_jobs(&n, 0.2, 1, 10.0), "deadline", 1e5);
    uint32_t cut = nation_add(&n, "withdraw", "cut");
    nation_text(&n, cut, "actor", "owner");
    nation_text(&n, cut, "axis", "ownership");
    nation_number(&n, cut, "from", 700);
    nation_number(&n, cut, "to", 2190);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_true(nation_total(&run, &r, "batch_killed") >= 1.0);
    assert_true(nation_total(&run, &r, "batch_killed") <= 4.0);
    assert_true(nation_month(&run, &r, "batch_on_time", 1) == 0.0);
    assert_true(nation_month(&run, &r, "batch_on_time", 2) == 0.0);
    assert_true(nation_month(&run, &r, "batch_on_time", 3) > 0.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- failures ---------------------------------------------------------------------------- */

struct counts {
    int kept, failed;
};

static enum hanse_status begin(void *self, struct hanse_context *ctx,
                               const struct hanse_study *study)
{
    return HANSE_OK;
}

static enum hanse_status count(void *self, struct hanse_context *ctx,
                               const struct hanse_record *record)
{
    struct counts *counts = self;
    counts->failed += record->failed;
    counts->kept += !record->failed;
    if (record->failed) {
        assert_non_null(strstr(record->failure, "pue"));
        assert_non_null(strstr(record->failure, "seed 5"));
    }
    return HANSE_OK;
}

static enum hanse_status end(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

/* A PUE drawn around 1.1 falls below 1 in some replications: they fail, are told apart, and the
 * rest is kept. */
static void a_failing_replication_is_reported_and_the_rest_kept(void **state)
{
    struct nation n = nation_small(1.0, 5, 0.0);
    nation_upkeep(&n, 1.0, false);
    const struct hanse_param wild = {.name = "wild",
                                     .label = "pue",
                                     .unit = "1",
                                     .low = 0.95,
                                     .mid = 1.1,
                                     .high = 1.4,
                                     .min = -1e9,
                                     .max = 1e9};
    uint32_t index;
    NATION_OK(n.ctx, hanse_draft_param(n.draft, &wild, &index));
    uint32_t z = nation_add(&n, "region", "z");
    nation_text(&n, z, "jurisdiction", "A");
    nation_text(&n, z, "pool", "pool");
    nation_number(&n, z, "population", 1.0);
    nation_number(&n, z, "electricity_price", 0.1);
    nation_number(&n, z, "carbon_intensity", 1.0);
    const struct hanse_term term = {HANSE_OP_PARAM, index, 0.0};
    const struct hanse_value value = {.type = HANSE_VALUE_FORMULA,
                                      .formula = {.terms = &term, .n_terms = 1}};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, z, "pue", &value, NULL));
    struct nation_run run = nation_freeze(&n);
    const struct hanse_scenario *cases[] = {run.scenario};
    const char *names[] = {"baseline"};
    struct hanse_study study = {.cases = cases,
                                .case_names = names,
                                .case_labels = names,
                                .n_cases = 1,
                                .n_replications = 100,
                                .seed = 5,
                                .layout = run.layout};
    struct counts counts = {0, 0};
    struct hanse_sink sink = {&counts, begin, count, end};
    struct hanse_run_options options = {.threads = 2};
    struct hanse_run_report report;
    assert_int_equal(hanse_study_run(n.ctx, &study, &sink, &options, &report),
                     HANSE_ERR_REPLICATION);
    assert_int_equal(counts.failed + counts.kept, 100);
    assert_int_equal(counts.failed, (int)report.n_failed);
    assert_true(counts.failed > 2 && counts.kept > 50);
    nation_run_end(&run);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_that_one_tier_took_is_gone_for_the_next),
        cmocka_unit_test(what_is_served_at_the_deadline_is_on_time),
        cmocka_unit_test(devices_set_aside_do_not_serve_the_flow),
        cmocka_unit_test(a_foreign_api_is_paid_by_the_token),
        cmocka_unit_test(purchases_pay_the_days_price_and_their_surroundings),
        cmocka_unit_test(a_job_that_starts_at_once_meets_a_deadline_of_zero),
        cmocka_unit_test(a_job_goes_where_it_leaves_least_over),
        cmocka_unit_test(jobs_on_a_site_that_is_cut_off_start_over),
        cmocka_unit_test(a_failing_replication_is_reported_and_the_rest_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
