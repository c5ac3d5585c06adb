/* The machine's clock, its counters and its pressure. */
#include <dirent.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "kernels/measure.h"

static double seconds_of(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* "some … total=" of /proc/pressure/cpu, in microseconds; NaN without it. */
static double pressure_s(void)
{
    char line[160];
    double seconds = NAN;
    FILE *file = fopen("/proc/pressure/cpu", "r");
    if (file == NULL) {
        return NAN;
    }
    if (fgets(line, sizeof line, file) != NULL && strncmp(line, "some ", 5) == 0) {
        const char *total = strstr(line, "total=");
        unsigned long long micro;
        if (total != NULL && sscanf(total, "total=%llu", &micro) == 1) {
            seconds = 1e-6 * (double)micro;
        }
    }
    fclose(file);
    return seconds;
}

/* The second figure of a thread's schedstat: nanoseconds it was runnable and not running. Added
 * up over the threads of this process; NaN where the kernel keeps none. */
static double waited_s(void)
{
    double seconds = NAN;
    DIR *threads = opendir("/proc/self/task");
    if (threads == NULL) {
        return NAN;
    }
    for (const struct dirent *thread; (thread = readdir(threads)) != NULL;) {
        char path[300];
        unsigned long long ran, waited;
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", thread->d_name);
        FILE *file = thread->d_name[0] != '.' ? fopen(path, "r") : NULL;
        if (file == NULL) {
            continue;
        }
        if (fscanf(file, "%llu %llu", &ran, &waited) == 2) {
            seconds = (isnan(seconds) ? 0.0 : seconds) + 1e-9 * (double)waited;
        }
        fclose(file);
    }
    closedir(threads);
    return seconds;
}

static void read_all(void *self, struct hanse_reading *reading)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    reading->switches = (double)usage.ru_nivcsw;
    reading->pressure_s = pressure_s();
    reading->waited_s = waited_s();
    reading->cpu_s = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    reading->wall_s = seconds_of(CLOCK_MONOTONIC);
}

/* Dependent multiplications: their latency is fixed in cycles, so their time is the clock's. */
static double probe(void *self)
{
    enum { STEPS = 20000 };
    uint64_t x = (uintptr_t)&self | 1;
    double before = seconds_of(CLOCK_MONOTONIC);
    for (int i = 0; i < STEPS; i++) {
        x *= 0x5851F42D4C957F2Du;
        __asm__ volatile("" : "+r"(x));
    }
    return seconds_of(CLOCK_MONOTONIC) - before;
}

struct hanse_clock hanse_clock_real(void)
{
    return (struct hanse_clock){.read = read_all, .probe = probe};
}
