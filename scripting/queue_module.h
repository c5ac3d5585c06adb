/*
 * Closed forms for scripts, inside: reading a table of named figures and answering with one.
 *
 * Every function checks the names it is given; what is wrong becomes a Lua error with nothing
 * in hand.
 */
#ifndef HANSE_SCRIPTING_QUEUE_MODULE_H
#define HANSE_SCRIPTING_QUEUE_MODULE_H

#include <lua.h>

#include "sim/stats/network.h"
#include "sim/stats/queueing.h"

/* No preset: NaN, which every closed form refuses. */
#define HANSE__NEEDED (0.0 / 0.0)

struct hanse_context *hanse__queue_context(lua_State *lua);
/* Refuses names that are not in the list, which ends with NULL. */
void hanse__queue_check_names(lua_State *lua, const char *const *names);
double hanse__queue_figure(lua_State *lua, const char *name, double preset);
int64_t hanse__queue_count(lua_State *lua, const char *name, double preset);
void hanse__queue_set(lua_State *lua, const char *name, double value);
/* Pushes a station's figures, or raises the context's message. */
int hanse__queue_answer(lua_State *lua, enum hanse_status status,
                        const struct hanse_queue *queue);

/* queue_networks.c */
int hanse__queue_mminf(lua_State *lua);
int hanse__queue_md1(lua_State *lua);
int hanse__queue_ggc(lua_State *lua);
int hanse__queue_servers(lua_State *lua);
int hanse__queue_trunks(lua_State *lua);
int hanse__queue_unequal(lua_State *lua);
int hanse__queue_k_of_n(lua_State *lua);
int hanse__queue_spares(lua_State *lua);
int hanse__queue_jackson(lua_State *lua);
int hanse__queue_closed(lua_State *lua);
int hanse__queue_classes(lua_State *lua);
int hanse__queue_closed_classes(lua_State *lua);

/* queue_reliability.c */
int hanse__queue_units(lua_State *lua);
int hanse__queue_elcc(lua_State *lua);
int hanse__queue_mmc_breakdowns(lua_State *lua);

#endif
