/*
 * The processor's feature class: which variants the C library's mathematics picks.
 *
 * Results are the same bytes for the same build on processors of one class; across classes libm
 * may choose other variants of exp and log, and figures agree within their intervals only. So
 * every result file names its class, and a resume across classes is refused.
 */
#ifndef HANSE_SIM_BASE_PROCESSOR_H
#define HANSE_SIM_BASE_PROCESSOR_H

#include "sim/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "x86-64-v2" … "x86-64-v4" by the levels of the x86-64 psABI, else the architecture's name.
 * Never NULL. Callable from any thread. */
HANSE_API const char *hanse_processor_class(void);

#ifdef __cplusplus
}
#endif
#endif
