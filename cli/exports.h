/*
 * Which devices of the catalogue an export rule controls, computed from their metrics.
 *
 * The thresholds are rows of export_thresholds.csv: limbs of one rule are alternatives, the
 * rows of a limb hold together. Rules that name parts are matched by name.
 */
#ifndef HANSE_CLI_EXPORTS_H
#define HANSE_CLI_EXPORTS_H

#include "cli/table.h"
#include "sim/process/export.h"

/* Is the rule about devices at all? Others are about places, sums or tools. */
bool hanse_cli_export_on_devices(const struct hanse_table *thresholds, const char *rule);
/* Does it control the device in that row of the accelerators? */
enum hanse_caught hanse_cli_export_catches(const struct hanse_table *thresholds,
                                           const char *rule, const struct hanse_table *devices,
                                           size_t row);

#endif
