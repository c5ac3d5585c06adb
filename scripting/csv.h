/*
 * Tables: comma-separated text after RFC 4180, header first.
 *
 * The reference tables are data people edit by hand and argue about, so a damaged one must be
 * refused with the line it is damaged on: a row that is too short, a quote that is never
 * closed, two columns of one name. Nothing is guessed: no separator, no type, no trimming.
 * CR LF and a byte-order mark are accepted, quoted fields may hold commas, doubled quotes and
 * line breaks, blank lines between rows are skipped.
 *
 *     struct hanse_csv *csv;
 *     HANSE_TRY(hanse_csv_open(ctx, "scenarios/reference/regions.csv", &csv));
 *     int column = hanse_csv_column(csv, "population");
 *     enum hanse_status status;
 *     while ((status = hanse_csv_next(csv)) == HANSE_OK && hanse_csv_fields(csv) != NULL) {
 *         puts(hanse_csv_fields(csv)[column]);
 *     }
 *     hanse_csv_destroy(csv);
 *
 * A table is read by one thread at a time and uses its context until it is destroyed.
 */
#ifndef HANSE_SCRIPTING_CSV_H
#define HANSE_SCRIPTING_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_csv;

/* Opens the table at PATH and reads its header. The whole file is held in memory, up to
 * 64 MiB. Errors: HANSE_ERR_IO when it cannot be read, HANSE_ERR_INPUT as "path:line: …". */
enum hanse_status hanse_csv_open(struct hanse_context *ctx, const char *path,
                                 struct hanse_csv **csv);

/* As _open, on a copy of `length` bytes of text; `name` stands for the path in messages. */
enum hanse_status hanse_csv_from_text(struct hanse_context *ctx, const char *name,
                                      const char *text, size_t length, struct hanse_csv **csv);
void hanse_csv_destroy(struct hanse_csv *csv);

/* The header. Names live as long as the table. */
size_t hanse_csv_n_columns(const struct hanse_csv *csv);
const char *const *hanse_csv_columns(const struct hanse_csv *csv);

/* Number of the column called `name`, -1 when there is none. */
int hanse_csv_column(const struct hanse_csv *csv, const char *name);

/* Moves to the next row. HANSE_OK at the end of the table too: then _fields is NULL. */
enum hanse_status hanse_csv_next(struct hanse_csv *csv);

/* The row's fields, as many as columns, valid while the table lives; NULL past the end. */
const char *const *hanse_csv_fields(const struct hanse_csv *csv);

/* First line of the current row (the header is on line 1 of most files). */
size_t hanse_csv_line(const struct hanse_csv *csv);

/* The text as it was read, for provenance. */
void hanse_csv_text(const struct hanse_csv *csv, const char **text, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
