/*
 * Parameters of a scenario: their values in a case, and their draws.
 *
 * An uncertain input is told by three quantiles: low (5 %), mid (50 %), high (95 %). With z a
 * standard normal draw and z95 its 95 % quantile, the two-piece lognormal is
 *
 *     x = mid (mid / low)^(z / z95)  for z < 0,   mid (high / mid)^(z / z95)  for z >= 0
 *
 * and the two-piece normal the same with differences in place of ratios: continuous, with
 * exactly the three quantiles stated (e.g. Wallis 2014, "The two-piece normal, binormal, or
 * double Gaussian distribution", Statistical Science 29(1)). z comes by inversion of one
 * uniform of the parameter's own stream, so that all cases of a study see the same inputs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/stream.h"
#include "sim/model/scenario_inside.h"

static const double z95 = 1.6448536269514722;

static double value_of(const struct hanse_value *value)
{
    return hanse__formula_value(value->formula.terms, value->formula.n_terms, NULL);
}

/* One number makes an input certain, three are its new quantiles. */
static void change_param(struct hanse_param *param, const struct hanse__applied *applied)
{
    const struct hanse_value *value = applied->value;
    if (value->type == HANSE_VALUE_LIST) {
        param->low = value_of(&value->items[0]);
        param->mid = value_of(&value->items[1]);
        param->high = value_of(&value->items[2]);
    } else {
        param->low = param->mid = param->high = value_of(value);
    }
    param->origin = applied->origin;
}

static int by_name(const void *left, const void *right)
{
    const struct hanse_param *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static enum hanse_status keep_param(struct hanse__pool *pool, struct hanse_param *param)
{
    HANSE_TRY(hanse__pool_intern(pool, param->name, &param->name));
    HANSE_TRY(hanse__pool_intern(pool, param->label, &param->label));
    HANSE_TRY(hanse__pool_intern(pool, param->unit, &param->unit));
    struct hanse_origin origin = param->origin;
    return hanse__origin_keep(pool, &origin, &param->origin);
}

/* The draft's parameters with the case's values, and those by the draft's numbers. */
static enum hanse_status collect(struct hanse__freeze *freeze)
{
    const struct hanse_draft *draft = freeze->draft;
    struct hanse_scenario *scenario = freeze->scenario;
    for (size_t i = 0; i < draft->n_params; i++) {
        scenario->params[i] = draft->params[i];
    }
    scenario->n_params = draft->n_params;
    for (size_t i = 0; i < freeze->n_applied; i++) {
        const struct hanse__applied *applied = &freeze->applied[i];
        if (applied->entity == HANSE__IS_PARAM) {
            struct hanse_param *param = &scenario->params[applied->field];
            change_param(param, applied);
            HANSE_TRY(hanse__param_check(draft->ctx, param));
        }
    }
    for (size_t i = 0; i < draft->n_params; i++) {
        freeze->params[i] = scenario->params[i].mid;
        freeze->uncertain[i] = scenario->params[i].low < scenario->params[i].high;
        HANSE_TRY(keep_param(&scenario->pool, &scenario->params[i]));
    }
    return HANSE_OK;
}

static uint64_t stream_of(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "param/%s", name);
    return hanse_entity(path);
}

enum hanse_status hanse__params_freeze(struct hanse__freeze *freeze)
{
    const struct hanse_draft *draft = freeze->draft;
    struct hanse_scenario *scenario = freeze->scenario;
    size_t n = draft->n_params;
    scenario->params = hanse__alloc(draft->ctx, n + 1, sizeof *scenario->params);
    scenario->param_entities = hanse__alloc(draft->ctx, n + 1, sizeof(uint64_t));
    freeze->param_map = hanse__alloc(draft->ctx, n + 1, sizeof *freeze->param_map);
    freeze->params = hanse__alloc(draft->ctx, n + 1, sizeof *freeze->params);
    freeze->uncertain = hanse__alloc(draft->ctx, n + 1, sizeof *freeze->uncertain);
    if (scenario->params == NULL || scenario->param_entities == NULL ||
        freeze->param_map == NULL || freeze->params == NULL || freeze->uncertain == NULL) {
        return HANSE_ERR_MEMORY;
    }
    HANSE_TRY(collect(freeze));
    qsort(scenario->params, n, sizeof *scenario->params, by_name);
    for (size_t i = 0; i < n; i++) {
        scenario->param_entities[i] = stream_of(scenario->params[i].name);
        freeze->param_map[hanse__param_index(draft, scenario->params[i].name)] = (uint32_t)i;
    }
    return HANSE_OK;
}

static double spread(const struct hanse_param *param, double z)
{
    double end = z < 0 ? param->low : param->high;
    if (param->low > 0) {
        double step = log(end / param->mid) / z95;
        return param->mid * exp(fabs(z) * step);
    }
    return param->mid + fabs(z) * (end - param->mid) / z95;
}

double hanse__param_draw(const struct hanse_param *param, double z)
{
    if (!(param->low < param->high)) {
        return param->mid;
    }
    double x = spread(param, z);
    bool bounded = param->min < param->max;
    if (param->step > 0) {
        double start = bounded && isfinite(param->min) ? param->min : 0;
        x = start + param->step * floor((x - start) / param->step + 0.5);
    }
    if (bounded) {
        x = x < param->min ? param->min : x > param->max ? param->max : x;
    }
    return x;
}

void hanse_scenario_draw(const struct hanse_scenario *scenario, uint64_t seed,
                         uint32_t replication, double *values)
{
    const struct hanse_scenario *whole = scenario->whole ? scenario->whole : scenario;
    for (size_t i = 0; i < whole->n_params; i++) {
        struct hanse_stream stream;
        hanse_stream_init(&stream, seed, replication, whole->param_entities[i], "input");
        values[i] = hanse__param_draw(&whole->params[i], hanse_stream_normal_inverse(&stream));
    }
}
