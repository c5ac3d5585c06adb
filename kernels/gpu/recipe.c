#include "kernels/gpu/recipe.h"

#include <string.h>

#include "kernels/gpu/sizes.h"

/* Groups for each unit in a loop over a grid: a multiple of the 6 and the 8 groups of 256 that
 * multiprocessors hold at a time, so that the last wave is as full as the first. */
enum { WAVES = 24 };

struct row;

/* What a recipe is made from. */
struct order {
    const struct row *row;
    const struct hanse_trial *trial;
    const int64_t *x; /* extents */
    int units;
    struct hanse__gpu_recipe *recipe;
};

struct row {
    enum hanse_kernel kernel;
    enum hanse_precision precision;
    const char *variant, *name;
    enum hanse__gpu_module module;
    void (*make)(const struct order *order);
    bool (*fits)(const struct hanse_trial_key *key, int units); /* NULL: any shape */
};

static void add_argument(struct hanse__gpu_launch *launch, int what, int64_t value)
{
    launch->arguments[launch->n_arguments].what = what;
    launch->arguments[launch->n_arguments++].value = value;
}

/* A launch of the row's kernel, with the first `n_buffers` of the trial's. */
static struct hanse__gpu_launch *add_launch(const struct order *o, int64_t groups, int group,
                                            int n_buffers)
{
    struct hanse__gpu_launch *launch = &o->recipe->launches[o->recipe->n_launches++];
    launch->name = o->row->name;
    launch->module = o->row->module;
    launch->groups = groups;
    launch->group = group;
    for (int b = 0; b < n_buffers; b++) {
        add_argument(launch, HANSE__GPU_BUFFER, b);
    }
    return launch;
}

static void add_extents(struct hanse__gpu_launch *launch, const int64_t *x, int n)
{
    for (int i = 0; i < n; i++) {
        add_argument(launch, HANSE__GPU_NUMBER, x[i]);
    }
}

/* --- how work is spread over groups ------------------------------------------------------- */

static void make_launch(const struct order *o)
{
    add_launch(o, 1, GPU_GROUP, 0);
}

static void make_chase(const struct order *o)
{
    add_argument(add_launch(o, 1, 1, o->trial->n_buffers), HANSE__GPU_TURN, 0);
}

static struct hanse__gpu_launch *over_grid(const struct order *o)
{
    return add_launch(o, (int64_t)WAVES * o->units, GPU_WIDE, o->trial->n_buffers);
}

static void make_vector(const struct order *o)
{
    add_extents(over_grid(o), o->x, 1);
}

static void make_area(const struct order *o)
{
    add_argument(over_grid(o), HANSE__GPU_NUMBER, o->x[0] * o->x[1]);
}

static void make_volume(const struct order *o)
{
    add_extents(over_grid(o), o->x, 3);
}

static void make_rows(const struct order *o)
{
    add_extents(add_launch(o, o->x[0], GPU_WIDE, o->trial->n_buffers), o->x + 1, 1);
}

/* A sum for each group goes into the scratch, the second kernel adds those. */
static void make_read(const struct order *o)
{
    int64_t groups = (int64_t)WAVES * o->units;
    struct hanse__gpu_launch *launch = add_launch(o, groups, GPU_WIDE, 1);
    add_argument(launch, HANSE__GPU_SCRATCH, 0);
    add_extents(launch, o->x, 1);
    launch = add_launch(o, 1, GPU_WIDE, 0);
    launch->name = "stream_read_end";
    add_argument(launch, HANSE__GPU_SCRATCH, 0);
    add_argument(launch, HANSE__GPU_BUFFER, 1);
    add_argument(launch, HANSE__GPU_NUMBER, groups);
    o->recipe->scratch_bytes = (size_t)groups * sizeof(double);
}

/* Steps of all chains together make the multiply-adds asked for; enough to forget the start. */
static void make_fma_peak(const struct order *o)
{
    int64_t per_step = (int64_t)GPU_CHAINS * WAVES * o->units * GPU_WIDE;
    int64_t steps = (o->x[0] + per_step - 1) / per_step;
    add_argument(over_grid(o), HANSE__GPU_NUMBER, steps < 70 ? 70 : steps);
}

static int64_t tiles(int64_t m, int64_t n, int64_t side)
{
    return (m + side - 1) / side * ((n + side - 1) / side);
}

static void make_gemm(const struct order *o)
{
    add_extents(add_launch(o, tiles(o->x[0], o->x[1], GPU_TILE), GPU_GROUP, 3), o->x, 3);
}

/* One token alone has a kernel of its own: the others take eight at a time. */
static void make_skinny(const struct order *o)
{
    static const struct {
        enum hanse_precision precision;
        const char *one;
    } alone[] = {
        {HANSE_FP32, "skinny_fp32_one"},
        {HANSE_BF16, "skinny_bf16_one"},
        {HANSE_INT8, "skinny_int8_one"},
        {HANSE_INT4, "skinny_int4_one"},
    };
    struct hanse__gpu_launch *launch =
        add_launch(o, (o->x[1] + GPU_ROWS - 1) / GPU_ROWS, GPU_GROUP, 4);
    for (size_t i = 0; i < sizeof alone / sizeof *alone && o->x[0] == 1; i++) {
        if (alone[i].precision == o->row->precision) {
            launch->name = alone[i].one;
        }
    }
    add_argument(launch, HANSE__GPU_TURN, 0);
    add_extents(launch, o->x, 3);
}

static void make_prefill(const struct order *o)
{
    add_extents(add_launch(o, o->x[2] * o->x[0], GPU_GROUP, 4), o->x, 4);
}

static void make_decode(const struct order *o)
{
    add_extents(add_launch(o, o->x[4] * o->x[0], GPU_GROUP, 5), o->x, 4);
}

/* Passes by fours, one by two where the length is no power of four. They go to and fro between
 * output and the trial's scratch, so that the last one ends in the output. */
static void make_fft(const struct order *o)
{
    int64_t n = o->x[0];
    if (n <= GPU_FFT) {
        add_extents(add_launch(o, o->x[1], GPU_GROUP, 3), o->x, 1);
        return;
    }
    int passes = 0, from = 0;
    for (int64_t s = 1; s < n; s *= s * 4 <= n ? 4 : 2) {
        passes++;
    }
    int to = passes % 2 == 1 ? 2 : 3;
    for (int64_t s = 1; s < n; from = to, to = 5 - to) {
        bool by_four = s * 4 <= n;
        struct hanse__gpu_launch *launch =
            add_launch(o, (int64_t)WAVES * o->units, GPU_WIDE, 0);
        launch->name = by_four ? "fft_pass4" : "fft_pass2";
        add_argument(launch, HANSE__GPU_BUFFER, from);
        add_argument(launch, HANSE__GPU_BUFFER, 1);
        add_argument(launch, HANSE__GPU_BUFFER, to);
        add_extents(launch, o->x, 2);
        add_argument(launch, HANSE__GPU_NUMBER, s);
        s *= by_four ? 4 : 2;
    }
}

static bool fits_fft(const struct hanse_trial_key *key, int units)
{
    return key->shape.extent[0] <= (int64_t)1 << 40; /* two passes to spare */
}

static void make_barrier(const struct order *o)
{
    struct hanse__gpu_launch *launch = add_launch(o, o->x[0], GPU_GROUP, 0);
    launch->meets = true;
    add_argument(launch, HANSE__GPU_SCRATCH, 0);
    add_argument(launch, HANSE__GPU_NUMBER, HANSE_BARRIERS);
    o->recipe->scratch_bytes = sizeof(uint64_t);
}

/* Groups that wait for each other must all have a multiprocessor. */
static bool fits_barrier(const struct hanse_trial_key *key, int units)
{
    return key->shape.extent[0] <= units;
}

/* --- matrix units ------------------------------------------------------------------------- */

/* Of the kernels in kernels/cuda: products a warp, or four, makes at a time. */
enum {
    PEAK_GROUPS = 2,
    PEAK_WARPS = 8,
    PEAK_CHAINS = 8,
    MATRIX_TILE = 128,
    MATRIX_GROUP = 128
};
enum { HOPPER_HIGH = 128, HOPPER_WIDE = 256, HOPPER_GROUP = 256, HOPPER_PIECE = 48 << 10 };
enum { HOPPER_RING = 4, MOST_EXACT = 1 << 24 };

/* Bytes of depth of one instruction are 32 in every precision but fp64. */
static int depth_of(enum hanse_precision precision)
{
    return precision == HANSE_FP64 ? 4 : (int)(32.0 / hanse_precision_bytes(precision));
}

static int64_t peak_steps(const struct hanse_trial_key *key, int units)
{
    bool hopper = key->variant[0] != '\0';
    int64_t groups = (int64_t)PEAK_GROUPS * units,
            area = key->precision == HANSE_FP64 ? 64 : 128;
    int64_t per_step =
        hopper ? units * 2 * (int64_t)4 * 64 * 256 : groups * PEAK_WARPS * PEAK_CHAINS * area;
    per_step *= depth_of(key->precision);
    return (key->shape.extent[0] + per_step - 1) / per_step;
}

/* Sums of ones must stay exact: whole numbers below 2^24, and of fp8, which is added up with 14
 * bits, 32 ones at a time, below 2^18. */
static bool fits_peak(const struct hanse_trial_key *key, int units)
{
    int64_t most = key->precision == HANSE_FP8 ? 1 << 18 : MOST_EXACT;
    return peak_steps(key, units) * 4 * depth_of(key->precision) <= most;
}

static void make_matrix_peak(const struct order *o)
{
    add_argument(add_launch(o, (int64_t)PEAK_GROUPS * o->units, GPU_WIDE, 1), HANSE__GPU_NUMBER,
                 peak_steps(&o->trial->key, o->units));
}

static void make_hopper_peak(const struct order *o)
{
    struct hanse__gpu_launch *launch = add_launch(o, o->units, HOPPER_GROUP, 1);
    launch->shared_bytes = HOPPER_PIECE;
    add_argument(launch, HANSE__GPU_NUMBER, peak_steps(&o->trial->key, o->units));
}

/* Rows must begin at multiples of sixteen bytes. */
static bool fits_matrix(const struct hanse_trial_key *key, int units)
{
    int64_t size = (int64_t)hanse_precision_bytes(key->precision);
    const int64_t *x = key->shape.extent;
    return x[2] * size % 16 == 0 && (size == 1 ? x[1] % 2 == 0 : x[1] * size % 16 == 0);
}

static void make_matrix_gemm(const struct order *o)
{
    int64_t groups = tiles(o->x[0], o->x[1], MATRIX_TILE);
    add_extents(add_launch(o, groups, MATRIX_GROUP, 3), o->x, 3);
}

static void make_hopper_gemm(const struct order *o)
{
    int64_t groups =
        (o->x[0] + HOPPER_HIGH - 1) / HOPPER_HIGH * ((o->x[1] + HOPPER_WIDE - 1) / HOPPER_WIDE);
    struct hanse__gpu_launch *launch = add_launch(o, groups, HOPPER_GROUP, 3);
    launch->shared_bytes = HOPPER_RING * HOPPER_PIECE;
    add_extents(launch, o->x, 3);
}

/* --- attention on matrix units ------------------------------------------------------------ */

enum { FLASH_QUERIES = 64, FLASH_GROUP = 128, FLASH_DECODE_GROUP = 64, FLASH_WIDTH = 64 };

static bool fits_flash(const struct hanse_trial_key *key, int units)
{
    return key->shape.extent[3] == FLASH_WIDTH || key->shape.extent[3] == 2 * (int)FLASH_WIDTH;
}

/* Two places for keys and values of 64 tokens. */
static void make_flash_prefill(const struct order *o)
{
    int64_t groups = (o->x[2] + FLASH_QUERIES - 1) / FLASH_QUERIES * o->x[0];
    struct hanse__gpu_launch *launch = add_launch(o, groups, FLASH_GROUP, 4);
    launch->name = o->x[3] == FLASH_WIDTH ? "flash_prefill_64" : o->row->name;
    launch->shared_bytes = (int)(2 * FLASH_QUERIES * o->x[3] * 4);
    add_extents(launch, o->x, 4);
}

/* Groups enough for all multiprocessors, if there are so many pages; two parts in each. */
static int64_t decode_splits(const int64_t *x, int units)
{
    int64_t pages = (x[2] + HANSE_PAGE_TOKENS - 1) / HANSE_PAGE_TOKENS;
    int64_t wanted = (4 * (int64_t)units + x[4] * x[1] - 1) / (x[4] * x[1]);
    int64_t most = pages / 2 > 1 ? pages / 2 : 1;
    return wanted < most ? wanted : most;
}

static void make_flash_decode(const struct order *o)
{
    int64_t splits = decode_splits(o->x, o->units), rows = o->x[4] * o->x[0];
    struct hanse__gpu_launch *launch =
        add_launch(o, o->x[4] * o->x[1] * splits, FLASH_DECODE_GROUP, 4);
    launch->name = o->x[3] == FLASH_WIDTH ? "flash_decode_64" : o->row->name;
    add_argument(launch, HANSE__GPU_SCRATCH, 0);
    add_extents(launch, o->x, 3);
    add_argument(launch, HANSE__GPU_NUMBER, splits);
    launch = add_launch(o, rows, FLASH_DECODE_GROUP, 0);
    launch->name = "flash_merge";
    add_argument(launch, HANSE__GPU_SCRATCH, 0);
    add_argument(launch, HANSE__GPU_BUFFER, 4);
    add_argument(launch, HANSE__GPU_NUMBER, o->x[3]);
    add_argument(launch, HANSE__GPU_NUMBER, 2 * splits);
    o->recipe->scratch_bytes = (size_t)(rows * 2 * splits * (o->x[3] + 2)) * sizeof(float);
}

/* --- the table ---------------------------------------------------------------------------- */

#define COMMON HANSE__GPU_COMMON
#define CUDA HANSE__GPU_CUDA
#define MATRIX HANSE__GPU_MATRIX
#define HOPPER HANSE__GPU_HOPPER
#define EIGHT HANSE__GPU_EIGHT
#define PEAK_OF(precision, variant, name, module, make)                                        \
    {                                                                                          \
        HANSE_KERNEL_MATRIX_PEAK, precision, variant, name, module, make, fits_peak            \
    }
#define GEMM_OF(precision, variant, name, module, make)                                        \
    {                                                                                          \
        HANSE_KERNEL_GEMM, precision, variant, name, module, make, fits_matrix                 \
    }

static const struct row rows[] = {
    {HANSE_KERNEL_LAUNCH, HANSE_BYTES, "", "launch", COMMON, make_launch, NULL},
    {HANSE_KERNEL_BARRIER, HANSE_BYTES, "", "barrier_grid", CUDA, make_barrier, fits_barrier},
    {HANSE_KERNEL_CHASE, HANSE_BYTES, "", "chase", COMMON, make_chase, NULL},
    {HANSE_KERNEL_STREAM_READ, HANSE_FP64, "", "stream_read", COMMON, make_read, NULL},
    {HANSE_KERNEL_STREAM_COPY, HANSE_FP64, "", "stream_copy", COMMON, make_vector, NULL},
    {HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64, "", "stream_triad", COMMON, make_vector, NULL},
    {HANSE_KERNEL_STREAM_COPY, HANSE_FP64, "nontemporal", "stream_copy_past", CUDA, make_vector,
     NULL},
    {HANSE_KERNEL_STREAM_TRIAD, HANSE_FP64, "nontemporal", "stream_triad_past", CUDA,
     make_vector, NULL},
    {HANSE_KERNEL_FMA_PEAK, HANSE_FP64, "", "fma_peak_fp64", COMMON, make_fma_peak, NULL},
    {HANSE_KERNEL_FMA_PEAK, HANSE_FP32, "", "fma_peak_fp32", COMMON, make_fma_peak, NULL},
    {HANSE_KERNEL_GEMM, HANSE_FP64, "", "gemm_fp64", COMMON, make_gemm, NULL},
    {HANSE_KERNEL_GEMM, HANSE_FP32, "", "gemm_fp32", COMMON, make_gemm, NULL},
    PEAK_OF(HANSE_FP64, "", "matrix_peak_fp64", MATRIX, make_matrix_peak),
    PEAK_OF(HANSE_TF32, "", "matrix_peak_tf32", MATRIX, make_matrix_peak),
    PEAK_OF(HANSE_BF16, "", "matrix_peak_bf16", MATRIX, make_matrix_peak),
    PEAK_OF(HANSE_FP16, "", "matrix_peak_fp16", MATRIX, make_matrix_peak),
    PEAK_OF(HANSE_INT8, "", "matrix_peak_int8", MATRIX, make_matrix_peak),
    PEAK_OF(HANSE_BF16, "wgmma", "hopper_peak_bf16", HOPPER, make_hopper_peak),
    PEAK_OF(HANSE_FP16, "wgmma", "hopper_peak_fp16", HOPPER, make_hopper_peak),
    PEAK_OF(HANSE_INT8, "wgmma", "hopper_peak_int8", HOPPER, make_hopper_peak),
    PEAK_OF(HANSE_FP8, "wgmma", "hopper_peak_fp8", EIGHT, make_hopper_peak),
    GEMM_OF(HANSE_TF32, "", "matrix_gemm_tf32", MATRIX, make_matrix_gemm),
    GEMM_OF(HANSE_BF16, "", "matrix_gemm_bf16", MATRIX, make_matrix_gemm),
    GEMM_OF(HANSE_FP16, "", "matrix_gemm_fp16", MATRIX, make_matrix_gemm),
    GEMM_OF(HANSE_INT8, "", "matrix_gemm_int8", MATRIX, make_matrix_gemm),
    GEMM_OF(HANSE_BF16, "wgmma", "hopper_gemm_bf16", HOPPER, make_hopper_gemm),
    GEMM_OF(HANSE_FP16, "wgmma", "hopper_gemm_fp16", HOPPER, make_hopper_gemm),
    GEMM_OF(HANSE_INT8, "wgmma", "hopper_gemm_int8", HOPPER, make_hopper_gemm),
    GEMM_OF(HANSE_FP8, "wgmma", "hopper_gemm_fp8", EIGHT, make_hopper_gemm),
    {HANSE_KERNEL_SKINNY, HANSE_FP32, "", "skinny_fp32", COMMON, make_skinny, NULL},
    {HANSE_KERNEL_SKINNY, HANSE_BF16, "", "skinny_bf16", COMMON, make_skinny, NULL},
    {HANSE_KERNEL_SKINNY, HANSE_INT8, "", "skinny_int8", COMMON, make_skinny, NULL},
    {HANSE_KERNEL_SKINNY, HANSE_INT4, "", "skinny_int4", COMMON, make_skinny, NULL},
    {HANSE_KERNEL_ATTENTION_PREFILL, HANSE_FP32, "", "attention_prefill", COMMON, make_prefill,
     NULL},
    {HANSE_KERNEL_ATTENTION_DECODE, HANSE_FP32, "", "attention_decode", COMMON, make_decode,
     NULL},
    {HANSE_KERNEL_ATTENTION_PREFILL, HANSE_BF16, "", "flash_prefill_128", MATRIX,
     make_flash_prefill, fits_flash},
    {HANSE_KERNEL_ATTENTION_DECODE, HANSE_BF16, "", "flash_decode_128", MATRIX,
     make_flash_decode, fits_flash},
    {HANSE_KERNEL_RMSNORM, HANSE_FP32, "", "rmsnorm", COMMON, make_rows, NULL},
    {HANSE_KERNEL_SWIGLU, HANSE_FP32, "", "swiglu", COMMON, make_area, NULL},
    {HANSE_KERNEL_SOFTMAX, HANSE_FP32, "", "softmax", COMMON, make_rows, NULL},
    {HANSE_KERNEL_ADAMW, HANSE_FP32, "", "adamw", COMMON, make_vector, NULL},
    {HANSE_KERNEL_STENCIL7, HANSE_FP64, "", "stencil7", COMMON, make_volume, NULL},
    {HANSE_KERNEL_SPMV_CSR, HANSE_FP64, "", "spmv_csr", COMMON, make_vector, NULL},
    {HANSE_KERNEL_SPMV_SELL, HANSE_FP64, "", "spmv_sell", COMMON, make_vector, NULL},
    {HANSE_KERNEL_FFT, HANSE_FP64, "", "fft_small", COMMON, make_fft, fits_fft},
};

enum { N_ROWS = sizeof rows / sizeof *rows };

static const struct row *row_of(const struct hanse_trial_key *key)
{
    for (int i = 0; i < N_ROWS; i++) {
        if (rows[i].kernel == key->kernel && rows[i].precision == key->precision &&
            strcmp(rows[i].variant, key->variant) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

bool hanse__gpu_runs(const struct hanse_trial_key *key, unsigned modules, int units)
{
    const struct row *row = row_of(key);
    return row != NULL && (row->module & modules) != 0 &&
           (row->fits == NULL || row->fits(key, units));
}

void hanse__gpu_recipe(const struct hanse_trial *trial, int units,
                       struct hanse__gpu_recipe *recipe)
{
    *recipe = (struct hanse__gpu_recipe){0};
    const struct order order = {row_of(&trial->key), trial, trial->key.shape.extent, units,
                                recipe};
    order.row->make(&order);
}

const char *hanse__gpu_kernel_name(int i, enum hanse__gpu_module *module)
{
    if (i < 0 || i >= N_ROWS) {
        return NULL;
    }
    *module = rows[i].module;
    return rows[i].name;
}
