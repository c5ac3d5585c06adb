#include "sim/process/synthetic/lublin.h"

#include <math.h>
#include <stdbool.h>

enum { DAY_BEGINS = 11 }; /* the half hour in which the day of the fit begins */
static const double DAY_S = 86400.0;

/* --- parameters --------------------------------------------------------------------------- */

/* m_lublin99.c; the gaps' shape is its AARR times ARAR. */
static const struct hanse_lublin_class BATCH = {.queue = 1,
                                                .serial_share = 0.2927,
                                                .pow2_share = 0.6686,
                                                .u_low = 1.2,
                                                .u_middle = 5.0,
                                                .u_high = 7.0,
                                                .u_share = 0.875,
                                                .a1 = 6.57,
                                                .b1 = 0.823,
                                                .a2 = 639.1,
                                                .b2 = 0.0156,
                                                .pa = -0.003,
                                                .pb = 0.6986,
                                                .gap_shape = 6.0415 * 1.0519,
                                                .gap_scale = 0.8531,
                                                .day_shape = 6.1271,
                                                .day_scale = 5.2740};
static const struct hanse_lublin_class INTERACTIVE = {.queue = 0,
                                                      .serial_share = 0.1541,
                                                      .pow2_share = 0.625,
                                                      .u_low = 1.0,
                                                      .u_middle = 3.0,
                                                      .u_high = 5.5,
                                                      .u_share = 0.705,
                                                      .a1 = 3.8351,
                                                      .b1 = 0.6605,
                                                      .a2 = 7.073,
                                                      .b2 = 0.6856,
                                                      .pa = -0.0118,
                                                      .pb = 0.9156,
                                                      .gap_shape = 6.5510 * 0.9797,
                                                      .gap_scale = 0.6621,
                                                      .day_shape = 8.9186,
                                                      .day_scale = 3.6680};
static const struct hanse_lublin_class ALL = {.queue = 0,
                                              .serial_share = 0.244,
                                              .pow2_share = 0.576,
                                              .u_low = 0.8,
                                              .u_middle = 4.5,
                                              .u_high = 7.0,
                                              .u_share = 0.86,
                                              .a1 = 4.2,
                                              .b1 = 0.94,
                                              .a2 = 312.0,
                                              .b2 = 0.03,
                                              .pa = -0.0054,
                                              .pb = 0.78,
                                              .gap_shape = 10.2303 * 1.0225,
                                              .gap_scale = 0.4871,
                                              .day_shape = 8.1737,
                                              .day_scale = 3.9631};

static void resize(struct hanse_lublin_class *c, uint32_t processors)
{
    double shift = log2(processors / 128.0);
    c->u_high += shift;
    c->u_low = fmin(c->u_low, c->u_high);
    c->u_middle = fmax(c->u_low, c->u_middle + shift);
}

enum hanse_status hanse_lublin_standard(struct hanse_context *ctx, uint32_t processors,
                                        enum hanse_lublin_mix mix, struct hanse_lublin *model)
{
    *model = (struct hanse_lublin){.processors = processors,
                                   .longest_s = exp(12.0),
                                   .longest_gap_s = exp(13.0),
                                   .pace = 1.0};
    if (mix == HANSE_LUBLIN_MIXED || mix == HANSE_LUBLIN_BATCH) {
        model->classes[model->n_classes++] = BATCH;
    }
    if (mix == HANSE_LUBLIN_MIXED || mix == HANSE_LUBLIN_INTERACTIVE) {
        model->classes[model->n_classes++] = INTERACTIVE;
    }
    if (mix == HANSE_LUBLIN_ONE_CLASS) {
        model->classes[model->n_classes++] = ALL;
    }
    for (uint32_t i = 0; i < model->n_classes && processors > 0; i++) {
        resize(&model->classes[i], processors);
    }
    return hanse_lublin_check(ctx, model);
}

static enum hanse_status check_class(struct hanse_context *ctx,
                                     const struct hanse_lublin_class *c)
{
    const struct {
        const char *name;
        double value;
        bool good;
    } rules[] = {
        {"serial_share must be in [0, 1]", c->serial_share,
         c->serial_share >= 0.0 && c->serial_share <= 1.0},
        {"pow2_share must be in [0, 1 - serial_share]", c->pow2_share,
         c->pow2_share >= 0.0 && c->serial_share + c->pow2_share <= 1.0 + 1e-12},
        {"u_low must be >= 0.5", c->u_low, c->u_low >= 0.5},
        {"u_middle must be >= u_low", c->u_middle, c->u_middle >= c->u_low},
        {"u_high must be >= u_middle", c->u_high, c->u_high >= c->u_middle && c->u_high <= 32},
        {"u_share must be in [0, 1]", c->u_share, c->u_share >= 0.0 && c->u_share <= 1.0},
        {"a1 must be > 0", c->a1, c->a1 > 0.0},
        {"b1 must be > 0", c->b1, c->b1 > 0.0},
        {"a2 must be > 0", c->a2, c->a2 > 0.0},
        {"b2 must be > 0", c->b2, c->b2 > 0.0},
        {"pa must be finite", c->pa, isfinite(c->pa)},
        {"pb must be finite", c->pb, isfinite(c->pb)},
        {"gap_shape must be > 0", c->gap_shape, c->gap_shape > 0.0},
        {"gap_scale must be > 0", c->gap_scale, c->gap_scale > 0.0},
        {"day_shape must be > 0", c->day_shape, c->day_shape > 0.0},
        {"day_scale must be > 0", c->day_scale, c->day_scale > 0.0},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!rules[i].good || !isfinite(rules[i].value)) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN, "lublin99: %s, got %g", rules[i].name,
                               rules[i].value);
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_lublin_check(struct hanse_context *ctx,
                                     const struct hanse_lublin *model)
{
    if (model->processors < HANSE_LUBLIN_LEAST_PROCS) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "lublin99: procs must be >= %d, got %u",
                           HANSE_LUBLIN_LEAST_PROCS, model->processors);
    }
    if (model->n_classes < 1 || model->n_classes > HANSE_LUBLIN_CLASSES) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "lublin99: must have 1 or 2 classes, got %u",
                           model->n_classes);
    }
    if (!(model->longest_s > 1.0) || !(model->longest_gap_s > 1.0) || !(model->pace > 0.0) ||
        !isfinite(model->pace) || !(model->start_s >= 0.0) || !isfinite(model->start_s)) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "lublin99: longest times must be > 1 s, pace > 0 and start >= 0, got "
            "%g s, %g s, %g and %g s",
            model->longest_s, model->longest_gap_s, model->pace, model->start_s);
    }
    for (uint32_t i = 0; i < model->n_classes; i++) {
        HANSE_TRY(check_class(ctx, &model->classes[i]));
    }
    return HANSE_OK;
}

/* --- width -------------------------------------------------------------------------------- */

static double uniform_below(double x, double low, double high)
{
    if (high > low) {
        return fmin(1.0, fmax(0.0, (x - low) / (high - low)));
    }
    return x > low ? 1.0 : 0.0;
}

/* P(exponent < x) of the two-stage uniform law. */
static double exponent_below(const struct hanse_lublin_class *c, double x)
{
    return c->u_share * uniform_below(x, c->u_low, c->u_middle) +
           (1.0 - c->u_share) * uniform_below(x, c->u_middle, c->u_high);
}

/* Beyond these exponents a width is drawn again: for powers of two, and for others. */
static double pow2_bound(const struct hanse_lublin *model)
{
    return floor(log2(model->processors)) + 0.5;
}

static double other_bound(const struct hanse_lublin *model)
{
    return log2(model->processors + 0.5);
}

double hanse_lublin_width_share(const struct hanse_lublin *model,
                                const struct hanse_lublin_class *c, uint32_t width)
{
    if (width < 1 || width > model->processors) {
        return 0.0;
    }
    double share = width == 1 ? c->serial_share : 0.0;
    double exponent = log2(width), below = width == 1 ? -1.0 : log2(width - 0.5);
    if ((width & (width - 1)) == 0) {
        share += c->pow2_share *
                 (exponent_below(c, exponent + 0.5) -
                  exponent_below(c, exponent - (width == 1 ? 2.0 : 0.5))) /
                 exponent_below(c, pow2_bound(model));
    }
    return share + (1.0 - c->serial_share - c->pow2_share) *
                       (exponent_below(c, log2(width + 0.5)) - exponent_below(c, below)) /
                       exponent_below(c, other_bound(model));
}

static double draw_exponent(const struct hanse_lublin_class *c, struct hanse_stream *stream)
{
    bool first = hanse_stream_uniform(stream) < c->u_share;
    double low = first ? c->u_low : c->u_middle, high = first ? c->u_middle : c->u_high;
    return low + (high - low) * hanse_stream_uniform(stream);
}

uint32_t hanse_lublin_draw_width(const struct hanse_lublin *model,
                                 const struct hanse_lublin_class *c,
                                 struct hanse_stream *stream)
{
    double u = hanse_stream_uniform(stream);
    if (u < c->serial_share) {
        return 1;
    }
    bool pow2 = u < c->serial_share + c->pow2_share;
    double bound = pow2 ? pow2_bound(model) : other_bound(model), exponent;
    do {
        exponent = draw_exponent(c, stream);
    } while (exponent >= bound);
    return pow2 ? (uint32_t)1 << (uint32_t)floor(exponent + 0.5)
                : (uint32_t)floor(exp2(exponent) + 0.5);
}

/* --- runtime and arrivals ----------------------------------------------------------------- */

struct hanse_variate hanse_lublin_runtime(const struct hanse_lublin *model,
                                          const struct hanse_lublin_class *c, uint32_t width)
{
    double share = fmin(1.0, fmax(0.0, c->pa * width + c->pb));
    return (struct hanse_variate){
        .kind = HANSE_VARIATE_LOGHYPERGAMMA,
        .p = {share, c->a1, c->b1, c->a2, c->b2, model->longest_s, 1.0}};
}

static struct hanse_variate gap_law(const struct hanse_lublin *model,
                                    const struct hanse_lublin_class *c)
{
    return (struct hanse_variate){.kind = HANSE_VARIATE_LOGHYPERGAMMA,
                                  .p = {1.0, c->gap_shape, c->gap_scale, c->gap_shape,
                                        c->gap_scale, model->longest_gap_s, model->pace}};
}

void hanse_lublin_day(const struct hanse_lublin_class *c, double weights[HANSE_LUBLIN_SLOTS])
{
    double sum = 0.0;
    const struct hanse_variate day = {.kind = HANSE_VARIATE_GAMMA,
                                      .p = {c->day_shape, c->day_scale}};
    for (int i = DAY_BEGINS; i < DAY_BEGINS + HANSE_LUBLIN_SLOTS; i++) {
        double weight =
            hanse_variate_at_most(&day, i + 0.5) - hanse_variate_at_most(&day, i - 0.5);
        weights[(i - 1) % HANSE_LUBLIN_SLOTS] = weight;
        sum += weight;
    }
    for (int i = 0; i < HANSE_LUBLIN_SLOTS; i++) {
        weights[i] *= HANSE_LUBLIN_SLOTS / sum;
    }
}

/* --- moments ------------------------------------------------------------------------------ */

static struct hanse_lublin_moments class_moments(const struct hanse_lublin *model,
                                                 const struct hanse_lublin_class *c)
{
    const struct hanse_variate gap = gap_law(model, c);
    struct hanse_lublin_moments m = {.interval_s = hanse_variate_mean(&gap)};
    for (uint32_t width = 1; width <= model->processors; width++) {
        double share = hanse_lublin_width_share(model, c, width);
        if (share > 0.0) {
            const struct hanse_variate runtime = hanse_lublin_runtime(model, c, width);
            double mean_s = hanse_variate_mean(&runtime);
            m.width += share * width;
            m.runtime_s += share * mean_s;
            m.work_s += share * width * mean_s;
        }
    }
    return m;
}

struct hanse_lublin_moments hanse_lublin_moments(const struct hanse_lublin *model)
{
    struct hanse_lublin_moments all = {0};
    double rate = 0.0;
    for (uint32_t i = 0; i < model->n_classes; i++) {
        struct hanse_lublin_moments m = class_moments(model, &model->classes[i]);
        double part = 1.0 / m.interval_s;
        rate += part;
        all.width += part * m.width;
        all.runtime_s += part * m.runtime_s;
        all.work_s += part * m.work_s;
    }
    all.load = all.work_s / model->processors;
    all.interval_s = 1.0 / rate;
    all.width /= rate;
    all.runtime_s /= rate;
    all.work_s /= rate;
    return all;
}

enum hanse_status hanse_lublin_set_load(struct hanse_context *ctx, struct hanse_lublin *model,
                                        double load)
{
    if (!(load > 0.0) || !isfinite(load)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "lublin99: load must be > 0, got %g", load);
    }
    model->pace *= hanse_lublin_moments(model).load / load;
    return HANSE_OK;
}

/* --- drawing ------------------------------------------------------------------------------ */

enum hanse_status hanse_lublin_start(struct hanse_context *ctx,
                                     const struct hanse_lublin *model,
                                     struct hanse_lublin_state *state, uint64_t seed,
                                     uint32_t replication)
{
    uint64_t root = hanse_entity("workload/lublin99");
    HANSE_TRY(hanse_lublin_check(ctx, model));
    for (uint32_t i = 0; i < model->n_classes; i++) {
        const struct hanse_lublin_class *c = &model->classes[i];
        struct hanse_arrivals *arrivals = &state->arrivals[i];
        uint64_t entity = hanse_entity_number(root, (uint64_t)c->queue);
        double day[HANSE_LUBLIN_SLOTS];
        hanse_lublin_day(c, day);
        *arrivals =
            (struct hanse_arrivals){.gap = gap_law(model, c), .start_s = model->start_s};
        HANSE_TRY(hanse_rhythm_init(ctx, &arrivals->rhythm, DAY_S, day, HANSE_LUBLIN_SLOTS));
        hanse_arrivals_start(arrivals, &state->at[i], seed, replication, entity);
        hanse_stream_init(&state->widths[i], seed, replication, entity, "width");
        hanse_stream_init(&state->runtimes[i], seed, replication, entity, "runtime");
        state->next_s[i] = hanse_arrivals_next(arrivals, &state->at[i]);
    }
    return HANSE_OK;
}

void hanse_lublin_next(const struct hanse_lublin *model, struct hanse_lublin_state *state,
                       struct hanse_job *job)
{
    /* At equal times the later class goes first, as in the authors' program. */
    uint32_t i = model->n_classes > 1 && state->next_s[1] <= state->next_s[0] ? 1 : 0;
    const struct hanse_lublin_class *c = &model->classes[i];
    uint32_t width = hanse_lublin_draw_width(model, c, &state->widths[i]);
    const struct hanse_variate runtime = hanse_lublin_runtime(model, c, width);
    double runtime_s = fmax(1.0, floor(hanse_variate_draw(&runtime, &state->runtimes[i])));
    *job = (struct hanse_job){.submit_s = floor(state->next_s[i]),
                              .runtime_s = runtime_s,
                              .estimate_s = runtime_s,
                              .width = width,
                              .user = -1,
                              .group = -1,
                              .queue = c->queue,
                              .partition = -1};
    state->next_s[i] = hanse_arrivals_next(&state->arrivals[i], &state->at[i]);
}
