/*
 * Units: every quantity that enters carries one, and every field says which it stores.
 *
 * A unit is a scale to base units and a vector of integer exponents over the base dimensions.
 * Money of different currencies are different dimensions on purpose: the only way from USD to
 * EUR is to multiply by a sourced exchange rate. Counts (devices, jobs, requests) are
 * dimensionless. A year is 8,760 h and a month 730 h everywhere.
 */
#ifndef HANSE_SIM_MODEL_UNIT_H
#define HANSE_SIM_MODEL_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_base_unit {
    HANSE_BASE_H,      /* time, hour */
    HANSE_BASE_KWH,    /* energy, kilowatt-hour; power is kWh/h = kW */
    HANSE_BASE_EUR,    /* money */
    HANSE_BASE_USD,    /* money */
    HANSE_BASE_BYTE,   /* data */
    HANSE_BASE_FLOP,   /* floating-point operations */
    HANSE_BASE_TOKEN,  /* tokens of text */
    HANSE_BASE_PERSON, /* inhabitants */
    HANSE_BASE_PROMPT, /* calls to a model */
    HANSE_BASE_WORK,   /* reference work, H100-equivalent hour */
    HANSE_BASE_G,      /* mass, gram; carbon is grams of CO2 equivalent */
    HANSE_BASE_M,      /* length, metre */
    HANSE_BASE_DEGREE, /* angle, degree */
    HANSE_BASE_KELVIN, /* temperature, kelvin above freezing */
    HANSE_BASE_COUNT
};

struct hanse_dim {
    int8_t power[HANSE_BASE_COUNT];
};

struct hanse_unit {
    double scale; /* one of this unit in base units */
    struct hanse_dim dim;
};

/* Reads "EUR/kWh", "g/kWh", "1", "TFLOP/s", "H100_h", "1/year", "GiB/s", "token/prompt",
 * "EUR/GPU/year" is not a unit: counts have none. Powers as "mm^2". HANSE_ERR_INPUT, with the
 * nearest known name, for an unknown one. */
HANSE_API enum hanse_status hanse_unit_parse(struct hanse_context *ctx, const char *text,
                                             struct hanse_unit *unit);

/* The named units, for scripting to bind: name and value of the i-th; false past the end.
 * Prefixed forms (kW, MW, Gbit, TFLOP, Mtoken …) are listed one by one. */
HANSE_API bool hanse_unit_named(size_t i, const char **name, struct hanse_unit *unit);

/* Writes a dimension in base units, e.g. "EUR/kWh", "1". Returns `text`. */
HANSE_API char *hanse_dim_text(const struct hanse_dim *dim, char *text, size_t size);
HANSE_API bool hanse_dim_equal(const struct hanse_dim *a, const struct hanse_dim *b);

#ifdef __cplusplus
}
#endif
#endif
