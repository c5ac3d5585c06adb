/*
 * Transfers through the operating system: loopback TCP and storage. They run no vector code, so
 * they stand beside the instruction sets. Shared inside kernels/cpu.
 *
 *   tcp_pingpong   a message there and back, HANSE_ROUND_TRIPS times, Nagle's algorithm off
 *   tcp_stream     a buffer through one connection; done when the receiver has it all
 *   storage_write  a new file in $TMPDIR, written and fsync'ed
 *   storage_read   the same file read back with its pages dropped from the cache first
 *                  (posix_fadvise; a hint: a rate beyond the disk's says that it was ignored)
 */
#ifndef HANSE_KERNELS_CPU_TRANSFERS_H
#define HANSE_KERNELS_CPU_TRANSFERS_H

#include "kernels/trial.h"

struct hanse__transfer;

bool hanse__transfer_is(enum hanse_kernel kernel);

/* HANSE_ERR_IO: no sockets, no room in $TMPDIR. */
enum hanse_status hanse__transfer_create(struct hanse_context *ctx, struct hanse_trial *trial,
                                         struct hanse__transfer **transfer);
enum hanse_status hanse__transfer_run(struct hanse_context *ctx,
                                      struct hanse__transfer *transfer);
/* Brings what was written back into the trial's output. */
enum hanse_status hanse__transfer_fetch(struct hanse_context *ctx,
                                        struct hanse__transfer *transfer);
/* NULL is fine. */
void hanse__transfer_destroy(struct hanse__transfer *transfer);

#endif
