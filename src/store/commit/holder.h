/*
 * holder.h - who holds a database, since when, and what it runs: for the
 * messages of those who wait.
 *
 * Pure. It also lies in a file that other processes read while it is written,
 * so that what is read of it may be torn, or nonsense.
 */
#ifndef GN_STORE_COMMIT_HOLDER_H
#define GN_STORE_COMMIT_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GN_HOLDER_SQL = 160, /* bytes kept of a statement, a NUL at their end */
    GN_HOLDER_TEXT = 240,
};

/* All zero is nobody. */
struct gn_holder {
    int64_t pid;      /* 0: nobody */
    int64_t since_ns; /* by the monotonic clock, which all share */
    int64_t thread;   /* whose transaction it is; 0: none */
    char sql[GN_HOLDER_SQL];
};

/* true: it says that already. */
bool gn_holder_runs(const struct gn_holder *h, const char *sql, size_t size);

/* It runs this statement, of size bytes. */
void gn_holder_run(struct gn_holder *h, const char *sql, size_t size);

/* One line for somebody whose wait for it was in vain. */
void gn_holder_describe(const struct gn_holder *h, int64_t now_ns,
                        char text[GN_HOLDER_TEXT]);

#endif
