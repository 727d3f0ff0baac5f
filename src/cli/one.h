/* one.h - a single fetch, waited for. */
#ifndef GN_CLI_ONE_H
#define GN_CLI_ONE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/target.h"
#include "garner/error.h"

/* What came, in memory of its own. */
struct gn_one {
    enum gn_failure failure;
    char error[240]; /* says what, and what to do; "" when NONE */
    int status;
    char *final_url;
    char *base_url;  /* with secrets: tell nobody; NULL: as it was asked for */
    char *redirect;  /* where a redirect that was not followed leads, the same;
                        NULL: it is none */
    bool is_private; /* as in gn_response ... */
    bool kept_off;   /* ... the same */
    char *next;      /* the link to the next page, by a header; NULL: none */
    int page;        /* 0: the first */
    char *page_url;  /* as a crawl asked for it, if it is stored; or NULL */
    int depth;       /* of that page */
    bool rowless;    /* it is stored as one of which a crawl makes no rows */
    bool is_sitemap; /* the same, since it is one */
    char *content_type; /* NULL: none */
    struct gn_buf headers;
    struct gn_buf body;
    struct gn_buf cookies; /* its jar, if it keeps cookies */
    int64_t started_wall_us;
    int64_t duration_us;
    int64_t first_byte_us;
    int64_t wire_bytes;
    int redirects;
    int http_version;
};

/* Fetches request and fills *one. A fetch that fails is OK here: see failure.
 * jar: cookies to send beside its own, if it keeps them, in the form of
 * gn_target_set_jar. Errors: INVALID (the request), NOMEM, IO. */
enum garner_code gn_one_fetch(const struct gn_request *request, const char *jar,
                              struct gn_one *one, struct garner_error *err);

/* The same, but it is CANCELED (as a failure) soon after *stop (borrowed) is
 * true, which may be set from any thread, and in a signal handler. */
enum garner_code gn_one_fetch_until(const struct gn_request *request,
                                    const char *jar, atomic_bool *stop,
                                    struct gn_one *one,
                                    struct garner_error *err);

/* The same of a target, which has its jar. */
enum garner_code gn_one_fetch_target(struct gn_target *target,
                                     atomic_bool *stop, struct gn_one *one,
                                     struct garner_error *err);

/* What came as a response, which points into one. */
struct gn_response gn_one_response(struct gn_one *one);

void gn_one_fini(struct gn_one *one);

#endif
