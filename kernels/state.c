/* The state of the machine, as it says itself: what a reader needs to judge a figure. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernels/calibrate.h"
#include "sim/base/processor.h"
#include "sim/base/version.h"

static const struct {
    const char *key, *path;
} files[] = {
    {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {"boost", "/sys/devices/system/cpu/cpufreq/boost"},
    {"smt", "/sys/devices/system/cpu/smt/active"},
    {"huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled"},
    {"load", "/proc/loadavg"},
    {"pressure", "/proc/pressure/cpu"},
    {"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
};

/* The first line of a file; "not given" without it. */
static void first_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "r");
    snprintf(line, size, "not given");
    if (file == NULL) {
        return;
    }
    if (fgets(line, (int)size, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
    }
    fclose(file);
}

enum hanse_status hanse__note_state(struct hanse_context *ctx, struct hanse_profile *profile)
{
    char line[256];
    struct utsname name;
    HANSE_TRY(hanse_profile_add_note(ctx, profile, "program", "hanse " HANSE_VERSION));
    HANSE_TRY(hanse_profile_add_note(ctx, profile, "compiler", __VERSION__));
    HANSE_TRY(hanse_profile_add_note(ctx, profile, "processor_class", hanse_processor_class()));
    if (uname(&name) == 0) {
        snprintf(line, sizeof line, "%.60s %.100s %.60s", name.sysname, name.release,
                 name.machine);
        HANSE_TRY(hanse_profile_add_note(ctx, profile, "kernel", line));
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        first_line(files[i].path, line, sizeof line);
        HANSE_TRY(hanse_profile_add_note(ctx, profile, files[i].key, line));
    }
    return HANSE_OK;
}
