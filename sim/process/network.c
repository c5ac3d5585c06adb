#include "sim/process/network.h"

#include <math.h>
#include <string.h>

#include "sim/process/law.h"
#include "sim/process/world.h"

enum { EVENT_ARRIVE, EVENT_END };
enum {
    OUT_ARRIVALS,
    OUT_DEPARTURES,
    OUT_EXITS,
    OUT_WORK,
    OUT_BUSY,
    OUT_SERVERS,
    OUT_IN_SYSTEM,
    OUT_WAITED,
    OUT_RESPONSE,
};
/* Events ahead whose state is fetched. */
enum { AHEAD_ENTITY = 6, AHEAD_STATION = 3 };

static const uint32_t NONE = UINT32_MAX;
/* What a sum of probabilities may exceed 1 by through rounding. */
static const double ROUNDING = 1e-9;

struct customer {
    double arrived_h; /* at his present station */
    uint32_t station;
    uint32_t next; /* in line or free: the record behind; in service: where he goes then */
};

/* All that an event touches at a station. Times are integrals since the month began. */
struct station {
    double changed_h;               /* up to when they are counted */
    double present_time, busy_time; /* customers × h, servers × h */
    double response_time;           /* of those who departed */
    uint32_t present, servers;
    uint32_t first, last; /* the line of those who wait */
    uint32_t arrivals, departures, exits, waited;
    uint32_t law;
    double mean_h; /* of a service; lognormal: the median */
    double sigma;
    uint32_t first_route, n_routes;
    struct hanse_stream services;
};

struct source { /* customers from outside */
    double gap_h;
    struct hanse_stream arrivals;
};

/* Taken when 32 random bits are at most `up_to`, and above that of the route before. */
struct route {
    uint32_t up_to;
    uint32_t to;
};

struct state {
    hanse_ref stations;  /* struct station [stations] */
    hanse_ref sources;   /* struct source [stations] */
    hanse_ref routes;    /* struct route [routes], by station */
    hanse_ref customers; /* struct customer [capacity]; free ones linked by next */
    uint32_t capacity, free;
};

static struct state *state_of(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_NETWORK]);
}

static struct station *station_at(const struct hanse_world *world, uint32_t index)
{
    return (struct station *)hanse__at(world, state_of(world)->stations) + index;
}

static struct source *source_at(const struct hanse_world *world, uint32_t index)
{
    return (struct source *)hanse__at(world, state_of(world)->sources) + index;
}

static struct customer *customer_at(const struct hanse_world *world, uint32_t index)
{
    return (struct customer *)hanse__at(world, state_of(world)->customers) + index;
}

/* --- customers --------------------------------------------------------------------------- */

static enum hanse_status grow_customers(struct hanse_world *world)
{
    struct state *s = state_of(world);
    uint32_t capacity = s->capacity > 0 ? 2 * s->capacity : 1024;
    if (capacity <= s->capacity) {
        return hanse__fail(world->ctx, HANSE_ERR_LIMIT, "network: at most %u customers at once",
                           s->capacity);
    }
    hanse_ref grown = hanse_arena_resize(&world->arena, s->customers,
                                         (size_t)s->capacity * sizeof(struct customer),
                                         (size_t)capacity * sizeof(struct customer));
    if (grown == 0) {
        return HANSE_ERR_MEMORY;
    }
    s = state_of(world);
    s->customers = grown;
    for (uint32_t i = capacity; i-- > s->capacity;) {
        customer_at(world, i)->next = s->free;
        s->free = i;
    }
    s->capacity = capacity;
    return HANSE_OK;
}

static enum hanse_status new_customer(struct hanse_world *world, uint32_t *number)
{
    if (state_of(world)->free == NONE) {
        HANSE_TRY(grow_customers(world));
    }
    struct state *s = state_of(world);
    *number = s->free;
    s->free = customer_at(world, *number)->next;
    return HANSE_OK;
}

static void free_customer(struct hanse_world *world, uint32_t number)
{
    struct state *s = state_of(world);
    customer_at(world, number)->next = s->free;
    s->free = number;
}

/* --- stations ---------------------------------------------------------------------------- */

/* Counts a station's integrals up to now. */
static inline void count_until(struct station *station, double now_h)
{
    double passed = now_h - station->changed_h;
    uint32_t busy = station->present < station->servers ? station->present : station->servers;
    station->present_time += passed * station->present;
    station->busy_time += passed * busy;
    station->changed_h = now_h;
}

static double draw_service(struct station *s)
{
    switch (s->law) {
    case HANSE_LAW_CONSTANT:
        return s->mean_h;
    case HANSE_LAW_LOGNORMAL:
        return s->mean_h * exp(s->sigma * hanse_stream_normal(&s->services));
    default:
        return s->mean_h * hanse_stream_exponential(&s->services);
    }
}

/* Where one who was served goes next; NONE: out. */
static uint32_t draw_next(const struct hanse_world *world, struct station *s)
{
    if (s->n_routes == 0) {
        return NONE;
    }
    const struct route *routes =
        (struct route *)hanse__at(world, state_of(world)->routes) + s->first_route;
    uint32_t bits = hanse_stream_bits(&s->services);
    uint32_t low = 0, high = s->n_routes;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (bits <= routes[middle].up_to) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < s->n_routes ? routes[low].to : NONE;
}

/* Starts a service. Where it leads is drawn now, so that the place can be fetched in time. */
static enum hanse_status serve(struct hanse_world *world, struct station *s, uint32_t number)
{
    double end_h = world->moving.now_h + draw_service(s);
    customer_at(world, number)->next = draw_next(world, s);
    return hanse__schedule(world, HANSE_MECHANISM_NETWORK, EVENT_END, HANSE_ORDER_FREES, number,
                           end_h);
}

static enum hanse_status join(struct hanse_world *world, uint32_t station, uint32_t number)
{
    struct station *s = station_at(world, station);
    struct customer *customer = customer_at(world, number);
    count_until(s, world->moving.now_h);
    s->arrivals++;
    customer->arrived_h = world->moving.now_h;
    customer->station = station;
    customer->next = NONE;
    if (s->present++ < s->servers) {
        return serve(world, s, number);
    }
    s->waited++;
    if (s->first == NONE) {
        s->first = number;
    } else {
        customer_at(world, s->last)->next = number;
    }
    s->last = number;
    return HANSE_OK;
}

/* --- events ------------------------------------------------------------------------------ */

static inline void fetch(const void *block, size_t size)
{
    for (size_t at = 0; at < size; at += 64) {
        __builtin_prefetch((const char *)block + at, 1);
    }
    __builtin_prefetch((const char *)block + size - 1, 1);
}

static void fetch_station(const struct hanse_world *world, uint32_t station)
{
    fetch(station_at(world, station), sizeof(struct station));
}

/* Fetches what the events to come will touch: first whom they concern, nearer to their time
 * where those are and go. Nothing depends on it but the speed. */
static void fetch_ahead(const struct hanse_world *world)
{
    struct hanse_event event;
    if (hanse_calendar_look(&world->calendar, AHEAD_ENTITY, &event) &&
        event.kind / 16 == HANSE_MECHANISM_NETWORK) {
        if (event.kind % 16 == EVENT_END) {
            fetch(customer_at(world, event.entity), sizeof(struct customer));
        } else {
            fetch(source_at(world, event.entity), sizeof(struct source));
        }
    }
    if (hanse_calendar_look(&world->calendar, AHEAD_STATION, &event) &&
        event.kind / 16 == HANSE_MECHANISM_NETWORK) {
        if (event.kind % 16 == EVENT_ARRIVE) {
            fetch_station(world, event.entity);
            return;
        }
        const struct customer *customer = customer_at(world, event.entity);
        fetch_station(world, customer->station);
        if (customer->next != NONE) {
            fetch_station(world, customer->next);
        }
    }
}

static enum hanse_status schedule_arrival(struct hanse_world *world, uint32_t station)
{
    struct source *source = source_at(world, station);
    double wait = source->gap_h * hanse_stream_exponential(&source->arrivals);
    return hanse__schedule(world, HANSE_MECHANISM_NETWORK, EVENT_ARRIVE, HANSE_ORDER_NEEDS,
                           station, world->moving.now_h + wait);
}

static enum hanse_status arrive(struct hanse_world *world, uint32_t station)
{
    uint32_t number;
    HANSE_TRY(new_customer(world, &number));
    HANSE_TRY(join(world, station, number));
    return schedule_arrival(world, station);
}

static enum hanse_status end(struct hanse_world *world, uint32_t number)
{
    struct customer *customer = customer_at(world, number);
    struct station *s = station_at(world, customer->station);
    uint32_t to = customer->next;
    count_until(s, world->moving.now_h);
    s->departures++;
    s->exits += to == NONE;
    s->present--;
    s->response_time += world->moving.now_h - customer->arrived_h;
    uint32_t waiting = s->first;
    if (waiting != NONE) {
        s->first = customer_at(world, waiting)->next;
        HANSE_TRY(serve(world, s, waiting));
    }
    if (to != NONE) {
        return join(world, to, number);
    }
    free_customer(world, number);
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    fetch_ahead(world);
    return event->kind % 16 == EVENT_ARRIVE ? arrive(world, event->entity)
                                            : end(world, event->entity);
}

/* Closes the month's books; at the month's end nothing happens any more before it. */
static void month(struct hanse_world *world, int32_t which)
{
    double now_h = (double)(which + 1) * HANSE_MONTH_H;
    double *cells[OUT_RESPONSE + 1];
    for (int o = 0; o <= OUT_RESPONSE; o++) {
        cells[o] = hanse__cells(world, HANSE_MECHANISM_NETWORK, o);
    }
    for (int32_t i = 0; i < world->tables.n_stations; i++) {
        struct station *s = station_at(world, (uint32_t)i);
        count_until(s, now_h);
        cells[OUT_ARRIVALS][i] = s->arrivals;
        cells[OUT_DEPARTURES][i] = s->departures;
        cells[OUT_EXITS][i] = s->exits;
        cells[OUT_WORK][i] = s->arrivals / world->tables.stations[i].service_rate_per_h;
        cells[OUT_BUSY][i] = s->busy_time;
        cells[OUT_SERVERS][i] = (double)s->servers * HANSE_MONTH_H;
        cells[OUT_IN_SYSTEM][i] = s->present_time;
        cells[OUT_WAITED][i] = s->waited;
        cells[OUT_RESPONSE][i] = s->response_time;
        s->arrivals = s->departures = s->exits = s->waited = 0;
        s->present_time = s->busy_time = s->response_time = 0.0;
    }
}

/* --- start ------------------------------------------------------------------------------- */

static struct route route_of(double sum, int32_t to)
{
    double last = floor(fmin(sum, 1.0) * 0x1p32) - 1.0;
    return (struct route){.up_to = (uint32_t)fmax(last, 0.0), .to = (uint32_t)to};
}

/* Puts each station's routes together, with their running sums. A sum past 1 that the frozen
 * scenario did not have comes from drawn inputs. */
static enum hanse_status lay_routes(struct hanse_world *world, double *sums)
{
    const struct hanse_tables *t = &world->tables;
    struct route *routes = hanse__at(world, state_of(world)->routes);
    for (int32_t r = 0; r < t->n_routes; r++) {
        station_at(world, (uint32_t)t->routes[r].station)->n_routes++;
    }
    uint32_t first = 0;
    for (int32_t i = 0; i < t->n_stations; i++) {
        struct station *s = station_at(world, (uint32_t)i);
        s->first_route = first;
        first += s->n_routes;
        s->n_routes = 0;
    }
    for (int32_t r = 0; r < t->n_routes; r++) {
        const struct hanse_route *noun = &t->routes[r];
        struct station *s = station_at(world, (uint32_t)noun->station);
        double sum = sums[noun->station] += noun->probability;
        if (sum > 1.0 + ROUNDING) {
            return hanse__fail(world->ctx, HANSE_ERR_DOMAIN,
                               "station '%s': the probabilities of its routes must sum to at "
                               "most 1, got %.9g",
                               t->stations[noun->station].name, sum);
        }
        if (noun->probability > 0.0) {
            routes[s->first_route + s->n_routes++] = route_of(sum, noun->to);
        }
    }
    return HANSE_OK;
}

static void set_up(struct hanse_world *world, uint32_t index)
{
    const struct hanse_station_noun *noun = &world->tables.stations[index];
    struct station *s = station_at(world, index);
    s->servers = (uint32_t)noun->servers;
    s->first = s->last = NONE;
    s->law = (uint32_t)noun->service_law;
    s->mean_h = 1.0 / noun->service_rate_per_h;
    if (s->law == HANSE_LAW_LOGNORMAL) {
        double variance = log1p(noun->service_cv * noun->service_cv);
        s->mean_h *= exp(-0.5 * variance);
        s->sigma = sqrt(variance);
    }
    uint64_t entity =
        hanse_scenario_entity(world->scenario, &hanse_kind_station, (int32_t)index);
    struct source *source = source_at(world, index);
    source->gap_h = 1.0 / noun->arrival_rate_per_h; /* infinite where nobody comes */
    hanse_stream_init(&source->arrivals, world->seed, world->replication, entity, "arrivals");
    hanse_stream_init(&s->services, world->seed, world->replication, entity, "services");
}

static enum hanse_status init(struct hanse_world *world)
{
    size_t n = (size_t)world->tables.n_stations;
    hanse_ref ref, sums;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_NETWORK] = ref;
    struct state s = {.free = NONE};
    HANSE_TRY(hanse__take(world, n, sizeof(struct station), &s.stations));
    HANSE_TRY(hanse__take(world, n, sizeof(struct source), &s.sources));
    HANSE_TRY(
        hanse__take(world, (size_t)world->tables.n_routes, sizeof(struct route), &s.routes));
    HANSE_TRY(hanse__take(world, n, sizeof(double), &sums));
    *state_of(world) = s;
    HANSE_TRY(lay_routes(world, hanse__at(world, sums)));
    hanse_arena_free(&world->arena, sums, (n > 0 ? n : 1) * sizeof(double));
    for (uint32_t i = 0; i < n; i++) {
        set_up(world, i);
    }
    for (uint32_t i = 0; i < n; i++) {
        HANSE_TRY(schedule_arrival(world, i));
    }
    return HANSE_OK;
}

/* --- tables ------------------------------------------------------------------------------ */

/* Checks all routes at once, with the first: one by one it would take stations × routes. */
static enum hanse_status check_route(const struct hanse_scenario *scenario, int32_t index)
{
    if (index > 0) {
        return HANSE_OK;
    }
    int32_t n_stations, n_routes;
    hanse_scenario_table(scenario, &hanse_kind_station, &n_stations);
    const struct hanse_route *routes =
        hanse_scenario_table(scenario, &hanse_kind_route, &n_routes);
    double *sums =
        hanse__alloc(hanse__scenario_context(scenario), (size_t)n_stations, sizeof *sums);
    if (sums == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = HANSE_OK;
    for (int32_t r = 0; r < n_routes && status == HANSE_OK; r++) {
        double sum = sums[routes[r].station] += routes[r].probability;
        if (sum > 1.0 + ROUNDING) {
            status = hanse_scenario_reject(scenario, &hanse_kind_route, r, "probability",
                                           "those of a station's routes must sum to at most 1, "
                                           "got %.9g up to this one",
                                           sum);
        }
    }
    hanse__free(sums);
    return status;
}

#define AT(member) offsetof(struct hanse_station_noun, member)
static const struct hanse_field STATION_FIELDS[] = {
    {.key = "label", .type = HANSE_TEXT, .offset = AT(label), .doc = "name for people"},
    {.key = "service_rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(service_rate_per_h),
     .flags = HANSE_REQUIRED | HANSE_LOW_OPEN,
     .low = 0,
     .high = 1e9,
     .doc = "services an hour of one busy server"},
    {.key = "servers",
     .type = HANSE_INTEGER,
     .offset = AT(servers),
     .fallback = 1,
     .low = 1,
     .high = 1e9,
     .doc = "servers, which take customers in order of arrival"},
    {.key = "arrival_rate",
     .type = HANSE_NUMBER,
     .unit = "1/h",
     .offset = AT(arrival_rate_per_h),
     .low = 0,
     .high = 1e9,
     .doc = "customers an hour from outside, a Poisson stream"},
    {.key = "service_law",
     .type = HANSE_CHOICE,
     .options = HANSE_LAW_WORDS,
     .offset = AT(service_law),
     .fallback_text = "exponential",
     .doc = "law of the time of a service"},
    {.key = "service_cv",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(service_cv),
     .fallback = 1,
     .low = 0,
     .high = 100,
     .needs = "service_law = lognormal",
     .doc = "coefficient of variation of a lognormal service"},
    {.key = "routes",
     .type = HANSE_CHILDREN,
     .options = "route",
     .doc = "where customers go from here; the rest leaves"},
};
#undef AT

#define AT(member) offsetof(struct hanse_route, member)
static const struct hanse_field ROUTE_FIELDS[] = {
    {.key = "station",
     .type = HANSE_REFERENCE,
     .options = "station",
     .offset = AT(station),
     .flags = HANSE_REQUIRED,
     .doc = "where it begins; for a station's own routes, that station"},
    {.key = "to",
     .type = HANSE_REFERENCE,
     .options = "station",
     .offset = AT(to),
     .flags = HANSE_REQUIRED,
     .doc = "where it leads; may be the same station"},
    {.key = "probability",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(probability),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1,
     .doc = "that one who was served takes it; a station's sum to at most 1"},
};
#undef AT

const struct hanse_kind hanse_kind_station = {
    .name = "station",
    .doc = "A queue of a network: servers and a line in order of arrival.",
    .size = sizeof(struct hanse_station_noun),
    .fields = STATION_FIELDS,
    .n_fields = sizeof STATION_FIELDS / sizeof *STATION_FIELDS,
};
const struct hanse_kind hanse_kind_route = {
    .name = "route",
    .doc = "A way from one station to another, taken after a service.",
    .size = sizeof(struct hanse_route),
    .fields = ROUTE_FIELDS,
    .n_fields = sizeof ROUTE_FIELDS / sizeof *ROUTE_FIELDS,
    .check = check_route,
};
static const struct hanse_kind *const KINDS[] = {&hanse_kind_station, &hanse_kind_route};

#define BY_STATION                                                                             \
    {                                                                                          \
        "station", NULL                                                                        \
    }
static const struct hanse_output OUTPUTS[] = {
    [OUT_ARRIVALS] = {"station_arrivals", "1", "customers who came to a station", BY_STATION,
                      HANSE_SUM, NULL, NULL},
    [OUT_DEPARTURES] = {"station_departures", "1", "customers served", BY_STATION, HANSE_SUM,
                        NULL, NULL},
    [OUT_EXITS] = {"station_exits", "1", "customers who left the network", BY_STATION,
                   HANSE_SUM, NULL, NULL},
    [OUT_WORK] = {"station_work", "h", "mean server time of the customers who came", BY_STATION,
                  HANSE_SUM, NULL, NULL},
    [OUT_BUSY] = {"station_busy", "h", "server time at work", BY_STATION, HANSE_SUM, NULL,
                  NULL},
    [OUT_SERVERS] = {"station_time", "h", "server time there was", BY_STATION, HANSE_SUM, NULL,
                     NULL},
    [OUT_IN_SYSTEM] = {"station_in_system", "1", "mean number of customers at a station",
                       BY_STATION, HANSE_MEAN, NULL, NULL},
    [OUT_WAITED] = {"station_waited", "1", "customers who found all servers busy", BY_STATION,
                    HANSE_SUM, NULL, NULL},
    [OUT_RESPONSE] = {"station_response", "h", "sum of times from arrival to departure",
                      BY_STATION, HANSE_SUM, NULL, NULL},
    {"station_utilization", "1", "server time at work over what there was", BY_STATION,
     HANSE_RATIO, "station_busy", "station_time"},
    {"station_load", "1", "work that came over server time; above 1 the line grows", BY_STATION,
     HANSE_RATIO, "station_work", "station_time", .above_one = true},
    {"station_wait_probability", "1", "share of customers who had to wait", BY_STATION,
     HANSE_RATIO, "station_waited", "station_arrivals"},
    {"station_response_time", "h", "mean time from arrival to departure", BY_STATION,
     HANSE_RATIO, "station_response", "station_departures"},
};

static const char *const EVENT_NAMES[] = {[EVENT_ARRIVE] = "arrive", [EVENT_END] = "end"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    uint32_t station = event->kind % 16 == EVENT_ARRIVE
                           ? event->entity
                           : customer_at(world, event->entity)->station;
    hanse__name_row(world, &hanse_kind_station, (int32_t)station, text, size);
}

const struct hanse_mechanism hanse_mechanism_network = {
    .name = "network",
    .doc = "Open networks of queues with servers, routes and general service times.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
    .aside = true,
    .month = month,
};
