/*
 * Two systems that start in their steady state, exactly, for tests of coverage.
 *
 * An interval that misses may be a wrong interval or a run that still remembers how it began.
 * Here the second can't be: the first state is drawn from the stationary distribution, so every
 * observation has the stationary mean and nothing is deleted.
 *
 *   - M/M/1 by Lindley's recursion: a customer's wait is his predecessor's plus the service
 *     less the gap, if that is positive. Service less gap, both exponential, is above 0 with
 *     probability load / (1 + load) and then exponential as a service, below 0 as a gap: one
 *     exponential and a coin. The first wait is 0 with probability 1 - load, else exponential
 *     with rate (service rate - arrival rate).
 *   - A Jackson network on the calendar and the streams: the first numbers are independent,
 *     each that of its M/M/c (Jackson, Operations Research 5, 1957).
 */
#ifndef HANSE_TESTS_STEADY_H
#define HANSE_TESTS_STEADY_H

#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/stats/network.h"
#include "sim/stats/timeweighted.h"

#include "tests/close.h"

/* --- M/M/1, service rate 1 --------------------------------------------------------------- */

struct line {
    double wait;    /* of the customer who has just arrived */
    double gap;     /* mean */
    uint32_t below; /* the coin: words below are steps up */
    struct hanse_stream coins, steps;
};

static inline double line_mean_wait(double load)
{
    return load / (1.0 - load);
}

/* The wait that a share p of customers stays below, for 1 - load < p. */
static inline double line_wait_quantile(double load, double p)
{
    return log(load / (1.0 - p)) / (1.0 - load);
}

/* A wait from the stationary distribution, out of a uniform number. */
static inline double line_stationary_wait(double load, double u)
{
    return u > load ? 0.0 : -log(u / load) / (1.0 - load);
}

static inline void line_start(struct line *line, double load, uint64_t seed, uint32_t k)
{
    uint64_t entity = hanse_entity("line");
    struct hanse_stream first;
    hanse_stream_init(&first, seed, k, entity, "first");
    hanse_stream_init(&line->coins, seed, k, entity, "coin");
    hanse_stream_init(&line->steps, seed, k, entity, "step");
    line->gap = 1.0 / load;
    line->below = (uint32_t)(0x1p32 * load / (1.0 + load));
    line->wait = line_stationary_wait(load, hanse_stream_uniform(&first));
}

/* The next customer's wait. */
static inline double line_next(struct line *line)
{
    double step = hanse_stream_exponential(&line->steps);
    bool up = hanse_stream_bits(&line->coins) < line->below;
    line->wait = up ? line->wait + step : fmax(line->wait - line->gap * step, 0.0);
    return line->wait;
}

static inline double line_average(struct line *line, uint32_t customers)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < customers; i++) {
        sum += line_next(line);
    }
    return sum / customers;
}

/* --- a Jackson network of four stations, with loops --------------------------------------- */

enum { STATIONS = 4 };

static const double NET_ARRIVAL[STATIONS] = {0.5, 0.3, 0.0, 0.0};
static const double NET_SERVICE[STATIONS] = {0.9, 0.7, 1.9, 0.9};
static const int64_t NET_SERVERS[STATIONS] = {1, 1, 3, 1};
static const double NET_ROUTING[STATIONS * STATIONS] = {
    0.0, 0.5, 0.5, 0.0, /* */
    0.1, 0.0, 0.6, 0.3, /* */
    0.0, 0.2, 0.0, 0.4, /* */
    0.2, 0.0, 0.0, 0.0, /* */
};
static const struct hanse_open_network NET = {STATIONS, NET_ARRIVAL, NET_SERVICE, NET_SERVERS,
                                              NET_ROUTING};

struct net {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse_station truth[STATIONS];
    struct hanse_stream gaps, services, routes;
    int64_t here[STATIONS];
    double leaves[STATIONS]; /* the latest departure planned */
    double now;
    int64_t inside;
    struct hanse_timeweighted number;
};

enum { NET_ARRIVE, NET_LEAVE };

static inline void net_create(struct net *net)
{
    *net = (struct net){.ctx = hanse_context_create()};
    assert_int_equal(hanse_arena_init(&net->arena, net->ctx, 1 << 14), HANSE_OK);
    assert_int_equal(hanse_network_open(net->ctx, &NET, net->truth), HANSE_OK);
}

static inline void net_destroy(struct net *net)
{
    hanse_arena_fini(&net->arena);
    hanse_context_destroy(net->ctx);
}

static inline double net_mean_number(const struct net *net)
{
    double sum = 0.0;
    for (int i = 0; i < STATIONS; i++) {
        sum += net->truth[i].in_system;
    }
    return sum;
}

static inline void net_plan(struct net *net, uint16_t kind, int station, double after)
{
    const struct hanse_event event = {
        .time = net->now + after, .kind = kind, .entity = (uint32_t)station};
    assert_int_equal(hanse_calendar_schedule(&net->calendar, &event, NULL), HANSE_OK);
    net->leaves[station] = kind == NET_LEAVE ? event.time : net->leaves[station];
}

static inline void net_plan_arrival(struct net *net, int station)
{
    net_plan(net, NET_ARRIVE, station,
             hanse_stream_exponential(&net->gaps) / NET_ARRIVAL[station]);
}

static inline void net_serve(struct net *net, int station)
{
    net_plan(net, NET_LEAVE, station,
             NET_SERVICE[station] * hanse_stream_exponential(&net->services));
}

static inline void net_enter(struct net *net, int station)
{
    net->here[station]++;
    if (net->here[station] <= NET_SERVERS[station]) {
        net_serve(net, station);
    }
}

/* How many are at a station of `servers` at the offered load, out of a uniform number. */
static inline int64_t net_stationary(double offered, int64_t servers, double u)
{
    double mass = 1.0, all = 1.0;
    for (int64_t n = 1; n < 2000; n++) {
        mass *= offered / (double)(n < servers ? n : servers);
        all += mass;
    }
    int64_t n = 0;
    mass = 1.0 / all;
    for (double below = mass; below < u && n < 2000; below += mass) {
        n++;
        mass *= offered / (double)(n < servers ? n : servers);
    }
    return n;
}

static inline void net_start(struct net *net, uint64_t seed, uint32_t k)
{
    uint64_t entity = hanse_entity("network");
    struct hanse_stream first;
    hanse_stream_init(&first, seed, k, entity, "first");
    hanse_stream_init(&net->gaps, seed, k, entity, "gap");
    hanse_stream_init(&net->services, seed, k, entity, "service");
    hanse_stream_init(&net->routes, seed, k, entity, "route");
    hanse_arena_reset(&net->arena);
    assert_int_equal(hanse_calendar_init(&net->calendar, &net->arena, HANSE_CALENDAR_LADDER),
                     HANSE_OK);
    net->now = 0.0;
    net->inside = 0;
    for (int i = 0; i < STATIONS; i++) {
        double offered = net->truth[i].throughput * NET_SERVICE[i];
        int64_t n = net_stationary(offered, NET_SERVERS[i], hanse_stream_uniform(&first));
        net->here[i] = 0;
        for (net->inside += n; n > 0; n--) {
            net_enter(net, i);
        }
        if (NET_ARRIVAL[i] > 0.0) {
            net_plan_arrival(net, i);
        }
    }
    hanse_timeweighted_init(&net->number, 0.0, (double)net->inside);
}

static inline void net_leave(struct net *net, int station)
{
    double u = hanse_stream_uniform(&net->routes);
    int to = 0;
    net->here[station]--;
    if (net->here[station] >= NET_SERVERS[station]) {
        net_serve(net, station);
    }
    for (; to < STATIONS && u >= NET_ROUTING[station * STATIONS + to]; to++) {
        u -= NET_ROUTING[station * STATIONS + to];
    }
    if (to < STATIONS) {
        net_enter(net, to);
        return;
    }
    net->inside--;
    hanse_timeweighted_set(&net->number, net->now, (double)net->inside);
}

/* Runs to time `end`; the time average of the number inside since the start. */
static inline double net_run(struct net *net, double end)
{
    struct hanse_event event;
    while (hanse_calendar_peek(&net->calendar) <= end &&
           hanse_calendar_next(&net->calendar, &event)) {
        net->now = event.time;
        if (event.kind == NET_LEAVE) {
            net_leave(net, (int)event.entity);
            continue;
        }
        net->inside++;
        hanse_timeweighted_set(&net->number, net->now, (double)net->inside);
        net_plan_arrival(net, (int)event.entity);
        net_enter(net, (int)event.entity);
    }
    net->now = end;
    return hanse_timeweighted_mean(&net->number, end);
}

/* The work a single server has before it: how long one who came now would wait. */
static inline double net_work(struct net *net, int station)
{
    double work = net->here[station] > 0 ? net->leaves[station] - net->now : 0.0;
    for (int64_t i = 1; i < net->here[station]; i++) {
        work += NET_SERVICE[station] * hanse_stream_exponential(&net->services);
    }
    return work;
}

/* The quantile of that work: 0 with probability 1 - load, else exponential. */
static inline double net_work_quantile(const struct net *net, int station, double p)
{
    double load = net->truth[station].utilization;
    return NET_SERVICE[station] * line_wait_quantile(load, p);
}

#endif
