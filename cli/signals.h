/*
 * Ctrl-C and SIGTERM: a wish to stop, not a stop.
 *
 * The first signal sets a flag that the runner looks at between tasks, so the journal stays
 * whole. The handler then steps aside: a second Ctrl-C ends the program at once.
 */
#ifndef HANSE_CLI_SIGNALS_H
#define HANSE_CLI_SIGNALS_H

#include <signal.h>

/* From now on SIGINT and SIGTERM set the flag. */
void hanse_cli_signals_catch(void);

/* The flag: 0, or the number of the signal that came. For hanse_run_options.stop. */
const volatile sig_atomic_t *hanse_cli_signals_flag(void);

/* The exit status of an interrupted program: 130 after SIGINT, 143 after SIGTERM. */
int hanse_cli_signals_exit_status(void);

#endif
