/*
 * Derived kinds: rows that no scenario declares.
 *
 * Outputs are told apart by rows of kinds. Some stand for what a scenario implies: each shock
 * that it names, each people that looks on, sizes of a shortfall. A kind with `derive` has no
 * fields and no constructor; its rows are made when a case is frozen, from the tables of the
 * other kinds. What varies from case to case must not change the rows, for all cases of a study
 * share one layout: hence hanse__derive_declared, which also names what a case takes away.
 *
 * The struct of a derived kind starts with name and label.
 */
#ifndef HANSE_SIM_MODEL_DERIVE_H
#define HANSE_SIM_MODEL_DERIVE_H

#include "sim/model/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_deriving;

/* The case's scenario, filled in but for derived kinds. */
const struct hanse_scenario *hanse__derive_scenario(const struct hanse_deriving *deriving);

/* The name of the i-th entity of a kind that the draft declares, in whatever order; NULL past
 * the end. */
const char *hanse__derive_declared(const struct hanse_deriving *deriving, const char *kind,
                                   size_t i);

/* Adds a row of that name and label (both copied), else zeroed, and points `row` at it until
 * the next is added. Rows are sorted by name afterwards; names must differ. */
enum hanse_status hanse__derive_row(struct hanse_deriving *deriving, const char *name,
                                    const char *label, void **row);

#ifdef __cplusplus
}
#endif
#endif
