#include "kernels/cpu/transfers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct hanse__transfer {
    struct hanse_trial *trial;
    int here, there; /* the connection's two ends; -1: none */
    pthread_t peer;
    bool has_peer;
    char path[128]; /* "": no file */
};

bool hanse__transfer_is(enum hanse_kernel kernel)
{
    return kernel == HANSE_KERNEL_TCP_PINGPONG || kernel == HANSE_KERNEL_TCP_STREAM ||
           kernel == HANSE_KERNEL_STORAGE_WRITE || kernel == HANSE_KERNEL_STORAGE_READ;
}

/* --- whole reads and writes --------------------------------------------------------------- */

static bool send_all(int fd, const char *from, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, from, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        from += done;
        n -= (size_t)done;
    }
    return true;
}

static bool receive_all(int fd, char *to, size_t n)
{
    while (n > 0) {
        ssize_t done = recv(fd, to, n, 0);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        to += done;
        n -= (size_t)done;
    }
    return true;
}

/* --- the other end ------------------------------------------------------------------------ */

/* Sends every message back: for the stream only a byte, once the whole has come. Ends when the
 * connection is shut. */
static void *answer(void *self)
{
    struct hanse__transfer *t = self;
    size_t n = t->trial->buffers[0].bytes;
    bool stream = t->trial->key.kernel == HANSE_KERNEL_TCP_STREAM;
    char *room = stream ? t->trial->buffers[1].data : malloc(n);
    while (room != NULL && receive_all(t->there, room, n) &&
           send_all(t->there, room, stream ? 1 : n)) {
    }
    if (!stream) {
        free(room);
    }
    return NULL;
}

static bool connect_ends(struct hanse__transfer *t)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int one = 1, door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = door >= 0 && bind(door, (struct sockaddr *)&address, length) == 0 &&
                listen(door, 1) == 0 &&
                getsockname(door, (struct sockaddr *)&address, &length) == 0;
    t->here = good ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    good = t->here >= 0 && connect(t->here, (struct sockaddr *)&address, length) == 0;
    t->there = good ? accept(door, NULL, NULL) : -1;
    if (door >= 0) {
        close(door);
    }
    if (t->there < 0) {
        return false;
    }
    setsockopt(t->here, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(t->there, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    t->has_peer = pthread_create(&t->peer, NULL, answer, t) == 0;
    return t->has_peer;
}

/* --- files -------------------------------------------------------------------------------- */

static bool write_file(const struct hanse__transfer *t)
{
    int fd = open(t->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const char *from = t->trial->buffers[0].data;
    size_t left = t->trial->buffers[0].bytes;
    while (fd >= 0 && left > 0) {
        ssize_t done = write(fd, from, left);
        if (done < 0 && errno != EINTR) {
            break;
        }
        from += done > 0 ? done : 0;
        left -= done > 0 ? (size_t)done : 0;
    }
    bool good = fd >= 0 && left == 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return good;
}

static bool read_file(const struct hanse__transfer *t)
{
    int fd = open(t->path, O_RDONLY | O_CLOEXEC);
    char *to = t->trial->buffers[1].data;
    size_t left = t->trial->buffers[1].bytes;
    while (fd >= 0 && left > 0) {
        ssize_t done = read(fd, to, left);
        if (done == 0 || (done < 0 && errno != EINTR)) {
            break;
        }
        to += done > 0 ? done : 0;
        left -= done > 0 ? (size_t)done : 0;
    }
    if (fd >= 0) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    return fd >= 0 && left == 0;
}

/* --- the transfer ------------------------------------------------------------------------- */

static enum hanse_status failed(struct hanse_context *ctx, const struct hanse__transfer *t,
                                const char *what)
{
    return hanse__fail(ctx, HANSE_ERR_IO, "%s: %s: %s",
                       hanse_kernel_kind(t->trial->key.kernel)->name, what, strerror(errno));
}

static bool name_file(struct hanse__transfer *t)
{
    const char *folder = getenv("TMPDIR");
    snprintf(t->path, sizeof t->path, "%.100s/hanse-storage-XXXXXX",
             folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int fd = mkstemp(t->path);
    if (fd < 0) {
        t->path[0] = '\0';
        return false;
    }
    close(fd);
    return true;
}

enum hanse_status hanse__transfer_create(struct hanse_context *ctx, struct hanse_trial *trial,
                                         struct hanse__transfer **transfer)
{
    struct hanse__transfer *t = hanse__alloc(ctx, 1, sizeof *t);
    *transfer = t;
    if (t == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *t = (struct hanse__transfer){.trial = trial, .here = -1, .there = -1};
    errno = 0;
    enum hanse_status status = HANSE_OK;
    if (trial->key.kernel == HANSE_KERNEL_TCP_PINGPONG ||
        trial->key.kernel == HANSE_KERNEL_TCP_STREAM) {
        status = connect_ends(t) ? HANSE_OK : failed(ctx, t, "no loopback connection");
    } else if (!name_file(t) || !write_file(t)) {
        status = failed(ctx, t, t->path[0] != '\0' ? t->path : "no file in $TMPDIR");
    }
    if (status != HANSE_OK) {
        hanse__transfer_destroy(t);
        *transfer = NULL;
    }
    return status;
}

/* After the last run: what lies on the disk, so that a check can look at it. */
enum hanse_status hanse__transfer_fetch(struct hanse_context *ctx,
                                        struct hanse__transfer *transfer)
{
    if (transfer->trial->key.kernel != HANSE_KERNEL_STORAGE_WRITE || read_file(transfer)) {
        return HANSE_OK;
    }
    return failed(ctx, transfer, transfer->path);
}

static bool ping(struct hanse__transfer *t)
{
    const struct hanse_buffer *b = t->trial->buffers;
    bool good = true;
    for (int i = 0; i < HANSE_ROUND_TRIPS && good; i++) {
        good = send_all(t->here, b[0].data, b[0].bytes) &&
               receive_all(t->here, b[1].data, b[1].bytes);
    }
    return good;
}

static bool pour(struct hanse__transfer *t)
{
    char byte;
    return send_all(t->here, t->trial->buffers[0].data, t->trial->buffers[0].bytes) &&
           receive_all(t->here, &byte, 1);
}

enum hanse_status hanse__transfer_run(struct hanse_context *ctx,
                                      struct hanse__transfer *transfer)
{
    switch (transfer->trial->key.kernel) {
    case HANSE_KERNEL_TCP_PINGPONG:
        return ping(transfer) ? HANSE_OK : failed(ctx, transfer, "the connection broke");
    case HANSE_KERNEL_TCP_STREAM:
        return pour(transfer) ? HANSE_OK : failed(ctx, transfer, "the connection broke");
    case HANSE_KERNEL_STORAGE_READ:
        return read_file(transfer) ? HANSE_OK : failed(ctx, transfer, transfer->path);
    default:
        break;
    }
    if (!write_file(transfer)) {
        return failed(ctx, transfer, transfer->path);
    }
    return HANSE_OK;
}

void hanse__transfer_destroy(struct hanse__transfer *transfer)
{
    if (transfer == NULL) {
        return;
    }
    if (transfer->here >= 0) {
        shutdown(transfer->here, SHUT_RDWR);
    }
    if (transfer->has_peer) {
        pthread_join(transfer->peer, NULL);
    }
    if (transfer->here >= 0) {
        close(transfer->here);
    }
    if (transfer->there >= 0) {
        close(transfer->there);
    }
    if (transfer->path[0] != '\0') {
        unlink(transfer->path);
    }
    hanse__free(transfer);
}
