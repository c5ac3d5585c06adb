/* require: modules from the scenario's folder and the shipped library, from nowhere else. */
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scripting/sandbox.h"

/* Whether the real path lies inside the folder, so that no link leads out. */
static bool is_inside(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 &&
           (path[length] == '/' || folder[length - 1] == '/');
}

static bool find_in(const char *folder, const char *name, char *path, size_t size)
{
    char wanted[PATH_MAX], real[PATH_MAX];
    struct stat about;
    if (folder == NULL ||
        snprintf(wanted, sizeof wanted, "%s/%s", folder, name) >= (int)sizeof wanted ||
        realpath(wanted, real) == NULL || !is_inside(real, folder) || stat(real, &about) != 0 ||
        !S_ISREG(about.st_mode)) {
        return false;
    }
    return snprintf(path, size, "%s", real) < (int)size;
}

bool hanse__find_file(const struct hanse_script *script, const char *name, char *path,
                      size_t path_size, char *shown, size_t shown_size)
{
    snprintf(shown, shown_size, "%s", name);
    return find_in(script->folder, name, path, path_size) ||
           find_in(script->library, name, path, path_size);
}

/* "a.b-c" and no more: letters, digits, '_' and '-' between single dots. */
static bool is_module_name(const char *name)
{
    char before = '.';
    for (; *name != '\0'; before = *name++) {
        bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                      (*name >= '0' && *name <= '9') || *name == '_' || *name == '-';
        if (!letter && !(*name == '.' && before != '.')) {
            return false;
        }
    }
    return before != '.';
}

static int32_t read_module(lua_State *lua, const char *name)
{
    struct hanse_script *script = hanse__script_of(lua);
    char file[256], path[PATH_MAX], shown[PATH_MAX], in_library[300];
    if (snprintf(file, sizeof file, "%s", name) > 200) {
        return hanse__raise(lua, "require: a name of at most 200 bytes");
    }
    for (char *dot = file; *dot != '\0'; dot++) {
        *dot = *dot == '.' ? '/' : *dot;
    }
    strcat(file, ".lua");
    snprintf(in_library, sizeof in_library, "lib/%s", file);
    bool found = hanse__find_file(script, file, path, sizeof path, shown, sizeof shown) ||
                 hanse__find_file(script, in_library, path, sizeof path, shown, sizeof shown);
    if (!found) {
        return hanse__raise(lua,
                            "require: there is no module '%s' in the scenario's folder or the "
                            "library",
                            name);
    }
    int32_t source = hanse__source_read(script, path, shown);
    if (source < 0 || !hanse__source_compile(script, source)) {
        hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, HANSE_ERR_INPUT,
                            hanse_context_message(script->ctx));
    }
    return source;
}

/* Upvalue 1: modules by name; true while one is being loaded. */
static int base_require(lua_State *lua)
{
    size_t length;
    const char *name = luaL_checklstring(lua, 1, &length);
    if (strlen(name) != length || !is_module_name(name)) {
        return hanse__raise(lua,
                            "require: a module's name is letters, digits, '_' and '-', its "
                            "folders before dots; got '%s'",
                            name);
    }
    int type = lua_getfield(lua, lua_upvalueindex(1), name);
    if (type == LUA_TLIGHTUSERDATA) {
        return hanse__raise(lua, "require: module '%s' needs itself", name);
    }
    if (type != LUA_TNIL) {
        return 1;
    }
    lua_pushlightuserdata(lua, hanse__script_of(lua));
    lua_setfield(lua, lua_upvalueindex(1), name);
    read_module(lua, name);
    lua_call(lua, 0, 1);
    if (lua_isnil(lua, -1)) {
        lua_pushboolean(lua, true);
    }
    lua_pushvalue(lua, -1);
    lua_setfield(lua, lua_upvalueindex(1), name);
    return 1;
}

void hanse__open_modules(lua_State *lua)
{
    lua_newtable(lua);
    lua_pushcclosure(lua, base_require, 1);
    lua_setfield(lua, -2, "require");
}
