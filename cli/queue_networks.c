/* What `hanse queue` asks of networks and of servers that differ: lists of numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/queue_models.h"
#include "sim/stats/queueing.h"

enum hanse_status hanse_queue_read_list(struct hanse_context *ctx, const char *option,
                                        const char *text, size_t most, double *out, size_t *n)
{
    *n = 0;
    for (const char *at = text;; at++) {
        char *end;
        double value = strtod(at, &end);
        if (end == at || !isfinite(value) || !strchr(",;", *end)) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "--%s: must be numbers with commas between, got '%s'", option,
                               text);
        }
        if (*n == most) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "--%s: must be at most %zu numbers, got '%s'", option, most,
                               text);
        }
        out[(*n)++] = value;
        if (*end == '\0') {
            return HANSE_OK;
        }
        at = end;
    }
}

static enum hanse_status read_exactly(struct hanse_context *ctx, enum hanse_queue_key key,
                                      const char *text, size_t wanted, double *out)
{
    size_t n;
    HANSE_TRY(hanse_queue_read_list(ctx, hanse_queue_keys[key].name, text, wanted, out, &n));
    if (n != wanted) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "--%s: must be %zu numbers, got %zu",
                           hanse_queue_keys[key].name, wanted, n);
    }
    return HANSE_OK;
}

static enum hanse_status whole_numbers(struct hanse_context *ctx, const char *option,
                                       const double *numbers, size_t n, int64_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] != floor(numbers[i]) || fabs(numbers[i]) > HANSE_QUEUE_MOST) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "--%s: must be whole numbers, got %g",
                               option, numbers[i]);
        }
        out[i] = (int64_t)numbers[i];
    }
    return HANSE_OK;
}

static enum hanse_status read_servers(struct hanse_context *ctx, const char *text, size_t n,
                                      int64_t *out)
{
    double numbers[HANSE_QUEUE_MAX_STATIONS];
    for (size_t i = 0; i < n; i++) {
        numbers[i] = 1.0;
    }
    if (text) {
        HANSE_TRY(read_exactly(ctx, HANSE_QUEUE_SERVER_LIST, text, n, numbers));
    }
    return whole_numbers(ctx, "servers", numbers, n, out);
}

enum hanse_status hanse_queue_ask_jackson(struct hanse_context *ctx,
                                          const struct hanse_queue_query *q,
                                          struct hanse_queue_answer *answer)
{
    static double routing[HANSE_QUEUE_MAX_STATIONS * HANSE_QUEUE_MAX_STATIONS];
    double arrivals[HANSE_QUEUE_MAX_STATIONS], services[HANSE_QUEUE_MAX_STATIONS];
    int64_t servers[HANSE_QUEUE_MAX_STATIONS];
    size_t n;
    HANSE_TRY(hanse_queue_read_list(ctx, "service", q->text[HANSE_QUEUE_SERVICES],
                                    HANSE_QUEUE_MAX_STATIONS, services, &n));
    HANSE_TRY(
        read_exactly(ctx, HANSE_QUEUE_LAMBDAS, q->text[HANSE_QUEUE_LAMBDAS], n, arrivals));
    HANSE_TRY(
        read_exactly(ctx, HANSE_QUEUE_ROUTING, q->text[HANSE_QUEUE_ROUTING], n * n, routing));
    HANSE_TRY(read_servers(ctx, q->text[HANSE_QUEUE_SERVER_LIST], n, servers));
    const struct hanse_open_network network = {n, arrivals, services, servers, routing};
    HANSE_TRY(hanse_network_open(ctx, &network, answer->stations));
    double inside = 0.0, entering = 0.0;
    for (size_t i = 0; i < n; i++) {
        inside += answer->stations[i].in_system;
        entering += arrivals[i];
    }
    answer->n_stations = n;
    hanse_queue_say(answer, "throughput", entering, "1/s");
    hanse_queue_say(answer, "in_system", inside, "1");
    hanse_queue_say(answer, "response_time", inside / entering, "s");
    return HANSE_OK;
}

enum hanse_status hanse_queue_ask_closed(struct hanse_context *ctx,
                                         const struct hanse_queue_query *q,
                                         struct hanse_queue_answer *answer)
{
    double visits[HANSE_QUEUE_MAX_STATIONS], services[HANSE_QUEUE_MAX_STATIONS], cycles;
    int64_t servers[HANSE_QUEUE_MAX_STATIONS];
    size_t n;
    HANSE_TRY(hanse_queue_read_list(ctx, "service", q->text[HANSE_QUEUE_SERVICES],
                                    HANSE_QUEUE_MAX_STATIONS, services, &n));
    HANSE_TRY(read_exactly(ctx, HANSE_QUEUE_VISITS, q->text[HANSE_QUEUE_VISITS], n, visits));
    HANSE_TRY(read_servers(ctx, q->text[HANSE_QUEUE_SERVER_LIST], n, servers));
    const struct hanse_closed_network network = {
        n,      q->count[HANSE_QUEUE_CUSTOMERS], q->number[HANSE_QUEUE_THINK], visits, services,
        servers};
    HANSE_TRY(hanse_network_closed(ctx, &network, answer->stations, &cycles));
    answer->n_stations = n;
    hanse_queue_say(answer, "cycles_per_time", cycles, "1/s");
    hanse_queue_say(answer, "cycle_time", (double)q->count[HANSE_QUEUE_CUSTOMERS] / cycles,
                    "s");
    return HANSE_OK;
}

/* A matrix of n_rows rows, all of one length, which is found here. */
static enum hanse_status read_rows(struct hanse_context *ctx, enum hanse_queue_key key,
                                   const char *text, size_t n_rows, double *out,
                                   size_t *n_columns)
{
    size_t n;
    const char *name = hanse_queue_keys[key].name;
    HANSE_TRY(hanse_queue_read_list(ctx, name, text, HANSE_QUEUE_MAX_STATIONS, out, &n));
    if (n % n_rows != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--%s: must be %zu rows of one length, got '%s'", name, n_rows,
                           text);
    }
    *n_columns = n / n_rows;
    return HANSE_OK;
}

enum hanse_status hanse_queue_ask_classes(struct hanse_context *ctx,
                                          const struct hanse_queue_query *q,
                                          struct hanse_queue_answer *answer)
{
    double lambdas[HANSE_QUEUE_MAX_STATIONS], services[HANSE_QUEUE_MAX_STATIONS];
    double rates[HANSE_QUEUE_MAX_STATIONS];
    size_t n_classes = 0, n = 0;
    HANSE_TRY(hanse_queue_read_list(ctx, "lambda", q->text[HANSE_QUEUE_CLASS_LAMBDAS],
                                    HANSE_QUEUE_MAX_STATIONS, lambdas, &n_classes));
    HANSE_TRY(read_rows(ctx, HANSE_QUEUE_CLASS_SERVICES, q->text[HANSE_QUEUE_CLASS_SERVICES],
                        n_classes, services, &n));
    for (size_t i = 0; i < n_classes * n; i++) {
        rates[i] = 1.0;
    }
    if (q->text[HANSE_QUEUE_CLASS_VISITS]) {
        HANSE_TRY(read_exactly(ctx, HANSE_QUEUE_CLASS_VISITS, q->text[HANSE_QUEUE_CLASS_VISITS],
                               n_classes * n, rates));
    }
    for (size_t i = 0; i < n_classes * n; i++) {
        rates[i] *= lambdas[i / n];
    }
    HANSE_TRY(hanse_network_classes(ctx, n_classes, n, rates, services, answer->stations));
    double inside = 0.0, entering = 0.0;
    for (size_t i = 0; i < n_classes * n; i++) {
        inside += answer->stations[i].in_system;
        answer->stations[i].visits = rates[i] / lambdas[i / n];
    }
    for (size_t c = 0; c < n_classes; c++) {
        entering += lambdas[c];
    }
    answer->n_stations = n_classes * n;
    answer->n_classes = n_classes;
    hanse_queue_say(answer, "throughput", entering, "1/s");
    hanse_queue_say(answer, "in_system", inside, "1");
    hanse_queue_say(answer, "response_time", inside / entering, "s");
    return HANSE_OK;
}

enum hanse_status hanse_queue_ask_closed_classes(struct hanse_context *ctx,
                                                 const struct hanse_queue_query *q,
                                                 struct hanse_queue_answer *answer)
{
    double numbers[HANSE_QUEUE_MAX_STATIONS], demands[HANSE_QUEUE_MAX_STATIONS];
    double thinks[HANSE_QUEUE_MAX_STATIONS] = {0.0}, cycles = 0.0;
    int64_t customers[HANSE_QUEUE_MAX_STATIONS];
    size_t n_classes = 0, n = 0;
    HANSE_TRY(hanse_queue_read_list(ctx, "customers", q->text[HANSE_QUEUE_POPULATIONS],
                                    HANSE_QUEUE_MAX_STATIONS, numbers, &n_classes));
    HANSE_TRY(whole_numbers(ctx, "customers", numbers, n_classes, customers));
    HANSE_TRY(read_rows(ctx, HANSE_QUEUE_DEMANDS, q->text[HANSE_QUEUE_DEMANDS], n_classes,
                        demands, &n));
    if (q->text[HANSE_QUEUE_THINKS]) {
        HANSE_TRY(read_exactly(ctx, HANSE_QUEUE_THINKS, q->text[HANSE_QUEUE_THINKS], n_classes,
                               thinks));
    }
    const struct hanse_closed_classes network = {n_classes, n,       customers,
                                                 thinks,    demands, NULL};
    HANSE_TRY(hanse_network_closed_classes(ctx, &network, answer->stations));
    for (size_t c = 0; c < n_classes; c++) {
        cycles += answer->stations[c * n].throughput;
    }
    answer->n_stations = n_classes * n;
    answer->n_classes = n_classes;
    hanse_queue_say(answer, "cycles_per_time", cycles, "1/s");
    return HANSE_OK;
}

enum hanse_status hanse_queue_ask_asymmetric(struct hanse_context *ctx,
                                             const struct hanse_queue_query *q,
                                             struct hanse_queue_answer *answer)
{
    double rates[HANSE_QUEUE_UNEQUAL_MOST], lambda = q->number[HANSE_QUEUE_LAMBDA], sum = 0.0;
    size_t n;
    struct hanse_queue queue, even;
    HANSE_TRY(hanse_queue_read_list(ctx, "rates", q->text[HANSE_QUEUE_RATES],
                                    HANSE_QUEUE_UNEQUAL_MOST, rates, &n));
    HANSE_TRY(hanse_queue_unequal(ctx, lambda, rates, (int64_t)n, &queue, NULL));
    for (size_t i = 0; i < n; i++) {
        sum += rates[i];
    }
    HANSE_TRY(hanse_queue_mmc(ctx, lambda, sum / (double)n, (int64_t)n, &even));
    hanse_queue_say_all(answer, &queue);
    hanse_queue_say(answer, "mean_rate_utilization", even.utilization, "1");
    hanse_queue_say(answer, "mean_rate_response_time", even.response_time, "s");
    hanse_queue_say(answer, "mean_rate_in_system", even.in_system, "1");
    return HANSE_OK;
}
