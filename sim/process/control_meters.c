/* Who is given what in the hours, and what the hardware did meanwhile. */
#include "sim/process/control_inside.h"
#include "sim/process/dispatch_inside.h"
#include "sim/process/fleet.h"
#include "sim/process/place.h"

/* --- the hours ---------------------------------------------------------------------------- */

struct hanse_control_book hanse__control_open(const struct hanse_world *world)
{
    const struct hanse__control *s = hanse__control_of(world);
    return (struct hanse_control_book){
        .did = hanse__at(world, s->did),
        .ignored = hanse__at(world, s->ignored),
        .given = hanse__at(world, s->given),
        .gifts = hanse__at(world, s->gifts),
        .asked = hanse__at(world, s->asked),
        .busy = hanse__at(world, s->busy),
        .origin = hanse__at(world, s->origin),
        .n_origins = s->n_origins,
    };
}

/* What each place of the route gives, of those that give something. */
static int32_t find_gifts(struct hanse_sweep *h, const struct hanse_route *route)
{
    const struct hanse_control_book *b = &h->control;
    const int32_t *places = h->route_places + route->first_place;
    int32_t n = 0;
    for (int32_t i = 0; i < route->n_places; i++) {
        int32_t p = places[i];
        double free = h->free[p] * h->capacity[p * h->W + route->workload];
        if (free > 0.0) {
            b->busy[n] = p;
            b->gifts[n++] = route->asks * (h->load[p] > 1.0 ? free / h->load[p] : free);
        }
    }
    return n;
}

static void give(struct hanse_sweep *h, int32_t workload, int32_t origin, double share,
                 int32_t n)
{
    const struct hanse_control_book *b = &h->control;
    double *given =
        b->given + ((size_t)workload * (size_t)b->n_origins + (size_t)origin) * (size_t)h->P;
    for (int32_t i = 0; i < n; i++) {
        given[b->busy[i]] += share * b->gifts[i];
    }
}

void hanse__control_gave(struct hanse_sweep *h, int32_t cell, int32_t place, double work)
{
    const struct hanse_control_book *b = &h->control;
    int32_t workload = cell % h->W, origin = b->origin[cell / h->W];
    if (b->did != b->ignored && origin != b->origin[h->places[place].region]) {
        b->given[((size_t)workload * (size_t)b->n_origins + (size_t)origin) * (size_t)h->P +
                 (size_t)place] += work;
    }
}

void hanse__control_granted(struct hanse_sweep *h, const struct hanse_route *route)
{
    const struct hanse_control_book *b = &h->control;
    const int32_t *route_cells = h->route_cells + route->first_cell;
    int32_t n = find_gifts(h, route);
    double left = 0.0;
    for (int32_t i = 0; i < route->n_cells; i++) {
        b->asked[b->origin[route_cells[i] / h->W]] += h->left[route_cells[i]];
        left += h->left[route_cells[i]];
    }
    for (int32_t o = 0; o < b->n_origins; o++) {
        if (b->asked[o] > 0.0) {
            give(h, route->workload, o, b->asked[o] / left, n);
            b->asked[o] = 0.0;
        }
    }
}

/* --- what the hardware did ---------------------------------------------------------------- */

void hanse__control_read(struct hanse_world *world, int32_t place)
{
    const struct hanse__control *s = hanse__control_of(world);
    const double *did = hanse__control_row(world, s->did, place);
    const double *capacity = hanse__place_capacity(world, HANSE_STANDING_AVAILABLE) +
                             (size_t)place * (size_t)s->n_workloads;
    double *seen = hanse__control_row(world, s->seen, place),
           *meter = hanse__control_row(world, s->meter, place);
    for (int32_t w = 0; w < s->n_workloads; w++) {
        if (did[w] != seen[w]) {
            meter[w] += (did[w] - seen[w]) / capacity[w];
            seen[w] = did[w];
        }
    }
}

/* A hand has so many devices more from here on. */
static void add_parts(struct hanse_world *world, int32_t number, int64_t parts)
{
    const struct hanse__control *s = hanse__control_of(world);
    struct hanse__hand *hand = hanse__hand_at(world, number);
    const double *speed = hanse__control_speeds(world, hand->place, hand->type);
    const double *meter = hanse__control_row(world, s->meter, hand->place);
    double *work = hanse__control_row(world, s->of_hand, number);
    hanse__control_read(world, hand->place);
    for (int32_t w = 0; w < s->n_workloads; w++) {
        work[w] -= (double)parts / HANSE__PARTS * speed[w] * meter[w];
    }
    hand->parts += parts;
}

void hanse__control_counted(struct hanse_world *world, int32_t group, int64_t parts)
{
    const int32_t *of_group = hanse__at(world, hanse__control_of(world)->of_group);
    add_parts(world, of_group[group], parts);
}

void hanse__control_speed(struct hanse_world *world, int32_t place, int32_t type,
                          int32_t workload, double speed)
{
    const struct hanse__control *s = hanse__control_of(world);
    double *known = &hanse__control_speeds(world, place, type)[workload];
    if (*known == speed) {
        return;
    }
    hanse__control_read(world, place);
    double meter = hanse__control_row(world, s->meter, place)[workload];
    const int32_t *first = hanse__at(world, s->first);
    for (int32_t i = first[place]; i >= 0; i = hanse__hand_at(world, i)->next) {
        const struct hanse__hand *hand = hanse__hand_at(world, i);
        if (hand->type == type) {
            hanse__control_row(world, s->of_hand, i)[workload] -=
                (double)hand->parts / HANSE__PARTS * (speed - *known) * meter;
        }
    }
    *known = speed;
}

enum hanse_status hanse__control_owners(struct hanse_world *world)
{
    for (int32_t g = 0; g < world->tables.n_groups; g++) {
        const int32_t *of_group = hanse__at(world, hanse__control_of(world)->of_group);
        int32_t before = of_group[g], now;
        HANSE_TRY(hanse__hands_pass(world, g, &now));
        if (now != before) {
            int64_t parts = hanse__place_parts(world, g);
            add_parts(world, before, -parts);
            add_parts(world, now, parts);
            ((int32_t *)hanse__at(world, hanse__control_of(world)->of_group))[g] = now;
        }
    }
    return HANSE_OK;
}
