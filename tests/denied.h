/* Denial experiments for tests: laying them out, and finding rows and viewers by name. */
#ifndef HANSE_TESTS_DENIED_H
#define HANSE_TESTS_DENIED_H

#include <math.h>

#include "sim/process/shock.h"
#include "sim/study/deny.h"
#include "tests/nation.h"

enum { DENIED_MONTH_H = 730 };

static inline void denied_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

/* Nation of tests/nation.h whose people ask for so many devices' time. */
static inline struct nation denied_country(double devices_asked, double hazard_per_year)
{
    double people = devices_asked * nation_people_per_device(1.0);
    struct nation n = nation_empty(4.0, people, hazard_per_year);
    nation_upkeep(&n, 1.0, false);
    nation_workload(&n, "ask", 1.0);
    return n;
}

static inline uint32_t denied_hall(struct nation *n, const char *name, double devices)
{
    uint32_t site = nation_site(n, name, "a", "owner");
    nation_group(n, name, "card", devices);
    return site;
}

static inline uint32_t denied_noun(struct nation *n, double at_months, double months)
{
    uint32_t e = nation_add(n, "denial", "cut");
    nation_number(n, e, "at", at_months * DENIED_MONTH_H);
    nation_number(n, e, "lasts", months * DENIED_MONTH_H);
    nation_number(n, e, "floor", 0.9);
    return e;
}

struct denied {
    struct nation_run run;
    struct hanse_denials d;
};

static inline struct denied denied_run(struct nation *n, enum hanse_recourse recourse)
{
    struct denied x = {.run = nation_freeze(n)};
    const struct hanse_deny_options options = {.replications = 2, .recourse = (int)recourse};
    NATION_OK(n->ctx, hanse_deny(n->ctx, x.run.scenario, 0, &options, &x.d));
    return x;
}

static inline void denied_end(struct denied *x, struct nation *n)
{
    hanse_denials_fini(&x->d);
    nation_run_end(&x->run);
    nation_end(n);
}

static inline int32_t denied_row(const struct hanse_denials *d, const char *one, int32_t axis,
                                 const char *other)
{
    for (int32_t r = 0; r < d->n_rows; r++) {
        const struct hanse_denial_row *row = &d->rows[r];
        bool two = row->n_cuts == 2;
        if (row->cuts[0].axis == axis && two == (other != NULL) &&
            strcmp(hanse_denial_actor_name(d, row->cuts[0].actor), one) == 0 &&
            (other == NULL ||
             strcmp(hanse_denial_actor_name(d, row->cuts[1].actor), other) == 0)) {
            return r;
        }
    }
    fail_msg("no row %s", one);
    return -1;
}

static inline int32_t denied_viewer(const struct hanse_denials *d, const char *name)
{
    for (int32_t v = 0; v < d->n_viewers; v++) {
        if (strcmp(hanse_denial_actor_name(d, d->viewers[v]), name) == 0) {
            return v;
        }
    }
    fail_msg("no viewer %s", name);
    return -1;
}

/* B, K and B - K over the whole time, of the first viewer. */
static inline struct hanse_denial_figures denied_figures(const struct denied *x,
                                                         const char *actor, int32_t axis)
{
    return hanse_denial_figures(&x->d, denied_row(&x->d, actor, axis, NULL), 0, 0,
                                x->d.n_points - 1);
}

#endif
