#include "sim/process/control.h"

#include <math.h>
#include <string.h>

#include "sim/base/assert.h"
#include "sim/process/cloud.h"
#include "sim/process/control_inside.h"
#include "sim/process/demand.h"
#include "sim/process/place.h"

enum {
    OUT_SERVED,
    OUT_HOME,
    OUT_OWNED_HOME,
    OUT_FOREIGN_REACH,
    OUT_LOGGED,
    OUT_FIRMWARE,
    OUT_VERIFIED,
    OUT_AUDITABLE,
    OUT_OWN_VOTES,
    OUT_OWN_VETO,
    OUT_FOREIGN_VETO,
    OUT_BLOCKERS,
    OUT_TERRITORY,
    OUT_REACH,
    OUT_OWNERS,
    OUT_VOTES,
    OUT_OUTSIDE,
    OUT_OWNED,
    OUT_RENTED,
};

static double *cells(const struct hanse_world *world, int output)
{
    return hanse__cells(world, HANSE_MECHANISM_CONTROL, output);
}

/* --- booking ------------------------------------------------------------------------------ */

/* What an origin's state can do with work in a hand. */
static void book_audit(struct hanse_world *world, unsigned holds, int32_t home, double work)
{
    static const struct {
        int output;
        unsigned needs;
    } AUDITS[] = {{OUT_LOGGED, HANSE__HOLD_LOGS},
                  {OUT_FIRMWARE, HANSE__HOLD_FIRMWARE},
                  {OUT_VERIFIED, HANSE__HOLD_RESULTS},
                  {OUT_AUDITABLE, HANSE__HOLD_AUDIT}};
    for (size_t i = 0; i < sizeof AUDITS / sizeof *AUDITS; i++) {
        if ((holds & AUDITS[i].needs) == AUDITS[i].needs) {
            cells(world, AUDITS[i].output)[home] += work;
        }
    }
}

static void book_reach(struct hanse_world *world, int32_t number, int32_t home, double work)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse__hand *hand = hanse__hand_at(world, number);
    const uint8_t *holds = hanse__holds_of(world, number);
    const uint8_t *outside = (uint8_t *)hanse__at(world, hanse__control_of(world)->outside) +
                             (size_t)number * (size_t)t->n_blocs;
    double *reach = cells(world, OUT_REACH) + (size_t)home * (size_t)t->n_jurisdictions;
    double *beyond = cells(world, OUT_OUTSIDE) + (size_t)home * (size_t)t->n_blocs;
    for (int32_t j = 0; j < t->n_jurisdictions; j++) {
        reach[j] += holds[j] & HANSE__HOLD_REACH ? work : 0.0;
    }
    for (int32_t b = 0; b < t->n_blocs; b++) {
        beyond[b] += outside[b] ? work : 0.0;
    }
    if (hand->n_reach > (holds[home] & HANSE__HOLD_REACH ? 1 : 0)) {
        cells(world, OUT_FOREIGN_REACH)[home] += work;
    }
}

/* Work of `home`'s people on a hand; who made its rules is booked by the pool. */
static void book(struct hanse_world *world, int32_t number, int32_t home, double work)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse__hand *hand = hanse__hand_at(world, number);
    size_t n = (size_t)t->n_jurisdictions;
    cells(world, OUT_SERVED)[home] += work;
    cells(world, OUT_TERRITORY)[(size_t)home * n + (size_t)hand->territory] += work;
    cells(world, OUT_HOME)[home] += hand->territory == home ? work : 0.0;
    cells(world, OUT_OWNED_HOME)[home] += hand->home == home ? work : 0.0;
    if (hand->home >= 0) {
        cells(world, OUT_OWNERS)[(size_t)home * n + (size_t)hand->home] += work;
    }
    book_reach(world, number, home, work);
    book_audit(world, hanse__holds_of(world, number)[home], home, work);
    if (hand->cloud >= 0) {
        cells(world, OUT_RENTED)[t->clouds[hand->cloud].provider] += work;
        return;
    }
    cells(world, OUT_OWNED)[hand->owner] += work;
    double *ruled = hanse__at(world, hanse__control_of(world)->ruled);
    double *credit = hanse__at(world, hanse__control_of(world)->credit);
    ruled[(size_t)hand->pool * n + (size_t)home] += work;
    credit[(size_t)hand->pool * n + (size_t)hand->home] += work;
}

void hanse__control_finished(struct hanse_world *world, int32_t region, int32_t group,
                             double work)
{
    const int32_t *of_group = hanse__at(world, hanse__control_of(world)->of_group);
    book(world, of_group[group], world->tables.regions[region].jurisdiction, work);
}

/* What each hand of a place did of each workload, and all together. */
static void sum_up(struct hanse_world *world, int32_t place, double *sums)
{
    const struct hanse__control *s = hanse__control_of(world);
    const int32_t *first = hanse__at(world, s->first);
    hanse__control_read(world, place);
    const double *meter = hanse__control_row(world, s->meter, place);
    memset(sums, 0, (size_t)s->n_workloads * sizeof *sums);
    for (int32_t i = first[place]; i >= 0; i = hanse__hand_at(world, i)->next) {
        const struct hanse__hand *hand = hanse__hand_at(world, i);
        const double *speed = hanse__control_speeds(world, place, hand->type);
        double *work = hanse__control_row(world, s->of_hand, i);
        for (int32_t w = 0; w < s->n_workloads; w++) {
            work[w] += (double)hand->parts / HANSE__PARTS * speed[w] * meter[w];
            sums[w] += work[w];
        }
    }
}

static double *given_of(const struct hanse_world *world, int32_t workload, int32_t origin,
                        int32_t place)
{
    const struct hanse__control *s = hanse__control_of(world);
    double *given = hanse__at(world, s->given);
    return given +
           ((size_t)workload * (size_t)s->n_origins + (size_t)origin) * (size_t)s->n_places +
           (size_t)place;
}

/* What a place gave to nobody else it did for its own jurisdiction. */
static void give_the_rest(struct hanse_world *world, int32_t place)
{
    const struct hanse__control *s = hanse__control_of(world);
    const int32_t *origin = hanse__at(world, s->origin);
    int32_t own = origin[hanse__places(world)[place].region];
    for (int32_t w = 0; w < s->n_workloads; w++) {
        double did = hanse__control_row(world, s->did, place)[w], rest = did;
        for (int32_t o = 0; o < s->n_origins; o++) {
            rest -= *given_of(world, w, o, place);
        }
        /* What is less is rounding: it did nothing for its own. */
        if (rest > 1e-12 * did) {
            *given_of(world, w, own, place) += rest;
        }
    }
}

/* An origin's share of what a hand did. */
static double share_of(const struct hanse_world *world, int32_t hand, int32_t place,
                       int32_t origin, const double *sums)
{
    const struct hanse__control *s = hanse__control_of(world);
    const double *did = hanse__control_row(world, s->of_hand, hand);
    double work = 0.0;
    for (int32_t w = 0; w < s->n_workloads; w++) {
        double x = *given_of(world, w, origin, place);
        work += x > 0.0 && sums[w] > 0.0 ? x * (did[w] / sums[w]) : 0.0;
    }
    return work;
}

static void book_place(struct hanse_world *world, int32_t place)
{
    const struct hanse__control *s = hanse__control_of(world);
    const int32_t *first = hanse__at(world, s->first), *homes = hanse__at(world, s->homes);
    double *sums = hanse__at(world, s->sums);
    sum_up(world, place, sums);
    give_the_rest(world, place);
    for (int32_t i = first[place]; i >= 0; i = hanse__hand_at(world, i)->next) {
        for (int32_t o = 0; o < s->n_origins; o++) {
            double work = share_of(world, i, place, o, sums);
            if (work > 0.0) {
                book(world, i, homes[o], work);
            }
        }
    }
}

static const double *column_cells(const struct hanse_world *world, const char *output)
{
    const struct hanse_column *c =
        &world->layout->columns[hanse_layout_find(world->layout, output)];
    const double *series = hanse__at(world, world->moving.series);
    return series + c->offset + (size_t)world->moving.month * (size_t)c->n_items;
}

/* A provider makes the rules of its API alone. */
static void book_clouds(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    const double *rented = column_cells(world, "served_by_cloud");
    size_t n = (size_t)t->n_jurisdictions;
    for (int32_t i = 0; i < t->n_regions * t->n_workloads; i++) {
        int32_t home = t->regions[i / t->n_workloads].jurisdiction;
        int32_t cloud = t->workloads[i % t->n_workloads].cloud;
        if (rented[i] > 0.0) {
            int32_t ruler = hanse__hand_at(world, cloud)->home;
            book(world, cloud, home, rented[i]);
            cells(world, OUT_BLOCKERS)[home] += rented[i];
            if (ruler < 0) {
                continue;
            }
            cells(world, OUT_VOTES)[(size_t)home * n + (size_t)ruler] += rented[i];
            cells(world, OUT_OWN_VOTES)[home] += ruler == home ? rented[i] : 0.0;
            cells(world, OUT_OWN_VETO)[home] += ruler == home ? rented[i] : 0.0;
            cells(world, OUT_FOREIGN_VETO)[home] += ruler != home ? rented[i] : 0.0;
        }
    }
}

/* Of a pool with these votes, work of one origin. */
static void book_rules(struct hanse_world *world, int32_t pool, const double *votes,
                       int32_t home, double work)
{
    const struct hanse_tables *t = &world->tables;
    double majority = t->pools[pool].majority;
    double *shares = cells(world, OUT_VOTES) + (size_t)home * (size_t)t->n_jurisdictions;
    bool foreign = false;
    for (int32_t j = 0; j < t->n_jurisdictions; j++) {
        shares[j] += work * votes[j];
        foreign |= j != home && hanse__votes_veto(votes[j], majority);
    }
    cells(world, OUT_OWN_VOTES)[home] += work * votes[home];
    cells(world, OUT_OWN_VETO)[home] += hanse__votes_veto(votes[home], majority) ? work : 0.0;
    cells(world, OUT_FOREIGN_VETO)[home] += foreign ? work : 0.0;
    cells(world, OUT_BLOCKERS)[home] +=
        work * hanse__votes_fewest(votes, t->n_jurisdictions, majority);
}

static void book_pools(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    double *votes = hanse__at(world, hanse__control_of(world)->votes);
    for (int32_t p = 0; p < t->n_pools; p++) {
        const double *ruled = hanse__at(world, hanse__control_of(world)->ruled);
        hanse__votes_count(world, p, votes);
        for (int32_t j = 0; j < t->n_jurisdictions; j++) {
            double work = ruled[(size_t)p * (size_t)t->n_jurisdictions + (size_t)j];
            if (work > 0.0) {
                book_rules(world, p, votes, j, work);
            }
        }
    }
}

/* Everything begins anew but who holds what. */
static void clear_month(struct hanse_world *world)
{
    const struct hanse__control *s = hanse__control_of(world);
    size_t workloads = (size_t)s->n_workloads, places = (size_t)s->n_places;
    size_t n = (size_t)world->tables.n_pools * (size_t)world->tables.n_jurisdictions;
    memset(hanse__at(world, s->given), 0,
           workloads * (size_t)s->n_origins * places * sizeof(double));
    memset(hanse__at(world, s->did), 0, workloads * places * sizeof(double));
    memset(hanse__at(world, s->seen), 0, workloads * places * sizeof(double));
    memset(hanse__at(world, s->meter), 0, workloads * places * sizeof(double));
    memset(hanse__at(world, s->of_hand), 0, (size_t)s->n_hands * workloads * sizeof(double));
    memset(hanse__at(world, s->ruled), 0, n * sizeof(double));
    memset(hanse__at(world, s->credit), 0, n * sizeof(double));
}

/* Own hardware's part of the ledger is what its places gave away, to rounding. */
static inline bool adds_up(const struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    const double *hosted = column_cells(world, "hosted");
    const double *rented = column_cells(world, "served_by_cloud");
    double work = 0.0, booked = 0.0, batch = 0.0;
    for (int32_t i = 0; i < t->n_regions * t->n_workloads; i++) {
        work += hosted[i] + rented[i];
    }
    const double *on_time = column_cells(world, "batch_on_time");
    const double *late = column_cells(world, "batch_late");
    for (int32_t i = 0; i < t->n_batches; i++) {
        batch += on_time[i] + late[i];
    }
    for (int32_t j = 0; j < t->n_jurisdictions; j++) {
        booked += cells(world, OUT_SERVED)[j];
    }
    return fabs(work + batch - booked) <= 1e-9 * fmax(1.0, booked);
}

static void month(struct hanse_world *world, int32_t which)
{
    for (int32_t p = 0; p < hanse__control_of(world)->n_places; p++) {
        book_place(world, p);
    }
    book_clouds(world);
    book_pools(world);
    HANSE_CHECK(adds_up(world));
    clear_month(world);
}

/* --- start -------------------------------------------------------------------------------- */

/* Jurisdictions in which somebody may ask, and which of them each region is. */
static enum hanse_status number_origins(struct hanse_world *world, struct hanse__control *s)
{
    const struct hanse_tables *t = &world->tables;
    HANSE_TRY(hanse__take(world, (size_t)t->n_regions, sizeof(int32_t), &s->origin));
    HANSE_TRY(hanse__take(world, (size_t)t->n_jurisdictions, sizeof(int32_t), &s->homes));
    int32_t *origin = hanse__at(world, s->origin), *homes = hanse__at(world, s->homes);
    for (int32_t r = 0; r < t->n_regions; r++) {
        int32_t o = 0;
        while (o < s->n_origins && homes[o] != t->regions[r].jurisdiction) {
            o++;
        }
        if (o == s->n_origins) {
            homes[s->n_origins++] = t->regions[r].jurisdiction;
        }
        origin[r] = o;
    }
    return HANSE_OK;
}

static enum hanse_status take_blocks(struct hanse_world *world, struct hanse__control *s)
{
    const struct hanse_tables *t = &world->tables;
    size_t W = (size_t)s->n_workloads, P = (size_t)s->n_places, O = (size_t)s->n_origins;
    size_t rules = (size_t)t->n_pools * (size_t)t->n_jurisdictions;
    const struct {
        hanse_ref *ref;
        size_t n, size;
    } blocks[] = {
        {&s->first, P, sizeof(int32_t)},
        {&s->of_owner, (size_t)t->n_operators, sizeof(int32_t)},
        {&s->of_group, (size_t)t->n_groups, sizeof(int32_t)},
        {&s->given, W * O * P, sizeof(double)},
        {&s->did, W * P, sizeof(double)},
        {&s->seen, W * P, sizeof(double)},
        {&s->meter, W * P, sizeof(double)},
        {&s->ignored, W * P, sizeof(double)},
        {&s->speeds, P * (size_t)s->n_types * W, sizeof(double)},
        {&s->gifts, P, sizeof(double)},
        {&s->busy, P, sizeof(int32_t)},
        {&s->asked, O, sizeof(double)},
        {&s->sums, W, sizeof(double)},
        {&s->ruled, rules, sizeof(double)},
        {&s->credit, rules, sizeof(double)},
        {&s->votes, (size_t)t->n_jurisdictions, sizeof(double)},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        HANSE_TRY(hanse__take(world, blocks[i].n, blocks[i].size, blocks[i].ref));
    }
    return HANSE_OK;
}

static enum hanse_status init(struct hanse_world *world)
{
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct hanse__control), &ref));
    world->moving.state[HANSE_MECHANISM_CONTROL] = ref;
    struct hanse__control s = {.n_places = hanse__n_places(world),
                               .n_types = world->tables.n_accelerators};
    hanse__workloads(world, &s.n_workloads);
    HANSE_TRY(number_origins(world, &s));
    HANSE_TRY(take_blocks(world, &s));
    *hanse__control_of(world) = s;
    return hanse__hands_init(world);
}

/* --- table -------------------------------------------------------------------------------- */

#define BY_HOME                                                                                \
    {                                                                                          \
        "jurisdiction", NULL                                                                   \
    }
#define BY_BOTH                                                                                \
    {                                                                                          \
        "jurisdiction", "jurisdiction"                                                         \
    }
#define WORK(name, text)                                                                       \
    {                                                                                          \
        name, "H100_h", "work served for its people: " text, BY_HOME, HANSE_SUM, NULL, NULL    \
    }
#define SHARE(name, above, text)                                                               \
    {                                                                                          \
        name, "1", "share of the work served for its people: " text, BY_HOME, HANSE_RATIO,     \
            above, "work_served"                                                               \
    }
static const struct hanse_output OUTPUTS[] = {
    [OUT_SERVED] = WORK("work_served", "all, on time or late, batch jobs too"),
    [OUT_HOME] = WORK("work_at_home", "on its own territory"),
    [OUT_OWNED_HOME] = WORK("work_owned_at_home", "by owners at home in it"),
    [OUT_FOREIGN_REACH] =
        WORK("work_in_foreign_reach", "where another legal system can compel access"),
    [OUT_LOGGED] = WORK("work_logged", "its state can read the logs"),
    [OUT_FIRMWARE] = WORK("work_open_firmware", "its state can inspect firmware and drivers"),
    [OUT_VERIFIED] = WORK("work_verified", "checked by someone its state can compel"),
    [OUT_AUDITABLE] = WORK("work_auditable", "its state can audit logs, firmware and results"),
    [OUT_OWN_VOTES] = WORK("work_own_votes", "times its own share of votes on the rules"),
    [OUT_OWN_VETO] = WORK("work_own_veto", "under rules that it can veto alone"),
    [OUT_FOREIGN_VETO] = WORK("work_foreign_veto", "under rules that another can veto alone"),
    [OUT_BLOCKERS] = WORK("work_blockers", "times the fewest votes-holders that can veto"),
    [OUT_TERRITORY] = {"work_on_territory", "H100_h", "work served, by where it was done",
                       BY_BOTH, HANSE_SUM, NULL, NULL, HANSE_OVERLAP_LAST},
    [OUT_REACH] = {"work_in_reach", "H100_h",
                   "work served, by legal systems able to compel access; they overlap", BY_BOTH,
                   HANSE_SUM, NULL, NULL, HANSE_OVERLAP_LAST},
    [OUT_OWNERS] = {"work_owned_in", "H100_h", "work served, by where its owner is at home",
                    BY_BOTH, HANSE_SUM, NULL, NULL, HANSE_OVERLAP_LAST},
    [OUT_VOTES] = {"work_under_votes", "H100_h", "work served, by share of votes on its rules",
                   BY_BOTH, HANSE_SUM, NULL, NULL, HANSE_OVERLAP_LAST},
    [OUT_OUTSIDE] = {"work_in_reach_outside",
                     "H100_h",
                     "work served where a legal system outside the bloc can compel access",
                     {"jurisdiction", "bloc"},
                     HANSE_SUM,
                     NULL,
                     NULL,
                     HANSE_OVERLAP_LAST},
    [OUT_OWNED] = {"work_owned",
                   "H100_h",
                   "work served by an operator's hardware",
                   {"operator", NULL},
                   HANSE_SUM,
                   NULL,
                   NULL},
    [OUT_RENTED] = {"work_rented",
                    "H100_h",
                    "work served by a firm's foreign APIs",
                    {"firm", NULL},
                    HANSE_SUM,
                    NULL,
                    NULL},
    SHARE("at_home_share", "work_at_home", "on its own territory"),
    SHARE("home_owned_share", "work_owned_at_home", "by owners at home in it"),
    SHARE("foreign_reach_share", "work_in_foreign_reach",
          "where another legal system can compel access"),
    SHARE("logged_share", "work_logged", "its state can read the logs"),
    SHARE("open_firmware_share", "work_open_firmware", "its state can inspect firmware"),
    SHARE("verified_share", "work_verified", "checked by someone its state can compel"),
    SHARE("auditable_share", "work_auditable",
          "its state can audit logs, firmware and results"),
    SHARE("own_vote_share", "work_own_votes", "its own share of votes on the rules"),
    SHARE("own_veto_share", "work_own_veto", "under rules that it can veto alone"),
    SHARE("foreign_veto_share", "work_foreign_veto", "under rules another can veto alone"),
    {"blocking_minority", "1", "fewest legal systems that can veto rules, mean over work",
     BY_HOME, HANSE_RATIO, "work_blockers", "work_served", .above_one = true},
};

const struct hanse_mechanism hanse_mechanism_control = {
    .name = "control",
    .doc = "The control ledger: who holds the hardware that serves.",
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .month = month,
};
