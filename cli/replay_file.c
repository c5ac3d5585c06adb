#include "cli/replay_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/recall.h"

/* --- the command that gives the same bytes ------------------------------------------------ */

struct line {
    char text[4096];
};

static void add_option(struct line *line, const char *option, const char *value)
{
    if (value != NULL) {
        hanse_cli_add_word(line->text, sizeof line->text, option);
        hanse_cli_add_word(line->text, sizeof line->text, value);
    }
}

static void add_flag(struct line *line, const char *option, bool given)
{
    if (given) {
        hanse_cli_add_word(line->text, sizeof line->text, option);
    }
}

static struct line line_of(const struct hanse_cli_replay_file *file)
{
    const struct hanse_cli_replay *command = file->command;
    struct line line;
    char number[32];
    snprintf(line.text, sizeof line.text, "hanse replay");
    snprintf(number, sizeof number, "%u", file->processors);
    hanse_cli_add_word(line.text, sizeof line.text, command->path);
    add_option(&line, "--policy", command->compare == NULL ? command->policy : NULL);
    add_option(&line, "--compare", command->compare);
    add_option(&line, command->service != NULL ? "--servers" : "--procs", number);
    add_option(&line, "--service", command->service);
    if (strcmp(command->estimates, "user") != 0) {
        add_option(&line, "--estimates", command->estimates);
    }
    add_option(&line, "--failures", command->failures);
    add_flag(&line, "--machine-sets", command->machine_sets);
    add_flag(&line, "--lenient", command->lenient);
    return line;
}

/* --- the file ----------------------------------------------------------------------------- */

enum hanse_status hanse_cli_replay_file_choose(struct hanse_context *ctx,
                                               const struct hanse_cli_replay *command,
                                               struct hanse_cli_replay_file *file)
{
    const char *wanted = command->output != NULL ? command->output : command->csv;
    file->command = command;
    if (wanted == NULL) {
        return HANSE_OK;
    }
    size_t bytes = strlen(wanted) + sizeof ".h5";
    file->path = hanse__alloc(ctx, bytes, 1);
    if (file->path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    file->is_ours = command->output == NULL;
    snprintf(file->path, bytes, "%s%s", wanted, file->is_ours ? ".h5" : "");
    if (file->is_ours && access(file->path, F_OK) == 0) {
        file->is_ours = false;
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is in the way of a file that --csv needs for a while: name one "
                           "with -o",
                           file->path);
    }
    return HANSE_OK;
}

enum hanse_status hanse_cli_replay_file_open(struct hanse_context *ctx,
                                             struct hanse_cli_replay_file *file,
                                             const char *const *policies, uint32_t n_policies,
                                             uint32_t processors)
{
    const struct hanse_replay_target target = {.path = file->path,
                                               .trace = file->command->path,
                                               .policies = policies,
                                               .n_policies = n_policies,
                                               .machines =
                                                   file->command->machine_sets ? processors : 0,
                                               .force = file->command->force};
    file->processors = processors;
    return file->path == NULL ? HANSE_OK
                              : hanse_replay_writer_create(ctx, &target, &file->writer);
}

static enum hanse_status write_csv(struct hanse_context *ctx,
                                   const struct hanse_cli_replay_file *file)
{
    struct hanse_replay_file *written = NULL;
    const char *path = file->command->csv;
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %m", path);
    }
    enum hanse_status status = hanse_replay_file_open(ctx, file->path, &written);
    if (status == HANSE_OK) {
        status = hanse_replay_csv(ctx, written, out);
    }
    hanse_replay_file_close(written);
    bool failed = ferror(out) != 0;
    if ((fclose(out) != 0 || failed) && status == HANSE_OK) {
        status = hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %m", path);
    }
    return status;
}

enum hanse_status hanse_cli_replay_file_finish(struct hanse_context *ctx,
                                               struct hanse_cli_replay_file *file,
                                               const struct hanse_cli_workload *workload,
                                               const struct hanse_replay_result *results)
{
    const struct hanse_drops *drops = hanse_trace_drops(workload->trace);
    const struct hanse_swf_header *header = hanse_trace_header(workload->trace);
    const char *names[HANSE_DROPS], *words[HANSE_DROPS];
    const char *service = file->command->service;
    int64_t dropped[HANSE_DROPS];
    char sha256[65] = "";
    for (int i = 0; i < HANSE_DROPS; i++) {
        names[i] = hanse_drop_name((enum hanse_drop)i);
        words[i] = hanse_drop_words((enum hanse_drop)i);
        dropped[i] = (int64_t)drops->count[i];
    }
    hanse_hash_text(workload->hash, sha256);
    struct line line = line_of(file);
    const struct hanse_replay_about about = {.trace = file->command->path,
                                             .sha256 = sha256,
                                             .estimates = file->command->estimates,
                                             .service = service != NULL ? service : "",
                                             .computer = header->computer,
                                             .command = line.text,
                                             .unix_start_s = header->unix_start_s,
                                             .n_lines = hanse_trace_n_lines(workload->trace),
                                             .processors = file->processors,
                                             .reasons = names,
                                             .reason_words = words,
                                             .dropped = dropped,
                                             .n_reasons = HANSE_DROPS};
    HANSE_TRY(hanse_replay_writer_finish(file->writer, ctx, &about, results));
    return file->command->csv != NULL ? write_csv(ctx, file) : HANSE_OK;
}

void hanse_cli_replay_file_close(struct hanse_cli_replay_file *file)
{
    if (file->is_ours) {
        unlink(file->path);
    }
    hanse_replay_writer_destroy(file->writer);
    hanse__free(file->path);
}
