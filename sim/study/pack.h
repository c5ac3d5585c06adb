/*
 * Packing: a record as bytes that travel between processes of one program on machines of one
 * kind. The struct itself, whose pointers mean nothing elsewhere, then inputs, series and
 * notes. A failed record has no series.
 */
#ifndef HANSE_SIM_STUDY_PACK_H
#define HANSE_SIM_STUDY_PACK_H

#include "sim/process/record.h"

size_t hanse__packed_bytes(const struct hanse_record *record);
/* Writes as many bytes as said above. */
void hanse__pack(void *bytes, const struct hanse_record *record);
/* Points `record` into the bytes, which must be aligned for doubles and stay. */
void hanse__unpack(const void *bytes, struct hanse_record *record);

#endif
