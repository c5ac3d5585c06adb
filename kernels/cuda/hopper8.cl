/*
 * Hopper's matrix units in fp8 (e4m3; sums in fp32, of which the units keep 14 bits; C in
 * bf16), of the text in hopper.cl. A module of its own: should a driver refuse these, the other
 * precisions go on.
 */
HOPPER_PEAK(hopper_peak_fp8, float, wgmma_fp8, 0x38383838u, 32)
HOPPER_GEMM(hopper_gemm_fp8, float, 1, wgmma_fp8, 1, store_bf16)
