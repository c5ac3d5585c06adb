/*
 * OpenCL through its loader: any vendor's device, and PoCL where there is none but a processor.
 * Kernels are those of kernels/gpu, compiled by the device's own compiler when it is opened.
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backends.h"
#include "kernels/gpu/recipe.h"
#include "kernels_cl.h" /* hanse__kernels_cl: the text, made by the build */

enum { MOST_DEVICES = 16 };

struct opencl {
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    bool has_fp64;
};

struct task {
    struct hanse_trial *trial;
    struct hanse__gpu_recipe recipe;
    cl_mem memory[HANSE_BUFFERS], scratch;
    cl_kernel kernels[HANSE__GPU_LAUNCHES];
};

static enum hanse_status failed(struct hanse_context *ctx, const char *what, cl_int code)
{
    return hanse__fail(ctx,
                       code == CL_OUT_OF_HOST_MEMORY || code == CL_OUT_OF_RESOURCES ||
                               code == CL_MEM_OBJECT_ALLOCATION_FAILURE
                           ? HANSE_ERR_MEMORY
                           : HANSE_ERR_IO,
                       "opencl: %s: error %d", what, (int)code);
}

/* --- devices ------------------------------------------------------------------------------ */

static cl_uint all_devices(cl_device_id *ids)
{
    cl_platform_id platforms[MOST_DEVICES];
    cl_uint n_platforms = 0, n = 0;
    if (clGetPlatformIDs(MOST_DEVICES, platforms, &n_platforms) != CL_SUCCESS) {
        return 0;
    }
    for (cl_uint p = 0; p < n_platforms && p < MOST_DEVICES && n < MOST_DEVICES; p++) {
        cl_uint found = 0;
        if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, MOST_DEVICES - n, ids + n,
                           &found) == CL_SUCCESS) {
            n += found < MOST_DEVICES - n ? found : MOST_DEVICES - n;
        }
    }
    return n;
}

static enum hanse_status none(struct hanse_context *ctx)
{
    return hanse__fail(ctx, HANSE_ERR_IO,
                       "opencl: the loader finds no device; a driver brings one, on Debian "
                       "without a GPU: apt-get install pocl-opencl-icd");
}

static enum hanse_status list(struct hanse_context *ctx, char *paths, size_t size)
{
    cl_device_id ids[MOST_DEVICES];
    cl_uint n = all_devices(ids);
    size_t used = 0;
    paths[0] = '\0';
    for (cl_uint i = 0; i < n && used < size; i++) {
        used += (size_t)snprintf(paths + used, size - used, "%sopencl:%u", i > 0 ? " " : "", i);
    }
    return n > 0 ? HANSE_OK : none(ctx);
}

static void close_device(struct hanse_device *device)
{
    struct opencl *cl = device->self;
    if (cl == NULL) {
        return;
    }
    if (cl->program != NULL) {
        clReleaseProgram(cl->program);
    }
    if (cl->queue != NULL) {
        clReleaseCommandQueue(cl->queue);
    }
    if (cl->context != NULL) {
        clReleaseContext(cl->context);
    }
    hanse__free(cl);
    device->self = NULL;
}

static enum hanse_status compile(struct hanse_context *ctx, struct opencl *cl)
{
    const char *text = hanse__kernels_cl;
    char log[400] = "";
    cl_int code;
    cl->program = clCreateProgramWithSource(cl->context, 1, &text, NULL, &code);
    if (code != CL_SUCCESS) {
        return failed(ctx, "no program", code);
    }
    code = clBuildProgram(cl->program, 1, &cl->id, "", NULL, NULL);
    if (code != CL_SUCCESS) {
        clGetProgramBuildInfo(cl->program, cl->id, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log,
                              NULL);
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "opencl: the device's compiler refused our kernels: %s", log);
    }
    return HANSE_OK;
}

static void describe(struct hanse_device *device, struct opencl *cl)
{
    char name[40] = "", extensions[4096] = "";
    cl_ulong cache = 0, memory = 0;
    cl_uint units = 1;
    cl_device_type type = 0;
    clGetDeviceInfo(cl->id, CL_DEVICE_NAME, sizeof name, name, NULL);
    clGetDeviceInfo(cl->id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    clGetDeviceInfo(cl->id, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof cache, &cache, NULL);
    clGetDeviceInfo(cl->id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(cl->id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(cl->id, CL_DEVICE_EXTENSIONS, sizeof extensions - 1, extensions, NULL);
    cl->has_fp64 = strstr(extensions, "cl_khr_fp64") != NULL;
    device->units = (int)units;
    device->memory_bytes = (double)memory;
    /* Some drivers give the first level; streams must pass the last. */
    device->cache_bytes = (double)(cache > (32u << 20) ? cache : (32u << 20));
    device->on_host = (type & CL_DEVICE_TYPE_CPU) != 0;
    snprintf(device->name, sizeof device->name, "%.38s, OpenCL", name);
}

static enum hanse_status start(struct hanse_device *device, struct opencl *cl)
{
    cl_int code;
    describe(device, cl);
    if (!cl->has_fp64) {
        return hanse__fail(device->ctx, HANSE_ERR_IO,
                           "%s: %s has no fp64 (cl_khr_fp64), which our kernels need",
                           device->path, device->name);
    }
    cl->context = clCreateContext(NULL, 1, &cl->id, NULL, NULL, &code);
    if (code != CL_SUCCESS) {
        return failed(device->ctx, "no context", code);
    }
    cl->queue = clCreateCommandQueue(cl->context, cl->id, 0, &code);
    return code == CL_SUCCESS ? compile(device->ctx, cl)
                              : failed(device->ctx, "no queue", code);
}

static enum hanse_status open_device(struct hanse_context *ctx, const char *which,
                                     struct hanse_device *device)
{
    cl_device_id ids[MOST_DEVICES];
    cl_uint n = all_devices(ids);
    char *rest;
    unsigned long index = strtoul(which, &rest, 10);
    if (n == 0) {
        return none(ctx);
    }
    if (*rest != '\0' || index >= n) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "no device 'opencl:%s': there are 0 to %u",
                           which, n - 1);
    }
    struct opencl *cl = hanse__alloc(ctx, 1, sizeof *cl);
    if (cl == NULL) {
        return HANSE_ERR_MEMORY;
    }
    cl->id = ids[index];
    device->self = cl;
    enum hanse_status status = start(device, cl);
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

static bool runs(const struct hanse_device *device, const struct hanse_trial_key *key)
{
    return is_transfer(key->kernel) ? key->precision == HANSE_BYTES && key->variant[0] == '\0'
                                    : hanse__gpu_runs(key, HANSE__GPU_COMMON, device->units);
}

/* --- running ------------------------------------------------------------------------------ */

static void release(struct hanse_device *device, void *self)
{
    struct task *task = self;
    if (task == NULL) {
        return;
    }
    for (int b = 0; b < HANSE_BUFFERS; b++) {
        if (task->memory[b] != NULL) {
            clReleaseMemObject(task->memory[b]);
        }
    }
    if (task->scratch != NULL) {
        clReleaseMemObject(task->scratch);
    }
    for (int i = 0; i < HANSE__GPU_LAUNCHES; i++) {
        if (task->kernels[i] != NULL) {
            clReleaseKernel(task->kernels[i]);
        }
    }
    hanse__free(task);
}

/* Where a trial's buffer is used as it lies: on a processor, unless copying is what is
 * measured. A copy there would only lose the trial's huge pages. */
static bool in_place(const struct hanse_device *device, const struct hanse_trial *trial,
                     const struct hanse_buffer *buffer)
{
    return device->on_host && buffer->bytes > 0 && !is_transfer(trial->key.kernel);
}

/* A buffer of no bytes (scales of fp32 weights) becomes one of eight: OpenCL has no empty ones.
 */
static cl_int upload(const struct hanse_device *device, const struct hanse_trial *trial,
                     const struct hanse_buffer *from, cl_mem *memory)
{
    const struct opencl *cl = device->self;
    cl_int code;
    if (in_place(device, trial, from)) {
        *memory = clCreateBuffer(cl->context, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR,
                                 from->bytes, from->data, &code);
        return code;
    }
    size_t bytes = from->bytes > 0 ? from->bytes : 8;
    *memory = clCreateBuffer(cl->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    if (code == CL_SUCCESS && from->bytes > 0) {
        code = clEnqueueWriteBuffer(cl->queue, *memory, CL_TRUE, 0, from->bytes, from->data, 0,
                                    NULL, NULL);
    }
    return code;
}

/* What the device wrote, seen by the host: copied back, or mapped where it lies. */
static cl_int download(const struct hanse_device *device, const struct hanse_trial *trial,
                       const struct hanse_buffer *to, cl_mem memory)
{
    const struct opencl *cl = device->self;
    cl_int code;
    if (!in_place(device, trial, to)) {
        return clEnqueueReadBuffer(cl->queue, memory, CL_TRUE, 0, to->bytes, to->data, 0, NULL,
                                   NULL);
    }
    void *mapped = clEnqueueMapBuffer(cl->queue, memory, CL_TRUE, CL_MAP_READ, 0, to->bytes, 0,
                                      NULL, NULL, &code);
    if (code == CL_SUCCESS) {
        code = clEnqueueUnmapMemObject(cl->queue, memory, mapped, 0, NULL, NULL);
    }
    return code == CL_SUCCESS ? clFinish(cl->queue) : code;
}

static cl_int set_argument(const struct task *task, cl_kernel kernel, cl_uint at,
                           const struct hanse__gpu_argument *argument, int64_t turn)
{
    const cl_long number = argument->what == HANSE__GPU_TURN ? turn : argument->value;
    switch (argument->what) {
    case HANSE__GPU_BUFFER:
        return clSetKernelArg(kernel, at, sizeof(cl_mem), &task->memory[argument->value]);
    case HANSE__GPU_SCRATCH:
        return clSetKernelArg(kernel, at, sizeof(cl_mem), &task->scratch);
    default:
        return clSetKernelArg(kernel, at, sizeof number, &number);
    }
}

static cl_int set_launch(const struct opencl *cl, struct task *task, int i)
{
    const struct hanse__gpu_launch *launch = &task->recipe.launches[i];
    cl_int code;
    task->kernels[i] = clCreateKernel(cl->program, launch->name, &code);
    for (int a = 0; a < launch->n_arguments && code == CL_SUCCESS; a++) {
        code = set_argument(task, task->kernels[i], (cl_uint)a, &launch->arguments[a], 0);
    }
    return code;
}

static cl_int set_recipe(struct hanse_device *device, struct task *task)
{
    struct opencl *cl = device->self;
    cl_int code = CL_SUCCESS;
    hanse__gpu_recipe(task->trial, device->units, &task->recipe);
    if (device->on_host && task->trial->key.kernel == HANSE_KERNEL_STREAM_COPY) {
        task->recipe.launches[0].name = "stream_copy_runs";
    } else if (device->on_host && task->trial->key.kernel == HANSE_KERNEL_STREAM_TRIAD) {
        task->recipe.launches[0].name = "stream_triad_runs";
    }
    if (task->recipe.scratch_bytes > 0) {
        task->scratch = clCreateBuffer(cl->context, CL_MEM_READ_WRITE,
                                       task->recipe.scratch_bytes, NULL, &code);
    }
    for (int i = 0; i < task->recipe.n_launches && code == CL_SUCCESS; i++) {
        code = set_launch(cl, task, i);
    }
    return code;
}

static enum hanse_status fill(struct hanse_device *device, struct task *task)
{
    cl_int code = CL_SUCCESS;
    for (int b = 0; b < task->trial->n_buffers && code == CL_SUCCESS; b++) {
        code = upload(device, task->trial, &task->trial->buffers[b], &task->memory[b]);
    }
    if (code == CL_SUCCESS && !is_transfer(task->trial->key.kernel)) {
        code = set_recipe(device, task);
    }
    return code == CL_SUCCESS
               ? HANSE_OK
               : failed(device->ctx, hanse_kernel_kind(task->trial->key.kernel)->name, code);
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
    enum hanse_status status = fill(device, task);
    if (status != HANSE_OK) {
        release(device, task);
        *out = NULL;
    }
    return status;
}

static cl_int launch_all(const struct opencl *cl, struct task *task, int64_t turn)
{
    cl_int code = CL_SUCCESS;
    for (int i = 0; i < task->recipe.n_launches && code == CL_SUCCESS; i++) {
        const struct hanse__gpu_launch *launch = &task->recipe.launches[i];
        size_t group = (size_t)launch->group, items = group * (size_t)launch->groups;
        for (int a = 0; a < launch->n_arguments && code == CL_SUCCESS; a++) {
            if (launch->arguments[a].what == HANSE__GPU_TURN) {
                code = set_argument(task, task->kernels[i], (cl_uint)a, &launch->arguments[a],
                                    turn);
            }
        }
        if (code == CL_SUCCESS) {
            code = clEnqueueNDRangeKernel(cl->queue, task->kernels[i], 1, NULL, &items, &group,
                                          0, NULL, NULL);
        }
    }
    return code;
}

static cl_int run_once(const struct opencl *cl, struct task *task, int64_t turn)
{
    const struct hanse_buffer *b = task->trial->buffers;
    if (task->trial->key.kernel == HANSE_KERNEL_HOST_TO_DEVICE) {
        return clEnqueueWriteBuffer(cl->queue, task->memory[1], CL_TRUE, 0, b[0].bytes,
                                    b[0].data, 0, NULL, NULL);
    }
    if (task->trial->key.kernel == HANSE_KERNEL_DEVICE_TO_HOST) {
        return clEnqueueReadBuffer(cl->queue, task->memory[0], CL_TRUE, 0, b[1].bytes,
                                   b[1].data, 0, NULL, NULL);
    }
    cl_int code = launch_all(cl, task, turn % task->trial->copies);
    /* A launch is measured with its end. */
    if (code == CL_SUCCESS && task->trial->key.kernel == HANSE_KERNEL_LAUNCH) {
        code = clFinish(cl->queue);
    }
    return code;
}

static enum hanse_status run(struct hanse_device *device, void *self, int64_t turn,
                             int64_t repeats)
{
    struct opencl *cl = device->self;
    struct task *task = self;
    cl_int code = CL_SUCCESS;
    for (int64_t i = 0; i < repeats && code == CL_SUCCESS; i++) {
        code = run_once(cl, task, turn + i);
    }
    code = code == CL_SUCCESS ? clFinish(cl->queue) : code;
    return code == CL_SUCCESS
               ? HANSE_OK
               : failed(device->ctx, hanse_kernel_kind(task->trial->key.kernel)->name, code);
}

static enum hanse_status fetch(struct hanse_device *device, void *self)
{
    struct task *task = self;
    cl_int code = CL_SUCCESS;
    if (task->trial->key.kernel == HANSE_KERNEL_DEVICE_TO_HOST) {
        return HANSE_OK; /* running it was fetching it */
    }
    for (int b = 0; b < task->trial->n_buffers && code == CL_SUCCESS; b++) {
        const struct hanse_buffer *to = &task->trial->buffers[b];
        if (to->use == HANSE_BUFFER_OUT) {
            code = download(device, task->trial, to, task->memory[b]);
        }
    }
    return code == CL_SUCCESS ? HANSE_OK : failed(device->ctx, "reading back", code);
}

const struct hanse_backend hanse__backend_opencl = {
    .name = "opencl",
    .what = "any device with an OpenCL driver",
    .list = list,
    .open = open_device,
    .close = close_device,
    .runs = runs,
    .prepare = prepare,
    .run = run,
    .fetch = fetch,
    .release = release,
};
