/* Units against a load: published systems, enumeration, chains. */
#include "sim/stats/reliability.h"

#include <string.h>

#include "sim/stats/queueing.h"
#include "sim/stats/stock.h"
#include "tests/close.h"

static int make_context(void **state)
{
    *state = hanse_context_create();
    return *state ? 0 : -1;
}

static int drop_context(void **state)
{
    hanse_context_destroy(*state);
    return 0;
}

static struct hanse_adequacy ask(void *ctx, const struct hanse_unit_group *groups, size_t n,
                                 const struct hanse_common_cause *cause, const double *load,
                                 size_t n_hours)
{
    struct hanse_capacity_table table;
    struct hanse_adequacy a;
    assert_int_equal(hanse_capacity_table_init(ctx, groups, n, cause, &table), HANSE_OK);
    assert_int_equal(hanse_adequacy_of(ctx, &table, load, n_hours, &a), HANSE_OK);
    hanse_capacity_table_fini(&table);
    return a;
}

static double credit(void *ctx, const struct hanse_unit_group *groups, size_t n, size_t which,
                     const double *load, size_t n_hours)
{
    double x = NAN;
    assert_int_equal(
        hanse_capacity_credit(ctx, groups, n, NULL, which, load, n_hours, HANSE_CREDIT_EUE, &x),
        HANSE_OK);
    return x;
}

/* Billinton and Allan, Reliability Evaluation of Power Systems, 2.2: two units of 3 MW and one
 * of 5 MW, each out with chance 0.02. */
static void three_units_make_the_textbooks_table(void **state)
{
    const struct hanse_unit_group groups[] = {{3.0, 0.98, 2, 0.0}, {5.0, 0.98, 1, 0.0}};
    static const double WANTED[][2] = {{0.0, 0.000008}, {3.0, 0.000784}, {5.0, 0.000392},
                                       {6.0, 0.019208}, {8.0, 0.038416}, {11.0, 0.941192}};
    struct hanse_capacity_table table;
    assert_int_equal(hanse_capacity_table_init(*state, groups, 2, NULL, &table), HANSE_OK);
    assert_int_equal(table.n, 6);
    for (size_t i = 0; i < table.n; i++) {
        assert_close(table.states[i].capacity, WANTED[i][0], 0.0);
        assert_close(table.states[i].probability, WANTED[i][1], 1e-12);
    }
    hanse_capacity_table_fini(&table);
}

/* The IEEE Reliability Test System: Subcommittee on the Application of Probability Methods,
 * IEEE Transactions PAS 98, 1979. 52 weeks of seven days of 24 hours, in per cent. */
static const double WEEKS[52] = {
    86.2, 90.0, 87.8, 83.4, 88.0, 84.1, 83.2, 80.6, 74.0, 73.7, 71.5, 72.7, 70.4,
    75.0, 72.1, 80.0, 75.4, 83.7, 87.0, 88.0, 85.6, 81.1, 90.0, 88.7, 89.6, 86.1,
    75.5, 81.6, 80.1, 88.0, 72.2, 77.6, 80.0, 72.9, 72.6, 70.5, 78.0, 69.5, 72.4,
    72.4, 74.3, 74.4, 80.0, 88.1, 88.5, 90.9, 94.0, 89.0, 94.2, 97.0, 100,  95.2};
static const double DAYS[7] = {93, 100, 98, 96, 94, 77, 75};
static const unsigned char HOURS[3][2][24] = {
    {{67, 63, 60, 59, 59, 60,  74,  86, 95, 96, 96, 95,
      95, 95, 93, 94, 99, 100, 100, 96, 91, 83, 73, 63},
     {78, 72, 68, 66, 64, 65,  66, 70, 80, 88, 90, 91,
      90, 88, 87, 87, 91, 100, 99, 97, 94, 92, 87, 81}},
    {{64, 60,  58,  56, 56, 58, 64, 76, 87, 95, 99, 100,
      99, 100, 100, 97, 96, 96, 93, 92, 92, 93, 87, 72},
     {74, 70, 66, 65, 64, 62, 62, 66, 81,  86, 91, 93,
      93, 92, 91, 91, 92, 94, 95, 95, 100, 93, 88, 80}},
    {{63, 62, 60, 58, 59, 65, 72, 85, 95, 99, 100, 99,
      93, 92, 90, 88, 90, 92, 96, 98, 96, 90, 80,  70},
     {75, 73, 69, 66, 65, 65, 68, 74,  83, 89, 92, 94,
      91, 90, 90, 86, 85, 88, 92, 100, 97, 95, 90, 85}}};
enum { RTS_HOURS = 52 * 7 * 24 };

static void make_rts_load(double *load)
{
    for (int w = 0; w < 52; w++) {
        int season = w < 8 || w >= 43 ? 0 : w >= 17 && w < 30 ? 1 : 2;
        for (int d = 0; d < 7; d++) {
            for (int h = 0; h < 24; h++) {
                *load++ = 2850e-6 * WEEKS[w] * DAYS[d] * HOURS[season][d >= 5][h];
            }
        }
    }
}

static const struct hanse_unit_group RTS[] = {
    {12.0, 0.98, 5, 60.0},  {20.0, 0.90, 4, 50.0},   {50.0, 0.99, 6, 20.0},
    {76.0, 0.98, 4, 40.0},  {100.0, 0.96, 3, 50.0},  {155.0, 0.96, 4, 40.0},
    {197.0, 0.95, 3, 50.0}, {350.0, 0.92, 1, 100.0}, {400.0, 0.88, 2, 150.0},
};
enum { RTS_GROUPS = sizeof RTS / sizeof *RTS };

/* Exact indices: Allan, Billinton and Abdel-Gawad, IEEE Transactions on Power Systems 1, 1986:
 * 1.36886 days, 9.39418 hours, 1176 MWh in the year of 364 days. */
static void the_ieee_test_system_has_its_published_indices(void **state)
{
    static double load[RTS_HOURS];
    make_rts_load(load);
    struct hanse_adequacy a = ask(*state, RTS, RTS_GROUPS, NULL, load, RTS_HOURS);
    assert_close(a.lole * 364.0 / 365.0, 1.36886, 5e-6);
    assert_close(a.lolh * 364.0 / 365.0, 9.39418, 5e-6);
    assert_close(a.eue * 364.0 / 365.0, 1176.0, 0.5);
    assert_close(a.neue, a.eue / a.demand, 1e-15);
}

static void every_credit_in_the_test_system_restores_its_unserved_energy(void **state)
{
    static double load[RTS_HOURS];
    make_rts_load(load);
    struct hanse_adequacy with = ask(*state, RTS, RTS_GROUPS, NULL, load, RTS_HOURS);
    for (size_t g = 0; g < RTS_GROUPS; g++) {
        struct hanse_unit_group groups[RTS_GROUPS + 1];
        memcpy(groups, RTS, sizeof RTS);
        groups[g].count--;
        double x = credit(*state, RTS, RTS_GROUPS, g, load, RTS_HOURS);
        groups[RTS_GROUPS] = (struct hanse_unit_group){x, 1.0, 1, 0.0};
        struct hanse_adequacy again =
            ask(*state, groups, RTS_GROUPS + 1, NULL, load, RTS_HOURS);
        assert_close(again.eue / with.eue, 1.0, 1e-9);
        assert_true(x > 0.0 && x < RTS[g].capacity);
    }
}

/* Twelve units that differ, every one of 4096 states by itself; the frequency of entering
 * "less than the load" is summed over the failures that lead there. */
static void enumeration_gives_the_same_probabilities_and_frequencies(void **state)
{
    enum { N = 12 };
    struct hanse_unit_group groups[N];
    for (int i = 0; i < N; i++) {
        groups[i] = (struct hanse_unit_group){1.0 + 0.1 * i * i, 0.7 + 0.02 * i, 1,
                                              3.0 + (double)(i * 7 % 5)};
    }
    const double load = 50.0;
    double lost = 0.0, unserved = 0.0, entered = 0.0;
    for (unsigned set = 0; set < 1u << N; set++) {
        double p = 1.0, capacity = 0.0;
        for (int i = 0; i < N; i++) {
            bool up = set >> i & 1;
            p *= up ? groups[i].availability : 1.0 - groups[i].availability;
            capacity += up ? groups[i].capacity : 0.0;
        }
        if (capacity < load) {
            lost += p;
            unserved += p * (load - capacity);
        }
        for (int i = 0; i < N && capacity >= load; i++) {
            double a = groups[i].availability;
            if ((set >> i & 1) && capacity - groups[i].capacity < load) {
                entered += p * (1.0 - a) / a / groups[i].down_h;
            }
        }
    }
    struct hanse_adequacy a = ask(*state, groups, N, NULL, &load, 1);
    assert_close(a.loss_probability, lost, 1e-13);
    assert_close(a.eue, 8760.0 * unserved, 1e-9);
    assert_close(a.lolev, 8760.0 * entered, 1e-9);
}

/* As many crews as machines: the machine repair model is n units alike. */
static void machine_repair_has_the_same_frequency(void **state)
{
    const int64_t n = 30, k = 26;
    const double failures = 0.01, repairs = 0.2, load = (double)k;
    const struct hanse_unit_group group = {1.0, repairs / (failures + repairs), n,
                                           1.0 / repairs};
    double up, up_more;
    assert_int_equal(hanse_queue_finite_source_up(*state, failures, repairs, n, n, k, &up),
                     HANSE_OK);
    assert_int_equal(
        hanse_queue_finite_source_up(*state, failures, repairs, n, n, k + 1, &up_more),
        HANSE_OK);
    struct hanse_adequacy a = ask(*state, &group, 1, NULL, &load, 1);
    assert_close(a.loss_probability, 1.0 - up, 1e-13);
    assert_close(a.lolev / 8760.0, (up - up_more) * (double)k * failures, 1e-13);
}

/* Question 5: 20 sites at 0.95; a tenth of their outages from one cause. */
static void k_of_n_is_a_convolution(void **state)
{
    const struct hanse_unit_group alone = {1.0, 0.95, 20, 0.0}, with = {1.0, 0.955, 20, 0.0};
    const struct hanse_common_cause cause = {0.005, 0.0};
    const double eighteen = 18.0, ten = 10.0;
    assert_close(ask(*state, &alone, 1, NULL, &eighteen, 1).loss_probability, 1.0 - 0.9245,
                 7e-4);
    assert_close(ask(*state, &with, 1, &cause, &eighteen, 1).loss_probability, 1.0 - 0.9367,
                 8e-4);
    assert_close(ask(*state, &alone, 1, NULL, &ten, 1).loss_probability, 5e-10, 0.1);
    assert_close(ask(*state, &with, 1, &cause, &ten, 1).loss_probability, 5e-3, 1e-5);
    double enough;
    assert_int_equal(hanse_k_of_n_common(*state, 20, 18, 0.95, 0.1, &enough), HANSE_OK);
    assert_close(ask(*state, &with, 1, &cause, &eighteen, 1).loss_probability, 1.0 - enough,
                 1e-13);
}

/* One unit that never fails and a cause that takes it: a two-state chain by hand. */
static void a_common_cause_has_its_own_frequency(void **state)
{
    const struct hanse_unit_group perfect = {2.0, 1.0, 1, 0.0};
    const struct hanse_common_cause cause = {0.1, 5.0};
    const double load = 1.0;
    struct hanse_adequacy a = ask(*state, &perfect, 1, &cause, &load, 1);
    assert_close(a.lolh, 876.0, 1e-9);
    assert_close(a.lolev, 8760.0 * 0.1 / 5.0, 1e-9); /* time lost over time of one loss */
}

/* Load 1 for 12 hours, then 2: the unit of one is short all the second half, and each day the
 * load steps past it once, unless it is out already. By hand with a = 0.9, mean 10 h down. */
static void load_that_steps_past_the_capacity_begins_a_loss(void **state)
{
    const struct hanse_unit_group unit = {1.0, 0.9, 1, 10.0};
    double load[24];
    for (int h = 0; h < 24; h++) {
        load[h] = h < 12 ? 1.0 : 2.0;
    }
    struct hanse_adequacy a = ask(*state, &unit, 1, NULL, load, 24);
    assert_close(a.lolh, 8760.0 * (0.5 * 0.1 + 0.5), 1e-9);
    assert_close(a.lole, 365.0, 1e-9);
    assert_close(a.lolev, 8760.0 * 0.5 * 0.1 / 10.0 + 365.0 * 0.9, 1e-9);
    assert_close(a.eue, 8760.0 * (0.5 * 0.1 + 0.5 * 1.1), 1e-9);
}

static void a_perfect_units_credit_is_its_capacity(void **state)
{
    const double load[] = {13.7, 9.2, 11.1};
    for (int i = 1; i <= 20; i++) {
        const struct hanse_unit_group groups[] = {
            {1.3, 0.9, 6, 0.0}, {4.0, 0.8, 2, 0.0}, {0.21 * i, 1.0, 1, 0.0}};
        double x = credit(*state, groups, 3, 2, load, 3);
        assert_close(x / groups[2].capacity, 1.0, 1e-9);
    }
}

/* One unit on an island: perfect capacity x leaves D - x, the unit leaves (1 - a) D. */
static void a_lone_units_credit_is_its_availability(void **state)
{
    const struct hanse_unit_group unit = {10.0, 0.9, 1, 0.0};
    const double load = 10.0;
    assert_close(credit(*state, &unit, 1, 0, &load, 1), 9.0, 1e-10);
    const double never = 0.0;
    assert_close(credit(*state, &unit, 1, 0, &never, 1), 0.0, 0.0);
}

/* P(shortfall >= s) by hand: 4 x 1 at 0.5 against 3. */
static void the_duration_curve_is_the_binomials_tail(void **state)
{
    const struct hanse_unit_group units = {1.0, 0.5, 4, 0.0};
    const double load = 3.0;
    struct hanse_capacity_table table;
    assert_int_equal(hanse_capacity_table_init(*state, &units, 1, NULL, &table), HANSE_OK);
    static const double WANTED[] = {11.0 / 16, 5.0 / 16, 1.0 / 16};
    for (int s = 1; s <= 3; s++) {
        double hours;
        assert_int_equal(hanse_adequacy_shortfall(*state, &table, &load, 1, s, &hours),
                         HANSE_OK);
        assert_close(hours, 8760.0 * WANTED[s - 1], 1e-9);
    }
    hanse_capacity_table_fini(&table);
}

/* 0.1 + 0.2 meets 0.3, and many units alike stay one row each. */
static void rounding_of_capacities_makes_no_states(void **state)
{
    const struct hanse_unit_group groups[] = {{0.1, 0.9, 3, 0.0}, {0.2, 0.9, 3, 0.0}};
    struct hanse_capacity_table table;
    assert_int_equal(hanse_capacity_table_init(*state, groups, 2, NULL, &table), HANSE_OK);
    assert_int_equal(table.n, 10);
    hanse_capacity_table_fini(&table);
    const struct hanse_unit_group sure[] = {{0.1, 1.0, 1, 0.0}, {0.2, 1.0, 1, 0.0}};
    const double load = 0.3;
    assert_close(ask(*state, sure, 2, NULL, &load, 1).lolh, 0.0, 0.0);
    const struct hanse_unit_group many = {1.0, 0.99, 100000, 0.0};
    const double mean = 99000.0;
    assert_close(ask(*state, &many, 1, NULL, &mean, 1).loss_probability, 0.5, 0.02);
}

static void refused(void *ctx, enum hanse_status status, const char *words)
{
    assert_int_equal(status, HANSE_ERR_DOMAIN);
    if (!strstr(hanse_context_message(ctx), words)) {
        fail_msg("'%s' lacks '%s'", hanse_context_message(ctx), words);
    }
}

static void refused_units(void *ctx, struct hanse_unit_group group,
                          struct hanse_common_cause cause, const char *words)
{
    struct hanse_capacity_table table;
    refused(ctx, hanse_capacity_table_init(ctx, &group, 1, &cause, &table), words);
    hanse_capacity_table_fini(&table);
}

static void arguments_out_of_range_are_named(void **state)
{
    const struct hanse_common_cause none = {0.0, 0.0};
    const struct hanse_unit_group fine = {1.0, 0.5, 1, 0.0};
    refused_units(*state, (struct hanse_unit_group){-1.0, 0.5, 1, 0.0}, none, "capacity");
    refused_units(*state, (struct hanse_unit_group){1.0, 1.5, 1, 0.0}, none, "availability");
    refused_units(*state, (struct hanse_unit_group){1.0, NAN, 1, 0.0}, none, "availability");
    refused_units(*state, (struct hanse_unit_group){1.0, 0.5, -1, 0.0}, none, "count");
    refused_units(*state, (struct hanse_unit_group){1.0, 0.5, 1, INFINITY}, none, "time down");
    refused_units(*state, fine, (struct hanse_common_cause){1.0, 0.0}, "probability");
    refused_units(*state, fine, (struct hanse_common_cause){0.1, -1.0}, "common cause: time");
    struct hanse_unit_group odd[30];
    for (int i = 0; i < 30; i++) {
        odd[i] = (struct hanse_unit_group){sqrt(2.0 + i), 0.5, 1, 0.0};
    }
    struct hanse_capacity_table table;
    refused(*state, hanse_capacity_table_init(*state, odd, 30, NULL, &table), "share a step");
    hanse_capacity_table_fini(&table);
    assert_int_equal(hanse_capacity_table_init(*state, &fine, 1, NULL, &table), HANSE_OK);
    struct hanse_adequacy a;
    double x;
    const double bad = -1.0, load = 1.0;
    refused(*state, hanse_adequacy_of(*state, &table, &bad, 1, &a), "hour 1");
    refused(*state, hanse_adequacy_of(*state, &table, &load, 0, &a), "at least one hour");
    refused(*state, hanse_adequacy_shortfall(*state, &table, &load, 1, 0.0, &x), "size");
    hanse_capacity_table_fini(&table);
    refused(*state,
            hanse_capacity_credit(*state, &fine, 1, NULL, 1, &load, 1, HANSE_CREDIT_EUE, &x),
            "credit: group");
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, make_context, drop_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(three_units_make_the_textbooks_table),
        with_context(the_ieee_test_system_has_its_published_indices),
        with_context(every_credit_in_the_test_system_restores_its_unserved_energy),
        with_context(enumeration_gives_the_same_probabilities_and_frequencies),
        with_context(machine_repair_has_the_same_frequency),
        with_context(k_of_n_is_a_convolution),
        with_context(a_common_cause_has_its_own_frequency),
        with_context(load_that_steps_past_the_capacity_begins_a_loss),
        with_context(a_perfect_units_credit_is_its_capacity),
        with_context(a_lone_units_credit_is_its_availability),
        with_context(the_duration_curve_is_the_binomials_tail),
        with_context(rounding_of_capacities_makes_no_states),
        with_context(arguments_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
