/*
 * hanse.des from the inside: processes, events and what they wait for.
 *
 * An environment owns a calendar. A *process* is a Lua coroutine in a slot of the environment;
 * coroutines are kept and used again, so a process per customer costs no new stack. A process
 * waits for one thing at a time:
 *
 *     a hold            its wake-up is in the calendar
 *     an event          its link is in the event's list
 *     a claim           its claim is in the line of a resource, store or container;
 *                       with patience, its wake-up is in the calendar too
 *     an answer         what it waited for has come; its wake-up is in the calendar, now
 *
 * Every wait carries a generation: `wake`, the calendar's handle, names one wake-up of one
 * wait. Whatever ends a wait (an answer, an interrupt, a kill) takes the link or the claim out
 * of its list and cancels `wake` before anything else is scheduled. So at a tied time, where
 * the old wake-up may already be next in the calendar, it cannot cut the next wait short.
 *
 * An interrupt cuts a hold, a wait for an event, and a claim still in line. A claim that was
 * answered is not undone: the interrupt meets that process at its next wait, at the same time.
 *
 * At equal times what is urgent (the end of the run, interrupts, starts of processes) goes
 * first, all else in the order of scheduling.
 *
 * Who keeps what alive: the environment pins live processes, pending timeouts, the resources,
 * and claims in line. Pointers between these are plain, because userdata never move.
 */
#ifndef HANSE_SCRIPTING_DES_H
#define HANSE_SCRIPTING_DES_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "sim/engine/calendar.h"

enum hanse__des_type {
    HANSE__DES_ENVIRONMENT,
    HANSE__DES_EVENT,
    HANSE__DES_PROCESS,   /* is an event: its end */
    HANSE__DES_CONDITION, /* is an event: any or all of several */
    HANSE__DES_REQUEST,   /* is an event: a claim that nobody sleeps on */
    HANSE__DES_RESOURCE,
    HANSE__DES_STORE,
    HANSE__DES_CONTAINER,
    HANSE__DES_STREAM,
    HANSE__DES_TALLY,
    HANSE__DES_LEVEL,
    HANSE__DES_BATCHES,
    HANSE__DES_N_TYPES
};

/* What every userdata of ours begins with. `tag` is the address of a variable of ours, which
 * tells them from the userdata of others without looking at metatables. */
struct hanse__des_object {
    const char *tag;
    enum hanse__des_type type;
    struct hanse__des *env; /* NULL for streams and monitors */
};

/* User values of an environment: tables. */
enum {
    HANSE__DES_PROCESSES = 1, /* slot -> process */
    HANSE__DES_THREADS,       /* slot -> coroutine, for good */
    HANSE__DES_TIMEOUTS,      /* slot -> event in the calendar */
    HANSE__DES_PINNED,        /* address -> resource, claim or what a claim is about */
    HANSE__DES_HANDLERS,      /* kind -> function */
    HANSE__DES_KINDS,         /* name -> kind, kind -> name */
    HANSE__DES_N_TABLES = HANSE__DES_KINDS
};

/* User values of all other objects with an environment. */
enum {
    HANSE__DES_ENV_VALUE = 1,
    HANSE__DES_VALUE,  /* an event's value; a store's items */
    HANSE__DES_NAME,   /* a process's name; a condition's events; a request's resource */
    HANSE__DES_CAUSES, /* causes of a process's interrupts still to be met */
    HANSE__DES_N_VALUES = HANSE__DES_CAUSES
};

enum hanse__des_state { HANSE__DES_PENDING, HANSE__DES_SUCCEEDED, HANSE__DES_FAILED };

struct hanse__des_event;

/* A place among those who wait for an event. */
struct hanse__des_link {
    struct hanse__des_link *previous, *next;
    struct hanse__des_event *event;  /* NULL: in no list */
    struct hanse__des_event *waiter; /* a process or a condition */
};

struct hanse__des_event {
    struct hanse__des_object object;
    enum hanse__des_state state;
    uint32_t slot;       /* of a process or timeout */
    hanse_handle handle; /* of a timeout; 0 none */
    struct hanse__des_link *first, *last;
};

/* One who stands in line. Exactly one of `process` and `request` is set. */
struct hanse__des_claim {
    struct hanse__des_claim *previous, *next;
    struct hanse__des_line *line; /* NULL: in no line */
    struct hanse__des_process *process;
    struct hanse__des_request *request;
    double priority; /* lower goes first */
    double amount;
    bool preempt;
};

/* A line: by priority, then by arrival. */
struct hanse__des_line {
    struct hanse__des_claim *first, *last;
    struct hanse__des_object *owner;
    uint32_t length;
};

/* A unit of a resource in someone's hands. */
struct hanse__des_grant {
    struct hanse__des_grant *previous, *next; /* of the resource, by time */
    struct hanse__des_grant *next_held;       /* of the process */
    struct hanse__des_grant *next_made;       /* of the environment, for its end */
    struct hanse__des_resource *resource;
    struct hanse__des_process *process; /* NULL: requested from outside a process */
    struct hanse__des_request *request; /* NULL: process:request */
    double priority, since;
};

enum hanse__des_wait {
    HANSE__DES_NOT_WAITING, /* it runs, or it is over */
    HANSE__DES_STARTING,
    HANSE__DES_HOLDING,
    HANSE__DES_ON_EVENT,
    HANSE__DES_IN_LINE,
    HANSE__DES_ANSWERED, /* the wake-up is on its way; may not be undone */
    HANSE__DES_NOTIFIED, /* an event came; the wake-up is on its way */
    HANSE__DES_CUT,      /* interrupted; the wake-up is on its way */
};

struct hanse__des_process {
    struct hanse__des_event event;
    lua_State *thread;
    enum hanse__des_wait wait;
    bool cut;     /* an interrupt ended the last wait */
    bool expired; /* patience ended the last wait */
    int n_values; /* to resume with; they lie on the thread's stack */
    uint32_t n_interrupts;
    hanse_handle wake; /* 0 none */
    uint64_t serial;
    struct hanse__des_link link;
    struct hanse__des_claim claim;
    struct hanse__des_grant *grants;
};

struct hanse__des_request {
    struct hanse__des_event event;
    struct hanse__des_claim claim;
    struct hanse__des_grant *grant; /* NULL: not granted, released, or preempted */
    uint32_t owner_slot;            /* who asked: a process, if serials agree */
    uint64_t owner_serial;          /* 0: nobody */
};

/* Slots of things that the calendar names by number. */
struct hanse__des_slots {
    struct hanse__des_event **items; /* NULL: free */
    uint32_t *free;
    uint32_t n_free, n;
    size_t items_capacity, free_capacity;
};

struct hanse__des {
    struct hanse__des_object object;
    double now;
    struct hanse__des_process *current;
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_calendar calendar;
    struct hanse__des_slots processes, timeouts;
    lua_State **threads; /* of process slots */
    size_t threads_capacity;
    uint32_t n_threads;
    struct hanse__des_grant *grants, *free_grants;
    const struct hanse__des_event *until; /* the run ends when it has happened; or NULL */
    uint64_t n_started, n_events;
    uint64_t seed;
    uint32_t replication;
    uint32_t n_live;
    int n_kinds;
    int kind_running; /* of a handler; 0 none */
    bool running, stopped, open;
    bool filtering; /* a store's filter runs */
    int metatables[HANSE__DES_N_TYPES];
};

/* Kinds in the calendar; handlers' follow. */
enum {
    HANSE__DES_STOP,
    HANSE__DES_WAKE,
    HANSE__DES_TIMEOUT,
    HANSE__DES_FIRST_HANDLER, /* Lua's kind 1 */
    HANSE__DES_MOST_KINDS = 60000
};
enum { HANSE__DES_URGENT, HANSE__DES_NORMAL };

/* --- des_object.c ------------------------------------------------------------------------ */

/* The object at `index` of the wanted type; raises otherwise. */
void *hanse__des_check(lua_State *lua, int index, enum hanse__des_type type);
/* The same, NULL otherwise. */
void *hanse__des_test(lua_State *lua, int index, enum hanse__des_type type);
/* Any kind of event; raises otherwise. */
struct hanse__des_event *hanse__des_check_event(lua_State *lua, int index);
/* The environment, raises when it was closed. */
struct hanse__des *hanse__des_check_env(lua_State *lua, int index);
/* A userdata of `size` zeroed bytes with its head, metatable and environment filled in. The
 * environment lies at `env_index`; 0 for streams and monitors. */
void *hanse__des_new(lua_State *lua, enum hanse__des_type type, size_t size, int env_index);
/* Makes raw memory an environment that hanse__des_check_env accepts. */
void hanse__des_mark_env(struct hanse__des *env);
/* Pushes the environment's userdata. */
void hanse__des_push_env(lua_State *lua, const struct hanse__des *env);
/* Keeps the value on top of the stack, which is popped, under an address; or drops it. */
void hanse__des_pin(lua_State *lua, const struct hanse__des *env, const void *address);
void hanse__des_unpin(lua_State *lua, const struct hanse__des *env, const void *address);
/* Pushes what is pinned under an address. */
void hanse__des_push_pinned(lua_State *lua, const struct hanse__des *env, const void *address);
void hanse__des_type(lua_State *lua, enum hanse__des_type type, const luaL_Reg *methods);
/* A delay or amount: a number >= 0, finite; raises otherwise, naming `what`. */
double hanse__des_number(lua_State *lua, int index, const char *what);
/* A number as messages show it. */
double hanse__des_shown(double number);
/* Patience at `index`: < 0 for none given. */
double hanse__des_patience(lua_State *lua, int index, const char *what);
/* Takes a free slot and puts the object there. */
uint32_t hanse__des_slot_take(lua_State *lua, struct hanse__des *env,
                              struct hanse__des_slots *slots, struct hanse__des_event *object);
void hanse__des_slot_leave(struct hanse__des_slots *slots, uint32_t slot);
/* Raises the environment's last failure. */
__attribute__((noreturn)) int hanse__des_raise(lua_State *lua, const struct hanse__des *env,
                                               const char *what);

/* --- des_process.c ----------------------------------------------------------------------- */

/* The process that runs in this state; raises when none does, naming `verb`. Meets a pending
 * interrupt, that is, raises it. */
struct hanse__des_process *hanse__des_self(lua_State *lua, struct hanse__des *env,
                                           const char *verb);
/* Schedules the process's one wake-up. */
void hanse__des_wake_in(lua_State *lua, struct hanse__des_process *process, double delay,
                        int order);
/* Sleeps until woken, then goes on in `then`, whose context is the process. To be called as
 * `return hanse__des_sleep(…)`. */
int hanse__des_sleep(lua_State *lua, struct hanse__des_process *process,
                     enum hanse__des_wait wait, lua_KFunction then);
/* What `then` begins with: the process, after an interrupt was raised if there is one. */
struct hanse__des_process *hanse__des_woken(lua_State *lua, lua_KContext context);
/* Wakes a process whose claim was answered, with n_values that lie on its thread's stack. */
void hanse__des_answer(lua_State *lua, struct hanse__des_process *process, int n_values);
/* Wakes a process that waits for an event. */
void hanse__des_notify(lua_State *lua, struct hanse__des_process *process);
/* Interrupts with the cause on top of the stack, which is popped. */
void hanse__des_interrupt(lua_State *lua, struct hanse__des_process *process);
/* Where the run's loop keeps tables on its stack. */
enum { HANSE__DES_AT_PROCESSES = 2, HANSE__DES_AT_HANDLERS, HANSE__DES_AT_TIMEOUTS };
/* Its wake-up left the calendar: goes on with it. Called by the run's loop only. */
void hanse__des_resume(lua_State *lua, struct hanse__des *env,
                       struct hanse__des_process *process);
int hanse__des_env_process(lua_State *lua);
int hanse__des_env_hold(lua_State *lua);
int hanse__des_env_try_hold(lua_State *lua);
int hanse__des_env_active_process(lua_State *lua);
int hanse__des_catch(lua_State *lua);
/* Pushes a living process. */
void hanse__des_push_process(lua_State *lua, const struct hanse__des_process *process);
/* The living process in a slot, NULL when it is another by now. */
struct hanse__des_process *hanse__des_process_in(const struct hanse__des *env, uint32_t slot,
                                                 uint64_t serial);
void hanse__des_push_name(lua_State *lua, const struct hanse__des_process *process);
void hanse__des_open_process(lua_State *lua);

/* --- des_event.c ------------------------------------------------------------------------- */

/* Appends to the event's list. */
void hanse__des_link(struct hanse__des_link *link, struct hanse__des_event *event,
                     struct hanse__des_event *waiter);
void hanse__des_unlink(struct hanse__des_link *link);
/* The event happens: all who wait are told. Its value is set already. */
void hanse__des_trigger(lua_State *lua, struct hanse__des_event *event,
                        enum hanse__des_state state);
/* Pushes the values of the event at `index`; returns how many. Raises a failed one's. */
int hanse__des_push_values(lua_State *lua, int index);
int hanse__des_event_triggered(lua_State *lua);
int hanse__des_event_value(lua_State *lua);
int hanse__des_env_event(lua_State *lua);
int hanse__des_env_timeout(lua_State *lua);
int hanse__des_env_any_of(lua_State *lua);
int hanse__des_env_all_of(lua_State *lua);
int hanse__des_env_wait(lua_State *lua);
int hanse__des_env_wait_any(lua_State *lua);
int hanse__des_env_wait_all(lua_State *lua);
void hanse__des_open_event(lua_State *lua);

/* --- des_line.c -------------------------------------------------------------------------- */

void hanse__des_line_join(struct hanse__des_line *line, struct hanse__des_claim *claim);
void hanse__des_line_leave(struct hanse__des_claim *claim);
/* Puts the running process's claim in line and sleeps; patience < 0 waits for ever. */
int hanse__des_claim_sleep(lua_State *lua, struct hanse__des_process *process,
                           struct hanse__des_line *line, double patience, lua_KFunction then);
/* Pushes a new request event for the owner at `owner_index`. */
struct hanse__des_request *hanse__des_request_new(lua_State *lua, int owner_index);
/* Puts a request (on top of the stack) in line and keeps it alive while it is there. */
void hanse__des_request_join(lua_State *lua, struct hanse__des_request *request,
                             struct hanse__des_line *line);
/* Ends a claim in line with the n (0 or 1) values on top of the stack, which are popped. */
void hanse__des_claim_answer(lua_State *lua, struct hanse__des_claim *claim, int n_values);
void hanse__des_open_request(lua_State *lua);

/* --- the others -------------------------------------------------------------------------- */

/* Gives a unit back, to the next in line if there is one. */
void hanse__des_grant_end(lua_State *lua, struct hanse__des_grant *grant);
/* Makes a process that is over let go of all it held. */
void hanse__des_grants_end(lua_State *lua, struct hanse__des_process *process);
/* Those behind a claim that left the line without an answer may fit now. */
void hanse__des_line_moved(lua_State *lua, struct hanse__des_line *line);
void hanse__des_container_serve(lua_State *lua, struct hanse__des_object *object);
void hanse__des_resource_moved(struct hanse__des_object *object);
void hanse__des_store_serve(lua_State *lua, struct hanse__des_object *object);

/* Enters the environment on top of the stack where hanse__des_push_env finds it. */
void hanse__des_know_env(lua_State *lua);

int hanse__des_new_environment(lua_State *lua);
int hanse__des_new_resource(lua_State *lua);
int hanse__des_new_priority_resource(lua_State *lua);
int hanse__des_new_preemptive_resource(lua_State *lua);
int hanse__des_new_store(lua_State *lua);
int hanse__des_new_filter_store(lua_State *lua);
int hanse__des_new_priority_store(lua_State *lua);
int hanse__des_new_container(lua_State *lua);
int hanse__des_new_stream(lua_State *lua);
int hanse__des_new_tally(lua_State *lua);
int hanse__des_new_level(lua_State *lua);
int hanse__des_new_batches(lua_State *lua);
void hanse__des_open_environment(lua_State *lua);
void hanse__des_open_resource(lua_State *lua);
void hanse__des_open_store(lua_State *lua);
void hanse__des_open_container(lua_State *lua);
void hanse__des_open_stream(lua_State *lua);
void hanse__des_open_monitor(lua_State *lua);

int hanse__open_queue(lua_State *lua);
/* hanse.replay (replay_module.c). */
int hanse__replay(lua_State *lua);

/* Adds hanse, hanse.des and hanse.queue to what `require` finds in this state. */
void hanse__des_preload(lua_State *lua);

#endif
