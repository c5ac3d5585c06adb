/*
 * Recalling a command: `hanse run --resume OUT.h5` without the scenario.
 *
 * The journal keeps the command its run was started with, as a line for a shell. Here it is
 * taken apart again and put before the words given now, so that one parser sees both and
 * options such as --threads and --csv can still be said.
 */
#ifndef HANSE_CLI_RECALL_H
#define HANSE_CLI_RECALL_H

#include "sim/base/context.h"

/* A command line of our own; options point into it. */
struct hanse_cli_recalled {
    int argc;
    char **argv;
    char **words; /* all of them; argv starts at its second */
    char *text;
};

/* The command kept beside `output`, then the words of argv after the first. */
enum hanse_status hanse_cli_recall(struct hanse_context *ctx, const char *output, int argc,
                                   char **argv, struct hanse_cli_recalled *recalled);
void hanse_cli_recalled_fini(struct hanse_cli_recalled *recalled);

/* Appends a blank and a word to a command line, in single quotes where a shell would split it.
 * What does not fit is cut. */
void hanse_cli_add_word(char *line, size_t size, const char *word);

/* Splits a line made by hanse_cli_add_word, in place; at most `most` words are set. */
int hanse_cli_split_words(char *line, char **words, int most);

#endif
