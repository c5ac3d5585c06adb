#include "sim/process/islands.h"

#include <math.h>

#include "sim/model/noun_table.h"
#include "sim/process/carry.h"
#include "sim/process/shock.h"
#include "sim/process/world.h"

enum { EVENT_BREAK, EVENT_MENDED };
enum { OUT_UP, OUT_COMPONENTS, OUT_ISLANDS, OUT_CARRIED };

static const double EARTH_RADIUS_KM = 6371.0;
static const double LIGHT_IN_FIBRE_KM_PER_S = 299792.458 * 2.0 / 3.0;

struct cable {
    double since_h;  /* up to when its time in service is counted */
    uint32_t breaks; /* so far: the count of its draws */
    uint8_t faults;  /* enum hanse_link_fault bits */
};

struct state {
    struct hanse_purpose_key break_key, repair_key;
    hanse_ref cables;     /* struct cable [links] */
    hanse_ref components; /* int32_t [regions] */
    hanse_ref islands;    /* int32_t [regions] */
    hanse_ref latency;    /* double [regions × regions] */
    hanse_ref rate;       /* double [regions × regions]; 0: no link has a bandwidth */
    uint64_t rules;       /* for which the three hold */
    int32_t n_components, n_islands;
};

static struct state *islands(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_ISLANDS]);
}

static struct cable *cables(const struct hanse_world *world)
{
    return hanse__at(world, islands(world)->cables);
}

/* --- the graph ---------------------------------------------------------------------------- */

double hanse_great_circle_km(double latitude_a, double longitude_a, double latitude_b,
                             double longitude_b)
{
    double radian = atan(1.0) / 45.0;
    double up = sin(0.5 * radian * (latitude_b - latitude_a));
    double along = sin(0.5 * radian * (longitude_b - longitude_a));
    double h = up * up + cos(radian * latitude_a) * cos(radian * latitude_b) * along * along;
    return 2.0 * EARTH_RADIUS_KM * asin(fmin(1.0, sqrt(h)));
}

static double direct_s(const struct hanse_world *world, int32_t from, int32_t to)
{
    const struct hanse_region *a = &world->tables.regions[from];
    const struct hanse_region *b = &world->tables.regions[to];
    double km = hanse_great_circle_km(a->latitude, a->longitude, b->latitude, b->longitude);
    return km * world->tables.settings->detour / LIGHT_IN_FIBRE_KM_PER_S;
}

static void direct_everywhere(const struct hanse_world *world, double *latency)
{
    int32_t R = world->tables.n_regions;
    for (int32_t a = 0; a < R; a++) {
        for (int32_t b = 0; b < R; b++) {
            latency[a * R + b] = a == b ? 0.0 : direct_s(world, a, b);
        }
    }
}

double hanse__link_latency_s(const struct hanse_world *world, int32_t link)
{
    const struct hanse_link *l = &world->tables.links[link];
    double s = l->latency_s > 0.0 ? l->latency_s : direct_s(world, l->from, l->to);
    return cables(world)[link].faults == 0 ? s : INFINITY;
}

static double batch_rate(const struct hanse_link *link)
{
    return link->bandwidth_byte_per_s > 0.0 ? link->bandwidth_byte_per_s * link->batch_share
                                            : INFINITY;
}

static void lay_links(const struct hanse_world *world, double *latency, double *rate)
{
    const struct hanse_tables *t = &world->tables;
    int32_t R = t->n_regions;
    for (int32_t i = 0; i < R * R; i++) {
        latency[i] = i % (R + 1) == 0 ? 0.0 : INFINITY;
    }
    for (int32_t i = 0; rate != NULL && i < R * R; i++) {
        rate[i] = INFINITY;
    }
    for (int32_t i = 0; i < t->n_links; i++) {
        const struct hanse_link *link = &t->links[i];
        double s = hanse__link_latency_s(world, i);
        if (s < latency[link->from * R + link->to]) {
            latency[link->from * R + link->to] = s;
            latency[link->to * R + link->from] = s;
            if (rate != NULL) {
                rate[link->from * R + link->to] = batch_rate(link);
                rate[link->to * R + link->from] = batch_rate(link);
            }
        }
    }
}

/* Floyd (1962) and Warshall (1962): quickest paths between all regions; and the least rate on
 * them, if it is asked for. */
static void shorten(double *latency, double *rate, int32_t R)
{
    for (int32_t via = 0; via < R; via++) {
        for (int32_t a = 0; a < R; a++) {
            double first = latency[a * R + via];
            for (int32_t b = 0; first < INFINITY && b < R; b++) {
                double s = first + latency[via * R + b];
                if (rate != NULL && s < latency[a * R + b]) {
                    rate[a * R + b] = fmin(rate[a * R + via], rate[via * R + b]);
                }
                latency[a * R + b] = s < latency[a * R + b] ? s : latency[a * R + b];
            }
        }
    }
}

static bool has_coordinator(const struct hanse_world *world, const int32_t *components,
                            int32_t region)
{
    int32_t pool = world->tables.regions[region].pool;
    const struct hanse_pool *p = &world->tables.pools[pool];
    return p->federated || (!hanse__shock_pool_cut(world, pool) &&
                            (p->seat < 0 || components[p->seat] == components[region]));
}

/* Components and islands are numbered by their first region. */
static void number_islands(const struct hanse_world *world, struct state *s)
{
    int32_t *components = hanse__at(world, s->components);
    int32_t *numbers = hanse__at(world, s->islands);
    const double *latency = hanse__at(world, s->latency);
    const struct hanse_region *regions = world->tables.regions;
    int32_t R = world->tables.n_regions;
    for (int32_t r = 0; r < R; r++) {
        components[r] = 0; /* the first region it has a path to */
        while (latency[components[r] * R + r] == INFINITY) {
            components[r]++;
        }
    }
    for (int32_t r = 0; r < R; r++) {
        for (int32_t q = 0; q <= r; q++) {
            if (components[q] == components[r] && regions[q].pool == regions[r].pool &&
                (regions[q].jurisdiction == regions[r].jurisdiction ||
                 has_coordinator(world, components, r))) {
                numbers[r] = q;
                break;
            }
        }
    }
    s->n_components = s->n_islands = 0;
    for (int32_t r = 0; r < R; r++) {
        s->n_components += components[r] == r;
        s->n_islands += numbers[r] == r;
    }
}

static struct state *current(struct hanse_world *world)
{
    struct state *s = islands(world);
    if (s->rules != world->moving.rules) {
        double *latency = hanse__at(world, s->latency);
        if (world->tables.n_links > 0) {
            double *rate = s->rate != 0 ? hanse__at(world, s->rate) : NULL;
            lay_links(world, latency, rate);
            shorten(latency, rate, world->tables.n_regions);
        } else {
            direct_everywhere(world, latency);
        }
        number_islands(world, s);
        s->rules = world->moving.rules;
    }
    return s;
}

const int32_t *hanse__components(struct hanse_world *world)
{
    return hanse__at(world, current(world)->components);
}

const int32_t *hanse__islands(struct hanse_world *world)
{
    return hanse__at(world, current(world)->islands);
}

bool hanse__coordinated(struct hanse_world *world, int32_t region)
{
    return has_coordinator(world, hanse__components(world), region);
}

double hanse__latency_s(struct hanse_world *world, int32_t from, int32_t to)
{
    const double *latency = hanse__at(world, current(world)->latency);
    return latency[from * world->tables.n_regions + to];
}

void hanse__link_carried(const struct hanse_world *world, int32_t link, double bytes)
{
    hanse__cells(world, HANSE_MECHANISM_ISLANDS, OUT_CARRIED)[link] += bytes / 1e9;
}

double hanse__path_rate(const struct hanse_world *world, int32_t from, int32_t to)
{
    hanse_ref ref = islands(world)->rate;
    const double *rate = ref != 0 ? hanse__at(world, ref) : NULL;
    return rate != NULL ? rate[from * world->tables.n_regions + to] : INFINITY;
}

const double *hanse__latencies(const struct hanse_world *world)
{
    return hanse__at(world, islands(world)->latency);
}

/* --- what happens ------------------------------------------------------------------------- */

static void count_service(struct hanse_world *world, int32_t link, double to_h)
{
    struct cable *c = &cables(world)[link];
    if (c->faults == 0) {
        hanse__cells(world, HANSE_MECHANISM_ISLANDS, OUT_UP)[link] += to_h - c->since_h;
    }
    c->since_h = to_h;
}

void hanse__link_fault(struct hanse_world *world, int32_t link, enum hanse_link_fault why,
                       bool down)
{
    struct cable *c = &cables(world)[link];
    if (((c->faults & why) != 0) == down) {
        return;
    }
    uint8_t faults = (uint8_t)(down ? c->faults | why : c->faults & ~why);
    if ((faults == 0) != (c->faults == 0)) {
        count_service(world, link, world->moving.now_h);
        world->moving.rules++;
        world->moving.changes++;
    }
    c->faults = faults;
}

static enum hanse_status schedule_break(struct hanse_world *world, int32_t link)
{
    const struct hanse_link *l = &world->tables.links[link];
    if (l->failure_rate_per_h <= 0.0) {
        return HANSE_OK;
    }
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_link, link);
    double u = hanse_uniform_at(islands(world)->break_key, world->replication, entity,
                                cables(world)[link].breaks);
    return hanse__schedule(world, HANSE_MECHANISM_ISLANDS, EVENT_BREAK, HANSE_ORDER_NEEDS,
                           (uint32_t)link,
                           world->moving.now_h - log(u) / l->failure_rate_per_h);
}

static enum hanse_status break_link(struct hanse_world *world, int32_t link)
{
    const struct hanse_link *l = &world->tables.links[link];
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_link, link);
    double u = hanse_uniform_at(islands(world)->repair_key, world->replication, entity,
                                cables(world)[link].breaks++);
    hanse__link_fault(world, link, HANSE_LINK_BROKEN, true);
    HANSE_TRY(hanse__note(world, HANSE_NOTE_BROKEN, &hanse_kind_link, link, 0.0));
    return hanse__schedule(world, HANSE_MECHANISM_ISLANDS, EVENT_MENDED, HANSE_ORDER_FREES,
                           (uint32_t)link,
                           world->moving.now_h + hanse__duration_draw(&l->repair, u));
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t link = (int32_t)event->entity;
    if (event->kind % 16 == EVENT_BREAK) {
        return break_link(world, link);
    }
    hanse__link_fault(world, link, HANSE_LINK_BROKEN, false);
    HANSE_TRY(hanse__note(world, HANSE_NOTE_MENDED, &hanse_kind_link, link, 0.0));
    return schedule_break(world, link);
}

/* An hour in which the network changed counts as it stood at the hour's end. */
static void hours(struct hanse_world *world, int64_t from, int64_t to)
{
    const struct state *s = current(world);
    double elapsed = (double)(to - from);
    hanse__cells(world, HANSE_MECHANISM_ISLANDS, OUT_COMPONENTS)[0] +=
        elapsed * s->n_components;
    hanse__cells(world, HANSE_MECHANISM_ISLANDS, OUT_ISLANDS)[0] += elapsed * s->n_islands;
}

static void month(struct hanse_world *world, int32_t which)
{
    for (int32_t i = 0; i < world->tables.n_links; i++) {
        count_service(world, i, (double)world->moving.hour);
    }
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    size_t R = (size_t)t->n_regions;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_ISLANDS] = ref;
    struct state s = {
        .break_key = hanse_purpose_key(world->seed, "link failure"),
        .repair_key = hanse_purpose_key(world->seed, "link repair"),
        .rules = UINT64_MAX,
    };
    HANSE_TRY(hanse__take(world, (size_t)t->n_links, sizeof(struct cable), &s.cables));
    HANSE_TRY(hanse__take(world, R, sizeof(int32_t), &s.components));
    HANSE_TRY(hanse__take(world, R, sizeof(int32_t), &s.islands));
    HANSE_TRY(hanse__take(world, R * R, sizeof(double), &s.latency));
    if (hanse__carry_wanted(world)) {
        HANSE_TRY(hanse__take(world, R * R, sizeof(double), &s.rate));
    }
    *islands(world) = s;
    for (int32_t i = 0; i < t->n_links; i++) {
        HANSE_TRY(schedule_break(world, i));
    }
    return HANSE_OK;
}

/* --- tables ------------------------------------------------------------------------------- */

static enum hanse_status check_link(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_link *link = hanse_scenario_table(scenario, &hanse_kind_link, &n);
    if (link[index].from == link[index].to) {
        return hanse_scenario_reject(scenario, &hanse_kind_link, index, "to",
                                     "must be another region than from");
    }
    const char *why = "a link from or to it has no latency of its own, so it goes by distance";
    if (link[index].latency_s == 0.0) {
        HANSE_TRY(hanse__region_needs_position(scenario, link[index].from, why));
        HANSE_TRY(hanse__region_needs_position(scenario, link[index].to, why));
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_link, member)
static const struct hanse_field LINK_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_link),
    {.key = "from",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(from),
     .flags = HANSE_REQUIRED,
     .doc = "region at one end; links carry both ways"},
    {.key = "to",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(to),
     .flags = HANSE_REQUIRED,
     .doc = "region at the other end"},
    {.key = "owner",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(owner),
     .doc = "who runs it; withdrawn on the axis network, it takes the link along"},
    {.key = "latency",
     .type = HANSE_NUMBER,
     .unit = "s",
     .offset = AT(latency_s),
     .low = 0,
     .high = 60,
     .doc = "one way; 0: great circle at two thirds of the speed of light times the detour"},
    {.key = "bandwidth",
     .type = HANSE_NUMBER,
     .unit = "B/s",
     .offset = AT(bandwidth_byte_per_s),
     .low = 0,
     .high = 1e18,
     .doc = "what it carries each way; 0: everything"},
    {.key = "batch_share",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(batch_share),
     .fallback = 0.5,
     .low = 0,
     .high = 1,
     .needs = "bandwidth > 0",
     .doc = "of its bandwidth set aside for batch jobs; the rest is for inference"},
    {.key = "failure_rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(failure_rate_per_h),
     .low = 0,
     .high = 10,
     .doc = "breaks per time in service, exponential"},
    HANSE_DURATION_FIELDS_WHERE("failure_rate > 0", "repair", AT(repair),
                                "mean time from a break to service again", 0, "lognormal", 0.5),
};
#undef AT

const struct hanse_kind hanse_kind_link = {
    .name = "link",
    .doc = "A cable or line between two regions. Without any link the network is perfect.",
    .size = sizeof(struct hanse_link),
    .fields = LINK_FIELDS,
    .n_fields = HANSE_COUNT(LINK_FIELDS),
    .check = check_link,
};

static const struct hanse_kind *const KINDS[] = {&hanse_kind_link};

static const struct hanse_output OUTPUTS[] = {
    [OUT_UP] = {"link_availability",
                "1",
                "share of the time that the link was up",
                {"link"},
                HANSE_MEAN,
                NULL,
                NULL},
    [OUT_COMPONENTS] = {"network_parts",
                        "1",
                        "parts the network is in, mean over time",
                        {NULL, NULL},
                        HANSE_MEAN,
                        NULL,
                        NULL},
    [OUT_ISLANDS] = {"islands",
                     "1",
                     "islands that schedule by themselves, mean over time",
                     {NULL, NULL},
                     HANSE_MEAN,
                     NULL,
                     NULL},
    [OUT_CARRIED] = {"link_carried",
                     "GB",
                     "what crossed a link with a bandwidth, both ways",
                     {"link"},
                     HANSE_SUM,
                     NULL,
                     NULL},
};

static const char *const EVENT_NAMES[] = {[EVENT_BREAK] = "break", [EVENT_MENDED] = "mended"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_link, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_islands = {
    .name = "islands",
    .doc = "Links break and are mended; what is cut apart works by itself.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .hours = hours,
    .month = month,
};
