/* Profiles from public timings of layers, read in place. */
#ifndef HANSE_TESTS_LAYERS_H
#define HANSE_TESTS_LAYERS_H

#include "scripting/layers.h"
#include "tests/published.h"

/* Fills a profile from n tables of layers below HANSE_TEST_DATA; skips where one is absent. */
static inline void fill_from_tables(struct hanse_context *ctx,
                                    const struct hanse_layers_settings *settings,
                                    const char *const *tables, size_t n, const char *source,
                                    struct hanse_profile *profile)
{
    struct hanse_layers *layers;
    enum hanse_status status = hanse_layers_create(ctx, settings, &layers);
    for (size_t i = 0; i < n && status == HANSE_OK; i++) {
        char path[1024];
        path_of(path, sizeof path, tables[i]);
        status = hanse_layers_read(layers, path);
    }
    if (status == HANSE_OK) {
        status = hanse_layers_fill(layers, source, profile);
    }
    if (status != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    hanse_layers_destroy(layers);
}

#endif
