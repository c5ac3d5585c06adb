#include "cli/table.h"

#include <stdio.h>
#include <string.h>

#include "cli/options.h"

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), m = strlen(tail);
    return n >= m && strcmp(text + n - m, tail) == 0;
}

static bool is_standing(const char *column)
{
    return strcmp(column, "source") == 0 || strcmp(column, "evidence") == 0 ||
           strcmp(column, "accessed") == 0 || ends_with(column, "_source") ||
           ends_with(column, "_evidence");
}

static void describe(struct hanse_table *table, const char *const *fields, const int *at)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        struct hanse_table_column *column = &table->columns[i];
        if (strcmp(fields[at[0]], table->name) == 0 &&
            strcmp(fields[at[1]], column->name) == 0) {
            column->number = strcmp(fields[at[2]], "number") == 0;
            column->unit = fields[at[3]];
            column->doc = fields[at[4]];
        }
    }
}

static enum hanse_status read_descriptions(struct hanse_context *ctx, const char *folder,
                                           struct hanse_table *table)
{
    static const char *const NEEDED[] = {"table", "column", "type", "unit", "doc"};
    int at[5];
    char path[4096];
    snprintf(path, sizeof path, "%s/columns.csv", folder);
    HANSE_TRY(hanse_csv_open(ctx, path, &table->described));
    for (int i = 0; i < 5; i++) {
        at[i] = hanse_csv_column(table->described, NEEDED[i]);
        if (at[i] < 0) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "%s:1: needs a column '%s'", path,
                               NEEDED[i]);
        }
    }
    for (;;) {
        HANSE_TRY(hanse_csv_next(table->described));
        const char *const *fields = hanse_csv_fields(table->described);
        if (fields == NULL) {
            return HANSE_OK;
        }
        describe(table, fields, at);
    }
}

static enum hanse_status read_rows(struct hanse_context *ctx, struct hanse_table *table)
{
    size_t capacity = 0, n = table->n_columns;
    for (;;) {
        HANSE_TRY(hanse_csv_next(table->csv));
        const char *const *fields = hanse_csv_fields(table->csv);
        if (fields == NULL) {
            return HANSE_OK;
        }
        HANSE_TRY(hanse__reserve(ctx, &table->cells, &capacity, (table->n_rows + 1) * n,
                                 sizeof *table->cells));
        memcpy(table->cells + table->n_rows++ * n, fields, n * sizeof *fields);
    }
}

static enum hanse_status read_all(struct hanse_context *ctx, const char *folder,
                                  struct hanse_table *table)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.csv", folder, table->name);
    HANSE_TRY(hanse_csv_open(ctx, path, &table->csv));
    table->n_columns = hanse_csv_n_columns(table->csv);
    table->columns = hanse__alloc(ctx, table->n_columns, sizeof *table->columns);
    if (table->columns == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *name = hanse_csv_columns(table->csv)[i];
        table->columns[i] = (struct hanse_table_column){
            .name = name, .unit = "", .doc = "", .standing = is_standing(name)};
    }
    HANSE_TRY(read_descriptions(ctx, folder, table));
    return read_rows(ctx, table);
}

enum hanse_status hanse_table_read(struct hanse_context *ctx, const char *folder,
                                   const char *name, struct hanse_table *table)
{
    *table = (struct hanse_table){.name = name};
    enum hanse_status status = read_all(ctx, folder, table);
    if (status != HANSE_OK) {
        hanse_table_fini(table);
    }
    return status;
}

void hanse_table_fini(struct hanse_table *table)
{
    hanse_csv_destroy(table->csv);
    hanse_csv_destroy(table->described);
    hanse__free(table->columns);
    hanse__free(table->cells);
    *table = (struct hanse_table){0};
}

const char *hanse_table_cell(const struct hanse_table *table, size_t row, const char *column)
{
    int at = hanse_csv_column(table->csv, column);
    return at < 0 ? "" : table->cells[row * table->n_columns + (size_t)at];
}

double hanse_table_number(const struct hanse_table *table, size_t row, const char *column)
{
    double number = 0.0;
    return hanse_cli_number(hanse_table_cell(table, row, column), &number) ? number : 0.0;
}

const char *hanse_table_standing(const struct hanse_table *table, size_t row,
                                 const char *column, const char *what)
{
    char key[256];
    snprintf(key, sizeof key, "%s_%s", column, what);
    const char *own = hanse_table_cell(table, row, key);
    return own[0] != '\0' ? own : hanse_table_cell(table, row, what);
}
