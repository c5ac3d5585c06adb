/*
 * A device profile: what a device really does, as far as we know it.
 *
 * A profile holds two things. *Ceilings* are what the flow-level service law asks: one compute
 * rate, one memory rate, the memory's size. *Rates* are what the device does kernel by kernel,
 * shape by shape, precision by precision; predictions at request level ask those. Every number
 * carries its origin (measured here, published somewhere, derived from a datasheet with a
 * stated efficiency) and its spread, so that a replication can draw a device:
 *
 *     log rate_i = log rate_i(median) + sum_j factor_ij z_j + log_sd_i e_i,   z, e ~ N(0, 1)
 *
 * The factors are the deviations the launches of a calibration had in common (a slow launch is
 * slow in everything), log_sd what is a rate's own; so the covariance of log rates is
 * factor factorᵀ + diag(log_sd²), which can't fail to be one.
 *
 * Until a device is measured its profile is derived from the datasheet with the accelerator's
 * compute_efficiency and memory_efficiency, drawn per replication when uncertain.
 */
#ifndef HANSE_SIM_MODEL_PROFILE_H
#define HANSE_SIM_MODEL_PROFILE_H

#include <stdbool.h>

#include "sim/base/context.h"
#include "sim/engine/stream.h"
#include "sim/model/kernel.h"
#include "sim/model/nouns.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_profile_origin {
    HANSE_PROFILE_MEASURED,
    HANSE_PROFILE_PUBLISHED,
    HANSE_PROFILE_DERIVED,
};

/* "measured", "published", "derived". */
HANSE_API const char *hanse_profile_origin_name(enum hanse_profile_origin origin);

enum { HANSE_PROFILE_NAME = 48 };

/* What a rate is not a plain figure for. */
enum hanse_rate_mark {
    HANSE_RATE_LOWER_BOUND = 1,  /* the device can do more than the kernel reached */
    HANSE_RATE_CONTAMINATED = 2, /* too few valid samples: the rate is NaN */
};

/* How fast the device does one kernel on one shape. */
struct hanse_rate {
    enum hanse_kernel kernel;
    enum hanse_precision precision;
    char variant[HANSE_PROFILE_NAME]; /* "" ours, "nontemporal", "library" … */
    struct hanse_shape shape;         /* all 0: a published rate whose shape is not known */
    enum hanse_profile_origin origin;
    unsigned marks;    /* of enum hanse_rate_mark */
    double rate;       /* in the kernel's unit; NaN: contaminated */
    double low, high;  /* 95 % interval of the median, order statistics; NaN: not known */
    double log_sd;     /* the rate's own spread, standard deviation of its logarithm */
    double launch_sd;  /* between launches, standard deviation of log rate; NaN: not known */
    double watt;       /* mean power meanwhile; NaN: not known */
    int32_t source;    /* in sources; -1: measured here */
    int32_t n_samples; /* valid ones */
};

/* A number that is no kernel's rate: "memory_bytes", "idle_power", "joule_per_flop" … */
struct hanse_figure {
    char name[HANSE_PROFILE_NAME];
    char unit[16]; /* UDUNITS */
    double value;
    double log_sd;
    enum hanse_profile_origin origin;
    int32_t source; /* in sources; -1: measured here */
};

/* Why a sample does not count; 0: it does. */
enum hanse_sample_fault {
    HANSE_SAMPLE_PREEMPTED = 1, /* CPU ÷ wall below its bound */
    HANSE_SAMPLE_SWITCHED = 2,  /* involuntary context switches */
    HANSE_SAMPLE_CLOCK = 4,     /* the clock probe beside it was slow */
    HANSE_SAMPLE_PRESSURE = 8,  /* the kernel reported stalls for the processor */
    HANSE_SAMPLE_REFERENCE = 16 /* the reference beside it was slow */
};

/* One timing, kept as it was taken. */
struct hanse_sample {
    int32_t rate;             /* in rates */
    int32_t launch;           /* 0, 1 …: the process it was taken in */
    int32_t order;            /* within the launch */
    uint32_t faults;          /* of enum hanse_sample_fault */
    double seconds;           /* of one call */
    double reference_seconds; /* of the reference beside it */
};

/* What was said of the making: "processor", "threads", "governor", "command" … */
struct hanse_profile_note {
    char key[HANSE_PROFILE_NAME];
    char *text;
};

/* Arrays are the profile's own; free with hanse_profile_fini. All zero is an empty one. */
struct hanse_profile {
    enum hanse_profile_origin origin;     /* of the ceilings */
    double compute_flop_per_s;            /* achieved in prefill; 0: not known */
    double memory_byte_per_s;             /* achieved in decode; 0: not known */
    double capacity_bytes;                /* device memory; 0: not known */
    double compute_log_sd, memory_log_sd; /* of the two rates' logarithms */

    char name[HANSE_PROFILE_NAME]; /* "AMD EPYC 9R14, 2 cores" */
    char path[HANSE_PROFILE_NAME]; /* the backend's: "cpu", "cuda:0"; "" where none measured */
    struct hanse_rate *rates;
    size_t n_rates, rates_capacity;
    double *factors; /* n_rates × n_factors, row-major; NULL: none */
    size_t n_factors;
    struct hanse_figure *figures;
    size_t n_figures, figures_capacity;
    struct hanse_sample *samples;
    size_t n_samples, samples_capacity;
    char **sources;
    size_t n_sources, sources_capacity;
    struct hanse_profile_note *notes;
    size_t n_notes, notes_capacity;
};

/* The derived profile of an accelerator: datasheet peak × efficiency. Owns nothing. */
HANSE_API struct hanse_profile
hanse_profile_derive(const struct hanse_accelerator *accelerator);

HANSE_API void hanse_profile_fini(struct hanse_profile *profile);

/* Add a copy of one entry. HANSE_ERR_DOMAIN: a rate that is not > 0 (NaN only where it is
 * contaminated), a spread < 0, a source that is not there; HANSE_ERR_MEMORY. Rates are added
 * before factors are set. */
HANSE_API enum hanse_status hanse_profile_add_rate(struct hanse_context *ctx,
                                                   struct hanse_profile *profile,
                                                   const struct hanse_rate *rate);
HANSE_API enum hanse_status hanse_profile_add_figure(struct hanse_context *ctx,
                                                     struct hanse_profile *profile,
                                                     const struct hanse_figure *figure);
HANSE_API enum hanse_status hanse_profile_add_sample(struct hanse_context *ctx,
                                                     struct hanse_profile *profile,
                                                     const struct hanse_sample *sample);
HANSE_API enum hanse_status hanse_profile_add_note(struct hanse_context *ctx,
                                                   struct hanse_profile *profile,
                                                   const char *key, const char *text);
/* Adds a source unless it is there; its number goes to *source. */
HANSE_API enum hanse_status hanse_profile_add_source(struct hanse_context *ctx,
                                                     struct hanse_profile *profile,
                                                     const char *text, int32_t *source);
/* Copies n_rates × n_factors factors. */
HANSE_API enum hanse_status hanse_profile_set_factors(struct hanse_context *ctx,
                                                      struct hanse_profile *profile,
                                                      const double *factors, size_t n_factors);

/* The rate of exactly this kernel, precision, variant and shape; `variant` NULL: any, `shape`
 * NULL: any. NULL when there is none. */
HANSE_API const struct hanse_rate *hanse_profile_rate(const struct hanse_profile *profile,
                                                      enum hanse_kernel kernel,
                                                      enum hanse_precision precision,
                                                      const char *variant,
                                                      const struct hanse_shape *shape);
/* NULL when there is none of that name. */
HANSE_API const struct hanse_figure *hanse_profile_figure(const struct hanse_profile *profile,
                                                          const char *name);
/* NULL when there is none of that key. */
HANSE_API const char *hanse_profile_note(const struct hanse_profile *profile, const char *key);

/* Seconds of one call at this rate. NaN when contaminated. */
HANSE_API double hanse_rate_seconds(const struct hanse_rate *rate);

/* Covariance of the logarithms of two rates. */
HANSE_API double hanse_profile_log_covariance(const struct hanse_profile *profile, size_t i,
                                              size_t j);

/* Is `b` the same as `a`, faster or slower? */
enum hanse_speed { HANSE_SAME, HANSE_FASTER, HANSE_SLOWER, HANSE_AMBIGUOUS };
struct hanse_speed_change {
    enum hanse_speed verdict;
    double ratio;     /* rate of b ÷ rate of a */
    double low, high; /* its 95 % interval: medians' and launches' spread of both */
};

/* Same: the whole interval within 3 % of 1, whatever its sign. Else faster or slower where it
 * excludes 1, and ambiguous where it does not or where either rate is contaminated or a lower
 * bound. Between launches the spread of a mean of five counts. */
HANSE_API struct hanse_speed_change hanse_rate_compare(const struct hanse_rate *a,
                                                       const struct hanse_rate *b);
/* "same", "faster", "slower", "ambiguous". */
HANSE_API const char *hanse_speed_name(enum hanse_speed speed);

/* Draws a device: n_rates rates into `rates`, contaminated ones NaN. The draw is a function of
 * the stream, so equal streams give equal devices. */
HANSE_API void hanse_profile_draw(const struct hanse_profile *profile,
                                  struct hanse_stream *stream, double *rates);

/* Fills the ceilings from the rates, where those have what it takes: compute from the fastest
 * bf16, fp16 or fp32 gemm, memory from the fastest skinny product or stream, capacity from the
 * figure "memory_bytes". The origin becomes the weakest of those used, the spreads are those of
 * the rates used. */
HANSE_API void hanse_profile_set_ceilings(struct hanse_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
