#include "sim/process/serving/replica.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"

enum { NONE = UINT32_MAX };

/* A request in the engine. Those being served are linked from oldest to youngest. */
struct slot {
    struct hanse_request request;
    double first_s;
    uint32_t computed; /* tokens in the cache; of a decoding one at step `decoding_from` */
    uint32_t target;   /* tokens to read before it decodes: prompt and what it had written */
    uint32_t written;  /* tokens written before it was last admitted */
    uint32_t preemptions;
    uint32_t before, after; /* in the order of admission */
    uint32_t heap_at;       /* place among the decoding; NONE while it reads */
    uint64_t decoding_from; /* step in which it read its last prompt token */
    uint64_t end_step;      /* step that writes its last token */
    uint64_t blocks;        /* while it reads; of a decoding one see blocks_of */
};

/* A queue whose front takes the preempted back. */
struct queue {
    uint32_t *items;
    uint32_t first, count, capacity; /* a power of two */
};

struct hanse_replica {
    struct hanse_context *ctx;
    const struct hanse_serving_cost *cost;
    struct hanse_replica_rules rules;
    hanse_served_function *served;
    void *self;

    struct slot *slots;
    size_t n_slots, slots_capacity;
    uint32_t free_slot; /* list through `after` */
    uint32_t oldest, youngest, n_served;
    uint32_t *heap; /* decoding slots by end step */
    size_t n_decoding, heap_capacity;
    uint32_t *by_phase; /* decoding requests by (tokens - step) mod block_tokens */
    double context;     /* tokens in the cache of the decoding, before the next step */
    struct queue waiting;
    double waiting_tokens;
    uint64_t free_blocks;
    uint64_t step; /* number of the next step */
    double now_s;  /* when it may start */
    struct hanse_replica_totals totals;
};

/* --- keeping order --------------------------------------------------------------------------
 */

static bool ends_before(const struct hanse_replica *r, uint32_t a, uint32_t b)
{
    const struct slot *p = &r->slots[a], *q = &r->slots[b];
    return p->end_step != q->end_step ? p->end_step < q->end_step
                                      : p->request.number < q->request.number;
}

static void put(struct hanse_replica *r, size_t at, uint32_t slot)
{
    r->heap[at] = slot;
    r->slots[slot].heap_at = (uint32_t)at;
}

static void sift_up(struct hanse_replica *r, size_t at, uint32_t slot)
{
    while (at > 0 && ends_before(r, slot, r->heap[(at - 1) / 2])) {
        put(r, at, r->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(r, at, slot);
}

static void sift_down(struct hanse_replica *r, size_t at, uint32_t slot)
{
    for (size_t child; (child = 2 * at + 1) < r->n_decoding; at = child) {
        if (child + 1 < r->n_decoding && ends_before(r, r->heap[child + 1], r->heap[child])) {
            child++;
        }
        if (!ends_before(r, r->heap[child], slot)) {
            break;
        }
        put(r, at, r->heap[child]);
    }
    put(r, at, slot);
}

static void leave_heap(struct hanse_replica *r, uint32_t slot)
{
    size_t at = r->slots[slot].heap_at;
    uint32_t last = r->heap[--r->n_decoding];
    r->slots[slot].heap_at = NONE;
    if (last != slot) {
        sift_up(r, at, last);
        sift_down(r, r->slots[last].heap_at, last);
    }
}

static void link_youngest(struct hanse_replica *r, uint32_t slot)
{
    r->slots[slot].before = r->youngest;
    r->slots[slot].after = NONE;
    if (r->youngest != NONE) {
        r->slots[r->youngest].after = slot;
    } else {
        r->oldest = slot;
    }
    r->youngest = slot;
    r->n_served++;
}

static void unlink_slot(struct hanse_replica *r, uint32_t slot)
{
    struct slot *s = &r->slots[slot];
    if (s->before != NONE) {
        r->slots[s->before].after = s->after;
    } else {
        r->oldest = s->after;
    }
    if (s->after != NONE) {
        r->slots[s->after].before = s->before;
    } else {
        r->youngest = s->before;
    }
    r->n_served--;
}

static enum hanse_status grow_queue(struct hanse_replica *r)
{
    struct queue *q = &r->waiting;
    /* Everybody who is served may be preempted and come back. */
    if (q->count + r->n_served < q->capacity) {
        return HANSE_OK;
    }
    uint32_t capacity = q->capacity > 0 ? 2 * q->capacity : 64;
    uint32_t *items = hanse__alloc(r->ctx, capacity, sizeof *items);
    if (items == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < q->count; i++) {
        items[i] = q->items[(q->first + i) & (q->capacity - 1)];
    }
    hanse__free(q->items);
    *q = (struct queue){.items = items, .count = q->count, .capacity = capacity};
    return HANSE_OK;
}

/* --- blocks ---------------------------------------------------------------------------------
 */

static uint64_t blocks_for(const struct hanse_replica *r, uint64_t tokens)
{
    return (tokens + r->rules.block_tokens - 1) / r->rules.block_tokens;
}

/* Tokens in a decoding request's cache before the next step. */
static uint64_t tokens_of(const struct hanse_replica *r, const struct slot *s)
{
    return s->heap_at != NONE ? s->computed + (r->step - 1 - s->decoding_from) : s->computed;
}

/* Phase of a cache of so many tokens: it is full before the step whose number is -phase. */
static uint32_t phase_of(const struct hanse_replica *r, uint64_t tokens)
{
    uint64_t size = r->rules.block_tokens;
    return (uint32_t)((tokens % size + size - r->step % size) % size);
}

/* Decoding requests that need a new block in the step `ahead` of the next one. */
static uint32_t needing(const struct hanse_replica *r, uint64_t ahead)
{
    uint64_t size = r->rules.block_tokens;
    return r->by_phase[(size - (r->step + ahead) % size) % size];
}

/* How many of `most` steps of decoding alone the free blocks allow; the blocks they take. */
static uint64_t steps_in_blocks(const struct hanse_replica *r, uint64_t most, uint64_t *taken)
{
    uint64_t size = r->rules.block_tokens, cycle = r->n_decoding, k = 0, used = 0;
    if (cycle > 0) {
        uint64_t whole = r->free_blocks / cycle;
        whole = whole < most / size ? whole : most / size;
        k = whole * size;
        used = whole * cycle;
    }
    while (k < most && used + needing(r, k) <= r->free_blocks) {
        used += needing(r, k++);
    }
    *taken = used;
    return k;
}

/* --- time -----------------------------------------------------------------------------------
 */

/* Seconds of k steps of decoding alone, from the next one on. */
static double decoding_time(const struct hanse_replica *r, uint64_t k)
{
    const struct hanse_serving_cost *c = r->cost;
    double b = (double)r->n_decoding;
    double grow = c->device_factor * c->context_s * b;
    double first =
        c->device_factor * (c->tokens_s[r->n_decoding] + c->sequences_s[r->n_decoding] +
                            c->context_s * (r->context + b));
    /* Steps that the host bounds, then those that the device does. */
    double bound = first >= c->host_s ? 0.0
                   : grow > 0.0       ? ceil((c->host_s - first) / grow)
                                      : (double)k;
    bound = bound < (double)k ? bound : (double)k;
    double rest = (double)k - bound;
    return (double)k * c->gap_s + bound * c->host_s + rest * (first + grow * bound) +
           0.5 * grow * rest * (rest - 1.0);
}

/* Least number of steps after which no step starts before `until_s`; at most `most`. */
static uint64_t steps_until(const struct hanse_replica *r, double until_s, uint64_t most)
{
    uint64_t low = 1, high = most;
    if (!(r->now_s + decoding_time(r, most) >= until_s)) {
        return most;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (r->now_s + decoding_time(r, middle) >= until_s) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void spend(struct hanse_replica *r, double seconds, uint64_t steps)
{
    r->now_s += seconds;
    r->step += steps;
    r->totals.busy_s += seconds;
    r->totals.steps += steps;
    r->totals.end_s = r->now_s;
}

/* --- coming and going ------------------------------------------------------------------------
 */

static void start_decoding(struct hanse_replica *r, uint32_t slot)
{
    struct slot *s = &r->slots[slot];
    /* Called before the step's number goes up; its token is written at the step's end. */
    s->decoding_from = r->step;
    s->end_step = r->step + (s->request.output - s->written - 1);
    r->by_phase[(phase_of(r, s->computed) + r->rules.block_tokens - 1) %
                r->rules.block_tokens]++;
    r->context += s->computed;
    sift_up(r, r->n_decoding++, slot);
}

static void stop_decoding(struct hanse_replica *r, uint32_t slot)
{
    struct slot *s = &r->slots[slot];
    uint64_t tokens = tokens_of(r, s);
    r->by_phase[phase_of(r, tokens)]--;
    r->context -= (double)tokens;
    s->blocks = blocks_for(r, tokens);
    leave_heap(r, slot);
}

static void free_slot(struct hanse_replica *r, uint32_t slot)
{
    r->slots[slot].after = r->free_slot;
    r->free_slot = slot;
}

/* Hands over all whose last token the step just taken has written. */
static void complete(struct hanse_replica *r)
{
    while (r->n_decoding > 0 && r->slots[r->heap[0]].end_step < r->step) {
        uint32_t slot = r->heap[0];
        struct slot *s = &r->slots[slot];
        stop_decoding(r, slot);
        r->free_blocks += s->blocks;
        unlink_slot(r, slot);
        const struct hanse_served served = {.request = s->request,
                                            .first_s = s->first_s + r->cost->request_s,
                                            .end_s = r->now_s + r->cost->request_s,
                                            .preemptions = s->preemptions};
        free_slot(r, slot);
        r->served(r->self, &served);
    }
}

static void preempt(struct hanse_replica *r)
{
    uint32_t slot = r->youngest;
    struct slot *s = &r->slots[slot];
    if (s->heap_at != NONE) {
        s->written = (uint32_t)(s->written + (r->step - s->decoding_from));
        stop_decoding(r, slot);
    }
    r->free_blocks += s->blocks;
    s->blocks = 0;
    s->computed = 0;
    s->target = s->request.prompt + s->written;
    s->preemptions++;
    r->totals.preemptions++;
    unlink_slot(r, slot);
    struct queue *q = &r->waiting;
    q->first = (q->first - 1) & (q->capacity - 1);
    q->items[q->first] = slot;
    q->count++;
    r->waiting_tokens += s->target;
}

/* --- a step with prompts
 * ---------------------------------------------------------------------- */

struct plan {
    uint32_t budget, tokens, yielding;
    double looked_at; /* sum of c (before + c / 2) over chunks */
    bool preempted;
};

/* Blocks for `tokens` more of the youngest, which is reading; without, it is preempted. */
static bool reserve(struct hanse_replica *r, uint32_t slot, uint32_t tokens, struct plan *plan)
{
    struct slot *s = &r->slots[slot];
    uint64_t more = blocks_for(r, s->computed + tokens) - s->blocks;
    if (more > r->free_blocks) {
        preempt(r);
        plan->preempted = true;
        return false;
    }
    r->free_blocks -= more;
    s->blocks += more;
    return true;
}

/* The decoding requests' blocks, oldest first; the youngest go where there are none. */
static void reserve_decoding(struct hanse_replica *r, struct plan *plan)
{
    while (needing(r, 0) > r->free_blocks) {
        preempt(r);
        plan->preempted = true;
    }
    r->free_blocks -= needing(r, 0);
}

static void plan_chunk(struct hanse_replica *r, uint32_t slot, uint32_t tokens,
                       struct plan *plan)
{
    struct slot *s = &r->slots[slot];
    plan->looked_at += (double)tokens * (s->computed + 0.5 * tokens);
    plan->tokens += tokens;
    plan->budget -= tokens;
    s->computed += tokens;
    r->totals.prompt_tokens += tokens;
    plan->yielding += s->computed == s->target;
}

/* A prompt that did not fit into the last step goes on. There is at most one, and it is the
 * youngest: nobody is admitted behind a prompt that takes all the room there is. */
static void plan_reading(struct hanse_replica *r, struct plan *plan)
{
    uint32_t slot = r->youngest;
    if (slot == NONE || r->slots[slot].heap_at != NONE || plan->budget == 0) {
        return;
    }
    uint32_t left = r->slots[slot].target - r->slots[slot].computed;
    uint32_t tokens = left < plan->budget ? left : plan->budget;
    if (reserve(r, slot, tokens, plan)) {
        plan_chunk(r, slot, tokens, plan);
    }
}

static bool can_admit(const struct hanse_replica *r, const struct plan *plan)
{
    if (r->waiting.count == 0 || plan->budget == 0 || r->n_served >= r->cost->max_sequences) {
        return false;
    }
    const struct slot *s = &r->slots[r->waiting.items[r->waiting.first]];
    uint32_t tokens = s->target < plan->budget ? s->target : plan->budget;
    return blocks_for(r, tokens) <= r->free_blocks;
}

static void plan_admissions(struct hanse_replica *r, struct plan *plan)
{
    while (!plan->preempted && can_admit(r, plan)) {
        struct queue *q = &r->waiting;
        uint32_t slot = q->items[q->first];
        struct slot *s = &r->slots[slot];
        q->first = (q->first + 1) & (q->capacity - 1);
        q->count--;
        r->waiting_tokens -= s->target;
        uint32_t tokens = s->target < plan->budget ? s->target : plan->budget;
        s->blocks = blocks_for(r, tokens);
        r->free_blocks -= s->blocks;
        link_youngest(r, slot);
        plan_chunk(r, slot, tokens, plan);
    }
}

/* Those that have read all yield a token and decode from the next step on. */
static void yield_first_tokens(struct hanse_replica *r, double end_s)
{
    for (uint32_t slot = r->youngest; slot != NONE; slot = r->slots[slot].before) {
        struct slot *s = &r->slots[slot];
        if (s->heap_at != NONE) {
            return; /* older ones decode already */
        }
        if (s->computed < s->target) {
            continue;
        }
        if (s->first_s < 0.0) {
            s->first_s = end_s;
        }
        r->totals.output_tokens += 1.0;
        start_decoding(r, slot);
    }
}

static bool is_reading(const struct hanse_replica *r)
{
    return r->n_served > r->n_decoding;
}

/* One step, prompts and all. */
static void take_step(struct hanse_replica *r)
{
    const struct hanse_serving_cost *c = r->cost;
    struct plan plan = {.budget = c->max_tokens};
    reserve_decoding(r, &plan);
    uint32_t decoding = (uint32_t)r->n_decoding;
    plan.budget -= decoding;
    plan_reading(r, &plan);
    plan_admissions(r, &plan);
    uint32_t yielding = decoding + plan.yielding;
    double device = c->tokens_s[decoding + plan.tokens] + c->sequences_s[yielding] +
                    c->context_s * (r->context + decoding) + c->chunk_s * plan.looked_at;
    double seconds = fmax(c->host_s, c->device_factor * device) + c->gap_s;
    r->context += decoding;
    r->totals.output_tokens += decoding;
    if (is_reading(r)) {
        yield_first_tokens(r, r->now_s + seconds);
    }
    spend(r, seconds, 1);
    complete(r);
}

/* Steps in which all there is decodes, as many as can be told at once. */
static bool take_stretch(struct hanse_replica *r, double until_s)
{
    const struct plan idle = {.budget = r->cost->max_tokens - (uint32_t)r->n_decoding};
    if (r->n_decoding == 0 || is_reading(r) || can_admit(r, &idle)) {
        return false;
    }
    uint64_t most = r->slots[r->heap[0]].end_step - r->step + 1, taken;
    most = steps_in_blocks(r, most, &taken);
    if (most == 0) {
        return false;
    }
    uint64_t k = steps_until(r, until_s, most);
    if (k < most) {
        k = steps_in_blocks(r, k, &taken);
    }
    double seconds = decoding_time(r, k);
    r->free_blocks -= taken;
    r->context += (double)k * (double)r->n_decoding;
    r->totals.output_tokens += (double)k * (double)r->n_decoding;
    spend(r, seconds, k);
    complete(r);
    return true;
}

void hanse_replica_advance(struct hanse_replica *r, double until_s)
{
    while (r->now_s < until_s && (r->n_served > 0 || r->waiting.count > 0)) {
        if (!take_stretch(r, until_s)) {
            take_step(r);
        }
    }
}

void hanse_replica_finish(struct hanse_replica *r)
{
    hanse_replica_advance(r, INFINITY);
}

/* --- outside
 * ---------------------------------------------------------------------------------- */

enum hanse_status hanse_replica_create(struct hanse_context *ctx,
                                       const struct hanse_serving_cost *cost,
                                       const struct hanse_replica_rules *rules,
                                       hanse_served_function *served, void *self,
                                       struct hanse_replica **replica)
{
    *replica = NULL;
    if (rules->block_tokens == 0 || rules->blocks == 0 ||
        cost->max_tokens < cost->max_sequences) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "serving: blocks and their tokens must be > 0 (got %llu and %u), and "
            "a step's tokens (%u) no fewer than its sequences (%u)",
            (unsigned long long)rules->blocks, rules->block_tokens, cost->max_tokens,
            cost->max_sequences);
    }
    struct hanse_replica *r = hanse__alloc(ctx, 1, sizeof *r);
    if (r == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *r = (struct hanse_replica){.ctx = ctx,
                                .cost = cost,
                                .rules = *rules,
                                .served = served,
                                .self = self,
                                .free_slot = NONE,
                                .oldest = NONE,
                                .youngest = NONE,
                                .free_blocks = rules->blocks,
                                .step = 1};
    r->by_phase = hanse__alloc(ctx, rules->block_tokens, sizeof *r->by_phase);
    r->heap = hanse__alloc(ctx, (size_t)cost->max_sequences + 1, sizeof *r->heap);
    if (r->by_phase == NULL || r->heap == NULL) {
        hanse_replica_destroy(r);
        return HANSE_ERR_MEMORY;
    }
    *replica = r;
    return HANSE_OK;
}

void hanse_replica_destroy(struct hanse_replica *r)
{
    if (r == NULL) {
        return;
    }
    hanse__free(r->slots);
    hanse__free(r->heap);
    hanse__free(r->by_phase);
    hanse__free(r->waiting.items);
    hanse__free(r);
}

enum hanse_status hanse_replica_arrive(struct hanse_replica *r,
                                       const struct hanse_request *request)
{
    uint64_t most = (uint64_t)request->prompt + request->output - 1;
    uint64_t cache = r->rules.blocks * r->rules.block_tokens;
    if (request->prompt == 0 || request->output == 0 || blocks_for(r, most) > r->rules.blocks) {
        return hanse__fail(r->ctx, HANSE_ERR_DOMAIN,
                           "request %llu: prompt and output must be >= 1 and fit the cache of "
                           "%llu tokens together, got %u and %u",
                           (unsigned long long)request->number, (unsigned long long)cache,
                           request->prompt, request->output);
    }
    HANSE_TRY(grow_queue(r));
    uint32_t slot = r->free_slot;
    if (slot == NONE) {
        HANSE_TRY(hanse__reserve(r->ctx, &r->slots, &r->slots_capacity, r->n_slots + 1,
                                 sizeof *r->slots));
        slot = (uint32_t)r->n_slots++;
    } else {
        r->free_slot = r->slots[slot].after;
    }
    r->slots[slot] = (struct slot){
        .request = *request, .first_s = -1.0, .target = request->prompt, .heap_at = NONE};
    r->waiting.items[(r->waiting.first + r->waiting.count++) & (r->waiting.capacity - 1)] =
        slot;
    r->waiting_tokens += request->prompt;
    if (r->now_s < request->arrival_s && r->n_served == 0 && r->waiting.count == 1) {
        r->now_s = request->arrival_s;
    }
    return HANSE_OK;
}

uint32_t hanse_replica_in_system(const struct hanse_replica *r)
{
    return r->n_served + r->waiting.count;
}

uint32_t hanse_replica_waiting(const struct hanse_replica *r)
{
    return r->waiting.count;
}

double hanse_replica_backlog(const struct hanse_replica *r)
{
    double held = (double)(r->rules.blocks - r->free_blocks) * r->rules.block_tokens;
    return held + r->waiting_tokens;
}

struct hanse_replica_totals hanse_replica_totals(const struct hanse_replica *r)
{
    return r->totals;
}
