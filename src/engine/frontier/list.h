/*
 * list.h - the list of a source's URLs read from where the configuration says:
 * a file with a URL a line (empty lines, and those that begin with #, are left
 * out), or a query on the store, of which the first column counts.
 *
 * Thread: any, one at a time; it waits for the disk.
 */
#ifndef GN_ENGINE_FRONTIER_LIST_H
#define GN_ENGINE_FRONTIER_LIST_H

#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "garner/read.h"

struct gn_list {
    const char *path;         /* borrowed; NULL: it is a query */
    FILE *file;               /* NULL: the same */
    struct garner_rows *rows; /* NULL: it is a file */
    char *line;
    size_t room;
    uint64_t number;     /* of the line or row: 1, 2 ... */
    uint64_t bad;        /* how many were no URL, and were passed over */
    char first_bad[300]; /* what was wrong with the first of them */
};

/* Close it also on an error. Errors: NOTFOUND, IO (the file), INVALID (the
 * query), those of the store. */
enum garner_code gn_list_open(struct gn_list *list, const struct gn_urls *urls,
                              struct garner_store *store,
                              struct garner_error *err);

/* ROW: *url, size bytes long and without a fragment, is the next, and lives
 * until the next call. DONE; errors: IO, NOMEM, those of the store. */
enum garner_code gn_list_next(struct gn_list *list, const char **url,
                              size_t *size, struct garner_error *err);

void gn_list_close(struct gn_list *list);

#endif
