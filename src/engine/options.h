/* options.h - how an engine works, whatever its sources. */
#ifndef GN_ENGINE_OPTIONS_H
#define GN_ENGINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GN_DEFAULT_PARALLEL = 1024 };
#define GN_DEFAULT_BODY_BYTES ((size_t)256 << 20)

/* 0 in a field means its default. What is for all loops is divided among them;
 * each has one at least. */
struct gn_engine_options {
    int loops;             /* event loops, each on its own thread; 1 */
    int parallel;          /* fetches at a time, of all loops; 1,024 */
    int workers;           /* extraction threads, of all; 0: one per core, at
                              most 4; each loop has one at least */
    size_t max_body_bytes; /* of all bodies in memory; 256 MiB */
    const char *spool;  /* the folder (borrowed) for bodies that are too large
                           for it; NULL: all are in memory */
    int64_t drain_ms;   /* a stop waits so long for what is under way;
                           10,000 */
    int64_t run_for_ms; /* stop by itself after it; 0: never */
    void (*beat)(void *context); /* called by one loop or another now and then,
                                    as long as all of them work, ... */
    void *beat_context;
    int64_t beat_ms; /* ... so often; 0: not */
    bool once;       /* each source once, at the start, then end; paused
                        ones not */
    bool until_idle; /* the same, but what was put off before is waited for,
                        and so is what could not be told at once */
    bool by_hand;    /* once, by hand: paused and put off ones, too */
    bool whole;      /* with that: the whole answer, whatever its version */
};

#endif
