/* Whose hands the hardware is in, and what each jurisdiction can do about it. */
#include <string.h>

#include "sim/process/cloud.h"
#include "sim/process/control_inside.h"
#include "sim/process/jump.h"
#include "sim/process/place.h"
#include "sim/process/stack.h"

/* --- who can compel whom ------------------------------------------------------------------ */

static struct hanse_actor jurisdiction(const struct hanse_world *world, int32_t index)
{
    return (struct hanse_actor){world->tables.kind_jurisdiction, index};
}

static struct hanse_actor firm(const struct hanse_world *world, int32_t index)
{
    return (struct hanse_actor){world->tables.kind_firm, index};
}

static bool is_member(const struct hanse_world *world, int32_t member, int32_t bloc)
{
    return hanse__in_bloc(&world->tables.jurisdictions[member], bloc);
}

/* Rules of a bloc are enforced by its members. */
static bool through_bloc(const struct hanse_world *world, int32_t member,
                         const struct hanse_actor_list *by)
{
    for (int32_t i = 0; i < by->count; i++) {
        if (by->items[i].kind == world->tables.kind_bloc &&
            is_member(world, member, by->items[i].index)) {
            return true;
        }
    }
    return false;
}

static bool compels(const struct hanse_world *world, int32_t who, struct hanse_actor target)
{
    const struct hanse_tables *t = &world->tables;
    if (hanse__actor_covers(world, jurisdiction(world, who), target)) {
        return true;
    }
    if (target.kind == t->kind_bloc) {
        return is_member(world, who, target.index);
    }
    if (target.kind == t->kind_operator) {
        return through_bloc(world, who, &t->operators[target.index].compelled_by);
    }
    int32_t at = target.kind == t->kind_firm ? target.index : -1;
    for (; at >= 0; at = t->firms[at].parent) {
        if (through_bloc(world, who, &t->firms[at].compelled_by) ||
            through_bloc(world, who, &t->firms[at].stands_for)) {
            return true;
        }
    }
    return false;
}

static bool compels_one_of(const struct hanse_world *world, int32_t who,
                           const struct hanse_actor_list *targets)
{
    for (int32_t i = 0; i < targets->count; i++) {
        if (compels(world, who, targets->items[i])) {
            return true;
        }
    }
    return false;
}

/* --- what they can do about a hand -------------------------------------------------------- */

static const struct hanse_stack *stack_of(const struct hanse_world *world, int32_t type)
{
    int32_t stack = world->tables.accelerators[type].stack;
    return stack >= 0 ? &world->tables.stacks[stack] : NULL;
}

static bool reaches(const struct hanse_world *world, int32_t who,
                    const struct hanse__hand *hand, struct hanse_actor owner)
{
    const struct hanse_tables *t = &world->tables;
    if (who == hand->territory || compels(world, who, owner)) {
        return true;
    }
    if (hand->cloud >= 0) {
        return false;
    }
    const struct hanse_stack *stack = stack_of(world, hand->type);
    const struct hanse_pool *pool = &t->pools[hand->pool];
    return compels_one_of(world, who, &t->sites[hand->site].controllers) ||
           (!pool->federated && compels(world, who, pool->coordinator)) ||
           (stack != NULL && stack->live && compels(world, who, firm(world, stack->vendor)));
}

static bool inspects(const struct hanse_world *world, int32_t who,
                     const struct hanse__hand *hand, struct hanse_actor owner)
{
    if (hand->cloud >= 0) {
        return compels(world, who, owner);
    }
    const struct hanse_stack *stack = stack_of(world, hand->type);
    int32_t vendor =
        stack != NULL ? stack->vendor : world->tables.accelerators[hand->type].vendor;
    return compels(world, who, firm(world, vendor)) ||
           (stack != NULL && compels_one_of(world, who, &stack->firmware_open_to));
}

static unsigned holds(const struct hanse_world *world, int32_t who,
                      const struct hanse__hand *hand)
{
    const struct hanse_tables *t = &world->tables;
    bool api = hand->cloud >= 0;
    struct hanse_actor owner = api ? firm(world, t->clouds[hand->cloud].provider)
                                   : (struct hanse_actor){t->kind_operator, hand->owner};
    bool logs = compels(world, who, owner) ||
                (!api && compels_one_of(world, who, &t->operators[hand->owner].logs_to));
    bool results = !api && compels_one_of(world, who, &t->sites[hand->site].verified_by);
    return (reaches(world, who, hand, owner) ? HANSE__HOLD_REACH : 0) |
           (logs ? HANSE__HOLD_LOGS : 0) | (results ? HANSE__HOLD_RESULTS : 0) |
           (inspects(world, who, hand, owner) ? HANSE__HOLD_FIRMWARE : 0);
}

static void find_holds(struct hanse_world *world, int32_t number)
{
    struct hanse__hand *hand = hanse__hand_at(world, number);
    uint8_t *marks = hanse__holds_of(world, number);
    uint8_t *outside = (uint8_t *)hanse__at(world, hanse__control_of(world)->outside) +
                       (size_t)number * (size_t)world->tables.n_blocs;
    hand->n_reach = 0;
    memset(outside, 0, (size_t)world->tables.n_blocs);
    for (int32_t j = 0; j < world->tables.n_jurisdictions; j++) {
        marks[j] = (uint8_t)holds(world, j, hand);
        bool reach = (marks[j] & HANSE__HOLD_REACH) != 0;
        hand->n_reach += reach;
        for (int32_t b = 0; reach && b < world->tables.n_blocs; b++) {
            outside[b] |= !is_member(world, j, b);
        }
    }
}

/* --- hands -------------------------------------------------------------------------------- */

static bool same_actors(const struct hanse_actor_list *a, const struct hanse_actor_list *b)
{
    for (int32_t i = 0; i < a->count && a->count == b->count; i++) {
        if (a->items[i].kind != b->items[i].kind || a->items[i].index != b->items[i].index) {
            return false;
        }
    }
    return a->count == b->count;
}

static int32_t find_hand(const struct hanse_world *world, int32_t place, int32_t group,
                         int32_t owner)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *site = &t->sites[t->groups[group].site];
    const int32_t *of_owner = hanse__at(world, hanse__control_of(world)->of_owner);
    for (int32_t h = of_owner[owner]; h >= 0; h = hanse__hand_at(world, h)->owners_next) {
        const struct hanse__hand *hand = hanse__hand_at(world, h);
        const struct hanse_site *other = &t->sites[hand->site];
        if (hand->place == place && hand->type == t->groups[group].accelerator &&
            same_actors(&site->controllers, &other->controllers) &&
            same_actors(&site->verified_by, &other->verified_by)) {
            return h;
        }
    }
    return -1;
}

static enum hanse_status grow(struct hanse_world *world)
{
    struct hanse__control s = *hanse__control_of(world);
    int32_t room = s.room > 0 ? 2 * s.room : 16;
    const struct {
        hanse_ref *ref;
        size_t size;
    } arrays[] = {
        {&s.hands, sizeof(struct hanse__hand)},
        {&s.holds, (size_t)world->tables.n_jurisdictions},
        {&s.outside, (size_t)world->tables.n_blocs + 1},
        {&s.of_hand, (size_t)s.n_workloads * sizeof(double)},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        size_t used = (size_t)s.room * arrays[i].size, wanted = (size_t)room * arrays[i].size;
        if (s.room == 0) {
            HANSE_TRY(hanse__take(world, (size_t)room, arrays[i].size, arrays[i].ref));
            continue;
        }
        *arrays[i].ref = hanse_arena_resize(&world->arena, *arrays[i].ref, used, wanted);
        if (*arrays[i].ref == 0) {
            return HANSE_ERR_MEMORY;
        }
    }
    s.room = room;
    *hanse__control_of(world) = s;
    return HANSE_OK;
}

static enum hanse_status add_hand(struct hanse_world *world, const struct hanse__hand *hand,
                                  int32_t *number)
{
    if (hanse__control_of(world)->n_hands == hanse__control_of(world)->room) {
        HANSE_TRY(grow(world));
    }
    struct hanse__control *s = hanse__control_of(world);
    *number = s->n_hands++;
    *hanse__hand_at(world, *number) = *hand;
    if (hand->place >= 0) {
        int32_t *first = (int32_t *)hanse__at(world, s->first) + hand->place;
        int32_t *of_owner = (int32_t *)hanse__at(world, s->of_owner) + hand->owner;
        hanse__hand_at(world, *number)->next = *first;
        hanse__hand_at(world, *number)->owners_next = *of_owner;
        *first = *of_owner = *number;
    }
    find_holds(world, *number);
    return HANSE_OK;
}

enum hanse_status hanse__hands_pass(struct hanse_world *world, int32_t group, int32_t *hand)
{
    const struct hanse_tables *t = &world->tables;
    int32_t site = t->groups[group].site, place = hanse__place_of_group(world, group);
    int32_t owner = hanse__site_owner(world, site);
    *hand = find_hand(world, place, group, owner);
    if (*hand >= 0) {
        return HANSE_OK;
    }
    const struct hanse_region *region = &t->regions[t->sites[site].region];
    return add_hand(world,
                    &(struct hanse__hand){.place = place,
                                          .site = site,
                                          .type = t->groups[group].accelerator,
                                          .owner = owner,
                                          .cloud = -1,
                                          .territory = region->jurisdiction,
                                          .home = t->operators[owner].home,
                                          .pool = region->pool,
                                          .next = -1},
                    hand);
}

enum hanse_status hanse__hands_init(struct hanse_world *world)
{
    const struct hanse_tables *t = &world->tables;
    int32_t hand;
    memset(hanse__at(world, hanse__control_of(world)->first), -1,
           (size_t)hanse__n_places(world) * sizeof(int32_t));
    memset(hanse__at(world, hanse__control_of(world)->of_owner), -1,
           (size_t)t->n_operators * sizeof(int32_t));
    for (int32_t c = 0; c < t->n_clouds; c++) {
        HANSE_TRY(add_hand(world,
                           &(struct hanse__hand){.place = -1,
                                                 .site = -1,
                                                 .type = -1,
                                                 .owner = -1,
                                                 .cloud = c,
                                                 .territory = t->clouds[c].host,
                                                 .home = t->firms[t->clouds[c].provider].home,
                                                 .pool = -1,
                                                 .next = -1},
                           &hand));
    }
    for (int32_t g = 0; g < t->n_groups; g++) {
        HANSE_TRY(hanse__hands_pass(world, g, &hand));
        ((int32_t *)hanse__at(world, hanse__control_of(world)->of_group))[g] = hand;
    }
    return HANSE_OK;
}
