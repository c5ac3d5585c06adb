#include "sim/stats/network.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sim/stats/queueing.h"

static enum hanse_status bad_station(struct hanse_context *ctx, const char *model, size_t i,
                                     const char *rule, double value)
{
    return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: station %zu: %s, got %g", model, i + 1, rule,
                       value);
}

static enum hanse_status need_stations(struct hanse_context *ctx, const char *model, size_t n,
                                       const double *service_time, const int64_t *servers)
{
    if (n == 0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: needs a station, got none", model);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(service_time[i] > 0.0) || !isfinite(service_time[i])) {
            return bad_station(ctx, model, i, "service time must be > 0 and finite",
                               service_time[i]);
        }
        if (servers[i] < 1 || servers[i] > HANSE_QUEUE_MOST) {
            return bad_station(ctx, model, i, "servers must be >= 1", (double)servers[i]);
        }
    }
    return HANSE_OK;
}

/* --- open -------------------------------------------------------------------------------- */

static enum hanse_status need_routing(struct hanse_context *ctx,
                                      const struct hanse_open_network *net, double *arrivals)
{
    size_t n = net->n_stations;
    *arrivals = 0.0;
    for (size_t i = 0; i < n; i++) {
        double rate = net->arrival_rate[i], row = 0.0;
        if (!(rate >= 0.0) || !isfinite(rate)) {
            return bad_station(ctx, "Jackson", i, "arrival rate must be >= 0 and finite", rate);
        }
        *arrivals += rate;
        for (size_t j = 0; j < n; j++) {
            double p = net->routing[i * n + j];
            if (!(p >= 0.0 && p <= 1.0)) {
                return bad_station(ctx, "Jackson", i, "routing must be in [0, 1]", p);
            }
            row += p;
        }
        if (row > 1.0 + 1e-12) {
            return bad_station(ctx, "Jackson", i, "routing must sum to at most 1", row);
        }
    }
    if (*arrivals == 0.0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "Jackson: no arrivals from outside");
    }
    return HANSE_OK;
}

static void swap_rows(double *a, double *b, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double kept = a[j];
        a[j] = b[j];
        b[j] = kept;
    }
}

/* Solves the n equations in `rows` (n x (n + 1), the right side last) by elimination with row
 * pivoting; x ends up in the last column. False when a pivot vanishes. */
static bool eliminate(double *rows, size_t n)
{
    size_t width = n + 1;
    for (size_t c = 0; c < n; c++) {
        size_t best = c;
        for (size_t r = c + 1; r < n; r++) {
            best = fabs(rows[r * width + c]) > fabs(rows[best * width + c]) ? r : best;
        }
        if (fabs(rows[best * width + c]) < 1e-13) {
            return false;
        }
        swap_rows(rows + best * width, rows + c * width, width);
        for (size_t r = 0; r < n; r++) {
            double factor = r == c ? 0.0 : rows[r * width + c] / rows[c * width + c];
            for (size_t j = c; j < width && factor != 0.0; j++) {
                rows[r * width + j] -= factor * rows[c * width + j];
            }
        }
    }
    for (size_t c = 0; c < n; c++) {
        rows[c * width + n] /= rows[c * width + c];
    }
    return true;
}

/* x (1 - routing) = arrivals, written as equations for the column vector x. */
static enum hanse_status solve_traffic(struct hanse_context *ctx,
                                       const struct hanse_open_network *net,
                                       struct hanse_station *stations)
{
    size_t n = net->n_stations, width = n + 1;
    double *rows = hanse__alloc(ctx, n * width, sizeof *rows);
    if (!rows) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) {
            rows[j * width + i] = (i == j ? 1.0 : 0.0) - net->routing[i * n + j];
        }
        rows[j * width + n] = net->arrival_rate[j];
    }
    bool solved = eliminate(rows, n);
    for (size_t j = 0; j < n && solved; j++) {
        stations[j].throughput = rows[j * width + n];
    }
    hanse__free(rows);
    return solved ? HANSE_OK
                  : hanse__fail(ctx, HANSE_ERR_DOMAIN,
                                "Jackson: some customers can never leave the network");
}

enum hanse_status hanse_network_open(struct hanse_context *ctx,
                                     const struct hanse_open_network *net,
                                     struct hanse_station *stations)
{
    double arrivals;
    HANSE_TRY(need_stations(ctx, "Jackson", net->n_stations, net->service_time, net->servers));
    HANSE_TRY(need_routing(ctx, net, &arrivals));
    HANSE_TRY(solve_traffic(ctx, net, stations));
    for (size_t i = 0; i < net->n_stations; i++) {
        double rate = stations[i].throughput, time = net->service_time[i];
        struct hanse_queue queue = {.response_time = time};
        if (rate * time >= (double)net->servers[i]) {
            return bad_station(ctx, "Jackson", i, "load must be below its servers",
                               rate * time);
        }
        if (rate > 0.0) { /* a station nobody visits is empty */
            HANSE_TRY(hanse_queue_mmc(ctx, rate, 1.0 / time, net->servers[i], &queue));
        }
        stations[i] = (struct hanse_station){rate / arrivals, queue.utilization, rate,
                                             queue.in_system, queue.response_time};
    }
    return HANSE_OK;
}

/* --- open, with classes ------------------------------------------------------------------- */

enum hanse_status hanse_network_classes(struct hanse_context *ctx, size_t n_classes,
                                        size_t n_stations, const double *arrival_rate,
                                        const double *service_time,
                                        struct hanse_station *stations)
{
    const char *model = "open network";
    for (size_t k = 0; k < n_stations; k++) {
        double load = 0.0;
        for (size_t c = 0; c < n_classes; c++) {
            double rate = arrival_rate[c * n_stations + k];
            double time = service_time[c * n_stations + k];
            if (!(rate >= 0.0) || !isfinite(rate)) {
                return bad_station(ctx, model, k, "arrival rate must be >= 0 and finite", rate);
            }
            if (!(time > 0.0) || !isfinite(time)) {
                return bad_station(ctx, model, k, "service time must be > 0 and finite", time);
            }
            load += rate * time;
        }
        if (load >= 1.0) {
            return bad_station(ctx, model, k, "load must be below 1", load);
        }
        for (size_t c = 0; c < n_classes; c++) {
            double rate = arrival_rate[c * n_stations + k];
            double time = service_time[c * n_stations + k];
            stations[c * n_stations + k] = (struct hanse_station){
                NAN, rate * time, rate, rate * time / (1.0 - load), time / (1.0 - load)};
        }
    }
    return HANSE_OK;
}

/* --- closed ------------------------------------------------------------------------------ */

/* weight[n] = demand^n / (min(1, m) min(2, m) ... min(n, m)) for n = 0 .. customers, divided by
 * its largest, so that the sums stay in range; only ratios within a vector matter. With m
 * beyond the customers it is a delay: demand^n / n!. */
static void station_weights(double demand, int64_t servers, int64_t customers, double *weight)
{
    double log_weight = 0.0, largest = 0.0;
    weight[0] = 0.0;
    for (int64_t n = 1; n <= customers; n++) {
        log_weight += log(demand / (double)(n < servers ? n : servers));
        weight[n] = log_weight;
        largest = fmax(largest, log_weight);
    }
    for (int64_t n = 0; n <= customers; n++) {
        weight[n] = exp(weight[n] - largest);
    }
}

/* g = g convolved with weight, in place from the top, scaled to a largest of one. */
static void convolve(double *g, const double *weight, int64_t customers)
{
    double largest = 0.0;
    for (int64_t n = customers; n >= 0; n--) {
        double sum = 0.0;
        for (int64_t k = 0; k <= n; k++) {
            sum += g[k] * weight[n - k];
        }
        g[n] = sum;
        largest = fmax(largest, sum);
    }
    for (int64_t n = 0; n <= customers; n++) {
        g[n] /= largest;
    }
}

/* g for all stations but `without`; pass n_weights to leave none out. */
static void convolve_all(double *g, const double *weights, size_t n_weights, size_t without,
                         int64_t customers)
{
    memset(g, 0, (size_t)(customers + 1) * sizeof *g);
    g[0] = 1.0;
    for (size_t k = 0; k < n_weights; k++) {
        if (k != without) {
            convolve(g, weights + k * (size_t)(customers + 1), customers);
        }
    }
}

/* Mean number at a station, from its weights and the rest of the network's constants. */
static double mean_at(const double *weight, const double *rest, int64_t customers)
{
    double total = 0.0, sum = 0.0;
    for (int64_t n = 0; n <= customers; n++) {
        double p = weight[n] * rest[customers - n];
        total += p;
        sum += (double)n * p;
    }
    return sum / total;
}

static enum hanse_status need_closed(struct hanse_context *ctx,
                                     const struct hanse_closed_network *net)
{
    const char *model = "closed network";
    HANSE_TRY(need_stations(ctx, model, net->n_stations, net->service_time, net->servers));
    if (net->customers < 1 || net->customers > 10000) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: customers must be in 1..10000, got %lld",
                           model, (long long)net->customers);
    }
    if (!(net->think_time >= 0.0) || !isfinite(net->think_time)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "%s: think time must be >= 0 and finite, got %g", model,
                           net->think_time);
    }
    for (size_t i = 0; i < net->n_stations; i++) {
        if (!(net->visits[i] > 0.0) || !isfinite(net->visits[i])) {
            return bad_station(ctx, model, i, "visits must be > 0 and finite", net->visits[i]);
        }
    }
    return HANSE_OK;
}

/* The unit of time in which the busiest station's demand per server is one: it keeps the
 * network's constants within range. */
static double natural_time(const struct hanse_closed_network *net)
{
    double longest = 0.0;
    for (size_t i = 0; i < net->n_stations; i++) {
        longest =
            fmax(longest, net->visits[i] * net->service_time[i] / (double)net->servers[i]);
    }
    return longest;
}

enum hanse_status hanse_network_closed(struct hanse_context *ctx,
                                       const struct hanse_closed_network *net,
                                       struct hanse_station *stations, double *cycles_per_time)
{
    HANSE_TRY(need_closed(ctx, net));
    size_t n = net->n_stations, row = (size_t)net->customers + 1;
    size_t n_weights = n + (net->think_time > 0.0 ? 1 : 0);
    double unit = natural_time(net);
    double *weights = hanse__alloc(ctx, (n_weights + 1) * row, sizeof *weights);
    if (!weights) {
        return HANSE_ERR_MEMORY;
    }
    double *g = weights + n_weights * row;
    for (size_t i = 0; i < n; i++) {
        station_weights(net->visits[i] * net->service_time[i] / unit, net->servers[i],
                        net->customers, weights + i * row);
    }
    if (n_weights > n) { /* thinking is a station with a server for everyone */
        station_weights(net->think_time / unit, net->customers, net->customers,
                        weights + n * row);
    }
    convolve_all(g, weights, n_weights, n_weights, net->customers);
    double cycles = g[net->customers - 1] / g[net->customers] / unit;
    for (size_t i = 0; i < n; i++) {
        double rate = cycles * net->visits[i];
        convolve_all(g, weights, n_weights, i, net->customers);
        double here = mean_at(weights + i * row, g, net->customers);
        stations[i] = (struct hanse_station){
            net->visits[i], rate * net->service_time[i] / (double)net->servers[i], rate, here,
            here / rate};
    }
    hanse__free(weights);
    *cycles_per_time = cycles;
    return HANSE_OK;
}
