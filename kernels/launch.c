/* One launch: every trial once, in random order, with all that tells whether it counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/measure.h"

enum { WARMUP_MOST = 12, TRIES = 4 }; /* TRIES × the samples wanted, at most */

struct launch {
    struct hanse_device *device;
    const struct hanse_launch_options *options;
    const struct hanse_launch_sink *sink;
    struct hanse_trial *reference;
    void *reference_task;
    double first_probe_s; /* the fastest before the first sample */
    double began_s;
    struct hanse_sample *samples; /* of this launch so far */
    double *probes;               /* the slower of the two around each */
    size_t n_samples, capacity, probes_capacity;
    int order;
};

static double wall(const struct launch *l)
{
    struct hanse_reading reading;
    l->options->clock.read(l->options->clock.self, &reading);
    return reading.wall_s;
}

static double probe(struct launch *l)
{
    return l->options->clock.probe(l->options->clock.self);
}

static enum hanse_status timed(struct launch *l, void *task, int64_t turn, int64_t repeats,
                               double *seconds)
{
    double before = wall(l);
    HANSE_TRY(l->device->backend->run(l->device, task, turn, repeats));
    *seconds = wall(l) - before;
    return HANSE_OK;
}

/* --- one trial ---------------------------------------------------------------------------- */

/* Runs until three in a row agree within 3 %, then says how many runs make a sample. */
static enum hanse_status warm_up(struct launch *l, void *task, int64_t *turn, int64_t *repeats)
{
    double last[3] = {INFINITY, INFINITY, INFINITY};
    *repeats = 1;
    for (int i = 0; i < WARMUP_MOST; i++) {
        HANSE_TRY(timed(l, task, *turn, *repeats, &last[i % 3]));
        *turn += *repeats;
        double spent = last[i % 3];
        if (spent < 0.5 * l->options->sample_s) {
            double more = l->options->sample_s / fmax(spent, 1e-7) * (double)*repeats;
            *repeats = (int64_t)ceil(fmin(more, 100.0 * (double)*repeats));
            last[0] = last[1] = last[2] = INFINITY;
            continue;
        }
        double most = fmax(last[0], fmax(last[1], last[2]));
        double least = fmin(last[0], fmin(last[1], last[2]));
        if (most <= 1.03 * least) {
            break;
        }
        if (spent > 4.0 * l->options->sample_s && i >= 3) {
            break; /* long ones need less */
        }
    }
    return HANSE_OK;
}

static bool waits(enum hanse_kernel kernel)
{
    return kernel == HANSE_KERNEL_TCP_PINGPONG || kernel == HANSE_KERNEL_TCP_STREAM ||
           kernel == HANSE_KERNEL_STORAGE_WRITE || kernel == HANSE_KERNEL_STORAGE_READ;
}

static enum hanse_status keep(struct launch *l, const struct hanse_sample *sample,
                              double probe_s)
{
    HANSE_TRY(hanse__reserve(l->device->ctx, &l->samples, &l->capacity, l->n_samples + 1,
                             sizeof *l->samples));
    HANSE_TRY(hanse__reserve(l->device->ctx, &l->probes, &l->probes_capacity, l->n_samples + 1,
                             sizeof *l->probes));
    l->probes[l->n_samples] = probe_s;
    l->samples[l->n_samples++] = *sample;
    return HANSE_OK;
}

static enum hanse_status take_sample(struct launch *l, const struct hanse_trial_key *key,
                                     int trial, void *task, int64_t *turn, int64_t repeats)
{
    struct hanse_sample sample = {
        .rate = trial, .launch = l->options->launch, .order = l->order++};
    struct hanse_reading before, after;
    HANSE_TRY(timed(l, l->reference_task, 0, 1, &sample.reference_seconds));
    double first = probe(l);
    l->options->clock.read(l->options->clock.self, &before);
    HANSE_TRY(l->device->backend->run(l->device, task, *turn, repeats));
    l->options->clock.read(l->options->clock.self, &after);
    double slower = fmax(first, probe(l));
    double usual =
        l->n_samples >= 8 ? hanse_usual_time(l->probes, l->n_samples) : l->first_probe_s;
    *turn += repeats;
    sample.seconds =
        (after.wall_s - before.wall_s) / ((double)repeats * (double)hanse_trial_calls(key));
    sample.faults = hanse_sample_faults(&l->options->bounds, &before, &after, slower, usual,
                                        !l->device->on_host || waits(key->kernel));
    HANSE_TRY(keep(l, &sample, slower));
    /* At once, so that another one is taken in the place of this; all anew in the end. */
    if (l->n_samples >= 8) {
        hanse_mark_references(&l->options->bounds, l->samples, l->n_samples);
    }
    return HANSE_OK;
}

static enum hanse_status take_samples(struct launch *l, const struct hanse_trial_key *key,
                                      int trial, void *task)
{
    int64_t turn = 0, repeats;
    int valid = 0;
    HANSE_TRY(warm_up(l, task, &turn, &repeats));
    double (*power_w)(struct hanse_device *) = l->device->backend->power_w;
    if (power_w != NULL) {
        power_w(l->device);
    }
    for (int i = 0; i < TRIES * l->options->samples && valid < l->options->samples; i++) {
        HANSE_TRY(take_sample(l, key, trial, task, &turn, repeats));
        valid += l->samples[l->n_samples - 1].faults == 0;
        double budget = l->options->budget_s;
        if (budget > 0.0 && wall(l) - l->began_s > budget) {
            break;
        }
    }
    double watt = power_w != NULL ? power_w(l->device) : NAN;
    if (!isnan(watt)) {
        l->sink->power(l->sink->self, trial, watt);
    }
    return HANSE_OK;
}

/* Once, with the last copy of the weights, judged; then timed on the same data. */
static enum hanse_status verify_and_time(struct launch *l, struct hanse_trial *trial,
                                         int number, void *task)
{
    const struct hanse_backend *backend = l->device->backend;
    HANSE_TRY(backend->run(l->device, task, trial->copies - 1, 1));
    HANSE_TRY(backend->fetch(l->device, task));
    HANSE_TRY(hanse_trial_check(l->device->ctx, trial, trial->copies - 1, l->options->seed));
    return take_samples(l, &trial->key, number, task);
}

static enum hanse_status measure_trial(struct launch *l, const struct hanse_trial_key *key,
                                       int number)
{
    struct hanse_trial *trial = NULL;
    void *task = NULL;
    uint64_t seed = l->options->seed * 1000003u + (uint64_t)number;
    HANSE_TRY(hanse_trial_create(l->device->ctx, key, l->device->cache_bytes, seed, &trial));
    enum hanse_status status = l->device->backend->prepare(l->device, trial, &task);
    if (status == HANSE_OK) {
        status = verify_and_time(l, trial, number, task);
        l->device->backend->release(l->device, task);
    }
    hanse_trial_destroy(trial);
    return status;
}

/* --- the launch --------------------------------------------------------------------------- */

static void shuffle(int *order, int n, uint64_t seed, int launch)
{
    struct hanse_stream stream;
    hanse_stream_init(&stream, seed, (uint32_t)launch, 0, "order of trials");
    for (int i = 0; i < n; i++) {
        order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
        int j = (int)(hanse_stream_uniform(&stream) * (i + 1)), held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
}

/* A triad on the device, half again as much as its caches hold: what a neighbour slows first.
 * It runs beside every sample, so it is no longer than it must be. */
static enum hanse_status open_reference(struct launch *l)
{
    struct hanse_trial_key key = {.kernel = HANSE_KERNEL_STREAM_TRIAD, .precision = HANSE_FP64};
    key.shape.extent[0] = (int64_t)(l->device->cache_bytes / 16.0);
    if (!l->device->backend->runs(l->device, &key)) {
        key.precision = HANSE_FP32;
    }
    HANSE_TRY(hanse_trial_create(l->device->ctx, &key, l->device->cache_bytes, l->options->seed,
                                 &l->reference));
    HANSE_TRY(l->device->backend->prepare(l->device, l->reference, &l->reference_task));
    double seconds;
    for (int i = 0; i < 3; i++) {
        HANSE_TRY(timed(l, l->reference_task, 0, 1, &seconds));
        l->first_probe_s = fmin(l->first_probe_s, probe(l));
    }
    return HANSE_OK;
}

static void report(struct launch *l)
{
    hanse_mark_references(&l->options->bounds, l->samples, l->n_samples);
    hanse_mark_clocks(&l->options->bounds, l->samples, l->probes, l->n_samples);
    for (size_t i = 0; i < l->n_samples; i++) {
        l->sink->sample(l->sink->self, &l->samples[i]);
    }
}

static enum hanse_status measure_all(struct launch *l, const struct hanse_trial_key *trials,
                                     int n_trials, const int *order)
{
    double budget = l->options->budget_s;
    for (int i = 0; i < n_trials; i++) {
        if (budget > 0.0 && wall(l) - l->began_s > budget) {
            l->sink->trouble(l->sink->self, order[i], "the time for this launch was over");
            continue;
        }
        hanse_context_clear(l->device->ctx);
        enum hanse_status status = measure_trial(l, &trials[order[i]], order[i]);
        if (status != HANSE_OK) {
            l->sink->trouble(l->sink->self, order[i], hanse_context_message(l->device->ctx));
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_launch_measure(struct hanse_device *device,
                                       const struct hanse_trial_key *trials, int n_trials,
                                       const struct hanse_launch_options *options,
                                       const struct hanse_launch_sink *sink)
{
    struct launch l = {
        .device = device, .options = options, .sink = sink, .first_probe_s = INFINITY};
    int *order = hanse__alloc(device->ctx, (size_t)n_trials + 1, sizeof *order);
    if (order == NULL) {
        return HANSE_ERR_MEMORY;
    }
    l.began_s = wall(&l);
    shuffle(order, n_trials, options->seed, options->launch);
    enum hanse_status status = open_reference(&l);
    if (status == HANSE_OK) {
        status = measure_all(&l, trials, n_trials, order);
        report(&l);
    }
    if (l.reference_task != NULL) {
        device->backend->release(device, l.reference_task);
    }
    hanse_trial_destroy(l.reference);
    hanse__free(l.samples);
    hanse__free(l.probes);
    hanse__free(order);
    return status;
}
