/* Nouns of law and ownership: who can act, and where. */
#include "sim/model/noun_table.h"
#include "sim/model/scenario.h"

#define AT(member) offsetof(struct hanse_bloc, member)
#define CIRCULATES(word, data_class)                                                           \
    {                                                                                          \
        .key = word "_data", .type = HANSE_FLAG, .fallback = 1,                                \
        .offset = AT(circulates) + (data_class) * sizeof(bool),                                \
        .doc = "members that let " word " data go to their blocs mean this one too"            \
    }
static const struct hanse_field BLOC_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_bloc),
    {.key = "intra_bloc_transfer",
     .type = HANSE_FLAG,
     .offset = AT(intra_bloc_transfer),
     .doc = "goods circulate among its members: an export rule that leaves one of them free "
            "reaches none"},
    CIRCULATES("public", HANSE_DATA_PUBLIC),
    CIRCULATES("personal", HANSE_DATA_PERSONAL),
    CIRCULATES("confidential", HANSE_DATA_CONFIDENTIAL),
    CIRCULATES("state", HANSE_DATA_STATE),
};
#undef AT
const struct hanse_kind hanse_kind_bloc = {
    .name = "bloc",
    .doc = "A group of jurisdictions that trust each other with some data.",
    .size = sizeof(struct hanse_bloc),
    .fields = BLOC_FIELDS,
    .n_fields = HANSE_COUNT(BLOC_FIELDS),
};

static const struct hanse_field CERTIFICATION_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_certification)};
const struct hanse_kind hanse_kind_certification = {
    .name = "certification",
    .doc = "Something a site or an operator can hold and an eligibility rule can ask for.",
    .size = sizeof(struct hanse_certification),
    .fields = CERTIFICATION_FIELDS,
    .n_fields = HANSE_COUNT(CERTIFICATION_FIELDS),
};

#define AT(member) offsetof(struct hanse_jurisdiction, member)
#define TRUST(word, data_class, fallback_word)                                                 \
    {                                                                                          \
        .key = word "_data", .type = HANSE_CHOICE, .options = HANSE_TRUST_WORDS,               \
        .offset = AT(trust) + (data_class) * sizeof(int32_t), .fallback_text = fallback_word,  \
        .doc = "where " word " data may be processed: at home, in its blocs, anywhere"         \
    }
static const struct hanse_field JURISDICTION_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_jurisdiction),
    {.key = "blocs",
     .type = HANSE_REFERENCES,
     .options = "bloc",
     .offset = AT(blocs),
     .doc = "blocs it belongs to"},
    {.key = "currency",
     .type = HANSE_REFERENCE,
     .options = "currency",
     .offset = AT(currency),
     .doc = "its people's money; the scenario's when not given"},
    TRUST("public", HANSE_DATA_PUBLIC, "any"),
    TRUST("personal", HANSE_DATA_PERSONAL, "bloc"),
    TRUST("confidential", HANSE_DATA_CONFIDENTIAL, "home"),
    TRUST("state", HANSE_DATA_STATE, "home"),
};
const struct hanse_kind hanse_kind_jurisdiction = {
    .name = "jurisdiction",
    .doc = "A legal system: whose law holds, and where it lets its data go.",
    .size = sizeof(struct hanse_jurisdiction),
    .fields = JURISDICTION_FIELDS,
    .n_fields = HANSE_COUNT(JURISDICTION_FIELDS),
};
#undef AT

/* Edges beside home and parent, of firms and operators. */
#define COMPELLED_BY                                                                           \
    {                                                                                          \
        .key = "compelled_by", .type = HANSE_ACTORS, .options = "jurisdiction bloc",           \
        .offset = AT(compelled_by),                                                            \
        .doc = "further jurisdictions and blocs whose rules reach it, as by licences for "     \
               "tools and technology; whoever withdraws them withdraws it"                     \
    }

#define AT(member) offsetof(struct hanse_firm, member)
static const struct hanse_field FIRM_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_firm),
    {.key = "home",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(home),
     .doc = "jurisdiction that can compel it; required but for a protocol"},
    {.key = "stands_for",
     .type = HANSE_ACTORS,
     .options = "jurisdiction bloc",
     .offset = AT(stands_for),
     .doc =
         "of a protocol without a home: jurisdictions and blocs of its validators and hosts, "
         "each of which can stop it; whoever withdraws one of them withdraws it"},
    {.key = "parent",
     .type = HANSE_REFERENCE,
     .options = "firm",
     .offset = AT(parent),
     .flags = HANSE_ACYCLIC,
     .doc = "firm that owns it; what withdraws the parent withdraws it"},
    COMPELLED_BY,
};
static enum hanse_status check_firm(const struct hanse_scenario *scenario, int32_t index)
{
    int32_t n;
    const struct hanse_firm *firms = hanse_scenario_table(scenario, &hanse_kind_firm, &n);
    bool at_home = firms[index].home >= 0, protocol = firms[index].stands_for.count > 0;
    if (at_home && protocol) {
        return hanse_scenario_reject(scenario, &hanse_kind_firm, index, "stands_for",
                                     "is for a protocol without a home, and this has one");
    }
    if (!at_home && !protocol) {
        return hanse_scenario_reject(scenario, &hanse_kind_firm, index, "home",
                                     "is required; a protocol, which has none, says in "
                                     "'stands_for' where its validators and hosts are");
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_firm = {
    .name = "firm",
    .doc = "A company that sells, hosts, controls or carries something.",
    .size = sizeof(struct hanse_firm),
    .fields = FIRM_FIELDS,
    .n_fields = HANSE_COUNT(FIRM_FIELDS),
    .check = check_firm,
};
#undef AT

#define AT(member) offsetof(struct hanse_operator, member)
static const struct hanse_field OPERATOR_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_operator),
    {.key = "home",
     .type = HANSE_REFERENCE,
     .options = "jurisdiction",
     .offset = AT(home),
     .flags = HANSE_REQUIRED,
     .doc = "jurisdiction it answers to"},
    COMPELLED_BY,
    {.key = "type",
     .type = HANSE_CHOICE,
     .options = HANSE_OPERATOR_WORDS,
     .offset = AT(type),
     .flags = HANSE_REQUIRED,
     .doc = "sort of operator"},
    {.key = "cost_of_capital",
     .type = HANSE_NUMBER,
     .unit = "1/year",
     .offset = AT(cost_of_capital_per_year),
     .flags = HANSE_REQUIRED,
     .low = 0,
     .high = 1,
     .doc = "real rate at which its equipment is annuitised"},
    {.key = "logs_to",
     .type = HANSE_ACTORS,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(logs_to),
     .doc = "to whom it hands its logs, beside those who can compel it"},
    {.key = "certifications",
     .type = HANSE_REFERENCES,
     .options = "certification",
     .offset = AT(certifications),
     .doc = "what it holds for all its sites"},
};
const struct hanse_kind hanse_kind_operator = {
    .name = "operator",
    .doc = "Who owns and runs sites.",
    .size = sizeof(struct hanse_operator),
    .fields = OPERATOR_FIELDS,
    .n_fields = HANSE_COUNT(OPERATOR_FIELDS),
};
#undef AT

#define AT(member) offsetof(struct hanse_pool, member)
#define SHARES(word, data_class)                                                               \
    {                                                                                          \
        .key = word "_shared", .type = HANSE_CHOICE, .options = HANSE_SHARE_WORDS,             \
        .offset = AT(shares) + (data_class) * sizeof(int32_t), .fallback_text = "partners",    \
        .doc = "other pools with which work on " word " data is shared; both must agree"       \
    }
#define PRIORITY_WEIGHT(word, member, standard, text)                                          \
    {                                                                                          \
        .key = "priority_" word, .type = HANSE_NUMBER, .unit = "1",                            \
        .offset = AT(priority.member), .fallback = (standard), .low = 0, .high = 1e9,          \
        .needs = "scheduler = priority", .doc = text                                           \
    }
#define PRIORITY_TIME(word, member, standard, text)                                            \
    {                                                                                          \
        .key = "priority_" word, .type = HANSE_NUMBER, .unit = "h",                            \
        .offset = AT(priority.member), .fallback = (standard), .low = 1.0 / 3600.0,            \
        .high = 262800, .needs = "scheduler = priority", .doc = text                           \
    }
static const struct hanse_field POOL_FIELDS[] = {
    HANSE_LABEL_FIELD(hanse_pool),
    {.key = "coordinator",
     .type = HANSE_ACTOR,
     .options = HANSE_ACTOR_KINDS,
     .offset = AT(coordinator),
     .needs = "federated = false",
     .doc = "who runs the coordination layer; without it members serve only themselves"},
    {.key = "seat",
     .type = HANSE_REFERENCE,
     .options = "region",
     .offset = AT(seat),
     .needs = "federated = false",
     .doc = "where it runs; an island without it has lost it; everywhere when not given"},
    {.key = "federated",
     .type = HANSE_FLAG,
     .offset = AT(federated),
     .doc = "members coordinate among themselves: neither coordinator nor seat can be lost"},
    {.key = "partners",
     .type = HANSE_ACTORS,
     .options = "pool jurisdiction bloc",
     .offset = AT(partners),
     .doc = "pools it shares with: by name, or by the regions' jurisdiction or bloc"},
    {.key = "placement",
     .type = HANSE_CHOICE,
     .options = HANSE_SITING_WORDS,
     .offset = AT(placement),
     .fallback_text = "local",
     .doc = "where its work goes among all open to it: own region first, or where power is "
            "cheapest or greenest for it, or nearest"},
    {.key = "scheduler",
     .type = HANSE_POLICY,
     .options = HANSE_SCHEDULER_WORDS,
     .offset = AT(scheduler),
     .fallback_text = "fcfs",
     .doc = "which waiting batch job starts (docs/scheduling.md); a function gets a view and "
            "takes jobs"},
    PRIORITY_WEIGHT("age_weight", age_weight, 1000, "weight of a job's time in the queue"),
    PRIORITY_TIME("age_max", age_max_h, 336, "age at which it counts in full"),
    PRIORITY_WEIGHT("share_weight", share_weight, 10000,
                    "weight of the fair share of the job's class"),
    PRIORITY_TIME("half_life", half_life_h, 336, "time after which usage counts half"),
    PRIORITY_WEIGHT("size_weight", size_weight, 1000, "weight of the job's size"),
    {.key = "priority_favour",
     .type = HANSE_CHOICE,
     .options = "large small",
     .offset = AT(priority.favour),
     .fallback_text = "large",
     .needs = "scheduler = priority",
     .doc = "which size counts for a job"},
    {.key = "priority_period",
     .type = HANSE_NUMBER,
     .unit = "h",
     .offset = AT(priority.period_h),
     .fallback = 300.0 / 3600.0,
     .low = 0,
     .high = 262800,
     .needs = "scheduler = priority",
     .doc = "time between calculations of all priorities; 0: before "
            "each pass"},
    {.key = "priority_backfill",
     .type = HANSE_FLAG,
     .offset = AT(priority.backfill),
     .fallback = 1,
     .needs = "scheduler = priority",
     .doc = "may others go before the first, as in easy?"},
    {.key = "votes",
     .type = HANSE_CHOICE,
     .options = HANSE_VOTES_WORDS,
     .offset = AT(votes),
     .fallback_text = "seat",
     .doc = "how votes on its rules are weighted: one for each jurisdiction, the list price of "
            "the devices its owners have in it, the work they did in the month"},
    {.key = "majority",
     .type = HANSE_NUMBER,
     .unit = "1",
     .offset = AT(majority),
     .fallback = 0.5,
     .low = 0.5,
     .high = 1,
     .doc = "share of the votes that a change of its rules must exceed; more than half when "
            "not given, an assumption"},
    SHARES("public", HANSE_DATA_PUBLIC),
    SHARES("personal", HANSE_DATA_PERSONAL),
    SHARES("confidential", HANSE_DATA_CONFIDENTIAL),
    SHARES("state", HANSE_DATA_STATE),
};
const struct hanse_kind hanse_kind_pool = {
    .name = "pool",
    .doc = "Sites under one coordinator; regions of a pool help each other out.",
    .size = sizeof(struct hanse_pool),
    .fields = POOL_FIELDS,
    .n_fields = HANSE_COUNT(POOL_FIELDS),
};
#undef AT
