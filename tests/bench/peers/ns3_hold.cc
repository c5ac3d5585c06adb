/*
 * The hold model on ns-3: n events pending; each handled one schedules another, exponentially
 * later. Prints nanoseconds of processor time per step. ns3_hold SCHEDULER PENDING STEPS
 */
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "ns3/core-module.h"

static std::mt19937_64 generator(1);
static std::exponential_distribution<double> exponential(1.0);
static long left;

static void hold()
{
    if (--left == 0) {
        ns3::Simulator::Stop();
        return;
    }
    /* ns-3 counts whole nanoseconds. */
    ns3::Simulator::Schedule(ns3::NanoSeconds(std::llround(1e9 * exponential(generator))),
                             &hold);
}

static double run(long steps)
{
    left = steps;
    std::clock_t start = std::clock();
    ns3::Simulator::Run();
    return (double)(std::clock() - start) / CLOCKS_PER_SEC / (double)steps * 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    ns3::ObjectFactory factory;
    factory.SetTypeId(std::string("ns3::") + argv[1] + "Scheduler");
    ns3::Simulator::SetScheduler(factory);
    for (long i = std::atol(argv[2]); i > 0; i--) {
        ns3::Simulator::Schedule(ns3::NanoSeconds(std::llround(1e9 * exponential(generator))),
                                 &hold);
    }
    long steps = std::atol(argv[3]);
    run(steps); /* warms up; one event fewer is pending afterwards */
    std::printf("%g\n", run(steps));
}
