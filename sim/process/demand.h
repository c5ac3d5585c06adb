/*
 * Demand: prompts per head on a saturating curve, turned into reference work.
 *
 * In a region of P inhabitants a workload asks, on average at time t,
 *
 *     prompts(t) = P · cap / (1 + (cap / start − 1) · exp(−growth · t))      (logistic)
 *     work(t)    = prompts(t) · w₀ · exp((tokens_trend − efficiency_trend) · t)
 *
 * with w₀ the hours the reference accelerator, at its mid efficiency, needs for one prompt of
 * prompt_tokens and output_tokens (service.h). The hour-of-week profile, in local time and of
 * mean 1, shapes the week. Growth advances in steps of a day. tokens_trend lengthens prompts
 * and answers alike; efficiency_trend is compute per token falling at fixed quality.
 */
#ifndef HANSE_SIM_PROCESS_DEMAND_H
#define HANSE_SIM_PROCESS_DEMAND_H

#include "sim/process/mechanism.h"

struct hanse_world;

/* Outputs; dispatch writes the first. */
enum { HANSE_DEMAND_SUBSTITUTED, HANSE_DEMAND_QUALITY_LOST };

enum hanse_cloud_use { HANSE_CLOUD_NEVER, HANSE_CLOUD_OVERFLOW, HANSE_CLOUD_ALWAYS };

struct hanse_workload {
    const char *name, *label;
    struct hanse_list regions;
    int32_t data_class, model, cloud, cloud_use;
    int32_t substitute, substitute_when; /* a model; enum hanse_substitute_when */
    double quality;                      /* the substitute's, of the wanted model's */
    int64_t tier;
    double prompts_start, prompts_cap; /* per person and day */
    double growth_per_year, tokens_trend_per_year, efficiency_trend_per_year;
    double prompt_tokens, output_tokens;
    double deadline_h, give_up_h;
    double latency_limit_s; /* one way to where it is served; 0 none */
    int32_t placement;      /* enum hanse_siting */
    double prompt_bytes_per_token, output_bytes_per_token; /* on links */
    double price_limit_eur;    /* per unit of reference work by a foreign API; 0 none */
    double value_unserved_eur; /* per unit of reference work that is not served when due */
    struct hanse_series profile;
};

extern const struct hanse_kind hanse_kind_workload;
extern const struct hanse_mechanism hanse_mechanism_demand;

const struct hanse_workload *hanse__workloads(const struct hanse_world *world, int32_t *n);

/* Mean demand of an hour at time t, before the profile: reference work [regions × workloads],
 * and what the workload's cloud takes for a unit of reference work, EUR [workloads]. */
void hanse__demand_at(const struct hanse_world *world, double t_h, double *work_per_h,
                      double *cloud_eur_per_work);

/* Reference work of one prompt at hour 0. */
double hanse__demand_prompt_work(const struct hanse_world *world, int32_t workload);

/* Work that is placed so may go to the nearest: then there must be distances. */
enum hanse_status hanse__check_nearest(const struct hanse_scenario *scenario,
                                       int32_t placement);

/* Bytes that a unit of reference work takes over links at time t: to where it is served, and
 * back; [workloads]. */
void hanse__demand_bytes(const struct hanse_world *world, double t_h, double *in, double *out);

/* Reference work that one device-hour does: [accelerators × workloads]; and with the
 * substitute, 0 where there is none. The work is that of the wanted model either way. */
void hanse__demand_speeds(const struct hanse_world *world, double *speeds);
void hanse__demand_small_speeds(const struct hanse_world *world, double *speeds);

#endif
