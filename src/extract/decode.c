#include "extract/decode.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "extract/repair.h"

enum { MOST_STEP = 1 << 20, LEAST_ROOM = 64 };

bool gn_decode_is_control(const struct gn_charset *from, char byte)
{
    return from->kind == GN_CHARSET_SINGLE && (byte & 0xe0) == 0x80 &&
           strncmp(from->name, "windows", 7) == 0;
}

/* Writes what stands for the wrong bytes at at; how many they are. */
static size_t replace(const struct gn_charset *from, const char *at,
                      size_t size, bool cut, struct gn_buf *out)
{
    const unsigned char byte = (unsigned char)*at;
    const char control[2] = {'\xc2', *at};

    if (gn_decode_is_control(from, *at)) {
        gn_buf_append(out, control, sizeof control);
        return 1;
    }
    gn_buf_text(out, "\xef\xbf\xbd");
    if (cut)
        return size;
    if (from->kind == GN_CHARSET_UTF16)
        return size < 2 ? size : 2;
    /* a byte of ASCII behind it was not meant to be a part of it */
    return from->kind == GN_CHARSET_PAIRS && size > 1 && (at[1] & 0x80) != 0 &&
                   byte >= 0x80
               ? 2
               : 1;
}

/* Makes the decoder give what it keeps of a character that might go on. */
static void flush(iconv_t decoder, struct gn_buf *out)
{
    char *to;
    size_t room;

    if (!gn_buf_reserve(out, LEAST_ROOM))
        return;
    to = out->data + out->size;
    room = out->room - out->size - 1;
    (void)iconv(decoder, NULL, NULL, &to, &room);
    out->size = (size_t)(to - out->data);
    out->data[out->size] = '\0';
}

/* Decodes up to the first wrong byte, or until there is no room. */
static size_t step(iconv_t decoder, char **at, size_t *left, struct gn_buf *out)
{
    const size_t most = *left < MOST_STEP ? *left : MOST_STEP;
    char *to;
    size_t room, result;

    if (!gn_buf_reserve(out, most + most / 2 + LEAST_ROOM))
        return 0;
    to = out->data + out->size;
    room = out->room - out->size - 1;
    errno = 0;
    result = iconv(decoder, at, left, &to, &room);
    out->size = (size_t)(to - out->data);
    out->data[out->size] = '\0';
    return result;
}

static void decode(iconv_t decoder, const struct gn_charset *from,
                   const char *bytes, size_t size, struct gn_buf *out)
{
    char *at = (char *)bytes; /* iconv does not write there */
    size_t left = size;

    while (left > 0 && !gn_buf_failed(out)) {
        const size_t result = step(decoder, &at, &left, out);
        const bool cut = errno == EINVAL; /* the bytes end too early */
        size_t wrong;

        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        if (from->kind != GN_CHARSET_ESCAPES)
            flush(decoder, out);
        wrong = replace(from, at, left, cut, out);
        at += wrong;
        left -= wrong;
    }
    flush(decoder, out);
}

enum garner_code gn_decode(const struct gn_charset *from, const char *bytes,
                           size_t size, struct gn_buf *out)
{
    const size_t mark = from->kind == GN_CHARSET_UTF16 && size >= 2 &&
                                (memcmp(bytes, "\xff\xfe", 2) == 0 ||
                                 memcmp(bytes, "\xfe\xff", 2) == 0)
                            ? 2
                            : 0;
    iconv_t decoder;

    if (from->kind == GN_CHARSET_UTF8)
        return gn_repair(bytes, size, out);
    decoder = iconv_open("UTF-8", from->iconv);
    if (decoder == (iconv_t)-1)
        return errno == ENOMEM ? GARNER_NOMEM : gn_repair(bytes, size, out);
    decode(decoder, from, bytes + mark, size - mark, out);
    (void)iconv_close(decoder);
    return gn_buf_failed(out) ? GARNER_NOMEM : GARNER_OK;
}
