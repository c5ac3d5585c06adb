/*
 * The foreign API: rented answers, in hard currency, at list price.
 *
 * It is always there as the do-nothing alternative, has no capacity limit, and is processed
 * where its host stands, so data that may not go there stays unserved. Shocks can cut it off.
 */
#ifndef HANSE_SIM_PROCESS_CLOUD_H
#define HANSE_SIM_PROCESS_CLOUD_H

#include "sim/process/mechanism.h"

struct hanse_cloud {
    const char *name, *label;
    int32_t provider, host;
    int32_t currency; /* of its prices; -1: the scenario's */
    int32_t region;   /* where the network reaches it; -1 everywhere */
    struct hanse_actor payment;
    double prompt_price_eur_per_token, output_price_eur_per_token, price_trend_per_year;
};

extern const struct hanse_kind hanse_kind_cloud;
extern const struct hanse_mechanism hanse_mechanism_cloud;

#endif
