/*
 * The processor's energy counters (RAPL), where the kernel lets us read them; in a virtual
 * machine or without rights there are none, and power stays unknown. Shared inside kernels/cpu.
 */
#ifndef HANSE_KERNELS_CPU_POWER_H
#define HANSE_KERNELS_CPU_POWER_H

enum { HANSE__POWER_ZONES = 8 };

struct hanse__power {
    char paths[HANSE__POWER_ZONES][96]; /* energy_uj of each package */
    double range_j[HANSE__POWER_ZONES]; /* where a counter starts over */
    double last_j[HANSE__POWER_ZONES];
    double last_s;
    int n_zones;
};

void hanse__power_open(struct hanse__power *power);
void hanse__power_close(struct hanse__power *power);
/* Mean watts since the last reading; NaN without counters. */
double hanse__power_read(struct hanse__power *power);

#endif
