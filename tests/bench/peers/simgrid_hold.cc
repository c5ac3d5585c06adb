/*
 * The hold model on SimGrid: an actor per pending event, which sleeps exponentially long again
 * and again. Prints nanoseconds of processor time per sleep. simgrid_hold PENDING STEPS
 */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include <simgrid/s4u.hpp>

static std::mt19937_64 generator(1);
static std::exponential_distribution<double> exponential(1.0);
static long done, warm, last;
static std::clock_t start;

static void hold()
{
    while (done < last) {
        simgrid::s4u::this_actor::sleep_for(exponential(generator));
        if (++done == warm) {
            start = std::clock();
        } else if (done == last) {
            std::printf("%g\n", (double)(std::clock() - start) / CLOCKS_PER_SEC /
                                    (double)(last - warm) * 1e9);
            std::fflush(stdout);
            std::_Exit(0);
        }
    }
}

int main(int argc, char **argv)
{
    simgrid::s4u::Engine engine(&argc, argv);
    if (argc != 3) {
        return 2;
    }
    auto *zone = simgrid::s4u::create_full_zone("zone");
    auto *host = zone->create_host("host", 1e9);
    zone->seal();
    warm = std::atol(argv[2]);
    last = 2 * warm;
    for (long i = std::atol(argv[1]); i > 0; i--) {
        simgrid::s4u::Actor::create("holder", host, hold);
    }
    engine.run();
}
