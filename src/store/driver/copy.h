/*
 * copy.h - copies a database, page by page, into a file.
 *
 * Of a database with a log, the connection is to hold a snapshot (an open
 * cursor) from before the start to the end: then it is that snapshot that is
 * copied, whatever is written meanwhile. Without one, and in memory, a write
 * between two steps may have the copy begin anew.
 *
 * Thread: the connection's, in all calls.
 */
#ifndef GN_STORE_DRIVER_COPY_H
#define GN_STORE_DRIVER_COPY_H

#include "store/driver/sqlite.h"

struct gn_copy;

/* Starts to copy the database of from into the empty file at path; messages
 * call it name. Borrows all until gn_copy_end. Errors: IO, NOMEM. */
enum garner_code gn_copy_start(struct gn_sqlite *from, const char *path,
                               const char *name, struct gn_copy **out,
                               struct garner_error *err);

/* Copies that many pages more. DONE: it is whole; OK: there is more to do.
 * *again: it began anew, so that more pages at a time are better. Errors: IO (a
 * full disk among them), BUSY (a foreign lock), CORRUPT, NOMEM. */
enum garner_code gn_copy_step(struct gn_copy *c, int pages, bool *again,
                              struct garner_error *err);

/* How far it is, of the size known at the last step. */
void gn_copy_progress(const struct gn_copy *c, uint64_t *done_bytes,
                      uint64_t *all_bytes);

/* Ends it, whole or not. NULL is fine. */
void gn_copy_end(struct gn_copy *c);

/* Takes the mark of a log from the copy in fd, whose gn_copy has ended, so that
 * it can be read where nothing may be written beside it. Errors: IO. */
enum garner_code gn_copy_unmark(int fd, const char *name,
                                struct garner_error *err);

#endif
