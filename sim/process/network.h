/*
 * Open networks of queues: customers come, wait their turn, are served, go on or leave.
 *
 * Customers come to a `station` from outside as a Poisson stream and from other stations over
 * its `route`s. Its servers take them in order of arrival; there is room for any number. After
 * a service a customer takes a route with the route's probability; with what is missing to 1
 * he leaves. With exponential services this is Jackson's network (Operations Research 5, 1957),
 * whose every station is in the long run an M/M/c queue of its own. The network starts empty. A
 * station that gets more work than its servers can do is no error: its load says so.
 *
 * Speed is the point: a replication may be a hundred million events over 10^4 stations. At that
 * size an event costs what its cache misses cost. So all that an event touches at a station
 * lies together; a customer is one small record that moves from station to station; books are
 * closed by the month; and the state of the events that come next is fetched before their turn.
 *
 * A station has two streams, one for arrivals from outside and one for services and routes, so
 * that another station, or another rate of arrivals, leaves its luck alone. Probabilities hold
 * to one part in 2^32.
 */
#ifndef HANSE_SIM_PROCESS_NETWORK_H
#define HANSE_SIM_PROCESS_NETWORK_H

#include "sim/process/mechanism.h"

struct hanse_station_noun {
    const char *name, *label;
    double service_rate_per_h, service_cv, arrival_rate_per_h;
    int64_t servers;
    int32_t service_law;
};

struct hanse_route {
    const char *name;
    int32_t station, to;
    double probability;
};

extern const struct hanse_kind hanse_kind_station;
extern const struct hanse_kind hanse_kind_route;
extern const struct hanse_mechanism hanse_mechanism_network;

#endif
