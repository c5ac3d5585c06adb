/* How tiles lie in the group's memory, and how fragments go back to C. */

/* Where block `c` (of sixteen bytes) of row r lies, in rows of 4, 8, 16 and 32 blocks. */
DEVICE int place4(int r, int c)
{
    return r * 64 + ((c ^ (r >> 1 & 3)) << 4);
}

DEVICE int place8(int r, int c)
{
    return r * 128 + ((c ^ (r & 7)) << 4);
}

DEVICE int place16(int r, int c)
{
    return r * 256 + ((c ^ (r & 7)) << 4);
}

DEVICE int place32(int r, int c)
{
    return r * 512 + ((c ^ ((r & 3) << 1)) << 4);
}

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
