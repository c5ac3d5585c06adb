/*
 * The processor's energy counters (RAPL), where the kernel lets us read them; in a virtual
 * machine or without rights there are none, and power stays unknown. Shared inside kernels/cpu.
 */
#ifndef HANSE_KERNELS_CPU_RAPL_H
#define HANSE_KERNELS_CPU_RAPL_H

enum { HANSE__RAPL_ZONES = 8 };

struct hanse__rapl {
    char paths[HANSE__RAPL_ZONES][96]; /* energy_uj of each package */
    double range_j[HANSE__RAPL_ZONES]; /* where a counter starts over */
    double last_j[HANSE__RAPL_ZONES];
    double last_s;
    int n_zones;
};

void hanse__rapl_open(struct hanse__rapl *power);
void hanse__rapl_close(struct hanse__rapl *power);
/* Mean watts since the last reading; NaN without counters. */
double hanse__rapl_read(struct hanse__rapl *power);

#endif
