/* The library's policies, one file each; policies.c has the list. */
#ifndef HANSE_SIM_PROCESS_SCHEDULE_POLICIES_H
#define HANSE_SIM_PROCESS_SCHEDULE_POLICIES_H

#include "sim/process/schedule/policy.h"

extern const struct hanse_policy hanse__policy_fcfs;
extern const struct hanse_policy hanse__policy_sjf;
extern const struct hanse_policy hanse__policy_easy;
extern const struct hanse_policy hanse__policy_easy_sjbf;
extern const struct hanse_policy hanse__policy_conservative;
extern const struct hanse_policy hanse__policy_priority;

#endif
