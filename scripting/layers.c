#include "scripting/layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/hash.h"
#include "scripting/layers_table.h"
#include "scripting/lines.h"

/* What another board with another driver makes of the same kernel: as for any figure of a
 * primary source; and how far a curve may leave a point that it does without. */
static const double OTHERS_LOG_SD = 0.05, THIN_WITHIN = 0.025;

/* Messages of one reach: sums for the least squares of (α + β bytes) ÷ seconds = 1. */
struct messages {
    double n, a, b, aa, ab, bb; /* a = 1 ÷ seconds, b = bytes ÷ seconds */
};

struct hanse_layers {
    struct hanse_context *ctx;
    const struct hanse_layers_settings *settings;
    struct hanse_timing *timings;
    size_t n, capacity;
    struct messages messages[2]; /* within a node, across nodes */
    struct hanse_profile_note *notes;
    size_t n_notes, notes_capacity;
};

/* --- taking in ---------------------------------------------------------------------------- */

static enum hanse_status keep_timing(void *self, const struct hanse_timing *timing)
{
    struct hanse_layers *layers = self;
    HANSE_TRY(hanse__reserve(layers->ctx, &layers->timings, &layers->capacity, layers->n + 1,
                             sizeof *layers->timings));
    layers->timings[layers->n++] = *timing;
    return HANSE_OK;
}

static void keep_message(void *self, bool across, double bytes, double seconds)
{
    struct messages *m = &((struct hanse_layers *)self)->messages[across];
    double a = 1.0 / seconds, b = bytes / seconds;
    m->n += 1.0;
    m->a += a;
    m->b += b;
    m->aa += a * a;
    m->ab += a * b;
    m->bb += b * b;
}

static enum hanse_status keep_note(struct hanse_layers *layers, const char *path,
                                   const struct hanse_layers_table *table, const char *hex)
{
    char text[512];
    const char *slash = strrchr(path, '/');
    struct hanse_profile_note note = {"layers", NULL};
    snprintf(text, sizeof text,
             "%.200s (SHA-256 %s): %s, %llu rows, of which %llu say nothing of a kernel here",
             slash != NULL ? slash + 1 : path, hex, table->what,
             (unsigned long long)table->rows, (unsigned long long)table->left_out);
    HANSE_TRY(hanse__reserve(layers->ctx, &layers->notes, &layers->notes_capacity,
                             layers->n_notes + 1, sizeof *layers->notes));
    note.text = hanse__strdup(layers->ctx, text);
    if (note.text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    layers->notes[layers->n_notes++] = note;
    return HANSE_OK;
}

static enum hanse_status read_lines(struct hanse_layers *layers, struct hanse_lines *lines,
                                    struct hanse_layers_table *table)
{
    struct hanse_line line;
    bool more;
    for (;;) {
        HANSE_TRY(hanse_lines_next(lines, layers->ctx, &line, &more));
        if (!more) {
            return hanse_layers_table_end(table);
        }
        HANSE_TRY(hanse_layers_table_line(table, &line));
    }
}

enum hanse_status hanse_layers_read(struct hanse_layers *layers, const char *path)
{
    char hex[65];
    struct hanse_lines *lines;
    struct hanse_hash *hash = hanse_hash_create(layers->ctx);
    const struct hanse_lines_tap tap = {hanse_hash_add, hash};
    struct hanse_layers_table table = {.ctx = layers->ctx,
                                       .settings = layers->settings,
                                       .path = path,
                                       .timing = keep_timing,
                                       .message = keep_message,
                                       .self = layers};
    if (hash == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_lines_open(layers->ctx, path, &tap, &lines);
    if (status == HANSE_OK) {
        status = read_lines(layers, lines, &table);
        hanse_lines_close(lines);
    }
    if (status == HANSE_OK) {
        hanse_hash_text(hash, hex);
        status = keep_note(layers, path, &table, hex);
    }
    hanse_hash_destroy(hash);
    return status;
}

enum hanse_status hanse_layers_create(struct hanse_context *ctx,
                                      const struct hanse_layers_settings *settings,
                                      struct hanse_layers **layers)
{
    *layers = hanse__alloc(ctx, 1, sizeof **layers);
    if (*layers == NULL) {
        return HANSE_ERR_MEMORY;
    }
    (*layers)->ctx = ctx;
    (*layers)->settings = settings;
    return HANSE_OK;
}

void hanse_layers_destroy(struct hanse_layers *layers)
{
    if (layers == NULL) {
        return;
    }
    for (size_t i = 0; i < layers->n_notes; i++) {
        hanse__free(layers->notes[i].text);
    }
    hanse__free(layers->notes);
    hanse__free(layers->timings);
    hanse__free(layers);
}

/* --- rows of one shape -------------------------------------------------------------------- */

/* The extent that a curve runs along. */
static int runs_along(enum hanse_kernel kernel)
{
    return kernel == HANSE_KERNEL_ATTENTION_PREFILL || kernel == HANSE_KERNEL_ATTENTION_DECODE
               ? 2
               : 0;
}

/* By kernel, then by what tells curves apart. */
static int by_curve(const struct hanse_timing *p, const struct hanse_timing *q)
{
    int along = runs_along(p->kernel);
    if (p->kernel != q->kernel) {
        return p->kernel < q->kernel ? -1 : 1;
    }
    for (int i = 0; i < HANSE_EXTENTS; i++) {
        int64_t a = p->shape.extent[i], b = q->shape.extent[i];
        if (i != along && a != b) {
            return a < b ? -1 : 1;
        }
    }
    return 0;
}

static double x_of(const struct hanse_timing *timing)
{
    return (double)timing->shape.extent[runs_along(timing->kernel)];
}

static int by_place(const void *a, const void *b)
{
    const struct hanse_timing *p = a, *q = b;
    int order = by_curve(p, q);
    double x = x_of(p), y = x_of(q);
    if (order != 0 || x != y) {
        return order != 0 ? order : x < y ? -1 : 1;
    }
    return p->seconds < q->seconds ? -1 : p->seconds > q->seconds;
}

/* n timings of one shape, by seconds: the median, with all their spread. */
static struct hanse_timing merge(const struct hanse_timing *same, size_t n)
{
    struct hanse_timing one = same[n / 2];
    double own = 0.0, mean = 0.0, among = 0.0;
    if (n % 2 == 0) {
        one.seconds = 0.5 * (same[n / 2 - 1].seconds + same[n / 2].seconds);
    }
    for (size_t i = 0; i < n; i++) {
        own += same[i].log_sd * same[i].log_sd / (double)n;
        mean += log(same[i].seconds) / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double apart = log(same[i].seconds) - mean;
        among += n > 1 ? apart * apart / (double)(n - 1) : 0.0;
    }
    one.log_sd = sqrt(own + among);
    return one;
}

static void merge_all(struct hanse_layers *layers)
{
    struct hanse_timing *t = layers->timings;
    size_t kept = 0;
    if (layers->n > 0) {
        qsort(t, layers->n, sizeof *t, by_place);
    }
    for (size_t i = 0, end; i < layers->n; i = end) {
        for (end = i + 1;
             end < layers->n && by_curve(&t[i], &t[end]) == 0 && x_of(&t[i]) == x_of(&t[end]);
             end++) {
        }
        t[kept++] = merge(&t[i], end - i);
    }
    layers->n = kept;
}

/* --- points that say nothing new ---------------------------------------------------------- */

/* Slopes from the last point kept that meet all points since within what they allow. */
struct cone {
    double x, y, low, high;
};

static struct cone cone_from(const struct hanse_timing *timing)
{
    return (struct cone){log(x_of(timing)), log(timing->seconds), -INFINITY, INFINITY};
}

static bool cone_takes(const struct cone *cone, const struct hanse_timing *timing)
{
    double slope = (log(timing->seconds) - cone->y) / (log(x_of(timing)) - cone->x);
    return slope >= cone->low && slope <= cone->high;
}

static void narrow(struct cone *cone, const struct hanse_timing *timing)
{
    double far = log(x_of(timing)) - cone->x, up = log(timing->seconds) - cone->y;
    double within = fmax(THIN_WITHIN, timing->log_sd);
    cone->low = fmax(cone->low, (up - within) / far);
    cone->high = fmin(cone->high, (up + within) / far);
}

/* Thins one curve of n points in place; returns how many are left. */
static size_t thin_curve(struct hanse_timing *t, size_t n)
{
    struct cone cone = cone_from(&t[0]);
    size_t kept = 1;
    for (size_t i = 1; i < n; i++) {
        if (!cone_takes(&cone, &t[i])) {
            t[kept++] = t[i - 1];
            cone = cone_from(&t[i - 1]);
        }
        narrow(&cone, &t[i]);
    }
    if (n > 1) {
        t[kept++] = t[n - 1];
    }
    return kept;
}

static void thin_all(struct hanse_layers *layers)
{
    struct hanse_timing *t = layers->timings;
    size_t kept = 0;
    for (size_t i = 0, end; i < layers->n; i = end) {
        for (end = i + 1; end < layers->n && by_curve(&t[i], &t[end]) == 0; end++) {
        }
        size_t left = thin_curve(&t[i], end - i);
        memmove(&t[kept], &t[i], left * sizeof *t);
        kept += left;
    }
    layers->n = kept;
}

/* --- giving out --------------------------------------------------------------------------- */

static enum hanse_status add_rate(struct hanse_layers *layers,
                                  const struct hanse_timing *timing, int32_t source,
                                  struct hanse_profile *profile)
{
    struct hanse_rate rate = {.kernel = timing->kernel,
                              .precision = timing->precision,
                              .shape = timing->shape,
                              .origin = HANSE_PROFILE_PUBLISHED,
                              .low = NAN,
                              .high = NAN,
                              .log_sd = hypot(timing->log_sd, OTHERS_LOG_SD),
                              .launch_sd = NAN,
                              .watt = NAN,
                              .source = source};
    snprintf(rate.variant, sizeof rate.variant, "%s", timing->variant);
    rate.rate = hanse_kernel_amount(rate.kernel, rate.precision, &rate.shape) / timing->seconds;
    return hanse_profile_add_rate(layers->ctx, profile, &rate);
}

static enum hanse_status add_figure(struct hanse_layers *layers, const char *name,
                                    const char *unit, double value, double log_sd,
                                    int32_t source, struct hanse_profile *profile)
{
    struct hanse_figure figure = {
        .value = value, .log_sd = log_sd, .origin = HANSE_PROFILE_PUBLISHED, .source = source};
    snprintf(figure.name, sizeof figure.name, "%s", name);
    snprintf(figure.unit, sizeof figure.unit, "%s", unit);
    return hanse_profile_add_figure(layers->ctx, profile, &figure);
}

/* α and bytes ÷ seconds of one reach, with the root mean square of what the line leaves. */
static enum hanse_status add_messages(struct hanse_layers *layers, bool across, int32_t source,
                                      struct hanse_profile *profile)
{
    const struct messages *m = &layers->messages[across];
    double determinant = m->aa * m->bb - m->ab * m->ab;
    if (!(m->n > 2.0 && determinant > 0.0)) {
        return HANSE_OK;
    }
    double alpha = (m->a * m->bb - m->b * m->ab) / determinant;
    double beta = (m->b * m->aa - m->a * m->ab) / determinant;
    double left = fmax(0.0, m->n - alpha * m->a - beta * m->b);
    double log_sd = hypot(sqrt(left / (m->n - 2.0)), OTHERS_LOG_SD);
    if (!(alpha > 0.0 && beta > 0.0)) {
        return HANSE_OK;
    }
    HANSE_TRY(add_figure(layers, across ? "node_link_latency" : "link_latency", "s", alpha,
                         log_sd, source, profile));
    return add_figure(layers, across ? "node_link_rate" : "link_rate", "byte/s", 1.0 / beta,
                      log_sd, source, profile);
}

enum hanse_status hanse_layers_fill(struct hanse_layers *layers, const char *source,
                                    struct hanse_profile *profile)
{
    int32_t number;
    HANSE_TRY(hanse_profile_add_source(layers->ctx, profile, source, &number));
    merge_all(layers);
    thin_all(layers);
    for (size_t i = 0; i < layers->n; i++) {
        HANSE_TRY(add_rate(layers, &layers->timings[i], number, profile));
    }
    HANSE_TRY(add_messages(layers, false, number, profile));
    HANSE_TRY(add_messages(layers, true, number, profile));
    for (size_t i = 0; i < layers->n_notes; i++) {
        HANSE_TRY(hanse_profile_add_note(layers->ctx, profile, layers->notes[i].key,
                                         layers->notes[i].text));
    }
    return hanse_profile_add_note(
        layers->ctx, profile, "layers, spread",
        "root of the sum of squares of the tables' own and 5 % for other boards and drivers; "
        "points that the line between their neighbours meets within 2.5 %, or within their own "
        "spread, left out");
}
