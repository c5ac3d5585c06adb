#include "scripting/cluster.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "scripting/csv.h"

enum { TABLE_BYTES_MOST = 64 << 20 };

/* --- the text of a file, plain or gzip ---------------------------------------------------- */

static enum hanse_status read_all(struct hanse_context *ctx, const char *path, gzFile file,
                                  char **text, size_t *length)
{
    size_t room = 0;
    for (*length = 0;;) {
        HANSE_TRY(hanse__reserve(ctx, text, &room, *length + (1 << 16), 1));
        int got = gzread(file, *text + *length, 1 << 16);
        if (got < 0) {
            int code;
            return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: damaged: %s", path,
                               gzerror(file, &code));
        }
        if (got == 0) {
            return HANSE_OK;
        }
        *length += (size_t)got;
        if (*length > TABLE_BYTES_MOST) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: a table must be at most %d MiB", path,
                               TABLE_BYTES_MOST >> 20);
        }
    }
}

static enum hanse_status open_table(struct hanse_context *ctx, const char *path,
                                    struct hanse_csv **csv)
{
    char *text = NULL;
    size_t length;
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (file == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s", path,
                           errno ? strerror(errno) : "no memory");
    }
    enum hanse_status status = read_all(ctx, path, file, &text, &length);
    gzclose(file);
    if (status == HANSE_OK) {
        status = hanse_csv_from_text(ctx, path, text, length, csv);
    }
    hanse__free(text);
    return status;
}

/* --- columns and numbers ------------------------------------------------------------------ */

struct table {
    struct hanse_context *ctx;
    const char *path;
    struct hanse_csv *csv;
};

static enum hanse_status find_column(const struct table *t, const char *name, int *column)
{
    *column = hanse_csv_column(t->csv, name);
    if (*column >= 0) {
        return HANSE_OK;
    }
    const char *near =
        hanse__nearest(name, hanse_csv_columns(t->csv), hanse_csv_n_columns(t->csv));
    return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s:1: no column '%s'%s%s%s", t->path, name,
                       near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
}

/* A whole number from 0 to `most`. */
static enum hanse_status read_whole(const struct table *t, int column, int64_t most,
                                    int64_t *number)
{
    const char *text = hanse_csv_fields(t->csv)[column];
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || *number < 0 || *number > most) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: %s: must be a whole number from 0 to %lld, got '%s'",
                           t->path, hanse_csv_line(t->csv), hanse_csv_columns(t->csv)[column],
                           (long long)most, text);
    }
    return HANSE_OK;
}

static enum hanse_status read_time(const struct table *t, int column, double *time_s)
{
    const char *text = hanse_csv_fields(t->csv)[column];
    char *end;
    *time_s = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(*time_s) || *time_s < 0.0) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: %s: must be seconds >= 0, got '%s'", t->path,
                           hanse_csv_line(t->csv), hanse_csv_columns(t->csv)[column], text);
    }
    return HANSE_OK;
}

/* The number of a GPU model, new ones included. */
static enum hanse_status type_number(struct hanse_cluster *c, const struct table *t,
                                     const char *name, size_t length, uint32_t *number)
{
    for (size_t i = 0; i < c->n_types; i++) {
        if (strlen(c->types[i]) == length && memcmp(c->types[i], name, length) == 0) {
            *number = (uint32_t)i;
            return HANSE_OK;
        }
    }
    if (c->n_types == HANSE_GPU_TYPES_MOST) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: at most %d models of GPUs, '%.*s' is one more", t->path,
                           hanse_csv_line(t->csv), HANSE_GPU_TYPES_MOST, (int)length, name);
    }
    HANSE_TRY(
        hanse__reserve(c->ctx, &c->types, &c->room_types, c->n_types + 1, sizeof *c->types));
    char *copy = hanse__alloc(c->ctx, length + 1, 1);
    if (copy == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(copy, name, length);
    *number = (uint32_t)c->n_types;
    c->types[c->n_types++] = copy;
    return HANSE_OK;
}

/* --- nodes -------------------------------------------------------------------------------- */

enum { CPU, MEMORY, GPUS, MODEL, NODE_COLUMNS };
static const char *const NODE_NAMES[NODE_COLUMNS] = {"cpu_milli", "memory_mib", "gpu", "model"};

static enum hanse_status read_node(struct hanse_cluster *c, const struct table *t,
                                   const int *column)
{
    struct hanse_node node = {0};
    int64_t gpus;
    HANSE_TRY(read_whole(t, column[CPU], INT64_C(1) << 40, &node.cpu_milli));
    HANSE_TRY(read_whole(t, column[MEMORY], INT64_C(1) << 40, &node.memory_mib));
    HANSE_TRY(read_whole(t, column[GPUS], HANSE_NODE_GPUS_MOST, &gpus));
    const char *model = hanse_csv_fields(t->csv)[column[MODEL]];
    node.gpus = (uint32_t)gpus;
    HANSE_TRY(type_number(c, t, model, strlen(model), &node.type));
    HANSE_TRY(hanse__reserve(c->ctx, &c->nodes, &c->room_nodes, c->n_nodes + 1, sizeof node));
    c->nodes[c->n_nodes++] = node;
    return HANSE_OK;
}

static enum hanse_status read_nodes(struct hanse_cluster *c, const struct table *t)
{
    int column[NODE_COLUMNS];
    for (int i = 0; i < NODE_COLUMNS; i++) {
        HANSE_TRY(find_column(t, NODE_NAMES[i], &column[i]));
    }
    for (;;) {
        HANSE_TRY(hanse_csv_next(t->csv));
        if (hanse_csv_fields(t->csv) == NULL) {
            break;
        }
        HANSE_TRY(read_node(c, t, column));
    }
    if (c->n_nodes == 0) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s: no node", t->path);
    }
    return HANSE_OK;
}

/* --- tasks -------------------------------------------------------------------------------- */

enum { NEED_CPU, NEED_MEMORY, NEED_GPUS, NEED_MILLI, NEEDED_COLUMNS };
enum { SPEC = NEEDED_COLUMNS, CREATED, DELETED, SCHEDULED, TASK_COLUMNS };
static const char *const TASK_NAMES[TASK_COLUMNS] = {
    "cpu_milli", "memory_mib",    "num_gpu",       "gpu_milli",
    "gpu_spec",  "creation_time", "deletion_time", "scheduled_time"};

static enum hanse_status read_types(struct hanse_cluster *c, const struct table *t,
                                    const char *spec, uint64_t *types)
{
    while (*spec != '\0') {
        size_t length = strcspn(spec, "|");
        uint32_t type;
        if (length > 0) {
            HANSE_TRY(type_number(c, t, spec, length, &type));
            *types |= UINT64_C(1) << type;
        }
        spec += length + (spec[length] == '|');
    }
    return HANSE_OK;
}

static enum hanse_status read_need(struct hanse_cluster *c, const struct table *t,
                                   const int *column, struct hanse_need *need)
{
    int64_t gpus, milli;
    memset(need, 0, sizeof *need); /* padding too: needs are compared as bytes */
    HANSE_TRY(read_whole(t, column[NEED_CPU], INT64_C(1) << 40, &need->cpu_milli));
    HANSE_TRY(read_whole(t, column[NEED_MEMORY], INT64_C(1) << 40, &need->memory_mib));
    HANSE_TRY(read_whole(t, column[NEED_GPUS], HANSE_NODE_GPUS_MOST, &gpus));
    HANSE_TRY(read_whole(t, column[NEED_MILLI], HANSE_GPU_MILLI, &milli));
    need->gpus = (uint32_t)gpus;
    need->gpu_milli = gpus == 0 ? 0 : (uint32_t)milli;
    if ((gpus == 1 && milli == 0) || (gpus > 1 && milli != HANSE_GPU_MILLI)) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: gpu_milli: must be 1 ... 1000 of one GPU, 1000 of each of "
                           "several, got %lld of %lld",
                           t->path, hanse_csv_line(t->csv), (long long)milli, (long long)gpus);
    }
    return column[SPEC] < 0 || gpus == 0
               ? HANSE_OK
               : read_types(c, t, hanse_csv_fields(t->csv)[column[SPEC]], &need->types);
}

/* Its row among the needs, from the back: tasks alike often follow each other. */
static enum hanse_status need_row(struct hanse_cluster *c, const struct hanse_need *need,
                                  uint32_t *row)
{
    for (size_t i = c->n_needs; i-- > 0;) {
        if (memcmp(&c->needs[i], need, sizeof *need) == 0) {
            *row = (uint32_t)i;
            return HANSE_OK;
        }
    }
    HANSE_TRY(hanse__reserve(c->ctx, &c->needs, &c->room_needs, c->n_needs + 1, sizeof *need));
    *row = (uint32_t)c->n_needs;
    c->needs[c->n_needs++] = *need;
    return HANSE_OK;
}

static enum hanse_status read_times(const struct hanse_cluster *c, const struct table *t,
                                    const int *column, struct hanse_job *task)
{
    double begin_s, end_s;
    if (!c->timed) {
        return HANSE_OK;
    }
    HANSE_TRY(read_time(t, column[CREATED], &task->submit_s));
    HANSE_TRY(read_time(t, column[DELETED], &end_s));
    begin_s = task->submit_s;
    if (column[SCHEDULED] >= 0 && *hanse_csv_fields(t->csv)[column[SCHEDULED]] != '\0') {
        HANSE_TRY(read_time(t, column[SCHEDULED], &begin_s));
    }
    task->runtime_s = task->estimate_s = end_s - begin_s;
    return HANSE_OK;
}

static enum hanse_status read_task(struct hanse_cluster *c, const struct table *t,
                                   const int *column)
{
    struct hanse_need need;
    struct hanse_job task = {.number = (int64_t)c->n_tasks + 1,
                             .width = 1,
                             .user = -1,
                             .group = -1,
                             .queue = -1,
                             .partition = -1};
    HANSE_TRY(read_need(c, t, column, &need));
    HANSE_TRY(need_row(c, &need, &task.need));
    HANSE_TRY(read_times(c, t, column, &task));
    c->too_short += c->timed && !(task.runtime_s > 0.0);
    HANSE_TRY(hanse__reserve(c->ctx, &c->tasks, &c->room_tasks, c->n_tasks + 1, sizeof task));
    c->tasks[c->n_tasks++] = task;
    return HANSE_OK;
}

static int by_submission(const void *a, const void *b)
{
    const struct hanse_job *x = a, *y = b;
    int order = (x->submit_s > y->submit_s) - (x->submit_s < y->submit_s);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static enum hanse_status read_tasks(struct hanse_cluster *c, const struct table *t)
{
    int column[TASK_COLUMNS];
    for (int i = 0; i < TASK_COLUMNS; i++) {
        column[i] = hanse_csv_column(t->csv, TASK_NAMES[i]);
        if (i < NEEDED_COLUMNS) {
            HANSE_TRY(find_column(t, TASK_NAMES[i], &column[i]));
        }
    }
    c->timed = column[CREATED] >= 0 && column[DELETED] >= 0;
    for (;;) {
        HANSE_TRY(hanse_csv_next(t->csv));
        if (hanse_csv_fields(t->csv) == NULL) {
            break;
        }
        HANSE_TRY(read_task(c, t, column));
    }
    if (c->n_tasks == 0) {
        return hanse__fail(t->ctx, HANSE_ERR_INPUT, "%s: no task", t->path);
    }
    if (c->timed) {
        qsort(c->tasks, c->n_tasks, sizeof *c->tasks, by_submission);
    }
    return HANSE_OK;
}

static enum hanse_status read_table(struct hanse_cluster *c, const char *path,
                                    enum hanse_status (*read)(struct hanse_cluster *,
                                                              const struct table *))
{
    struct table t = {c->ctx, path, NULL};
    HANSE_TRY(open_table(c->ctx, path, &t.csv));
    enum hanse_status status = read(c, &t);
    hanse_csv_destroy(t.csv);
    return status;
}

enum hanse_status hanse_cluster_read(struct hanse_context *ctx, const char *nodes_path,
                                     const char *tasks_path, struct hanse_cluster *cluster)
{
    *cluster = (struct hanse_cluster){.ctx = ctx};
    HANSE_TRY(read_table(cluster, nodes_path, read_nodes));
    return read_table(cluster, tasks_path, read_tasks);
}

void hanse_cluster_fini(struct hanse_cluster *cluster)
{
    for (size_t i = 0; i < cluster->n_types; i++) {
        hanse__free(cluster->types[i]);
    }
    hanse__free(cluster->types);
    hanse__free(cluster->nodes);
    hanse__free(cluster->needs);
    hanse__free(cluster->tasks);
    *cluster = (struct hanse_cluster){0};
}
