#include "serve/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

/* Splits "host:port" or "[host]:port" (port may lack its colon too) into host,
 * of room bytes, and the text after the colon, NULL if there is none. */
static bool split(const char *text, char *host, size_t room, const char **port)
{
    const bool bracket = text[0] == '[';
    const char *start = text + bracket;
    const char *end = bracket ? strchr(start, ']') : strchr(start, ':');
    const char *after;
    size_t size;

    if (end == NULL && bracket)
        return false;
    if (end == NULL)
        end = start + strlen(start);
    size = (size_t)(end - start);
    if (size == 0 || size >= room)
        return false;
    memcpy(host, start, size);
    host[size] = '\0';
    after = end + bracket;
    if (*after != '\0' && *after != ':')
        return false;
    *port = *after == ':' ? after + 1 : NULL;
    return true;
}

/* bracketed: only IPv6; else only IPv4 and localhost. */
static bool set_host(struct gn_address *a, const char *host, bool bracketed)
{
    *a = (struct gn_address){.size = sizeof a->socket.v4};
    if (bracketed) {
        a->size = sizeof a->socket.v6;
        a->socket.v6.sin6_family = AF_INET6;
        return inet_pton(AF_INET6, host, &a->socket.v6.sin6_addr) == 1;
    }
    a->socket.v4.sin_family = AF_INET;
    if (strcasecmp(host, "localhost") == 0)
        host = "127.0.0.1";
    return inet_pton(AF_INET, host, &a->socket.v4.sin_addr) == 1;
}

/* 0 to 65535; -1: not a port. */
static int parse_port(const char *text)
{
    int port = 0;
    int digits = 0;

    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 6; digits++)
        port = port * 10 + (text[digits] - '0');
    return digits > 0 && text[digits] == '\0' && port <= 65535 ? port : -1;
}

enum garner_code gn_address_parse(const char *text, struct gn_address *address,
                                  struct garner_error *err)
{
    char host[INET6_ADDRSTRLEN + 32];
    const char *port_text;
    int port;

    if (!split(text, host, sizeof host, &port_text) || port_text == NULL)
        return gn_fail(
            err, GARNER_INVALID,
            "cannot listen on \"%.60s\": write ADDRESS:PORT, such as "
            "127.0.0.1:8765 or [::1]:8765",
            text);
    if (!set_host(address, host, text[0] == '['))
        return gn_fail(err, GARNER_INVALID,
                       "cannot listen on \"%.60s\": \"%.60s\" is not an IP "
                       "address; write one such as 127.0.0.1 or [::1], or "
                       "localhost",
                       text, host);
    port = parse_port(port_text);
    if (port < 0)
        return gn_fail(err, GARNER_INVALID,
                       "cannot listen on \"%.60s\": \"%.20s\" is not a port, "
                       "which is a number from 0 (any free one) to 65535",
                       text, port_text);
    if (address->socket.any.sa_family == AF_INET6)
        address->socket.v6.sin6_port = htons((uint16_t)port);
    else
        address->socket.v4.sin_port = htons((uint16_t)port);
    return GARNER_OK;
}

bool gn_address_is_loopback(const struct gn_address *address)
{
    const struct in6_addr *v6 = &address->socket.v6.sin6_addr;

    if (address->socket.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(v6) ||
               (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
    return ntohl(address->socket.v4.sin_addr.s_addr) >> 24 == 127;
}

void gn_address_format(const struct gn_address *address,
                       char text[GN_ADDRESS_TEXT])
{
    const bool v6 = address->socket.any.sa_family == AF_INET6;
    const void *bytes = v6 ? (const void *)&address->socket.v6.sin6_addr
                           : (const void *)&address->socket.v4.sin_addr;
    const in_port_t port =
        v6 ? address->socket.v6.sin6_port : address->socket.v4.sin_port;
    char host[INET6_ADDRSTRLEN];

    GN_CHECK(inet_ntop(v6 ? AF_INET6 : AF_INET, bytes, host, sizeof host) !=
             NULL);
    snprintf(text, GN_ADDRESS_TEXT, v6 ? "[%s]:%d" : "%s:%d", host,
             ntohs(port));
}

bool gn_address_host_is_loopback(const char *host)
{
    char name[INET6_ADDRSTRLEN];
    struct gn_address address;
    const char *port;

    return split(host, name, sizeof name, &port) &&
           (port == NULL || parse_port(port) >= 0) &&
           set_host(&address, name, host[0] == '[') &&
           gn_address_is_loopback(&address);
}
