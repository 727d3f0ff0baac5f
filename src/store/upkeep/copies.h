/*
 * copies.h - how many copies of SQLite are loaded in this process.
 *
 * Two that have one file open drop each other's locks, and lose commits in
 * silence (https://sqlite.org/howtocorrupt.html section 2.2.1). Found are those
 * that show their names to the dynamic linker: a copy that a library keeps to
 * itself is not.
 *
 * Thread: any.
 */
#ifndef GN_STORE_UPKEEP_COPIES_H
#define GN_STORE_UPKEEP_COPIES_H

#include "base/buf.h"

/* Counts them, and appends the names of the files they are in to out, a comma
 * and a space between. Out of memory shows in gn_buf_failed(out). */
int gn_copies_find(struct gn_buf *out);

#endif
