/*
 * NVIDIA's devices through the driver API, found at run time: "cuda:0" and so on.
 *
 * Kernels are those of kernels/gpu and, for the matrix units, of this folder. Launches of one
 * run follow each other on the device without waiting; a run ends when the device is idle.
 * Memory for transfers is pinned, as engines do it. What the driver refuses is said in one
 * line, and the rest goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backends.h"
#include "kernels/cuda/libraries.h"
#include "kernels/cuda/modules.h"
#include "kernels/cuda/power.h"

struct cuda {
    struct hanse__cuda_driver driver;
    struct hanse__cuda_modules modules;
    struct hanse__cuda_libraries libraries;
    struct hanse__cuda_power power;
    struct CUctx_st *context;
    int device, capability;
};

struct task {
    struct hanse_trial *trial;
    bool by_library, pinned;
    int plan; /* cuFFT's; -1: none */
    uint64_t memory[HANSE_BUFFERS], scratch;
    struct hanse__gpu_recipe recipe;
    struct CUfunc_st *functions[HANSE__GPU_LAUNCHES];
};

static enum hanse_status failed(const struct hanse_device *device, const char *what, int result)
{
    const struct cuda *cuda = device->self;
    return hanse__fail(
        device->ctx, result == HANSE__CUDA_OUT_OF_MEMORY ? HANSE_ERR_MEMORY : HANSE_ERR_IO,
        "%s: %s: %s", device->path, what, hanse__cuda_word(&cuda->driver, result));
}

/* --- devices ------------------------------------------------------------------------------ */

static enum hanse_status list(struct hanse_context *ctx, char *paths, size_t size)
{
    struct hanse__cuda_driver driver;
    int n = 0;
    size_t used = 0;
    paths[0] = '\0';
    HANSE_TRY(hanse__cuda_load(ctx, &driver));
    driver.count(&n);
    for (int i = 0; i < n && used < size; i++) {
        used += (size_t)snprintf(paths + used, size - used, "%scuda:%d", i > 0 ? " " : "", i);
    }
    return HANSE_OK;
}

static void close_device(struct hanse_device *device)
{
    struct cuda *cuda = device->self;
    if (cuda == NULL) {
        return;
    }
    hanse__cuda_libraries_close(&cuda->libraries);
    hanse__cuda_power_close(&cuda->power);
    if (cuda->context != NULL) {
        hanse__cuda_modules_unload(&cuda->driver, &cuda->modules);
        cuda->driver.let_go(cuda->device);
    }
    hanse__free(cuda);
    device->self = NULL;
}

static int attribute(const struct cuda *cuda, enum hanse__cuda_attribute which)
{
    int value = 0;
    cuda->driver.attribute(&value, which, cuda->device);
    return value;
}

static void describe(struct hanse_device *device, struct cuda *cuda)
{
    char name[64] = "", bus[32] = "";
    size_t bytes = 0;
    cuda->driver.device_name(name, sizeof name, cuda->device);
    cuda->driver.device_bus(bus, sizeof bus, cuda->device);
    cuda->driver.device_memory(&bytes, cuda->device);
    cuda->capability = 10 * attribute(cuda, HANSE__CUDA_CAPABILITY_MAJOR) +
                       attribute(cuda, HANSE__CUDA_CAPABILITY_MINOR);
    device->units = attribute(cuda, HANSE__CUDA_UNITS);
    device->cache_bytes = attribute(cuda, HANSE__CUDA_L2_BYTES);
    device->memory_bytes = (double)bytes;
    device->on_host = false;
    snprintf(device->name, sizeof device->name, "%.34s, CUDA %d.%d", name,
             cuda->capability / 10, cuda->capability % 10);
    hanse__cuda_power_open(&cuda->power, bus);
}

static enum hanse_status start(struct hanse_device *device, struct cuda *cuda, int index)
{
    int result = cuda->driver.device(&cuda->device, index);
    if (result != HANSE__CUDA_SUCCESS) {
        return failed(device, "no device", result);
    }
    describe(device, cuda);
    result = cuda->driver.retain(&cuda->context, cuda->device);
    if (result != HANSE__CUDA_SUCCESS) {
        cuda->context = NULL;
        return failed(device, "no context", result);
    }
    result = cuda->driver.set_current(cuda->context);
    if (result != HANSE__CUDA_SUCCESS) {
        return failed(device, "no context", result);
    }
    HANSE_TRY(hanse__cuda_modules_load(device->ctx, &cuda->driver, cuda->capability,
                                       &cuda->modules, device->remark, sizeof device->remark));
    if (attribute(cuda, HANSE__CUDA_MEETS) == 0) {
        cuda->modules.have &= ~(unsigned)HANSE__GPU_CUDA;
    }
    hanse__cuda_libraries_open(&cuda->libraries);
    return HANSE_OK;
}

static enum hanse_status open_device(struct hanse_context *ctx, const char *which,
                                     struct hanse_device *device)
{
    struct hanse__cuda_driver driver;
    int n = 0;
    char *rest;
    unsigned long index = strtoul(which, &rest, 10);
    HANSE_TRY(hanse__cuda_load(ctx, &driver));
    driver.count(&n);
    if (*rest != '\0' || index >= (unsigned long)n) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "no device 'cuda:%s': there are 0 to %d",
                           which, n - 1);
    }
    struct cuda *cuda = hanse__alloc(ctx, 1, sizeof *cuda);
    if (cuda == NULL) {
        return HANSE_ERR_MEMORY;
    }
    cuda->driver = driver;
    device->self = cuda;
    enum hanse_status status = start(device, cuda, (int)index);
    if (status != HANSE_OK) {
        close_device(device);
    }
    return status;
}

/* --- which kernels ------------------------------------------------------------------------ */

static bool is_transfer(enum hanse_kernel kernel)
{
    return kernel == HANSE_KERNEL_HOST_TO_DEVICE || kernel == HANSE_KERNEL_DEVICE_TO_HOST;
}

/* The driver's own copy within the device: the yardstick of our streams. */
static bool is_device_copy(const struct hanse_trial_key *key)
{
    return key->kernel == HANSE_KERNEL_STREAM_COPY && key->precision == HANSE_FP64 &&
           strcmp(key->variant, "library") == 0;
}

static bool runs(const struct hanse_device *device, const struct hanse_trial_key *key)
{
    const struct cuda *cuda = device->self;
    if (is_transfer(key->kernel)) {
        return key->precision == HANSE_BYTES && key->variant[0] == '\0';
    }
    if (is_device_copy(key)) {
        return true;
    }
    return hanse__cuda_library_runs(&cuda->libraries, key) ||
           hanse__gpu_runs(key, cuda->modules.have, device->units);
}

/* --- preparing ---------------------------------------------------------------------------- */

static void release(struct hanse_device *device, void *self)
{
    struct cuda *cuda = device->self;
    struct task *task = self;
    if (task == NULL) {
        return;
    }
    for (int b = 0; b < HANSE_BUFFERS; b++) {
        if (task->memory[b] != 0) {
            cuda->driver.free(task->memory[b]);
        }
    }
    if (task->scratch != 0) {
        cuda->driver.free(task->scratch);
    }
    for (int b = 0; b < 2 && task->pinned; b++) {
        cuda->driver.unpin(task->trial->buffers[b].data);
    }
    hanse__cuda_library_forget(&cuda->libraries, task->plan);
    hanse__free(task);
}

/* A buffer of no bytes (scales of fp32 weights) becomes one of eight: none is no address. */
static int upload(const struct cuda *cuda, const struct hanse_buffer *from, uint64_t *address)
{
    int result = cuda->driver.allocate(address, from->bytes > 0 ? from->bytes : 8);
    if (result != HANSE__CUDA_SUCCESS) {
        *address = 0;
        return result;
    }
    return from->bytes > 0 ? cuda->driver.to_device(*address, from->data, from->bytes) : result;
}

static enum hanse_status upload_all(struct hanse_device *device, struct task *task)
{
    const struct cuda *cuda = device->self;
    for (int b = 0; b < task->trial->n_buffers; b++) {
        int result = upload(cuda, &task->trial->buffers[b], &task->memory[b]);
        if (result != HANSE__CUDA_SUCCESS) {
            char what[64];
            snprintf(what, sizeof what, "a buffer of %zu bytes", task->trial->buffers[b].bytes);
            return failed(device, what, result);
        }
    }
    return HANSE_OK;
}

/* Pinned, a transfer goes at the bus's rate; where the system refuses that, at its own. */
static void pin(const struct cuda *cuda, struct task *task)
{
    struct hanse_buffer *b = task->trial->buffers;
    task->pinned = cuda->driver.pin(b[0].data, b[0].bytes, 0) == HANSE__CUDA_SUCCESS;
    if (task->pinned && cuda->driver.pin(b[1].data, b[1].bytes, 0) != HANSE__CUDA_SUCCESS) {
        cuda->driver.unpin(b[0].data);
        task->pinned = false;
    }
}

static enum hanse_status set_recipe(struct hanse_device *device, struct task *task)
{
    const struct cuda *cuda = device->self;
    hanse__gpu_recipe(task->trial, device->units, &task->recipe);
    if (task->recipe.scratch_bytes > 0) {
        int result = cuda->driver.allocate(&task->scratch, task->recipe.scratch_bytes);
        if (result == HANSE__CUDA_SUCCESS) {
            result = cuda->driver.set_bytes(task->scratch, 0, task->recipe.scratch_bytes);
        }
        if (result != HANSE__CUDA_SUCCESS) {
            return failed(device, "scratch", result);
        }
    }
    for (int i = 0; i < task->recipe.n_launches; i++) {
        HANSE_TRY(hanse__cuda_modules_find(device->ctx, &cuda->driver, &cuda->modules,
                                           &task->recipe.launches[i], &task->functions[i]));
    }
    return HANSE_OK;
}

static enum hanse_status fill(struct hanse_device *device, struct task *task)
{
    struct cuda *cuda = device->self;
    const struct hanse_trial_key *key = &task->trial->key;
    HANSE_TRY(upload_all(device, task));
    if (is_transfer(key->kernel)) {
        pin(cuda, task);
        return HANSE_OK;
    }
    if (is_device_copy(key)) {
        return HANSE_OK;
    }
    task->by_library = hanse__cuda_library_runs(&cuda->libraries, key);
    return task->by_library
               ? hanse__cuda_library_prepare(device->ctx, &cuda->libraries, key, &task->plan)
               : set_recipe(device, task);
}

static enum hanse_status prepare(struct hanse_device *device, struct hanse_trial *trial,
                                 void **out)
{
    struct task *task = hanse__alloc(device->ctx, 1, sizeof *task);
    *out = task;
    if (task == NULL) {
        return HANSE_ERR_MEMORY;
    }
    task->trial = trial;
    task->plan = -1;
    enum hanse_status status = fill(device, task);
    if (status != HANSE_OK) {
        release(device, task);
        *out = NULL;
    }
    return status;
}

/* --- running ------------------------------------------------------------------------------ */

static int launch(const struct cuda *cuda, struct task *task, int i, int64_t turn)
{
    const struct hanse__gpu_launch *l = &task->recipe.launches[i];
    uint64_t values[HANSE__GPU_ARGUMENTS];
    void *arguments[HANSE__GPU_ARGUMENTS];
    for (int a = 0; a < l->n_arguments; a++) {
        const struct hanse__gpu_argument *argument = &l->arguments[a];
        values[a] = argument->what == HANSE__GPU_BUFFER    ? task->memory[argument->value]
                    : argument->what == HANSE__GPU_SCRATCH ? task->scratch
                    : argument->what == HANSE__GPU_TURN    ? (uint64_t)turn
                                                           : (uint64_t)argument->value;
        arguments[a] = &values[a];
    }
    unsigned groups = (unsigned)l->groups, items = (unsigned)l->group;
    unsigned shared = (unsigned)l->shared_bytes;
    return l->meets ? cuda->driver.launch_meeting(task->functions[i], groups, 1, 1, items, 1, 1,
                                                  shared, NULL, arguments)
                    : cuda->driver.launch(task->functions[i], groups, 1, 1, items, 1, 1, shared,
                                          NULL, arguments, NULL);
}

static int run_once(const struct cuda *cuda, struct task *task, int64_t turn)
{
    const struct hanse_buffer *b = task->trial->buffers;
    int result = HANSE__CUDA_SUCCESS;
    if (task->trial->key.kernel == HANSE_KERNEL_HOST_TO_DEVICE) {
        return cuda->driver.to_device(task->memory[1], b[0].data, b[0].bytes);
    }
    if (task->trial->key.kernel == HANSE_KERNEL_DEVICE_TO_HOST) {
        return cuda->driver.to_host(b[1].data, task->memory[0], b[1].bytes);
    }
    if (is_device_copy(&task->trial->key)) {
        return cuda->driver.copy(task->memory[1], task->memory[0], b[0].bytes, NULL);
    }
    for (int i = 0; i < task->recipe.n_launches && result == HANSE__CUDA_SUCCESS; i++) {
        result = launch(cuda, task, i, turn % task->trial->copies);
    }
    /* A launch is measured with its end. */
    return result == HANSE__CUDA_SUCCESS && task->trial->key.kernel == HANSE_KERNEL_LAUNCH
               ? cuda->driver.synchronize()
               : result;
}

static enum hanse_status run(struct hanse_device *device, void *self, int64_t turn,
                             int64_t repeats)
{
    struct cuda *cuda = device->self;
    struct task *task = self;
    const struct hanse_trial_key *key = &task->trial->key;
    int result = HANSE__CUDA_SUCCESS;
    for (int64_t i = 0; i < repeats && result == HANSE__CUDA_SUCCESS; i++) {
        if (task->by_library) {
            HANSE_TRY(hanse__cuda_library_run(device->ctx, &cuda->libraries, key, task->memory,
                                              task->plan));
        } else {
            result = run_once(cuda, task, turn + i);
        }
    }
    result = result == HANSE__CUDA_SUCCESS ? cuda->driver.synchronize() : result;
    return result == HANSE__CUDA_SUCCESS
               ? HANSE_OK
               : failed(device, hanse_kernel_kind(key->kernel)->name, result);
}

static enum hanse_status fetch(struct hanse_device *device, void *self)
{
    const struct cuda *cuda = device->self;
    struct task *task = self;
    int result = HANSE__CUDA_SUCCESS;
    if (task->trial->key.kernel == HANSE_KERNEL_DEVICE_TO_HOST) {
        return HANSE_OK; /* running it was fetching it */
    }
    for (int b = 0; b < task->trial->n_buffers && result == HANSE__CUDA_SUCCESS; b++) {
        const struct hanse_buffer *to = &task->trial->buffers[b];
        if (to->use == HANSE_BUFFER_OUT) {
            result = cuda->driver.to_host(to->data, task->memory[b], to->bytes);
        }
    }
    return result == HANSE__CUDA_SUCCESS ? HANSE_OK : failed(device, "reading back", result);
}

/* --- what else there is to say ------------------------------------------------------------ */

static double power_w(struct hanse_device *device)
{
    struct cuda *cuda = device->self;
    return hanse__cuda_power_read(&cuda->power);
}

static void state(struct hanse_device *device, char *text, size_t size)
{
    struct cuda *cuda = device->self;
    hanse__cuda_power_state(&cuda->power, text, size);
}

/* From compute capability 9.0 on, what mma.sync reaches is a part of the matrix units' rate,
 * and what our wgmma reaches is no more than we know how to: only the library's is theirs. */
static unsigned marks(const struct hanse_device *device, const struct hanse_trial_key *key)
{
    const struct cuda *cuda = device->self;
    bool dense =
        key->kernel == HANSE_KERNEL_GEMM || key->kernel == HANSE_KERNEL_ATTENTION_PREFILL;
    bool on_matrix_units =
        key->kernel == HANSE_KERNEL_MATRIX_PEAK ||
        (dense && key->precision != HANSE_FP64 && key->precision != HANSE_FP32);
    return cuda->capability >= 90 && on_matrix_units && strcmp(key->variant, "library") != 0
               ? HANSE_RATE_LOWER_BOUND
               : 0;
}

const struct hanse_backend hanse__backend_cuda = {
    .name = "cuda",
    .what = "an NVIDIA device, through its driver",
    .list = list,
    .open = open_device,
    .close = close_device,
    .runs = runs,
    .prepare = prepare,
    .run = run,
    .fetch = fetch,
    .release = release,
    .power_w = power_w,
    .marks = marks,
    .state = state,
};
