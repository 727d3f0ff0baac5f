/*
 * futex.h - waiting for a word to change (futex(2)): one thread waits for its
 * own answer without sharing a lock with the thread that gives it.
 *
 * A wake is only a hint by address: it may come after the word's owner has
 * left, which harms nobody, since a waiter always looks at its word again.
 */
#ifndef GN_BASE_FUTEX_H
#define GN_BASE_FUTEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Waits while *word is value, until deadline_ns of the monotonic clock
 * (INT64_MAX: for ever). false: the deadline passed. May return early. */
bool gn_futex_wait(atomic_uint *word, unsigned value, int64_t deadline_ns);

/* Wakes who waits for *word, which may be gone already. */
void gn_futex_wake(atomic_uint *word);

#endif
