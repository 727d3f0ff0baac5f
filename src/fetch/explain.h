/* explain.h - how a transfer ended, as a failure and a sentence for people.
 * Pure. */
#ifndef GN_FETCH_EXPLAIN_H
#define GN_FETCH_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/request.h"
#include "fetch/response.h"

/* Where a transfer was when it ended. */
enum gn_phase {
    GN_PHASE_STARTING,   /* no address, or no free connection, yet */
    GN_PHASE_CONNECTING, /* and agreeing on TLS */
    GN_PHASE_WAITING,    /* connected; no byte of the reply yet */
    GN_PHASE_READING,
};

/* What we found ourselves, where libcurl knows nothing or less. */
enum gn_cause {
    GN_CAUSE_LIBCURL, /* its result tells */
    GN_CAUSE_CANCELED,
    GN_CAUSE_STALLED,
    GN_CAUSE_BODY_TOO_LARGE,
    GN_CAUSE_BODY_TOO_DENSE, /* decoded too much for what was sent */
    GN_CAUSE_HEAD_TOO_LARGE,
    GN_CAUSE_TOO_MANY_HEADERS,
    GN_CAUSE_ELSEWHERE,   /* a redirect that is not to be followed */
    GN_CAUSE_PRIVATE,     /* a private address, where it may not ask */
    GN_CAUSE_TWO_LENGTHS, /* that differ */
    GN_CAUSE_SWITCHED,    /* to another protocol */
    GN_CAUSE_NO_MEMORY,
    GN_CAUSE_NOT_SAVED, /* detail says why */
    GN_CAUSE_NO_REST,   /* another part than what it was to go on with */
};

struct gn_ending {
    enum gn_cause cause;
    int result;            /* a CURLcode */
    const char *detail;    /* libcurl's own words, or ours; "": none */
    const char *place;     /* "host:port", or a refused redirect's scheme */
    bool refused;          /* place is such a scheme */
    const char *elsewhere; /* the other host, with ELSEWHERE; "": not known */
    bool proxied;          /* a proxy may have stood between */
    enum gn_phase phase;
    int redirects;
    int proxy_error;  /* a CURLproxycode, with CURLE_PROXY */
    int os_error;     /* of connecting; 0: not known */
    int socket_error; /* of making a socket; 0: it was made */
    int64_t duration_ms;
    const struct gn_fetch_limits *limits;
};

/* Writes the sentence ("" for NONE) into text. */
enum gn_failure gn_explain(const struct gn_ending *e, char text[240]);

#endif
