/* `hanse catalog`: the reference tables, readable, with what each figure stands on. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/options.h"
#include "cli/table.h"
#include "scripting/library.h"

/* The columns of the overview, in order; "low..high" joins two into a range. The first is the
 * name by which a row is asked for. */
struct view {
    const char *table, *alias, *what;
    const char *columns[12];
};

#define LONG_VIEW "subject", "metric", "setting", "value", "low..high", "text", "unit", "period"
static const struct view VIEWS[] = {
    {"accelerators",
     "devices",
     "devices: peaks, memory, power, price, export metrics",
     {"id", "release_year", "peak_bf16_dense_tflops", "mem_gib", "mem_bw_gbs", "tdp_w",
      "price_usd_low..price_usd_high", "tpp", "performance_density", "export_class"}},
    {"regions",
     "energy",
     "countries: people, electricity, carbon, data centres",
     {"id", "country", "population", "electricity_price_usd_kwh", "carbon_intensity_g_kwh",
      "low_carbon_share", "pue_model", "dc_capacity_mw", "ai_diffusion_tier"}},
    {"export_rules",
     "exports",
     "export-control measures with dates and status",
     {"id", "date_effective", "date_ended", "instrument", "effect_type", "status"}},
    {"export_thresholds",
     "thresholds",
     "numbers those measures turn on",
     {"rule", "limb", "metric", "low..high", "text", "unit"}},
    {"reliability", "failures", "failures, availability, outages, lead times", {LONG_VIEW}},
    {"workloads", "demand", "request traces, cluster jobs, prompts and tokens", {LONG_VIEW}},
    {"measured_performance",
     "performance",
     "measured rates, tokens per second, power",
     {"subject", "devices", "kernel", "precision", "metric", "value", "low..high", "text",
      "unit", "setting"}},
    {"models",
     "transformers",
     "language models: layers, widths, experts",
     {"id", "label", "layers", "hidden", "heads", "kv_heads", "ffn", "vocabulary", "experts",
      "experts_used", "parameters"}},
    {"engines",
     NULL,
     "serving engines: what they add to a device's time",
     {"id", "label", "step_ms", "layer_ms", "factor", "gap_ms", "request_ms", "log_sd",
      "fitted_device", "fitted_model", "points"}},
    {"consortia", "prices", "cost shares, programmes, cloud and API prices", {LONG_VIEW}},
    {"networks", NULL, "decentralised compute networks", {LONG_VIEW}},
    {"verification", NULL, "what checking strangers' work costs", {LONG_VIEW}},
    {"money", "currencies", "exchange rates", {LONG_VIEW}},
    {"hour_of_week",
     "week",
     "how calls spread over the week",
     {"hour", "day", "hour_of_day", "value"}},
};
enum { N_VIEWS = sizeof VIEWS / sizeof *VIEWS, MAX_VIEW = 12, MAX_WIDTH = 44, MAX_NOTES = 64 };

/* One letter per mark, printed behind a figure. */
static const struct {
    const char *mark, *letter;
} LETTERS[] = {{"primary", "P"}, {"press", "N"},      {"aggregator", "A"},
               {"derived", "D"}, {"assumption", "S"}, {"unverified", "?"}};
#define LEGEND                                                                                 \
    "Marks: P primary, N press, A aggregator, D derived, S assumption, ? unverified "          \
    "(recalled)"

static const char *letter_of(const char *mark)
{
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++) {
        if (strcmp(LETTERS[i].mark, mark) == 0) {
            return LETTERS[i].letter;
        }
    }
    return " ";
}

static const struct view *find_view(const char *name)
{
    const char *names[2 * N_VIEWS];
    size_t n = 0;
    for (size_t i = 0; i < N_VIEWS; i++) {
        const char *alias = VIEWS[i].alias;
        if (strcmp(VIEWS[i].table, name) == 0 || (alias && strcmp(alias, name) == 0)) {
            return &VIEWS[i];
        }
        names[n++] = VIEWS[i].table;
        if (alias) {
            names[n++] = alias;
        }
    }
    const char *near = hanse__nearest(name, names, n);
    if (near != NULL) {
        hanse_cli_bad_usage("catalog", "no table '%s', did you mean '%s'?", name, near);
    } else {
        hanse_cli_bad_usage("catalog", "no table '%s'", name);
    }
    return NULL;
}

/* --- choosing rows --------------------------------------------------------------------- */

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i])) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return n == 0;
}

/* A row is meant by its key, the key's beginning or any part of its other names. */
static bool row_matches(const struct hanse_table *table, size_t row, const char *wanted)
{
    static const char *const NAMES[] = {"id",      "name",     "country", "rule",
                                        "subject", "category", "day"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (contains(hanse_table_cell(table, row, NAMES[i]), wanted)) {
            return true;
        }
    }
    return false;
}

/* Marks the rows that are wanted; an exact key wins over parts of names. */
static size_t choose(const struct hanse_table *table, const char *key, const char *wanted,
                     bool *chosen)
{
    size_t exact = 0, n = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        chosen[row] = wanted == NULL || strcmp(hanse_table_cell(table, row, key), wanted) == 0;
        exact += chosen[row];
    }
    for (size_t row = 0; row < table->n_rows && exact == 0; row++) {
        chosen[row] = row_matches(table, row, wanted);
        n += chosen[row];
    }
    return exact + n;
}

static int no_such_row(struct hanse_context *ctx, const struct hanse_table *table,
                       const char *key, const char *wanted)
{
    const char **names = hanse__alloc(ctx, table->n_rows, sizeof *names);
    if (names == NULL) {
        return hanse_cli_failure(ctx, HANSE_ERR_MEMORY);
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        names[row] = hanse_table_cell(table, row, key);
    }
    const char *near = hanse__nearest(wanted, names, table->n_rows);
    if (near != NULL) {
        hanse_cli_bad_usage("catalog", "%s: nothing is called '%s', did you mean '%s'?",
                            table->name, wanted, near);
    } else {
        hanse_cli_bad_usage("catalog", "%s: nothing is called '%s'", table->name, wanted);
    }
    hanse__free(names);
    return 2;
}

/* --- text ------------------------------------------------------------------------------ */

/* What a cell of the overview shows: the text of a column or "low..high". */
static void cell_text(const struct hanse_table *table, size_t row, const char *column,
                      char *text, size_t size)
{
    const char *dots = strstr(column, "..");
    if (dots == NULL) {
        snprintf(text, size, "%s", hanse_table_cell(table, row, column));
        return;
    }
    char first[64];
    snprintf(first, sizeof first, "%.*s", (int)(dots - column), column);
    const char *low = hanse_table_cell(table, row, first);
    const char *high = hanse_table_cell(table, row, dots + 2);
    if (strcmp(low, high) == 0) {
        snprintf(text, size, "%s", low);
    } else {
        snprintf(text, size, "%s..%s", low, high);
    }
}

static bool is_figure(const struct hanse_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        size_t n = strcspn(column, ".");
        if (strncmp(table->columns[i].name, column, n) == 0 &&
            table->columns[i].name[n] == '\0') {
            return table->columns[i].number;
        }
    }
    return false;
}

/* A figure in a wide table carries its own mark; in a long one the row has a column for it. */
static const char *mark_of(const struct hanse_table *table, size_t row, const char *column)
{
    char first[64];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(column, "."), column);
    return letter_of(hanse_table_standing(table, row, first, "evidence"));
}

/* Columns of a terminal that a UTF-8 text takes, one per character. */
static int width_of(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return n;
}

static void print_cell(const char *text, int width, bool right)
{
    int n = width_of(text), take = 0, at = 0;
    if (n > width) {
        while (take < width - 1 || ((unsigned char)text[at] & 0xC0) == 0x80) {
            take += ((unsigned char)text[at] & 0xC0) != 0x80;
            at++;
        }
        printf("%.*s…", at, text);
        return;
    }
    printf("%*s%s%*s", right ? width - n : 0, "", text, right ? 0 : width - n, "");
}

static int column_width(const struct hanse_table *table, const char *column, const bool *chosen)
{
    char text[512];
    int width = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (chosen[row]) {
            cell_text(table, row, column, text, sizeof text);
            int n = width_of(text);
            width = n > width ? n : width;
        }
    }
    int head = width_of(column);
    width = width > 0 && head > width ? head : width;
    return width > MAX_WIDTH ? MAX_WIDTH : width;
}

static void print_overview(const struct hanse_table *table, const struct view *view,
                           const bool *chosen, bool sources)
{
    int widths[MAX_VIEW], n = 0;
    bool wide = strcmp(view->columns[0], "id") == 0;
    while (n < MAX_VIEW && view->columns[n] != NULL) {
        widths[n] = column_width(table, view->columns[n], chosen);
        n++;
    }
    for (int i = 0; i < n; i++) {
        bool figure = is_figure(table, view->columns[i]);
        if (widths[i] > 0) {
            print_cell(view->columns[i], widths[i], figure);
            fputs(wide && figure ? "    " : "  ", stdout);
        }
    }
    puts(wide ? "" : sources ? "mark  source" : "mark");
    for (size_t row = 0; row < table->n_rows; row++) {
        for (int i = 0; i < n && chosen[row]; i++) {
            char text[512];
            bool figure = is_figure(table, view->columns[i]);
            cell_text(table, row, view->columns[i], text, sizeof text);
            if (widths[i] > 0) {
                print_cell(text, widths[i], figure);
                if (wide && figure) {
                    printf(" %s", text[0] ? mark_of(table, row, view->columns[i]) : " ");
                }
                fputs("  ", stdout);
            }
        }
        if (chosen[row]) {
            const char *letter = letter_of(hanse_table_cell(table, row, "evidence"));
            const char *source = sources ? hanse_table_cell(table, row, "source") : "";
            printf(wide ? "%.0s%s\n" : sources ? "%-4s  %s\n" : "%s%s\n", letter, source);
        }
    }
    puts("\n" LEGEND);
}

/* Number of `source` among the notes, which grow by it when it is new. */
static size_t note_number(const char **notes, size_t *n_notes, const char *source)
{
    size_t i = 0;
    while (i < *n_notes && strcmp(notes[i], source) != 0) {
        i++;
    }
    if (i == *n_notes && i < MAX_NOTES) {
        notes[(*n_notes)++] = source;
    }
    return i + 1;
}

/* Everything that is known of one row, a line per column, sources numbered below. */
static void print_details(const struct hanse_table *table, size_t row)
{
    const char *notes[MAX_NOTES];
    size_t n_notes = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct hanse_table_column *column = &table->columns[i];
        const char *text = table->cells[row * table->n_columns + i];
        char value[512];
        if (text[0] == '\0' || column->standing) {
            continue;
        }
        const char *unit = strcmp(column->unit, "1") == 0 ? "" : column->unit;
        snprintf(value, sizeof value, "%s %s", text, unit);
        printf("%-26s %-24s", column->name, value);
        if (column->number) {
            printf(" %-10s [%zu]", hanse_table_standing(table, row, column->name, "evidence"),
                   note_number(notes, &n_notes,
                               hanse_table_standing(table, row, column->name, "source")));
        }
        putchar('\n');
    }
    printf("%-26s %-24s %-10s [%zu]\n\n", "row", "", hanse_table_cell(table, row, "evidence"),
           note_number(notes, &n_notes, hanse_table_cell(table, row, "source")));
    for (size_t i = 0; i < n_notes; i++) {
        printf("[%zu] %s\n", i + 1, notes[i]);
    }
}

/* --- machine-readable ------------------------------------------------------------------ */

static void print_csv_field(const char *text, const char *end)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        printf("%s%s", text, end);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            putchar('"');
        }
        putchar(*text);
    }
    printf("\"%s", end);
}

static void print_csv(const struct hanse_table *table, const bool *chosen)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        print_csv_field(table->columns[i].name, i + 1 < table->n_columns ? "," : "\n");
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t i = 0; i < table->n_columns && chosen[row]; i++) {
            print_csv_field(table->cells[row * table->n_columns + i],
                            i + 1 < table->n_columns ? "," : "\n");
        }
    }
}

static json_t *row_as_json(const struct hanse_table *table, size_t row)
{
    json_t *object = json_object();
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *text = table->cells[row * table->n_columns + i];
        double value;
        if (text[0] == '\0') {
            continue;
        }
        json_object_set_new(object, table->columns[i].name,
                            table->columns[i].number && hanse_cli_number(text, &value)
                                ? json_real(value)
                                : json_string(text));
    }
    return object;
}

static int print_json(const struct hanse_table *table, const bool *chosen)
{
    json_t *rows = json_array(), *units = json_object();
    for (size_t row = 0; row < table->n_rows; row++) {
        if (chosen[row]) {
            json_array_append_new(rows, row_as_json(table, row));
        }
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].unit[0] != '\0') {
            json_object_set_new(units, table->columns[i].name,
                                json_string(table->columns[i].unit));
        }
    }
    json_t *document =
        json_pack("{s:s, s:o, s:o}", "table", table->name, "units", units, "rows", rows);
    if (document == NULL) {
        fprintf(stderr, "hanse catalog: out of memory\n");
        return 3;
    }
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(document);
    return 0;
}

/* --- the command ----------------------------------------------------------------------- */

static int list_tables(bool json)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < N_VIEWS; i++) {
        if (json) {
            json_array_append_new(tables, json_pack("{s:s, s:s}", "table", VIEWS[i].table,
                                                    "what", VIEWS[i].what));
        } else {
            printf("%-22s %-13s %s\n", VIEWS[i].table, VIEWS[i].alias ? VIEWS[i].alias : "",
                   VIEWS[i].what);
        }
    }
    if (json) {
        json_dumpf(tables, stdout, JSON_INDENT(1));
        putchar('\n');
    }
    json_decref(tables);
    return 0;
}

struct request {
    const char *wanted; /* NULL: all rows */
    bool csv, sources, json;
};

/* Devices that a rule controls, and those it might: a metric that would decide isn't known. */
static void print_controlled(const struct hanse_table *thresholds, const char *rule,
                             const struct hanse_table *devices)
{
    static const struct {
        enum hanse_caught caught;
        const char *heading;
    } LISTS[] = {{HANSE_CAUGHT, "controls:  "},
                 {HANSE_CAUGHT_UNKNOWN, "may control, the die area not being known:  "}};
    for (size_t l = 0; l < sizeof LISTS / sizeof *LISTS; l++) {
        size_t n = 0;
        for (size_t row = 0; row < devices->n_rows; row++) {
            if (hanse_cli_export_catches(thresholds, rule, devices, row) == LISTS[l].caught) {
                fputs(n > 0 ? ", " : LISTS[l].heading, stdout);
                n++;
                printf("%s", hanse_table_cell(devices, row, "id"));
            }
        }
        printf("%s", n > 0 ? "\n" : "");
    }
}

/* What a rule's thresholds mean for the catalogue. */
static int print_exports(struct hanse_context *ctx, const char *folder, const char *rule)
{
    struct hanse_table thresholds, devices;
    if (hanse_table_read(ctx, folder, "export_thresholds", &thresholds) != HANSE_OK) {
        return hanse_cli_failure(ctx, HANSE_ERR_IO);
    }
    if (!hanse_cli_export_on_devices(&thresholds, rule)) {
        puts("\ncontrols no device by itself: it is about places, sums or tools");
        hanse_table_fini(&thresholds);
        return 0;
    }
    if (hanse_table_read(ctx, folder, "accelerators", &devices) != HANSE_OK) {
        hanse_table_fini(&thresholds);
        return hanse_cli_failure(ctx, HANSE_ERR_IO);
    }
    puts("\nBy their metrics, of the devices in the catalogue it");
    print_controlled(&thresholds, rule, &devices);
    hanse_table_fini(&devices);
    hanse_table_fini(&thresholds);
    return 0;
}

static int print_rows(struct hanse_context *ctx, const struct hanse_table *table,
                      const char *folder, const struct view *view,
                      const struct request *request)
{
    bool *chosen = hanse__alloc(ctx, table->n_rows + 1, sizeof *chosen);
    if (chosen == NULL) {
        return hanse_cli_failure(ctx, HANSE_ERR_MEMORY);
    }
    int status = 0;
    size_t n = choose(table, view->columns[0], request->wanted, chosen);
    if (n == 0) {
        status = no_such_row(ctx, table, view->columns[0], request->wanted);
    } else if (request->csv) {
        print_csv(table, chosen);
    } else if (request->json) {
        status = print_json(table, chosen);
    } else if (n == 1 && request->wanted != NULL) {
        size_t row = 0;
        while (!chosen[row]) {
            row++;
        }
        print_details(table, row);
        if (strcmp(view->table, "export_rules") == 0) {
            status = print_exports(ctx, folder, hanse_table_cell(table, row, "id"));
        }
    } else {
        print_overview(table, view, chosen, request->sources);
    }
    hanse__free(chosen);
    return status;
}

static int show(struct hanse_context *ctx, const struct view *view,
                const struct request *request)
{
    char folder[4096];
    struct hanse_table table;
    enum hanse_status status = hanse_library_find(ctx, folder, sizeof folder - 16);
    if (status == HANSE_OK) {
        strcat(folder, "/reference");
        status = hanse_table_read(ctx, folder, view->table, &table);
    }
    if (status != HANSE_OK) {
        return hanse_cli_failure(ctx, status);
    }
    int exit_status = print_rows(ctx, &table, folder, view, request);
    hanse_table_fini(&table);
    return exit_status;
}

int hanse_cli_catalog(int argc, char **argv)
{
    struct request request = {0};
    const struct hanse_cli_option options[] = {
        {"csv", 0, HANSE_CLI_FLAG, &request.csv, NULL, "print rows as comma-separated text"},
        {"sources", 0, HANSE_CLI_FLAG, &request.sources, NULL, "print the source of each row"},
    };
    const struct hanse_cli_usage usage = {
        .name = "catalog",
        .operands = "[TABLE [NAME]]",
        .max_operands = 2,
        .summary = "Prints the reference tables, each figure with the mark of its evidence.\n"
                   "Without a table it lists them; with a name it shows the rows it fits.",
        .example = "hanse catalog accelerators h100_sxm5_80gb\n"
                   "hanse catalog reliability Llama --sources",
        .options = options,
        .n_options = sizeof options / sizeof *options};
    struct hanse_cli_args args;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    request.json = args.json;
    if (args.n_operands == 0) {
        return list_tables(args.json);
    }
    const struct view *view = find_view(args.operands[0]);
    if (view == NULL) {
        return 2;
    }
    request.wanted = args.n_operands > 1 ? args.operands[1] : NULL;
    struct hanse_context *ctx = hanse_cli_context(&args);
    exit_status = show(ctx, view, &request);
    hanse_context_destroy(ctx);
    return exit_status;
}
