#include "output/shocks.h"

#include <math.h>
#include <string.h>

#include "output/report_parts.h"
#include "output/summary_shown.h"
#include "sim/stats/distribution.h"

enum { N_COLUMNS = 4, NAME_WIDTH = 32, TIMES_WIDTH = 7, COLUMN_WIDTH = 15 };

/* A month's loss up to this share counts as back; the hours have `resilience_tolerance`. */
#define TOLERANCE 0.01
enum { MONTH_H = 730 };

/* Sums over the times a shock came, to be divided by how often it did. */
static const struct {
    const char *sum, *title;
    struct hanse_measure measure;
} COLUMNS[N_COLUMNS] = {
    {"/summary/shock_depths", "depth", {100.0, "%", "points"}},
    {"/summary/shock_durations", "lasting", {1.0, "h", "h"}},
    {"/summary/shock_areas", "area", {1.0, "h", "h"}},
    {"/summary/shock_recoveries", "until back", {1.0, "h", "h"}},
};

struct shocks {
    const struct hanse_digest *digest;
    const char *const *labels;
    size_t n, n_viewers, all; /* shocks; viewers, and which of them is everybody */
    /* [case, replication, window, shock, viewer] */
    struct hanse_variable times, sums[N_COLUMNS];
    struct hanse_variable monthly;        /* means of times: [case, time, shock, viewer] */
    struct hanse_variable missed, demand; /* [case, replication, time] */
};

/* No shocks at all: n is 0. */
static enum hanse_status find_shocks(const struct hanse_digest *digest, struct shocks *shocks)
{
    struct hanse_results *results = digest->results;
    const char *const *viewers;
    *shocks = (struct shocks){.digest = digest};
    if (!hanse_results_has(results, "/summary/shock_episodes")) {
        return HANSE_OK;
    }
    HANSE_TRY(hanse_results_variable(results, "/summary/shock_episodes", &shocks->times));
    HANSE_TRY(hanse_results_variable(results, "/series/shock_episodes_mean", &shocks->monthly));
    HANSE_TRY(hanse_results_variable(results, "/series/missed", &shocks->missed));
    HANSE_TRY(hanse_results_variable(results, "/series/demand", &shocks->demand));
    for (int k = 0; k < N_COLUMNS; k++) {
        HANSE_TRY(hanse_results_variable(results, COLUMNS[k].sum, &shocks->sums[k]));
    }
    HANSE_TRY(hanse_results_labels(results, "shock_label", &shocks->labels, &shocks->n));
    HANSE_TRY(hanse_results_labels(results, "viewer", &viewers, &shocks->n_viewers));
    for (size_t v = 0; v < shocks->n_viewers; v++) {
        shocks->all = strcmp(viewers[v], "all") == 0 ? v : shocks->all;
    }
    return HANSE_OK;
}

/* Everybody's value in a replication, over the whole horizon. */
static double value_of(const struct shocks *shocks, const struct hanse_variable *v,
                       size_t shock, size_t which_case, size_t replication)
{
    size_t at = (which_case * v->dims[1] + replication) * v->dims[2]; /* window 0 */
    return v->data[(at * v->dims[3] + shock) * v->dims[4] + shocks->all];
}

/* A case's share of demand lost in a month of a replication. */
static double lost_share(const struct shocks *shocks, size_t which_case, size_t replication,
                         size_t month)
{
    const struct hanse_variable *v = &shocks->missed;
    size_t at = (which_case * v->dims[1] + replication) * v->dims[2] + month;
    double demand = shocks->demand.data[at];
    return demand > 0.0 ? v->data[at] / demand : 0.0;
}

/* The month in which the shock first began in every replication; as many as there are when it
 * did not, or not in the same. */
static size_t first_month(const struct shocks *shocks, size_t shock, size_t which_case)
{
    const struct hanse_variable *v = &shocks->monthly;
    size_t months = v->dims[1];
    for (size_t m = 0; m < months; m++) {
        size_t at = (which_case * months + m) * v->dims[2] + shock;
        double mean = v->data[at * v->dims[3] + shocks->all];
        if (mean > 0.0) {
            return mean >= 1.0 ? m : months;
        }
    }
    return months;
}

static double episodes_of(const struct shocks *shocks, size_t shock, size_t which_case,
                          size_t replication)
{
    return value_of(shocks, &shocks->times, shock, which_case, replication);
}

/* Does the baseline go without a dated shock that the case has, so that months compare? */
static bool has_twin(const struct shocks *shocks, size_t shock, size_t which_case)
{
    double times = 0.0;
    for (size_t r = 0; which_case > 0 && r < shocks->times.dims[1]; r++) {
        times += episodes_of(shocks, shock, 0, r);
    }
    return which_case > 0 && times == 0.0 &&
           first_month(shocks, shock, which_case) < shocks->monthly.dims[1];
}

/* What the column says of a replication against the same months of the baseline. */
static double against_twin(const struct shocks *shocks, int column, size_t shock,
                           size_t which_case, size_t replication)
{
    size_t months = shocks->missed.dims[2];
    size_t first = first_month(shocks, shock, which_case), last = first;
    double depth = 0.0, area = 0.0, lasting = 0.0;
    for (size_t m = first; m < months; m++) {
        double loss = lost_share(shocks, which_case, replication, m) -
                      lost_share(shocks, 0, replication, m);
        if (loss > TOLERANCE) {
            depth = fmax(depth, loss);
            area += loss * MONTH_H;
            lasting += MONTH_H;
            last = m + 1;
        }
    }
    const double figures[N_COLUMNS] = {depth, lasting, area, (double)(last - first) * MONTH_H};
    return figures[column];
}

/* What is added up over replications, and what by: episodes, or one for each time the shock
 * came at all. */
static double sum_of(const struct shocks *shocks, int column, size_t shock, size_t which_case,
                     size_t replication)
{
    return has_twin(shocks, shock, which_case)
               ? against_twin(shocks, column, shock, which_case, replication)
               : value_of(shocks, &shocks->sums[column], shock, which_case, replication);
}

static double count_of(const struct shocks *shocks, size_t shock, size_t which_case,
                       size_t replication)
{
    double episodes = episodes_of(shocks, shock, which_case, replication);
    return has_twin(shocks, shock, which_case) ? fmin(episodes, 1.0) : episodes;
}

/* How often it came in all replications together. */
static double times_of(const struct shocks *shocks, size_t shock, size_t which_case)
{
    double times = 0.0;
    for (size_t r = 0; r < shocks->times.dims[1]; r++) {
        times += count_of(shocks, shock, which_case, r);
    }
    return times;
}

/* The mean per time it came, over all replications, and the half-width of its 95 % interval:
 * a ratio of two sums, by the delta method. NaN half-width with fewer than two replications. */
static double mean_of(const struct shocks *shocks, int column, size_t shock, size_t which_case,
                      double *half_width)
{
    size_t n = shocks->times.dims[1];
    double times = times_of(shocks, shock, which_case), sum = 0.0, squares = 0.0;
    for (size_t r = 0; r < n; r++) {
        sum += sum_of(shocks, column, shock, which_case, r);
    }
    double ratio = sum / times;
    for (size_t r = 0; r < n; r++) {
        double rest = sum_of(shocks, column, shock, which_case, r) -
                      ratio * count_of(shocks, shock, which_case, r);
        squares += rest * rest;
    }
    double freedom = (double)n - 1.0;
    *half_width = n < 2 ? NAN
                        : hanse_student_factor(0.95, freedom) *
                              sqrt(squares * (double)n / freedom) / times;
    return ratio;
}

static bool came(const struct shocks *shocks, size_t shock, size_t which_case)
{
    return times_of(shocks, shock, which_case) > 0.0;
}

static bool came_anywhere(const struct shocks *shocks, size_t shock)
{
    bool any = false;
    for (size_t c = 0; c < shocks->digest->n_cases; c++) {
        any = any || came(shocks, shock, c);
    }
    return any;
}

/* --- as text ------------------------------------------------------------------------------ */

static void print_case(const struct shocks *shocks, size_t shock, size_t which, FILE *file)
{
    char words[2 * HANSE_FIGURE_BYTES + 8];
    double times = times_of(shocks, shock, which) / (double)shocks->times.dims[1];
    fputs("  ", file);
    hanse__print_left(file, hanse__digest_case(shocks->digest, which), NAME_WIDTH - 2);
    snprintf(words, sizeof words, "%.3g%s", times, has_twin(shocks, shock, which) ? "*" : " ");
    hanse__print_right(file, words, TIMES_WIDTH);
    for (int k = 0; k < N_COLUMNS; k++) {
        double half, mean = mean_of(shocks, k, shock, which, &half);
        double factor = COLUMNS[k].measure.factor;
        hanse__plus_minus(words, sizeof words, &COLUMNS[k].measure, mean * factor,
                          half * factor);
        hanse__print_right(file, words, COLUMN_WIDTH);
    }
    fputc('\n', file);
}

static void print_heading(FILE *file)
{
    fputc('\n', file);
    hanse__print_left(file, "what each shock took", NAME_WIDTH);
    hanse__print_right(file, "times", TIMES_WIDTH);
    for (int k = 0; k < N_COLUMNS; k++) {
        char words[64];
        snprintf(words, sizeof words, "%s, %s", COLUMNS[k].title, COLUMNS[k].measure.unit);
        hanse__print_right(file, words, COLUMN_WIDTH);
    }
    fputc('\n', file);
}

enum hanse_status hanse__summary_shocks(const struct hanse_digest *digest, FILE *file)
{
    struct shocks shocks;
    bool first = true;
    HANSE_TRY(find_shocks(digest, &shocks));
    for (size_t s = 0; s < shocks.n; s++) {
        if (!came_anywhere(&shocks, s)) {
            continue;
        }
        if (first) {
            print_heading(file);
        }
        first = false;
        fprintf(file, "%s\n", shocks.labels[s]);
        for (size_t c = 0; c < digest->n_cases; c++) {
            if (came(&shocks, s, c)) {
                print_case(&shocks, s, c, file);
            }
        }
    }
    if (!first) {
        fputs("From everybody, means with 95 % intervals, per time and against the week before "
              "it;\n* where the baseline is without: of what came first, against the baseline, "
              "by the month.\n",
              file);
    }
    return HANSE_OK;
}

/* --- on the page -------------------------------------------------------------------------- */

static void page_case(struct hanse_page *page, const struct shocks *shocks, size_t shock,
                      size_t which)
{
    hanse__text_add(&page->text, "<tr><td>");
    hanse__text_escaped(&page->text, hanse__digest_case(&page->digest, which));
    hanse__text_addf(&page->text, "</td><td class=\"number\">%.3g%s</td>",
                     times_of(shocks, shock, which) / (double)shocks->times.dims[1],
                     has_twin(shocks, shock, which) ? "*" : "");
    for (int k = 0; k < N_COLUMNS; k++) {
        double half, mean = mean_of(shocks, k, shock, which, &half);
        hanse__page_figure_cell(page, &COLUMNS[k].measure, false, mean, mean - half,
                                mean + half);
    }
    hanse__text_add(&page->text, "</tr>\n");
}

static void page_heading(struct hanse_page *page)
{
    hanse__text_add(&page->text, "<h2>What each shock took</h2>\n<div class=\"scroll\"><table>"
                                 "\n<thead><tr><th>Shock and case</th>"
                                 "<th class=\"number\">times</th>");
    for (int k = 0; k < N_COLUMNS; k++) {
        hanse__text_add(&page->text, "<th class=\"number\">");
        hanse__text_escaped(&page->text, COLUMNS[k].title);
        hanse__text_add(&page->text, "</th>");
    }
    hanse__text_add(&page->text, "</tr></thead>\n");
}

static void page_shock(struct hanse_page *page, const struct shocks *shocks, size_t shock)
{
    hanse__text_add(&page->text, "<tbody><tr><th colspan=\"6\">");
    hanse__text_escaped(&page->text, shocks->labels[shock]);
    hanse__text_add(&page->text, "</th></tr>\n");
    for (size_t c = 0; c < page->digest.n_cases; c++) {
        if (came(shocks, shock, c)) {
            page_case(page, shocks, shock, c);
        }
    }
    hanse__text_add(&page->text, "</tbody>\n");
}

void hanse__report_shocks(struct hanse_page *page)
{
    struct shocks shocks;
    bool first = true;
    if (find_shocks(&page->digest, &shocks) != HANSE_OK) {
        page->text.status = page->text.status == HANSE_OK ? HANSE_ERR_INPUT : page->text.status;
        return;
    }
    for (size_t s = 0; s < shocks.n; s++) {
        if (came_anywhere(&shocks, s)) {
            if (first) {
                page_heading(page);
            }
            first = false;
            page_shock(page, &shocks, s);
        }
    }
    if (!first) {
        hanse__text_add(
            &page->text,
            "</table></div>\n<p class=\"note\">From everybody, means per time it came, with "
            "95\xc2\xa0% intervals, against the week before it: depth is the greatest loss of "
            "the share served, area its sum over the hours with a loss, until back the time "
            "to the last of them. * where the baseline is without the shock: against the "
            "baseline, by the month.</p>\n");
    }
}
