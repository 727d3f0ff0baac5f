/*
 * host_history.h - what the store keeps of each host, and the statement that
 * fills it:
 *
 *   garner_host  a row a host: name ("https://example.org:443"), what fetching
 *                has cost it, and until when it is left alone
 *
 * Names and meanings are documented in docs/tables.md.
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOST_HOST_HISTORY_H
#define GN_ENGINE_HOST_HOST_HISTORY_H

#include <stdint.h>

#include "garner/store.h"
#include "garner/write.h"

/* What fetches cost a host. */
struct gn_cost {
    int64_t requests;
    int64_t not_modified; /* of them, with status 304 */
    int64_t errors;       /* without an answer, or with status 400 and more */
    int64_t bytes;        /* of bodies, as they came */
};

struct gn_host_row {
    struct gn_cost cost;   /* added to what the row has */
    int64_t last_us;       /* the last request; 0: there was none */
    int failures;          /* in a row */
    int openings;          /* of its circuit, in a row; 0: it is closed */
    int64_t open_until_us; /* 0 in these: none */
    int64_t off_until_us;  /* as the server asked */
    int64_t next_us;       /* by the interval between fetches */
};

void gn_cost_add(struct gn_cost *to, const struct gn_cost *cost);

/* Adds the statement that brings the row of the host of that name up to date;
 * it changes just one row. Errors: NOMEM. */
enum garner_code gn_host_history_add(struct garner_batch *batch,
                                     const char *name,
                                     const struct gn_host_row *row,
                                     struct garner_error *err);

/* What the store has of it; all zero if that is nothing. Errors: those of the
 * store. */
enum garner_code gn_host_history_recall(struct garner_store *store,
                                        const char *name,
                                        struct gn_host_row *row,
                                        struct garner_error *err);

#endif
