/* The file of denial experiments. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/build.h"
#include "output/denial.h"

struct writing {
    const struct hanse_denials *d;
    struct hanse__build build;
    struct hanse__h5 *h5;
    hid_t group;
};

/* Which parts of an interval a dataset holds. */
enum part { MEAN, LOW, HIGH, PARTS };
static const char *const SUFFIX[PARTS] = {"_mean", "_ci_low", "_ci_high"};
static const char *const WORDS[PARTS] = {"mean", "95 % interval, low", "95 % interval, high"};

static double part_of(const struct hanse_interval *x, enum part part)
{
    return part == MEAN ? x->mean : part == LOW ? x->low : x->high;
}

/* --- axes -------------------------------------------------------------------------------- */

static void row_axis(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    size_t n = (size_t)d->n_rows;
    const char **texts = hanse__build_alloc(&w->build, 7 * n, sizeof *texts);
    char(*names)[160] = hanse__build_alloc(&w->build, n, sizeof *names);
    int64_t *touches = hanse__build_alloc(&w->build, n, sizeof *touches);
    for (size_t r = 0; r < n && w->h5->status == HANSE_OK; r++) {
        const struct hanse_denial_row *row = &d->rows[r];
        struct hanse_actor a = row->cuts[0].actor;
        bool two = row->n_cuts == 2;
        texts[n + r] = hanse_denial_actor_name(d, a);
        texts[2 * n + r] = hanse_denial_actor_kind(d, a);
        texts[3 * n + r] = two ? hanse_denial_actor_name(d, row->cuts[1].actor) : "";
        texts[4 * n + r] = hanse_denial_axis_name(row->cuts[0].axis);
        snprintf(names[r], sizeof names[r], "%.40s %.60s%s%.60s: %s", texts[2 * n + r],
                 texts[n + r], two ? " and " : "", texts[3 * n + r], texts[4 * n + r]);
        texts[r] = names[r];
        texts[5 * n + r] = hanse_denial_actor_label(d, a);
        texts[6 * n + r] = two ? hanse_denial_actor_label(d, row->cuts[1].actor) : "";
        touches[r] = row->same_as >= 0;
    }
    if (w->h5->status == HANSE_OK) {
        hanse__h5_axis_texts(w->h5, w->group, "row", "what was withdrawn", texts, n);
        hanse__h5_texts(w->h5, w->group, "row_actor", "row", "actor", texts + n);
        hanse__h5_texts(w->h5, w->group, "row_actor_kind", "row", "kind of actor",
                        texts + 2 * n);
        hanse__h5_texts(w->h5, w->group, "row_partner", "row", "second actor of a pair",
                        texts + 3 * n);
        hanse__h5_texts(w->h5, w->group, "row_axis", "row", "axis of withdrawal",
                        texts + 4 * n);
        hanse__h5_texts(w->h5, w->group, "row_actor_label", "row", "actor in words",
                        texts + 5 * n);
        hanse__h5_texts(w->h5, w->group, "row_partner_label", "row", "second actor in words",
                        texts + 6 * n);
        hanse__h5_integers(w->h5, w->group, "row_touches", "row", "0: it cuts nothing",
                           touches);
    }
    hanse__free(texts);
    hanse__free(names);
    hanse__free(touches);
}

static void other_axes(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    size_t viewers = (size_t)d->n_viewers, bands = (size_t)d->n_bands,
           months = (size_t)d->n_months;
    const char **texts = hanse__build_alloc(&w->build, 2 * viewers + bands, sizeof *texts);
    double *hours = hanse__build_alloc(&w->build, months, sizeof *hours);
    if (w->h5->status != HANSE_OK) {
        hanse__free(texts);
        hanse__free(hours);
        return;
    }
    for (size_t v = 0; v < viewers; v++) {
        texts[v] = hanse_denial_actor_name(d, d->viewers[v]);
        texts[viewers + bands + v] = hanse_denial_actor_label(d, d->viewers[v]);
    }
    for (size_t b = 0; b < bands; b++) {
        texts[viewers + b] = d->bands[b].name;
    }
    for (size_t m = 0; m < months; m++) {
        hours[m] = 730.0 * (double)m;
    }
    hanse__h5_axis_texts(w->h5, w->group, "viewer", "whose demand", texts, viewers);
    hanse__h5_texts(w->h5, w->group, "viewer_label", "viewer", "viewer in words",
                    texts + viewers + bands);
    hanse__h5_axis_texts(w->h5, w->group, "band", "data class and priority tier",
                         texts + viewers, bands);
    hanse__h5_axis_numbers(w->h5, w->group, "point", "h", "time since the withdrawal",
                           d->points_h, (size_t)d->n_points);
    hanse__h5_axis_numbers(w->h5, w->group, "month", "h",
                           "start of the month of 730 h, since the withdrawal", hours, months);
    hanse__h5_axis_counter(w->h5, w->group, "replication", "replication, inputs drawn",
                           d->n_replications);
    hanse__free(texts);
    hanse__free(hours);
}

/* --- figures ----------------------------------------------------------------------------- */

/* An interval for each cell of a dataset. */
typedef struct hanse_interval cell_function(const struct hanse_denials *d, const int32_t *at);

static struct hanse_interval undisturbed(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_figures(d, 0, at[0], at[1], at[2]).undisturbed;
}

static struct hanse_interval assured(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_figures(d, at[0], at[1], at[2], at[3]).assured;
}

static struct hanse_interval exposure(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_figures(d, at[0], at[1], at[2], at[3]).exposure;
}

static struct hanse_interval synergy(const struct hanse_denials *d, const int32_t *at)
{
    const struct hanse_interval none = {.mean = NAN, .low = NAN, .high = NAN};
    return d->rows[at[0]].n_cuts == 2 ? hanse_denial_synergy(d, at[0], at[1], at[2]) : none;
}

static struct hanse_interval survival(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_month(d, at[0], at[1], at[2]);
}

static struct hanse_interval undisturbed_survival(const struct hanse_denials *d,
                                                  const int32_t *at)
{
    return hanse_denial_month(d, -1, at[0], at[1]);
}

static struct hanse_interval ledger(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_ledger(d, at[0], (enum hanse_denial_ledger)at[1]);
}

static struct hanse_interval territory(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_system(d, at[0], HANSE_SYSTEM_TERRITORY, at[1]);
}

static struct hanse_interval reach(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_system(d, at[0], HANSE_SYSTEM_REACH, at[1]);
}

static struct hanse_interval owner(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_system(d, at[0], HANSE_SYSTEM_OWNER, at[1]);
}

static struct hanse_interval votes(const struct hanse_denials *d, const int32_t *at)
{
    return hanse_denial_system(d, at[0], HANSE_SYSTEM_VOTES, at[1]);
}

static int32_t axis_size(const struct hanse_denials *d, const char *axis)
{
    const struct {
        const char *name;
        int32_t size;
    } SIZES[] = {{"row", d->n_rows},
                 {"viewer", d->n_viewers},
                 {"band", d->n_bands},
                 {"point", d->n_points},
                 {"ledger", HANSE_LEDGER_FIGURES},
                 {"legal_system", d->n_jurisdictions}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        if (strcmp(SIZES[i].name, axis) == 0) {
            return SIZES[i].size;
        }
    }
    return d->n_months;
}

static const struct {
    const char *name, *words;
    int rank;
    const char *axes[4];
    cell_function *cell;
} FIGURES[] = {
    {"undisturbed_share",
     "share of demand served on time, undisturbed",
     3,
     {"viewer", "band", "point"},
     undisturbed},
    {"assured_share",
     "share of demand served on time under denial",
     4,
     {"row", "viewer", "band", "point"},
     assured},
    {"exposure",
     "undisturbed less assured share",
     4,
     {"row", "viewer", "band", "point"},
     exposure},
    {"synergy",
     "exposure to a pair less the greater of its two",
     3,
     {"row", "viewer", "band"},
     synergy},
    {"survival",
     "share of the month's demand served on time under denial",
     3,
     {"row", "viewer", "month"},
     survival},
    {"undisturbed_survival",
     "share of the month's demand served on time, undisturbed",
     2,
     {"viewer", "month"},
     undisturbed_survival},
    {"ledger",
     "control ledger, undisturbed: share of the work served for the viewer's people",
     2,
     {"viewer", "ledger"},
     ledger},
    {"on_territory",
     "control ledger: share of work done on a legal system's territory",
     2,
     {"viewer", "legal_system"},
     territory},
    {"in_reach",
     "control ledger: share to which it can compel access; they overlap",
     2,
     {"viewer", "legal_system"},
     reach},
    {"owned_in",
     "control ledger: share whose owner is at home there",
     2,
     {"viewer", "legal_system"},
     owner},
    {"under_votes",
     "control ledger: its share of votes on the rules, mean over work",
     2,
     {"viewer", "legal_system"},
     votes},
};

static void write_figure(struct writing *w, size_t f)
{
    hsize_t count[4] = {1, 1, 1, 1};
    const hsize_t start[4] = {0};
    size_t n = 1;
    for (int a = 0; a < FIGURES[f].rank; a++) {
        count[a] = (hsize_t)axis_size(w->d, FIGURES[f].axes[a]);
        n *= count[a];
    }
    double *values = hanse__build_alloc(&w->build, n * PARTS, sizeof *values);
    for (size_t i = 0; i < n && w->h5->status == HANSE_OK; i++) {
        int32_t at[4] = {0};
        size_t rest = i;
        for (int a = FIGURES[f].rank - 1; a >= 0; a--) {
            at[a] = (int32_t)(rest % count[a]);
            rest /= count[a];
        }
        struct hanse_interval x = FIGURES[f].cell(w->d, at);
        for (enum part p = MEAN; p < PARTS; p++) {
            values[p * n + i] = part_of(&x, p);
        }
    }
    for (enum part p = MEAN; p < PARTS && w->h5->status == HANSE_OK; p++) {
        char name[80], words[160];
        snprintf(name, sizeof name, "%s%s", FIGURES[f].name, SUFFIX[p]);
        snprintf(words, sizeof words, "%s: %s", FIGURES[f].words, WORDS[p]);
        struct hanse__h5_spec spec = {.name = name,
                                      .unit = "1",
                                      .long_name = words,
                                      .type = HANSE__H5_DOUBLE,
                                      .rank = FIGURES[f].rank};
        memcpy(spec.axes, FIGURES[f].axes, sizeof FIGURES[f].axes);
        hid_t dataset = hanse__h5_dataset(w->h5, w->group, &spec);
        hanse__h5_write(w->h5, dataset, H5T_NATIVE_DOUBLE, start, count, values + p * n);
        hanse__h5_close_dataset(w->h5, dataset);
    }
    hanse__free(values);
}

/* Each replication's own figures, so that others can ask what we did not. */
static void write_replications(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    size_t block = (size_t)d->n_viewers * (size_t)d->n_bands * (size_t)d->n_points;
    size_t n = block * d->n_replications;
    const struct hanse__h5_spec spec = {
        .name = "assured_share",
        .unit = "1",
        .long_name = "share of demand served on time under denial, by replication",
        .type = HANSE__H5_FLOAT,
        .rank = 5,
        .axes = {"row", "replication", "viewer", "band", "point"},
        .chunk = {1}};
    double *share = hanse__build_alloc(&w->build, n, sizeof *share);
    hid_t dataset = hanse__h5_dataset(w->h5, w->group, &spec);
    for (int32_t r = 0; r < d->n_rows && w->h5->status == HANSE_OK; r++) {
        for (size_t i = 0; i < n; i++) {
            share[i] = d->denied[(size_t)r * n + i] / d->demand[i]; /* 0 / 0: NaN */
        }
        const hsize_t start[5] = {(hsize_t)r},
                      count[5] = {1, d->n_replications, (hsize_t)d->n_viewers,
                                  (hsize_t)d->n_bands, (hsize_t)d->n_points};
        hanse__h5_write(w->h5, dataset, H5T_NATIVE_DOUBLE, start, count, share);
    }
    hanse__h5_close_dataset(w->h5, dataset);
    hanse__free(share);
}

static void write_foreign(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    const struct hanse__h5_spec spec = {
        .name = "foreign",
        .long_name = "1: the viewer sees all that is withdrawn as foreign",
        .type = HANSE__H5_INT,
        .rank = 2,
        .axes = {"row", "viewer"}};
    size_t viewers = (size_t)d->n_viewers, n = (size_t)d->n_rows * viewers;
    double *marks = hanse__build_alloc(&w->build, n, sizeof *marks);
    hid_t dataset = hanse__h5_dataset(w->h5, w->group, &spec);
    for (size_t i = 0; i < n && w->h5->status == HANSE_OK; i++) {
        const struct hanse_denial_row *row = &d->rows[i / viewers];
        int32_t v = (int32_t)(i % viewers);
        marks[i] = hanse_denial_foreign(d, row->actors[0], v) &&
                   (row->n_cuts == 1 || hanse_denial_foreign(d, row->actors[1], v));
    }
    const hsize_t start[2] = {0}, count[2] = {(hsize_t)d->n_rows, viewers};
    hanse__h5_write(w->h5, dataset, H5T_NATIVE_DOUBLE, start, count, marks);
    hanse__h5_close_dataset(w->h5, dataset);
    hanse__free(marks);
}

/* Names of the ledger's figures, and the legal systems. */
static void ledger_axes(struct writing *w)
{
    const char *names[HANSE_LEDGER_FIGURES];
    for (int i = 0; i < HANSE_LEDGER_FIGURES; i++) {
        names[i] = hanse_denial_ledger_name((enum hanse_denial_ledger)i);
    }
    const struct hanse_denials *d = w->d;
    size_t n = (size_t)d->n_jurisdictions;
    const char **texts = hanse__build_alloc(&w->build, 2 * n, sizeof *texts);
    for (size_t j = 0; j < n && w->h5->status == HANSE_OK; j++) {
        struct hanse_actor system = {hanse_scenario_kind(d->scenario, "jurisdiction"),
                                     (int32_t)j};
        texts[j] = hanse_denial_actor_name(d, system);
        texts[n + j] = hanse_denial_actor_label(d, system);
    }
    if (w->h5->status == HANSE_OK) {
        hanse__h5_axis_texts(w->h5, w->group, "ledger", "figure of the control ledger", names,
                             HANSE_LEDGER_FIGURES);
        hanse__h5_axis_texts(w->h5, w->group, "legal_system", "jurisdiction", texts, n);
        hanse__h5_texts(w->h5, w->group, "legal_system_label", "legal_system",
                        "the same in words", texts + n);
    }
    hanse__free(texts);
}

/* Texts that are put together here; freed with free_texts. */
static struct hanse_text *new_texts(struct writing *w, size_t n)
{
    struct hanse_text *texts = hanse__build_alloc(&w->build, n, sizeof *texts);
    for (size_t i = 0; texts != NULL && i < n; i++) {
        hanse__text_init(&texts[i], w->build.ctx);
        hanse__text_add(&texts[i], "");
    }
    return texts;
}

static void free_texts(struct hanse_text *texts, size_t n)
{
    for (size_t i = 0; texts != NULL && i < n; i++) {
        hanse__text_fini(&texts[i]);
    }
    hanse__free(texts);
}

/* Who is worst for each viewer and band: a row each. */
static void find_verdict(struct writing *w, size_t i, size_t n, struct hanse_text *name,
                         double *numbers)
{
    const struct hanse_denials *d = w->d;
    struct hanse_denial_worst worst;
    w->h5->status =
        hanse_denial_worst(d, (int32_t)i / d->n_bands, (int32_t)i % d->n_bands, true, &worst);
    if (w->h5->status == HANSE_OK) {
        hanse_denial_name_worst(d, &worst, name);
        numbers[i] = worst.n > 0 ? worst.assured : NAN;
        numbers[n + i] = worst.n > 0 ? worst.low : NAN;
        numbers[2 * n + i] = worst.n > 0 ? worst.high : NAN;
    }
    hanse_denial_worst_fini(&worst);
}

static void verdicts(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    size_t n = (size_t)d->n_viewers * (size_t)d->n_bands;
    struct hanse_text *names = new_texts(w, n);
    const char **words = hanse__build_alloc(&w->build, n, sizeof *words);
    double *numbers = hanse__build_alloc(&w->build, 3 * n, sizeof *numbers);
    for (size_t i = 0; i < n && w->h5->status == HANSE_OK; i++) {
        find_verdict(w, i, n, &names[i], numbers);
        words[i] = names[i].bytes != NULL ? names[i].bytes : "";
    }
    if (w->h5->status == HANSE_OK) {
        hanse__h5_axis_counter(w->h5, w->group, "verdict",
                               "viewer and band: viewer times bands plus band", n);
        hanse__h5_texts(w->h5, w->group, "verdict_actors", "verdict",
                        "foreign actors that cannot be told from the worst", words);
        hanse__h5_numbers(w->h5, w->group, "verdict_assured", "verdict", "1",
                          "assured share under the worst", numbers);
        hanse__h5_numbers(w->h5, w->group, "verdict_assured_low", "verdict", "1",
                          "95 % interval for the least of the true shares, low", numbers + n);
        hanse__h5_numbers(w->h5, w->group, "verdict_assured_high", "verdict", "1",
                          "95 % interval for the least of the true shares, high",
                          numbers + 2 * n);
    }
    free_texts(names, n);
    hanse__free(words);
    hanse__free(numbers);
}

/* A sentence per viewer. */
static void headlines(struct writing *w)
{
    size_t n = (size_t)w->d->n_viewers;
    struct hanse_text *texts = new_texts(w, n);
    const char **words = hanse__build_alloc(&w->build, n, sizeof *words);
    for (size_t v = 0; v < n && w->h5->status == HANSE_OK; v++) {
        w->h5->status = hanse_denial_headline(w->d, (int32_t)v, 0, &texts[v]);
        words[v] = texts[v].bytes;
    }
    if (w->h5->status == HANSE_OK) {
        hanse__h5_texts(w->h5, w->group, "headline", "viewer", "the answer in a sentence",
                        words);
    }
    free_texts(texts, n);
    hanse__free(words);
}

/* Months until the mean share of the month's demand falls below the floor; -1 never. */
static void write_crossings(struct writing *w)
{
    const struct hanse_denials *d = w->d;
    const struct hanse__h5_spec spec = {
        .name = "months_to_floor",
        .long_name = "first month in which the mean share lies below the floor; -1 never",
        .type = HANSE__H5_INT,
        .rank = 2,
        .axes = {"row", "viewer"}};
    size_t viewers = (size_t)d->n_viewers, n = (size_t)d->n_rows * viewers;
    double *months = hanse__build_alloc(&w->build, n, sizeof *months);
    hid_t dataset = hanse__h5_dataset(w->h5, w->group, &spec);
    for (size_t i = 0; i < n && w->h5->status == HANSE_OK; i++) {
        months[i] = hanse_denial_survival(d, (int32_t)(i / viewers), (int32_t)(i % viewers),
                                          d->noun->floor);
    }
    const hsize_t start[2] = {0}, count[2] = {(hsize_t)d->n_rows, viewers};
    hanse__h5_write(w->h5, dataset, H5T_NATIVE_DOUBLE, start, count, months);
    hanse__h5_close_dataset(w->h5, dataset);
    hanse__free(months);
}

/* What every reader finds in a result file: its one case. And the denial in short. */
static void root(struct writing *w)
{
    static const char *const RECOURSE[] = {"adapt", "operate", "frozen"};
    const struct hanse_denials *d = w->d;
    const char *name = hanse_scenario_case(d->scenario);
    hanse__h5_axis_texts(w->h5, w->h5->file, "case", "case; the only one", &name, 1);
    hanse__h5_texts(w->h5, w->h5->file, "case_label", "case", "case in words", &name);
    hanse__h5_attribute_number(w->h5, w->h5->file, "denial_at_h", d->noun->at_h);
    hanse__h5_attribute_number(w->h5, w->h5->file, "denial_lasts_h", d->noun->lasts_h);
    hanse__h5_attribute_number(w->h5, w->h5->file, "denial_notice_h", d->noun->notice_h);
    hanse__h5_attribute_number(w->h5, w->h5->file, "denial_floor", d->noun->floor);
    hanse__h5_attribute(w->h5, w->h5->file, "denial_recourse", RECOURSE[d->recourse]);
}

static void denial_group(struct writing *w)
{
    static const char *const RECOURSE[] = {"adapt", "operate", "frozen"};
    const struct hanse_denials *d = w->d;
    w->group = hanse__h5_group(w->h5, w->h5->file, "denial", "denial experiments");
    hanse__h5_attribute(w->h5, w->group, "name", d->noun->name);
    hanse__h5_attribute(w->h5, w->group, "label",
                        d->noun->label != NULL ? d->noun->label : d->noun->name);
    hanse__h5_attribute(w->h5, w->group, "recourse", RECOURSE[d->recourse]);
    hanse__h5_attribute_number(w->h5, w->group, "at_h", d->noun->at_h);
    hanse__h5_attribute_number(w->h5, w->group, "lasts_h", d->noun->lasts_h);
    hanse__h5_attribute_number(w->h5, w->group, "floor", d->noun->floor);
    hanse__h5_attribute_integer(w->h5, w->group, "n_simulated", d->n_simulated);
    hanse__h5_attribute_integer(w->h5, w->group, "n_untouched", d->n_untouched);
    hanse__h5_attribute_integer(w->h5, w->group, "n_shared", d->n_shared);
    row_axis(w);
    other_axes(w);
    ledger_axes(w);
    headlines(w);
    verdicts(w);
    write_crossings(w);
    for (size_t f = 0; f < sizeof FIGURES / sizeof *FIGURES; f++) {
        write_figure(w, f);
    }
    write_foreign(w);
    write_replications(w);
    hanse__h5_close(w->h5, w->group);
}

enum hanse_status hanse_denial_write(struct hanse_context *ctx, const char *path,
                                     const struct hanse_denials *denials,
                                     const struct hanse_provenance *provenance, bool force)
{
    const char *name = hanse_scenario_case(denials->scenario);
    const struct hanse_study study = {.cases = &denials->scenario,
                                      .case_names = &name,
                                      .n_cases = 1,
                                      .n_replications = denials->n_replications,
                                      .seed = denials->seed};
    struct writing w = {.d = denials,
                        .build = {.ctx = ctx, .study = &study, .provenance = provenance}};
    char temporary[4096];
    if (!force) {
        HANSE_TRY(hanse__may_replace(ctx, path, &study, provenance));
    }
    snprintf(temporary, sizeof temporary, "%.4000s.new", path);
    w.h5 = &w.build.h5;
    hanse__h5_begin(w.h5, ctx, temporary);
    if (w.h5->status == HANSE_OK) {
        hanse__build_describe(&w.build);
        root(&w);
        denial_group(&w);
        hanse__build_scenario(&w.build);
        hanse__build_provenance(&w.build);
    }
    enum hanse_status status = hanse__h5_finish(w.h5);
    if (status == HANSE_OK && rename(temporary, path) != 0) {
        status = hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written", path);
    }
    if (status != HANSE_OK) {
        unlink(temporary);
    }
    return status;
}
