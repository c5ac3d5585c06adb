#include "cli/calibrate_published.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/power_share.h"
#include "cli/table.h"
#include "output/profile.h"
#include "scripting/library.h"
#include "sim/stats/quantile.h"

/* What the table's words for a kernel mean here. A shape may follow the words. */
static const struct meaning {
    const char *category, *words;
    enum hanse_kernel kernel;
} meanings[] = {
    {"memory_bandwidth", "BabelStream copy", HANSE_KERNEL_STREAM_COPY},
    {"memory_bandwidth", "BabelStream triad", HANSE_KERNEL_STREAM_TRIAD},
    {"memory_bandwidth", "STREAM triad", HANSE_KERNEL_STREAM_TRIAD},
    {"memory_bandwidth", "BabelStream dot", HANSE_KERNEL_STREAM_READ},
    {"memory_bandwidth", "CUDA bandwidthTest device copy", HANSE_KERNEL_STREAM_COPY},
    {"gemm", "cuBLASLt square ", HANSE_KERNEL_GEMM},
    {"gemm", "matmul best shape", HANSE_KERNEL_GEMM},
    {"gemm", "matmul large", HANSE_KERNEL_GEMM},
    {"collective", "NCCL all-reduce bus bw ", HANSE_KERNEL_RING_ALLREDUCE},
};

/* Subjects that are no beginning of a device's name. */
static const struct {
    const char *subject, *id;
} others[] = {
    {"H100 SXM", "h100_sxm5_80gb"},
    {"H100 SXM (H200 same)", "h100_sxm5_80gb"},
    {"H100 SXM (H200 same)", "h200_sxm_141gb"},
};

/* How the table's devices divide: the share of its datasheet that a device reaches. */
struct efficiency {
    double median, log_sd;
    int n;
    char what[128]; /* it is the share of */
};

struct builder {
    struct hanse_context *ctx;
    struct hanse_table devices, measured;
    size_t device; /* row of `devices`; n_rows: none, only a subject */
    const char *name;
    struct hanse_profile *profile;
};

/* --- rows of what was measured ------------------------------------------------------------ */

static double spread_of(const char *evidence)
{
    if (strcmp(evidence, "primary") == 0) {
        return 0.05;
    }
    return strcmp(evidence, "press") == 0 || strcmp(evidence, "aggregator") == 0 ? 0.10 : 0.20;
}

/* "4096" is a square, "2048x5120x6144" three extents, "67MB" bytes between `devices` ranks,
 * nothing a shape that is not known. */
static void read_shape(const char *text, double devices, struct hanse_rate *rate)
{
    long long a, b, c;
    double size;
    char unit = 'B';
    int n = sscanf(text, "%lldx%lldx%lld", &a, &b, &c);
    if (rate->kernel == HANSE_KERNEL_RING_ALLREDUCE) {
        if (sscanf(text, "%lf%c", &size, &unit) >= 1) {
            double bytes = size * (unit == 'G' ? 1e9 : unit == 'M' ? 1e6 : 1e3);
            rate->shape = (struct hanse_shape){{(int64_t)bytes, (int64_t)devices}};
            rate->precision = HANSE_BYTES;
        }
    } else if (n == 3) {
        rate->shape = (struct hanse_shape){{a, b, c}};
    } else if (n == 1) {
        rate->shape = (struct hanse_shape){{a, a, a}};
    }
}

static double unit_of(const char *unit)
{
    return strcmp(unit, "GB/s") == 0 ? 1e9 : strcmp(unit, "TFLOP/s") == 0 ? 1e12 : 0.0;
}

static const struct meaning *meaning_of(const struct hanse_table *table, size_t row)
{
    const char *category = hanse_table_cell(table, row, "category");
    const char *words = hanse_table_cell(table, row, "kernel");
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcmp(category, meanings[i].category) == 0 &&
            strncmp(words, meanings[i].words, strlen(meanings[i].words)) == 0) {
            return &meanings[i];
        }
    }
    return NULL;
}

/* "fp16 (fp32 acc)" is fp16. */
static enum hanse_precision read_precision(const char *text)
{
    char word[16];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, " "), text);
    return hanse_precision_named(word);
}

static enum hanse_status add_measured(struct builder *b, size_t row)
{
    const struct hanse_table *table = &b->measured;
    const struct meaning *meaning = meaning_of(table, row);
    struct hanse_rate rate = {.origin = HANSE_PROFILE_PUBLISHED,
                              .low = NAN,
                              .high = NAN,
                              .launch_sd = NAN,
                              .watt = NAN};
    double devices = hanse_table_number(table, row, "devices");
    double value =
        hanse_table_number(table, row, "value") * unit_of(hanse_table_cell(table, row, "unit"));
    rate.precision = read_precision(hanse_table_cell(table, row, "precision"));
    bool several = meaning != NULL && meaning->kernel == HANSE_KERNEL_RING_ALLREDUCE;
    if (meaning == NULL || !(value > 0.0) || rate.precision == HANSE_PRECISIONS ||
        (devices > 1.0) != several) {
        return HANSE_OK;
    }
    rate.kernel = meaning->kernel;
    read_shape(hanse_table_cell(table, row, "kernel") + strlen(meaning->words), devices, &rate);
    rate.rate = value;
    rate.log_sd = spread_of(hanse_table_standing(table, row, "value", "evidence"));
    snprintf(rate.variant, sizeof rate.variant, "library");
    HANSE_TRY(hanse_profile_add_source(
        b->ctx, b->profile, hanse_table_standing(table, row, "value", "source"), &rate.source));
    return hanse_profile_add_rate(b->ctx, b->profile, &rate);
}

/* Is the row's subject this device? "A100 SXM" is every A100 SXM in what its chip computes; in
 * what its memory moves a device must be named in full. */
static bool is_subject(const struct builder *b, size_t row)
{
    const char *subject = hanse_table_cell(&b->measured, row, "subject");
    if (b->device == b->devices.n_rows) {
        return strcmp(subject, b->name) == 0;
    }
    const char *name = hanse_table_cell(&b->devices, b->device, "name");
    const char *id = hanse_table_cell(&b->devices, b->device, "id");
    size_t length = strlen(subject);
    bool computes = strcmp(hanse_table_cell(&b->measured, row, "category"), "gemm") == 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i].subject, subject) == 0 && strcmp(others[i].id, id) == 0) {
            return computes;
        }
    }
    return strcmp(subject, name) == 0 ||
           (computes && strncmp(subject, name, length) == 0 && name[length] == ' ');
}

/* --- what the datasheet says -------------------------------------------------------------- */

static bool is_share_row(const struct hanse_table *table, size_t row, const char *category)
{
    const char *kernel = hanse_table_cell(table, row, "kernel");
    bool ours = strcmp(category, "gemm") == 0
                    ? strstr(kernel, "best shape") != NULL
                    : strstr(kernel, "copy") != NULL || strstr(kernel, "triad") != NULL;
    return ours && strcmp(hanse_table_cell(table, row, "category"), category) == 0 &&
           strcmp(hanse_table_cell(table, row, "unit"), "1") == 0;
}

/* Median and spread of the shares of peak in the rows of a category: best shapes of products,
 * copies and triads. */
static enum hanse_status read_efficiency(struct builder *b, const char *category,
                                         struct efficiency *efficiency)
{
    double *logs = hanse__alloc(b->ctx, b->measured.n_rows + 1, sizeof *logs);
    double sum = 0.0, squares = 0.0;
    size_t n = 0;
    if (logs == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t r = 0; r < b->measured.n_rows; r++) {
        double share = hanse_table_number(&b->measured, r, "value");
        if (is_share_row(&b->measured, r, category) && share > 0.0) {
            logs[n] = log(share);
            sum += logs[n];
            squares += logs[n] * logs[n];
            n++;
        }
    }
    hanse_sort(logs, n);
    *efficiency = (struct efficiency){
        .median = 0.5, .log_sd = 0.5, .n = (int)n}; /* a table without any: not known */
    if (n > 1) {
        double count = (double)n, variance = (squares - sum * sum / count) / (count - 1.0);
        efficiency->median = exp(hanse_quantile_sorted(logs, n, 0.5));
        efficiency->log_sd = sqrt(variance);
    }
    hanse__free(logs);
    return HANSE_OK;
}

/* The peak in 16 bit that the datasheet asks of each watt, TFLOP/s; 0: it does not say. */
static double density_of(const struct builder *b, size_t device)
{
    static const struct {
        const char *column;
        double share; /* of a peak in 16 bit */
    } peaks[] = {{"peak_bf16_dense_tflops", 1.0},
                 {"peak_fp8_dense_tflops", 0.5},
                 {"peak_int8_dense_tops", 0.5}};
    double watt = hanse_table_number(&b->devices, device, "tdp_w");
    for (size_t i = 0; watt > 0.0 && i < sizeof peaks / sizeof *peaks; i++) {
        double peak = hanse_table_number(&b->devices, device, peaks[i].column);
        if (peak > 0.0) {
            return peaks[i].share * peak / watt;
        }
    }
    return 0.0;
}

/* The first device that a row measured. */
static size_t device_of(const struct builder *b, size_t row)
{
    struct builder other = *b;
    for (other.device = 0; other.device < b->devices.n_rows; other.device++) {
        if (is_subject(&other, row)) {
            break;
        }
    }
    return other.device;
}

/* How the products of the table's devices go with what their power lets them keep. */
static enum hanse_status read_share_law(const struct builder *b, struct hanse_share_law *law)
{
    struct hanse_share_point *points =
        hanse__alloc(b->ctx, b->measured.n_rows + 1, sizeof *points);
    size_t n = 0;
    if (points == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t r = 0; r < b->measured.n_rows; r++) {
        size_t device = device_of(b, r);
        double share = hanse_table_number(&b->measured, r, "value");
        if (is_share_row(&b->measured, r, "gemm") && share > 0.0 &&
            device < b->devices.n_rows && density_of(b, device) > 0.0) {
            points[n++] = (struct hanse_share_point){
                density_of(b, device), hanse_table_number(&b->devices, device, "release_year"),
                share};
        }
    }
    hanse_share_fit(points, n, law);
    hanse__free(points);
    return HANSE_OK;
}

/* Of a device's peaks in products. Processors draw no power that matters for their vector
 * units' few FLOP, so theirs is the table's median, as where the law can't tell. */
static enum hanse_status product_efficiency(struct builder *b, struct efficiency *efficiency)
{
    struct hanse_share_law law;
    double density = density_of(b, b->device);
    HANSE_TRY(read_efficiency(b, "gemm", efficiency));
    HANSE_TRY(read_share_law(b, &law));
    snprintf(efficiency->what, sizeof efficiency->what, "the %d best products", efficiency->n);
    if (law.n > 0 && density > 0.0 &&
        strcmp(hanse_table_cell(&b->devices, b->device, "kind"), "cpu") != 0) {
        efficiency->median = hanse_share_at(
            &law, density, hanse_table_number(&b->devices, b->device, "release_year"));
        efficiency->log_sd = law.log_sd;
        snprintf(efficiency->what, sizeof efficiency->what,
                 "%d best products at the power a board has for its peak, %.3g TFLOP/s a watt,",
                 law.n, density);
    }
    return HANSE_OK;
}

static bool has_rate(const struct hanse_profile *profile, enum hanse_kernel kernel,
                     enum hanse_precision precision)
{
    for (size_t i = 0; i < profile->n_rates; i++) {
        if (profile->rates[i].kernel == kernel && profile->rates[i].precision == precision) {
            return true;
        }
    }
    return false;
}

static enum hanse_status add_derived(struct builder *b, enum hanse_kernel kernel,
                                     enum hanse_precision precision, const char *column,
                                     double unit, const struct efficiency *efficiency)
{
    char text[512];
    double peak = unit * hanse_table_number(&b->devices, b->device, column);
    struct hanse_rate rate = {.kernel = kernel,
                              .precision = precision,
                              .variant = "datasheet",
                              .origin = HANSE_PROFILE_DERIVED,
                              .rate = peak * efficiency->median,
                              .low = NAN,
                              .high = NAN,
                              .log_sd = efficiency->log_sd,
                              .launch_sd = NAN,
                              .watt = NAN};
    if (!(peak > 0.0)) {
        return HANSE_OK;
    }
    snprintf(text, sizeof text,
             "%s of accelerators.csv (%.200s) times the share that %s of "
             "measured_performance.csv reach: median %.3f, spread of its logarithm %.2f",
             column, hanse_table_standing(&b->devices, b->device, column, "source"),
             efficiency->what, efficiency->median, efficiency->log_sd);
    HANSE_TRY(hanse_profile_add_source(b->ctx, b->profile, text, &rate.source));
    return hanse_profile_add_rate(b->ctx, b->profile, &rate);
}

/* Median and spread of the shares of its power limit that a device draws, from the rows of a
 * metric: several figures their own, one range half its width. False where there is none. */
static bool read_power_share(const struct builder *b, const char *metric,
                             struct efficiency *share)
{
    double logs[32], sum = 0.0, squares = 0.0, half = 0.0;
    const char *evidence = "";
    size_t n = 0;
    for (size_t r = 0; r < b->measured.n_rows && n < sizeof logs / sizeof *logs; r++) {
        double value = hanse_table_number(&b->measured, r, "value");
        double low = hanse_table_number(&b->measured, r, "low");
        double high = hanse_table_number(&b->measured, r, "high");
        bool range = low > 0.0 && high >= low;
        if (strcmp(hanse_table_cell(&b->measured, r, "metric"), metric) == 0 &&
            (value > 0.0 || range)) {
            logs[n] = range ? 0.5 * log(low * high) : log(value);
            half = fmax(half, range ? 0.5 * log(high / low) : 0.0);
            sum += logs[n];
            squares += logs[n] * logs[n];
            evidence = hanse_table_standing(&b->measured, r, "value", "evidence");
            n++;
        }
    }
    if (n == 0) {
        return false;
    }
    hanse_sort(logs, n);
    double count = (double)n, among = n > 1 ? (squares - sum * sum / count) / (count - 1.0) : 0;
    *share = (struct efficiency){.median = exp(hanse_quantile_sorted(logs, n, 0.5)),
                                 .log_sd = hypot(half, sqrt(fmax(0.0, among))),
                                 .n = (int)n};
    snprintf(share->what, sizeof share->what, "%s", evidence);
    return true;
}

static enum hanse_status add_power_figure(struct builder *b, const char *name, const char *unit,
                                          double value, double log_sd, const char *how)
{
    char text[512];
    struct hanse_figure figure = {
        .value = value, .log_sd = log_sd, .origin = HANSE_PROFILE_DERIVED};
    if (!(value > 0.0 && isfinite(value))) {
        return HANSE_OK;
    }
    snprintf(figure.name, sizeof figure.name, "%s", name);
    snprintf(figure.unit, sizeof figure.unit, "%s", unit);
    snprintf(text, sizeof text, "%s; tdp_w of accelerators.csv: %.200s", how,
             hanse_table_standing(&b->devices, b->device, "tdp_w", "source"));
    HANSE_TRY(hanse_profile_add_source(b->ctx, b->profile, text, &figure.source));
    return hanse_profile_add_figure(b->ctx, b->profile, &figure);
}

/* What a device draws at work and idle, as shares of its power limit, and so what a FLOP and a
 * byte of its ceilings take. */
static enum hanse_status add_power(struct builder *b)
{
    struct efficiency work, idle;
    char how[256];
    double watt = hanse_table_number(&b->devices, b->device, "tdp_w");
    const struct hanse_profile *p = b->profile;
    if (read_power_share(b, "gpu_idle_power_over_peak", &idle)) {
        snprintf(how, sizeof how,
                 "%.2f of the power limit: median of %d rows of measured_performance.csv "
                 "(gpu_idle_power_over_peak, %s)",
                 idle.median, idle.n, idle.what);
        HANSE_TRY(add_power_figure(b, "idle_power", "W", idle.median * watt, idle.log_sd, how));
    }
    if (!read_power_share(b, "gpu_power_range_over_peak", &work)) {
        return HANSE_OK;
    }
    snprintf(how, sizeof how,
             "%.2f of the power limit: middle of the range of %d row of "
             "measured_performance.csv (gpu_power_range_over_peak, language models, %s)",
             work.median, work.n, work.what);
    double active = work.median * watt;
    HANSE_TRY(add_power_figure(b, "active_power", "W", active, work.log_sd, how));
    HANSE_TRY(add_power_figure(b, "joule_per_flop", "J", active / p->compute_flop_per_s,
                               hypot(work.log_sd, p->compute_log_sd), how));
    return add_power_figure(b, "joule_per_byte", "J", active / p->memory_byte_per_s,
                            hypot(work.log_sd, p->memory_log_sd), how);
}

/* Peaks in every precision that no product was published in, and the memory's rate likewise. */
static enum hanse_status add_datasheet(struct builder *b)
{
    static const struct {
        enum hanse_precision precision;
        const char *column;
    } peaks[] = {{HANSE_FP32, "peak_fp32_tflops"},
                 {HANSE_TF32, "peak_tf32_dense_tflops"},
                 {HANSE_BF16, "peak_bf16_dense_tflops"},
                 {HANSE_FP8, "peak_fp8_dense_tflops"},
                 {HANSE_INT8, "peak_int8_dense_tops"}};
    struct hanse_profile *profile = b->profile;
    struct efficiency compute, memory;
    HANSE_TRY(product_efficiency(b, &compute));
    HANSE_TRY(read_efficiency(b, "memory_bandwidth", &memory));
    snprintf(memory.what, sizeof memory.what, "the %d copies and triads", memory.n);
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
        bool known = has_rate(profile, HANSE_KERNEL_GEMM, peaks[i].precision) ||
                     (peaks[i].precision == HANSE_BF16 &&
                      has_rate(profile, HANSE_KERNEL_GEMM, HANSE_FP16));
        if (!known) {
            HANSE_TRY(add_derived(b, HANSE_KERNEL_GEMM, peaks[i].precision, peaks[i].column,
                                  1e12, &compute));
        }
    }
    if (!has_rate(profile, HANSE_KERNEL_STREAM_COPY, HANSE_FP64) &&
        !has_rate(profile, HANSE_KERNEL_STREAM_COPY, HANSE_BYTES) &&
        !has_rate(profile, HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64)) {
        HANSE_TRY(
            add_derived(b, HANSE_KERNEL_STREAM_COPY, HANSE_BYTES, "mem_bw_gbs", 1e9, &memory));
    }
    struct hanse_figure room = {.name = "memory_bytes",
                                .unit = "byte",
                                .value = 1073741824.0 *
                                         hanse_table_number(&b->devices, b->device, "mem_gib"),
                                .origin = HANSE_PROFILE_PUBLISHED};
    if (room.value == 0.0) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse_profile_add_source(
        b->ctx, profile, hanse_table_standing(&b->devices, b->device, "mem_gib", "source"),
        &room.source));
    return hanse_profile_add_figure(b->ctx, profile, &room);
}

/* --- a profile ---------------------------------------------------------------------------- */

static enum hanse_status no_device(const struct builder *b)
{
    const struct hanse_table *d = &b->devices, *m = &b->measured;
    size_t n = 0;
    const char **names = hanse__alloc(b->ctx, 2 * d->n_rows + m->n_rows + 1, sizeof *names);
    if (names == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t r = 0; r < d->n_rows; r++) {
        names[n++] = hanse_table_cell(d, r, "id");
        names[n++] = hanse_table_cell(d, r, "name");
    }
    for (size_t r = 0; r < m->n_rows; r++) {
        names[n++] = hanse_table_cell(m, r, "subject");
    }
    const char *near = hanse__nearest(b->name, names, n);
    enum hanse_status status = hanse__fail(
        b->ctx, HANSE_ERR_INPUT,
        "no profile or device '%s'%s%s%s; 'hanse catalog accelerators' lists devices, and a "
        "profile's file ends in .h5",
        b->name, near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?" : "");
    hanse__free((void *)names);
    return status;
}

static enum hanse_status fill(struct builder *b)
{
    for (b->device = 0; b->device < b->devices.n_rows; b->device++) {
        if (strcmp(hanse_table_cell(&b->devices, b->device, "id"), b->name) == 0 ||
            strcmp(hanse_table_cell(&b->devices, b->device, "name"), b->name) == 0) {
            break;
        }
    }
    bool listed = b->device < b->devices.n_rows;
    size_t brought = b->profile->n_rates;
    for (size_t r = 0; r < b->measured.n_rows; r++) {
        if (is_subject(b, r)) {
            HANSE_TRY(add_measured(b, r));
        }
    }
    if (listed) {
        HANSE_TRY(add_datasheet(b));
    }
    if (!listed && b->profile->n_rates == brought) {
        return no_device(b);
    }
    snprintf(b->profile->name, sizeof b->profile->name, "%.47s",
             listed ? hanse_table_cell(&b->devices, b->device, "name") : b->name);
    hanse_profile_set_ceilings(b->profile);
    if (listed) {
        HANSE_TRY(add_power(b));
    }
    return hanse_profile_add_note(
        b->ctx, b->profile, "spread",
        "of published rates assumed: 5 % for primary sources, 10 % for press and aggregators, "
        "20 % for the rest, as standard deviation of log rate; of derived ones that of the "
        "same "
        "share over the devices of the table");
}

static enum hanse_status find_folder(struct hanse_context *ctx, const char *within,
                                     char *folder, size_t size)
{
    HANSE_TRY(hanse_library_find(ctx, folder, size - strlen(within)));
    strcat(folder, within);
    return HANSE_OK;
}

enum hanse_status hanse_cli_add_published(struct hanse_context *ctx, const char *name,
                                          struct hanse_profile *profile)
{
    char folder[4096];
    struct builder b = {.ctx = ctx, .name = name, .profile = profile};
    HANSE_TRY(find_folder(ctx, "/reference", folder, sizeof folder));
    HANSE_TRY(hanse_table_read(ctx, folder, "accelerators", &b.devices));
    enum hanse_status status =
        hanse_table_read(ctx, folder, "measured_performance", &b.measured);
    if (status == HANSE_OK) {
        status = fill(&b);
        hanse_table_fini(&b.measured);
    }
    hanse_table_fini(&b.devices);
    return status;
}

enum hanse_status hanse_cli_published_profile(struct hanse_context *ctx, const char *name,
                                              struct hanse_profile *profile)
{
    *profile = (struct hanse_profile){0};
    return hanse_cli_add_published(ctx, name, profile);
}

/* The id of a device that is called `name`, else `name`. */
static enum hanse_status find_id(struct hanse_context *ctx, const char *name, char *id,
                                 size_t size)
{
    char folder[4096];
    struct hanse_table devices;
    snprintf(id, size, "%s", name);
    HANSE_TRY(find_folder(ctx, "/reference", folder, sizeof folder));
    HANSE_TRY(hanse_table_read(ctx, folder, "accelerators", &devices));
    for (size_t r = 0; r < devices.n_rows; r++) {
        if (strcmp(hanse_table_cell(&devices, r, "name"), name) == 0) {
            snprintf(id, size, "%s", hanse_table_cell(&devices, r, "id"));
        }
    }
    hanse_table_fini(&devices);
    return HANSE_OK;
}

enum hanse_status hanse_cli_find_profile(struct hanse_context *ctx, const char *name,
                                         struct hanse_profile *profile)
{
    char path[4400], folder[4096], id[200];
    size_t length = strlen(name);
    *profile = (struct hanse_profile){0};
    if (length > 3 && strcmp(name + length - 3, ".h5") == 0) {
        return hanse_profile_read(ctx, name, profile);
    }
    HANSE_TRY(find_id(ctx, name, id, sizeof id));
    HANSE_TRY(find_folder(ctx, "/profiles", folder, sizeof folder));
    snprintf(path, sizeof path, "%s/%s.h5", folder, id);
    return strchr(id, '/') == NULL && access(path, R_OK) == 0
               ? hanse_profile_read(ctx, path, profile)
               : hanse_cli_published_profile(ctx, name, profile);
}
