/* Profiles on the terminal and as JSON. */
#ifndef HANSE_CLI_CALIBRATE_SHOW_H
#define HANSE_CLI_CALIBRATE_SHOW_H

#include "sim/model/profile.h"

/* Prints a profile: head, rates, figures, notes. */
void hanse_cli_show_profile(const struct hanse_profile *profile, bool json);

/* Prints the change of every rate both have; how many that were. */
int hanse_cli_compare_profiles(const struct hanse_profile *a, const struct hanse_profile *b,
                               bool json);

#endif
