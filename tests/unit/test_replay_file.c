/*
 * Files of replays: rows in the order of submission whatever the order of ends, machines,
 * texts, and what happens when the machine fails.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/hash.h"
#include "output/replay.h"
#include "tests/close.h"

enum { N_JOBS = 2 * HANSE_REPLAY_CHUNK + 100 };

static const char *const reasons[] = {"malformed"};
static const char *const words[] = {"malformed lines"};
static const int64_t dropped[] = {3};
static const struct hanse_replay_about about = {.trace = "a.swf",
                                                .sha256 = "00",
                                                .estimates = "user",
                                                .service = "",
                                                .computer = "one made up",
                                                .command = "hanse replay a.swf",
                                                .processors = 70,
                                                .n_lines = N_JOBS,
                                                .reasons = reasons,
                                                .reason_words = words,
                                                .dropped = dropped,
                                                .n_reasons = 1};

static char path[64];

static int choose_path(void **state)
{
    snprintf(path, sizeof path, "/tmp/hanse-replay-%ld.h5", (long)getpid());
    return 0;
}

static int remove_path(void **state)
{
    unlink(path);
    return 0;
}

static struct hanse_finished finished(uint64_t order, const uint64_t *bits)
{
    double submit_s = (double)order * 0.5;
    return (struct hanse_finished){.job = {.submit_s = submit_s,
                                           .runtime_s = 2.0,
                                           .estimate_s = 3.0,
                                           .number = (int64_t)order + 1000,
                                           .width = 1 + (uint32_t)(order % 7),
                                           .user = (int32_t)(order % 11)},
                                   .order = order,
                                   .start_s = submit_s + 1.25,
                                   .end_s = submit_s + 3.25,
                                   .machines = bits,
                                   .n_words = bits != NULL ? 2 : 0};
}

/* Job 5 ends after all others; the rest in blocks of 13, backwards. */
static enum hanse_status feed(const struct hanse_finished_sink *sink, struct hanse_context *ctx,
                              bool machines)
{
    const uint64_t bits[2] = {0x8F, 0x31};
    HANSE_TRY(sink->begin(sink->state, ctx));
    for (uint64_t block = 0; block * 13 < N_JOBS; block++) {
        for (uint64_t i = 13; i-- > 0;) {
            uint64_t order = block * 13 + i;
            struct hanse_finished job = finished(order, machines ? bits : NULL);
            if (order < N_JOBS && order != 5) {
                HANSE_TRY(sink->job(sink->state, ctx, &job));
            }
        }
    }
    struct hanse_finished last = finished(5, machines ? bits : NULL);
    HANSE_TRY(sink->job(sink->state, ctx, &last));
    return sink->end(sink->state, ctx);
}

/* Of one job that ran from 0 to 2. */
static struct hanse_metrics *some_metrics(struct hanse_context *ctx)
{
    const struct hanse_job job = {.runtime_s = 2.0, .estimate_s = 2.0, .width = 7};
    struct hanse_job_array array = {&job, 1, 0};
    struct hanse_job_source source = hanse_job_array_source(&array);
    struct hanse_replay replay = {.processors = 70};
    struct hanse_metrics *metrics;
    assert_int_equal(hanse_policy_find(ctx, "fcfs", &replay.policy), HANSE_OK);
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    assert_int_equal(hanse_replay_run(ctx, &replay, &source, NULL, metrics), HANSE_OK);
    return metrics;
}

static struct hanse_replay_target target_at(const char *where)
{
    static const char *const easy = "easy";
    return (struct hanse_replay_target){
        .path = where, .trace = "a.swf", .policies = &easy, .n_policies = 1};
}

static enum hanse_status write_with(struct hanse_context *ctx, struct hanse_metrics *metrics,
                                    bool machines)
{
    struct hanse_replay_writer *writer;
    const struct hanse_aggregates aggregates = {.jobs = N_JOBS, .wait_s = {.mean = 1.25}};
    struct hanse_replay_target target = target_at(path);
    target.machines = machines ? 70 : 0;
    HANSE_TRY(hanse_replay_writer_create(ctx, &target, &writer));
    struct hanse_finished_sink sink = hanse_replay_writer_sink(writer);
    enum hanse_status status = feed(&sink, ctx, machines);
    if (status == HANSE_OK) {
        struct hanse_replay_result result = {.aggregates = &aggregates};
        struct hanse_metrics_bin *bins;
        status = hanse_replay_bins(ctx, metrics, &bins, &result.n_bins);
        result.bins = bins;
        if (status == HANSE_OK) {
            status = hanse_replay_writer_finish(writer, ctx, &about, &result);
        }
        hanse__free(bins);
    }
    hanse_replay_writer_destroy(writer);
    return status;
}

static void rows_lie_in_the_order_of_submission(void **state)
{
    static double wait[N_JOBS], number[N_JOBS], width[N_JOBS], job[N_JOBS];
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics = some_metrics(ctx);
    struct hanse_replay_file *file;
    if (write_with(ctx, metrics, false) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    assert_true(hanse_replay_file_is(path));
    assert_int_equal(hanse_replay_file_open(ctx, path, &file), HANSE_OK);
    assert_int_equal(hanse_replay_file_n_jobs(file), N_JOBS);
    assert_int_equal(hanse_replay_file_words(file), 0);
    assert_string_equal(hanse_replay_file_text(file, "trace"), "a.swf");
    assert_string_equal(hanse_replay_file_text(file, "title"), "a.swf under easy");
    assert_close(hanse_replay_file_number(file, "processors"), 70.0, 0.0);
    assert_int_equal(hanse_replay_file_column(file, "/jobs/wait", 0, N_JOBS, wait), HANSE_OK);
    assert_int_equal(hanse_replay_file_column(file, "/jobs/number", 0, N_JOBS, number),
                     HANSE_OK);
    assert_int_equal(hanse_replay_file_column(file, "/jobs/width", 0, N_JOBS, width), HANSE_OK);
    assert_int_equal(hanse_replay_file_column(file, "/jobs/job", 0, N_JOBS, job), HANSE_OK);
    for (int i = 0; i < N_JOBS; i++) {
        assert_close(wait[i], 1.25, 0.0);
        assert_close(number[i], i + 1000, 0.0);
        assert_close(width[i], 1 + i % 7, 0.0);
        assert_close(job[i], i, 0.0);
    }
    assert_int_equal(hanse_replay_file_column(file, "/jobs/what", 0, 1, wait), HANSE_ERR_INPUT);
    hanse_replay_file_close(file);
    hanse_metrics_destroy(metrics);
    hanse_context_destroy(ctx);
}

static void machines_are_kept_and_told_as_runs(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics = some_metrics(ctx);
    struct hanse_replay_file *file;
    char *text = NULL;
    size_t size;
    uint64_t bits[2];
    assert_int_equal(write_with(ctx, metrics, true), HANSE_OK);
    assert_int_equal(hanse_replay_file_open(ctx, path, &file), HANSE_OK);
    assert_int_equal(hanse_replay_file_words(file), 2);
    assert_int_equal(hanse_replay_file_bits(file, HANSE_REPLAY_CHUNK + 3, 1, bits), HANSE_OK);
    assert_true(bits[0] == 0x8F && bits[1] == 0x31);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(hanse_replay_csv(ctx, file, out), HANSE_OK);
    assert_int_equal(fclose(out), 0);
    static const char start[] =
        "job,number,submit,start,end,wait,runtime,estimate,width,user,machines\n"
        "0,1000,0,1.25,3.25,1.25,2,3,1,0,0-3 7 64 68-69\n"
        "1,1001,0.5,1.75,3.75,1.25,2,3,2,1,0-3 7 64 68-69\n";
    assert_memory_equal(text, start, sizeof start - 1);
    free(text);
    hanse_replay_file_close(file);
    hanse_metrics_destroy(metrics);
    hanse_context_destroy(ctx);
}

/* Three policies on the same jobs, 1 s apart, and where nothing is told apart everything is as
 * in a file of one. */
static void a_contest_has_an_axis_more(void **state)
{
    static double wait[N_JOBS], submit[N_JOBS];
    static const char *const names[] = {"fcfs", "easy", "priority:half_life=60,favour=small"};
    const uint64_t bits[2] = {0x8F, 0x31};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_replay_writer *writer;
    struct hanse_replay_file *file;
    struct hanse_aggregates aggregates[3] = {{.jobs = 1}, {.jobs = 2}, {.jobs = 3}};
    /* Bins of 1 s to 4 s, of 2 s to 6 s, none. */
    const struct hanse_metrics_bin fine[] = {
        {0, 1, 4, 8}, {1, 2, 2, 6}, {2, 3, 1, 5}, {3, 4, 3, 7}};
    const struct hanse_metrics_bin coarse[] = {{0, 2, 9, 1}, {2, 4, 8, 2}, {4, 6, 7, 3}};
    const struct hanse_replay_result results[] = {
        {&aggregates[0], fine, 4}, {&aggregates[1], coarse, 3}, {&aggregates[2], NULL, 0}};
    struct hanse_replay_target target = target_at(path);
    (void)state;
    target.policies = names;
    target.n_policies = 3;
    target.machines = 70;
    assert_int_equal(hanse_replay_writer_create(ctx, &target, &writer), HANSE_OK);
    struct hanse_finished_sink sink = hanse_replay_writer_sink(writer);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(sink.begin(sink.state, ctx), HANSE_OK);
        for (uint64_t i = 0; i < N_JOBS; i++) {
            struct hanse_finished job = finished(i, bits);
            job.start_s += k;
            job.end_s += k;
            assert_int_equal(sink.job(sink.state, ctx, &job), HANSE_OK);
        }
        assert_int_equal(sink.end(sink.state, ctx), HANSE_OK);
    }
    assert_int_equal(hanse_replay_writer_finish(writer, ctx, &about, results), HANSE_OK);
    hanse_replay_writer_destroy(writer);
    assert_int_equal(hanse_replay_file_open(ctx, path, &file), HANSE_OK);
    assert_string_equal(hanse_replay_file_text(file, "title"), "a.swf under 3 policies");
    assert_int_equal(hanse_replay_file_n_policies(file), 3);
    assert_int_equal(hanse_replay_file_words(file), 2);
    for (uint32_t k = 0; k < 3; k++) {
        const double queue[3][3] = {{3, 2, 0}, {9, 8, 7}, {0, 0, 0}};
        double bins[3], jobs;
        uint64_t got[2];
        assert_string_equal(hanse_replay_file_policy(file, k), names[k]);
        hanse_replay_file_choose(file, k);
        assert_int_equal(hanse_replay_file_column(file, "/jobs/wait", 0, N_JOBS, wait),
                         HANSE_OK);
        assert_int_equal(hanse_replay_file_column(file, "/jobs/submit", 0, N_JOBS, submit),
                         HANSE_OK);
        for (uint64_t i = 0; i < N_JOBS; i++) {
            struct hanse_finished job = finished(i, NULL);
            assert_true(wait[i] == job.start_s - job.job.submit_s + k);
            assert_true(submit[i] == job.job.submit_s);
        }
        assert_int_equal(hanse_replay_file_bits(file, 7, 1, got), HANSE_OK);
        assert_memory_equal(got, bits, sizeof bits);
        assert_int_equal(hanse_replay_file_column(file, "/series/queue_length", 0, 3, bins),
                         HANSE_OK);
        assert_memory_equal(bins, queue[k], sizeof bins);
        assert_int_equal(hanse_replay_file_column(file, "/summary/jobs", k, 1, &jobs),
                         HANSE_OK);
        assert_true(jobs == k + 1.0);
    }
    hanse_replay_file_close(file);
    hanse_context_destroy(ctx);
}

static void other_files_are_not_replaced_unasked(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_replay_writer *writer;
    struct hanse_replay_target target = target_at(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("a letter", file);
    fclose(file);
    assert_int_equal(hanse_replay_writer_create(ctx, &target, &writer), HANSE_ERR_INPUT);
    assert_false(hanse_replay_file_is(path));
    target.force = true;
    assert_int_equal(hanse_replay_writer_create(ctx, &target, &writer), HANSE_OK);
    struct hanse_finished_sink sink = hanse_replay_writer_sink(writer);
    assert_int_equal(sink.begin(sink.state, ctx), HANSE_OK);
    hanse_replay_writer_destroy(writer); /* unfinished: the letter is still there */
    char left[80];
    snprintf(left, sizeof left, "%s.new", path);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(access(path, F_OK), 0);
    hanse_context_destroy(ctx);
}

static void a_folder_that_is_not_there_is_a_message(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_replay_writer *writer;
    const struct hanse_replay_target target = target_at("/nowhere/at/all.h5");
    assert_int_equal(hanse_replay_writer_create(ctx, &target, &writer), HANSE_OK);
    struct hanse_finished_sink sink = hanse_replay_writer_sink(writer);
    assert_int_equal(sink.begin(sink.state, ctx), HANSE_ERR_IO);
    hanse_replay_writer_destroy(writer);
    hanse_context_destroy(ctx);
}

static void every_allocation_may_fail(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_metrics *metrics = some_metrics(ctx);
    enum hanse_status status = HANSE_ERR_MEMORY;
    unlink(path);
    for (size_t nth = 1; status != HANSE_OK; nth += nth < 12 ? 1 : 5) {
        assert_true(nth < 1000);
        hanse_context_fail_allocation(ctx, nth);
        status = write_with(ctx, metrics, false);
        hanse_context_fail_allocation(ctx, 0);
        assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
        assert_int_equal(access(path, F_OK), status == HANSE_OK ? 0 : -1);
    }
    hanse_metrics_destroy(metrics);
    hanse_context_destroy(ctx);
}

static void the_hash_is_sha_256(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_hash *hash = hanse_hash_create(ctx);
    char hex[65];
    hanse_hash_add(hash, "ab", 2);
    hanse_hash_add(hash, "c", 1);
    hanse_hash_text(hash, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hanse_hash_destroy(hash);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_lie_in_the_order_of_submission),
        cmocka_unit_test(machines_are_kept_and_told_as_runs),
        cmocka_unit_test(a_contest_has_an_axis_more),
        cmocka_unit_test(other_files_are_not_replaced_unasked),
        cmocka_unit_test(a_folder_that_is_not_there_is_a_message),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(the_hash_is_sha_256),
    };
    return cmocka_run_group_tests(tests, choose_path, remove_path);
}
