/*
 * The subcommands of `hanse`: one file each, named for it, with one function in it.
 *
 * argv[0] is the subcommand's own name. What comes back is the exit status of the program:
 * 0 done; 1 ran, but a target was not met or a replication failed; 2 bad usage or input;
 * 3 the machine failed; 130 and 143 interrupted. Results go to stdout, everything else to
 * stderr. To add one: its file, a line here, a row in main.c, a paragraph in docs/hanse.1.
 */
#ifndef HANSE_CLI_COMMANDS_H
#define HANSE_CLI_COMMANDS_H

int hanse_cli_run(int argc, char **argv);
int hanse_cli_check(int argc, char **argv);
int hanse_cli_deny(int argc, char **argv);
int hanse_cli_credit(int argc, char **argv);
int hanse_cli_predict(int argc, char **argv);
int hanse_cli_serve(int argc, char **argv);
int hanse_cli_compare(int argc, char **argv);
int hanse_cli_report(int argc, char **argv);
int hanse_cli_plot(int argc, char **argv);
int hanse_cli_catalog(int argc, char **argv);
int hanse_cli_tutorial(int argc, char **argv);
int hanse_cli_queue(int argc, char **argv);
int hanse_cli_bench(int argc, char **argv);
int hanse_cli_calibrate(int argc, char **argv);
int hanse_cli_study(int argc, char **argv);
int hanse_cli_replay(int argc, char **argv);
int hanse_cli_reference(int argc, char **argv);

#endif
