/*
 * Climate: sun, heat and the tariff, by the hour.
 *
 * Price and carbon of a region's grid are a constant times a profile of mean 1 over a day, a
 * week or a year of local time. Cooling follows the temperature,
 *
 *     T = mean + season · cos(2π (d − d₀)/365) + day · cos(2π (h − 15)/24)
 *     PUE = pue + pue_per_kelvin · max(0, T − cooling_above)
 *
 * with d₀ the 15th of July north of the equator and of January south of it. (1.08 + 0.015 per
 * kelvin above 15 is the fit that the reference table of regions uses, of peak temperatures.)
 *
 * A solar plant yields its peak power times
 *
 *     capacity factor · max(0, cos Z) / mean of max(0, cos Z) over the year, at most 1,
 *     cos Z = sin φ sin δ + cos φ cos δ cos ω,   δ = 23.45° · sin(2π (284 + n)/365)
 *
 * where φ is latitude, ω the hour angle of local mean solar time at the middle of the hour and
 * δ the declination on day n (Cooper, Solar Energy 12, 1969; Duffie and Beckman, Solar
 * Engineering of Thermal Processes). So the year's yield is the sourced one and its shape the
 * sun's. A day's weather multiplies it by a factor uniform around 1 with the given coefficient
 * of variation, drawn by (region, day).
 */
#ifndef HANSE_SIM_PROCESS_CLIMATE_H
#define HANSE_SIM_PROCESS_CLIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_world;
struct hanse_region;

struct hanse_tariff { /* of a region, in an hour */
    double pue, eur_per_kwh, g_per_kwh;
};

/* The tariffs of all regions in an hour, into tariffs[regions]. */
void hanse__tariffs(const struct hanse_world *world, int64_t hour,
                    struct hanse_tariff *tariffs);
struct hanse_tariff hanse__tariff_of(const struct hanse_world *world, int32_t region,
                                     int64_t hour);
/* Does any of them change with the hour? */
bool hanse__tariffs_move(const struct hanse_world *world);

/* Share of its peak that solar power yields in a region in an hour; weather included.
 * mean_height: hanse__sun_mean of its latitude. */
double hanse__solar(const struct hanse_world *world, int32_t region, int64_t hour,
                    double mean_height);
/* Mean of max(0, cos Z) over the year. */
double hanse__sun_mean(double latitude);

/* max(0, cos Z) at the middle of an hour: day of the year from 0, hour of local mean solar time
 * from 0, latitude in degrees. */
HANSE_API double hanse_sun_height(double latitude, int day, double solar_hour);

#ifdef __cplusplus
}
#endif
#endif
