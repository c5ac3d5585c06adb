#include "sim/base/version.h"

const char *hanse_version(void)
{
    return HANSE_VERSION;
}
