/*
 * Our kernels beside the best there is, as ratios within one run.
 *
 * Absolute times on a shared machine move by a factor, ratios of neighbours in time by a few
 * per cent. So both sides of a ratio run in turn, some milliseconds each, many times; a ratio
 * is the median over the rounds of (their time ÷ our time), and every kernel is first judged
 * against its reference. Theory is clock × width × units: the clock is measured before and
 * after each round on the same core, by a chain of dependent additions, one a cycle.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "cli/bench.h"
#include "kernels/calibrate.h"

enum { RIVALS = 3 };

/* One side of a ratio. */
struct side {
    struct hanse_device *device;
    struct hanse_trial *trial;
    void *task;
    int64_t turn, repeats;
    enum { WALL, OWN } clock; /* OpenCL works in threads of its driver's: wall for both sides */
};

struct kernels {
    struct hanse_bench *bench;
    struct hanse_device cpu, openblas, blis, opencl;
    bool has_openblas, has_blis, has_opencl;
};

static double wall_s(void)
{
    struct hanse_clock clock = hanse_clock_real();
    struct hanse_reading reading;
    clock.read(clock.self, &reading);
    return reading.wall_s;
}

static void close_side(struct side *side)
{
    if (side->task != NULL) {
        side->device->backend->release(side->device, side->task);
    }
    hanse_trial_destroy(side->trial);
    *side = (struct side){0};
}

static enum hanse_status run_side(struct side *side, double *seconds)
{
    /* With one thread its own time will do, which leaves out when others had the core. */
    bool alone = side->device->units == 1 && side->clock == OWN;
    double before = alone ? hanse_bench_clock() : wall_s();
    HANSE_TRY(side->device->backend->run(side->device, side->task, side->turn, side->repeats));
    double after = alone ? hanse_bench_clock() : wall_s();
    *seconds = (after - before) / (double)side->repeats;
    side->turn += side->repeats;
    return HANSE_OK;
}

/* Judges the kernel, then sizes a round of it: 5 ms, the second of two being warm. */
static enum hanse_status open_side(struct hanse_device *device,
                                   const struct hanse_trial_key *key, int clock,
                                   struct side *side)
{
    const struct hanse_backend *backend = device->backend;
    *side = (struct side){.device = device, .repeats = 1, .clock = clock};
    HANSE_TRY(hanse_trial_create(device->ctx, key, device->cache_bytes, 7, &side->trial));
    HANSE_TRY(backend->prepare(device, side->trial, &side->task));
    HANSE_TRY(backend->run(device, side->task, 0, 1));
    HANSE_TRY(backend->fetch(device, side->task));
    HANSE_TRY(hanse_trial_check(device->ctx, side->trial, 0, 7));
    double seconds;
    HANSE_TRY(run_side(side, &seconds));
    side->repeats = (int64_t)ceil(fmin(fmax(5e-3 / fmax(seconds, 1e-7), 1.0), 1e5));
    return run_side(side, &seconds);
}

enum { ROUNDS = 9 };

static double median_of_rounds(double *x)
{
    for (int i = 1; i < ROUNDS; i++) { /* by insertion */
        double held = x[i];
        int j = i;
        for (; j > 0 && x[j - 1] > held; j--) {
            x[j] = x[j - 1];
        }
        x[j] = held;
    }
    return x[ROUNDS / 2];
}

/* How a race is printed; `scale`: our work over theirs. */
struct row {
    const char *name, *unit;
    uint64_t size;
    double scale;
};

/* Ratios of the fastest rival's time to ours, one per round. The fastest is chosen by its total
 * over all rounds, not per round: a minimum of noisy times would flatter nobody. */
static enum hanse_status race(struct kernels *k, struct side *sides, int n,
                              const struct row *row)
{
    double times[1 + RIVALS][HANSE_BENCH_MOST * ROUNDS], totals[1 + RIVALS] = {0};
    double ratios[HANSE_BENCH_MOST];
    int rounds = k->bench->repetitions * ROUNDS, best = 1;
    for (int r = 0; r < rounds; r++) {
        for (int s = 0; s < n; s++) {
            /* Who goes first changes from round to round. */
            int at = (s + r) % n;
            HANSE_TRY(run_side(&sides[at], &times[at][r]));
            totals[at] += times[at][r];
        }
    }
    for (int s = 2; s < n; s++) {
        best = totals[s] < totals[best] ? s : best;
    }
    for (int p = 0; p < k->bench->repetitions; p++) {
        double chunk[ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            chunk[r] = row->scale * times[best][p * ROUNDS + r] / times[0][p * ROUNDS + r];
        }
        ratios[p] = median_of_rounds(chunk);
    }
    hanse_bench_row(k->bench, row->name, row->size, row->unit, ratios);
    return HANSE_OK;
}

/* Our side first, then those of the rivals that are there and run this. */
static enum hanse_status contest(struct kernels *k, const char *name,
                                 const struct hanse_trial_key *ours,
                                 struct hanse_device *device,
                                 const struct hanse_trial_key *theirs,
                                 struct hanse_device **rivals, int n_rivals, uint64_t size)
{
    struct side sides[1 + RIVALS] = {{0}};
    int n = 1, clock = strncmp(device->path, "opencl", 6) == 0 ? WALL : OWN;
    enum hanse_status status = open_side(device, ours, clock, &sides[0]);
    for (int i = 0; i < n_rivals && status == HANSE_OK; i++) {
        if (rivals[i] != NULL && rivals[i]->backend->runs(rivals[i], &theirs[i])) {
            status = open_side(rivals[i], &theirs[i], clock, &sides[n++]);
        }
    }
    if (status == HANSE_OK && n > 1) {
        const struct row row = {name, "of the best rival", size, 1.0};
        status = race(k, sides, n, &row);
    }
    for (int s = 0; s < n; s++) {
        close_side(&sides[s]);
    }
    return status;
}

/* --- the contests ------------------------------------------------------------------------- */

static struct hanse_trial_key key_of(enum hanse_kernel kernel, enum hanse_precision precision,
                                     int64_t a, int64_t b, int64_t c, const char *variant)
{
    struct hanse_trial_key key = {
        .kernel = kernel, .precision = precision, .shape = {{a, b, c}}};
    snprintf(key.variant, sizeof key.variant, "%s", variant);
    return key;
}

/* Products of squares and of few tokens against the libraries. */
static enum hanse_status products(struct kernels *k)
{
    struct hanse_device *rivals[] = {k->has_openblas ? &k->openblas : NULL,
                                     k->has_blis ? &k->blis : NULL, NULL};
    static const enum hanse_precision precisions[] = {HANSE_FP32, HANSE_FP64};
    int64_t largest = k->bench->quick ? 512 : 4096;
    for (int p = 0; p < 2; p++) {
        for (int64_t n = 256; n <= largest; n *= 2) {
            struct hanse_trial_key key = key_of(HANSE_KERNEL_GEMM, precisions[p], n, n, n, "");
            const struct hanse_trial_key theirs[] = {key, key};
            HANSE_TRY(contest(k, p == 0 ? "gemm fp32" : "gemm fp64", &key, &k->cpu, theirs,
                              rivals, 2, (uint64_t)n));
        }
    }
    for (int64_t m = 1; m <= 32; m *= k->bench->quick ? 32 : 2) {
        struct hanse_trial_key key = key_of(HANSE_KERNEL_SKINNY, HANSE_FP32, m, 4096, 4096, "");
        struct hanse_trial_key gemv = key;
        snprintf(gemv.variant, sizeof gemv.variant, "gemv");
        struct hanse_device *all[] = {rivals[0], rivals[1], rivals[k->has_blis ? 1 : 0]};
        const struct hanse_trial_key theirs[] = {key, key, gemv};
        HANSE_TRY(contest(k, "skinny fp32 4096 x 4096, tokens", &key, &k->cpu, theirs, all, 3,
                          (uint64_t)m));
    }
    return HANSE_OK;
}

/* --- beside another of our own kernels ---------------------------------------------------- */

/* How much of the rate of `bound`, in the same unit, `key` reaches. */
static enum hanse_status beside(struct kernels *k, const char *name,
                                const struct hanse_trial_key *key,
                                const struct hanse_trial_key *bound, uint64_t size,
                                const char *unit)
{
    struct side sides[2] = {{0}};
    const struct row row = {
        name, unit, size,
        hanse_kernel_amount(key->kernel, key->precision, &key->shape) /
            hanse_kernel_amount(bound->kernel, bound->precision, &bound->shape)};
    enum hanse_status status = open_side(&k->cpu, key, OWN, &sides[0]);
    if (status == HANSE_OK) {
        status = open_side(&k->cpu, bound, OWN, &sides[1]);
    }
    if (status == HANSE_OK) {
        status = race(k, sides, 2, &row);
    }
    close_side(&sides[0]);
    close_side(&sides[1]);
    return status;
}

/* Weights of fewer bits are to come as fast as memory brings them. */
static enum hanse_status few_tokens(struct kernels *k)
{
    static const struct {
        enum hanse_precision precision;
        const char *name;
    } all[] = {{HANSE_FP32, "skinny fp32 4096 x 4096, tokens"},
               {HANSE_BF16, "skinny bf16 4096 x 4096, tokens"},
               {HANSE_INT8, "skinny int8 4096 x 4096, tokens"},
               {HANSE_INT4, "skinny int4 4096 x 4096, tokens"}};
    const struct hanse_trial_key read = key_of(HANSE_KERNEL_STREAM_READ, HANSE_FP64,
                                               (int64_t)(k->cpu.cache_bytes / 2.0), 0, 0, "");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int64_t m = 1; m <= 4; m *= 4) {
            const struct hanse_trial_key key =
                key_of(HANSE_KERNEL_SKINNY, all[i].precision, m, 4096, 4096, "");
            HANSE_TRY(
                beside(k, all[i].name, &key, &read, (uint64_t)m, "of a plain read's rate"));
        }
    }
    return HANSE_OK;
}

/* No library here multiplies these: the instruction's own peak is the yardstick. */
static enum hanse_status dot_products(struct kernels *k)
{
    static const enum hanse_precision precisions[] = {HANSE_BF16, HANSE_INT8};
    static const char *const names[] = {"gemm bf16", "gemm int8"};
    for (int p = 0; p < 2; p++) {
        const struct hanse_trial_key peak =
            key_of(HANSE_KERNEL_MATRIX_PEAK, precisions[p], 1 << 27, 0, 0, "");
        for (int64_t n = 512; n <= 2048 && k->cpu.backend->runs(&k->cpu, &peak); n *= 2) {
            const struct hanse_trial_key key =
                key_of(HANSE_KERNEL_GEMM, precisions[p], n, n, n, "");
            HANSE_TRY(beside(k, names[p], &key, &peak, (uint64_t)n, "of the units' peak"));
        }
    }
    return HANSE_OK;
}

/* Our triad, plain and past the cache, beside the plainest loop there is: what the compiler
 * makes of the base instruction set. PoCL's beside ours. */
static enum hanse_status triads(struct kernels *k)
{
    struct hanse_device base;
    HANSE_TRY(hanse_device_open(k->cpu.ctx, "cpu:base", &base));
    int64_t n = (int64_t)(4.0 / 3.0 * k->cpu.cache_bytes / 8.0);
    struct hanse_trial_key plain = key_of(HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64, n, 0, 0, "");
    struct hanse_trial_key past =
        key_of(HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64, n, 0, 0, "nontemporal");
    struct hanse_device *rivals[] = {&base, &base};
    const struct hanse_trial_key theirs[] = {plain, past};
    enum hanse_status status =
        contest(k, "triad, nontemporal", &past, &k->cpu, theirs, rivals, 2, (uint64_t)n);
    hanse_device_close(&base);
    if (status == HANSE_OK && k->has_opencl) {
        struct hanse_device *ours[] = {&k->cpu};
        const struct hanse_trial_key same[] = {plain};
        status =
            contest(k, "triad, OpenCL ÷ C", &plain, &k->opencl, same, ours, 1, (uint64_t)n);
    }
    return status;
}

/* --- theory ------------------------------------------------------------------------------- */

/* Cycles a second: additions of a register that depend on each other take one each on every
 * processor we know. (Of a constant they may not: some fold those before they execute.) By the
 * clock that `side` is timed with. */
static double clock_hz(const struct side *side)
{
    enum { STEPS = 1 << 20, UNROLLED = 16 };
    bool alone = side->device->units == 1 && side->clock == OWN;
    uint64_t x = 1, y = 3;
    double before = alone ? hanse_bench_clock() : wall_s();
    for (int i = 0; i < STEPS; i += UNROLLED) {
#pragma GCC unroll 16
        for (int j = 0; j < UNROLLED; j++) {
            x += y;
            __asm__ volatile("" : "+r"(x), "+r"(y));
        }
    }
    return STEPS / ((alone ? hanse_bench_clock() : wall_s()) - before);
}

#if defined(__x86_64__)
/* AMD, by family and model: Zen 2 and 3 have two units of 32 bytes, Zen 4 takes two cycles for
 * 64, Zen 5 has two units of 64 but in the small parts of notebooks (models 20h to 2Fh and 60h
 * to 6Fh). */
static double amd_fma_bytes(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) {
        return 0.0;
    }
    unsigned family = ((a >> 8) & 15) + ((a >> 20) & 255);
    unsigned model = ((a >> 4) & 15) + ((a >> 12) & 240);
    bool small = (model >= 0x20 && model < 0x30) || (model >= 0x60 && model < 0x70);
    return family == 0x17 && model >= 0x30 ? 64.0
           : family == 0x19                ? 64.0
           : family == 0x1A                ? (small ? 64.0 : 128.0)
                                           : 0.0;
}
#endif

/* Bytes that the multiply-add units of a core take in a cycle (AMD Software Optimization
 * Guides 56305, 56665, 57647, 58455; Intel Optimization Manual 248966: two units of 64 bytes
 * where there is AVX-512, else of 32). 0: not known. */
static double fma_bytes_per_cycle(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_is("amd")) {
        return amd_fma_bytes();
    }
    if (__builtin_cpu_is("intel")) {
        return __builtin_cpu_supports("avx512f") ? 128.0
               : __builtin_cpu_supports("fma")   ? 64.0
                                                 : 0.0;
    }
#endif
    return 0.0;
}

static enum hanse_status roof(struct kernels *k, enum hanse_precision precision,
                              const char *name)
{
    /* Long enough that starting the threads is nothing: a millisecond or so. */
    struct hanse_trial_key key = key_of(HANSE_KERNEL_FMA_PEAK, precision, 3 << 25, 0, 0, "");
    double width = fma_bytes_per_cycle() / hanse_precision_bytes(precision);
    double ratios[HANSE_BENCH_MOST];
    struct side side;
    if (width == 0.0) {
        fprintf(stderr, "hanse bench: the width of this processor's units is not known\n");
        return HANSE_OK;
    }
    enum hanse_status status = open_side(&k->cpu, &key, OWN, &side);
    for (int p = 0; p < k->bench->repetitions && status == HANSE_OK; p++) {
        double rounds[ROUNDS];
        double flop = hanse_kernel_amount(key.kernel, key.precision, &key.shape);
        double hz = clock_hz(&side);
        for (int r = 0; r < ROUNDS && status == HANSE_OK; r++) {
            double seconds = INFINITY, before = hz;
            status = run_side(&side, &seconds);
            hz = clock_hz(&side);
            rounds[r] = flop / seconds / (2.0 * width * 0.5 * (before + hz) * k->cpu.units);
        }
        ratios[p] = median_of_rounds(rounds);
    }
    close_side(&side);
    if (status == HANSE_OK) {
        hanse_bench_row(k->bench, name, (uint64_t)key.shape.extent[0], "of theory", ratios);
    }
    return status;
}

static void say_missing(struct kernels *k, const char *what)
{
    if (!k->bench->quiet) {
        fprintf(stderr, "hanse bench: without %s: %s\n", what,
                hanse_context_message(k->bench->ctx));
    }
}

/* Libraries older than the processor take it for an older one still, and are then half as fast
 * as they could be (Debian 12's OpenBLAS on Zen 5: Haswell). A rival is to be at its best, so
 * unless the user chose, the kernels for AVX-512 are asked for where the processor has it. */
static void wake_rivals(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
        setenv("BLIS_ARCH_TYPE", "skx", 0);
    }
#endif
}

enum hanse_status hanse_bench_kernels(struct hanse_bench *bench)
{
    struct kernels k = {.bench = bench};
    wake_rivals();
    /* Before any thread is bound: a driver's threads take over the binding of who makes them,
     * and PoCL's would all share one core. */
    k.has_opencl = hanse_device_open(bench->ctx, "opencl:0", &k.opencl) == HANSE_OK;
    if (!k.has_opencl) {
        say_missing(&k, "OpenCL");
    }
    enum hanse_status status = hanse_device_open(bench->ctx, "cpu", &k.cpu);
    if (status != HANSE_OK) {
        hanse_device_close(&k.opencl);
        return status;
    }
    k.has_openblas = hanse_device_open(bench->ctx, "blas:openblas", &k.openblas) == HANSE_OK;
    if (!k.has_openblas) {
        say_missing(&k, "OpenBLAS");
    }
    k.has_blis = hanse_device_open(bench->ctx, "blas:blis", &k.blis) == HANSE_OK;
    if (!k.has_blis) {
        say_missing(&k, "BLIS");
    }
    status = triads(&k);
    if (status == HANSE_OK) {
        status = roof(&k, HANSE_FP64, "multiply-add roof fp64");
    }
    if (status == HANSE_OK) {
        status = roof(&k, HANSE_FP32, "multiply-add roof fp32");
    }
    if (status == HANSE_OK) {
        status = few_tokens(&k);
    }
    if (status == HANSE_OK) {
        status = dot_products(&k);
    }
    if (status == HANSE_OK) {
        status = products(&k);
    }
    hanse_device_close(&k.opencl);
    hanse_device_close(&k.blis);
    hanse_device_close(&k.openblas);
    hanse_device_close(&k.cpu);
    if (status == HANSE_OK) {
        hanse_context_clear(bench->ctx); /* what was missing was said */
    }
    return status;
}
