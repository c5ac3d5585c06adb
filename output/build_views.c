/*
 * /series and /summary: every view of every record, and what the replications say together.
 *
 * Both groups are the same thing with another axis, months or windows ("steps" below). A view
 * is taken tile by tile along the steps; a tile holds all replications of one case and of the
 * baseline, so that quantiles and paired differences need no second reading.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/build.h"
#include "sim/stats/distribution.h"
#include "sim/stats/interval.h"
#include "sim/stats/quantile.h"

enum { CHUNK_BYTES = 1 << 20, BAND_NEEDS = 59, LANES = 8 };

enum statistic {
    MEAN,
    CI_LOW,
    CI_HIGH,
    P05,
    P25,
    P50,
    P75,
    P95,
    DIFF_MEAN,
    DIFF_CI_LOW,
    DIFF_CI_HIGH,
    SIM_SD,
    SIM_HALF_WIDTH,
    N_STATISTICS
};

static const struct {
    const char *suffix, *words;
} STATISTICS[N_STATISTICS] = {
    [MEAN] = {"mean", "mean over replications"},
    [CI_LOW] = {"ci_low", "95 % interval of the mean, low end"},
    [CI_HIGH] = {"ci_high", "95 % interval of the mean, high end"},
    [P05] = {"p05", "5 % quantile over replications"},
    [P25] = {"p25", "lower quartile over replications"},
    [P50] = {"p50", "median over replications"},
    [P75] = {"p75", "upper quartile over replications"},
    [P95] = {"p95", "95 % quantile over replications"},
    [DIFF_MEAN] = {"diff_mean", "mean difference to the baseline case"},
    [DIFF_CI_LOW] = {"diff_ci_low", "95 % interval of the mean difference, low end"},
    [DIFF_CI_HIGH] = {"diff_ci_high", "95 % interval of the mean difference, high end"},
    [SIM_SD] = {"sim_sd", "standard deviation from chance alone, inputs at mid"},
    [SIM_HALF_WIDTH] = {"sim_half_width",
                        "half width of the mean's 95 % interval from chance alone"},
};

static const double BAND[] = {0.05, 0.25, 0.50, 0.75, 0.95};

/* One of the two groups. */
struct plane {
    struct hanse__build *build;
    hid_t group, type;
    const char *axis;
    size_t n_steps;
    bool windows; /* steps are windows, not months */
};

/* One view on one plane, and the memory a tile of it needs. */
struct sheet {
    const struct plane *plane;
    const struct hanse_view *view;
    size_t n_items, tile_steps; /* steps in a full tile */
    size_t first, n_cells;      /* the tile at hand: first step; steps × items */
    bool each;                  /* every replication is stored */
    unsigned wanted;            /* a bit per statistic */
    hid_t datasets[N_STATISTICS], replications, central;
    double *whole;               /* the view of one record, all steps */
    double *base, *values;       /* replication × cell: baseline, the case at hand */
    double *pairs;               /* replication × cell: differences */
    unsigned char *base_ok, *ok; /* did the replication succeed? */
    double *mean, *sd;           /* per cell */
    double (*lanes)[LANES];      /* some cells' replications side by side */
    double *column;              /* one cell's */
    double *out[N_STATISTICS];   /* case × cell */
};

/* --- reading ------------------------------------------------------------------------------ */

static void view_record(struct sheet *sheet, const double *series)
{
    const struct plane *plane = sheet->plane;
    const struct hanse_layout *layout = &plane->build->study->layout;
    if (!plane->windows) {
        hanse_view_series(layout, sheet->view, series, sheet->whole);
        return;
    }
    for (size_t w = 0; w < plane->n_steps; w++) {
        hanse_view_summary(layout, sheet->view, &plane->build->windows[w], series,
                           sheet->whole + w * sheet->n_items);
    }
}

/* The tile of all replications of a case; failed ones are rows of NaN. */
static void gather(struct sheet *sheet, uint32_t case_index, bool central, double *rows,
                   unsigned char *ok)
{
    struct hanse__build *build = sheet->plane->build;
    uint32_t n = central ? build->study->n_central : build->study->n_replications;
    for (uint32_t r = 0; r < n; r++) {
        struct hanse_record record;
        if (!hanse__build_record(build, case_index, central, r, &record)) {
            return;
        }
        double *row = rows + r * sheet->n_cells;
        ok[r] = !record.failed;
        if (record.failed) {
            for (size_t i = 0; i < sheet->n_cells; i++) {
                row[i] = NAN;
            }
            continue;
        }
        view_record(sheet, record.series);
        memcpy(row, sheet->whole + sheet->first * sheet->n_items, sheet->n_cells * sizeof *row);
    }
}

/* --- statistics --------------------------------------------------------------------------- */

/* Mean and standard deviation of every cell over the rows that count. */
static uint32_t moments(struct sheet *sheet, const double *rows, const unsigned char *ok,
                        uint32_t n_rows)
{
    size_t n_cells = sheet->n_cells;
    uint32_t n = 0;
    memset(sheet->mean, 0, n_cells * sizeof *sheet->mean);
    memset(sheet->sd, 0, n_cells * sizeof *sheet->sd);
    for (uint32_t r = 0; r < n_rows; r++) {
        n += ok[r];
        for (size_t i = 0; i < n_cells && ok[r]; i++) {
            sheet->mean[i] += rows[r * n_cells + i];
        }
    }
    for (size_t i = 0; i < n_cells; i++) {
        sheet->mean[i] /= n; /* none: NaN */
    }
    for (uint32_t r = 0; r < n_rows; r++) {
        for (size_t i = 0; i < n_cells && ok[r]; i++) {
            double d = rows[r * n_cells + i] - sheet->mean[i];
            sheet->sd[i] += d * d;
        }
    }
    for (size_t i = 0; i < n_cells; i++) {
        sheet->sd[i] = n > 1 ? sqrt(sheet->sd[i] / (n - 1)) : NAN;
    }
    return n;
}

static double half_width_factor(uint32_t n)
{
    return n > 1 ? hanse_student_factor(0.95, (double)(n - 1)) / sqrt((double)n) : NAN;
}

/* Whether a cell never left [floor, 1] in any row, but for rounding. */
static bool stays_within(const struct sheet *sheet, const double *rows, const unsigned char *ok,
                         size_t cell, double floor)
{
    for (uint32_t r = 0; r < sheet->plane->build->study->n_replications; r++) {
        double x = rows[r * sheet->n_cells + cell];
        if (ok[r] && !(x >= floor - 1e-9 && x <= 1.0 + 1e-9)) {
            return false;
        }
    }
    return true;
}

/* Shares lie in [0, 1] and their differences in [-1, 1], and so do their intervals; where an
 * observation doesn't (a month's late work over what was submitted), nothing is known. */
static void cut_ends(struct sheet *sheet, size_t at, enum statistic first, const double *rows,
                     const unsigned char *ok)
{
    double floor = first == MEAN ? 0.0 : -1.0;
    double *low = sheet->out[first + 1] + at, *high = sheet->out[first + 2] + at;
    for (size_t i = 0; i < sheet->n_cells; i++) {
        if ((low[i] < floor || high[i] > 1.0) && stays_within(sheet, rows, ok, i, floor)) {
            struct hanse_interval x = {.low = low[i], .high = high[i]};
            x = hanse_interval_within(x, floor, 1.0);
            low[i] = x.low;
            high[i] = x.high;
        }
    }
}

/* Mean and interval of the rows into the statistics first, first + 1 and first + 2. */
static uint32_t put_interval(struct sheet *sheet, uint32_t case_index, enum statistic first,
                             const double *rows, const unsigned char *ok)
{
    const struct hanse_study *study = sheet->plane->build->study;
    uint32_t n = moments(sheet, rows, ok, study->n_replications);
    double factor = half_width_factor(n);
    size_t at = case_index * sheet->n_cells;
    for (size_t i = 0; i < sheet->n_cells; i++) {
        double half = factor * sheet->sd[i];
        sheet->out[first][at + i] = sheet->mean[i];
        sheet->out[first + 1][at + i] = sheet->mean[i] - half;
        sheet->out[first + 2][at + i] = sheet->mean[i] + half;
    }
    if (hanse_output_is_share(study->layout.columns[sheet->view->column].output)) {
        cut_ends(sheet, at, first, rows, ok);
    }
    return n;
}

static void sort_pair(double *restrict above, double *restrict below)
{
    for (int k = 0; k < LANES; k++) {
        double a = above[k], b = below[k];
        above[k] = a < b ? a : b;
        below[k] = a < b ? b : a;
    }
}

/* Sorts LANES columns at once by Batcher's merge exchange (Knuth, The Art of Computer
 * Programming 3, 5.2.2, algorithm M). Which cells are compared does not depend on the numbers,
 * so there is nothing to predict wrongly: bands took half of the whole time with a sort per
 * column, and a third now. */
static void sort_lanes(double (*rows)[LANES], size_t n)
{
    size_t top = 1;
    while (top < n) {
        top *= 2;
    }
    for (size_t p = top / 2; p > 0; p /= 2) {
        size_t q = top / 2, r = 0, d = p;
        for (;; d = q - p, q /= 2, r = p) {
            for (size_t i = 0; i + d < n; i++) {
                if ((i & p) == r) {
                    sort_pair(rows[i], rows[i + d]);
                }
            }
            if (q == p) {
                break;
            }
        }
    }
}

/* The replications of LANES cells from `at` on that count; fewer at the end of the tile. */
static uint32_t gather_lanes(struct sheet *sheet, size_t at)
{
    uint32_t n = 0;
    size_t left = sheet->n_cells - at < LANES ? sheet->n_cells - at : LANES;
    for (uint32_t r = 0; r < sheet->plane->build->study->n_replications; r++) {
        if (sheet->ok[r]) {
            memset(sheet->lanes[n], 0, sizeof sheet->lanes[n]);
            memcpy(sheet->lanes[n++], sheet->values + r * sheet->n_cells + at,
                   left * sizeof **sheet->lanes);
        }
    }
    return n;
}

/* A 5–95 % band needs 59 replications: with fewer its ends are less sure than they look. A cell
 * that is missing in some replication has a missing mean, and no band either. */
static void put_bands(struct sheet *sheet, uint32_t case_index, const double *mean)
{
    uint32_t n = 0;
    for (size_t i = 0; i < sheet->n_cells; i++) {
        size_t lane = i % LANES;
        if (lane == 0) {
            n = gather_lanes(sheet, i);
            sort_lanes(sheet->lanes, n);
        }
        for (uint32_t r = 0; r < n; r++) {
            sheet->column[r] = sheet->lanes[r][lane];
        }
        for (int b = 0; b < 5; b++) {
            bool missing = isnan(mean[i]) || ((b == 0 || b == 4) && n < BAND_NEEDS);
            sheet->out[P05 + b][case_index * sheet->n_cells + i] =
                missing ? NAN : hanse_quantile_sorted(sheet->column, n, BAND[b]);
        }
    }
}

/* Common random numbers: replication r of this case against replication r of the baseline. */
static void put_difference(struct sheet *sheet, uint32_t case_index)
{
    uint32_t n_rows = sheet->plane->build->study->n_replications;
    unsigned char *both = sheet->ok; /* the last use of it for this case */
    for (uint32_t r = 0; r < n_rows; r++) {
        size_t at = r * sheet->n_cells;
        both[r] = both[r] && sheet->base_ok[r];
        for (size_t i = at; i < at + sheet->n_cells; i++) {
            sheet->pairs[i] = sheet->values[i] - sheet->base[i];
        }
    }
    put_interval(sheet, case_index, DIFF_MEAN, sheet->pairs, both);
}

/* What chance alone contributes, at the number of replications the other interval rests on. */
static void put_simulation_error(struct sheet *sheet, uint32_t case_index, uint32_t n_sampled)
{
    const struct hanse_study *study = sheet->plane->build->study;
    size_t at = case_index * sheet->n_cells;
    gather(sheet, case_index, true, sheet->values, sheet->ok);
    uint32_t n = moments(sheet, sheet->values, sheet->ok, study->n_central);
    double t = n > 1 ? hanse_student_factor(0.95, (double)(n - 1)) : NAN;
    for (size_t i = 0; i < sheet->n_cells; i++) {
        sheet->out[SIM_SD][at + i] = sheet->sd[i];
        sheet->out[SIM_HALF_WIDTH][at + i] = t * sheet->sd[i] / sqrt((double)n_sampled);
    }
}

/* --- writing ------------------------------------------------------------------------------ */

static int axes_of(const struct sheet *sheet, int rank, const char **axes)
{
    const struct hanse_column *column =
        &sheet->plane->build->study->layout.columns[sheet->view->column];
    axes[rank++] = sheet->plane->axis;
    for (int32_t d = 0; d < sheet->view->n_dims; d++) {
        axes[rank++] = column->output->dims[sheet->view->dims[d]];
    }
    return rank;
}

static const char *reducer_name(enum hanse_reducer reducer)
{
    static const char *const NAMES[] = {
        [HANSE_SUM] = "sum",     [HANSE_MEAN] = "mean",     [HANSE_LAST] = "last",
        [HANSE_RATIO] = "ratio", [HANSE_COUNTS] = "counts", [HANSE_P50] = "p50",
        [HANSE_P95] = "p95",     [HANSE_P99] = "p99",       [HANSE_PER_YEAR] = "per_year"};
    return NAMES[reducer];
}

/* What a ratio's view is the quotient of: the views of its operands over the same dimensions.
 */
static void operand_attribute(struct sheet *sheet, hid_t dataset, const char *name,
                              const char *operand)
{
    const struct hanse_output *output =
        sheet->plane->build->study->layout.columns[sheet->view->column].output;
    char view[160];
    snprintf(view, sizeof view, "%s%s", operand, sheet->view->name + strlen(output->name));
    hanse__h5_attribute(&sheet->plane->build->h5, dataset, name, view);
}

static hid_t open_dataset(struct sheet *sheet, const char *suffix, const char *words,
                          const char *replication_axis, hsize_t replication_chunk)
{
    struct hanse__h5 *h5 = &sheet->plane->build->h5;
    const struct hanse_output *output =
        sheet->plane->build->study->layout.columns[sheet->view->column].output;
    char name[160], long_name[512];
    snprintf(name, sizeof name, "%s%s%s", sheet->view->name, suffix[0] != '\0' ? "_" : "",
             suffix);
    snprintf(long_name, sizeof long_name, "%s%s%s", output->long_name,
             words[0] != '\0' ? ": " : "", words);
    struct hanse__h5_spec spec = {.name = name,
                                  .unit = output->unit,
                                  .long_name = long_name,
                                  .type = sheet->plane->type,
                                  .rank = 1,
                                  .axes = {"case"}};
    if (replication_axis != NULL) {
        spec.chunk[0] = 1;
        spec.chunk[1] = replication_chunk;
        spec.axes[spec.rank++] = replication_axis;
    }
    spec.chunk[spec.rank] = sheet->tile_steps;
    spec.rank = axes_of(sheet, spec.rank, spec.axes);
    hid_t dataset = hanse__h5_dataset(h5, sheet->plane->group, &spec);
    hanse__h5_attribute(h5, dataset, "reducer", reducer_name(output->reducer));
    if (output->reducer == HANSE_RATIO) {
        operand_attribute(sheet, dataset, "numerator", output->numerator);
        operand_attribute(sheet, dataset, "denominator", output->denominator);
    }
    return dataset;
}

static void open_datasets(struct sheet *sheet)
{
    struct hanse__build *build = sheet->plane->build;
    size_t row = sheet->tile_steps * sheet->n_items * H5Tget_size(sheet->plane->type);
    hsize_t rows = row < CHUNK_BYTES ? CHUNK_BYTES / row : 1;
    sheet->replications = sheet->central = -1;
    if (sheet->each) {
        sheet->replications = open_dataset(sheet, "", "", "replication", rows);
    }
    for (int s = 0; s < N_STATISTICS; s++) {
        sheet->datasets[s] = -1;
        if (!(sheet->wanted >> s & 1u)) {
            continue;
        }
        sheet->datasets[s] =
            open_dataset(sheet, STATISTICS[s].suffix, STATISTICS[s].words, NULL, 0);
        if ((s == P05 || s == P95) && build->study->n_replications < BAND_NEEDS) {
            hanse__h5_attribute(&build->h5, sheet->datasets[s], "comment",
                                "missing: a 5-95 % band needs at least 59 replications");
        }
    }
    if (sheet->wanted >> SIM_SD & 1u) {
        sheet->central =
            open_dataset(sheet, "central", "inputs at mid", "central_replication", rows);
    }
}

static void close_datasets(struct sheet *sheet)
{
    struct hanse__h5 *h5 = &sheet->plane->build->h5;
    hanse__h5_close_dataset(h5, sheet->replications);
    hanse__h5_close_dataset(h5, sheet->central);
    for (int s = 0; s < N_STATISTICS; s++) {
        hanse__h5_close_dataset(h5, sheet->datasets[s]);
    }
}

/* Writes the tile at hand; case_index < 0: of all cases, without a replication axis. */
static void write_tile(struct sheet *sheet, hid_t dataset, int64_t case_index, uint32_t n_rows,
                       const double *data)
{
    const struct hanse_column *column =
        &sheet->plane->build->study->layout.columns[sheet->view->column];
    hsize_t start[HANSE__H5_RANK] = {0}, count[HANSE__H5_RANK];
    int rank = 0;
    start[0] = case_index < 0 ? 0 : (hsize_t)case_index;
    count[rank++] = case_index < 0 ? sheet->plane->build->study->n_cases : 1;
    if (case_index >= 0) {
        count[rank++] = n_rows;
    }
    start[rank] = sheet->first;
    count[rank++] = sheet->n_cells / sheet->n_items;
    for (int32_t d = 0; d < sheet->view->n_dims; d++) {
        count[rank++] = (hsize_t)column->dim_size[sheet->view->dims[d]];
    }
    hanse__h5_write(&sheet->plane->build->h5, dataset, H5T_NATIVE_DOUBLE, start, count, data);
}

static void do_case(struct sheet *sheet, uint32_t case_index)
{
    const struct hanse_study *study = sheet->plane->build->study;
    if (case_index == 0) {
        memcpy(sheet->values, sheet->base,
               study->n_replications * sheet->n_cells * sizeof *sheet->values);
        memcpy(sheet->ok, sheet->base_ok, study->n_replications);
    } else {
        gather(sheet, case_index, false, sheet->values, sheet->ok);
    }
    if (sheet->each) {
        write_tile(sheet, sheet->replications, case_index, study->n_replications,
                   sheet->values);
    }
    uint32_t n = put_interval(sheet, case_index, MEAN, sheet->values, sheet->ok);
    if (sheet->wanted >> P05 & 1u) {
        put_bands(sheet, case_index, sheet->mean);
    }
    if (sheet->wanted >> DIFF_MEAN & 1u) {
        put_difference(sheet, case_index);
    }
    if (sheet->wanted >> SIM_SD & 1u) {
        put_simulation_error(sheet, case_index, n);
        write_tile(sheet, sheet->central, case_index, study->n_central, sheet->values);
    }
}

/* --- sheets and planes -------------------------------------------------------------------- */

static void free_sheet(struct sheet *sheet)
{
    hanse__free(sheet->whole);
    hanse__free(sheet->base);
    hanse__free(sheet->values);
    hanse__free(sheet->pairs);
    hanse__free(sheet->base_ok);
    hanse__free(sheet->ok);
    hanse__free(sheet->mean);
    hanse__free(sheet->sd);
    hanse__free(sheet->lanes);
    hanse__free(sheet->column);
    for (int s = 0; s < N_STATISTICS; s++) {
        hanse__free(sheet->out[s]);
    }
}

static void take_memory(struct sheet *sheet)
{
    struct hanse__build *build = sheet->plane->build;
    const struct hanse_study *study = build->study;
    size_t rows =
        study->n_replications > study->n_central ? study->n_replications : study->n_central;
    size_t cells = sheet->tile_steps * sheet->n_items;
    sheet->whole = hanse__build_alloc(build, sheet->plane->n_steps * sheet->n_items, 8);
    sheet->base = hanse__build_alloc(build, rows * cells, 8);
    sheet->values = hanse__build_alloc(build, rows * cells, 8);
    sheet->pairs = hanse__build_alloc(build, rows * cells, 8);
    sheet->base_ok = hanse__build_alloc(build, rows, 1);
    sheet->ok = hanse__build_alloc(build, rows, 1);
    sheet->mean = hanse__build_alloc(build, cells, 8);
    sheet->sd = hanse__build_alloc(build, cells, 8);
    sheet->lanes = hanse__build_alloc(build, rows, sizeof *sheet->lanes);
    sheet->column = hanse__build_alloc(build, rows, 8);
    for (int s = 0; s < N_STATISTICS; s++) {
        if (sheet->wanted >> s & 1u) {
            sheet->out[s] = hanse__build_alloc(build, study->n_cases * cells, 8);
        }
    }
}

/* How much is stored: summaries whole; series of totals and single dimensions with every
 * replication; finer series as means and intervals alone, or the file would be gigabytes. */
static void choose(struct sheet *sheet)
{
    const struct hanse_study *study = sheet->plane->build->study;
    const unsigned intervals = 1u << MEAN | 1u << CI_LOW | 1u << CI_HIGH;
    const unsigned simulation = 1u << SIM_SD | 1u << SIM_HALF_WIDTH;
    sheet->each = sheet->plane->windows || sheet->view->n_dims < 2;
    sheet->wanted = sheet->each ? (1u << N_STATISTICS) - 1 : intervals;
    if (!sheet->plane->windows || study->n_central == 0) {
        sheet->wanted &= ~simulation;
    }
}

static size_t tile_steps(const struct sheet *sheet)
{
    const struct hanse_study *study = sheet->plane->build->study;
    size_t rows = (size_t)study->n_replications + study->n_central +
                  (size_t)study->n_cases * N_STATISTICS;
    size_t steps = sheet->plane->build->tile_bytes / 8 / rows / sheet->n_items;
    steps = steps > 0 ? steps : 1;
    return steps < sheet->plane->n_steps ? steps : sheet->plane->n_steps;
}

static void do_tile(struct sheet *sheet)
{
    const struct hanse_study *study = sheet->plane->build->study;
    gather(sheet, 0, false, sheet->base, sheet->base_ok);
    for (uint32_t c = 0; c < study->n_cases && sheet->plane->build->h5.status == HANSE_OK;
         c++) {
        do_case(sheet, c);
    }
    for (int s = 0; s < N_STATISTICS; s++) {
        if (sheet->wanted >> s & 1u) {
            write_tile(sheet, sheet->datasets[s], -1, 0, sheet->out[s]);
        }
    }
}

static void do_view(const struct plane *plane, const struct hanse_view *view)
{
    struct sheet sheet = {.plane = plane, .view = view, .n_items = (size_t)view->n_items};
    const struct hanse__h5 *h5 = &plane->build->h5;
    choose(&sheet);
    sheet.tile_steps = tile_steps(&sheet);
    take_memory(&sheet);
    if (h5->status == HANSE_OK) {
        open_datasets(&sheet);
        for (size_t at = 0; at < plane->n_steps && h5->status == HANSE_OK;
             at += sheet.tile_steps) {
            size_t left = plane->n_steps - at;
            sheet.first = at;
            sheet.n_cells = (left < sheet.tile_steps ? left : sheet.tile_steps) * sheet.n_items;
            do_tile(&sheet);
        }
        close_datasets(&sheet);
    }
    free_sheet(&sheet);
}

static void do_plane(struct plane *plane, const char *name, const char *long_name)
{
    struct hanse__build *build = plane->build;
    plane->group = hanse__h5_group(&build->h5, build->h5.file, name, long_name);
    for (size_t v = 0; v < build->n_views && build->h5.status == HANSE_OK; v++) {
        do_view(plane, &build->views[v]);
    }
    hanse__h5_close(&build->h5, plane->group);
}

void hanse__build_views(struct hanse__build *build)
{
    struct plane series = {.build = build,
                           .type = HANSE__H5_FLOAT,
                           .axis = "time",
                           .n_steps = (size_t)build->study->layout.n_months};
    struct plane summary = {.build = build,
                            .type = HANSE__H5_DOUBLE,
                            .axis = "window",
                            .n_steps = build->n_windows,
                            .windows = true};
    do_plane(&summary, "summary", "outputs over whole windows");
    do_plane(&series, "series", "outputs month by month");
}
