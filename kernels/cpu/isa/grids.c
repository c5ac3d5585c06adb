/* Stencil, sparse products, Fourier transforms: what HPC batch jobs are made of. */
#include "kernels/cpu/isa/kernels.h"

/* One line along x of the interior of the grid. */
static void stencil_line(const double *restrict u, double *restrict v, int64_t nx,
                         int64_t plane)
{
    v[0] = u[0];
    for (int64_t i = 1; i < nx - 1; i++) {
        double sides =
            u[i - 1] + u[i + 1] + u[i - nx] + u[i + nx] + u[i - plane] + u[i + plane];
        v[i] = HANSE_STENCIL_CENTRE * u[i] + HANSE_STENCIL_SIDE * sides;
    }
    v[nx - 1] = u[nx - 1];
}

void HANSE__HERE(stencil7)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    int64_t nx = e[0], ny = e[1], nz = e[2], plane = nx * ny;
    const double *u = job->trial->buffers[0].data;
    double *v = job->trial->buffers[1].data;
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t k = 0; k < nz; k++) {
        for (int64_t j = 0; j < ny; j++) {
            int64_t at = k * plane + j * nx;
            if (k == 0 || k == nz - 1 || j == 0 || j == ny - 1 || nx < 3) {
                memcpy(v + at, u + at, (size_t)nx * sizeof *v);
            } else {
                stencil_line(u + at, v + at, nx, plane);
            }
        }
    }
}

void HANSE__HERE(spmv_csr)(const struct hanse__cpu_job *job)
{
    const struct hanse_buffer *b = job->trial->buffers;
    const int32_t *start = b[0].data, *column = b[1].data;
    const double *value = b[2].data, *x = b[3].data;
    double *y = b[4].data;
    int64_t rows = job->trial->key.shape.extent[0];
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t r = 0; r < rows; r++) {
        double s0 = 0.0, s1 = 0.0;
        int32_t e = start[r], last = start[r + 1];
        for (; e + 1 < last; e += 2) {
            s0 += value[e] * x[column[e]];
            s1 += value[e + 1] * x[column[e + 1]];
        }
        y[r] = e < last ? s0 + s1 + value[e] * x[column[e]] : s0 + s1;
    }
}

void HANSE__HERE(spmv_sell)(const struct hanse__cpu_job *job)
{
    const struct hanse_buffer *b = job->trial->buffers;
    const int32_t *chunk = b[0].data, *column = b[1].data, *order = b[3].data;
    const double *value = b[2].data, *x = b[4].data;
    double *y = b[5].data;
    int64_t rows = job->trial->key.shape.extent[0];
    int64_t chunks = (rows + HANSE_SELL_CHUNK - 1) / HANSE_SELL_CHUNK;
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t c = 0; c < chunks; c++) {
        double sums[HANSE_SELL_CHUNK] = {0};
        for (int32_t e = chunk[c]; e < chunk[c + 1]; e += HANSE_SELL_CHUNK) {
            for (int i = 0; i < HANSE_SELL_CHUNK; i++) {
                sums[i] += value[e + i] * x[column[e + i]];
            }
        }
        for (int64_t i = 0; i < HANSE_SELL_CHUNK && c * HANSE_SELL_CHUNK + i < rows; i++) {
            y[order[c * HANSE_SELL_CHUNK + i]] = sums[i];
        }
    }
}

/* One radix-2 pass of Stockham's autosort: from x to y, `half` butterflies of `stride`. */
static void pass2(const double *restrict x, double *restrict y, const double *root,
                  int64_t half, int64_t stride)
{
    for (int64_t p = 0; p < half; p++) {
        double wr = root[2 * p * stride], wi = root[2 * p * stride + 1];
        const double *a = x + 2 * stride * p, *b = x + 2 * stride * (p + half);
        double *c = y + 2 * stride * 2 * p, *d = c + 2 * stride;
        for (int64_t q = 0; q < 2 * stride; q += 2) {
            double re = a[q] - b[q], im = a[q + 1] - b[q + 1];
            c[q] = a[q] + b[q];
            c[q + 1] = a[q + 1] + b[q + 1];
            d[q] = re * wr - im * wi;
            d[q + 1] = re * wi + im * wr;
        }
    }
}

/* One radix-4 pass: two of the above with the data read and written once. */
static void pass4(const double *restrict x, double *restrict y, const double *root,
                  int64_t quarter, int64_t stride)
{
    for (int64_t p = 0; p < quarter; p++) {
        const double *w1 = root + 2 * p * stride, *w2 = root + 4 * p * stride;
        const double *w3 = root + 6 * p * stride;
        const double *a = x + 2 * stride * p, *b = a + 2 * stride * quarter;
        const double *c = b + 2 * stride * quarter, *d = c + 2 * stride * quarter;
        double *to = y + 2 * stride * 4 * p;
        for (int64_t q = 0; q < 2 * stride; q += 2) {
            double s0r = a[q] + c[q], s0i = a[q + 1] + c[q + 1];
            double s1r = a[q] - c[q], s1i = a[q + 1] - c[q + 1];
            double s2r = b[q] + d[q], s2i = b[q + 1] + d[q + 1];
            double s3r = b[q + 1] - d[q + 1], s3i = d[q] - b[q]; /* −i (b − d) */
            double t1r = s1r + s3r, t1i = s1i + s3i;
            double t2r = s0r - s2r, t2i = s0i - s2i;
            double t3r = s1r - s3r, t3i = s1i - s3i;
            to[q] = s0r + s2r;
            to[q + 1] = s0i + s2i;
            to[q + 2 * stride] = t1r * w1[0] - t1i * w1[1];
            to[q + 2 * stride + 1] = t1r * w1[1] + t1i * w1[0];
            to[q + 4 * stride] = t2r * w2[0] - t2i * w2[1];
            to[q + 4 * stride + 1] = t2r * w2[1] + t2i * w2[0];
            to[q + 6 * stride] = t3r * w3[0] - t3i * w3[1];
            to[q + 6 * stride + 1] = t3r * w3[1] + t3i * w3[0];
        }
    }
}

static void transform(const double *x, double *y, double *room, const double *root, int64_t n)
{
    int passes = 0;
    for (int64_t left = n; left > 1; left = left % 4 == 0 ? left / 4 : left / 2) {
        passes++;
    }
    const double *from = x;
    /* The last pass has to end in y. */
    double *to = passes % 2 == 1 ? y : room;
    int64_t stride = 1;
    if (passes == 0) {
        memcpy(y, x, 2 * sizeof *y);
    }
    for (int64_t left = n; left > 1;) {
        if (left % 4 == 0) {
            pass4(from, to, root, left / 4, stride);
            left /= 4;
            stride *= 4;
        } else {
            pass2(from, to, root, left / 2, stride);
            left /= 2;
            stride *= 2;
        }
        from = to;
        to = to == y ? room : y;
    }
}

void HANSE__HERE(fft)(const struct hanse__cpu_job *job)
{
    const int64_t *e = job->trial->key.shape.extent;
    const struct hanse_buffer *b = job->trial->buffers;
    const double *x = b[0].data, *root = b[1].data;
    double *y = b[2].data, *room = b[3].data;
#pragma omp parallel for schedule(static) num_threads(job->n_threads)
    for (int64_t t = 0; t < e[1]; t++) {
        int64_t at = 2 * e[0] * t;
        transform(x + at, y + at, room + at, root, e[0]);
    }
}
