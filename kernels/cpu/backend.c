/*
 * The processor: the reference backend. Trials run in place on the host's own buffers.
 */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backends.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/rapl.h"
#include "kernels/cpu/topology.h"
#include "kernels/cpu/transfers.h"

struct cpu {
    struct hanse__topology *topology;
    const struct hanse__isa *isa;
    void *room;
    double own_bytes; /* of a core's second-level cache */
    struct hanse__rapl power;
};

struct task {
    struct hanse_trial *trial;
    struct hanse__cpu_job job;
    hanse__cpu_kernel *kernel; /* NULL: a transfer */
    struct hanse__transfer *transfer;
};

/* --- instruction sets --------------------------------------------------------------------- */

static const struct hanse__isa *const isas[] = {
#if defined(__x86_64__)
    &hanse__isa_avx512bf16,
    &hanse__isa_avx512,
    &hanse__isa_avx2,
#endif
    &hanse__isa_base,
};

enum { N_ISAS = sizeof isas / sizeof *isas };

static bool has_isa(const struct hanse__isa *isa)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (isa == &hanse__isa_avx512bf16) {
        return wide && __builtin_cpu_supports("avx512bf16") &&
               __builtin_cpu_supports("avx512vnni");
    }
    if (isa == &hanse__isa_avx512) {
        return wide;
    }
    if (isa == &hanse__isa_avx2) {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }
#endif
    return true;
}

/* The widest the machine has, or the one asked for. */
static enum hanse_status choose_isa(struct hanse_context *ctx, const char *which,
                                    const struct hanse__isa **isa)
{
    const char *names[N_ISAS];
    for (int i = 0; i < N_ISAS; i++) {
        names[i] = isas[i]->name;
        if (which[0] == '\0' ? has_isa(isas[i]) : strcmp(isas[i]->name, which) == 0) {
            *isa = isas[i];
            return has_isa(isas[i]) ? HANSE_OK
                                    : hanse__fail(ctx, HANSE_ERR_INPUT,
                                                  "cpu:%s: this processor lacks it", which);
        }
    }
    const char *near = hanse__nearest(which, names, N_ISAS);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "no device 'cpu:%s'%s%s%s", which,
                       near != NULL ? ", did you mean 'cpu:" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

static enum hanse_status list(struct hanse_context *ctx, char *paths, size_t size)
{
    snprintf(paths, size, "cpu");
    return HANSE_OK;
}

/* --- opening ------------------------------------------------------------------------------ */

static void bind_threads(struct cpu *cpu, int n_threads)
{
#pragma omp parallel num_threads(n_threads)
    hanse__topology_bind(cpu->topology, omp_get_thread_num());
}

static void close_device(struct hanse_device *device)
{
    struct cpu *cpu = device->self;
    if (cpu != NULL) {
        hanse__rapl_close(&cpu->power);
        hanse__topology_destroy(cpu->topology);
        free(cpu->room);
        hanse__free(cpu);
    }
}

static enum hanse_status open_device(struct hanse_context *ctx, const char *which,
                                     struct hanse_device *device)
{
    const struct hanse__isa *isa = isas[N_ISAS - 1];
    struct hanse__machine machine;
    HANSE_TRY(choose_isa(ctx, which, &isa));
    struct cpu *cpu = hanse__alloc(ctx, 1, sizeof *cpu);
    if (cpu == NULL) {
        return HANSE_ERR_MEMORY;
    }
    cpu->isa = isa;
    enum hanse_status status = hanse__topology_create(ctx, &cpu->topology, &machine);
    if (status != HANSE_OK) {
        hanse__free(cpu);
        return status;
    }
    /* OMP_NUM_THREADS asks for less than the machine has. */
    machine.cores =
        machine.cores < omp_get_max_threads() ? machine.cores : omp_get_max_threads();
    size_t room = HANSE__ROOM_SHARED + (size_t)machine.cores * HANSE__ROOM_OWN;
    cpu->own_bytes = machine.own_bytes;
    cpu->room = aligned_alloc(2 << 20, (room + (2 << 20) - 1) >> 21 << 21);
    hanse__rapl_open(&cpu->power);
    device->self = cpu;
    device->units = machine.cores;
    device->cache_bytes = machine.cache_bytes;
    device->memory_bytes = machine.memory_bytes;
    device->on_host = true;
    snprintf(device->name, sizeof device->name, "%.24s, %d core%s, %s", machine.processor,
             machine.cores, machine.cores == 1 ? "" : "s", isa->name);
    if (cpu->room == NULL) {
        close_device(device);
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "out of memory: %zu bytes", room);
    }
    memset(cpu->room, 0, room);
    bind_threads(cpu, machine.cores);
    return HANSE_OK;
}

/* --- running ------------------------------------------------------------------------------ */

/* Precisions by kernel: the streams, grids, sparse and Fourier kernels are fp64, what models
 * are made of fp32. */
static bool precision_fits(enum hanse_kernel kernel, enum hanse_precision precision)
{
    switch (kernel) {
    case HANSE_KERNEL_FMA_PEAK:
        return precision == HANSE_FP64 || precision == HANSE_FP32;
    case HANSE_KERNEL_MATRIX_PEAK:
        return precision == HANSE_BF16 || precision == HANSE_INT8;
    case HANSE_KERNEL_GEMM:
        return precision == HANSE_FP64 || precision == HANSE_FP32 || precision == HANSE_BF16 ||
               precision == HANSE_INT8;
    case HANSE_KERNEL_SKINNY:
        return precision == HANSE_FP32 || precision == HANSE_BF16 || precision == HANSE_INT8 ||
               precision == HANSE_INT4;
    case HANSE_KERNEL_ATTENTION_PREFILL:
    case HANSE_KERNEL_ATTENTION_DECODE:
    case HANSE_KERNEL_RMSNORM:
    case HANSE_KERNEL_SWIGLU:
    case HANSE_KERNEL_SOFTMAX:
    case HANSE_KERNEL_ADAMW:
    case HANSE_KERNEL_RING_ALLREDUCE:
        return precision == HANSE_FP32;
    case HANSE_KERNEL_LAUNCH:
    case HANSE_KERNEL_BARRIER:
    case HANSE_KERNEL_CHASE:
        return precision == HANSE_BYTES;
    default:
        return precision == HANSE_FP64;
    }
}

static bool runs(const struct hanse_device *device, const struct hanse_trial_key *key)
{
    const struct cpu *cpu = device->self;
    bool streams =
        key->kernel == HANSE_KERNEL_STREAM_COPY || key->kernel == HANSE_KERNEL_STREAM_TRIAD;
    if (key->variant[0] != '\0' && !(streams && strcmp(key->variant, "nontemporal") == 0)) {
        return false;
    }
    if (hanse__transfer_is(key->kernel)) {
        return key->precision == HANSE_BYTES;
    }
    return cpu->isa->kernels[key->kernel] != NULL &&
           precision_fits(key->kernel, key->precision);
}

/* What narrow elements of C are summed up in. */
static enum hanse_status give_sums(struct hanse_context *ctx, struct task *task)
{
    const struct hanse_trial_key *key = &task->trial->key;
    if (key->kernel != HANSE_KERNEL_GEMM || key->precision == HANSE_FP32 ||
        key->precision == HANSE_FP64) {
        return HANSE_OK;
    }
    size_t n = (size_t)(key->shape.extent[0] * key->shape.extent[1]);
    task->job.sums = hanse__alloc(ctx, n, sizeof(float));
    return task->job.sums != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status prepare(struct hanse_device *device, struct hanse_trial *trial,
                                 void **out)
{
    struct cpu *cpu = device->self;
    struct task *task = hanse__alloc(device->ctx, 1, sizeof *task);
    *out = task;
    if (task == NULL) {
        return HANSE_ERR_MEMORY;
    }
    task->trial = trial;
    task->job = (struct hanse__cpu_job){.trial = trial,
                                        .n_threads = device->units,
                                        .own_bytes = cpu->own_bytes,
                                        .room = cpu->room};
    if (hanse__transfer_is(trial->key.kernel)) {
        /* The other end of a connection must not share this thread's core. */
        hanse__topology_loosen(cpu->topology);
        enum hanse_status status = hanse__transfer_create(device->ctx, trial, &task->transfer);
        hanse__topology_bind(cpu->topology, 0);
        if (status != HANSE_OK) {
            hanse__free(task);
            *out = NULL;
        }
        return status;
    }
    task->kernel = cpu->isa->kernels[trial->key.kernel];
    return give_sums(device->ctx, task);
}

static enum hanse_status run(struct hanse_device *device, void *self, int64_t turn,
                             int64_t repeats)
{
    struct task *task = self;
    for (int64_t i = 0; i < repeats; i++) {
        if (task->transfer != NULL) {
            HANSE_TRY(hanse__transfer_run(device->ctx, task->transfer));
            continue;
        }
        task->job.turn = (turn + i) % task->trial->copies;
        task->kernel(&task->job);
    }
    return HANSE_OK;
}

/* Outputs are where they belong, but for a file's content. */
static enum hanse_status fetch(struct hanse_device *device, void *self)
{
    struct task *task = self;
    return task->transfer != NULL ? hanse__transfer_fetch(device->ctx, task->transfer)
                                  : HANSE_OK;
}

static void release(struct hanse_device *device, void *self)
{
    struct task *task = self;
    if (task != NULL) {
        hanse__transfer_destroy(task->transfer);
        hanse__free(task->job.sums);
        hanse__free(task);
    }
}

static double power_w(struct hanse_device *device)
{
    struct cpu *cpu = device->self;
    return hanse__rapl_read(&cpu->power);
}

const struct hanse_backend hanse__backend_cpu = {
    .name = "cpu",
    .what = "this machine's processor, with our own kernels",
    .list = list,
    .open = open_device,
    .close = close_device,
    .runs = runs,
    .prepare = prepare,
    .run = run,
    .fetch = fetch,
    .release = release,
    .power_w = power_w,
};
