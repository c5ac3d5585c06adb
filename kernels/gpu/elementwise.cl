/* Fused elementwise kernels. A row of rmsnorm and softmax is a group's. */

/* Sum over a group, in a tree; all items get it. */
DEVICE float row_sum(float x, SHARED_POINTER float *room)
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
    float sum = room[0];
    SYNC;
    return sum;
}

KERNEL(GPU_WIDE)
rmsnorm(global const float *restrict x, global const float *restrict w,
        global float *restrict y, long c)
{
    SHARED float room[GPU_WIDE];
    long first = get_group_id(0) * c;
    float squares = 0.0f;
    for (long j = get_local_id(0); j < c; j += GPU_WIDE) {
        squares = fma(x[first + j], x[first + j], squares);
    }
    float inverse = 1.0f / sqrt(row_sum(squares, room) / (float)c + 1e-5f);
    for (long j = get_local_id(0); j < c; j += GPU_WIDE) {
        y[first + j] = x[first + j] * inverse * w[j];
    }
}

KERNEL(GPU_WIDE)
swiglu(global const float *restrict x, global const float *restrict y,
       global float *restrict out, long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        out[i] = x[i] / (1.0f + exp(-x[i])) * y[i];
    }
}

KERNEL(GPU_WIDE) softmax(global const float *restrict x, global float *restrict y, long c)
{
    SHARED float room[GPU_WIDE];
    int item = get_local_id(0);
    long first = get_group_id(0) * c;
    float top = -INFINITY, sum = 0.0f;
    for (long j = item; j < c; j += GPU_WIDE) {
        top = fmax(top, x[first + j]);
    }
    room[item] = top;
    for (int half_size = GPU_WIDE / 2; half_size > 0; half_size /= 2) {
        SYNC;
        if (item < half_size) {
            room[item] = fmax(room[item], room[item + half_size]);
        }
    }
    SYNC;
    top = room[0];
    SYNC;
    for (long j = item; j < c; j += GPU_WIDE) {
        float e = exp(x[first + j] - top);
        y[first + j] = e;
        sum += e;
    }
    float inverse = 1.0f / row_sum(sum, room);
    for (long j = item; j < c; j += GPU_WIDE) {
        y[first + j] *= inverse;
    }
}

KERNEL(GPU_WIDE)
adamw(global const float *restrict p, global const float *restrict g,
      global const float *restrict m, global const float *restrict v,
      global float *restrict p_out, global float *restrict m_out,
      global float *restrict v_out, long n)
{
    for (long i = get_global_id(0); i < n; i += get_global_size(0)) {
        float m1 = 0.9f * m[i] + (1.0f - 0.9f) * g[i];
        float v1 = 0.95f * v[i] + (1.0f - 0.95f) * g[i] * g[i];
        p_out[i] = p[i] - 1e-3f * (m1 / (sqrt(v1) + 1e-8f) + 0.1f * p[i]);
        m_out[i] = m1;
        v_out[i] = v1;
    }
}
