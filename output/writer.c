#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/build.h"
#include "output/fingerprint.h"
#include "output/journal.h"
#include "output/results.h"

struct hanse_writer {
    char *path, *part_path, *new_path;
    const struct hanse_study *study;
    struct hanse_provenance provenance; /* its texts stay the caller's */
    struct hanse__journal *journal;
};

static char *with_suffix(struct hanse_context *ctx, const char *path, const char *suffix)
{
    size_t bytes = strlen(path) + strlen(suffix) + 1;
    char *text = hanse__alloc(ctx, bytes, 1);
    if (text != NULL) {
        snprintf(text, bytes, "%s%s", path, suffix);
    }
    return text;
}

/* --- may PATH be written? ----------------------------------------------------------------- */

/* Two files are of the same scenario when the scenario's own text had the same name, or, where
 * a program built it, when the titles agree. Its content may have changed: running a scenario
 * again after an edit is the most ordinary thing. */
static bool same_scenario(struct hanse_results *results, const struct hanse_study *study,
                          const struct hanse_provenance *provenance)
{
    if (provenance->n_sources > 0) {
        struct hanse_source_text source;
        const char *hash;
        return hanse_results_n_sources(results) > 0 &&
               hanse_results_source(results, 0, &source, &hash) == HANSE_OK &&
               strcmp(source.name, provenance->sources[0].name) == 0;
    }
    size_t n = hanse_scenario_n_values(study->cases[0]);
    const char *title = hanse_results_attribute(results, "title");
    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;
        hanse_scenario_value(study->cases[0], i, &value);
        if (strcmp(value.kind, "scenario") == 0 && strcmp(value.key, "title") == 0) {
            return hanse_results_n_sources(results) == 0 && strcmp(value.text, title) == 0;
        }
    }
    return false;
}

enum hanse_status hanse__may_replace(struct hanse_context *ctx, const char *path,
                                     const struct hanse_study *study,
                                     const struct hanse_provenance *provenance)
{
    struct hanse_results *old = NULL;
    if (access(path, F_OK) != 0) {
        return HANSE_OK;
    }
    if (hanse_results_open(ctx, path, &old) != HANSE_OK) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT,
            "%s: is there and is no result file of this version: replace it with "
            "--force, or name another with -o",
            path);
    }
    bool same = same_scenario(old, study, provenance);
    enum hanse_status status = HANSE_OK;
    if (!same) {
        status =
            hanse__fail(ctx, HANSE_ERR_INPUT,
                        "%s: came from another scenario ('%s'): replace it with --force, or "
                        "name another file with -o",
                        path, hanse_results_attribute(old, "title"));
    }
    hanse_results_close(old);
    return status;
}

static enum hanse_status check_old_journal(struct hanse_context *ctx,
                                           const struct hanse_writer *writer, bool resume)
{
    enum hanse__journal_state state = hanse__journal_look(writer->part_path);
    if (resume && state == HANSE__JOURNAL_NONE) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is not there, so %s has nothing to resume", writer->part_path,
                           writer->path);
    }
    if (!resume && state == HANSE__JOURNAL_RECORDS) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: holds finished tasks of an interrupted run: continue it with "
                           "--resume %s, or start anew with --force",
                           writer->part_path, writer->path);
    }
    if (!resume && state == HANSE__JOURNAL_FOREIGN) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: is there and is no journal: replace it with --force",
                           writer->part_path);
    }
    return HANSE_OK;
}

/* --- the writer --------------------------------------------------------------------------- */

static enum hanse_status open_journal(struct hanse_context *ctx, struct hanse_writer *writer,
                                      bool resume)
{
    const struct hanse_study *study = writer->study;
    struct hanse__journal_id id = {.n_cases = study->n_cases,
                                   .n_replications = hanse_study_n_planned(study),
                                   .n_central = study->n_central,
                                   .n_values = study->layout.n_values,
                                   .command = writer->provenance.command};
    HANSE_TRY(hanse__fingerprint(ctx, study, &writer->provenance, id.fingerprint));
    return resume ? hanse__journal_resume(ctx, writer->part_path, &id, &writer->journal)
                  : hanse__journal_create(ctx, writer->part_path, &id, &writer->journal);
}

static enum hanse_status open_writer(struct hanse_context *ctx, struct hanse_writer *writer,
                                     const char *path,
                                     const struct hanse_writer_options *options)
{
    writer->path = hanse__strdup(ctx, path);
    writer->part_path = with_suffix(ctx, path, ".part");
    writer->new_path = with_suffix(ctx, path, ".new");
    if (writer->path == NULL || writer->part_path == NULL || writer->new_path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    bool force = options != NULL && options->force;
    bool resume = options != NULL && options->resume;
    if (!force) {
        HANSE_TRY(hanse__may_replace(ctx, writer->path, writer->study, &writer->provenance));
    }
    if (!force || resume) {
        HANSE_TRY(check_old_journal(ctx, writer, resume));
    }
    return open_journal(ctx, writer, resume);
}

enum hanse_status hanse_writer_create(struct hanse_context *ctx, const char *path,
                                      const struct hanse_study *study,
                                      const struct hanse_provenance *provenance,
                                      const struct hanse_writer_options *options,
                                      struct hanse_writer **writer)
{
    *writer = hanse__alloc(ctx, 1, sizeof **writer);
    if (*writer == NULL) {
        return HANSE_ERR_MEMORY;
    }
    (*writer)->study = study;
    (*writer)->provenance = *provenance;
    enum hanse_status status = open_writer(ctx, *writer, path, options);
    if (status != HANSE_OK) {
        hanse_writer_destroy(*writer);
        *writer = NULL;
    }
    return status;
}

void hanse_writer_destroy(struct hanse_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    hanse__journal_destroy(writer->journal);
    hanse__free(writer->path);
    hanse__free(writer->part_path);
    hanse__free(writer->new_path);
    hanse__free(writer);
}

const unsigned char *hanse_writer_done(const struct hanse_writer *writer)
{
    return hanse__journal_done(writer->journal);
}

enum hanse_status hanse_writer_record(struct hanse_writer *writer, struct hanse_context *ctx,
                                      uint64_t task, struct hanse_record *record)
{
    return hanse__journal_record(writer->journal, ctx, task, record);
}

uint64_t hanse_writer_n_done(const struct hanse_writer *writer)
{
    return hanse__journal_n_done(writer->journal);
}

uint64_t hanse_writer_n_dropped_bytes(const struct hanse_writer *writer)
{
    return hanse__journal_n_dropped(writer->journal);
}

enum hanse_status hanse_writer_command(struct hanse_context *ctx, const char *path,
                                       char **command)
{
    char *part_path = with_suffix(ctx, path, ".part");
    if (part_path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status =
        hanse__journal_look(part_path) == HANSE__JOURNAL_NONE
            ? hanse__fail(ctx, HANSE_ERR_INPUT, "%s: is not there, so %s has nothing to resume",
                          part_path, path)
            : hanse__journal_command(ctx, part_path, command);
    hanse__free(part_path);
    return status;
}

/* --- the sink ----------------------------------------------------------------------------- */

static enum hanse_status sink_begin(void *self, struct hanse_context *ctx,
                                    const struct hanse_study *study)
{
    const struct hanse_writer *writer = self;
    if (hanse_study_n_tasks(study) != hanse__journal_n_tasks(writer->journal)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: was opened for another study",
                           writer->path);
    }
    return HANSE_OK;
}

static enum hanse_status sink_record(void *self, struct hanse_context *ctx,
                                     const struct hanse_record *record)
{
    struct hanse_writer *writer = self;
    return hanse__journal_append(writer->journal, ctx, record);
}

static enum hanse_status sync_path(struct hanse_context *ctx, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    /* EINVAL: a file system that cannot sync a folder needs no sync of it. */
    bool bad = fd < 0 || (fsync(fd) != 0 && errno != EINVAL);
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    return bad ? hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", path,
                             strerror(error))
               : HANSE_OK;
}

/* The order matters for power loss: the file is whole on disk before its name changes, and the
 * name is on disk before the journal goes. */
static enum hanse_status put_in_place(struct hanse_context *ctx, struct hanse_writer *writer)
{
    HANSE_TRY(sync_path(ctx, writer->new_path));
    if (rename(writer->new_path, writer->path) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", writer->path,
                           strerror(errno));
    }
    char *folder = hanse__strdup(ctx, writer->path);
    if (folder == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = sync_path(ctx, dirname(folder));
    hanse__free(folder);
    if (status == HANSE_OK) {
        unlink(writer->part_path);
    }
    return status;
}

/* Tasks that the final file needs and the journal lacks. */
static uint64_t count_missing(const struct hanse_writer *writer)
{
    const struct hanse_study *study = writer->study;
    const unsigned char *done = hanse__journal_done(writer->journal);
    uint64_t n = 0;
    for (uint32_t c = 0; c < study->n_cases; c++) {
        for (uint32_t r = 0; r < study->n_replications; r++) {
            n += !done[hanse_study_task(study, c, r, false)];
        }
        for (uint32_t r = 0; r < study->n_central; r++) {
            n += !done[hanse_study_task(study, c, r, true)];
        }
    }
    return n;
}

static enum hanse_status sink_end(void *self, struct hanse_context *ctx)
{
    struct hanse_writer *writer = self;
    uint64_t n_missing = count_missing(writer);
    uint64_t n_turns = hanse_study_n_turns(writer->study);
    HANSE_TRY(hanse__journal_sync(writer->journal, ctx));
    if (n_missing > 0) {
        return hanse__fail(ctx, HANSE_ERR_INTERRUPTED,
                           "%s: %llu of %llu tasks are finished and kept", writer->part_path,
                           (unsigned long long)(n_turns - n_missing),
                           (unsigned long long)n_turns);
    }
    enum hanse_status status = hanse__build(ctx, writer->new_path, writer->study,
                                            &writer->provenance, writer->journal, 0);
    if (status == HANSE_OK) {
        status = put_in_place(ctx, writer);
    }
    if (status != HANSE_OK) {
        unlink(writer->new_path);
    }
    return status;
}

struct hanse_sink hanse_writer_sink(struct hanse_writer *writer)
{
    return (struct hanse_sink){writer, sink_begin, sink_record, sink_end};
}
