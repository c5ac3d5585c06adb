/*
 * Workloads made up from published models, as one line of text.
 *
 *     lublin99:jobs=28000,procs=100,load=0.7,seed=1
 *     jobs:jobs=1e5,procs=64,load=0.8,runtime=lognormal/mean:3600/scv:9,width=lognormal/1/1.2
 *     requests:requests=1e6,interval=0.05,prompt=lognormal/6.6/1,generated=gamma/2/100
 *
 * The text before ':' names a model, the rest sets its parameters; hanse_synthetic_models()
 * lists both. A workload is a stream: it is drawn as it is read, in the order of time, and
 * needs no memory that grows with its length. It is a function of its text alone, so two
 * workloads made from one text are the same to the bit.
 */
#ifndef HANSE_SIM_PROCESS_SYNTHETIC_SYNTHETIC_H
#define HANSE_SIM_PROCESS_SYNTHETIC_SYNTHETIC_H

#include <stdbool.h>

#include "sim/process/schedule/job.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_synthetic_param {
    const char *key;
    const char *unit;     /* "s", "1"; "" for a word */
    const char *standard; /* NULL: must be given; "": may be left out, see doc */
    const char *doc;
};

enum { HANSE_SYNTHETIC_PARAMS_MOST = 24 };

struct hanse_synthetic_model {
    const char *name;
    const char *doc;    /* a sentence */
    const char *source; /* of its parameters */
    const struct hanse_synthetic_param *params;
    uint32_t n_params;
    bool requests; /* it makes requests, not jobs */
};

/* All of them, ending with NULL. */
HANSE_API const struct hanse_synthetic_model *const *hanse_synthetic_models(void);

/* Whether a text means a synthetic workload and not a file: it is a model's name, or begins
 * with one and ':'. */
HANSE_API bool hanse_synthetic_is(const char *text);

struct hanse_synthetic;

/* One inference call. */
struct hanse_synthetic_request {
    double time_s;
    uint32_t prompt_tokens, generated_tokens; /* >= 1 */
};

/* What the model expects in the long run; NaN where it has no such figure. */
struct hanse_synthetic_moments {
    double interval_s; /* mean time between jobs or requests */
    double width, runtime_s;
    double load; /* of the machine: width x runtime / (processors x interval) */
    double prompt_tokens, generated_tokens;
};

/* HANSE_ERR_INPUT for what is not understood, HANSE_ERR_DOMAIN for values out of range; the
 * message names model and parameter. */
HANSE_API enum hanse_status hanse_synthetic_create(struct hanse_context *ctx, const char *text,
                                                   struct hanse_synthetic **synthetic);
HANSE_API void hanse_synthetic_destroy(struct hanse_synthetic *synthetic);

HANSE_API const struct hanse_synthetic_model *
hanse_synthetic_model_of(const struct hanse_synthetic *synthetic);
/* The value of a parameter as given or its standard; NULL for an unknown key. */
HANSE_API const char *hanse_synthetic_value(const struct hanse_synthetic *synthetic,
                                            const char *key);
/* The machine's size; 0 for requests. */
HANSE_API uint32_t hanse_synthetic_processors(const struct hanse_synthetic *synthetic);
/* Jobs or requests in all. */
HANSE_API uint64_t hanse_synthetic_length(const struct hanse_synthetic *synthetic);
HANSE_API struct hanse_synthetic_moments
hanse_synthetic_moments(const struct hanse_synthetic *synthetic);

/* The stream of its jobs; it lives as long as the workload and reads it once. */
HANSE_API struct hanse_job_source hanse_synthetic_jobs(struct hanse_synthetic *synthetic);

/* The next request; false after the last, and always for jobs. */
HANSE_API bool hanse_synthetic_request(struct hanse_synthetic *synthetic,
                                       struct hanse_synthetic_request *request);

#ifdef __cplusplus
}
#endif
#endif
