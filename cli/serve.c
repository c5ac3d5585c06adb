/*
 * hanse serve: requests to a language model on a device, one by one: how long until the first
 * token, for each token, for the whole answer; how many are served; at what energy.
 *
 * Requests come by a law of arrivals with gamma lengths, or from a trace. The interval of a
 * figure is what it is, with the same requests, where device and engine are faster or slower by
 * the 90 % interval of a step's time, as `hanse predict` has it: of a step with as many tokens
 * written and read as there were in the mean.
 */
#include "cli/commands.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/device.h"
#include "scripting/requests.h"
#include "sim/process/serving/law.h"

struct settings {
    struct hanse_cli_device_settings device;
    const char *requests, *arrivals, *routing;
    double rate, prompt_tokens, output_tokens, prompt_variation, output_variation, speed;
    double ttft_target, tpot_target, watt, idle_watt;
    int64_t replicas, count, batch, chunk, block, queue, seed;
};

struct serving {
    struct hanse_context *ctx;
    const struct settings *s;
    struct hanse_cli_device d;
    struct hanse_serving_cost cost;
    struct hanse_serving_rules rules;
    struct hanse_request *requests;
    size_t n_requests, capacity;
    double log_sd;
    unsigned marks;
};

/* What one simulation gives; the shares and rates that a report has no place for. */
struct outcome {
    struct hanse_serving_report report;
    struct hanse_serving_targets targets;
    uint64_t in_time, n_requests;
    struct hanse_tally half[2]; /* times to first token of the first and the second half */
};

/* --- requests -------------------------------------------------------------------------------
 */

static enum hanse_status keep(struct serving *v, const struct hanse_request *request)
{
    HANSE_TRY(hanse__reserve(v->ctx, &v->requests, &v->capacity, v->n_requests + 1,
                             sizeof *v->requests));
    v->requests[v->n_requests] = *request;
    v->requests[v->n_requests].number = v->n_requests;
    v->n_requests++;
    return HANSE_OK;
}

static enum hanse_status draw_requests(struct serving *v, uint32_t longest)
{
    const struct settings *s = v->s;
    const struct hanse_request_mix mix = {s->prompt_tokens, s->prompt_variation,
                                          s->output_tokens, s->output_variation, longest};
    struct hanse_arrivals arrivals = {0};
    struct hanse_arrivals_state state;
    struct hanse_stream lengths;
    HANSE_TRY(hanse_arrivals_parse(v->ctx, s->arrivals, 1.0 / s->rate, &arrivals));
    hanse_arrivals_start(&arrivals, &state, (uint64_t)s->seed, 0, 0);
    hanse_stream_init(&lengths, (uint64_t)s->seed, 0, 0, "serve: lengths");
    enum hanse_status status = HANSE_OK;
    for (int64_t i = 0; i < s->count && status == HANSE_OK; i++) {
        struct hanse_request request = {.arrival_s = hanse_arrivals_next(&arrivals, &state)};
        hanse_request_draw(&mix, &lengths, &request);
        status = keep(v, &request);
    }
    hanse_variate_fini(&arrivals.gap);
    return status;
}

/* A trace's prompts and answers, as two readings of it with different service times. */
static enum hanse_status read_both(struct serving *v, struct hanse_requests *prompts,
                                   struct hanse_requests *answers)
{
    for (;;) {
        struct hanse_job a, b;
        uint32_t n, m;
        HANSE_TRY(hanse_requests_next(prompts, v->ctx, &a, 1, &n));
        HANSE_TRY(hanse_requests_next(answers, v->ctx, &b, 1, &m));
        if (n == 0 || m == 0) {
            return HANSE_OK;
        }
        const struct hanse_request request = {.arrival_s = a.submit_s / v->s->speed,
                                              .prompt = (uint32_t)round(a.runtime_s),
                                              .output = (uint32_t)round(b.runtime_s)};
        HANSE_TRY(keep(v, &request));
    }
}

static enum hanse_status read_requests(struct serving *v)
{
    static const char *const COLUMNS[2] = {"prompt", "generated"};
    struct hanse_lines *lines[2] = {NULL, NULL};
    struct hanse_requests *readers[2] = {NULL, NULL};
    enum hanse_status status = HANSE_OK;
    for (int i = 0; i < 2 && status == HANSE_OK; i++) {
        const struct hanse_requests_rules rules = {.service = COLUMNS[i], .factor = 1.0};
        status = hanse_lines_open(v->ctx, v->s->requests, NULL, &lines[i]);
        if (status == HANSE_OK) {
            status = hanse_requests_open(v->ctx, lines[i], &rules, &readers[i]);
        }
    }
    if (status == HANSE_OK) {
        status = read_both(v, readers[0], readers[1]);
    }
    for (int i = 0; i < 2; i++) {
        hanse_requests_close(readers[i]);
        hanse_lines_close(lines[i]);
    }
    return status != HANSE_OK || v->n_requests > 0
               ? status
               : hanse__fail(v->ctx, HANSE_ERR_INPUT, "%s: holds no request", v->s->requests);
}

/* --- the engine -----------------------------------------------------------------------------
 */

static enum hanse_status find_routing(struct serving *v)
{
    static const char *const WORDS[] = {"round_robin", "random", "least_requests",
                                        "least_tokens", "two_choices"};
    enum { N = sizeof WORDS / sizeof *WORDS };
    for (int i = 0; i < N; i++) {
        if (strcmp(v->s->routing, WORDS[i]) == 0) {
            v->rules.routing = (enum hanse_routing)i;
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(v->s->routing, WORDS, N);
    return hanse__fail(v->ctx, HANSE_ERR_INPUT, "--routing: no rule '%s'%s%s%s; there are %s",
                       v->s->routing, near != NULL ? ", did you mean '" : "",
                       near != NULL ? near : "", near != NULL ? "'?" : "", HANSE_ROUTING_WORDS);
}

static enum hanse_status build(struct serving *v)
{
    const struct settings *s = v->s;
    const struct hanse_parallel parallel = {.tensor = s->device.tensor};
    double cache = hanse_cache_tokens(v->d.law, &v->d.model, &parallel, s->device.usable);
    double devices = (double)s->device.tensor;
    double watt = s->watt > 0.0 ? s->watt : v->d.watt;
    double idle = s->idle_watt > 0.0 ? s->idle_watt : v->d.idle_watt;
    v->rules = (struct hanse_serving_rules){
        .replica = {(uint32_t)s->block, (uint64_t)(cache / (double)s->block)},
        .replicas = (uint32_t)s->replicas,
        .seed = (uint64_t)s->seed,
        .queue = (uint32_t)s->queue,
        .active_watt = devices * watt,
        .idle_watt = devices * idle};
    if (v->rules.replica.blocks == 0) {
        return hanse__fail(v->ctx, HANSE_ERR_INPUT,
                           "%s: the cache holds %g tokens beside the weights of %s: more "
                           "devices (--tensor) or fewer bytes (--precision)",
                           v->d.profile.name, cache, v->d.model.name);
    }
    HANSE_TRY(find_routing(v));
    HANSE_TRY(hanse_serving_cost_init(v->ctx, v->d.law, &v->d.model, &parallel, &v->d.engine,
                                      (uint32_t)s->chunk, (uint32_t)s->batch, &v->cost));
    return s->requests != NULL ? read_requests(v)
                               : draw_requests(v, (uint32_t)fmin(4e9, cache));
}

/* --- serving --------------------------------------------------------------------------------
 */

struct taken {
    const struct serving *v;
    size_t at;
};

static enum hanse_status take(void *self, struct hanse_context *ctx,
                              struct hanse_request *request, bool *more)
{
    struct taken *t = self;
    *more = t->at < t->v->n_requests;
    if (*more) {
        *request = t->v->requests[t->at++];
    }
    return HANSE_OK;
}

static void count(void *self, const struct hanse_served *served)
{
    struct outcome *o = self;
    const struct hanse_request *q = &served->request;
    o->in_time += hanse_serving_slack(&o->targets, served) >= 1.0;
    hanse_tally_add(&o->half[q->number >= o->n_requests / 2], served->first_s - q->arrival_s);
}

static enum hanse_status simulate(struct serving *v, double slower, struct outcome *o)
{
    struct taken taken = {v, 0};
    const struct hanse_request_source source = {&taken, take};
    struct hanse_serving_cost cost = v->cost; /* the tables stay v's */
    hanse_serving_cost_slow(&cost, slower);
    o->n_requests = v->n_requests;
    o->targets = (struct hanse_serving_targets){v->s->ttft_target, v->s->tpot_target};
    return hanse_serve(v->ctx, &cost, &v->rules, &source, count, o, &o->report);
}

/* Of the mean step: tokens written in it, and prompts read for as many as end. */
static void find_spread(struct serving *v, const struct hanse_serving_report *report)
{
    const struct hanse_parallel parallel = {.tensor = v->s->device.tensor};
    double served = (double)report->requests, steps = (double)report->steps;
    if (report->requests > 0) {
        struct hanse_estimate mean = hanse_steady_time(
            v->d.law, &v->d.model, &parallel, report->output_tokens / steps,
            report->prompt_tokens / served, report->output_tokens / served, &v->d.engine);
        v->log_sd = mean.log_sd;
        v->marks = mean.marks;
    }
}

/* --- saying it ------------------------------------------------------------------------------
 */

enum { TTFT, TPOT, END_TO_END, WAITS };

static double quantile(const struct outcome *o, int which, double p)
{
    const struct hanse_serving_report *r = &o->report;
    const struct hanse_sketch *sketches[] = {&r->ttft_sketch, &r->tpot_sketch,
                                             &r->end_to_end_sketch};
    return hanse_sketch_quantile(sketches[which], p);
}

static double value_of(const struct outcome *o, int figure)
{
    static const double LEVELS[] = {0.5, 0.9, 0.95, 0.99};
    const struct hanse_serving_report *r = &o->report;
    const struct hanse_tally *means[] = {&r->ttft, &r->tpot, &r->end_to_end};
    double unit[] = {1e3, 1e3, 1.0};
    if (figure < 5 * WAITS) {
        int which = figure / 5, part = figure % 5;
        double mean = means[which]->n > 0 ? means[which]->mean : NAN;
        return unit[which] * (part == 0 ? mean : quantile(o, which, LEVELS[part - 1]));
    }
    double came = (double)(r->requests + r->refused);
    const double rest[] = {(double)o->in_time / came,    (double)r->requests / r->span_s,
                           r->prompt_tokens / r->span_s, r->output_tokens / r->span_s,
                           (double)r->refused / came,    (double)r->preemptions / came,
                           r->joule / r->output_tokens};
    return rest[figure - 5 * WAITS];
}

static const char *const FIGURES[][2] = {
    {"ttft_mean", "ms"},        {"ttft_p50", "ms"},       {"ttft_p90", "ms"},
    {"ttft_p95", "ms"},         {"ttft_p99", "ms"},       {"tpot_mean", "ms"},
    {"tpot_p50", "ms"},         {"tpot_p90", "ms"},       {"tpot_p95", "ms"},
    {"tpot_p99", "ms"},         {"end_to_end_mean", "s"}, {"end_to_end_p50", "s"},
    {"end_to_end_p90", "s"},    {"end_to_end_p95", "s"},  {"end_to_end_p99", "s"},
    {"in_time_share", "1"},     {"served_rate", "1/s"},   {"prompt_rate", "token/s"},
    {"output_rate", "token/s"}, {"refused_share", "1"},   {"preemptions_each", "1"},
    {"energy_per_token", "J"},
};
enum { N_FIGURES = sizeof FIGURES / sizeof *FIGURES };

static void print_json(const struct serving *v, const struct outcome o[3])
{
    json_t *rows = json_array();
    for (int i = 0; i < N_FIGURES; i++) {
        double value = value_of(&o[0], i), a = value_of(&o[1], i), b = value_of(&o[2], i);
        if (isfinite(value) && isfinite(a) && isfinite(b)) {
            json_array_append_new(rows, json_pack("{s:s, s:f, s:s, s:f, s:f}", "name",
                                                  FIGURES[i][0], "value", value, "unit",
                                                  FIGURES[i][1], "low", fmin(value, fmin(a, b)),
                                                  "high", fmax(value, fmax(a, b))));
        }
    }
    json_t *document = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:o}", "model", v->d.model.name, "device", v->d.profile.name,
        "origin", hanse_profile_origin_name(v->d.profile.origin), "precision",
        v->s->device.precision, "requests", (json_int_t)v->n_requests, "figures", rows);
    json_object_set_new(document, "engine", hanse_cli_engine_json(&v->d));
    json_dumpf(document, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(document);
}

static void print_text(const struct serving *v, const struct outcome o[3])
{
    printf("%s on %lld × %lld %s (%s), %s; engine %s: %zu requests\n", v->d.model.name,
           (long long)v->s->replicas, (long long)v->s->device.tensor, v->d.profile.name,
           hanse_profile_origin_name(v->d.profile.origin), v->s->device.precision,
           v->d.engine_label, v->n_requests);
    printf("%-20s %12s %-8s %s\n", "figure", "value", "unit", "   90 % interval");
    for (int i = 0; i < N_FIGURES; i++) {
        double value = value_of(&o[0], i), a = value_of(&o[1], i), b = value_of(&o[2], i);
        if (isnan(value)) {
            printf("%-20s %12s %-8s %s\n", FIGURES[i][0], "not known", FIGURES[i][1],
                   i == N_FIGURES - 1 ? "   --power and --idle-power say it" : "");
        } else {
            printf("%-20s %12.5g %-8s %11.4g – %.4g\n", FIGURES[i][0], value, FIGURES[i][1],
                   fmin(value, fmin(a, b)), fmax(value, fmax(a, b)));
        }
    }
    if (v->marks & HANSE_ESTIMATE_CEILING) {
        printf("The device's time stands on ceilings: published, or a datasheet's peaks times "
               "what such\ndevices reach of theirs.\n");
    }
}

/* Waits that grow all along mean that more comes than is served. */
static void warn_of_overload(const struct outcome *o)
{
    double first = o->half[0].mean, second = o->half[1].mean;
    if (o->half[1].n > 50 && second > 2.0 * first && second > first + 1.0) {
        fprintf(stderr,
                "waits grow all along (first token after %.1f s in the first half, %.1f s in "
                "the second): more comes than is served\n",
                first, second);
    }
}

/* --- the command ----------------------------------------------------------------------------
 */

static const double Z90 = 1.6448536269514722; /* a normal's 95 % quantile: 90 % two-sided */

static enum hanse_status serve(struct serving *v, const struct hanse_cli_args *args)
{
    struct outcome *o = hanse__alloc(v->ctx, 3, sizeof *o);
    if (o == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = simulate(v, 1.0, &o[0]);
    if (status == HANSE_OK) {
        find_spread(v, &o[0].report);
        status = simulate(v, exp(-Z90 * v->log_sd), &o[1]);
    }
    if (status == HANSE_OK) {
        status = simulate(v, exp(Z90 * v->log_sd), &o[2]);
    }
    if (status == HANSE_OK && args->json) {
        print_json(v, o);
    } else if (status == HANSE_OK) {
        print_text(v, o);
    }
    if (status == HANSE_OK && !args->quiet) {
        warn_of_overload(&o[0]);
    }
    hanse__free(o);
    return status;
}

static int run_serve(const struct hanse_cli_args *args, const struct settings *settings)
{
    struct serving v = {.ctx = hanse_cli_context(args), .s = settings};
    v.d.ctx = v.ctx;
    v.d.s = &settings->device;
    enum hanse_status status = hanse_cli_device_read(&v.d, args->operands[0]);
    if (status == HANSE_OK) {
        status = build(&v);
    }
    if (status == HANSE_OK) {
        status = serve(&v, args);
    }
    int exit_status = status == HANSE_OK ? 0 : hanse_cli_failure(v.ctx, status);
    hanse_serving_cost_fini(&v.cost);
    hanse_cli_device_fini(&v.d);
    hanse__free(v.requests);
    hanse_context_destroy(v.ctx);
    return exit_status;
}

static int check_settings(const struct settings *s)
{
    if (s->device.model == NULL) {
        return hanse_cli_bad_usage("serve", "needs --model NAME; 'hanse catalog models' lists "
                                            "them");
    }
    if ((s->rate > 0.0) == (s->requests != NULL)) {
        return hanse_cli_bad_usage("serve", "needs either --rate, requests a second, or "
                                            "--requests, a trace of them");
    }
    if (s->count < 1 || s->replicas < 1 || s->block < 1 || s->prompt_tokens < 1.0 ||
        s->output_tokens < 1.0 || s->chunk > 1048576 || s->replicas > 65536) {
        return hanse_cli_bad_usage("serve", "--count, --replicas, --block, "
                                            "--prompt-tokens and --output-tokens must be >= 1");
    }
    if (s->batch < 1 || s->chunk < s->batch) {
        return hanse_cli_bad_usage("serve",
                                   "--chunk must be no less than --batch, and both >= 1, got "
                                   "%lld and %lld",
                                   (long long)s->chunk, (long long)s->batch);
    }
    if (!(s->speed > 0.0) || s->ttft_target < 0.0 || s->tpot_target < 0.0 ||
        s->prompt_variation < 0.0 || s->output_variation < 0.0) {
        return hanse_cli_bad_usage("serve", "--speed must be > 0, targets and variations >= 0");
    }
    return hanse_cli_device_check("serve", &s->device);
}

static const struct settings USUAL = {.device = HANSE_CLI_DEVICE_DEFAULTS,
                                      .arrivals = "poisson",
                                      .routing = "least_requests",
                                      .prompt_tokens = 1000,
                                      .output_tokens = 250,
                                      .prompt_variation = 1,
                                      .output_variation = 1,
                                      .speed = 1,
                                      .replicas = 1,
                                      .count = 20000,
                                      .batch = 128,
                                      .chunk = 2048,
                                      .block = 16,
                                      .seed = 1};

int hanse_cli_serve(int argc, char **argv)
{
    struct settings s = USUAL;
    const struct hanse_cli_option own[] = {
        {"replicas", 0, HANSE_CLI_INTEGER, &s.replicas, "N", "of the engine (1)"},
        {"routing", 0, HANSE_CLI_TEXT, &s.routing, "RULE",
         "which replica a request goes to (least_requests)"},
        {"rate", 'r', HANSE_CLI_NUMBER, &s.rate, "R", "requests a second, all replicas"},
        {"arrivals", 0, HANSE_CLI_TEXT, &s.arrivals, "LAW",
         "poisson, gamma/mean:1/scv:4, mmpp/RATE/STAY/… (poisson)"},
        {"prompt-tokens", 0, HANSE_CLI_NUMBER, &s.prompt_tokens, "N", "mean (1000)"},
        {"output-tokens", 0, HANSE_CLI_NUMBER, &s.output_tokens, "N", "mean (250)"},
        {"prompt-variation", 0, HANSE_CLI_NUMBER, &s.prompt_variation, "X",
         "standard deviation over mean, gamma law (1)"},
        {"output-variation", 0, HANSE_CLI_NUMBER, &s.output_variation, "X", "likewise (1)"},
        {"count", 'n', HANSE_CLI_INTEGER, &s.count, "N", "requests to simulate (20000)"},
        {"seed", 's', HANSE_CLI_INTEGER, &s.seed, "S", "of the requests (1)"},
        {"requests", 0, HANSE_CLI_TEXT, &s.requests, "FILE.csv",
         "a trace, as docs/replay.md says, plain or gzip"},
        {"speed", 0, HANSE_CLI_NUMBER, &s.speed, "X", "of the trace: times as fast (1)"},
        {"batch", 'b', HANSE_CLI_INTEGER, &s.batch, "B", "sequences at once at most (128)"},
        {"chunk", 0, HANSE_CLI_INTEGER, &s.chunk, "N", "tokens of a step at most (2048)"},
        {"block", 0, HANSE_CLI_INTEGER, &s.block, "N", "tokens of a block of cache (16)"},
        {"queue", 0, HANSE_CLI_INTEGER, &s.queue, "N",
         "may wait at a replica, more are refused; 0: any (0)"},
        {"ttft-target", 0, HANSE_CLI_NUMBER, &s.ttft_target, "s", "to the first token"},
        {"tpot-target", 0, HANSE_CLI_NUMBER, &s.tpot_target, "s", "per token after it"},
        {"power", 0, HANSE_CLI_NUMBER, &s.watt, "W",
         "of a device at work; what the profile or the datasheet says"},
        {"idle-power", 0, HANSE_CLI_NUMBER, &s.idle_watt, "W",
         "of an idle one; what the profile says"},
    };
    enum { OWN = sizeof own / sizeof *own };
    struct hanse_cli_option options[HANSE_CLI_DEVICE_OPTIONS + OWN];
    size_t shared = hanse_cli_device_options(&s.device, options);
    memcpy(options + shared, own, sizeof own);
    const struct hanse_cli_usage usage = {
        .name = "serve",
        .operands = "PROFILE.h5|DEVICE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = "Serves requests to a language model one by one: continuous batching with "
                   "chunked prefill over a\npaged cache, behind a router. docs/serving.md has "
                   "the engine.",
        .example = "hanse serve h100_sxm5_80gb --model llama-3-8b --rate 8 --idle-power 100\n"
                   "hanse serve h100_sxm5_80gb --model llama-3-70b --tensor 4 --link 450 "
                   "--requests scenarios/traces/requests.csv",
        .options = options,
        .n_options = shared + OWN,
    };
    struct hanse_cli_args args;
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    exit_status = check_settings(&s);
    return exit_status != 0 ? exit_status : run_serve(&args, &s);
}
