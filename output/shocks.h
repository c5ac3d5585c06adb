/* What each shock took from everybody, as text and on the page (docs/reliability.md). */
#ifndef HANSE_OUTPUT_SHOCKS_H
#define HANSE_OUTPUT_SHOCKS_H

#include <stdio.h>

#include "output/digest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A table by shock and case; nothing when no shock came in any case. HANSE_ERR_MEMORY. */
enum hanse_status hanse__summary_shocks(const struct hanse_digest *digest, FILE *file);

#ifdef __cplusplus
}
#endif
#endif
