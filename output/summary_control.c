#include "output/summary_control.h"

#include <math.h>
#include <string.h>

#include "output/summary_shown.h"

enum { WIDTH = 100, NAME_WIDTH = 34, COLUMN_WIDTH = 11 };

/* With the share of a state that has everything in its own hands and is audited by nobody. */
static const struct {
    const char *output, *title;
    double plain;
} COLUMNS[] = {
    {"at_home_share", "on own territory", 1.0},
    {"home_owned_share", "owned at home", 1.0},
    {"foreign_reach_share", "foreign law can", 0.0},
    {"own_veto_share", "own veto on rules", 1.0},
    {"foreign_veto_share", "another\xe2\x80\x99s veto", 0.0},
    {"auditable_share", "can be audited", 0.0},
};
enum { N_COLUMNS = sizeof COLUMNS / sizeof *COLUMNS };

static struct hanse_figures figures(const struct hanse_digest *digest, int column, size_t which)
{
    return hanse__digest_figures(digest, COLUMNS[column].output, which, digest->headline.window,
                                 0);
}

static bool says_something(const struct hanse_digest *digest, int column)
{
    for (size_t c = 0; c < digest->n_cases; c++) {
        if (fabs(figures(digest, column, c).mean - COLUMNS[column].plain) > 1e-9) {
            return true;
        }
    }
    return false;
}

/* A case's figures as they are printed, column by column. */
struct row {
    char words[N_COLUMNS][HANSE_FIGURE_BYTES];
};

static struct row row_of(const struct hanse_digest *digest, size_t which)
{
    struct row row;
    for (int i = 0; i < N_COLUMNS; i++) {
        struct hanse_figures f = figures(digest, i, which);
        double half_width = 100.0 * (f.ci_high - f.ci_low) / 2.0;
        hanse__figure(row.words[i], 100.0 * f.mean, fmax(half_width, 0.2));
    }
    return row;
}

static bool same(const struct row *a, const struct row *b)
{
    bool all = true;
    for (int i = 0; i < N_COLUMNS; i++) {
        all = all && strcmp(a->words[i], b->words[i]) == 0;
    }
    return all;
}

/* The baseline, and the cases that differ from it in what is printed. Returns how many don't.
 */
static size_t print_cases(const struct hanse_digest *digest, const int *chosen, size_t n,
                          FILE *file)
{
    const struct row baseline = row_of(digest, 0);
    size_t left_out = 0;
    for (size_t c = 0; c < digest->n_cases; c++) {
        const struct row row = row_of(digest, c);
        if (c > 0 && same(&row, &baseline)) {
            left_out++;
            continue;
        }
        fputs("  ", file);
        hanse__print_left(file, hanse__digest_case(digest, c), NAME_WIDTH - 2);
        for (size_t i = 0; i < n; i++) {
            hanse__print_right(file, row.words[chosen[i]], COLUMN_WIDTH);
        }
        fputc('\n', file);
    }
    return left_out;
}

void hanse__summary_control(const struct hanse_digest *digest, FILE *file)
{
    int chosen[N_COLUMNS];
    const char *titles[N_COLUMNS];
    char words[512];
    size_t n = 0;
    for (int i = 0; i < N_COLUMNS; i++) {
        if (says_something(digest, i)) {
            chosen[n] = i;
            titles[n++] = COLUMNS[i].title;
        }
    }
    if (n == 0) {
        return;
    }
    fputc('\n', file);
    hanse__print_headings(file, "who controls the work, %", NAME_WIDTH, titles, n,
                          COLUMN_WIDTH);
    size_t left_out = print_cases(digest, chosen, n, file);
    snprintf(words, sizeof words,
             "Mean shares of all work served (%s). Foreign law can: some legal system but the "
             "people\xe2\x80\x99s own can compel access.%s",
             hanse__digest_window(digest, digest->headline.window),
             left_out > 0 ? " Cases left out are as the baseline." : "");
    hanse__print_wrapped(file, words, WIDTH);
}
