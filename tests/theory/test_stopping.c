/*
 * What the stop rule's intervals are worth, proven for normal observations, and the quick part
 * of what test_coverage.c measures at length.
 *
 * The proof. Write the squared deviations of x_1 … x_k from their mean as w_2² + … + w_k²
 * (Helmert): for normal x the w are independent of each other and of the mean of any k. A rule
 * that looks at spreads only therefore stops at a K that says nothing about the mean of K, and
 * an interval mean -+ h covers with probability 2 Phi(h sqrt(K) / sd) - 1, given the path of
 * the spread. Averaged over paths that is the coverage, with an error a hundred times smaller
 * than counting hits has. The rule asks for a half-width relative to the mean; with a mean a
 * million times the spread that is a fixed width.
 */
#include "sim/stats/distribution.h"
#include "sim/stats/interval.h"
#include "sim/study/stop.h"

#include "tests/steady.h"

enum { PATHS = 4000, LONGEST = 8192 };

struct worth {
    double student, promise; /* coverage */
};

/* Coverage where the half-width wanted is that of `size` observations of known spread. */
static struct worth worth_at(size_t least, double size)
{
    const double mean = 1e6, z = hanse_normal_quantile(0.975);
    const struct hanse_stop_rule rule = {.relative = z / sqrt(size) / mean, .least = least};
    struct worth sum = {0.0, 0.0};
    for (uint32_t path = 0; path < PATHS; path++) {
        double values[LONGEST];
        struct hanse_stream stream;
        struct hanse_stop_state at;
        size_t n = 0, rung = hanse_stop_next(&rule, 0);
        hanse_stream_init(&stream, 1, path, hanse_entity("path"), "stop");
        do {
            assert_true(rung <= LONGEST);
            for (; n < rung; n++) {
                values[n] = mean + hanse_stream_normal(&stream);
            }
            rung = hanse_stop_next(&rule, n);
        } while (hanse_stop_check(&rule, values, n, &at) != HANSE_STOP_MET);
        double root = sqrt((double)at.n);
        sum.student += 2.0 * hanse_normal_at_most(at.interval.half_width * root) - 1.0;
        sum.promise += 2.0 * hanse_normal_at_most(at.promised * root) - 1.0;
    }
    return (struct worth){sum.student / PATHS, sum.promise / PATHS};
}

/* The least over targets that need half the first look's number to twelve times it. Beyond,
 * the rule's luck averages out: coverage goes back up to 95 %. */
static struct worth least_worth(size_t least)
{
    struct worth worst = {1.0, 1.0};
    for (double octave = -1.0; octave <= 3.6; octave += 0.25) {
        struct worth got = worth_at(least, (double)least * exp2(octave));
        worst.student = fmin(worst.student, got.student);
        worst.promise = fmin(worst.promise, got.promise);
    }
    print_message("from %zu: the rule's interval covers %.4f, the promise %.4f\n", least,
                  worst.student, worst.promise);
    return worst;
}

static void stopping_costs_normal_observations_little(void **state)
{
    struct worth usual = least_worth(HANSE_STOP_FIRST), fewest = least_worth(HANSE_STOP_LEAST);
    assert_true(usual.student >= 0.955 && usual.promise >= 0.97);
    assert_true(fewest.student >= 0.95 && fewest.promise >= 0.97);
}

/* 400 studies: a right program leaves 91.2 … 98.8 % once in 2,000, so this finds blunders. */
enum { FEW = 400 };
static const double BLUNDER = 0.038;

static void line_of_customers_is_covered_in_few_studies(void **state)
{
    uint32_t held = 0;
    for (uint64_t seed = 1; seed <= FEW; seed++) {
        double means[20];
        for (uint32_t k = 0; k < 20; k++) {
            struct line line;
            line_start(&line, 0.7, seed, k);
            means[k] = line_average(&line, 4000);
        }
        struct hanse_interval got = hanse_interval_mean(means, 20, 0.95);
        held += got.low <= line_mean_wait(0.7) && line_mean_wait(0.7) <= got.high;
    }
    print_message("%u of %d\n", held, FEW);
    assert_within((double)held / FEW, 0.95, BLUNDER);
}

static void network_is_covered_in_few_studies(void **state)
{
    uint32_t held = 0;
    struct net net;
    net_create(&net);
    for (uint64_t seed = 1; seed <= FEW; seed++) {
        double means[20];
        for (uint32_t k = 0; k < 20; k++) {
            net_start(&net, seed, k);
            means[k] = net_run(&net, 400.0);
        }
        struct hanse_interval got = hanse_interval_mean(means, 20, 0.95);
        held += got.low <= net_mean_number(&net) && net_mean_number(&net) <= got.high;
    }
    net_destroy(&net);
    print_message("%u of %d\n", held, FEW);
    assert_within((double)held / FEW, 0.95, BLUNDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_costs_normal_observations_little),
        cmocka_unit_test(line_of_customers_is_covered_in_few_studies),
        cmocka_unit_test(network_is_covered_in_few_studies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
