/* Closed networks with classes: mean value analysis over all populations. */
#include <math.h>

#include "sim/stats/network.h"

static enum hanse_status check(struct hanse_context *ctx,
                               const struct hanse_closed_classes *net, size_t *populations)
{
    int64_t all = 0;
    *populations = 1;
    if (net->n_classes < 1 || net->n_stations < 1) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "closed classes: must have a class and a station, got %zu and %zu",
                           net->n_classes, net->n_stations);
    }
    for (size_t c = 0; c < net->n_classes; c++) {
        double think = net->think_time ? net->think_time[c] : 0.0, work = think;
        if (net->customers[c] < 0 || !(think >= 0.0) || !isfinite(think)) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "closed classes: class %zu: customers and think time must be >= "
                               "0, got %lld and %g",
                               c + 1, (long long)net->customers[c], think);
        }
        for (size_t k = 0; k < net->n_stations; k++) {
            double demand = net->demand[c * net->n_stations + k];
            if (!(demand >= 0.0) || !isfinite(demand)) {
                return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                                   "closed classes: demand of class %zu at station %zu must be "
                                   ">= 0 and finite, got %g",
                                   c + 1, k + 1, demand);
            }
            work += demand;
        }
        if (!(work > 0.0)) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "closed classes: class %zu must spend time somewhere, got 0",
                               c + 1);
        }
        all += net->customers[c];
        if (net->customers[c] >= HANSE_NETWORK_MOST_STATES ||
            *populations * ((size_t)net->customers[c] + 1) >
                HANSE_NETWORK_MOST_STATES / net->n_stations) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "closed classes: product of customers + 1 times stations must "
                               "be at most %d",
                               HANSE_NETWORK_MOST_STATES);
        }
        *populations *= (size_t)net->customers[c] + 1;
    }
    return all > 0 ? HANSE_OK
                   : hanse__fail(ctx, HANSE_ERR_DOMAIN,
                                 "closed classes: must have at least one customer, got none");
}

/* Population number `at` as customers of each class, in a number system with a base per class;
 * a class's customer less is stride[c] places before. */
static int64_t digit(const struct hanse_closed_classes *net, size_t at, size_t stride, size_t c)
{
    return (int64_t)(at / stride % ((size_t)net->customers[c] + 1));
}

/* One population: response times from the smaller ones, throughputs, queues. */
static void step(const struct hanse_closed_classes *net, double *queues, size_t at,
                 struct hanse_station *stations)
{
    size_t n = net->n_stations, stride = 1;
    double *here = queues + at * n;
    for (size_t c = 0; c < net->n_classes; stride *= (size_t)net->customers[c] + 1, c++) {
        int64_t customers = digit(net, at, stride, c);
        struct hanse_station *row = stations + c * n;
        double cycle = net->think_time ? net->think_time[c] : 0.0;
        for (size_t k = 0; k < n && customers > 0; k++) {
            double before = net->delay && net->delay[k] ? 0.0 : queues[(at - stride) * n + k];
            row[k].response_time = net->demand[c * n + k] * (1.0 + before);
            cycle += row[k].response_time;
        }
        for (size_t k = 0; k < n; k++) {
            double rate = customers > 0 ? (double)customers / cycle : 0.0;
            row[k].visits = 1.0;
            row[k].throughput = rate;
            row[k].utilization = rate * net->demand[c * n + k];
            row[k].in_system = rate * row[k].response_time;
            here[k] += row[k].in_system;
        }
    }
}

enum hanse_status hanse_network_closed_classes(struct hanse_context *ctx,
                                               const struct hanse_closed_classes *net,
                                               struct hanse_station *stations)
{
    size_t populations;
    HANSE_TRY(check(ctx, net, &populations));
    double *queues = hanse__alloc(ctx, populations * net->n_stations, sizeof *queues);
    if (queues == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < net->n_classes * net->n_stations; i++) {
        stations[i] = (struct hanse_station){.visits = 1.0};
    }
    for (size_t at = 1; at < populations; at++) {
        step(net, queues, at, stations);
    }
    hanse__free(queues);
    return HANSE_OK;
}
