/*
 * Export regimes: rules of an authority on devices past a threshold, against destinations.
 *
 * What a rule controls. Either named parts, or devices that meet one of its limbs; the
 * conditions of a limb hold together. Metrics are those of the rules in force since 2022: total
 * processing performance (2 x MAC TOPS x bit length), performance density (that per mm2 of
 * die), memory bandwidth, and transfer rate to other chips. A rule reaches a device when the
 * authority can compel who sells or who makes it (hanse__actor_covers), and only where goods
 * cross the destination's border: what a supplier already has in the country passes.
 *
 * What it does to an order of a controlled device (`effect`):
 *
 *   ban      suppliers take no order; those that come wait until the rule goes
 *   cap      orders are taken, the border lets in total processing performance up to
 *            `allowance` in all and `allowance_per_year` in each year of the rule
 *   licence  each order asks for a licence: refused with probability `denial` (then it waits
 *            until the rule goes), else granted after `licence_time`, and its lead time starts
 *   none     nothing by itself; a levy or a firmware cut may still bite
 *
 * Per buyer and year of the rule `exempt_per_year` goes through untouched and uncounted. What
 * was ordered before a ban or licence rule began is held at the border, let in or lost
 * (`pipeline`). `levy` raises the price. `spares`: a ban stops spare devices too. `firmware`:
 * its vendors' support ends for devices in the target countries (stack.h). `overcompliance`:
 * with that probability suppliers under the authority refuse a lawful order for a target.
 * A rule is rescinded when its window ends.
 *
 * Presets with their dates, thresholds and sources: scenarios/lib/exports.lua over
 * scenarios/reference/export_rules.csv and export_thresholds.csv.
 */
#ifndef HANSE_SIM_PROCESS_EXPORT_H
#define HANSE_SIM_PROCESS_EXPORT_H

#include "sim/model/nouns.h"
#include "sim/process/law.h"
#include "sim/process/mechanism.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_world;

/* --- what a rule controls ---------------------------------------------------------------- */

/* A device in an export rule's eyes. NAN: not known. */
struct hanse_export_metrics {
    double tpp, performance_density; /* 1, 1/mm2 */
    double memory_bandwidth_gbps;    /* GB/s */
    double interconnect_gbps;        /* GB/s to and from other chips, both directions added */
    bool data_centre;                /* designed or marketed for data centres */
};

/* from <= x < below; from 0 and below HANSE_SPAN_END ask nothing. */
struct hanse_span {
    double from, below;
};
#define HANSE_SPAN_END 1e12

struct hanse_limb {
    const char *name;
    int32_t restriction;
    struct hanse_span tpp, performance_density, memory_bandwidth_gbps, interconnect_gbps;
    bool data_centre_only;
};

enum hanse_caught { HANSE_CAUGHT_NOT, HANSE_CAUGHT_UNKNOWN, HANSE_CAUGHT };

/* Does the limb catch the device? UNKNOWN: a metric that would decide isn't known. */
HANSE_API enum hanse_caught hanse_limb_catches(const struct hanse_limb *limb,
                                               const struct hanse_export_metrics *metrics);

/* A limb that asks nothing: every span is all numbers. */
HANSE_API struct hanse_limb hanse_limb_open(void);

/* --- the mechanism ----------------------------------------------------------------------- */

enum hanse_effect {
    HANSE_EFFECT_BAN,
    HANSE_EFFECT_CAP,
    HANSE_EFFECT_LICENCE,
    HANSE_EFFECT_NONE
};
#define HANSE_EFFECT_WORDS "ban cap licence none"

enum hanse_pipeline { HANSE_PIPELINE_HELD, HANSE_PIPELINE_DELIVERED, HANSE_PIPELINE_CANCELLED };

struct hanse_restriction {
    const char *name, *label;
    struct hanse_actor authority;
    struct hanse_actor_list targets;
    double from_h, to_h;
    int32_t cause, effect, pipeline;
    double tpp_over, dense_tpp_over, density_over;
    struct hanse_list parts; /* accelerators */
    double allowance_tpp, allowance_tpp_per_year, exempt_tpp_per_year;
    struct hanse_duration licence;
    double denial, levy, overcompliance;
    bool spares, firmware;
};

extern const struct hanse_kind hanse_kind_restriction, hanse_kind_limb;
extern const struct hanse_mechanism hanse_mechanism_export;

/* What the rules in force say to an order. */
struct hanse_export_order {
    int32_t group, count;
    uint64_t entity; /* whose luck with licences it has, and the how-manieth draw */
    uint32_t number;
};
struct hanse_ruling {
    int32_t exempt;      /* of the count: pass untouched; using up the exemption */
    int32_t refused_by;  /* a restriction that keeps the rest waiting; -1 the rest may go */
    double wait_h;       /* for licences, before the rest's lead time starts */
    double price_factor; /* levies */
};
struct hanse_ruling hanse__export_rule(struct hanse_world *world,
                                       const struct hanse_export_order *order);

/* Would the restriction still keep the group's orders waiting? */
bool hanse__export_refuses(const struct hanse_world *world, int32_t restriction, int32_t group);

/* What becomes of `count` new devices at the border, accepted by the supplier at accepted_h:
 * how many pass now, and how many of the others are lost for good; the rest is held. Passing
 * uses up allowances. */
struct hanse_admission {
    int32_t passed, cancelled;
};
struct hanse_admission hanse__export_admit(struct hanse_world *world, int32_t group,
                                           int32_t count, double accepted_h);

/* May no spare device reach the group now? */
bool hanse__export_spares_cut(const struct hanse_world *world, int32_t group);
/* Does support end for an accelerator's vendor in a jurisdiction? */
bool hanse__export_firmware_cut(const struct hanse_world *world, int32_t accelerator,
                                int32_t jurisdiction);
/* Is anything with this destination and device restricted now? For policies to see. */
bool hanse__export_restricted(const struct hanse_world *world, int32_t group);

/* A cause changed: works out afresh which rules are in force. */
enum hanse_status hanse__export_refresh(struct hanse_world *world);

#ifdef __cplusplus
}
#endif
#endif
