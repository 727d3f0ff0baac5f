/*
 * start.h - what a life begins with, in sweeps that try the same one again and
 * again: no file, or what a killed process left, with the ledger that goes with
 * it.
 */
#ifndef FAULTS_START_H
#define FAULTS_START_H

#include "faults/image.h"
#include "faults/life.h"

struct start {
    const char *name;
    bool without_wal; /* needs the shim */
    struct image image;
    int count;
    int rows[LIFE_BATCHES];
    int outcomes[LIFE_BATCHES];
};

/* Nothing; nothing, and no shared memory, so that there can be no log; or the
 * files that a life at path leaves when it is cut off before
 * its close, with a log that holds more than the database does. */
void start_empty(struct start *start);
void start_without_wal(struct start *start);
void start_crashed(struct start *start, const char *path);
void start_free(struct start *start);

/* Puts the files to path, and makes life ready to go on with them. */
void start_life(const struct start *start, const char *path, struct life *life);

/* With FAULTS=full in the environment all rounds, else few; of those fewer
 * still under a sanitizer. */
unsigned sweep_rounds(unsigned few, unsigned all);

/* Which call fails next, after the nth: each of the first, then one in so many;
 * with FAULTS=full every one. */
unsigned sweep_next(unsigned nth, unsigned first, unsigned step);

#endif
