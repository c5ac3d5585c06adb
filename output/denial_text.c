/* Denial experiments on the terminal: a headline and a table per viewer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/denial.h"
#include "output/measure.h"
#include "sim/process/shock.h"

enum {
    MOST_ACTORS = 16,
    NAME_WIDTH = 31,
    BAND_WIDTH = 19,
    SHARE_WIDTH = 24,
    MOST_COLUMNS = 100
};

/* Exposures that print as 0.0 points don't show. */
static const double SHOWN = 0.0005;

/* The axes that a table shows: those on which some actor's withdrawal costs something. */
struct sheet {
    const struct hanse_denials *d;
    int32_t viewer;
    int32_t axes[16];
    int32_t n_axes;
};

static struct hanse_measure percent(void)
{
    return hanse__measure("1", true, 1.0);
}

static void add_interval(struct hanse_text *text, double value, double low, double high)
{
    char buffer[HANSE_FIGURE_BYTES];
    struct hanse_measure measure = percent();
    hanse__text_add(text, hanse__figure_interval(buffer, &measure, false, value, low, high));
}

static void add_actor(struct hanse_text *text, const struct hanse_denials *d, int32_t row)
{
    hanse__text_add(text, hanse_denial_actor_label(d, d->rows[row].cuts[0].actor));
}

/* "12.3 ± 0.4"; of one replication the number alone */
static void put_points(char *buffer, size_t size, const struct hanse_interval *x)
{
    if (isfinite(x->half_width)) {
        snprintf(buffer, size, "%.1f ± %.1f", 100.0 * x->mean + 0.0, 100.0 * x->half_width);
    } else if (isfinite(x->mean)) {
        snprintf(buffer, size, "%.1f", 100.0 * x->mean + 0.0);
    } else {
        snprintf(buffer, size, "\xe2\x80\x93");
    }
}

/* "24 months" */
static void add_time(struct hanse_text *text, double hours)
{
    if (fmod(hours, 730.0) == 0.0) {
        hanse__text_addf(text, "%.0f month%s", hours / 730.0, hours == 730.0 ? "" : "s");
    } else {
        hanse__text_addf(text, "%.0f days", hours / 24.0);
    }
}

/* Does the row take just what an earlier one of the tied takes? Then nothing tells the two
 * apart, and the first stands for both. */
static bool is_same_cut(const struct hanse_denials *d, const struct hanse_denial_worst *worst,
                        int32_t i)
{
    for (int32_t k = 0; k < i; k++) {
        int32_t same = d->rows[worst->ranked[i]].same_as;
        if (same >= 0 && same == d->rows[worst->ranked[k]].same_as) {
            return true;
        }
    }
    return false;
}

/* How many different cuts are tied with the worst. */
static int32_t distinct(const struct hanse_denials *d, const struct hanse_denial_worst *worst)
{
    int32_t n = 0;
    for (int32_t i = 0; i < worst->n_tied; i++) {
        n += !is_same_cut(d, worst, i);
    }
    return n;
}

void hanse_denial_name_worst(const struct hanse_denials *d,
                             const struct hanse_denial_worst *worst, struct hanse_text *text)
{
    int32_t tied = worst->n > 0 ? distinct(d, worst) : 0, most = tied < 4 ? tied : 3, named = 0;
    for (int32_t i = 0; named < most; i++) {
        if (!is_same_cut(d, worst, i)) {
            hanse__text_add(text, named == 0 ? "" : named + 1 < tied ? ", " : " or ");
            add_actor(text, d, worst->ranked[i]);
            named++;
        }
    }
    if (tied > named) {
        hanse__text_addf(text, " or %d other%s", tied - named, tied - named > 1 ? "s" : "");
    }
    if (tied == 1 && worst->n_tied > 1) {
        hanse__text_add(text, " (as ");
        for (int32_t i = 1; i < worst->n_tied && i < 4; i++) {
            hanse__text_add(text, i == 1 ? "" : i + 1 < worst->n_tied ? ", " : " and ");
            add_actor(text, d, worst->ranked[i]);
        }
        hanse__text_add(text, worst->n_tied > 4 ? " and others: one cut)" : ": one cut)");
    }
}

static void add_worst(struct hanse_text *text, const struct hanse_denials *d,
                      const struct hanse_denial_worst *worst)
{
    hanse__text_add(text, "; worst actor ");
    hanse_denial_name_worst(d, worst, text);
    if (worst->through >= 0 && distinct(d, worst) == 1) {
        hanse__text_addf(text, ", through %s",
                         hanse_denial_axis_name(d->rows[worst->through].cuts[0].axis));
    }
    if (worst->n > worst->n_tied) {
        hanse__text_add(text, "; runner-up ");
        add_actor(text, d, worst->ranked[worst->n_tied]);
    }
}

enum hanse_status hanse_denial_headline(const struct hanse_denials *d, int32_t viewer,
                                        int32_t band, struct hanse_text *text)
{
    struct hanse_denial_worst worst;
    HANSE_TRY(hanse_denial_worst(d, viewer, band, true, &worst));
    const char *name = hanse_denial_actor_label(d, d->viewers[viewer]);
    int32_t last = d->n_points - 1;
    if (!hanse_denial_asks(d, viewer, band) || worst.n == 0) {
        hanse__text_addf(text, "%s: %s", name,
                         worst.n == 0 ? "nobody foreign is withdrawn"
                                      : "its people ask for nothing");
        hanse_denial_worst_fini(&worst);
        return text->status;
    }
    struct hanse_denial_figures f =
        hanse_denial_figures(d, worst.ranked[0], viewer, band, last);
    hanse__text_addf(text, "%s: ", name);
    add_interval(text, worst.assured, worst.low, worst.high);
    hanse__text_addf(text, " of %s%sdemand is kept where ", band > 0 ? d->bands[band].name : "",
                     band > 0 ? " " : "");
    add_interval(text, f.undisturbed.mean, f.undisturbed.low, f.undisturbed.high);
    hanse__text_add(text, " is served undisturbed, over ");
    add_time(text, d->points_h[last]);
    add_worst(text, d, &worst);
    hanse_denial_worst_fini(&worst);
    return text->status;
}

/* --- the table ---------------------------------------------------------------------------- */

static int32_t find_row(const struct hanse_denials *d, int32_t actor, int32_t axis)
{
    for (int32_t r = 0; r < d->n_rows; r++) {
        if (d->rows[r].n_cuts == 1 && d->rows[r].actors[0] == actor &&
            d->rows[r].cuts[0].axis == axis) {
            return r;
        }
    }
    return -1;
}

static double exposure_of(const struct sheet *sheet, int32_t row)
{
    const struct hanse_denials *d = sheet->d;
    return hanse_denial_figures(d, row, sheet->viewer, 0, d->n_points - 1).exposure.mean;
}

static void choose_axes(struct sheet *sheet)
{
    sheet->n_axes = 0;
    const struct hanse_denials *d = sheet->d;
    for (int32_t axis = 0; axis < HANSE_AXIS_ALL; axis++) {
        bool used = false;
        for (int32_t a = 0; a < d->n_actors; a++) {
            int32_t r = find_row(d, a, axis);
            used |= r >= 0 && d->rows[r].same_as >= 0 && fabs(exposure_of(sheet, r)) >= SHOWN;
        }
        if (used) {
            sheet->axes[sheet->n_axes++] = axis;
        }
    }
}

static void add_padded(struct hanse_text *text, const char *words, size_t width, bool right)
{
    size_t columns = hanse__text_columns(words);
    size_t pad = columns < width ? width - columns : 0;
    hanse__text_addf(text, "%*s", right ? (int)pad : 0, "");
    hanse__text_add(text, words);
    hanse__text_addf(text, "%*s", right ? 0 : (int)pad, "");
}

static size_t axis_width(int32_t axis)
{
    size_t length = strlen(hanse_denial_axis_name(axis));
    return length < 6 ? 7 : length + 1;
}

/* "  8.1" points of exposure, "." where the axis cuts nothing. */
static void add_cell(struct hanse_text *text, const struct sheet *sheet, int32_t actor,
                     int32_t axis)
{
    const struct hanse_denials *d = sheet->d;
    int32_t r = find_row(d, actor, axis);
    char figure[32] = "·";
    if (r >= 0 && d->rows[r].same_as >= 0) {
        struct hanse_denial_figures f =
            hanse_denial_figures(d, r, sheet->viewer, 0, d->n_points - 1);
        snprintf(figure, sizeof figure, "%.1f", 100.0 * f.exposure.mean + 0.0);
    }
    add_padded(text, figure, axis_width(axis), true);
}

static void add_line(struct hanse_text *text, const struct sheet *sheet, int32_t row)
{
    const struct hanse_denials *d = sheet->d;
    int32_t actor = d->rows[row].actors[0];
    char buffer[HANSE_FIGURE_BYTES], months[24] = "never";
    struct hanse_measure measure = percent();
    struct hanse_denial_figures f =
        hanse_denial_figures(d, row, sheet->viewer, 0, d->n_points - 1);
    int32_t survives = hanse_denial_survival(d, row, sheet->viewer, d->noun->floor);
    if (survives >= 0) {
        snprintf(months, sizeof months, "month %d", survives);
    }
    hanse__text_add(text, "  ");
    add_padded(text, hanse_denial_actor_label(d, d->actors[actor]), NAME_WIDTH, false);
    add_padded(text,
               hanse__figure_interval(buffer, &measure, false, f.assured.mean, f.assured.low,
                                      f.assured.high),
               22, true);
    put_points(buffer, sizeof buffer, &f.exposure);
    add_padded(text, buffer, 15, true);
    add_padded(text, months, 13, true);
    hanse__text_add(text, "\n");
}

static void add_group(struct hanse_text *text, const struct sheet *sheet,
                      const struct hanse_denial_worst *worst, const char *heading)
{
    const struct hanse_denials *d = sheet->d;
    if (worst->n == 0) {
        return;
    }
    hanse__text_addf(text, "\n  ");
    add_padded(text, heading, NAME_WIDTH, false);
    add_padded(text, "assured share", 22, true);
    add_padded(text, "exposure", 15, true);
    char below[32];
    snprintf(below, sizeof below, "below %.0f %%", 100.0 * d->noun->floor);
    add_padded(text, below, 13, true);
    hanse__text_add(text, "\n");
    for (int32_t i = 0; i < worst->n && i < MOST_ACTORS; i++) {
        add_line(text, sheet, worst->ranked[i]);
    }
    if (worst->n > MOST_ACTORS) {
        hanse__text_addf(text, "  and %d who expose less\n", worst->n - MOST_ACTORS);
    }
}

static void add_axes(struct hanse_text *text, const struct sheet *sheet,
                     const struct hanse_denial_worst *worst)
{
    const struct hanse_denials *d = sheet->d;
    hanse__text_add(text, "\n  exposure by axis, points\n  ");
    add_padded(text, "", NAME_WIDTH, false);
    for (int32_t i = 0; i < sheet->n_axes; i++) {
        add_padded(text, hanse_denial_axis_name(sheet->axes[i]), axis_width(sheet->axes[i]),
                   true);
    }
    hanse__text_add(text, "\n");
    for (int32_t i = 0; i < worst->n && i < MOST_ACTORS; i++) {
        int32_t actor = d->rows[worst->ranked[i]].actors[0];
        if (fabs(exposure_of(sheet, worst->ranked[i])) < SHOWN) {
            continue;
        }
        hanse__text_add(text, "  ");
        add_padded(text, hanse_denial_actor_label(d, d->actors[actor]), NAME_WIDTH, false);
        for (int32_t a = 0; a < sheet->n_axes; a++) {
            add_cell(text, sheet, actor, sheet->axes[a]);
        }
        hanse__text_add(text, "\n");
    }
}

/* The pair with the greatest synergy, where some pair has any. */
static void add_synergy(struct hanse_text *text, const struct sheet *sheet)
{
    const struct hanse_denials *d = sheet->d;
    int32_t most = -1;
    double greatest = 0.0005;
    for (int32_t r = 0; r < d->n_rows; r++) {
        bool foreign = d->rows[r].n_cuts == 2 &&
                       hanse_denial_foreign(d, d->rows[r].actors[0], sheet->viewer) &&
                       hanse_denial_foreign(d, d->rows[r].actors[1], sheet->viewer);
        if (foreign && hanse_denial_synergy(d, r, sheet->viewer, 0).mean > greatest) {
            most = r;
            greatest = hanse_denial_synergy(d, r, sheet->viewer, 0).mean;
        }
    }
    if (most >= 0) {
        struct hanse_interval x = hanse_denial_synergy(d, most, sheet->viewer, 0);
        char points[48];
        put_points(points, sizeof points, &x);
        hanse__text_addf(text,
                         "\n  greatest synergy: %s and %s together expose %s points more than "
                         "the worse alone\n",
                         hanse_denial_actor_label(d, d->rows[most].cuts[0].actor),
                         hanse_denial_actor_label(d, d->rows[most].cuts[1].actor), points);
    }
}

/* A line per data class and tier: what is left of it under whoever is worst for it. */
static enum hanse_status add_bands(struct hanse_text *text, const struct sheet *sheet)
{
    const struct hanse_denials *d = sheet->d;
    if (d->n_bands < 3) {
        return HANSE_OK;
    }
    hanse__text_add(text, "\n  ");
    add_padded(text, "demand", BAND_WIDTH, false);
    add_padded(text, "undisturbed", SHARE_WIDTH, true);
    add_padded(text, "assured share", SHARE_WIDTH, true);
    hanse__text_add(text, "  worst actor\n");
    for (int32_t b = 1; b < d->n_bands; b++) {
        struct hanse_denial_worst worst;
        HANSE_TRY(hanse_denial_worst(d, sheet->viewer, b, true, &worst));
        if (worst.n > 0 && hanse_denial_asks(d, sheet->viewer, b)) {
            char buffer[HANSE_FIGURE_BYTES];
            struct hanse_measure measure = percent();
            struct hanse_interval x =
                hanse_denial_figures(d, 0, sheet->viewer, b, d->n_points - 1).undisturbed;
            hanse__text_add(text, "  ");
            add_padded(text, d->bands[b].name, BAND_WIDTH, false);
            add_padded(text,
                       hanse__figure_interval(buffer, &measure, false, x.mean, x.low, x.high),
                       SHARE_WIDTH, true);
            add_padded(text,
                       hanse__figure_interval(buffer, &measure, false, worst.assured, worst.low,
                                              worst.high),
                       SHARE_WIDTH, true);
            hanse__text_add(text, "  ");
            add_actor(text, d, worst.ranked[0]);
            hanse__text_add(text, worst.n_tied > 1 ? " or another\n" : "\n");
        }
        hanse_denial_worst_fini(&worst);
    }
    return text->status;
}

/* The control ledger in two lines. */
static void add_ledger(struct hanse_text *text, const struct sheet *sheet)
{
    static const struct {
        enum hanse_denial_ledger figure;
        const char *words;
    } PARTS[] = {{HANSE_LEDGER_AT_HOME, "done at home"},
                 {HANSE_LEDGER_OWNED_AT_HOME, "owned at home"},
                 {HANSE_LEDGER_FOREIGN_REACH, "in reach of foreign law"},
                 {HANSE_LEDGER_OWN_VOTES, "own votes on rules"},
                 {HANSE_LEDGER_AUDITABLE, "auditable"}};
    hanse__text_add(text, "\n  control ledger of the work served undisturbed, %:\n    ");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        struct hanse_interval x = hanse_denial_ledger(sheet->d, sheet->viewer, PARTS[i].figure);
        hanse__text_addf(text, "%s%s ", i > 0 ? ", " : "", PARTS[i].words);
        if (isfinite(x.mean)) {
            hanse__text_addf(text, "%.1f", 100.0 * x.mean);
        } else {
            hanse__text_add(text, "\xe2\x80\x93");
        }
    }
    hanse__text_add(text, "\n");
}

static enum hanse_status add_viewer(struct hanse_text *text, struct sheet *sheet)
{
    struct hanse_denial_worst foreign, domestic;
    choose_axes(sheet);
    hanse__text_add(text, "\n");
    HANSE_TRY(hanse_denial_headline(sheet->d, sheet->viewer, 0, text));
    hanse__text_add(text, "\n");
    if (!hanse_denial_asks(sheet->d, sheet->viewer, 0)) {
        return text->status;
    }
    HANSE_TRY(add_bands(text, sheet));
    HANSE_TRY(hanse_denial_worst(sheet->d, sheet->viewer, 0, true, &foreign));
    enum hanse_status status = hanse_denial_worst(sheet->d, sheet->viewer, 0, false, &domestic);
    if (status == HANSE_OK) {
        add_group(text, sheet, &foreign, "foreign actors");
        add_group(text, sheet, &domestic, "domestic: resilience");
        if (sheet->n_axes > 1) {
            add_axes(text, sheet, &foreign);
        }
        add_synergy(text, sheet);
        add_ledger(text, sheet);
    }
    hanse_denial_worst_fini(&foreign);
    hanse_denial_worst_fini(&domestic);
    return status;
}

/* Columns of a terminal that so many bytes take: bytes that begin a character. */
static size_t columns_of(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

/* Prints a line, folded at spaces where it is too long, what follows set in. */
static void print_folded(FILE *file, const char *line, size_t length)
{
    size_t margin = strspn(line, " "), indent = 0;
    while (indent + columns_of(line, length) > MOST_COLUMNS) {
        size_t cut = 0;
        for (size_t i = margin; i < length && indent + columns_of(line, i) <= MOST_COLUMNS;
             i++) {
            cut = line[i] == ' ' ? i : cut;
        }
        if (cut == 0) {
            break;
        }
        fprintf(file, "%*s%.*s\n", (int)indent, "", (int)cut, line);
        line += cut + 1;
        length -= cut + 1;
        indent = indent == 0 ? margin + 4 : indent;
        margin = 0;
    }
    fprintf(file, "%*s%.*s\n", (int)indent, "", (int)length, line);
}

static enum hanse_status print_lines(struct hanse_context *ctx, const struct hanse_text *text,
                                     FILE *file)
{
    for (const char *line = text->bytes, *end = line + text->length; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop != NULL ? stop : end;
        print_folded(file, line, (size_t)(stop - line));
        line = stop + 1;
    }
    return ferror(file) ? hanse__fail(ctx, HANSE_ERR_IO, "cannot print") : HANSE_OK;
}

enum hanse_status hanse_denial_print(struct hanse_context *ctx, const struct hanse_denials *d,
                                     FILE *file)
{
    static const char *const RECOURSE[] = {"policies adapt", "operating, no new orders",
                                           "frozen: rerouting only"};
    struct hanse_text text;
    struct sheet sheet = {.d = d};
    hanse__text_init(&text, ctx);
    const char *label =
        d->noun->label != NULL && d->noun->label[0] != '\0' ? d->noun->label : d->noun->name;
    hanse__text_addf(&text, "%s: if an actor stopped in month %.0f, for any reason, for ",
                     label, d->noun->at_h / 730.0);
    add_time(&text, d->noun->lasts_h);
    hanse__text_addf(&text,
                     "\n%u replication%s, %s; %d withdrawals simulated, %d touch nothing, %d "
                     "take what another takes\n",
                     d->n_replications, d->n_replications == 1 ? "" : "s",
                     RECOURSE[d->recourse], d->n_simulated, d->n_untouched, d->n_shared);
    enum hanse_status status = HANSE_OK;
    for (sheet.viewer = 0; status == HANSE_OK && sheet.viewer < d->n_viewers; sheet.viewer++) {
        status = add_viewer(&text, &sheet);
    }
    hanse__text_add(&text, "\n  Rows are nested (a state takes along whom it can compel) and "
                           "never add up.\n");
    if (status == HANSE_OK) {
        status = text.status;
    }
    status = status == HANSE_OK ? print_lines(ctx, &text, file) : status;
    hanse__text_fini(&text);
    return status;
}
