/*
 * The control ledger on small countries whose books are kept by hand in the comment above each.
 * Nothing fails in them and demand is flat, so the answers are exact to rounding.
 */
#include <math.h>
#include <string.h>

#include "sim/process/shock.h"
#include "sim/study/deny.h"
#include "tests/nation.h"

enum { MONTH_H = 730 };

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

/* --- reading ------------------------------------------------------------------------------ */

static int32_t row_of(const struct nation_run *run, const struct hanse_kind *kind,
                      const char *name)
{
    int32_t row = hanse_scenario_find(run->scenario, kind, name);
    if (row < 0) {
        fail_msg("no %s %s", kind->name, name);
    }
    return row;
}

static int32_t country(const struct nation_run *run, const char *name)
{
    return row_of(run, &hanse_kind_jurisdiction, name);
}

/* A cell of an output, in a month. */
static double cell(const struct nation_run *run, const struct hanse_record *record,
                   const char *output, int32_t item, int32_t month)
{
    int32_t c = hanse_layout_find(&run->layout, output);
    assert_true(c >= 0);
    const struct hanse_column *column = &run->layout.columns[c];
    return record
        ->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)item];
}

/* Share of what was served for the people of `who`, in month 1. */
static double share(const struct nation_run *run, const struct hanse_record *record,
                    const char *output, const char *who)
{
    int32_t j = country(run, who);
    return cell(run, record, output, j, 1) / cell(run, record, "work_served", j, 1);
}

/* The same of an output of two dimensions, by its second. */
static double share_by(const struct nation_run *run, const struct hanse_record *record,
                       const char *output, const char *who, const char *by)
{
    int32_t n, j = country(run, who);
    hanse_scenario_table(run->scenario, &hanse_kind_jurisdiction, &n);
    return cell(run, record, output, j * n + country(run, by), 1) /
           cell(run, record, "work_served", j, 1);
}

static double owned(const struct nation_run *run, const struct hanse_record *record,
                    const char *who)
{
    double sum = nation_month(run, record, "work_owned", 1);
    return cell(run, record, "work_owned", row_of(run, &hanse_kind_operator, who), 1) / sum;
}

/* --- three countries ---------------------------------------------------------------------- */

/* A, B and C ask for the time of 60, 20 and 30 devices in one pool. A has 40 that its own oa
 * runs; in B stand 50 of C's oc that "maker" of far can switch off; in C 10 of B's ob. So A is
 * short of 20, C of 20, and B's hall has 30 left for 40 asked: A and C get 15 each. Served: A
 * 40 + 15 of 60, B 20 of 20, C 10 + 15 of 30. */
static struct nation three(const char *votes, double majority)
{
    struct nation n = nation_begin();
    static const struct {
        const char *land, *region, *owner, *home, *site;
        double asked, devices;
    } LANDS[] = {{"A", "a", "oa", "A", "hall-a", 60, 40},
                 {"B", "b", "oc", "C", "hall-b", 20, 50},
                 {"C", "c", "ob", "B", "hall-c", 30, 10}};
    double people = nation_people_per_device(1.0);
    nation_settings(&n, 1.0);
    nation_add(&n, "bloc", "union");
    uint32_t pool = nation_add(&n, "pool", "pool");
    nation_text(&n, pool, "votes", votes);
    nation_number(&n, pool, "majority", majority);
    nation_jurisdiction(&n, "far");
    nation_firm(&n, "maker", "far");
    nation_firm(&n, "patron", "far");
    for (size_t i = 0; i < 3; i++) {
        nation_name(&n, nation_jurisdiction(&n, LANDS[i].land), "blocs", "union");
        nation_region(&n, LANDS[i].region, LANDS[i].land, "pool", LANDS[i].asked * people);
    }
    uint32_t stack = nation_add(&n, "stack", "runtime");
    nation_text(&n, stack, "vendor", "maker");
    nation_name(&n, stack, "firmware_open_to", "A");
    nation_text(&n, nation_card(&n, "card", "maker", 0.0), "stack", "runtime");
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    for (size_t i = 0; i < 3; i++) {
        uint32_t owner = nation_operator(&n, LANDS[i].owner, LANDS[i].home);
        if (i == 1) {
            nation_name(&n, owner, "logs_to", "union");
        }
        uint32_t site = nation_site(&n, LANDS[i].site, LANDS[i].region, LANDS[i].owner);
        if (i == 0) {
            nation_name(&n, site, "verified_by", "oa");
        }
        if (i < 2) {
            nation_name(&n, site, "controllers", i == 1 ? "maker" : "patron");
        }
        nation_group(&n, LANDS[i].site, "card", LANDS[i].devices);
    }
    nation_workload(&n, "ask", 1.0);
    return n;
}

/* The vendor of far reaches A's hall as well: it too has a controller there. Reach of hall-a:
 * A, far; of hall-b: B, where it stands, C, its owner's home, far; of hall-c: C and B. */
static void the_ledger_of_three_countries_is_that_kept_by_hand(void **state)
{
    struct nation n = three("seat", 0.5);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);

    close_to(cell(&run, &r, "work_served", country(&run, "A"), 1) /
                 nation_month(&run, &r, "demand", 1),
             55.0 / 110.0);
    close_to(share_by(&run, &r, "work_on_territory", "A", "A"), 40.0 / 55.0);
    close_to(share_by(&run, &r, "work_on_territory", "A", "B"), 15.0 / 55.0);
    close_to(share_by(&run, &r, "work_on_territory", "C", "B"), 15.0 / 25.0);
    close_to(share(&run, &r, "work_at_home", "A"), 40.0 / 55.0);
    close_to(share(&run, &r, "work_at_home", "B"), 1.0);
    close_to(share(&run, &r, "work_at_home", "C"), 10.0 / 25.0);

    close_to(share_by(&run, &r, "work_in_reach", "A", "A"), 40.0 / 55.0);
    close_to(share_by(&run, &r, "work_in_reach", "A", "far"), 1.0);
    close_to(share_by(&run, &r, "work_in_reach", "A", "B"), 15.0 / 55.0);
    close_to(share_by(&run, &r, "work_in_reach", "A", "C"), 15.0 / 55.0);
    close_to(share_by(&run, &r, "work_in_reach", "C", "B"), 1.0);
    close_to(share_by(&run, &r, "work_in_reach", "C", "far"), 15.0 / 25.0);
    close_to(share(&run, &r, "work_in_foreign_reach", "C"), 1.0);
    close_to(share(&run, &r, "work_in_reach_outside", "C"), 15.0 / 25.0); /* one bloc */

    close_to(share(&run, &r, "work_owned_at_home", "A"), 40.0 / 55.0);
    close_to(share(&run, &r, "work_owned_at_home", "B"), 0.0);
    close_to(share(&run, &r, "work_owned_at_home", "C"), 15.0 / 25.0);
    close_to(owned(&run, &r, "oa"), 0.4);
    close_to(owned(&run, &r, "oc"), 0.5);
    close_to(owned(&run, &r, "ob"), 0.1);

    /* oc hands its logs to the union, of which A is a member; A may look into the runtime and
     * compels oa, which checks hall-a. B compels nobody there but gets oc's logs. */
    close_to(share(&run, &r, "work_logged", "A"), 1.0);
    close_to(share(&run, &r, "work_open_firmware", "A"), 1.0);
    close_to(share(&run, &r, "work_verified", "A"), 40.0 / 55.0);
    close_to(share(&run, &r, "work_auditable", "A"), 40.0 / 55.0);
    close_to(share(&run, &r, "work_logged", "B"), 1.0);
    close_to(share(&run, &r, "work_open_firmware", "B"), 0.0);
    close_to(share(&run, &r, "work_auditable", "B"), 0.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* By seat A, B and C have a third each: with simple majority two of them can veto. By stake A's
 * oa has 40 of 100 devices, B's ob 10, C's oc 50: C can alone, and A's share of its rules is
 * 0.4. At two thirds a third is enough: by seat each can alone. All hardware is busy, so by
 * contribution it is as by stake. */
static void votes_are_counted_by_seat_stake_or_contribution(void **state)
{
    static const struct {
        const char *votes;
        double majority, own, own_veto, foreign_veto, fewest, of_c;
    } RULES[] = {
        {"seat", 0.5, 1.0 / 3, 0, 0, 2, 1.0 / 3}, {"seat", 2.0 / 3, 1.0 / 3, 1, 1, 1, 1.0 / 3},
        {"stake", 0.5, 0.4, 0, 1, 1, 0.5},        {"contribution", 0.5, 0.4, 0, 1, 1, 0.5},
        {"stake", 0.59, 0.4, 0, 1, 1, 0.5},       {"stake", 0.61, 0.4, 1, 1, 1, 0.5}};
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        struct nation n = three(RULES[i].votes, RULES[i].majority);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        close_to(share(&run, &r, "work_own_votes", "A"), RULES[i].own);
        close_to(share(&run, &r, "work_own_veto", "A"), RULES[i].own_veto);
        close_to(share(&run, &r, "work_foreign_veto", "A"), RULES[i].foreign_veto);
        close_to(share(&run, &r, "work_blockers", "A"), RULES[i].fewest);
        close_to(share_by(&run, &r, "work_under_votes", "A", "C"), RULES[i].of_c);
        nation_run_end(&run);
        nation_end(&n);
    }
}

/* --- denials ------------------------------------------------------------------------------ */

static int32_t find_row(const struct hanse_denials *d, const char *one, const char *other)
{
    for (int32_t r = 0; r < d->n_rows; r++) {
        const struct hanse_denial_row *row = &d->rows[r];
        bool two = row->n_cuts == 2;
        if (row->cuts[0].axis == HANSE_AXIS_ALL && two == (other != NULL) &&
            strcmp(hanse_denial_actor_name(d, row->cuts[0].actor), one) == 0 &&
            (!two || strcmp(hanse_denial_actor_name(d, row->cuts[1].actor), other) == 0)) {
            return r;
        }
    }
    fail_msg("no row %s", one);
    return -1;
}

static int32_t viewer(const struct hanse_denials *d, const char *name)
{
    for (int32_t v = 0; v < d->n_viewers; v++) {
        if (strcmp(hanse_denial_actor_name(d, d->viewers[v]), name) == 0) {
            return v;
        }
    }
    fail_msg("no viewer %s", name);
    return -1;
}

/* Without maker, B's hall is gone: A keeps 40 of 60, B nothing, C 10 of 30. Without patron A's
 * is: A asks 60 and C 20 of the 30 left in B's, which gives 3/8: 22.5 and 7.5. Without both
 * nothing is left of A. E for A: 15/60 and 32.5/60 alone, 55/60 together, so the synergy is
 * 22.5/60. The union as one asks 110 and gets 100; without maker it keeps 50. */
static void b_k_exposure_and_synergy_of_three_countries_are_those_by_hand(void **state)
{
    struct nation n = three("seat", 0.5);
    uint32_t e = nation_add(&n, "denial", "cut");
    nation_number(&n, e, "at", 2 * MONTH_H);
    nation_number(&n, e, "lasts", 6 * MONTH_H);
    nation_number(&n, e, "floor", 0.5);
    struct hanse_value items[4];
    static const char *const VIEWERS[] = {"A", "B", "C", "union"};
    for (size_t i = 0; i < 4; i++) {
        items[i] = (struct hanse_value){.type = HANSE_VALUE_TEXT, .text = VIEWERS[i]};
    }
    struct hanse_value list = {.type = HANSE_VALUE_LIST, .items = items, .n_items = 4};
    NATION_OK(n.ctx, hanse_draft_set(n.draft, e, "viewers", &list, NULL));
    struct nation_run run = nation_freeze(&n);
    struct hanse_denials d;
    const struct hanse_deny_options options = {.replications = 2, .recourse = -1};
    NATION_OK(n.ctx, hanse_deny(n.ctx, run.scenario, 0, &options, &d));

    int32_t maker = find_row(&d, "maker", NULL), patron = find_row(&d, "patron", NULL);
    int32_t both = find_row(&d, "maker", "patron"), last = d.n_points - 1;
    static const struct {
        const char *viewer;
        double undisturbed, without_maker, without_patron;
    } WANT[] = {{"A", 55.0 / 60, 40.0 / 60, 22.5 / 60},
                {"B", 1.0, 0.0, 1.0},
                {"C", 25.0 / 30, 10.0 / 30, 17.5 / 30},
                {"union", 100.0 / 110, 50.0 / 110, 60.0 / 110}};
    for (size_t i = 0; i < 4; i++) {
        int32_t v = viewer(&d, WANT[i].viewer);
        struct hanse_denial_figures f = hanse_denial_figures(&d, maker, v, 0, last);
        close_to(f.undisturbed.mean, WANT[i].undisturbed);
        close_to(f.assured.mean, WANT[i].without_maker);
        close_to(f.exposure.mean, WANT[i].undisturbed - WANT[i].without_maker);
        close_to(hanse_denial_figures(&d, patron, v, 0, last).assured.mean,
                 WANT[i].without_patron);
    }
    int32_t a = viewer(&d, "A");
    close_to(hanse_denial_figures(&d, both, a, 0, last).exposure.mean, 55.0 / 60);
    close_to(hanse_denial_synergy(&d, both, a, 0).mean, 22.5 / 60);

    /* The ledger beside it, A's as above; of the union all work stands, is owned and voted on
     * inside, and far reaches hall-a and hall-b, 90 of the 100. */
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_AT_HOME).mean, 40.0 / 55);
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_OWNED_AT_HOME).mean, 40.0 / 55);
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_FOREIGN_REACH).mean, 1.0);
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_OWN_VOTES).mean, 1.0 / 3);
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_AUDITABLE).mean, 40.0 / 55);
    close_to(hanse_denial_ledger(&d, a, HANSE_LEDGER_BLOCKING).mean, 2.0);
    int32_t u = viewer(&d, "union");
    close_to(hanse_denial_ledger(&d, u, HANSE_LEDGER_AT_HOME).mean, 1.0);
    close_to(hanse_denial_ledger(&d, u, HANSE_LEDGER_OWNED_AT_HOME).mean, 1.0);
    close_to(hanse_denial_ledger(&d, u, HANSE_LEDGER_OWN_VOTES).mean, 1.0);
    close_to(hanse_denial_ledger(&d, u, HANSE_LEDGER_FOREIGN_REACH).mean, 0.9);
    close_to(hanse_denial_ledger(&d, u, HANSE_LEDGER_AUDITABLE).mean, 0.4);
    assert_true(isnan(hanse_denial_ledger(&d, u, HANSE_LEDGER_OWN_VETO).mean));
    close_to(hanse_denial_system(&d, a, HANSE_SYSTEM_REACH, country(&run, "far")).mean, 1.0);
    close_to(hanse_denial_system(&d, a, HANSE_SYSTEM_OWNER, country(&run, "C")).mean,
             15.0 / 55);
    close_to(hanse_denial_system(&d, u, HANSE_SYSTEM_TERRITORY, country(&run, "B")).mean, 0.5);
    hanse_denials_fini(&d);
    nation_run_end(&run);
    nation_end(&n);
}

/* --- in time ------------------------------------------------------------------------------ */

/* Two owners with 50 devices each in one region, which asks for 50. In the middle of month 1
 * the second's controller is withdrawn: half the month each does half, then the first does all,
 * so it has 3/4 of the month. */
static void hands_share_a_place_by_the_work_of_each_stretch(void **state)
{
    struct nation n = nation_empty(1.0, 50.0 * nation_people_per_device(1.0), 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    nation_operator(&n, "second", "A");
    nation_site(&n, "one", "a", "owner");
    nation_group(&n, "one", "card", 50);
    nation_name(&n, nation_site(&n, "two", "a", "second"), "controllers", "maker");
    nation_group(&n, "two", "card", 50);
    uint32_t e = nation_add(&n, "withdraw", "kill");
    nation_text(&n, e, "actor", "maker");
    nation_text(&n, e, "axis", "control");
    nation_number(&n, e, "from", 1.5 * MONTH_H);
    nation_number(&n, e, "to", 4.5 * MONTH_H);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(owned(&run, &r, "owner"), 0.75);
    close_to(owned(&run, &r, "second"), 0.25);
    close_to(share_by(&run, &r, "work_in_reach", "A", "far"), 0.25);
    nation_run_end(&run);
    nation_end(&n);
}

/* A takeover in the middle of month 1 hands the only hall to an operator of far. */
static void a_takeover_splits_the_month_between_its_owners(void **state)
{
    struct nation n = nation_small(1.0, 100, 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    nation_operator(&n, "heir", "far");
    uint32_t e = nation_add(&n, "takeover", "sold");
    nation_text(&n, e, "operator", "owner");
    nation_text(&n, e, "sort", "nationalisation");
    nation_text(&n, e, "successor", "heir");
    nation_number(&n, e, "from", 1.5 * MONTH_H);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(owned(&run, &r, "owner"), 0.5);
    close_to(owned(&run, &r, "heir"), 0.5);
    close_to(share(&run, &r, "work_owned_at_home", "A"), 0.5);
    close_to(share_by(&run, &r, "work_in_reach", "A", "far"), 0.5);
    nation_run_end(&run);
    nation_end(&n);
}

/* A asks for 100 devices' time, has 60, and the API of "renter" of far, hosted in "host", takes
 * the rest. */
static void an_api_is_in_reach_of_its_host_and_its_providers_home(void **state)
{
    struct nation n = nation_empty(1.0, 100.0 * nation_people_per_device(1.0), 0.0);
    nation_upkeep(&n, 1.0, false);
    uint32_t ask = nation_workload(&n, "ask", 1.0);
    nation_site(&n, "hall", "a", "owner");
    nation_group(&n, "hall", "card", 60);
    nation_jurisdiction(&n, "host");
    nation_firm(&n, "renter", "far");
    uint32_t e = nation_add(&n, "cloud", "api");
    nation_text(&n, e, "provider", "renter");
    nation_text(&n, e, "host", "host");
    nation_number(&n, e, "prompt_price", 1e-6);
    nation_number(&n, e, "output_price", 1e-6);
    nation_text(&n, ask, "cloud", "api");
    nation_text(&n, ask, "cloud_use", "overflow");
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(share_by(&run, &r, "work_on_territory", "A", "host"), 0.4);
    close_to(share_by(&run, &r, "work_in_reach", "A", "host"), 0.4);
    close_to(share_by(&run, &r, "work_in_reach", "A", "far"), 0.4);
    close_to(share_by(&run, &r, "work_in_reach", "A", "A"), 0.6);
    close_to(share_by(&run, &r, "work_under_votes", "A", "far"), 0.4);
    close_to(share(&run, &r, "work_own_votes", "A"), 0.6);
    close_to(share(&run, &r, "work_foreign_veto", "A"), 0.4);
    close_to(nation_month(&run, &r, "work_rented", 1) /
                 nation_month(&run, &r, "work_served", 1),
             0.4);
    nation_run_end(&run);
    nation_end(&n);
}

/* A has hardware enough, and its people's work goes where electricity is cheapest: to B. */
static void work_that_chooses_its_place_is_booked_where_it_goes(void **state)
{
    struct nation n = nation_begin();
    nation_settings(&n, 1.0);
    nation_jurisdiction(&n, "A");
    nation_jurisdiction(&n, "B");
    nation_firm(&n, "maker", "B");
    nation_text(&n, nation_add(&n, "pool", "pool"), "placement", "cheapest");
    nation_region(&n, "a", "A", "pool", 60.0 * nation_people_per_device(1.0));
    uint32_t b = nation_add(&n, "region", "b");
    nation_text(&n, b, "jurisdiction", "B");
    nation_text(&n, b, "pool", "pool");
    nation_number(&n, b, "population", 0.0);
    nation_number(&n, b, "electricity_price", 0.05);
    nation_number(&n, b, "carbon_intensity", 300.0);
    nation_number(&n, b, "pue", 1.25);
    nation_operator(&n, "owner", "A");
    nation_operator(&n, "other", "B");
    nation_card(&n, "card", "maker", 0.0);
    nation_model(&n);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    nation_site(&n, "dear", "a", "owner");
    nation_group(&n, "dear", "card", 60);
    nation_site(&n, "cheap", "b", "other");
    nation_group(&n, "cheap", "card", 40);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    close_to(share_by(&run, &r, "work_on_territory", "A", "B"), 40.0 / 60);
    close_to(share(&run, &r, "work_at_home", "A"), 20.0 / 60);
    close_to(owned(&run, &r, "other"), 40.0 / 60);
    nation_run_end(&run);
    nation_end(&n);
}

/* Batch jobs are in the ledger when they end. */
static void batch_jobs_count_for_the_owner_of_their_devices(void **state)
{
    struct nation n = nation_empty(1.0, 0.0, 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_number(&n, nation_site(&n, "hall", "a", "owner"), "batch_share", 1.0);
    nation_group(&n, "hall", "card", 8);
    uint32_t e = nation_add(&n, "batch", "jobs");
    nation_text(&n, e, "region", "a");
    nation_text(&n, e, "data_class", "public");
    nation_number(&n, e, "rate", 0.2);
    nation_number(&n, e, "runtime", 5.0);
    nation_number(&n, e, "width_max", 4);
    nation_number(&n, e, "deadline", 24);
    struct nation_run run = nation_freeze(&n);
    struct hanse_record r = nation_replicate(&run, 0);
    double done =
        nation_month(&run, &r, "batch_on_time", 1) + nation_month(&run, &r, "batch_late", 1);
    assert_true(done > 0.0);
    close_to(nation_month(&run, &r, "work_owned", 1) / done, 1.0);
    close_to(share(&run, &r, "work_at_home", "A"), 1.0);
    nation_run_end(&run);
    nation_end(&n);
}

/* A withdrawal of who holds nothing, in the middle of a month in which devices fail: not a bit
 * of the record is another, the ledger's included. */
static void a_withdrawal_of_nothing_leaves_the_whole_record_alone(void **state)
{
    double *before = NULL;
    for (int with = 0; with < 2; with++) {
        struct nation n = nation_empty(2.0, 90.0 * nation_people_per_device(1.0), 0.3);
        nation_upkeep(&n, 0.5, true);
        nation_workload(&n, "ask", 1.0);
        nation_operator(&n, "second", "far");
        nation_site(&n, "one", "a", "owner");
        nation_group(&n, "one", "card", 60);
        nation_site(&n, "two", "a", "second");
        nation_group(&n, "two", "card", 40);
        nation_firm(&n, "idle", "A");
        uint32_t e = nation_add(&n, "withdraw", "nobody");
        nation_text(&n, e, "actor", with ? "idle" : "maker");
        nation_text(&n, e, "axis", "all");
        nation_number(&n, e, "from", 3.4 * MONTH_H);
        nation_number(&n, e, "to", with ? 7.7 * MONTH_H : 3.4 * MONTH_H);
        struct nation_run run = nation_freeze(&n);
        struct hanse_record r = nation_replicate(&run, 0);
        if (before == NULL) {
            before = malloc(r.n_values * sizeof *before);
            assert_non_null(before);
            memcpy(before, r.series, r.n_values * sizeof *before);
        } else {
            for (int32_t c = 0; c < run.layout.n_columns; c++) {
                const struct hanse_column *column = &run.layout.columns[c];
                size_t size = (size_t)run.layout.n_months * (size_t)column->n_items;
                /* Of a shock that takes nothing resilience says when it was. */
                bool dated = strncmp(column->output->name, "shock_", 6) == 0;
                if (column->offset != SIZE_MAX && !dated) {
                    assert_memory_equal(before + column->offset, r.series + column->offset,
                                        size * sizeof *before);
                }
            }
        }
        nation_run_end(&run);
        nation_end(&n);
    }
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ledger_of_three_countries_is_that_kept_by_hand),
        cmocka_unit_test(votes_are_counted_by_seat_stake_or_contribution),
        cmocka_unit_test(b_k_exposure_and_synergy_of_three_countries_are_those_by_hand),
        cmocka_unit_test(hands_share_a_place_by_the_work_of_each_stretch),
        cmocka_unit_test(a_takeover_splits_the_month_between_its_owners),
        cmocka_unit_test(an_api_is_in_reach_of_its_host_and_its_providers_home),
        cmocka_unit_test(work_that_chooses_its_place_is_booked_where_it_goes),
        cmocka_unit_test(batch_jobs_count_for_the_owner_of_their_devices),
        cmocka_unit_test(a_withdrawal_of_nothing_leaves_the_whole_record_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
