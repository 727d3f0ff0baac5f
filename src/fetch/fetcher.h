/*
 * fetcher.h - many transfers at a time on one event loop: libcurl's multi
 * interface driven by libuv.
 *
 * Thread: the loop's only. No call blocks (names are resolved on libcurl's own
 * threads). Connections are kept and used again. Fetches under way keep the
 * loop alive; idle connections do not.
 */
#ifndef GN_FETCH_FETCHER_H
#define GN_FETCH_FETCHER_H

#include <stddef.h>
#include <uv.h>

#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/target.h"
#include "garner/error.h"

struct gn_fetcher;
struct gn_transfer; /* one fetch under way */

struct gn_fetcher_options {
    int connections;          /* most at a time, in all; 0: no bound */
    int connections_per_host; /* 0: no bound */
    int idle_connections;     /* kept open for later; 0: 256 */
    const char *spool; /* the folder (borrowed) for bodies that are over their
                          limit of memory; NULL: those stay there, too */
};

/* Borrows loop until the fetcher is closed. Errors: NOMEM, IO. */
enum garner_code gn_fetcher_new(uv_loop_t *loop,
                                const struct gn_fetcher_options *options,
                                struct gn_fetcher **out,
                                struct garner_error *err);

/* Cancels what is under way (each callback runs, with CANCELED, before this
 * returns), closes all handles and frees the fetcher once the loop has run
 * their close callbacks: run the loop until it is done (uv_run returns 0). May
 * be called by a callback. NULL is fine. */
void gn_fetcher_close(struct gn_fetcher *f);

/* Starts a fetch of target (borrowed until done). *transfer (may be NULL as an
 * argument) can be canceled until done is called. done is never called from
 * within this call, nor when it fails. Errors: NOMEM, IO, CLOSED. */
enum garner_code gn_fetcher_start(struct gn_fetcher *f,
                                  struct gn_target *target, gn_fetched *done,
                                  void *context, struct gn_transfer **transfer,
                                  struct garner_error *err);

/* Ends it soon: done runs with CANCELED, not from within this call. */
void gn_fetcher_cancel(struct gn_fetcher *f, struct gn_transfer *transfer);

/* Fetches under way. */
size_t gn_fetcher_active(const struct gn_fetcher *f);

#endif
