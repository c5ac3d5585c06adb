/*
 * The journal: finished tasks, safe on disk while the study still runs.
 *
 * OUT.h5.part is a header and then one record per finished task, in finishing order:
 *
 *     header   mark, format, byte order, sizes, the study's fingerprint, the command, checksums
 *     record   mark, CRC-32C, length, then that many bytes
 *
 * A record goes out with one write, so a killed program leaves at most one torn record, at the
 * end; the journal is fsynced at most a second later, so a dead machine loses little more.
 * Opening an existing journal verifies every record. What follows the last good one is cut
 * off; a damaged record in the middle is stepped over to the next mark that checks. Their
 * tasks simply run again. Lengths are multiples of 8 and marks are aligned, so records are read
 * in place from a memory map and a study larger than memory can still be written out.
 *
 * It is a working file of one machine: byte order and sizes are the machine's own and checked.
 */
#ifndef HANSE_OUTPUT_JOURNAL_H
#define HANSE_OUTPUT_JOURNAL_H

#include "sim/base/context.h"
#include "sim/process/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a journal belongs to. */
struct hanse__journal_id {
    unsigned char fingerprint[32]; /* see fingerprint.h */
    uint32_t n_cases, n_replications, n_central;
    uint32_t spare;
    uint64_t n_values; /* doubles in a record's series */
    /* What the run was started with, for people and hanse_writer_command. It does not matter
     * for who may resume. May be NULL. */
    const char *command;
};

struct hanse__journal;

/* What lies at a path, without touching it. */
enum hanse__journal_state {
    HANSE__JOURNAL_NONE,    /* nothing */
    HANSE__JOURNAL_EMPTY,   /* a journal without records, or less than a header */
    HANSE__JOURNAL_RECORDS, /* a journal with records */
    HANSE__JOURNAL_FOREIGN, /* something else */
};
enum hanse__journal_state hanse__journal_look(const char *path);

/* Starts a journal at PATH; what was there is gone. HANSE_ERR_IO. */
enum hanse_status hanse__journal_create(struct hanse_context *ctx, const char *path,
                                        const struct hanse__journal_id *id,
                                        struct hanse__journal **journal);
/* Continues the journal at PATH. HANSE_ERR_INPUT when it belongs to another study or isn't a
 * journal, HANSE_ERR_IO. */
enum hanse_status hanse__journal_resume(struct hanse_context *ctx, const char *path,
                                        const struct hanse__journal_id *id,
                                        struct hanse__journal **journal);
/* The command in the journal at PATH; free it with hanse__free. HANSE_ERR_INPUT when there is
 * no whole header, HANSE_ERR_IO. */
enum hanse_status hanse__journal_command(struct hanse_context *ctx, const char *path,
                                         char **command);
/* Closes; the file stays. */
void hanse__journal_destroy(struct hanse__journal *journal);

/* Appends a record. When the disk is full the file ends after the last whole record. */
enum hanse_status hanse__journal_append(struct hanse__journal *journal,
                                        struct hanse_context *ctx,
                                        const struct hanse_record *record);
enum hanse_status hanse__journal_sync(struct hanse__journal *journal,
                                      struct hanse_context *ctx);

/* One flag per task, in the study's order of tasks. */
const unsigned char *hanse__journal_done(const struct hanse__journal *journal);
uint64_t hanse__journal_n_done(const struct hanse__journal *journal);
uint64_t hanse__journal_n_tasks(const struct hanse__journal *journal);
/* Bytes that were dropped when it was opened: a torn tail, damaged records. */
uint64_t hanse__journal_n_dropped(const struct hanse__journal *journal);
const char *hanse__journal_path(const struct hanse__journal *journal);

/* Points `record` into the journal: good until the next append. HANSE_ERR_IO when the file
 * can't be mapped. The task must be done. */
enum hanse_status hanse__journal_record(struct hanse__journal *journal,
                                        struct hanse_context *ctx, uint64_t task,
                                        struct hanse_record *record);

#ifdef __cplusplus
}
#endif
#endif
