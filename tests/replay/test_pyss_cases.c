/*
 * Small schedules that the authors of pyss worked out by hand, on 100 processors.
 */
#include "tests/workload.h"

enum { MOST = 64 };

struct row {
    char name[64], policies[64];
    struct hanse_job job;
    double finish_s;
};

static void read_row(char *line, struct row *row)
{
    char *f[8], *at = line;
    for (int i = 0; i < 8; i++) {
        f[i] = at;
        at += strcspn(at, ",\r\n");
        *at++ = '\0';
    }
    snprintf(row->name, sizeof row->name, "%s", f[0]);
    snprintf(row->policies, sizeof row->policies, "%s", f[1]);
    row->job = (struct hanse_job){.submit_s = atof(f[3]),
                                  .width = (uint32_t)atoi(f[4]),
                                  .estimate_s = atof(f[5]),
                                  .runtime_s = fmin(atof(f[6]), atof(f[5]))};
    row->finish_s = atof(f[7]);
}

/* In the log's order at one instant; by instants overall. */
static void sort_rows(struct row *rows, int n)
{
    for (int i = 1; i < n; i++) {
        struct row row = rows[i];
        int at = i;
        for (; at > 0 && rows[at - 1].job.submit_s > row.job.submit_s; at--) {
            rows[at] = rows[at - 1];
        }
        rows[at] = row;
    }
}

static int check_case(struct hanse_context *ctx, struct row *rows, int n, const char *policy)
{
    struct workload w = {0};
    struct schedule got;
    int differ = 0;
    sort_rows(rows, n);
    for (int i = 0; i < n; i++) {
        workload_add(&w, &rows[i].job);
    }
    struct hanse_replay replay = {.policy = policy_named(ctx, policy), .processors = 100};
    workload_replay(ctx, &w, &replay, &got, NULL);
    for (int i = 0; i < n; i++) {
        if (got.end_s[i] != rows[i].finish_s) {
            print_error("%s, %s: job submitted at %g ends at %g, published %g\n", rows[i].name,
                        policy, rows[i].job.submit_s, got.end_s[i], rows[i].finish_s);
            differ++;
        }
    }
    schedule_free(&got);
    free(w.jobs);
    return differ;
}

static int check_policies(struct hanse_context *ctx, struct row *rows, int n, int *n_checked)
{
    char words[64], *rest = words, *word;
    int differ = 0;
    snprintf(words, sizeof words, "%s", rows[0].policies);
    while ((word = strsep(&rest, "|")) != NULL) {
        const char *name = strcmp(word, "sjbf") == 0 ? "easy-sjbf" : word;
        differ += check_case(ctx, rows, n, name);
        ++*n_checked;
    }
    return differ;
}

static void finishes_are_those_worked_out_by_hand(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    FILE *file = open_data("pyss-cases/cases_dev.csv");
    static struct row rows[MOST];
    char line[512];
    int n = 0, n_cases = 0, n_checked = 0, differ = 0;
    assert_non_null(fgets(line, sizeof line, file));
    for (;;) {
        bool more = fgets(line, sizeof line, file) != NULL;
        assert_true(n < MOST);
        if (more) {
            read_row(line, &rows[n]);
        }
        if (n > 0 && (!more || strcmp(rows[n].name, rows[0].name) != 0 ||
                      strcmp(rows[n].policies, rows[0].policies) != 0)) {
            struct row next = rows[n];
            differ += check_policies(ctx, rows, n, &n_checked);
            rows[0] = next;
            n = 0;
            n_cases++;
        }
        if (!more) {
            break;
        }
        n++;
    }
    fclose(file);
    assert_true(n_cases >= 29);
    print_message("%d cases, %d schedules\n", n_cases, n_checked);
    assert_int_equal(differ, 0);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finishes_are_those_worked_out_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
