#include "kernels/cpu/rapl.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double read_joule(const char *path)
{
    double micro = NAN;
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%lf", &micro) != 1) {
            micro = NAN;
        }
        fclose(file);
    }
    return micro * 1e-6;
}

void hanse__rapl_open(struct hanse__rapl *power)
{
    *power = (struct hanse__rapl){.last_s = now_s()};
    for (int zone = 0; zone < HANSE__RAPL_ZONES; zone++) {
        char range[96], *path = power->paths[power->n_zones];
        snprintf(path, sizeof power->paths[0], "/sys/class/powercap/intel-rapl:%d/energy_uj",
                 zone);
        snprintf(range, sizeof range, "/sys/class/powercap/intel-rapl:%d/max_energy_range_uj",
                 zone);
        double joule = read_joule(path);
        if (!isnan(joule)) {
            power->last_j[power->n_zones] = joule;
            power->range_j[power->n_zones++] = read_joule(range);
        }
    }
}

void hanse__rapl_close(struct hanse__rapl *power)
{
    power->n_zones = 0;
}

double hanse__rapl_read(struct hanse__rapl *power)
{
    double total = 0.0, now = now_s(), seconds = now - power->last_s;
    for (int zone = 0; zone < power->n_zones; zone++) {
        double joule = read_joule(power->paths[zone]), used = joule - power->last_j[zone];
        total += used < 0.0 ? used + power->range_j[zone] : used;
        power->last_j[zone] = joule;
    }
    power->last_s = now;
    return power->n_zones > 0 && seconds > 0.0 ? total / seconds : NAN;
}
