/*
 * The hold model on SystemC: a method process per pending event, woken by a timed event of its
 * own that it notifies again, exponentially later. Prints nanoseconds of processor time per
 * step. systemc_hold PENDING STEPS
 */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

#include <systemc>

static std::mt19937_64 generator(1);
static std::exponential_distribution<double> exponential(1.0);
static long left;

struct holder : sc_core::sc_module {
    sc_core::sc_event again;

    explicit holder(sc_core::sc_module_name name) : sc_core::sc_module(name)
    {
        SC_HAS_PROCESS(holder);
        SC_METHOD(hold);
        sensitive << again;
        dont_initialize();
        again.notify(exponential(generator), sc_core::SC_US);
    }

    void hold()
    {
        if (--left == 0) {
            sc_core::sc_pause();
        }
        again.notify(exponential(generator), sc_core::SC_US);
    }
};

static double run(long steps)
{
    left = steps;
    std::clock_t start = std::clock();
    sc_core::sc_start();
    return (double)(std::clock() - start) / CLOCKS_PER_SEC / (double)steps * 1e9;
}

int sc_main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    std::vector<std::unique_ptr<holder>> holders;
    for (long i = std::atol(argv[1]); i > 0; i--) {
        holders.push_back(std::make_unique<holder>(sc_core::sc_gen_unique_name("h")));
    }
    long steps = std::atol(argv[2]);
    run(steps); /* warms up */
    std::printf("%g\n", run(steps));
    return 0;
}
