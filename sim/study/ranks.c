/* Ranks over Open MPI. What is said between them is in the table of tags. */
#include "sim/study/ranks.h"

#ifdef HANSE_MPI

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/study/crew.h"
#include "sim/study/pack.h"

enum tag {
    CARD = 1, /* to rank 0: who I am and whether I am ready */
    ROUND,    /* from rank 0: a run begins, uint64 n_replications; 0: there is no other */
    WANT,     /* to rank 0: one uint64, how many turns I could use */
    RECORD,   /* to rank 0: a record, see pack.h */
    FAIL,     /* to rank 0: a status and a sentence; I stop */
    BYE,      /* to rank 0: one byte, was I told to stop? my last word */
    TURNS,    /* from rank 0: uint64 each; none: there are no more */
    STOP,     /* from rank 0: finish what is at hand */
    DONE,     /* from rank 0: I heard you say BYE; my last word */
};

/* Few enough that a message with them never waits for its receiver: both sides of a pair may
 * be sending at once. */
enum { MOST_TURNS = 256 };

/* Short enough that nobody waits for it, long enough that it costs nothing. */
static void nap(void)
{
    const struct timespec pause = {.tv_nsec = 200000};
    nanosleep(&pause, NULL);
}

/* --- starting and ending ------------------------------------------------------------------ */

static bool is_on(void)
{
    int initialized, finalized;
    MPI_Initialized(&initialized);
    MPI_Finalized(&finalized);
    return initialized && !finalized;
}

/* Open MPI can also start without a launcher, but then starts a daemon of its own each time. */
static bool was_launched(void)
{
    return getenv("OMPI_COMM_WORLD_SIZE") != NULL || getenv("PMIX_RANK") != NULL;
}

enum hanse_status hanse_ranks_start(struct hanse_context *ctx)
{
    int level;
    if (!was_launched() || is_on()) {
        return HANSE_OK;
    }
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) {
        return hanse__fail(ctx, HANSE_ERR_IO, "MPI did not start");
    }
    if (level < MPI_THREAD_FUNNELED) {
        return hanse__fail(ctx, HANSE_ERR_IO, "this MPI knows no threads");
    }
    return HANSE_OK;
}

int hanse_ranks_own(void)
{
    int rank = 0;
    if (is_on()) {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    }
    return rank;
}

int hanse_ranks_count(void)
{
    int count = 1;
    if (is_on()) {
        MPI_Comm_size(MPI_COMM_WORLD, &count);
    }
    return count;
}

/* MPI's own waits spin; while rank 0 writes the results the others leave it the processors. */
void hanse_ranks_end(void)
{
    if (!is_on()) {
        return;
    }
    MPI_Request request;
    int here = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &here, MPI_STATUS_IGNORE); !here;
         MPI_Test(&request, &here, MPI_STATUS_IGNORE)) {
        nap();
    }
    MPI_Finalize();
}

/* --- agreeing ----------------------------------------------------------------------------- */

/* What each rank says of itself. Plain bytes: all ranks must be one program anyway. */
struct card {
    int32_t status;
    char host[64], version[64], processor[64], message[1024];
    unsigned char fingerprint[32];
};

static void fill_card(struct card *card, const struct hanse_context *ctx, enum hanse_status own,
                      const struct hanse_ranks_identity *identity)
{
    card->status = (int32_t)own;
    gethostname(card->host, sizeof card->host - 1);
    if (own != HANSE_OK) {
        snprintf(card->message, sizeof card->message, "%s", hanse_context_message(ctx));
        return;
    }
    snprintf(card->version, sizeof card->version, "%s", identity->program_version);
    snprintf(card->processor, sizeof card->processor, "%s", identity->processor_class);
    memcpy(card->fingerprint, identity->fingerprint, sizeof card->fingerprint);
}

static enum hanse_status compare(struct hanse_context *ctx, const struct card *first,
                                 const struct card *card, int rank)
{
    if (card->status != HANSE_OK) {
        return hanse__fail(ctx, (enum hanse_status)card->status, "rank %d on %s: %s", rank,
                           card->host, card->message);
    }
    if (strcmp(card->version, first->version) != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "rank %d on %s: all ranks must be one version: it is hanse %s, "
                           "rank 0 is %s",
                           rank, card->host, card->version, first->version);
    }
    if (strcmp(card->processor, first->processor) != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "rank %d on %s: all ranks must run on one class of processor, or "
                           "the last digits would depend on who did what: it has %s, rank 0 "
                           "on %s has %s",
                           rank, card->host, card->processor, first->host, first->processor);
    }
    if (memcmp(card->fingerprint, first->fingerprint, sizeof card->fingerprint) != 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "rank %d on %s: all ranks must read the same scenario: its texts, "
                           "tables or settings differ from rank 0's on %s",
                           rank, card->host, first->host);
    }
    return HANSE_OK;
}

/* Rank 0: how the others' preparations ended. All cards are taken, whatever they say. */
static enum hanse_status judge(struct hanse_context *ctx, enum hanse_status own,
                               const struct card *first)
{
    for (int rank = 1; rank < hanse_ranks_count(); rank++) {
        struct card card;
        MPI_Recv(&card, sizeof card, MPI_BYTE, rank, CARD, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (own == HANSE_OK) {
            own = compare(ctx, first, &card, rank);
        }
    }
    return own;
}

enum hanse_status hanse_ranks_agree(struct hanse_context *ctx, enum hanse_status own,
                                    const struct hanse_ranks_identity *identity)
{
    struct card card = {0};
    if (hanse_ranks_count() == 1) {
        return own;
    }
    fill_card(&card, ctx, own, identity);
    int verdict = (int)own;
    if (hanse_ranks_own() == 0) {
        verdict = (int)judge(ctx, own, &card);
    } else {
        MPI_Send(&card, sizeof card, MPI_BYTE, 0, CARD, MPI_COMM_WORLD);
    }
    MPI_Bcast(&verdict, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return (enum hanse_status)verdict;
}

/* --- rank 0 ------------------------------------------------------------------------------- */

struct server {
    struct hanse__crew crew;
    int n_others; /* ranks that have not said BYE */
    bool *gone;   /* per rank, that it has */
    bool told;    /* all were told to stop */
    unsigned char *buffer;
    size_t capacity;
};

static void give_turns(struct server *server, int rank, uint64_t wanted)
{
    uint64_t turns[MOST_TURNS];
    int n = 0;
    wanted = wanted < MOST_TURNS ? wanted : MOST_TURNS;
    while ((uint64_t)n < wanted && !server->crew.halted &&
           hanse__crew_turn(&server->crew, &turns[n])) {
        n++;
    }
    MPI_Send(turns, n, MPI_UINT64_T, rank, TURNS, MPI_COMM_WORLD);
}

/* Without memory for a message rank 0 ends the job as a dead rank would: the sender waits for
 * it to be taken, and the journal has all the rest. */
static void receive(struct server *server, const MPI_Status *about)
{
    int n;
    MPI_Get_count(about, MPI_BYTE, &n);
    omp_set_lock(&server->crew.lock);
    enum hanse_status status =
        hanse__reserve(server->crew.ctx, &server->buffer, &server->capacity, (size_t)n + 1, 1);
    omp_unset_lock(&server->crew.lock);
    if (status != HANSE_OK) {
        MPI_Abort(MPI_COMM_WORLD, hanse_status_exit_code(status));
    }
    MPI_Recv(server->buffer, n, MPI_BYTE, about->MPI_SOURCE, about->MPI_TAG, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
}

static void take_failure(struct server *server, int rank)
{
    struct card card;
    char sentence[sizeof card.message + 128];
    memcpy(&card, server->buffer, sizeof card);
    snprintf(sentence, sizeof sentence, "rank %d on %s: %s", rank, card.host, card.message);
    hanse__crew_halt(&server->crew, (enum hanse_status)card.status, sentence);
}

static void take_leave(struct server *server, int rank)
{
    if (server->buffer[0] != 0) {
        hanse__crew_halt(&server->crew, HANSE_ERR_INTERRUPTED, "interrupted");
    }
    MPI_Send(NULL, 0, MPI_BYTE, rank, DONE, MPI_COMM_WORLD);
    server->gone[rank] = true;
    server->n_others--;
}

static void answer(struct server *server, const MPI_Status *about)
{
    uint64_t wanted;
    struct hanse_record record;
    receive(server, about);
    switch (about->MPI_TAG) {
    case WANT:
        memcpy(&wanted, server->buffer, sizeof wanted);
        give_turns(server, about->MPI_SOURCE, wanted);
        break;
    case RECORD:
        hanse__unpack(server->buffer, &record);
        hanse__crew_hand_over(&server->crew, &record);
        break;
    case FAIL:
        take_failure(server, about->MPI_SOURCE);
        break;
    default: /* BYE */
        take_leave(server, about->MPI_SOURCE);
    }
}

static void tell_to_stop(struct server *server)
{
    for (int rank = 1; rank < hanse_ranks_count(); rank++) {
        if (!server->gone[rank]) {
            MPI_Send(NULL, 0, MPI_BYTE, rank, STOP, MPI_COMM_WORLD);
        }
    }
    server->told = true;
}

static void serve(void *self)
{
    struct server *server = self;
    while (server->n_others > 0 || server->crew.n_working > 0) {
        int there;
        MPI_Status about;
        if (hanse__crew_stopped(&server->crew) && !server->crew.halted) {
            hanse__crew_halt(&server->crew, HANSE_ERR_INTERRUPTED, "interrupted");
        }
        if (server->crew.halted && !server->told) {
            tell_to_stop(server);
        }
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &about);
        if (there) {
            answer(server, &about);
        } else {
            nap();
        }
    }
}

/* --- the other ranks ---------------------------------------------------------------------- */

struct parcel {
    struct parcel *next;
    size_t n;
    _Alignas(double) unsigned char bytes[];
};

struct helper {
    struct hanse__crew crew;
    omp_lock_t lock;            /* guards the turns */
    uint64_t turns[MOST_TURNS]; /* granted, not yet taken */
    size_t n_turns, most;
    bool asked, no_more, dismissed;
    struct parcel *first, **last; /* records to send, under the crew's lock */
};

static enum hanse_status no_begin(void *self, struct hanse_context *ctx,
                                  const struct hanse_study *study)
{
    return HANSE_OK;
}

static enum hanse_status no_end(void *self, struct hanse_context *ctx)
{
    return HANSE_OK;
}

static enum hanse_status post(void *self, struct hanse_context *ctx,
                              const struct hanse_record *record)
{
    struct helper *helper = self;
    size_t n = hanse__packed_bytes(record);
    if (n > INT_MAX) {
        return hanse__fail(ctx, HANSE_ERR_LIMIT,
                           "a record may have %d bytes to travel between ranks, has %zu",
                           INT_MAX, n);
    }
    struct parcel *parcel = hanse__alloc(ctx, 1, sizeof *parcel + n);
    if (parcel == NULL) {
        return HANSE_ERR_MEMORY;
    }
    parcel->n = n;
    hanse__pack(parcel->bytes, record);
    *helper->last = parcel;
    helper->last = &parcel->next;
    return HANSE_OK;
}

/* Waits for a granted turn. */
static bool take_granted(void *self, uint64_t *turn)
{
    struct helper *helper = self;
    for (;;) {
        omp_set_lock(&helper->lock);
        bool got = helper->n_turns > 0;
        bool over = helper->no_more || helper->crew.halted;
        if (got) {
            *turn = helper->turns[0];
            memmove(helper->turns, helper->turns + 1,
                    --helper->n_turns * sizeof *helper->turns);
        }
        omp_unset_lock(&helper->lock);
        if (got || over || hanse__crew_stopped(&helper->crew)) {
            return got;
        }
        nap();
    }
}

static struct parcel *next_parcel(struct helper *helper)
{
    omp_set_lock(&helper->crew.lock);
    struct parcel *parcel = helper->first;
    if (parcel != NULL) {
        helper->first = parcel->next;
        helper->last = helper->first != NULL ? helper->last : &helper->first;
    }
    omp_unset_lock(&helper->crew.lock);
    return parcel;
}

/* True when something was sent. */
static bool send_records(struct helper *helper)
{
    bool any = false;
    struct parcel *parcel;
    while ((parcel = next_parcel(helper)) != NULL) {
        MPI_Send(parcel->bytes, (int)parcel->n, MPI_BYTE, 0, RECORD, MPI_COMM_WORLD);
        hanse__free(parcel);
        any = true;
    }
    return any;
}

static void take_turns(struct helper *helper, const MPI_Status *about)
{
    int n;
    uint64_t turns[MOST_TURNS];
    MPI_Get_count(about, MPI_UINT64_T, &n);
    MPI_Recv(turns, n, MPI_UINT64_T, 0, TURNS, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    omp_set_lock(&helper->lock);
    memcpy(helper->turns + helper->n_turns, turns, (size_t)n * sizeof *turns);
    helper->n_turns += (size_t)n;
    helper->no_more = n == 0;
    omp_unset_lock(&helper->lock);
    helper->asked = false;
}

/* True when a message was there. */
static bool listen(struct helper *helper)
{
    int there;
    MPI_Status about;
    MPI_Iprobe(0, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &about);
    if (there && about.MPI_TAG == TURNS) {
        take_turns(helper, &about);
    } else if (there) {
        MPI_Recv(NULL, 0, MPI_BYTE, 0, about.MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        helper->dismissed = about.MPI_TAG == DONE;
        helper->crew.halted = true;
    }
    return there;
}

/* One task ahead for each thread, so that none waits for the answer. */
static void ask(struct helper *helper)
{
    omp_set_lock(&helper->lock);
    uint64_t wanted = helper->most - helper->n_turns;
    omp_unset_lock(&helper->lock);
    if (!helper->asked && !helper->no_more && !helper->crew.halted && wanted > 0) {
        MPI_Send(&wanted, sizeof wanted, MPI_BYTE, 0, WANT, MPI_COMM_WORLD);
        helper->asked = true;
    }
}

static void say_goodbye(struct helper *helper)
{
    const struct hanse__crew *crew = &helper->crew;
    unsigned char stopped = crew->status == HANSE_ERR_INTERRUPTED;
    if (crew->status != HANSE_OK && !stopped) {
        struct card card = {.status = (int32_t)crew->status};
        gethostname(card.host, sizeof card.host - 1);
        snprintf(card.message, sizeof card.message, "%s", crew->message);
        MPI_Send(&card, sizeof card, MPI_BYTE, 0, FAIL, MPI_COMM_WORLD);
    }
    MPI_Send(&stopped, 1, MPI_BYTE, 0, BYE, MPI_COMM_WORLD);
    while (!helper->dismissed) { /* so that no message is left unread */
        if (!listen(helper)) {
            nap();
        }
    }
}

static void help(void *self)
{
    struct helper *helper = self;
    for (;;) {
        bool working = helper->crew.n_working > 0; /* before the look for records */
        if (hanse__crew_stopped(&helper->crew) && !helper->crew.halted) {
            hanse__crew_halt(&helper->crew, HANSE_ERR_INTERRUPTED, "interrupted");
        }
        ask(helper);
        bool heard = listen(helper);
        bool sent = send_records(helper);
        if (!working && !sent) {
            break;
        }
        if (!heard && !sent) {
            nap();
        }
    }
    say_goodbye(helper);
}

/* --- together ----------------------------------------------------------------------------- */

/* This rank's share: what it is bound to, and not more than its part of the machine. */
static int share_of_processors(void)
{
    const char *text = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    long n_ranks = text != NULL ? strtol(text, NULL, 10) : 1;
    long share = sysconf(_SC_NPROCESSORS_ONLN) / (n_ranks > 0 ? n_ranks : 1);
    long bound = omp_get_num_procs();
    share = share < bound ? share : bound;
    return share > 1 ? (int)share : 1;
}

static enum hanse_status run_first(const struct hanse__crew *crew,
                                   struct hanse_run_report *report)
{
    int count = hanse_ranks_count();
    struct server server = {.crew = *crew, .n_others = count - 1};
    const struct hanse__side side = {.self = &server, .speak = serve};
    server.crew.side = &side;
    server.gone = hanse__alloc(crew->ctx, (size_t)count, sizeof *server.gone);
    if (server.gone == NULL) {
        MPI_Abort(MPI_COMM_WORLD, hanse_status_exit_code(HANSE_ERR_MEMORY));
    }
    enum hanse_status status = hanse__crew_run(&server.crew, report);
    hanse__free(server.gone);
    hanse__free(server.buffer);
    return status;
}

static enum hanse_status run_other(const struct hanse__crew *crew)
{
    struct helper helper = {.crew = *crew, .most = (size_t)crew->options->threads};
    helper.most = helper.most < MOST_TURNS ? helper.most : MOST_TURNS;
    const struct hanse_sink sink = {&helper, no_begin, post, no_end};
    const struct hanse__side side = {&helper, take_granted, help};
    helper.crew.sink = &sink;
    helper.crew.side = &side;
    helper.last = &helper.first;
    omp_init_lock(&helper.lock);
    enum hanse_status status = hanse__crew_run(&helper.crew, NULL);
    omp_destroy_lock(&helper.lock);
    return status == HANSE_ERR_REPLICATION ? HANSE_OK : status;
}

static void call_round(uint64_t n_replications)
{
    for (int rank = 1; rank < hanse_ranks_count(); rank++) {
        MPI_Send(&n_replications, 1, MPI_UINT64_T, rank, ROUND, MPI_COMM_WORLD);
    }
}

enum hanse_status hanse_ranks_run(struct hanse_context *ctx, const struct hanse_study *study,
                                  const struct hanse_sink *sink,
                                  const struct hanse_run_options *options,
                                  struct hanse_run_report *report)
{
    if (hanse_ranks_count() == 1) {
        return hanse_study_run(ctx, study, sink, options, report);
    }
    struct hanse_run_options own = *options;
    own.threads = options->threads > 0 ? options->threads : share_of_processors();
    const struct hanse__crew crew = {.study = study, .sink = sink, .options = &own, .ctx = ctx};
    call_round(study->n_replications);
    return run_first(&crew, report);
}

void hanse_ranks_dismiss(void)
{
    call_round(0);
}

/* Waits asleep for the next round. */
static uint64_t next_round(void)
{
    int there = 0;
    uint64_t n_replications;
    while (!there) {
        MPI_Iprobe(0, ROUND, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
        if (!there) {
            nap();
        }
    }
    MPI_Recv(&n_replications, 1, MPI_UINT64_T, 0, ROUND, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return n_replications;
}

enum hanse_status hanse_ranks_serve(struct hanse_context *ctx, const struct hanse_study *study,
                                    const struct hanse_run_options *options)
{
    enum hanse_status status = HANSE_OK;
    struct hanse_study round = *study;
    struct hanse_run_options own = *options;
    own.threads = options->threads > 0 ? options->threads : share_of_processors();
    own.done = NULL;
    own.progress = NULL;
    uint64_t n_replications;
    while ((n_replications = next_round()) > 0) {
        round.n_replications = (uint32_t)n_replications;
        const struct hanse__crew crew = {.study = &round, .options = &own, .ctx = ctx};
        status = run_other(&crew);
    }
    return status;
}

#endif
