/* Named random streams for scripts, and what can be drawn from them. */
#include <float.h>
#include <lauxlib.h>
#include <math.h>

#include "scripting/des.h"
#include "sim/engine/stream.h"

struct stream {
    struct hanse__des_object object;
    struct hanse_stream stream;
};

static struct hanse_stream *stream_at(lua_State *lua)
{
    return &((struct stream *)hanse__des_check(lua, 1, HANSE__DES_STREAM))->stream;
}

/* A finite number at `index`. */
static double number(lua_State *lua, int index, const char *what)
{
    double value = luaL_checknumber(lua, index);
    if (!(fabs(value) <= DBL_MAX)) {
        luaL_error(lua, "%s: must be finite, got %f", what, hanse__des_shown(value));
    }
    return value;
}

static double positive(lua_State *lua, int index, const char *what)
{
    double value = luaL_checknumber(lua, index);
    if (!(value > 0.0 && value <= DBL_MAX)) { /* also catches NaN */
        luaL_error(lua, "%s: must be > 0 and finite, got %f", what, hanse__des_shown(value));
    }
    return value;
}

/* stream:exponential(mean) */
static int draw_exponential(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double mean = positive(lua, 2, "exponential: the mean");
    lua_pushnumber(lua, mean * hanse_stream_exponential(stream));
    return 1;
}

/* stream:normal(mean, sd) */
static int draw_normal(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double mean = number(lua, 2, "normal: the mean");
    double sd = hanse__des_number(lua, 3, "normal: the standard deviation");
    lua_pushnumber(lua, mean + sd * hanse_stream_normal(stream));
    return 1;
}

/* stream:uniform([low, high]) */
static int draw_uniform(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double low = lua_isnoneornil(lua, 2) ? 0.0 : number(lua, 2, "uniform: the lower end");
    double high = lua_isnoneornil(lua, 3) ? 1.0 : number(lua, 3, "uniform: the upper end");
    if (low > high) {
        return luaL_error(lua, "uniform: the lower end %f must not be above the upper %f", low,
                          high);
    }
    lua_pushnumber(lua, low + (high - low) * hanse_stream_uniform(stream));
    return 1;
}

/* stream:gamma(shape, scale): mean shape * scale */
static int draw_gamma(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double shape = positive(lua, 2, "gamma: the shape");
    double scale = positive(lua, 3, "gamma: the scale");
    lua_pushnumber(lua, hanse_stream_gamma(stream, shape, scale));
    return 1;
}

/* stream:lognormal(mu, sigma) of the logarithm */
static int draw_lognormal(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double mu = number(lua, 2, "lognormal: mu");
    double sigma = hanse__des_number(lua, 3, "lognormal: sigma");
    lua_pushnumber(lua, hanse_stream_lognormal(stream, mu, sigma));
    return 1;
}

/* stream:weibull(shape, scale) */
static int draw_weibull(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double shape = positive(lua, 2, "weibull: the shape");
    double scale = positive(lua, 3, "weibull: the scale");
    lua_pushnumber(lua, hanse_stream_weibull(stream, shape, scale));
    return 1;
}

static uint64_t bits64(struct hanse_stream *stream)
{
    uint64_t high = hanse_stream_bits(stream);
    return high << 32 | hanse_stream_bits(stream);
}

/* An integer in [0, n), n >= 1, every one as likely: what would favour the low ones is drawn
 * again. */
static uint64_t below(struct hanse_stream *stream, uint64_t n)
{
    uint64_t unfair = (0 - n) % n, draw; /* 2^64 mod n */
    do {
        draw = bits64(stream);
    } while (draw < unfair);
    return draw % n;
}

/* stream:integer(low, high), both ends included */
static int draw_integer(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    lua_Integer low = luaL_checkinteger(lua, 2), high = luaL_checkinteger(lua, 3);
    if (low > high) {
        return luaL_error(lua, "integer: the lower end %I must not be above the upper %I", low,
                          high);
    }
    uint64_t n = (uint64_t)high - (uint64_t)low + 1; /* 0 stands for 2^64 */
    uint64_t draw = n == 0 ? bits64(stream) : below(stream, n);
    draw += (uint64_t)low;
    lua_pushinteger(lua, (lua_Integer)draw);
    return 1;
}

static double weight_at(lua_State *lua, lua_Integer i)
{
    lua_geti(lua, 3, i);
    double weight = lua_tonumber(lua, -1);
    if (!lua_isnumber(lua, -1) || !(weight >= 0.0 && weight <= DBL_MAX)) {
        luaL_error(lua, "choice: weight %I must be a number >= 0", i);
    }
    lua_pop(lua, 1);
    return weight;
}

/* The index of a choice among n by the weights at index 3. */
static lua_Integer weighted(lua_State *lua, struct hanse_stream *stream, lua_Integer n)
{
    double sum = 0.0;
    for (lua_Integer i = 1; i <= n; i++) {
        sum += weight_at(lua, i);
    }
    if (!(sum > 0.0 && sum <= DBL_MAX) || luaL_len(lua, 3) != n) {
        luaL_error(lua, "choice: there must be one weight per item, one at least above 0");
    }
    double left = sum * hanse_stream_uniform(stream);
    lua_Integer last = 0;
    for (lua_Integer i = 1; i <= n; i++) {
        double weight = weight_at(lua, i);
        last = weight > 0.0 ? i : last; /* rounding must not lead to an item of weight 0 */
        if (weight > 0.0 && left < weight) {
            break;
        }
        left -= weight;
    }
    return last;
}

/* stream:choice(list [, weights]): an item and its index */
static int draw_choice(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_settop(lua, 3);
    lua_Integer n = luaL_len(lua, 2);
    if (n < 1) {
        return luaL_error(lua, "choice: the list is empty");
    }
    lua_Integer i = 1;
    if (lua_isnil(lua, 3)) {
        i += (lua_Integer)below(stream, (uint64_t)n);
    } else {
        i = weighted(lua, stream, n);
    }
    lua_geti(lua, 2, i);
    lua_pushinteger(lua, i);
    return 2;
}

/* stream:bernoulli(p): true with probability p */
static int draw_bernoulli(lua_State *lua)
{
    struct hanse_stream *stream = stream_at(lua);
    double p = luaL_checknumber(lua, 2);
    if (!(p >= 0.0 && p <= 1.0)) {
        return luaL_error(lua, "bernoulli: the probability must be 0 to 1, got %f",
                          hanse__des_shown(p));
    }
    lua_pushboolean(lua, hanse_stream_uniform(stream) < p);
    return 1;
}

static lua_Integer whole(lua_State *lua, int table, const char *name, lua_Integer preset,
                         lua_Integer most)
{
    lua_getfield(lua, table, name);
    int is_integer;
    lua_Integer value = lua_tointegerx(lua, -1, &is_integer);
    if (lua_isnil(lua, -1)) {
        value = preset;
    } else if (!is_integer || value < 0 || value > most) {
        luaL_error(lua, "stream: %s: must be an integer >= 0, got %s", name,
                   luaL_tolstring(lua, -1, NULL));
    }
    lua_pop(lua, 1);
    return value;
}

/* env:stream("name"), or des.stream{seed =, replication =, name =, antithetic =}. A stream is
 * a function of these, not of what else the model draws. */
int hanse__des_new_stream(lua_State *lua)
{
    uint64_t seed = 0;
    uint32_t replication = 0, antithetic = 0;
    const char *name;
    if (lua_istable(lua, 1)) {
        seed = (uint64_t)whole(lua, 1, "seed", 0, INT64_MAX);
        replication = (uint32_t)whole(lua, 1, "replication", 0, UINT32_MAX);
        lua_getfield(lua, 1, "antithetic");
        antithetic = (uint32_t)lua_toboolean(lua, -1);
        if (lua_getfield(lua, 1, "name") != LUA_TSTRING) {
            return luaL_error(lua, "stream: a name is missing: stream{name = \"arrivals\"}");
        }
        name = lua_tostring(lua, -1);
    } else {
        const struct hanse__des *env = hanse__des_check_env(lua, 1);
        name = luaL_checkstring(lua, 2);
        seed = env->seed;
        replication = env->replication;
    }
    struct stream *stream = hanse__des_new(lua, HANSE__DES_STREAM, sizeof *stream, 0);
    hanse_stream_init(&stream->stream, seed, replication, hanse_entity(name), "des");
    stream->stream.antithetic = antithetic;
    return 1;
}

void hanse__des_open_stream(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"exponential", draw_exponential}, {"normal", draw_normal},
        {"uniform", draw_uniform},         {"gamma", draw_gamma},
        {"lognormal", draw_lognormal},     {"weibull", draw_weibull},
        {"integer", draw_integer},         {"choice", draw_choice},
        {"bernoulli", draw_bernoulli},     {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_STREAM, methods);
}
