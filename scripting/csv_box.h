/*
 * A table file in Lua's hands: closed when Lua lets go of it, also after an error.
 */
#ifndef HANSE_SCRIPTING_CSV_BOX_H
#define HANSE_SCRIPTING_CSV_BOX_H

#include <lua.h>

#include "scripting/csv.h"

/* Pushes a userdata with room for an open table, NULL at first; put what you open there. */
struct hanse_csv **hanse__csv_box(lua_State *lua);

#endif
