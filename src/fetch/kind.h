/*
 * kind.h - what many targets ask for alike: all of a request but its URL,
 * headers and secrets. Ten thousand that differ in their URL hold it once.
 *
 * Thread: any; it is constant but for the count of its holders.
 */
#ifndef GN_FETCH_KIND_H
#define GN_FETCH_KIND_H

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "fetch/request.h"
#include "fetch/shape.h"
#include "garner/error.h"

struct gn_kind {
    struct gn_request request; /* its texts and body are copies; no URL, headers
                                  and secrets; limits filled in */
    struct curl_slist *connect_to;
    struct gn_shape plain;  /* with a URL of http ... */
    struct gn_shape secure; /* ... of https */
    atomic_uint holders;
};

/* Checks request, but for its URL, and gives its kind: like, with one holder
 * more, if request is of that, or a copy; like may be NULL. Errors: INVALID,
 * NOMEM. */
enum garner_code gn_kind_get(const struct gn_request *request,
                             struct gn_kind *like, struct gn_kind **out,
                             struct garner_error *err);

/* One holder less; the last one frees it. NULL is fine. */
void gn_kind_drop(struct gn_kind *kind);

#endif
