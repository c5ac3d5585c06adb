/* What went in: assumptions with their evidence, and what each case changes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/report_parts.h"

enum { MARKS = HANSE_EVIDENCE_UNVERIFIED + 1 };

/* A row of /scenario that carries a quantity or a stated source. What only says how results are
 * shown is no figure. */
static bool is_figure(const struct hanse_resolved *value)
{
    if (strcmp(value->kind, "headline") == 0 || strcmp(value->kind, "window") == 0) {
        return false;
    }
    return value->type == HANSE_NUMBER || value->type == HANSE_INTEGER ||
           value->type == HANSE_SERIES || value->origin.evidence != HANSE_EVIDENCE_NONE;
}

/* Did somebody state it, or did the program fill it in? */
static bool is_default(const struct hanse_resolved *value)
{
    return value->origin.how == HANSE_HOW_DEFAULT &&
           value->origin.evidence == HANSE_EVIDENCE_NONE;
}

static bool case_value(struct hanse_page *page, size_t i, size_t which,
                       struct hanse_resolved *value)
{
    uint32_t in_case;

    return hanse_results_value(page->digest.results, i, &in_case, value) == HANSE_OK &&
           in_case == which;
}

static const char *mark_of(const struct hanse_resolved *value)
{
    if (is_default(value)) {
        return "default";
    }
    return value->origin.evidence == HANSE_EVIDENCE_NONE
               ? "unmarked"
               : hanse_evidence_name(value->origin.evidence);
}

static void value_row(struct hanse_text *text, const struct hanse_resolved *value)
{
    const char *mark = mark_of(value);

    hanse__text_add(text, "<tr><td>");
    hanse__text_escaped(text, value->label ? value->label : value->key);
    hanse__text_add(text, "<br><code>");
    hanse__text_escaped(text, value->kind);
    hanse__text_add(text, ".");
    hanse__text_escaped(text, value->name);
    hanse__text_add(text, ".");
    hanse__text_escaped(text, value->key);
    hanse__text_add(text, "</code></td><td class=\"number\">");
    hanse__text_escaped(text, value->text);
    if (value->uncertain) {
        hanse__text_add(text, "<span class=\"range\">uncertain, middle value</span>");
    }
    hanse__text_addf(text, "</td><td><span class=\"mark %s\">%s</span></td><td class=\"how\">",
                     mark, mark);
    hanse__text_escaped(text, value->origin.source);
    hanse__text_add(text, "</td></tr>\n");
}

static const char table_head[] =
    "<div class=\"scroll\"><table class=\"assumed\"><thead><tr><th>What</th><th "
    "class=\"number\">Value</th>"
    "<th>Evidence</th><th>Source</th></tr></thead>\n<tbody>\n";

struct tally {
    size_t marks[MARKS];
    size_t defaults, unmarked, figures;
};

static struct tally count(struct hanse_page *page)
{
    struct tally tally = {0};
    size_t n = hanse_results_n_values(page->digest.results);

    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;

        if (!case_value(page, i, 0, &value) || !is_figure(&value)) {
            continue;
        }
        tally.figures++;
        if (is_default(&value)) {
            tally.defaults++;
        } else if (value.origin.evidence == HANSE_EVIDENCE_NONE) {
            tally.unmarked++;
        } else {
            tally.marks[value.origin.evidence]++;
        }
    }
    return tally;
}

static void tally_item(struct hanse_text *text, const char *mark, size_t n, const char *words)
{
    if (n > 0) {
        hanse__text_addf(text, "<li class=\"%s\"><b>%zu</b>%s</li>\n", mark, n, words);
    }
}

static void write_tally(struct hanse_text *text, const struct tally *tally)
{
    const size_t *marks = tally->marks;

    hanse__text_addf(text,
                     "<p><strong>%zu of the %zu figures</strong> behind this page are "
                     "assumptions: nobody measured or published them for this purpose. Each "
                     "figure below carries its mark.</p>\n<ul class=\"tally\">\n",
                     marks[HANSE_EVIDENCE_ASSUMPTION], tally->figures);
    tally_item(text, "assumption", marks[HANSE_EVIDENCE_ASSUMPTION], "assumptions");
    tally_item(text, "unverified", marks[HANSE_EVIDENCE_UNVERIFIED], "unverified");
    tally_item(text, "primary", marks[HANSE_EVIDENCE_PRIMARY], "primary sources");
    tally_item(text, "derived", marks[HANSE_EVIDENCE_DERIVED], "derived");
    tally_item(text, "press", marks[HANSE_EVIDENCE_PRESS], "press");
    tally_item(text, "aggregator", marks[HANSE_EVIDENCE_AGGREGATOR], "aggregators");
    tally_item(text, "unmarked", tally->unmarked, "without a mark");
    tally_item(text, "default", tally->defaults, "program defaults");
    hanse__text_add(text, "</ul>\n");
}

static size_t count_kind(struct hanse_page *page, const char *kind)
{
    size_t n = hanse_results_n_values(page->digest.results), found = 0;

    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;

        found += case_value(page, i, 0, &value) && is_figure(&value) && !is_default(&value) &&
                 strcmp(value.kind, kind) == 0;
    }
    return found;
}

/* All figures of one kind, folded; defaults stand apart at the end. */
static void kind_table(struct hanse_page *page, const char *kind)
{
    struct hanse_text *text = &page->text;
    size_t n = hanse_results_n_values(page->digest.results);
    size_t rows = count_kind(page, kind);

    if (rows == 0) {
        return;
    }
    hanse__text_add(text, "<details><summary>");
    hanse__text_escaped(text, kind);
    hanse__text_addf(text, " <span class=\"note\">%zu figure%s</span></summary>\n", rows,
                     rows == 1 ? "" : "s");
    hanse__text_add(text, table_head);
    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;

        if (case_value(page, i, 0, &value) && is_figure(&value) && !is_default(&value) &&
            strcmp(value.kind, kind) == 0) {
            value_row(text, &value);
        }
    }
    hanse__text_add(text, "</tbody></table></div></details>\n");
}

static void default_table(struct hanse_page *page, size_t defaults)
{
    struct hanse_text *text = &page->text;
    size_t n = hanse_results_n_values(page->digest.results);

    if (defaults == 0) {
        return;
    }
    hanse__text_addf(text,
                     "<details><summary>Left at the program's default <span class=\"note\">"
                     "%zu figure%s</span></summary>\n",
                     defaults, defaults == 1 ? "" : "s");
    hanse__text_add(text, table_head);
    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;

        if (case_value(page, i, 0, &value) && is_figure(&value) && is_default(&value)) {
            value_row(text, &value);
        }
    }
    hanse__text_add(text, "</tbody></table></div></details>\n");
}

void hanse__report_assumptions(struct hanse_page *page)
{
    struct tally tally = count(page);
    size_t n = hanse_results_n_values(page->digest.results);
    const char *last = "";

    hanse__text_add(&page->text, "<h2>What is assumed</h2>\n");
    write_tally(&page->text, &tally);
    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;

        if (case_value(page, i, 0, &value) && strcmp(value.kind, last) != 0) {
            last = value.kind;
            kind_table(page, last);
        }
    }
    default_table(page, tally.defaults);
}

/* --- what each case changes --------------------------------------------------------------- */

/* Position of a case's rows in /scenario: they stand together, case by case. */
struct block {
    size_t from, to;
};

static struct block block_of(struct hanse_results *results, size_t which)
{
    size_t n = hanse_results_n_values(results);
    struct block block = {n, n};

    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;
        uint32_t in_case;

        if (hanse_results_value(results, i, &in_case, &value) == HANSE_OK && in_case == which) {
            block.from = block.from == n ? i : block.from;
            block.to = i + 1;
        }
    }
    return block;
}

static bool same_path(const struct hanse_resolved *a, const struct hanse_resolved *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0 &&
           strcmp(a->key, b->key) == 0;
}

/* Finds the row with `wanted`'s path in a block, looking first where the last one was found:
 * blocks list the same paths in the same order but for what a case adds or takes away. */
static bool find_row(struct hanse_results *results, const struct block *block, size_t *hint,
                     const struct hanse_resolved *wanted, struct hanse_resolved *found)
{
    size_t n = block->to - block->from;

    for (size_t i = 0; i < n; i++) {
        size_t at = block->from + (*hint - block->from + i) % n;
        uint32_t in_case;

        if (hanse_results_value(results, at, &in_case, found) == HANSE_OK &&
            same_path(found, wanted)) {
            *hint = at + 1 < block->to ? at + 1 : block->from;
            return true;
        }
    }
    return false;
}

static void change_row(struct hanse_text *text, const struct hanse_resolved *value,
                       const char *before, const char *after)
{
    hanse__text_add(text, "<tr><td><code>");
    hanse__text_escaped(text, value->kind);
    hanse__text_add(text, ".");
    hanse__text_escaped(text, value->name);
    hanse__text_add(text, ".");
    hanse__text_escaped(text, value->key);
    hanse__text_add(text, "</code><br><span class=\"how\">");
    hanse__text_escaped(text, value->label);
    hanse__text_add(text, "</span></td><td>");
    hanse__text_escaped(text, before);
    hanse__text_add(text, "</td><td>");
    hanse__text_escaped(text, after);
    hanse__text_add(text, "</td></tr>\n");
}

/* Rows of `from` that `to` has otherwise, or not at all. Returns how many were written. */
static size_t differences(struct hanse_page *page, struct block from, struct block to,
                          bool only_missing)
{
    struct hanse_results *results = page->digest.results;
    size_t hint = to.from, n = 0;

    for (size_t i = from.from; i < from.to && to.to > to.from; i++) {
        struct hanse_resolved mine, other;
        uint32_t in_case;

        if (hanse_results_value(results, i, &in_case, &mine) != HANSE_OK) {
            continue;
        }
        if (!find_row(results, &to, &hint, &mine, &other)) {
            n++;
            change_row(&page->text, &mine, only_missing ? "\xe2\x80\x93" : mine.text,
                       only_missing ? mine.text : "taken away");
        } else if (!only_missing && strcmp(mine.text, other.text) != 0) {
            n++;
            change_row(&page->text, &mine, mine.text, other.text);
        }
    }
    return n;
}

void hanse__report_changes(struct hanse_page *page)
{
    struct hanse_text *text = &page->text;
    struct block base = block_of(page->digest.results, 0);

    if (page->digest.n_cases < 2 || base.to == base.from) {
        return;
    }
    hanse__text_add(text, "<h2>What each case changes</h2>\n");
    for (size_t i = 1; i < page->digest.n_cases; i++) {
        struct block block = block_of(page->digest.results, i);

        hanse__text_add(text, "<details><summary>");
        hanse__text_escaped(text, hanse__digest_case(&page->digest, i));
        hanse__text_add(text, "</summary>\n<table><thead><tr><th>Key</th><th>Baseline</th>"
                              "<th>This case</th></tr></thead>\n<tbody>\n");
        if (differences(page, base, block, false) + differences(page, block, base, true) == 0) {
            hanse__text_add(text, "<tr><td colspan=\"3\">nothing</td></tr>\n");
        }
        hanse__text_add(text, "</tbody></table></details>\n");
    }
}
