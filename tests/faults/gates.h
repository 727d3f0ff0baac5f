/*
 * gates.h - gates at the named failure points (base/fault.h), so that a test
 * says in which order threads go on: an interleaving is forced, not hoped for.
 *
 * Thread: all by one, the test's. A gate is named
 * as its point; at most GATES of them.
 */
#ifndef FAULTS_GATES_H
#define FAULTS_GATES_H

#include <stdbool.h>

enum { GATES = 8 };

/* From now on the first stops threads that come to point wait there. */
void gate_shut(const char *point, unsigned stops);

/* Lets those that wait at point go on, and those that come. */
void gate_open(const char *point);

/* Returns when count threads have come to point since it was shut, or given to
 * gate_count; false: not within two minutes. */
bool gate_await(const char *point, unsigned count);

/* Only counts who comes. */
void gate_count(const char *point);

/* How many have come. */
unsigned gate_arrivals(const char *point);

/* Opens all, and forgets them. */
void gates_clear(void);

#endif
