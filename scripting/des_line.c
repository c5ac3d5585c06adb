/* Lines before resources, stores and containers, and the claims that stand in them. */
#include <lauxlib.h>

#include "scripting/des.h"

/* Behind all of its own priority or better. Mostly that is the end. */
void hanse__des_line_join(struct hanse__des_line *line, struct hanse__des_claim *claim)
{
    struct hanse__des_claim *before = line->last;
    while (before != NULL && before->priority > claim->priority) {
        before = before->previous;
    }
    struct hanse__des_claim *behind = before ? before->next : line->first;
    claim->line = line;
    claim->previous = before;
    claim->next = behind;
    *(before ? &before->next : &line->first) = claim;
    *(behind ? &behind->previous : &line->last) = claim;
    line->length++;
}

void hanse__des_line_leave(struct hanse__des_claim *claim)
{
    struct hanse__des_line *line = claim->line;
    *(claim->previous ? &claim->previous->next : &line->first) = claim->next;
    *(claim->next ? &claim->next->previous : &line->last) = claim->previous;
    claim->line = NULL;
    line->length--;
}

void hanse__des_line_moved(lua_State *lua, struct hanse__des_line *line)
{
    if (line->owner->type == HANSE__DES_CONTAINER) {
        hanse__des_container_serve(lua, line->owner);
    } else if (line->owner->type == HANSE__DES_STORE) {
        hanse__des_store_serve(lua, line->owner);
    } else {
        hanse__des_resource_moved(line->owner);
    }
}

int hanse__des_claim_sleep(lua_State *lua, struct hanse__des_process *process,
                           struct hanse__des_line *line, double patience, lua_KFunction then)
{
    if (patience >= 0.0) {
        hanse__des_wake_in(lua, process, patience, HANSE__DES_NORMAL);
    }
    hanse__des_line_join(line, &process->claim);
    return hanse__des_sleep(lua, process, HANSE__DES_IN_LINE, then);
}

/* --- requests: claims as events ---------------------------------------------------------- */

struct hanse__des_request *hanse__des_request_new(lua_State *lua, int owner_index)
{
    owner_index = lua_absindex(lua, owner_index);
    const struct hanse__des_object *owner = lua_touserdata(lua, owner_index);
    struct hanse__des *env = owner->env;
    lua_getiuservalue(lua, owner_index, HANSE__DES_ENV_VALUE);
    struct hanse__des_request *request =
        hanse__des_new(lua, HANSE__DES_REQUEST, sizeof *request, -1);
    lua_replace(lua, -2);
    lua_pushvalue(lua, owner_index);
    lua_setiuservalue(lua, -2, HANSE__DES_NAME);
    request->claim.request = request;
    if (env->current != NULL) {
        request->owner_slot = env->current->event.slot;
        request->owner_serial = env->current->serial;
    }
    return request;
}

void hanse__des_request_join(lua_State *lua, struct hanse__des_request *request,
                             struct hanse__des_line *line)
{
    lua_pushvalue(lua, -1);
    hanse__des_pin(lua, request->event.object.env, &request->event);
    hanse__des_line_join(line, &request->claim);
}

static void answer_request(lua_State *lua, struct hanse__des_request *request, int n_values)
{
    struct hanse__des *env = request->event.object.env;
    hanse__des_push_pinned(lua, env, &request->event);
    if (n_values == 1) {
        lua_pushvalue(lua, -2);
        lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    }
    hanse__des_trigger(lua, &request->event, HANSE__DES_SUCCEEDED);
    hanse__des_unpin(lua, env, &request->event);
    lua_pop(lua, 1 + n_values);
}

void hanse__des_claim_answer(lua_State *lua, struct hanse__des_claim *claim, int n_values)
{
    luaL_checkstack(lua, 8, NULL);
    hanse__des_line_leave(claim);
    if (claim->request != NULL) {
        answer_request(lua, claim->request, n_values);
        return;
    }
    luaL_checkstack(claim->process->thread, n_values + 1, NULL);
    lua_xmove(lua, claim->process->thread, n_values);
    hanse__des_answer(lua, claim->process, n_values);
}

/* A request in line leaves it, and a granted unit goes back: at a tied time the unit may have
 * come after the timeout that made its process give up. False when there is neither. */
static int request_cancel(lua_State *lua)
{
    struct hanse__des_request *request = hanse__des_check(lua, 1, HANSE__DES_REQUEST);
    struct hanse__des_line *line = request->claim.line;
    bool cancelled = line != NULL || request->grant != NULL;
    if (request->grant != NULL) {
        hanse__des_grant_end(lua, request->grant);
    } else if (line != NULL) {
        hanse__des_line_leave(&request->claim);
        hanse__des_unpin(lua, request->event.object.env, &request->event);
        hanse__des_unpin(lua, request->event.object.env, &request->claim);
        hanse__des_line_moved(lua, line);
    }
    lua_pushboolean(lua, cancelled);
    return 1;
}

void hanse__des_open_request(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"cancel", request_cancel},
                                       {"triggered", hanse__des_event_triggered},
                                       {"value", hanse__des_event_value},
                                       {"__close", request_cancel},
                                       {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_REQUEST, methods);
}
