#include "sim/base/processor.h"

#include <stdbool.h>

#if defined(__x86_64__)
static bool has_level_3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
}

static bool has_level_4(void)
{
    return has_level_3() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

const char *hanse_processor_class(void)
{
    __builtin_cpu_init();
    if (has_level_4()) {
        return "x86-64-v4";
    }
    if (has_level_3()) {
        return "x86-64-v3";
    }
    return __builtin_cpu_supports("sse4.2") ? "x86-64-v2" : "x86-64-v1";
}
#elif defined(__aarch64__)
const char *hanse_processor_class(void)
{
    return "aarch64";
}
#else
const char *hanse_processor_class(void)
{
    return "other";
}
#endif
