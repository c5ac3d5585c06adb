/*
 * Feeds arbitrary text to the scenario loader: nothing may crash, leak or run on.
 *
 *     cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DHANSE_TESTS=ON \
 *         -DHANSE_FUZZ=ON -DHANSE_SANITIZE=address,undefined,fuzzer-no-link
 *     ninja -C build/fuzz fuzz_script
 *     build/fuzz/tests/fuzz_script -max_total_time=60 CORPUS tests/cli/bad
 */
#include <stddef.h>
#include <stdint.h>

#include "scripting/script.h"
#include "sim/model/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct hanse_script_limits limits = {.instructions = 1000000,
                                               .memory_bytes = 16 << 20};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_script *script;
    struct hanse_scenario *scenario;
    if (hanse_script_load_text(ctx, "fuzz.lua", (const char *)data, size, NULL, &limits,
                               &script) == HANSE_OK) {
        if (hanse_draft_freeze(hanse_script_draft(script), 0, NULL, 0, &scenario) == HANSE_OK) {
            hanse_scenario_destroy(scenario);
        }
    }
    hanse_script_destroy(script);
    hanse_context_destroy(ctx);
    return 0;
}
