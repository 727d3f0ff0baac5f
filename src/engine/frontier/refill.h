/*
 * refill.h - the next pages of a pass read from the store, with what is known
 * of their hosts.
 *
 * Thread: any, one at a time; it waits for the store.
 */
#ifndef GN_ENGINE_FRONTIER_REFILL_H
#define GN_ENGINE_FRONTIER_REFILL_H

#include "engine/frontier/page.h"
#include "engine/host/host.h"

struct gn_refill {
    /* what to do */
    struct garner_store *store;
    const struct gn_source *like; /* their source */
    int64_t source;               /* garner_source.id */
    int64_t spec;                 /* versions that answer to another are none */
    int64_t pass;
    size_t most;        /* pages to be read; 0: none are, and there are more */
    const int64_t *ids; /* pages in memory already, in ascending order */
    size_t id_count;
    struct gn_page_list delayed; /* put off, which is written first; freed */
    bool anew;                   /* nothing that was put off before is so now */
    bool counts;                 /* how many are left, too */

    /* what was done */
    struct gn_page_list found; /* their hosts are in hosts */
    size_t found_count;
    struct gn_host **hosts;
    size_t host_count;
    size_t *by_name;     /* their places in hosts */
    bool more;           /* there may be more that are due */
    int64_t next_due_us; /* when the next one is, if not; 0: none is left */
    uint64_t left;       /* in the pass, those put off and in memory, too */
    int64_t count_ns;    /* to count them took so long */
};

/* Free it with gn_refill_fini, also on an error. Errors: those of the store,
 * NOMEM. */
enum garner_code gn_refill_run(struct gn_refill *r, struct garner_error *err);

/* Frees what was found and not taken out. */
void gn_refill_fini(struct gn_refill *r);

/* How many are left of the pass of source, those put off, too. Errors: those of
 * the store. */
enum garner_code gn_refill_left(struct garner_store *store, int64_t source,
                                int64_t pass, int64_t *left,
                                struct garner_error *err);

#endif
