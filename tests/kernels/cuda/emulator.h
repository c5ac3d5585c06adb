/*
 * A processor that runs CUDA's kernels: the items of a group are fibres, taken in turn, each
 * until it has to wait for others.
 *
 * What goes unnoticed on a real device now and then is noticed here every time: memory of the
 * group is full of NaN when a group starts; the order in which items run changes from turn to
 * turn, so that a missing barrier shows; a barrier that some items never reach is named, not
 * waited for; a copy on the way (cp.async) arrives when it is waited for and no sooner.
 */
#ifndef HANSE_TESTS_EMULATOR_H
#define HANSE_TESTS_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emulated_launch {
    void (*call)(void *function, const uint64_t *arguments);
    void *function;
    const uint64_t *arguments;
    long groups;
    int items; /* of a group */
    bool meet; /* groups run at the same time */
};

/* NULL, or what went wrong. */
const char *emulate(const struct emulated_launch *launch);

/* --- for the item that runs --------------------------------------------------------------- */

long emulated_group(void);
long emulated_groups(void);
int emulated_item(void);
int emulated_items(void);

void emulated_sync(void);      /* of the group */
void emulated_warp_sync(void); /* of 32 items */
void emulated_pause(void);     /* lets others go on */

/* What the items of a warp show each other: every item writes its own place, they meet, every
 * item reads any place, and they meet again before the next exchange. */
enum { EMULATED_WORDS = 16 };
uint32_t *emulated_words(int lane);

/* Copies that arrive when they are waited for (cp.async, PTX ISA 9.7.9.25). */
void emulated_copy(void *to, const void *from, int bytes, int valid);
void emulated_commit(void);
void emulated_wait(int groups_left);

#endif
