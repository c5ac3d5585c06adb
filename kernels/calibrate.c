#include "kernels/calibrate.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/plan.h"

extern char **environ;

enum { ARGUMENTS = 32 };

/* Seconds that a quick calibration may take in all, and a full launch. */
static const double QUICK_S = 54.0, FULL_LAUNCH_S = 600.0;

/* Where a launch was disturbed another takes its place, up to this many more. */
enum { MORE_LAUNCHES = 3 };

/* --- a launch, from the inside ------------------------------------------------------------ */

static void write_sample(void *self, const struct hanse_sample *sample)
{
    fprintf(self, "sample %d %d %u %.17g %.17g\n", (int)sample->rate, (int)sample->order,
            (unsigned)sample->faults, sample->seconds, sample->reference_seconds);
}

static void write_power(void *self, int trial, double watt)
{
    fprintf(self, "power %d %.17g\n", trial, watt);
}

static void write_trouble(void *self, int trial, const char *why)
{
    fprintf(self, "trouble %d %s\n", trial, why);
}

enum hanse_status hanse_calibrate_launch(struct hanse_context *ctx,
                                         const struct hanse_calibration *calibration,
                                         int launch, double budget_s, FILE *out)
{
    struct hanse_device device;
    struct hanse_trial_key *trials = NULL;
    int n_trials;
    HANSE_TRY(hanse_device_open(ctx, calibration->device, &device));
    const struct hanse_launch_options options = {.launch = launch,
                                                 .seed = calibration->seed,
                                                 .samples = calibration->quick ? 5 : 8,
                                                 .sample_s = calibration->quick ? 2e-3 : 1e-2,
                                                 .budget_s = budget_s,
                                                 .bounds = hanse_bounds_default(),
                                                 .clock = hanse_clock_real()};
    const struct hanse_launch_sink sink = {write_sample, write_power, write_trouble, out};
    enum hanse_status status = hanse_plan(ctx, &device, calibration->quick, &trials, &n_trials);
    if (status == HANSE_OK) {
        status = hanse_launch_measure(&device, trials, n_trials, &options, &sink);
    }
    if (status == HANSE_OK) {
        fprintf(out, "end\n");
    }
    hanse__free(trials);
    hanse_device_close(&device);
    return status;
}

/* --- launches, from the outside ----------------------------------------------------------- */

struct calibrating {
    struct hanse_context *ctx;
    const struct hanse_calibration *calibration;
    struct hanse_trial_key *trials;
    int n_trials;
    struct hanse__gathered gathered;
    char (*trouble)[160]; /* by trial, the last one said */
    unsigned *marks;      /* by trial, what the backend knows beforehand */
};

static void say(struct calibrating *c, const char *line)
{
    if (c->calibration->progress != NULL) {
        c->calibration->progress(c->calibration->self, line);
    }
}

static enum hanse_status take_sample(struct calibrating *c, int launch, const char *line)
{
    int trial, order;
    unsigned faults;
    struct hanse_sample sample;
    if (sscanf(line, "sample %d %d %u %lf %lf", &trial, &order, &faults, &sample.seconds,
               &sample.reference_seconds) != 5 ||
        trial < 0 || trial >= c->n_trials) {
        return hanse__fail(c->ctx, HANSE_ERR_IO, "launch %d wrote '%s'", launch, line);
    }
    sample.rate = trial;
    sample.launch = launch;
    sample.order = order;
    sample.faults = faults;
    HANSE_TRY(hanse__reserve(c->ctx, &c->gathered.samples, &c->gathered.capacity,
                             c->gathered.n_samples + 1, sizeof sample));
    c->gathered.samples[c->gathered.n_samples++] = sample;
    return HANSE_OK;
}

static enum hanse_status take_line(struct calibrating *c, int launch, char *line)
{
    int trial, at = 0;
    double watt;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "sample ", 7) == 0) {
        return take_sample(c, launch, line);
    }
    if (sscanf(line, "power %d %lf", &trial, &watt) == 2 && trial >= 0 && trial < c->n_trials) {
        c->gathered.watts[trial] += watt;
        c->gathered.n_watts[trial]++;
    } else if (sscanf(line, "trouble %d %n", &trial, &at) == 1 && at > 0 && trial >= 0 &&
               trial < c->n_trials) {
        /* Each complaint once: five launches have the same ones, and time ends for all. */
        bool new = c->trouble[trial][0] == '\0';
        for (int t = 0; t < c->n_trials && new; t++) {
            new = strncmp(c->trouble[t], line + at, sizeof *c->trouble - 1) != 0;
        }
        if (new) {
            say(c, line + at);
        }
        snprintf(c->trouble[trial], sizeof c->trouble[trial], "%s", line + at);
    }
    return HANSE_OK;
}

/* Starts the launch with its stdout on a pipe; the pipe's end to read from, or -1. */
static int start(struct calibrating *c, int launch, double budget_s, pid_t *child)
{
    const char *argv[ARGUMENTS];
    char number[16], budget[32];
    int ends[2], n = 0;
    while (c->calibration->launch_argv[n] != NULL && n < ARGUMENTS - 3) {
        argv[n] = c->calibration->launch_argv[n];
        n++;
    }
    snprintf(number, sizeof number, "%d", launch);
    snprintf(budget, sizeof budget, "%.3f", budget_s);
    argv[n] = number;
    argv[n + 1] = budget;
    argv[n + 2] = NULL;
    if (pipe(ends) != 0) {
        return -1;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    int trouble = posix_spawnp(child, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (trouble != 0) {
        close(ends[0]);
        errno = trouble;
        return -1;
    }
    return ends[0];
}

static enum hanse_status make_launch(struct calibrating *c, int launch, double budget_s)
{
    char line[512];
    pid_t child;
    int pipe_end = start(c, launch, budget_s, &child), how = 0;
    FILE *lines = pipe_end >= 0 ? fdopen(pipe_end, "r") : NULL;
    bool whole = false;
    enum hanse_status status = HANSE_OK;
    if (lines == NULL) {
        return hanse__fail(c->ctx, HANSE_ERR_IO, "launch %d: '%s' could not be started: %s",
                           launch, c->calibration->launch_argv[0], strerror(errno));
    }
    while (fgets(line, sizeof line, lines) != NULL) {
        whole = whole || strcmp(line, "end\n") == 0;
        status = status == HANSE_OK ? take_line(c, launch, line) : status;
    }
    fclose(lines);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
    }
    if (!whole) {
        snprintf(line, sizeof line, "launch %d ended early: %s %d", launch,
                 WIFSIGNALED(how) ? "signal" : "exit status",
                 WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
        say(c, line);
    }
    return status;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Trials that `n` launches have not enough valid samples of. */
static int n_lacking(const struct calibrating *c, int n)
{
    int lacking = 0;
    for (int t = 0; t < c->n_trials; t++) {
        int valid = 0;
        uint64_t launches = 0;
        for (size_t i = 0; i < c->gathered.n_samples; i++) {
            const struct hanse_sample *s = &c->gathered.samples[i];
            bool counts = s->rate == t && s->faults == 0 && s->launch < n;
            valid += counts;
            launches |= counts ? (uint64_t)1 << (s->launch & 63) : 0;
        }
        lacking += valid < HANSE_SAMPLES_LEAST ||
                   __builtin_popcountll(launches) < HANSE_LAUNCHES_LEAST;
    }
    return lacking;
}

/* `least` launches, and more while trials lack samples and there is time; how many. */
static enum hanse_status make_launches(struct calibrating *c, int least, int *made)
{
    double began = now_s(), longest = 0.0;
    for (*made = 0; *made < least + MORE_LAUNCHES; ++*made) {
        char line[128];
        int lacking = *made >= least ? n_lacking(c, *made) : c->n_trials;
        double left = QUICK_S - (now_s() - began), started = now_s();
        if (*made >= least &&
            (lacking == 0 || (c->calibration->quick && left < 1.2 * longest))) {
            break;
        }
        double share = *made < least ? left / (least - *made) : left;
        double budget = c->calibration->quick ? fmax(share - 1.0, 1.0) : FULL_LAUNCH_S;
        snprintf(line, sizeof line, "%s: launch %d of %d, %d trials%s", c->calibration->device,
                 *made + 1, *made < least ? least : *made + 1, lacking,
                 *made < least ? "" : " lack undisturbed samples");
        say(c, line);
        HANSE_TRY(make_launch(c, *made, budget));
        longest = fmax(longest, now_s() - started);
    }
    return HANSE_OK;
}

/* --- the profile -------------------------------------------------------------------------- */

static enum hanse_status add_figure(struct hanse_context *ctx, struct hanse_profile *profile,
                                    const char *name, const char *unit, double value)
{
    struct hanse_figure figure = {
        .origin = HANSE_PROFILE_MEASURED, .source = -1, .value = value};
    snprintf(figure.name, sizeof figure.name, "%s", name);
    snprintf(figure.unit, sizeof figure.unit, "%s", unit);
    return isfinite(value) && value > 0.0 ? hanse_profile_add_figure(ctx, profile, &figure)
                                          : HANSE_OK;
}

/* Joules per FLOP and per byte where power was read: watts over the rate of the fastest gemm
 * and of the fastest stream. */
static enum hanse_status add_energy(struct hanse_context *ctx, struct hanse_profile *profile)
{
    const struct hanse_rate *flops = NULL, *bytes = NULL;
    for (size_t i = 0; i < profile->n_rates; i++) {
        const struct hanse_rate *r = &profile->rates[i];
        if (isnan(r->rate) || isnan(r->watt)) {
            continue;
        }
        if (r->kernel == HANSE_KERNEL_GEMM && (flops == NULL || r->rate > flops->rate)) {
            flops = r;
        }
        if (r->kernel == HANSE_KERNEL_STREAM_TRIAD &&
            (bytes == NULL || r->rate > bytes->rate)) {
            bytes = r;
        }
    }
    HANSE_TRY(add_figure(ctx, profile, "joule_per_flop", "J",
                         flops != NULL ? flops->watt / flops->rate : NAN));
    return add_figure(ctx, profile, "joule_per_byte", "J",
                      bytes != NULL ? bytes->watt / bytes->rate : NAN);
}

static enum hanse_status describe(struct calibrating *c, const struct hanse_device *device,
                                  struct hanse_profile *profile)
{
    struct hanse_context *ctx = c->ctx;
    snprintf(profile->name, sizeof profile->name, "%s", device->name);
    snprintf(profile->path, sizeof profile->path, "%s", device->path);
    HANSE_TRY(add_figure(ctx, profile, "memory_bytes", "byte", device->memory_bytes));
    HANSE_TRY(add_figure(ctx, profile, "cache_bytes", "byte", device->cache_bytes));
    HANSE_TRY(add_figure(ctx, profile, "units", "1", device->units));
    if (device->backend->power_w != NULL) {
        struct hanse_device *open = (struct hanse_device *)device;
        device->backend->power_w(open);
        nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
        HANSE_TRY(add_figure(ctx, profile, "idle_power", "W", device->backend->power_w(open)));
    }
    if (device->backend->state != NULL) {
        char text[256];
        device->backend->state((struct hanse_device *)device, text, sizeof text);
        if (text[0] != '\0') {
            HANSE_TRY(hanse_profile_add_note(ctx, profile, "device", text));
        }
    }
    if (device->remark[0] != '\0') {
        say(c, device->remark);
        HANSE_TRY(hanse_profile_add_note(ctx, profile, "trouble", device->remark));
    }
    HANSE_TRY(
        hanse_profile_add_note(ctx, profile, "plan", c->calibration->quick ? "quick" : "full"));
    return hanse__note_state(ctx, profile);
}

static enum hanse_status ask_marks(struct calibrating *c, const struct hanse_device *device)
{
    c->marks = hanse__alloc(c->ctx, (size_t)c->n_trials + 1, sizeof *c->marks);
    for (int t = 0; t < c->n_trials && c->marks != NULL && device->backend->marks != NULL;
         t++) {
        c->marks[t] = device->backend->marks(device, &c->trials[t]);
    }
    return c->marks != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status prepare(struct calibrating *c, struct hanse_profile *profile)
{
    struct hanse_device device;
    HANSE_TRY(hanse_device_open(c->ctx, c->calibration->device, &device));
    enum hanse_status status =
        hanse_plan(c->ctx, &device, c->calibration->quick, &c->trials, &c->n_trials);
    if (status == HANSE_OK) {
        status = describe(c, &device, profile);
    }
    if (status == HANSE_OK) {
        status = ask_marks(c, &device);
    }
    hanse_device_close(&device);
    HANSE_TRY(status);
    size_t n = (size_t)c->n_trials + 1;
    c->gathered.watts = hanse__alloc(c->ctx, n, sizeof *c->gathered.watts);
    c->gathered.n_watts = hanse__alloc(c->ctx, n, sizeof *c->gathered.n_watts);
    c->trouble = hanse__alloc(c->ctx, n, sizeof *c->trouble);
    return c->gathered.watts != NULL && c->gathered.n_watts != NULL && c->trouble != NULL
               ? HANSE_OK
               : HANSE_ERR_MEMORY;
}

/* What kept a trial from being measured belongs into the profile. */
static enum hanse_status note_trouble(struct calibrating *c, struct hanse_profile *profile)
{
    char text[320], key[160];
    for (int t = 0; t < c->n_trials; t++) {
        if (c->trouble[t][0] != '\0') {
            hanse_trial_describe(&c->trials[t], key, sizeof key);
            snprintf(text, sizeof text, "%s: %s", key, c->trouble[t]);
            HANSE_TRY(hanse_profile_add_note(c->ctx, profile, "trouble", text));
        }
    }
    return HANSE_OK;
}

/* Trouble with it leaves the power unknown. */
static enum hanse_status look_at_power(struct calibrating *c, struct hanse_profile *profile)
{
    struct hanse_device device;
    HANSE_TRY(hanse_device_open(c->ctx, c->calibration->device, &device));
    if (hanse__add_sustained_power(&device, c->calibration->seed, profile) != HANSE_OK) {
        say(c, hanse_context_message(c->ctx));
    }
    hanse_device_close(&device);
    return HANSE_OK;
}

static enum hanse_status calibrate(struct calibrating *c, struct hanse_profile *profile)
{
    int n = c->calibration->launches > 0 ? c->calibration->launches : HANSE_LAUNCHES_LEAST;
    HANSE_TRY(prepare(c, profile));
    HANSE_TRY(make_launches(c, n, &n));
    HANSE_TRY(hanse__judge_all(c->ctx, c->trials, c->n_trials, &c->gathered, n, profile));
    for (int t = 0; t < c->n_trials; t++) { /* a rate for each trial, in their order */
        profile->rates[t].marks |= c->marks[t];
    }
    HANSE_TRY(note_trouble(c, profile));
    HANSE_TRY(look_at_power(c, profile));
    HANSE_TRY(add_energy(c->ctx, profile));
    hanse_profile_set_ceilings(profile);
    return HANSE_OK;
}

enum hanse_status hanse_calibrate(struct hanse_context *ctx,
                                  const struct hanse_calibration *calibration,
                                  struct hanse_profile *profile)
{
    struct calibrating c = {.ctx = ctx, .calibration = calibration};
    *profile = (struct hanse_profile){0};
    enum hanse_status status = calibrate(&c, profile);
    hanse__free(c.trials);
    hanse__free(c.gathered.samples);
    hanse__free(c.gathered.watts);
    hanse__free(c.gathered.n_watts);
    hanse__free(c.trouble);
    hanse__free(c.marks);
    return status;
}
