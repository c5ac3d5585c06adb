/*
 * Profiles of devices nobody here has: from public measurements, and marked so.
 */
#ifndef HANSE_CLI_CALIBRATE_PUBLISHED_H
#define HANSE_CLI_CALIBRATE_PUBLISHED_H

#include "sim/model/profile.h"

/* Fills `profile` with the bandwidths and matrix products that the reference table
 * measured_performance has for one device called `name`; each rate carries its row's source. A
 * single public figure has no spread of its own, so one is assumed by its evidence: 5 % for
 * primary, 10 % for press and aggregators, 20 % for the rest (standard deviation of log rate,
 * an assumption and noted as one). HANSE_ERR_INPUT: no such device, with "did you mean". */
enum hanse_status hanse_cli_published_profile(struct hanse_context *ctx, const char *name,
                                              struct hanse_profile *profile);

#endif
