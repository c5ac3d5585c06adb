/* `hanse calibrate`: measures devices into profiles; shows, compares and draws them. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/calibrate_card.h"
#include "cli/calibrate_published.h"
#include "cli/calibrate_show.h"
#include "cli/commands.h"
#include "cli/device.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "kernels/calibrate.h"
#include "output/profile.h"
#include "output/roofline.h"
#include "scripting/layers.h"

struct request {
    struct hanse_context *ctx;
    struct hanse_cli_args args;
    const char *device, *output, *roofline, *published, *card;
    const char *source, *model, *precision; /* of layers */
    struct hanse_cli_list layers;
    int64_t seed, tensor;
    bool quick, force, show, compare, launch;
};

/* --- looking at profiles ------------------------------------------------------------------ */

static enum hanse_status show(struct request *r)
{
    struct hanse_profile profile;
    HANSE_TRY(hanse_cli_find_profile(r->ctx, r->args.operands[0], &profile));
    enum hanse_status status = HANSE_OK;
    if (r->roofline != NULL) {
        status = hanse_roofline_write(r->ctx, &profile, r->roofline);
        if (status == HANSE_OK) {
            hanse_cli_print_path(&r->args, "roofline", r->roofline);
        }
    } else {
        hanse_cli_show_profile(&profile, r->args.json);
    }
    hanse_profile_fini(&profile);
    return status;
}

static enum hanse_status compare(struct request *r)
{
    struct hanse_profile a, b;
    HANSE_TRY(hanse_cli_find_profile(r->ctx, r->args.operands[0], &a));
    enum hanse_status status = hanse_cli_find_profile(r->ctx, r->args.operands[1], &b);
    if (status == HANSE_OK) {
        if (hanse_cli_compare_profiles(&a, &b, r->args.json) == 0) {
            status = hanse__fail(r->ctx, HANSE_ERR_TARGET,
                                 "%s and %s have no kernel, shape and precision in common",
                                 r->args.operands[0], r->args.operands[1]);
        }
        hanse_profile_fini(&b);
    }
    hanse_profile_fini(&a);
    return status;
}

/* --- measuring ---------------------------------------------------------------------------- */

static void say(void *self, const char *line)
{
    const struct request *r = self;
    if (!r->args.quiet) {
        fprintf(stderr, "hanse calibrate: %s\n", line);
    }
}

/* "profile-opencl-0.h5" */
static void default_output(const char *device, char *path, size_t size)
{
    snprintf(path, size, "profile-%s.h5", device);
    for (char *c = path; *c != '\0'; c++) {
        if (*c == ':' || *c == '/') {
            *c = '-';
        }
    }
}

/* How many rates a calibration could not vouch for. */
static int n_contaminated(const struct hanse_profile *profile)
{
    int n = 0;
    for (size_t i = 0; i < profile->n_rates; i++) {
        n += (profile->rates[i].marks & HANSE_RATE_CONTAMINATED) != 0;
    }
    return n;
}

static enum hanse_status measure(struct request *r, const char *device, const char *output)
{
    char self[PATH_MAX], seed[32];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    struct hanse_profile profile;
    const char *argv[12] = {self, "calibrate", "--launch", "--device", device, "--seed", seed};
    if (length < 0) {
        return hanse__fail(r->ctx, HANSE_ERR_IO, "/proc/self/exe: %m");
    }
    self[length] = '\0';
    snprintf(seed, sizeof seed, "%lld", (long long)r->seed);
    argv[7] = r->quick ? "--quick" : NULL;
    struct hanse_calibration calibration = {.device = device,
                                            .quick = r->quick,
                                            .seed = (uint64_t)r->seed,
                                            .launch_argv = argv,
                                            .progress = say,
                                            .self = r};
    enum hanse_status status = hanse_calibrate(r->ctx, &calibration, &profile);
    if (status == HANSE_OK) {
        status = hanse_profile_write(r->ctx, output, &profile, r->force);
    }
    if (status == HANSE_OK) {
        char line[160];
        snprintf(line, sizeof line, "%s: %zu rates, %d contaminated by other work", device,
                 profile.n_rates, n_contaminated(&profile));
        say(r, line);
        hanse_cli_print_path(&r->args, "profile", output);
    }
    hanse_profile_fini(&profile);
    return status;
}

/* What others timed, layer by layer. */
static enum hanse_status add_layers(struct request *r, struct hanse_profile *profile)
{
    struct hanse_transformer model;
    struct hanse_layers *layers;
    struct hanse_layers_settings settings = {.precision = hanse_precision_named(r->precision),
                                             .model = r->model != NULL ? &model : NULL,
                                             .tensor = r->tensor};
    if (settings.precision >= HANSE_BYTES) {
        return hanse__fail(r->ctx, HANSE_ERR_INPUT,
                           "--precision: must be fp64, fp32, bf16, fp16, fp8, int8 or int4, "
                           "got '%s'",
                           r->precision);
    }
    if (r->model != NULL) {
        HANSE_TRY(hanse_cli_model_read(r->ctx, r->model, &model));
    }
    HANSE_TRY(hanse_layers_create(r->ctx, &settings, &layers));
    enum hanse_status status = HANSE_OK;
    for (size_t i = 0; status == HANSE_OK && i < r->layers.count; i++) {
        status = hanse_layers_read(layers, r->layers.items[i]);
    }
    if (status == HANSE_OK) {
        status = hanse_layers_fill(layers, r->source, profile);
    }
    hanse_layers_destroy(layers);
    return status;
}

/* A device nobody here has, from tables of layers and the reference tables. */
static enum hanse_status publish(struct request *r)
{
    struct hanse_profile profile = {0};
    enum hanse_status status = r->layers.count > 0 ? add_layers(r, &profile) : HANSE_OK;
    if (status == HANSE_OK) {
        status = hanse_cli_add_published(r->ctx, r->published, &profile);
    }
    const char *output = r->output != NULL ? r->output : "profile-published.h5";
    if (status == HANSE_OK) {
        status = hanse_profile_write(r->ctx, output, &profile, r->force);
    }
    if (status == HANSE_OK) {
        hanse_cli_print_path(&r->args, "profile", output);
    }
    hanse_profile_fini(&profile);
    return status;
}

/* What a scenario's accelerator takes from a profile. */
static enum hanse_status write_card(struct request *r)
{
    struct hanse_profile profile;
    char output[160];
    enum hanse_status status = hanse_cli_find_profile(r->ctx, r->card, &profile);
    snprintf(output, sizeof output, "%.120s.csv", r->card);
    const char *path = r->output != NULL ? r->output : output;
    if (status == HANSE_OK) {
        status = hanse_cli_write_card(r->ctx, &profile, r->card, path);
    }
    if (status == HANSE_OK) {
        hanse_cli_print_path(&r->args, "card", path);
    }
    hanse_profile_fini(&profile);
    return status;
}

/* Every device of every backend. One that is missing or fails says so; the rest goes on. */
static enum hanse_status measure_all(struct request *r)
{
    size_t n;
    const struct hanse_backend *const *backends = hanse_backends(&n);
    enum hanse_status worst = HANSE_OK;
    for (size_t b = 0; b < n; b++) {
        char paths[512], output[96], *rest = paths;
        hanse_context_clear(r->ctx);
        if (backends[b]->list(r->ctx, paths, sizeof paths) != HANSE_OK || paths[0] == '\0') {
            say(r, hanse_context_message(r->ctx));
            continue;
        }
        for (char *path; (path = strsep(&rest, " ")) != NULL;) {
            default_output(path, output, sizeof output);
            enum hanse_status status = measure(r, path, output);
            if (status != HANSE_OK) {
                say(r, hanse_context_message(r->ctx));
                worst = status;
            }
        }
    }
    return worst;
}

static enum hanse_status launch(struct request *r)
{
    double number, budget_s;
    const struct hanse_calibration calibration = {
        .device = r->device, .quick = r->quick, .seed = (uint64_t)r->seed};
    if (!hanse_cli_number(r->args.operands[0], &number) || number < 0.0 || number > 1e6 ||
        !hanse_cli_number(r->args.operands[1], &budget_s) || budget_s < 0.0) {
        return hanse__fail(r->ctx, HANSE_ERR_INPUT,
                           "--launch: needs a number and seconds, got '%s' and '%s'",
                           r->args.operands[0], r->args.operands[1]);
    }
    return hanse_calibrate_launch(r->ctx, &calibration, (int)number, budget_s, stdout);
}

/* --- the command line --------------------------------------------------------------------- */

static enum hanse_status act(struct request *r)
{
    char output[96];
    if (r->launch) {
        return launch(r);
    }
    if (r->compare) {
        return compare(r);
    }
    if (r->show || r->roofline != NULL) {
        return show(r);
    }
    if (r->published != NULL) {
        return publish(r);
    }
    if (r->card != NULL) {
        return write_card(r);
    }
    if (strcmp(r->device, "all") == 0) {
        return measure_all(r);
    }
    default_output(r->device, output, sizeof output);
    return measure(r, r->device, r->output != NULL ? r->output : output);
}

/* What the operands must be for what was asked; 0: fine. */
static int check_operands(const struct request *r)
{
    int n = r->args.n_operands;
    int wanted = r->launch || r->compare ? 2 : r->show || r->roofline != NULL ? 1 : 0;
    if (r->show + r->compare + r->launch > 1) {
        return hanse_cli_bad_usage("calibrate",
                                   "--show, --compare and --launch exclude each other");
    }
    if (n != wanted) {
        return hanse_cli_bad_usage("calibrate", "%s takes %d operand%s, got %d",
                                   r->launch    ? "--launch"
                                   : r->compare ? "--compare"
                                   : wanted > 0 ? "--show or --roofline"
                                                : "measuring",
                                   wanted, wanted == 1 ? "" : "s", n);
    }
    if (r->layers.count > 0 && (r->published == NULL || r->source == NULL)) {
        return hanse_cli_bad_usage(
            "calibrate", "--layers: needs --published NAME, the device that was timed, and "
                         "--source TEXT, where the tables come from");
    }
    if (r->layers.count == 0 && (r->source != NULL || r->model != NULL || r->tensor != 0)) {
        return hanse_cli_bad_usage("calibrate",
                                   "--source, --model and --tensor go with --layers");
    }
    if (r->output != NULL && (wanted > 0 || strcmp(r->device, "all") == 0)) {
        return hanse_cli_bad_usage("calibrate", "--output: only with one device to measure");
    }
    return 0;
}

int hanse_cli_calibrate(int argc, char **argv)
{
    struct request r = {.device = "cpu", .seed = 1, .precision = "bf16"};
    const struct hanse_cli_option options[] = {
        {"device", 'd', HANSE_CLI_TEXT, &r.device, "PATH", "cpu, cpu:avx2 …, or all (cpu)"},
        {"published", 0, HANSE_CLI_TEXT, &r.published, "NAME",
         "do not measure: NAME's profile from public measurements"},
        {"layers", 0, HANSE_CLI_LIST, &r.layers, "FILE.csv[.gz]",
         "with --published: timings of layers or messages of vidur or vLLM; may be repeated"},
        {"source", 0, HANSE_CLI_TEXT, &r.source, "TEXT",
         "where the tables of --layers come from"},
        {"model", 0, HANSE_CLI_TEXT, &r.model, "NAME",
         "what was timed, for tables of --layers that state no widths"},
        {"tensor", 0, HANSE_CLI_INTEGER, &r.tensor, "N",
         "devices that it was split over there (1)"},
        {"precision", 0, HANSE_CLI_TEXT, &r.precision, "P", "of the tables of --layers (bf16)"},
        {"card", 0, HANSE_CLI_TEXT, &r.card, "NAME|PROFILE.h5",
         "do not measure: what a scenario's accelerator takes from a profile, as NAME.csv"},
        {"quick", 0, HANSE_CLI_FLAG, &r.quick, NULL, "fewer shapes, at most a minute"},
        {"output", 'o', HANSE_CLI_TEXT, &r.output, "PROFILE.h5", "where to write the profile"},
        {"force", 0, HANSE_CLI_FLAG, &r.force, NULL, "replace another device's profile"},
        {"seed", 's', HANSE_CLI_INTEGER, &r.seed, "N", "seed of data and order (1)"},
        {"show", 0, HANSE_CLI_FLAG, &r.show, NULL, "print PROFILE.h5 instead of measuring"},
        {"compare", 0, HANSE_CLI_FLAG, &r.compare, NULL,
         "print which rates of the second profile are the same, faster, slower, ambiguous"},
        {"roofline", 0, HANSE_CLI_TEXT, &r.roofline, "FILE.svg|png", "draw PROFILE.h5"},
        {"launch", 0, HANSE_CLI_FLAG, &r.launch, NULL,
         "one launch, NUMBER SECONDS: what calibrate starts itself"},
    };
    const struct hanse_cli_usage usage = {
        .name = "calibrate",
        .operands = "[PROFILE.h5]…",
        .min_operands = 0,
        .max_operands = 2,
        .summary = "Measures what this machine's devices do, kernel by kernel, into a profile.",
        .example = "hanse calibrate --quick -o here.h5\n"
                   "hanse calibrate --show here.h5\n"
                   "hanse calibrate --compare before.h5 after.h5",
        .options = options,
        .n_options = sizeof options / sizeof *options};
    int exit_status;
    if (!hanse_cli_parse(&usage, argc, argv, &r.args, &exit_status)) {
        return exit_status;
    }
    exit_status = check_operands(&r);
    if (exit_status != 0) {
        return exit_status;
    }
    r.ctx = hanse_cli_context(&r.args);
    exit_status = hanse_cli_failure(r.ctx, act(&r));
    hanse_context_destroy(r.ctx);
    return exit_status;
}
