#include "sim/model/profile.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"

const char *hanse_profile_origin_name(enum hanse_profile_origin origin)
{
    static const char *const names[] = {"measured", "published", "derived"};
    return names[origin];
}

struct hanse_profile hanse_profile_derive(const struct hanse_accelerator *accelerator)
{
    return (struct hanse_profile){
        .origin = HANSE_PROFILE_DERIVED,
        .compute_flop_per_s = accelerator->peak_tflops * 1e12 * accelerator->compute_efficiency,
        .memory_byte_per_s = accelerator->bandwidth_gbps * 1e9 * accelerator->memory_efficiency,
        .capacity_bytes = accelerator->memory_gib * 1073741824.0,
    };
}

void hanse_profile_fini(struct hanse_profile *profile)
{
    for (size_t i = 0; i < profile->n_sources; i++) {
        hanse__free(profile->sources[i]);
    }
    for (size_t i = 0; i < profile->n_notes; i++) {
        hanse__free(profile->notes[i].text);
    }
    hanse__free(profile->rates);
    hanse__free(profile->factors);
    hanse__free(profile->figures);
    hanse__free(profile->samples);
    hanse__free(profile->sources);
    hanse__free(profile->notes);
    *profile = (struct hanse_profile){0};
}

/* --- filling ------------------------------------------------------------------------------ */

static enum hanse_status check_source(struct hanse_context *ctx,
                                      const struct hanse_profile *profile, const char *name,
                                      enum hanse_profile_origin origin, int32_t source)
{
    if (source < -1 || source >= (int32_t)profile->n_sources) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "profile: %s: there is no source %d", name,
                           (int)source);
    }
    if (origin != HANSE_PROFILE_MEASURED && source < 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "profile: %s: a %s number needs a source",
                           name, hanse_profile_origin_name(origin));
    }
    return HANSE_OK;
}

static enum hanse_status check_spread(struct hanse_context *ctx, const char *name,
                                      double log_sd)
{
    if (!(log_sd >= 0.0) || isinf(log_sd)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "profile: %s: the spread must be >= 0, got %g", name, log_sd);
    }
    return HANSE_OK;
}

enum hanse_status hanse_profile_add_rate(struct hanse_context *ctx,
                                         struct hanse_profile *profile,
                                         const struct hanse_rate *rate)
{
    const char *name = hanse_kernel_kind(rate->kernel)->name;
    bool contaminated = (rate->marks & HANSE_RATE_CONTAMINATED) != 0;
    if (contaminated ? !isnan(rate->rate) : !(rate->rate > 0.0 && isfinite(rate->rate))) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "profile: %s: the rate must be %s, got %g",
                           name, contaminated ? "absent when contaminated" : "> 0", rate->rate);
    }
    HANSE_ASSERT(profile->factors == NULL);
    HANSE_TRY(check_spread(ctx, name, rate->log_sd));
    HANSE_TRY(check_source(ctx, profile, name, rate->origin, rate->source));
    HANSE_TRY(hanse__reserve(ctx, &profile->rates, &profile->rates_capacity,
                             profile->n_rates + 1, sizeof *profile->rates));
    profile->rates[profile->n_rates++] = *rate;
    return HANSE_OK;
}

enum hanse_status hanse_profile_add_figure(struct hanse_context *ctx,
                                           struct hanse_profile *profile,
                                           const struct hanse_figure *figure)
{
    if (!isfinite(figure->value)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "profile: %s: must be a number, got %g",
                           figure->name, figure->value);
    }
    HANSE_TRY(check_spread(ctx, figure->name, figure->log_sd));
    HANSE_TRY(check_source(ctx, profile, figure->name, figure->origin, figure->source));
    HANSE_TRY(hanse__reserve(ctx, &profile->figures, &profile->figures_capacity,
                             profile->n_figures + 1, sizeof *profile->figures));
    profile->figures[profile->n_figures++] = *figure;
    return HANSE_OK;
}

enum hanse_status hanse_profile_add_sample(struct hanse_context *ctx,
                                           struct hanse_profile *profile,
                                           const struct hanse_sample *sample)
{
    if (sample->rate < 0 || sample->rate >= (int32_t)profile->n_rates) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "profile: a sample of rate %d of %zu",
                           (int)sample->rate, profile->n_rates);
    }
    HANSE_TRY(hanse__reserve(ctx, &profile->samples, &profile->samples_capacity,
                             profile->n_samples + 1, sizeof *profile->samples));
    profile->samples[profile->n_samples++] = *sample;
    return HANSE_OK;
}

enum hanse_status hanse_profile_add_note(struct hanse_context *ctx,
                                         struct hanse_profile *profile, const char *key,
                                         const char *text)
{
    struct hanse_profile_note note = {{0}, NULL};
    strncpy(note.key, key, sizeof note.key - 1);
    HANSE_TRY(hanse__reserve(ctx, &profile->notes, &profile->notes_capacity,
                             profile->n_notes + 1, sizeof *profile->notes));
    note.text = hanse__strdup(ctx, text);
    if (note.text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    profile->notes[profile->n_notes++] = note;
    return HANSE_OK;
}

enum hanse_status hanse_profile_add_source(struct hanse_context *ctx,
                                           struct hanse_profile *profile, const char *text,
                                           int32_t *source)
{
    for (size_t i = 0; i < profile->n_sources; i++) {
        if (strcmp(profile->sources[i], text) == 0) {
            *source = (int32_t)i;
            return HANSE_OK;
        }
    }
    HANSE_TRY(hanse__reserve(ctx, &profile->sources, &profile->sources_capacity,
                             profile->n_sources + 1, sizeof *profile->sources));
    char *copy = hanse__strdup(ctx, text);
    if (copy == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *source = (int32_t)profile->n_sources;
    profile->sources[profile->n_sources++] = copy;
    return HANSE_OK;
}

enum hanse_status hanse_profile_set_factors(struct hanse_context *ctx,
                                            struct hanse_profile *profile,
                                            const double *factors, size_t n_factors)
{
    double *copy = hanse__alloc(ctx, profile->n_rates * n_factors + 1, sizeof *copy);
    if (copy == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(copy, factors, profile->n_rates * n_factors * sizeof *copy);
    hanse__free(profile->factors);
    profile->factors = copy;
    profile->n_factors = n_factors;
    return HANSE_OK;
}

/* --- asking ------------------------------------------------------------------------------- */

const struct hanse_rate *hanse_profile_rate(const struct hanse_profile *profile,
                                            enum hanse_kernel kernel,
                                            enum hanse_precision precision, const char *variant,
                                            const struct hanse_shape *shape)
{
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *rate = &profile->rates[i];
        if (rate->kernel == kernel && rate->precision == precision &&
            (variant == NULL || strcmp(rate->variant, variant) == 0) &&
            (shape == NULL || memcmp(&rate->shape, shape, sizeof *shape) == 0)) {
            return rate;
        }
    }
    return NULL;
}

const struct hanse_figure *hanse_profile_figure(const struct hanse_profile *profile,
                                                const char *name)
{
    for (size_t i = 0; i < profile->n_figures; i++) {
        if (strcmp(profile->figures[i].name, name) == 0) {
            return &profile->figures[i];
        }
    }
    return NULL;
}

const char *hanse_profile_note(const struct hanse_profile *profile, const char *key)
{
    for (size_t i = 0; i < profile->n_notes; i++) {
        if (strcmp(profile->notes[i].key, key) == 0) {
            return profile->notes[i].text;
        }
    }
    return NULL;
}

double hanse_rate_seconds(const struct hanse_rate *rate)
{
    return hanse_kernel_amount(rate->kernel, rate->precision, &rate->shape) / rate->rate;
}

double hanse_profile_log_covariance(const struct hanse_profile *profile, size_t i, size_t j)
{
    double sum = i == j ? profile->rates[i].log_sd * profile->rates[i].log_sd : 0.0;
    for (size_t f = 0; f < profile->n_factors; f++) {
        sum += profile->factors[i * profile->n_factors + f] *
               profile->factors[j * profile->n_factors + f];
    }
    return sum;
}

/* One normal per factor, then one per rate, in the order of the file: contaminated rates take
 * theirs too, so that what a launch lost moves no other rate's draw. */
void hanse_profile_draw(const struct hanse_profile *profile, struct hanse_stream *stream,
                        double *rates)
{
    for (size_t i = 0; i < profile->n_rates; i++) {
        rates[i] = 0.0;
    }
    for (size_t f = 0; f < profile->n_factors; f++) {
        double z = hanse_stream_normal(stream);
        for (size_t i = 0; i < profile->n_rates; i++) {
            rates[i] += profile->factors[i * profile->n_factors + f] * z;
        }
    }
    for (size_t i = 0; i < profile->n_rates; i++) {
        double own = profile->rates[i].log_sd * hanse_stream_normal(stream);
        rates[i] = profile->rates[i].rate * exp(rates[i] + own);
    }
}

/* --- comparing ---------------------------------------------------------------------------- */

static const double SAME_WITHIN = 1.03, LAUNCHES = 5.0;

/* Variance of the logarithm of a rate as measured. */
static double log_variance(const struct hanse_rate *rate)
{
    double launch = isnan(rate->launch_sd) ? 0.0 : rate->launch_sd;
    return rate->log_sd * rate->log_sd + launch * launch / LAUNCHES;
}

struct hanse_speed_change hanse_rate_compare(const struct hanse_rate *a,
                                             const struct hanse_rate *b)
{
    double half = 1.959964 * sqrt(log_variance(a) + log_variance(b));
    struct hanse_speed_change change = {HANSE_AMBIGUOUS, b->rate / a->rate, NAN, NAN};
    change.low = change.ratio * exp(-half);
    change.high = change.ratio * exp(half);
    if (a->marks != 0 || b->marks != 0) {
        return change;
    }
    if (change.low >= 1.0 / SAME_WITHIN && change.high <= SAME_WITHIN) {
        change.verdict = HANSE_SAME;
    } else if (change.low > 1.0) {
        change.verdict = HANSE_FASTER;
    } else if (change.high < 1.0) {
        change.verdict = HANSE_SLOWER;
    }
    return change;
}

const char *hanse_speed_name(enum hanse_speed speed)
{
    static const char *const names[] = {"same", "faster", "slower", "ambiguous"};
    return names[speed];
}

/* --- ceilings ----------------------------------------------------------------------------- */

static void raise_ceiling(double *ceiling, double *log_sd, enum hanse_profile_origin *weakest,
                          const struct hanse_rate *rate)
{
    if (rate->rate > *ceiling) {
        *ceiling = rate->rate;
        *log_sd = sqrt(log_variance(rate));
        *weakest = rate->origin;
    }
}

static bool is_compute(const struct hanse_rate *rate)
{
    return rate->kernel == HANSE_KERNEL_GEMM &&
           (rate->precision == HANSE_BF16 || rate->precision == HANSE_FP16 ||
            rate->precision == HANSE_FP32);
}

/* Of a stream over several lengths only the longest: the others may lie in caches. */
static bool is_memory(const struct hanse_profile *profile, const struct hanse_rate *rate)
{
    if (rate->kernel != HANSE_KERNEL_STREAM_READ && rate->kernel != HANSE_KERNEL_STREAM_COPY &&
        rate->kernel != HANSE_KERNEL_STREAM_TRIAD) {
        return rate->kernel == HANSE_KERNEL_SKINNY;
    }
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *other = &profile->rates[i];
        if (other->kernel == rate->kernel && other->precision == rate->precision &&
            other->shape.extent[0] > rate->shape.extent[0]) {
            return false;
        }
    }
    return true;
}

void hanse_profile_set_ceilings(struct hanse_profile *profile)
{
    enum hanse_profile_origin compute = HANSE_PROFILE_MEASURED, memory = HANSE_PROFILE_MEASURED;
    const struct hanse_figure *capacity = hanse_profile_figure(profile, "memory_bytes");
    profile->compute_flop_per_s = 0.0;
    profile->memory_byte_per_s = 0.0;
    profile->capacity_bytes = capacity != NULL ? capacity->value : 0.0;
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *rate = &profile->rates[i];
        if (is_compute(rate)) {
            raise_ceiling(&profile->compute_flop_per_s, &profile->compute_log_sd, &compute,
                          rate);
        } else if (is_memory(profile, rate)) {
            raise_ceiling(&profile->memory_byte_per_s, &profile->memory_log_sd, &memory, rate);
        }
    }
    profile->origin = compute > memory ? compute : memory;
    if (capacity != NULL && capacity->origin > profile->origin) {
        profile->origin = capacity->origin;
    }
}
