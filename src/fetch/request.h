/* request.h - what to fetch, and within which limits: plain data. */
#ifndef GN_FETCH_REQUEST_H
#define GN_FETCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

/* What the head of an answer may have at most, and the size from which on a
 * body's ratio counts: smaller ones do no harm. */
enum {
    GN_FETCH_HEAD_MOST = 256 << 10,
    GN_FETCH_HEADERS_MOST = 1000,
    GN_FETCH_RATIO_FROM = 64 << 10
};

/* 0 in a field means its default, unless said otherwise. */
struct gn_fetch_limits {
    int64_t connect_ms;     /* to reach the server; 10,000 */
    int64_t total_ms;       /* for the whole transfer; 60,000 */
    int64_t stall_ms;       /* connected, but without a byte; 20,000 */
    int64_t max_body_bytes; /* decoded; 64 MiB */
    int64_t memory_bytes; /* a larger body goes to a file, if the fetcher has a
                             place for it; 1 MiB */
    int max_ratio;        /* of that to what was sent, from
                             GN_FETCH_RATIO_FROM on; 0: no limit */
    int max_redirects;    /* 10; -1: follow none */
};

/* How to log in; libcurl tells no other host than the URL's. */
enum gn_login {
    GN_LOGIN_NONE, /* as the URL says, if it does */
    GN_LOGIN_BASIC,
    GN_LOGIN_DIGEST,
    GN_LOGIN_BEARER, /* the password is the token */
};

/* How a connection is made, when not as usual; NULL or 0: as usual. */
struct gn_route {
    const char *interface; /* a name or an address of this machine's */
    /* "host:port:address:port" ..., NULL at the end: where to connect to for
     * host and port; or NULL */
    const char *const *connect_to;
    int ip;   /* 4 or 6: that alone */
    int http; /* 1: never HTTP/2; 2: HTTP/2, as usual, if TLS agrees on it */
};

struct gn_request {
    const char *url;    /* http or https; may hold user:password@ */
    const char *method; /* NULL: GET, or POST when there is a body */
    const char *const
        *headers; /* "Name: value" ..., NULL at the end; or NULL */
    const void *body;
    size_t body_size;
    const char *user_agent; /* NULL: garner/VERSION */
    const char *proxy;      /* NULL: from the environment; "": none. no_proxy
                               of the environment goes before both */
    const char *cookies;    /* sent to the URL's host: "a=b; c=d"; NULL: none */
    bool keeps_cookies;     /* takes those of servers, too: gn_target_set_jar */
    enum gn_login login;
    const char *user; /* with BASIC and DIGEST */
    const char *password;
    const char *ca_file;      /* NULL: the system's certificates */
    const char *cert;         /* of ours, a PEM file; NULL: none */
    const char *key;          /* its key; NULL: in the same file */
    const char *key_password; /* NULL: it has none */
    int least_tls;            /* 12 or 13: TLS 1.2, 1.3; 0: 12 */
    bool insecure;            /* do not verify TLS certificates */
    bool same_host;           /* no redirect leads to another */
    bool one_hop;             /* redirects are not followed: see hop.h */
    bool public_only;         /* nobody is asked at a private address (see
                                 address.h); where a proxy may stand between,
                                 only what the URL itself says is known */
    bool led_public_only;     /* the same of what redirects lead to, if not one
                                 hop is all, unless the URL's own is at one */
    struct gn_route route;
    /* What may not be told of the fetch: *** stands for it in URLs, messages
     * and headers (gn_mask_url). NULL at the end; or NULL. */
    const char *const *secrets;
    struct gn_fetch_limits limits;
};

/* Checks all of request but its URL, and copies its limits, defaults filled in,
 * into *limits. Errors: INVALID (what is wrong, without secrets), NOMEM. */
enum garner_code gn_request_check(const struct gn_request *request,
                                  struct gn_fetch_limits *limits,
                                  struct garner_error *err);

#endif
