/* Reading replays back, by slices: a file may be larger than memory. */
#include <errno.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/h5.h"
#include "output/replay.h"

enum { N_TEXTS = 7, TEXT_BYTES = 1024 };

static const char *const text_names[N_TEXTS] = {"format",    "title",   "trace",   "policy",
                                                "estimates", "service", "computer"};

struct hanse_replay_file {
    struct hanse_context *ctx;
    char *path;
    hid_t file;
    H5E_auto2_t old_handler;
    void *old_handler_data;
    uint64_t n_jobs, n_bins;
    uint32_t words;
    char **policies; /* n_policies names */
    uint32_t n_policies, chosen;
    char texts[N_TEXTS][TEXT_BYTES];
};

/* --- opening ------------------------------------------------------------------------------ */

/* Our texts are of fixed width, padded with NUL. */
static void read_text(hid_t file, const char *name, char out[TEXT_BYTES])
{
    out[0] = '\0';
    if (H5Aexists(file, name) <= 0) {
        return;
    }
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute);
    if (type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
        H5Tget_size(type) < TEXT_BYTES) {
        size_t size = H5Tget_size(type);
        out[H5Aread(attribute, type, out) >= 0 ? size : 0] = '\0';
    }
    H5Tclose(type);
    H5Aclose(attribute);
}

enum { RANK_MOST = 3 }; /* job, policy, machine word */

/* Sizes of a dataset's axes; false when there is no such dataset. */
static bool read_sizes(const struct hanse_replay_file *file, const char *path,
                       hsize_t sizes[RANK_MOST])
{
    hid_t dataset = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (dataset < 0) {
        return false;
    }
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    sizes[1] = sizes[2] = 1;
    bool good =
        rank >= 1 && rank <= RANK_MOST && H5Sget_simple_extent_dims(space, sizes, NULL) > 0;
    H5Sclose(space);
    H5Dclose(dataset);
    return good;
}

/* The axis of the summary. */
static enum hanse_status read_policies(struct hanse_replay_file *file, uint32_t n)
{
    char **texts = hanse__alloc(file->ctx, n, sizeof *texts);
    file->policies = hanse__alloc(file->ctx, n, sizeof *file->policies);
    hid_t dataset = H5Dopen2(file->file, "/summary/policy", H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (texts != NULL && file->policies != NULL) {
        status =
            H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0
                ? HANSE_OK
                : hanse__fail(file->ctx, HANSE_ERR_IO, "%s: the file is damaged", file->path);
    }
    for (uint32_t i = 0; status == HANSE_OK && i < n; i++) {
        file->policies[i] = hanse__strdup(file->ctx, texts[i]);
        file->n_policies = i + 1;
        status = file->policies[i] != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; texts != NULL && i < n; i++) {
        H5free_memory(texts[i]);
    }
    hanse__free(texts);
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

static enum hanse_status check(struct hanse_replay_file *file)
{
    hsize_t jobs[RANK_MOST], bins[RANK_MOST], bits[RANK_MOST], policies[RANK_MOST];
    for (int i = 0; i < N_TEXTS; i++) {
        read_text(file->file, text_names[i], file->texts[i]);
    }
    if (strcmp(file->texts[0], "hanse replay") != 0) {
        return hanse__fail(file->ctx, HANSE_ERR_INPUT,
                           "%s: is no replay; 'hanse replay' "
                           "makes them",
                           file->path);
    }
    if (!read_sizes(file, "/jobs/wait", jobs) || !read_sizes(file, "/series/time", bins) ||
        !read_sizes(file, "/summary/policy", policies) || policies[0] == 0 ||
        policies[0] > UINT32_MAX) {
        return hanse__fail(file->ctx, HANSE_ERR_IO, "%s: the file is damaged", file->path);
    }
    file->n_jobs = jobs[0];
    file->n_bins = bins[0];
    bool told_apart = H5Lexists(file->file, "/jobs/machine_bits", H5P_DEFAULT) > 0 &&
                      read_sizes(file, "/jobs/machine_bits", bits);
    file->words = told_apart ? (uint32_t)(policies[0] > 1 ? bits[2] : bits[1]) : 0;
    return read_policies(file, (uint32_t)policies[0]);
}

static enum hanse_status open_file(struct hanse_replay_file *file, const char *path)
{
    file->path = hanse__strdup(file->ctx, path);
    if (file->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    FILE *plain = fopen(path, "rb");
    if (plain == NULL) {
        return hanse__fail(file->ctx, HANSE_ERR_IO, "%s: cannot be read: %s", path,
                           strerror(errno));
    }
    fclose(plain);
    file->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file->file < 0) {
        return hanse__fail(file->ctx, HANSE_ERR_INPUT,
                           "%s: is not an HDF5 file, or a damaged one", path);
    }
    return check(file);
}

enum hanse_status hanse_replay_file_open(struct hanse_context *ctx, const char *path,
                                         struct hanse_replay_file **result)
{
    *result = NULL;
    struct hanse_replay_file *file = hanse__alloc(ctx, 1, sizeof *file);
    if (file == NULL) {
        return HANSE_ERR_MEMORY;
    }
    hanse__h5_prepare();
    file->ctx = ctx;
    file->file = -1;
    H5Eget_auto2(H5E_DEFAULT, &file->old_handler, &file->old_handler_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    enum hanse_status status = open_file(file, path);
    if (status != HANSE_OK) {
        hanse_replay_file_close(file);
        return status;
    }
    *result = file;
    return HANSE_OK;
}

void hanse_replay_file_close(struct hanse_replay_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->file >= 0) {
        H5Fclose(file->file);
    }
    H5Eset_auto2(H5E_DEFAULT, file->old_handler, file->old_handler_data);
    for (uint32_t i = 0; i < file->n_policies; i++) {
        hanse__free(file->policies[i]);
    }
    hanse__free(file->policies);
    hanse__free(file->path);
    hanse__free(file);
}

bool hanse_replay_file_is(const char *path)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_replay_file *file = NULL;
    bool is = ctx != NULL && hanse_replay_file_open(ctx, path, &file) == HANSE_OK;
    hanse_replay_file_close(file);
    hanse_context_destroy(ctx);
    return is;
}

/* --- asking ------------------------------------------------------------------------------- */

const char *hanse_replay_file_path(const struct hanse_replay_file *file)
{
    return file->path;
}

uint64_t hanse_replay_file_n_jobs(const struct hanse_replay_file *file)
{
    return file->n_jobs;
}

uint64_t hanse_replay_file_n_bins(const struct hanse_replay_file *file)
{
    return file->n_bins;
}

uint32_t hanse_replay_file_n_policies(const struct hanse_replay_file *file)
{
    return file->n_policies;
}

const char *hanse_replay_file_policy(const struct hanse_replay_file *file, uint32_t policy)
{
    return file->policies[policy];
}

void hanse_replay_file_choose(struct hanse_replay_file *file, uint32_t policy)
{
    file->chosen = policy;
}

uint32_t hanse_replay_file_words(const struct hanse_replay_file *file)
{
    return file->words;
}

const char *hanse_replay_file_text(const struct hanse_replay_file *file, const char *name)
{
    for (int i = 0; i < N_TEXTS; i++) {
        if (strcmp(text_names[i], name) == 0) {
            return file->texts[i];
        }
    }
    return "";
}

double hanse_replay_file_number(const struct hanse_replay_file *file, const char *name)
{
    double number = NAN;
    if (H5Aexists(file->file, name) > 0) {
        hid_t attribute = H5Aopen(file->file, name, H5P_DEFAULT);
        if (H5Aread(attribute, H5T_NATIVE_DOUBLE, &number) < 0) {
            number = NAN;
        }
        H5Aclose(attribute);
    }
    return number;
}

/* A dataset that is to be read by rows first … first + n - 1; of several policies the part of
 * the one chosen. `words`: of a row, 0 where it is one number. */
static enum hanse_status read_slice(struct hanse_replay_file *file, const char *path,
                                    uint64_t first, uint64_t n, uint32_t words, hid_t type,
                                    void *out)
{
    hid_t dataset = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (dataset < 0) {
        return hanse__fail(file->ctx, HANSE_ERR_INPUT, "%s: holds no %s", file->path, path);
    }
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(space), plain = words > 0 ? 2 : 1;
    hsize_t start[RANK_MOST] = {first, 0, 0}, count[RANK_MOST] = {n, 1, 1};
    start[1] = rank > plain ? file->chosen : 0;
    count[rank - 1] = words > 0 ? words : count[rank - 1];
    hid_t memory = H5Screate_simple(rank, count, NULL);
    bool good = rank <= RANK_MOST &&
                H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, type, memory, space, H5P_DEFAULT, out) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
    return good ? HANSE_OK
                : hanse__fail(file->ctx, HANSE_ERR_IO,
                              "%s: %s cannot be read: the file is damaged", file->path, path);
}

enum hanse_status hanse_replay_file_column(struct hanse_replay_file *file, const char *path,
                                           uint64_t first, uint64_t n, double *values)
{
    return n == 0 ? HANSE_OK : read_slice(file, path, first, n, 0, H5T_NATIVE_DOUBLE, values);
}

enum hanse_status hanse_replay_file_bits(struct hanse_replay_file *file, uint64_t first,
                                         uint64_t n, uint64_t *bits)
{
    return n == 0 ? HANSE_OK
                  : read_slice(file, "/jobs/machine_bits", first, n, file->words,
                               H5T_NATIVE_UINT64, bits);
}

/* --- CSV ---------------------------------------------------------------------------------- */

enum { N_COLUMNS = 9, SLICE = HANSE_REPLAY_CHUNK };

static const struct {
    const char *name;
    bool whole;
} columns[N_COLUMNS] = {{"number", true},    {"submit", false}, {"start", false},
                        {"end", false},      {"wait", false},   {"runtime", false},
                        {"estimate", false}, {"width", true},   {"user", true}};

/* "0-3 7": runs of machines, as Batsim has it. */
static void put_machines(FILE *out, const uint64_t *bits, uint32_t words)
{
    const char *blank = "";
    uint32_t most = words * 64;
    for (uint32_t m = 0; m < most; m++) {
        uint32_t first = m;
        while (m < most && (bits[m / 64] >> (m % 64) & 1) != 0) {
            m++;
        }
        if (m > first + 1) {
            fprintf(out, "%s%" PRIu32 "-%" PRIu32, blank, first, m - 1);
        } else if (m > first) {
            fprintf(out, "%s%" PRIu32, blank, first);
        }
        blank = m > first ? " " : blank;
    }
}

/* The shortest text that is read back as the same number. */
static void put_number(FILE *out, double value, bool whole)
{
    char text[40];
    if (whole || (value == floor(value) && fabs(value) < 1e15)) {
        fprintf(out, "%.0f", value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        double back = NAN;
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (sscanf(text, "%lf", &back) == 1 && back == value) {
            break;
        }
    }
    fputs(text, out);
}

/* A field of the table; names of policies may hold commas. */
static void put_text(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        fputs(*text == '"' ? "\"" : "", out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_rows(const struct hanse_replay_file *file, FILE *out, uint64_t first,
                     uint64_t n, const double *values, const uint64_t *bits)
{
    for (uint64_t i = 0; i < n; i++) {
        if (file->n_policies > 1) {
            put_text(out, file->policies[file->chosen]);
            fputc(',', out);
        }
        fprintf(out, "%" PRIu64, first + i);
        for (int c = 0; c < N_COLUMNS; c++) {
            fputc(',', out);
            put_number(out, values[(size_t)c * SLICE + i], columns[c].whole);
        }
        if (file->words > 0) {
            fputc(',', out);
            put_machines(out, bits + i * file->words, file->words);
        }
        fputc('\n', out);
    }
}

static enum hanse_status put_slices(struct hanse_replay_file *file, FILE *out, double *values,
                                    uint64_t *bits)
{
    for (uint64_t first = 0; first < file->n_jobs; first += SLICE) {
        uint64_t n = file->n_jobs - first < SLICE ? file->n_jobs - first : SLICE;
        for (int c = 0; c < N_COLUMNS; c++) {
            char path[64];
            snprintf(path, sizeof path, "/jobs/%s", columns[c].name);
            HANSE_TRY(
                hanse_replay_file_column(file, path, first, n, values + (size_t)c * SLICE));
        }
        if (file->words > 0) {
            HANSE_TRY(hanse_replay_file_bits(file, first, n, bits));
        }
        put_rows(file, out, first, n, values, bits);
    }
    return HANSE_OK;
}

enum hanse_status hanse_replay_csv(struct hanse_context *ctx, struct hanse_replay_file *file,
                                   FILE *out)
{
    double *values = hanse__alloc(ctx, (size_t)N_COLUMNS * SLICE, sizeof *values);
    uint64_t *bits = hanse__alloc(ctx, (size_t)file->words * SLICE + 1, sizeof *bits);
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (values != NULL && bits != NULL) {
        fputs(file->n_policies > 1 ? "policy,job" : "job", out);
        for (int c = 0; c < N_COLUMNS; c++) {
            fprintf(out, ",%s", columns[c].name);
        }
        fputs(file->words > 0 ? ",machines\n" : "\n", out);
        status = HANSE_OK;
    }
    for (uint32_t k = 0; k < file->n_policies && status == HANSE_OK; k++) {
        hanse_replay_file_choose(file, k);
        status = put_slices(file, out, values, bits);
    }
    hanse__free(values);
    hanse__free(bits);
    return status;
}
