#include "cli/load.h"

#include <stdio.h>
#include <string.h>

static enum hanse_status read_settings(struct hanse_context *ctx,
                                       const struct hanse_cli_list *arguments,
                                       struct hanse_cli_loaded *loaded)
{
    size_t n = arguments != NULL ? arguments->count : 0;
    loaded->settings = hanse__alloc(ctx, n + 1, sizeof *loaded->settings);
    if (loaded->settings == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        HANSE_TRY(hanse_script_setting(ctx, loaded->script, arguments->items[i],
                                       &loaded->settings[i]));
        loaded->n_settings++;
    }
    return HANSE_OK;
}

static enum hanse_status freeze_all(struct hanse_cli_loaded *loaded)
{
    struct hanse_draft *draft = hanse_script_draft(loaded->script);
    for (size_t i = 0; i < hanse_draft_n_cases(draft); i++) {
        HANSE_TRY(hanse_draft_freeze(draft, i, loaded->settings, loaded->n_settings,
                                     &loaded->cases[i]));
        loaded->names[i] = hanse_draft_case_name(draft, i);
        loaded->labels[i] = hanse_draft_case_label(draft, i);
        loaded->n_cases++;
    }
    return HANSE_OK;
}

/* The one case of --with. Its name is its overrides joined by '+', or "baseline". */
static enum hanse_status freeze_one(struct hanse_context *ctx, const char *with,
                                    struct hanse_cli_loaded *loaded)
{
    size_t length = strlen(with), n = 0;
    loaded->with = hanse__alloc(ctx, 2, length + 1);
    const char **overrides = hanse__alloc(ctx, length + 1, sizeof *overrides);
    if (loaded->with == NULL || overrides == NULL) {
        hanse__free(overrides);
        return HANSE_ERR_MEMORY;
    }
    char *words = loaded->with, *name = loaded->with + length + 1, *rest = NULL;
    strcpy(words, with);
    strcpy(name, with);
    for (char *comma = name; (comma = strchr(comma, ',')) != NULL;) {
        *comma = '+';
    }
    for (char *word = strtok_r(words, ",", &rest); word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        overrides[n++] = word;
    }
    loaded->names[0] = loaded->labels[0] = length > 0 ? name : "baseline";
    enum hanse_status status =
        hanse_draft_freeze_with(hanse_script_draft(loaded->script), loaded->names[0], overrides,
                                n, loaded->settings, loaded->n_settings, &loaded->cases[0]);
    hanse__free(overrides);
    loaded->n_cases = status == HANSE_OK;
    return status;
}

static enum hanse_status load(struct hanse_context *ctx, const char *path,
                              const struct hanse_cli_load_options *options,
                              struct hanse_cli_loaded *loaded)
{
    HANSE_TRY(hanse_script_load(ctx, path, NULL, NULL, &loaded->script));
    HANSE_TRY(read_settings(ctx, options->settings, loaded));
    size_t n = hanse_draft_n_cases(hanse_script_draft(loaded->script));
    loaded->cases = hanse__alloc(ctx, n + 1, sizeof *loaded->cases);
    loaded->names = hanse__alloc(ctx, n + 1, sizeof *loaded->names);
    loaded->labels = hanse__alloc(ctx, n + 1, sizeof *loaded->labels);
    if (loaded->cases == NULL || loaded->names == NULL || loaded->labels == NULL) {
        return HANSE_ERR_MEMORY;
    }
    return options->with != NULL ? freeze_one(ctx, options->with, loaded) : freeze_all(loaded);
}

enum hanse_status hanse_cli_load(struct hanse_context *ctx, const char *path,
                                 const struct hanse_cli_load_options *options,
                                 struct hanse_cli_loaded *loaded)
{
    *loaded = (struct hanse_cli_loaded){0};
    enum hanse_status status = load(ctx, path, options, loaded);
    if (status != HANSE_OK) {
        hanse_cli_loaded_fini(loaded);
    }
    return status;
}

enum hanse_status hanse_cli_load_one(struct hanse_context *ctx, const char *path,
                                     const struct hanse_cli_load_one_options *options,
                                     struct hanse_cli_loaded *loaded)
{
    char seed[64];
    const char **items = hanse__alloc(ctx, options->set->count + 1, sizeof *items);
    if (items == NULL) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse_cli_list list = {.items = items};
    for (size_t i = 0; i < options->set->count; i++) {
        items[list.count++] = options->set->items[i];
    }
    if (options->seed >= 0) {
        snprintf(seed, sizeof seed, "scenario.seed=%lld", (long long)options->seed);
        items[list.count++] = seed;
    }
    const struct hanse_cli_load_options all = {
        .with = options->with != NULL ? options->with : "", .settings = &list};
    enum hanse_status status = hanse_cli_load(ctx, path, &all, loaded);
    hanse__free((void *)items);
    return status;
}

void hanse_cli_loaded_fini(struct hanse_cli_loaded *loaded)
{
    for (size_t i = 0; i < loaded->n_cases; i++) {
        hanse_scenario_destroy(loaded->cases[i]);
    }
    hanse__free(loaded->cases);
    hanse__free((void *)loaded->names);
    hanse__free((void *)loaded->labels);
    hanse__free(loaded->settings);
    hanse__free(loaded->with);
    hanse_script_destroy(loaded->script);
    *loaded = (struct hanse_cli_loaded){0};
}
