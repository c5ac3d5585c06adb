#include "sim/study/pack.h"

#include <string.h>

size_t hanse__packed_bytes(const struct hanse_record *record)
{
    size_t n_values = record->failed ? 0 : record->n_values;
    return sizeof *record + sizeof(double) * (record->n_inputs + n_values) +
           sizeof *record->notes * record->n_notes;
}

static void *put(void *at, const void *bytes, size_t n)
{
    if (n > 0) {
        memcpy(at, bytes, n);
    }
    return (char *)at + n;
}

void hanse__pack(void *bytes, const struct hanse_record *record)
{
    struct hanse_record head = *record;
    head.n_values = record->failed ? 0 : record->n_values;
    void *at = put(bytes, &head, sizeof head);
    at = put(at, record->inputs, sizeof(double) * head.n_inputs);
    at = put(at, record->series, sizeof(double) * head.n_values);
    put(at, record->notes, sizeof *record->notes * head.n_notes);
}

void hanse__unpack(const void *bytes, struct hanse_record *record)
{
    memcpy(record, bytes, sizeof *record);
    record->inputs = (const void *)((const char *)bytes + sizeof *record);
    record->series = record->inputs + record->n_inputs;
    record->notes = (const void *)(record->series + record->n_values);
}
