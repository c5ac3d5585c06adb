#include "sim/process/eligible.h"

#include "sim/model/noun_table.h"
#include "sim/process/world.h"

static bool holds(const struct hanse_list *list, int32_t certification)
{
    for (int32_t i = 0; i < list->count; i++) {
        if (list->items[i] == certification) {
            return true;
        }
    }
    return false;
}

static bool matches(const struct hanse_eligibility *rule, int32_t data_class, int32_t from,
                    int32_t operator_type)
{
    return (rule->jurisdiction < 0 || rule->jurisdiction == from) &&
           (rule->data_class < 0 || rule->data_class == data_class) &&
           (rule->operator_type < 0 || rule->operator_type == operator_type);
}

bool hanse__operator_eligible(const struct hanse_world *world, int32_t data_class, int32_t from,
                              int32_t site)
{
    const struct hanse_tables *t = &world->tables;
    const struct hanse_site *s = &t->sites[site];
    const struct hanse_operator *owner = &t->operators[s->operator_];
    for (int32_t i = 0; i < t->n_eligibilities; i++) {
        const struct hanse_eligibility *rule = &t->eligibilities[i];
        if (matches(rule, data_class, from, owner->type) &&
            (rule->needs < 0 || (!holds(&s->certifications, rule->needs) &&
                                 !holds(&owner->certifications, rule->needs)))) {
            return false;
        }
    }
    return true;
}

bool hanse__eligible(const struct hanse_world *world, int32_t data_class, int32_t from,
                     int32_t site)
{
    const struct hanse_tables *t = &world->tables;
    int32_t in = t->regions[t->sites[site].region].jurisdiction;
    return hanse__data_allowed(world, data_class, from, in) &&
           hanse__operator_eligible(world, data_class, from, site);
}

#define AT(member) offsetof(struct hanse_eligibility, member)
static const struct hanse_field FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_eligibility),
    {.key = "jurisdiction",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(jurisdiction),
     .doc = "whose data the rule is about; everybody's when not given"},
    {.key = "data_class",
     .type = HANSE_CHOICE,
     .options = HANSE_DATA_CLASS_WORDS,
     .offset = AT(data_class),
     .doc = "which class; every class when not given"},
    {.key = "operator_type",
     .type = HANSE_CHOICE,
     .options = HANSE_OPERATOR_WORDS,
     .offset = AT(operator_type),
     .doc = "which sort of operator; every sort when not given"},
    {.key = "needs",
     .type = HANSE_REFERENCE,
     .options = "certification",
     .offset = AT(needs),
     .doc = "what its site or it must hold; when not given it may not have such data at all"},
};
#undef AT

const struct hanse_kind hanse_kind_eligibility = {
    .name = "eligibility",
    .doc = "A rule on who may process which data: a certification asked for, or a ban.",
    .size = sizeof(struct hanse_eligibility),
    .fields = FIELDS,
    .n_fields = HANSE_COUNT(FIELDS),
};
