#include "scripting/expression.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "scripting/decimal.h"

enum { MOST_STEPS = 256, MOST_DEPTH = 64, MOST_NAMES = 128 };

/* A stack machine: operands first, then what is done with them. */
enum operation {
    NUMBER,
    VARIABLE,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    POWER,
    NEGATE,
    LEAST,
    GREATEST,
    ABSOLUTE,
    ROOT,
    EXPONENTIAL,
    LOGARITHM,
    ROUND_DOWN,
    ROUND_UP,
};

struct step {
    enum operation operation;
    uint32_t variable;
    double number;
};

struct hanse_expression {
    struct step steps[MOST_STEPS];
    uint32_t n;
};

static const struct {
    const char *name;
    enum operation operation;
    int n_operands;
} functions[] = {{"min", LEAST, 2},        {"max", GREATEST, 2},    {"abs", ABSOLUTE, 1},
                 {"sqrt", ROOT, 1},        {"exp", EXPONENTIAL, 1}, {"log", LOGARITHM, 1},
                 {"floor", ROUND_DOWN, 1}, {"ceil", ROUND_UP, 1}};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

struct parser {
    struct hanse_context *ctx;
    const char *what, *text;
    const char *at;
    const struct hanse_names *names;
    struct hanse_expression *expression;
    int depth;
};

/* --- messages ----------------------------------------------------------------------------- */

static enum hanse_status reject(const struct parser *p, const char *at, const char *rule)
{
    size_t n = strcspn(at, " \t+-*/^(),");
    n = n > 0 ? n : 1;
    if (*at == '\0') {
        return hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: at %zu: %s, got the end", p->what,
                           (size_t)(at - p->text) + 1, rule);
    }
    return hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: at %zu: %s, got '%.*s'", p->what,
                       (size_t)(at - p->text) + 1, rule, n < 60 ? (int)n : 60, at);
}

static enum hanse_status unknown(const struct parser *p, const char *at, const char *name)
{
    const char *known[MOST_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < p->names->n_variables && n < MOST_NAMES; i++) {
        known[n++] = p->names->variables[i];
    }
    for (size_t i = 0; i < p->names->n_constants && n < MOST_NAMES; i++) {
        known[n++] = p->names->constants[i].name;
    }
    for (size_t i = 0; i < N_FUNCTIONS && n < MOST_NAMES; i++) {
        known[n++] = functions[i].name;
    }
    const char *near = hanse__nearest(name, known, n);
    return hanse__fail(p->ctx, HANSE_ERR_INPUT, "%s: at %zu: no column or unit '%s'%s%s%s",
                       p->what, (size_t)(at - p->text) + 1, name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- parsing ------------------------------------------------------------------------------ */

static void skip_blanks(struct parser *p)
{
    p->at += strspn(p->at, " \t");
}

static enum hanse_status emit(struct parser *p, struct step step)
{
    if (p->expression->n >= MOST_STEPS) {
        return reject(p, p->at, "must have at most 256 numbers, names and signs");
    }
    p->expression->steps[p->expression->n++] = step;
    return HANSE_OK;
}

static enum hanse_status parse_sum(struct parser *p);

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static enum hanse_status want(struct parser *p, char c, const char *rule)
{
    skip_blanks(p);
    if (*p->at != c) {
        return reject(p, p->at, rule);
    }
    p->at++;
    return HANSE_OK;
}

static enum hanse_status parse_call(struct parser *p, int f)
{
    HANSE_TRY(want(p, '(', "a function needs '('"));
    for (int i = 0; i < functions[f].n_operands; i++) {
        if (i > 0) {
            HANSE_TRY(want(p, ',', "min and max take two numbers: ',' is needed"));
        }
        HANSE_TRY(parse_sum(p));
    }
    HANSE_TRY(want(p, ')', "')' is needed"));
    return emit(p, (struct step){.operation = functions[f].operation});
}

static bool find_name(const struct hanse_names *names, const char *name, struct step *step)
{
    for (size_t i = 0; i < names->n_variables; i++) {
        if (strcmp(names->variables[i], name) == 0) {
            *step = (struct step){.operation = VARIABLE, .variable = (uint32_t)i};
            return true;
        }
    }
    for (size_t i = 0; i < names->n_constants; i++) {
        if (strcmp(names->constants[i].name, name) == 0) {
            *step = (struct step){.operation = NUMBER, .number = names->constants[i].value};
            return true;
        }
    }
    return false;
}

static enum hanse_status parse_name(struct parser *p)
{
    const char *first = p->at;
    char name[64];
    struct step step;
    while (is_name(*p->at, p->at == first)) {
        p->at++;
    }
    size_t n = (size_t)(p->at - first);
    if (n >= sizeof name) {
        return reject(p, first, "a name must be shorter than 64 bytes");
    }
    memcpy(name, first, n);
    name[n] = '\0';
    if (find_name(p->names, name, &step)) {
        return emit(p, step);
    }
    for (int f = 0; f < N_FUNCTIONS; f++) {
        if (strcmp(functions[f].name, name) == 0) {
            return parse_call(p, f);
        }
    }
    return unknown(p, first, name);
}

/* Digits, a point, an exponent: "1e-3" is one number, its sign no subtraction. */
static enum hanse_status parse_number(struct parser *p)
{
    const char *first = p->at;
    struct step step = {.operation = NUMBER};
    p->at += strspn(p->at, "0123456789.");
    if ((*p->at == 'e' || *p->at == 'E') &&
        strspn(p->at + 1 + strspn(p->at + 1, "+-"), "0123456789") > 0) {
        p->at += 1 + strspn(p->at + 1, "+-");
        p->at += strspn(p->at, "0123456789");
    }
    if (is_name(*p->at, true)) {
        return reject(p, p->at, "a sign is needed between a number and a name, as in 20*ms");
    }
    if (!hanse__decimal(first, (size_t)(p->at - first), &step.number)) {
        return reject(p, first, "must be a number");
    }
    return emit(p, step);
}

static enum hanse_status parse_primary(struct parser *p)
{
    skip_blanks(p);
    if (*p->at == '(') {
        p->at++;
        HANSE_TRY(parse_sum(p));
        return want(p, ')', "')' is needed");
    }
    if ((*p->at >= '0' && *p->at <= '9') || *p->at == '.') {
        return parse_number(p);
    }
    if (is_name(*p->at, true)) {
        return parse_name(p);
    }
    return reject(p, p->at, "a number, a column or '(' is needed");
}

/* A sign goes on what follows it, powers included. */
static enum hanse_status parse_factor(struct parser *p)
{
    skip_blanks(p);
    char sign = *p->at;
    if (++p->depth > MOST_DEPTH) {
        return reject(p, p->at, "must be nested at most 64 deep");
    }
    if (sign == '-' || sign == '+') {
        p->at++;
        HANSE_TRY(parse_factor(p));
        if (sign == '-') {
            HANSE_TRY(emit(p, (struct step){.operation = NEGATE}));
        }
    } else {
        HANSE_TRY(parse_primary(p));
        skip_blanks(p);
        if (*p->at == '^') {
            p->at++;
            HANSE_TRY(parse_factor(p));
            HANSE_TRY(emit(p, (struct step){.operation = POWER}));
        }
    }
    p->depth--;
    return HANSE_OK;
}

static enum hanse_status parse_product(struct parser *p)
{
    HANSE_TRY(parse_factor(p));
    for (;;) {
        skip_blanks(p);
        char sign = *p->at;
        if (sign != '*' && sign != '/') {
            return HANSE_OK;
        }
        p->at++;
        HANSE_TRY(parse_factor(p));
        HANSE_TRY(emit(p, (struct step){.operation = sign == '*' ? MULTIPLY : DIVIDE}));
    }
}

static enum hanse_status parse_sum(struct parser *p)
{
    HANSE_TRY(parse_product(p));
    for (;;) {
        skip_blanks(p);
        char sign = *p->at;
        if (sign != '+' && sign != '-') {
            return HANSE_OK;
        }
        p->at++;
        HANSE_TRY(parse_product(p));
        HANSE_TRY(emit(p, (struct step){.operation = sign == '+' ? ADD : SUBTRACT}));
    }
}

enum hanse_status hanse_expression_create(struct hanse_context *ctx, const char *what,
                                          const char *text, const struct hanse_names *names,
                                          struct hanse_expression **result)
{
    *result = NULL;
    struct hanse_expression *expression = hanse__alloc(ctx, 1, sizeof *expression);
    if (expression == NULL) {
        return HANSE_ERR_MEMORY;
    }
    struct parser p = {ctx, what, text, text, names, expression, 0};
    enum hanse_status status = parse_sum(&p);
    if (status == HANSE_OK && *p.at != '\0') {
        status = reject(&p, p.at, "'+', '-', '*', '/' or '^' is needed");
    }
    if (status != HANSE_OK) {
        hanse__free(expression);
        return status;
    }
    *result = expression;
    return HANSE_OK;
}

void hanse_expression_destroy(struct hanse_expression *expression)
{
    hanse__free(expression);
}

bool hanse_expression_uses(const struct hanse_expression *expression, size_t variable)
{
    for (uint32_t i = 0; i < expression->n; i++) {
        if (expression->steps[i].operation == VARIABLE &&
            expression->steps[i].variable == variable) {
            return true;
        }
    }
    return false;
}

/* --- evaluation --------------------------------------------------------------------------- */

static double two(enum operation operation, double a, double b)
{
    switch (operation) {
    case ADD:
        return a + b;
    case SUBTRACT:
        return a - b;
    case MULTIPLY:
        return a * b;
    case DIVIDE:
        return a / b;
    case POWER:
        return pow(a, b);
    case LEAST:
        return a < b || a != a ? a : b;
    default:
        return a > b || a != a ? a : b;
    }
}

static double one(enum operation operation, double a)
{
    switch (operation) {
    case NEGATE:
        return -a;
    case ABSOLUTE:
        return fabs(a);
    case ROOT:
        return sqrt(a);
    case EXPONENTIAL:
        return exp(a);
    case LOGARITHM:
        return log(a);
    case ROUND_DOWN:
        return floor(a);
    default:
        return ceil(a);
    }
}

static bool takes_two(enum operation operation)
{
    return (operation >= ADD && operation <= POWER) || operation == LEAST ||
           operation == GREATEST;
}

double hanse_expression_value(const struct hanse_expression *expression,
                              const double *variables)
{
    double stack[MOST_STEPS];
    uint32_t n = 0;
    stack[0] = 0.0;
    for (uint32_t i = 0; i < expression->n; i++) {
        const struct step *step = &expression->steps[i];
        if (step->operation == NUMBER) {
            stack[n++] = step->number;
        } else if (step->operation == VARIABLE) {
            stack[n++] = variables[step->variable];
        } else if (takes_two(step->operation)) {
            n--;
            stack[n - 1] = two(step->operation, stack[n - 1], stack[n]);
        } else {
            stack[n - 1] = one(step->operation, stack[n - 1]);
        }
    }
    return stack[0];
}
