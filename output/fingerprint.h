/*
 * The fingerprint of a study: equal for two studies exactly when they give the same records.
 *
 * SHA-256 over the program's version, the processor class, seed and numbers of replications
 * planned, every frozen value of every case, the same values after the draws of replication 0
 * (so that a changed formula shows even where its mid value stayed), the layout, and all source
 * texts. A journal is only continued by a study with its fingerprint. Line numbers don't enter
 * beyond the texts; number of threads, output path and command don't enter at all.
 */
#ifndef HANSE_OUTPUT_FINGERPRINT_H
#define HANSE_OUTPUT_FINGERPRINT_H

#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hanse_status hanse__fingerprint(struct hanse_context *ctx, const struct hanse_study *study,
                                     const struct hanse_provenance *provenance,
                                     unsigned char digest[32]);

/* SHA-256 in hexadecimal, as /provenance shows it. */
void hanse__sha256_text(const char *text, size_t length, char hex[65]);

#ifdef __cplusplus
}
#endif
#endif
