/* Who controls the work: the control ledger, member by member and by legal system. */
#include <math.h>
#include <stdio.h>

#include "output/report_parts.h"

static const struct {
    const char *output, *title;
} COLUMNS[] = {
    {"at_home_share", "on own territory"},
    {"home_owned_share", "owned at home"},
    {"foreign_reach_share", "foreign law can compel access"},
    {"own_vote_share", "own votes on the rules"},
    {"foreign_veto_share", "another can veto rules alone"},
    {"logged_share", "logs can be read"},
    {"open_firmware_share", "firmware can be inspected"},
    {"auditable_share", "logs, firmware and results"},
};
enum { N_COLUMNS = sizeof COLUMNS / sizeof *COLUMNS };

static struct hanse_figures of_member(const struct hanse_digest *digest, const char *output,
                                      size_t which, size_t member)
{
    char view[128];
    snprintf(view, sizeof view, "%s_by_jurisdiction", output);
    return hanse__digest_figures(digest, view, which, digest->headline.window, member);
}

static void member_row(struct hanse_page *page, size_t which, size_t member, const char *name)
{
    struct hanse_text *text = &page->text;
    const struct hanse_measure measure = hanse__measure("1", true, 1.0);
    if (!(of_member(&page->digest, "work_served", which, member).mean > 0.0)) {
        return;
    }
    hanse__text_add(text, "<tr><td>");
    hanse__text_escaped(text, name);
    hanse__text_add(text, "</td>");
    for (size_t i = 0; i < N_COLUMNS; i++) {
        struct hanse_figures f = of_member(&page->digest, COLUMNS[i].output, which, member);
        hanse__page_figure_cell(page, &measure, false, f.mean, f.ci_low, f.ci_high);
    }
    hanse__text_add(text, "</tr>\n");
}

static void members_table(struct hanse_page *page, size_t which, const char *const *names,
                          size_t n)
{
    struct hanse_text *text = &page->text;
    hanse__text_add(text, "<div class=\"scroll\"><table><thead><tr><th>Work served for the "
                          "people of</th>");
    for (size_t i = 0; i < N_COLUMNS; i++) {
        hanse__text_addf(text, "<th class=\"number\">%s</th>", COLUMNS[i].title);
    }
    hanse__text_add(text, "</tr></thead>\n<tbody>\n");
    for (size_t j = 0; j < n; j++) {
        member_row(page, which, j, names[j]);
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

/* Mean of all members' work in a legal system's column, over the mean of all work. */
static double of_system(const struct hanse_digest *digest, const char *output, size_t which,
                        size_t system)
{
    size_t window = digest->headline.window;
    double all = hanse__digest_figures(digest, "work_served", which, window, 0).mean;
    return of_member(digest, output, which, system).mean / all;
}

static void systems_table(struct hanse_page *page, size_t which, const char *const *names,
                          size_t n)
{
    static const char *const OUTPUTS[] = {"work_on_territory", "work_owned_in",
                                          "work_under_votes", "work_in_reach"};
    struct hanse_text *text = &page->text;
    const struct hanse_measure measure = hanse__measure("1", true, 1.0);
    hanse__text_add(text, "<div class=\"scroll\"><table><thead><tr><th>Legal system</th>"
                          "<th class=\"number\">done there</th><th class=\"number\">owned "
                          "there</th><th class=\"number\">its votes on the rules</th>"
                          "<th class=\"number\">it can compel access</th></tr></thead>\n"
                          "<tbody>\n");
    for (size_t j = 0; j < n; j++) {
        char figure[HANSE_FIGURE_BYTES];
        if (!(of_system(&page->digest, "work_in_reach", which, j) > 0.0) &&
            !(of_system(&page->digest, "work_under_votes", which, j) > 0.0)) {
            continue;
        }
        hanse__text_add(text, "<tr><td>");
        hanse__text_escaped(text, names[j]);
        hanse__text_add(text, "</td>");
        for (size_t i = 0; i < sizeof OUTPUTS / sizeof *OUTPUTS; i++) {
            hanse__text_add(text, "<td class=\"number\">");
            hanse__text_escaped(
                text, hanse__figure_exact(figure, &measure,
                                          of_system(&page->digest, OUTPUTS[i], which, j)));
            hanse__text_add(text, "</td>");
        }
        hanse__text_add(text, "</tr>\n");
    }
    hanse__text_add(text, "</tbody></table></div>\n");
}

void hanse__report_control(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    const struct hanse_digest *digest = &page->digest;
    const char *const *names;
    size_t n;
    if (!hanse_results_has(digest->results, "/summary/at_home_share_by_jurisdiction") ||
        hanse_results_labels(digest->results, "jurisdiction_label", &names, &n) != HANSE_OK) {
        return;
    }
    hanse__text_add(text, "<h2>Who controls the work</h2>\n<p class=\"note\">The control "
                          "ledger: shares of all work served, on time or late, batch jobs and "
                          "rented answers too, ");
    hanse__page_over_window(page, digest->headline.window);
    hanse__text_add(text, ". Legal systems able to compel access overlap: one unit of work "
                          "counts for each that can, so that column doesn\xe2\x80\x99t add up "
                          "to 100\xc2\xa0%; the three before it do.</p>\n");
    hanse__page_tabs_begin(page, "control");
    for (size_t i = 0; i < digest->n_cases; i++) {
        hanse__page_panel_begin(page);
        members_table(page, i, names, n);
        systems_table(page, i, names, n);
        hanse__page_panel_end(page);
    }
    hanse__page_tabs_end(page);
}
