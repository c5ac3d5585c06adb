#include "cli/signals.h"

#include <stddef.h>

static volatile sig_atomic_t received;

static void remember(int number)
{
    __atomic_store_n(&received, number, __ATOMIC_RELAXED);
}

void hanse_cli_signals_catch(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESETHAND | SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

const volatile sig_atomic_t *hanse_cli_signals_flag(void)
{
    return &received;
}

int hanse_cli_signals_exit_status(void)
{
    return 128 + (received != 0 ? received : SIGINT);
}
