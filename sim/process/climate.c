#include "sim/process/climate.h"

#include <math.h>
#include <stdio.h>

#include "sim/process/world.h"

enum { DAY_H = 24, YEAR_DAYS = 365, JULY_15 = 195, JANUARY_15 = 14 };

static double turn(double share)
{
    return 8.0 * atan(1.0) * share;
}

/* Day of the year of hour 0, from 0; leap days don't exist. */
static int first_day(const struct hanse_world *world)
{
    static const int BEFORE[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year = 1970, month = 1, day = 1;
    sscanf(world->tables.settings->start, "%d-%d-%d", &year, &month, &day);
    int before = BEFORE[month - 1] + day - 1;
    return before < YEAR_DAYS ? before : YEAR_DAYS - 1;
}

/* Hour of the year in local time, from 0. */
static int64_t local_hour(const struct hanse_world *world, int32_t region, int64_t hour)
{
    int64_t local = hour + (int64_t)DAY_H * first_day(world) +
                    llround(world->tables.regions[region].utc_offset_h);
    return (local % HANSE_YEAR_H + HANSE_YEAR_H) % HANSE_YEAR_H;
}

static double factor(const struct hanse_world *world, const struct hanse_series *profile,
                     int32_t region, int64_t hour)
{
    if (profile->count == 0) {
        return 1.0;
    }
    if (profile->count == HANSE_WEEK_H) {
        double offset = world->tables.regions[region].utc_offset_h;
        return profile->items[hanse__hour_of_week(world, hour, offset)];
    }
    return profile->items[local_hour(world, region, hour) % profile->count];
}

static double pue_of(const struct hanse_world *world, int32_t region, int64_t hour)
{
    const struct hanse_region *r = &world->tables.regions[region];
    if (r->pue_per_kelvin == 0.0) {
        return r->pue;
    }
    int64_t local = local_hour(world, region, hour);
    double day = (double)local / DAY_H - (r->latitude < 0.0 ? JANUARY_15 : JULY_15);
    double degrees =
        r->temperature_k + r->temperature_season_k * cos(turn(day / YEAR_DAYS)) +
        r->temperature_day_k * cos(turn(((double)(local % DAY_H) + 0.5 - 15.0) / DAY_H));
    return r->pue + r->pue_per_kelvin * fmax(0.0, degrees - r->cooling_above_k);
}

struct hanse_tariff hanse__tariff_of(const struct hanse_world *world, int32_t region,
                                     int64_t hour)
{
    const struct hanse_region *r = &world->tables.regions[region];
    return (struct hanse_tariff){
        pue_of(world, region, hour),
        r->electricity_price_eur_per_kwh * factor(world, &r->price_profile, region, hour),
        r->carbon_intensity_g_per_kwh * factor(world, &r->carbon_profile, region, hour)};
}

void hanse__tariffs(const struct hanse_world *world, int64_t hour, struct hanse_tariff *tariffs)
{
    for (int32_t i = 0; i < world->tables.n_regions; i++) {
        tariffs[i] = hanse__tariff_of(world, i, hour);
    }
}

bool hanse__tariffs_move(const struct hanse_world *world)
{
    for (int32_t i = 0; i < world->tables.n_regions; i++) {
        const struct hanse_region *r = &world->tables.regions[i];
        if (r->price_profile.count > 0 || r->carbon_profile.count > 0 ||
            r->pue_per_kelvin != 0.0) {
            return true;
        }
    }
    return false;
}

/* --- sun ---------------------------------------------------------------------------------- */

double hanse_sun_height(double latitude, int day, double solar_hour)
{
    double phi = turn(latitude / 360.0);
    double delta = turn(23.45 / 360.0) * sin(turn((284.0 + day + 1.0) / YEAR_DAYS));
    double omega = turn((solar_hour - 12.0) / DAY_H);
    return fmax(0.0, sin(phi) * sin(delta) + cos(phi) * cos(delta) * cos(omega));
}

/* The hour angle from sunset to sunset integrates by hand; days are summed:
 * ∫ max(0, a + b cos ω) dω / 2π with a = sin φ sin δ, b = cos φ cos δ. */
double hanse__sun_mean(double latitude)
{
    double phi = turn(latitude / 360.0), sum = 0.0;
    for (int day = 0; day < YEAR_DAYS; day++) {
        double delta = turn(23.45 / 360.0) * sin(turn((284.0 + day + 1.0) / YEAR_DAYS));
        double a = sin(phi) * sin(delta), b = cos(phi) * cos(delta);
        double sunset = acos(fmax(-1.0, fmin(1.0, b != 0.0 ? -a / b : 0.0)));
        sum += (a * sunset + b * sin(sunset)) / turn(0.5);
    }
    return sum / YEAR_DAYS;
}

static double weather(const struct hanse_world *world, int32_t region, int64_t day)
{
    double cv = world->tables.regions[region].solar_variation;
    if (cv == 0.0) {
        return 1.0;
    }
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_region, region);
    double u = hanse_uniform_at(hanse_purpose_key(world->seed, "weather"), world->replication,
                                entity, (uint32_t)day);
    return 1.0 + cv * sqrt(3.0) * (2.0 * u - 1.0);
}

double hanse__solar(const struct hanse_world *world, int32_t region, int64_t hour,
                    double mean_height)
{
    const struct hanse_region *r = &world->tables.regions[region];
    if (r->solar_capacity_factor <= 0.0) {
        return 0.0;
    }
    double utc_hour = (double)(hour % DAY_H) + 0.5;
    double solar_hour = fmod(utc_hour + r->longitude / 15.0 + DAY_H, DAY_H);
    int day = (int)((first_day(world) + hour / DAY_H) % YEAR_DAYS);
    double height = hanse_sun_height(r->latitude, day, solar_hour);
    if (height == 0.0) {
        return 0.0;
    }
    double share = r->solar_capacity_factor * height / mean_height;
    return fmin(1.0, share * weather(world, region, hour / DAY_H));
}
