/* Reading the column groups back as rows. */
#include <string.h>

#include "output/results.h"
#include "output/results_inside.h"

/* Is there a row i in the group whose column of numbers is `path`? */
static enum hanse_status check_row(struct hanse_results *results, const char *path,
                                   const char *what, size_t i)
{
    const double *numbers;
    size_t n;
    HANSE_TRY(hanse__results_numbers(results, path, &numbers, &n));
    return i < n ? HANSE_OK
                 : hanse__fail(results->ctx, HANSE_ERR_DOMAIN, "%s: has no %s number %zu",
                               results->path, what, i);
}

/* Cell i of a column of texts, "" where the column is missing. */
static enum hanse_status text_at(struct hanse_results *results, const char *path, size_t i,
                                 const char **text)
{
    const char *const *texts;
    size_t n;
    *text = "";
    HANSE_TRY(hanse__results_texts(results, path, &texts, &n));
    if (i < n) {
        *text = texts[i];
    }
    return HANSE_OK;
}

static enum hanse_status number_at(struct hanse_results *results, const char *path, size_t i,
                                   double *number)
{
    const double *numbers;
    size_t n;
    *number = 0.0;
    HANSE_TRY(hanse__results_numbers(results, path, &numbers, &n));
    if (i < n) {
        *number = numbers[i];
    }
    return HANSE_OK;
}

static enum hanse_status count_at(struct hanse_results *results, const char *path, size_t i,
                                  uint32_t *count)
{
    double number;
    HANSE_TRY(number_at(results, path, i, &number));
    *count = (uint32_t)number;
    return HANSE_OK;
}

/* Rows of a group: the length of its numeric column `path`. */
static size_t rows(struct hanse_results *results, const char *path)
{
    const double *numbers;
    size_t n;
    return hanse__results_numbers(results, path, &numbers, &n) == HANSE_OK ? n : 0;
}

size_t hanse_results_n_windows(struct hanse_results *results)
{
    return hanse_results_size(results, "window");
}

enum hanse_status hanse_results_window(struct hanse_results *results, size_t i,
                                       struct hanse_results_window *window)
{
    uint32_t shade;
    HANSE_TRY(check_row(results, "/window_from", "window", i));
    HANSE_TRY(text_at(results, "/window", i, &window->name));
    HANSE_TRY(text_at(results, "/window_label", i, &window->label));
    HANSE_TRY(number_at(results, "/window_from", i, &window->from_h));
    HANSE_TRY(number_at(results, "/window_to", i, &window->to_h));
    HANSE_TRY(count_at(results, "/window_shade", i, &shade));
    window->shade = shade != 0;
    return HANSE_OK;
}

/* --- /scenario ---------------------------------------------------------------------------- */

static enum hanse_field_type parse_type(const char *name)
{
    static const struct {
        const char *name;
        enum hanse_field_type type;
    } TYPES[] = {
        {"number", HANSE_NUMBER},       {"integer", HANSE_INTEGER},
        {"flag", HANSE_FLAG},           {"choice", HANSE_CHOICE},
        {"reference", HANSE_REFERENCE}, {"references", HANSE_REFERENCES},
        {"actor", HANSE_ACTOR},         {"actors", HANSE_ACTORS},
        {"series", HANSE_SERIES},       {"children", HANSE_CHILDREN},
        {"policy", HANSE_POLICY},
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(TYPES[i].name, name) == 0) {
            return TYPES[i].type;
        }
    }
    return HANSE_TEXT;
}

static enum hanse_how parse_how(const char *name)
{
    for (enum hanse_how how = HANSE_HOW_DECLARED; how <= HANSE_HOW_SET; how++) {
        if (strcmp(hanse_how_name(how), name) == 0) {
            return how;
        }
    }
    return HANSE_HOW_DECLARED;
}

size_t hanse_results_n_values(struct hanse_results *results)
{
    return rows(results, "/scenario/case_index");
}

static enum hanse_status find_columns(struct hanse_results *results)
{
    static const char *const TEXTS[N_SCENARIO_TEXTS] = {
        [TEXT_KIND] = "/scenario/kind",     [TEXT_NAME] = "/scenario/name",
        [TEXT_KEY] = "/scenario/key",       [TEXT_UNIT] = "/scenario/unit",
        [TEXT_LABEL] = "/scenario/label",   [TEXT_TYPE] = "/scenario/type",
        [TEXT_TEXT] = "/scenario/text",     [TEXT_FILE] = "/scenario/file",
        [TEXT_HOW] = "/scenario/how",       [TEXT_VIA] = "/scenario/via",
        [TEXT_SOURCE] = "/scenario/source", [TEXT_EVIDENCE] = "/scenario/evidence",
    };
    static const char *const NUMBERS[N_SCENARIO_NUMBERS] = {
        [NUMBER_CASE] = "/scenario/case_index",
        [NUMBER_NUMBER] = "/scenario/number",
        [NUMBER_UNCERTAIN] = "/scenario/uncertain",
        [NUMBER_LINE] = "/scenario/line",
    };
    struct scenario_columns *c = &results->scenario;
    for (int i = 0; i < N_SCENARIO_TEXTS && !c->known; i++) {
        HANSE_TRY(hanse__results_texts(results, TEXTS[i], &c->texts[i].items, &c->texts[i].n));
    }
    for (int i = 0; i < N_SCENARIO_NUMBERS && !c->known; i++) {
        HANSE_TRY(hanse__results_numbers(results, NUMBERS[i], &c->numbers[i].items,
                                         &c->numbers[i].n));
    }
    c->known = true;
    return HANSE_OK;
}

static const char *scenario_text(const struct hanse_results *results, enum scenario_text which,
                                 size_t i)
{
    const struct scenario_columns *c = &results->scenario;
    return i < c->texts[which].n ? c->texts[which].items[i] : "";
}

static double scenario_number(const struct hanse_results *results, enum scenario_number which,
                              size_t i)
{
    const struct scenario_columns *c = &results->scenario;
    return i < c->numbers[which].n ? c->numbers[which].items[i] : 0.0;
}

static struct hanse_origin read_origin(const struct hanse_results *results, size_t i)
{
    struct hanse_origin origin = {
        .file = scenario_text(results, TEXT_FILE, i),
        .line = (int)scenario_number(results, NUMBER_LINE, i),
        .how = parse_how(scenario_text(results, TEXT_HOW, i)),
        .via = scenario_text(results, TEXT_VIA, i),
        .source = scenario_text(results, TEXT_SOURCE, i),
    };
    if (!hanse_evidence_parse(scenario_text(results, TEXT_EVIDENCE, i), &origin.evidence)) {
        origin.evidence = HANSE_EVIDENCE_NONE;
    }
    return origin;
}

enum hanse_status hanse_results_value(struct hanse_results *results, size_t i,
                                      uint32_t *case_index, struct hanse_resolved *value)
{
    HANSE_TRY(find_columns(results));
    if (i >= results->scenario.numbers[NUMBER_CASE].n) {
        return check_row(results, "/scenario/case_index", "resolved value", i);
    }
    *case_index = (uint32_t)scenario_number(results, NUMBER_CASE, i);
    *value = (struct hanse_resolved){
        .kind = scenario_text(results, TEXT_KIND, i),
        .name = scenario_text(results, TEXT_NAME, i),
        .key = scenario_text(results, TEXT_KEY, i),
        .unit = scenario_text(results, TEXT_UNIT, i),
        .label = scenario_text(results, TEXT_LABEL, i),
        .type = parse_type(scenario_text(results, TEXT_TYPE, i)),
        .text = scenario_text(results, TEXT_TEXT, i),
        .number = scenario_number(results, NUMBER_NUMBER, i),
        .uncertain = scenario_number(results, NUMBER_UNCERTAIN, i) != 0.0,
        .origin = read_origin(results, i),
    };
    return HANSE_OK;
}

/* --- /failures, /events, /provenance ------------------------------------------------------ */

size_t hanse_results_n_failures(struct hanse_results *results)
{
    return rows(results, "/failures/case_index");
}

enum hanse_status hanse_results_failure(struct hanse_results *results, size_t i,
                                        struct hanse_results_failure *failure)
{
    uint32_t central;
    HANSE_TRY(check_row(results, "/failures/case_index", "failure", i));
    HANSE_TRY(count_at(results, "/failures/case_index", i, &failure->case_index));
    HANSE_TRY(count_at(results, "/failures/replication_index", i, &failure->replication));
    HANSE_TRY(count_at(results, "/failures/central", i, &central));
    failure->central = central != 0;
    return text_at(results, "/failures/reason", i, &failure->reason);
}

size_t hanse_results_n_events(struct hanse_results *results)
{
    return rows(results, "/events/case_index");
}

enum hanse_status hanse_results_event(struct hanse_results *results, size_t i,
                                      struct hanse_results_event *event)
{
    HANSE_TRY(check_row(results, "/events/case_index", "event", i));
    HANSE_TRY(count_at(results, "/events/case_index", i, &event->case_index));
    HANSE_TRY(count_at(results, "/events/replication_index", i, &event->replication));
    HANSE_TRY(number_at(results, "/events/time_h", i, &event->time_h));
    HANSE_TRY(number_at(results, "/events/amount", i, &event->value));
    HANSE_TRY(text_at(results, "/events/what", i, &event->what));
    HANSE_TRY(text_at(results, "/events/kind", i, &event->kind));
    return text_at(results, "/events/entity", i, &event->entity);
}

size_t hanse_results_n_sources(struct hanse_results *results)
{
    const char *const *names;
    size_t n;
    return hanse__results_texts(results, "/provenance/source", &names, &n) == HANSE_OK ? n : 0;
}

enum hanse_status hanse_results_source(struct hanse_results *results, size_t i,
                                       struct hanse_source_text *source, const char **sha256)
{
    const char *const *names;
    size_t n;
    HANSE_TRY(hanse__results_texts(results, "/provenance/source", &names, &n));
    if (i >= n) {
        return hanse__fail(results->ctx, HANSE_ERR_DOMAIN, "%s: has no source number %zu",
                           results->path, i);
    }
    HANSE_TRY(text_at(results, "/provenance/source", i, &source->name));
    HANSE_TRY(text_at(results, "/provenance/sha256", i, sha256));
    HANSE_TRY(text_at(results, "/provenance/text", i, &source->text));
    source->length = strlen(source->text);
    return HANSE_OK;
}
