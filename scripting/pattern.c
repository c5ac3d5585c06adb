#include "scripting/pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "scripting/sandbox.h"

/* Deepest backtracking: one level of C stack per quantified item or capture mark. */
enum { MOST_ITEMS = 1000, CHARGE_EVERY = 64 };

enum item_kind {
    ITEM_SET,
    ITEM_OPEN,
    ITEM_PLACE,
    ITEM_CLOSE,
    ITEM_SAME,
    ITEM_BALANCE,
    ITEM_FRONTIER,
    ITEM_END
};

struct item {
    enum item_kind kind;
    char quantifier;           /* SET: 0, '?', '*', '+', '-' */
    unsigned char open, close; /* BALANCE: brackets; SAME: open is the capture's number */
    uint64_t set[4];           /* SET, FRONTIER: bit per byte */
};

struct hanse__pattern {
    bool anchored;
    size_t n_items;
    struct item items[];
};

/* --- compiling ------------------------------------------------------------------------------
 */

struct compiler {
    lua_State *lua;
    const char *at, *end;
    struct hanse__pattern *pattern;
};

static bool in_class(int letter, int c)
{
    switch (tolower(letter)) {
    case 'a':
        return isalpha(c);
    case 'c':
        return iscntrl(c);
    case 'd':
        return isdigit(c);
    case 'g':
        return isgraph(c);
    case 'l':
        return islower(c);
    case 'p':
        return ispunct(c);
    case 's':
        return isspace(c);
    case 'u':
        return isupper(c);
    case 'w':
        return isalnum(c);
    case 'x':
        return isxdigit(c);
    default:
        return false;
    }
}

static void set_add(uint64_t *set, int c)
{
    set[c >> 6] |= (uint64_t)1 << (c & 63);
}

static bool set_has(const uint64_t *set, int c)
{
    return set[c >> 6] >> (c & 63) & 1;
}

/* Adds what "%x" stands for: a class, its complement in capitals, or the character itself. */
static void add_escape(uint64_t *set, int letter)
{
    if (!isalpha(letter) || strchr("acdglpsuwx", tolower(letter)) == NULL) {
        set_add(set, letter);
        return;
    }
    for (int c = 0; c < 256; c++) {
        if ((in_class(letter, c) != 0) == (islower(letter) != 0)) {
            set_add(set, c);
        }
    }
}

static int take(struct compiler *compiler, const char *missing)
{
    if (compiler->at == compiler->end) {
        return hanse__raise(compiler->lua, "malformed pattern (%s)", missing);
    }
    return (unsigned char)*compiler->at++;
}

/* What stands between '[' and ']'. */
static void compile_set(struct compiler *compiler, uint64_t *set)
{
    bool complement = compiler->at < compiler->end && *compiler->at == '^';
    compiler->at += complement;
    bool first = true;
    for (;;) {
        int c = take(compiler, "missing ']'");
        if (c == ']' && !first) {
            break;
        }
        first = false;
        if (c == '%') {
            add_escape(set, take(compiler, "missing ']'"));
        } else if (compiler->end - compiler->at >= 2 && compiler->at[0] == '-' &&
                   compiler->at[1] != ']') {
            int last = (unsigned char)compiler->at[1];
            compiler->at += 2;
            for (; c <= last; c++) {
                set_add(set, c);
            }
        } else {
            set_add(set, c);
        }
    }
    for (int i = 0; complement && i < 4; i++) {
        set[i] = ~set[i];
    }
}

/* "%x" outside a set. True when the item may carry a quantifier. */
static bool compile_escape(struct compiler *compiler, struct item *item)
{
    int letter = take(compiler, "ends with '%'");
    if (letter == 'b') {
        item->kind = ITEM_BALANCE;
        item->open = (unsigned char)take(compiler, "missing arguments to '%b'");
        item->close = (unsigned char)take(compiler, "missing arguments to '%b'");
        return false;
    }
    if (letter == 'f') {
        item->kind = ITEM_FRONTIER;
        if (take(compiler, "missing '[' after '%f'") != '[') {
            hanse__raise(compiler->lua, "malformed pattern (missing '[' after '%%f')");
        }
        compile_set(compiler, item->set);
        return false;
    }
    if (isdigit(letter)) {
        item->kind = ITEM_SAME;
        item->open = (unsigned char)(letter - '0');
        return false;
    }
    add_escape(item->set, letter);
    return true;
}

/* One item; true when it may carry a quantifier. */
static bool compile_item(struct compiler *compiler, struct item *item)
{
    int c = (unsigned char)*compiler->at++;
    item->kind = ITEM_SET;
    switch (c) {
    case '(':
        item->kind = ITEM_OPEN;
        if (compiler->at < compiler->end && *compiler->at == ')') {
            compiler->at++;
            item->kind = ITEM_PLACE;
        }
        return false;
    case ')':
        item->kind = ITEM_CLOSE;
        return false;
    case '$':
        if (compiler->at == compiler->end) {
            item->kind = ITEM_END;
            return false;
        }
        set_add(item->set, c);
        return true;
    case '.':
        memset(item->set, 0xff, sizeof item->set);
        return true;
    case '[':
        compile_set(compiler, item->set);
        return true;
    case '%':
        return compile_escape(compiler, item);
    default:
        set_add(item->set, c);
        return true;
    }
}

/* Captures must open before they close, and be there before they are asked for. */
static void check_captures(lua_State *lua, const struct hanse__pattern *pattern)
{
    int opened = 0, open[HANSE__MOST_CAPTURES], n_open = 0;
    bool closed[HANSE__MOST_CAPTURES] = {false};
    for (size_t i = 0; i < pattern->n_items; i++) {
        const struct item *item = &pattern->items[i];
        if (item->kind == ITEM_OPEN || item->kind == ITEM_PLACE) {
            if (opened == HANSE__MOST_CAPTURES) {
                hanse__raise(lua, "malformed pattern (more than %d captures)",
                             HANSE__MOST_CAPTURES);
            }
            closed[opened] = item->kind == ITEM_PLACE;
            open[n_open] = opened++;
            n_open += item->kind == ITEM_OPEN;
        } else if (item->kind == ITEM_CLOSE) {
            if (n_open == 0) {
                hanse__raise(lua, "malformed pattern (')' without '(')");
            }
            closed[open[--n_open]] = true;
        } else if (item->kind == ITEM_SAME &&
                   (item->open == 0 || item->open > opened || !closed[item->open - 1])) {
            hanse__raise(lua, "malformed pattern (no capture %%%d yet)", item->open);
        }
    }
    if (n_open > 0) {
        hanse__raise(lua, "malformed pattern (unfinished capture)");
    }
}

const struct hanse__pattern *hanse__pattern_compile(lua_State *lua, const char *text,
                                                    size_t length)
{
    if (length > MOST_ITEMS) {
        hanse__raise(lua, "pattern: at most %d bytes long, got %zu", MOST_ITEMS, length);
    }
    struct hanse__pattern *pattern =
        lua_newuserdatauv(lua, sizeof *pattern + (length + 1) * sizeof pattern->items[0], 0);
    struct compiler compiler = {lua, text, text + length, pattern};
    pattern->n_items = 0;
    pattern->anchored = length > 0 && *text == '^';
    compiler.at += pattern->anchored;
    while (compiler.at < compiler.end) {
        struct item *item = &pattern->items[pattern->n_items++];
        memset(item, 0, sizeof *item);
        if (compile_item(&compiler, item) && compiler.at < compiler.end &&
            strchr("?*+-", *compiler.at) != NULL && *compiler.at != '\0') {
            item->quantifier = *compiler.at++;
        }
    }
    check_captures(lua, pattern);
    hanse__charge(lua, 8 * pattern->n_items);
    return pattern;
}

bool hanse__pattern_is_anchored(const struct hanse__pattern *pattern)
{
    return pattern->anchored;
}

/* --- matching -------------------------------------------------------------------------------
 */

struct matcher {
    lua_State *lua;
    const struct hanse__pattern *pattern;
    const char *text;
    size_t length;
    struct hanse__match *match;
    unsigned uncharged;
};

static void look(struct matcher *matcher, size_t steps)
{
    matcher->uncharged++;
    if (steps > CHARGE_EVERY || matcher->uncharged >= CHARGE_EVERY) {
        hanse__charge(matcher->lua, matcher->uncharged + steps);
        matcher->uncharged = 0;
    }
}

static bool fits(struct matcher *matcher, const struct item *item, size_t at)
{
    look(matcher, 0);
    return at < matcher->length && set_has(item->set, (unsigned char)matcher->text[at]);
}

static bool match_from(struct matcher *matcher, size_t i, size_t at);

/* As many as possible, then fewer, down to `least`. */
static bool match_greedy(struct matcher *matcher, size_t i, size_t at, size_t least,
                         size_t most)
{
    size_t n = 0;
    while (n < most && fits(matcher, &matcher->pattern->items[i], at + n)) {
        n++;
    }
    for (;; n--) {
        if (n < least) {
            return false;
        }
        if (match_from(matcher, i + 1, at + n)) {
            return true;
        }
        if (n == 0) {
            return false;
        }
    }
}

static bool match_lazy(struct matcher *matcher, size_t i, size_t at)
{
    while (!match_from(matcher, i + 1, at)) {
        if (!fits(matcher, &matcher->pattern->items[i], at)) {
            return false;
        }
        at++;
    }
    return true;
}

static bool match_open(struct matcher *matcher, size_t i, size_t at)
{
    struct hanse__match *match = matcher->match;
    bool place = matcher->pattern->items[i].kind == ITEM_PLACE;
    int mine = match->n_captures++;
    match->captures[mine] =
        (struct hanse__capture){at, place ? HANSE__CAPTURE_PLACE : HANSE__CAPTURE_OPEN};
    if (match_from(matcher, i + 1, at)) {
        return true;
    }
    match->n_captures = mine;
    return false;
}

static bool match_close(struct matcher *matcher, size_t i, size_t at)
{
    struct hanse__match *match = matcher->match;
    int last = match->n_captures - 1;
    while (match->captures[last].to != HANSE__CAPTURE_OPEN) {
        last--;
    }
    match->captures[last].to = at;
    if (match_from(matcher, i + 1, at)) {
        return true;
    }
    match->captures[last].to = HANSE__CAPTURE_OPEN;
    return false;
}

/* The items that look at the text without a choice; moves *at past what they take. */
static bool match_fixed(struct matcher *matcher, const struct item *item, size_t *at)
{
    if (item->kind == ITEM_SAME) {
        const struct hanse__capture *capture = &matcher->match->captures[item->open - 1];
        size_t length = capture->to == HANSE__CAPTURE_PLACE ? 0 : capture->to - capture->from;
        look(matcher, length / 8);
        if (length > matcher->length - *at ||
            memcmp(matcher->text + capture->from, matcher->text + *at, length) != 0) {
            return false;
        }
        *at += length;
        return true;
    }
    if (item->kind == ITEM_FRONTIER) {
        int before = *at > 0 ? (unsigned char)matcher->text[*at - 1] : 0;
        int here = *at < matcher->length ? (unsigned char)matcher->text[*at] : 0;
        return !set_has(item->set, before) && set_has(item->set, here);
    }
    if (item->kind == ITEM_END) {
        return *at == matcher->length;
    }
    if (!fits(matcher, item, *at)) {
        return false;
    }
    ++*at;
    return true;
}

static bool match_balance(struct matcher *matcher, const struct item *item, size_t *at)
{
    if (*at >= matcher->length || (unsigned char)matcher->text[*at] != item->open) {
        return false;
    }
    size_t depth = 1;
    for (size_t i = *at + 1; i < matcher->length; i++) {
        unsigned char c = (unsigned char)matcher->text[i];
        look(matcher, 0);
        if (c == item->close) {
            if (--depth == 0) {
                *at = i + 1;
                return true;
            }
        } else if (c == item->open) {
            depth++;
        }
    }
    return false;
}

static bool match_from(struct matcher *matcher, size_t i, size_t at)
{
    for (; i < matcher->pattern->n_items; i++) {
        const struct item *item = &matcher->pattern->items[i];
        look(matcher, 0);
        if (item->kind == ITEM_OPEN || item->kind == ITEM_PLACE) {
            return match_open(matcher, i, at);
        }
        if (item->kind == ITEM_CLOSE) {
            return match_close(matcher, i, at);
        }
        if (item->quantifier == '-') {
            return match_lazy(matcher, i, at);
        }
        if (item->quantifier != 0) {
            return match_greedy(matcher, i, at, item->quantifier == '+',
                                item->quantifier == '?' ? 1 : SIZE_MAX);
        }
        bool matched = item->kind == ITEM_BALANCE ? match_balance(matcher, item, &at)
                                                  : match_fixed(matcher, item, &at);
        if (!matched) {
            return false;
        }
    }
    matcher->match->to = at;
    return true;
}

bool hanse__pattern_match(lua_State *lua, const struct hanse__pattern *pattern,
                          const char *text, size_t length, size_t from,
                          struct hanse__match *match)
{
    struct matcher matcher = {lua, pattern, text, length, match, 0};
    match->from = from;
    match->n_captures = 0;
    hanse__charge(lua, 1);
    return match_from(&matcher, 0, from);
}
