#include "sim/process/mechanism.h"

#include "sim/model/nouns.h"
#include "sim/process/account.h"
#include "sim/process/batch.h"
#include "sim/process/cause.h"
#include "sim/process/cloud.h"
#include "sim/process/control.h"
#include "sim/process/currency.h"
#include "sim/process/demand.h"
#include "sim/process/dispatch.h"
#include "sim/process/eligible.h"
#include "sim/process/export.h"
#include "sim/process/fleet.h"
#include "sim/process/hazard.h"
#include "sim/process/islands.h"
#include "sim/process/jump.h"
#include "sim/process/latency.h"
#include "sim/process/market.h"
#include "sim/process/network.h"
#include "sim/process/power.h"
#include "sim/process/procure.h"
#include "sim/process/reliability.h"
#include "sim/process/resilience.h"
#include "sim/process/shock.h"
#include "sim/process/shown.h"
#include "sim/process/stack.h"
#include "sim/process/supply.h"
#include "sim/process/viewer.h"
#include "sim/process/world.h"

static const struct hanse_mechanism *const MECHANISMS[HANSE_MECHANISMS] = {
    [HANSE_MECHANISM_CAUSE] = &hanse_mechanism_cause,
    [HANSE_MECHANISM_EXPORT] = &hanse_mechanism_export,
    [HANSE_MECHANISM_FLEET] = &hanse_mechanism_fleet,
    [HANSE_MECHANISM_ISLANDS] = &hanse_mechanism_islands,
    [HANSE_MECHANISM_POWER] = &hanse_mechanism_power,
    [HANSE_MECHANISM_HAZARD] = &hanse_mechanism_hazard,
    [HANSE_MECHANISM_SHOCK] = &hanse_mechanism_shock,
    [HANSE_MECHANISM_SUPPLY] = &hanse_mechanism_supply,
    [HANSE_MECHANISM_MARKET] = &hanse_mechanism_market,
    [HANSE_MECHANISM_CURRENCY] = &hanse_mechanism_currency,
    [HANSE_MECHANISM_CLOUD] = &hanse_mechanism_cloud,
    [HANSE_MECHANISM_DEMAND] = &hanse_mechanism_demand,
    [HANSE_MECHANISM_DISPATCH] = &hanse_mechanism_dispatch,
    [HANSE_MECHANISM_BATCH] = &hanse_mechanism_batch,
    [HANSE_MECHANISM_LATENCY] = &hanse_mechanism_latency,
    [HANSE_MECHANISM_RELIABILITY] = &hanse_mechanism_reliability,
    [HANSE_MECHANISM_NETWORK] = &hanse_mechanism_network,
    [HANSE_MECHANISM_JUMP] = &hanse_mechanism_jump,
    [HANSE_MECHANISM_STACK] = &hanse_mechanism_stack,
    [HANSE_MECHANISM_PROCURE] = &hanse_mechanism_procure,
    [HANSE_MECHANISM_ACCOUNT] = &hanse_mechanism_account,
    [HANSE_MECHANISM_RESILIENCE] = &hanse_mechanism_resilience,
    [HANSE_MECHANISM_CONTROL] = &hanse_mechanism_control,
};

/* The nouns of sim/model, then what the mechanisms bring, in their order. */
static const struct hanse_kind *const KINDS[] = {
    &hanse_kind_scenario,    &hanse_kind_bloc,          &hanse_kind_jurisdiction,
    &hanse_kind_firm,        &hanse_kind_operator,      &hanse_kind_pool,
    &hanse_kind_region,      &hanse_kind_accelerator,   &hanse_kind_model,
    &hanse_kind_site,        &hanse_kind_group,         &hanse_kind_window,
    &hanse_kind_headline,    &hanse_kind_figure,        &hanse_kind_cell,
    &hanse_kind_chart,       &hanse_kind_maintenance,   &hanse_kind_withdraw,
    &hanse_kind_cause,       &hanse_kind_restriction,   &hanse_kind_limb,
    &hanse_kind_supplier,    &hanse_kind_rival,         &hanse_kind_consortium,
    &hanse_kind_procurement, &hanse_kind_stack,         &hanse_kind_port,
    &hanse_kind_jump,        &hanse_kind_takeover,      &hanse_kind_crew,
    &hanse_kind_denial,      &hanse_kind_purchase,      &hanse_kind_cloud,
    &hanse_kind_workload,    &hanse_kind_batch,         &hanse_kind_station,
    &hanse_kind_route,       &hanse_kind_certification, &hanse_kind_eligibility,
    &hanse_kind_link,        &hanse_kind_plant,         &hanse_kind_currency,
    &hanse_kind_devaluation, &hanse_kind_hazard,        &hanse_kind_serving,
    &hanse_kind_opening,     &hanse_kind_viewer,        &hanse_kind_shortfall,
    &hanse_kind_shock,
};

const struct hanse_mechanism *const *hanse_mechanisms(size_t *n)
{
    *n = HANSE_MECHANISMS;
    return MECHANISMS;
}

const struct hanse_kind *const *hanse_kinds(size_t *n)
{
    *n = sizeof KINDS / sizeof *KINDS;
    return KINDS;
}

enum hanse_status hanse_draft_create(struct hanse_context *ctx, struct hanse_draft **draft)
{
    return hanse_draft_create_with(ctx, KINDS, sizeof KINDS / sizeof *KINDS, draft);
}
