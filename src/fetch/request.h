/* request.h - what to fetch, and within which limits: plain data. */
#ifndef GN_FETCH_REQUEST_H
#define GN_FETCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 in a field means its default, unless said otherwise. */
struct gn_fetch_limits {
    int64_t connect_ms;     /* to reach the server; 10,000 */
    int64_t total_ms;       /* for the whole transfer; 60,000 */
    int64_t stall_ms;       /* without a byte (whole seconds); 20,000 */
    int64_t max_body_bytes; /* decoded; 64 MiB */
    int max_redirects;      /* 10; -1: follow none */
};

struct gn_request {
    const char *url;    /* http or https */
    const char *method; /* NULL: GET, or POST when there is a body */
    const char *const
        *headers; /* "Name: value" ..., NULL at the end; or NULL */
    const void *body;
    size_t body_size;
    const char *user_agent; /* NULL: garner/VERSION */
    const char *proxy;      /* NULL: from the environment */
    const char *ca_file;    /* NULL: the system's certificates */
    bool insecure;          /* do not verify TLS certificates */
    struct gn_fetch_limits limits;
};

#endif
