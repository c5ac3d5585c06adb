/*
 * Typed nodes: fragmentation by hand, what fits, placements, reservations, and the books under
 * random jobs.
 */
#include "sim/process/schedule/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/stream.h"
#include "sim/process/schedule/packing.h"
#include "tests/close.h"

struct bed {
    struct hanse_context *ctx;
    struct hanse_arena arena;
    struct hanse_resource view;
};

static enum hanse_status make(struct bed *bed, const struct hanse_nodes *nodes)
{
    bed->ctx = hanse_context_create();
    assert_int_equal(hanse_arena_init(&bed->arena, bed->ctx, 4096), HANSE_OK);
    enum hanse_status status = hanse_resource_init_nodes(&bed->view, &bed->arena, nodes);
    if (status == HANSE_OK) {
        assert_int_equal(bed->view.kind->advance(&bed->view, 0.0), HANSE_OK);
    }
    return status;
}

static void unmake(struct bed *bed)
{
    hanse_arena_fini(&bed->arena);
    hanse_context_destroy(bed->ctx);
}

static struct hanse_job job_of(uint32_t need, uint32_t width, double estimate_s)
{
    return (struct hanse_job){
        .need = need, .width = width, .estimate_s = estimate_s, .runtime_s = estimate_s};
}

/* Starts a task now and says on which node. */
static uint32_t place(struct bed *bed, uint32_t need, double estimate_s, uint32_t *slot)
{
    uint32_t node = UINT32_MAX;
    struct hanse_job job = job_of(need, 1, estimate_s);
    if (!bed->view.kind->fits_now(&bed->view, &job)) {
        return UINT32_MAX;
    }
    assert_int_equal(bed->view.kind->take(&bed->view, &job, 0.0, slot), HANSE_OK);
    assert_int_equal(hanse_nodes_of_slot(&bed->view, *slot, &node, NULL, 1), 1);
    bed->view.kind->check(&bed->view);
    return node;
}

/* --- fragmentation ------------------------------------------------------------------------ */

/* Two GPUs, 600 and 300 thousandths free, 4 processors free. The mix: half the tasks want 500
 * of a GPU and 2 processors, a quarter 200 and 8 processors, a quarter no GPU.
 *   the first runs; of GPU 2 it can't use 300:   0.5 x 300
 *   the second lacks processors, all is lost:    0.25 x 900
 *   the third needs no GPU, all is idle:         0.25 x 900
 * F = 150 + 225 + 225 = 600. */
static void fragmentation_is_what_hand_and_paper_say(void **state)
{
    (void)state;
    const struct hanse_node node = {.cpu_milli = 10000, .memory_mib = 100, .gpus = 2};
    const struct hanse_need needs[] = {
        {.cpu_milli = 2000, .gpus = 1, .gpu_milli = 500},
        {.cpu_milli = 8000, .gpus = 1, .gpu_milli = 200},
        {.cpu_milli = 1000},
        {.cpu_milli = 3000, .gpus = 1, .gpu_milli = 400},
        {.cpu_milli = 3000, .gpus = 1, .gpu_milli = 700},
    };
    const double counts[] = {2, 1, 1, 0, 0};
    const struct hanse_nodes nodes = {.nodes = &node,
                                      .n_nodes = 1,
                                      .needs = needs,
                                      .n_needs = 5,
                                      .counts = counts,
                                      .popularity = 1.0,
                                      .placement = HANSE_PLACE_WORST_FIT};
    struct bed bed;
    uint32_t slot;
    assert_int_equal(make(&bed, &nodes), HANSE_OK);
    /* Empty: the first two run anywhere, only the task without a GPU idles: 0.25 x 2000. */
    assert_close(hanse_nodes_fragment(&bed.view, 0), 500.0, 1e-12);
    assert_int_equal(place(&bed, 3, 10.0, &slot), 0);
    assert_int_equal(place(&bed, 4, 10.0, &slot), 0);
    assert_close(hanse_nodes_fragment(&bed.view, 0), 600.0, 1e-12);
    assert_close(hanse_nodes_totals(&bed.view).gpu_milli_fragmented, 600.0, 1e-12);
    assert_int_equal(hanse_nodes_totals(&bed.view).gpu_milli_used, 1100);
    unmake(&bed);
}

/* The mix ends where its shares reach the popularity: with 0.5 only the commonest need counts,
 * and it can use all that is free. A type that the need refuses idles altogether. */
static void the_mix_is_the_commonest_needs(void **state)
{
    (void)state;
    const struct hanse_node two[] = {{.cpu_milli = 10000, .gpus = 1, .type = 0},
                                     {.cpu_milli = 10000, .gpus = 1, .type = 1}};
    const struct hanse_need needs[] = {
        {.cpu_milli = 1000, .gpus = 1, .gpu_milli = 1000, .types = 1}, {.cpu_milli = 1000}};
    const double counts[] = {6, 4};
    const struct hanse_nodes nodes = {.nodes = two,
                                      .n_nodes = 2,
                                      .needs = needs,
                                      .n_needs = 2,
                                      .counts = counts,
                                      .popularity = 0.5};
    struct bed bed;
    assert_int_equal(make(&bed, &nodes), HANSE_OK);
    assert_close(hanse_nodes_fragment(&bed.view, 0), 0.0, 1e-12);
    assert_close(hanse_nodes_fragment(&bed.view, 1), 1000.0, 1e-12);
    unmake(&bed);
}

/* All tasks want a whole GPU or half of one. A half on the GPU already halved costs nothing; on
 * an idle GPU it leaves 500 that half the tasks can't use. */
static void descent_completes_what_is_begun(void **state)
{
    (void)state;
    const struct hanse_node two[] = {{.cpu_milli = 64000, .memory_mib = 10, .gpus = 2},
                                     {.cpu_milli = 64000, .memory_mib = 10, .gpus = 2}};
    const struct hanse_need needs[] = {{.cpu_milli = 1000, .gpus = 1, .gpu_milli = 500},
                                       {.cpu_milli = 1000, .gpus = 1, .gpu_milli = 1000},
                                       {.cpu_milli = 1000, .gpus = 2, .gpu_milli = 1000}};
    for (int exact = 0; exact < 2; exact++) {
        const struct hanse_nodes nodes = {.nodes = two,
                                          .n_nodes = 2,
                                          .needs = needs,
                                          .n_needs = 3,
                                          .placement = HANSE_PLACE_FGD,
                                          .exact = exact};
        struct bed bed;
        uint32_t slot, gpus, node;
        assert_int_equal(make(&bed, &nodes), HANSE_OK);
        assert_int_equal(place(&bed, 0, 9.0, &slot), 0);
        assert_int_equal(place(&bed, 0, 9.0, &slot), 0);
        assert_int_equal(hanse_nodes_of_slot(&bed.view, slot, &node, &gpus, 1), 1);
        assert_int_equal(gpus, 1);                       /* beside the first */
        assert_int_equal(place(&bed, 1, 9.0, &slot), 0); /* the pair stays whole */
        assert_int_equal(place(&bed, 2, 9.0, &slot), 1);
        assert_int_equal(place(&bed, 0, 9.0, &slot), UINT32_MAX);
        unmake(&bed);
    }
}

/* --- what fits ---------------------------------------------------------------------------- */

static void constraints_are_hard(void **state)
{
    (void)state;
    const struct hanse_node two[] = {
        {.cpu_milli = 8000, .memory_mib = 64, .gpus = 2, .type = 3},
        {.cpu_milli = 64000, .memory_mib = 16, .gpus = 4, .type = 5}};
    const struct hanse_need needs[] = {
        {.cpu_milli = 9000, .gpus = 1, .gpu_milli = 1000, .types = 1U << 3}, /* processors */
        {.cpu_milli = 1000, .memory_mib = 17, .gpus = 4, .gpu_milli = 1000}, /* memory */
        {.cpu_milli = 1000, .gpus = 1, .gpu_milli = 10, .types = 1U << 4},   /* type */
        {.cpu_milli = 1000, .gpus = 3, .gpu_milli = 1000, .types = 1U << 3}, /* one node */
        {.cpu_milli = 1000, .memory_mib = 17, .gpus = 1, .gpu_milli = 1, .types = 1U << 5},
        {.cpu_milli = 1000, .gpus = 3, .gpu_milli = 1000, .types = 1U << 3 | 1U << 5},
    };
    struct hanse_nodes nodes = {.nodes = two, .n_nodes = 2, .needs = needs, .n_needs = 6};
    for (int p = 0; p < HANSE_PLACEMENTS; p++) {
        struct bed bed;
        uint32_t slot;
        nodes.placement = (enum hanse_placement)p;
        assert_int_equal(make(&bed, &nodes), HANSE_OK);
        for (uint32_t need = 0; need < 5; need++) {
            struct hanse_job job = job_of(need, 1, 5.0);
            assert_int_equal(place(&bed, need, 5.0, &slot), UINT32_MAX);
            assert_true(isinf(bed.view.kind->earliest(&bed.view, &job)));
        }
        assert_int_equal(place(&bed, 5, 5.0, &slot), 1);
        assert_int_equal(place(&bed, 5, 5.0, &slot), UINT32_MAX);
        unmake(&bed);
    }
}

static void a_closed_node_takes_nothing_until_it_opens(void **state)
{
    (void)state;
    const struct hanse_node node = {.cpu_milli = 1000, .gpus = 1};
    const struct hanse_need need = {0};
    const struct hanse_nodes nodes = {
        .nodes = &node, .n_nodes = 1, .needs = &need, .n_needs = 1};
    struct hanse_job job = job_of(0, 1, 5.0);
    struct bed bed;
    assert_int_equal(make(&bed, &nodes), HANSE_OK);
    assert_true(bed.view.kind->fits_now(&bed.view, &job));
    hanse_nodes_close(&bed.view, 0, true);
    assert_false(bed.view.kind->fits_now(&bed.view, &job));
    assert_true(isinf(bed.view.kind->earliest(&bed.view, &job)));
    hanse_nodes_close(&bed.view, 0, false);
    assert_true(bed.view.kind->fits_now(&bed.view, &job));
    unmake(&bed);
}

/* --- time --------------------------------------------------------------------------------- */

/* One node of 2 GPUs: one is busy until 10. A pair is held from 10 to 30; a single task of 10 s
 * may go before it, one of 11 s only after. A gang of three halves fits three GPU halves. */
static void nothing_delays_a_reservation(void **state)
{
    (void)state;
    const struct hanse_node node = {.cpu_milli = 64000, .memory_mib = 10, .gpus = 2};
    const struct hanse_need needs[] = {{.cpu_milli = 1000, .gpus = 1, .gpu_milli = 1000},
                                       {.cpu_milli = 1000, .gpus = 2, .gpu_milli = 1000},
                                       {.cpu_milli = 1000, .gpus = 1, .gpu_milli = 500}};
    const struct hanse_nodes nodes = {.nodes = &node,
                                      .n_nodes = 1,
                                      .needs = needs,
                                      .n_needs = 3,
                                      .placement = HANSE_PLACE_BEST_FIT};
    struct hanse_job pair = job_of(1, 1, 20.0), brief = job_of(0, 1, 10.0),
                     longer = job_of(0, 1, 11.0), gang = job_of(2, 3, 5.0);
    uint32_t first, held, slot;
    struct bed bed;
    assert_int_equal(make(&bed, &nodes), HANSE_OK);
    const struct hanse_resource_kind *kind = bed.view.kind;
    assert_int_equal(kind->take(&bed.view, &brief, 0.0, &first), HANSE_OK);
    assert_false(kind->fits_now(&bed.view, &gang));
    assert_close(kind->earliest(&bed.view, &gang), 10.0, 0);
    assert_close(kind->earliest(&bed.view, &pair), 10.0, 0);
    assert_int_equal(kind->take(&bed.view, &pair, 10.0, &held), HANSE_OK);
    kind->check(&bed.view);
    assert_true(kind->fits_now(&bed.view, &brief));
    assert_false(kind->fits_now(&bed.view, &longer));
    assert_close(kind->earliest(&bed.view, &longer), 30.0, 0);
    assert_close(kind->earliest(&bed.view, &gang), 30.0, 0);
    assert_int_equal(kind->take(&bed.view, &brief, 0.0, &slot), HANSE_OK);
    kind->check(&bed.view);
    assert_int_equal(kind->advance(&bed.view, 10.0), HANSE_OK); /* both end, the pair begins */
    kind->check(&bed.view);
    assert_int_equal(hanse_nodes_totals(&bed.view).gpu_milli_used, 2000);
    assert_int_equal(kind->release(&bed.view, &brief, 0.0, slot, 10.0), HANSE_OK);
    assert_int_equal(kind->release(&bed.view, &pair, 10.0, held, 10.0), HANSE_OK);
    assert_true(kind->fits_now(&bed.view, &gang));
    assert_int_equal(kind->take(&bed.view, &gang, 10.0, &slot), HANSE_OK);
    assert_int_equal(hanse_nodes_totals(&bed.view).gpu_milli_used, 1500);
    kind->check(&bed.view);
    unmake(&bed);
}

/* Random jobs taken now, reserved for later and given back, on random nodes, under each
 * placement: the books balance after each step, what `earliest` says can be taken, and a copy
 * of the arena goes on as the original. */
static void the_books_balance_under_random_jobs(void **state)
{
    (void)state;
    enum { NODES = 7, NEEDS = 6, KEPT = 40 };
    struct hanse_node list[NODES];
    struct hanse_need needs[NEEDS];
    struct hanse_stream stream;
    hanse_stream_init(&stream, 7, 0, hanse_entity("test"), "books");
    for (int n = 0; n < NODES; n++) {
        list[n] =
            (struct hanse_node){.cpu_milli = 4000 + 1000 * (hanse_stream_bits(&stream) % 9),
                                .memory_mib = 8 + hanse_stream_bits(&stream) % 32,
                                .gpus = hanse_stream_bits(&stream) % 5,
                                .type = hanse_stream_bits(&stream) % 3};
    }
    for (int n = 0; n < NEEDS; n++) {
        uint32_t gpus = (uint32_t)n % 4;
        needs[n] = (struct hanse_need){.cpu_milli = 500 + 250 * n,
                                       .memory_mib = n,
                                       .gpus = gpus,
                                       .gpu_milli = gpus == 0   ? 0
                                                    : gpus == 1 ? 300 + 100 * (uint32_t)n
                                                                : 1000,
                                       .types = n == 5 ? 3 : 0};
    }
    for (int p = 0; p < HANSE_PLACEMENTS; p++) {
        const struct hanse_nodes nodes = {.nodes = list,
                                          .n_nodes = NODES,
                                          .needs = needs,
                                          .n_needs = NEEDS,
                                          .placement = (enum hanse_placement)p,
                                          .exact = p % 2};
        struct {
            struct hanse_job job;
            double start_s;
            uint32_t slot;
        } kept[KEPT] = {{{0}, 0.0, 0}};
        double now_s = 0.0;
        struct bed bed;
        assert_int_equal(make(&bed, &nodes), HANSE_OK);
        const struct hanse_resource_kind *kind = bed.view.kind;
        for (int step = 0; step < 400; step++) {
            uint32_t k = hanse_stream_bits(&stream) % KEPT;
            now_s += hanse_stream_exponential(&stream);
            assert_int_equal(kind->advance(&bed.view, now_s), HANSE_OK);
            if (kept[k].job.width > 0) {
                double at_s = fmax(now_s, kept[k].start_s);
                assert_int_equal(
                    kind->release(&bed.view, &kept[k].job, kept[k].start_s, kept[k].slot, at_s),
                    HANSE_OK);
                kept[k].job.width = 0;
            }
            struct hanse_job job =
                job_of(hanse_stream_bits(&stream) % NEEDS, 1 + hanse_stream_bits(&stream) % 3,
                       20.0 * hanse_stream_exponential(&stream));
            double start_s = kind->earliest(&bed.view, &job);
            assert_true(kind->fits_now(&bed.view, &job) == (start_s == now_s));
            if (isfinite(start_s)) {
                kept[k].job = job;
                kept[k].start_s = start_s;
                assert_int_equal(kind->take(&bed.view, &job, start_s, &kept[k].slot), HANSE_OK);
            }
            kind->check(&bed.view);
        }
        unmake(&bed);
    }
}

/* --- refusals ----------------------------------------------------------------------------- */

static void refuse(struct hanse_nodes nodes, const char *message)
{
    struct bed bed;
    assert_int_equal(make(&bed, &nodes), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(bed.ctx), message);
    unmake(&bed);
}

static void what_is_out_of_range_is_named(void **state)
{
    (void)state;
    const struct hanse_node good = {.gpus = 1}, many = {.gpus = 17};
    const struct hanse_need fine = {.gpus = 1, .gpu_milli = 1000},
                            halves = {.gpus = 2, .gpu_milli = 500};
    refuse((struct hanse_nodes){.needs = &fine, .n_needs = 1},
           "nodes: at least one node and one need");
    refuse((struct hanse_nodes){.nodes = &many, .n_nodes = 1, .needs = &fine, .n_needs = 1},
           "node 1: at most 16 GPUs and 64 types, got 17 GPUs of type 0");
    refuse((struct hanse_nodes){.nodes = &good, .n_nodes = 1, .needs = &halves, .n_needs = 1},
           "need 1: thousandths of a GPU must be 1 ... 1000, and 1000 of each of several, got "
           "500 of 2");
    struct hanse_context *ctx = hanse_context_create();
    enum hanse_placement place;
    assert_int_equal(hanse_placement_find(ctx, "best-fti", &place), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx),
                        "no placement 'best-fti', did you mean 'best-fit'?");
    for (int p = 0; p < HANSE_PLACEMENTS; p++) {
        const struct hanse_placement_rule *rule = hanse_placement_rule((enum hanse_placement)p);
        assert_int_equal(hanse_placement_find(ctx, rule->name, &place), HANSE_OK);
        assert_int_equal(place, p);
        assert_non_null(rule->doc);
    }
    hanse_context_destroy(ctx);
}

/* --- packing ------------------------------------------------------------------------------ */

/* Two GPUs on two nodes, tasks of three quarters: each takes a GPU, a quarter of each is left,
 * so at the end 75 % are allocated and all that is left is fragmented. */
static void packing_counts_what_was_turned_away(void **state)
{
    (void)state;
    const struct hanse_node two[] = {{.cpu_milli = 1000, .gpus = 1},
                                     {.cpu_milli = 1000, .gpus = 1}};
    const struct hanse_need need = {.gpus = 1, .gpu_milli = 750};
    const uint32_t tasks[] = {0};
    struct hanse_packing packing = {.nodes = {.nodes = two,
                                              .n_nodes = 2,
                                              .needs = &need,
                                              .n_needs = 1,
                                              .placement = HANSE_PLACE_FGD},
                                    .tasks = tasks,
                                    .n_tasks = 1,
                                    .fill = 1.5};
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_packing_result *result = calloc(1, sizeof *result);
    assert_int_equal(hanse_packing_run(ctx, &packing, 0, result), HANSE_OK);
    assert_int_equal(result->tasks, 4); /* 4 x 750 = 1.5 x 2000 */
    assert_int_equal(result->placed, 2);
    assert_int_equal(result->n_points, 151);
    assert_close(result->points[38].allocated_pct, 37.5, 1e-12);
    assert_close(result->points[74].allocated_pct, 37.5, 1e-12);
    assert_close(result->points[75].allocated_pct, 75.0, 1e-12);
    assert_close(result->points[150].allocated_pct, 75.0, 1e-12);
    assert_close(result->points[150].fragmented_pct, 100.0, 1e-12);
    packing.fill = 0.0;
    assert_int_equal(hanse_packing_run(ctx, &packing, 0, result), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx),
                        "packing: fill must be in (0, 10] times the GPUs, got 0");
    free(result);
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragmentation_is_what_hand_and_paper_say),
        cmocka_unit_test(the_mix_is_the_commonest_needs),
        cmocka_unit_test(descent_completes_what_is_begun),
        cmocka_unit_test(constraints_are_hard),
        cmocka_unit_test(a_closed_node_takes_nothing_until_it_opens),
        cmocka_unit_test(nothing_delays_a_reservation),
        cmocka_unit_test(the_books_balance_under_random_jobs),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(packing_counts_what_was_turned_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
