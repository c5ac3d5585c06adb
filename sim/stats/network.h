/*
 * Networks of queues with a product form: open (Jackson), open with classes, and closed.
 *
 * Matrices are arrays row by row: routing[i * n + j] is the chance that a customer who leaves
 * station i goes to station j next; with what is missing to 1 he leaves the network. Station i
 * has servers[i] servers of mean service time service_time[i], one line each, exponential
 * service. All answers are per station and owned by the caller.
 *
 * HANSE_ERR_DOMAIN, naming the station, for arguments out of range and for overload;
 * HANSE_ERR_MEMORY.
 */
#ifndef HANSE_SIM_STATS_NETWORK_H
#define HANSE_SIM_STATS_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_station {
    double visits;        /* open: throughput / arrivals to the network; closed: as given */
    double utilization;   /* busy servers / servers */
    double throughput;    /* customers per time */
    double in_system;     /* mean number here */
    double response_time; /* mean time per visit */
};

struct hanse_open_network {
    size_t n_stations;
    const double *arrival_rate; /* n: from outside, >= 0, at least one > 0 */
    const double *service_time; /* n */
    const int64_t *servers;     /* n */
    const double *routing;      /* n x n; rows sum to at most 1 */
};

/* Jackson's network. Throughputs solve x_j = arrival_j + sum_i x_i routing_ij; then every
 * station is an M/M/c of its own. Everyone must be able to leave. Jackson, Operations Research
 * 5, 1957. */
HANSE_API enum hanse_status hanse_network_open(struct hanse_context *ctx,
                                               const struct hanse_open_network *network,
                                               struct hanse_station *stations);

struct hanse_closed_network {
    size_t n_stations;
    int64_t customers;
    double think_time;          /* mean time outside the stations per cycle; 0 for none */
    const double *visits;       /* n: per cycle */
    const double *service_time; /* n: per visit */
    const int64_t *servers;     /* n */
};

/* A closed network with a fixed number of customers: the figures of exact mean value analysis
 * (Reiser and Lavenberg, JACM 27, 1980), computed by convolution (Buzen, CACM 16, 1973),
 * whose sums have positive terms only, where multi-server MVA subtracts and loses digits.
 * *cycles_per_time is the throughput of the network; a cycle lasts customers divided by it.
 * Work and memory grow as stations^2 x customers^2 and stations x customers. */
HANSE_API enum hanse_status hanse_network_closed(struct hanse_context *ctx,
                                                 const struct hanse_closed_network *network,
                                                 struct hanse_station *stations,
                                                 double *cycles_per_time);

/* An open network of single servers with classes of customers, processor sharing (or first
 * come first served where all classes have one service time). arrival_rate and service_time
 * are n_classes x n_stations: the rate at which class c visits station k, and its time there.
 *     utilization_ck = arrival_ck time_ck,  response_ck = time_ck / (1 - sum_c utilization_ck).
 * `stations` is n_classes x n_stations. Baskett, Chandy, Muntz and Palacios, JACM 22, 1975. */
HANSE_API enum hanse_status hanse_network_classes(struct hanse_context *ctx, size_t n_classes,
                                                  size_t n_stations, const double *arrival_rate,
                                                  const double *service_time,
                                                  struct hanse_station *stations);

/* A closed network with classes: customers[c] of class c circle for ever, thinking
 * think_time[c] between. demand is n_classes x n_stations, visits times service time; stations
 * are single servers with processor sharing (or one line where all classes have one service
 * time), or, where delay[k], never make anybody wait. Exact mean value analysis (Reiser and
 * Lavenberg, JACM 27, 1980): R_ck(N) = D_ck (1 + Q_k(N - 1_c)),  X_c = N_c / (Z_c + sum_k
 * R_ck),  Q_k = sum_c X_c R_ck. `stations` is n_classes x n_stations: throughput cycles of the
 * class per time, visits 1, response_time per cycle. Work and memory grow with the product of
 * customers[c] + 1, which may be HANSE_NETWORK_MOST_STATES / n_stations. */
#define HANSE_NETWORK_MOST_STATES 50000000
struct hanse_closed_classes {
    size_t n_classes, n_stations;
    const int64_t *customers;   /* n_classes, >= 0, at least one > 0 */
    const double *think_time;   /* n_classes, >= 0; NULL: 0 */
    const double *demand;       /* n_classes x n_stations, >= 0 */
    const unsigned char *delay; /* n_stations; NULL: none */
};
HANSE_API enum hanse_status
hanse_network_closed_classes(struct hanse_context *ctx,
                             const struct hanse_closed_classes *network,
                             struct hanse_station *stations);

#ifdef __cplusplus
}
#endif
#endif
