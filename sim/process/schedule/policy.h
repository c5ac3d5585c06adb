/*
 * Scheduling policies: which waiting job starts now.
 *
 * A policy is one file with one table: its name, its rule in a sentence, its parameters, its
 * functions. It sees the waiting jobs and the machine's resource view, and nothing else: not
 * runtimes, not the future, not the region. docs/scheduling.md has every rule with its source.
 *
 * A scheduler (scheduler.h) is a policy at work on a machine. It calls the policy after events;
 * the policy starts jobs through it. A policy's own state lies in the scheduler's arena,
 * addressed by 32-bit references, so that a scheduler inside a replication is copied with it.
 */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_POLICY_H
#define HANSE_SIM_PROCESS_SCHEDULE_POLICY_H

#include "sim/process/schedule/resource.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_scheduler;

struct hanse_policy_param {
    const char *key;
    const char *unit; /* "s", "1" */
    double standard, low, high;
    const char *doc;
    const char *const *choices; /* names of the values 0, 1, ...; NULL: a number */
};

enum { HANSE_POLICY_PARAMS_MOST = 16 };

struct hanse_policy {
    const char *name;
    const char *doc;  /* one sentence */
    const char *rule; /* the exact rule with its ties, a paragraph */
    const char *source;
    const struct hanse_policy_param *params;
    uint32_t n_params;

    /* Takes its state; `params` holds n_params values in range. */
    enum hanse_status (*init)(struct hanse_scheduler *scheduler, const double *params);
    /* A job came into the queue: as its last, or where it once stood if it was requeued. */
    enum hanse_status (*submitted)(struct hanse_scheduler *scheduler, uint32_t job);
    /* A job starts now. May be NULL. */
    void (*started)(struct hanse_scheduler *scheduler, uint32_t job);
    /* A running job ended or was stopped; `early`: before its estimate, so that room was
     * released that nobody counted on. Its row is still there. */
    enum hanse_status (*ended)(struct hanse_scheduler *scheduler, uint32_t job, bool early);
    /* A waiting job is about to leave the queue without running. May be NULL. */
    enum hanse_status (*withdrawn)(struct hanse_scheduler *scheduler, uint32_t job);
    /* The machine itself changed: devices came or went. Reservations must be made anew. */
    enum hanse_status (*changed)(struct hanse_scheduler *scheduler);
    /* One scheduling pass: starts what the rule starts now. */
    enum hanse_status (*pass)(struct hanse_scheduler *scheduler);
    /* When it wants a pass though nothing happens: a reservation falls due. +infinity never.
     * May be NULL. */
    double (*due_s)(const struct hanse_scheduler *scheduler);
    /* In a debug build, after each pass. May be NULL. */
    void (*check)(const struct hanse_scheduler *scheduler);
};

/* All policies of the library, ending with NULL: fcfs, sjf, easy, easy-sjbf, conservative,
 * priority. */
HANSE_API const struct hanse_policy *const *hanse_policies(void);

/* The policy of that name; HANSE_ERR_INPUT with "did you mean". */
HANSE_API enum hanse_status hanse_policy_find(struct hanse_context *ctx, const char *name,
                                              const struct hanse_policy **policy);

/* Fills values[n_params] with the standards. */
HANSE_API void hanse_policy_standards(const struct hanse_policy *policy, double *values);

/* Sets one of them by its key, from a number or the name of a choice. HANSE_ERR_INPUT for an
 * unknown key or word, HANSE_ERR_DOMAIN when out of range. */
HANSE_API enum hanse_status hanse_policy_set(struct hanse_context *ctx,
                                             const struct hanse_policy *policy, double *values,
                                             const char *key, const char *text);

/* The same from a number; of a parameter with choices the number of one. */
HANSE_API enum hanse_status hanse_policy_put(struct hanse_context *ctx,
                                             const struct hanse_policy *policy, double *values,
                                             const char *key, double value);

#ifdef __cplusplus
}
#endif
#endif
