#include "sim/process/synthetic/widths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- table -------------------------------------------------------------------------------- */

struct row {
    uint32_t width;
    double share;
};

static int by_width(const void *a, const void *b)
{
    uint32_t x = ((const struct row *)a)->width, y = ((const struct row *)b)->width;
    return (x > y) - (x < y);
}

static enum hanse_status read_row(struct hanse_context *ctx, const char *text, const char **at,
                                  uint32_t processors, struct row *row)
{
    char *end;
    double width = strtod(*at + 1, &end);
    double share = *end == ':' ? strtod(end + 1, &end) : NAN;
    if (!(share >= 0.0) || !isfinite(share) || (*end != '/' && *end != '\0')) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "width '%s': must be table/WIDTH:SHARE/WIDTH:SHARE…, got '%.*s'",
                           text, (int)strcspn(*at + 1, "/"), *at + 1);
    }
    if (!(width >= 1.0 && width <= processors) || width != floor(width)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "width: must be a whole number from 1 to %u, got %g", processors,
                           width);
    }
    *row = (struct row){(uint32_t)width, share};
    *at = end;
    return HANSE_OK;
}

static enum hanse_status fill_table(struct hanse_context *ctx, struct row *rows, uint32_t n,
                                    struct hanse_widths *widths)
{
    double sum = 0.0;
    qsort(rows, n, sizeof *rows, by_width);
    for (uint32_t i = 0; i < n; i++) {
        sum += rows[i].share;
        if (i > 0 && rows[i].width == rows[i - 1].width) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "width: %u is in the table twice",
                               rows[i].width);
        }
    }
    if (!(sum > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "width: the shares' sum must be > 0, got %g",
                           sum);
    }
    widths->width = hanse__alloc(ctx, n, sizeof *widths->width);
    widths->below = hanse__alloc(ctx, (size_t)n + 1, sizeof *widths->below);
    if (widths->width == NULL || widths->below == NULL) {
        return HANSE_ERR_MEMORY;
    }
    widths->n = n;
    for (uint32_t i = 0; i < n; i++) {
        widths->width[i] = rows[i].width;
        widths->below[i + 1] = widths->below[i] + rows[i].share / sum;
    }
    widths->below[n] = 1.0;
    return HANSE_OK;
}

static enum hanse_status parse_table(struct hanse_context *ctx, const char *text,
                                     struct hanse_widths *widths)
{
    uint32_t n = 0, most = 1;
    for (const char *mark = text; *mark; mark++) {
        most += *mark == '/';
    }
    struct row *rows = hanse__alloc(ctx, most, sizeof *rows);
    if (rows == NULL) {
        return HANSE_ERR_MEMORY;
    }
    const char *at = text + strlen("table");
    enum hanse_status status = HANSE_OK;
    do {
        status = read_row(ctx, text, &at, widths->processors, &rows[n++]);
    } while (status == HANSE_OK && *at == '/');
    if (status == HANSE_OK) {
        status = fill_table(ctx, rows, n, widths);
    }
    hanse__free(rows);
    return status;
}

/* --- two stages --------------------------------------------------------------------------- */

static enum hanse_status parse_two_stage(struct hanse_context *ctx, const char *text,
                                         struct hanse_widths *widths)
{
    double numbers[6];
    const char *at = text + strlen("twostage");
    for (int i = 0; i < 6; i++) {
        char *end = NULL;
        numbers[i] = *at == '/' ? strtod(at + 1, &end) : NAN;
        if (*at != '/' || end == at + 1 || *end != (i < 5 ? '/' : '\0')) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "width '%s': must be twostage/SERIAL/POW2/LOW/MIDDLE/HIGH/SHARE",
                               text);
        }
        at = end;
    }
    HANSE_TRY(hanse_lublin_standard(ctx, widths->processors, HANSE_LUBLIN_ONE_CLASS,
                                    &widths->two_stage));
    struct hanse_lublin_class *c = &widths->two_stage.classes[0];
    c->serial_share = numbers[0];
    c->pow2_share = numbers[1];
    c->u_low = numbers[2];
    c->u_middle = numbers[3];
    c->u_high = numbers[4];
    c->u_share = numbers[5];
    HANSE_TRY(hanse_lublin_check(ctx, &widths->two_stage));
    return c->u_low < log2(widths->processors)
               ? HANSE_OK
               : hanse__fail(ctx, HANSE_ERR_DOMAIN,
                             "width: u_low must be below log2 of the %u processors, got %g",
                             widths->processors, c->u_low);
}

/* --- all ---------------------------------------------------------------------------------- */

static enum hanse_status parse_law(struct hanse_context *ctx, const char *text,
                                   struct hanse_widths *widths)
{
    HANSE_TRY(hanse_variate_parse(ctx, text, &widths->law));
    double fits = hanse_variate_at_most(&widths->law, widths->processors);
    return fits >= 0.01 ? HANSE_OK
                        : hanse__fail(ctx, HANSE_ERR_DOMAIN,
                                      "width: at least 1 %% of the law must lie within the %u "
                                      "processors, got %g %%",
                                      widths->processors, 100.0 * fits);
}

enum hanse_status hanse_widths_parse(struct hanse_context *ctx, const char *text,
                                     uint32_t processors, struct hanse_widths *widths)
{
    *widths = (struct hanse_widths){.processors = processors};
    if (processors < 1) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "width: processors must be >= 1, got 0");
    }
    enum hanse_status status;
    if (strncmp(text, "table/", 6) == 0) {
        widths->kind = HANSE_WIDTHS_TABLE;
        status = parse_table(ctx, text, widths);
    } else if (strncmp(text, "twostage", 8) == 0) {
        widths->kind = HANSE_WIDTHS_TWO_STAGE;
        status = parse_two_stage(ctx, text, widths);
    } else {
        status = parse_law(ctx, text, widths);
    }
    if (status != HANSE_OK) {
        hanse_widths_fini(widths);
    }
    return status;
}

void hanse_widths_fini(struct hanse_widths *widths)
{
    hanse_variate_fini(&widths->law);
    hanse__free(widths->width);
    hanse__free(widths->below);
    widths->width = NULL;
    widths->below = NULL;
}

static uint32_t row_of(const struct hanse_widths *widths, double u)
{
    uint32_t low = 0, high = widths->n;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (widths->below[middle] <= u) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static double table_share(const struct hanse_widths *widths, uint32_t width)
{
    for (uint32_t i = 0; i < widths->n; i++) {
        if (widths->width[i] == width) {
            return widths->below[i + 1] - widths->below[i];
        }
    }
    return 0.0;
}

double hanse_widths_share(const struct hanse_widths *widths, uint32_t width)
{
    if (width < 1 || width > widths->processors) {
        return 0.0;
    }
    if (widths->kind == HANSE_WIDTHS_TABLE) {
        return table_share(widths, width);
    }
    if (widths->kind == HANSE_WIDTHS_TWO_STAGE) {
        return hanse_lublin_width_share(&widths->two_stage, &widths->two_stage.classes[0],
                                        width);
    }
    double under = width > 1 ? hanse_variate_at_most(&widths->law, width - 1.0) : 0.0;
    return (hanse_variate_at_most(&widths->law, width) - under) /
           hanse_variate_at_most(&widths->law, widths->processors);
}

double hanse_widths_below(const struct hanse_widths *widths, uint32_t width)
{
    double below = 0.0;
    if (widths->kind == HANSE_WIDTHS_TABLE) {
        for (uint32_t i = 0; i < widths->n && widths->width[i] < width; i++) {
            below = widths->below[i + 1];
        }
        return below;
    }
    if (widths->kind == HANSE_WIDTHS_LAW) {
        return width > 1 ? hanse_variate_at_most(&widths->law, width - 1.0) /
                               hanse_variate_at_most(&widths->law, widths->processors)
                         : 0.0;
    }
    for (uint32_t w = 1; w < width; w++) {
        below += hanse_widths_share(widths, w);
    }
    return below;
}

double hanse_widths_mean(const struct hanse_widths *widths)
{
    double mean = 0.0;
    if (widths->kind == HANSE_WIDTHS_TABLE) {
        for (uint32_t i = 0; i < widths->n; i++) {
            mean += (widths->below[i + 1] - widths->below[i]) * widths->width[i];
        }
        return mean;
    }
    for (uint32_t width = 1; width <= widths->processors; width++) {
        mean += hanse_widths_share(widths, width) * width;
    }
    return mean;
}

uint32_t hanse_widths_draw(const struct hanse_widths *widths, struct hanse_stream *stream)
{
    if (widths->kind == HANSE_WIDTHS_TABLE) {
        return widths->width[row_of(widths, hanse_stream_uniform(stream))];
    }
    if (widths->kind == HANSE_WIDTHS_TWO_STAGE) {
        return hanse_lublin_draw_width(&widths->two_stage, &widths->two_stage.classes[0],
                                       stream);
    }
    double drawn;
    do {
        drawn = hanse_variate_draw(&widths->law, stream);
    } while (drawn > widths->processors);
    return (uint32_t)fmax(1.0, ceil(drawn));
}
