/* The sandbox: limits that hold, order that never varies, patterns that mean what Lua's do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/script.h"

static struct hanse_context *ctx;

static int open_context(void **state)
{
    ctx = hanse_context_create();
    return ctx == NULL;
}

static int close_context(void **state)
{
    hanse_context_destroy(ctx);
    return 0;
}

static enum hanse_status run(const char *body, const struct hanse_script_limits *limits)
{
    char text[8192];
    struct hanse_script *script;
    snprintf(text, sizeof text, "hanse_schema = 1\n%s\n", body);
    enum hanse_status status =
        hanse_script_load_text(ctx, "t.lua", text, strlen(text), NULL, limits, &script);
    hanse_script_destroy(script);
    return status;
}

static void assert_runs(const char *body)
{
    if (run(body, NULL) != HANSE_OK) {
        fail_msg("%s\n%s", body, hanse_context_message(ctx));
    }
}

static void pairs_and_next_go_by_key(void **state)
{
    assert_runs(
        "local t = { b = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, [true] = 6, [-1] = 7 }\n"
        "local seen = ''\n"
        "for k in pairs(t) do seen = seen .. tostring(k) .. ' ' end\n"
        "assert(seen == '-1 1 2.5 3 a b true ', seen)\n"
        "local k, again = nil, ''\n"
        "repeat k = next(t, k); again = again .. (k ~= nil and tostring(k) .. ' ' or '')\n"
        "until k == nil\n"
        "assert(again == seen, again)");
}

static void pairs_allows_taking_away_on_the_way(void **state)
{
    assert_runs("local t, n = { a = 1, b = 2, c = 3 }, 0\n"
                "for k in pairs(t) do t.b = nil; n = n + 1 end\n"
                "assert(n == 2)");
}

static void sort_is_stable(void **state)
{
    assert_runs("local t = {}\n"
                "for i = 1, 500 do t[i] = { key = i % 7, at = i } end\n"
                "table.sort(t, function(a, b) return a.key < b.key end)\n"
                "for i = 2, 500 do\n"
                "  local a, b = t[i - 1], t[i]\n"
                "  assert(a.key < b.key or (a.key == b.key and a.at < b.at))\n"
                "end\n"
                "local n = { 3, 1, 2 } table.sort(n)\n"
                "assert(table.concat(n, ',') == '1,2,3')");
}

static void tables_work_as_lua_says(void **state)
{
    assert_runs("local t = { 1, 2, 3 }\n"
                "table.insert(t, 4) table.insert(t, 1, 0)\n"
                "assert(table.concat(t) == '01234')\n"
                "assert(table.remove(t) == 4 and table.remove(t, 1) == 0 and #t == 3)\n"
                "assert(table.remove({}) == nil)\n"
                "assert(select('#', table.unpack({ 1, nil, 3 }, 1, 3)) == 3)\n"
                "assert(table.pack(1, nil).n == 2)\n"
                "assert(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ',') == '1,1,2,3')");
}

/* Each line: a claim that Lua 5.4's own library fulfils too. */
static void patterns_mean_what_luas_do(void **state)
{
    assert_runs(
        "assert(('hello world'):find('o w') == 5)\n"
        "assert(('hello'):find('l', 1, true) == 3 and ('a.b'):find('.', 1, true) == 2)\n"
        "assert(('key = value'):match('^(%w+)%s*=%s*(%w+)$') == 'key')\n"
        "assert(select(2, ('key = value'):match('^(%w+)%s*=%s*(%w+)$')) == 'value')\n"
        "assert(('abc'):match('()b()') == 2)\n"
        "assert(('f(a(b)c)d'):match('%b()') == '(a(b)c)')\n"
        "assert(('THE (quick) fox'):find('%f[%a]%a+%f[%A]') == 1)\n"
        "assert(('\"x\" y'):match('([\"\\'])(.-)%1') == '\"')\n"
        "assert(('2026-11-20'):gsub('-', '/') == '2026/11/20')\n"
        "assert(('abc'):gsub('', '-') == '-a-b-c-')\n"
        "assert(('hello world'):gsub('(%w+)', '<%1>') == '<hello> <world>')\n"
        "assert(('abc'):gsub('%w', '%0%0') == 'aabbcc')\n"
        "assert(('$name'):gsub('%$(%w+)', { name = 'x' }) == 'x')\n"
        "assert(('abc'):gsub('b', function() return false end) == 'abc')\n"
        "local n = 0 for w in ('one two  three'):gmatch('%a+') do n = n + #w end\n"
        "assert(n == 11)\n"
        "assert(('a,b,,c'):gsub(',', ';', 2) == 'a;b;,c')\n"
        "assert(('x]y'):find('[]]') == 2 and ('x-y'):find('[a%-]') == 2)\n"
        "assert(('xyz'):match('[^x]+') == 'yz' and ('a1b2'):match('%d', -1) == '2')\n"
        "assert(('aaa'):match('a-b') == nil and ('aab'):match('a-b') == 'aab')\n"
        "assert(('  trim '):match('^%s*(.-)%s*$') == 'trim')\n"
        "assert(not pcall(string.find, 'a', '(') and not pcall(string.find, 'a', '%'))\n"
        "assert(not pcall(string.find, 'a', '[a') and not pcall(string.gsub, 'a', 'a', '%9'))");
}

static void instructions_are_limited_and_the_limit_sticks(void **state)
{
    const struct hanse_script_limits limits = {.instructions = 200000};
    assert_int_equal(run("for i = 1, 1000 do end", &limits), HANSE_OK);
    assert_int_equal(run("while true do end", &limits), HANSE_ERR_LIMIT);
    assert_int_equal(run("while true do pcall(function() while true do end end) end", &limits),
                     HANSE_ERR_LIMIT);
    assert_int_equal(
        run("local function spin() while true do end end\nxpcall(spin, spin)", &limits),
        HANSE_ERR_LIMIT);
    assert_int_equal(
        run("local ok = pcall(string.find, ('a'):rep(200), ('a-'):rep(60) .. 'b')", &limits),
        HANSE_ERR_LIMIT);
    assert_int_equal(run("table.sort({1,2}, function() while true do end end)", &limits),
                     HANSE_ERR_LIMIT);
    assert_int_equal(
        run("local s = ('x'):rep(1000000) for i = 1, 1e6 do local t = s:upper() end", &limits),
        HANSE_ERR_LIMIT);
}

static void memory_is_limited_and_the_limit_sticks(void **state)
{
    const struct hanse_script_limits limits = {.memory_bytes = 4 << 20};
    assert_int_equal(run("local t = {} for i = 1, 1e7 do t[i] = { i } end", &limits),
                     HANSE_ERR_LIMIT);
    assert_non_null(strstr(hanse_context_message(ctx), "t.lua:2: memory: at most 4 MiB"));
    assert_int_equal(
        run("pcall(function() local t = {} for i = 1, 1e7 do t[i] = { i } end end)", &limits),
        HANSE_ERR_LIMIT);
    assert_int_equal(run("local ok = pcall(string.rep, 'x', 3 << 20)\nlocal y = 1", &limits),
                     HANSE_ERR_LIMIT);
}

static void what_is_left_out_is_out_of_reach(void **state)
{
    static const char *const names[] = {"io",       "os",        "debug",          "load",
                                        "loadfile", "dofile",    "loadstring",     "package",
                                        "print",    "coroutine", "collectgarbage", "_G"};
    char body[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(body, sizeof body, "local x = %s", names[i]);
        assert_int_equal(run(body, NULL), HANSE_ERR_INPUT);
        assert_non_null(strstr(hanse_context_message(ctx), names[i]));
        snprintf(body, sizeof body, "assert(rawget(_ENV, '%s') == nil)", names[i]);
        assert_runs(body);
    }
    assert_runs("assert(string.dump == nil and math.random == nil and math.randomseed == nil)");
    assert_int_equal(run("setmetatable(_ENV, nil)", NULL), HANSE_ERR_INPUT);
    assert_int_equal(run("local x = ('%p'):format({})", NULL), HANSE_ERR_INPUT);
}

static void running_twice_says_the_same(void **state)
{
    char first[400];
    const char *body = "error(tostring({}) .. tostring(pairs) .. ('%s'):format({}))";
    assert_int_equal(run(body, NULL), HANSE_ERR_INPUT);
    snprintf(first, sizeof first, "%s", hanse_context_message(ctx));
    assert_int_equal(run(body, NULL), HANSE_ERR_INPUT);
    assert_string_equal(hanse_context_message(ctx), first);
    assert_string_equal(first, "t.lua:2: tablefunctiontable");
}

static void every_failed_allocation_is_reported(void **state)
{
    const char *body = "local p = params{ x = { value = 2 } }\n"
                       "local t = {}\nfor i = 1, 20 do t[i] = ('x'):rep(i) end\n"
                       "pool{ name = 'all', label = table.concat(t) }\n"
                       "override{ name = 'o', set = { ['pool.all.label'] = 'y' } }";
    size_t n = 1;
    for (;; n += n < 200 ? 1 : 7) {
        hanse_context_fail_allocation(ctx, n);
        enum hanse_status status = run(body, NULL);
        hanse_context_fail_allocation(ctx, 0);
        if (status == HANSE_OK) {
            break;
        }
        assert_int_equal(status, HANSE_ERR_MEMORY);
        assert_true(n < 100000);
    }
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_and_next_go_by_key),
        cmocka_unit_test(pairs_allows_taking_away_on_the_way),
        cmocka_unit_test(sort_is_stable),
        cmocka_unit_test(tables_work_as_lua_says),
        cmocka_unit_test(patterns_mean_what_luas_do),
        cmocka_unit_test(instructions_are_limited_and_the_limit_sticks),
        cmocka_unit_test(memory_is_limited_and_the_limit_sticks),
        cmocka_unit_test(what_is_left_out_is_out_of_reach),
        cmocka_unit_test(running_twice_says_the_same),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
