/*
 * validator.h - what a reply says of the version it is of, so that the next
 * request asks for another one alone (RFC 9110 sections 8.8 and 13, RFC 9111
 * section 4.3). Pure.
 */
#ifndef GN_FETCH_VALIDATOR_H
#define GN_FETCH_VALIDATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { GN_VALIDATOR_MAX = 1000 }; /* bytes; a longer one is none */

/* Verbatim, as the server wrote them; NULL: none. */
struct gn_validators {
    const char *etag;     /* ETag, to be sent as If-None-Match */
    const char *modified; /* Last-Modified, as If-Modified-Since */
};

/* Finds in a reply's header lines (gn_response's) what can be relied on, as
 * copies in memory. Not relied on, so that no change is slept through:
 * whatever the server wants not to be stored (no-store), a value that came
 * twice and differs, and one of whole seconds (Last-Modified, or an ETag made
 * of just that) while its second may not have been over when the reply was
 * made. A reply that has no date was made about when it was received, in
 * seconds since 1970; 0: that is not known. false: no memory. */
bool gn_validators_read(const char *headers, int64_t received,
                        struct gn_arena *memory, struct gn_validators *out);

/* The same of a 304, which says what version is still the right one: there a
 * value may be young, for what it repeats was not. */
bool gn_validators_read_304(const char *headers, struct gn_arena *memory,
                            struct gn_validators *out);

/* There is something to ask with. */
bool gn_validators_any(const struct gn_validators *v);

/* The same text in both. */
bool gn_validators_equal(const struct gn_validators *a,
                         const struct gn_validators *b);

/* Whether a 304 that names the version reply (or none) can be about the one
 * that was asked with. A server that asks a cache of its own, or that compares
 * no more than dates, may mean another. ETags are compared weakly, and without
 * what compression puts behind them. */
bool gn_validators_confirm(const struct gn_validators *asked,
                           const struct gn_validators *reply);

#endif
