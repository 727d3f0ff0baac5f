#include "fetch/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct net4 {
    uint32_t begin;
    int bits;
};

static const struct net4 nets4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared with other customers */
    {0x7f000000, 8},  /* this machine */
    {0xa9fe0000, 16}, /* this link; clouds tell secrets there */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocols' own */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, and broadcast */
};

struct net6 {
    unsigned char begin[2];
    int bits; /* up to 16 */
};

static const struct net6 nets6[] = {
    {{0xfc, 0x00}, 7},  /* private */
    {{0xfe, 0x80}, 10}, /* this link */
    {{0xfe, 0xc0}, 10}, /* this site, of old */
    {{0xff, 0x00}, 8},  /* multicast */
};

/* Addresses that stand for one of IPv4, which follows these bytes. */
static const struct {
    unsigned char begin[12];
    size_t size;
} around4[] = {
    {{0}, 12}, /* :: and ::1, too */
    {{[10] = 0xff, [11] = 0xff}, 12},
    {{0x00, 0x64, 0xff, 0x9b}, 12}, /* NAT64 */
    {{0x20, 0x02}, 2},              /* 6to4 */
};

static bool is_private4(uint32_t address)
{
    for (size_t i = 0; i < sizeof nets4 / sizeof nets4[0]; i++)
        if ((address ^ nets4[i].begin) >> (32 - nets4[i].bits) == 0)
            return true;
    return false;
}

static uint32_t number(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_private6(const unsigned char address[16])
{
    const unsigned first = (unsigned)address[0] << 8 | address[1];

    for (size_t i = 0; i < sizeof nets6 / sizeof nets6[0]; i++) {
        const unsigned begin =
            (unsigned)nets6[i].begin[0] << 8 | nets6[i].begin[1];

        if ((first ^ begin) >> (16 - nets6[i].bits) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof around4 / sizeof around4[0]; i++)
        if (memcmp(address, around4[i].begin, around4[i].size) == 0 &&
            is_private4(number(address + around4[i].size)))
            return true;
    return false;
}

bool gn_address_is_private(const struct sockaddr *address)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        return is_private4(ntohl(in4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        return is_private6(in6.sin6_addr.s6_addr);
    }
    return true;
}

/* localhost, or a name in it (RFC 6761 section 6.3). */
static bool is_localhost(const char *host)
{
    static const char name[] = "localhost";
    size_t size = strlen(host);

    size -= size > 0 && host[size - 1] == '.';
    if (size < sizeof name - 1 || strncasecmp(host + size - (sizeof name - 1),
                                              name, sizeof name - 1) != 0)
        return false;
    return size == sizeof name - 1 || host[size - sizeof name] == '.';
}

bool gn_address_names_private(const char *host)
{
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN];

    if (host[0] == '[') {
        snprintf(text, sizeof text, "%.*s", (int)strcspn(host + 1, "]%"),
                 host + 1);
        host = text;
    }
    if (inet_pton(AF_INET, host, bytes) == 1)
        return is_private4(number(bytes));
    if (inet_pton(AF_INET6, host, bytes) == 1)
        return is_private6(bytes);
    return is_localhost(host);
}

bool gn_address_url_is_private(const char *url)
{
    CURLU *parsed = curl_url();
    char *host = NULL;
    bool is = true; /* without memory, or a URL, nothing is known of it */

    if (parsed != NULL &&
        curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        is = gn_address_names_private(host);
    curl_free(host);
    curl_url_cleanup(parsed);
    return is;
}
