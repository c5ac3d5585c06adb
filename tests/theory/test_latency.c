/*
 * Latency at flow resolution and opened up, in nations of one hall. The congestion law and the
 * requests have an engine in common and nothing else: seeds, hours, replicas and routers'
 * luck are their own. ctest: slow
 */
#include <math.h>

#include "sim/study/study.h"
#include "tests/close.h"
#include "tests/nation.h"

struct device {
    const char *name;
    double peak, bandwidth, parameters, kv, batch;
    bool steps; /* whole steps of Llama 3 8B, and not two rates */
};

static const struct device DEVICES[] = {
    {"H100, 8 billion", 989.0, 3350.0, 8e9, 131072.0, 64.0},
    {"A100, 8 billion", 312.0, 2039.0, 8e9, 131072.0, 64.0},
    {"H100, 70 billion", 989.0, 3350.0, 70e9, 327680.0, 32.0},
    {"H100, 8 billion, steps", 989.0, 3350.0, 8.03e9, 131072.0, 64.0, true},
};

/* An H100's published products and triad. */
static void add_steps(struct nation *n, uint32_t card, uint32_t model)
{
    static const struct {
        const char *key;
        double count;
    } SHAPE[] = {{"layers", 32},      {"hidden", 4096}, {"heads", 32},         {"kv_heads", 8},
                 {"head_width", 128}, {"ffn", 14336},   {"vocabulary", 128256}};
    const struct hanse_term terms[] = {{.op = HANSE_OP_CONSTANT, .number = 7.945e14},
                                       {.op = HANSE_OP_CONSTANT, .number = 2.97e12}};
    const struct hanse_value items[] = {
        {.type = HANSE_VALUE_FORMULA, .formula = {.terms = &terms[0], .n_terms = 1}},
        {.type = HANSE_VALUE_FORMULA, .formula = {.terms = &terms[1], .n_terms = 1}}};
    const struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = 2};
    nation_text(n, card, "kernels", "gemm/bf16/2048x2048x13312 stream_triad/fp64");
    NATION_OK(n->ctx, hanse_draft_set(n->draft, card, "kernel_rates", &list, NULL));
    for (size_t i = 0; i < sizeof SHAPE / sizeof *SHAPE; i++) {
        nation_number(n, model, SHAPE[i].key, SHAPE[i].count);
    }
}

/* 32 such devices, all up all the time, and people who ask flatly. */
static struct nation make_on(const struct device *d, double prompts, double efficiency,
                             const char *placement)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0 / 12.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    nation_region(&n, "a", "A", "pool", 1e6);
    nation_operator(&n, "owner", "A");
    uint32_t card = nation_card_with(&n, "card", "maker", d->peak, d->bandwidth, 0.0);
    if (efficiency < 1.0) {
        nation_text(&n, nation_add(&n, "stack", "other"), "vendor", "maker");
        nation_text(&n, card, "stack", "other");
        uint32_t port = nation_add(&n, "port", "chat");
        nation_text(&n, port, "stack", "other");
        nation_text(&n, port, "workload", "chat");
        nation_number(&n, port, "efficiency", efficiency);
    }
    uint32_t model = nation_add(&n, "model", "eight");
    nation_number(&n, model, "parameters", d->parameters);
    nation_number(&n, model, "kv_per_token", d->kv);
    nation_number(&n, model, "batch", d->batch);
    if (d->steps) {
        add_steps(&n, card, model);
    }
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 32);
    nation_upkeep(&n, 1.0, false);
    uint32_t chat = nation_workload(&n, "chat", prompts);
    if (placement != NULL) {
        nation_text(&n, chat, "placement", placement);
    }
    return n;
}

static struct nation make(const struct device *d, double prompts)
{
    return make_on(d, prompts, 1.0, NULL);
}

static struct nation make_placed(const struct device *d, double prompts, const char *placement)
{
    return make_on(d, prompts, 1.0, placement);
}

static uint32_t add_serving(struct nation *n, double ttft_s, double tpot_s)
{
    uint32_t s = nation_add(n, "serving", "chat");
    nation_text(n, s, "workload", "chat");
    nation_number(n, s, "ttft_target", ttft_s);
    nation_number(n, s, "tpot_target", tpot_s);
    return s;
}

static uint32_t add_opening(struct nation *n, const char *name, double from, double to)
{
    uint32_t o = nation_add(n, "opening", name);
    nation_text(n, o, "serving", "chat");
    nation_number(n, o, "from", from);
    nation_number(n, o, "to", to);
    return o;
}

/* A view of the month, by its name. */
static double figure(const struct nation_run *run, const struct hanse_record *r,
                     const char *name)
{
    struct hanse_view views[1024];
    const struct hanse_window month = {"month", "month", 0, 1};
    size_t n = hanse_views(&run->layout, views, 1024);
    assert_true(n <= 1024);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(views[i].name, name) == 0) {
            double x;
            hanse_view_summary(&run->layout, &views[i], &month, r->series, &x);
            return x;
        }
    }
    fail_msg("no view %s", name);
    return NAN;
}

/* Prompts a head and day that load the hall once over, by a law of so many requests. */
static double full_by(const struct device *d, double requests)
{
    struct nation n = make(d, 1.0);
    nation_number(&n, add_serving(&n, 1.0, 0.1), "requests", requests);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double load = figure(&run, &r, "device_hours_busy") / (32.0 * 730.0);
    nation_run_end(&run);
    nation_end(&n);
    return 1.0 / load;
}

static double full_load(const struct device *d)
{
    return full_by(d, 5000.0);
}

/* Largest differences: of shares in time, and relative ones of means and medians, and of 95th
 * percentiles. */
struct worst {
    double share, middle, tail;
};

static void compare(const struct nation_run *run, const struct hanse_record *r, double load,
                    struct worst *worst)
{
    static const char *const PARTS[] = {"ttft_mean", "tpot_mean", "ttft_p50",
                                        "tpot_p50",  "ttft_p95",  "tpot_p95"};
    double flow = figure(run, r, "opened_flow_in_time_share");
    double opened = figure(run, r, "opened_in_time_share");
    print_message("  load %4.2f: in time %.4f %.4f", load, flow, opened);
    worst->share = fmax(worst->share, fabs(flow - opened));
    for (int i = 0; i < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "opened_%s", PARTS[i]);
        double a = figure(run, r, PARTS[i]), b = figure(run, r, name);
        print_message(", %s %.4g %.4g", PARTS[i], a, b);
        double *of = i < 4 ? &worst->middle : &worst->tail;
        *of = fmax(*of, fabs(a / b - 1.0));
    }
    print_message("\n");
}

static struct worst overlap(const struct device *d, double full, double load,
                            uint32_t replication)
{
    struct worst worst = {0};
    struct nation n = make(d, load * full);
    add_serving(&n, 0.5, 0.04);
    add_opening(&n, "hours", 100.0, 102.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, replication);
    compare(&run, &r, load, &worst);
    nation_run_end(&run);
    nation_end(&n);
    return worst;
}

/* Shares in time within 0.03, means and medians within 5 %, 95th percentiles within 8 %, at
 * loads up to 0.75 on every engine. In ten other replications of the first three
 * engines' twelve (other requests, the same laws) the largest of 120 were 0.021, 2.2 % and 3.1
 * %, in four of the fourth's 1.4 and 2.8 %; their spread over requests is a third of the limits
 * or less, so a right program fails less than once in 1,000.
 */
static void flow_and_requests_agree_where_they_overlap(void **state)
{
    static const double LOADS[] = {0.15, 0.35, 0.55, 0.75};
    for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
        double full = full_load(&DEVICES[i]);
        print_message("%s: full at %.3g prompts a head and day; flow, then opened\n",
                      DEVICES[i].name, full);
        for (size_t k = 0; k < sizeof LOADS / sizeof *LOADS; k++) {
            struct worst w = overlap(&DEVICES[i], full, LOADS[k], 0);
            assert_true(w.share <= 0.03);
            assert_true(w.middle <= 0.05);
            assert_true(w.tail <= 0.08);
        }
    }
}

/* Near saturation shares still agree, waits don't: their means hang on few long queues, and an
 * engine that preempts much (70 billion: its cache is short) falls into spells of it. */
static void near_saturation_they_agree_less(void **state)
{
    static const double LOADS[] = {0.9, 0.97};
    for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
        double full = full_load(&DEVICES[i]);
        print_message("%s\n", DEVICES[i].name);
        for (size_t k = 0; k < sizeof LOADS / sizeof *LOADS; k++) {
            struct worst w = overlap(&DEVICES[i], full, LOADS[k], 0);
            assert_true(w.share <= 0.08);
        }
    }
}

/* Half again as much as the hall does: what it does comes from saturated engines, so a third is
 * dropped at flow resolution; request by request bounded queues refuse about as much (engines
 * whose caches are short do less when they are flooded). */
static void what_is_too_much_is_dropped_or_refused(void **state)
{
    double full = full_load(&DEVICES[0]);
    struct nation n = make(&DEVICES[0], 1.5 * full);
    add_serving(&n, 0.5, 0.04);
    add_opening(&n, "hours", 100.0, 101.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double demand = nation_month(&run, &r, "demand", 0);
    double on_time = nation_month(&run, &r, "on_time", 0);
    double late = nation_month(&run, &r, "late", 0);
    double dropped = nation_month(&run, &r, "dropped", 0);
    assert_close(on_time + late + dropped, demand, 1e-9);
    assert_within(dropped / demand, 1.0 / 3.0, 0.01);
    assert_within(figure(&run, &r, "opened_refused_share"), 1.0 / 3.0, 0.03);
    assert_within(figure(&run, &r, "opened_in_time_share"),
                  figure(&run, &r, "opened_flow_in_time_share"), 0.03);
    assert_close(nation_month(&run, &r, "missed_capacity", 0), late + dropped, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Served late is what the law says: demand, in time and late in prompts and in work. */
static void what_misses_its_targets_is_late(void **state)
{
    double full = full_load(&DEVICES[1]);
    struct nation n = make(&DEVICES[1], 0.8 * full);
    add_serving(&n, 0.5, 0.04);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double share = figure(&run, &r, "serving_in_time_share");
    assert_true(share > 0.3 && share < 0.95);
    assert_close(nation_month(&run, &r, "on_time", 0) / nation_month(&run, &r, "demand", 0),
                 share, 1e-9);
    assert_close(figure(&run, &r, "serving_prompts"), 0.8 * full * 1e6 * 730.0 / 24.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* A stack that halves a device's speed halves what it serves and doubles every latency, by the
 * law and request by request: at half the prompts the load is the same. */
static void a_slow_stack_slows_its_answers(void **state)
{
    double full = full_load(&DEVICES[0]), ttft[2], tpot[2], opened[2];
    for (int slow = 0; slow < 2; slow++) {
        struct nation n = make_on(&DEVICES[0], 0.6 * full / (1 + slow), 1.0 - 0.5 * slow, NULL);
        add_serving(&n, 0.5, 0.04);
        add_opening(&n, "hours", 100.0, 101.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        ttft[slow] = figure(&run, &r, "ttft_mean");
        tpot[slow] = figure(&run, &r, "tpot_p95");
        opened[slow] = figure(&run, &r, "opened_tpot_mean");
        nation_run_end(&run);
        nation_end(&n);
    }
    assert_within(ttft[1] / ttft[0], 2.0, 0.01);
    assert_within(tpot[1] / tpot[0], 2.0, 0.03);
    assert_within(opened[1] / opened[0], 2.0, 0.1);
}

/* A replication that is copied half way, as denials do, goes on alike, opening and all. */
static void a_copy_goes_on_alike(void **state)
{
    struct nation n = make(&DEVICES[0], 30.0);
    nation_number(&n, add_serving(&n, 0.5, 0.04), "requests", 1000);
    add_opening(&n, "hours", 100.0, 104.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_worker *copy;
    struct hanse_record one, two;
    NATION_OK(n.ctx, hanse_worker_create(n.ctx, &copy));
    NATION_OK(n.ctx, hanse_worker_start(run.worker, run.scenario, &run.layout, 7, 0, false));
    NATION_OK(n.ctx, hanse_worker_advance(run.worker, 102.0));
    NATION_OK(n.ctx, hanse_worker_copy(copy, run.worker));
    NATION_OK(n.ctx, hanse_worker_finish(copy, &two));
    NATION_OK(n.ctx, hanse_worker_finish(run.worker, &one));
    assert_int_equal(one.n_values, two.n_values);
    assert_memory_equal(one.series, two.series, one.n_values * sizeof *one.series);
    hanse_worker_destroy(copy);
    nation_run_end(&run);
    nation_end(&n);
}

/* Opened or not, every other figure is the same to the bit. */
static void an_opening_changes_nothing_else(void **state)
{
    double *before = NULL;
    for (int opened = 0; opened < 2; opened++) {
        struct nation n = make(&DEVICES[0], 30.0);
        add_serving(&n, 0.5, 0.04);
        if (opened) {
            add_opening(&n, "hours", 100.0, 101.0);
            add_opening(&n, "last", 729.0, 730.0);
        }
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        size_t kept = 0;
        before = before != NULL ? before : calloc(r.n_values, sizeof *before);
        assert_non_null(before);
        for (int32_t c = 0; c < run.layout.n_columns; c++) {
            const struct hanse_column *column = &run.layout.columns[c];
            if (column->offset == SIZE_MAX ||
                strncmp(column->output->name, "opened_", 7) == 0) {
                continue;
            }
            const double *cells = r.series + column->offset;
            size_t size = (size_t)column->n_items * sizeof *cells;
            if (opened) {
                assert_memory_equal(before + kept, cells, size);
            } else {
                memcpy(before + kept, cells, size);
            }
            kept += (size_t)column->n_items;
        }
        if (opened) {
            assert_true(figure(&run, &r, "opened_served") > 1000.0);
        }
        nation_run_end(&run);
        nation_end(&n);
    }
    free(before);
}

/* What a month's flow figures of a nation are; ends it. */
struct month {
    double in_time, ttft_s, prompts, no_way;
};

static struct month month_of(struct nation *n)
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, 0);
    double demand = nation_month(&run, &r, "demand", 0);
    struct month m = {figure(&run, &r, "serving_in_time_share"), figure(&run, &r, "ttft_mean"),
                      figure(&run, &r, "serving_prompts"),
                      nation_month(&run, &r, "dropped_network", 0) / demand};
    assert_close(nation_month(&run, &r, "on_time", 0) + nation_month(&run, &r, "late", 0) +
                     nation_month(&run, &r, "dropped", 0),
                 demand, 1e-9);
    assert_close(nation_month(&run, &r, "on_time", 0),
                 m.in_time *
                     (nation_month(&run, &r, "on_time", 0) + nation_month(&run, &r, "late", 0)),
                 1e-9);
    nation_run_end(&run);
    nation_end(n);
    return m;
}

static struct month alone(const struct device *d, double prompts)
{
    struct nation n = make(d, prompts);
    add_serving(&n, 0.5, 0.04);
    return month_of(&n);
}

/* A second region, with so many devices of its own or none. */
static void add_region(struct nation *n, double people, double devices)
{
    nation_region(n, "b", "A", "pool", people);
    if (devices > 0.0) {
        nation_site(n, "other", "b", "owner");
        nation_group(n, "other", "card", devices);
    }
    add_serving(n, 0.5, 0.04);
}

/* The own hall of 32 is nearest and fills up; a fifth goes on to one of 16. Each answers by its
 * own load: four fifths as a hall that is full, one as a hall that is half full. */
static void work_that_chooses_its_place_meets_its_load(void **state)
{
    const struct device *d = &DEVICES[1];
    double full = full_by(d, 20000.0);
    struct month one = alone(d, full), half = alone(d, 0.5 * full);
    struct nation n = make_placed(d, 1.25 * full, "nearest");
    add_region(&n, 0.0, 16.0);
    struct month both = month_of(&n);
    assert_true(one.in_time < half.in_time - 0.1);
    assert_close(both.in_time, 0.8 * one.in_time + 0.2 * half.in_time, 1e-6);
    assert_close(both.ttft_s, 0.8 * one.ttft_s + 0.2 * half.ttft_s, 1e-6);
    assert_close(both.prompts, one.prompts + half.prompts / 2.0, 1e-6);
}

/* b's people ask for 0.4 of the hall in a over a cable that carries half of that, beside a's
 * own 0.4: the hall answers as one that is loaded to 0.6. */
static void what_a_cable_carries_meets_its_load(void **state)
{
    const struct device *d = &DEVICES[1];
    double full = full_load(d);
    struct month same = alone(d, 0.6 * full);
    struct nation n = make(d, 0.4 * full);
    add_region(&n, 1e6, 0.0);
    uint32_t e = nation_add(&n, "link", "cable");
    nation_text(&n, e, "from", "b");
    nation_text(&n, e, "to", "a");
    nation_number(&n, e, "latency", 0.001);
    nation_number(&n, e, "batch_share", 0.0);
    nation_number(&n, e, "bandwidth", 0.2 * full * 1e6 * 4000.0 / 86400.0);
    struct month both = month_of(&n);
    assert_close(both.no_way, 0.25, 1e-9);
    assert_close(both.in_time, same.in_time, 1e-6);
    assert_close(both.ttft_s, same.ttft_s, 1e-6);
    assert_close(both.prompts, same.prompts, 1e-6);
}

/* A draw that lengthens prompts fails the replication rather than give another's latencies. */
static void lengths_that_drift_are_refused(void **state)
{
    struct nation n = make(&DEVICES[0], 30.0);
    add_serving(&n, 0.5, 0.04);
    uint32_t w = nation_workload(&n, "other", 1.0);
    nation_number(&n, w, "tokens_trend", 0.1);
    uint32_t s = nation_add(&n, "serving", "other");
    nation_text(&n, s, "workload", "other");
    struct hanse_scenario *scenario;
    assert_int_equal(hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(n.ctx), "steady lengths"));
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_and_requests_agree_where_they_overlap),
        cmocka_unit_test(near_saturation_they_agree_less),
        cmocka_unit_test(what_is_too_much_is_dropped_or_refused),
        cmocka_unit_test(what_misses_its_targets_is_late),
        cmocka_unit_test(a_slow_stack_slows_its_answers),
        cmocka_unit_test(a_copy_goes_on_alike),
        cmocka_unit_test(an_opening_changes_nothing_else),
        cmocka_unit_test(work_that_chooses_its_place_meets_its_load),
        cmocka_unit_test(what_a_cable_carries_meets_its_load),
        cmocka_unit_test(lengths_that_drift_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
