/*
 * failing.h - how a test speaks with failing.c, which LD_PRELOAD puts between
 * the program and libc: the nth call of a kind fails with an errno, or writes
 * less than it was given. For what SQLite's VFS does not see: the system's own
 * answers to it, and garner's file beside the database. The wall clock can be
 * set, too.
 *
 * Thread: start, stop and set_clock by one; calls come from all.
 */
#ifndef FAULTS_FAILING_H
#define FAULTS_FAILING_H

#include <stdbool.h>
#include <stdint.h>

enum failing_call {
    FAILING_OPEN,
    FAILING_WRITE,
    FAILING_READ,
    FAILING_SYNC,
    FAILING_TRUNCATE,
    FAILING_LOCK, /* fcntl: taking one, not giving it back */
    FAILING_MAP,
    FAILING_STAT,
    FAILING_UNLINK,
    FAILING_THREAD, /* of no file: in is "" */
    FAILING_CALLS,
};

struct failing_plan {
    enum failing_call call;
    const char *in; /* what the file's path must hold */
    unsigned nth;   /* of those, from 1 */
    bool for_good;  /* all later ones, too */
    int error;      /* errno; 0: a write writes half */
};

/* The library gives one as the symbol "failing". */
struct failing {
    void (*start)(const struct failing_plan *plan);
    unsigned (*stop)(void); /* how many failed */
    /* Added to the wall clock from now on, for all threads. */
    void (*set_clock)(int64_t seconds);
};

#endif
