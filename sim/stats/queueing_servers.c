/* Stations whose servers differ, are without number, or have general service. */
#include <math.h>
#include <stdlib.h>

#include "sim/stats/queueing.h"
#include "sim/stats/queueing_inside.h"

enum hanse_status hanse_queue_mminf(struct hanse_context *ctx, double arrival_rate,
                                    double service_rate, struct hanse_queue *queue)
{
    HANSE_TRY(need_rates(ctx, "M/M/inf", arrival_rate, service_rate, 1));
    double load = arrival_rate / service_rate;
    *queue = (struct hanse_queue){.throughput = arrival_rate,
                                  .in_system = load,
                                  .response_time = 1.0 / service_rate,
                                  .empty_probability = exp(-load)};
    return HANSE_OK;
}

enum hanse_status hanse_queue_ggc(struct hanse_context *ctx, double arrival_rate,
                                  double arrival_scv, double service_time, double service_scv,
                                  int64_t servers, struct hanse_queue *queue)
{
    HANSE_TRY(need_positive(ctx, "G/G/c", "service time", service_time));
    HANSE_TRY(need_at_least_zero(ctx, "G/G/c", "arrivals' scv", arrival_scv));
    HANSE_TRY(need_at_least_zero(ctx, "G/G/c", "service scv", service_scv));
    HANSE_TRY(hanse_queue_mmc(ctx, arrival_rate, 1.0 / service_time, servers, queue));
    double factor = 0.5 * (arrival_scv + service_scv);
    queue->wait_time *= factor;
    queue->in_queue *= factor;
    queue->response_time = queue->wait_time + service_time;
    queue->in_system = arrival_rate * queue->response_time;
    if (arrival_scv != 1.0 || service_scv != 1.0) {
        queue->empty_probability = NAN;
        queue->wait_probability = NAN;
    }
    return HANSE_OK;
}

enum hanse_status hanse_queue_loss_servers(struct hanse_context *ctx, double offered_load,
                                           double probability, int64_t *servers)
{
    HANSE_TRY(need_positive(ctx, "Erlang B", "offered load", offered_load));
    HANSE_TRY(need_probability(ctx, "Erlang B", probability));
    double inverse = 1.0;
    for (int64_t k = 1; k <= HANSE_QUEUE_MOST; k++) {
        inverse = 1.0 + inverse * ((double)k / offered_load);
        if (1.0 / inverse <= probability) {
            *servers = k;
            return HANSE_OK;
        }
    }
    return hanse__fail(
        ctx, HANSE_ERR_DOMAIN,
        "Erlang B: the servers needed must be at most %d, got more for %g erlang",
        HANSE_QUEUE_MOST, offered_load);
}

/* --- unequal servers ---------------------------------------------------------------------- */

struct ranked {
    double rate;
    int64_t place; /* as given */
};

static int fastest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rate != y->rate) {
        return x->rate < y->rate ? 1 : -1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

/* Rates between the sets of busy servers, as bits, the fastest first. Beyond the full set is
 * the line, from which the chain only comes back to it, so that it may be left out here. */
static void fill_chain(double *q, int64_t n, double arrival_rate, const struct ranked *servers)
{
    size_t states = (size_t)1 << n;
    for (size_t set = 0; set < states; set++) {
        double *row = q + set * states;
        for (size_t i = 0; i < (size_t)n; i++) {
            if (set >> i & 1) {
                row[set & ~((size_t)1 << i)] += servers[i].rate;
            }
        }
        size_t fastest_free = ~set & (set + 1);
        if (set + 1 < states) {
            row[set | fastest_free] += arrival_rate;
        }
    }
}

/* States leave one by one, the last first. */
void hanse__queue_solve_chain(double *q, size_t states, double *p)
{
    for (size_t k = states - 1; k > 0; k--) {
        double out = 0.0;
        for (size_t j = 0; j < k; j++) {
            out += q[k * states + j];
        }
        for (size_t i = 0; i < k; i++) {
            double share = q[i * states + k] / out;
            q[i * states + k] = share;
            for (size_t j = 0; j < k && share != 0.0; j++) {
                q[i * states + j] += share * q[k * states + j];
            }
        }
    }
    p[0] = 1.0;
    for (size_t k = 1; k < states; k++) {
        p[k] = 0.0;
        for (size_t i = 0; i < k; i++) {
            p[k] += p[i] * q[i * states + k];
        }
    }
}

static void sum_up(const double *p, size_t n, double arrival_rate, double all,
                   const struct ranked *servers, struct hanse_queue *queue, double *busy)
{
    size_t full = ((size_t)1 << n) - 1;
    double ratio = arrival_rate / all, whole = p[full] / (1.0 - ratio), at_work = 0.0;
    for (size_t set = 0; set < full; set++) {
        whole += p[set];
    }
    double waiting = p[full] / (1.0 - ratio) / whole;
    for (size_t i = 0; i < n; i++) {
        double share = waiting;
        for (size_t set = 0; set < full; set++) {
            share += set >> i & 1 ? p[set] / whole : 0.0;
        }
        at_work += share;
        if (busy != NULL) {
            busy[servers[i].place] = share;
        }
    }
    double in_queue = waiting * ratio / (1.0 - ratio);
    *queue = (struct hanse_queue){.utilization = at_work / (double)n,
                                  .throughput = arrival_rate,
                                  .in_system = at_work + in_queue,
                                  .in_queue = in_queue,
                                  .response_time = (at_work + in_queue) / arrival_rate,
                                  .wait_time = in_queue / arrival_rate,
                                  .empty_probability = p[0] / whole,
                                  .wait_probability = waiting};
}

enum hanse_status hanse_queue_unequal(struct hanse_context *ctx, double arrival_rate,
                                      const double *rates, int64_t n, struct hanse_queue *queue,
                                      double *busy)
{
    struct ranked servers[HANSE_QUEUE_UNEQUAL_MOST];
    double all = 0.0;
    if (n < 1 || n > HANSE_QUEUE_UNEQUAL_MOST) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "unequal: servers must be in 1..%d, got %lld",
                           HANSE_QUEUE_UNEQUAL_MOST, (long long)n);
    }
    HANSE_TRY(need_positive(ctx, "unequal", "arrival rate", arrival_rate));
    for (int64_t i = 0; i < n; i++) {
        HANSE_TRY(need_positive(ctx, "unequal", "service rate", rates[i]));
        servers[i] = (struct ranked){rates[i], i};
        all += rates[i];
    }
    if (!(arrival_rate < all)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "unequal: arrival rate must be below the servers' sum %g, got %g",
                           all, arrival_rate);
    }
    qsort(servers, (size_t)n, sizeof *servers, fastest_first);
    size_t states = (size_t)1 << n;
    double *q = hanse__alloc(ctx, states * (states + 1), sizeof *q);
    if (q == NULL) {
        return HANSE_ERR_MEMORY;
    }
    fill_chain(q, n, arrival_rate, servers);
    hanse__queue_solve_chain(q, states, q + states * states);
    sum_up(q + states * states, (size_t)n, arrival_rate, all, servers, queue, busy);
    hanse__free(q);
    return HANSE_OK;
}
