/* Two neighbours of a row of C, as the fragments of matrix units hold them. */

DEVICE void store_fp16(global void *c, long i, const float *d)
{
    ((global uint *)c)[i / 2] = pack_fp16(d[0], d[1]);
}

DEVICE void store_bf16(global void *c, long i, const float *d)
{
    ((global uint *)c)[i / 2] = pack_bf16(d[0], d[1]);
}

DEVICE void store_tf32(global void *c, long i, const float *d)
{
    ((global float *)c)[i] = d[0];
    ((global float *)c)[i + 1] = d[1];
}

DEVICE void store_int8(global void *c, long i, const int *d)
{
    ((global int *)c)[i] = d[0];
    ((global int *)c)[i + 1] = d[1];
}
