/*
 * Cards: what a scenario's accelerator takes from a profile.
 *
 * A profile holds dozens of rates; the flow law of a national scenario asks two of a device,
 * what it reaches in prefill and in decode. A card holds these, in every precision the profile
 * has, as whole steps of Llama 3 8B reach them in an engine that is not known: prefill with
 * four prompts of 1,024 tokens, 2 × parameters × tokens ÷ time; decode with 16 requests of
 * 1,024 tokens, (weights + caches) ÷ time. `common_log_sd` is the engine's spread, which both
 * share.
 */
#ifndef HANSE_CLI_CALIBRATE_CARD_H
#define HANSE_CLI_CALIBRATE_CARD_H

#include "sim/model/profile.h"

/* Writes PATH. `from`: what the profile is called, for the sources. HANSE_ERR_IO;
 * HANSE_ERR_INPUT when the profile has no precision that a model can be served in. */
enum hanse_status hanse_cli_write_card(struct hanse_context *ctx,
                                       const struct hanse_profile *profile, const char *from,
                                       const char *path);

#endif
