#include "tests/kernels/cuda/emulator.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { STACK = 64 << 10, WARP = 32, MOST_ITEMS = 4096, COPIES = 256 };

/* Those who wait for each other. A generation ends when all have come. */
struct meeting {
    int come, members;
    unsigned generation;
};

struct copy {
    void *to;
    const void *from;
    int bytes, valid;
    unsigned batch; /* as it was committed */
};

struct item {
    ucontext_t context;
    long group;
    int number;
    bool done;
    struct meeting *all, *warp;
    uint32_t words[EMULATED_WORDS];
    struct copy copies[COPIES];
    int n_copies;
    unsigned batch; /* that the next copies belong to */
};

static struct item *items;
static struct meeting *meetings; /* of the groups that run now, then of their warps */
static char *stacks;
static struct item *current;
static const struct emulated_launch *running;
static ucontext_t scheduler;
static const char *trouble;
static bool moved; /* something happened in this turn */

/* Variables of groups, as the kernels' file lays them out. */
extern char __start_gpu_shared[], __stop_gpu_shared[];

static bool take_room(void)
{
    if (items == NULL) {
        items = malloc(MOST_ITEMS * sizeof *items);
        stacks = malloc((size_t)MOST_ITEMS * STACK);
        meetings = malloc(2 * MOST_ITEMS * sizeof *meetings);
    }
    return items != NULL && stacks != NULL && meetings != NULL;
}

/* --- the item that runs ------------------------------------------------------------------- */

long emulated_group(void)
{
    return current->group;
}

long emulated_groups(void)
{
    return running->groups;
}

int emulated_item(void)
{
    return current->number;
}

int emulated_items(void)
{
    return running->items;
}

static void give_way(void)
{
    swapcontext(&current->context, &scheduler);
}

/* A counter that others turn is looked at again and again: that is no standstill. */
void emulated_pause(void)
{
    moved = true;
    give_way();
}

static void meet(struct meeting *meeting)
{
    unsigned generation = meeting->generation;
    moved = true;
    if (++meeting->come == meeting->members) {
        meeting->come = 0;
        meeting->generation++;
    }
    while (meeting->generation == generation) {
        give_way();
    }
    moved = true;
}

void emulated_sync(void)
{
    meet(current->all);
}

void emulated_warp_sync(void)
{
    meet(current->warp);
}

uint32_t *emulated_words(int lane)
{
    return current[lane - current->number % WARP].words;
}

void emulated_copy(void *to, const void *from, int bytes, int valid)
{
    if (current->n_copies == COPIES) {
        trouble = "more copies on the way than the emulator has room for";
        return;
    }
    current->copies[current->n_copies++] =
        (struct copy){to, from, bytes, valid, current->batch};
}

void emulated_commit(void)
{
    current->batch++;
}

void emulated_wait(int groups_left)
{
    int kept = 0;
    for (int c = 0; c < current->n_copies; c++) {
        struct copy *copy = &current->copies[c];
        if (copy->batch + (unsigned)groups_left < current->batch) {
            memcpy(copy->to, copy->from, (size_t)copy->valid);
            memset((char *)copy->to + copy->valid, 0, (size_t)(copy->bytes - copy->valid));
        } else {
            current->copies[kept++] = *copy;
        }
    }
    current->n_copies = kept;
}

static void run_item(void)
{
    running->call(running->function, running->arguments);
    if (current->n_copies > 0) {
        trouble = "an item ended with copies on the way";
    }
    current->done = true;
    moved = true;
    give_way();
}

/* --- the scheduler ------------------------------------------------------------------------ */

static void start_item(struct item *item, int at, long group, int number, long first_group)
{
    item->group = group;
    item->number = number;
    item->done = false;
    item->n_copies = 0;
    item->batch = 0;
    item->all = &meetings[group - first_group];
    item->warp = &meetings[MOST_ITEMS + at / WARP];
    getcontext(&item->context);
    item->context.uc_stack.ss_sp = stacks + (size_t)at * STACK;
    item->context.uc_stack.ss_size = STACK;
    item->context.uc_link = NULL;
    makecontext(&item->context, run_item, 0);
}

/* One turn of all that are not done, in an order that changes: how many are left. */
static int take_turns(int n, unsigned turn)
{
    int left = 0;
    unsigned offset = turn * 2654435761u >> 8;
    moved = false;
    for (int i = 0; i < n && trouble == NULL; i++) {
        int at = turn % 2 == 0 ? i : n - 1 - i;
        struct item *item = &items[((unsigned)at + offset) % (unsigned)n];
        if (!item->done) {
            current = item;
            swapcontext(&scheduler, &item->context);
            left += !item->done;
        }
    }
    return left;
}

/* NaN in every variable of groups, and in what a sanitizer put between them. */
__attribute__((no_sanitize("address"))) static void poison_shared(void)
{
    for (volatile char *p = __start_gpu_shared; p < __stop_gpu_shared; p++) {
        *p = (char)0xFF;
    }
}

/* Runs `n_groups` groups from `first` on at the same time. */
static void run_groups(long first, long n_groups)
{
    int n = (int)n_groups * running->items;
    poison_shared();
    for (long g = 0; g < n_groups; g++) {
        meetings[g] = (struct meeting){.members = running->items};
    }
    for (int w = 0; w * WARP < n; w++) {
        int left = running->items - w * WARP % running->items;
        meetings[MOST_ITEMS + w] = (struct meeting){.members = left < WARP ? left : WARP};
    }
    for (int i = 0; i < n; i++) {
        start_item(&items[i], i, first + i / running->items, i % running->items, first);
    }
    for (unsigned turn = 0; take_turns(n, turn) > 0 && trouble == NULL; turn++) {
        if (!moved) {
            trouble = "some items wait at a barrier that others never reach";
        }
    }
}

const char *emulate(const struct emulated_launch *launch)
{
    long together = launch->meet ? launch->groups : 1;
    if (!take_room() || together * launch->items > MOST_ITEMS) {
        return "more items at a time than the emulator has room for";
    }
    running = launch;
    trouble = NULL;
    for (long g = 0; g < launch->groups && trouble == NULL; g += together) {
        run_groups(g, together);
    }
    return trouble;
}
