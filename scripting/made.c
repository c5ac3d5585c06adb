#include "scripting/made.h"

#include <math.h>
#include <string.h>

#include "scripting/expression.h"

struct hanse_made {
    struct hanse_synthetic *workload;
    struct hanse_made_rules rules;
    struct hanse_expression *service; /* NULL for jobs */
    struct hanse_drops drops;
    char *text;
    uint64_t n_lines;
};

enum { PROMPT, GENERATED, TIME, N_VARIABLES };
static const char *const VARIABLES[] = {"prompt", "generated", "time"};
static const struct hanse_constant UNITS[] = {
    {"s", 1.0}, {"ms", 1e-3}, {"us", 1e-6}, {"h", 3600.0}};

static enum hanse_status begin(struct hanse_made *made, struct hanse_context *ctx)
{
    const struct hanse_synthetic_model *model;
    HANSE_TRY(hanse_synthetic_create(ctx, made->text, &made->workload));
    model = hanse_synthetic_model_of(made->workload);
    if (model->requests != (made->rules.service != NULL)) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT, "%s: %s", model->name,
            model->requests
                ? "makes requests: say how long one is served, as in --service '50*ms + "
                  "20*ms*generated'"
                : "makes jobs, which have runtimes: --service is for requests");
    }
    if (!model->requests) {
        return HANSE_OK;
    }
    const struct hanse_names names = {VARIABLES, N_VARIABLES, UNITS,
                                      sizeof UNITS / sizeof *UNITS};
    return hanse_expression_create(ctx, "--service", made->rules.service, &names,
                                   &made->service);
}

enum hanse_status hanse_made_open(struct hanse_context *ctx, const char *text,
                                  const struct hanse_made_rules *rules,
                                  struct hanse_made **result)
{
    *result = NULL;
    struct hanse_made *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->rules = *rules;
    made->text = hanse__strdup(ctx, text);
    enum hanse_status status = made->text != NULL ? begin(made, ctx) : HANSE_ERR_MEMORY;
    if (status != HANSE_OK) {
        hanse_made_close(made);
        return status;
    }
    *result = made;
    return HANSE_OK;
}

void hanse_made_close(struct hanse_made *made)
{
    if (made != NULL) {
        hanse_expression_destroy(made->service);
        hanse_synthetic_destroy(made->workload);
        hanse__free(made->text);
        hanse__free(made);
    }
}

static void restate(const struct hanse_made *made, struct hanse_job *job)
{
    if (made->rules.estimates == HANSE_ESTIMATES_EXACT) {
        job->estimate_s = job->runtime_s;
    } else if (made->rules.estimates == HANSE_ESTIMATES_FACTOR) {
        job->estimate_s = job->runtime_s * made->rules.factor;
    }
}

static enum hanse_status next_served(struct hanse_made *made, struct hanse_context *ctx,
                                     struct hanse_job *job, bool *more)
{
    struct hanse_synthetic_request request;
    *more = hanse_synthetic_request(made->workload, &request);
    if (!*more) {
        return HANSE_OK;
    }
    const double values[N_VARIABLES] = {request.prompt_tokens, request.generated_tokens,
                                        request.time_s};
    double service_s = hanse_expression_value(made->service, values);
    if (!(service_s > 0.0) || !isfinite(service_s)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--service: must be > 0 and finite, got %g s for %g prompt and %g "
                           "generated tokens",
                           service_s, values[PROMPT], values[GENERATED]);
    }
    *job = (struct hanse_job){.submit_s = request.time_s,
                              .runtime_s = service_s,
                              .estimate_s = service_s,
                              .number = (int64_t)made->n_lines + 1,
                              .width = 1,
                              .user = -1,
                              .group = -1,
                              .queue = -1,
                              .partition = -1};
    return HANSE_OK;
}

enum hanse_status hanse_made_next(struct hanse_made *made, struct hanse_context *ctx,
                                  struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    *count = 0;
    if (made->service == NULL) {
        struct hanse_job_source source = hanse_synthetic_jobs(made->workload);
        HANSE_TRY(source.next(source.state, ctx, jobs, room, count));
        made->n_lines += *count;
    }
    while (made->service != NULL && *count < room) {
        bool more = false;
        HANSE_TRY(next_served(made, ctx, &jobs[*count], &more));
        if (!more) {
            break;
        }
        ++*count;
        made->n_lines++;
    }
    for (uint32_t i = 0; i < *count; i++) {
        restate(made, &jobs[i]);
    }
    return HANSE_OK;
}

const struct hanse_synthetic *hanse_made_workload(const struct hanse_made *made)
{
    return made->workload;
}

const char *hanse_made_text(const struct hanse_made *made)
{
    return made->text;
}

const struct hanse_drops *hanse_made_drops(const struct hanse_made *made)
{
    return &made->drops;
}

uint64_t hanse_made_n_lines(const struct hanse_made *made)
{
    return made->n_lines;
}
