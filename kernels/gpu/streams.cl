/* Memory, ceilings and latencies. Work and layouts: sim/model/kernel.h, kernels/trial.h. */

KERNEL(GPU_GROUP) launch(void)
{
}

/* --- streams: sixteen bytes at a time, and the odd element at the end --------------------- */

KERNEL(GPU_WIDE)
stream_copy(global const double *restrict a, global double *restrict c, long n)
{
    global const double2 *a2 = (global const double2 *)a;
    global double2 *c2 = (global double2 *)c;
    for (long i = get_global_id(0); i < n / 2; i += get_global_size(0)) {
        c2[i] = a2[i];
    }
    if (get_global_id(0) == 0 && n % 2 == 1) {
        c[n - 1] = a[n - 1];
    }
}

KERNEL(GPU_WIDE)
stream_triad(global const double *restrict b, global const double *restrict c,
             global double *restrict a, long n)
{
    global const double2 *b2 = (global const double2 *)b, *c2 = (global const double2 *)c;
    global double2 *a2 = (global double2 *)a;
    for (long i = get_global_id(0); i < n / 2; i += get_global_size(0)) {
        double2 x = b2[i], y = c2[i], z;
        z.x = fma(3.0, y.x, x.x);
        z.y = fma(3.0, y.y, x.y);
        a2[i] = z;
    }
    if (get_global_id(0) == 0 && n % 2 == 1) {
        a[n - 1] = fma(3.0, c[n - 1], b[n - 1]);
    }
}

/* The same for processors: each item takes a run of neighbours, which their compilers make a
 * loop of vectors. */
DEVICE long run_start(long n, long item)
{
    return n / 8 * item / (long)get_global_size(0) * 8;
}

DEVICE long run_end(long n, long item)
{
    return item + 1 == (long)get_global_size(0) ? n : run_start(n, item + 1);
}

KERNEL(GPU_WIDE)
stream_copy_runs(global const double *restrict a, global double *restrict c, long n)
{
    long end = run_end(n, get_global_id(0));
    for (long i = run_start(n, get_global_id(0)); i < end; i++) {
        c[i] = a[i];
    }
}

KERNEL(GPU_WIDE)
stream_triad_runs(global const double *restrict b, global const double *restrict c,
                  global double *restrict a, long n)
{
    long end = run_end(n, get_global_id(0));
    for (long i = run_start(n, get_global_id(0)); i < end; i++) {
        a[i] = fma(3.0, c[i], b[i]);
    }
}

/* Sum over a group, in a tree; all items get it. */
DEVICE double wide_sum(double x, SHARED_POINTER double *room)
{
    int item = get_local_id(0);
    room[item] = x;
    for (int half_size = GPU_WIDE / 2; half_size > 0; half_size /= 2) {
        SYNC;
        if (item < half_size) {
            room[item] += room[item + half_size];
        }
    }
    SYNC;
    return room[0];
}

/* A sum for each group; then one group adds those. */
KERNEL(GPU_WIDE)
stream_read(global const double *restrict a, global double *restrict partial, long n)
{
    SHARED double room[GPU_WIDE];
    global const double2 *a2 = (global const double2 *)a;
    double sum = get_global_id(0) == 0 && n % 2 == 1 ? a[n - 1] : 0.0;
    double other = 0.0;
    for (long i = get_global_id(0); i < n / 2; i += get_global_size(0)) {
        double2 x = a2[i];
        sum += x.x;
        other += x.y;
    }
    sum = wide_sum(sum + other, room);
    if (get_local_id(0) == 0) {
        partial[get_group_id(0)] = sum;
    }
}

KERNEL(GPU_WIDE)
stream_read_end(global const double *restrict partial, global double *restrict out, long n)
{
    SHARED double room[GPU_WIDE];
    double sum = 0.0;
    for (long i = get_local_id(0); i < n; i += GPU_WIDE) {
        sum += partial[i];
    }
    sum = wide_sum(sum, room);
    if (get_local_id(0) == 0) {
        out[0] = sum;
    }
}

/* --- ceilings ----------------------------------------------------------------------------- */

/* Chains of x ← x / 2 + 1; what is not 2 in the end shows. */
#define FMA_PEAK(name, T)                                                                      \
    KERNEL(GPU_WIDE) name(global T *out, long steps)                                           \
    {                                                                                          \
        T x[GPU_CHAINS];                                                                       \
        for (int c = 0; c < GPU_CHAINS; c++) {                                                 \
            x[c] = (T)(c + get_local_id(0));                                                   \
        }                                                                                      \
        UNROLL_BY_8 for (long i = 0; i < steps; i++)                                           \
        {                                                                                      \
            UNROLL for (int c = 0; c < GPU_CHAINS; c++)                                        \
            {                                                                                  \
                x[c] = fma(x[c], (T)0.5, (T)1.0);                                              \
            }                                                                                  \
        }                                                                                      \
        T mean = 0;                                                                            \
        for (int c = 0; c < GPU_CHAINS; c++) {                                                 \
            mean += x[c] / (T)GPU_CHAINS;                                                      \
        }                                                                                      \
        if (get_global_id(0) < 64) {                                                           \
            out[get_global_id(0)] = mean;                                                      \
        }                                                                                      \
    }
FMA_PEAK(fma_peak_fp64, double)
FMA_PEAK(fma_peak_fp32, float)

/* --- latencies ---------------------------------------------------------------------------- */

/* One item follows the cells of a cycle once round. */
KERNEL(1) chase(global const long *restrict cells, global long *restrict out, long turn)
{
    long start = 8 * turn, at = cells[start];
    while (at != start) {
        at = cells[at];
    }
    out[0] = at;
}
