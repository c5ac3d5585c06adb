#include "sim/process/substitute.h"

#include <string.h>

#include "sim/process/shock.h"

static struct hanse_dispatch *dispatch(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_DISPATCH]);
}

static bool serves(const struct hanse_world *world, const struct hanse_workload *w,
                   enum hanse_substitute_when when)
{
    return w->substitute >= 0 &&
           (w->substitute_when == HANSE_SUBSTITUTE_EITHER ||
            w->substitute_when == (int32_t)when) &&
           !hanse__shock_model_cut(world, w->substitute);
}

bool hanse__substituted(const struct hanse_world *world, int32_t workload)
{
    int32_t n;
    const struct hanse_workload *w = &hanse__workloads(world, &n)[workload];
    return hanse__shock_model_cut(world, w->model) &&
           serves(world, w, HANSE_SUBSTITUTE_LICENCE);
}

bool hanse__substitute_named(const struct hanse_world *world)
{
    int32_t n;
    const struct hanse_workload *workloads = hanse__workloads(world, &n);
    bool any = false;
    for (int32_t w = 0; w < n; w++) {
        any |= workloads[w].substitute >= 0;
    }
    return any;
}

enum hanse_status hanse__substitute_init(struct hanse_world *world)
{
    if (!hanse__substitute_named(world)) {
        return HANSE_OK;
    }
    int32_t n;
    hanse__workloads(world, &n);
    size_t P = (size_t)hanse__n_places(world);
    hanse_ref used, gains, free;
    HANSE_TRY(hanse__take(world, P * (size_t)n, sizeof(double), &used));
    HANSE_TRY(hanse__take(world, P * (size_t)n, sizeof(double), &gains));
    HANSE_TRY(hanse__take(world, P, sizeof(double), &free));
    dispatch(world)->used = used;
    dispatch(world)->gains = gains;
    dispatch(world)->unturned = free;
    return HANSE_OK;
}

/* What each place would gain by turning the workload over; false: nothing anywhere. */
static bool find_gains(const struct hanse_sweep *h, int32_t w, double *gains, double *unturned)
{
    const double *small = hanse__place_small(h->world);
    bool any = false;
    for (int32_t p = 0; p < h->P; p++) {
        int32_t at = p * h->W + w;
        double ratio = h->capacity[at] > 0.0 ? small[at] / h->capacity[at] : 0.0;
        gains[at] = ratio > 1.0 ? h->used[at] * (ratio - 1.0) : 0.0;
        unturned[p] = 1.0;
        any |= gains[at] > 0.0;
    }
    return any;
}

void hanse__substitute(struct hanse_sweep *h, int32_t k)
{
    int32_t w = h->order[k];
    if (!serves(h->world, &h->workloads[w], HANSE_SUBSTITUTE_CAPACITY) ||
        hanse__shock_model_cut(h->world, h->workloads[w].model)) {
        return;
    }
    double *gains = hanse__at(h->world, h->s->gains);
    double *unturned = hanse__at(h->world, h->s->unturned);
    if (!find_gains(h, w, gains, unturned)) {
        return;
    }
    struct hanse_sweep what = *h;
    what.capacity = gains;
    what.free = unturned;
    what.used = NULL;
    what.late_now = NULL;
    for (int stage = 0; stage <= HANSE_STAGE_PARTNER; stage++) {
        for (int round = 0; round < HANSE_ROUNDS; round++) {
            if (hanse__route_round(&what, (enum hanse_stage)stage, k, k + 1) !=
                HANSE_ROUND_OPEN) {
                break;
            }
        }
    }
    for (int32_t p = 0; p < h->P; p++) {
        int32_t at = p * h->W + w;
        h->substituted[h->places[p].region * h->W + w] +=
            (1.0 - unturned[p]) * (h->used[at] + gains[at]);
    }
}

void hanse__substitute_close(struct hanse_sweep *h)
{
    for (int32_t w = 0; w < h->W; w++) {
        for (int32_t p = 0; p < h->P && hanse__substituted(h->world, w); p++) {
            h->substituted[h->places[p].region * h->W + w] += h->used[p * h->W + w];
        }
    }
    memset(h->used, 0, (size_t)h->P * (size_t)h->W * sizeof *h->used);
}
