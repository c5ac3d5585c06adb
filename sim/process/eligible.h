/*
 * Eligibility: which hardware may process whose data.
 *
 * Two laws meet. The origin's jurisdiction says where a data class may go (`…_data`: at home,
 * in a bloc that shares the class, anywhere). Rules of the kind `eligibility` say who may run
 * it there: a rule that matches the origin, the data class and the operator's type asks for a
 * certification, held by the site or its operator, or forbids altogether. Without a rule every
 * operator is as good as another. All matching rules must be met; their order means nothing.
 *
 * The default for personal data is a shared bloc, which for a member of the European Economic
 * Area is the law in force (Regulation (EU) 2016/679, article 1(3): free movement within the
 * Union). National walls are `personal_data = "home"`, a hypothetical policy.
 */
#ifndef HANSE_SIM_PROCESS_ELIGIBLE_H
#define HANSE_SIM_PROCESS_ELIGIBLE_H

#include "sim/process/mechanism.h"

struct hanse_world;

struct hanse_eligibility {
    const char *name, *label;
    int32_t jurisdiction;  /* whose data; -1 everybody's */
    int32_t data_class;    /* -1 every class */
    int32_t operator_type; /* -1 every type */
    int32_t needs;         /* certification; -1: not allowed at all */
};

extern const struct hanse_kind hanse_kind_eligibility;

/* May data of `data_class` from jurisdiction `from` be processed at the site? */
bool hanse__eligible(const struct hanse_world *world, int32_t data_class, int32_t from,
                     int32_t site);

/* The rules about operators alone, wherever the site stands. */
bool hanse__operator_eligible(const struct hanse_world *world, int32_t data_class, int32_t from,
                              int32_t site);

#endif
