/* Monitors: what a script watches, summed up as it goes. */
#include <lauxlib.h>

#include "scripting/des.h"
#include "sim/stats/batch.h"
#include "sim/stats/tally.h"
#include "sim/stats/timeweighted.h"

struct tally {
    struct hanse__des_object object;
    struct hanse_tally tally;
};

struct level {
    struct hanse__des_object object;
    struct hanse_timeweighted average;
};

struct batches {
    struct hanse__des_object object;
    struct hanse_batches batches;
};

static double confidence_at(lua_State *lua)
{
    double confidence = luaL_optnumber(lua, 2, 0.95);
    if (!(confidence > 0.0 && confidence < 1.0)) {
        luaL_error(lua, "interval: the confidence must be between 0 and 1, got %f",
                   hanse__des_shown(confidence));
    }
    return confidence;
}

/* low, high, mean, half width */
static int push_interval(lua_State *lua, struct hanse_interval interval)
{
    lua_pushnumber(lua, interval.low);
    lua_pushnumber(lua, interval.high);
    lua_pushnumber(lua, interval.mean);
    lua_pushnumber(lua, interval.half_width);
    return 4;
}

/* --- tallies ----------------------------------------------------------------------------- */

static struct hanse_tally *tally_at(lua_State *lua)
{
    return &((struct tally *)hanse__des_check(lua, 1, HANSE__DES_TALLY))->tally;
}

static int tally_add(lua_State *lua)
{
    struct hanse_tally *tally = tally_at(lua);
    hanse_tally_add(tally, luaL_checknumber(lua, 2));
    return 0;
}

static int tally_n(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)tally_at(lua)->n);
    return 1;
}

static int push_or_nil(lua_State *lua, bool there, double value)
{
    if (there) {
        lua_pushnumber(lua, value);
    } else {
        lua_pushnil(lua);
    }
    return 1;
}

static int tally_mean(lua_State *lua)
{
    const struct hanse_tally *tally = tally_at(lua);
    return push_or_nil(lua, tally->n > 0, tally->mean);
}

static int tally_sd(lua_State *lua)
{
    const struct hanse_tally *tally = tally_at(lua);
    return push_or_nil(lua, tally->n > 1, hanse_tally_sd(tally));
}

static int tally_min(lua_State *lua)
{
    const struct hanse_tally *tally = tally_at(lua);
    return push_or_nil(lua, tally->n > 0, tally->min);
}

static int tally_max(lua_State *lua)
{
    const struct hanse_tally *tally = tally_at(lua);
    return push_or_nil(lua, tally->n > 0, tally->max);
}

static int tally_interval(lua_State *lua)
{
    const struct hanse_tally *tally = tally_at(lua);
    return push_interval(lua, hanse_tally_interval(tally, confidence_at(lua)));
}

static int tally_reset(lua_State *lua)
{
    *tally_at(lua) = (struct hanse_tally){0};
    return 0;
}

int hanse__des_new_tally(lua_State *lua)
{
    hanse__des_new(lua, HANSE__DES_TALLY, sizeof(struct tally), 0);
    return 1;
}

/* --- levels ------------------------------------------------------------------------------ */

static struct level *level_at(lua_State *lua)
{
    return hanse__des_check(lua, 1, HANSE__DES_LEVEL);
}

static int level_set(lua_State *lua)
{
    struct level *level = level_at(lua);
    hanse_timeweighted_set(&level->average, level->object.env->now, luaL_checknumber(lua, 2));
    return 0;
}

static int level_add(lua_State *lua)
{
    struct level *level = level_at(lua);
    hanse_timeweighted_add(&level->average, level->object.env->now, luaL_checknumber(lua, 2));
    return 0;
}

static int level_value(lua_State *lua)
{
    lua_pushnumber(lua, level_at(lua)->average.value);
    return 1;
}

static int level_mean(lua_State *lua)
{
    const struct level *level = level_at(lua);
    double now = level->object.env->now;
    return push_or_nil(lua, now > level->average.start,
                       hanse_timeweighted_mean(&level->average, now));
}

static int level_min(lua_State *lua)
{
    lua_pushnumber(lua, level_at(lua)->average.min);
    return 1;
}

static int level_max(lua_State *lua)
{
    lua_pushnumber(lua, level_at(lua)->average.max);
    return 1;
}

static int level_reset(lua_State *lua)
{
    struct level *level = level_at(lua);
    hanse_timeweighted_restart(&level->average, level->object.env->now);
    return 0;
}

/* env:level([value]) */
int hanse__des_new_level(lua_State *lua)
{
    const struct hanse__des *env = hanse__des_check_env(lua, 1);
    double value = luaL_optnumber(lua, 2, 0.0);
    struct level *level = hanse__des_new(lua, HANSE__DES_LEVEL, sizeof *level, 1);
    hanse_timeweighted_init(&level->average, env->now, value);
    return 1;
}

/* --- batches ----------------------------------------------------------------------------- */

static struct hanse_batches *batches_at(lua_State *lua)
{
    return &((struct batches *)hanse__des_check(lua, 1, HANSE__DES_BATCHES))->batches;
}

static int batches_add(lua_State *lua)
{
    struct hanse_batches *batches = batches_at(lua);
    hanse_batches_add(batches, luaL_checknumber(lua, 2));
    return 0;
}

static int batches_n(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)batches_at(lua)->n);
    return 1;
}

static int batches_interval(lua_State *lua)
{
    const struct hanse_batches *batches = batches_at(lua);
    return push_interval(lua, hanse_batches_interval(batches, confidence_at(lua)));
}

static int batches_reset(lua_State *lua)
{
    *batches_at(lua) = (struct hanse_batches){0};
    return 0;
}

int hanse__des_new_batches(lua_State *lua)
{
    hanse__des_new(lua, HANSE__DES_BATCHES, sizeof(struct batches), 0);
    return 1;
}

void hanse__des_open_monitor(lua_State *lua)
{
    static const luaL_Reg of_tallies[] = {{"add", tally_add},
                                          {"n", tally_n},
                                          {"mean", tally_mean},
                                          {"sd", tally_sd},
                                          {"min", tally_min},
                                          {"max", tally_max},
                                          {"reset", tally_reset},
                                          {"interval", tally_interval},
                                          {NULL, NULL}};
    static const luaL_Reg of_levels[] = {
        {"set", level_set}, {"add", level_add}, {"value", level_value}, {"mean", level_mean},
        {"min", level_min}, {"max", level_max}, {"reset", level_reset}, {NULL, NULL}};
    static const luaL_Reg of_batches[] = {{"add", batches_add},
                                          {"n", batches_n},
                                          {"interval", batches_interval},
                                          {"reset", batches_reset},
                                          {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_TALLY, of_tallies);
    hanse__des_type(lua, HANSE__DES_LEVEL, of_levels);
    hanse__des_type(lua, HANSE__DES_BATCHES, of_batches);
}
