#include "sim/process/synthetic/arrivals.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/assert.h"

/* --- rhythm ------------------------------------------------------------------------------- */

enum hanse_status hanse_rhythm_init(struct hanse_context *ctx, struct hanse_rhythm *rhythm,
                                    double period_s, const double *weights, uint32_t n)
{
    double sum = 0.0;
    if (n < 1 || n > HANSE_RHYTHM_BINS || !(period_s > 0.0) || !isfinite(period_s)) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "rhythm: must have 1 to %d weights and a period > 0, got %u and %g s",
            HANSE_RHYTHM_BINS, n, period_s);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!(weights[i] >= 0.0) || !isfinite(weights[i])) {
            return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                               "rhythm: weight %u must be >= 0 and finite, got %g", i + 1,
                               weights[i]);
        }
        sum += weights[i];
    }
    if (!(sum > 0.0) || !isfinite(sum)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "rhythm: the weights' sum must be > 0 and finite, got %g", sum);
    }
    double bin_s = period_s / n;
    *rhythm = (struct hanse_rhythm){.period_s = period_s, .n = n};
    for (uint32_t i = 0; i < n; i++) {
        rhythm->weight[i] = weights[i] * n / sum;
        rhythm->before_s[i + 1] = rhythm->before_s[i] + rhythm->weight[i] * bin_s;
    }
    rhythm->before_s[n] = period_s; /* exactly, whatever the sum's rounding */
    return HANSE_OK;
}

/* The bin with before_s[i] <= work < before_s[i + 1]. */
static uint32_t bin_of(const struct hanse_rhythm *rhythm, double work_s)
{
    uint32_t low = 0, high = rhythm->n;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (rhythm->before_s[middle] <= work_s) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double hanse_rhythm_time_s(const struct hanse_rhythm *rhythm, double work_s)
{
    if (rhythm->n == 0) {
        return work_s;
    }
    double periods = floor(work_s / rhythm->period_s);
    double left = fmax(0.0, work_s - periods * rhythm->period_s);
    uint32_t i = bin_of(rhythm, left);
    double bin_s = rhythm->period_s / rhythm->n;
    double within =
        rhythm->weight[i] > 0.0 ? (left - rhythm->before_s[i]) / rhythm->weight[i] : bin_s;
    return periods * rhythm->period_s + i * bin_s + fmin(within, bin_s);
}

double hanse_rhythm_work_s(const struct hanse_rhythm *rhythm, double time_s)
{
    if (rhythm->n == 0) {
        return time_s;
    }
    double periods = floor(time_s / rhythm->period_s);
    double left = time_s - periods * rhythm->period_s;
    double bin_s = rhythm->period_s / rhythm->n;
    uint32_t i = (uint32_t)fmin(left / bin_s, rhythm->n - 1.0);
    return periods * rhythm->period_s + rhythm->before_s[i] +
           rhythm->weight[i] * (left - i * bin_s);
}

/* --- Markov-modulated Poisson ------------------------------------------------------------- */

/* Whether every state is reached from the first, and the first from every state. */
static bool connected(const struct hanse_mmpp *mmpp)
{
    bool reach[HANSE_MMPP_STATES][HANSE_MMPP_STATES];
    for (uint32_t i = 0; i < mmpp->n; i++) {
        for (uint32_t j = 0; j < mmpp->n; j++) {
            reach[i][j] = i == j || mmpp->jump[i][j] > 0.0;
        }
    }
    for (uint32_t k = 0; k < mmpp->n; k++) {
        for (uint32_t i = 0; i < mmpp->n; i++) {
            for (uint32_t j = 0; j < mmpp->n; j++) {
                reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
            }
        }
    }
    for (uint32_t i = 0; i < mmpp->n; i++) {
        if (!reach[0][i] || !reach[i][0]) {
            return false;
        }
    }
    return true;
}

static enum hanse_status check_state(struct hanse_context *ctx, const struct hanse_mmpp *mmpp,
                                     uint32_t i)
{
    double sum = 0.0;
    if (!(mmpp->rate_per_s[i] >= 0.0) || !isfinite(mmpp->rate_per_s[i])) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "mmpp: rate %u must be >= 0, got %g", i + 1,
                           mmpp->rate_per_s[i]);
    }
    if (!(mmpp->stay_s[i] > 0.0) || !isfinite(mmpp->stay_s[i])) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "mmpp: stay %u must be > 0, got %g s", i + 1,
                           mmpp->stay_s[i]);
    }
    for (uint32_t j = 0; j < mmpp->n; j++) {
        bool good = mmpp->jump[i][j] >= 0.0 && (i != j || mmpp->jump[i][j] == 0.0);
        sum += good ? mmpp->jump[i][j] : NAN;
    }
    if (!(fabs(sum - 1.0) <= 1e-9)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "mmpp: chances to leave state %u must be >= 0, none to itself, and "
                           "sum to 1, got %g",
                           i + 1, sum);
    }
    return HANSE_OK;
}

enum hanse_status hanse_mmpp_check(struct hanse_context *ctx, const struct hanse_mmpp *mmpp)
{
    double rates = 0.0;
    if (mmpp->n < 2 || mmpp->n > HANSE_MMPP_STATES) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "mmpp: must have 2 to %d states, got %u",
                           HANSE_MMPP_STATES, mmpp->n);
    }
    for (uint32_t i = 0; i < mmpp->n; i++) {
        HANSE_TRY(check_state(ctx, mmpp, i));
        rates += mmpp->rate_per_s[i];
    }
    if (!(rates > 0.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "mmpp: one rate must be > 0, got none");
    }
    if (!connected(mmpp)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "mmpp: every state must be reached from every other");
    }
    return HANSE_OK;
}

/* Without subtraction: Grassmann, Taksar and Heyman, Operations Research 33, 1985. */
void hanse_mmpp_shares(const struct hanse_mmpp *mmpp, double shares[HANSE_MMPP_STATES])
{
    double q[HANSE_MMPP_STATES][HANSE_MMPP_STATES] = {{0.0}}, sum = 1.0;
    uint32_t n = mmpp->n;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            q[i][j] = mmpp->jump[i][j] / mmpp->stay_s[i];
        }
    }
    for (uint32_t k = n - 1; k > 0; k--) {
        double out = 0.0;
        for (uint32_t j = 0; j < k; j++) {
            out += q[k][j];
        }
        for (uint32_t i = 0; i < k; i++) {
            q[i][k] /= out;
            for (uint32_t j = 0; j < k; j++) {
                q[i][j] += i == j ? 0.0 : q[i][k] * q[k][j];
            }
        }
    }
    shares[0] = 1.0;
    for (uint32_t k = 1; k < n; k++) {
        shares[k] = 0.0;
        for (uint32_t i = 0; i < k; i++) {
            shares[k] += shares[i] * q[i][k];
        }
        sum += shares[k];
    }
    for (uint32_t k = 0; k < n; k++) {
        shares[k] /= sum;
    }
}

double hanse_mmpp_rate_per_s(const struct hanse_mmpp *mmpp)
{
    double shares[HANSE_MMPP_STATES], rate = 0.0;
    hanse_mmpp_shares(mmpp, shares);
    for (uint32_t i = 0; i < mmpp->n; i++) {
        rate += shares[i] * mmpp->rate_per_s[i];
    }
    return rate;
}

double hanse_mmpp2_dispersion(const struct hanse_mmpp *mmpp, double time_s)
{
    if (mmpp->n != 2 || !(time_s >= 0.0)) {
        return NAN;
    }
    double shares[HANSE_MMPP_STATES], r = 1.0 / mmpp->stay_s[0] + 1.0 / mmpp->stay_s[1];
    double apart = mmpp->rate_per_s[0] - mmpp->rate_per_s[1], x = r * time_s;
    hanse_mmpp_shares(mmpp, shares);
    double rate = shares[0] * mmpp->rate_per_s[0] + shares[1] * mmpp->rate_per_s[1];
    double grown = x > 1e-4 ? 1.0 + expm1(-x) / x : x * (0.5 - x / 6.0);
    return 1.0 + 2.0 * apart * apart * shares[0] * shares[1] / (rate * r) * grown;
}

/* --- the process -------------------------------------------------------------------------- */

enum hanse_status hanse_arrivals_check(struct hanse_context *ctx,
                                       const struct hanse_arrivals *arrivals)
{
    if (!(arrivals->start_s >= 0.0) || !isfinite(arrivals->start_s)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "arrivals: start must be >= 0, got %g s",
                           arrivals->start_s);
    }
    if (arrivals->kind == HANSE_ARRIVALS_MMPP) {
        return hanse_mmpp_check(ctx, &arrivals->mmpp);
    }
    HANSE_TRY(hanse_variate_check(ctx, &arrivals->gap));
    double mean = hanse_variate_mean(&arrivals->gap);
    return mean > 0.0 && isfinite(mean)
               ? HANSE_OK
               : hanse__fail(ctx, HANSE_ERR_DOMAIN,
                             "arrivals: the mean gap must be > 0 and finite, got %g s", mean);
}

double hanse_arrivals_interval_s(const struct hanse_arrivals *arrivals)
{
    return arrivals->kind == HANSE_ARRIVALS_MMPP ? 1.0 / hanse_mmpp_rate_per_s(&arrivals->mmpp)
                                                 : hanse_variate_mean(&arrivals->gap);
}

enum hanse_status hanse_arrivals_scale(struct hanse_context *ctx,
                                       struct hanse_arrivals *arrivals, double factor)
{
    if (arrivals->kind == HANSE_ARRIVALS_RENEWAL) {
        return hanse_variate_scale(ctx, &arrivals->gap, factor);
    }
    for (uint32_t i = 0; i < arrivals->mmpp.n; i++) {
        arrivals->mmpp.stay_s[i] *= factor;
        arrivals->mmpp.rate_per_s[i] /= factor;
    }
    return hanse_mmpp_check(ctx, &arrivals->mmpp);
}

static uint32_t choose(struct hanse_stream *stream, const double *chances, uint32_t n)
{
    double u = hanse_stream_uniform(stream);
    uint32_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (chances[i] > 0.0) {
            last = i;
            if (u < chances[i]) {
                return i;
            }
            u -= chances[i];
        }
    }
    return last; /* rounding of the sum */
}

static void enter(const struct hanse_mmpp *mmpp, struct hanse_arrivals_state *state,
                  uint32_t next, double now_s)
{
    state->state = next;
    state->leaves_s = now_s + mmpp->stay_s[next] * hanse_stream_exponential(&state->stream);
}

void hanse_arrivals_start(const struct hanse_arrivals *arrivals,
                          struct hanse_arrivals_state *state, uint64_t seed,
                          uint32_t replication, uint64_t entity)
{
    *state = (struct hanse_arrivals_state){
        .offset_s = hanse_rhythm_work_s(&arrivals->rhythm, arrivals->start_s)};
    hanse_stream_init(&state->stream, seed, replication, entity, "arrival");
    if (arrivals->kind == HANSE_ARRIVALS_MMPP) {
        double shares[HANSE_MMPP_STATES];
        hanse_mmpp_shares(&arrivals->mmpp, shares);
        enter(&arrivals->mmpp, state, choose(&state->stream, shares, arrivals->mmpp.n), 0.0);
    }
}

/* Arrivals within a state are Poisson and forget, so a gap that outlasts the state is drawn
 * anew from where the state ends. */
static double next_modulated(const struct hanse_mmpp *mmpp, struct hanse_arrivals_state *state)
{
    double now_s = state->work_s;
    for (;;) {
        double rate = mmpp->rate_per_s[state->state];
        if (rate > 0.0) {
            double next = now_s + hanse_stream_exponential(&state->stream) / rate;
            if (next <= state->leaves_s) {
                return next;
            }
        }
        now_s = state->leaves_s;
        enter(mmpp, state, choose(&state->stream, mmpp->jump[state->state], mmpp->n), now_s);
    }
}

double hanse_arrivals_next(const struct hanse_arrivals *arrivals,
                           struct hanse_arrivals_state *state)
{
    state->work_s = arrivals->kind == HANSE_ARRIVALS_MMPP
                        ? next_modulated(&arrivals->mmpp, state)
                        : state->work_s + hanse_variate_draw(&arrivals->gap, &state->stream);
    if (arrivals->rhythm.n == 0) {
        return state->work_s;
    }
    double time_s = hanse_rhythm_time_s(&arrivals->rhythm, state->offset_s + state->work_s);
    return fmax(0.0, time_s - arrivals->start_s);
}

/* --- as text ------------------------------------------------------------------------------ */

static enum hanse_status parse_mmpp(struct hanse_context *ctx, const char *text,
                                    struct hanse_mmpp *mmpp)
{
    const char *at = text + strlen("mmpp");
    uint32_t n = 0;
    while (*at == '/' && n < 2 * HANSE_MMPP_STATES) {
        char *end;
        double value = strtod(at + 1, &end);
        if (end == at + 1 || (*end != '/' && *end != '\0')) {
            break;
        }
        *(n % 2 == 0 ? &mmpp->rate_per_s[n / 2] : &mmpp->stay_s[n / 2]) = value;
        n++;
        at = end;
    }
    if (*at != '\0' || n % 2 != 0 || n < 4) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT,
            "arrivals '%s': must be mmpp/RATE/STAY/RATE/STAY, for 2 to %d states", text,
            HANSE_MMPP_STATES);
    }
    mmpp->n = n / 2;
    for (uint32_t i = 0; i < mmpp->n; i++) {
        for (uint32_t j = 0; j < mmpp->n; j++) {
            mmpp->jump[i][j] = i == j ? 0.0 : 1.0 / (mmpp->n - 1);
        }
    }
    return hanse_mmpp_check(ctx, mmpp);
}

enum hanse_status hanse_arrivals_parse(struct hanse_context *ctx, const char *text,
                                       double interval_s, struct hanse_arrivals *arrivals)
{
    if (!(interval_s > 0.0) || !isfinite(interval_s)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "arrivals: interval must be > 0, got %g s",
                           interval_s);
    }
    if (strncmp(text, "mmpp", 4) == 0) {
        arrivals->kind = HANSE_ARRIVALS_MMPP;
        arrivals->mmpp = (struct hanse_mmpp){.n = 0};
        HANSE_TRY(parse_mmpp(ctx, text, &arrivals->mmpp));
        double factor = 1.0 / (interval_s * hanse_mmpp_rate_per_s(&arrivals->mmpp));
        for (uint32_t i = 0; i < arrivals->mmpp.n; i++) {
            arrivals->mmpp.rate_per_s[i] *= factor;
        }
        return HANSE_OK;
    }
    arrivals->kind = HANSE_ARRIVALS_RENEWAL;
    HANSE_TRY(hanse_variate_parse(ctx, strcmp(text, "poisson") == 0 ? "exponential/1" : text,
                                  &arrivals->gap));
    enum hanse_status status = hanse_arrivals_check(ctx, arrivals);
    if (status == HANSE_OK) {
        status = hanse_variate_scale(ctx, &arrivals->gap,
                                     interval_s / hanse_variate_mean(&arrivals->gap));
    }
    if (status != HANSE_OK) {
        hanse_variate_fini(&arrivals->gap);
    }
    return status;
}
