/* The file of a replay, written while it runs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/h5.h"
#include "output/replay.h"
#include "sim/base/processor.h"
#include "sim/base/version.h"

enum { ROWS = HANSE_REPLAY_CHUNK, FORMAT_VERSION = 1 };

/* The columns of /jobs, in the order they are written. */
enum column { NUMBER, SUBMIT, START, END, WAIT, RUNTIME, ESTIMATE, WIDTH, USER, N_COLUMNS };

static const struct {
    const char *name, *unit, *long_name;
    bool whole;
    bool decided; /* by the policy; the others are the workload's */
} columns[N_COLUMNS] = {
    [NUMBER] = {"number", NULL, "job number in the log, row of a table", true, false},
    [SUBMIT] = {"submit", "s", "submit time since the origin of the log", false, false},
    [START] = {"start", "s", "start time since the origin of the log", false, true},
    [END] = {"end", "s", "end time since the origin of the log", false, true},
    [WAIT] = {"wait", "s", "start less submit", false, true},
    [RUNTIME] = {"runtime", "s", "time the job ran", false, false},
    [ESTIMATE] = {"estimate", "s", "time the scheduler planned with", false, false},
    [WIDTH] = {"width", NULL, "processors", true, false},
    [USER] = {"user", NULL, "user in the log, -1 unknown", true, false},
};

/* Rows whose jobs have not all ended. */
struct chunk {
    uint64_t index;             /* rows index × ROWS and on */
    uint32_t n;                 /* jobs ended */
    uint32_t high;              /* one past the last row that is filled */
    double *times[N_COLUMNS];   /* ROWS each; of columns that are not whole */
    int64_t *counts[N_COLUMNS]; /* of those that are */
    uint64_t *bits;             /* ROWS × words; NULL without */
    void *block;                /* what all of these lie in */
};

struct hanse_replay_writer {
    struct hanse_replay_target target;
    char *path, *new_path;
    uint32_t words;
    uint32_t policy; /* whose jobs are written */
    bool begun, finished;
    struct hanse__h5 h5;
    hid_t group, axis, datasets[N_COLUMNS], bits;
    struct chunk *chunks; /* open ones */
    size_t n_chunks, capacity;
    void *spare; /* the block of a chunk that was written */
    uint64_t n_jobs;
};

/* --- may PATH be written? ----------------------------------------------------------------- */

static enum hanse_status check_old(struct hanse_context *ctx, const char *path,
                                   const char *trace)
{
    struct hanse_replay_file *old = NULL;
    if (access(path, F_OK) != 0) {
        return HANSE_OK;
    }
    if (hanse_replay_file_open(ctx, path, &old) != HANSE_OK) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is there and is no replay: replace it with --force, or name "
                           "another with -o",
                           path);
    }
    const char *before = hanse_replay_file_text(old, "trace");
    enum hanse_status status = HANSE_OK;
    if (strcmp(before, trace) != 0) {
        status =
            hanse__fail(ctx, HANSE_ERR_INPUT,
                        "%s: is a replay of another trace ('%s'): replace it with --force, "
                        "or name another with -o",
                        path, before);
    }
    hanse_replay_file_close(old);
    return status;
}

enum hanse_status hanse_replay_writer_create(struct hanse_context *ctx,
                                             const struct hanse_replay_target *target,
                                             struct hanse_replay_writer **result)
{
    const char *path = target->path;
    *result = NULL;
    if (!target->force) {
        HANSE_TRY(check_old(ctx, path, target->trace));
    }
    struct hanse_replay_writer *writer = hanse__alloc(ctx, 1, sizeof *writer);
    if (writer == NULL) {
        return HANSE_ERR_MEMORY;
    }
    size_t bytes = strlen(path) + sizeof ".new";
    writer->target = *target;
    writer->words = (target->machines + 63) / 64;
    writer->path = hanse__strdup(ctx, path);
    writer->new_path = hanse__alloc(ctx, bytes, 1);
    if (writer->path == NULL || writer->new_path == NULL) {
        hanse_replay_writer_destroy(writer);
        return HANSE_ERR_MEMORY;
    }
    snprintf(writer->new_path, bytes, "%s.new", path);
    *result = writer;
    return HANSE_OK;
}

static void close_jobs(struct hanse_replay_writer *writer)
{
    for (int c = 0; c < N_COLUMNS; c++) {
        hanse__h5_close_dataset(&writer->h5, writer->datasets[c]);
    }
    hanse__h5_close_dataset(&writer->h5, writer->bits);
    hanse__h5_close(&writer->h5, writer->group);
}

void hanse_replay_writer_destroy(struct hanse_replay_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->begun) {
        close_jobs(writer);
        hanse__h5_finish(&writer->h5);
    }
    if (writer->begun || writer->finished) {
        unlink(writer->new_path);
    }
    for (size_t i = 0; i < writer->n_chunks; i++) {
        hanse__free(writer->chunks[i].block);
    }
    hanse__free(writer->spare);
    hanse__free(writer->chunks);
    hanse__free(writer->path);
    hanse__free(writer->new_path);
    hanse__free(writer);
}

/* --- jobs --------------------------------------------------------------------------------- */

static bool is_contest(const struct hanse_replay_writer *writer)
{
    return writer->target.n_policies > 1;
}

static hid_t column_dataset(struct hanse_replay_writer *writer, enum column c)
{
    const struct hanse__h5_spec spec = {
        .name = columns[c].name,
        .unit = columns[c].unit,
        .long_name = columns[c].long_name,
        .type = columns[c].whole ? HANSE__H5_INT : HANSE__H5_DOUBLE,
        .rank = columns[c].decided && is_contest(writer) ? 2 : 1,
        .axes = {"job", "policy"},
        .chunk = {ROWS, 1}};
    return hanse__h5_growing(&writer->h5, writer->group, &spec);
}

static hid_t bits_dataset(struct hanse_replay_writer *writer)
{
    struct hanse__h5_spec spec = {.name = "machine_bits",
                                  .long_name =
                                      "machines held: bit m % 64 of word m / 64 is machine m",
                                  .type = H5T_STD_U64LE,
                                  .rank = 2,
                                  .axes = {"job", "machine_word"},
                                  .chunk = {ROWS}};
    if (is_contest(writer)) {
        spec.rank = 3;
        spec.axes[1] = "policy";
        spec.axes[2] = "machine_word";
        spec.chunk[1] = 1;
    }
    hanse__h5_axis_counter(&writer->h5, writer->group, "machine_word", "64 machines each",
                           writer->words);
    return hanse__h5_growing(&writer->h5, writer->group, &spec);
}

static void policy_axis(struct hanse_replay_writer *writer, hid_t group)
{
    hanse__h5_axis_texts(&writer->h5, group, "policy", "scheduling policy",
                         writer->target.policies, writer->target.n_policies);
}

static enum hanse_status sink_begin(void *state, struct hanse_context *ctx)
{
    struct hanse_replay_writer *writer = state;
    struct hanse__h5 *h5 = &writer->h5;
    if (writer->begun) { /* the next policy, whose replay has a context of its own */
        h5->ctx = ctx;
        return h5->status;
    }
    hanse__h5_begin(h5, ctx, writer->new_path);
    writer->begun = true;
    writer->group = hanse__h5_group(h5, h5->file, "jobs", "jobs, in the order of submission");
    writer->axis =
        hanse__h5_axis_growing(h5, writer->group, "job", "order of submission", ROWS);
    if (is_contest(writer)) {
        policy_axis(writer, writer->group);
    }
    for (int c = 0; c < N_COLUMNS; c++) {
        writer->datasets[c] = column_dataset(writer, (enum column)c);
    }
    writer->bits = writer->words > 0 ? bits_dataset(writer) : -1;
    return h5->status;
}

static size_t block_size(const struct hanse_replay_writer *writer)
{
    return ((size_t)N_COLUMNS + writer->words) * ROWS * sizeof(double);
}

/* Columns lie one behind the other, eight bytes a row whatever they hold. */
static void lay_out(const struct hanse_replay_writer *writer, struct chunk *chunk)
{
    double *at = chunk->block;
    for (int c = 0; c < N_COLUMNS; c++, at += ROWS) {
        chunk->times[c] = at;
        chunk->counts[c] = (int64_t *)(void *)at;
    }
    chunk->bits = writer->words > 0 ? (uint64_t *)(void *)at : NULL;
}

static enum hanse_status open_chunk(struct hanse_replay_writer *writer,
                                    struct hanse_context *ctx, uint64_t index,
                                    struct chunk **chunk)
{
    void *chunks = writer->chunks, *block = writer->spare;
    HANSE_TRY(hanse__reserve(ctx, &chunks, &writer->capacity, writer->n_chunks + 1,
                             sizeof *writer->chunks));
    writer->chunks = chunks;
    writer->spare = NULL;
    if (block == NULL) {
        block = hanse__alloc(ctx, block_size(writer), 1);
    } else {
        memset(block, 0, block_size(writer));
    }
    if (block == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *chunk = &writer->chunks[writer->n_chunks++];
    **chunk = (struct chunk){.index = index, .block = block};
    lay_out(writer, *chunk);
    return HANSE_OK;
}

/* The newest are asked for most. */
static enum hanse_status find_chunk(struct hanse_replay_writer *writer,
                                    struct hanse_context *ctx, uint64_t index,
                                    struct chunk **chunk)
{
    for (size_t i = writer->n_chunks; i-- > 0;) {
        if (writer->chunks[i].index == index) {
            *chunk = &writer->chunks[i];
            return HANSE_OK;
        }
    }
    return open_chunk(writer, ctx, index, chunk);
}

/* Columns of the workload are the same under every policy: the first one writes them. */
static void write_chunk(struct hanse_replay_writer *writer, const struct chunk *chunk)
{
    struct hanse__h5 *h5 = &writer->h5;
    uint32_t policy = writer->policy;
    hsize_t start[3] = {chunk->index * ROWS, policy, 0}, count[3] = {chunk->high, 1, 0};
    hsize_t size = start[0] + count[0];
    for (int c = 0; c < N_COLUMNS; c++) {
        hid_t type = columns[c].whole ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
        if (policy == 0 || columns[c].decided) {
            hanse__h5_grow(h5, writer->datasets[c], size);
            hanse__h5_write(h5, writer->datasets[c], type, start, count, chunk->times[c]);
        }
    }
    if (writer->words > 0) {
        int last = is_contest(writer) ? 2 : 1;
        hsize_t bits_start[3] = {start[0], is_contest(writer) ? policy : 0, 0};
        hsize_t bits_count[3] = {count[0], 1, 1};
        bits_count[last] = writer->words;
        hanse__h5_grow(h5, writer->bits, size);
        hanse__h5_write(h5, writer->bits, H5T_NATIVE_UINT64, bits_start, bits_count,
                        chunk->bits);
    }
    if (policy > 0) {
        return;
    }
    int64_t *counter = chunk->counts[0]; /* written, so its room may be used */
    for (uint32_t i = 0; i < chunk->high; i++) {
        counter[i] = (int64_t)(start[0] + i);
    }
    hanse__h5_grow(h5, writer->axis, size);
    hanse__h5_write(h5, writer->axis, H5T_NATIVE_INT64, start, count, counter);
}

static void close_chunk(struct hanse_replay_writer *writer, struct chunk *chunk)
{
    write_chunk(writer, chunk);
    hanse__free(writer->spare);
    writer->spare = chunk->block;
    memmove(chunk, chunk + 1,
            (size_t)(writer->chunks + writer->n_chunks - (chunk + 1)) * sizeof *chunk);
    writer->n_chunks--;
}

static enum hanse_status sink_job(void *state, struct hanse_context *ctx,
                                  const struct hanse_finished *finished)
{
    struct hanse_replay_writer *writer = state;
    const struct hanse_job *job = &finished->job;
    uint32_t row = (uint32_t)(finished->order % ROWS);
    struct chunk *chunk;
    HANSE_TRY(find_chunk(writer, ctx, finished->order / ROWS, &chunk));
    chunk->counts[NUMBER][row] = job->number;
    chunk->times[SUBMIT][row] = job->submit_s;
    chunk->times[START][row] = finished->start_s;
    chunk->times[END][row] = finished->end_s;
    chunk->times[WAIT][row] = finished->start_s - job->submit_s;
    chunk->times[RUNTIME][row] = job->runtime_s;
    chunk->times[ESTIMATE][row] = job->estimate_s;
    chunk->counts[WIDTH][row] = job->width;
    chunk->counts[USER][row] = job->user;
    if (chunk->bits != NULL && finished->machines != NULL) {
        uint32_t n = finished->n_words < writer->words ? finished->n_words : writer->words;
        memcpy(chunk->bits + (size_t)row * writer->words, finished->machines,
               n * sizeof(uint64_t));
    }
    chunk->high = row + 1 > chunk->high ? row + 1 : chunk->high;
    writer->n_jobs++;
    if (++chunk->n == ROWS) {
        close_chunk(writer, chunk);
    }
    return writer->h5.status;
}

static enum hanse_status sink_end(void *state, struct hanse_context *ctx)
{
    struct hanse_replay_writer *writer = state;
    (void)ctx;
    while (writer->n_chunks > 0) {
        close_chunk(writer, &writer->chunks[writer->n_chunks - 1]);
    }
    writer->policy++;
    return writer->h5.status;
}

struct hanse_finished_sink hanse_replay_writer_sink(struct hanse_replay_writer *writer)
{
    return (struct hanse_finished_sink){writer, sink_begin, sink_job, sink_end};
}

/* --- what the file is about --------------------------------------------------------------- */

/* The names of all policies, ", " between. */
static void describe_policies(struct hanse_replay_writer *writer)
{
    const struct hanse_replay_target *target = &writer->target;
    struct hanse_text names;
    hanse__text_init(&names, writer->h5.ctx);
    for (uint32_t i = 0; i < target->n_policies; i++) {
        hanse__text_addf(&names, "%s%s", i > 0 ? ", " : "", target->policies[i]);
    }
    if (names.status == HANSE_OK) {
        hanse__h5_attribute(&writer->h5, writer->h5.file, "policy", names.bytes);
    } else {
        writer->h5.status = names.status;
    }
    hanse__text_fini(&names);
}

static void describe(struct hanse_replay_writer *writer, const struct hanse_replay_about *about)
{
    struct hanse__h5 *h5 = &writer->h5;
    char title[512], what[256];
    snprintf(what, sizeof what, "%.200s", writer->target.policies[0]);
    if (is_contest(writer)) {
        snprintf(what, sizeof what, "%u policies", writer->target.n_policies);
    }
    snprintf(title, sizeof title, "%.200s under %s", about->trace, what);
    hanse__h5_attribute(h5, h5->file, "Conventions", "CF-1.8");
    hanse__h5_attribute(h5, h5->file, "format", "hanse replay");
    hanse__h5_attribute_integer(h5, h5->file, "format_version", FORMAT_VERSION);
    hanse__h5_attribute(h5, h5->file, "title", title);
    hanse__h5_attribute(h5, h5->file, "trace", about->trace);
    describe_policies(writer);
    hanse__h5_attribute(h5, h5->file, "estimates", about->estimates);
    hanse__h5_attribute(h5, h5->file, "service", about->service);
    hanse__h5_attribute(h5, h5->file, "computer", about->computer);
    hanse__h5_attribute_integer(h5, h5->file, "processors", about->processors);
    hanse__h5_attribute_integer(h5, h5->file, "unix_start_time", about->unix_start_s);
}

static void write_figures(struct hanse_replay_writer *writer,
                          const struct hanse_replay_result *results)
{
    struct hanse__h5 *h5 = &writer->h5;
    uint32_t n, n_policies = writer->target.n_policies;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    hid_t group = hanse__h5_group(h5, h5->file, "summary", "figures over all jobs");
    double *values = hanse__alloc(h5->ctx, n_policies, sizeof *values);
    if (values == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        hanse__h5_close(h5, group);
        return;
    }
    policy_axis(writer, group);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n_policies; k++) {
            values[k] = hanse_job_figure_value(results[k].aggregates, i);
        }
        hanse__h5_numbers(h5, group, figures[i].name, "policy", figures[i].unit,
                          figures[i].long_name, values);
    }
    hanse__h5_attribute(h5, group, "percentiles",
                        results[0].aggregates->exact ? "exact" : "within 2^-11, relatively");
    hanse__h5_close(h5, group);
    hanse__free(values);
}

/* --- averages over time ------------------------------------------------------------------- */

enum bin { FROM, TO, QUEUE, BUSY, UTILIZATION, N_BINS };

static const struct {
    const char *name, *unit, *long_name;
} bin_columns[N_BINS] = {
    [FROM] = {"time", "s", "start of the bin since the origin of the log"},
    [TO] = {"bin_end", "s", "end of the bin since the origin of the log"},
    [QUEUE] = {"queue_length", "1", "jobs waiting, average over the bin"},
    [BUSY] = {"processors_busy", "1", "processors busy, average over the bin"},
    [UTILIZATION] = {"utilization", "1", "processors busy by processors"},
};

/* The result whose bins are as wide as any and reach as far: the others fit into them. */
static const struct hanse_replay_result *longest(const struct hanse_replay_writer *writer,
                                                 const struct hanse_replay_result *results)
{
    const struct hanse_replay_result *most = &results[0];
    for (uint32_t k = 1; k < writer->target.n_policies; k++) {
        uint32_t n = results[k].n_bins;
        if (n > 0 && (most->n_bins == 0 ||
                      results[k].bins[n - 1].to_s > most->bins[most->n_bins - 1].to_s)) {
            most = &results[k];
        }
    }
    return most;
}

static double middle_s(const struct hanse_metrics_bin *bin)
{
    return 0.5 * (bin->from_s + bin->to_s);
}

/* Averages of one policy over the bins [from, to) of `frame`. Widths are powers of two from one
 * origin, so each of its bins lies within one of the frame's. */
static void average(const struct hanse_replay_result *result,
                    const struct hanse_replay_result *frame, uint32_t stride, double *queue,
                    double *busy)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < frame->n_bins; i++) {
        const struct hanse_metrics_bin *bin = &frame->bins[i];
        double width_s = bin->to_s - bin->from_s;
        queue[(size_t)i * stride] = busy[(size_t)i * stride] = 0.0;
        for (; at < result->n_bins && middle_s(&result->bins[at]) < bin->to_s; at++) {
            const struct hanse_metrics_bin *own = &result->bins[at];
            double part = result == frame ? 1.0 : (own->to_s - own->from_s) / width_s;
            queue[(size_t)i * stride] += part * own->queue_mean;
            busy[(size_t)i * stride] += part * own->busy_mean;
        }
    }
}

static void write_bins(struct hanse_replay_writer *writer, hid_t group, uint32_t n,
                       double *const *columns_of)
{
    struct hanse__h5 *h5 = &writer->h5;
    hanse__h5_axis_numbers(h5, group, bin_columns[FROM].name, "s", bin_columns[FROM].long_name,
                           columns_of[FROM], n);
    hanse__h5_numbers(h5, group, bin_columns[TO].name, "time", "s", bin_columns[TO].long_name,
                      columns_of[TO]);
    if (is_contest(writer)) {
        policy_axis(writer, group);
    }
    for (int b = QUEUE; b < N_BINS; b++) {
        const struct hanse__h5_spec spec = {.name = bin_columns[b].name,
                                            .unit = bin_columns[b].unit,
                                            .long_name = bin_columns[b].long_name,
                                            .type = HANSE__H5_DOUBLE,
                                            .rank = is_contest(writer) ? 2 : 1,
                                            .axes = {"time", "policy"}};
        const hsize_t start[2] = {0, 0}, count[2] = {n, writer->target.n_policies};
        hid_t dataset = hanse__h5_dataset(h5, group, &spec);
        if (dataset >= 0 && n > 0) {
            hanse__h5_write(h5, dataset, H5T_NATIVE_DOUBLE, start, count, columns_of[b]);
        }
        hanse__h5_close_dataset(h5, dataset);
    }
}

static void write_series(struct hanse_replay_writer *writer, uint32_t processors,
                         const struct hanse_replay_result *results)
{
    struct hanse__h5 *h5 = &writer->h5;
    const struct hanse_replay_result *frame = longest(writer, results);
    uint32_t n = frame->n_bins, n_policies = writer->target.n_policies;
    size_t cells = (size_t)n * n_policies;
    double *block = hanse__alloc(h5->ctx, N_BINS * cells + 1, sizeof *block);
    double *columns_of[N_BINS];
    if (block == NULL) {
        h5->status = HANSE_ERR_MEMORY;
        return;
    }
    for (int b = 0; b < N_BINS; b++) {
        columns_of[b] = block + (size_t)b * cells;
    }
    for (uint32_t i = 0; i < n; i++) {
        columns_of[FROM][i] = frame->bins[i].from_s;
        columns_of[TO][i] = frame->bins[i].to_s;
    }
    for (uint32_t k = 0; k < n_policies; k++) {
        average(&results[k], frame, n_policies, columns_of[QUEUE] + k, columns_of[BUSY] + k);
    }
    for (size_t i = 0; i < cells; i++) {
        columns_of[UTILIZATION][i] = columns_of[BUSY][i] / processors;
    }
    hid_t group = hanse__h5_group(h5, h5->file, "series", "averages over time");
    write_bins(writer, group, n, columns_of);
    hanse__h5_close(h5, group);
    hanse__free(block);
}

enum hanse_status hanse_replay_bins(struct hanse_context *ctx,
                                    const struct hanse_metrics *metrics,
                                    struct hanse_metrics_bin **bins, uint32_t *n)
{
    *n = hanse_metrics_bins(metrics);
    *bins = hanse__alloc(ctx, (size_t)*n + 1, sizeof **bins);
    if (*bins == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < *n; i++) {
        (*bins)[i] = hanse_metrics_bin(metrics, i);
    }
    return HANSE_OK;
}

/* --- the rest ----------------------------------------------------------------------------- */

static void write_making(struct hanse__h5 *h5, const struct hanse_replay_about *about)
{
    hid_t group = hanse__h5_group(h5, h5->file, "dropped", "jobs and lines left out");
    hanse__h5_axis_texts(h5, group, "reason", "why", about->reasons, about->n_reasons);
    hanse__h5_texts(h5, group, "reason_words", "reason", "why, in words", about->reason_words);
    hanse__h5_integers(h5, group, "count", "reason", "lines left out", about->dropped);
    hanse__h5_attribute_integer(h5, group, "lines", (int64_t)about->n_lines);
    hanse__h5_close(h5, group);
    group = hanse__h5_group(h5, h5->file, "provenance", "how this file was made");
    hanse__h5_attribute(h5, group, "program_version", HANSE_VERSION);
    hanse__h5_attribute(h5, group, "processor_class", hanse_processor_class());
    hanse__h5_attribute(h5, group, "command", about->command);
    hanse__h5_axis_texts(h5, group, "source", "files that were read", &about->trace, 1);
    hanse__h5_texts(h5, group, "source_sha256", "source",
                    "SHA-256 of the file as it lies on disk", &about->sha256);
    hanse__h5_close(h5, group);
}

enum hanse_status hanse_replay_writer_finish(struct hanse_replay_writer *writer,
                                             struct hanse_context *ctx,
                                             const struct hanse_replay_about *about,
                                             const struct hanse_replay_result *results)
{
    struct hanse__h5 *h5 = &writer->h5;
    h5->ctx = ctx;
    close_jobs(writer);
    describe(writer, about);
    write_series(writer, about->processors, results);
    write_figures(writer, results);
    write_making(h5, about);
    writer->begun = false;
    writer->finished = true;
    HANSE_TRY(hanse__h5_finish(h5));
    if (rename(writer->new_path, writer->path) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be put in place: %s", writer->path,
                           strerror(errno));
    }
    writer->finished = false;
    return HANSE_OK;
}
