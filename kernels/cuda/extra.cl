/* What CUDA has and OpenCL 1.2 has not: stores past the cache, and groups that meet. */

KERNEL(GPU_WIDE)
stream_copy_past(global const double *restrict a, global double *restrict c, long n)
{
    global const double2 *a2 = (global const double2 *)a;
    global double2 *c2 = (global double2 *)c;
    for (long i = get_global_id(0); i < n / 2; i += get_global_size(0)) {
        store_past(&c2[i], load_past(&a2[i]));
    }
    if (get_global_id(0) == 0 && n % 2 == 1) {
        c[n - 1] = a[n - 1];
    }
}

KERNEL(GPU_WIDE)
stream_triad_past(global const double *restrict b, global const double *restrict c,
                  global double *restrict a, long n)
{
    global const double2 *b2 = (global const double2 *)b, *c2 = (global const double2 *)c;
    global double2 *a2 = (global double2 *)a;
    for (long i = get_global_id(0); i < n / 2; i += get_global_size(0)) {
        double2 x = load_past(&b2[i]), y = load_past(&c2[i]), z;
        z.x = fma(3.0, y.x, x.x);
        z.y = fma(3.0, y.y, x.y);
        store_past(&a2[i], z);
    }
    if (get_global_id(0) == 0 && n % 2 == 1) {
        a[n - 1] = fma(3.0, c[n - 1], b[n - 1]);
    }
}

/* All groups of a cooperative launch meet, `rounds` times. `arrived` only ever grows: whoever
 * makes it a multiple of the number of groups ends a round. */
KERNEL(GPU_GROUP) barrier_grid(global ulong *arrived, long rounds)
{
    ulong groups = (ulong)get_num_groups(0);
    for (long i = 0; i < rounds; i++) {
        SYNC;
        if (get_local_id(0) == 0) {
            ulong mine = add_at(arrived, 1);
            ulong target = (mine / groups + 1) * groups;
            while (read_at(arrived) < target) {
                PAUSE;
            }
        }
        SYNC;
    }
}
