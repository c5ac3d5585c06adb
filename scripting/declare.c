/* The constructors of entities, one for each kind the program knows. */
#include "scripting/declare.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { MOST_KEYS = 258, NAME_BYTES = 256 };

static void declare_entity(lua_State *lua, const struct hanse_kind *kind,
                           const struct hanse__declaration *call, const char *name);

/* --- names ----------------------------------------------------------------------------------
 */

/* The name of an entity at the top level; pushes one value. */
static const char *own_name(lua_State *lua, const struct hanse_kind *kind,
                            const struct hanse__declaration *declaration)
{
    const char *name = hanse__declaration_text(lua, declaration, "name");
    if (name == NULL && kind->max_rows == 1) {
        return kind->name; /* there is only one, so it needs no name of its own */
    }
    if (name == NULL) {
        hanse__refuse(lua, &declaration->spot, "name: must be given, as in %s{ name = \"…\" }",
                      kind->name);
    }
    return name;
}

/* parent/child, the child being called by its name, else its accelerator, else its place. */
static void child_name(lua_State *lua, const struct hanse__declaration *child,
                       const char *parent, size_t item, char *text, size_t size)
{
    const char *name = hanse__declaration_text(lua, child, "name");
    if (name == NULL && lua_getfield(lua, child->table, "accelerator") == LUA_TSTRING) {
        name = lua_tostring(lua, -1);
    }
    int length = name != NULL ? snprintf(text, size, "%s/%s", parent, name)
                              : snprintf(text, size, "%s/%zu", parent, item);
    if (length < 0 || (size_t)length >= size) {
        hanse__refuse(lua, &child->spot, "name: at most %d bytes long with its parent's",
                      NAME_BYTES - 1);
    }
}

/* --- children -------------------------------------------------------------------------------
 */

static const struct hanse_kind *find_kind(const struct hanse_draft *draft, const char *name)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_draft_kinds(draft, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

static void declare_child(lua_State *lua, const struct hanse_field *field,
                          const struct hanse__declaration *list, const char *parent,
                          size_t item)
{
    const struct hanse_kind *kind = find_kind(hanse__script_of(lua)->draft, field->options);
    struct hanse__declaration child = *list;
    char name[NAME_BYTES];
    int top = lua_gettop(lua);
    if (kind == NULL) {
        hanse__refuse(lua, &list->spot, "its elements are of no kind this program knows");
        return;
    }
    lua_rawgeti(lua, list->table, (lua_Integer)item);
    child.table = lua_gettop(lua);
    if (list->scan != NULL) {
        child.spot.line = hanse__scan_item_line(list->scan, list->node, item, list->spot.line);
        child.node = hanse__scan_item_node(list->scan, list->node, item);
    }
    if (lua_type(lua, -1) != LUA_TTABLE) {
        hanse__refuse(lua, &child.spot, "item %zu: expected a table, { … }, got a %s", item,
                      luaL_typename(lua, -1));
    }
    child.spot.kind = kind->name;
    child.spot.name = child.spot.key = NULL;
    child_name(lua, &child, parent, item, name, sizeof name);
    declare_entity(lua, kind, &child, name);
    lua_settop(lua, top);
}

static void declare_children(lua_State *lua, const struct hanse_field *field,
                             const struct hanse__declaration *declaration, const char *parent)
{
    struct hanse__declaration list = *declaration;
    list.table = lua_gettop(lua);
    list.spot = hanse__declaration_spot(declaration, field->key);
    if (lua_type(lua, -1) != LUA_TTABLE) {
        hanse__refuse(lua, &list.spot, "expected a list of tables, { { … }, … }, got a %s",
                      luaL_typename(lua, -1));
    }
    if (list.scan != NULL) {
        list.node = hanse__scan_key_node(list.scan, declaration->node, field->key);
    }
    size_t n = lua_rawlen(lua, list.table);
    for (lua_pushnil(lua); lua_next(lua, list.table) != 0; lua_pop(lua, 1)) {
        if (!lua_isinteger(lua, -2) || lua_tointeger(lua, -2) < 1 ||
            (lua_Unsigned)lua_tointeger(lua, -2) > n) {
            hanse__refuse(lua, &list.spot,
                          "expected a list of tables, { { … }, … }, got a "
                          "table with keys");
        }
    }
    for (size_t i = 1; i <= n; i++) {
        declare_child(lua, field, &list, parent, i);
    }
}

/* --- entities -------------------------------------------------------------------------------
 */

static void check_keys(lua_State *lua, const struct hanse_kind *kind,
                       const struct hanse__declaration *declaration)
{
    const char *keys[MOST_KEYS] = {"name"};
    size_t n = 1;
    for (size_t f = 0; f < kind->n_fields && n < MOST_KEYS - 2; f++) {
        keys[n++] = kind->fields[f].key;
    }
    /* Not fields of the model, so that no --set changes them to no effect: they give others. */
    if (strcmp(kind->name, "accelerator") == 0) {
        keys[n++] = "profile";
        keys[n++] = "profile_precision";
    }
    if (strcmp(kind->name, "model") == 0) {
        keys[n++] = "architecture";
    }
    hanse__declaration_keys(lua, declaration, keys, n);
}

static void declare_entity(lua_State *lua, const struct hanse_kind *kind,
                           const struct hanse__declaration *call, const char *name)
{
    struct hanse_draft *draft = hanse__script_of(lua)->draft;
    struct hanse__declaration declaration = *call;
    uint32_t entity;
    declaration.spot.name = name;
    check_keys(lua, kind, &declaration);
    hanse__charge(lua, 8 * kind->n_fields);
    struct hanse_origin origin = hanse__declared_at(&declaration.spot);
    hanse__pass(lua, hanse_draft_add(draft, kind->name, name, &origin, &entity));
    int top = lua_gettop(lua);
    for (size_t f = 0; f < kind->n_fields; f++, lua_settop(lua, top)) {
        const struct hanse_field *field = &kind->fields[f];
        if (lua_getfield(lua, declaration.table, field->key) == LUA_TNIL) {
            continue;
        }
        if (field->type == HANSE_CHILDREN) {
            declare_children(lua, field, &declaration, name);
            continue;
        }
        struct hanse__spot spot = hanse__declaration_spot(&declaration, field->key);
        struct hanse_value value;
        hanse__value_read(lua, -1, field->unit, &spot, &value);
        if (value.type == HANSE_VALUE_ABSENT) {
            hanse__refuse(lua, &spot, "absent is for overrides; leave the key out");
        }
        origin = hanse__declared_at(&spot);
        hanse__pass(lua, hanse_draft_set(draft, entity, field->key, &value, &origin));
    }
    if (strcmp(kind->name, "accelerator") == 0) {
        hanse__declare_profile(lua, &declaration, entity);
    }
    if (strcmp(kind->name, "model") == 0) {
        hanse__declare_architecture(lua, &declaration, entity);
    }
}

/* Upvalue 1: the kind. Returns the entity's name, so that others can refer to it. */
static int construct(lua_State *lua)
{
    const struct hanse_kind *kind = lua_touserdata(lua, lua_upvalueindex(1));
    struct hanse__declaration declaration = hanse__declaration_begin(lua, kind->name);
    const char *name = own_name(lua, kind, &declaration);
    declare_entity(lua, kind, &declaration, name);
    lua_pushstring(lua, name);
    return 1;
}

void hanse__open_declare(lua_State *lua)
{
    size_t n;
    const struct hanse_kind *const *kinds = hanse_draft_kinds(hanse__script_of(lua)->draft, &n);
    for (size_t i = 0; i < n; i++) {
        if (kinds[i]->derive != NULL) {
            continue; /* nobody declares one */
        }
        lua_pushlightuserdata(lua, (void *)(uintptr_t)kinds[i]);
        lua_pushcclosure(lua, construct, 1);
        lua_setfield(lua, -2, kinds[i]->name);
    }
    hanse__push_absent(lua);
    lua_setfield(lua, -2, "absent");
}
