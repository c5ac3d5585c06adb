#include "sim/base/status.h"

#include <stddef.h>

static const struct {
    const char *name;
    int exit_code;
} STATUSES[] = {
    [HANSE_OK] = {"ok", 0},
    [HANSE_ERR_INPUT] = {"input", 2},
    [HANSE_ERR_DOMAIN] = {"domain", 2},
    [HANSE_ERR_LIMIT] = {"limit", 2},
    [HANSE_ERR_MEMORY] = {"memory", 3},
    [HANSE_ERR_IO] = {"io", 3},
    [HANSE_ERR_TARGET] = {"target", 1},
    [HANSE_ERR_REPLICATION] = {"replication", 1},
    [HANSE_ERR_INTERRUPTED] = {"interrupted", 130},
};

static size_t place(enum hanse_status status)
{
    size_t i = (size_t)status;
    return i < sizeof STATUSES / sizeof *STATUSES ? i : (size_t)HANSE_ERR_INPUT;
}

const char *hanse_status_name(enum hanse_status status)
{
    return STATUSES[place(status)].name;
}

int hanse_status_exit_code(enum hanse_status status)
{
    return STATUSES[place(status)].exit_code;
}
