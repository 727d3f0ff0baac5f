/*
 * address.h - which addresses are of no public server: this machine's, those of
 * private networks, of one link, of many machines at once (multicast), and the
 * like (IANA's registries of special addresses, RFC 6890). Pure.
 */
#ifndef GN_FETCH_ADDRESS_H
#define GN_FETCH_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* An address of another family than IPv4 and IPv6 is one of them. */
bool gn_address_is_private(const struct sockaddr *address);

/* The same of one that is written out, IPv6 with or without brackets. What is
 * no address is none of them, but for the name localhost, and those in it. */
bool gn_address_names_private(const char *host);

/* The same of the host of a URL. */
bool gn_address_url_is_private(const char *url);

#endif
