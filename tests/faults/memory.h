/*
 * memory.h - SQLite's allocations, counted, and failing from some one on.
 *
 * Thread: memory_install before SQLite is used at all; the others any.
 */
#ifndef FAULTS_MEMORY_H
#define FAULTS_MEMORY_H

#include <stdbool.h>

void memory_install(void);

/* The nth allocation from now fails, once or with all that follow; 0: none. */
void memory_fail_at(unsigned nth, bool for_good);

/* Ends that; returns how many failed. */
unsigned memory_stop(void);

#endif
