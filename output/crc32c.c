#include "output/crc32c.h"

#include <pthread.h>

/* tables[k][b]: effect of byte b followed by k zero bytes, so that eight bytes are taken at a
 * time ("slicing by eight", Kounavis and Berry, 2005). */
static uint32_t tables[8][256];
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        }
        tables[0][b] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (int b = 0; b < 256; b++) {
            tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
        }
    }
}

static uint32_t eight(uint32_t crc, const unsigned char *at)
{
    return tables[7][(crc ^ at[0]) & 255] ^ tables[6][(crc >> 8 ^ at[1]) & 255] ^
           tables[5][(crc >> 16 ^ at[2]) & 255] ^ tables[4][(crc >> 24 ^ at[3]) & 255] ^
           tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
}

uint32_t hanse__crc32c(uint32_t before, const void *bytes, size_t n)
{
    pthread_once(&filled, fill);
    const unsigned char *at = bytes;
    uint32_t crc = ~before;
    for (; n >= 8; n -= 8, at += 8) {
        crc = eight(crc, at);
    }
    for (; n > 0; n--, at++) {
        crc = crc >> 8 ^ tables[0][(crc ^ *at) & 255];
    }
    return ~crc;
}
