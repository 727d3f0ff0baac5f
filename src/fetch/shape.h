/*
 * shape.h - what a request asks of libcurl but for its URL, headers and body:
 * the options that many targets have in common, so that a handle need not be
 * told them again for each fetch.
 *
 * Thread: one at a time.
 */
#ifndef GN_FETCH_SHAPE_H
#define GN_FETCH_SHAPE_H

#include <stdbool.h>

#include "fetch/request.h"

/* What the environment says of proxies, looked up once. */
struct gn_proxies {
    bool any;            /* http_proxy or its like is set */
    const char *without; /* no_proxy: hosts reached directly; "": none */
};

/* What an easy handle was last made ready for; all zero: for nothing yet. */
struct gn_shape {
    unsigned char id[32];
};

/* Names the options that gn_shape_set sets for r, whose limits are filled in;
 * secure: its URL is of https. Two requests of one name need the same. false:
 * no memory. */
bool gn_shape_name(const struct gn_request *r, bool secure,
                   struct gn_shape *shape);

/* Sets them on easy, a CURL handle, whatever it was made ready for before: all
 * but what is left behind by gn_shape_leaves_traces. Returns a CURLcode. */
int gn_shape_set(const struct gn_request *r, bool secure,
                 const struct gn_proxies *proxies, void *easy);

/* Whether a handle that fetched r is to be used for nothing else: libcurl keeps
 * cookies, and the challenge of a digest login, in it. */
bool gn_shape_leaves_traces(const struct gn_request *r);

/* Whether a proxy may stand between: r's own, or the environment's. */
bool gn_shape_proxied(const struct gn_request *r,
                      const struct gn_proxies *proxies);

#endif
