/*
 * budget.h - the time that a job's SQL may take: looked at by SQLite between
 * its steps, and by the functions in the midst of theirs.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_BUDGET_H
#define GN_EXTRACT_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What is said when it is over: for gn_fail, with the limit as a text. */
#define GN_BUDGET_OVER "the SQL was stopped: it took longer than %s, its limit"

struct gn_budget {
    int64_t limit_ms;    /* as armed */
    int64_t deadline_ns; /* monotonic */
    bool expired;        /* somebody was stopped by it */
    atomic_bool *stop;   /* borrowed: true ends it before its time; NULL: nobody
                            does */
};

/* It ends limit_ms from now. */
void gn_budget_arm(struct gn_budget *b, int64_t limit_ms);

/* Looks at the clock, and at stop; true: stop, the time is over. */
bool gn_budget_spent(struct gn_budget *b);

/* Whether it was ended by stop. */
bool gn_budget_is_stopped(const struct gn_budget *b);

#endif
