/*
 * cuBLAS, cuFFT and NVML for the emulated device: the calls hanse makes, by their definitions
 * in the libraries' references. Products are column-major, as there.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernels/number.h"

#define SHOWN __attribute__((visibility("default")))

/* --- cuBLAS ------------------------------------------------------------------------------- */

static const struct {
    int type; /* cudaDataType */
    enum hanse_precision precision;
    int out;
} types[] = {{0, HANSE_FP32, 0}, {1, HANSE_FP64, 0},  {2, HANSE_FP16, 0},
             {3, HANSE_INT8, 0}, {10, HANSE_INT8, 1}, {14, HANSE_BF16, 0}};

static double get(const void *data, int type, int64_t i)
{
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        if (types[t].type == type) {
            return hanse__number(data, types[t].precision, types[t].out, i);
        }
    }
    return NAN;
}

/* The nearest half, by search among all of them that are finite. */
static uint16_t nearest_half(double x)
{
    uint16_t low = 0, high = 0x7BFF;
    while (high - low > 1) {
        uint16_t middle = (uint16_t)((low + high) / 2);
        *(hanse__fp16(middle) <= fabs(x) ? &low : &high) = middle;
    }
    bool up = hanse__fp16(high) - fabs(x) < fabs(x) - hanse__fp16(low);
    return (uint16_t)((up ? high : low) | (x < 0.0 ? 0x8000 : 0));
}

static void put(void *data, int type, int64_t i, double x)
{
    switch (type) {
    case 0:
        ((float *)data)[i] = (float)x;
        break;
    case 1:
        ((double *)data)[i] = x;
        break;
    case 2:
        ((uint16_t *)data)[i] = nearest_half(x);
        break;
    case 10:
        ((int32_t *)data)[i] = (int32_t)x;
        break;
    default: /* halfway goes up: within the bound all the same */
        ((uint16_t *)data)[i] = (uint16_t)((hanse__bits_of((float)x) + 0x8000u) >> 16);
    }
}

SHOWN int cublasCreate_v2(void **handle)
{
    static int made;
    *handle = &made;
    return 0;
}

SHOWN int cublasDestroy_v2(void *handle)
{
    return 0;
}

SHOWN int cublasGetVersion_v2(void *handle, int *version)
{
    *version = 130000;
    return 0;
}

static double one_of(const void *number, int compute)
{
    return compute == 70   ? *(const double *)number
           : compute == 72 ? *(const int32_t *)number
                           : (double)*(const float *)number;
}

SHOWN int cublasGemmEx(void *handle, int transpose_a, int transpose_b, int m, int n, int k,
                       const void *alpha, const void *a, int type_a, int lda, const void *b,
                       int type_b, int ldb, const void *beta, void *c, int type_c, int ldc,
                       int compute, int algorithm)
{
    int wanted = type_a == 3 ? 72 : type_a == 1 ? 70 : 68;
    if (handle == NULL || one_of(beta, compute) != 0.0 ||
        (compute != wanted && !(type_a == 0 && compute == 77))) {
        return 7;
    }
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < m; i++) {
            double sum = 0.0;
            for (int64_t l = 0; l < k; l++) {
                sum += get(a, type_a, transpose_a == 1 ? l + i * lda : i + l * lda) *
                       get(b, type_b, transpose_b == 1 ? j + l * ldb : l + j * ldb);
            }
            put(c, type_c, i + j * ldc, one_of(alpha, compute) * sum);
        }
    }
    return 0;
}

/* --- cuFFT -------------------------------------------------------------------------------- */

static struct {
    int n, batch;
} plans[16];
static int n_plans;

SHOWN int cufftPlan1d(int *plan, int n, int type, int batch)
{
    plans[n_plans % 16].n = n;
    plans[n_plans % 16].batch = batch;
    *plan = n_plans++ % 16;
    return type == 0x69 ? 0 : 3;
}

SHOWN int cufftExecZ2Z(int plan, const double *from, double *to, int direction)
{
    int64_t n = plans[plan].n;
    for (int64_t i = 0; i < n * plans[plan].batch; i++) {
        const double *x = from + 2 * (i / n * n);
        double real = 0.0, imaginary = 0.0;
        for (int64_t j = 0; j < n; j++) {
            double angle = direction * 2.0 * 3.14159265358979323846 *
                           (double)(j * (i % n) % n) / (double)n;
            real += x[2 * j] * cos(angle) - x[2 * j + 1] * sin(angle);
            imaginary += x[2 * j] * sin(angle) + x[2 * j + 1] * cos(angle);
        }
        to[2 * i] = real;
        to[2 * i + 1] = imaginary;
    }
    return 0;
}

SHOWN int cufftDestroy(int plan)
{
    return 0;
}

/* --- NVML: a device that always takes 250 W ----------------------------------------------- */

SHOWN int nvmlInit_v2(void)
{
    return 0;
}

SHOWN int nvmlShutdown(void)
{
    return 0;
}

SHOWN int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **device)
{
    *device = &plans;
    return strcmp(bus, "0000:00:00.0") == 0 ? 0 : 6;
}

SHOWN int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoule)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *millijoule =
        (unsigned long long)(250e3 * ((double)now.tv_sec + 1e-9 * (double)now.tv_nsec));
    return 0;
}

SHOWN int nvmlDeviceGetClockInfo(void *device, int which, unsigned *mhz)
{
    *mhz = which == 1 ? 1410 : 1215;
    return 0;
}

SHOWN int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned *milliwatt)
{
    *milliwatt = 400000;
    return 0;
}

SHOWN int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
    snprintf(text, size, "570.0");
    return 0;
}
