/*
 * intake.h - how a pass over a source's URLs begins: what is left of the last
 * one is gone on with; if that is over, the list is read anew, what is new in
 * it is entered, what it has no more is removed, and the next pass is begun.
 *
 * A crawl has no list, but pages where it begins.
 *
 * A pass counts as begun with the last of these transactions: whenever garner
 * is killed before, the list is read once more.
 *
 * Thread: any, one at a time; it waits for the disk and the store.
 */
#ifndef GN_ENGINE_FRONTIER_INTAKE_H
#define GN_ENGINE_FRONTIER_INTAKE_H

#include <stdatomic.h>
#include <stdint.h>

#include "config/config.h"
#include "garner/store.h"

struct gn_intake {
    /* what to do */
    struct garner_store *store;
    struct gn_urls urls;
    const struct gn_crawl *crawl; /* NULL: it is a list */
    int64_t source;               /* garner_source.id */
    int64_t next_due_us; /* when the pass after this is due; 0: not kept */
    atomic_bool *stop;   /* set: it ends with CANCELED */

    /* what was done */
    int64_t pass; /* its number */
    bool goes_on; /* it was begun before */
    uint64_t total;
    uint64_t left;
    int64_t bytes;       /* of a crawl: of the answers it had so far */
    uint64_t unasked;    /* of those done, left alone before they were asked */
    uint64_t bad;        /* lines that are no URL, and were passed over */
    char first_bad[300]; /* what was wrong with the first */
};

/* Errors: those of list.h, CANCELED, those of the store. */
enum garner_code gn_intake_run(struct gn_intake *in, struct garner_error *err);

/* The crawl is over: pages that it did not come to are forgotten. Errors:
 * CANCELED, those of the store. */
enum garner_code gn_intake_close(struct gn_intake *in,
                                 struct garner_error *err);

#endif
