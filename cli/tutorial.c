/*
 * `hanse tutorial`: puts a first scenario into a folder of the user's and says what to try.
 *
 * The scenario is the shipped scenarios/tutorial.lua, so it is tested like every other; the
 * commands printed here are run by tests/cli/tutorial.sh.
 */
#include "cli/commands.h"
#include "cli/options.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scripting/library.h"

enum { MAX_PATH = 4096 };

/* What to do and why; "@" in a command stands for the folder. */
struct step {
    const char *text;
    const char *command;
};

static const struct step steps[] = {
    {"Open @/first.lua in an editor: one country, one university, a supply stop.\n"
     "Then let hanse read it. It prints every value, with its unit and where it came from;\n"
     "a typo, a wrong unit or a name that leads nowhere is an error with its line.",
     "hanse check @/first.lua"},
    {"Simulate its cases, each twenty times with the uncertain inputs drawn anew.",
     "hanse run @/first.lua --replications 20 -o @/first.h5"},
    {"Make one page of the results: open @/first.html in a browser. It needs no network.",
     "hanse report @/first.h5 -o @/first.html"},
    {"Ask \"what if\" without touching the file: the university starts with twice the devices.",
     "hanse run @/first.lua --replications 20 --set group.campus/cards.count=64 "
     "-o @/twice.h5"},
    {"See what that changed, and whether it is more than noise.",
     "hanse compare @/first.h5 @/twice.h5"},
};

enum { N_STEPS = sizeof steps / sizeof steps[0] };

/* `text` with every "@" replaced; the caller frees it. */
static char *with_folder(const char *text, const char *folder)
{
    size_t size = strlen(text) + 1;
    char *result, *end;

    for (const char *c = text; *c != '\0'; c++) {
        size += *c == '@' ? strlen(folder) : 0;
    }
    result = end = malloc(size);
    if (!result) {
        fprintf(stderr, "hanse tutorial: the machine has no memory left\n");
        exit(3);
    }
    for (; *text != '\0'; text++) {
        if (*text == '@') {
            end = stpcpy(end, folder);
        } else {
            *end++ = *text;
        }
    }
    *end = '\0';
    return result;
}

static enum hanse_status copy_file(struct hanse_context *ctx, const char *from, const char *to)
{
    char block[4096];
    size_t n;
    bool whole;
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wbx") : NULL;

    if (!in || !out) {
        int error = errno;

        if (in) {
            fclose(in);
        }
        return hanse__fail(ctx, in && error == EEXIST ? HANSE_ERR_INPUT : HANSE_ERR_IO,
                           "%s: %s", in ? to : from,
                           in && error == EEXIST
                               ? "is there already and is not replaced; name another folder"
                               : strerror(error));
    }
    while ((n = fread(block, 1, sizeof block, in)) > 0 && fwrite(block, 1, n, out) == n) {
    }
    whole = n == 0 && !ferror(in);
    whole = fclose(out) == 0 && whole;
    fclose(in);
    return whole ? HANSE_OK : hanse__fail(ctx, HANSE_ERR_IO, "%s: could not be written", to);
}

static enum hanse_status write_scenario(struct hanse_context *ctx, const char *folder)
{
    char library[MAX_PATH], from[MAX_PATH + 32], to[MAX_PATH + 32];

    if (strlen(folder) >= MAX_PATH) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "the folder's name is too long");
    }
    HANSE_TRY(hanse_library_find(ctx, library, sizeof library));
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: %s", folder, strerror(errno));
    }
    snprintf(from, sizeof from, "%s/tutorial.lua", library);
    snprintf(to, sizeof to, "%s/first.lua", folder);
    return copy_file(ctx, from, to);
}

static void print_text(const char *folder)
{
    printf("Wrote %s/first.lua.\n", folder);
    for (int i = 0; i < N_STEPS; i++) {
        char *text = with_folder(steps[i].text, folder);
        char *command = with_folder(steps[i].command, folder);

        printf("\n%d. %s\n\n    $ %s\n", i + 1, text, command);
        free(text);
        free(command);
    }
    printf("\nThen change %s/first.lua. 'hanse catalog' lists devices, prices and rates with\n"
           "their sources; 'hanse reference' lists every key a scenario may have.\n",
           folder);
}

static void print_json(const char *folder)
{
    json_t *list = json_array(), *root;

    for (int i = 0; i < N_STEPS; i++) {
        char *text = with_folder(steps[i].text, folder);
        char *command = with_folder(steps[i].command, folder);

        json_array_append_new(list, json_pack("{s:s, s:s}", "text", text, "command", command));
        free(text);
        free(command);
    }
    root = json_pack("{s:s, s:o}", "folder", folder, "steps", list);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

int hanse_cli_tutorial(int argc, char **argv)
{
    const struct hanse_cli_usage usage = {
        .name = "tutorial",
        .operands = "[DIR]",
        .max_operands = 1,
        .summary = "Writes a first scenario to DIR (hanse-tutorial) and walks through it.",
        .example = "hanse tutorial my-first"};
    struct hanse_cli_args args;
    struct hanse_context *ctx;
    const char *folder;
    enum hanse_status status;
    int exit_status;

    if (!hanse_cli_parse(&usage, argc, argv, &args, &exit_status)) {
        return exit_status;
    }
    folder = args.n_operands > 0 ? args.operands[0] : "hanse-tutorial";
    ctx = hanse_cli_context(&args);
    status = write_scenario(ctx, folder);
    exit_status = hanse_cli_failure(ctx, status);
    hanse_context_destroy(ctx);
    if (status == HANSE_OK && args.json) {
        print_json(folder);
    } else if (status == HANSE_OK) {
        print_text(folder);
    }
    return exit_status;
}
