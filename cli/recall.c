#include "cli/recall.h"

#include <stdio.h>
#include <string.h>

#include "output/results.h"

void hanse_cli_add_word(char *line, size_t size, const char *word)
{
    size_t used = strlen(line);
    bool plain = *word != '\0' && strpbrk(word, " \t\n'\"\\$&|;<>()*?[]{}#~`!") == NULL;
    if (plain) {
        snprintf(line + used, size - used, " %s", word);
        return;
    }
    used += (size_t)snprintf(line + used, size - used, " '");
    for (; *word != '\0' && used + 6 < size; word++) {
        used +=
            (size_t)snprintf(line + used, size - used, *word == '\'' ? "'\\''" : "%c", *word);
    }
    snprintf(line + used, size - used, "'");
}

/* Takes one word's quotes off, in place; returns where the line goes on. */
static char *unquote(char *from)
{
    char *to = from;
    bool quoted = false;
    for (; *from != '\0' && (quoted || *from != ' '); from++) {
        if (*from == '\'') {
            quoted = !quoted;
        } else if (!quoted && *from == '\\' && from[1] != '\0') {
            *to++ = *++from;
        } else {
            *to++ = *from;
        }
    }
    bool more = *from != '\0';
    *to = '\0';
    return more ? from + 1 : from;
}

int hanse_cli_split_words(char *line, char **words, int most)
{
    int n = 0;
    while (n < most) {
        line += strspn(line, " ");
        if (*line == '\0') {
            break;
        }
        words[n++] = line;
        line = unquote(line);
    }
    return n;
}

enum hanse_status hanse_cli_recall(struct hanse_context *ctx, const char *output, int argc,
                                   char **argv, struct hanse_cli_recalled *recalled)
{
    *recalled = (struct hanse_cli_recalled){0};
    HANSE_TRY(hanse_writer_command(ctx, output, &recalled->text));
    int most = (int)strlen(recalled->text) / 2 + 1;
    char **words = hanse__alloc(ctx, (size_t)(most + argc) + 1, sizeof *words);
    recalled->words = words;
    if (words == NULL) {
        hanse_cli_recalled_fini(recalled);
        return HANSE_ERR_MEMORY;
    }
    int n = hanse_cli_split_words(recalled->text, words, most);
    if (n < 3 || strcmp(words[0], "hanse") != 0 || strcmp(words[1], argv[0]) != 0) {
        hanse_cli_recalled_fini(recalled);
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s.part: was not started by hanse %s: name the scenario", output,
                           argv[0]);
    }
    recalled->argv = words + 1;
    recalled->argc = n - 1;
    for (int i = 1; i < argc; i++) {
        recalled->argv[recalled->argc++] = argv[i];
    }
    return HANSE_OK;
}

void hanse_cli_recalled_fini(struct hanse_cli_recalled *recalled)
{
    hanse__free((void *)recalled->words);
    hanse__free(recalled->text);
    *recalled = (struct hanse_cli_recalled){0};
}
