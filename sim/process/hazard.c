#include "sim/process/hazard.h"

#include <math.h>
#include <string.h>

#include "sim/model/noun_table.h"
#include "sim/process/fleet.h"
#include "sim/process/islands.h"
#include "sim/process/power.h"
#include "sim/process/world.h"

enum { EVENT_STRIKE, EVENT_OVER };
enum { OUT_STRIKES };

struct strike {
    uint32_t count; /* so far */
    bool active;
};

struct state {
    struct hanse_purpose_key when_key, length_key, reach_key, destroy_key;
    hanse_ref strikes; /* struct strike [hazards] */
    hanse_ref hit;     /* uint8_t [hazards × sites]: struck by the event that is on */
    hanse_ref site;    /* uint8_t [sites]: bits of enum hanse_block, scratch */
    hanse_ref marks;   /* uint8_t [regions + links]: scratch */
};

static struct state *hazards(const struct hanse_world *world)
{
    return hanse__at(world, world->moving.state[HANSE_MECHANISM_HAZARD]);
}

static struct strike *strikes(const struct hanse_world *world)
{
    return hanse__at(world, hazards(world)->strikes);
}

static uint8_t *hits_of(const struct hanse_world *world, int32_t hazard)
{
    uint8_t *hit = hanse__at(world, hazards(world)->hit);
    return hit + (size_t)hazard * (size_t)world->tables.n_sites;
}

static bool in_list(const struct hanse_list *list, int32_t index)
{
    for (int32_t i = 0; i < list->count; i++) {
        if (list->items[i] == index) {
            return true;
        }
    }
    return false;
}

static bool over_region(const struct hanse_world *world, const struct hanse_hazard *hazard,
                        int32_t region)
{
    const struct hanse_region *r = &world->tables.regions[region];
    return in_list(&hazard->regions, region) ||
           (hazard->radius_m > 0.0 &&
            1000.0 * hanse_great_circle_km(hazard->latitude, hazard->longitude, r->latitude,
                                           r->longitude) <=
                hazard->radius_m);
}

/* Sites that a new event of the hazard strikes. */
static void draw_hits(const struct hanse_world *world, int32_t index)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_hazard *hazard = &t->hazards[index];
    uint64_t own = hanse_scenario_entity(world->scenario, &hanse_kind_hazard, index);
    uint8_t *hit = hits_of(world, index);
    for (int32_t i = 0; i < t->n_sites; i++) {
        uint64_t site = hanse_scenario_entity(world->scenario, &hanse_kind_site, i);
        bool listed = in_list(&hazard->sites, i);
        bool within = listed || (hazard->effect == HANSE_STRIKE_ALL &&
                                 over_region(world, hazard, t->sites[i].region));
        hit[i] = within && hanse_uniform_at(hazards(world)->reach_key, world->replication,
                                            hanse_entity_number(own, site),
                                            strikes(world)[index].count) < hazard->reach;
    }
}

/* --- what is down now --------------------------------------------------------------------- */

static void mark(const struct hanse_world *world, int32_t index, uint8_t *grids, uint8_t *links)
{
    static const uint8_t BLOCKS[] = {
        [HANSE_STRIKE_ALL] = HANSE_BLOCK_HAZARD,
        [HANSE_STRIKE_POWER] = HANSE_BLOCK_HAZARD_POWER,
        [HANSE_STRIKE_NETWORK] = HANSE_BLOCK_HAZARD_NETWORK,
    };
    const struct hanse_tables *t = &world->tables;
    const struct hanse_hazard *hazard = &t->hazards[index];
    uint8_t *site = hanse__at(world, hazards(world)->site);
    const uint8_t *hit = hits_of(world, index);
    for (int32_t i = 0; i < t->n_sites; i++) {
        site[i] |= hit[i] ? BLOCKS[hazard->effect] : 0;
    }
    for (int32_t r = 0; hazard->effect == HANSE_STRIKE_POWER && r < t->n_regions; r++) {
        grids[r] |= over_region(world, hazard, r);
    }
    for (int32_t i = 0; i < t->n_links; i++) {
        links[i] |=
            in_list(&hazard->links, i) || (hazard->effect == HANSE_STRIKE_NETWORK &&
                                           (over_region(world, hazard, t->links[i].from) ||
                                            over_region(world, hazard, t->links[i].to)));
    }
}

static void follow(struct hanse_world *world, const uint8_t *grids, const uint8_t *links)
{
    static const enum hanse_block WHYS[] = {HANSE_BLOCK_HAZARD, HANSE_BLOCK_HAZARD_POWER,
                                            HANSE_BLOCK_HAZARD_NETWORK};
    const struct hanse_tables *t = &world->tables;
    const uint8_t *site = hanse__at(world, hazards(world)->site);
    for (int32_t g = 0; g < t->n_groups; g++) {
        for (size_t i = 0; i < sizeof WHYS / sizeof *WHYS; i++) {
            hanse__fleet_block(world, g, WHYS[i], (site[t->groups[g].site] & WHYS[i]) != 0);
        }
    }
    for (int32_t p = 0; p < t->n_plants; p++) {
        unsigned struck = 0;
        for (int32_t i = 0; i < t->n_sites; i++) {
            bool here = t->sites[i].plant == p && (site[i] & HANSE_BLOCK_HAZARD) != 0;
            struck |= here ? HANSE_PLANT_STRUCK : 0;
        }
        hanse__plant_cut(world, p, struck, HANSE_PLANT_STRUCK);
    }
    for (int32_t r = 0; r < t->n_regions; r++) {
        hanse__grid_struck(world, r, grids[r]);
    }
    for (int32_t i = 0; i < t->n_links; i++) {
        hanse__link_fault(world, i, HANSE_LINK_HAZARD, links[i]);
    }
}

/* Works out afresh what is down: hazards overlap. */
static void recompute(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    uint8_t *grids = hanse__at(world, hazards(world)->marks);
    uint8_t *links = grids + t->n_regions;
    memset(grids, 0, (size_t)t->n_regions + (size_t)t->n_links);
    memset(hanse__at(world, hazards(world)->site), 0, (size_t)t->n_sites);
    for (int32_t i = 0; i < t->n_hazards; i++) {
        if (strikes(world)[i].active) {
            mark(world, i, grids, links);
        }
    }
    follow(world, grids, links);
}

/* --- events ------------------------------------------------------------------------------- */

static enum hanse_status schedule_strike(struct hanse_world *world, int32_t index)
{
    const struct hanse_hazard *hazard = &world->tables.hazards[index];
    if (hazard->rate_per_h <= 0.0) {
        return HANSE_OK;
    }
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_hazard, index);
    double u = hanse_uniform_at(hazards(world)->when_key, world->replication, entity,
                                strikes(world)[index].count);
    return hanse__schedule(world, HANSE_MECHANISM_HAZARD, EVENT_STRIKE, HANSE_ORDER_BEGINS,
                           (uint32_t)index, world->moving.now_h - log(u) / hazard->rate_per_h);
}

static enum hanse_status begin(struct hanse_world *world, int32_t index)
{
    const struct hanse_hazard *hazard = &world->tables.hazards[index];
    uint64_t entity = hanse_scenario_entity(world->scenario, &hanse_kind_hazard, index);
    struct strike *strike = &strikes(world)[index];
    draw_hits(world, index);
    double u =
        hanse_uniform_at(hazards(world)->length_key, world->replication, entity, strike->count);
    uint32_t count = strike->count++;
    strike->active = true;
    hanse__cells(world, HANSE_MECHANISM_HAZARD, OUT_STRIKES)[index] += 1.0;
    double end = hazard->rate_per_h > 0.0
                     ? world->moving.now_h + hanse__duration_draw(&hazard->duration, u)
                     : hazard->to_h;
    HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_HAZARD, EVENT_OVER, HANSE_ORDER_ENDS,
                              (uint32_t)index, end));
    if (hazard->destroyed > 0.0) {
        struct hanse_destruction what = {hazards(world)->hit,
                                         (size_t)index * (size_t)world->tables.n_sites,
                                         hazard->destroyed,
                                         hazards(world)->destroy_key,
                                         entity,
                                         count};
        return hanse__fleet_destroy(world, &what);
    }
    return HANSE_OK;
}

static enum hanse_status handle(struct hanse_world *world, const struct hanse_event *event)
{
    int32_t index = (int32_t)event->entity;
    bool begins = event->kind % 16 == EVENT_STRIKE;
    if (begins) {
        HANSE_TRY(begin(world, index));
    } else {
        strikes(world)[index].active = false;
        HANSE_TRY(schedule_strike(world, index));
    }
    recompute(world);
    return hanse__note(world, begins ? HANSE_NOTE_STRUCK : HANSE_NOTE_OVER, &hanse_kind_hazard,
                       index, 0.0);
}

static enum hanse_status init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    size_t n = (size_t)t->n_hazards;
    hanse_ref ref;
    HANSE_TRY(hanse__take(world, 1, sizeof(struct state), &ref));
    world->moving.state[HANSE_MECHANISM_HAZARD] = ref;
    struct state s = {.when_key = hanse_purpose_key(world->seed, "hazard"),
                      .length_key = hanse_purpose_key(world->seed, "hazard length"),
                      .reach_key = hanse_purpose_key(world->seed, "hazard reach"),
                      .destroy_key = hanse_purpose_key(world->seed, "destroyed")};
    HANSE_TRY(hanse__take(world, n, sizeof(struct strike), &s.strikes));
    HANSE_TRY(hanse__take(world, n * (size_t)t->n_sites, 1, &s.hit));
    HANSE_TRY(hanse__take(world, (size_t)t->n_sites, 1, &s.site));
    HANSE_TRY(hanse__take(world, (size_t)t->n_regions + (size_t)t->n_links, 1, &s.marks));
    *hazards(world) = s;
    for (int32_t i = 0; i < t->n_hazards; i++) {
        HANSE_TRY(schedule_strike(world, i));
        if (t->hazards[i].rate_per_h <= 0.0 && t->hazards[i].to_h > t->hazards[i].from_h) {
            HANSE_TRY(hanse__schedule(world, HANSE_MECHANISM_HAZARD, EVENT_STRIKE,
                                      HANSE_ORDER_BEGINS, (uint32_t)i, t->hazards[i].from_h));
        }
    }
    return HANSE_OK;
}

/* --- tables ------------------------------------------------------------------------------- */

static enum hanse_status check_hazard(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_hazard *h = hanse_scenario_table(scenario, &hanse_kind_hazard, &n);
    h += index;
    if (h->rate_per_h > 0.0 && h->to_h > 0.0) {
        return hanse_scenario_reject(scenario, &hanse_kind_hazard, index, "rate",
                                     "a hazard is dated (from, to) or random (rate), not both");
    }
    if (h->to_h < h->from_h) {
        return hanse_scenario_reject(scenario, &hanse_kind_hazard, index, "to",
                                     "must not be before from (%g h), got %g h", h->from_h,
                                     h->to_h);
    }
    (void)hanse_scenario_table(scenario, &hanse_kind_region, &n);
    for (int32_t i = 0; h->radius_m > 0.0 && i < n; i++) {
        HANSE_TRY(hanse__region_needs_position(scenario, i,
                                               "a hazard strikes what is within its radius"));
    }
    return HANSE_OK;
}

#define AT(member) offsetof(struct hanse_hazard, member)
#define LIST(word, kind, member, text)                                                         \
    {                                                                                          \
        .key = word, .type = HANSE_REFERENCES, .options = kind, .offset = AT(member),          \
        .doc = text                                                                            \
    }
#define NUMBER(word, in, member, least, most, usual, text)                                     \
    {                                                                                          \
        .key = word, .type = HANSE_NUMBER, .unit = in, .offset = AT(member), .low = least,     \
        .high = most, .fallback = usual, .doc = text                                           \
    }
#define CENTRE(word, member, most, text)                                                       \
    {                                                                                          \
        .key = word, .type = HANSE_NUMBER, .unit = "degree", .offset = AT(member),             \
        .low = -(most), .high = (most), .needs = "radius > 0", .doc = text                     \
    }
static const struct hanse_field FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_hazard),
    LIST("regions", "region", regions, "regions it is over"),
    LIST("sites", "site", sites, "sites it strikes, beside those"),
    LIST("links", "link", links, "links it takes down"),
    CENTRE("latitude", latitude, 90, "its centre, north positive"),
    CENTRE("longitude", longitude, 180, "its centre, east positive"),
    NUMBER("radius", "m", radius_m, 0, 2.1e7, 0,
           "regions whose position is so near are in it; 0: none"),
    {.key = "effect",
     .type = HANSE_CHOICE,
     .options = HANSE_STRIKE_WORDS,
     .offset = AT(effect),
     .fallback_text = "all",
     .doc = "sites stand still, or only lose the grid, or only the network"},
    NUMBER("reach", "1", reach, 0, 1, 1, "chance that a site within it is struck"),
    NUMBER("destroyed", "1", destroyed, 0, 1, 0,
           "share of struck sites' working devices that is lost for good"),
    NUMBER("from", "h", from_h, 0, 876000, 0, "a dated one: start"),
    NUMBER("to", "h", to_h, 0, 8.76e9, 0, "end, not included; the same as from: no effect"),
    NUMBER("rate", "1/h", rate_per_h, 0, 10, 0, "a random one: events per time between them"),
    HANSE_DURATION_FIELDS_WHERE("rate > 0", "duration", AT(duration),
                                "mean length of a random one", 0, "lognormal", 0.5),
};
#undef AT

const struct hanse_kind hanse_kind_hazard = {
    .name = "hazard",
    .doc = "A common cause: storm, quake, blackout, cut landing, that strikes at once.",
    .size = sizeof(struct hanse_hazard),
    .fields = FIELDS,
    .n_fields = HANSE_COUNT(FIELDS),
    .check = check_hazard,
};

static const struct hanse_kind *const KINDS[] = {&hanse_kind_hazard};

static const struct hanse_output OUTPUTS[] = {
    [OUT_STRIKES] =
        {"hazard_strikes", "1", "times the hazard struck", {"hazard"}, HANSE_SUM, NULL, NULL},
};

static const char *const EVENT_NAMES[] = {[EVENT_STRIKE] = "strike", [EVENT_OVER] = "over"};

static void name_entity(const struct hanse_world *world, const struct hanse_event *event,
                        char *text, size_t size)
{
    hanse__name_row(world, &hanse_kind_hazard, (int32_t)event->entity, text, size);
}

const struct hanse_mechanism hanse_mechanism_hazard = {
    .name = "hazard",
    .doc = "Common causes strike sites, grids and links at once.",
    .kinds = KINDS,
    .n_kinds = sizeof KINDS / sizeof *KINDS,
    .outputs = OUTPUTS,
    .n_outputs = sizeof OUTPUTS / sizeof *OUTPUTS,
    .init = init,
    .events = EVENT_NAMES,
    .n_events = sizeof EVENT_NAMES / sizeof *EVENT_NAMES,
    .name_entity = name_entity,
    .handle = handle,
};
