/*
 * Denial experiments on small countries whose answers are worked out by hand in the comment
 * above each. Nothing fails in them and demand is flat, so every replication gives the same and
 * the answers are exact to rounding.
 */
#include <math.h>

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

/* Country A with so many devices' worth of demand; jurisdiction "far" with firm "maker". Sites
 * are the tests' own. */
static struct nation country(double devices_asked)
{
    struct nation n = nation_empty(4.0, devices_asked * nation_people_per_device(1.0), 0.0);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    return n;
}

static void hall(struct nation *n, const char *name, const char *controller, double devices)
{
    uint32_t site = nation_site(n, name, "a", "owner");
    if (controller != NULL) {
        nation_name(n, site, "controllers", controller);
    }
    nation_group(n, name, "card", devices);
}

static void denial(struct nation *n, double at_months, double months)
{
    uint32_t e = nation_add(n, "denial", "cut");
    nation_number(n, e, "at", at_months * MONTH_H);
    nation_number(n, e, "lasts", months * MONTH_H);
    nation_number(n, e, "floor", 0.9);
}

struct experiment {
    struct nation_run run;
    struct hanse_denials d;
};

static struct experiment deny(struct nation *n, const struct hanse_deny_options *options)
{
    struct experiment x = {.run = nation_freeze(n)};
    NATION_OK(n->ctx, hanse_deny(n->ctx, x.run.scenario, 0, options, &x.d));
    return x;
}

static void end(struct experiment *x, struct nation *n)
{
    hanse_denials_fini(&x->d);
    nation_run_end(&x->run);
    nation_end(n);
}

static const struct hanse_deny_options TWICE = {.replications = 2, .recourse = -1};

static int32_t actor(const struct hanse_denials *d, const char *name)
{
    for (int32_t a = 0; a < d->n_actors; a++) {
        if (strcmp(hanse_denial_actor_name(d, d->actors[a]), name) == 0) {
            return a;
        }
    }
    fail_msg("no actor %s", name);
    return -1;
}

static int32_t row(const struct hanse_denials *d, const char *name, int32_t axis)
{
    int32_t a = actor(d, name);
    for (int32_t r = 0; r < d->n_rows; r++) {
        if (d->rows[r].n_cuts == 1 && d->rows[r].actors[0] == a &&
            d->rows[r].cuts[0].axis == axis) {
            return r;
        }
    }
    fail_msg("no row %s", name);
    return -1;
}

static int32_t pair(const struct hanse_denials *d, const char *one, const char *other)
{
    int32_t a = actor(d, one), b = actor(d, other);
    for (int32_t r = 0; r < d->n_rows; r++) {
        const struct hanse_denial_row *p = &d->rows[r];
        if (p->n_cuts == 2 && ((p->actors[0] == a && p->actors[1] == b) ||
                               (p->actors[0] == b && p->actors[1] == a))) {
            return r;
        }
    }
    fail_msg("no pair %s, %s", one, other);
    return -1;
}

static struct hanse_denial_figures at_end(const struct hanse_denials *d, int32_t r)
{
    return hanse_denial_figures(d, r, 0, 0, d->n_points - 1);
}

/* --- one country ------------------------------------------------------------------------- */

/* Demand of 100 devices on 60 + 40. "maker" at "far" can switch off the 40: B = 1, K = 0.6 from
 * hour 0, exposure 0.4 on the axis control and on all. On silicon nothing is lost: no device
 * fails and none is bought. "far" takes "maker" along; "A" takes everything. */
static void a_kill_switch_bites_at_hour_zero(void **state)
{
    struct nation n = country(100);
    hall(&n, "own", NULL, 60);
    hall(&n, "held", "maker", 40);
    denial(&n, 12, 24);
    struct experiment x = deny(&n, &TWICE);
    assert_int_equal(x.d.n_points, 4);
    for (int32_t p = 0; p < x.d.n_points; p++) {
        struct hanse_denial_figures f =
            hanse_denial_figures(&x.d, row(&x.d, "maker", HANSE_AXIS_CONTROL), 0, 0, p);
        close_to(f.undisturbed.mean, 1.0);
        close_to(f.assured.mean, 0.6);
        close_to(f.exposure.mean, 0.4);
    }
    close_to(at_end(&x.d, row(&x.d, "maker", HANSE_AXIS_ALL)).exposure.mean, 0.4);
    close_to(at_end(&x.d, row(&x.d, "maker", HANSE_AXIS_SILICON)).exposure.mean, 0.0);
    close_to(at_end(&x.d, row(&x.d, "far", HANSE_AXIS_ALL)).assured.mean, 0.6);
    close_to(at_end(&x.d, row(&x.d, "A", HANSE_AXIS_TERRITORY)).assured.mean, 0.0);
    assert_int_equal(hanse_denial_survival(&x.d, row(&x.d, "maker", HANSE_AXIS_ALL), 0, 0.5),
                     -1);
    assert_int_equal(hanse_denial_survival(&x.d, row(&x.d, "maker", HANSE_AXIS_ALL), 0, 0.9),
                     0);
    end(&x, &n);
}

/* Demand of 100 devices, 50 there, 50 more ordered for month 18, half a year into a denial of
 * two years from month 12. B = (6 · 0.5 + 18 · 1)/24 = 0.875; without deliveries K = 0.5. The
 * curve: 0.5 after 3 days and 3 months; after 12 months B = (6 · 0.5 + 6)/12 = 0.75. Survival
 * of the denied world is over at once for a floor of 0.9. */
static void silicon_bites_when_deliveries_fail(void **state)
{
    struct nation n = country(100);
    hall(&n, "own", NULL, 50);
    uint32_t order = nation_add(&n, "purchase", "later");
    nation_text(&n, order, "group", "own/card");
    nation_number(&n, order, "count", 50);
    nation_number(&n, order, "from", 18 * MONTH_H);
    nation_number(&n, order, "lead_time", 0);
    denial(&n, 12, 24);
    struct experiment x = deny(&n, &TWICE);
    int32_t r = row(&x.d, "maker", HANSE_AXIS_SILICON);
    const double undisturbed[] = {0.5, 0.5, 0.75, 0.875};
    for (int32_t p = 0; p < 4; p++) {
        struct hanse_denial_figures f = hanse_denial_figures(&x.d, r, 0, 0, p);
        close_to(f.undisturbed.mean, undisturbed[p]);
        close_to(f.assured.mean, 0.5);
    }
    close_to(at_end(&x.d, row(&x.d, "maker", HANSE_AXIS_ALL)).exposure.mean, 0.375);
    close_to(hanse_denial_month(&x.d, -1, 0, 5).mean, 0.5);
    close_to(hanse_denial_month(&x.d, -1, 0, 6).mean, 1.0);
    close_to(hanse_denial_month(&x.d, r, 0, 23).mean, 0.5);
    end(&x, &n);
}

/* Demand of 50 on 50 + 50. "p" can switch off one half, "q" the other: alone neither hurts,
 * together K = 0, so E(pq) = 1 and the synergy is 1 − 0 = 1. */
static void two_halves_of_a_redundant_system_are_synergy_one(void **state)
{
    struct nation n = country(50);
    nation_firm(&n, "p", "far");
    nation_firm(&n, "q", "far");
    hall(&n, "first", "p", 50);
    hall(&n, "second", "q", 50);
    denial(&n, 12, 12);
    struct experiment x = deny(&n, &TWICE);
    close_to(at_end(&x.d, row(&x.d, "p", HANSE_AXIS_ALL)).exposure.mean, 0.0);
    close_to(at_end(&x.d, row(&x.d, "q", HANSE_AXIS_ALL)).exposure.mean, 0.0);
    close_to(at_end(&x.d, pair(&x.d, "p", "q")).exposure.mean, 1.0);
    close_to(hanse_denial_synergy(&x.d, pair(&x.d, "p", "q"), 0, 0).mean, 1.0);
    /* "far" compels both: the same cut as the pair, simulated once. */
    close_to(at_end(&x.d, row(&x.d, "far", HANSE_AXIS_ALL)).exposure.mean, 1.0);
    close_to(hanse_denial_synergy(&x.d, pair(&x.d, "p", "far"), 0, 0).mean, 0.0);
    end(&x, &n);
}

/* --- who is foreign, who compels -----------------------------------------------------------
 */

/* A firm at home whose tools come under a foreign rule: "far" compels it and so takes the 40
 * along, though it is at home in A and domestic to A's view. */
static void a_rule_with_reach_takes_a_domestic_firm_along(void **state)
{
    struct nation n = country(100);
    uint32_t local = nation_firm(&n, "local", "A");
    nation_name(&n, local, "compelled_by", "far");
    hall(&n, "own", NULL, 60);
    hall(&n, "held", "local", 40);
    denial(&n, 12, 12);
    struct experiment x = deny(&n, &TWICE);
    close_to(at_end(&x.d, row(&x.d, "far", HANSE_AXIS_CONTROL)).assured.mean, 0.6);
    assert_false(hanse_denial_foreign(&x.d, actor(&x.d, "local"), 0));
    assert_true(hanse_denial_foreign(&x.d, actor(&x.d, "maker"), 0));
    assert_true(hanse_denial_foreign(&x.d, actor(&x.d, "far"), 0));
    struct hanse_denial_worst worst;
    NATION_OK(n.ctx, hanse_denial_worst(&x.d, 0, 0, true, &worst));
    assert_int_equal(worst.n, 2);
    assert_int_equal(worst.ranked[0], actor(&x.d, "far"));
    assert_int_equal(worst.n_tied, 1);
    close_to(worst.assured, 0.6);
    assert_int_equal(x.d.rows[worst.through].cuts[0].axis, HANSE_AXIS_CONTROL);
    hanse_denial_worst_fini(&worst);
    end(&x, &n);
}

/* --- copies and runs from zero --------------------------------------------------------------
 */

static struct nation failing(void)
{
    struct nation n = nation_empty(4.0, 90.0 * nation_people_per_device(1.0), 0.3);
    nation_upkeep(&n, 0.5, true);
    nation_workload(&n, "ask", 1.0);
    hall(&n, "own", NULL, 60);
    hall(&n, "held", "maker", 40);
    denial(&n, 12, 24);
    return n;
}

static void same_numbers(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&a[i], &b[i], sizeof *a) != 0) {
            fail_msg("number %zu: %.17g and %.17g", i, a[i], b[i]);
        }
    }
}

static void copies_give_the_bytes_of_runs_from_zero_on_any_number_of_threads(void **state)
{
    struct nation n = failing(), m = failing();
    struct hanse_deny_options one = {.replications = 5, .threads = 1, .recourse = -1};
    struct hanse_deny_options other = {
        .replications = 5, .threads = 3, .recourse = -1, .from_zero = true};
    struct experiment x = deny(&n, &one), y = deny(&m, &other);
    size_t cells = (size_t)x.d.n_viewers * (size_t)x.d.n_bands * (size_t)x.d.n_points;
    same_numbers(x.d.denied, y.d.denied, cells * 5 * (size_t)x.d.n_rows);
    same_numbers(x.d.undisturbed, y.d.undisturbed, cells * 5);
    same_numbers(x.d.month_denied, y.d.month_denied,
                 (size_t)x.d.n_viewers * (size_t)x.d.n_months * 5 * (size_t)x.d.n_rows);
    /* Something did fail, and the denial did bite, so the comparison compares something. */
    assert_true(at_end(&x.d, row(&x.d, "maker", HANSE_AXIS_SPARES)).exposure.mean > 0.001);
    end(&x, &n);
    end(&y, &m);
}

/* "idle" holds nothing: its rows are not simulated, and simulating one all the same gives the
 * undisturbed numbers to the bit. */
static void withdrawing_who_touches_nothing_changes_nothing(void **state)
{
    struct nation n = failing();
    nation_firm(&n, "idle", "far");
    struct experiment x = deny(&n, &TWICE);
    int32_t idle = row(&x.d, "idle", HANSE_AXIS_ALL);
    assert_int_equal(x.d.rows[idle].same_as, -1);
    close_to(at_end(&x.d, idle).exposure.mean, 0.0);

    struct hanse_record plain = nation_replicate(&x.run, 0);
    double *before = malloc(plain.n_values * sizeof *before);
    assert_non_null(before);
    memcpy(before, plain.series, plain.n_values * sizeof *before);
    NATION_OK(n.ctx,
              hanse_worker_start(x.run.worker, x.run.scenario, &x.run.layout, 7, 0, false));
    NATION_OK(n.ctx, hanse_worker_advance(x.run.worker, 12 * MONTH_H));
    NATION_OK(n.ctx,
              hanse_worker_deny(x.run.worker, x.d.rows[idle].cuts, 1, HANSE_RECOURSE_OPERATE));
    struct hanse_record denied = {0};
    NATION_OK(n.ctx, hanse_worker_finish(x.run.worker, &denied));
    same_numbers(before, denied.series, plain.n_values);
    free(before);
    end(&x, &n);
}

/* --- recourse ------------------------------------------------------------------------------
 */

/* Demand of 50 in tier 1 and 50 in tier 2 on 60 + 40, the 40 switched off. Operating, tier 1
 * gets all it asks and tier 2 the ten left: 1 and 0.2. Frozen, both get 60 in 100. */
static void frozen_worlds_shed_all_tiers_alike(void **state)
{
    for (int frozen = 0; frozen < 2; frozen++) {
        struct nation n = country(50);
        uint32_t second = nation_workload(&n, "later", 1.0);
        nation_number(&n, second, "tier", 2);
        hall(&n, "own", NULL, 60);
        hall(&n, "held", "maker", 40);
        denial(&n, 12, 12);
        struct hanse_deny_options options = {.replications = 2,
                                             .recourse = frozen ? HANSE_RECOURSE_FROZEN
                                                                : HANSE_RECOURSE_OPERATE};
        struct experiment x = deny(&n, &options);
        assert_int_equal(x.d.n_bands, 3);
        int32_t r = row(&x.d, "maker", HANSE_AXIS_CONTROL), last = x.d.n_points - 1;
        int32_t first = x.d.bands[1].tier < x.d.bands[2].tier ? 1 : 2;
        close_to(hanse_denial_figures(&x.d, r, 0, first, last).assured.mean,
                 frozen ? 0.6 : 1.0);
        close_to(hanse_denial_figures(&x.d, r, 0, 3 - first, last).assured.mean,
                 frozen ? 0.6 : 0.2);
        close_to(hanse_denial_figures(&x.d, r, 0, 0, last).assured.mean, 0.6);
        end(&x, &n);
    }
}

/* With single-class flow and fixed decisions, who takes more along exposes more: a pair at
 * least as much as each of its two, in every replication. */
static void exposure_grows_with_the_set_of_actors(void **state)
{
    struct nation n = failing();
    nation_firm(&n, "q", "far");
    hall(&n, "third", "q", 20);
    struct hanse_deny_options options = {.replications = 10, .recourse = -1};
    struct experiment x = deny(&n, &options);
    size_t block = (size_t)x.d.n_viewers * (size_t)x.d.n_bands * (size_t)x.d.n_points;
    for (int32_t r = 0; r < x.d.n_rows; r++) {
        if (x.d.rows[r].n_cuts < 2) {
            continue;
        }
        for (size_t i = 0; i < 10 * block; i++) {
            double both = x.d.denied[(size_t)r * 10 * block + i];
            double one = x.d.denied[(size_t)x.d.rows[r].actors[0] * 10 * block + i];
            double other = x.d.denied[(size_t)x.d.rows[r].actors[1] * 10 * block + i];
            assert_true(both <= one * (1 + 1e-12) && both <= other * (1 + 1e-12));
        }
    }
    end(&x, &n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_switch_bites_at_hour_zero),
        cmocka_unit_test(silicon_bites_when_deliveries_fail),
        cmocka_unit_test(two_halves_of_a_redundant_system_are_synergy_one),
        cmocka_unit_test(a_rule_with_reach_takes_a_domestic_firm_along),
        cmocka_unit_test(copies_give_the_bytes_of_runs_from_zero_on_any_number_of_threads),
        cmocka_unit_test(withdrawing_who_touches_nothing_changes_nothing),
        cmocka_unit_test(frozen_worlds_shed_all_tiers_alike),
        cmocka_unit_test(exposure_grows_with_the_set_of_actors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
