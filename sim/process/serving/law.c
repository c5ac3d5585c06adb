#include "sim/process/serving/law.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- counts over latency ------------------------------------------------------------------ */

static const double SHORTEST_S = 1e-3;
static const double DECADES = 6.0;

static double bins_per_log(void)
{
    return HANSE_LATENCY_BINS / (DECADES * M_LN10);
}

uint32_t hanse_latency_bin(double seconds)
{
    double at = log(seconds / SHORTEST_S) * bins_per_log();
    return at > 0.0 ? (uint32_t)fmin(at, HANSE_LATENCY_BINS - 1) : 0;
}

double hanse_latency_quantile(const double *counts, double p)
{
    double all = 0.0, below = 0.0;
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        all += counts[i];
    }
    if (!(all > 0.0)) {
        return NAN;
    }
    int last = 0;
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        if (counts[i] > 0.0 && below + counts[i] >= p * all) {
            double inside = (p * all - below) / counts[i];
            return SHORTEST_S * exp((i + inside) / bins_per_log());
        }
        last = counts[i] > 0.0 ? i : last;
        below += counts[i];
    }
    return SHORTEST_S * exp((last + 1) / bins_per_log());
}

void hanse_latency_add(double *sum, const double *counts, double factor, double slower)
{
    double shift = log(slower) * bins_per_log();
    int whole = (int)floor(shift);
    double more = shift - whole;
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        int at = i + whole, next = at + 1;
        at = at < 0 ? 0 : at >= HANSE_LATENCY_BINS ? HANSE_LATENCY_BINS - 1 : at;
        next = next < 0 ? 0 : next >= HANSE_LATENCY_BINS ? HANSE_LATENCY_BINS - 1 : next;
        sum[at] += factor * (1.0 - more) * counts[i];
        sum[next] += factor * more * counts[i];
    }
}

/* --- requests ----------------------------------------------------------------------------- */

static double length(double mean, double variation, struct hanse_stream *stream)
{
    if (!(variation > 0.0)) {
        return mean;
    }
    double shape = 1.0 / (variation * variation);
    return hanse_stream_gamma(stream, shape, mean / shape);
}

void hanse_request_draw(const struct hanse_request_mix *mix, struct hanse_stream *stream,
                        struct hanse_request *request)
{
    double prompt = length(mix->prompt_tokens, mix->prompt_variation, stream);
    double output = length(mix->output_tokens, mix->output_variation, stream);
    double most = mix->longest > 2 ? (double)mix->longest - 2.0 : 4e9;
    double cut = fmin(1.0, most / (prompt + output));
    request->prompt = (uint32_t)fmax(1.0, round(cut * prompt));
    request->output = (uint32_t)fmax(1.0, round(cut * output));
}

double hanse_serving_slack(const struct hanse_serving_targets *targets,
                           const struct hanse_served *served)
{
    const struct hanse_request *q = &served->request;
    double slack = INFINITY;
    if (targets->ttft_s > 0.0) {
        slack = targets->ttft_s / (served->first_s - q->arrival_s);
    }
    if (targets->tpot_s > 0.0 && q->output > 1) {
        double tpot = (served->end_s - served->first_s) / (q->output - 1);
        slack = fmin(slack, targets->tpot_s / tpot);
    }
    return slack;
}

/* --- the rate at saturation ----------------------------------------------------------------
 */

struct drawn {
    const struct hanse_law_rules *rules;
    const struct hanse_arrivals *arrivals; /* NULL: all at once */
    struct hanse_arrivals_state state;
    struct hanse_stream lengths;
    uint64_t n, most;
};

static enum hanse_status next_drawn(void *self, struct hanse_context *ctx,
                                    struct hanse_request *request, bool *more)
{
    struct drawn *d = self;
    *more = d->n < d->most;
    if (*more) {
        hanse_request_draw(&d->rules->mix, &d->lengths, request);
        request->arrival_s =
            d->arrivals != NULL ? hanse_arrivals_next(d->arrivals, &d->state) : 0.0;
        request->number = d->n++;
    }
    return HANSE_OK;
}

struct ends {
    double *at_s;
    uint64_t n;
};

static void keep_end(void *self, const struct hanse_served *served)
{
    struct ends *ends = self;
    ends->at_s[ends->n++] = served->end_s; /* of one replica: in order */
}

static enum hanse_status saturate(struct hanse_context *ctx,
                                  const struct hanse_serving_cost *cost,
                                  const struct hanse_law_rules *rules, double *rate_per_s)
{
    struct hanse_serving_rules one = rules->serving;
    one.replicas = 1;
    one.queue = 0;
    one.open = NULL;
    /* Many batches, so that filling and emptying the engine stays outside the middle. */
    struct drawn drawn = {.rules = rules, .most = 4 * rules->requests};
    uint64_t least = 40 * (uint64_t)cost->max_sequences;
    drawn.most = drawn.most > least ? drawn.most : least;
    hanse_stream_init(&drawn.lengths, rules->seed, 0, 0, "serving law: lengths");
    struct ends ends = {hanse__alloc(ctx, drawn.most, sizeof *ends.at_s), 0};
    if (ends.at_s == NULL) {
        return HANSE_ERR_MEMORY;
    }
    const struct hanse_request_source source = {&drawn, next_drawn};
    struct hanse_serving_report report;
    enum hanse_status status = hanse_serve(ctx, cost, &one, &source, keep_end, &ends, &report);
    if (status == HANSE_OK) {
        uint64_t from = ends.n / 10, to = ends.n - ends.n / 10;
        *rate_per_s = (double)(to - from) / (ends.at_s[to - 1] - ends.at_s[from - 1]);
    }
    hanse__free(ends.at_s);
    return status;
}

/* --- a load --------------------------------------------------------------------------------
 */

/* Dense where queues form. */
static const double LOADS[HANSE_SERVING_LOADS] = {0.02, 0.1, 0.2,  0.3, 0.4,  0.5,
                                                  0.6,  0.7, 0.75, 0.8, 0.85, 0.9,
                                                  0.95, 1.0, 1.05, 1.2, 1.5,  2.0};

struct counted {
    struct hanse_serving_point *point;
    const struct hanse_serving_targets *targets;
    uint64_t from, to; /* numbers of the requests that count */
    double n, n_tpot;
};

static void count(void *self, const struct hanse_served *served)
{
    struct counted *c = self;
    const struct hanse_request *q = &served->request;
    if (q->number < c->from || q->number >= c->to) {
        return;
    }
    struct hanse_serving_point *p = c->point;
    double ttft = served->first_s - q->arrival_s;
    c->n += 1.0;
    p->ttft_s += ttft;
    p->end_to_end_s += served->end_s - q->arrival_s;
    p->ttft[hanse_latency_bin(ttft)] += 1.0;
    double slack = hanse_serving_slack(c->targets, served);
    p->slack[hanse_latency_bin(slack)] += 1.0;
    if (q->output > 1) {
        double tpot = (served->end_s - served->first_s) / (q->output - 1);
        c->n_tpot += 1.0;
        p->tpot_s += tpot;
        p->tpot[hanse_latency_bin(tpot)] += 1.0;
    }
}

static void scale(double *counts, double factor)
{
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        counts[i] *= factor;
    }
}

static void finish_point(struct counted *c, const struct hanse_serving_report *report,
                         uint32_t replicas)
{
    struct hanse_serving_point *p = c->point;
    double each = c->n > 0.0 ? 1.0 / c->n : 0.0;
    double each_tpot = c->n_tpot > 0.0 ? 1.0 / c->n_tpot : 0.0;
    double came = (double)(report->requests + report->refused);
    p->accepted = came > 0.0 ? (double)report->requests / came : 1.0;
    p->ttft_s *= each;
    p->end_to_end_s *= each;
    p->tpot_s *= each_tpot;
    scale(p->ttft, each);
    scale(p->slack, each);
    scale(p->tpot, each_tpot);
    p->busy = report->span_s > 0.0 ? report->busy_s / (replicas * report->span_s) : 0.0;
    p->joule_per_token =
        report->output_tokens > 0.0 ? report->joule / report->output_tokens : 0.0;
}

static enum hanse_status find_point(struct hanse_context *ctx,
                                    const struct hanse_serving_cost *cost,
                                    const struct hanse_law_rules *rules, double rate_per_s,
                                    uint32_t which, struct hanse_serving_point *point)
{
    *point = (struct hanse_serving_point){.load = LOADS[which]};
    uint32_t replicas = rules->serving.replicas;
    double interval_s = 1.0 / (LOADS[which] * rate_per_s * replicas);
    struct hanse_arrivals arrivals = {0};
    HANSE_TRY(hanse_arrivals_parse(ctx, rules->arrivals, interval_s, &arrivals));
    struct drawn drawn = {.rules = rules, .arrivals = &arrivals, .most = rules->requests};
    hanse_arrivals_start(&arrivals, &drawn.state, rules->seed, which, 0);
    hanse_stream_init(&drawn.lengths, rules->seed, which, 1, "serving law: lengths");
    const struct hanse_request_source source = {&drawn, next_drawn};
    /* An empty engine at the start and an emptying one at the end are not the load's. */
    struct counted c = {.point = point,
                        .targets = &rules->targets,
                        .from = rules->requests / 10,
                        .to = rules->requests - rules->requests / 20};
    struct hanse_serving_report report;
    enum hanse_status status =
        hanse_serve(ctx, cost, &rules->serving, &source, count, &c, &report);
    if (status == HANSE_OK) {
        finish_point(&c, &report, replicas);
    }
    hanse_variate_fini(&arrivals.gap);
    return status;
}

/* --- no load is faster than a lower one -----------------------------------------------------
 */

/* Shares done by each latency: at most (sign 1) or at least (−1) those of the load before. */
static void carry(const double *before, double *counts, double sign)
{
    double done_before = 0.0, done = 0.0, kept = 0.0;
    for (int i = 0; i < HANSE_LATENCY_BINS; i++) {
        done_before += before[i];
        done += counts[i];
        double now = sign > 0.0 ? fmin(done, done_before) : fmax(done, done_before);
        now = i == HANSE_LATENCY_BINS - 1 ? fmax(done, done_before) : now;
        counts[i] = now - kept;
        kept = now;
    }
}

static double slack_from(const double *counts, double slower)
{
    double at = log(slower / SHORTEST_S) * bins_per_log(), sum = 0.0;
    for (int i = HANSE_LATENCY_BINS - 1; i >= 0; i--) {
        double part = fmin(1.0, fmax(0.0, i + 1 - at));
        sum += i == HANSE_LATENCY_BINS - 1 ? counts[i] : part * counts[i];
    }
    return sum;
}

static void straighten(struct hanse_serving_law *law)
{
    for (int i = 0; i < HANSE_SERVING_LOADS; i++) {
        struct hanse_serving_point *p = &law->points[i];
        if (i > 0) {
            const struct hanse_serving_point *q = p - 1;
            carry(q->ttft, p->ttft, 1.0);
            carry(q->tpot, p->tpot, 1.0);
            carry(q->slack, p->slack, -1.0);
            p->ttft_s = fmax(p->ttft_s, q->ttft_s);
            p->tpot_s = fmax(p->tpot_s, q->tpot_s);
            p->end_to_end_s = fmax(p->end_to_end_s, q->end_to_end_s);
            p->accepted = fmin(p->accepted, q->accepted);
        }
        p->on_time = p->accepted * slack_from(p->slack, 1.0);
    }
}

enum hanse_status hanse_serving_law_find(struct hanse_context *ctx,
                                         const struct hanse_serving_cost *cost,
                                         const struct hanse_law_rules *rules,
                                         struct hanse_serving_law *law)
{
    if (rules->serving.queue == 0 || rules->requests < 100) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "serving law: needs a bounded queue and at least 100 requests a "
                           "load, got %u and %llu",
                           rules->serving.queue, (unsigned long long)rules->requests);
    }
    HANSE_TRY(saturate(ctx, cost, rules, &law->rate_per_s));
    for (uint32_t i = 0; i < HANSE_SERVING_LOADS; i++) {
        HANSE_TRY(find_point(ctx, cost, rules, law->rate_per_s, i, &law->points[i]));
    }
    straighten(law);
    return HANSE_OK;
}

/* --- asking ---------------------------------------------------------------------------------
 */

struct hanse_law_place hanse_serving_law_place(double load)
{
    uint32_t i = 0;
    while (i + 2 < HANSE_SERVING_LOADS && load > LOADS[i + 1]) {
        i++;
    }
    double more = (load - LOADS[i]) / (LOADS[i + 1] - LOADS[i]);
    return (struct hanse_law_place){i, fmin(1.0, fmax(0.0, more))};
}

static double on_time_at(const struct hanse_serving_point *p, double slower)
{
    return slower == 1.0 ? p->on_time : p->accepted * slack_from(p->slack, slower);
}

double hanse_serving_law_on_time(const struct hanse_serving_law *law, double load,
                                 double slower)
{
    struct hanse_law_place at = hanse_serving_law_place(load);
    const struct hanse_serving_point *p = &law->points[at.i];
    return (1.0 - at.more) * on_time_at(p, slower) + at.more * on_time_at(p + 1, slower);
}
