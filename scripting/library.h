/*
 * The library: the folder of scenarios, modules and reference tables that ships with hanse.
 *
 * A program that was moved or installed must still find it, so it is looked for beside the
 * program and not at a path fixed when building: in share/hanse/scenarios of the prefix the
 * program is installed under, or in scenarios/ of the source tree it was built in.
 */
#ifndef HANSE_SCRIPTING_LIBRARY_H
#define HANSE_SCRIPTING_LIBRARY_H

#include <stddef.h>

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the folder's path, without a slash at the end, to `folder`. HANSE_ERR_IO when no
 * folder above the program holds it. */
enum hanse_status hanse_library_find(struct hanse_context *ctx, char *folder, size_t size);

#ifdef __cplusplus
}
#endif
#endif
