/*
 * hop.h - from an answer that redirects to where it leads: what was asked is
 * asked there, as libcurl would, but by a request of its own, so that it can be
 * looked at before (gn_request.one_hop).
 *
 * To the host (scheme, name and port) of the request's own URL all goes that it
 * says. No other gets its login, its cookies and a header Authorization or
 * Cookie. A POST becomes a GET, unless the server asks for the same (307, 308);
 * what is none becomes one by 303 alone.
 *
 * Thread: any.
 */
#ifndef GN_FETCH_HOP_H
#define GN_FETCH_HOP_H

#include <stdbool.h>

#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/target.h"

/* Where a request has been led to; all zero: nowhere yet. */
struct gn_hop {
    int count;                /* of redirects so far */
    bool is_bare;             /* it has become a GET */
    char *url;                /* with its secrets; tell nobody */
    struct gn_target *target; /* of that URL */
};

/* NULL in its fields is fine; all are zero then. */
void gn_hop_fini(struct gn_hop *hop);

/* Goes where response, of request led to where hop is, redirects to. NONE: hop
 * is there. Else it is where it was, and text says why: REDIRECT (too often, to
 * what is no URL, or no http or https; without secrets), LOCAL (no memory). */
enum gn_failure gn_hop_follow(struct gn_hop *hop,
                              const struct gn_request *request,
                              const struct gn_response *response,
                              char text[240]);

#endif
