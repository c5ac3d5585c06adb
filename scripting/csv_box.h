/*
 * A table file in Lua's hands: closed when Lua lets go of it, also after an error.
 */
#ifndef HANSE_SCRIPTING_CSV_BOX_H
#define HANSE_SCRIPTING_CSV_BOX_H

#include <lua.h>

#include "scripting/csv.h"
#include "scripting/declare.h"

/* Reads `path` (`shown` in messages) as one of the scenario's sources, which the results keep,
 * and pushes it as an open table; its trouble is raised. The box owns the table. */
struct hanse_csv *hanse__csv_open(lua_State *lua, const char *path, const char *shown);

/* The last row's field in `column`. Refuses at `spot` when the table, which the message calls
 * `what`, has no such column. */
const char *hanse__csv_cell(lua_State *lua, const struct hanse__spot *spot,
                            struct hanse_csv *csv, const char *what, const char *column);

#endif
