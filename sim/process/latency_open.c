/* Openings: hours of a nation request by request; see latency.h. */
#include <math.h>
#include <string.h>

#include "sim/process/latency_inside.h"
#include "sim/process/stack.h"

enum { MOST_STRETCHES = 6 * HANSE_MONTH_H + 1 };

/* Time before an opening that fills the engines and doesn't count; hours are cut into as long
 * stretches, so that both fall on their borders. */
static const double LEAD_S = 600.0;

static const struct hanse_opened *opened_at(const struct hanse_world *world, int32_t opening)
{
    return (const struct hanse_opened *)hanse__at(world, hanse__latency(world)->opened) +
           opening;
}

/* --- as hours pass --------------------------------------------------------------------------
 */

enum hanse_status hanse__openings_init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    if (t->n_openings == 0) {
        return HANSE_OK;
    }
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, (size_t)t->n_openings, sizeof(struct hanse_opened), &ref));
    struct hanse_latency *s = hanse__latency(world);
    s->opened = ref;
    s->n_places = hanse__n_places(world);
    size_t places = (size_t)s->n_places, types = (size_t)s->n_types;
    for (int32_t i = 0; i < t->n_openings; i++) {
        struct hanse_opened o = {.first_h = (int32_t)t->openings[i].from_h};
        o.hours = (int32_t)t->openings[i].to_h - o.first_h;
        size_t n = (size_t)o.hours * places;
        HANSE_TRY(hanse__take(world, n, sizeof(double), &o.work));
        HANSE_TRY(hanse__take(world, n, sizeof(double), &o.weighted));
        HANSE_TRY(hanse__take(world, n * types, sizeof(double), &o.replicas));
        ((struct hanse_opened *)hanse__at(world, ref))[i] = o;
    }
    return HANSE_OK;
}

/* Where an hour of a place lies in an opening's arrays; −1 when it isn't of it. */
static ptrdiff_t index_of(const struct hanse_sweep *h, int32_t opening, int32_t place)
{
    const struct hanse_opening *row = &h->world->tables.openings[opening];
    const struct hanse_opened *o = opened_at(h->world, opening);
    int64_t hour = h->hour - o->first_h;
    bool here = row->region < 0 || row->region == h->places[place].region;
    return here && hour >= 0 && hour < o->hours ? (ptrdiff_t)hour * h->P + place : -1;
}

void hanse__openings_note(struct hanse_sweep *h, int32_t serving, int32_t place, double work,
                          double load, double on_time)
{
    double each =
        ((const double *)hanse__at(h->world, hanse__latency(h->world)->work))[serving];
    for (int32_t i = 0; i < h->world->tables.n_openings; i++) {
        ptrdiff_t at = index_of(h, i, place);
        if (at < 0 || h->world->tables.openings[i].serving != serving) {
            continue;
        }
        const struct hanse_opened *o = opened_at(h->world, i);
        ((double *)hanse__at(h->world, o->work))[at] += work;
        ((double *)hanse__at(h->world, o->weighted))[at] += work * load;
        *hanse__latency_cell(h->world, HANSE_OPENED_FLOW, i, 1) +=
            fmax(1.0, load) * work / each;
        *hanse__latency_cell(h->world, HANSE_OPENED_FLOW_ON_TIME, i, 1) +=
            on_time * work / each;
    }
}

/* The devices that worked for the serving: of the busy ones, its part of the work. */
static void note_replicas(struct hanse_sweep *h, int32_t opening, int32_t place, ptrdiff_t at)
{
    const struct hanse_opened *o = opened_at(h->world, opening);
    const struct hanse_latency *s = hanse__latency(h->world);
    int32_t serving = h->world->tables.openings[opening].serving;
    int32_t w = h->world->tables.servings[serving].workload;
    double work = ((const double *)hanse__at(h->world, o->work))[at];
    double busy = h->powered[place] - h->free[place];
    double all = busy * h->capacity[place * h->W + w];
    const double *devices =
        (const double *)hanse__at(h->world, s->devices) + (ptrdiff_t)serving * s->n_types;
    double *replicas = (double *)hanse__at(h->world, o->replicas) + at * s->n_types;
    for (int32_t a = 0; a < s->n_types && work > 0.0 && all > 0.0; a++) {
        if (devices[a] > 0.0) {
            replicas[a] = fmin(1.0, work / all) * h->powered[place] *
                          hanse__place_devices(h->world, place, a) / devices[a];
        }
    }
}

void hanse__openings_close_hour(struct hanse_sweep *h)
{
    for (int32_t i = 0; i < h->world->tables.n_openings; i++) {
        for (int32_t p = 0; p < h->P; p++) {
            ptrdiff_t at = index_of(h, i, p);
            if (at >= 0) {
                note_replicas(h, i, p, at);
            }
        }
    }
}

/* --- request by request ---------------------------------------------------------------------
 */

/* One place and accelerator of an opening. */
struct run {
    struct hanse_world *world;
    int32_t opening, hours;
    struct hanse_engine_parts parts;
    uint32_t open[MOST_STRETCHES];    /* replicas by stretch of LEAD_S, the lead first */
    double rate_per_s[HANSE_MONTH_H]; /* of all that are open, by hour */
    double weight[HANSE_MONTH_H];     /* replicas that one stands for */
    double slower;
    struct hanse_arrivals arrivals;
    struct hanse_arrivals_state state;
    struct hanse_stream lengths;
    double mean_per_s;
    double before[HANSE_MONTH_H + 1]; /* expected requests up to an hour, after the lead */
    int32_t at_hour;                  /* of the latest arrival */
    uint64_t number;
    double tokens; /* weighted, of the served that count */
};

/* Hour of a time in the run; −1: the lead. */
static int32_t hour_of(const struct run *r, double at_s)
{
    return at_s < LEAD_S ? -1 : (int32_t)fmin((at_s - LEAD_S) / 3600.0, r->hours - 1);
}

/* The time by which so many requests are expected; beyond the end, the last hour's rate. */
static double time_of(struct run *r, double requests)
{
    double lead = LEAD_S * r->rate_per_s[0];
    if (requests < lead) {
        return requests / r->rate_per_s[0];
    }
    requests -= lead;
    while (r->at_hour < r->hours && requests >= r->before[r->at_hour + 1]) {
        r->at_hour++;
    }
    if (r->at_hour >= r->hours) {
        return INFINITY;
    }
    double inside = (requests - r->before[r->at_hour]) / r->rate_per_s[r->at_hour];
    return LEAD_S + 3600.0 * r->at_hour + inside;
}

static enum hanse_status next_request(void *self, struct hanse_context *ctx,
                                      struct hanse_request *request, bool *more)
{
    struct run *r = self;
    double steady_s = hanse_arrivals_next(&r->arrivals, &r->state);
    request->arrival_s = time_of(r, steady_s * r->mean_per_s);
    *more = isfinite(request->arrival_s);
    if (*more) {
        hanse_request_draw(&r->parts.rules.mix, &r->lengths, request);
        request->number = r->number++;
        int32_t hour = hour_of(r, request->arrival_s);
        if (hour >= 0) {
            *hanse__latency_cell(r->world, HANSE_OPENED_REQUESTS, r->opening, 1) +=
                r->weight[hour];
        }
    }
    return HANSE_OK;
}

static void note_served(void *self, const struct hanse_served *served)
{
    struct run *r = self;
    const struct hanse_request *q = &served->request;
    int32_t hour = hour_of(r, q->arrival_s);
    if (hour < 0) {
        return;
    }
    double weight = r->weight[hour], ttft = served->first_s - q->arrival_s;
    double all = served->end_s - q->arrival_s;
    double slack = hanse_serving_slack(&r->parts.rules.targets, served);
#define CELL(output) hanse__latency_cell(r->world, output, r->opening, 1)
#define COUNTS(output) hanse__latency_cell(r->world, output, r->opening, HANSE_LATENCY_BINS)
    *CELL(HANSE_OPENED_SERVED) += weight;
    *CELL(HANSE_OPENED_PREEMPTED) += weight * served->preemptions;
    *CELL(HANSE_OPENED_ON_TIME) += slack >= 1.0 ? weight : 0.0;
    *CELL(HANSE_OPENED_TOKENS) += weight * q->output;
    *CELL(HANSE_OPENED_TTFT_SUM) += weight * ttft;
    *CELL(HANSE_OPENED_ALL_SUM) += weight * all;
    COUNTS(HANSE_OPENED_TTFT)[hanse_latency_bin(ttft)] += weight;
    COUNTS(HANSE_OPENED_ALL)[hanse_latency_bin(all)] += weight;
    if (q->output > 1) {
        double tpot = (served->end_s - served->first_s) / (q->output - 1);
        *CELL(HANSE_OPENED_LONGER) += weight;
        *CELL(HANSE_OPENED_TPOT_SUM) += weight * tpot;
        COUNTS(HANSE_OPENED_TPOT)[hanse_latency_bin(tpot)] += weight;
    }
    r->tokens += weight * q->output;
}

/* Fills in how many replicas there are in each hour and what comes; false: nothing. */
static bool plan(struct run *r, int32_t place, int32_t type, double rate_per_s)
{
    const struct hanse_world *world = r->world;
    const struct hanse_latency *s = hanse__latency(world);
    const struct hanse_opened *o = opened_at(world, r->opening);
    const double *work = hanse__at(world, o->work), *weighted = hanse__at(world, o->weighted);
    const double *replicas = hanse__at(world, o->replicas);
    double most = 0.0, sum = 0.0;
    for (int32_t h = 0; h < r->hours; h++) {
        ptrdiff_t at = (ptrdiff_t)h * s->n_places + place;
        most = fmax(most, replicas[at * s->n_types + type]);
    }
    double wanted = fmax(1.0, round(most));
    double cap = (double)world->tables.openings[r->opening].replicas;
    uint32_t simulated = (uint32_t)fmin(wanted, cap);
    r->parts.rules.serving.replicas = simulated;
    for (int32_t h = 0; h < r->hours; h++) {
        ptrdiff_t at = (ptrdiff_t)h * s->n_places + place;
        double exact = replicas[at * s->n_types + type];
        double open = most > 0.0 ? round(exact / most * simulated) : 1.0;
        uint32_t n = (uint32_t)fmax(1.0, fmin(open, simulated));
        double load = work[at] > 0.0 ? weighted[at] / work[at] : 0.0;
        r->weight[h] = exact / n;
        r->rate_per_s[h] = exact > 0.0 ? load * rate_per_s * n : 0.0;
        r->before[h + 1] = r->before[h] + 3600.0 * r->rate_per_s[h];
        sum += r->rate_per_s[h];
        for (int i = 0; i < 6; i++) {
            r->open[1 + 6 * h + i] = n;
        }
    }
    r->open[0] = r->open[1];
    r->mean_per_s = sum / r->hours;
    return sum > 0.0;
}

/* The stack's slowness is the engine's. */
static void slow_down(struct run *r, int32_t place, int32_t type)
{
    const struct hanse_world *world = r->world;
    const struct hanse_serving *serving =
        &world->tables.servings[world->tables.openings[r->opening].serving];
    int32_t region = hanse__places(world)[place].region;
    double factor = hanse__stack_factor(world, type, serving->workload,
                                        world->tables.regions[region].jurisdiction);
    r->slower = factor > 0.0 ? 1.0 / factor : 1.0;
    hanse_serving_cost_slow(&r->parts.cost, r->slower);
}

static enum hanse_status serve(struct run *r, int32_t place, int32_t type)
{
    struct hanse_world *world = r->world;
    uint64_t entity = hanse_entity_number(
        hanse_entity_number(
            hanse_scenario_entity(world->scenario, &hanse_kind_opening, r->opening),
            (uint64_t)place),
        (uint64_t)type);
    struct hanse_serving_rules *rules = &r->parts.rules.serving;
    rules->open = r->open;
    rules->n_open = (uint32_t)(1 + 6 * r->hours);
    rules->open_stretch_s = LEAD_S;
    rules->seed = hanse_entity_number(entity, world->seed + world->replication);
    HANSE_TRY(hanse_arrivals_parse(world->ctx, r->parts.rules.arrivals, 1.0 / r->mean_per_s,
                                   &r->arrivals));
    hanse_arrivals_start(&r->arrivals, &r->state, world->seed, world->replication, entity);
    hanse_stream_init(&r->lengths, world->seed, world->replication, entity, "opening: lengths");
    const struct hanse_request_source source = {r, next_request};
    struct hanse_serving_report report;
    enum hanse_status status =
        hanse_serve(world->ctx, &r->parts.cost, rules, &source, note_served, r, &report);
    hanse_variate_fini(&r->arrivals.gap);
    if (status == HANSE_OK && report.output_tokens > 0.0) {
        *CELL(HANSE_OPENED_JOULE) += report.joule / report.output_tokens * r->tokens;
    }
    return status;
}
#undef CELL
#undef COUNTS

static enum hanse_status run_engine(struct hanse_world *world, int32_t opening, int32_t place,
                                    int32_t type)
{
    const struct hanse_serving *serving =
        &world->tables.servings[world->tables.openings[opening].serving];
    double devices = 0.0;
    struct run *r = hanse__alloc(world->ctx, 1, sizeof *r);
    if (r == NULL) {
        return HANSE_ERR_MEMORY;
    }
    r->world = world;
    r->opening = opening;
    r->hours = opened_at(world, opening)->hours;
    enum hanse_status status = hanse__engine_build(world, serving, type, &r->parts);
    if (status == HANSE_OK) {
        slow_down(r, place, type);
        devices = r->parts.devices;
        double rate = hanse__latency_rate_per_s(world, type, serving->workload);
        if (plan(r, place, type, rate * devices / r->slower)) {
            status = serve(r, place, type);
        }
    }
    hanse_serving_cost_fini(&r->parts.cost);
    hanse__free(r);
    return status;
}

static void count_refused(const struct hanse_world *world, int32_t opening)
{
    *hanse__latency_cell(world, HANSE_OPENED_REFUSED, opening, 1) =
        *hanse__latency_cell(world, HANSE_OPENED_REQUESTS, opening, 1) -
        *hanse__latency_cell(world, HANSE_OPENED_SERVED, opening, 1);
}

static enum hanse_status run_opening(struct hanse_world *world, int32_t opening)
{
    const struct hanse_latency *s = hanse__latency(world);
    const double *devices = (const double *)hanse__at(world, s->devices) +
                            (ptrdiff_t)world->tables.openings[opening].serving * s->n_types;
    for (int32_t p = 0; p < s->n_places; p++) {
        for (int32_t a = 0; a < s->n_types; a++) {
            if (devices[a] > 0.0) {
                HANSE_TRY(run_engine(world, opening, p, a));
            }
        }
    }
    count_refused(world, opening);
    return HANSE_OK;
}

enum hanse_status hanse__openings_run(struct hanse_world *world, int64_t from, int64_t to)
{
    for (int32_t i = 0; i < world->tables.n_openings; i++) {
        int64_t end = (int64_t)world->tables.openings[i].to_h;
        if (end > from && end <= to) {
            HANSE_TRY(run_opening(world, i));
        }
    }
    return HANSE_OK;
}
