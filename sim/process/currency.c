#include "sim/process/currency.h"

#include <math.h>

#include "sim/model/noun_table.h"
#include "sim/process/world.h"
#include "sim/stats/distribution.h"

enum { OUT_INDEX };
enum { YEAR_DAYS = 365, MOST_JUMPS = 20 };

struct state {
    struct hanse_purpose_key drift_key, jump_key;
    hanse_ref logs;  /* double [currencies]: ln of the index without devaluations */
    hanse_ref today; /* double [currencies]: the index */
    int64_t day;
};

static struct state *currencies(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_CURRENCY]);
}

double hanse__exchange(const struct hanse_world *world, int32_t currency)
{
    const double *today = hanse__at(world, currencies(world)->today);
    return currency < 0 ? 1.0 : today[currency];
}

static double index_on(const struct hanse_world *world, int32_t currency, int64_t day)
{
    double index = exp(((const double *)hanse__at(world, currencies(world)->logs))[currency]);
    for (int32_t i = 0; i < world->tables.n_devaluations; i++) {
        const struct hanse_devaluation *d = &world->tables.devaluations[i];
        if (d->currency == currency && d->at_h < 24.0 * ((double)day + 1.0)) {
            index *= d->factor;
        }
    }
    return index;
}

/* How many jumps a day has: Poisson by inversion. */
static int n_jumps(double mean, double u)
{
    double p = exp(-mean), sum = p;
    int n = 0;
    while (u > sum && n < MOST_JUMPS) {
        n++;
        p *= mean / n;
        sum += p;
    }
    return n;
}

static double step(const struct hanse_world *world, int32_t i, int64_t day)
{
    const struct hanse_currency *c = &world->tables.currencies[i];
    const struct state *s = currencies(world);
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_currency, i);
    double x = (c->drift_per_year - 0.5 * c->volatility * c->volatility) / YEAR_DAYS;
    if (c->volatility > 0.0) {
        double u = hanse_uniform_at(s->drift_key, world->replication, entity, (uint32_t)day);
        x += c->volatility * hanse_normal_quantile(u) / sqrt(YEAR_DAYS);
    }
    if (c->jump_rate_per_year > 0.0) {
        uint32_t first = (uint32_t)day * 2;
        double u = hanse_uniform_at(s->jump_key, world->replication, entity, first);
        double z = hanse_normal_quantile(
            hanse_uniform_at(s->jump_key, world->replication, entity, first + 1));
        int n = n_jumps(c->jump_rate_per_year / YEAR_DAYS, u);
        x += n * c->jump_mean + sqrt(n) * c->jump_deviation * z;
    }
    return x;
}

void hanse__currency_hour(struct hanse_world *world, int64_t hour)
{
    struct state *s = currencies(world);
    double *logs = hanse__at(world, s->logs);
    double *today = hanse__at(world, s->today);
    int32_t n = world->tables.n_currencies;
    for (; n > 0 && s->day < hour / 24; s->day++) {
        for (int32_t i = 0; i < n; i++) {
            logs[i] += s->day >= 0 ? step(world, i, s->day) : 0.0;
            today[i] = index_on(world, i, s->day + 1);
        }
    }
    double *index = hanse__cells(world, HANSE_MECHANISM_CURRENCY, OUT_INDEX);
    for (int32_t i = 0; i < n; i++) {
        index[i] += today[i];
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_CURRENCY] = ref;
    struct state s = {.day = -1,
                      .drift_key = hanse_purpose_key(world->seed, "exchange rate"),
                      .jump_key = hanse_purpose_key(world->seed, "currency jump")};
    HANSE_TRY(hanse__take(world, (size_t)world->tables.n_currencies, sizeof(double), &s.logs));
    HANSE_TRY(hanse__take(world, (size_t)world->tables.n_currencies, sizeof(double), &s.today));
    *currencies(world) = s;
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_currency, member)
static const struct hanse_field CURRENCY_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_currency),
    {.key = "drift",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(drift_per_year),
     .low = -5,
     .high = 5,
     .doc = "expected continuous change of its worth in the scenario's currency"},
    {.key = "volatility",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(volatility),
     .low = 0,
     .high = 5,
     .doc = "standard deviation of a year's change of its logarithm"},
    {.key = "jump_rate",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(jump_rate_per_year),
     .low = 0,
     .high = 100,
     .doc = "jumps a year"},
    {.key = "jump_mean",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(jump_mean),
     .low = -5,
     .high = 5,
     .needs = "jump_rate > 0",
     .doc = "mean of a jump of its logarithm; below 0 it loses worth"},
    {.key = "jump_deviation",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(jump_deviation),
     .low = 0,
     .high = 5,
     .needs = "jump_rate > 0",
     .doc = "standard deviation of a jump"},
};
#undef AT
const struct hanse_kind hanse_kind_currency = {
    .name = "currency",
    .doc = "Money other than the scenario's, whose worth moves.",
    .size = sizeof(struct hanse_currency),
    .fields = CURRENCY_FIELDS,
    .n_fields = HANSE_COUNT(CURRENCY_FIELDS),
};

#define AT(member) offsetof(struct hanse_devaluation, member)
static const struct hanse_field DEVALUATION_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_devaluation),
    {.key = "currency",
     .type = HANSE_REFERENCE,
     .options = "currency",
     .offset = AT(currency),
     .flags = HANSE_REQUIRED,
     .doc = "which"},
    {.key = "at",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(at_h),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 876000,
     .doc = "when; holds from the day it falls in"},
    {.key = "factor",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(factor),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1000,
     .doc = "its worth is multiplied by this; 1: no effect"},
};
#undef AT
const struct hanse_kind hanse_kind_devaluation = {
    .name = "devaluation",
    .doc = "A dated jump of a currency.",
    .size = sizeof(struct hanse_devaluation),
    .fields = DEVALUATION_FIELDS,
    .n_fields = HANSE_COUNT(DEVALUATION_FIELDS),
};

static const struct hanse_kind *const KINDS[] = {&hanse_kind_currency, &hanse_kind_devaluation};

static const struct hanse_output OUTPUTS[] = {
    [OUT_INDEX] = {"exchange_rate",
                   "1",
                   "worth of the currency, 1 at hour 0, mean over time",
                   {"currency"},
                   HANSE_MEAN,
                   NULL,
                   NULL},
};

const struct hanse_mechanism hanse_mechanism_currency = {
    .name = "currency",
    .doc = "Exchange rates.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
};
