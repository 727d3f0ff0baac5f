/*
 * plan.h - which calls on files are to fail: a watch for the shim (shim.h).
 *
 * Thread: made and ended by one while no other is in the shim; calls come from
 * all.
 */
#ifndef FAULTS_PLAN_H
#define FAULTS_PLAN_H

#include <stdbool.h>

#include "faults/shim.h"

struct plan {
    enum shim_op op;
    const char *name; /* what the file's path must hold; "": any file */
    unsigned nth;     /* of those calls, from 1; 0: none fails */
    bool for_good;    /* all later ones fail too */
    int rc;           /* what it fails with */
    bool half;        /* a write does half of it before */
};

/* Has the calls of plan fail from now on. */
void plan_start(const struct plan *plan);

/* Lets all calls through again; returns how many failed. */
unsigned plan_stop(void);

/* Calls that matched the plan that was started last. */
unsigned plan_matched(void);

#endif
