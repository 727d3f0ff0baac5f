/*
 * address.h - where a server listens, as people write it, and who may be meant
 * by a Host header. Pure.
 */
#ifndef GN_SERVE_ADDRESS_H
#define GN_SERVE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "garner/error.h"

enum { GN_ADDRESS_TEXT = 56 };

struct gn_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
    socklen_t size;
};

/* "127.0.0.1:8765", "[::1]:8765", "localhost:0". Names are not looked up: who
 * listens on "example.org" would not know on what. Errors: INVALID. */
enum garner_code gn_address_parse(const char *text, struct gn_address *address,
                                  struct garner_error *err);

/* true: only programs of this machine can reach it. */
bool gn_address_is_loopback(const struct gn_address *address);

/* Writes it as gn_address_parse reads it. */
void gn_address_format(const struct gn_address *address,
                       char text[GN_ADDRESS_TEXT]);

/* true: a Host header ("localhost:8765", "127.0.0.1", "[::1]:80") names this
 * machine by a name that no name server can point elsewhere. */
bool gn_address_host_is_loopback(const char *host);

#endif
