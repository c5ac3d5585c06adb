"""M/M/1 and an open Jackson network on Debian's SimPy (2.3), a process per customer.

Prints millions of services per second of processor time.
    simpy_models.py mm1 SERVICES            utilisation 0.9
    simpy_models.py jackson NODES SERVICES  utilisation 0.5, leaving with probability 1/4
"""
import random
import sys
import time

from SimPy.Simulation import Process, Resource, Simulation, hold, release, request

RHO, LEAVE = 0.5, 0.25


class Customer(Process):
    def visit(self, nodes, leave, count):
        while True:
            node = random.choice(nodes)
            yield request, self, node
            yield hold, self, random.expovariate(1.0)
            yield release, self, node
            count[0] -= 1
            if count[0] == 0:
                self.sim.stopSimulation()
            if random.random() < leave:
                return


class Source(Process):
    def come(self, rate, nodes, leave, count):
        while True:
            yield hold, self, random.expovariate(rate)
            customer = Customer(sim=self.sim)
            self.sim.activate(customer, customer.visit(nodes, leave, count))


def run(n_nodes, rate, leave, n_services):
    random.seed(1)
    simulation = Simulation()
    simulation.initialize()
    nodes = [Resource(capacity=1, sim=simulation) for _ in range(n_nodes)]
    source = Source(sim=simulation)
    simulation.activate(source, source.come(rate, nodes, leave, [n_services]))
    start = time.process_time()
    simulation.simulate(until=float("inf"))
    return n_services / (time.process_time() - start) * 1e-6


if sys.argv[1] == "mm1":
    print(run(1, 0.9, 1.0, int(sys.argv[2])))
else:
    nodes = int(sys.argv[2])
    print(run(nodes, RHO * LEAVE * nodes, LEAVE, int(sys.argv[3])))
