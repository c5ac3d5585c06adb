/*
 * The nouns: what every national model is made of.
 *
 * Location, ownership, control, power and network of a site are five separate references, and
 * the hardware inside has a sixth origin, its silicon: each can be cut on its own. Nouns that
 * only one mechanism needs (workload, purchase, withdraw …) live with that mechanism in
 * sim/process. The field tables in nouns_*.c say what each member means, its unit and range.
 */
#ifndef HANSE_SIM_MODEL_NOUNS_H
#define HANSE_SIM_MODEL_NOUNS_H

#include "sim/model/kernel.h"
#include "sim/model/schema.h"
#include "sim/model/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Data classes, in rising order of sensitivity. */
enum hanse_data_class {
    HANSE_DATA_PUBLIC,
    HANSE_DATA_PERSONAL,
    HANSE_DATA_CONFIDENTIAL,
    HANSE_DATA_STATE,
    HANSE_DATA_CLASSES,
};
#define HANSE_DATA_CLASS_WORDS "public personal confidential state"

/* Where a jurisdiction lets a data class be processed. */
enum hanse_trust { HANSE_TRUST_HOME, HANSE_TRUST_BLOC, HANSE_TRUST_ANY };
#define HANSE_TRUST_WORDS "home bloc any"

/* How votes on a pool's rules are weighted. */
enum hanse_votes { HANSE_VOTES_SEAT, HANSE_VOTES_STAKE, HANSE_VOTES_CONTRIBUTION };
#define HANSE_VOTES_WORDS "seat stake contribution"

#define HANSE_OPERATOR_WORDS "state university telecom data_centre miner individual hyperscaler"

/* With whom a pool shares its hardware and work, of a data class. */
enum hanse_share { HANSE_SHARE_NOBODY, HANSE_SHARE_PARTNERS, HANSE_SHARE_ALL };
#define HANSE_SHARE_WORDS "nobody partners all"

/* Kinds that can act, own or be withdrawn. */
#define HANSE_ACTOR_KINDS "firm operator jurisdiction bloc"

struct hanse_settings { /* kind "scenario": exactly one row */
    const char *name, *title, *question, *start, *currency;
    bool hypothetical;
    int64_t seed, replications, central, base_year;
    double horizon_h, discount_rate_per_year, detour, resilience_tolerance;
    int32_t reference_accelerator;
};

struct hanse_bloc {
    const char *name, *label;
    bool intra_bloc_transfer; /* goods that reached one member may go on to the others */
    bool circulates[HANSE_DATA_CLASSES]; /* data classes that may move within it */
};

struct hanse_certification {
    const char *name, *label;
};

struct hanse_jurisdiction {
    const char *name, *label;
    struct hanse_list blocs;
    int32_t trust[HANSE_DATA_CLASSES]; /* enum hanse_trust by data class */
    int32_t currency;                  /* -1: the scenario's */
};

struct hanse_firm {
    const char *name, *label;
    int32_t home;   /* jurisdiction; -1: a protocol */
    int32_t parent; /* firm */
    struct hanse_actor_list compelled_by, stands_for;
};

struct hanse_operator {
    const char *name, *label;
    int32_t home, type;
    struct hanse_actor_list compelled_by, logs_to;
    double cost_of_capital_per_year;
    struct hanse_list certifications;
};

/* How a pool orders its batch jobs: policies of sim/process/schedule. */
#define HANSE_SCHEDULER_WORDS "fcfs sjf easy easy-sjbf conservative priority"
enum hanse_scheduler_word {
    HANSE_SCHEDULER_FCFS,
    HANSE_SCHEDULER_SJF,
    HANSE_SCHEDULER_EASY,
    HANSE_SCHEDULER_EASY_SJBF,
    HANSE_SCHEDULER_CONSERVATIVE,
    HANSE_SCHEDULER_PRIORITY,
};

/* What the scheduler `priority` goes by; sim/process/schedule/priority.c has the equations. */
struct hanse_pool_priority {
    double age_weight, age_max_h, share_weight, half_life_h, size_weight, period_h;
    int32_t favour; /* 0 large, 1 small */
    bool backfill;
};

/* Where, among all that is open to it, work goes. */
enum hanse_siting {
    HANSE_SITING_LOCAL, /* own region, own jurisdiction, pool, partners; then where room is */
    HANSE_SITING_CHEAPEST,
    HANSE_SITING_GREENEST,
    HANSE_SITING_NEAREST,
    HANSE_SITING_BY_POOL, /* as the pool has it */
};
#define HANSE_SITING_WORDS "local cheapest greenest nearest"

struct hanse_pool {
    const char *name, *label;
    struct hanse_actor coordinator;
    int32_t seat;   /* region where the coordinator runs; -1 everywhere */
    bool federated; /* members coordinate themselves */
    struct hanse_actor_list partners;
    int32_t shares[HANSE_DATA_CLASSES]; /* enum hanse_share by data class */
    int32_t placement;                  /* enum hanse_siting */
    int32_t scheduler;                  /* a policy: enum hanse_scheduler_word */
    struct hanse_pool_priority priority;
    int32_t votes;   /* enum hanse_votes: on its rules */
    double majority; /* share of votes that a change must exceed */
};

struct hanse_region {
    const char *name, *label;
    int32_t jurisdiction, pool;
    struct hanse_actor grid;
    double population, electricity_price_eur_per_kwh, carbon_intensity_g_per_kwh, pue;
    double utc_offset_h, latitude, longitude;
    struct hanse_series price_profile, carbon_profile;
    double temperature_k, temperature_season_k, temperature_day_k, cooling_above_k;
    double pue_per_kelvin, solar_capacity_factor, solar_variation;
    double saidi_h_per_year, saifi_per_year, outage_shared;
};

struct hanse_accelerator {
    const char *name, *label;
    int32_t vendor, fab; /* firms */
    int32_t stack;       /* -1: none */
    double peak_tflops, memory_gib, bandwidth_gbps, power_kw, idle_power_kw;
    double compute_efficiency, memory_efficiency;
    double price_eur, price_trend_per_year, price_floor, launch_h, surround_cost, life_h;
    double tpp, performance_density, interconnect_gbps, interconnect_latency_s;
    const char *kernels;              /* "gemm/bf16/4096x4096x4096 stream_copy/bytes" */
    struct hanse_series kernel_rates; /* one for each */
    int32_t kernel_precision;         /* enum hanse_precision */
    double engine_factor, engine_gap_s, engine_request_s;
    bool data_centre;
    double hazard_per_h, hazard_shape;
};

struct hanse_model { /* a language model that workloads call */
    const char *name, *label;
    struct hanse_actor provider;
    bool weights_held;
    bool licence_binds; /* without its provider's leave not run, weights held or not */
    double parameters, active_parameters, bytes_per_parameter, kv_bytes_per_token, batch;
    struct hanse_transformer shape; /* layers 0: not known */
};

struct hanse_site {
    const char *name, *label;
    int32_t region, operator_;
    int32_t plant; /* -1: on the grid */
    struct hanse_actor_list controllers, verified_by;
    struct hanse_actor power_supplier, uplink_owner;
    double staff_minimum, devices_per_person, wage_eur_per_h; /* people on the site */
    double batch_share, staff_cost_eur_per_h, operations_share_per_year;
    double building_eur, building_life_h;
    struct hanse_list certifications;
};

struct hanse_group { /* devices of one type at one site */
    const char *name;
    int32_t site, accelerator, maintenance;
    int64_t count, spares;
    double age_h;
};

struct hanse_window_noun { /* kind "window": a stretch of time the summary is taken over */
    const char *name, *label;
    double from_h, to_h;
    bool shade;
};

/* For `check` functions of kinds that reckon with where a region is: HANSE_ERR_INPUT when it
 * says neither latitude nor longitude. A region in the open sea at 0° north and 0° east would
 * say so too. `why` ends the sentence. */
enum hanse_status hanse__region_needs_position(const struct hanse_scenario *scenario,
                                               int32_t region, const char *why);

extern const struct hanse_kind hanse_kind_scenario, hanse_kind_bloc, hanse_kind_certification,
    hanse_kind_jurisdiction, hanse_kind_firm, hanse_kind_operator, hanse_kind_pool,
    hanse_kind_region, hanse_kind_accelerator, hanse_kind_model, hanse_kind_site,
    hanse_kind_group, hanse_kind_window;

#ifdef __cplusplus
}
#endif
#endif
