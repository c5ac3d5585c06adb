#include "output/roofline.h"

#include <math.h>
#include <string.h>

#include "output/gnuplot.h"

/* FLOP per byte and FLOP per second of a rate; false where it has no place in the chart. */
static bool place(const struct hanse_rate *rate, double *intensity, double *flop_per_s)
{
    struct hanse_work work = hanse_kernel_work(rate->kernel, rate->precision, &rate->shape);
    if (!(rate->rate > 0.0) || !(work.flop > 0.0) || !(work.bytes > 0.0)) {
        return false;
    }
    *intensity = work.flop / work.bytes;
    *flop_per_s = work.flop / hanse_rate_seconds(rate);
    return true;
}

/* The fastest rate of a kernel in a precision; 0: none. */
static double fastest(const struct hanse_profile *profile, enum hanse_kernel kernel,
                      enum hanse_precision precision)
{
    double best = 0.0;
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *rate = &profile->rates[i];
        if (rate->kernel == kernel && rate->precision == precision && rate->rate > best) {
            best = rate->rate;
        }
    }
    return best;
}

/* One ceiling: min(bandwidth × intensity, peak). */
static void add_ceiling(struct hanse_text *script, const char *title, double bandwidth,
                        double peak, int colour)
{
    hanse__text_addf(script,
                     ", (%.6g*x < %.6g ? %.6g*x : %.6g)/1e9 with lines linewidth 2 "
                     "linecolor '%s' title ",
                     bandwidth, peak, bandwidth, peak, hanse__gnuplot_colours[colour]);
    hanse__gnuplot_text(script, title);
}

static void add_ceilings(struct hanse_text *script, const struct hanse_profile *profile)
{
    static const enum hanse_precision precisions[] = {HANSE_FP64, HANSE_FP32, HANSE_BF16,
                                                      HANSE_FP16};
    double bandwidth = 0.0;
    for (int k = HANSE_KERNEL_STREAM_READ; k <= HANSE_KERNEL_STREAM_TRIAD; k++) {
        for (int p = 0; p < HANSE_PRECISIONS; p++) {
            bandwidth = fmax(bandwidth,
                             fastest(profile, (enum hanse_kernel)k, (enum hanse_precision)p));
        }
    }
    for (size_t p = 0; p < sizeof precisions / sizeof *precisions && bandwidth > 0.0; p++) {
        double peak = fmax(fastest(profile, HANSE_KERNEL_FMA_PEAK, precisions[p]),
                           fastest(profile, HANSE_KERNEL_MATRIX_PEAK, precisions[p]));
        if (peak > 0.0) {
            add_ceiling(script, hanse_precision_name(precisions[p]), bandwidth, peak, (int)p);
        }
    }
}

/* The points, as data within the script. */
static int add_points(struct hanse_text *script, const struct hanse_profile *profile)
{
    int n = 0;
    double x, y;
    hanse__text_add(script, "$points << end\n");
    for (size_t i = 0; i < profile->n_rates; i++) {
        if (place(&profile->rates[i], &x, &y)) {
            hanse__text_addf(script, "%.6g %.6g %s-%s\n", x, y / 1e9,
                             hanse_kernel_kind(profile->rates[i].kernel)->name,
                             hanse_precision_name(profile->rates[i].precision));
            n++;
        }
    }
    hanse__text_add(script, "end\n");
    return n;
}

static enum hanse_status draw(struct hanse_text *script, const struct hanse_profile *profile,
                              const char *path)
{
    HANSE_TRY(hanse__gnuplot_begin(script, path));
    if (add_points(script, profile) == 0) {
        return hanse__fail(script->ctx, HANSE_ERR_INPUT,
                           "profile '%s': no kernel with both FLOP and bytes to draw",
                           profile->name);
    }
    hanse__text_add(script, "set logscale xy\nset xlabel 'FLOP per byte'\n"
                            "set ylabel 'GFLOP/s'\nset key left top\nset title ");
    hanse__gnuplot_text(script, profile->name);
    hanse__text_add(script, "\nset xrange [0.03:*]\nplot $points using 1:2 with points "
                            "pointtype 7 pointsize 0.7 linecolor '#3d4754' notitle, $points "
                            "using 1:2:3 with labels left offset 0.6,0 font ',8' notitle");
    add_ceilings(script, profile);
    hanse__text_add(script, "\n");
    return script->status == HANSE_OK ? hanse__gnuplot_run(script, path) : script->status;
}

enum hanse_status hanse_roofline_write(struct hanse_context *ctx,
                                       const struct hanse_profile *profile, const char *path)
{
    struct hanse_text script;
    hanse__text_init(&script, ctx);
    enum hanse_status status = draw(&script, profile, path);
    hanse__text_fini(&script);
    return status;
}
