/* Parameters, overrides and cases of a draft: what may vary from one run to the next. */
#include <math.h>
#include <string.h>

#include "sim/model/draft_inside.h"

enum hanse_status hanse__origin_keep(struct hanse__pool *pool, const struct hanse_origin *in,
                                     struct hanse_origin *out)
{
    *out = in != NULL ? *in : (struct hanse_origin){0};
    HANSE_TRY(hanse__pool_intern(pool, out->file, &out->file));
    HANSE_TRY(hanse__pool_intern(pool, out->via, &out->via));
    return hanse__pool_intern(pool, out->source, &out->source);
}

int64_t hanse__param_index(const struct hanse_draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->n_params; i++) {
        if (strcmp(draft->params[i].name, name) == 0) {
            return (int64_t)i;
        }
    }
    return HANSE__NONE;
}

int64_t hanse__override_index(const struct hanse_draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->n_overrides; i++) {
        if (strcmp(draft->overrides[i], name) == 0) {
            return (int64_t)i;
        }
    }
    return HANSE__NONE;
}

/* Quantiles in order, all finite, inside the range; an unbounded parameter has min == max. */
enum hanse_status hanse__param_check(struct hanse_context *ctx, const struct hanse_param *param)
{
    const struct hanse__place place = {
        .origin = &param->origin, .kind = "param", .name = param->name};
    if (!isfinite(param->low) || !isfinite(param->mid) || !isfinite(param->high)) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, &place,
                             "must have finite values, got low %g, mid %g, high %g", param->low,
                             param->mid, param->high);
    }
    if (!(param->low <= param->mid && param->mid <= param->high)) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, &place,
                             "must have low <= mid <= high, got %g, %g, %g", param->low,
                             param->mid, param->high);
    }
    if (!(param->min <= param->max) || !(param->step >= 0)) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, &place,
                             "must have min <= max and step >= 0, got %g, %g, %g", param->min,
                             param->max, param->step);
    }
    if (param->min < param->max && (param->low < param->min || param->high > param->max)) {
        return hanse__reject(ctx, HANSE_ERR_INPUT, &place,
                             "must be from %g to %g, got %g to %g", param->min, param->max,
                             param->low, param->high);
    }
    return HANSE_OK;
}

enum hanse_status hanse_draft_param(struct hanse_draft *draft, const struct hanse_param *param,
                                    uint32_t *index)
{
    const struct hanse__place place = {
        .origin = &param->origin, .kind = "param", .name = param->name};
    HANSE_TRY(hanse__name_check(draft->ctx, &place, "parameter", param->name));
    if (hanse__param_index(draft, param->name) >= 0) {
        return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place, "is declared already");
    }
    HANSE_TRY(hanse__param_check(draft->ctx, param));
    HANSE_TRY(hanse__reserve(draft->ctx, &draft->params, &draft->params_capacity,
                             draft->n_params + 1, sizeof *draft->params));
    struct hanse_param kept = *param;
    HANSE_TRY(hanse__pool_intern(&draft->pool, param->name, &kept.name));
    HANSE_TRY(hanse__pool_intern(&draft->pool, param->label, &kept.label));
    HANSE_TRY(hanse__pool_intern(&draft->pool, param->unit, &kept.unit));
    HANSE_TRY(hanse__origin_keep(&draft->pool, &param->origin, &kept.origin));
    draft->params[draft->n_params++] = kept;
    if (index != NULL) {
        *index = (uint32_t)draft->n_params - 1;
    }
    return HANSE_OK;
}

size_t hanse_draft_n_params(const struct hanse_draft *draft)
{
    return draft->n_params;
}

const struct hanse_param *hanse_draft_param_at(const struct hanse_draft *draft, size_t index)
{
    return &draft->params[index];
}

static enum hanse_status override_number(struct hanse_draft *draft,
                                         const struct hanse__place *place, const char *name,
                                         uint32_t *number)
{
    int64_t known = hanse__override_index(draft, name);
    if (known < 0) {
        HANSE_TRY(hanse__name_check(draft->ctx, place, "override", name));
        HANSE_TRY(hanse__reserve(draft->ctx, &draft->overrides, &draft->overrides_capacity,
                                 draft->n_overrides + 1, sizeof *draft->overrides));
        HANSE_TRY(
            hanse__pool_intern(&draft->pool, name, &draft->overrides[draft->n_overrides]));
        known = (int64_t)draft->n_overrides++;
    }
    *number = (uint32_t)known;
    return HANSE_OK;
}

enum hanse_status hanse_draft_override(struct hanse_draft *draft, const char *name,
                                       const char *path, const struct hanse_value *value,
                                       const struct hanse_origin *origin)
{
    const struct hanse__place place = {.origin = origin, .kind = "override", .name = name};
    struct hanse__change made = {0};
    HANSE_TRY(override_number(draft, &place, name, &made.override));
    if (path == NULL) {
        return HANSE_OK;
    }
    for (size_t i = 0; i < draft->n_changes; i++) {
        const struct hanse__change *other = &draft->changes[i];
        if (other->override == made.override && strcmp(other->path, path) == 0) {
            return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place, "sets '%s' twice", path);
        }
    }
    HANSE_TRY(hanse__pool_intern(&draft->pool, path, &made.path));
    HANSE_TRY(hanse__value_copy(&draft->pool, &place, value, &made.value));
    HANSE_TRY(hanse__origin_keep(&draft->pool, origin, &made.origin));
    made.origin.how = HANSE_HOW_OVERRIDE;
    made.origin.via = draft->overrides[made.override];
    if (made.value.source != NULL) {
        made.origin.source = made.value.source;
    }
    if (made.value.evidence != HANSE_EVIDENCE_NONE) {
        made.origin.evidence = made.value.evidence;
    }
    HANSE_TRY(hanse__reserve(draft->ctx, &draft->changes, &draft->changes_capacity,
                             draft->n_changes + 1, sizeof *draft->changes));
    draft->changes[draft->n_changes++] = made;
    return HANSE_OK;
}

size_t hanse_draft_n_overrides(const struct hanse_draft *draft)
{
    return draft->n_overrides;
}

const char *hanse_draft_override_name(const struct hanse_draft *draft, size_t i)
{
    return draft->overrides[i];
}

static enum hanse_status keep_names(struct hanse_draft *draft, const char *const *names,
                                    size_t n, const char *const **kept)
{
    const char **copies = hanse__pool_take(&draft->pool, (n + 1) * sizeof *copies);
    if (copies == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(hanse__pool_intern(&draft->pool, names[i], &copies[i]));
    }
    *kept = copies;
    return HANSE_OK;
}

enum hanse_status hanse_draft_case(struct hanse_draft *draft, const char *name,
                                   const char *label, const char *const *overrides,
                                   size_t n_overrides, const struct hanse_origin *origin)
{
    const struct hanse__place place = {.origin = origin, .kind = "case", .name = name};
    HANSE_TRY(hanse__name_check(draft->ctx, &place, "case", name));
    for (size_t i = 0; i < draft->n_cases; i++) {
        if (strcmp(draft->cases[i].name, name) == 0) {
            return hanse__reject(draft->ctx, HANSE_ERR_INPUT, &place, "is declared already");
        }
    }
    struct hanse__case made = {.n_overrides = n_overrides};
    HANSE_TRY(hanse__pool_intern(&draft->pool, name, &made.name));
    HANSE_TRY(hanse__pool_intern(&draft->pool, label != NULL ? label : name, &made.label));
    HANSE_TRY(keep_names(draft, overrides, n_overrides, &made.overrides));
    HANSE_TRY(hanse__origin_keep(&draft->pool, origin, &made.origin));
    HANSE_TRY(hanse__reserve(draft->ctx, &draft->cases, &draft->cases_capacity,
                             draft->n_cases + 1, sizeof *draft->cases));
    draft->cases[draft->n_cases++] = made;
    return HANSE_OK;
}

size_t hanse_draft_n_cases(const struct hanse_draft *draft)
{
    return draft->n_cases > 0 ? draft->n_cases : 1;
}

const char *hanse_draft_case_name(const struct hanse_draft *draft, size_t i)
{
    return draft->n_cases > 0 ? draft->cases[i].name : "baseline";
}

const char *hanse_draft_case_label(const struct hanse_draft *draft, size_t i)
{
    return draft->n_cases > 0 ? draft->cases[i].label : "baseline";
}
