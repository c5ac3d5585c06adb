#include "scripting/lua_policy.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scripting/sandbox.h"

struct hanse_lua_policy {
    struct hanse_context *ctx;
    struct hanse_script *script;
    struct hanse_scheduler *scheduler; /* while schedule() runs; NULL otherwise */
    uint8_t *known;                    /* by id: the scheduler has such a job */
    size_t n_known, known_capacity;
    uint32_t *held; /* ids with a hold of this pass */
    size_t n_held, held_capacity;
    uint64_t passes;
};

static struct hanse_lua_policy *policy_of(const struct hanse_scheduler *scheduler)
{
    return scheduler->user;
}

/* --- what schedule() may call ---------------------------------------------------------------
 */

static struct hanse_lua_policy *caller(lua_State *lua)
{
    struct hanse_lua_policy *p = lua_touserdata(lua, lua_upvalueindex(1));
    hanse__charge(lua, 8);
    if (p->scheduler == NULL) {
        hanse__raise(lua, "the view must be used within schedule()");
    }
    return p;
}

/* The waiting job that the first argument names. */
static uint32_t job_of(lua_State *lua, const struct hanse_lua_policy *p)
{
    int whole;
    lua_Integer id = lua_tointegerx(lua, 1, &whole);
    bool known = whole && id >= 0 && (uint64_t)id < p->n_known && p->known[id];
    if (!known || hanse_scheduler_row(p->scheduler, (uint32_t)id)->state != HANSE_JOB_WAITING) {
        hanse__raise(lua, "a job must be one that waits, got %s",
                     whole ? lua_tostring(lua, 1) : luaL_typename(lua, 1));
    }
    return (uint32_t)id;
}

static const struct hanse_job *row_of(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    return &hanse_scheduler_row(p->scheduler, job_of(lua, p))->job;
}

static void push_job(lua_State *lua, uint32_t id)
{
    if (id == HANSE_NO_JOB) {
        lua_pushnil(lua);
    } else {
        lua_pushinteger(lua, id);
    }
}

static int view_now(lua_State *lua)
{
    lua_pushnumber(lua, hanse_scheduler_now_s(caller(lua)->scheduler));
    return 1;
}

static int view_processors(lua_State *lua)
{
    lua_pushinteger(lua, caller(lua)->scheduler->view.processors);
    return 1;
}

static int view_first(lua_State *lua)
{
    push_job(lua, hanse_scheduler_first(caller(lua)->scheduler));
    return 1;
}

static int view_next(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    push_job(lua, hanse_scheduler_row(p->scheduler, job_of(lua, p))->next);
    return 1;
}

static int view_number(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)row_of(lua)->number);
    return 1;
}

static int view_submit(lua_State *lua)
{
    lua_pushnumber(lua, row_of(lua)->submit_s);
    return 1;
}

static int view_estimate(lua_State *lua)
{
    lua_pushnumber(lua, row_of(lua)->estimate_s);
    return 1;
}

static int view_width(lua_State *lua)
{
    lua_pushinteger(lua, row_of(lua)->width);
    return 1;
}

static int view_user(lua_State *lua)
{
    lua_pushinteger(lua, row_of(lua)->user);
    return 1;
}

static int view_fits_now(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    const struct hanse_resource *machine = &p->scheduler->view;
    const struct hanse_job_row *row = hanse_scheduler_row(p->scheduler, job_of(lua, p));
    lua_pushboolean(lua, !row->placed && machine->kind->fits_now(machine, &row->job));
    return 1;
}

static int view_earliest(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    const struct hanse_resource *machine = &p->scheduler->view;
    const struct hanse_job_row *row = hanse_scheduler_row(p->scheduler, job_of(lua, p));
    double at = row->placed ? row->start_s : machine->kind->earliest(machine, &row->job);
    if (isinf(at)) {
        lua_pushnil(lua);
    } else {
        lua_pushnumber(lua, at);
    }
    return 1;
}

static int stop(lua_State *lua, struct hanse_lua_policy *p, enum hanse_status status)
{
    char message[HANSE__MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s", hanse_context_message(p->ctx));
    return hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, status, message);
}

static int hold(lua_State *lua, struct hanse_lua_policy *p, uint32_t id, double start_s)
{
    const struct hanse_resource *machine = &p->scheduler->view;
    const struct hanse_job_row *row = hanse_scheduler_row(p->scheduler, id);
    double earliest = machine->kind->earliest(machine, &row->job);
    if (start_s != earliest) {
        return hanse__raise(lua,
                            "take: job %d can be held room for from %.17g s, its earliest "
                            "time, got %.17g",
                            (int)row->job.number, earliest, start_s);
    }
    enum hanse_status status =
        hanse__reserve(p->ctx, &p->held, &p->held_capacity, p->n_held + 1, sizeof *p->held);
    if (status == HANSE_OK) {
        p->held[p->n_held++] = id;
        status = hanse_scheduler_reserve(p->scheduler, id, start_s);
    }
    return status == HANSE_OK ? 0 : stop(lua, p, status);
}

static int view_take(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    uint32_t id = job_of(lua, p);
    const struct hanse_resource *machine = &p->scheduler->view;
    const struct hanse_job_row *row = hanse_scheduler_row(p->scheduler, id);
    if (row->placed) {
        return hanse__raise(lua, "take: job %d has room held for it; release it first",
                            (int)row->job.number);
    }
    if (!lua_isnoneornil(lua, 2)) {
        return hold(lua, p, id, luaL_checknumber(lua, 2));
    }
    if (!machine->kind->fits_now(machine, &row->job)) {
        return hanse__raise(lua, "take: job %d does not fit now", (int)row->job.number);
    }
    enum hanse_status status = hanse_scheduler_start(p->scheduler, id);
    return status == HANSE_OK ? 0 : stop(lua, p, status);
}

static int view_release(lua_State *lua)
{
    struct hanse_lua_policy *p = caller(lua);
    uint32_t id = job_of(lua, p);
    if (!hanse_scheduler_row(p->scheduler, id)->placed) {
        return hanse__raise(lua, "release: no room is held for job %d",
                            (int)hanse_scheduler_row(p->scheduler, id)->job.number);
    }
    enum hanse_status status = hanse_scheduler_unreserve(p->scheduler, id);
    return status == HANSE_OK ? 0 : stop(lua, p, status);
}

static const luaL_Reg VIEW[] = {
    {"now", view_now},           {"processors", view_processors},
    {"first", view_first},       {"next", view_next},
    {"number", view_number},     {"submit", view_submit},
    {"estimate", view_estimate}, {"width", view_width},
    {"user", view_user},         {"fits_now", view_fits_now},
    {"earliest", view_earliest}, {"take", view_take},
    {"release", view_release},   {NULL, NULL},
};

static int view_lacks(lua_State *lua)
{
    enum { N = sizeof VIEW / sizeof *VIEW - 1 };
    const char *names[N];
    char hint[160];
    for (size_t i = 0; i < N; i++) {
        names[i] = VIEW[i].name;
    }
    const char *word = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
    return hanse__raise(lua, "the view has no '%s'%s", word,
                        hanse__suggest(hint, sizeof hint, word, names, N));
}

/* --- the policy ------------------------------------------------------------------------------
 */

static enum hanse_status init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)params;
    struct hanse_lua_policy *p = policy_of(scheduler);
    p->n_known = p->n_held = 0;
    return HANSE_OK;
}

static enum hanse_status submitted(struct hanse_scheduler *scheduler, uint32_t id)
{
    struct hanse_lua_policy *p = policy_of(scheduler);
    HANSE_TRY(hanse__reserve(p->ctx, &p->known, &p->known_capacity, (size_t)id + 1,
                             sizeof *p->known));
    while (p->n_known <= id) {
        p->known[p->n_known++] = 0;
    }
    p->known[id] = 1;
    return HANSE_OK;
}

static enum hanse_status give_back(struct hanse_scheduler *scheduler)
{
    struct hanse_lua_policy *p = policy_of(scheduler);
    for (size_t i = 0; i < p->n_held; i++) {
        uint32_t id = p->held[i];
        const struct hanse_job_row *row = hanse_scheduler_row(scheduler, id);
        if (p->known[id] && row->state == HANSE_JOB_WAITING && row->placed) {
            HANSE_TRY(hanse_scheduler_unreserve(scheduler, id));
        }
    }
    p->n_held = 0;
    return HANSE_OK;
}

static enum hanse_status ended(struct hanse_scheduler *scheduler, uint32_t id, bool early)
{
    (void)early;
    policy_of(scheduler)->known[id] = 0;
    return HANSE_OK;
}

static enum hanse_status withdrawn(struct hanse_scheduler *scheduler, uint32_t id)
{
    HANSE_TRY(give_back(scheduler));
    policy_of(scheduler)->known[id] = 0;
    return HANSE_OK;
}

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    struct hanse_lua_policy *p = policy_of(scheduler);
    HANSE_TRY(give_back(scheduler));
    if (hanse_scheduler_first(scheduler) == HANSE_NO_JOB) {
        return HANSE_OK;
    }
    lua_State *lua = p->script->lua;
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &hanse_lua_policy_kind);
    lua_rawgetp(lua, LUA_REGISTRYINDEX, VIEW);
    p->scheduler = scheduler;
    p->passes++;
    enum hanse_status status = hanse__sandbox_call(p->script, 1, 0);
    p->scheduler = NULL;
    return status;
}

const struct hanse_policy hanse_lua_policy_kind = {
    .name = "lua",
    .doc = "A function of the user's own, called for each pass.",
    .rule = "What schedule(view) in the file takes, starts.",
    .source = "the file",
    .init = init,
    .submitted = submitted,
    .ended = ended,
    .withdrawn = withdrawn,
    .changed = give_back,
    .pass = pass,
};

/* --- files
 * ------------------------------------------------------------------------------------ */

bool hanse_lua_policy_is(const char *text)
{
    size_t length = strlen(text);
    return length > 4 && strcmp(text + length - 4, ".lua") == 0;
}

/* Keeps schedule() and the view in the registry. */
static int keep(lua_State *lua)
{
    void *policy = lua_touserdata(lua, 1);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushliteral(lua, "schedule");
    lua_rawget(lua, -2);
    if (!lua_isfunction(lua, -1)) {
        return luaL_error(lua, "schedule: must be a function of the view, got %s",
                          luaL_typename(lua, -1));
    }
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &hanse_lua_policy_kind);
    lua_newtable(lua);
    lua_pushlightuserdata(lua, policy);
    luaL_setfuncs(lua, VIEW, 1);
    lua_newtable(lua);
    lua_pushcfunction(lua, view_lacks);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, VIEW);
    return 0;
}

enum hanse_status hanse_lua_policy_open(struct hanse_context *ctx, const char *path,
                                        struct hanse_lua_policy **policy)
{
    *policy = NULL;
    struct hanse_lua_policy *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    enum hanse_status status = hanse_script_load(ctx, path, NULL, NULL, &made->script);
    if (status == HANSE_OK) {
        lua_pushcfunction(made->script->lua, keep);
        lua_pushlightuserdata(made->script->lua, made);
        status = hanse__sandbox_call(made->script, 1, 0);
        if (status != HANSE_OK) {
            char message[HANSE__MESSAGE_BYTES];
            snprintf(message, sizeof message, "%s", hanse_context_message(ctx));
            status = hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s", path, message);
        }
    }
    if (status != HANSE_OK) {
        hanse_lua_policy_close(made);
        return status;
    }
    *policy = made;
    return HANSE_OK;
}

void hanse_lua_policy_close(struct hanse_lua_policy *policy)
{
    if (policy == NULL) {
        return;
    }
    hanse_script_destroy(policy->script);
    hanse__free(policy->known);
    hanse__free(policy->held);
    hanse__free(policy);
}

uint64_t hanse_lua_policy_passes(const struct hanse_lua_policy *policy)
{
    return policy->passes;
}
