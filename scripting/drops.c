#include "scripting/drops.h"

#include <stdio.h>

enum { SHOWN_BYTES = 40 };

static const struct {
    const char *name, *words;
} reasons[HANSE_DROPS] = {
    [HANSE_DROP_NO_PROCESSORS] = {"no_processors", "neither allocated nor requested "
                                                   "processors are known"},
    [HANSE_DROP_TOO_WIDE] = {"too_wide", "wider than the machine"},
    [HANSE_DROP_NO_RUNTIME] = {"no_runtime", "never ran (runtime <= 0)"},
    [HANSE_DROP_NO_SUBMIT] = {"no_submit", "submit time before the log's origin"},
    [HANSE_DROP_NO_ESTIMATE] = {"no_estimate", "no requested time (--estimates exact goes "
                                               "without)"},
    [HANSE_DROP_MALFORMED] = {"malformed", "malformed lines"},
    [HANSE_DROP_UNSORTED] = {"unsorted", "submitted before the line above"},
    [HANSE_DROP_NO_SERVICE] = {"no_service", "service time not above 0"},
};

const char *hanse_drop_name(enum hanse_drop reason)
{
    return reasons[reason].name;
}

const char *hanse_drop_words(enum hanse_drop reason)
{
    return reasons[reason].words;
}

uint64_t hanse_drops_total(const struct hanse_drops *drops)
{
    uint64_t total = 0;
    for (int i = 0; i < HANSE_DROPS; i++) {
        total += drops->count[i];
    }
    return total;
}

/* Control characters become '?'; what is cut off ends on a whole UTF-8 character. */
static void show(const struct hanse_bad_line *bad, char out[SHOWN_BYTES + 8])
{
    size_t n = bad->n < SHOWN_BYTES ? bad->n : SHOWN_BYTES;
    while (n < bad->n && n > 0 && ((unsigned char)bad->value[n] & 0xC0) == 0x80) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bad->value[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : (char)c;
    }
    snprintf(out + n, 8, "%s", n < bad->n ? "…" : "");
}

enum hanse_status hanse__drop_bad(struct hanse_drops *drops, struct hanse_context *ctx,
                                  bool lenient, const struct hanse_bad_line *bad)
{
    char value[SHOWN_BYTES + 8] = "", message[256];
    if (lenient && drops->count[bad->reason]++ > 0) {
        return HANSE_OK;
    }
    if (bad->value != NULL) {
        show(bad, value);
    }
    snprintf(message, sizeof message, "%s: %s%s%s%s", bad->field, bad->rule,
             bad->value != NULL ? ", got '" : "", value, bad->value != NULL ? "'" : "");
    if (lenient) {
        snprintf(drops->first[bad->reason], sizeof drops->first[0], "%llu: %.230s",
                 (unsigned long long)bad->line, message);
        return HANSE_OK;
    }
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s:%llu: %s", bad->path,
                       (unsigned long long)bad->line, message);
}
