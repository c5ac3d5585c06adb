/*
 * A libcuda.so.1 for machines that have none: the functions we call, with an emulated device
 * behind them. Modules are the PTX that hanse carries: its entries are read, and what the host
 * launches has to agree with them. The arithmetic is that of the same source, compiled as C.
 *
 * HANSE_FAKE_CUDA says what is to go wrong: no-device, old-driver, no-start, no-context,
 * no-memory, refuse-all, refuse-matrix, lost-launch, no-kernel. HANSE_FAKE_CUDA_CAPABILITY is
 * the device's, 86 unless said.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kernels/cuda/emulator.h"

#define SHOWN __attribute__((visibility("default")))

enum { OK, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_DEVICE = 101 };
enum { INVALID_PTX = 218, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, LAUNCH_FAILED = 719 };
enum { UNITS = 4, GUARD = 256, MOST_KERNELS = 128, NAME = 64 };

struct kernel {
    char name[NAME];
    int n_parameters, most_items;
    void *function;
};

struct module {
    struct kernel kernels[MOST_KERNELS];
    int n_kernels;
};

/* What a launch left behind; a synchronisation finds it. */
static int pending;

static bool is_told(const char *what)
{
    const char *told = getenv("HANSE_FAKE_CUDA");
    return told != NULL && strcmp(told, what) == 0;
}

/* --- the device --------------------------------------------------------------------------- */

SHOWN int cuInit(unsigned flags)
{
    return is_told("no-device") ? NO_DEVICE : is_told("no-start") ? 999 : OK;
}

SHOWN int cuDriverGetVersion(int *version)
{
    *version = is_told("old-driver") ? 10020 : 12080;
    return OK;
}

SHOWN int cuGetErrorName(int result, const char **text)
{
    *text = result == OUT_OF_MEMORY     ? "CUDA_ERROR_OUT_OF_MEMORY"
            : result == INVALID_PTX     ? "CUDA_ERROR_INVALID_PTX"
            : result == NOT_FOUND       ? "CUDA_ERROR_NOT_FOUND"
            : result == ILLEGAL_ADDRESS ? "CUDA_ERROR_ILLEGAL_ADDRESS"
            : result == LAUNCH_FAILED   ? "CUDA_ERROR_LAUNCH_FAILED"
            : result == INVALID_VALUE   ? "CUDA_ERROR_INVALID_VALUE"
                                        : NULL;
    return *text != NULL ? OK : INVALID_VALUE;
}

SHOWN int cuDeviceGetCount(int *n)
{
    *n = 1;
    return OK;
}

SHOWN int cuDeviceGet(int *device, int ordinal)
{
    *device = 7;
    return ordinal == 0 ? OK : INVALID_DEVICE;
}

SHOWN int cuDeviceGetName(char *name, int size, int device)
{
    snprintf(name, (size_t)size, "an emulated device");
    return OK;
}

SHOWN int cuDeviceGetPCIBusId(char *bus, int size, int device)
{
    snprintf(bus, (size_t)size, "0000:00:00.0");
    return OK;
}

SHOWN int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    *bytes = (size_t)1 << 30;
    return OK;
}

SHOWN int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    const char *told = getenv("HANSE_FAKE_CUDA_CAPABILITY");
    int capability = told != NULL ? atoi(told) : 86;
    *value = attribute == 16   ? UNITS
             : attribute == 38 ? 1 << 16
             : attribute == 75 ? capability / 10
             : attribute == 76 ? capability % 10
             : attribute == 95 ? 1
                               : 0;
    return OK;
}

SHOWN int cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = context;
    return is_told("no-context") ? OUT_OF_MEMORY : OK;
}

SHOWN int cuDevicePrimaryCtxRelease_v2(int device)
{
    pending = OK;
    return OK;
}

SHOWN int cuCtxSetCurrent(void *context)
{
    return OK;
}

SHOWN int cuCtxSynchronize(void)
{
    return pending;
}

/* --- modules ------------------------------------------------------------------------------ */

/* Entry at `text` ("name(\n .param …)\n.maxntid 64, 1, 1\n{"): its name, parameters, size. */
static const char *read_entry(const char *text, struct kernel *kernel)
{
    const char *open = strchr(text, '('), *body = open != NULL ? strchr(open, '{') : NULL;
    if (body == NULL || (size_t)(open - text) >= NAME) {
        return NULL;
    }
    memcpy(kernel->name, text, (size_t)(open - text));
    kernel->name[open - text] = '\0';
    for (const char *p = strstr(open, ".param .u64"); p != NULL && p < body;
         p = strstr(p + 1, ".param .u64")) {
        kernel->n_parameters++;
    }
    const char *most = strstr(open, ".maxntid");
    kernel->most_items = most != NULL && most < body ? atoi(most + strlen(".maxntid")) : 1024;
    kernel->function = dlsym(RTLD_DEFAULT, kernel->name);
    return body;
}

static int capability(void)
{
    int major, minor;
    cuDeviceGetAttribute(&major, 75, 0);
    cuDeviceGetAttribute(&minor, 76, 0);
    return 10 * major + minor;
}

/* The complaint a real compiler would have, NULL for none. */
static const char *complaint(const char *text)
{
    const char *target = strstr(text, ".target sm_");
    if (strncmp(text, "//", 2) != 0 || strstr(text, ".version ") == NULL || target == NULL) {
        return "ptxas fatal: Missing .version directive at start of file\n";
    }
    int wanted = atoi(target + strlen(".target sm_"));
    if (wanted > capability() || is_told("refuse-all") ||
        (wanted >= 80 && is_told("refuse-matrix"))) {
        return "ptxas application ptx input, line 7; error: Unknown symbol 'tcgen05'\n"
               "ptxas fatal: Ptx assembly aborted due to errors\n";
    }
    return NULL;
}

SHOWN int cuModuleLoadDataEx(void **out, const void *image, unsigned n_options, int *options,
                             void **values)
{
    const char *text = image, *wrong = complaint(text);
    if (wrong != NULL) {
        if (n_options == 2 && options[0] == 5 && options[1] == 6) {
            snprintf(values[0], (size_t)values[1], "%s", wrong);
        }
        return INVALID_PTX;
    }
    struct module *module = calloc(1, sizeof *module);
    const char *at = strstr(text, ".entry ");
    while (module != NULL && at != NULL && module->n_kernels < MOST_KERNELS) {
        at = read_entry(at + strlen(".entry "), &module->kernels[module->n_kernels++]);
        at = at != NULL ? strstr(at, ".entry ") : NULL;
    }
    *out = module;
    return module != NULL ? OK : OUT_OF_MEMORY;
}

SHOWN int cuModuleUnload(void *module)
{
    free(module);
    return OK;
}

SHOWN int cuModuleGetFunction(void **function, void *from, const char *name)
{
    struct module *module = from;
    for (int i = 0; i < module->n_kernels && !is_told("no-kernel"); i++) {
        if (strcmp(module->kernels[i].name, name) == 0 && module->kernels[i].function != NULL) {
            *function = &module->kernels[i];
            return OK;
        }
    }
    return NOT_FOUND;
}

SHOWN int cuFuncSetAttribute(void *function, int attribute, int value)
{
    return OK;
}

/* --- memory: between guards, and full of NaN in the beginning ----------------------------- */

SHOWN int cuMemAlloc_v2(uint64_t *address, size_t bytes)
{
    size_t rounded = (bytes + GUARD - 1) / GUARD * GUARD;
    char *room = is_told("no-memory") || bytes > (size_t)1 << 30
                     ? NULL
                     : aligned_alloc(GUARD, rounded + 3 * (size_t)GUARD);
    if (room == NULL) {
        return OUT_OF_MEMORY;
    }
    memset(room, 0xFF, rounded + 3 * (size_t)GUARD);
    memcpy(room, &bytes, sizeof bytes);
    *address = (uint64_t)(uintptr_t)(room + 2 * GUARD);
    return OK;
}

SHOWN int cuMemFree_v2(uint64_t address)
{
    unsigned char *memory = (unsigned char *)(uintptr_t)address, *room = memory - 2 * GUARD;
    size_t bytes;
    memcpy(&bytes, room, sizeof bytes);
    bool whole = true;
    for (int i = 0; i < GUARD; i++) {
        whole = whole && room[GUARD + i] == 0xFF && memory[bytes + (size_t)i] == 0xFF;
    }
    if (!whole) {
        fprintf(stderr, "fake driver: something wrote beyond its buffer of %zu bytes\n", bytes);
        abort();
    }
    free(room);
    return OK;
}

SHOWN int cuMemsetD8_v2(uint64_t address, unsigned char value, size_t n)
{
    memset((void *)(uintptr_t)address, value, n);
    return OK;
}

SHOWN int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes)
{
    memcpy((void *)(uintptr_t)to, from, bytes);
    return pending;
}

SHOWN int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes)
{
    memcpy(to, (const void *)(uintptr_t)from, bytes);
    return pending;
}

SHOWN int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream)
{
    memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)from, bytes);
    return pending;
}

SHOWN int cuMemHostRegister_v2(void *memory, size_t bytes, unsigned flags)
{
    return OK;
}

SHOWN int cuMemHostUnregister(void *memory)
{
    return OK;
}

/* --- launching ---------------------------------------------------------------------------- */

/* Every argument is eight bytes; those beyond a kernel's own are not looked at. */
static void call(void *function, const uint64_t *a)
{
    void (*kernel)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                   uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
    memcpy(&kernel, &function, sizeof kernel);
    kernel(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
}

static int launch(struct kernel *kernel, const unsigned *sizes, void **arguments, bool meet)
{
    uint64_t values[12] = {0};
    if (sizes[1] != 1 || sizes[2] != 1 || sizes[4] != 1 || sizes[5] != 1 || sizes[0] == 0 ||
        (int)sizes[3] > kernel->most_items || kernel->n_parameters > 12 ||
        (meet && sizes[0] > UNITS)) {
        return INVALID_VALUE;
    }
    for (int i = 0; i < kernel->n_parameters; i++) {
        memcpy(&values[i], arguments[i], sizeof values[i]);
    }
    const struct emulated_launch what = {call,           kernel->function, values,
                                         (long)sizes[0], (int)sizes[3],    meet};
    const char *trouble = emulate(&what);
    if (trouble != NULL) {
        fprintf(stderr, "fake driver: %s: %s\n", kernel->name, trouble);
    }
    pending = trouble != NULL || is_told("lost-launch") ? LAUNCH_FAILED : pending;
    return OK;
}

SHOWN int cuLaunchKernel(void *function, unsigned groups_x, unsigned groups_y,
                         unsigned groups_z, unsigned items_x, unsigned items_y,
                         unsigned items_z, unsigned shared_bytes, void *stream,
                         void **arguments, void **extra)
{
    const unsigned sizes[] = {groups_x, groups_y, groups_z, items_x, items_y, items_z};
    return launch(function, sizes, arguments, false);
}

SHOWN int cuLaunchCooperativeKernel(void *function, unsigned groups_x, unsigned groups_y,
                                    unsigned groups_z, unsigned items_x, unsigned items_y,
                                    unsigned items_z, unsigned shared_bytes, void *stream,
                                    void **arguments)
{
    const unsigned sizes[] = {groups_x, groups_y, groups_z, items_x, items_y, items_z};
    return launch(function, sizes, arguments, true);
}
