/*
 * Device profiles as HDF5 files, by the conventions of results: named axes, units, long names,
 * columns instead of compound types, checksums.
 *
 *   /rate, /figure, /sample, /source, /note, /factor   axes
 *   /rates/…      a column per field of struct hanse_rate, and the covariance of log rates
 *   /figures/…    likewise of struct hanse_figure
 *   /samples/…    every timing that was taken, valid or not, and why not
 *   /provenance/… notes on the machine, the program and the command
 *
 * Reading checks what hanse_profile_add_… checks, so a file from elsewhere can't bring in a
 * number without an origin.
 */
#ifndef HANSE_OUTPUT_PROFILE_H
#define HANSE_OUTPUT_PROFILE_H

#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes PATH under a temporary name and renames it. A file that is there is replaced only if
 * it is a profile of a device of the same name, or with `force`: HANSE_ERR_INPUT otherwise.
 * HANSE_ERR_IO: the machine. */
enum hanse_status hanse_profile_write(struct hanse_context *ctx, const char *path,
                                      const struct hanse_profile *profile, bool force);

/* Reads PATH into `profile`, to be freed with hanse_profile_fini. HANSE_ERR_INPUT: no profile
 * of this version; HANSE_ERR_IO: not there or damaged. */
enum hanse_status hanse_profile_read(struct hanse_context *ctx, const char *path,
                                     struct hanse_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
