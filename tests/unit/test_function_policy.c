/*
 * A policy that is a function of the user's, from C: EASY through the view's methods starts
 * what the library's own starts, and whatever the view forbids is refused with the rule.
 */
#include "sim/process/schedule/function.h"
#include "tests/mix.h"

enum { ROUNDS = 400 };

static struct hanse_context *context;
static enum hanse_status refused; /* what trespass() was answered */
static char words[512];

/* Calls the method of that name; n_in arguments. Returns how many numbers came back. */
static enum hanse_status ask(struct hanse_scheduler *scheduler, const char *name,
                             const double *in, int n_in, double *out, int *n_out)
{
    size_t n;
    const struct hanse_hook_method *methods = hanse_function_methods(&n);
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(methods[i].name, name) == 0) {
            return methods[i].call(scheduler, context, in, n_in, out, n_out);
        }
    }
    fail_msg("no method '%s'", name);
    return HANSE_ERR_INPUT;
}

/* The answer to a question about a job, NAN when there is none. */
static double see(struct hanse_scheduler *scheduler, const char *name, double job)
{
    double out[HANSE_HOOK_ARGUMENTS];
    int n_out;
    assert_int_equal(ask(scheduler, name, &job, isnan(job) ? 0 : 1, out, &n_out), HANSE_OK);
    return n_out > 0 ? out[0] : NAN;
}

static void take(struct hanse_scheduler *scheduler, double job, double start_s)
{
    double out[HANSE_HOOK_ARGUMENTS];
    const double in[] = {job, start_s};
    int n_out;
    assert_int_equal(ask(scheduler, "take", in, isnan(start_s) ? 1 : 2, out, &n_out), HANSE_OK);
}

static enum hanse_status easy_pass(struct hanse_scheduler *scheduler)
{
    bool anybody;
    HANSE_TRY(hanse_function_begin(scheduler, &anybody));
    double job = anybody ? see(scheduler, "first", NAN) : NAN;
    while (!isnan(job) && see(scheduler, "fits_now", job) != 0.0) {
        double next = see(scheduler, "next", job);
        take(scheduler, job, NAN);
        job = next;
    }
    if (isnan(job)) {
        return HANSE_OK;
    }
    take(scheduler, job, see(scheduler, "earliest", job));
    assert_true(see(scheduler, "fits_now", job) == 0.0); /* it has its room */
    for (job = see(scheduler, "next", job); !isnan(job);) {
        double next = see(scheduler, "next", job);
        if (see(scheduler, "fits_now", job) != 0.0) {
            take(scheduler, job, NAN);
        }
        job = next;
    }
    return HANSE_OK;
}

#define FUNCTION_POLICY(does)                                                                  \
    {                                                                                          \
        .name = "function", .init = hanse_function_init, .submitted = hanse_function_job,      \
        .ended = hanse_function_ended, .withdrawn = hanse_function_job,                        \
        .changed = hanse_function_changed, .pass = (does)                                      \
    }
static const struct hanse_policy easy = FUNCTION_POLICY(easy_pass);

static void easy_through_the_view_is_easy(void **state)
{
    struct hanse_stream stream;
    struct workload w = {0};
    (void)state;
    context = hanse_context_create();
    hanse_stream_init(&stream, 11, 0, 0, "function");
    for (int round = 0; round < ROUNDS; round++) {
        struct schedule ours, theirs;
        struct mix mix = mix_draw(&stream, 60, 12);
        mix_workload(&stream, &mix, &w);
        struct hanse_replay replay = {.policy = policy_named(context, "easy"),
                                      .processors = (uint32_t)mix.processors,
                                      .machine_sets = round % 2};
        workload_replay(context, &w, &replay, &theirs, NULL);
        replay.policy = &easy;
        workload_replay(context, &w, &replay, &ours, NULL);
        assert_memory_equal(ours.start_s, theirs.start_s, w.n * sizeof *ours.start_s);
        schedule_free(&ours);
        schedule_free(&theirs);
    }
    free(w.jobs);
    hanse_context_destroy(context);
}

/* Room from now on is a start: nobody waits who holds it. */
static enum hanse_status hold_now(struct hanse_scheduler *scheduler)
{
    bool anybody;
    HANSE_TRY(hanse_function_begin(scheduler, &anybody));
    for (double job = anybody ? see(scheduler, "first", NAN) : NAN; !isnan(job);) {
        double next = see(scheduler, "next", job);
        take(scheduler, job, see(scheduler, "earliest", job));
        job = next;
    }
    return HANSE_OK;
}
static const struct hanse_policy holder = FUNCTION_POLICY(hold_now);

/* Everybody at his earliest time in turn: on a machine of 4, a job of 3 runs from 0 to 10, one
 * of 2 begins at 10, and one of 1 that is short enough goes beside the first. */
static void room_held_from_now_on_is_a_start(void **state)
{
    struct hanse_job jobs[] = {
        {.runtime_s = 10, .estimate_s = 10, .number = 0, .width = 3},
        {.submit_s = 1, .runtime_s = 5, .estimate_s = 5, .number = 1, .width = 2},
        {.submit_s = 2, .runtime_s = 8, .estimate_s = 8, .number = 2, .width = 1}};
    const struct workload w = {.jobs = jobs, .n = 3};
    const struct hanse_replay replay = {.policy = &holder, .processors = 4};
    struct schedule schedule;
    (void)state;
    context = hanse_context_create();
    workload_replay(context, &w, &replay, &schedule, NULL);
    assert_true(schedule.start_s[0] == 0.0 && schedule.start_s[1] == 10.0 &&
                schedule.start_s[2] == 2.0);
    schedule_free(&schedule);
    hanse_context_destroy(context);
}

/* What one pass asks for, on a machine of 4 where job 0 waits for all of it behind a job that
 * runs for 10 s, and job 1 is as wide. */
struct wish {
    const char *method;
    double in[3];
    int n_in;
    const char *words;
};
static struct wish wish;

static enum hanse_status trespass(struct hanse_scheduler *scheduler)
{
    bool anybody;
    double out[HANSE_HOOK_ARGUMENTS], job;
    int n_out;
    HANSE_TRY(hanse_function_begin(scheduler, &anybody));
    job = anybody ? see(scheduler, "first", NAN) : NAN;
    if (!isnan(job) && see(scheduler, "fits_now", job) != 0.0) {
        take(scheduler, job, NAN);
        return HANSE_OK;
    }
    if (isnan(job) || refused != HANSE_OK) {
        return HANSE_OK;
    }
    if (strcmp(wish.words, "take: job 1 has room held for it; release it first") == 0) {
        take(scheduler, job, see(scheduler, "earliest", job));
        assert_true(see(scheduler, "earliest", job) == 10.0);
    }
    wish.in[0] += wish.in[0] >= 0.0 ? job : 0.0;
    refused = ask(scheduler, wish.method, wish.in, wish.n_in, out, &n_out);
    snprintf(words, sizeof words, "%s", hanse_context_message(context));
    return HANSE_OK;
}
static const struct hanse_policy trespasser = FUNCTION_POLICY(trespass);

static void the_view_refuses_with_its_rule(void **state)
{
    const struct wish wishes[] = {
        {"take", {0}, 1, "take: job 1 does not fit now"},
        {"take",
         {0, 9.0},
         2,
         "take: job 1 can be held room for from 10 s, its earliest time, got 9"},
        {"take",
         {0, HUGE_VAL},
         2,
         "take: job 1 can be held room for from 10 s, its earliest time, got inf"},
        {"take", {0}, 1, "take: job 1 has room held for it; release it first"},
        {"take", {0}, 0, "take: takes a job and perhaps a time, got 0 arguments"},
        {"take", {0}, 3, "take: takes a job and perhaps a time, got 3 arguments"},
        {"release", {0}, 1, "release: no room is held for job 1"},
        {"width", {-1}, 1, "a job must be one that waits, got -1"},
        {"width", {0.5}, 1, "a job must be one that waits, got 1.5"},
        {"submit", {1e300}, 1, "a job must be one that waits, got 1e+300"},
        {"estimate", {100}, 1, "a job must be one that waits, got 101"},
        {"user", {0}, 2, "user: takes one job, got 2 arguments"},
        {"now", {0}, 1, "now: takes no argument, got 1 argument"},
    };
    (void)state;
    context = hanse_context_create();
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        struct hanse_job jobs[] = {
            {.runtime_s = 10, .estimate_s = 10, .number = 0, .width = 1, .user = 3},
            {.submit_s = 1, .runtime_s = 1, .estimate_s = 1, .number = 1, .width = 4}};
        struct hanse_job_array array = {jobs, 2, 0};
        struct hanse_job_source source = hanse_job_array_source(&array);
        const struct hanse_replay replay = {.policy = &trespasser, .processors = 4};
        wish = wishes[i];
        refused = HANSE_OK;
        assert_int_equal(hanse_replay_run(context, &replay, &source, NULL, NULL), HANSE_OK);
        assert_int_equal(refused, HANSE_ERR_DOMAIN);
        assert_string_equal(words, wish.words);
    }
    hanse_context_destroy(context);
}

static void a_parameter_is_put_in_its_range(void **state)
{
    double values[HANSE_POLICY_PARAMS_MOST];
    (void)state;
    context = hanse_context_create();
    const struct hanse_policy *policy = policy_named(context, "priority");
    hanse_policy_standards(policy, values);
    assert_int_equal(hanse_policy_put(context, policy, values, "half_life", 60.0), HANSE_OK);
    assert_true(values[3] == 60.0);
    assert_int_equal(hanse_policy_put(context, policy, values, "half_life", NAN),
                     HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_policy_put(context, policy, values, "halflife", 60.0),
                     HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(context),
                        "policy priority: no parameter 'halflife', did you mean 'half_life'?");
    hanse_context_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easy_through_the_view_is_easy),
        cmocka_unit_test(room_held_from_now_on_is_a_start),
        cmocka_unit_test(the_view_refuses_with_its_rule),
        cmocka_unit_test(a_parameter_is_put_in_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
