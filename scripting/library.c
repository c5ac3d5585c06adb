#include "scripting/library.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is tried in every folder from the program's upwards, and what must lie in it. */
static const char *const PLACES[] = {"share/hanse/scenarios", "scenarios"};
#define LANDMARK "reference/columns.csv"

static bool holds_library(const char *above, const char *place, char *folder, size_t size)
{
    char landmark[4096];
    int n = snprintf(folder, size, "%s/%s", above, place);
    int m = snprintf(landmark, sizeof landmark, "%s/%s/" LANDMARK, above, place);
    return n > 0 && (size_t)n < size && m > 0 && (size_t)m < sizeof landmark &&
           access(landmark, R_OK) == 0;
}

enum hanse_status hanse_library_find(struct hanse_context *ctx, char *folder, size_t size)
{
    char path[3584];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
        *slash = '\0';
        for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
            if (holds_library(path, PLACES[i], folder, size)) {
                return HANSE_OK;
            }
        }
    }
    return hanse__fail(ctx, HANSE_ERR_IO,
                       "no folder 'scenarios' with '" LANDMARK "' beside the program: the "
                       "installation is not whole");
}
