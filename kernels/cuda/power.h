/*
 * Power and clocks of an NVIDIA device, from NVML by dlopen (NVML API reference). Without the
 * library power stays unknown. Shared inside kernels/cuda.
 *
 * The counter of energy moves some ten times a second, so a mean over less than a fifth of a
 * second says nothing and is not given.
 */
#ifndef HANSE_KERNELS_CUDA_POWER_H
#define HANSE_KERNELS_CUDA_POWER_H

#include <stddef.h>

struct hanse__cuda_power {
    void *library, *device; /* NULL: not to be had */
    int (*init)(void);
    int (*shutdown)(void);
    int (*find)(const char *bus, void **device);
    int (*energy)(void *device, unsigned long long *millijoule);
    int (*clock)(void *device, int which, unsigned *mhz);
    int (*limit)(void *device, unsigned *milliwatt);
    int (*driver)(char *text, unsigned size);
    double last_j, last_s;
};

/* `bus`: the device's address, as the driver gives it: "0000:01:00.0". */
void hanse__cuda_power_open(struct hanse__cuda_power *power, const char *bus);
void hanse__cuda_power_close(struct hanse__cuda_power *power);
/* Mean watts since the last reading; NaN without a counter, or after less than 0.2 s. */
double hanse__cuda_power_read(struct hanse__cuda_power *power);
/* "driver 570.86, multiprocessors at 1980 MHz, memory at 3201 MHz, limit 700 W"; "" without. */
void hanse__cuda_power_state(struct hanse__cuda_power *power, char *text, size_t size);

#endif
