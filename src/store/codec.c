#include <stdint.h>
#include <zstd.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/codec.h"

/* Bodies are written once and seldom read, on the thread that fetches: speed
 * before the last percent of size. Of small ones, level 1 makes a sixth less
 * than level -1, in twice the time. */
enum { SMALL = 4096, SMALL_LEVEL = -1, LEVEL = 1 };

struct garner_codec {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress; /* NULL until first needed */
};

enum garner_code garner_codec_new(struct garner_codec **codec,
                                  struct garner_error *err)
{
    struct garner_codec *c;

    *codec = c = gn_alloc(sizeof *c);
    if (c != NULL)
        c->compress = ZSTD_createCCtx();
    if (c == NULL || c->compress == NULL) {
        garner_codec_free(c);
        *codec = NULL;
        return gn_fail(err, GARNER_NOMEM, "a codec");
    }
    return GARNER_OK;
}

void garner_codec_free(struct garner_codec *codec)
{
    if (codec == NULL)
        return;
    ZSTD_freeCCtx(codec->compress);
    ZSTD_freeDCtx(codec->decompress);
    gn_free(codec);
}

size_t garner_compress_bound(size_t size)
{
    return ZSTD_compressBound(size);
}

/* Bytes in, bytes out, and how many: there is no less to pass.
 * NOLINTNEXTLINE(readability-function-size) */
enum garner_code garner_compress(struct garner_codec *codec, const void *data,
                                 size_t size, void *out, size_t room,
                                 size_t *written, struct garner_error *err)
{
    size_t n;

    if (room < ZSTD_compressBound(size))
        return gn_fail(err, GARNER_MISUSE,
                       "garner_compress: room for %zu bytes, needs %zu", room,
                       ZSTD_compressBound(size));
    n = ZSTD_compressCCtx(codec->compress, out, room, data, size,
                          size < SMALL ? SMALL_LEVEL : LEVEL);
    if (ZSTD_isError(n))
        return gn_fail(err, GARNER_NOMEM, "compressing %zu bytes: %s", size,
                       ZSTD_getErrorName(n));
    *written = n;
    return GARNER_OK;
}

enum garner_code garner_decompressed_size(const void *frame, size_t frame_size,
                                          size_t *size,
                                          struct garner_error *err)
{
    const unsigned long long n = ZSTD_getFrameContentSize(frame, frame_size);

    if (n == ZSTD_CONTENTSIZE_ERROR || n == ZSTD_CONTENTSIZE_UNKNOWN ||
        n > SIZE_MAX / 2)
        return gn_fail(err, GARNER_CORRUPT,
                       "not a Zstandard frame that states its size");
    *size = (size_t)n;
    return GARNER_OK;
}

enum garner_code garner_decompress(struct garner_codec *codec,
                                   const void *frame, size_t frame_size,
                                   void *out, size_t room,
                                   struct garner_error *err)
{
    size_t n;

    if (codec->decompress == NULL)
        codec->decompress = ZSTD_createDCtx();
    if (codec->decompress == NULL)
        return gn_fail(err, GARNER_NOMEM, "a decompressor");
    n = ZSTD_decompressDCtx(codec->decompress, out, room, frame, frame_size);
    if (ZSTD_isError(n))
        return gn_fail(err, GARNER_CORRUPT, "a damaged Zstandard frame: %s",
                       ZSTD_getErrorName(n));
    return GARNER_OK;
}
