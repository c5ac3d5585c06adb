/* Context, arena and words: what every room stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "sim/base/arena.h"
#include "sim/base/context.h"

static void failure_leaves_its_sentence_and_returns_its_status(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    assert_int_equal(hanse__fail(ctx, HANSE_ERR_DOMAIN, "rate %d", -3), HANSE_ERR_DOMAIN);
    assert_string_equal(hanse_context_message(ctx), "rate -3");
    hanse__fail(ctx, HANSE_ERR_IO, "%s (again)", hanse_context_message(ctx));
    assert_string_equal(hanse_context_message(ctx), "rate -3 (again)");
    hanse_context_destroy(ctx);
}

static void exit_codes_follow_the_contract(void **state)
{
    assert_int_equal(hanse_status_exit_code(HANSE_OK), 0);
    assert_int_equal(hanse_status_exit_code(HANSE_ERR_REPLICATION), 1);
    assert_int_equal(hanse_status_exit_code(HANSE_ERR_INPUT), 2);
    assert_int_equal(hanse_status_exit_code(HANSE_ERR_LIMIT), 2);
    assert_int_equal(hanse_status_exit_code(HANSE_ERR_IO), 3);
    assert_int_equal(hanse_status_exit_code(HANSE_ERR_INTERRUPTED), 130);
}

static void nearest_word_is_offered_and_a_far_one_is_not(void **state)
{
    static const char *const names[] = {"region", "operator", "accelerator"};
    assert_string_equal(hanse__nearest("regoin", names, 3), "region");
    assert_string_equal(hanse__nearest("Acelerator", names, 3), "accelerator");
    assert_null(hanse__nearest("banana", names, 3));
    assert_null(hanse__nearest("", names, 3));
}

static void injected_allocation_failure_stays_until_turned_off(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    hanse_context_fail_allocation(ctx, 2);
    void *first = hanse__alloc(ctx, 1, 8);
    assert_non_null(first);
    assert_null(hanse__alloc(ctx, 1, 8));
    assert_null(hanse__alloc(ctx, 1, 8));
    assert_non_null(strstr(hanse_context_message(ctx), "out of memory"));
    hanse_context_fail_allocation(ctx, 0);
    assert_null(hanse__alloc(ctx, SIZE_MAX / 2, 8));
    hanse__free(first);
    hanse_context_destroy(ctx);
}

static void arena_blocks_are_zeroed_aligned_and_survive_growth(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    assert_int_equal(hanse_arena_init(&arena, ctx, 64), HANSE_OK);
    hanse_ref blocks[200];
    for (uint32_t i = 0; i < 200; i++) {
        blocks[i] = hanse_arena_take(&arena, 100);
        uint32_t *words = hanse_arena_at(&arena, blocks[i]);
        assert_int_equal((uintptr_t)words % 16, 0);
        assert_int_equal(words[24], 0);
        words[24] = i + 1;
    }
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(((uint32_t *)hanse_arena_at(&arena, blocks[i]))[24], i + 1);
    }
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

static void arena_reuses_freed_blocks(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    assert_int_equal(hanse_arena_init(&arena, ctx, 64), HANSE_OK);
    hanse_ref growing = hanse_arena_take(&arena, 16);
    hanse_ref last = hanse_arena_take(&arena, 16);
    memset(hanse_arena_at(&arena, growing), 7, 16);
    growing = hanse_arena_resize(&arena, growing, 16, 200);
    assert_int_equal(((unsigned char *)hanse_arena_at(&arena, growing))[15], 7);
    assert_int_equal(((unsigned char *)hanse_arena_at(&arena, growing))[16], 0);
    size_t used = hanse_arena_used(&arena);
    for (int i = 0; i < 1000; i++) {
        hanse_ref block = hanse_arena_take(&arena, 16);
        hanse_arena_free(&arena, block, 16);
    }
    assert_int_equal(hanse_arena_used(&arena), used);
    assert_true(last != growing);
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}

static void arena_copy_is_byte_for_byte(void **state)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena from, to;
    assert_int_equal(hanse_arena_init(&from, ctx, 64), HANSE_OK);
    assert_int_equal(hanse_arena_init(&to, ctx, 64), HANSE_OK);
    hanse_ref block = hanse_arena_take(&from, 100000);
    memset(hanse_arena_at(&from, block), 5, 100000);
    assert_int_equal(hanse_arena_copy(&to, &from), HANSE_OK);
    assert_int_equal(hanse_arena_used(&to), hanse_arena_used(&from));
    assert_memory_equal(to.base, from.base, hanse_arena_used(&from));
    hanse_arena_fini(&from);
    hanse_arena_fini(&to);
    hanse_context_destroy(ctx);
}

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* theirs copies */
/* Its pages are given another address, so that the old block and the new are never in memory
 * both: at the most what is in use and a quarter more. */
static void a_large_arena_grows_without_a_copy(void **state)
{
    enum { MEGABYTE = 1 << 20, FIRST = 96, MORE = 8 };
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_arena arena;
    struct rusage before, after;
    assert_int_equal(hanse_arena_init(&arena, ctx, 64), HANSE_OK);
    getrusage(RUSAGE_SELF, &before);
    hanse_ref first = hanse_arena_take(&arena, (size_t)FIRST * MEGABYTE);
    memset(hanse_arena_at(&arena, first), 9, (size_t)FIRST * MEGABYTE);
    for (int i = 0; i < 6; i++) {
        assert_true(hanse_arena_take(&arena, (size_t)MORE * MEGABYTE) != 0);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(((unsigned char *)hanse_arena_at(&arena, first))[FIRST * MEGABYTE - 1], 9);
    assert_true((after.ru_maxrss - before.ru_maxrss) / 1024 < (FIRST + 6 * MORE) * 5 / 4);
    hanse_arena_fini(&arena);
    hanse_context_destroy(ctx);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failure_leaves_its_sentence_and_returns_its_status),
        cmocka_unit_test(exit_codes_follow_the_contract),
        cmocka_unit_test(nearest_word_is_offered_and_a_far_one_is_not),
        cmocka_unit_test(injected_allocation_failure_stays_until_turned_off),
        cmocka_unit_test(arena_blocks_are_zeroed_aligned_and_survive_growth),
        cmocka_unit_test(arena_reuses_freed_blocks),
        cmocka_unit_test(arena_copy_is_byte_for_byte),
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
        cmocka_unit_test(a_large_arena_grows_without_a_copy),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
