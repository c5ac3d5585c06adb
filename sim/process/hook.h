/*
 * Hooks: policies that a scenario writes as functions of its own.
 *
 * A policy field (HANSE_POLICY) holds a word or the number of a function. This library knows no
 * language, so a function is called through a table that the caller of the study provides: a
 * maker makes a replication's hooks, always fresh, and a hook is called with what it may see
 * and answers with numbers. Nothing else passes: no pointers, no files, no clock, no chance.
 *
 * What a function sees is a table of numbers, lists of numbers and texts by key, and, where the
 * call gives some, methods that ask or do something ("earliest", "take"). What it answers are
 * numbers by key; keys that the call doesn't name are refused, and what it leaves out keeps
 * the value it had. So does a call that fails: the replication fails with its message.
 *
 * A function must not remember by itself: its variables start afresh with each replication and
 * with each copy of one. Who calls it keeps what must be kept, in the arena, and hands it in.
 */
#ifndef HANSE_SIM_PROCESS_HOOK_H
#define HANSE_SIM_PROCESS_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_context;

struct hanse_hook_number {
    const char *key;
    double number;
};

struct hanse_hook_list {
    const char *key;
    const double *items;
    int32_t n;
};

struct hanse_hook_text {
    const char *key, *text;
};

enum { HANSE_HOOK_ARGUMENTS = 8, HANSE_HOOK_ANSWERS = 32 };

/* Called from within the function. Takes n_in numbers, writes at most HANSE_HOOK_ARGUMENTS
 * numbers and says how many; *n_out is 0 before, and none is nil. An error ends the function
 * and the replication. */
struct hanse_hook_method {
    const char *name;
    enum hanse_status (*call)(void *self, struct hanse_context *ctx, const double *in, int n_in,
                              double *out, int *n_out);
    bool yes_or_no; /* it answers 1 for true, 0 for false */
};

struct hanse_hook_answer {
    const char *key;
    double number;    /* before the call: what it is when not answered */
    double low, high; /* range; what is outside is refused */
    bool whole;       /* must be a whole number */
};

struct hanse_hook_call {
    int32_t hook;
    const char *what; /* for messages: whose policy, "procurement 'tender'" */
    const struct hanse_hook_number *numbers;
    size_t n_numbers;
    const struct hanse_hook_list *lists;
    size_t n_lists;
    const struct hanse_hook_text *texts;
    size_t n_texts;
    const struct hanse_hook_method *methods;
    size_t n_methods;
    void *self; /* of the methods */
    struct hanse_hook_answer *answers;
    size_t n_answers;
};

/* The functions of one replication. */
struct hanse_hooks {
    void *self; /* NULL: none */
    enum hanse_status (*call)(void *self, struct hanse_context *ctx,
                              const struct hanse_hook_call *call);
};

/* Threads make hooks side by side, each with its own context. */
struct hanse_hook_maker {
    const void *self;
    enum hanse_status (*make)(const void *self, struct hanse_context *ctx,
                              struct hanse_hooks *hooks);
    void (*unmake)(struct hanse_hooks *hooks);
};

#ifdef __cplusplus
}
#endif
#endif
