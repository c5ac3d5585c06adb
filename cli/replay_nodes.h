/*
 * `hanse replay TASKS.csv --nodes NODES.csv`: tasks on typed nodes.
 *
 * With --fill it is the packing experiment (sim/process/schedule/packing.h): tasks arrive in
 * random order and never leave. Without, tasks come and go at their times under a scheduling
 * policy, and a placement chooses the node.
 */
#ifndef HANSE_CLI_REPLAY_NODES_H
#define HANSE_CLI_REPLAY_NODES_H

#include <stdbool.h>

/* Does this command line of `replay` name nodes? */
bool hanse_cli_names_nodes(int argc, char **argv);

/* A subcommand's function, see commands.h; argv[0] is "replay". */
int hanse_cli_replay_nodes(int argc, char **argv);

#endif
