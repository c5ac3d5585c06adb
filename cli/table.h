/*
 * A reference table held whole in memory, for printing.
 *
 * Every figure's standing is either in a column of its own (tdp_w_evidence for tdp_w) or the
 * row's; that rule lives here and nowhere else in this folder.
 */
#ifndef HANSE_CLI_TABLE_H
#define HANSE_CLI_TABLE_H

#include "scripting/csv.h"

struct hanse_table_column {
    const char *name, *unit, *doc; /* unit "" for none */
    bool number;
    bool standing; /* evidence or source of another column, or of the row */
};

struct hanse_table {
    const char *name;
    struct hanse_csv *csv, *described; /* the table; columns.csv */
    struct hanse_table_column *columns;
    size_t n_columns;
    const char **cells; /* n_rows × n_columns */
    size_t n_rows;
};

/* Reads the table `name` of the reference folder and what columns.csv says on it. `name` must
 * outlive the table. */
enum hanse_status hanse_table_read(struct hanse_context *ctx, const char *folder,
                                   const char *name, struct hanse_table *table);
void hanse_table_fini(struct hanse_table *table);

/* The cell of a column, "" when there is no such column. */
const char *hanse_table_cell(const struct hanse_table *table, size_t row, const char *column);

/* The number in a cell, 0 where there is none. */
double hanse_table_number(const struct hanse_table *table, size_t row, const char *column);

/* Evidence or source (`what`) of a column's cell, the row's where it has none of its own. */
const char *hanse_table_standing(const struct hanse_table *table, size_t row,
                                 const char *column, const char *what);

#endif
