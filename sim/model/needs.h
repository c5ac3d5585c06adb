/*
 * Keys that mean something only beside others: a battery's efficiency without a battery, the
 * weights of a scheduler that the pool doesn't use. Such a key would be ignored in silence, so
 * giving it is refused.
 *
 * `needs` of a field is a condition on its own row, written as it is printed:
 *
 *   KEY > 0          a number or a whole number; one from an uncertain parameter holds
 *   KEY = A|B        a choice that is one of these words; a flag with true or false; a policy,
 *                    also "function"
 *   KEY != A|B       none of them
 *   KEY given        somebody said something: a list or a reference is there, a number was set
 *
 * joined by "and", and these by "or". A condition that fails in one case is no mistake while
 * another case can meet it: keys that some override or --set names count as met.
 */
#ifndef HANSE_SIM_MODEL_NEEDS_H
#define HANSE_SIM_MODEL_NEEDS_H

#include "sim/model/scenario_inside.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HANSE__NEED_WORD = 96 };

struct hanse__need { /* one comparison */
    char key[HANSE__NEED_WORD], relation[HANSE__NEED_WORD], word[HANSE__NEED_WORD];
    bool opens; /* the first of its alternative */
};

/* The next comparison of a condition, whose start `*text` is first; false at the end. */
bool hanse__need_next(const char **text, struct hanse__need *need);

/* Whether the word is among those of "A|B". */
bool hanse__need_lists(const char *words, const char *word);

/* HANSE_ERR_INPUT when field `f` of a row just filled can mean nothing in any case. `place`
 * says where it was given. */
enum hanse_status hanse__need_check(const struct hanse__freeze *freeze,
                                    const struct hanse__place *place, uint32_t entity,
                                    size_t row, size_t f);

#ifdef __cplusplus
}
#endif
#endif
