/*
 * Arithmetic over named numbers, as one writes it on a command line:
 *
 *     50*ms + 0.2*ms*prompt + 20*ms*generated
 *     max(0.1, 0.02 * generated) / 2
 *
 * Numbers, names, + - * / ^, parentheses, min(a, b), max(a, b), abs, sqrt, exp, log, floor and
 * ceil. ^ goes from the right and before a sign: -2^2 is -4. It is no program: it has no loops,
 * no assignment and no way out of itself, so it may come from anyone. It is evaluated in
 * doubles, from the left, as C does it.
 */
#ifndef HANSE_SCRIPTING_EXPRESSION_H
#define HANSE_SCRIPTING_EXPRESSION_H

#include "sim/base/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A name with a value of its own, e.g. {"ms", 1e-3}. */
struct hanse_constant {
    const char *name;
    double value;
};

struct hanse_names {
    const char *const *variables;
    size_t n_variables;
    const struct hanse_constant *constants; /* a variable of the same name goes first */
    size_t n_constants;
};

struct hanse_expression;

/* Compiles `text`, called `what` in messages: "--service: at 7: …, got 'x'", positions from 1.
 * HANSE_ERR_INPUT; an unknown name comes with the nearest known one. */
enum hanse_status hanse_expression_create(struct hanse_context *ctx, const char *what,
                                          const char *text, const struct hanse_names *names,
                                          struct hanse_expression **result);
void hanse_expression_destroy(struct hanse_expression *expression);

/* Its value for variables[n_variables]. Not a number where arithmetic has no answer. */
double hanse_expression_value(const struct hanse_expression *expression,
                              const double *variables);

/* Does its value depend on that variable? */
bool hanse_expression_uses(const struct hanse_expression *expression, size_t variable);

#ifdef __cplusplus
}
#endif
#endif
