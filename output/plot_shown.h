/* Charts of what the scenario wants shown: the scorecard as dots, regrets as a table. */
#ifndef HANSE_OUTPUT_PLOT_SHOWN_H
#define HANSE_OUTPUT_PLOT_SHOWN_H

#include "output/digest.h"
#include "output/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Append to a script that hanse__gnuplot_begin opened. HANSE_ERR_INPUT: the scenario declares
 * no figures or no cells. `loss`: output of the regrets, NULL for the chart's own. */
enum hanse_status hanse__plot_dots(const struct hanse_digest *digest,
                                   struct hanse_text *script);
enum hanse_status hanse__plot_regret(const struct hanse_digest *digest, const char *loss,
                                     struct hanse_text *script);

#ifdef __cplusplus
}
#endif
#endif
