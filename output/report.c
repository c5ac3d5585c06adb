#include "output/report.h"

#include "output/report_denial.h"

typedef void part_function(struct hanse_page *page);

static part_function *const parts[] = {
    hanse__report_head,     hanse__report_headline,    hanse__report_shown,
    hanse__report_fans,     hanse__report_cases,       hanse__report_shocks,
    hanse__report_floor,    hanse__report_binds,       hanse__report_control,
    hanse__report_outputs,  hanse__report_assumptions, hanse__report_changes,
    hanse__report_tornado,  hanse__report_limits,      hanse__report_reproduce,
    hanse__report_download,
};

/* Of a file of denial experiments. */
static part_function *const denial_ends[] = {hanse__report_assumptions, hanse__report_limits,
                                             hanse__report_reproduce};

static enum hanse_status write_denial(struct hanse_page *page)
{
    hanse__report_head(page);
    HANSE_TRY(hanse__report_denial(page));
    for (size_t i = 0; i < sizeof denial_ends / sizeof *denial_ends; i++) {
        denial_ends[i](page);
    }
    return HANSE_OK;
}

static enum hanse_status write_parts(struct hanse_page *page)
{
    if (hanse_results_has(page->digest.results, "/denial/exposure_mean")) {
        return write_denial(page);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](page);
    }
    return HANSE_OK;
}

enum hanse_status hanse_report_write(struct hanse_context *ctx, struct hanse_results *results,
                                     const char *path)
{
    struct hanse_page page;
    enum hanse_status status = hanse__digest_init(&page.digest, ctx, results);

    hanse__text_init(&page.text, ctx);
    if (status == HANSE_OK) {
        status = write_parts(&page);
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
