/*
 * Inside the control ledger: control_meters.c counts, control.c books, control_hands.c says who
 * holds what, control_votes.c who makes the rules.
 */
#ifndef HANSE_SIM_PROCESS_CONTROL_INSIDE_H
#define HANSE_SIM_PROCESS_CONTROL_INSIDE_H

#include "sim/process/control.h"
#include "sim/process/world.h"

/* What a jurisdiction can do about a hand; bits. */
enum hanse__hold {
    HANSE__HOLD_REACH = 1,    /* compel access */
    HANSE__HOLD_LOGS = 2,     /* read the logs */
    HANSE__HOLD_FIRMWARE = 4, /* inspect what it runs on */
    HANSE__HOLD_RESULTS = 8,  /* know that the results were checked */
    HANSE__HOLD_AUDIT = HANSE__HOLD_LOGS | HANSE__HOLD_FIRMWARE | HANSE__HOLD_RESULTS,
};

/* Devices of one type that are in the same hands, or (place < 0) a foreign API. */
struct hanse__hand {
    int32_t place, site, type; /* site: one speaks for all */
    int32_t owner, cloud;      /* operator or cloud; -1 the other */
    int32_t territory, home;   /* jurisdictions: where it stands; the owner's; -1 none */
    int32_t pool;              /* -1: an API */
    int32_t n_reach;           /* legal systems able to compel access */
    int32_t next, owners_next; /* of its place, of its owner; -1 last */
    int64_t parts;             /* devices for the flow, in 2^-32 */
};

struct hanse__control {
    int32_t n_hands, room, n_origins, n_places, n_workloads, n_types;
    hanse_ref hands;    /* struct hanse__hand [room]; foreign APIs first */
    hanse_ref first;    /* int32_t [places]: its first hand */
    hanse_ref of_owner; /* int32_t [operators]: its first hand */
    hanse_ref of_group; /* int32_t [groups] */
    hanse_ref holds;    /* uint8_t [room][jurisdictions]: enum hanse__hold bits */
    hanse_ref outside;  /* uint8_t [room][blocs]: some legal system outside has access */
    hanse_ref of_hand;  /* double [room][workloads]: work this month, less what M adds */
    hanse_ref origin;   /* int32_t [regions]: which origin its people are */
    hanse_ref homes;    /* int32_t [origins]: jurisdictions */
    hanse_ref given;    /* double [workloads][origins][places]: G, this month */
    hanse_ref did;      /* double [places][workloads]: work this month */
    hanse_ref seen;     /* double [places][workloads]: of it in M */
    hanse_ref meter;    /* double [places][workloads]: M, this month */
    hanse_ref ignored;  /* double [places][workloads]: of what is only tried */
    hanse_ref speeds;   /* double [places][types][workloads]: work per device and hour */
    hanse_ref gifts;    /* double [places]: scratch */
    hanse_ref busy;     /* int32_t [places]: scratch */
    hanse_ref asked;    /* double [origins]: scratch, all 0 between uses */
    hanse_ref sums;     /* double [workloads]: scratch */
    hanse_ref ruled;    /* double [pools][jurisdictions]: work by origin, this month */
    hanse_ref credit;   /* double [pools][jurisdictions]: work by home of the owner */
    hanse_ref votes;    /* double [jurisdictions]: scratch */
};

static inline struct hanse__control *hanse__control_of(const struct hanse_world *world)
{
    return (struct hanse__control *)hanse__at(world,
                                              world->moving.state[HANSE_MECHANISM_CONTROL]);
}

static inline struct hanse__hand *hanse__hand_at(const struct hanse_world *world, int32_t hand)
{
    return (struct hanse__hand *)hanse__at(world, hanse__control_of(world)->hands) + hand;
}

static inline uint8_t *hanse__holds_of(const struct hanse_world *world, int32_t hand)
{
    uint8_t *holds = hanse__at(world, hanse__control_of(world)->holds);
    return holds + (size_t)hand * (size_t)world->tables.n_jurisdictions;
}

/* A row of an array [rows][workloads]. */
static inline double *hanse__control_row(const struct hanse_world *world, hanse_ref array,
                                         int32_t row)
{
    return (double *)hanse__at(world, array) +
           (size_t)row * (size_t)hanse__control_of(world)->n_workloads;
}

static inline double *hanse__control_speeds(const struct hanse_world *world, int32_t place,
                                            int32_t type)
{
    const struct hanse__control *s = hanse__control_of(world);
    return hanse__control_row(world, s->speeds, place * s->n_types + type);
}

/* Hands for every group and cloud as their owners now are. */
enum hanse_status hanse__hands_init(struct hanse_world *world);
/* A group passes to the hand of its new owner, made if need be. */
enum hanse_status hanse__hands_pass(struct hanse_world *world, int32_t group, int32_t *hand);

/* Shares of the votes on the pool's rules: votes[jurisdictions], adding up to 1; all 0 when
 * nobody is in it. */
void hanse__votes_count(const struct hanse_world *world, int32_t pool, double *votes);
/* The fewest of them that can keep the rules as they are. */
double hanse__votes_fewest(const double *votes, int32_t n, double majority);
/* Can this share alone? */
bool hanse__votes_veto(double share, double majority);

#endif
