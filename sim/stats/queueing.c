#include "sim/stats/queueing.h"

#include <math.h>

#include "sim/stats/distribution.h"
#include "sim/stats/queueing_inside.h"

/* --- Erlang ------------------------------------------------------------------------------ */

/* Carries 1 / B, which only adds and multiplies positive numbers: no rounding builds up. */
static double erlang_b(double offered_load, int64_t servers)
{
    double inverse = 1.0;
    for (int64_t k = 1; k <= servers && isfinite(inverse); k++) {
        inverse = 1.0 + inverse * ((double)k / offered_load);
    }
    return 1.0 / inverse;
}

static double c_from_b(double b, double ratio)
{
    return b / (1.0 - ratio * (1.0 - b));
}

static double erlang_c(double offered_load, int64_t servers)
{
    return c_from_b(erlang_b(offered_load, servers), offered_load / (double)servers);
}

enum hanse_status hanse_queue_erlang_b(struct hanse_context *ctx, double offered_load,
                                       int64_t servers, double *blocking)
{
    HANSE_TRY(need_positive(ctx, "Erlang B", "offered load", offered_load));
    HANSE_TRY(need_count(ctx, "Erlang B", "servers", servers, 1));
    *blocking = erlang_b(offered_load, servers);
    return HANSE_OK;
}

enum hanse_status hanse_queue_erlang_c(struct hanse_context *ctx, double offered_load,
                                       int64_t servers, double *waiting)
{
    HANSE_TRY(need_positive(ctx, "Erlang C", "offered load", offered_load));
    HANSE_TRY(need_count(ctx, "Erlang C", "servers", servers, 1));
    HANSE_TRY(need_stable(ctx, "Erlang C", offered_load, (double)servers));
    *waiting = erlang_c(offered_load, servers);
    return HANSE_OK;
}

/* --- M/M/c ------------------------------------------------------------------------------- */

static enum hanse_status need_mmc(struct hanse_context *ctx, double arrival_rate,
                                  double service_rate, int64_t servers)
{
    HANSE_TRY(need_rates(ctx, "M/M/c", arrival_rate, service_rate, servers));
    return need_stable(ctx, "M/M/c", arrival_rate / service_rate, (double)servers);
}

enum hanse_status hanse_queue_mmc(struct hanse_context *ctx, double arrival_rate,
                                  double service_rate, int64_t servers,
                                  struct hanse_queue *queue)
{
    HANSE_TRY(need_mmc(ctx, arrival_rate, service_rate, servers));
    double load = arrival_rate / service_rate, ratio = load / (double)servers;
    double waiting = erlang_c(load, servers);
    double in_queue = waiting * ratio / (1.0 - ratio);
    /* The sum of a^k/k! below c is e^a P(Poisson(a) < c), which keeps it in range. */
    double states = hanse_poisson_at_most(servers - 1, load) +
                    hanse_poisson_mass(servers, load) / (1.0 - ratio);
    *queue = (struct hanse_queue){
        .utilization = ratio,
        .throughput = arrival_rate,
        .in_system = load + in_queue,
        .in_queue = in_queue,
        .response_time = in_queue / arrival_rate + 1.0 / service_rate,
        .wait_time = in_queue / arrival_rate,
        .empty_probability = exp(-load) / states,
        .wait_probability = waiting,
        .loss_probability = 0.0,
    };
    return HANSE_OK;
}

enum hanse_status hanse_queue_mmc_wait_tail(struct hanse_context *ctx, double arrival_rate,
                                            double service_rate, int64_t servers, double time,
                                            double *probability)
{
    HANSE_TRY(need_mmc(ctx, arrival_rate, service_rate, servers));
    HANSE_TRY(need_at_least_zero(ctx, "M/M/c", "time", time));
    double spare_rate = (double)servers * service_rate - arrival_rate;
    *probability = erlang_c(arrival_rate / service_rate, servers) * exp(-spare_rate * time);
    return HANSE_OK;
}

enum hanse_status hanse_queue_mmc_wait_quantile(struct hanse_context *ctx, double arrival_rate,
                                                double service_rate, int64_t servers, double p,
                                                double *time)
{
    HANSE_TRY(need_mmc(ctx, arrival_rate, service_rate, servers));
    HANSE_TRY(need_probability(ctx, "M/M/c", p));
    double waiting = erlang_c(arrival_rate / service_rate, servers);
    double spare_rate = (double)servers * service_rate - arrival_rate;
    *time = fmax(0.0, log(waiting / (1.0 - p)) / spare_rate);
    return HANSE_OK;
}

enum hanse_status hanse_queue_mmc_servers(struct hanse_context *ctx, double arrival_rate,
                                          double service_rate, double time, double probability,
                                          int64_t *servers)
{
    HANSE_TRY(need_rates(ctx, "M/M/c", arrival_rate, service_rate, 1));
    HANSE_TRY(need_at_least_zero(ctx, "M/M/c", "time", time));
    HANSE_TRY(need_probability(ctx, "M/M/c", probability));
    double load = arrival_rate / service_rate, inverse = 1.0;
    for (int64_t c = 1; c <= HANSE_QUEUE_MOST; c++) {
        inverse = 1.0 + inverse * ((double)c / load);
        if ((double)c <= load) {
            continue;
        }
        double spare_rate = (double)c * service_rate - arrival_rate;
        double tail = c_from_b(1.0 / inverse, load / (double)c) * exp(-spare_rate * time);
        if (tail <= probability) {
            *servers = c;
            return HANSE_OK;
        }
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                       "M/M/c: an offered load of %g erlang needs more than %d servers", load,
                       HANSE_QUEUE_MOST);
}

/* --- birth and death ---------------------------------------------------------------------- */

/* A station whose state k = 0 .. most has p(k) / p(k - 1) = birth(k - 1) / death(k), with
 * death(k) = min(k, servers) x service_rate, and births of a constant rate or, from a finite
 * source, of (most - k) times a rate. The ratio falls with k, so p has one peak. */
struct ladder {
    double birth_rate, service_rate;
    int64_t servers, most;
    bool finite_source;
    int64_t from; /* sum up p(k) for k >= from in .above */
    double total, state, busy, accepted, accepted_waiting, above, at_zero, at_most;
};

static double birth(const struct ladder *l, int64_t k)
{
    return l->finite_source ? (double)(l->most - k) * l->birth_rate : l->birth_rate;
}

static double step_up(const struct ladder *l, int64_t k)
{
    double serving = (double)(k < l->servers ? k : l->servers);
    return birth(l, k - 1) / (serving * l->service_rate);
}

static void add_state(struct ladder *l, int64_t k, double p)
{
    double enter = k < l->most ? birth(l, k) * p : 0.0;
    l->total += p;
    l->state += (double)k * p;
    l->busy += (double)(k < l->servers ? k : l->servers) * p;
    l->accepted += enter;
    l->accepted_waiting += k >= l->servers ? enter : 0.0;
    l->above += k >= l->from ? p : 0.0;
    l->at_zero = k == 0 ? p : l->at_zero;
    l->at_most = k == l->most ? p : l->at_most;
}

static int64_t peak(const struct ladder *l)
{
    int64_t low = 0, high = l->most; /* step_up(low) > 1 where low > 0 */
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (step_up(l, middle) > 1.0) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* Starts from the peak with weight one, so nothing overflows and what underflows is
 * negligible; then everything is divided by the total. */
static void climb(struct ladder *l)
{
    int64_t top = peak(l);
    double p = 1.0;
    add_state(l, top, p);
    for (int64_t k = top; k > 0 && p > 0.0; k--) {
        p /= step_up(l, k);
        add_state(l, k - 1, p);
    }
    p = 1.0;
    for (int64_t k = top + 1; k <= l->most && p > 0.0; k++) {
        p *= step_up(l, k);
        add_state(l, k, p);
    }
}

static void describe(const struct ladder *l, struct hanse_queue *queue)
{
    double throughput = l->busy / l->total * l->service_rate;
    double in_queue = (l->state - l->busy) / l->total;
    *queue = (struct hanse_queue){
        .utilization = l->busy / l->total / (double)l->servers,
        .throughput = throughput,
        .in_system = l->state / l->total,
        .in_queue = in_queue,
        .response_time = l->state / l->total / throughput,
        .wait_time = in_queue / throughput,
        .empty_probability = l->at_zero / l->total,
        .wait_probability = l->accepted_waiting / l->accepted,
        .loss_probability = l->finite_source ? 0.0 : l->at_most / l->total,
    };
}

enum hanse_status hanse_queue_mmck(struct hanse_context *ctx, double arrival_rate,
                                   double service_rate, int64_t servers, int64_t places,
                                   struct hanse_queue *queue)
{
    HANSE_TRY(need_rates(ctx, "M/M/c/K", arrival_rate, service_rate, servers));
    HANSE_TRY(need_count(ctx, "M/M/c/K", "places (servers included)", places, servers));
    struct ladder l = {.birth_rate = arrival_rate,
                       .service_rate = service_rate,
                       .servers = servers,
                       .most = places};
    climb(&l);
    describe(&l, queue);
    return HANSE_OK;
}

static enum hanse_status need_finite_source(struct hanse_context *ctx, double failure_rate,
                                            double repair_rate, int64_t crews, int64_t machines)
{
    HANSE_TRY(need_positive(ctx, "M/M/c//N", "failure rate", failure_rate));
    HANSE_TRY(need_positive(ctx, "M/M/c//N", "repair rate", repair_rate));
    HANSE_TRY(need_count(ctx, "M/M/c//N", "crews", crews, 1));
    return need_count(ctx, "M/M/c//N", "machines", machines, 1);
}

enum hanse_status hanse_queue_finite_source(struct hanse_context *ctx, double failure_rate,
                                            double repair_rate, int64_t crews, int64_t machines,
                                            struct hanse_queue *queue)
{
    HANSE_TRY(need_finite_source(ctx, failure_rate, repair_rate, crews, machines));
    struct ladder l = {.birth_rate = failure_rate,
                       .service_rate = repair_rate,
                       .servers = crews,
                       .most = machines,
                       .finite_source = true};
    climb(&l);
    describe(&l, queue);
    return HANSE_OK;
}

enum hanse_status hanse_queue_finite_source_up(struct hanse_context *ctx, double failure_rate,
                                               double repair_rate, int64_t crews,
                                               int64_t machines, int64_t k, double *probability)
{
    HANSE_TRY(need_finite_source(ctx, failure_rate, repair_rate, crews, machines));
    if (k < 0 || k > machines) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "M/M/c//N: k must be in 0..%lld, got %lld",
                           (long long)machines, (long long)k);
    }
    struct ladder l = {.birth_rate = failure_rate,
                       .service_rate = repair_rate,
                       .servers = crews,
                       .most = machines,
                       .finite_source = true,
                       .from = machines - k + 1};
    climb(&l);
    *probability = 1.0 - l.above / l.total;
    return HANSE_OK;
}

/* --- one server, general service -----------------------------------------------------------
 */

enum hanse_status hanse_queue_mg1(struct hanse_context *ctx, double arrival_rate,
                                  double service_time, double service_scv,
                                  struct hanse_queue *queue)
{
    struct hanse_interruption never = {.failure_rate = 0.0, .down_time = 1.0};
    never.only_busy = true;
    return hanse_queue_interrupted(ctx, arrival_rate, service_time, service_scv, &never, queue);
}

enum hanse_status hanse_queue_interrupted(struct hanse_context *ctx, double arrival_rate,
                                          double service_time, double service_scv,
                                          const struct hanse_interruption *stop,
                                          struct hanse_queue *queue)
{
    HANSE_TRY(need_positive(ctx, "M/G/1", "arrival rate", arrival_rate));
    HANSE_TRY(need_positive(ctx, "M/G/1", "service time", service_time));
    HANSE_TRY(need_at_least_zero(ctx, "M/G/1", "service scv", service_scv));
    HANSE_TRY(need_at_least_zero(ctx, "M/G/1", "failure rate", stop->failure_rate));
    HANSE_TRY(need_positive(ctx, "M/G/1", "down time", stop->down_time));
    HANSE_TRY(need_at_least_zero(ctx, "M/G/1", "down scv", stop->down_scv));
    double stretch = 1.0 + stop->failure_rate * stop->down_time;
    double load = arrival_rate * service_time, occupied = load * stretch;
    HANSE_TRY(need_stable(ctx, "M/G/1", occupied, 1.0));
    double service_square = service_time * service_time * (1.0 + service_scv);
    double down_square = stop->down_time * stop->down_time * (1.0 + stop->down_scv);
    double met = stop->only_busy ? load : 1.0 / stretch; /* time up and able to fail */
    double wait = (arrival_rate * stretch * stretch * service_square +
                   met * stop->failure_rate * down_square) /
                  (2.0 * (1.0 - occupied));
    bool known = stop->only_busy || stop->failure_rate == 0.0;
    *queue = (struct hanse_queue){
        .utilization = load,
        .throughput = arrival_rate,
        .in_system = arrival_rate * wait + occupied,
        .in_queue = arrival_rate * wait,
        .response_time = wait + service_time * stretch,
        .wait_time = wait,
        .empty_probability = known ? 1.0 - occupied : NAN,
        .wait_probability = known ? occupied : NAN,
        .loss_probability = 0.0,
    };
    return HANSE_OK;
}

/* --- two unequal servers -------------------------------------------------------------------
 */

enum hanse_status hanse_queue_two_unequal(struct hanse_context *ctx, double arrival_rate,
                                          double fast, double slow, struct hanse_queue *queue)
{
    const char *model = "M/M/2 unequal";
    HANSE_TRY(need_positive(ctx, model, "arrival rate", arrival_rate));
    HANSE_TRY(need_positive(ctx, model, "fast rate", fast));
    HANSE_TRY(need_positive(ctx, model, "slow rate", slow));
    if (slow > fast) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "%s: the slow rate must be at most the fast one, got %g > %g", model,
                           slow, fast);
    }
    double both = fast + slow, ratio = arrival_rate / both;
    HANSE_TRY(need_stable(ctx, model, 2.0 * ratio, 2.0));
    /* Weights relative to the state of two customers; from there on it is geometric. */
    double slow_alone = fast / (arrival_rate + slow);
    double fast_alone = both / arrival_rate - slow_alone;
    double none = (fast * fast_alone + slow * slow_alone) / arrival_rate;
    double two_or_more = 1.0 / (1.0 - ratio);
    double total = none + fast_alone + slow_alone + two_or_more;
    double in_queue = ratio / ((1.0 - ratio) * (1.0 - ratio)) / total;
    double busy = (fast_alone + slow_alone + 2.0 * two_or_more) / total;
    *queue = (struct hanse_queue){
        .utilization = 0.5 * busy,
        .throughput = arrival_rate,
        .in_system = busy + in_queue,
        .in_queue = in_queue,
        .response_time = (busy + in_queue) / arrival_rate,
        .wait_time = in_queue / arrival_rate,
        .empty_probability = none / total,
        .wait_probability = two_or_more / total,
        .loss_probability = 0.0,
    };
    return HANSE_OK;
}
