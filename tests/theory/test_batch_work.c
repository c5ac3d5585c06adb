/*
 * What jobs take, by hand: training and calls of a model, gangs over links, data that moves. A
 * stay is found by bracketing: jobs that must end within a hair more than the calculated time
 * are on time where nobody waits, within a hair less none is.
 */
#include <math.h>

#include "tests/batch_nation.h"
#include "tests/close.h"

/* Of the nation's card: 989 TFLOP/s at one half. */
static const double FLOPS = 989e12 * 0.5;

static struct nation world(const char *scheduler)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "lab", "far");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_card_of(&n, "slow", "maker", 989.0 / 4.0, 0.0);
    uint32_t model = nation_model(&n);
    nation_text(&n, model, "provider", "lab");
    nation_flag(&n, model, "weights_held", false);
    nation_upkeep(&n, 1.0, false);
    nation_text(&n, nation_add(&n, "pool", "pool"), "scheduler", scheduler);
    nation_region(&n, "a", "A", "pool", 1.0);
    nation_region(&n, "b", "A", "pool", 1.0);
    return n;
}

static void add_cards(struct nation *n, const char *shed, const char *region, const char *card,
                      double count)
{
    add_shed(n, shed, region);
    nation_group(n, shed, card, count);
}

/* 1 GB/s, all of it for batch jobs. */
static void add_cable(struct nation *n)
{
    uint32_t e = nation_add(n, "link", "cable");
    nation_text(n, e, "from", "a");
    nation_text(n, e, "to", "b");
    nation_text(n, e, "owner", "maker");
    nation_number(n, e, "latency", 0.01);
    nation_number(n, e, "bandwidth", 1e9);
    nation_number(n, e, "batch_share", 1.0);
}

static uint32_t add_batch(struct nation *n, double rate, double width, double finish_within_h)
{
    uint32_t jobs = nation_add(n, "batch", "jobs");
    nation_text(n, jobs, "region", "a");
    nation_text(n, jobs, "data_class", "public");
    nation_number(n, jobs, "rate", rate);
    nation_number(n, jobs, "runtime_cv", 0.0);
    nation_number(n, jobs, "width_min", width);
    nation_number(n, jobs, "width_max", width);
    nation_number(n, jobs, "deadline", 8760.0);
    nation_number(n, jobs, "finish_within", finish_within_h);
    return jobs;
}

static double rate_per_h = 0.01;

static uint32_t add_training(struct nation *n, double width, double finish_within_h)
{
    uint32_t jobs = add_batch(n, rate_per_h, width, finish_within_h);
    nation_text(n, jobs, "work", "training");
    nation_text(n, jobs, "model", "eight");
    nation_number(n, jobs, "tokens", 1e9);
    return jobs;
}

struct figures {
    double jobs, demand, on_time, late, backlog, killed;
};

static struct figures run(struct nation *n)
{
    struct nation_run run = nation_freeze(n);
    struct hanse_record r = nation_replicate(&run, 0);
    struct figures f = {nation_total(&run, &r, "batch_jobs"),
                        nation_total(&run, &r, "batch_demand"),
                        nation_total(&run, &r, "batch_on_time"),
                        nation_total(&run, &r, "batch_late"),
                        nation_month(&run, &r, "batch_backlog", run.layout.n_months - 1),
                        nation_total(&run, &r, "batch_killed")};
    assert_within(f.demand - f.on_time - f.late - f.backlog, 0.0, 1e-6 * f.demand);
    nation_run_end(&run);
    nation_end(n);
    return f;
}

/* `make` builds a world whose jobs must end within so many hours. */
static void assert_takes(struct nation (*make)(double finish_within_h), double hours)
{
    struct nation more = make(hours * (1.0 + 1e-6)), less = make(hours * (1.0 - 1e-6));
    struct figures f = run(&more), g = run(&less);
    assert_true(f.on_time > 0.5 * f.demand);
    assert_true(g.on_time == 0.0 && g.late > 0.5 * g.demand);
}

/* 10^9 tokens through 8·10^9 parameters, 6 FLOP each: 26.96 hours of a card; adapters of half
 * the parameters would take 5. */
static void training_is_six_flop_a_token_and_parameter(void **state)
{
    static const double share[] = {1.0, 0.5, 0.0}, flop[] = {6.0, 5.0, 4.0};
    for (int i = 0; i < 3; i++) {
        struct nation n = world("fcfs");
        add_cards(&n, "shed", "a", "card", 8);
        nation_number(&n, add_training(&n, 4.0, 0.0), "trained_share", share[i]);
        struct figures f = run(&n);
        assert_close(f.demand / f.jobs, flop[i] * 8e9 * 1e9 / FLOPS / 3600.0, 1e-9);
    }
}

static struct nation training_on_slow_cards(double finish_within_h)
{
    struct nation n = world("fcfs");
    add_cards(&n, "shed", "a", "slow", 8);
    add_training(&n, 4.0, finish_within_h);
    return n;
}

static void training_goes_by_compute(void **state)
{
    assert_takes(training_on_slow_cards, 4.0 * 6.0 * 8e18 / FLOPS / 3600.0 / 4.0);
}

/* Ten hours' worth of a card's prompts. A card of a quarter of the compute and the same memory
 * is slower in the prompt, and in decoding as far as that computes. */
static void calls_take_what_the_service_law_says(void **state)
{
    struct nation n = world("fcfs");
    add_cards(&n, "shed", "a", "card", 8);
    uint32_t jobs = add_batch(&n, 0.01, 2.0, 0.0);
    nation_text(&n, jobs, "work", "inference");
    nation_text(&n, jobs, "model", "eight");
    nation_number(&n, jobs, "prompts", 10.0 * nation_prompts_of_a_card() / 24.0);
    nation_number(&n, jobs, "prompt_tokens", 1000.0);
    nation_number(&n, jobs, "answer_tokens", 200.0);
    struct figures f = run(&n);
    assert_close(f.demand / f.jobs, 10.0, 1e-9);
}

/* Weights of 16·10^9 bytes, cache 131,072 · 1,100 a request, 32 at once, 3,350 GB/s · 0.6:
 * decoding reads (16·10^9 + 32 · 144,179,200) / 32 bytes a token on either card, 0.32 ms, more
 * than computing 16·10^9 FLOP takes even the slow one, 0.13 ms. Prompts: 16·10^9 FLOP a token.
 */
static struct nation calls_on_slow_cards(double finish_within_h)
{
    struct nation n = world("fcfs");
    add_cards(&n, "shed", "a", "slow", 8);
    uint32_t jobs = add_batch(&n, 0.01, 2.0, finish_within_h);
    nation_text(&n, jobs, "work", "inference");
    nation_text(&n, jobs, "model", "eight");
    nation_number(&n, jobs, "prompts", 1e5);
    nation_number(&n, jobs, "prompt_tokens", 1000.0);
    nation_number(&n, jobs, "answer_tokens", 200.0);
    return n;
}

static void calls_go_by_the_service_law_of_the_device(void **state)
{
    double flops = FLOPS / 4.0;
    double by_memory = (16e9 + 32.0 * 131072.0 * 1100.0) / (3350e9 * 0.6) / 32.0;
    double decode = fmax(by_memory, 16e9 / flops);
    assert_takes(calls_on_slow_cards,
                 1e5 * (1000.0 * 16e9 / flops + 200.0 * decode) / 3600.0 / 2.0);
}

/* Two sites of two cards, a gang of four. A step of 10^6 tokens takes 24.27 s on four cards; a
 * sum of 8·10^9 · 2 bytes around a ring of two takes 2 (0.01 + 16·10^9 / (2 · 10^9)) = 16.02 s.
 */
static int64_t inner;
static const char *scheduler = "fcfs";

static struct nation gang_over_a_cable(double finish_within_h)
{
    struct nation n = world(scheduler);
    add_cards(&n, "shed_a", "a", "card", 2);
    add_cards(&n, "shed_b", "b", "card", 2);
    add_cable(&n);
    uint32_t jobs = add_training(&n, 4.0, finish_within_h);
    nation_text(&n, jobs, "span", "pool");
    nation_number(&n, jobs, "step_tokens", 1e6);
    nation_number(&n, jobs, "inner_steps", (double)inner);
    return n;
}

static void a_gang_over_sites_waits_for_its_link(void **state)
{
    static const char *const all[] = {"fcfs",      "sjf",          "easy",
                                      "easy-sjbf", "conservative", "priority"};
    double step_s = 6.0 * 8e9 * 1e6 / (4.0 * FLOPS), sum_s = 2.0 * (0.01 + 8.0);
    double alone_h = 6.0 * 8e18 / FLOPS / 3600.0 / 4.0;
    for (int s = 0; s < 6; s++) {
        scheduler = all[s];
        for (inner = 1; inner <= 500; inner *= 500) {
            double factor = 1.0 + sum_s / step_s / (double)inner;
            print_message("%-12s H = %-3d %.3f of the time on one site\n", scheduler,
                          (int)inner, factor);
            assert_takes(gang_over_a_cable, alone_h * factor);
        }
    }
    scheduler = "fcfs";
}

/* On one site that has room nothing is summed over links. */
static struct nation gang_at_home(double finish_within_h)
{
    inner = 1;
    struct nation n = gang_over_a_cable(finish_within_h);
    add_cards(&n, "shed_c", "b", "card", 4);
    return n;
}

static void a_gang_with_room_on_one_site_needs_no_link(void **state)
{
    assert_takes(gang_at_home, 6.0 * 8e18 / FLOPS / 3600.0 / 4.0);
}

/* Cut apart, gangs stop, and none starts; nothing is lost from the books. */
static void a_gang_whose_sites_part_is_stopped(void **state)
{
    inner = 1;
    rate_per_h = 0.2; /* one is always at it */
    struct nation n = gang_over_a_cable(0.0);
    rate_per_h = 0.01;
    uint32_t cut = nation_add(&n, "withdraw", "cut");
    nation_text(&n, cut, "actor", "maker");
    nation_text(&n, cut, "axis", "network");
    nation_number(&n, cut, "from", 1000.0);
    nation_number(&n, cut, "to", 8760.0);
    struct figures f = run(&n);
    print_message("%g of %g H100_h done, %g stopped\n", f.on_time, f.demand, f.killed);
    assert_true(f.on_time > 0.0 && f.on_time < 0.2 * f.demand);
    assert_true(f.killed == 1.0);
}

/* The cards are in b; 3.6·10^12 bytes there and half as many back take 1.5 h at 1 GB/s. */
static struct nation job_away_from_home(double finish_within_h)
{
    struct nation n = world("easy");
    add_cards(&n, "shed", "b", "card", 8);
    add_cable(&n);
    uint32_t jobs = add_batch(&n, 0.01, 1.0, finish_within_h);
    nation_number(&n, jobs, "runtime", 2.0);
    nation_number(&n, jobs, "input", 3.6e12);
    nation_number(&n, jobs, "output", 1.8e12);
    return n;
}

static void data_moves_before_and_after(void **state)
{
    assert_takes(job_away_from_home, 3.5);
}

/* From month 3 on the lab withdraws its model: what waits does not start. */
static void a_model_withdrawn_starts_no_job(void **state)
{
    struct nation n = world("fcfs");
    add_cards(&n, "shed", "a", "card", 8);
    add_training(&n, 4.0, 0.0);
    uint32_t cut = nation_add(&n, "withdraw", "cut");
    nation_text(&n, cut, "actor", "lab");
    nation_text(&n, cut, "axis", "model");
    nation_number(&n, cut, "from", 3.0 * 730.0);
    nation_number(&n, cut, "to", 4.0 * 730.0);
    struct nation_run r = nation_freeze(&n);
    struct hanse_record record = nation_replicate(&r, 0);
    assert_true(nation_month(&r, &record, "batch_jobs", 3) > 0.0);
    assert_true(nation_month(&r, &record, "batch_started", 3) == 0.0);
    assert_true(nation_month(&r, &record, "batch_started", 4) >
                nation_month(&r, &record, "batch_jobs", 4) - 1.0);
    nation_run_end(&r);
    nation_end(&n);
}

static void work_that_does_not_add_up_is_refused(void **state)
{
    static const struct {
        const char *key;
        double value;
        const char *work, *says;
    } cases[] = {{"tokens", 1.0, "given", "runtime"},
                 {"runtime", 1.0, "training", "runtime"},
                 {"prompts", 5.0, "training", "needs work = inference"},
                 {"prompts", 5.0, "inference", "answer_tokens"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nation n = world("fcfs");
        uint32_t jobs = add_batch(&n, 0.01, 1.0, 0.0);
        nation_text(&n, jobs, "work", cases[i].work);
        nation_text(&n, jobs, "model", "eight");
        nation_number(&n, jobs, cases[i].key, cases[i].value);
        struct hanse_scenario *scenario = NULL;
        assert_int_not_equal(hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario), HANSE_OK);
        assert_non_null(strstr(hanse_context_message(n.ctx), cases[i].says));
        nation_end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_is_six_flop_a_token_and_parameter),
        cmocka_unit_test(training_goes_by_compute),
        cmocka_unit_test(calls_take_what_the_service_law_says),
        cmocka_unit_test(calls_go_by_the_service_law_of_the_device),
        cmocka_unit_test(a_gang_over_sites_waits_for_its_link),
        cmocka_unit_test(a_gang_with_room_on_one_site_needs_no_link),
        cmocka_unit_test(a_gang_whose_sites_part_is_stopped),
        cmocka_unit_test(data_moves_before_and_after),
        cmocka_unit_test(a_model_withdrawn_starts_no_job),
        cmocka_unit_test(work_that_does_not_add_up_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
