#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"

enum { MAX_OPTIONS = 64 };

/* One command line while it is being read. */
struct reader {
    const struct hanse_cli_usage *usage;
    const struct hanse_cli_option *common;
    size_t n_common;
    int argc;
    char **argv;
    int next;
    unsigned char *given; /* a flag per option: the usage's, then the common ones */
};

int hanse_cli_bad_usage(const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "hanse %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'hanse %s --help'.\n", command);
    return 2;
}

static const struct hanse_cli_option *option_at(const struct reader *reader, size_t i)
{
    return i < reader->usage->n_options ? &reader->usage->options[i]
                                        : &reader->common[i - reader->usage->n_options];
}

static size_t n_options(const struct reader *reader)
{
    return reader->usage->n_options + reader->n_common;
}

/* Columns a UTF-8 text takes on a terminal; our texts have no wide characters. */
static int columns_of(const char *text)
{
    int columns = 0;

    for (; *text != '\0'; text++) {
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return columns;
}

static void print_option(const struct hanse_cli_option *option)
{
    enum { LEFT = 30 };
    char left[80];
    char letter[8] = "    ";

    if (option->letter != 0) {
        snprintf(letter, sizeof letter, "-%c%s", option->letter, option->name ? ", " : "");
    }
    snprintf(left, sizeof left, "%s%s%s%s%s", letter, option->name ? "--" : "",
             option->name ? option->name : "", option->argument ? " " : "",
             option->argument ? option->argument : "");
    if (columns_of(left) <= LEFT) {
        printf("  %s%*s %s\n", left, LEFT - columns_of(left), "", option->help);
    } else {
        printf("  %s\n  %*s %s\n", left, LEFT, "", option->help);
    }
}

static void print_example(const char *example)
{
    printf("\nExample:\n");
    while (*example != '\0') {
        int length = (int)strcspn(example, "\n");

        printf("  %.*s\n", length, example);
        example += length + (example[length] == '\n');
    }
}

static void print_help(const struct reader *reader)
{
    const struct hanse_cli_usage *usage = reader->usage;

    printf("Usage: hanse %s [OPTION…]%s%s\n\n%s\n\nOptions:\n", usage->name,
           usage->operands[0] ? " " : "", usage->operands, usage->summary);
    for (size_t i = 0; i < n_options(reader); i++) {
        print_option(option_at(reader, i));
    }
    if (usage->example) {
        print_example(usage->example);
    }
}

bool hanse_cli_number(const char *text, double *number)
{
    char *end;

    *number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

static bool read_integer(const char *text, int64_t *integer)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    *integer = value;
    return end != text && *end == '\0' && errno == 0 && value >= 0;
}

/* A command line of n words has at most n occurrences of anything. The lists stay known here,
 * so that a leak checker sees them to the program's end. */
static bool append(const struct reader *reader, struct hanse_cli_list *list, const char *item)
{
    static const char ***kept;
    static size_t n_kept;

    if (!list->items) {
        const char ***more = realloc(kept, (n_kept + 1) * sizeof *kept);

        if (!more) {
            return false;
        }
        kept = more;
        list->items = kept[n_kept] = calloc((size_t)reader->argc, sizeof *list->items);
        if (!list->items) {
            return false;
        }
        n_kept++;
    }
    list->items[list->count++] = item;
    return true;
}

/* Stores an option's argument; complains and returns the exit status when it is no good. */
static int store(const struct reader *reader, const struct hanse_cli_option *option,
                 const char *spelled, const char *text)
{
    const char *command = reader->usage->name;

    switch (option->type) {
    case HANSE_CLI_FLAG:
        *(bool *)option->value = true;
        return 0;
    case HANSE_CLI_TEXT:
        *(const char **)option->value = text;
        return 0;
    case HANSE_CLI_NUMBER:
        return hanse_cli_number(text, option->value)
                   ? 0
                   : hanse_cli_bad_usage(command, "%s: must be a number, got '%s'", spelled,
                                         text);
    case HANSE_CLI_INTEGER:
        return read_integer(text, option->value)
                   ? 0
                   : hanse_cli_bad_usage(command, "%s: must be a whole number >= 0, got '%s'",
                                         spelled, text);
    case HANSE_CLI_LIST:
        if (!append(reader, option->value, text)) {
            fprintf(stderr, "hanse %s: no memory for the command line\n", command);
            return 3;
        }
        return 0;
    }
    return 0;
}

static int take(struct reader *reader, size_t which, const char *spelled, const char *text)
{
    const struct hanse_cli_option *option = option_at(reader, which);
    const char *command = reader->usage->name;

    if (option->type == HANSE_CLI_FLAG) {
        if (text) {
            return hanse_cli_bad_usage(command, "%s takes no value, got '%s'", spelled, text);
        }
    } else if (!text) {
        if (reader->next >= reader->argc) {
            return hanse_cli_bad_usage(command, "%s needs a value: %s", spelled,
                                       option->argument);
        }
        text = reader->argv[reader->next++];
    }
    if (reader->given[which] && option->type != HANSE_CLI_LIST &&
        option->type != HANSE_CLI_FLAG) {
        return hanse_cli_bad_usage(command, "%s is given twice", spelled);
    }
    reader->given[which] = 1;
    return store(reader, option, spelled, text);
}

static int unknown_option(const struct reader *reader, const char *name)
{
    const char *names[MAX_OPTIONS];
    size_t n = 0;
    const char *near;

    for (size_t i = 0; i < n_options(reader) && n < MAX_OPTIONS; i++) {
        if (option_at(reader, i)->name) {
            names[n++] = option_at(reader, i)->name;
        }
    }
    near = hanse__nearest(name, names, n);
    if (near) {
        return hanse_cli_bad_usage(reader->usage->name, "no option --%s, did you mean '--%s'?",
                                   name, near);
    }
    return hanse_cli_bad_usage(reader->usage->name, "no option --%s", name);
}

static int take_long(struct reader *reader, char *argument)
{
    char *name = argument + 2;
    char *equals = strchr(name, '=');
    char spelled[64];

    if (equals) {
        *equals = '\0';
    }
    snprintf(spelled, sizeof spelled, "--%s", name);
    for (size_t i = 0; i < n_options(reader); i++) {
        if (option_at(reader, i)->name && strcmp(option_at(reader, i)->name, name) == 0) {
            return take(reader, i, spelled, equals ? equals + 1 : NULL);
        }
    }
    return unknown_option(reader, name);
}

/* Letters may be bundled as long as they are flags: -qv. */
static int take_letters(struct reader *reader, const char *letters)
{
    while (*letters != '\0') {
        char spelled[3] = {'-', *letters, '\0'};
        size_t i = 0;
        int status;

        while (i < n_options(reader) && option_at(reader, i)->letter != *letters) {
            i++;
        }
        if (i == n_options(reader)) {
            return hanse_cli_bad_usage(reader->usage->name, "no option -%c", *letters);
        }
        letters++;
        if (option_at(reader, i)->type != HANSE_CLI_FLAG) {
            return take(reader, i, spelled, *letters ? letters : NULL);
        }
        status = take(reader, i, spelled, NULL);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Moves operands to the front of argv, takes everything else. */
static int read_all(struct reader *reader, struct hanse_cli_args *args)
{
    bool only_operands = false;

    while (reader->next < reader->argc) {
        char *argument = reader->argv[reader->next++];
        int status = 0;

        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            args->operands[args->n_operands++] = argument;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (argument[1] == '-') {
            status = take_long(reader, argument);
        } else {
            status = take_letters(reader, argument + 1);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int check_operands(const struct hanse_cli_usage *usage,
                          const struct hanse_cli_args *args)
{
    if (args->n_operands < usage->min_operands) {
        return hanse_cli_bad_usage(usage->name, "needs %s", usage->operands);
    }
    if (usage->max_operands >= 0 && args->n_operands > usage->max_operands) {
        return hanse_cli_bad_usage(usage->name, "one argument too many: '%s'",
                                   args->operands[usage->max_operands]);
    }
    return 0;
}

static int set_format(const struct hanse_cli_usage *usage, const char *format,
                      struct hanse_cli_args *args)
{
    args->json = strcmp(format, "json") == 0;
    if (!args->json && strcmp(format, "text") != 0) {
        return hanse_cli_bad_usage(usage->name, "--format: must be text or json, got '%s'",
                                   format);
    }
    return 0;
}

bool hanse_cli_parse(const struct hanse_cli_usage *usage, int argc, char **argv,
                     struct hanse_cli_args *args, int *exit_status)
{
    const char *format = "text";
    bool help = false;
    const struct hanse_cli_option common[] = {
        {"format", 0, HANSE_CLI_TEXT, &format, "text|json", "how results are printed"},
        {"quiet", 'q', HANSE_CLI_FLAG, &args->quiet, NULL, "no progress, no remarks"},
        {"verbose", 'v', HANSE_CLI_FLAG, &args->verbose, NULL, "say more on stderr"},
        {"help", 'h', HANSE_CLI_FLAG, &help, NULL, "this text"},
    };
    unsigned char given[MAX_OPTIONS] = {0};
    struct reader reader = {usage, common, sizeof common / sizeof common[0], argc, argv,
                            1,     given};

    HANSE_ASSERT(n_options(&reader) <= MAX_OPTIONS);
    *args = (struct hanse_cli_args){.operands = argv + 1};
    *exit_status = read_all(&reader, args);
    if (*exit_status == 0 && help) {
        print_help(&reader);
        return false;
    }
    if (*exit_status == 0) {
        *exit_status = set_format(usage, format, args);
    }
    if (*exit_status == 0) {
        *exit_status = check_operands(usage, args);
    }
    return *exit_status == 0;
}

struct hanse_context *hanse_cli_context(const struct hanse_cli_args *args)
{
    struct hanse_context *ctx = hanse_context_create();

    if (!ctx) {
        fprintf(stderr, "hanse: the machine has no memory left\n");
        exit(3);
    }
    if (args->quiet) {
        hanse_context_set_log_level(ctx, HANSE_LOG_QUIET);
    } else if (args->verbose) {
        hanse_context_set_log_level(ctx, HANSE_LOG_VERBOSE);
    }
    return ctx;
}

int hanse_cli_failure(const struct hanse_context *ctx, enum hanse_status status)
{
    const char *message = hanse_context_message(ctx);

    if (message[0] != '\0') {
        fprintf(stderr, "%s\n", message);
    }
    return hanse_status_exit_code(status);
}
