/*
 * transfer.h - one libcurl handle, used for one fetch after another: the reply
 * goes where sink.h puts it, and outcome.h makes a response of the ending.
 *
 * Thread: the loop's only.
 */
#ifndef GN_FETCH_TRANSFER_H
#define GN_FETCH_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/heap.h"
#include "fetch/explain.h"
#include "fetch/response.h"
#include "fetch/sink.h"
#include "fetch/socket.h"
#include "fetch/target.h"
#include "fetch/tools.h"
#include "garner/error.h"

struct gn_transfer {
    /* constant */
    CURL *easy;
    struct gn_tools *tools; /* borrowed */
    struct gn_shape shape;
    struct gn_sink sink; /* its body's */

    /* the fetch under way */
    struct gn_target *target;
    struct gn_response response; /* its buffers are those below */
    struct gn_buf headers;
    struct gn_buf cookies;
    char *redirected;               /* final_url, when it is not the target's */
    struct gn_buf link;             /* to the next page */
    struct gn_buf location;         /* where it redirects to */
    char elsewhere[GN_TARGET_HOST]; /* the host of a redirect not followed */
    enum gn_cause cause;
    bool is_spent;   /* by it: see gn_transfer_is_spent */
    bool heard;      /* part of a reply came */
    int lines;       /* of its head so far */
    bool led_on;     /* its head redirects, which is all that is wanted of it */
    int replies;     /* whose heads came; those of 1xx are none */
    bool kept_off;   /* from an address, for that is private */
    bool is_private; /* the URL itself is at such a one */
    int socket_error;
    int64_t started_ns;
    int64_t moved_ms; /* on the monotonic clock: when a byte last came */
    int64_t sent;     /* bytes of the body sent, when last looked at */
    int64_t taken;    /* bytes of this reply's body that the limiter knows of */
    bool paused;
    TAILQ_ENTRY(gn_transfer) in_paused;
    char detail[CURL_ERROR_SIZE];

    /* the fetcher's */
    struct gn_heap_node deadline; /* when to look at it next, in ms; INT64_MIN:
                                     canceled */
    int64_t doubted_ms; /* moved_ms when it was found stalled; 0: never */
    gn_fetched *done;
    void *context;
    struct gn_transfer *next; /* in the pool */
};

/* Borrows tools. Errors: NOMEM. */
enum garner_code gn_transfer_new(struct gn_tools *tools,
                                 struct gn_transfer **out,
                                 struct garner_error *err);
/* NULL is fine. */
void gn_transfer_free(struct gn_transfer *t);

/* Makes easy ready to fetch target (borrowed until the end). Errors: NOMEM. */
enum garner_code gn_transfer_begin(struct gn_transfer *t,
                                   struct gn_target *target,
                                   struct garner_error *err);

/* Lets a paused one go on, which may pause again. Not 0: it has failed, and is
 * to be ended with this. */
CURLcode gn_transfer_go_on(struct gn_transfer *t);
/* It is not to go on: it has ended. */
void gn_transfer_stop_pausing(struct gn_transfer *t);

/* When it will have stalled, on the monotonic clock in ms, as things are at
 * now_ms; at or before now_ms: it has. */
int64_t gn_transfer_stalls_at(struct gn_transfer *t, int64_t now_ms);

/* What libcurl knows of it, a curl_off_t or a long; 0: that is not known. */
int64_t gn_transfer_number(const struct gn_transfer *t, CURLINFO info);
int gn_transfer_small(const struct gn_transfer *t, CURLINFO info);

/* Whether its handle still knows what is its last target's alone: then it is to
 * be freed. */
bool gn_transfer_is_spent(const struct gn_transfer *t);

/* Lets go of what its fetch held, and of large buffers. */
void gn_transfer_reset(struct gn_transfer *t);

#endif
