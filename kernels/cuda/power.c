#include "kernels/cuda/power.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "kernels/cuda/driver.h"

enum { CLOCK_OF_UNITS = 1, CLOCK_OF_MEMORY = 2 }; /* nvmlClockType_t */

static const double SHORTEST_S = 0.2;

void hanse__cuda_power_open(struct hanse__cuda_power *p, const char *bus)
{
    *p = (struct hanse__cuda_power){.last_j = NAN};
    const struct hanse__cuda_symbol symbols[] = {
        {"nvmlInit_v2", &p->init},
        {"nvmlShutdown", &p->shutdown},
        {"nvmlDeviceGetHandleByPciBusId_v2", &p->find},
        {"nvmlDeviceGetTotalEnergyConsumption", &p->energy},
        {"nvmlDeviceGetClockInfo", &p->clock},
        {"nvmlDeviceGetEnforcedPowerLimit", &p->limit},
        {"nvmlSystemGetDriverVersion", &p->driver},
    };
    void *library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL ||
        hanse__cuda_find(library, symbols, sizeof symbols / sizeof *symbols) != NULL ||
        p->init() != 0) {
        return;
    }
    p->library = library;
    if (p->find(bus, &p->device) != 0) {
        p->device = NULL;
    }
}

void hanse__cuda_power_close(struct hanse__cuda_power *p)
{
    if (p->library != NULL) {
        p->shutdown();
        p->library = p->device = NULL;
    }
}

double hanse__cuda_power_read(struct hanse__cuda_power *p)
{
    struct timespec now;
    unsigned long long millijoule = 0;
    if (p->device == NULL || p->energy(p->device, &millijoule) != 0) {
        return NAN;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    double s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec, j = 1e-3 * (double)millijoule;
    double watt = s - p->last_s >= SHORTEST_S ? (j - p->last_j) / (s - p->last_s) : NAN;
    p->last_s = s;
    p->last_j = j;
    return watt;
}

void hanse__cuda_power_state(struct hanse__cuda_power *p, char *text, size_t size)
{
    char version[32] = "";
    unsigned units_mhz = 0, memory_mhz = 0, milliwatt = 0;
    text[0] = '\0';
    if (p->device == NULL) {
        return;
    }
    p->driver(version, sizeof version);
    p->clock(p->device, CLOCK_OF_UNITS, &units_mhz);
    p->clock(p->device, CLOCK_OF_MEMORY, &memory_mhz);
    p->limit(p->device, &milliwatt);
    snprintf(text, size, "driver %s, multiprocessors at %u MHz, memory at %u MHz, limit %g W",
             version, units_mhz, memory_mhz, 1e-3 * milliwatt);
}
