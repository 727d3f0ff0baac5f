/*
 * reach.h - the flags that say who we are to a server and by which way it is
 * reached, with curl's names.
 */
#ifndef GN_CLI_REACH_H
#define GN_CLI_REACH_H

#include <stdbool.h>

#include "cli/options.h"
#include "fetch/request.h"
#include "garner/error.h"

/* A part of struct gn_ask_flags. */
struct gn_reach_flags {
    const char *user;
    bool basic; /* accepted: it is so anyway */
    bool digest;
    const char *bearer;
    const char *proxy;
    const char *ca_file;
    const char *cert;
    const char *key;
    const char *key_password;
    bool tls_12;
    bool tls_13;
    bool insecure;
    struct gn_texts resolve;
    const char *interface;
    bool ipv4;
    bool ipv6;
    bool http1;
    bool http2;
};

/* The entries of an option table for the field `ask.reach` of settings. */
#define GN_REACH_OPTION(S, name, letter, type, value, field, help)             \
    GN_OPTION(S, name, letter, type, value, ask.reach.field, help)
#define GN_REACH_OPTIONS(S)                                                    \
    GN_REACH_OPTION(S, "user", 'u', TEXT, "USER:PASSWORD", user,               \
                    "log in by HTTP Basic, or as --digest says"),              \
        GN_REACH_OPTION(S, "basic", 0, FLAG, NULL, basic,                      \
                        "log in by HTTP Basic: so it is, without this, too"),  \
        GN_REACH_OPTION(S, "digest", 0, FLAG, NULL, digest,                    \
                        "log in by HTTP Digest"),                              \
        GN_REACH_OPTION(S, "oauth2-bearer", 0, TEXT, "TOKEN", bearer,          \
                        "log in with this token"),                             \
        GN_REACH_OPTION(S, "proxy", 'x', TEXT, "URL", proxy,                   \
                        "go through this proxy; without it the "               \
                        "environment's"),                                      \
        GN_REACH_OPTION(S, "insecure", 'k', FLAG, NULL, insecure,              \
                        "do not verify TLS certificates"),                     \
        GN_REACH_OPTION(S, "cacert", 0, FILE, "FILE", ca_file,                 \
                        "trust the certificates in this PEM file alone"),      \
        GN_REACH_OPTION(S, "cert", 'E', FILE, "FILE", cert,                    \
                        "show the server this certificate, a PEM file"),       \
        GN_REACH_OPTION(S, "cert-key", 0, FILE, "FILE", key,                   \
                        "the certificate's key (curl's --key); without it in " \
                        "the same file"),                                      \
        GN_REACH_OPTION(S, "pass", 0, TEXT, "PASSWORD", key_password,          \
                        "the key's password"),                                 \
        GN_REACH_OPTION(S, "tlsv1.2", 0, FLAG, NULL, tls_12,                   \
                        "TLS 1.2 or later"),                                   \
        GN_REACH_OPTION(S, "tlsv1.3", 0, FLAG, NULL, tls_13,                   \
                        "TLS 1.3 or later"),                                   \
        GN_REACH_OPTION(S, "resolve", 0, LIST, "HOST:PORT:ADDRESS", resolve,   \
                        "connect to ADDRESS for HOST and PORT; may be "        \
                        "repeated"),                                           \
        GN_REACH_OPTION(S, "interface", 0, TEXT, "NAME", interface,            \
                        "go out by this interface or address"),                \
        GN_REACH_OPTION(S, "ipv4", '4', FLAG, NULL, ipv4, "use IPv4 alone"),   \
        GN_REACH_OPTION(S, "ipv6", '6', FLAG, NULL, ipv6, "use IPv6 alone"),   \
        GN_REACH_OPTION(S, "http1.1", 0, FLAG, NULL, http1,                    \
                        "do not use HTTP/2"),                                  \
        GN_REACH_OPTION(S, "http2", 0, FLAG, NULL, http2,                      \
                        "use HTTP/2, over TLS: so it is, without this, too")

/* What a request points to. All zero is empty. */
struct gn_reach_memory {
    char *user;
    char **connect_to; /* NULL at the end */
};

/* Adds what flags say to request, which points into them and *memory. Errors:
 * INVALID (a flag, a file that cannot be read), NOMEM. */
enum garner_code gn_reach_apply(const struct gn_reach_flags *flags,
                                struct gn_request *request,
                                struct gn_reach_memory *memory,
                                struct garner_error *err);

void gn_reach_fini(struct gn_reach_memory *memory);

#endif
