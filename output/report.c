#include "output/report.h"

#include "output/report_parts.h"

typedef void part_function(struct hanse_page *page);

static part_function *const parts[] = {
    hanse__report_head,        hanse__report_headline,  hanse__report_shown,
    hanse__report_fans,        hanse__report_cases,     hanse__report_floor,
    hanse__report_binds,       hanse__report_control,   hanse__report_outputs,
    hanse__report_assumptions, hanse__report_changes,   hanse__report_tornado,
    hanse__report_limits,      hanse__report_reproduce, hanse__report_download,
};

enum hanse_status hanse_report_write(struct hanse_context *ctx, struct hanse_results *results,
                                     const char *path)
{
    struct hanse_page page;
    enum hanse_status status = hanse__digest_init(&page.digest, ctx, results);

    hanse__text_init(&page.text, ctx);
    for (size_t i = 0; status == HANSE_OK && i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&page);
    }
    if (status == HANSE_OK) {
        status = hanse__digest_status(&page.digest);
    }
    if (status == HANSE_OK) {
        hanse__text_add(&page.text, "</main>\n</body>\n</html>\n");
        status = hanse__text_write(&page.text, path);
    }
    hanse__text_fini(&page.text);
    hanse__digest_fini(&page.digest);
    return status;
}
