"""M/M/1 with a process per customer in Debian's SimPy 2, for the ratio in docs/bench-lua.md.

Prints million customers per second of processor time and the mean time in the system, which is
5 at the load 0.8: /usr/bin/python3 tests/bench/peers/simpy_mm1.py [customers]
"""
import random
import sys
import time

from SimPy.Simulation import Process, Resource, Simulation, hold, release, request


class Customer(Process):
    def run(self, sim, server, rng, times):
        arrived = sim.now()
        yield request, self, server
        yield hold, self, rng.expovariate(1.0)
        yield release, self, server
        times[0] += sim.now() - arrived


class Source(Process):
    def run(self, sim, server, rng, times, n):
        for _ in range(n):
            yield hold, self, rng.expovariate(0.8)
            customer = Customer(sim=sim)
            sim.activate(customer, customer.run(sim, server, rng, times))


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 50000
    sim = Simulation()
    sim.initialize()
    server = Resource(capacity=1, sim=sim)
    times = [0.0]
    source = Source(sim=sim)
    sim.activate(source, source.run(sim, server, random.Random(1), times, n))
    start = time.process_time()
    sim.simulate(until=1e18)
    seconds = time.process_time() - start
    print("%.4f million customers/s, mean %.3f" % (1e-6 * n / seconds, times[0] / n))


main()
