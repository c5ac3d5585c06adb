/*
 * Patterns: Lua's, on a matcher that counts its steps.
 *
 * A pattern such as (.-)*(.-)*x can take longer than the age of the universe, and Lua's own
 * matcher is one instruction to the instruction limit. This one compiles a pattern into items
 * (each a set of bytes with a quantifier, or a mark) and charges for each byte it looks at.
 */
#ifndef HANSE_SCRIPTING_PATTERN_H
#define HANSE_SCRIPTING_PATTERN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum { HANSE__MOST_CAPTURES = 32 };

struct hanse__capture {
    size_t from, to; /* to == HANSE__CAPTURE_PLACE: a position; _OPEN: not closed yet */
};
#define HANSE__CAPTURE_PLACE ((size_t)-1)
#define HANSE__CAPTURE_OPEN ((size_t)-2)

struct hanse__match {
    size_t from, to;
    int n_captures;
    struct hanse__capture captures[HANSE__MOST_CAPTURES];
};

struct hanse__pattern;

/* Compiles a pattern into a userdata on the stack; raises when it is malformed. */
const struct hanse__pattern *hanse__pattern_compile(lua_State *lua, const char *text,
                                                    size_t length);
bool hanse__pattern_is_anchored(const struct hanse__pattern *pattern);

/* Whether the pattern matches text[from…]; exactly there, not further on. Raises when the
 * steps run out. */
bool hanse__pattern_match(lua_State *lua, const struct hanse__pattern *pattern,
                          const char *text, size_t length, size_t from,
                          struct hanse__match *match);

#endif
