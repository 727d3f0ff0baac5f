/*
 * stored.h - answers that runs have left in a store, as if they came just now.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_STORED_H
#define GN_CLI_STORED_H

#include <stdint.h>

#include "cli/one.h"
#include "garner/error.h"
#include "garner/store.h"

/* Fills *one (gn_one_fini frees it) with what run (garner_run.id) of the source
 * of this name got: its body, URL, status, type and time. Its headers are not
 * kept. Errors: NOTFOUND (no such run of it, or one whose body is not kept
 * there), CORRUPT,
 * those of the store, NOMEM; nothing is left to free then. */
enum garner_code gn_stored_answer(struct garner_store *store,
                                  const char *source, int64_t run,
                                  struct gn_one *one, struct garner_error *err);

/* Fills in what a crawl's frontier knows of the page that one, whose answer is
 * stored, is: url, depth, and whether it makes rows; nothing, if the frontier
 * has forgotten it. Errors: those of the store, NOMEM. */
enum garner_code gn_stored_page(struct garner_store *store, const char *source,
                                struct gn_one *one, struct garner_error *err);

/* Appends to jar what is kept of the cookies of a source, as
 * gn_target_set_jar takes them. Errors: those of the store, NOMEM. */
enum garner_code gn_stored_cookies(struct garner_store *store,
                                   const char *source, struct gn_buf *jar,
                                   struct garner_error *err);

/* Fills before[count] with how many rows each set of the source's had in its
 * last good run; -1: not known. Errors: those of the store. */
enum garner_code gn_stored_good_rows(struct garner_store *store,
                                     const char *source, int64_t before[],
                                     size_t count, struct garner_error *err);

#endif
