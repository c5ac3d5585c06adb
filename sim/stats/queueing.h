/*
 * Single stations in closed form: what the simulation has to agree with, and what needs none.
 *
 * Customers arrive in a Poisson stream of rate `arrival_rate`, wait in one line in order of
 * arrival and are served by `servers` servers of rate `service_rate` each, that is, with mean
 * service time 1 / service_rate. The offered load a = arrival_rate / service_rate is in erlang;
 * rates may be in any unit of time, and times come out in the same unit.
 *
 * Each function checks its arguments: rates and times must be positive and finite, counts
 * between 1 and HANSE_QUEUE_MOST, and where the line is unbounded the load must be below what
 * the servers can carry. Otherwise it returns HANSE_ERR_DOMAIN with a sentence on the context
 * and leaves the answer alone. Nothing is allocated, nothing kept.
 *
 * docs/queueing.md derives each and works one example by hand.
 */
#ifndef HANSE_SIM_STATS_QUEUEING_H
#define HANSE_SIM_STATS_QUEUEING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The sums below walk over servers or places, so a count past this is surely a mistake. */
#define HANSE_QUEUE_MOST 100000000

/* A station in the long run. */
struct hanse_queue {
    double utilization;   /* busy servers / servers */
    double throughput;    /* customers served per time */
    double in_system;     /* mean number waiting or served */
    double in_queue;      /* mean number waiting */
    double response_time; /* mean time from arrival to end, of those served */
    double wait_time;     /* mean time from arrival to start, of those served */
    double empty_probability;
    double wait_probability; /* that a customer who is let in has to wait */
    double loss_probability; /* that an arriving customer is turned away */
};

/* Erlang's loss formula, the chance that all of c servers are busy when none may wait:
 *     B(0) = 1,  B(k) = a B(k - 1) / (k + a B(k - 1)).
 * The load may exceed the servers. Erlang 1917; recursion: Jagerman, BSTJ 53, 1974. */
HANSE_API enum hanse_status hanse_queue_erlang_b(struct hanse_context *ctx, double offered_load,
                                                 int64_t servers, double *blocking);

/* Erlang's delay formula, the chance of having to wait in M/M/c:
 *     C = B / (1 - r (1 - B)),  r = a / c < 1.                                 Erlang 1917. */
HANSE_API enum hanse_status hanse_queue_erlang_c(struct hanse_context *ctx, double offered_load,
                                                 int64_t servers, double *waiting);

/* M/M/c (M/M/1 with one server): in_queue = C r / (1 - r), wait_time = C / (c mu - lambda).
 * Kleinrock, Queueing Systems I, 1975, 3.5. */
HANSE_API enum hanse_status hanse_queue_mmc(struct hanse_context *ctx, double arrival_rate,
                                            double service_rate, int64_t servers,
                                            struct hanse_queue *queue);

/* P(wait > time) = C exp(-(c mu - lambda) time) in M/M/c, first come first served; time >= 0.
 */
HANSE_API enum hanse_status hanse_queue_mmc_wait_tail(struct hanse_context *ctx,
                                                      double arrival_rate, double service_rate,
                                                      int64_t servers, double time,
                                                      double *probability);

/* The p-quantile of the wait in M/M/c, 0 < p < 1: 0 where C <= 1 - p, else
 *     ln(C / (1 - p)) / (c mu - lambda). */
HANSE_API enum hanse_status hanse_queue_mmc_wait_quantile(struct hanse_context *ctx,
                                                          double arrival_rate,
                                                          double service_rate, int64_t servers,
                                                          double p, double *time);

/* The fewest servers with P(wait > time) <= probability, 0 < probability < 1, time >= 0.
 * With time = 0 the rule is on the chance of waiting at all. */
HANSE_API enum hanse_status hanse_queue_mmc_servers(struct hanse_context *ctx,
                                                    double arrival_rate, double service_rate,
                                                    double time, double probability,
                                                    int64_t *servers);

/* M/M/c/K: at most `places` customers at the station, servers included; who finds it full is
 * lost. Any load. p(k) / p(k - 1) = lambda / (min(k, c) mu); places = servers is Erlang's loss
 * system. Kleinrock I, 3.6. */
HANSE_API enum hanse_status hanse_queue_mmck(struct hanse_context *ctx, double arrival_rate,
                                             double service_rate, int64_t servers,
                                             int64_t places, struct hanse_queue *queue);

/* M/G/1 with mean service time and its squared coefficient of variation scv >= 0 (0 is M/D/1,
 * 1 is M/M/1): wait_time = r E[S] (1 + scv) / (2 (1 - r)). Pollaczek 1930, Khinchine 1932. */
HANSE_API enum hanse_status hanse_queue_mg1(struct hanse_context *ctx, double arrival_rate,
                                            double service_time, double service_scv,
                                            struct hanse_queue *queue);

/* How a server is interrupted: after a time up that is exponential with rate failure_rate it
 * is down for a time of mean down_time and squared coefficient of variation down_scv. */
struct hanse_interruption {
    double failure_rate; /* >= 0 */
    double down_time;
    double down_scv; /* >= 0 */
    bool only_busy;  /* true: it fails only while serving; false: idle or not */
};

/* M/G/1 with preemptive-resume interruptions: what was served is not lost. With f the failure
 * rate, D the time down and g = 1 + f E[D], a service occupies the server for g E[S] in the
 * mean, and stability needs lambda g E[S] < 1. The wait until service first starts is
 *     (lambda g^2 E[S^2] + lambda E[S] f E[D^2]) / (2 (1 - lambda g E[S]))  failing when busy,
 *     (lambda g^2 E[S^2] + f E[D^2] / g)         / (2 (1 - lambda g E[S]))  failing any time.
 * utilization is the share of time the server works; response_time = wait_time + g E[S];
 * in_queue counts those not yet started. empty_probability and wait_probability are given
 * when it fails only while busy and are NaN otherwise: they need more than two moments.
 * Avi-Itzhak and Naor, Operations Research 11, 1963; Fiems, Maertens and Bruneel, EJOR 188,
 * 2008. */
HANSE_API enum hanse_status hanse_queue_interrupted(struct hanse_context *ctx,
                                                    double arrival_rate, double service_time,
                                                    double service_scv,
                                                    const struct hanse_interruption *stop,
                                                    struct hanse_queue *queue);

/* How servers break down and are repaired; times exponential. */
struct hanse_breakdowns {
    double failure_rate; /* of each server that works, busy or not; >= 0 */
    double repair_rate;  /* of each crew, > 0 */
    int64_t crews;       /* 1 .. servers; at most as many are mended at once */
};

enum { HANSE_QUEUE_BREAKDOWNS_MOST = 128 };

/* M/M/c whose servers break down and are repaired by `crews` crews, exact (servers <=
 * HANSE_QUEUE_BREAKDOWNS_MOST). Who is being served when a server breaks goes on with another
 * that is free, else waits at the head of the line; exponential service has no memory, so
 * resuming and starting again are the same. Levels are customers, phases broken servers; the
 * level's matrix-geometric part is found by logarithmic reduction, the boundary level by
 * level. Needs lambda < mu x (mean number of working servers).
 * utilization is busy servers / all servers; in_queue counts those who are not being served,
 * whether they wait or were interrupted, and wait_time is their share of the response time;
 * wait_probability is that of finding no working server free. up, if not NULL: mean number of
 * working servers. One server: Avi-Itzhak and Naor 1963; no failures: M/M/c.
 * Mitrany and Avi-Itzhak, Operations Research 16, 1968; Neuts and Lucantoni, Management
 * Science 25, 1979; Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981; Latouche and
 * Ramaswami, Journal of Applied Probability 30, 1993. */
HANSE_API enum hanse_status hanse_queue_mmc_breakdowns(struct hanse_context *ctx,
                                                       double arrival_rate, double service_rate,
                                                       int64_t servers,
                                                       const struct hanse_breakdowns *stop,
                                                       struct hanse_queue *queue, double *up);

/* M/M/c//N, the machine repair model: N machines fail at failure_rate each while up, `crews`
 * crews repair them one at a time. The answer is about the repair shop: in_system is the mean
 * number down, throughput the repairs per time, response_time the mean time down.
 * p(k) / p(k - 1) = (N - k + 1) lambda / (min(k, c) mu) for k machines down.
 * wait_probability is that of a machine at its failure. Palm 1947; Kleinrock I, 3.8. */
HANSE_API enum hanse_status hanse_queue_finite_source(struct hanse_context *ctx,
                                                      double failure_rate, double repair_rate,
                                                      int64_t crews, int64_t machines,
                                                      struct hanse_queue *queue);

/* P(at least k of N machines are up) in the same model, 0 <= k <= N. */
HANSE_API enum hanse_status
hanse_queue_finite_source_up(struct hanse_context *ctx, double failure_rate, double repair_rate,
                             int64_t crews, int64_t machines, int64_t k, double *probability);

/* M/M/2 with servers of rates fast >= slow, exact: a customer who finds both free takes the
 * fast one, and nobody changes servers. utilization is the mean share of busy servers.
 * Gumbel, Operations Research 8, 1960. */
HANSE_API enum hanse_status hanse_queue_two_unequal(struct hanse_context *ctx,
                                                    double arrival_rate, double fast,
                                                    double slow, struct hanse_queue *queue);

/* M/M/infinity: everybody is served at once; the number present is Poisson(a). utilization is
 * 0 (of infinitely many). Palm 1943. */
HANSE_API enum hanse_status hanse_queue_mminf(struct hanse_context *ctx, double arrival_rate,
                                              double service_rate, struct hanse_queue *queue);

/* G/G/c, APPROXIMATE: wait_time = (arrival_scv + service_scv) / 2 times that of M/M/c (Allen
 * and Cunneen; Allen, Probability, Statistics and Queueing Theory, 1990, 5.3). Exact for M/M/c
 * and M/G/1; elsewhere within some 10 % at high load, worse at low load and far from scv 1.
 * empty_probability and wait_probability are NaN unless both scv are 1. */
HANSE_API enum hanse_status hanse_queue_ggc(struct hanse_context *ctx, double arrival_rate,
                                            double arrival_scv, double service_time,
                                            double service_scv, int64_t servers,
                                            struct hanse_queue *queue);

/* The fewest servers whose Erlang B is at most `probability`, 0 < probability < 1. */
HANSE_API enum hanse_status hanse_queue_loss_servers(struct hanse_context *ctx,
                                                     double offered_load, double probability,
                                                     int64_t *servers);

enum { HANSE_QUEUE_UNEQUAL_MOST = 10 };

/* Poisson arrivals to n servers with rates of their own (n <= HANSE_QUEUE_UNEQUAL_MOST), exact:
 * a customer who finds several free takes the fastest, and nobody changes servers. The Markov
 * chain of the sets of busy servers is solved without subtraction (Grassmann, Taksar and
 * Heyman, Operations Research 33, 1985); beyond all busy the line is geometric with ratio
 * lambda / sum of rates. busy[i], if not NULL, is the share of time server i works, as given.
 * Two servers: Gumbel, Operations Research 8, 1960. */
HANSE_API enum hanse_status hanse_queue_unequal(struct hanse_context *ctx, double arrival_rate,
                                                const double *rates, int64_t n,
                                                struct hanse_queue *queue, double *busy);

#ifdef __cplusplus
}
#endif
#endif
