/*
 * backoff.h - whether a fetch that failed is tried again, and when. Pure: time
 * and randomness come in as arguments.
 */
#ifndef GN_FETCH_BACKOFF_H
#define GN_FETCH_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/response.h"

/* What may be tried again, as people name it. */
#define GN_RETRY_MAP(X)                                                        \
    X(NETWORK, "network") /* no address, no connection, one that broke */      \
    X(TLS, "tls")                                                              \
    X(TIMEOUT, "timeout")                                                      \
    X(TOO_MANY, "429") /* the status */                                        \
    X(SERVER, "5xx")

enum gn_retry_class {
#define X(name, word) GN_RETRY_##name,
    GN_RETRY_MAP(X)
#undef X
        GN_RETRY_CLASSES,
    GN_RETRY_NONE = GN_RETRY_CLASSES
};

enum {
    GN_RETRY_TIMES_MAX = 100,
    GN_RETRY_LEAST_MS = 1000,            /* unless said otherwise */
    GN_RETRY_MOST_MS = 5 * 60 * 1000,    /* the same */
    GN_RETRY_AFTER_MAX_MS = 3600 * 1000, /* no server is obeyed for longer */
};
/* All but TLS, where a person has to do something. */
#define GN_RETRY_USUAL                                                         \
    (1U << GN_RETRY_NETWORK | 1U << GN_RETRY_TIMEOUT |                         \
     1U << GN_RETRY_TOO_MANY | 1U << GN_RETRY_SERVER)

/* All zero tries nothing again. */
struct gn_backoff {
    int times;        /* most attempts after the first; 0: none */
    int64_t least_ms; /* before the second attempt; 0: GN_RETRY_LEAST_MS */
    int64_t most_ms;  /* between any two; 0: GN_RETRY_MOST_MS, or least_ms if
                         that is more */
    unsigned classes; /* 1U << GN_RETRY_...; 0: GN_RETRY_USUAL */
};

/* What kind of failure that is; NONE: none, or one that would be the same
 * again. */
enum gn_retry_class gn_backoff_class(enum gn_failure failure, int status);

/* Whether attempt (1, 2 ...) of a request, which failed so, is followed by
 * another. One that may have done what it asked for is not repeated, unless it
 * is idempotent: does the same when done twice. */
bool gn_backoff_again(const struct gn_backoff *b, enum gn_failure failure,
                      int status, int attempt, bool idempotent);

/* How long to wait after attempt: random (0 to below 1) chooses from least_ms
 * to a bound that doubles with each attempt, and is most_ms at most. */
int64_t gn_backoff_delay_ms(const struct gn_backoff *b, int attempt,
                            double random);

/* For how long a reply of status 429 or 503 asks to be left alone, by its
 * Retry-After: seconds, or a date, which counts from the reply's own Date, or
 * wall_us without one. At most GN_RETRY_AFTER_MAX_MS; -1: it does not ask.
 * headers are gn_response's. */
int64_t gn_backoff_retry_after_ms(int status, const char *headers,
                                  int64_t wall_us);

/* The method may be sent twice (RFC 9110 section 9.2.2). NULL: GET, or POST
 * with a body. */
bool gn_backoff_idempotent(const char *method, bool has_body);

#endif
