#include "extract/textnorm.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <uninorm.h>

#include "base/utf8.h"

/* Before this one, no character has another composed form. */
enum { FIRST_COMPOSED = 0x300 };

static uint32_t decode(const char *s, size_t length)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t c = length == 1 ? u[0] : u[0] & (0x7fU >> length);

    for (size_t i = 1; i < length; i++)
        c = c << 6 | (u[i] & 0x3fU);
    return c;
}

/* Unicode's White_Space */
static bool is_space(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Appends the text with its white space made even; whether it may be that it is
 * not composed. */
static bool append_even(const char *text, size_t size, struct gn_buf *out)
{
    const size_t start = out->size;
    bool loose = false;
    bool space = false;

    for (size_t i = 0; i < size;) {
        const size_t length = gn_utf8_length(text + i, size - i);
        const uint32_t c = length > 0 ? decode(text + i, length) : 0xfffd;

        if (is_space(c)) {
            space = true;
        } else {
            if (space && out->size > start)
                gn_buf_byte(out, ' ');
            space = false;
            loose = loose || (c >= FIRST_COMPOSED && c != 0xfffd);
            if (length > 0)
                gn_buf_append(out, text + i, length);
            else
                gn_buf_text(out, "\xef\xbf\xbd");
        }
        i += length > 0 ? length : 1;
    }
    return loose;
}

void gn_textnorm(const char *text, size_t size, struct gn_buf *out)
{
    const size_t start = out->size;
    size_t length = 0;
    uint8_t *composed;

    if (!append_even(text, size, out) || gn_buf_failed(out))
        return;
    composed = u8_normalize(UNINORM_NFC, (const uint8_t *)out->data + start,
                            out->size - start, NULL, &length);
    if (composed == NULL) {
        out->failed = true;
        return;
    }
    out->size = start;
    gn_buf_append(out, composed, length);
    free(composed);
}

bool gn_textnorm_hash_bytes(const void *data, size_t size, char out[65])
{
    static const char figures[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = figures[digest[i] >> 4];
        out[2 * i + 1] = figures[digest[i] & 15];
    }
    out[64] = '\0';
    return true;
}

bool gn_textnorm_hash(const char *text, size_t size, char out[65])
{
    struct gn_buf norm = {0};
    bool good;

    gn_textnorm(text, size, &norm);
    good = !gn_buf_failed(&norm) &&
           gn_textnorm_hash_bytes(gn_buf_cstr(&norm), norm.size, out);
    gn_buf_fini(&norm);
    return good;
}
