/*
 * ask.h - the flags that say what to send, with curl's names, and the request
 * they make.
 */
#ifndef GN_CLI_ASK_H
#define GN_CLI_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "cli/reach.h"
#include "fetch/request.h"
#include "garner/error.h"

/* A part of the settings of a command that fetches. */
struct gn_ask_flags {
    const char *method;
    struct gn_texts headers;
    struct gn_texts data;
    struct gn_texts data_raw;
    struct gn_texts data_binary;
    struct gn_texts json;
    const char *user_agent;
    const char *referer;
    const char *cookie;
    const char *cookie_file; /* see gn_ask_find_file */
    const char *cookie_jar;  /* the same */
    struct gn_texts data_urlencode;
    bool get;
    bool location;   /* accepted: redirects are followed anyway */
    bool compressed; /* accepted: it is always asked for */
    int64_t connect_ms;
    int64_t total_ms;
    int64_t max_body_bytes;
    const char *max_redirects; /* a number from 0 */
    const char *private;       /* "allow": may be led to such addresses */
    struct gn_reach_flags reach;
};

/* The entries of an option table for the struct gn_ask_flags that is the field
 * `ask` of settings. */
#define GN_ASK_OPTION(S, name, letter, type, value, field, help)               \
    GN_OPTION(S, name, letter, type, value, ask.field, help)
#define GN_ASK_OPTIONS(S)                                                      \
    GN_ASK_OPTION(S, "request", 'X', TEXT, "METHOD", method,                   \
                  "the HTTP method; without it GET, or POST with data"),       \
        GN_ASK_OPTION(S, "data", 'd', LIST, "DATA", data,                      \
                      "send DATA, as a form does; @FILE sends a file without " \
                      "its line ends; several are joined with &"),             \
        GN_ASK_OPTION(S, "data-raw", 0, LIST, "DATA", data_raw,                \
                      "as --data, @ has no meaning"),                          \
        GN_ASK_OPTION(S, "data-binary", 0, LIST, "DATA", data_binary,          \
                      "as --data, @FILE is sent byte for byte"),               \
        GN_ASK_OPTION(S, "data-urlencode", 0, LIST, "DATA", data_urlencode,    \
                      "as --data, but encoded: NAME=VALUE, =VALUE or VALUE"),  \
        GN_ASK_OPTION(S, "get", 'G', FLAG, NULL, get,                          \
                      "send the data in the URL, by GET"),                     \
        GN_ASK_OPTION(S, "json", 0, LIST, "JSON", json,                        \
                      "send JSON (or @FILE) and ask for JSON"),                \
        GN_ASK_PAGE_OPTIONS(S)
/* The same, without those that are not for pages alone. */
#define GN_ASK_PAGE_OPTIONS(S)                                                 \
    GN_ASK_OPTION(S, "header", 'H', LIST, "LINE", headers,                     \
                  "send the header \"Name: value\"; may be repeated"),         \
        GN_ASK_OPTION(S, "user-agent", 'A', TEXT, "NAME", user_agent,          \
                      "the User-Agent to send; without it garner/VERSION"),    \
        GN_ASK_OPTION(S, "referer", 'e', TEXT, "URL", referer,                 \
                      "the Referer to send"),                                  \
        GN_ASK_OPTION(S, "cookie", 'b', TEXT, "NAME=VALUE", cookie,            \
                      "the Cookie to send; for get, also a file of cookies"),  \
        GN_ASK_OPTION(S, "location", 'L', FLAG, NULL, location,                \
                      "follow redirects: so it is, with or without this"),     \
        GN_ASK_OPTION(S, "compressed", 0, FLAG, NULL, compressed,              \
                      "ask for compression: so it is, with or without this"),  \
        GN_ASK_OPTION(S, "connect-timeout", 0, SECONDS, "TIME", connect_ms,    \
                      "longest time to reach the server (10s)"),               \
        GN_ASK_OPTION(S, "max-filesize", 0, SIZE, "SIZE", max_body_bytes,      \
                      "largest body that is accepted (64MiB)"),                \
        GN_ASK_OPTION(S, "max-redirs", 0, TEXT, "COUNT", max_redirects,        \
                      "most redirects that are followed (10)"),                \
        GN_REACH_OPTIONS(S)

/* What curl has no flag for; the word is that of the file's key. */
#define GN_ASK_PRIVATE_OPTION(S)                                               \
    GN_ASK_OPTION(S, "private", 0, CHOICE, "refuse|allow", private,            \
                  "ask at private addresses, where a document or a redirect "  \
                  "leads from others (refuse, unless said otherwise)")

/* What a request points to. All zero is empty. */
struct gn_ask_memory {
    char **headers; /* NULL at the end */
    size_t header_count;
    char *body;
    const char *query; /* with flags->get: what is to be added to URLs */
    struct gn_reach_memory reach;
};

/* Without "=" a cookie is the name of a file of them, which the caller can
 * read: it becomes cookie_file. With that or cookie_jar the request takes
 * cookies. */
void gn_ask_find_file(struct gn_ask_flags *flags);

bool gn_ask_allows_private(const struct gn_ask_flags *flags);

/* Makes request of flags for url; it points into flags, url and *memory.
 * Errors: INVALID (a flag, a file that cannot be read), NOMEM. */
enum garner_code gn_ask_request(const struct gn_ask_flags *flags,
                                const char *url, struct gn_request *request,
                                struct gn_ask_memory *memory,
                                struct garner_error *err);

void gn_ask_fini(struct gn_ask_memory *memory);

#endif
