/*
 * Power: plants against an hourly hand calculation that knows nothing of the engine, grids
 * against the indices they are given, energy that adds up in random plants.
 */
#include <math.h>

#include "sim/engine/stream.h"
#include "sim/process/climate.h"
#include "tests/close.h"
#include "tests/nation.h"

enum { MONTHS = 12 };

/* One region at 58° N, 27° E on a plant; cards that draw 1.2 kW busy or idle; PUE 1.25. */
static struct nation on_a_plant(double cards, uint32_t *plant, uint32_t *region)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    *region = nation_region_nowhere(&n, "a", "A", "pool", 1e6);
    nation_number(&n, *region, "latitude", 58.0);
    nation_number(&n, *region, "longitude", 27.0);
    nation_operator(&n, "owner", "A");
    uint32_t card = nation_add(&n, "accelerator", "card");
    const struct {
        const char *key;
        double value;
    } CARD[] = {{"peak", 989.0},
                {"memory", 80.0},
                {"bandwidth", 3350.0},
                {"power", 1.2},
                {"idle_power", 1.2},
                {"compute_efficiency", 0.5},
                {"memory_efficiency", 0.6},
                {"price", 25000.0},
                {"life", 43800.0},
                {"tpp", 15832.0},
                {"performance_density", 19.45},
                {"hazard", 0.0}};
    nation_text(&n, card, "vendor", "maker");
    nation_text(&n, card, "fab", "maker");
    for (size_t i = 0; i < sizeof CARD / sizeof *CARD; i++) {
        nation_number(&n, card, CARD[i].key, CARD[i].value);
    }
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    *plant = nation_add(&n, "plant", "plant");
    nation_text(&n, *plant, "region", "a");
    nation_text(&n, nation_site(&n, "hall", "a", "owner"), "plant", "plant");
    nation_group(&n, "hall", "card", cards);
    nation_workload(&n, "chat", 1e-3);
    return n;
}

/* What the hand finds for each month. */
struct hand {
    double sun[MONTHS], curtailed[MONTHS], lost[MONTHS], load[MONTHS], stored[MONTHS];
    double asleep[MONTHS];
    int wakes;
};

/* 100 kW of panels at a capacity factor of 0.12, a battery of 300 kWh and 40 kW with 81 % round
 * trip, off the grid, 10 kW · 1.25 of load that sleeps in whole shares when there is too
 * little. 2026-01-01 00:00 UTC is 01:48 in local mean solar time. */
static struct hand by_hand(void)
{
    struct hand h = {0};
    double stored = 300.0, powered = 1.0, mean = 0.0, need = 10 * 1.2 * 1.25;
    for (int i = 0; i < 8760; i++) {
        mean += hanse_sun_height(58.0, i / 24, i % 24 + 0.5) / 8760.0;
    }
    for (int i = 0; i < 8760; i++) {
        int m = i / 730;
        double solar_hour = fmod(i % 24 + 0.5 + 27.0 / 15.0, 24.0);
        double sun = 100.0 * 0.12 * hanse_sun_height(58.0, i / 24, solar_hour) / mean;
        double out_most = fmin(40.0, stored * 0.9);
        double before = powered;
        powered = fmin(1.0, (sun + out_most) / need);
        h.wakes += before <= 1e-9 && powered > 1e-9;
        double load = powered * need;
        h.sun[m] += sun;
        h.load[m] += load;
        h.asleep[m] += (1.0 - powered) / 730.0;
        if (sun >= load) {
            double in = fmin(fmin(sun - load, 40.0), (300.0 - stored) / 0.9);
            stored += 0.9 * in;
            h.lost[m] += 0.1 * in;
            h.curtailed[m] += sun - load - in;
        } else {
            double out = load - sun;
            stored -= out / 0.9;
            h.lost[m] += out / 0.9 - out;
        }
        h.stored[m] = stored;
    }
    return h;
}

/* The mean height of the sun is summed over half hours here and integrated there: 1e-4. */
static void sun_and_battery_follow_the_hand_calculation(void **state)
{
    uint32_t plant, region;
    struct nation n = on_a_plant(10, &plant, &region);
    nation_number(&n, region, "solar_capacity_factor", 0.12);
    nation_flag(&n, plant, "grid", false);
    nation_number(&n, plant, "solar", 100.0);
    nation_number(&n, plant, "battery", 300.0);
    nation_number(&n, plant, "battery_power", 40.0);
    nation_number(&n, plant, "battery_efficiency", 0.81);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    struct hand h = by_hand();
    double wakes = 0.0;
    for (int32_t m = 0; m < MONTHS; m++) {
        assert_close(nation_month(&run, &r, "plant_solar", m), h.sun[m], 1e-4);
        assert_close(nation_month(&run, &r, "plant_load", m), h.load[m], 3e-4);
        assert_within(nation_month(&run, &r, "plant_curtailed", m), h.curtailed[m],
                      3e-4 * h.sun[m]);
        assert_within(nation_month(&run, &r, "plant_lost", m), h.lost[m], 3e-4 * h.sun[m]);
        assert_within(nation_month(&run, &r, "plant_stored", m), h.stored[m], 0.5);
        assert_within(nation_month(&run, &r, "plant_asleep", m), h.asleep[m], 3e-4);
        assert_close(nation_month(&run, &r, "energy", m),
                     nation_month(&run, &r, "plant_load", m), 1e-9);
        wakes += nation_month(&run, &r, "plant_wakes", m);
    }
    assert_true(h.wakes > 20);
    assert_within(wakes, h.wakes, 2.0);
    assert_true(h.asleep[11] > 0.5 && h.curtailed[5] > 100.0); /* winter and summer */
    nation_run_end(&run);
    nation_end(&n);
}

static double of(const struct nation_run *run, const struct hanse_record *r, const char *name,
                 int32_t month)
{
    return nation_month(run, r, name, month);
}

static void energy_adds_up_in_random_plants(void **state)
{
    for (uint32_t w = 0; w < 60; w++) {
        struct hanse_stream dice;
        hanse_stream_init(&dice, 5, w, hanse_entity("plant"), "test");
#define PICK(high) ((high)*hanse_stream_uniform(&dice))
        uint32_t plant, region;
        struct nation n = on_a_plant(floor(1 + PICK(40)), &plant, &region);
        nation_number(&n, region, "solar_capacity_factor", PICK(0.3));
        nation_number(&n, region, "solar_variation", PICK(0.5));
        nation_number(&n, region, "pue_per_kelvin", PICK(0.02));
        nation_number(&n, region, "temperature", PICK(25.0));
        nation_number(&n, region, "temperature_season", PICK(15.0));
        nation_number(&n, region, "temperature_day", PICK(8.0));
        nation_number(&n, region, "saidi", 1.0 + PICK(3000.0));
        nation_number(&n, region, "saifi", 1.0 + PICK(400.0));
        nation_number(&n, region, "outage_shared", PICK(1.0));
        bool grid = PICK(1.0) < 0.7;
        nation_flag(&n, plant, "grid", grid);
        nation_flag(&n, plant, "grid_charges", PICK(1.0) < 0.5);
        nation_flag(&n, plant, "battery_first", PICK(1.0) < 0.5);
        double limit = PICK(1.0) < 0.5 ? 0.0 : PICK(60.0);
        nation_number(&n, plant, "grid_limit", grid ? limit : 0.0);
        nation_number(&n, plant, "solar", PICK(150.0));
        nation_number(&n, plant, "hydro", PICK(10.0));
        nation_number(&n, plant, "battery", PICK(300.0));
        nation_number(&n, plant, "battery_power", PICK(60.0));
        nation_number(&n, plant, "battery_efficiency", 0.5 + PICK(0.5));
        nation_number(&n, plant, "diesel", PICK(20.0));
        nation_number(&n, plant, "tank", PICK(2000.0));
        nation_number(&n, plant, "refuel_every", 100.0 + PICK(1000.0));
        nation_number(&n, plant, "fuel_cost", 0.3);
        nation_number(&n, plant, "capital", PICK(1e6));
        nation_number(&n, plant, "life", 87600.0);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, w);
        double stored = -1.0;
        for (int32_t m = 0; m < MONTHS; m++) {
            double in = of(&run, &r, "plant_solar", m) + of(&run, &r, "plant_hydro", m) +
                        of(&run, &r, "plant_grid", m) + of(&run, &r, "plant_diesel", m);
            double now = of(&run, &r, "plant_stored", m);
            double out = of(&run, &r, "plant_load", m) + of(&run, &r, "plant_curtailed", m) +
                         of(&run, &r, "plant_lost", m);
            if (m > 0) {
                assert_within(in - out - (now - stored), 0.0, 1e-8 * (in + 1.0));
            }
            stored = now;
            assert_close(of(&run, &r, "energy", m), of(&run, &r, "plant_load", m), 1e-9);
            assert_close(of(&run, &r, "site_cost", m), of(&run, &r, "cost_fleet", m), 1e-9);
            assert_true(of(&run, &r, "device_hours_busy", m) <=
                        of(&run, &r, "device_hours_available", m) * (1.0 + 1e-9) + 1e-9);
            assert_within(of(&run, &r, "dropped", m),
                          of(&run, &r, "dropped_power", m) +
                              of(&run, &r, "dropped_capacity", m),
                          1e-9 * (1.0 + of(&run, &r, "demand", m)));
        }
        nation_run_end(&run);
        nation_end(&n);
#undef PICK
    }
}

/* 400 sites for ten years: SAIDI 100 h, SAIFI 40 a year. 160,000 interruptions of 2.5 h each:
 * their number is nearly Poisson (standard error 400), their mean length has 0.25 %: bounds of
 * five of these fail once in a million. A quarter strikes all sites at once: 1,000 shared ones,
 * whose number counts 400-fold, so the bound is five times 400 · √1000/40 % of … 1.0 %. */
static void grids_keep_to_their_saidi_and_saifi(void **state)
{
    struct nation n = nation_empty(10.0, 1.0, 0.0);
    nation_upkeep(&n, 1.0, false);
    uint32_t z = nation_region(&n, "z", "A", "pool", 1.0);
    nation_number(&n, z, "saidi", 100.0);
    nation_number(&n, z, "saifi", 40.0);
    nation_number(&n, z, "outage_shared", 0.1);
    for (int i = 0; i < 400; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%03d", i);
        nation_site(&n, name, "z", "owner");
        nation_group(&n, name, "card", 1);
    }
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double interruptions = nation_total(&run, &r, "grid_interruptions") / 4000.0;
    double hours = nation_total(&run, &r, "grid_interrupted") / 4000.0;
    double up = nation_total(&run, &r, "capacity_available") / 120.0 / 400.0;
    /* 40 shared ones a year on average, ±20 in ten years: 0.5 of 40 a year; five times that. */
    assert_within(interruptions, 40.0, 1.6);
    assert_within(hours, 100.0, 7.0);
    /* Overlaps of own and shared ones count once. */
    assert_within(1.0 - up, 100.0 / 8760.0, 0.0008);
    nation_run_end(&run);
    nation_end(&n);
}

/* What a dark hall would have served is lost for want of power. */
static void a_dark_hall_is_a_want_of_power(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "utility", "far");
    nation_add(&n, "pool", "pool");
    nation_text(&n, nation_region(&n, "a", "A", "pool", 1e9), "grid", "utility");
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 5);
    uint32_t cut = nation_add(&n, "withdraw", "cut");
    nation_text(&n, cut, "actor", "utility");
    nation_text(&n, cut, "axis", "power");
    nation_number(&n, cut, "from", 730.0);
    nation_number(&n, cut, "to", 1460.0);
    nation_workload(&n, "chat", 1.0);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    assert_close(of(&run, &r, "on_time", 0), 5 * 730.0, 1e-9);
    assert_within(of(&run, &r, "on_time", 1), 0.0, 1e-9);
    assert_close(of(&run, &r, "dropped_power", 1), 5 * 730.0, 1e-9);
    assert_within(of(&run, &r, "dropped_power", 2), 0.0, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* Full cards draw 1.2 kW · 1.25 all day at twice the price by day and none by night, carbon the
 * other way: the same bill as at a constant tariff. Idle by night (no demand) they draw 0.4 kW
 * then, which costs nothing and carries all the carbon. */
static void the_hour_of_the_tariff_counts(void **state)
{
    double by_day[24], by_night[24], week[168];
    for (int h = 0; h < 168; h++) {
        bool day = h % 24 >= 6 && h % 24 < 18;
        by_day[h % 24] = day ? 2.0 : 0.0;
        by_night[h % 24] = day ? 0.0 : 2.0;
        week[h] = day ? 2.0 : 0.0;
    }
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_firm(&n, "maker", "A");
    nation_add(&n, "pool", "pool");
    uint32_t a = nation_region(&n, "a", "A", "pool", 1e9);
    nation_factors(&n, a, "price_profile", by_day, 24);
    nation_factors(&n, a, "carbon_profile", by_night, 24);
    nation_operator(&n, "owner", "A");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 10);
    nation_factors(&n, nation_workload(&n, "chat", 1.0), "profile", week, 168);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double half = 4380.0 * 10 * 1.25;
    assert_close(nation_total(&run, &r, "energy"), half * (1.2 + 0.4), 1e-9);
    assert_close(nation_total(&run, &r, "cost_energy"), half * 1.2 * 0.2, 1e-9);
    assert_close(nation_total(&run, &r, "carbon"), half * 0.4 * 600.0 * 1e-6, 1e-9);
    nation_run_end(&run);
    nation_end(&n);
}

/* At the equator on an equinox the sun stands overhead at noon; beyond the polar circle it
 * stays down in winter. Mean over a year at the equator: (1/π) mean cos δ. */
static void the_sun_stands_where_it_should(void **state)
{
    assert_close(hanse_sun_height(0.0, 80, 12.0), 1.0, 1e-4);
    assert_within(hanse_sun_height(80.0, 355, 12.0), 0.0, 0.0);
    assert_within(hanse_sun_height(40.0, 172, 0.0), 0.0, 0.0);
    double summer = hanse_sun_height(58.0, 171, 12.0),
           winter = hanse_sun_height(58.0, 354, 12.0);
    assert_within(summer, cos((58.0 - 23.45) * acos(-1.0) / 180.0), 1e-3);
    assert_within(winter, cos((58.0 + 23.45) * acos(-1.0) / 180.0), 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sun_and_battery_follow_the_hand_calculation),
        cmocka_unit_test(energy_adds_up_in_random_plants),
        cmocka_unit_test(grids_keep_to_their_saidi_and_saifi),
        cmocka_unit_test(a_dark_hall_is_a_want_of_power),
        cmocka_unit_test(the_hour_of_the_tariff_counts),
        cmocka_unit_test(the_sun_stands_where_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
