#include "sim/model/rated.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool hanse__kernel_in_steps(enum hanse_kernel kernel)
{
    return kernel <= HANSE_KERNEL_STREAM_TRIAD ||
           (kernel >= HANSE_KERNEL_GEMM && kernel <= HANSE_KERNEL_SWIGLU) ||
           kernel == HANSE_KERNEL_RING_ALLREDUCE;
}

static bool read_extents(const char *text, struct hanse_shape *shape)
{
    for (int i = 0; i < HANSE_EXTENTS; i++) {
        char *end;
        long long extent = strtoll(text, &end, 10);
        if (end == text || extent <= 0) {
            return false;
        }
        shape->extent[i] = extent;
        if (*end == '\0') {
            return true;
        }
        if (*end != 'x') {
            return false;
        }
        text = end + 1;
    }
    return false;
}

bool hanse__kernel_word(const char **text, struct hanse_rate *rate)
{
    char word[HANSE__KERNEL_WORD];
    const char *from = *text + strspn(*text, " ");
    size_t length = strcspn(from, " ");
    *text = from;
    if (length == 0 || length >= sizeof word) {
        return false;
    }
    memcpy(word, from, length);
    word[length] = '\0';
    char *precision = strchr(word, '/'), *shape = NULL;
    if (precision != NULL) {
        *precision++ = '\0';
        shape = strchr(precision, '/');
    }
    if (shape != NULL) {
        *shape++ = '\0';
    }
    *rate = (struct hanse_rate){
        .kernel = hanse_kernel_named(word),
        .precision = precision != NULL ? hanse_precision_named(precision) : HANSE_PRECISIONS,
        .low = NAN,
        .high = NAN,
        .launch_sd = NAN,
        .watt = NAN,
        .source = -1};
    bool good = rate->kernel != HANSE_KERNELS && rate->precision != HANSE_PRECISIONS &&
                (shape == NULL || read_extents(shape, &rate->shape));
    *text = good ? from + length : from;
    return good;
}

void hanse__kernel_word_print(const struct hanse_rate *rate, char *text, size_t size)
{
    int n = snprintf(text, size, "%s/%s", hanse_kernel_kind(rate->kernel)->name,
                     hanse_precision_name(rate->precision));
    for (int i = 0; i < HANSE_EXTENTS && rate->shape.extent[i] > 0; i++) {
        n += snprintf(text + n, size - (size_t)n, "%c%lld", i == 0 ? '/' : 'x',
                      (long long)rate->shape.extent[i]);
    }
}

static int32_t units_of(int32_t precision)
{
    return precision == HANSE_FP16 ? HANSE_BF16 : precision;
}

bool hanse__is_product(const struct hanse_rate *rate, int32_t precision)
{
    return (rate->kernel == HANSE_KERNEL_GEMM || rate->kernel == HANSE_KERNEL_SKINNY) &&
           units_of((int32_t)rate->precision) == units_of(precision);
}

enum hanse_status hanse_accelerator_profile(struct hanse_context *ctx,
                                            const struct hanse_accelerator *a,
                                            struct hanse_profile *profile)
{
    const char *text = a->kernels;
    struct hanse_rate rate;
    *profile = (struct hanse_profile){0};
    snprintf(profile->name, sizeof profile->name, "%.40s", a->name);
    for (int32_t i = 0; i < a->kernel_rates.count && hanse__kernel_word(&text, &rate); i++) {
        rate.rate = a->kernel_rates.items[i];
        HANSE_TRY(hanse_profile_add_rate(ctx, profile, &rate));
    }
    hanse_profile_set_ceilings(profile);
    profile->capacity_bytes = a->memory_gib * 1073741824.0;
    return HANSE_OK;
}
