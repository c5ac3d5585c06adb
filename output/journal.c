#include "output/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/crc32c.h"
#include "sim/base/assert.h"

static const char MARK[16] = "hanse journal 2";
static const char RECORD_MARK[4] = {'r', 'e', 'c', '!'};
static const uint64_t BYTE_ORDER_MARK = 0x0102030405060708u;

struct header {
    char mark[16];
    uint64_t byte_order;
    uint64_t record_bytes; /* sizeof(struct head): the layout of this build */
    unsigned char fingerprint[32];
    uint32_t n_cases, n_replications, n_central, command_checksum;
    uint64_t n_values;
    uint64_t command_bytes; /* the command follows the header, its end mark and padding too */
    uint64_t checksum;      /* of all before it */
};

struct frame {
    char mark[4];
    uint32_t checksum; /* of length and body */
    uint64_t length;   /* of the body, a multiple of 8 */
};

/* A record's body: this, then inputs, series and notes. */
struct head {
    uint32_t case_index, replication, central, failed;
    uint64_t n_events, n_inputs, n_values, n_notes;
    char failure[256];
};

_Static_assert(sizeof(struct header) == 16 + 16 + 32 + 16 + 24, "no padding goes to disk");
_Static_assert(sizeof(struct head) == 16 + 32 + 256, "no padding goes to disk");
_Static_assert(sizeof(struct hanse_note) == 32, "no padding goes to disk");

struct hanse__journal {
    char *path;
    int fd;
    struct hanse__journal_id id;
    uint64_t n_tasks, n_done, n_dropped;
    uint64_t *places; /* of each task's body; 0 when not there */
    unsigned char *done;
    uint64_t end; /* where the next frame goes */
    time_t synced_s;
    unsigned char *buffer;
    size_t capacity;
    unsigned char *map;
    size_t mapped;
    uint64_t looked; /* bytes since pages were let go, which the system's cache still has */
};

static const uint64_t LET_GO = UINT64_C(128) << 20, A_LOOK = 2 << 16; /* bytes */

/* --- making and closing ------------------------------------------------------------------- */

static size_t whole_words(size_t n)
{
    return (n + 7) / 8 * 8;
}

static uint32_t checksum_of(const struct header *header)
{
    return hanse__crc32c(0, header, offsetof(struct header, checksum));
}

static struct header header_of(const struct hanse__journal_id *id)
{
    static const char PADDING[8];
    const char *command = id->command != NULL ? id->command : "";
    size_t length = strlen(command), padded = whole_words(length + 1);
    uint32_t checksum = hanse__crc32c(0, command, length);
    struct header header = {.byte_order = BYTE_ORDER_MARK,
                            .record_bytes = sizeof(struct head),
                            .n_cases = id->n_cases,
                            .n_replications = id->n_replications,
                            .n_central = id->n_central,
                            .command_checksum =
                                hanse__crc32c(checksum, PADDING, padded - length),
                            .n_values = id->n_values,
                            .command_bytes = padded};
    memcpy(header.mark, MARK, sizeof header.mark);
    memcpy(header.fingerprint, id->fingerprint, sizeof header.fingerprint);
    header.checksum = checksum_of(&header);
    return header;
}

static void unmap(struct hanse__journal *journal)
{
    if (journal->map != NULL) {
        munmap(journal->map, journal->mapped);
    }
    journal->map = NULL;
    journal->mapped = 0;
}

void hanse__journal_destroy(struct hanse__journal *journal)
{
    if (journal == NULL) {
        return;
    }
    unmap(journal);
    if (journal->fd >= 0) {
        close(journal->fd);
    }
    hanse__free(journal->path);
    hanse__free(journal->places);
    hanse__free(journal->done);
    hanse__free(journal->buffer);
    hanse__free(journal);
}

/* Opens and locks the file: two programs must not write one journal. */
static enum hanse_status open_file(struct hanse_context *ctx, struct hanse__journal *journal)
{
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (journal->fd < 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", journal->path,
                           strerror(errno));
    }
    if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: another run is writing it", journal->path);
    }
    return HANSE_OK;
}

static struct hanse__journal *make(struct hanse_context *ctx, const char *path,
                                   const struct hanse__journal_id *id)
{
    struct hanse__journal *journal = hanse__alloc(ctx, 1, sizeof *journal);
    if (journal == NULL) {
        return NULL;
    }
    journal->fd = -1;
    journal->id = *id;
    journal->n_tasks = (uint64_t)id->n_cases * ((uint64_t)id->n_replications + id->n_central);
    journal->path = hanse__strdup(ctx, path);
    journal->places = hanse__alloc(ctx, journal->n_tasks, sizeof *journal->places);
    journal->done = hanse__alloc(ctx, journal->n_tasks, 1);
    if (journal->path == NULL || journal->places == NULL || journal->done == NULL) {
        hanse__journal_destroy(journal);
        return NULL;
    }
    return journal;
}

/* Writes all bytes at the journal's end. What a full disk let through is taken back. */
static enum hanse_status put(struct hanse__journal *journal, struct hanse_context *ctx,
                             const void *bytes, size_t n)
{
    for (size_t written = 0; written < n;) {
        ssize_t now = pwrite(journal->fd, (const char *)bytes + written, n - written,
                             (off_t)(journal->end + written));
        if (now < 0 && errno == EINTR) {
            continue;
        }
        if (now <= 0) {
            int error = now < 0 ? errno : ENOSPC;
            int cut = ftruncate(journal->fd, (off_t)journal->end);
            (void)cut; /* a torn record is dropped on resume as well */
            return hanse__fail(
                ctx, HANSE_ERR_IO,
                "%s: cannot be written: %s; %" PRIu64 " of %" PRIu64 " finished tasks are kept",
                journal->path, strerror(error), journal->n_done, journal->n_tasks);
        }
        written += (size_t)now;
    }
    journal->end += n;
    return HANSE_OK;
}

static enum hanse_status start(struct hanse__journal *journal, struct hanse_context *ctx)
{
    struct header header = header_of(&journal->id);
    size_t bytes = sizeof header + header.command_bytes;
    HANSE_TRY(hanse__reserve(ctx, &journal->buffer, &journal->capacity, bytes, 1));
    memset(journal->buffer, 0, bytes);
    memcpy(journal->buffer, &header, sizeof header);
    if (journal->id.command != NULL) {
        strcpy((char *)journal->buffer + sizeof header, journal->id.command);
    }
    journal->end = 0;
    if (ftruncate(journal->fd, 0) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", journal->path,
                           strerror(errno));
    }
    HANSE_TRY(put(journal, ctx, journal->buffer, bytes));
    return hanse__journal_sync(journal, ctx);
}

enum hanse_status hanse__journal_create(struct hanse_context *ctx, const char *path,
                                        const struct hanse__journal_id *id,
                                        struct hanse__journal **journal)
{
    *journal = make(ctx, path, id);
    if (*journal == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = open_file(ctx, *journal);
    if (status == HANSE_OK) {
        status = start(*journal, ctx);
    }
    if (status != HANSE_OK) {
        hanse__journal_destroy(*journal);
        *journal = NULL;
    }
    return status;
}

/* --- reading ------------------------------------------------------------------------------ */

static enum hanse_status map_file(struct hanse__journal *journal, struct hanse_context *ctx,
                                  uint64_t size)
{
    unmap(journal);
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, journal->fd, 0);
    if (map == MAP_FAILED) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be read: %s", journal->path,
                           strerror(errno));
    }
    journal->map = map;
    journal->mapped = (size_t)size;
    return HANSE_OK;
}

static void look_at(struct hanse__journal *journal, uint64_t bytes)
{
    if ((journal->looked += bytes) > LET_GO) {
        madvise(journal->map, journal->mapped, MADV_DONTNEED);
        journal->looked = 0;
    }
}

static size_t body_bytes(const struct head *head)
{
    return sizeof *head + 8 * (size_t)(head->n_inputs + head->n_values) +
           sizeof(struct hanse_note) * (size_t)head->n_notes;
}

static uint64_t task_of(const struct hanse__journal_id *id, const struct head *head)
{
    uint64_t per_case = (uint64_t)id->n_replications + id->n_central;
    return head->case_index * per_case + (head->central ? id->n_replications : 0) +
           head->replication;
}

/* Is the body sound beyond its checksum? It is unless another build wrote it. */
static bool fits(const struct hanse__journal *journal, const struct head *head, uint64_t length)
{
    const struct hanse__journal_id *id = &journal->id;
    uint64_t most = length / 8;
    return head->case_index < id->n_cases &&
           head->replication < (head->central ? id->n_central : id->n_replications) &&
           (head->n_values == id->n_values || (head->failed && head->n_values == 0)) &&
           head->n_inputs <= most && head->n_values <= most && head->n_notes <= most &&
           body_bytes(head) == length && head->failure[sizeof head->failure - 1] == '\0';
}

/* Length of a whole, sound record at `at`, frame included; 0 when there is none. */
static uint64_t sound_record(const struct hanse__journal *journal, uint64_t at)
{
    struct frame frame;
    uint64_t left = journal->mapped - at;
    if (left < sizeof frame + sizeof(struct head)) {
        return 0;
    }
    const unsigned char *bytes = journal->map + at;
    memcpy(&frame, bytes, sizeof frame);
    if (memcmp(frame.mark, RECORD_MARK, sizeof frame.mark) != 0 || frame.length % 8 != 0 ||
        frame.length < sizeof(struct head) || frame.length > left - sizeof frame) {
        return 0;
    }
    size_t from_length = offsetof(struct frame, length);
    uint32_t checksum =
        hanse__crc32c(0, bytes + from_length, sizeof frame - from_length + frame.length);
    const struct head *head = (const void *)(bytes + sizeof frame);
    if (checksum != frame.checksum || !fits(journal, head, frame.length)) {
        return 0;
    }
    return sizeof frame + frame.length;
}

static void note_done(struct hanse__journal *journal, const struct head *head, uint64_t place)
{
    uint64_t task = task_of(&journal->id, head);
    if (!journal->done[task]) {
        journal->done[task] = 1;
        journal->places[task] = place;
        journal->n_done++;
    }
}

static uint64_t header_bytes(const struct hanse__journal *journal)
{
    struct header header;
    memcpy(&header, journal->map, sizeof header);
    return sizeof header + header.command_bytes;
}

static void scan(struct hanse__journal *journal)
{
    uint64_t at = header_bytes(journal);
    journal->end = at;
    while (at < journal->mapped) {
        uint64_t length = sound_record(journal, at);
        if (length == 0) {
            at += 8; /* to the next mark that checks */
            continue;
        }
        journal->n_dropped += at - journal->end;
        note_done(journal, (const void *)(journal->map + at + sizeof(struct frame)),
                  at + sizeof(struct frame));
        at += length;
        journal->end = at;
        look_at(journal, length);
    }
    journal->n_dropped += journal->mapped - journal->end;
}

/* Is it a header of this program, whole as far as `n` bytes go? */
static enum hanse_status sound_header(struct hanse_context *ctx, const char *path,
                                      const unsigned char *bytes, size_t n)
{
    struct header header;
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.mark, MARK, sizeof MARK) != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: is not a journal of this program", path);
    }
    bool sound = header.checksum == checksum_of(&header) && header.command_bytes > 0 &&
                 header.command_bytes % 8 == 0;
    if (sound && header.command_bytes <= n - sizeof header) {
        const unsigned char *command = bytes + sizeof header;
        sound = command[header.command_bytes - 1] == '\0' &&
                header.command_checksum == hanse__crc32c(0, command, header.command_bytes);
    }
    return sound ? HANSE_OK
                 : hanse__fail(ctx, HANSE_ERR_INPUT, "%s: its header is damaged", path);
}

static enum hanse_status check_header(const struct hanse__journal *journal,
                                      struct hanse_context *ctx)
{
    struct header header, own = header_of(&journal->id);
    HANSE_TRY(sound_header(ctx, journal->path, journal->map, journal->mapped));
    memcpy(&header, journal->map, sizeof header);
    own.command_checksum = header.command_checksum;
    own.command_bytes = header.command_bytes;
    if (memcmp(&header, &own, offsetof(struct header, checksum)) != 0) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT,
            "%s: belongs to another study: scenario, seed, replications, program "
            "version and class of processor must be those it was started with",
            journal->path);
    }
    return HANSE_OK;
}

static enum hanse_status read_all(struct hanse__journal *journal, struct hanse_context *ctx)
{
    struct stat about;
    if (fstat(journal->fd, &about) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be read: %s", journal->path,
                           strerror(errno));
    }
    if ((uint64_t)about.st_size < sizeof(struct header)) {
        return start(journal, ctx); /* killed before the header was out: nothing is lost */
    }
    HANSE_TRY(map_file(journal, ctx, (uint64_t)about.st_size));
    HANSE_TRY(check_header(journal, ctx));
    if (header_bytes(journal) > journal->mapped) {
        unmap(journal);
        return start(journal, ctx);
    }
    scan(journal);
    unmap(journal);
    if (ftruncate(journal->fd, (off_t)journal->end) != 0) {
        return hanse__fail(ctx, HANSE_ERR_IO, "%s: cannot be written: %s", journal->path,
                           strerror(errno));
    }
    return HANSE_OK;
}

enum hanse_status hanse__journal_resume(struct hanse_context *ctx, const char *path,
                                        const struct hanse__journal_id *id,
                                        struct hanse__journal **journal)
{
    *journal = make(ctx, path, id);
    if (*journal == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = open_file(ctx, *journal);
    if (status == HANSE_OK) {
        status = read_all(*journal, ctx);
    }
    if (status != HANSE_OK) {
        hanse__journal_destroy(*journal);
        *journal = NULL;
    }
    return status;
}

enum hanse__journal_state hanse__journal_look(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return HANSE__JOURNAL_NONE;
    }
    struct header header;
    size_t n = fread(&header, 1, sizeof header, file);
    bool ours = memcmp(&header, MARK, n < sizeof MARK ? n : sizeof MARK) == 0;
    bool more = n == sizeof header &&
                fseek(file, (long)(sizeof header + header.command_bytes), SEEK_SET) == 0 &&
                fgetc(file) != EOF;
    fclose(file);
    return !ours  ? HANSE__JOURNAL_FOREIGN
           : more ? HANSE__JOURNAL_RECORDS
                  : HANSE__JOURNAL_EMPTY;
}

enum { MOST_COMMAND = 1 << 20 };

enum hanse_status hanse__journal_command(struct hanse_context *ctx, const char *path,
                                         char **command)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: cannot be read: %s", path,
                           strerror(errno));
    }
    struct header header;
    unsigned char *bytes = hanse__alloc(ctx, 1, sizeof header + MOST_COMMAND);
    size_t n = bytes != NULL ? fread(bytes, 1, sizeof header + MOST_COMMAND, file) : 0;
    fclose(file);
    if (bytes == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = HANSE_OK;
    if (n >= sizeof header) {
        status = sound_header(ctx, path, bytes, n);
        memcpy(&header, bytes, sizeof header);
    }
    if (status == HANSE_OK && (n < sizeof header || header.command_bytes > n - sizeof header)) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT, "%s: holds no command", path);
    }
    if (status == HANSE_OK) {
        *command = hanse__strdup(ctx, (const char *)bytes + sizeof header);
        status = *command != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
    }
    hanse__free(bytes);
    return status;
}

/* --- appending ---------------------------------------------------------------------------- */

static size_t pack(unsigned char *at, const struct hanse_record *record,
                   const struct head *head)
{
    struct frame frame = {.length = body_bytes(head)};
    memcpy(frame.mark, RECORD_MARK, sizeof frame.mark);
    unsigned char *body = at + sizeof frame;
    size_t inputs = 8 * record->n_inputs, series = 8 * (size_t)head->n_values;
    memcpy(body, head, sizeof *head);
    if (inputs > 0) {
        memcpy(body + sizeof *head, record->inputs, inputs);
    }
    if (series > 0) {
        memcpy(body + sizeof *head + inputs, record->series, series);
    }
    if (record->n_notes > 0) {
        memcpy(body + sizeof *head + inputs + series, record->notes,
               sizeof(struct hanse_note) * record->n_notes);
    }
    frame.checksum = hanse__crc32c(0, &frame.length, sizeof frame.length);
    frame.checksum = hanse__crc32c(frame.checksum, body, frame.length);
    memcpy(at, &frame, sizeof frame);
    return sizeof frame + frame.length;
}

static struct head head_of(const struct hanse_record *record)
{
    struct head head = {.case_index = record->case_index,
                        .replication = record->replication,
                        .central = record->central,
                        .failed = record->failed,
                        .n_events = record->n_events,
                        .n_inputs = record->n_inputs,
                        .n_values = record->failed ? 0 : record->n_values,
                        .n_notes = record->n_notes};
    if (record->failed) {
        snprintf(head.failure, sizeof head.failure, "%s", record->failure);
    }
    return head;
}

static enum hanse_status sync_each_second(struct hanse__journal *journal,
                                          struct hanse_context *ctx)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec != journal->synced_s ? hanse__journal_sync(journal, ctx) : HANSE_OK;
}

enum hanse_status hanse__journal_append(struct hanse__journal *journal,
                                        struct hanse_context *ctx,
                                        const struct hanse_record *record)
{
    struct head head = head_of(record);
    size_t bytes = sizeof(struct frame) + body_bytes(&head);
    if (!fits(journal, &head, body_bytes(&head))) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: a record of case %u, replication %u does not fit the study",
                           journal->path, record->case_index, record->replication);
    }
    HANSE_TRY(hanse__reserve(ctx, &journal->buffer, &journal->capacity, bytes, 1));
    pack(journal->buffer, record, &head);
    HANSE_TRY(put(journal, ctx, journal->buffer, bytes));
    note_done(journal, &head, journal->end - body_bytes(&head));
    return sync_each_second(journal, ctx);
}

enum hanse_status hanse__journal_sync(struct hanse__journal *journal, struct hanse_context *ctx)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    journal->synced_s = now.tv_sec;
    /* EINVAL: a place that can't be synced, such as a pipe's or a special file system's. */
    if (fsync(journal->fd) != 0 && errno != EINVAL && errno != EROFS) {
        return hanse__fail(ctx, HANSE_ERR_IO,
                           "%s: cannot be written: %s; up to %" PRIu64
                           " finished tasks are kept",
                           journal->path, strerror(errno), journal->n_done);
    }
    return HANSE_OK;
}

/* --- asking ------------------------------------------------------------------------------- */

const unsigned char *hanse__journal_done(const struct hanse__journal *journal)
{
    return journal->done;
}

uint64_t hanse__journal_n_done(const struct hanse__journal *journal)
{
    return journal->n_done;
}

uint64_t hanse__journal_n_tasks(const struct hanse__journal *journal)
{
    return journal->n_tasks;
}

uint64_t hanse__journal_n_dropped(const struct hanse__journal *journal)
{
    return journal->n_dropped;
}

const char *hanse__journal_path(const struct hanse__journal *journal)
{
    return journal->path;
}

enum hanse_status hanse__journal_record(struct hanse__journal *journal,
                                        struct hanse_context *ctx, uint64_t task,
                                        struct hanse_record *record)
{
    if (journal->mapped != journal->end) {
        HANSE_TRY(map_file(journal, ctx, journal->end));
    }
    HANSE_ASSERT(journal->map != NULL); /* a journal that holds a task is not empty */
    const unsigned char *body = journal->map + journal->places[task];
    const struct head *head = (const void *)body;
    look_at(journal, A_LOOK);
    const double *numbers = (const void *)(body + sizeof *head);
    *record = (struct hanse_record){.case_index = head->case_index,
                                    .replication = head->replication,
                                    .central = head->central != 0,
                                    .failed = head->failed != 0,
                                    .n_events = head->n_events,
                                    .inputs = numbers,
                                    .n_inputs = (size_t)head->n_inputs,
                                    .series = numbers + head->n_inputs,
                                    .n_values = (size_t)head->n_values,
                                    .n_notes = (size_t)head->n_notes};
    record->notes = (const void *)(record->series + record->n_values);
    memcpy(record->failure, head->failure, sizeof record->failure);
    return HANSE_OK;
}
