/*
 * Places: the hardware of a region that is alike to whoever asks.
 *
 * Sites of one region that the same data may go to and the same plant feeds are one place: the
 * hourly sweep looks at places, not at sites, and what a site did follows from its share. A
 * place's devices are counted by type in whole parts of 2^-32 of a device, so that adding and
 * taking away leaves no rounding behind and the order of events enters no sum. Only what the
 * fleet lists as changed is counted anew.
 *
 * A meter sums a place's hours as they pass: how much of it was up (powered) and how much busy,
 * plain and weighted with the energy, money and carbon that a kilowatt of equipment took in the
 * hour. A site's books are differences of two readings times its devices, taken when these
 * change and at the end of a month, so nothing is booked by the hour.
 */
#ifndef HANSE_SIM_PROCESS_PLACE_H
#define HANSE_SIM_PROCESS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/status.h"

struct hanse_world;

/* Parts a device is counted in: 2^32. */
#define HANSE__PARTS 4294967296.0

struct hanse_place {
    int32_t region;
    int32_t plant; /* -1: on the grid */
    int32_t site;  /* the first of its sites: one speaks for all in law */
    bool changed;  /* its devices, since its capacity was computed */
    uint64_t rights;
};

enum hanse_meter_sum {
    HANSE_METER_HOURS, /* share of the place, times hours */
    HANSE_METER_KWH,   /* the same, times facility energy per equipment energy */
    HANSE_METER_EUR,   /* the same, times EUR per kWh of equipment */
    HANSE_METER_GRAMS, /* the same, times grams per kWh of equipment */
    HANSE_METER_SUMS,
};
struct hanse_meter {
    double up[HANSE_METER_SUMS];   /* devices under power */
    double busy[HANSE_METER_SUMS]; /* devices at work for the flow */
};

/* Finds the places; dispatch owns them. */
enum hanse_status hanse__places_init(struct hanse_world *world);

int32_t hanse__n_places(const struct hanse_world *world);
const struct hanse_place *hanse__places(const struct hanse_world *world);
int32_t hanse__place_of_group(const struct hanse_world *world, int32_t group);
struct hanse_meter *hanse__meters(const struct hanse_world *world);

/* Reference work an hour, all of it free: [places × workloads]; of the devices that can work,
 * and of those that could but for want of power or of a network. */
const double *hanse__place_capacity(const struct hanse_world *world, int standing);
/* With the workloads' substitutes, of the devices that can work; only where one is named. */
const double *hanse__place_small(const struct hanse_world *world);
/* Is there hardware anywhere that wants for this only? */
bool hanse__any_standing(const struct hanse_world *world, int standing);

/* Devices by type, flow and batch ones: [accelerators], as many as a place has. */
double hanse__place_devices(const struct hanse_world *world, int32_t place, int32_t type);

/* What a group can give the flow, as counted in its place: parts of a device. */
int64_t hanse__place_parts(const struct hanse_world *world, int32_t group);

/* Follows the fleet after it settled; `all`: what can run where has changed too. */
void hanse__places_follow(struct hanse_world *world, bool all);

struct hanse_tariff;
/* What a kilowatt of equipment takes from now on; tariffs: [regions]. */
void hanse__meters_price(struct hanse_world *world, const struct hanse_tariff *tariffs);
/* An hour passes: shares of each place under power and, of these, still free. */
void hanse__meters_read(struct hanse_world *world, const double *powered, const double *free);
/* Starts the meters from nothing, at the end of a month when all books are closed. */
void hanse__meters_reset(struct hanse_world *world);

#endif
