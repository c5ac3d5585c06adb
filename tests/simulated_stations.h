/*
 * Stations and small networks on our calendar and streams, for rows of queueing tables.
 *
 * One simulator serves all rows: customers come from outside or circle, wait in one line per
 * station in order of arrival (or share its processor), take the fastest free server, and go on
 * by chance. A run gives, per station, the mean number there over time and the mean time of a
 * visit. Ten replications make a 99 % interval; the run is as long as the station's memory asks
 * for: warm-up and length are multiples of (1 + scv) / (1 - load)^2 services.
 */
#ifndef HANSE_TESTS_SIMULATED_STATIONS_H
#define HANSE_TESTS_SIMULATED_STATIONS_H

#include <string.h>

#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/stats/interval.h"
#include "sim/stats/tally.h"
#include "sim/stats/timeweighted.h"
#include "tests/close.h"

enum {
    SIM_STATIONS = 4,
    SIM_SERVERS = 128,
    SIM_CLASSES = 2,
    SIM_LINE = 1 << 16,
    SIM_RUNS = 10
};

struct sim_station {
    int servers;
    double rate[SIM_SERVERS]; /* of each server, as the fastest is to be found first */
    double scv;               /* of its services: 0 constant, else gamma */
    int places;               /* 0: unbounded */
    bool shared;              /* a processor shared by classes with service times share_time */
    double share_time[SIM_CLASSES];
    double arrival_rate[SIM_CLASSES]; /* from outside */
    double route[SIM_STATIONS];       /* chance to go on to; the rest leaves */
};

struct sim_net {
    int n;
    struct sim_station at[SIM_STATIONS];
    int circling;           /* customers who are there from the start, at station 0 */
    double warm, customers; /* services of the whole net before and while it is watched */
};

struct sim_answer {
    double number[SIM_STATIONS][SIM_CLASSES], response[SIM_STATIONS][SIM_CLASSES];
    double passed[SIM_STATIONS]; /* visits ended per time */
};

/* --- one run ------------------------------------------------------------------------------ */

enum { SIM_ARRIVE, SIM_DEPART };

struct sim_line {
    double since[SIM_LINE]; /* when those in line came, a ring */
    uint32_t first, end;
};

struct sim_run {
    const struct sim_net *net;
    struct hanse_calendar calendar;
    struct hanse_stream arrivals, services, routes;
    struct sim_line lines[SIM_STATIONS];
    double serving_since[SIM_STATIONS][SIM_SERVERS]; /* arrival of who is served; < 0 free */
    int in_system[SIM_STATIONS][SIM_CLASSES];
    hanse_handle sharing[SIM_STATIONS];
    uint64_t visits[SIM_STATIONS][SIM_CLASSES], all;
    struct hanse_timeweighted number[SIM_STATIONS][SIM_CLASSES];
    struct hanse_tally response[SIM_STATIONS][SIM_CLASSES];
    double watched_since;
};

static inline hanse_handle sim_plan(struct sim_run *run, uint16_t kind, double time,
                                    uint32_t who)
{
    const struct hanse_event event = {.time = time, .kind = kind, .entity = who};
    hanse_handle handle;
    assert_int_equal(hanse_calendar_schedule(&run->calendar, &event, &handle), HANSE_OK);
    return handle;
}

static inline double sim_service(struct sim_run *run, const struct sim_station *s, double mean)
{
    if (s->scv == 0.0) {
        return mean;
    }
    return s->scv == 1.0 ? mean * hanse_stream_exponential(&run->services)
                         : hanse_stream_gamma(&run->services, 1.0 / s->scv, mean * s->scv);
}

/* Exponential services under sharing: class c ends at rate n_c / n / time_c. Whenever the
 * numbers change, the next end is drawn anew; nothing is lost, since they forget. */
static inline void sim_share(struct sim_run *run, int i, double now)
{
    const struct sim_station *s = &run->net->at[i];
    double all = run->in_system[i][0] + run->in_system[i][1];
    hanse_calendar_cancel(&run->calendar, run->sharing[i]);
    if (all > 0) {
        double rate = run->in_system[i][0] / all / s->share_time[0] +
                      run->in_system[i][1] / all / s->share_time[1];
        run->sharing[i] =
            sim_plan(run, SIM_DEPART, now + hanse_stream_exponential(&run->services) / rate,
                     (uint32_t)i * SIM_SERVERS);
    }
}

static inline void sim_serve(struct sim_run *run, int i, double now)
{
    const struct sim_station *s = &run->net->at[i];
    struct sim_line *line = &run->lines[i];
    for (int k = 0; k < s->servers && line->first != line->end; k++) {
        if (run->serving_since[i][k] < 0.0) {
            run->serving_since[i][k] = line->since[line->first++ % SIM_LINE];
            sim_plan(run, SIM_DEPART, now + sim_service(run, s, 1.0 / s->rate[k]),
                     (uint32_t)(i * SIM_SERVERS + k));
        }
    }
}

static inline void sim_count(struct sim_run *run, int i, int c, int change, double now)
{
    run->in_system[i][c] += change;
    hanse_timeweighted_set(&run->number[i][c], now, run->in_system[i][c]);
}

static inline void sim_join(struct sim_run *run, int i, int c, double now)
{
    const struct sim_station *s = &run->net->at[i];
    struct sim_line *line = &run->lines[i];
    if (s->places > 0 && run->in_system[i][0] == s->places) {
        return;
    }
    sim_count(run, i, c, 1, now);
    if (s->shared) {
        sim_share(run, i, now);
        return;
    }
    assert_true(line->end - line->first < SIM_LINE);
    line->since[line->end++ % SIM_LINE] = now;
    sim_serve(run, i, now);
}

static inline void sim_plan_arrival(struct sim_run *run, int i, int c, double now)
{
    double rate = run->net->at[i].arrival_rate[c];
    if (rate > 0.0) {
        sim_plan(run, SIM_ARRIVE, now + hanse_stream_exponential(&run->arrivals) / rate,
                 (uint32_t)(i * SIM_CLASSES + c));
    }
}

static inline void sim_watch(struct sim_run *run, double now)
{
    run->watched_since = now;
    for (int i = 0; i < run->net->n; i++) {
        for (int c = 0; c < SIM_CLASSES; c++) {
            hanse_timeweighted_restart(&run->number[i][c], now);
            run->response[i][c] = (struct hanse_tally){0};
            run->visits[i][c] = 0;
        }
    }
}

static inline void sim_go_on(struct sim_run *run, int i, double now)
{
    const struct sim_station *s = &run->net->at[i];
    double u = hanse_stream_uniform(&run->routes);
    for (int j = 0; j < run->net->n; j++) {
        if (u < s->route[j]) {
            sim_join(run, j, 0, now);
            return;
        }
        u -= s->route[j];
    }
}

static inline void sim_depart(struct sim_run *run, uint32_t who, double now)
{
    int i = (int)(who / SIM_SERVERS), k = (int)(who % SIM_SERVERS), c = 0;
    const struct sim_station *s = &run->net->at[i];
    if (s->shared) {
        double first = run->in_system[i][0] / s->share_time[0];
        double second = run->in_system[i][1] / s->share_time[1];
        c = hanse_stream_uniform(&run->routes) * (first + second) < first ? 0 : 1;
    } else {
        hanse_tally_add(&run->response[i][0], now - run->serving_since[i][k]);
        run->serving_since[i][k] = -1.0;
    }
    sim_count(run, i, c, -1, now);
    run->visits[i][c]++;
    if (++run->all == (uint64_t)run->net->warm) {
        sim_watch(run, now);
    }
    if (s->shared) {
        sim_share(run, i, now);
    } else {
        sim_serve(run, i, now);
    }
    sim_go_on(run, i, now);
}

static inline void sim_start(struct sim_run *run, const struct sim_net *net, uint64_t seed,
                             uint32_t k)
{
    uint64_t entity = hanse_entity("network");
    run->net = net;
    hanse_stream_init(&run->arrivals, seed, k, entity, "arrival");
    hanse_stream_init(&run->services, seed, k, entity, "service");
    hanse_stream_init(&run->routes, seed, k, entity, "route");
    for (int i = 0; i < net->n; i++) {
        run->lines[i].first = run->lines[i].end = 0;
        for (int c = 0; c < SIM_CLASSES; c++) {
            hanse_timeweighted_init(&run->number[i][c], 0.0, 0.0);
            sim_plan_arrival(run, i, c, 0.0);
        }
        for (int s = 0; s < SIM_SERVERS; s++) {
            run->serving_since[i][s] = -1.0;
        }
    }
    for (int n = 0; n < net->circling; n++) {
        sim_join(run, 0, 0, 0.0);
    }
}

static inline struct sim_answer sim_once(struct hanse_context *ctx, const struct sim_net *net,
                                         uint64_t seed, uint32_t k)
{
    static struct sim_run run;
    struct hanse_arena arena;
    struct hanse_event event = {.time = 0.0};
    struct sim_answer answer;
    memset(&run, 0, sizeof run);
    assert_int_equal(hanse_arena_init(&arena, ctx, 1 << 16), HANSE_OK);
    assert_int_equal(hanse_calendar_init(&run.calendar, &arena, HANSE_CALENDAR_LADDER),
                     HANSE_OK);
    sim_start(&run, net, seed, k);
    while ((double)run.all < net->warm + net->customers) {
        assert_true(hanse_calendar_next(&run.calendar, &event));
        if (event.kind == SIM_DEPART) {
            sim_depart(&run, event.entity, event.time);
        } else {
            int i = (int)event.entity / SIM_CLASSES, c = (int)event.entity % SIM_CLASSES;
            sim_plan_arrival(&run, i, c, event.time);
            sim_join(&run, i, c, event.time);
        }
    }
    for (int i = 0; i < net->n; i++) {
        double span = event.time - run.watched_since;
        answer.passed[i] = (double)(run.visits[i][0] + run.visits[i][1]) / span;
        for (int c = 0; c < SIM_CLASSES; c++) {
            double number = hanse_timeweighted_mean(&run.number[i][c], event.time);
            answer.number[i][c] = number;
            answer.response[i][c] = net->at[i].shared ? number * span / (double)run.visits[i][c]
                                                      : run.response[i][c].mean;
        }
    }
    hanse_arena_fini(&arena);
    return answer;
}

/* --- rows --------------------------------------------------------------------------------- */

/* How many figures were asked about, and how many lay in their interval. */
struct sim_score {
    int rows, number_held, response_held;
};

/* Simulates a row and holds number and response time of each station and class, n_classes of
 * them, against the truth; a row counts as held when all of its figures are, at 99 % for the
 * row: with m figures each interval is at 1 - 0.01 / m (Bonferroni). */
static inline void sim_row(struct hanse_context *ctx, const struct sim_net *net, int n_classes,
                           const double *number, const double *response, uint64_t seed,
                           struct sim_score *score)
{
    struct sim_answer runs[SIM_RUNS];
    int figures = net->n * n_classes;
    double confidence = 1.0 - 0.01 / figures;
    bool number_held = true, response_held = true;
    for (uint32_t k = 0; k < SIM_RUNS; k++) {
        runs[k] = sim_once(ctx, net, seed, k);
    }
    for (int f = 0; f < figures; f++) {
        double numbers[SIM_RUNS], responses[SIM_RUNS];
        int c = f / net->n, i = f % net->n;
        if (isnan(number[f])) {
            continue; /* a station that the table does not have */
        }
        for (int k = 0; k < SIM_RUNS; k++) {
            numbers[k] = runs[k].number[i][c];
            responses[k] = runs[k].response[i][c];
        }
        struct hanse_interval n = hanse_interval_mean(numbers, SIM_RUNS, confidence);
        struct hanse_interval r = hanse_interval_mean(responses, SIM_RUNS, confidence);
        number_held = number_held && n.low <= number[f] && number[f] <= n.high;
        response_held = response_held && r.low <= response[f] && response[f] <= r.high;
    }
    score->rows++;
    score->number_held += number_held;
    score->response_held += response_held;
}

/* Rows held: at least 95 of 100 in either figure. */
static inline void sim_judge(const struct sim_score *score)
{
    print_message("%d rows: number held in %d, response time in %d\n", score->rows,
                  score->number_held, score->response_held);
    assert_true(score->number_held >= 0.95 * score->rows);
    assert_true(score->response_held >= 0.95 * score->rows);
}

/* One station with Poisson arrivals. */
static inline struct sim_net sim_station_net(double lambda, double mu, int servers, int places,
                                             double scv)
{
    struct sim_net net = {.n = 1};
    double load = lambda / (mu * servers);
    double memory = (1.0 + scv) / ((1.0 - load) * (1.0 - load));
    if (places > 0) {
        memory = fmin(memory, places * places + 10.0);
    }
    net.at[0].servers = servers;
    net.at[0].scv = scv;
    net.at[0].places = places;
    net.at[0].arrival_rate[0] = lambda;
    for (int k = 0; k < servers; k++) {
        net.at[0].rate[k] = mu;
    }
    net.warm = fmax(1000.0, 10.0 * memory);
    net.customers = fmax(8000.0, 60.0 * memory);
    return net;
}

/* A closed network: station 0 is where customers think, others follow with chances v_i / (1 +
 * sum of v) after every service, so that visits per cycle are v. */
static inline struct sim_net sim_closed_net(int n, const double *visits, const double *times,
                                            const int64_t *servers, int customers, double think)
{
    struct sim_net net = {.n = n + 1, .circling = customers, .warm = 5000, .customers = 100000};
    double sum = 1.0;
    for (int i = 0; i < n; i++) {
        sum += visits[i];
    }
    for (int i = 0; i <= n; i++) {
        struct sim_station *s = &net.at[i];
        s->scv = 1.0;
        s->servers = i == 0 ? customers : (int)servers[i - 1];
        for (int k = 0; k < s->servers; k++) {
            s->rate[k] = 1.0 / (i == 0 ? think : times[i - 1]);
        }
        for (int j = 0; j <= n; j++) {
            s->route[j] = (j == 0 ? 1.0 : visits[j - 1]) / sum;
        }
    }
    return net;
}

#endif
