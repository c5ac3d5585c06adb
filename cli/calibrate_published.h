/*
 * Profiles of devices that nobody here has measured, from the reference tables.
 *
 * What was published of a device is taken as it is. For what was not, the datasheet's peak
 * times the efficiency that devices reach in the same table, with the spread it has over
 * devices. Each number says which of the two it is.
 */
#ifndef HANSE_CLI_CALIBRATE_PUBLISHED_H
#define HANSE_CLI_CALIBRATE_PUBLISHED_H

#include "sim/model/profile.h"

/* `name`: a device's id or name in accelerators.csv, or a subject of measured_performance.csv.
 * Free with hanse_profile_fini, also after a failure. HANSE_ERR_INPUT: nothing is known of such
 * a device, with the nearest name. */
enum hanse_status hanse_cli_published_profile(struct hanse_context *ctx, const char *name,
                                              struct hanse_profile *profile);

/* As above, to a profile that holds rates already: what was published and what the datasheet
 * derives come in beside them, the latter only where the profile lacks it. */
enum hanse_status hanse_cli_add_published(struct hanse_context *ctx, const char *name,
                                          struct hanse_profile *profile);

/* What `hanse predict` and `hanse calibrate` take for a device: a file (NAME.h5), a profile
 * that ships (profiles/NAME.h5 in the library), else one from the tables. */
enum hanse_status hanse_cli_find_profile(struct hanse_context *ctx, const char *name,
                                         struct hanse_profile *profile);

#endif
