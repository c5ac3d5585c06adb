#include "output/gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const hanse__gnuplot_colours[HANSE_GNUPLOT_COLOURS] = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#b3a500", "#3d4754"};

/* Single quotes interpret nothing but the quote itself. */
void hanse__gnuplot_text(struct hanse_text *script, const char *words)
{
    hanse__text_add(script, "'");
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '\'') {
            hanse__text_add(script, "''");
        } else {
            hanse__text_bytes(script, (unsigned char)*c < 0x20 ? " " : c, 1);
        }
    }
    hanse__text_add(script, "'");
}

enum hanse_status hanse__gnuplot_begin(struct hanse_text *script, const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && strcmp(dot, ".svg") == 0) {
        hanse__text_add(script, "set terminal svg size 960,540 dynamic noenhanced font "
                                "'DejaVu Sans,14' background '#ffffff'\n");
    } else if (dot && strcmp(dot, ".png") == 0) {
        hanse__text_add(script, "set terminal pngcairo size 1920,1080 fontscale 1.9 "
                                "linewidth 1.9 noenhanced font 'DejaVu Sans,11'\n");
    } else {
        return hanse__fail(script->ctx, HANSE_ERR_INPUT, "%s: a plot must end in .svg or .png",
                           path);
    }
    hanse__text_add(script, "set output ");
    hanse__gnuplot_text(script, path);
    hanse__text_add(script, "\nset encoding utf8\nset border 3 linecolor '#8a95a3'\n"
                            "set tics nomirror out textcolor '#5a6675'\n"
                            "set grid ytics linetype 1 linecolor '#dfe4ea' linewidth 1\n"
                            "set style fill solid 1 noborder\n");
    return HANSE_OK;
}

static bool on_path(const char *program)
{
    const char *directories = getenv("PATH");
    char path[4096];

    while (directories && *directories != '\0') {
        int length = (int)strcspn(directories, ":");

        if (snprintf(path, sizeof path, "%.*s/%s", length, directories, program) <
                (int)sizeof path &&
            access(path, X_OK) == 0) {
            return true;
        }
        directories += length + (directories[length] == ':');
    }
    return false;
}

enum hanse_status hanse__gnuplot_run(const struct hanse_text *script, const char *path)
{
    struct hanse_context *ctx = script->ctx;
    FILE *pipe;
    bool written;
    int status;

    if (!on_path("gnuplot")) {
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "gnuplot is not installed; on Debian: apt-get install gnuplot-nox");
    }
    fflush(NULL);
    pipe = popen("gnuplot", "w");
    if (!pipe) {
        return hanse__fail(ctx, HANSE_ERR_IO, "gnuplot cannot be started: %s", strerror(errno));
    }
    written = fwrite(script->bytes, 1, script->length, pipe) == script->length;
    status = pclose(pipe);
    if (!written || status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "gnuplot failed; its message is above");
    }
    if (access(path, R_OK) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: gnuplot could not write it", path);
    }
    return HANSE_OK;
}
