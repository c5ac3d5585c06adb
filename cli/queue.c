/* `hanse queue`: closed forms at the prompt. What it knows is in queue_models.c. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/queue_models.h"

enum { MAX_OPTIONS = HANSE_QUEUE_MAX_NEEDED + HANSE_QUEUE_MAX_OPTIONAL };

/* --- reading ---------------------------------------------------------------------------------
 */

static const struct hanse_queue_model *find_model(const char *name)
{
    for (size_t i = 0; i < HANSE_QUEUE_N_MODELS; i++) {
        if (strcmp(hanse_queue_models[i].name, name) == 0) {
            return &hanse_queue_models[i];
        }
    }
    return NULL;
}

static int unknown_model(const char *name)
{
    const char *names[HANSE_QUEUE_N_MODELS], *near;
    for (size_t i = 0; i < HANSE_QUEUE_N_MODELS; i++) {
        names[i] = hanse_queue_models[i].name;
    }
    near = hanse__nearest(name, names, HANSE_QUEUE_N_MODELS);
    return near ? hanse_cli_bad_usage("queue", "no model '%s', did you mean '%s'?", name, near)
                : hanse_cli_bad_usage("queue", "no model '%s'", name);
}

/* `hanse queue` with no model named: help on all of them, or a complaint. */
static int without_model(int argc, char **argv)
{
    char summary[4096] = "Answers from closed forms; docs/queueing.md has the equations. "
                         "'hanse queue MODEL --help' shows\na model's options. Models:\n\n";
    for (size_t i = 0; i < HANSE_QUEUE_N_MODELS; i++) {
        size_t used = strlen(summary);
        snprintf(summary + used, sizeof summary - used, "%s  %-15s %s", i > 0 ? "\n" : "",
                 hanse_queue_models[i].name, hanse_queue_models[i].what);
    }
    const struct hanse_cli_usage usage = {.name = "queue",
                                          .operands = "MODEL",
                                          .min_operands = 1,
                                          .max_operands = 1,
                                          .summary = summary,
                                          .example =
                                              "hanse queue mmc --lambda 18 --mu 1 -c 20"};
    struct hanse_cli_args args;
    int status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &status)) {
        return status;
    }
    return unknown_model(args.operands[0]);
}

static void *place_of(struct hanse_queue_query *query, enum hanse_queue_key key)
{
    switch (hanse_queue_keys[key].type) {
    case HANSE_CLI_NUMBER:
        return &query->number[key];
    case HANSE_CLI_INTEGER:
        return &query->count[key];
    case HANSE_CLI_FLAG:
        return &query->flag[key];
    default:
        return &query->text[key];
    }
}

static size_t add_options(const enum hanse_queue_key *keys, struct hanse_queue_query *query,
                          struct hanse_cli_option *options)
{
    size_t n = 0;
    for (; keys[n] != HANSE_QUEUE_END; n++) {
        const struct hanse_queue_option *key = &hanse_queue_keys[keys[n]];
        options[n] = (struct hanse_cli_option){key->name,     key->letter,
                                               key->type,     place_of(query, keys[n]),
                                               key->argument, key->help};
    }
    return n;
}

/* What a query holds before the command line is read: presets, and marks for "not given". */
static void set_presets(const struct hanse_queue_model *model, struct hanse_queue_query *query)
{
    *query = (struct hanse_queue_query){0};
    for (size_t i = 0; i < HANSE_QUEUE_N_KEYS; i++) {
        query->number[i] = hanse_queue_keys[i].preset;
        query->count[i] = (int64_t)hanse_queue_keys[i].preset;
    }
    for (const enum hanse_queue_key *key = model->needed; *key != HANSE_QUEUE_END; key++) {
        query->number[*key] = NAN; /* the parser takes finite numbers and counts >= 0 only */
        query->count[*key] = -1;
    }
}

static int complain_if_missing(const char *command, const struct hanse_queue_model *model,
                               const struct hanse_queue_query *query)
{
    for (const enum hanse_queue_key *key = model->needed; *key != HANSE_QUEUE_END; key++) {
        const struct hanse_queue_option *option = &hanse_queue_keys[*key];
        bool missing = option->type == HANSE_CLI_NUMBER    ? isnan(query->number[*key])
                       : option->type == HANSE_CLI_INTEGER ? query->count[*key] < 0
                                                           : query->text[*key] == NULL;
        if (missing) {
            return hanse_cli_bad_usage(command, "needs --%s %s: %s", option->name,
                                       option->argument, option->help);
        }
    }
    return 0;
}

/* --- printing --------------------------------------------------------------------------------
 */

static const char *const STATION_FIELDS[] = {"visits", "utilization", "throughput", "in_system",
                                             "response_time"};
static const char *const STATION_UNITS[] = {"1", "1", "1/s", "1", "s"};
enum { N_STATION_FIELDS = 5 };

static void station_values(const struct hanse_station *station, double *values)
{
    values[0] = station->visits;
    values[1] = station->utilization;
    values[2] = station->throughput;
    values[3] = station->in_system;
    values[4] = station->response_time;
}

static void print_text(const struct hanse_queue_answer *answer)
{
    double values[N_STATION_FIELDS];
    for (size_t i = 0; i < answer->n_figures; i++) {
        const struct hanse_queue_figure *figure = &answer->figures[i];
        bool pure = strcmp(figure->unit, "1") == 0;
        char value[32] = "unknown";
        if (!isnan(figure->value)) {
            snprintf(value, sizeof value, "%.8g", figure->value);
        }
        printf("%-26s %12s%s%s\n", figure->name, value, pure ? "" : " ",
               pure ? "" : figure->unit);
    }
    if (answer->n_stations > 0) {
        printf("\n%s", answer->n_classes > 0 ? "cl.stat" : "station");
        for (int k = 0; k < N_STATION_FIELDS; k++) {
            printf(" %14s", STATION_FIELDS[k]);
        }
        printf("\n");
    }
    for (size_t i = 0; i < answer->n_stations; i++) {
        station_values(&answer->stations[i], values);
        if (answer->n_classes > 0) {
            char label[32];
            size_t per_class = answer->n_stations / answer->n_classes;
            snprintf(label, sizeof label, "%zu.%zu", i / per_class + 1, i % per_class + 1);
            printf("%7s", label);
        } else {
            printf("%7zu", i + 1);
        }
        for (int k = 0; k < N_STATION_FIELDS; k++) {
            printf(" %14.8g", values[k]);
        }
        printf("\n");
    }
}

static void print_table(const struct hanse_queue_table *table)
{
    printf("\n");
    for (size_t k = 0; k < table->n_columns; k++) {
        printf("%s%14s", k > 0 ? " " : "", table->columns[k]);
    }
    printf("\n");
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            double value = table->cells[i * table->n_columns + k];
            char text[32] = "unknown";
            if (!isnan(value)) {
                snprintf(text, sizeof text, "%.8g", value);
            }
            printf("%s%14s", k > 0 ? " " : "", text);
        }
        printf("\n");
    }
}

/* JSON has no NaN: what has no value is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static json_t *inputs_as_json(const struct hanse_queue_model *model,
                              const struct hanse_queue_query *query)
{
    json_t *inputs = json_object();
    const enum hanse_queue_key *lists[] = {model->needed, model->optional};
    for (size_t i = 0; i < 2; i++) {
        for (const enum hanse_queue_key *key = lists[i]; *key != HANSE_QUEUE_END; key++) {
            enum hanse_cli_type type = hanse_queue_keys[*key].type;
            json_t *value = type == HANSE_CLI_NUMBER    ? number(query->number[*key])
                            : type == HANSE_CLI_INTEGER ? count(query->count[*key])
                            : type == HANSE_CLI_FLAG    ? json_boolean(query->flag[*key])
                            : query->text[*key]         ? json_string(query->text[*key])
                                                        : json_null();
            json_object_set_new(inputs, hanse_queue_keys[*key].name, value);
        }
    }
    return inputs;
}

static json_t *stations_as_json(const struct hanse_queue_answer *answer)
{
    json_t *stations = json_array();
    double values[N_STATION_FIELDS];
    for (size_t i = 0; i < answer->n_stations; i++) {
        json_t *station = json_object();
        station_values(&answer->stations[i], values);
        if (answer->n_classes > 0) {
            size_t per_class = answer->n_stations / answer->n_classes;
            json_object_set_new(station, "class",
                                json_integer((json_int_t)(i / per_class) + 1));
            json_object_set_new(station, "station",
                                json_integer((json_int_t)(i % per_class) + 1));
        }
        for (int k = 0; k < N_STATION_FIELDS; k++) {
            json_object_set_new(station, STATION_FIELDS[k], number(values[k]));
        }
        json_array_append_new(stations, station);
    }
    return stations;
}

static json_t *table_as_json(const struct hanse_queue_table *table, json_t *units)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < table->n_rows; i++) {
        json_t *row = json_object();
        for (size_t k = 0; k < table->n_columns; k++) {
            json_object_set_new(row, table->columns[k],
                                number(table->cells[i * table->n_columns + k]));
        }
        json_array_append_new(rows, row);
    }
    for (size_t k = 0; k < table->n_columns; k++) {
        json_object_set_new(units, table->columns[k], json_string(table->units[k]));
    }
    return rows;
}

static void print_json(const struct hanse_queue_model *model,
                       const struct hanse_queue_query *query,
                       const struct hanse_queue_answer *answer)
{
    json_t *results = json_object(), *units = json_object();
    for (size_t i = 0; i < answer->n_figures; i++) {
        const struct hanse_queue_figure *figure = &answer->figures[i];
        json_object_set_new(results, figure->name, number(figure->value));
        json_object_set_new(units, figure->name, json_string(figure->unit));
    }
    json_t *document = json_pack("{s:s, s:o, s:o}", "model", model->name, "inputs",
                                 inputs_as_json(model, query), "results", results);
    if (answer->n_stations > 0) {
        json_object_set_new(document, "stations", stations_as_json(answer));
        for (int k = 0; k < N_STATION_FIELDS; k++) {
            json_object_set_new(units, STATION_FIELDS[k], json_string(STATION_UNITS[k]));
        }
    }
    if (answer->table.n_columns > 0) {
        json_object_set_new(document, answer->table.name, table_as_json(&answer->table, units));
    }
    json_object_set_new(document, "units", units);
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(document);
}

/* --- the subcommand --------------------------------------------------------------------------
 */

static int answer_model(const struct hanse_queue_model *model, int argc, char **argv)
{
    struct hanse_queue_query query;
    struct hanse_cli_option options[MAX_OPTIONS];
    char name[64];
    struct hanse_cli_args args;
    int status;
    set_presets(model, &query);
    size_t n = add_options(model->needed, &query, options);
    n += add_options(model->optional, &query, options + n);
    snprintf(name, sizeof name, "queue %s", model->name);
    const struct hanse_cli_usage usage = {.name = name,
                                          .operands = "",
                                          .summary = model->what,
                                          .example = model->example,
                                          .options = options,
                                          .n_options = n};
    if (!hanse_cli_parse(&usage, argc, argv, &args, &status) ||
        (status = complain_if_missing(name, model, &query)) != 0) {
        return status;
    }
    struct hanse_context *ctx = hanse_cli_context(&args);
    struct hanse_queue_answer answer = {.n_figures = 0};
    status = hanse_cli_failure(ctx, model->ask(ctx, &query, &answer));
    if (status == 0 && args.json) {
        print_json(model, &query, &answer);
    } else if (status == 0) {
        print_text(&answer);
        if (answer.table.n_columns > 0) {
            print_table(&answer.table);
        }
    }
    hanse__free(answer.table.cells);
    hanse_context_destroy(ctx);
    return status;
}

/* The model may stand after common options: `hanse queue --format json mmc …`. */
int hanse_cli_queue(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const struct hanse_queue_model *model = find_model(argv[i]);
        if (model) {
            memmove(argv + i, argv + i + 1, (size_t)(argc - i) * sizeof *argv);
            return answer_model(model, argc - 1, argv);
        }
    }
    return without_model(argc, argv);
}
