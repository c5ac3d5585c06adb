/* What the text of a synthetic workload becomes. Internal. */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_SYNTHETIC_INSIDE_H
#define HANSE_SIM_PROCESS_SYNTHETIC_SYNTHETIC_INSIDE_H

#include "sim/process/synthetic/estimates.h"
#include "sim/process/synthetic/synthetic.h"
#include "sim/process/synthetic/widths.h"

enum { HANSE_SYNTHETIC_USERS_MOST = 10000 };

struct hanse_synthetic {
    const struct hanse_synthetic_model *model;
    char *text; /* cut into keys and values */
    const char *values[HANSE_SYNTHETIC_PARAMS_MOST];
    uint64_t length, made;
    uint64_t seed;
    uint32_t processors;
    double resolution_s;

    bool is_lublin;
    struct hanse_lublin lublin;
    struct hanse_lublin_state lublin_state;

    struct hanse_arrivals arrivals;
    struct hanse_arrivals_state at;
    struct hanse_widths widths;
    double correlation;            /* of the normal copula of width and runtime */
    struct hanse_variate sizes[2]; /* runtime; prompt and generated */
    struct hanse_stream width_stream, size_streams[2];

    struct hanse_estimate_rule estimates;
    struct hanse_stream estimate_stream;
    uint32_t n_users;
    double *users_below; /* n_users + 1 */
    struct hanse_stream user_stream;
};

/* The value of a key of the model's own table. */
const char *hanse__synthetic_text(const struct hanse_synthetic *synthetic, const char *key);
/* The same as a number in [low, high]. */
enum hanse_status hanse__synthetic_number(struct hanse_context *ctx,
                                          const struct hanse_synthetic *synthetic,
                                          const char *key, double low, double high,
                                          double *number);
enum hanse_status hanse__synthetic_whole(struct hanse_context *ctx,
                                         const struct hanse_synthetic *synthetic,
                                         const char *key, uint64_t low, uint64_t high,
                                         uint64_t *number);
bool hanse__synthetic_given(const struct hanse_synthetic *synthetic, const char *key);

/* Prepare everything but model, text and values. */
enum hanse_status hanse__synthetic_lublin(struct hanse_context *ctx,
                                          struct hanse_synthetic *synthetic);
enum hanse_status hanse__synthetic_general(struct hanse_context *ctx,
                                           struct hanse_synthetic *synthetic);
enum hanse_status hanse__synthetic_requests(struct hanse_context *ctx,
                                            struct hanse_synthetic *synthetic);

#endif
