/*
 * circuit.h - when a host that fails is left alone by all who fetch from it.
 * Pure: time and randomness come in as arguments.
 *
 *   CLOSED -> OPEN -> (its time is over) -> a probe -> CLOSED, or OPEN again
 *
 * Closed, all may fetch. After so many failures in a row it is open for a
 * while: nobody may. Then one may, to see whether it works again; each time
 * that fails, the next while is longer.
 */
#ifndef GN_FETCH_CIRCUIT_H
#define GN_FETCH_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/backoff.h"

/* All zero is closed. */
struct gn_circuit {
    int failures;     /* in a row */
    int openings;     /* in a row; 0: it is closed */
    int64_t until_ns; /* open until then; then one may try */
    bool probing;     /* that one does */
};

enum gn_outcome {
    GN_OUTCOME_REACHED, /* it answered, if with an error of ours */
    GN_OUTCOME_FAILED,
    GN_OUTCOME_UNKNOWN, /* given up, or a fault of this machine */
};

/* How a fetch that ended so speaks of its host. */
enum gn_outcome gn_circuit_outcome(enum gn_failure failure, int status);

/* Whether a fetch may begin now. */
bool gn_circuit_admits(const struct gn_circuit *c, int64_t now_ns);

/* One that was admitted begins. true: it is the probe. */
bool gn_circuit_begin(struct gn_circuit *c);

/* When it is worth to ask again, seen from now_ns, when it does not admit. */
int64_t gn_circuit_again_ns(const struct gn_circuit *c, int64_t now_ns);

/* A fetch has ended. limit: failures in a row that open it; waits are b's.
 * true: it has opened, or closed, by that. */
bool gn_circuit_end(struct gn_circuit *c, enum gn_outcome outcome, bool probe,
                    int limit, const struct gn_backoff *b, double random,
                    int64_t now_ns);

#endif
