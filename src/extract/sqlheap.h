/*
 * sqlheap.h - how much memory SQLite may take for one job. SQLite counts for a
 * whole process, if at all, and the store is in the same one; so what a thread
 * allocates is counted here, between the watch it sets and the one that it sets
 * after it. What is refused is SQLITE_NOMEM to SQLite, which lives on.
 *
 * Thread: install from any; a struct is its thread's while it watches.
 */
#ifndef GN_EXTRACT_SQLHEAP_H
#define GN_EXTRACT_SQLHEAP_H

#include <stdbool.h>
#include <stdint.h>

struct gn_sqlheap {
    int64_t limit; /* bytes */
    int64_t used;  /* less than 0: freed what was there before it watched */
    int64_t peak;
    bool exceeded; /* something was refused */
};

/* Has SQLite's allocations counted from now on, once for the process. false:
 * SQLite has been used before, and nothing is counted or refused. */
bool gn_sqlheap_install(void);

/* What this thread allocates is m's, which is all zero but for its limit; NULL:
 * nobody's, and without a limit. Borrows m until the next call. */
void gn_sqlheap_watch(struct gn_sqlheap *m);

/* Gives back to the system what was freed, if it was much. */
void gn_sqlheap_trim(const struct gn_sqlheap *m);

#endif
