/*
 * Status codes: how a function of hanse says that it could not do its work.
 *
 * Trouble has three kinds that are never mixed. A bug of ours stops the program
 * (HANSE_ASSERT). Trouble of the user or of the machine is returned as one of these codes,
 * with a sentence left on the context. An ordinary outcome ("the queue is empty") is a plain
 * return value and never a status.
 */
#ifndef HANSE_SIM_BASE_STATUS_H
#define HANSE_SIM_BASE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HANSE_API __attribute__((visibility("default")))
#define HANSE_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define HANSE_API
#define HANSE_PRINTF(format_at, first_at)
#endif

enum hanse_status {
    HANSE_OK = 0,
    HANSE_ERR_INPUT,       /* malformed or unknown input: typo, wrong type, dangling name */
    HANSE_ERR_DOMAIN,      /* a value outside the range its meaning allows */
    HANSE_ERR_LIMIT,       /* a scenario passed its instruction, memory or size limit */
    HANSE_ERR_MEMORY,      /* the machine has no memory left */
    HANSE_ERR_IO,          /* a file could not be read or written */
    HANSE_ERR_TARGET,      /* it ran, but a target was not met */
    HANSE_ERR_REPLICATION, /* it ran, but a replication failed */
    HANSE_ERR_INTERRUPTED, /* stopped by the user; what was finished is kept */
};

/* One word for a status, e.g. "domain". Never NULL. Callable from any thread. */
HANSE_API const char *hanse_status_name(enum hanse_status status);

/* The exit status of the program: 0 done, 1 ran but fell short, 2 bad usage or input,
 * 3 the machine failed, 130 interrupted. */
HANSE_API int hanse_status_exit_code(enum hanse_status status);

/* Passes a failure on. Only where the caller owns nothing that must be freed. */
#define HANSE_TRY(call)                                                                        \
    do {                                                                                       \
        enum hanse_status hanse_try_status_ = (call);                                          \
        if (hanse_try_status_ != HANSE_OK) {                                                   \
            return hanse_try_status_;                                                          \
        }                                                                                      \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
