#include "sim/process/serving/serving.h"

#include <math.h>

#include "sim/engine/stream.h"

struct service {
    struct hanse_context *ctx;
    const struct hanse_serving_rules *rules;
    struct hanse_replica **replicas;
    struct hanse_stream stream;
    uint32_t next; /* of round robin */
    hanse_served_function *each;
    void *self;
    struct hanse_serving_report *report;
    double first_arrival_s, last_end_s;
};

static void note(void *self, const struct hanse_served *served)
{
    struct service *s = self;
    struct hanse_serving_report *report = s->report;
    const struct hanse_request *q = &served->request;
    double ttft = served->first_s - q->arrival_s, all = served->end_s - q->arrival_s;
    report->requests++;
    report->preemptions += served->preemptions;
    report->prompt_tokens += q->prompt;
    report->output_tokens += q->output;
    hanse_tally_add(&report->ttft, ttft);
    hanse_sketch_add(&report->ttft_sketch, ttft);
    hanse_tally_add(&report->end_to_end, all);
    hanse_sketch_add(&report->end_to_end_sketch, all);
    if (q->output > 1) {
        double tpot = (served->end_s - served->first_s) / (q->output - 1);
        hanse_tally_add(&report->tpot, tpot);
        hanse_sketch_add(&report->tpot_sketch, tpot);
    }
    s->last_end_s = fmax(s->last_end_s, served->end_s);
    if (s->each != NULL) {
        s->each(s->self, served);
    }
}

/* Replicas that take requests now: the first so many. */
static uint32_t open_at(const struct service *s, double at_s)
{
    const struct hanse_serving_rules *rules = s->rules;
    if (rules->open == NULL || rules->n_open == 0) {
        return rules->replicas;
    }
    double stretch = floor(at_s / rules->open_stretch_s);
    double last = (double)rules->n_open - 1.0;
    uint32_t n = rules->open[(uint32_t)fmax(0.0, fmin(stretch, last))];
    return n < 1 ? 1 : n < rules->replicas ? n : rules->replicas;
}

static uint32_t draw(struct service *s, uint32_t n)
{
    return (uint32_t)(hanse_stream_uniform(&s->stream) * n);
}

/* The one of `n` to whom the rule sends what doesn't depend on their state. */
static uint32_t blindly(struct service *s, uint32_t n)
{
    return s->rules->routing == HANSE_ROUTING_ROUND_ROBIN ? s->next++ % n : draw(s, n);
}

static uint32_t of_two(struct service *s, uint32_t n, double at_s)
{
    uint32_t a = draw(s, n), b = n > 1 ? (a + 1 + draw(s, n - 1)) % n : a;
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    hanse_replica_advance(s->replicas[low], at_s);
    hanse_replica_advance(s->replicas[high], at_s);
    return hanse_replica_in_system(s->replicas[high]) <
                   hanse_replica_in_system(s->replicas[low])
               ? high
               : low;
}

static uint32_t least(struct service *s, uint32_t n, double at_s)
{
    uint32_t best = 0;
    double lowest = INFINITY;
    for (uint32_t i = 0; i < n; i++) {
        hanse_replica_advance(s->replicas[i], at_s);
        double load = s->rules->routing == HANSE_ROUTING_LEAST_REQUESTS
                          ? hanse_replica_in_system(s->replicas[i])
                          : hanse_replica_backlog(s->replicas[i]);
        if (load < lowest) {
            lowest = load;
            best = i;
        }
    }
    return best;
}

/* The replica that a request goes to, advanced to its arrival. */
static struct hanse_replica *route(struct service *s, double at_s)
{
    uint32_t n = open_at(s, at_s);
    switch (s->rules->routing) {
    case HANSE_ROUTING_LEAST_REQUESTS:
    case HANSE_ROUTING_LEAST_TOKENS:
        return s->replicas[least(s, n, at_s)];
    case HANSE_ROUTING_TWO_CHOICES:
        return s->replicas[of_two(s, n, at_s)];
    default:
        break;
    }
    struct hanse_replica *one = s->replicas[blindly(s, n)];
    hanse_replica_advance(one, at_s);
    return one;
}

static enum hanse_status take_all(struct service *s, const struct hanse_request_source *source)
{
    double last = -INFINITY;
    for (;;) {
        struct hanse_request request;
        bool more;
        HANSE_TRY(source->next(source->self, s->ctx, &request, &more));
        if (!more) {
            break;
        }
        if (!(request.arrival_s >= last)) {
            return hanse__fail(
                s->ctx, HANSE_ERR_DOMAIN,
                "request %llu: arrivals must not go back in time, got %g s after "
                "%g s",
                (unsigned long long)request.number, request.arrival_s, last);
        }
        s->first_arrival_s = last == -INFINITY ? request.arrival_s : s->first_arrival_s;
        last = request.arrival_s;
        struct hanse_replica *replica = route(s, request.arrival_s);
        if (s->rules->queue > 0 && hanse_replica_waiting(replica) >= s->rules->queue) {
            s->report->refused++;
        } else {
            HANSE_TRY(hanse_replica_arrive(replica, &request));
        }
    }
    for (uint32_t i = 0; i < s->rules->replicas; i++) {
        hanse_replica_finish(s->replicas[i]);
    }
    return HANSE_OK;
}

static void add_up(struct service *s)
{
    struct hanse_serving_report *report = s->report;
    for (uint32_t i = 0; i < s->rules->replicas; i++) {
        struct hanse_replica_totals t = hanse_replica_totals(s->replicas[i]);
        report->busy_s += t.busy_s;
        report->steps += t.steps;
    }
    report->span_s = fmax(0.0, s->last_end_s - s->first_arrival_s);
    double idle_s = s->rules->replicas * report->span_s - report->busy_s;
    report->joule = s->rules->active_watt * report->busy_s + s->rules->idle_watt * idle_s;
}

static enum hanse_status init_report(struct hanse_context *ctx,
                                     struct hanse_serving_report *report)
{
    *report = (struct hanse_serving_report){0};
    HANSE_TRY(hanse_sketch_init(&report->ttft_sketch, ctx, 0.005, 1e-6));
    HANSE_TRY(hanse_sketch_init(&report->tpot_sketch, ctx, 0.005, 1e-6));
    return hanse_sketch_init(&report->end_to_end_sketch, ctx, 0.005, 1e-6);
}

enum hanse_status hanse_serve(struct hanse_context *ctx, const struct hanse_serving_cost *cost,
                              const struct hanse_serving_rules *rules,
                              const struct hanse_request_source *source,
                              hanse_served_function *each, void *self,
                              struct hanse_serving_report *report)
{
    struct service s = {
        .ctx = ctx, .rules = rules, .each = each, .self = self, .report = report};
    HANSE_TRY(init_report(ctx, report));
    if (rules->replicas == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "serving: needs at least one replica");
    }
    s.replicas = hanse__alloc(ctx, rules->replicas, sizeof *s.replicas);
    if (s.replicas == NULL) {
        return HANSE_ERR_MEMORY;
    }
    hanse_stream_init(&s.stream, rules->seed, 0, 0, "serving: routing");
    enum hanse_status status = HANSE_OK;
    for (uint32_t i = 0; status == HANSE_OK && i < rules->replicas; i++) {
        status = hanse_replica_create(ctx, cost, &rules->replica, note, &s, &s.replicas[i]);
    }
    if (status == HANSE_OK) {
        status = take_all(&s, source);
    }
    if (status == HANSE_OK) {
        add_up(&s);
    }
    for (uint32_t i = 0; i < rules->replicas; i++) {
        hanse_replica_destroy(s.replicas[i]);
    }
    hanse__free(s.replicas);
    return status;
}
