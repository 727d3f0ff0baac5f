/*
 * pick.h - one of the URLs of a source that has many (urls), as a source that
 * has it alone.
 *
 * Thread: one at a time. It waits for the disk.
 */
#ifndef GN_CLI_PICK_H
#define GN_CLI_PICK_H

#include "config/config.h"
#include "garner/error.h"
#include "garner/store.h"

/* All zero is none. */
struct gn_pick {
    struct gn_source source; /* borrows what the other has */
    char *url;               /* its URL */
};

/* Picks url, or (NULL) the first that source's list has now, read from its file
 * or the store (NULL: there is none yet). gn_pick_fini frees it. Errors:
 * NOTFOUND (no such file, no store, or no URL is in it), those of gn_list_open
 * and gn_list_next. */
enum garner_code gn_pick_url(const struct gn_source *source, const char *url,
                             struct garner_store *store, struct gn_pick *pick,
                             struct garner_error *err);
void gn_pick_fini(struct gn_pick *pick);

#endif
