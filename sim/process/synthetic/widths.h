/*
 * How many processors a job takes: a law of whole numbers from 1 to the machine's size.
 *
 *   a law (sim/stats/variate.h)       rounded up; beyond the machine it is drawn again
 *   twostage/SERIAL/POW2/LOW/MIDDLE/HIGH/SHARE
 *                                 as in lublin.h: chance of 1, chance of a power of two, and
 *                                 the exponents' two-stage uniform law
 *   table/W:SHARE/W:SHARE…        these widths, with shares that are scaled to sum to 1
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_WIDTHS_H
#define HANSE_SIM_PROCESS_SYNTHETIC_WIDTHS_H

#include "sim/process/synthetic/lublin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_widths_kind { HANSE_WIDTHS_LAW, HANSE_WIDTHS_TWO_STAGE, HANSE_WIDTHS_TABLE };

struct hanse_widths {
    enum hanse_widths_kind kind;
    uint32_t processors;
    struct hanse_variate law;
    struct hanse_lublin two_stage; /* its one class */
    uint32_t n;                    /* table, rising */
    uint32_t *width;
    double *below; /* n + 1: share below row i */
};

/* hanse_widths_fini afterwards. HANSE_ERR_INPUT, HANSE_ERR_DOMAIN. */
HANSE_API enum hanse_status hanse_widths_parse(struct hanse_context *ctx, const char *text,
                                               uint32_t processors,
                                               struct hanse_widths *widths);
HANSE_API void hanse_widths_fini(struct hanse_widths *widths);

/* P(width = w). */
HANSE_API double hanse_widths_share(const struct hanse_widths *widths, uint32_t width);
/* P(width < w). */
HANSE_API double hanse_widths_below(const struct hanse_widths *widths, uint32_t width);
HANSE_API double hanse_widths_mean(const struct hanse_widths *widths);
HANSE_API uint32_t hanse_widths_draw(const struct hanse_widths *widths,
                                     struct hanse_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
