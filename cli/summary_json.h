/*
 * The summary as JSON: one document for programs, the same figures as on the terminal.
 *
 * {"title", "hypothetical", "replications", "cases": [{"name", "label"}], "figures": [{"case",
 * "window", "output", "unit", "long_name", "mean", "ci_low", "ci_high", "p05", "p50", "p95",
 * "difference": {"mean", "ci_low", "ci_high"}, "simulation_half_width"}]}
 * Numbers are in the output's own unit; null where there is none.
 */
#ifndef HANSE_CLI_SUMMARY_JSON_H
#define HANSE_CLI_SUMMARY_JSON_H

#include <stdio.h>

#include "output/results.h"

enum hanse_status hanse_cli_summary_json(struct hanse_context *ctx,
                                         struct hanse_results *results, FILE *file);

#endif
