/*
 * CRC-32C (Castagnoli): the checksum of the journal's records.
 *
 * It finds every single flipped bit, every burst up to 32 bits and, at the lengths of our
 * records, every two or three flipped bits. Against malice it is no use; nor is it meant to be.
 * Polynomial 0x1EDC6F41 reflected, as iSCSI uses it (RFC 3720, appendix B.4).
 */
#ifndef HANSE_OUTPUT_CRC32C_H
#define HANSE_OUTPUT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The checksum of `bytes` following data whose checksum is `before` (0 to begin with). */
uint32_t hanse__crc32c(uint32_t before, const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif
#endif
