#include "sim/process/shown.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/context.h"
#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"
#include "sim/process/denial.h"
#include "sim/process/mechanism.h"

enum { MOST_OUTPUTS = 1024 };

/* One text of one row that must name something; `key` is where it stands. */
struct named {
    const struct hanse_scenario *scenario;
    const struct hanse_kind *kind;
    int32_t index;
    const char *key, *text;
};

static enum hanse_status no_such(const struct named *n, const char *thing,
                                 const char *const *names, size_t n_names)
{
    const char *near = hanse__nearest(n->text, names, n_names);
    return hanse_scenario_reject(n->scenario, n->kind, n->index, n->key,
                                 "there is no %s '%s'%s%s%s", thing, n->text,
                                 near != NULL ? " (did you mean '" : "",
                                 near != NULL ? near : "", near != NULL ? "'?)" : "");
}

static enum hanse_status find_output(const struct named *named,
                                     const struct hanse_output **found)
{
    const char *names[MOST_OUTPUTS];
    size_t n_names = 0, n_mechanisms;
    const struct hanse_mechanism *const *mechanisms = hanse_mechanisms(&n_mechanisms);
    for (size_t m = 0; m < n_mechanisms; m++) {
        for (size_t i = 0; i < mechanisms[m]->n_outputs && n_names < MOST_OUTPUTS; i++) {
            *found = &mechanisms[m]->outputs[i];
            if (strcmp((*found)->name, named->text) == 0) {
                return HANSE_OK;
            }
            names[n_names++] = (*found)->name;
        }
    }
    return no_such(named, "output", names, n_names);
}

/* Counts are kept inside, and parts that overlap have no figure of all together. */
static enum hanse_status check_whole(const struct named *named,
                                     const struct hanse_output *output)
{
    const char *dim = output->dims[output->overlap == HANSE_OVERLAP_LAST ? 1 : 0];
    if (output->reducer == HANSE_COUNTS) {
        return hanse_scenario_reject(named->scenario, named->kind, named->index, named->key,
                                     "'%s' is kept inside, for its quantiles", output->name);
    }
    if (output->overlap == HANSE_OVERLAP_NONE) {
        return HANSE_OK;
    }
    return hanse_scenario_reject(named->scenario, named->kind, named->index, named->key,
                                 "'%s' is told apart by %s and never added up: there is no "
                                 "figure of all together",
                                 output->name, dim);
}

/* A study without declared cases has those that its caller makes up. */
static enum hanse_status check_case(const struct named *named)
{
    size_t n;
    const char *const *names = hanse_scenario_case_names(named->scenario, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], named->text) == 0) {
            return HANSE_OK;
        }
    }
    return n == 0 ? HANSE_OK : no_such(named, "case", names, n);
}

/* --- headline -------------------------------------------------------------------------------
 */

static enum hanse_status check_headline(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_headline *h = hanse_scenario_table(scenario, &hanse_kind_headline, &n);
    h += index;
    struct named named = {scenario, &hanse_kind_headline, index, "output", h->output};
    const struct hanse_output *output;
    HANSE_TRY(find_output(&named, &output));
    HANSE_TRY(check_whole(&named, output));
    named.key = "case";
    named.text = h->in_case;
    return check_case(&named);
}

#define AT(member) offsetof(struct hanse_headline, member)
static const struct hanse_field HEADLINE_FIELDS[] = {
    {.key = "text",
     .type = HANSE_TEXT,
     .offset = AT(text),
     .flags = HANSE_REQUIRED,
     .doc = "what the figure is, for the headline sentence"},
    {.key = "output",
     .type = HANSE_TEXT,
     .offset = AT(output),
     .flags = HANSE_REQUIRED,
     .doc = "output the page leads with"},
    {.key = "case",
     .type = HANSE_TEXT,
     .offset = AT(in_case),
     .flags = HANSE_REQUIRED,
     .doc = "case the page leads with"},
    {.key = "window",
     .type = HANSE_REFERENCE,
     .options = "window",
     .offset = AT(window),
     .doc = "window it is taken over; the whole horizon when not given"},
    {.key = "floor",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(floor),
     .doc = "level below which the page counts the months"},
};
#undef AT

const struct hanse_kind hanse_kind_headline = {
    .name = "headline",
    .doc = "The figure the report leads with.",
    .size = sizeof(struct hanse_headline),
    .fields = HEADLINE_FIELDS,
    .n_fields = HANSE_COUNT(HEADLINE_FIELDS),
    .check = check_headline,
};

/* --- figure ---------------------------------------------------------------------------------
 */

static const struct hanse_kind *kind_called(const char *name)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_kinds(&n);
    for (size_t k = 0; name != NULL && k < n; k++) {
        if (strcmp(kinds[k]->name, name) == 0) {
            return kinds[k];
        }
    }
    return NULL;
}

/* Whether the part of an output in one row of its dimension d is a figure by itself. */
static bool has_part(const struct hanse_output *output, size_t d)
{
    return output->dims[d] != NULL &&
           (output->overlap == HANSE_OVERLAP_ALL    ? output->dims[1] == NULL
            : output->overlap == HANSE_OVERLAP_LAST ? d == 1
                                                    : true);
}

/* "of" names a row of a dimension that the output has. */
static enum hanse_status check_item(const struct named *named,
                                    const struct hanse_output *output)
{
    const char *names[MOST_OUTPUTS];
    size_t n_names = 0;
    for (size_t d = 0; d < HANSE_COUNT(output->dims); d++) {
        const struct hanse_kind *kind =
            has_part(output, d) ? kind_called(output->dims[d]) : NULL;
        int32_t n = 0;
        const char *row = kind != NULL ? hanse_scenario_table(named->scenario, kind, &n) : NULL;
        for (int32_t i = 0; i < n; i++, row += kind->size) {
            const char *name = *(const char *const *)row; /* schema.h: where a row starts */
            if (strcmp(name, named->text) == 0) {
                return HANSE_OK;
            }
            if (n_names < MOST_OUTPUTS) {
                names[n_names++] = name;
            }
        }
    }
    if (output->overlap == HANSE_OVERLAP_ALL && output->dims[1] != NULL) {
        return hanse_scenario_reject(named->scenario, named->kind, named->index, named->key,
                                     "'%s' is a table of %s by %s that is never added up, and "
                                     "a figure shows one row",
                                     output->name, output->dims[0], output->dims[1]);
    }
    if (output->dims[0] != NULL) {
        char thing[160];
        snprintf(thing, sizeof thing, "row of '%.120s' called", output->name);
        return no_such(named, thing, names, n_names);
    }
    return hanse_scenario_reject(named->scenario, named->kind, named->index, named->key,
                                 "'%s' is not split by anything, got '%s'", output->name,
                                 named->text);
}

static enum hanse_status check_figure(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_figure_noun *f = hanse_scenario_table(scenario, &hanse_kind_figure, &n);
    f += index;
    struct named named = {scenario, &hanse_kind_figure, index, "output", f->output};
    const struct hanse_output *output;
    HANSE_TRY(find_output(&named, &output));
    if (f->of[0] == '\0' || output->reducer == HANSE_COUNTS) {
        return check_whole(&named, output);
    }
    named.key = "of";
    named.text = f->of;
    return check_item(&named, output);
}

#define AT(member) offsetof(struct hanse_figure_noun, member)
static const struct hanse_field FIGURE_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_figure_noun),
    {.key = "output",
     .type = HANSE_TEXT,
     .offset = AT(output),
     .flags = HANSE_REQUIRED,
     .doc = "output it shows"},
    {.key = "window",
     .type = HANSE_REFERENCE,
     .options = "window",
     .offset = AT(window),
     .doc = "window it is taken over; the whole horizon when not given"},
    {.key = "of",
     .type = HANSE_TEXT,
     .offset = AT(of),
     .doc = "workload, batch class, region … whose part it shows; all together when not given"},
    {.key = "place",
     .type = HANSE_INTEGER,
     .offset = AT(place),
     .low = 0,
     .high = 1000,
     .doc = "rows are in order of place, then of name"},
    {.key = "better",
     .type = HANSE_CHOICE,
     .options = HANSE_BETTER_WORDS,
     .fallback_text = "more",
     .offset = AT(better),
     .doc = "which way is better"},
};
#undef AT

const struct hanse_kind hanse_kind_figure = {
    .name = "figure",
    .doc = "A row of the scorecard: one output beside others, case by case.",
    .size = sizeof(struct hanse_figure_noun),
    .fields = FIGURE_FIELDS,
    .n_fields = HANSE_COUNT(FIGURE_FIELDS),
    .check = check_figure,
};

/* --- cell -----------------------------------------------------------------------------------
 */

static enum hanse_status check_cell(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_cell *cells = hanse_scenario_table(scenario, &hanse_kind_cell, &n);
    const struct hanse_cell *c = &cells[index];
    for (int32_t i = 0; i < index; i++) {
        if (strcmp(cells[i].policy, c->policy) == 0 && strcmp(cells[i].world, c->world) == 0) {
            return hanse_scenario_reject(scenario, &hanse_kind_cell, index, "world",
                                         "'%s' in '%s' is cell '%s' already", c->policy,
                                         c->world, cells[i].name);
        }
    }
    const struct named named = {scenario, &hanse_kind_cell, index, "case", c->in_case};
    return check_case(&named);
}

#define AT(member) offsetof(struct hanse_cell, member)
static const struct hanse_field CELL_FIELDS[] = {
    {.key = "policy",
     .type = HANSE_TEXT,
     .offset = AT(policy),
     .flags = HANSE_REQUIRED,
     .doc = "what is decided: its row"},
    {.key = "world",
     .type = HANSE_TEXT,
     .offset = AT(world),
     .flags = HANSE_REQUIRED,
     .doc = "what happens: its column"},
    {.key = "case",
     .type = HANSE_TEXT,
     .offset = AT(in_case),
     .flags = HANSE_REQUIRED,
     .doc = "the case that is this policy in this world; one case may be several cells"},
};
#undef AT

const struct hanse_kind hanse_kind_cell = {
    .name = "cell",
    .doc = "A cell of the regret table: a policy in a world, and the case that shows it.",
    .size = sizeof(struct hanse_cell),
    .fields = CELL_FIELDS,
    .n_fields = HANSE_COUNT(CELL_FIELDS),
    .check = check_cell,
};

/* --- chart ----------------------------------------------------------------------------------
 */

enum chart { FAN, DIFFERENCE, BARS, TORNADO, LINES, DOTS, REGRET, SHORTFALL, HEAT };

static enum hanse_status check_chart(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n, n_rows;
    const struct hanse_chart *c = hanse_scenario_table(scenario, &hanse_kind_chart, &n);
    c += index;
    const struct named named = {scenario, &hanse_kind_chart, index, "output", c->output};
    if (c->kind == DOTS) {
        (void)hanse_scenario_table(scenario, &hanse_kind_figure, &n_rows);
        return n_rows > 0 && c->output[0] == '\0'
                   ? HANSE_OK
                   : hanse_scenario_reject(scenario, &hanse_kind_chart, index, "kind",
                                           "dots shows the figures: declare some, and no "
                                           "output here");
    }
    if (c->kind == SHORTFALL) {
        return c->output[0] == '\0' && c->region < 0
                   ? HANSE_OK
                   : hanse_scenario_reject(scenario, &hanse_kind_chart, index, "kind",
                                           "shortfall shows shortfall_hours: no output and no "
                                           "region here");
    }
    if (c->kind == HEAT) {
        (void)hanse_scenario_table(scenario, &hanse_kind_denial, &n_rows);
        return n_rows > 0 && c->output[0] == '\0' && c->region < 0
                   ? HANSE_OK
                   : hanse_scenario_reject(scenario, &hanse_kind_chart, index, "kind",
                                           "heat shows withdrawals: declare a denial, and no "
                                           "output and no region here");
    }
    (void)hanse_scenario_table(scenario, &hanse_kind_cell, &n_rows);
    if (c->kind == REGRET && n_rows == 0) {
        return hanse_scenario_reject(scenario, &hanse_kind_chart, index, "kind",
                                     "regret shows the cells: declare some");
    }
    const struct hanse_output *output;
    HANSE_TRY(find_output(&named, &output));
    return check_whole(&named, output);
}

#define AT(member) offsetof(struct hanse_chart, member)
static const struct hanse_field CHART_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_chart),
    {.key = "kind",
     .type = HANSE_CHOICE,
     .options = HANSE_CHART_WORDS,
     .offset = AT(kind),
     .flags = HANSE_REQUIRED,
     .doc = "how it is drawn: one case's fan over time, its difference to the baseline, cases "
            "as bars, inputs as a tornado, cases as lines over time, the figures as dots, "
            "the cells as a table of regrets, sizes of a shortfall against hours a year, "
            "withdrawals by actor and axis"},
    {.key = "output",
     .type = HANSE_TEXT,
     .offset = AT(output),
     .doc = "output it shows, of regret the loss; not for dots, shortfall and heat"},
    {.key = "region",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(region),
     .doc = "one region alone; all together when not given"},
};
#undef AT

const struct hanse_kind hanse_kind_chart = {
    .name = "chart",
    .doc = "The chart that answers the question; what `hanse plot` draws when not told what.",
    .size = sizeof(struct hanse_chart),
    .fields = CHART_FIELDS,
    .n_fields = HANSE_COUNT(CHART_FIELDS),
    .check = check_chart,
    .max_rows = 1,
};
