/*
 * Readers of traces: lines of plain and packed files, logs, tables of requests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "scripting/trace.h"
#include "tests/close.h"

static char path[] = "/tmp/hanse-trace-XXXXXX";
static struct hanse_context *ctx;

static int begin(void **state)
{
    int file = mkstemp(path);
    ctx = hanse_context_create();
    return file < 0 || ctx == NULL || close(file) != 0;
}

static int end(void **state)
{
    hanse_context_destroy(ctx);
    return unlink(path);
}

static void put(const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void put_gzip(const char *mode, const char *text)
{
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
}

static const struct hanse_trace_options plain = {.factor = 1.0, .processors = 100};

enum { ROOM = 64 };

static struct hanse_job jobs[ROOM];

/* Reads the whole file; the drops, if wanted. */
static enum hanse_status read_all(const struct hanse_trace_options *options, uint32_t *n,
                                  struct hanse_drops *drops)
{
    struct hanse_trace *trace;
    *n = 0;
    HANSE_TRY(hanse_trace_open(ctx, path, options, &trace));
    struct hanse_job_source source = hanse_trace_source(trace);
    enum hanse_status status;
    uint32_t count;
    do {
        status = source.next(source.state, ctx, jobs + *n, ROOM - *n, &count);
        *n += count;
    } while (status == HANSE_OK && count > 0);
    if (drops != NULL) {
        *drops = *hanse_trace_drops(trace);
    }
    hanse_trace_close(trace);
    return status;
}

static uint32_t jobs_of(const char *text)
{
    uint32_t n;
    put(text, strlen(text));
    if (read_all(&plain, &n, NULL) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    return n;
}

/* What is said about the text, after "path:". */
static const char *complaint(const struct hanse_trace_options *options, const char *text)
{
    uint32_t n;
    put(text, strlen(text));
    assert_int_equal(read_all(options, &n, NULL), HANSE_ERR_INPUT);
    const char *message = hanse_context_message(ctx);
    size_t length = strlen(path);
    return strncmp(message, path, length) == 0 ? message + length + 1 : message;
}

static uint64_t random_state = 20261121;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

/* --- lines -------------------------------------------------------------------------------- */

/* Line i holds i dots, for i < 3000; 4.5 MB, so windows are refilled at all sorts of places. */
static void lines_of_all_lengths_survive_refills(void **state)
{
    enum { N = 3000 };
    for (int packed = 0; packed < 2; packed++) {
        gzFile file = gzopen(path, packed ? "wb1" : "wbT");
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < i; k++) {
                gzputc(file, '.');
            }
            gzputs(file, i % 3 ? "\n" : "\r\n");
        }
        assert_int_equal(gzclose(file), Z_OK);
        struct hanse_lines *lines;
        struct hanse_line line;
        bool more;
        assert_int_equal(hanse_lines_open(ctx, path, NULL, &lines), HANSE_OK);
        for (uint64_t i = 0; i < N; i++) {
            assert_int_equal(hanse_lines_next(lines, ctx, &line, &more), HANSE_OK);
            assert_true(more);
            if (i % 7 == 0) {
                hanse_lines_back(lines);
                assert_int_equal(hanse_lines_next(lines, ctx, &line, &more), HANSE_OK);
            }
            assert_int_equal(line.length, i);
            assert_int_equal(line.number, i + 1);
        }
        assert_int_equal(hanse_lines_next(lines, ctx, &line, &more), HANSE_OK);
        assert_false(more);
        hanse_lines_close(lines);
    }
}

static const char two_jobs[] = ";MaxProcs: 8\n"
                               "1 0 -1 5 2 -1 -1 2 9 -1 1 3 4 5 6 7 -1 -1\n"
                               "2 4.5 -1 20 1 -1 -1 -1 9 -1 1 3 4 5 6 7 -1 -1";

static void gzip_members_in_a_row_are_one_text(void **state)
{
    uint32_t n;
    put_gzip("wb", "1 0 -1 5 2 -1 -1 2 9 -1 1 3 4 5 6 7 -1 -1\n2 1 -1 5");
    put_gzip("ab", " 2 -1 -1 2 9 -1 1 3 4 5 6 7 -1 -1\n");
    assert_int_equal(read_all(&plain, &n, NULL), HANSE_OK);
    assert_int_equal(n, 2);
}

static void a_torn_or_damaged_gzip_file_is_refused(void **state)
{
    char bytes[4096];
    uint32_t n;
    put_gzip("wb", two_jobs);
    FILE *file = fopen(path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    put(bytes, size - 9);
    assert_int_equal(read_all(&plain, &n, NULL), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "gzip: the file ends before its text"));
    bytes[size - 6] ^= 1;
    put(bytes, size);
    assert_int_equal(read_all(&plain, &n, NULL), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "gzip: incorrect data check"));
}

static void an_endless_line_is_refused(void **state)
{
    size_t size = 3 << 20;
    char *bytes = malloc(size);
    uint32_t n;
    memset(bytes, '1', size);
    put(bytes, size);
    free(bytes);
    assert_int_equal(read_all(&plain, &n, NULL), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), ":1: line: must end within 1 MiB"));
}

/* --- logs --------------------------------------------------------------------------------- */

static void a_log_line_becomes_a_job(void **state)
{
    assert_int_equal(jobs_of(two_jobs), 2);
    assert_int_equal(jobs[0].number, 1);
    assert_close(jobs[0].submit_s, 0.0, 0.0);
    assert_close(jobs[0].runtime_s, 5.0, 0.0);
    assert_close(jobs[0].estimate_s, 9.0, 0.0);
    assert_int_equal(jobs[0].width, 2);
    assert_int_equal(jobs[0].user, 3);
    assert_int_equal(jobs[0].group, 4);
    assert_int_equal(jobs[0].queue, 6);
    assert_int_equal(jobs[0].partition, 7);
    assert_close(jobs[1].submit_s, 4.5, 0.0);
    assert_close(jobs[1].runtime_s, 9.0, 0.0); /* killed at its estimate */
    assert_int_equal(jobs[1].width, 1);        /* allocated, as nothing was requested */
}

static void estimates_may_be_exact_or_a_factor(void **state)
{
    struct hanse_trace_options options = plain;
    uint32_t n;
    put(two_jobs, strlen(two_jobs));
    options.estimates = HANSE_ESTIMATES_EXACT;
    assert_int_equal(read_all(&options, &n, NULL), HANSE_OK);
    assert_close(jobs[1].runtime_s, 20.0, 0.0);
    assert_close(jobs[1].estimate_s, 20.0, 0.0);
    assert_int_equal(hanse_trace_estimates(ctx, "factor:1.5", &options), HANSE_OK);
    assert_int_equal(read_all(&options, &n, NULL), HANSE_OK);
    assert_close(jobs[1].estimate_s, 30.0, 0.0);
    assert_int_equal(hanse_trace_estimates(ctx, "factor:0.5", &options), HANSE_ERR_DOMAIN);
    assert_int_equal(hanse_trace_estimates(ctx, "exakt", &options), HANSE_ERR_INPUT);
    assert_non_null(strstr(hanse_context_message(ctx), "did you mean 'exact'?"));
}

static void the_header_says_how_large_the_machine_is(void **state)
{
    static const struct {
        const char *text, *said_by;
        uint32_t processors;
    } cases[] = {{"; MaxProcs: 430\n; MaxNodes: 215\n", "MaxProcs", 430},
                 {";MaxNodes:\t215 (with a word)\n", "MaxNodes", 215},
                 {"; MaxProcs: -1\n; MaxNodes: 3\n", "MaxNodes", 3}};
    struct hanse_trace_options options = plain;
    struct hanse_trace *trace;
    const char *said_by;
    options.processors = 0;
    for (size_t i = 0; i < 3; i++) {
        put(cases[i].text, strlen(cases[i].text));
        assert_int_equal(hanse_trace_open(ctx, path, &options, &trace), HANSE_OK);
        assert_int_equal(hanse_trace_processors(trace, &said_by), cases[i].processors);
        assert_string_equal(said_by, cases[i].said_by);
        hanse_trace_close(trace);
    }
    assert_non_null(strstr(complaint(&options, "1 0 0 5 2 0 0 2 9 0 1 0 0 0 0 0 0 0\n"),
                           "its header has no MaxProcs"));
}

static void cleaning_counts_each_job_once_by_its_first_reason(void **state)
{
    static const char text[] = "1 0 0 5  -1 0 0 -1  9 0 1 0 0 0 0 0 0 0\n" /* processors */
                               "2 1 0 5   0 0 0 101 9 0 1 0 0 0 0 0 0 0\n" /* too wide */
                               "3 1 0 0   1 0 0 1   9 0 1 0 0 0 0 0 0 0\n" /* runtime */
                               "4 -1 0 5  1 0 0 1   9 0 1 0 0 0 0 0 0 0\n" /* submit */
                               "5 2 0 5   1 0 0 1  -1 0 1 0 0 0 0 0 0 0\n" /* estimate */
                               "6 -5 0 -1 1 0 0 200 0 0 1 0 0 0 0 0 0 0\n" /* too wide */
                               "\n  ; a comment amid jobs\n"
                               "7 2 0 5   1 0 0 100 9 0 1 0 0 0 0 0 0 0\n";
    struct hanse_drops drops;
    uint32_t n;
    put(text, sizeof text - 1);
    assert_int_equal(read_all(&plain, &n, &drops), HANSE_OK);
    assert_int_equal(n, 1);
    assert_int_equal(jobs[0].number, 7);
    assert_int_equal(drops.count[HANSE_DROP_NO_PROCESSORS], 1);
    assert_int_equal(drops.count[HANSE_DROP_TOO_WIDE], 2);
    assert_int_equal(drops.count[HANSE_DROP_NO_RUNTIME], 1);
    assert_int_equal(drops.count[HANSE_DROP_NO_SUBMIT], 1);
    assert_int_equal(drops.count[HANSE_DROP_NO_ESTIMATE], 1);
    assert_int_equal(hanse_drops_total(&drops), 6);
}

static void bad_log_lines_name_line_field_rule_and_value(void **state)
{
    static const char *const cases[][2] = {
        {"; x\n1 0 0 5 x 0 0 2 9 0 1 0 0 0 0 0 0 0\n",
         "2: allocated processors (field 5): must be a number, got 'x'"},
        {"1 0 0 5 1 0 0 2.5 9 0 1 0 0 0 0 0 0 0\n",
         "1: requested processors (field 8): must be a whole number, got '2.5'"},
        {"1 0 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0\n", "1: job: must have 18 fields, got 17"},
        {"1 0 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0 0\n",
         "1: job: must have 18 fields, got more: 19"},
        {"1 0 0 1e15 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n",
         "1: run time (field 4): must be below 1e15 s, got '1e15'"},
        {"1 0 0 5 1 0 0 2 9 0 1 4294967296 0 0 0 0 0 0\n",
         "1: user (field 12): must be below 2^31, got '4294967296'"},
        {"1 9 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n2 8 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n",
         "2: submit time (field 2): must not fall, it was 9 before; got 8 (sort -s -n -k 2,2 "
         "puts a log in order)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(complaint(&plain, cases[i][0]), cases[i][1]);
    }
}

static void a_lenient_reader_counts_bad_lines_and_keeps_the_first(void **state)
{
    static const char text[] = "1 9 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n"
                               "2 8 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n"
                               "what\n"
                               "3 9 0 5 1 0 0 2 nan 0 1 0 0 0 0 0 0 0\n"
                               "4 9 0 5 1 0 0 2 9 0 1 0 0 0 0 0 0 0\n";
    struct hanse_trace_options options = plain;
    struct hanse_drops drops;
    uint32_t n;
    options.lenient = true;
    put(text, sizeof text - 1);
    assert_int_equal(read_all(&options, &n, &drops), HANSE_OK);
    assert_int_equal(n, 2);
    assert_int_equal(drops.count[HANSE_DROP_UNSORTED], 1);
    assert_int_equal(drops.count[HANSE_DROP_MALFORMED], 2);
    assert_string_equal(drops.first[HANSE_DROP_MALFORMED],
                        "3: job number (field 1): must be a number, got 'what'");
}

/* --- requests ----------------------------------------------------------------------------- */

static const struct hanse_trace_options served = {
    .factor = 1.0, .processors = 2, .service = "0.05 + 0.0002*prompt + 0.02*generated"};

static void azure_requests_keep_seven_digits(void **state)
{
    static const char text[] = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
                               "2023-11-16 18:15:46.6805900,374,44\r\n"
                               "2023-11-16 18:15:50.9951691,396,109\r\n";
    uint32_t n;
    put(text, sizeof text - 1);
    assert_int_equal(read_all(&served, &n, NULL), HANSE_OK);
    assert_int_equal(n, 2);
    assert_close(jobs[0].submit_s, 0.0, 0.0);
    assert_true(jobs[1].submit_s == 4.3145791);
    assert_close(jobs[1].runtime_s, 0.05 + 0.0002 * 396 + 0.02 * 109, 1e-15);
    assert_int_equal(jobs[1].width, 1);
    assert_int_equal(jobs[1].number, 2);
}

static void burstgpt_columns_are_found_by_name(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBFTimestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,\"ChatGPT, \"\"new\"\"\",472,18,490,Conversation log\n"
        "45.5,GPT-4,10,20,30,API log\n";
    struct hanse_trace_options options = served;
    uint32_t n;
    put(text, sizeof text - 1);
    assert_int_equal(read_all(&options, &n, NULL), HANSE_OK);
    assert_int_equal(n, 2);
    assert_close(jobs[0].runtime_s, 0.05 + 0.0002 * 472 + 0.02 * 18, 1e-15);
    assert_close(jobs[1].submit_s, 40.5, 0.0);
    options.service = "1*ms*Total_tokens + 2*ms*Request_tokens";
    assert_int_equal(read_all(&options, &n, NULL), HANSE_OK);
    assert_close(jobs[1].runtime_s, 0.05, 1e-15);
}

static void bad_requests_name_line_column_rule_and_value(void **state)
{
#define AZURE "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    static const char *const cases[][2] = {
        {"a,b\n", "1: header: must name a column TIMESTAMP, Timestamp, time, arrived_at or "
                  "arrival_time; got 'a, b'"},
        {"time,x,x\n", "1: header: two columns are named 'x'"},
        {"time,x\n", "--service: at 15: no column or unit 'prompt'"},
        {AZURE "5,1\n", "2: row: must have 3 fields as the header does, got 2"},
        {AZURE "5,1,x\n", "2: GeneratedTokens: must be a number, got 'x'"},
        {AZURE "5,0,-5\n", "2: service time: must be above 0 and below 1e15 s, got -0.05"},
        {AZURE "5,1,1\n4,1,1\n",
         "3: TIMESTAMP: must not be before the row above (sort the file by it), got '4'"},
        {AZURE "yesterday,1,1\n",
         "2: TIMESTAMP: must be seconds or a date like 2023-11-16 18:15:46.6805900, got "
         "'yesterday'"},
        {AZURE "5,1,1\n2023-11-16 18:15:46,1,1\n",
         "3: TIMESTAMP: must be a date on every row or on none, got '2023-11-16 18:15:46'"},
        {AZURE "5,\"1,1\n", "2: row: a quoted field must end on its line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(complaint(&served, cases[i][0]), cases[i][1]);
    }
}

static void a_trace_says_itself_of_which_kind_it_is(void **state)
{
    struct hanse_trace_options options = plain;
    assert_non_null(strstr(complaint(&options, ""), "must hold jobs, and the file is empty"));
    assert_non_null(strstr(complaint(&options, "\n \n"), "the file is empty"));
    assert_non_null(strstr(complaint(&options, "hello\n"), "must begin with a comment or job"));
    assert_non_null(strstr(complaint(&options, AZURE), "say how long one is served"));
    options.service = "1";
    assert_non_null(strstr(complaint(&options, two_jobs), "is a log"));
    options.processors = 0;
    assert_non_null(strstr(complaint(&options, AZURE), "--servers N"));
}

/* --- anything ----------------------------------------------------------------------------- */

/* Bytes changed, cut out, doubled: whatever comes, there is an answer or a sentence, and what
 * is handed out keeps the contract of jobs. The sanitizers watch. */
static void mutated_traces_are_read_or_refused(void **state)
{
    static const char *const seeds[] = {
        two_jobs,
        AZURE "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951691,\"396\",109\n"};
    static const char alphabet[] = "0123456789-+.eE ,;\"\n\r\t:TZx\xC3\xA9";
    int n_read = 0, n_refused = 0;
    for (int round = 0; round < 1500; round++) {
        char text[1024];
        size_t size = strlen(seeds[round % 2]);
        memcpy(text, seeds[round % 2], size);
        for (uint32_t k = random_below(6); k > 0; k--) {
            text[random_below((uint32_t)size)] = alphabet[random_below(sizeof alphabet)];
        }
        struct hanse_trace_options options = round % 2 ? served : plain;
        options.lenient = round % 3 == 0;
        uint32_t n;
        put(text, size - random_below(round % 5 == 0 ? (uint32_t)size : 1));
        enum hanse_status status = read_all(&options, &n, NULL);
        assert_true(status == HANSE_OK || status == HANSE_ERR_INPUT);
        n_read += status == HANSE_OK;
        n_refused += status != HANSE_OK;
        for (uint32_t i = 0; i < n; i++) {
            assert_true(jobs[i].submit_s >= (i > 0 ? jobs[i - 1].submit_s : 0.0));
            assert_true(jobs[i].runtime_s > 0.0 && jobs[i].runtime_s <= jobs[i].estimate_s);
            assert_true(jobs[i].width >= 1 && jobs[i].width <= options.processors);
        }
    }
    assert_true(n_read > 100 && n_refused > 100);
}

static void every_allocation_may_fail(void **state)
{
    for (int kind = 0; kind < 2; kind++) {
        enum hanse_status status = HANSE_ERR_MEMORY;
        put_gzip("wb", kind ? AZURE "5,1,1\n" : two_jobs);
        for (size_t nth = 1; status != HANSE_OK; nth++) {
            uint32_t n;
            assert_true(nth < 50);
            hanse_context_fail_allocation(ctx, nth);
            status = read_all(kind ? &served : &plain, &n, NULL);
            hanse_context_fail_allocation(ctx, 0);
            assert_true(status == HANSE_OK || status == HANSE_ERR_MEMORY);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_all_lengths_survive_refills),
        cmocka_unit_test(gzip_members_in_a_row_are_one_text),
        cmocka_unit_test(a_torn_or_damaged_gzip_file_is_refused),
        cmocka_unit_test(an_endless_line_is_refused),
        cmocka_unit_test(a_log_line_becomes_a_job),
        cmocka_unit_test(estimates_may_be_exact_or_a_factor),
        cmocka_unit_test(the_header_says_how_large_the_machine_is),
        cmocka_unit_test(cleaning_counts_each_job_once_by_its_first_reason),
        cmocka_unit_test(bad_log_lines_name_line_field_rule_and_value),
        cmocka_unit_test(a_lenient_reader_counts_bad_lines_and_keeps_the_first),
        cmocka_unit_test(azure_requests_keep_seven_digits),
        cmocka_unit_test(burstgpt_columns_are_found_by_name),
        cmocka_unit_test(bad_requests_name_line_column_rule_and_value),
        cmocka_unit_test(a_trace_says_itself_of_which_kind_it_is),
        cmocka_unit_test(mutated_traces_are_read_or_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
