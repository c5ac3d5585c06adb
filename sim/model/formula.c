#include "sim/model/value.h"

#include <math.h>

enum { DEEPEST = 64 };

/* How many numbers an operation takes from the stack; it leaves one. */
static int operands(enum hanse_op op)
{
    switch (op) {
    case HANSE_OP_CONSTANT:
    case HANSE_OP_PARAM:
        return 0;
    case HANSE_OP_NEG:
    case HANSE_OP_EXP:
    case HANSE_OP_LOG:
    case HANSE_OP_SQRT:
        return 1;
    case HANSE_OP_ADD:
    case HANSE_OP_SUB:
    case HANSE_OP_MUL:
    case HANSE_OP_DIV:
    case HANSE_OP_POW:
    case HANSE_OP_MIN:
    case HANSE_OP_MAX:
        return 2;
    }
    return -1;
}

enum hanse_status hanse__formula_check(struct hanse_context *ctx,
                                       const struct hanse__place *place,
                                       const struct hanse_formula *formula, size_t n_params)
{
    int depth = 0;
    for (size_t i = 0; i < formula->n_terms; i++) {
        const struct hanse_term *term = &formula->terms[i];
        int taken = operands(term->op);
        if (taken < 0 || taken > depth) {
            return hanse__reject(ctx, HANSE_ERR_INPUT, place,
                                 "term %zu of its formula has too few operands", i + 1);
        }
        if (term->op == HANSE_OP_PARAM && term->param >= n_params) {
            return hanse__reject(ctx, HANSE_ERR_INPUT, place,
                                 "its formula names parameter number %u of %zu", term->param,
                                 n_params);
        }
        depth += 1 - taken;
        if (depth > DEEPEST) {
            return hanse__reject(ctx, HANSE_ERR_LIMIT, place,
                                 "its formula must nest at most %d deep", DEEPEST);
        }
    }
    return depth == 1 ? HANSE_OK
                      : hanse__reject(ctx, HANSE_ERR_INPUT, place,
                                      "its formula must leave one number, got %d", depth);
}

static double unary(enum hanse_op op, double a)
{
    switch (op) {
    case HANSE_OP_NEG:
        return -a;
    case HANSE_OP_EXP:
        return exp(a);
    case HANSE_OP_LOG:
        return log(a);
    default:
        return sqrt(a);
    }
}

static double binary(enum hanse_op op, double a, double b)
{
    switch (op) {
    case HANSE_OP_ADD:
        return a + b;
    case HANSE_OP_SUB:
        return a - b;
    case HANSE_OP_MUL:
        return a * b;
    case HANSE_OP_DIV:
        return a / b;
    case HANSE_OP_POW:
        return pow(a, b);
    case HANSE_OP_MIN: /* unlike fmin, a NaN stays one, so that the checks see it */
        return isnan(a) || a < b ? a : b;
    default:
        return isnan(a) || a > b ? a : b;
    }
}

double hanse__formula_value(const struct hanse_term *terms, size_t n_terms,
                            const double *params)
{
    double stack[DEEPEST + 1];
    int depth = 0;
    for (size_t i = 0; i < n_terms; i++) {
        const struct hanse_term *term = &terms[i];
        if (term->op == HANSE_OP_CONSTANT) {
            stack[depth++] = term->number;
        } else if (term->op == HANSE_OP_PARAM) {
            stack[depth++] = params[term->param];
        } else if (operands(term->op) == 1) {
            stack[depth - 1] = unary(term->op, stack[depth - 1]);
        } else {
            depth--;
            stack[depth - 1] = binary(term->op, stack[depth - 1], stack[depth]);
        }
    }
    return stack[0];
}

bool hanse__formula_is_constant(const struct hanse_term *terms, size_t n_terms)
{
    for (size_t i = 0; i < n_terms; i++) {
        if (terms[i].op == HANSE_OP_PARAM) {
            return false;
        }
    }
    return true;
}
