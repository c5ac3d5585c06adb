/* Ctrl-C asks first and ends second. */
#include "cli/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `child` in a process of its own and returns how that ended. */
static int end_of(void (*child)(int), int number)
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        child(number);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void asked_once(int number)
{
    hanse_cli_signals_catch();
    if (*hanse_cli_signals_flag() != 0) {
        _exit(98);
    }
    raise(number);
    if (*hanse_cli_signals_flag() == number) {
        _exit(hanse_cli_signals_exit_status());
    }
}

static void asked_twice(int number)
{
    hanse_cli_signals_catch();
    raise(number);
    raise(number);
}

static void first_signal_sets_the_flag_and_names_the_exit_status(void **state)
{
    int interrupted = end_of(asked_once, SIGINT), terminated = end_of(asked_once, SIGTERM);

    assert_true(WIFEXITED(interrupted) && WIFEXITED(terminated));
    assert_int_equal(WEXITSTATUS(interrupted), 130);
    assert_int_equal(WEXITSTATUS(terminated), 143);
}

static void second_signal_ends_the_program_at_once(void **state)
{
    int status = end_of(asked_twice, SIGINT);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_signal_sets_the_flag_and_names_the_exit_status),
        cmocka_unit_test(second_signal_ends_the_program_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
