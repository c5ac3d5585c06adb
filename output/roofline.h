/*
 * The roofline of a profile (Williams, Waterman and Patterson 2009): what each kernel reached,
 * in FLOP per second, over its FLOP per byte, under the ceilings that were measured: the
 * fastest stream and the fastest multiply-adds. With gnuplot, as SVG or PNG.
 */
#ifndef HANSE_OUTPUT_ROOFLINE_H
#define HANSE_OUTPUT_ROOFLINE_H

#include "sim/model/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* HANSE_ERR_INPUT: the path ends in neither .svg nor .png, or the profile has no kernel with
 * both FLOP and bytes. HANSE_ERR_IO: gnuplot is missing or failed. */
enum hanse_status hanse_roofline_write(struct hanse_context *ctx,
                                       const struct hanse_profile *profile, const char *path);

#ifdef __cplusplus
}
#endif
#endif
