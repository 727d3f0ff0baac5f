#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* By the first byte: how long the character is, and from where to where its
 * second byte goes (RFC 3629 section 4: this keeps out overlong forms and
 * surrogates). */
static const struct {
    unsigned char first;
    unsigned char last;
    unsigned char length;
    unsigned char from;
    unsigned char to;
} leads[] = {
    {0x00, 0x7f, 1, 0x00, 0xff}, {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

enum { LEADS = sizeof leads / sizeof leads[0] };

size_t gn_utf8_length(const char *s, size_t size)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t i = 0;

    if (size == 0)
        return 0;
    while (i < LEADS && (u[0] < leads[i].first || u[0] > leads[i].last))
        i++;
    if (i == LEADS || leads[i].length > size)
        return 0;
    if (leads[i].length > 1 && (u[1] < leads[i].from || u[1] > leads[i].to))
        return 0;
    for (size_t n = 2; n < leads[i].length; n++)
        if ((u[n] & 0xc0) != 0x80)
            return 0;
    return leads[i].length;
}

/* Bytes of ASCII, 32 or eight at a time. */
static size_t plain_bytes(const char *text, size_t size)
{
    size_t plain = 0;
    uint64_t four[4], eight;

    while (size - plain >= sizeof four) {
        memcpy(four, text + plain, sizeof four);
        if (((four[0] | four[1] | four[2] | four[3]) & 0x8080808080808080) != 0)
            break;
        plain += sizeof four;
    }
    while (size - plain >= sizeof eight) {
        memcpy(&eight, text + plain, sizeof eight);
        if ((eight & 0x8080808080808080) != 0)
            break;
        plain += sizeof eight;
    }
    while (plain < size && (text[plain] & 0x80) == 0)
        plain++;
    return plain;
}

size_t gn_utf8_good(const char *text, size_t size)
{
    size_t good = plain_bytes(text, size);

    while (good < size) {
        const size_t length = gn_utf8_length(text + good, size - good);

        if (length == 0)
            break;
        good += length;
        if (length == 1)
            good += plain_bytes(text + good, size - good);
    }
    return good;
}
