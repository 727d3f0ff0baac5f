/*
 * crew.h - threads that do the same work side by side for some seconds, and
 * what each of them got done.
 */
#ifndef GN_BENCH_CREW_H
#define GN_BENCH_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "plan.h"

struct crew;

/* One thread of it; all fields are its own until crew_run returns. */
struct hand {
    struct crew *crew;
    void *context; /* what crew_run was given */
    unsigned index;
    pthread_t thread;
    uint64_t rows;            /* acknowledged before the time was up */
    uint64_t late;            /* acknowledged after it: not in the rate */
    uint64_t failed;          /* refused, lost, locked out */
    struct gn_histogram wait; /* nanoseconds until a row was acknowledged */
};

/* The work: prepares itself, says it is ready, works while it may go on, and
 * cleans up. */
typedef void crew_work(struct hand *hand);

/* Waits until every hand is ready; the clock starts then. */
void crew_ready(struct hand *hand);
/* False once the time is up, or once all its rows are written. */
bool crew_go_on(const struct hand *hand);
/* Counts rows that were acknowledged now, having been begun at started_ns. */
void crew_done(struct hand *hand, uint64_t rows, int64_t started_ns);

/* What follows the work; either may be NULL, both get crew_run's context. */
struct crew_end {
    void (*finish)(void *context); /* its time counts: asynchronous work is
                                      waited for here */
    void (*extra)(void *context);  /* prints more members of the outcome */
};

/* Runs plan->threads hands and gives the rows acknowledged in all. Prints the
 * outcome as one line of JSON: rows, seconds, rate, late, failed, least and
 * most rows of a hand, p50, p99 and max of the wait in microseconds, processor
 * seconds. */
uint64_t crew_run(const struct plan *plan, crew_work *work, void *context,
                  const struct crew_end *end);

#endif
