/*
 * One table of layer timings, line by line: its format from the header, then a timing for every
 * part of a row that is a kernel. layers.h has the formats.
 */
#ifndef HANSE_SCRIPTING_LAYERS_TABLE_H
#define HANSE_SCRIPTING_LAYERS_TABLE_H

#include "scripting/layers.h"
#include "scripting/lines.h"

enum { HANSE_LAYERS_COLUMNS = 256, HANSE_LAYERS_TEXT = 16384 };

struct hanse_timing {
    enum hanse_kernel kernel;
    enum hanse_precision precision;
    struct hanse_shape shape;
    double seconds, log_sd; /* of one call, as the table has it */
    const char *variant;    /* static */
};

enum hanse_layers_format {
    HANSE_LAYERS_VIDUR,
    HANSE_LAYERS_SUMS,
    HANSE_LAYERS_MESSAGES,
    HANSE_LAYERS_TOKENS,
    HANSE_LAYERS_SEQUENCES,
    HANSE_LAYERS_ATTENTION,
    HANSE_LAYERS_FORMATS
};

/* Zero but for the first block, which the caller fills. */
struct hanse_layers_table {
    struct hanse_context *ctx;
    const struct hanse_layers_settings *settings;
    const char *path;
    enum hanse_status (*timing)(void *self, const struct hanse_timing *timing);
    void (*message)(void *self, bool across, double bytes, double seconds);
    void *self;

    const char *what; /* the format in words */
    uint64_t rows, left_out;

    enum hanse_layers_format format;
    uint64_t line; /* being read */
    bool started;
    char header[HANSE_LAYERS_TEXT], text[HANSE_LAYERS_TEXT];
    char *names[HANSE_LAYERS_COLUMNS], *cells[HANSE_LAYERS_COLUMNS];
    int n_names;
};

enum hanse_status hanse_layers_table_line(struct hanse_layers_table *table,
                                          const struct hanse_line *line);

/* After the last line. HANSE_ERR_INPUT: there was no header, or no row. */
enum hanse_status hanse_layers_table_end(struct hanse_layers_table *table);

#endif
