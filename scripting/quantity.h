/*
 * Quantities: numbers with a unit, as scripts handle them.
 *
 * A quantity is a formula over the scenario's parameters (one constant, mostly), its dimension
 * and where it came from. Its citation is the userdata's user value. Arithmetic checks
 * dimensions, so that an hour is never added to a kilowatt-hour.
 */
#ifndef HANSE_SCRIPTING_QUANTITY_H
#define HANSE_SCRIPTING_QUANTITY_H

#include <lua.h>

#include "sim/model/draft.h"

struct hanse__quantity {
    struct hanse_dim dim;
    enum hanse_evidence evidence;
    uint32_t n_terms;
    struct hanse_term terms[];
};

/* Pushes a quantity of n terms to be filled in; no evidence, no citation. */
struct hanse__quantity *hanse__quantity_push(lua_State *lua, uint32_t n_terms);
struct hanse__quantity *hanse__quantity_push_number(lua_State *lua, double in_base_units,
                                                    const struct hanse_dim *dim);
/* The quantity at `index`, or NULL when it is something else. */
const struct hanse__quantity *hanse__quantity_at(lua_State *lua, int index);
/* Gives the quantity on top of the stack a citation (may be NULL) and evidence. */
void hanse__quantity_mark(lua_State *lua, const char *source, enum hanse_evidence evidence);
/* Its citation, NULL none; lives as long as the quantity. */
const char *hanse__quantity_source(lua_State *lua, int index);
/* Whether it depends on no parameter; then its value in base units. */
bool hanse__quantity_constant(const struct hanse__quantity *quantity, double *value);

#endif
