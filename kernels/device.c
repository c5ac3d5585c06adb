#include "kernels/device.h"

#include <stdio.h>
#include <string.h>

#include "kernels/backends.h"

static const struct hanse_backend *const backends[] = {
    &hanse__backend_cpu,
    &hanse__backend_blas,
    &hanse__backend_opencl,
    &hanse__backend_cuda,
};

enum { N_BACKENDS = sizeof backends / sizeof *backends };

const struct hanse_backend *const *hanse_backends(size_t *n)
{
    *n = N_BACKENDS;
    return backends;
}

static enum hanse_status no_backend(struct hanse_context *ctx, const char *name)
{
    const char *names[N_BACKENDS];
    for (int i = 0; i < N_BACKENDS; i++) {
        names[i] = backends[i]->name;
    }
    const char *near = hanse__nearest(name, names, N_BACKENDS);
    return hanse__fail(ctx, HANSE_ERR_INPUT,
                       "no backend '%s'; there are cpu, blas, opencl and cuda%s%s%s", name,
                       near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

enum hanse_status hanse_device_open(struct hanse_context *ctx, const char *path,
                                    struct hanse_device *device)
{
    char name[HANSE_PROFILE_NAME];
    size_t length = strcspn(path, ":");
    *device = (struct hanse_device){0};
    if (strlen(path) >= sizeof name) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "no device '%s'", path);
    }
    memcpy(name, path, length);
    name[length] = '\0';
    for (int i = 0; i < N_BACKENDS; i++) {
        if (strcmp(backends[i]->name, name) == 0) {
            *device = (struct hanse_device){.backend = backends[i], .ctx = ctx};
            snprintf(device->path, sizeof device->path, "%s", path);
            enum hanse_status status =
                backends[i]->open(ctx, path[length] == ':' ? path + length + 1 : "", device);
            if (status != HANSE_OK) {
                device->backend = NULL; /* nothing to close */
            }
            return status;
        }
    }
    return no_backend(ctx, name);
}

void hanse_device_close(struct hanse_device *device)
{
    if (device != NULL && device->backend != NULL) {
        device->backend->close(device);
        device->backend = NULL;
    }
}

static enum hanse_status run_once(struct hanse_device *device, struct hanse_trial *trial,
                                  uint64_t seed)
{
    const struct hanse_backend *backend = device->backend;
    /* The last copy of the weights: a kernel that always takes the first is found out. */
    int64_t turn = trial->copies - 1;
    void *task = NULL;
    HANSE_TRY(backend->prepare(device, trial, &task));
    enum hanse_status status = backend->run(device, task, turn, 1);
    if (status == HANSE_OK) {
        status = backend->fetch(device, task);
    }
    backend->release(device, task);
    return status == HANSE_OK ? hanse_trial_check(device->ctx, trial, turn, seed) : status;
}

enum hanse_status hanse_device_verify(struct hanse_device *device,
                                      const struct hanse_trial_key *key, uint64_t seed)
{
    struct hanse_trial *trial;
    /* Three copies of small weights will do. */
    double bytes = hanse_kernel_work(key->kernel, key->precision, &key->shape).bytes;
    HANSE_TRY(hanse_trial_create(device->ctx, key, 0.5 * bytes, seed, &trial));
    enum hanse_status status = run_once(device, trial, seed);
    hanse_trial_destroy(trial);
    return status;
}
