/*
 * Random words for batteries of tests, from streams as a study has them: 1,000 at once, of 250
 * neighbouring entities in two replications for two purposes, a word from each in turn.
 *
 *     stream_words [SEED] | dieharder -g 200 -a
 *
 * A battery that reads one stream to its end would test Philox, which others have done; what
 * ours adds is the way streams are told apart, and that shows only across them. Words are
 * written as the machine keeps them, until nobody reads.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/stream.h"

enum { ENTITIES = 250, REPLICATIONS = 2, PURPOSES = 2 };
enum { STREAMS = ENTITIES * REPLICATIONS * PURPOSES, ROUNDS = 64 };

static void open_streams(struct hanse_stream *streams, uint64_t seed)
{
    static const char *const purposes[PURPOSES] = {"arrival", "service"};
    uint64_t station = hanse_entity("station");
    for (uint32_t i = 0; i < STREAMS; i++) {
        hanse_stream_init(&streams[i], seed, i / PURPOSES % REPLICATIONS,
                          hanse_entity_number(station, i / (PURPOSES * REPLICATIONS)),
                          purposes[i % PURPOSES]);
    }
}

int main(int argc, char **argv)
{
    static struct hanse_stream streams[STREAMS];
    static uint32_t words[ROUNDS * STREAMS];
    open_streams(streams, argc > 1 ? strtoull(argv[1], NULL, 10) : 1);
    signal(SIGPIPE, SIG_IGN); /* the reader has enough: an ordinary end */
    do {
        for (size_t i = 0; i < ROUNDS * STREAMS; i++) {
            words[i] = hanse_stream_bits(&streams[i % STREAMS]);
        }
    } while (fwrite(words, sizeof words, 1, stdout) == 1);
    return 0;
}
