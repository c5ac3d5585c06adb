/* The control ledger as text, for the summary on a terminal. */
#ifndef HANSE_OUTPUT_SUMMARY_CONTROL_H
#define HANSE_OUTPUT_SUMMARY_CONTROL_H

#include <stdio.h>

#include "output/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prints, case by case, the shares that tell a case from one where everything is done at home,
 * owned at home, out of reach of foreign law and under one's own rules; nothing when none
 * does. */
void hanse__summary_control(const struct hanse_digest *digest, FILE *file);

#ifdef __cplusplus
}
#endif
#endif
