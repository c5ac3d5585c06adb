/*
 * A replication when memory runs out at every single allocation: each time a status, a sentence
 * and no leak (the address sanitizer looks for those), and with enough memory the same result.
 */
#include <math.h>

#include "tests/nation.h"

static struct nation busy_nation(void)
{
    struct nation n = nation_small(1.0, 60, 1.0);
    nation_number(&n, nation_upkeep(&n, 0.3, true), "lead_time", 500.0);
    nation_number(&n, nation_workload(&n, "chat", 3.0), "give_up", 24.0);
    uint32_t shed = nation_site(&n, "shed", "a", "owner");
    nation_number(&n, shed, "batch_share", 0.5);
    nation_group(&n, "shed", "card", 4);
    uint32_t jobs = nation_add(&n, "batch", "jobs");
    nation_text(&n, jobs, "region", "a");
    nation_text(&n, jobs, "data_class", "public");
    nation_number(&n, jobs, "rate", 3.0);
    nation_number(&n, jobs, "runtime", 2.0);
    nation_number(&n, jobs, "deadline", 2.0);
    uint32_t buy = nation_add(&n, "purchase", "buy");
    nation_text(&n, buy, "group", "hall/card");
    nation_number(&n, buy, "count", 40);
    nation_number(&n, buy, "from", 0.0);
    nation_number(&n, buy, "every", 100.0);
    nation_number(&n, buy, "lead_time", 100.0);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "cut%02d", i);
        uint32_t cut = nation_add(&n, "withdraw", name);
        nation_text(&n, cut, "actor", "maker");
        nation_text(&n, cut, "axis", "spares");
        nation_number(&n, cut, "from", 100.0 * i);
        nation_number(&n, cut, "to", 100.0 * i + 50.0);
    }
    return n;
}

/* Runs one replication in a context of its own whose n-th allocation fails. */
static enum hanse_status attempt(const struct hanse_scenario *scenario, size_t n,
                                 double *answer)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_layout layout = {0};
    struct hanse_worker *worker = NULL;
    struct hanse_record record;
    hanse_context_fail_allocation(ctx, n);
    enum hanse_status status = hanse_layout_init(ctx, scenario, &layout);
    if (status == HANSE_OK) {
        status = hanse_worker_create(ctx, &worker);
    }
    if (status == HANSE_OK) {
        status = hanse_worker_run(worker, scenario, &layout, 7, 0, false, &record);
    }
    if (status == HANSE_OK) {
        assert_false(record.failed);
        *answer = 0.0;
        for (size_t i = 0; i < record.n_values; i++) {
            *answer += record.series[i];
        }
    } else {
        assert_int_equal(status, HANSE_ERR_MEMORY);
        assert_non_null(strstr(hanse_context_message(ctx), "memory"));
    }
    hanse_worker_destroy(worker);
    hanse_layout_fini(&layout);
    hanse_context_destroy(ctx);
    return status;
}

static void every_refused_allocation_leaves_a_sentence_and_nothing_else(void **state)
{
    struct nation n = busy_nation();
    struct hanse_scenario *scenario;
    NATION_OK(n.ctx, hanse_draft_freeze(n.draft, 0, NULL, 0, &scenario));
    double with_enough = 0.0, answer = 0.0;
    assert_int_equal(attempt(scenario, 0, &with_enough), HANSE_OK);
    size_t refused = 0;
    while (attempt(scenario, refused + 1, &answer) != HANSE_OK) {
        refused++;
        assert_true(refused < 10000);
    }
    assert_true(refused >= 4); /* layout, worker, arena, instance at the least */
    assert_true(answer == with_enough);
    hanse_scenario_destroy(scenario);
    nation_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refused_allocation_leaves_a_sentence_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
