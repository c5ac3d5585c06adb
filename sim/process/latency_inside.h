/*
 * Inside latency: what its files share. latency_engine.c finds laws, latency.c asks them in the
 * hourly sweep, latency_open.c simulates openings, latency_kinds.c has the tables.
 */
#ifndef HANSE_SIM_PROCESS_LATENCY_INSIDE_H
#define HANSE_SIM_PROCESS_LATENCY_INSIDE_H

#include "sim/process/dispatch_inside.h"
#include "sim/process/latency.h"
#include "sim/process/serving/law.h"

/* An engine on one accelerator: everything a law depends on, and nothing else, so that equal
 * bytes mean an equal law. */
struct hanse_engine_key {
    double compute_flop_per_s, memory_byte_per_s, capacity_bytes; /* of a device */
    double parameters, active_parameters, bytes_per_parameter, kv_bytes_per_token, batch;
    double prompt_tokens, output_tokens, prompt_variation, output_variation;
    double ttft_target_s, tpot_target_s, step_s, active_watt, idle_watt;
    int64_t chunk, block, queue, replicas, requests;
    int64_t routing;
    uint64_t arrivals; /* hash of its text */
    /* Where whole steps are known (steps.h), else all zero. */
    double engine_factor, engine_gap_s, engine_request_s, link_byte_per_s, link_latency_s;
    struct hanse_transformer shape; /* as bytes of its row */
    int64_t precision;
    uint64_t kernels; /* hash of them and their rates */
};

struct hanse_known_law {
    struct hanse_engine_key key;
    double devices;
    struct hanse_serving_law law;
};

/* What was granted in a round, to a route or to a cell that asks place by place: amounts by
 * places, then by cells. */
struct hanse_granted {
    int32_t route; /* -1: `cell` at `place` */
    int32_t serving, cell, place;
    size_t first; /* in amounts */
};

struct hanse_latency_own {
    struct hanse_known_law *known;
    size_t n_known, known_capacity;
    struct hanse_granted *granted;
    size_t n_granted, granted_capacity;
    double *amounts;
    size_t n_amounts, amounts_capacity;
};

/* An opening's hours as they pass. */
struct hanse_opened {
    int32_t hours, first_h;
    hanse_ref work, weighted; /* double [hours × places]: served work, the same × load */
    hanse_ref replicas;       /* double [hours × places × types] */
};

struct hanse_latency {
    int32_t n_servings, n_types, n_workloads, n_places;
    hanse_ref serving_of; /* int32_t [workloads]; -1: none */
    hanse_ref work;       /* double [servings]: reference work of a prompt */
    hanse_ref devices;    /* double [servings × types] of a replica; 0: no law */
    hanse_ref laws;       /* struct hanse_serving_law [servings × types] */
    hanse_ref tally;      /* double [servings × types × loads]: prompts this month */
    hanse_ref late;       /* double [cells]: this hour */
    hanse_ref by_cell;    /* double [cells]: scratch */
    hanse_ref opened;     /* struct hanse_opened [openings] */
};

enum hanse_latency_output {
    HANSE_LATENCY_PROMPTS,
    HANSE_LATENCY_ON_TIME,
    HANSE_LATENCY_TOKENS,
    HANSE_LATENCY_JOULE,
    HANSE_LATENCY_TTFT_SUM,
    HANSE_LATENCY_TPOT_SUM,
    HANSE_LATENCY_TTFT,
    HANSE_LATENCY_TPOT,
    HANSE_OPENED_REQUESTS,
    HANSE_OPENED_SERVED,
    HANSE_OPENED_LONGER, /* of them answers of two tokens and more */
    HANSE_OPENED_REFUSED,
    HANSE_OPENED_PREEMPTED,
    HANSE_OPENED_ON_TIME,
    HANSE_OPENED_TOKENS,
    HANSE_OPENED_JOULE,
    HANSE_OPENED_TTFT_SUM,
    HANSE_OPENED_TPOT_SUM,
    HANSE_OPENED_ALL_SUM,
    HANSE_OPENED_TTFT,
    HANSE_OPENED_TPOT,
    HANSE_OPENED_ALL,
    HANSE_OPENED_FLOW,
    HANSE_OPENED_FLOW_ON_TIME,
    HANSE_LATENCY_OUTPUTS, /* here the derived ones begin */
};

/* The output table, in latency_kinds.c. */
enum { HANSE_LATENCY_TABLE = HANSE_LATENCY_OUTPUTS + 26 };
extern const struct hanse_output hanse__latency_outputs[HANSE_LATENCY_TABLE];

static inline struct hanse_latency *hanse__latency(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_LATENCY]);
}

/* The figures of `output` for row `row`, whose counts have `wide` of them. */
static inline double *hanse__latency_cell(const struct hanse_world *world, int output,
                                          int32_t row, int32_t wide)
{
    return hanse__cells(world, HANSE_MECHANISM_LATENCY, output) +
           (ptrdiff_t)row * (ptrdiff_t)wide;
}

/* What an engine is made of. */
struct hanse_engine_parts {
    struct hanse_serving_cost cost;
    struct hanse_law_rules rules;
    double devices;
};
struct hanse_engine_key hanse__engine_key(const struct hanse_world *world,
                                          const struct hanse_serving *serving,
                                          int32_t accelerator);
/* Free the cost with hanse_serving_cost_fini, also after failure. */
enum hanse_status hanse__engine_build(const struct hanse_world *world,
                                      const struct hanse_serving *serving, int32_t accelerator,
                                      struct hanse_engine_parts *parts);

/* Takes what openings keep; after the places are known. */
enum hanse_status hanse__openings_init(struct hanse_world *world);
/* Notes an hour of a place's work for a serving. */
void hanse__openings_note(struct hanse_sweep *h, int32_t serving, int32_t place, double work,
                          double load, double on_time);
/* How many replicas the places have had in the hour, once all work is noted. */
void hanse__openings_close_hour(struct hanse_sweep *h);
/* Simulates the openings that ended in hours (from, to]. */
enum hanse_status hanse__openings_run(struct hanse_world *world, int64_t from, int64_t to);

#endif
