/*
 * Jumps and takeovers: shocks on prices, demand and owners.
 *
 * A jump multiplies, over [from, to) and while its cause holds, what people ask (`demand`, by
 * region and workload), what devices and spares cost (`device_price`, by accelerator) or what
 * foreign APIs take (`cloud_price`, by cloud). Demand and API prices follow by the day, at noon
 * UTC. Exchange rates have kinds of their own: currency, devaluation.
 *
 * A takeover ends an operator: its sites close for a time and then belong to the successor; in
 * a bankruptcy without one they stay closed, a nationalisation always has one. From then on
 * the successor's home compels them, its cost of capital pays for new devices and it is who
 * orders. It happens at `from`, or when its cause first begins after that.
 */
#ifndef HANSE_SIM_PROCESS_JUMP_H
#define HANSE_SIM_PROCESS_JUMP_H

#include "sim/process/law.h"
#include "sim/process/mechanism.h"

struct hanse_world;

enum hanse_jumps { HANSE_JUMP_DEMAND, HANSE_JUMP_DEVICE_PRICE, HANSE_JUMP_CLOUD_PRICE };
#define HANSE_JUMP_WORDS "demand device_price cloud_price"

struct hanse_jump {
    const char *name, *label;
    int32_t what, cause;
    double factor, from_h, to_h;
    struct hanse_list regions, workloads, accelerators, clouds;
};

enum hanse_takeovers { HANSE_TAKEOVER_BANKRUPTCY, HANSE_TAKEOVER_NATIONALISATION };

struct hanse_takeover {
    const char *name, *label;
    int32_t operator_, sort, successor, cause;
    double from_h;
    struct hanse_duration closed;
};

extern const struct hanse_kind hanse_kind_jump, hanse_kind_takeover;
extern const struct hanse_mechanism hanse_mechanism_jump;

/* What all jumps of a sort together multiply with at t_h. */
double hanse__jump_demand(const struct hanse_world *world, double t_h, int32_t region,
                          int32_t workload);
double hanse__jump_device_price(const struct hanse_world *world, int32_t accelerator);
double hanse__jump_cloud_price(const struct hanse_world *world, double t_h, int32_t cloud);

/* Whose site it is now. */
int32_t hanse__site_owner(const struct hanse_world *world, int32_t site);

/* A cause changed: takeovers that waited for it happen. */
enum hanse_status hanse__jump_refresh(struct hanse_world *world);

#endif
