/*
 * What batch jobs run on: the groups of a pool as one machine, and its queues. The inside of
 * the batch mechanism.
 *
 * A pool's groups are a resource view (schedule/resource.h): a job holds devices of one group,
 * or with span = site of several groups of one site, and then all of them for as long as the
 * slowest member takes. Among the groups that fit now the one with the fewest free devices is
 * taken (best fit; ties by name); for later the one that is free first.
 *
 * A lane is a queue with its scheduler: one for each island of a pool (islands.h), named by the
 * island's first region, over the island's groups. When islands change, jobs that wait move
 * over in the order of their submission; what runs goes on.
 */
#ifndef HANSE_SIM_PROCESS_BATCH_MACHINE_H
#define HANSE_SIM_PROCESS_BATCH_MACHINE_H

#include "sim/process/dispatch_inside.h"
#include "sim/process/schedule/scheduler.h"
#include "sim/process/world.h"

enum { HANSE__NOBODY = UINT32_MAX };

struct hanse__batch_job {
    double submit_h, start_h; /* start_h: of this stay */
    double reference_h;       /* work left: hours on the reference device */
    double whole_h;           /* work at submission */
    double waited_h;          /* before its first start */
    double restart_h;         /* what this stay begins with */
    double haul_h;            /* moving input and output, this stay */
    double exchange_h;        /* summing over links, for an hour's work of the reference */
    int32_t batch, width;
    int32_t group; /* where it runs (its slowest member); -1 waiting */
    uint32_t lane, id;
    uint32_t slot;
    uint32_t next; /* free ones: the next free */
    hanse_handle end;
    bool alive;
};

struct hanse__bench {      /* one per group */
    int32_t devices, used; /* set aside for batch; at work */
    int32_t held;          /* where nobody plans: taken, as the view knows it */
    uint32_t barred;       /* the strict pass in which somebody waits for it */
    hanse_ref table;       /* timetable of what is free by estimates; 0: nobody plans here */
    int64_t busy, since;   /* device-ticks not booked yet, up to tick `since` */
};

struct hanse__lane {
    hanse_ref scheduler; /* 0: not used yet */
    double due_h;        /* a pass is scheduled for then; +infinity none */
    hanse_handle due;
};

struct hanse__batches {
    hanse_ref streams; /* struct hanse_stream [batches] */
    hanse_ref benches, lanes;
    hanse_ref laws;    /* struct hanse__batch_law [batches] */
    hanse_ref speeds;  /* double [batches × groups] */
    hanse_ref leaves;  /* uint8_t [batches × groups]: who may run where, of one island */
    hanse_ref slowest; /* double [batches]: speed of the slowest device in its pool */
    hanse_ref hazards; /* double [batches]: greatest failure rate per h of a device in it */
    hanse_ref islands; /* int32_t [regions]: as the lanes know them */
    hanse_ref parted;  /* uint8_t [pools]: whose islands changed since lanes did */
    hanse_ref jobs;    /* struct hanse__batch_job [capacity]; free ones linked by next */
    hanse_ref parts;   /* struct hanse__part [n_parts]: what jobs hold */
    uint32_t capacity, free;
    uint32_t n_parts, spare_part;
    double served; /* reference work finished and not booked yet */
    uint64_t changes;
    bool talks;           /* some class sends over links */
    uint64_t rules;       /* for which plans hold, where some class does */
    bool planned;         /* some bench has a timetable */
    uint32_t strict_pass; /* the next one's number, from 1 */
};

/* What every draw of a job needs: width 2^low ... 2^high, runtime lognormal. */
struct hanse__batch_law {
    double sd, half_variance; /* of the runtime's logarithm */
    int32_t low, high;
};

struct hanse__part {
    double end_s;
    int32_t group, width;
    uint32_t peer;
};

static inline struct hanse__batches *hanse__batches_of(const struct hanse_world *world)
{
    return (struct hanse__batches *)hanse__at(world,
                                              world->moving.state[HANSE_MECHANISM_BATCH]);
}

static inline struct hanse__batch_job *hanse__batch_job(const struct hanse_world *world,
                                                        uint32_t job)
{
    return (struct hanse__batch_job *)hanse__at(world, hanse__batches_of(world)->jobs) + job;
}

static inline struct hanse__bench *hanse__bench_of(const struct hanse_world *world,
                                                   int32_t group)
{
    return (struct hanse__bench *)hanse__at(world, hanse__batches_of(world)->benches) + group;
}

static inline struct hanse__part *hanse__part_at(const struct hanse_world *world, uint32_t part)
{
    return (struct hanse__part *)hanse__at(world, hanse__batches_of(world)->parts) + part;
}

/* How much faster the group's device does the class's work than the reference at mid. */
double hanse__batch_speed(const struct hanse_world *world, int32_t batch, int32_t group);

/* The same for a job that also sums over links: work of a reference device in an hour. */
static inline double hanse__batch_pace(const struct hanse__batch_job *job, double speed)
{
    return job->exchange_h > 0.0 ? 1.0 / (1.0 / speed + job->exchange_h) : speed;
}

/* Makes the benches' timetables and the lanes' places. */
enum hanse_status hanse__batch_machine_init(struct hanse_world *world);

/* Takes a job's row; gives it back. */
enum hanse_status hanse__batch_new_job(struct hanse_world *world, uint32_t *number);
void hanse__batch_free_job(struct hanse_world *world, uint32_t number);

/* What stands in the way of a job that waits, now (batch_reason.c). */
enum hanse_reason hanse__batch_reason(const struct hanse_world *world,
                                      const struct hanse__batch_job *job);

/* May jobs of a class run on a group: by law, memory, interconnect and island? */
bool hanse__batch_may_run(const struct hanse_world *world, int32_t batch, int32_t group);
/* The same but for the island: what does not change while a replication runs. */
bool hanse__batch_find_leave(const struct hanse_world *world, int32_t batch, int32_t group);

/* What the class's placement goes by, least first, in the hour of when_s: power that the work
 * adds (full less idle) × PUE × price or carbon, for an hour's work of a reference device; or
 * latency from home; 0 where it is local, which is best fit. */
double hanse__batch_score(const struct hanse_world *world, int32_t batch, int32_t group,
                          double when_s);

/* In a strict pass (schedule/resource.h, `bar`): does nobody before it wait for the group? */
bool hanse__batch_open(const struct hanse_world *world, int32_t group);
void hanse__batch_bar(struct hanse_resource *view, const struct hanse_job *job);
void hanse__batch_unbar(struct hanse_resource *view);

/* The lane a job of this batch class belongs to now. */
uint32_t hanse__batch_lane(const struct hanse_world *world, int32_t batch);
uint32_t hanse__batch_n_lanes(const struct hanse_world *world);
/* The pool of a lane. */
int32_t hanse__batch_pool_of_lane(const struct hanse_world *world, uint32_t lane);
/* Its scheduler, made when it is first asked for. */
enum hanse_status hanse__batch_scheduler(struct hanse_world *world, uint32_t lane,
                                         struct hanse_scheduler *scheduler);
bool hanse__batch_lane_used(const struct hanse_world *world, uint32_t lane);

/* The policy of a pool whose scheduler is a function. */
extern const struct hanse_policy hanse__batch_function;

/* Is all that a job holds on one island? */
bool hanse__batch_slot_whole(const struct hanse_world *world, uint32_t slot);
/* Brings the lanes' islands up to date and marks pools whose changed. */
void hanse__batch_follow_islands(struct hanse_world *world);
uint8_t *hanse__batch_parted(const struct hanse_world *world);
/* Puts a job into the lane its island has now. */
enum hanse_status hanse__batch_enqueue(struct hanse_world *world, uint32_t number);
/* Islands parted or came together: who waits, waits in another lane, in order of submission. */
enum hanse_status hanse__batch_change_lanes(struct hanse_world *world);
/* All reservations are given back: what they count on changes. */
enum hanse_status hanse__batch_replan(struct hanse_world *world);

/* So many devices of the group are set aside from now on; no more are in use. */
enum hanse_status hanse__batch_resize(struct hanse_world *world, int32_t group,
                                      int32_t devices);

/* How long what is left of the job takes at a speed: work, saves and a restart. */
double hanse__batch_stay_h(const struct hanse_world *world, uint32_t number, double speed);
/* Hours of work between two checkpoints; +infinity none. */
double hanse__batch_interval_h(const struct hanse_world *world, uint32_t number);

/* The job, as its scheduler is to see it. */
struct hanse_job hanse__batch_planned(struct hanse_world *world, uint32_t number);

double hanse__batch_now_s(const struct hanse_world *world);

#endif
