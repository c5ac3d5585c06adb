/* Stencil, sparse products and Fourier transforms. */
#define CHUNK 32

KERNEL(GPU_WIDE)
stencil7(global const double *restrict u, global double *restrict v, long nx, long ny, long nz)
{
    long plane = nx * ny;
    for (long at = get_global_id(0); at < plane * nz; at += get_global_size(0)) {
        long i = at % nx, j = at / nx % ny, k = at / plane;
        bool edge = i == 0 || j == 0 || k == 0 || i == nx - 1 || j == ny - 1 || k == nz - 1;
        v[at] = edge ? u[at]
                     : 0.5 * u[at] + (1.0 / 12.0) * (u[at - 1] + u[at + 1] + u[at - nx] +
                                                     u[at + nx] + u[at - plane] + u[at + plane]);
    }
}

KERNEL(GPU_WIDE)
spmv_csr(global const int *restrict start, global const int *restrict column,
         global const double *restrict value, global const double *restrict x,
         global double *restrict y, long rows)
{
    for (long r = get_global_id(0); r < rows; r += get_global_size(0)) {
        double sum = 0.0;
        for (int e = start[r]; e < start[r + 1]; e++) {
            sum = fma(value[e], x[column[e]], sum);
        }
        y[r] = sum;
    }
}

KERNEL(GPU_WIDE)
spmv_sell(global const int *restrict chunk, global const int *restrict column,
          global const double *restrict value, global const int *restrict order,
          global const double *restrict x, global double *restrict y, long rows)
{
    for (long at = get_global_id(0); at < rows; at += get_global_size(0)) {
        double sum = 0.0;
        for (int e = chunk[at / CHUNK] + at % CHUNK; e < chunk[at / CHUNK + 1]; e += CHUNK) {
            sum = fma(value[e], x[column[e]], sum);
        }
        y[order[at]] = sum;
    }
}

/* --- Fourier: self-sorting passes (Stockham; Govindaraju et al. 2008) ---------------------- */

DEVICE double2 times(double2 a, double2 b)
{
    double2 product;
    product.x = fma(a.x, b.x, -a.y * b.y);
    product.y = fma(a.x, b.y, a.y * b.x);
    return product;
}

DEVICE double2 plus(double2 a, double2 b)
{
    double2 sum;
    sum.x = a.x + b.x;
    sum.y = a.y + b.y;
    return sum;
}

DEVICE double2 minus(double2 a, double2 b)
{
    double2 difference;
    difference.x = a.x - b.x;
    difference.y = a.y - b.y;
    return difference;
}

/* Butterfly j of the pass that makes transforms of length 2 s or 4 s from those of length s. */
#define PASS2(from, to, j, n, s)                                                               \
    {                                                                                          \
        long k = (j) % (s), at = ((j) - k) * 2 + k;                                            \
        double2 x0 = (from)[j], x1 = times((from)[(j) + (n) / 2], root[k * ((n) / (s) / 2)]);  \
        (to)[at] = plus(x0, x1);                                                               \
        (to)[at + (s)] = minus(x0, x1);                                                        \
    }
#define PASS4(from, to, j, n, s)                                                               \
    {                                                                                          \
        long k = (j) % (s), at = ((j) - k) * 4 + k, step = (n) / (s) / 4;                      \
        double2 x0 = (from)[j], x1 = times((from)[(j) + (n) / 4], root[k * step]);             \
        double2 x2 = times((from)[(j) + (n) / 2], root[2 * k * step]);                         \
        double2 x3 = times((from)[(j) + 3 * (n) / 4], root[3 * k * step]);                     \
        double2 a = plus(x0, x2), b = minus(x0, x2), c = plus(x1, x3), d = minus(x1, x3), e;   \
        e.x = d.y; /* d times −i */                                                            \
        e.y = -d.x;                                                                            \
        (to)[at] = plus(a, c);                                                                 \
        (to)[at + (s)] = plus(b, e);                                                           \
        (to)[at + 2 * (s)] = minus(a, c);                                                      \
        (to)[at + 3 * (s)] = minus(b, e);                                                      \
    }

KERNEL(GPU_WIDE)
fft_pass2(global const double2 *restrict from, global const double2 *restrict root,
          global double2 *restrict to, long n, long batch, long s)
{
    for (long i = get_global_id(0); i < batch * (n / 2); i += get_global_size(0)) {
        long first = i / (n / 2) * n;
        PASS2(from + first, to + first, i % (n / 2), n, s)
    }
}

KERNEL(GPU_WIDE)
fft_pass4(global const double2 *restrict from, global const double2 *restrict root,
          global double2 *restrict to, long n, long batch, long s)
{
    for (long i = get_global_id(0); i < batch * (n / 4); i += get_global_size(0)) {
        long first = i / (n / 4) * n;
        PASS4(from + first, to + first, i % (n / 4), n, s)
    }
}

/* A transform that fits into a group's memory is one group's, from the first pass to the last. */
KERNEL(GPU_GROUP)
fft_small(global const double2 *restrict from, global const double2 *restrict root,
          global double2 *restrict to, long n)
{
    SHARED double2 room[2][GPU_FFT];
    long first = get_group_id(0) * n, s = 1;
    int item = get_local_id(0), in = 0;
    for (long i = item; i < n; i += GPU_GROUP) {
        room[0][i] = from[first + i];
    }
    SYNC;
    for (; s * 4 <= n; s *= 4, in = 1 - in) {
        for (long j = item; j < n / 4; j += GPU_GROUP) {
            PASS4(room[in], room[1 - in], j, n, s)
        }
        SYNC;
    }
    if (s < n) {
        for (long j = item; j < n / 2; j += GPU_GROUP) {
            PASS2(room[in], room[1 - in], j, n, s)
        }
        SYNC;
        in = 1 - in;
    }
    for (long i = item; i < n; i += GPU_GROUP) {
        to[first + i] = room[in][i];
    }
}
