#include "cli/paths.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *hanse_cli_path_beside(const char *path, const char *ending)
{
    size_t length = strlen(path);
    char *beside;

    if (length > 3 && strcmp(path + length - 3, ".h5") == 0) {
        length -= 3;
    }
    beside = malloc(length + strlen(ending) + 1);
    if (beside) {
        memcpy(beside, path, length);
        memcpy(beside + length, ending, strlen(ending) + 1);
    }
    return beside;
}

char *hanse_cli_path_here(struct hanse_context *ctx, const char *path, const char *ending)
{
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    const char *dot = strrchr(base, '.');
    int length = dot != NULL && dot != base ? (int)(dot - base) : (int)strlen(base);
    size_t bytes = (size_t)length + strlen(ending) + 1;
    char *name = hanse__alloc(ctx, bytes, 1);
    if (name != NULL) {
        snprintf(name, bytes, "%.*s%s", length, base, ending);
    }
    return name;
}

void hanse_cli_print_path(const struct hanse_cli_args *args, const char *what, const char *path)
{
    json_t *document;

    if (!args->json) {
        if (!args->quiet) {
            printf("%s\n", path);
        }
        return;
    }
    document = json_pack("{s:s}", what, path);
    if (document) { /* not for a path that is no UTF-8 */
        json_dumpf(document, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(document);
    }
}
