#include "output/summary_shown.h"

#include <math.h>
#include <string.h>

#include "output/shown.h"

enum { WIDTH = 100, NAME_WIDTH = 40, VALUE_WIDTH = 20, NARROWEST = 16 };

void hanse__print_left(FILE *file, const char *words, size_t width)
{
    bool cut = hanse__text_columns(words) >= width;
    size_t shown = 0, most = cut ? width - 2 : width - 1;

    for (const char *c = words; *c != '\0'; c++) {
        if (((unsigned char)*c & 0xc0) != 0x80) {
            if (shown == most) {
                break;
            }
            shown++;
        }
        fputc((unsigned char)*c < 0x20 ? '?' : *c, file);
    }
    fprintf(file, "%s%*s", cut ? "\xe2\x80\xa6" : "", (int)(width - shown - (cut ? 1 : 0)), "");
}

void hanse__print_right(FILE *file, const char *words, size_t width)
{
    size_t columns = hanse__text_columns(words);

    fprintf(file, "%*s%s", (int)(columns < width ? width - columns : 1), "", words);
}

const char *hanse__cut(char *word, size_t size, const char *words, size_t columns)
{
    size_t n = 0;

    word[0] = '\0';
    for (const char *c = words; *c != '\0'; n++, c++) {
        bool starts = ((unsigned char)*c & 0xc0) != 0x80;

        if (n + 5 > size || (starts && hanse__text_columns(word) == columns)) {
            break;
        }
        word[n] = *c;
        word[n + 1] = '\0';
    }
    return word;
}

/* Takes as many whole words off `rest` as fit, or what fits of one that is longer. */
static void take_line(char *line, size_t size, const char **rest, size_t columns)
{
    const char *from = *rest + strspn(*rest, " "), *end = from;

    for (const char *next = from; *next != '\0'; end = next) {
        next += strspn(next, " ");
        next += strcspn(next, " ");
        snprintf(line, size, "%.*s", (int)(next - from), from);
        if ((size_t)(next - from) >= size || hanse__text_columns(line) > columns) {
            break;
        }
    }
    if (end == from) {
        hanse__cut(line, size, from, columns);
        end = from + strlen(line);
    }
    snprintf(line, size, "%.*s", (int)(end - from), from);
    *rest = end + strspn(end, " ");
}

void hanse__print_wrapped(FILE *file, const char *words, size_t columns)
{
    char line[HANSE_FIGURE_BYTES];

    while (*words != '\0') {
        take_line(line, sizeof line, &words, columns);
        fprintf(file, "%s\n", line);
    }
}

void hanse__print_headings(FILE *file, const char *left, size_t left_width, const char **words,
                           size_t n, size_t width)
{
    for (const char *name = left;; name = "") {
        size_t last = n;
        while (last > 0 && words[last - 1][0] == '\0') {
            last--;
        }
        if (last == 0) {
            return;
        }
        hanse__print_left(file, name, left_width);
        for (size_t i = 0; i < last; i++) {
            char line[HANSE_FIGURE_BYTES];

            take_line(line, sizeof line, &words[i], width - 1);
            hanse__print_right(file, line, width);
        }
        fputc('\n', file);
    }
}

const char *hanse__plus_minus(char *words, size_t size, const struct hanse_measure *measure,
                              double shown, double half_width)
{
    char value[HANSE_FIGURE_BYTES], half[HANSE_FIGURE_BYTES];
    bool percent = strcmp(measure->unit, "%") == 0;

    if (isnan(half_width)) {
        snprintf(words, size, "%s", hanse__figure(value, shown, NAN));
        return words;
    }
    /* What is lost in rounding is no interval. */
    if (half_width <= 1e-9 * fabs(shown) || (percent && half_width < 1e-9)) {
        half_width = 0.0;
    }
    double digits = percent && half_width > 0.0 && half_width < 0.02 ? 0.02 : half_width;
    snprintf(words, size, "%s \xc2\xb1 %s", hanse__figure(value, shown, digits),
             half_width > 0.0 ? hanse__figure(half, half_width, digits) : "0");
    return words;
}

static void print_value(FILE *file, const struct hanse_measure *measure, double mean,
                        double low, double high)
{
    char words[2 * HANSE_FIGURE_BYTES + 8];

    hanse__print_right(file,
                       hanse__plus_minus(words, sizeof words, measure, mean * measure->factor,
                                         (high - low) / 2.0 * measure->factor),
                       VALUE_WIDTH);
}

static void print_figure(const struct hanse_digest *digest, FILE *file,
                         const struct hanse_shown_figure *figure)
{
    const char *unit = figure->measure.unit;

    fprintf(file, "%s (%s%s%s; %s is better)\n", figure->label, unit, unit[0] ? ", " : "",
            hanse__digest_window(digest, figure->window),
            figure->more_is_better ? "more" : "less");
    for (size_t c = 0; c < digest->n_cases; c++) {
        struct hanse_figures f =
            hanse__digest_figures(digest, figure->view, c, figure->window, figure->item);

        fputs("  ", file);
        hanse__print_left(file, hanse__digest_case(digest, c), NAME_WIDTH - 2);
        print_value(file, &figure->measure, f.mean, f.ci_low, f.ci_high);
        if (c > 0) {
            print_value(file, &figure->measure, f.diff, f.diff_low, f.diff_high);
        }
        fputc('\n', file);
    }
}

static void print_figures(const struct hanse_digest *digest, const struct hanse_shown *shown,
                          FILE *file)
{
    fputc('\n', file);
    hanse__print_left(file, "figure by figure", NAME_WIDTH);
    hanse__print_right(file, "mean", VALUE_WIDTH);
    hanse__print_right(file, digest->n_cases > 1 ? "to the baseline" : "", VALUE_WIDTH);
    fputc('\n', file);
    for (size_t i = 0; i < shown->n_figures; i++) {
        print_figure(digest, file, &shown->figures[i]);
    }
}

static void print_regret_row(const struct hanse_regret *r, size_t p, size_t width, FILE *file)
{
    char words[2 * HANSE_FIGURE_BYTES + 8];

    hanse__print_left(file, r->policies[p], NAME_WIDTH - NARROWEST);
    for (size_t w = 0; w <= r->n_worlds; w++) {
        double regret = w < r->n_worlds ? r->regret[p][w] : r->worst[p];
        double half = w < r->n_worlds ? r->half_width[p][w] : NAN;

        hanse__print_right(file,
                           hanse__plus_minus(words, sizeof words, &r->measure,
                                             regret * r->measure.factor,
                                             half * r->measure.factor),
                           width);
    }
    fputs(p == r->least_worst ? " *\n" : "\n", file);
}

static void print_regret(const struct hanse_regret *r, FILE *file)
{
    size_t room = (WIDTH - (NAME_WIDTH - NARROWEST) - 2) / (r->n_worlds + 1);
    size_t width = room < NARROWEST ? NARROWEST : room;

    const char *headings[HANSE_REGRET_MOST + 1];

    fprintf(file, "\nRegret: %s\nover the best in that world%s%s%s\n", r->long_name,
            r->measure.unit_of_difference[0] ? ", " : "", r->measure.unit_of_difference,
            r->least_worst < r->n_policies ? " (* least of the worst)" : "");
    memcpy(headings, r->worlds, r->n_worlds * sizeof *headings);
    headings[r->n_worlds] = "the worst";
    hanse__print_headings(file, "", NAME_WIDTH - NARROWEST, headings, r->n_worlds + 1, width);
    for (size_t p = 0; p < r->n_policies; p++) {
        print_regret_row(r, p, width, file);
    }
}

enum hanse_status hanse__summary_shown(const struct hanse_digest *digest, FILE *file)
{
    struct hanse_shown *shown = hanse__alloc(digest->ctx, 1, sizeof *shown);

    if (!shown) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse__shown_read(digest, NULL, shown);
    if (status == HANSE_OK && shown->n_figures > 0) {
        print_figures(digest, shown, file);
    }
    if (status == HANSE_OK && shown->has_regret) {
        print_regret(&shown->regret, file);
    }
    hanse__free(shown);
    return status;
}
