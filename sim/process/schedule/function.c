#include "sim/process/schedule/function.h"

#include <math.h>

#include "sim/process/schedule/inside.h"

/* --- a policy's table --------------------------------------------------------------------- */

enum hanse_status hanse_function_init(struct hanse_scheduler *scheduler, const double *params)
{
    (void)scheduler, (void)params;
    return HANSE_OK;
}

enum hanse_status hanse_function_job(struct hanse_scheduler *scheduler, uint32_t id)
{
    (void)scheduler, (void)id;
    return HANSE_OK;
}

enum hanse_status hanse_function_ended(struct hanse_scheduler *scheduler, uint32_t id,
                                       bool early)
{
    (void)scheduler, (void)id, (void)early;
    return HANSE_OK;
}

enum hanse_status hanse_function_changed(struct hanse_scheduler *scheduler)
{
    (void)scheduler;
    return HANSE_OK;
}

enum hanse_status hanse_function_begin(struct hanse_scheduler *scheduler, bool *anybody)
{
    uint32_t id = hanse__first(scheduler);
    *anybody = id != HANSE_NO_JOB;
    while (id != HANSE_NO_JOB && hanse__scheduler(scheduler)->n_placed > 0) {
        HANSE_TRY(hanse_scheduler_unreserve(scheduler, id));
        id = hanse__row(scheduler, id)->next;
    }
    return HANSE_OK;
}

/* --- arguments ---------------------------------------------------------------------------- */

static enum hanse_status expect(struct hanse_context *ctx, const char *name, int least,
                                int most, int got)
{
    if (got >= least && got <= most) {
        return HANSE_OK;
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: takes %s, got %d argument%s", name,
                       most == 0   ? "no argument"
                       : most == 1 ? "one job"
                                   : "a job and perhaps a time",
                       got, got == 1 ? "" : "s");
}

/* The waiting job that the first argument names. */
static enum hanse_status job_of(const struct hanse_scheduler *scheduler,
                                struct hanse_context *ctx, const double *in, uint32_t *id)
{
    const struct hanse__scheduler *s = hanse__scheduler(scheduler);
    double number = in[0];
    if (number >= 0.0 && number < s->n_rows && number == floor(number) &&
        hanse__row(scheduler, (uint32_t)number)->state == HANSE_JOB_WAITING) {
        *id = (uint32_t)number;
        return HANSE_OK;
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN, "a job must be one that waits, got %.14g",
                       number);
}

/* Asks for exactly one job. */
static enum hanse_status one_job(const struct hanse_scheduler *scheduler,
                                 struct hanse_context *ctx, const char *name, const double *in,
                                 int n_in, const struct hanse_job_row **row, uint32_t *id)
{
    HANSE_TRY(expect(ctx, name, 1, 1, n_in));
    HANSE_TRY(job_of(scheduler, ctx, in, id));
    *row = hanse__row(scheduler, *id);
    return HANSE_OK;
}

/* --- what is seen ------------------------------------------------------------------------- */

static void answer(double value, double *out, int *n_out)
{
    out[0] = value;
    *n_out = 1;
}

static void answer_job(uint32_t id, double *out, int *n_out)
{
    if (id != HANSE_NO_JOB) {
        answer((double)id, out, n_out);
    }
}

static enum hanse_status see_now(void *self, struct hanse_context *ctx, const double *in,
                                 int n_in, double *out, int *n_out)
{
    (void)in;
    HANSE_TRY(expect(ctx, "now", 0, 0, n_in));
    answer(hanse__now_s(self), out, n_out);
    return HANSE_OK;
}

static enum hanse_status see_processors(void *self, struct hanse_context *ctx, const double *in,
                                        int n_in, double *out, int *n_out)
{
    (void)in;
    HANSE_TRY(expect(ctx, "processors", 0, 0, n_in));
    answer(((const struct hanse_scheduler *)self)->view.processors, out, n_out);
    return HANSE_OK;
}

static enum hanse_status see_first(void *self, struct hanse_context *ctx, const double *in,
                                   int n_in, double *out, int *n_out)
{
    (void)in;
    HANSE_TRY(expect(ctx, "first", 0, 0, n_in));
    answer_job(hanse__first(self), out, n_out);
    return HANSE_OK;
}

static enum hanse_status see_next(void *self, struct hanse_context *ctx, const double *in,
                                  int n_in, double *out, int *n_out)
{
    const struct hanse_job_row *row = NULL;
    uint32_t id = HANSE_NO_JOB;
    HANSE_TRY(one_job(self, ctx, "next", in, n_in, &row, &id));
    answer_job(row->next, out, n_out);
    return HANSE_OK;
}

/* A method that answers with a number of the job. */
#define SEE_OF_JOB(name, number)                                                               \
    static enum hanse_status see_##name(void *self, struct hanse_context *ctx,                 \
                                        const double *in, int n_in, double *out, int *n_out)   \
    {                                                                                          \
        const struct hanse_job_row *row = NULL;                                                \
        uint32_t id = HANSE_NO_JOB;                                                            \
        HANSE_TRY(one_job(self, ctx, #name, in, n_in, &row, &id));                             \
        answer((double)row->job.number, out, n_out);                                           \
        return HANSE_OK;                                                                       \
    }
SEE_OF_JOB(number, number)
SEE_OF_JOB(submit, submit_s)
SEE_OF_JOB(estimate, estimate_s)
SEE_OF_JOB(width, width)
SEE_OF_JOB(user, user)

static enum hanse_status see_fits_now(void *self, struct hanse_context *ctx, const double *in,
                                      int n_in, double *out, int *n_out)
{
    const struct hanse_resource *machine = &((const struct hanse_scheduler *)self)->view;
    const struct hanse_job_row *row = NULL;
    uint32_t id = HANSE_NO_JOB;
    HANSE_TRY(one_job(self, ctx, "fits_now", in, n_in, &row, &id));
    answer(!row->placed && machine->kind->fits_now(machine, &row->job), out, n_out);
    return HANSE_OK;
}

static enum hanse_status see_earliest(void *self, struct hanse_context *ctx, const double *in,
                                      int n_in, double *out, int *n_out)
{
    const struct hanse_resource *machine = &((const struct hanse_scheduler *)self)->view;
    const struct hanse_job_row *row = NULL;
    uint32_t id = HANSE_NO_JOB;
    HANSE_TRY(one_job(self, ctx, "earliest", in, n_in, &row, &id));
    double at_s = row->placed ? row->start_s : machine->kind->earliest(machine, &row->job);
    if (at_s < HUGE_VAL) {
        answer(at_s, out, n_out);
    }
    return HANSE_OK;
}

/* --- what is done ------------------------------------------------------------------------- */

static enum hanse_status hold(struct hanse_scheduler *scheduler, struct hanse_context *ctx,
                              uint32_t id, double start_s)
{
    const struct hanse_resource *machine = &scheduler->view;
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    double earliest_s = machine->kind->earliest(machine, &row->job);
    if (start_s == earliest_s && start_s < HUGE_VAL) {
        return hanse_scheduler_reserve(scheduler, id, start_s);
    }
    return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                       "take: job %lld can be held room for from %.17g s, its earliest time, "
                       "got %.17g",
                       (long long)row->job.number, earliest_s, start_s);
}

static enum hanse_status do_take(void *self, struct hanse_context *ctx, const double *in,
                                 int n_in, double *out, int *n_out)
{
    struct hanse_scheduler *scheduler = self;
    const struct hanse_resource *machine = &scheduler->view;
    uint32_t id = HANSE_NO_JOB;
    (void)out, (void)n_out;
    HANSE_TRY(expect(ctx, "take", 1, 2, n_in));
    HANSE_TRY(job_of(scheduler, ctx, in, &id));
    const struct hanse_job_row *row = hanse__row(scheduler, id);
    if (row->placed) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "take: job %lld has room held for it; release it first",
                           (long long)row->job.number);
    }
    if (n_in == 2 && in[1] != hanse__now_s(scheduler)) {
        return hold(scheduler, ctx, id, in[1]);
    }
    if (!machine->kind->fits_now(machine, &row->job)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "take: job %lld does not fit now",
                           (long long)row->job.number);
    }
    return hanse_scheduler_start(scheduler, id);
}

static enum hanse_status do_release(void *self, struct hanse_context *ctx, const double *in,
                                    int n_in, double *out, int *n_out)
{
    const struct hanse_job_row *row = NULL;
    uint32_t id = HANSE_NO_JOB;
    (void)out, (void)n_out;
    HANSE_TRY(one_job(self, ctx, "release", in, n_in, &row, &id));
    if (!row->placed) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "release: no room is held for job %lld",
                           (long long)row->job.number);
    }
    return hanse_scheduler_unreserve(self, id);
}

static const struct hanse_hook_method METHODS[] = {
    {"now", see_now, false},           {"processors", see_processors, false},
    {"first", see_first, false},       {"next", see_next, false},
    {"number", see_number, false},     {"submit", see_submit, false},
    {"estimate", see_estimate, false}, {"width", see_width, false},
    {"user", see_user, false},         {"fits_now", see_fits_now, true},
    {"earliest", see_earliest, false}, {"take", do_take, false},
    {"release", do_release, false},
};

const struct hanse_hook_method *hanse_function_methods(size_t *n)
{
    *n = sizeof METHODS / sizeof *METHODS;
    return METHODS;
}
