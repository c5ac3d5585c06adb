#include "cli/calibrate_card.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/device.h"
#include "sim/model/rated.h"
#include "sim/process/predict/inference.h"

enum { PROMPTS = 4, PROMPT_TOKENS = 1024, REQUESTS = 16, CONTEXT = 1024 };

static const enum hanse_precision PRECISIONS[] = {HANSE_FP32, HANSE_BF16, HANSE_FP8,
                                                  HANSE_INT8};

/* By origin. */
static const char *const EVIDENCE[] = {"primary", "aggregator", "derived"};

static bool is_in(const struct hanse_rate *r, enum hanse_precision precision)
{
    bool product = r->kernel == HANSE_KERNEL_GEMM || r->kernel == HANSE_KERNEL_SKINNY;
    return product && (r->marks & HANSE_RATE_CONTAMINATED) == 0 &&
           (r->precision == precision ||
            (precision == HANSE_BF16 && r->precision == HANSE_FP16));
}

/* The weakest origin of what a row stands on: products in the precision, and the memory's rates
 * (a profile has either measured, published or derived ones of those). False where the profile
 * has no product in the precision. */
static bool origin_of(const struct hanse_profile *profile, enum hanse_precision precision,
                      enum hanse_profile_origin *origin)
{
    bool found = false;
    *origin = HANSE_PROFILE_MEASURED;
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *r = &profile->rates[i];
        bool product = is_in(r, precision), stream = r->kernel <= HANSE_KERNEL_STREAM_TRIAD;
        found = found || product;
        if ((product || stream) && r->origin > *origin) {
            *origin = r->origin;
        }
    }
    return found;
}

static void write_row(FILE *file, const struct hanse_device_law *law,
                      const struct hanse_transformer *model, enum hanse_precision precision,
                      enum hanse_profile_origin origin, const char *from, const char *name)
{
    const struct hanse_parallel alone = {1, 1, 1};
    const struct hanse_chunk chunk = {PROMPT_TOKENS, 0.0};
    const struct hanse_step reading = {
        .chunks = &chunk, .n_chunks = 1, .chunks_times = PROMPTS};
    const struct hanse_step writing = {.decoding = REQUESTS, .context = CONTEXT};
    struct hanse_estimate prefill = hanse_step_device(law, model, &alone, &reading).all;
    struct hanse_estimate decode = hanse_step_device(law, model, &alone, &writing).all;
    struct hanse_engine engine = hanse_engine_unknown();
    double read_s = hanse_step_time(law, model, &alone, &reading, &engine).seconds;
    double write_s = hanse_step_time(law, model, &alone, &writing, &engine).seconds;
    double e = hanse_precision_bytes(precision);
    double weights = hanse_transformer_parameters(model);
    double flop = 2.0 * weights * PROMPTS * PROMPT_TOKENS;
    double bytes = e * weights + REQUESTS * CONTEXT * hanse_transformer_cache_bytes(model, e);
    fprintf(
        file,
        "%s,,,,%.6g,%.4f,%.6g,%.4f,%.4f,%s,\"%s (%s): whole steps of %s, engine not known\"\n",
        hanse_precision_name(precision), flop / read_s, prefill.log_sd, bytes / write_s,
        decode.log_sd, engine.log_sd, EVIDENCE[origin], name, from, model->name);
}

/* A text between quotes. */
static void write_quoted(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, file);
    }
    fputs("\"\n", file);
}

/* The kernels that whole steps go by, as they are in the profile. */
static void write_kernels(FILE *file, const struct hanse_profile *profile)
{
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *r = &profile->rates[i];
        char word[HANSE__KERNEL_WORD];
        if (!hanse__kernel_in_steps(r->kernel) || isnan(r->rate)) {
            continue;
        }
        hanse__kernel_word_print(r, word, sizeof word);
        const char *precision = strchr(word, '/') + 1, *shape = strchr(precision, '/');
        fprintf(file, "%.*s,%s,%s,%.10g,,,,,,%s,",
                (int)(shape != NULL ? shape - precision : (ptrdiff_t)strlen(precision)),
                precision, hanse_kernel_kind(r->kernel)->name, shape != NULL ? shape + 1 : "",
                r->rate, EVIDENCE[r->origin]);
        write_quoted(file, r->source >= 0 ? profile->sources[r->source] : "measured here");
    }
}

static enum hanse_status write_rows(struct hanse_context *ctx,
                                    const struct hanse_profile *profile, const char *from,
                                    FILE *file, int *n)
{
    struct hanse_transformer model;
    HANSE_TRY(hanse_cli_model_read(ctx, "llama-3-8b", &model));
    for (size_t i = 0; i < sizeof PRECISIONS / sizeof *PRECISIONS; i++) {
        enum hanse_profile_origin origin;
        struct hanse_device_law *law;
        if (origin_of(profile, PRECISIONS[i], &origin)) {
            HANSE_TRY(hanse_device_law_create(ctx, profile, PRECISIONS[i], NULL, &law));
            write_row(file, law, &model, PRECISIONS[i], origin, from, profile->name);
            hanse_device_law_destroy(law);
            ++*n;
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_cli_write_card(struct hanse_context *ctx,
                                       const struct hanse_profile *profile, const char *from,
                                       const char *path)
{
    int n = 0;
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path,
                           strerror(errno));
    }
    fprintf(file, "precision,kernel,shape,rate,compute_flop_per_s,compute_log_sd,memory_byte_"
                  "per_s,memory_log_sd,"
                  "common_log_sd,evidence,source\n");
    enum hanse_status status = write_rows(ctx, profile, from, file, &n);
    write_kernels(file, profile);
    bool failed = ferror(file) != 0;
    failed = fclose(file) != 0 || failed;
    if (status == HANSE_OK && failed) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: could not be written", path);
    }
    if (status == HANSE_OK && n == 0) {
        remove(path);
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: has no products in fp32, bf16, fp16, fp8 or int8", from);
    }
    return status;
}
