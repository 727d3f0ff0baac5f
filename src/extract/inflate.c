#include "extract/inflate.h"

#include <limits.h>

#include <zlib.h>

#include "base/error.h"

enum { PIECE = 64 << 10, GZIP_ONLY = 16 + MAX_WBITS };

bool gn_inflate_is_gzip(const char *data, size_t size)
{
    return size >= 3 && data[0] == '\x1f' && data[1] == '\x8b' &&
           data[2] == '\x08';
}

static size_t most_of(size_t size)
{
    const size_t most = size * GN_INFLATE_RATIO;

    if (size > GN_INFLATE_MOST / GN_INFLATE_RATIO)
        return GN_INFLATE_MOST;
    return most > GN_INFLATE_FREE ? most : GN_INFLATE_FREE;
}

/* Unpacks the next piece. */
static enum garner_code step(z_stream *z, size_t size, struct gn_buf *out,
                             bool *done, struct garner_error *err)
{
    const size_t most = most_of(size);
    int rc;

    if (!gn_buf_reserve(out, PIECE))
        return gn_fail(err, GARNER_NOMEM, "no memory to unpack gzip");
    z->next_out = (Bytef *)out->data + out->size;
    z->avail_out = PIECE;
    rc = inflate(z, Z_NO_FLUSH);
    out->size += PIECE - z->avail_out;
    out->data[out->size] = '\0';
    if (out->size > most)
        return gn_fail(err, GARNER_INVALID,
                       "gzip of %zu bytes unpacks to more than %zu bytes, the "
                       "most that is accepted",
                       size, most);
    *done = rc == Z_STREAM_END && z->avail_in == 0;
    if (rc == Z_STREAM_END && !*done) /* another member, or what is none */
        rc = gn_inflate_is_gzip((const char *)z->next_in, z->avail_in)
                 ? inflateReset(z)
                 : ((void)(*done = true), Z_OK);
    if (rc == Z_MEM_ERROR)
        return gn_fail(err, GARNER_NOMEM, "no memory to unpack gzip");
    if (rc == Z_BUF_ERROR && z->avail_in == 0)
        return gn_fail(err, GARNER_INVALID,
                       "gzip ends after %zu bytes, too early", size);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return gn_fail(err, GARNER_INVALID, "gzip is broken at byte %zu: %s",
                       size - z->avail_in,
                       z->msg != NULL ? z->msg : "bad data");
    return GARNER_OK;
}

enum garner_code gn_inflate(const char *data, size_t size, struct gn_buf *out,
                            struct garner_error *err)
{
    z_stream z = {.next_in = (Bytef *)data};
    enum garner_code code = GARNER_OK;
    bool done = false;

    if (size > UINT_MAX)
        return gn_fail(err, GARNER_INVALID, "gzip of %zu bytes is too large",
                       size);
    z.avail_in = (uInt)size;
    if (inflateInit2(&z, GZIP_ONLY) != Z_OK)
        return gn_fail(err, GARNER_NOMEM, "no memory to unpack gzip");
    while (code == GARNER_OK && !done)
        code = step(&z, size, out, &done, err);
    (void)inflateEnd(&z);
    return code;
}
