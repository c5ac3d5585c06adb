/* Making the jobs and requests of a synthetic workload. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/synthetic/synthetic_inside.h"
#include "sim/stats/distribution.h"

static const double DAY_S = 86400.0, WEEK_S = 604800.0, HOUR_S = 3600.0;

/* --- what jobs have in common ------------------------------------------------------------- */

static enum hanse_status prepare_users(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    uint64_t users;
    double sum = 0.0;
    HANSE_TRY(hanse__synthetic_whole(ctx, s, "users", 0, HANSE_SYNTHETIC_USERS_MOST, &users));
    s->n_users = (uint32_t)users;
    s->users_below = hanse__alloc(ctx, users + 1, sizeof *s->users_below);
    if (s->users_below == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint64_t k = 1; k <= users; k++) {
        sum += 1.0 / (double)k;
    }
    for (uint64_t k = 1; k <= users; k++) {
        s->users_below[k] = s->users_below[k - 1] + 1.0 / ((double)k * sum);
    }
    return HANSE_OK;
}

static enum hanse_status prepare_job_ends(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    double most_s;
    uint64_t entity = hanse_entity("workload");
    HANSE_TRY(hanse__synthetic_number(ctx, s, "max-estimate", 1.0, INFINITY, &most_s));
    HANSE_TRY(hanse_estimate_init(ctx, hanse__synthetic_text(s, "estimates"), s->length, most_s,
                                  &s->estimates));
    hanse_stream_init(&s->estimate_stream, s->seed, 0, entity, "estimate");
    hanse_stream_init(&s->user_stream, s->seed, 0, entity, "user");
    return prepare_users(ctx, s);
}

static int32_t draw_user(struct hanse_synthetic *s)
{
    if (s->n_users == 0) {
        return -1;
    }
    double u = hanse_stream_uniform(&s->user_stream);
    uint32_t low = 0, high = s->n_users;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (s->users_below[middle] <= u) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (int32_t)low + 1;
}

static enum hanse_status read_processors(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    uint64_t processors;
    HANSE_TRY(hanse__synthetic_whole(ctx, s, "procs", 1, 1u << 24, &processors));
    s->processors = (uint32_t)processors;
    return HANSE_OK;
}

/* --- lublin99 ----------------------------------------------------------------------------- */

static enum hanse_status read_mix(struct hanse_context *ctx, const struct hanse_synthetic *s,
                                  enum hanse_lublin_mix *mix)
{
    static const char *const words[] = {"mixed", "batch", "interactive", "one-class"};
    const char *text = hanse__synthetic_text(s, "mix");
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, words[i]) == 0) {
            *mix = (enum hanse_lublin_mix)i;
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(text, words, 4);
    return hanse__fail(ctx, HANSE_ERR_INPUT,
                       "%s: mix must be mixed, batch, interactive or one-class, got "
                       "'%s'%s%s%s",
                       s->model->name, text, near ? ", did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
}

enum hanse_status hanse__synthetic_lublin(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    enum hanse_lublin_mix mix = HANSE_LUBLIN_MIXED;
    double load, start_h;
    s->is_lublin = true;
    s->resolution_s = 1.0;
    HANSE_TRY(read_processors(ctx, s));
    HANSE_TRY(read_mix(ctx, s, &mix));
    HANSE_TRY(hanse_lublin_standard(ctx, s->processors, mix, &s->lublin));
    if (hanse__synthetic_given(s, "load")) {
        HANSE_TRY(hanse__synthetic_number(ctx, s, "load", 1e-6, 1e6, &load));
        HANSE_TRY(hanse_lublin_set_load(ctx, &s->lublin, load));
    }
    HANSE_TRY(hanse__synthetic_number(ctx, s, "start", 0.0, 168.0, &start_h));
    s->lublin.start_s = start_h * HOUR_S;
    HANSE_TRY(hanse_lublin_start(ctx, &s->lublin, &s->lublin_state, s->seed, 0));
    return prepare_job_ends(ctx, s);
}

/* --- arrivals of the others --------------------------------------------------------------- */

static enum hanse_status read_weights(struct hanse_context *ctx,
                                      const struct hanse_synthetic *s, const char *key,
                                      double *weights, uint32_t *n)
{
    const char *at = hanse__synthetic_text(s, key);
    for (*n = 0; *n < HANSE_RHYTHM_BINS;) {
        char *end;
        weights[(*n)++] = strtod(at, &end);
        if (end == at || (*end != '/' && *end != '\0')) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "%s: %s must be numbers with '/' between, got '%.*s'",
                               s->model->name, key, (int)strcspn(at, "/"), at);
        }
        if (*end == '\0') {
            return HANSE_OK;
        }
        at = end + 1;
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must have at most %d weights",
                       s->model->name, key, HANSE_RHYTHM_BINS);
}

static enum hanse_status read_rhythm(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    double weights[HANSE_RHYTHM_BINS];
    uint32_t n;
    bool day = hanse__synthetic_given(s, "day"), week = hanse__synthetic_given(s, "week");
    if (day && week) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: day and week can't both be given",
                           s->model->name);
    }
    if (!day && !week) {
        return HANSE_OK;
    }
    const char *key = day ? "day" : "week";
    if (day && strcmp(hanse__synthetic_text(s, key), "lublin") == 0) {
        struct hanse_lublin model;
        HANSE_TRY(hanse_lublin_standard(ctx, 128, HANSE_LUBLIN_ONE_CLASS, &model));
        hanse_lublin_day(&model.classes[0], weights);
        n = HANSE_LUBLIN_SLOTS;
    } else {
        HANSE_TRY(read_weights(ctx, s, key, weights, &n));
    }
    return hanse_rhythm_init(ctx, &s->arrivals.rhythm, day ? DAY_S : WEEK_S, weights, n);
}

static enum hanse_status prepare_arrivals(struct hanse_context *ctx, struct hanse_synthetic *s,
                                          double interval_s)
{
    double start_h;
    HANSE_TRY(hanse_arrivals_parse(ctx, hanse__synthetic_text(s, "arrivals"), interval_s,
                                   &s->arrivals));
    HANSE_TRY(read_rhythm(ctx, s));
    HANSE_TRY(hanse__synthetic_number(ctx, s, "start", 0.0, 168.0, &start_h));
    s->arrivals.start_s = start_h * HOUR_S;
    hanse_arrivals_start(&s->arrivals, &s->at, s->seed, 0, hanse_entity("workload"));
    return HANSE_OK;
}

static enum hanse_status read_size(struct hanse_context *ctx, struct hanse_synthetic *s,
                                   const char *key, int i)
{
    HANSE_TRY(hanse_variate_parse(ctx, hanse__synthetic_text(s, key), &s->sizes[i]));
    double mean = hanse_variate_mean(&s->sizes[i]);
    if (!(mean > 0.0) || !isfinite(mean)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "%s: %s must have a mean that is > 0 and finite, got %g",
                           s->model->name, key, mean);
    }
    hanse_stream_init(&s->size_streams[i], s->seed, 0, hanse_entity("workload"), key);
    return HANSE_OK;
}

/* --- jobs --------------------------------------------------------------------------------- */

/* The mean gap, from itself or from the load. */
static enum hanse_status read_interval(struct hanse_context *ctx,
                                       const struct hanse_synthetic *s, double *interval_s)
{
    bool load_given = hanse__synthetic_given(s, "load");
    double load;
    if (load_given == hanse__synthetic_given(s, "interval")) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s", s->model->name,
                           load_given ? "load and interval can't both be given"
                                      : "needs load= or interval=");
    }
    if (!load_given) {
        return hanse__synthetic_number(ctx, s, "interval", 1e-9, 1e12, interval_s);
    }
    HANSE_TRY(hanse__synthetic_number(ctx, s, "load", 1e-6, 1e6, &load));
    *interval_s = hanse_widths_mean(&s->widths) * hanse_variate_mean(&s->sizes[0]) /
                  (load * s->processors);
    return HANSE_OK;
}

/* Of the normal copula with that rank correlation: 2 sin(pi rho / 6) (Pearson 1907). */
static enum hanse_status read_correlation(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    double ranks;
    HANSE_TRY(hanse__synthetic_number(ctx, s, "correlation", -0.99, 0.99, &ranks));
    s->correlation = 2.0 * sin(M_PI / 6.0 * ranks);
    if (ranks != 0.0 && hanse__synthetic_given(s, "load")) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: load is not known with a correlation: give interval",
                           s->model->name);
    }
    return HANSE_OK;
}

enum hanse_status hanse__synthetic_general(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    double interval_s = 0.0;
    HANSE_TRY(read_processors(ctx, s));
    HANSE_TRY(read_size(ctx, s, "runtime", 0));
    HANSE_TRY(
        hanse_widths_parse(ctx, hanse__synthetic_text(s, "width"), s->processors, &s->widths));
    HANSE_TRY(hanse__synthetic_number(ctx, s, "resolution", 0.0, 1e6, &s->resolution_s));
    HANSE_TRY(read_correlation(ctx, s));
    HANSE_TRY(read_interval(ctx, s, &interval_s));
    HANSE_TRY(prepare_arrivals(ctx, s, interval_s));
    hanse_stream_init(&s->width_stream, s->seed, 0, hanse_entity("workload"), "width");
    return prepare_job_ends(ctx, s);
}

static double rounded_down(const struct hanse_synthetic *s, double time_s)
{
    return s->resolution_s > 0.0 ? floor(time_s / s->resolution_s) * s->resolution_s : time_s;
}

/* The width's place in its law, uniform within its step, and the runtime's, tied by a normal
 * copula. */
static double draw_runtime(struct hanse_synthetic *s, uint32_t width)
{
    if (s->correlation == 0.0) {
        return hanse_variate_draw(&s->sizes[0], &s->size_streams[0]);
    }
    double below = hanse_widths_below(&s->widths, width);
    double place = below + hanse_widths_share(&s->widths, width) *
                               hanse_stream_uniform(&s->size_streams[0]);
    double wide = hanse_normal_quantile(fmin(fmax(place, 1e-15), 1.0 - 1e-15));
    double own = hanse_stream_normal(&s->size_streams[0]);
    double together = s->correlation * wide + sqrt(1.0 - s->correlation * s->correlation) * own;
    double p = hanse_normal_at_most(together);
    return hanse_variate_quantile(&s->sizes[0], fmin(fmax(p, 1e-15), 1.0 - 1e-15));
}

static void draw_general(struct hanse_synthetic *s, struct hanse_job *job)
{
    double least_s = s->resolution_s > 0.0 ? s->resolution_s : 1e-9;
    uint32_t width = hanse_widths_draw(&s->widths, &s->width_stream);
    *job = (struct hanse_job){
        .submit_s = rounded_down(s, hanse_arrivals_next(&s->arrivals, &s->at)),
        .runtime_s = fmax(least_s, rounded_down(s, draw_runtime(s, width))),
        .width = width,
        .group = -1,
        .queue = -1,
        .partition = -1};
}

static enum hanse_status next_jobs(void *state, struct hanse_context *ctx,
                                   struct hanse_job *jobs, uint32_t room, uint32_t *count)
{
    struct hanse_synthetic *s = state;
    (void)ctx;
    for (*count = 0; *count < room && s->made < s->length; ++*count) {
        struct hanse_job *job = &jobs[*count];
        if (s->is_lublin) {
            hanse_lublin_next(&s->lublin, &s->lublin_state, job);
        } else {
            draw_general(s, job);
        }
        hanse_estimate_draw(&s->estimates, &s->estimate_stream, job);
        job->user = draw_user(s);
        job->number = (int64_t)++s->made;
    }
    return HANSE_OK;
}

static enum hanse_status no_jobs(void *state, struct hanse_context *ctx, struct hanse_job *jobs,
                                 uint32_t room, uint32_t *count)
{
    const struct hanse_synthetic *s = state;
    (void)jobs;
    (void)room;
    *count = 0;
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: makes requests, not jobs", s->model->name);
}

struct hanse_job_source hanse_synthetic_jobs(struct hanse_synthetic *s)
{
    return (struct hanse_job_source){s, s->model->requests ? no_jobs : next_jobs};
}

/* --- requests ----------------------------------------------------------------------------- */

enum hanse_status hanse__synthetic_requests(struct hanse_context *ctx,
                                            struct hanse_synthetic *s)
{
    double interval_s;
    HANSE_TRY(hanse__synthetic_number(ctx, s, "interval", 1e-9, 1e12, &interval_s));
    HANSE_TRY(read_size(ctx, s, "prompt", 0));
    HANSE_TRY(read_size(ctx, s, "generated", 1));
    return prepare_arrivals(ctx, s, interval_s);
}

static uint32_t draw_tokens(struct hanse_synthetic *s, int i)
{
    double drawn = ceil(hanse_variate_draw(&s->sizes[i], &s->size_streams[i]));
    return (uint32_t)fmin(fmax(1.0, drawn), 4e9);
}

bool hanse_synthetic_request(struct hanse_synthetic *s, struct hanse_synthetic_request *request)
{
    if (!s->model->requests || s->made == s->length) {
        return false;
    }
    s->made++;
    request->time_s = hanse_arrivals_next(&s->arrivals, &s->at);
    request->prompt_tokens = draw_tokens(s, 0);
    request->generated_tokens = draw_tokens(s, 1);
    return true;
}

/* --- what is expected --------------------------------------------------------------------- */

struct hanse_synthetic_moments hanse_synthetic_moments(const struct hanse_synthetic *s)
{
    struct hanse_synthetic_moments m = {NAN, NAN, NAN, NAN, NAN, NAN};
    if (s->is_lublin) {
        struct hanse_lublin_moments l = hanse_lublin_moments(&s->lublin);
        m.interval_s = l.interval_s;
        m.width = l.width;
        m.runtime_s = l.runtime_s;
        m.load = l.load;
        return m;
    }
    m.interval_s = hanse_arrivals_interval_s(&s->arrivals);
    if (s->model->requests) {
        m.prompt_tokens = hanse_variate_mean(&s->sizes[0]);
        m.generated_tokens = hanse_variate_mean(&s->sizes[1]);
        return m;
    }
    m.width = hanse_widths_mean(&s->widths);
    m.runtime_s = hanse_variate_mean(&s->sizes[0]);
    m.load =
        s->correlation == 0.0 ? m.width * m.runtime_s / (s->processors * m.interval_s) : NAN;
    return m;
}
