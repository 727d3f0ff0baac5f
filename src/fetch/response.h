/* response.h - what came of a fetch: plain data. */
#ifndef GN_FETCH_RESPONSE_H
#define GN_FETCH_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct gn_part;
struct gn_spool;

/* Why a fetch has no usable answer; one list for code, name and sentence. */
#define GN_FAILURE_MAP(X)                                                      \
    X(NONE, "none", "there is an answer")                                      \
    X(RESOLVE, "resolve", "the host name has no address")                      \
    X(CONNECT, "connect", "the server cannot be reached")                      \
    X(TLS, "tls", "no trusted, encrypted connection")                          \
    X(TIMEOUT, "timeout", "it took too long")                                  \
    X(TOO_LARGE, "too_large", "the body is over the limit")                    \
    X(REDIRECT, "redirect", "redirected too often, or to where it may not")    \
    X(PROTOCOL, "protocol", "the answer breaks the protocol")                  \
    X(CANCELED, "canceled", "given up by us")                                  \
    X(LOCAL, "local", "a fault on this machine")

enum gn_failure {
#define X(name, word, text) GN_FAILURE_##name,
    GN_FAILURE_MAP(X)
#undef X
};

struct gn_response {
    enum gn_failure failure;
    char error[240];          /* says what, and what to do; "" when NONE */
    int status;               /* last HTTP status; 0: none was seen */
    const char *final_url;    /* after redirects, never with user or password;
                                 borrowed for the callback */
    const char *base_url;     /* the same with all that is secret, to resolve
                                 links by; tell nobody; borrowed for the
                                 callback; NULL: nothing was heard */
    const char *next;         /* the link to the next page, by its headers, as
                                 it is; the same; NULL: none */
    const char *redirect;     /* where a redirect that was not followed leads,
                                 as it is; the same; NULL: it is none */
    bool is_private;          /* the URL itself, not what it redirects to, is at
                                 a private address, see address.h */
    bool kept_off;            /* the last server was not asked, for it is at one
                               */
    struct gn_buf *headers;   /* of the last reply: "name: value\n" lines, names
                                 in lower case; borrowed for the callback */
    const char *content_type; /* NULL: none; borrowed for the callback */
    /* What the target's jar holds now, a line each, of the form of
     * gn_target_set_jar, but nothing over 128 KiB; borrowed for the callback.
     * NULL: it has none, or nothing was heard. */
    struct gn_buf *cookies;
    int64_t size;             /* of the body, decoded; 0 unless failure is
                                 NONE */
    struct gn_part *part;     /* the file that it went to (gn_target_save),
                                 whole; NULL: none. The callback may take it
                                 (NULL in its place) and put it there */
    const char *version;      /* not NULL: part is no more than the beginning of
                                 this version, whose rest can be asked for
                                 (gn_target_resume); borrowed for the callback */
    bool has_no_rest;         /* it was to go on with a part, and the server did
                                 not: it is to be asked for all */
    struct gn_buf *body;      /* decoded; nothing of one that went to a file
                                 alone, or into spool; the callback may move
                                 the bytes out (gn_buf_take), else they are
                                 used again; empty unless failure is NONE */
    struct gn_spool *spool;   /* has a body that was too large for memory; NULL:
                                 none. The callback may take it (NULL in its
                                 place) */
    unsigned char sha256[32]; /* of the body; zeros unless failure is NONE */
    int64_t wire_bytes;       /* body bytes as received, before decoding */
    int64_t started_wall_us;
    int64_t duration_us;
    int64_t first_byte_us; /* from the start; 0: none came */
    int redirects;
    int requests;     /* those of redirects, and of a login, too */
    int http_version; /* 10, 11, 20; 0: none */
};

/* Called once per started fetch; response is borrowed for the call. May start
 * and cancel other fetches. */
typedef void gn_fetched(void *context, struct gn_response *response);

/* "timeout" and the like: stable words for the database and metrics. */
const char *gn_failure_name(enum gn_failure failure);
/* The list's sentence. */
const char *gn_failure_text(enum gn_failure failure);

/* Adds one line of a reply's head, as it came, to headers; a status line
 * empties them first (redirects and 1xx replies come before the last one). */
void gn_response_header(struct gn_buf *headers, const char *line, size_t size);

/* Where an answer of that status with those headers redirects to, and how long
 * that is; NULL: it is no redirect. Of two, libcurl follows the first. */
const char *gn_response_location(const char *headers, int status, size_t *size);

/* Whether nothing but the end of the connection tells where the body of an
 * answer by HTTP/1 with those headers ends. */
bool gn_response_is_open_ended(const char *headers);

/* Whether headers name two lengths of the body that differ: by which one went
 * would then be a guess, and what follows could pass for another answer (RFC
 * 9110 section 8.6). */
bool gn_response_has_two_lengths(const char *headers);

/* Whether a body that is packed may have been cut, which a decoder need not
 * notice: nothing but the end of the connection told its end. */
bool gn_response_may_be_cut(const struct gn_response *response);

/* When it came, in seconds since 1970. */
int64_t gn_response_received(const struct gn_response *response);

#endif
