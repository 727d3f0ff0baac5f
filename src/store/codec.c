#include <stdint.h>
#include <zstd.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/codec.h"

/* Bodies are written once and seldom read, on the thread that fetches: speed
 * before the last percent of size. Of small ones, level 1 makes a sixth less
 * than level -1, in twice the time. */
enum { SMALL = 4096, SMALL_LEVEL = -1, LEVEL = 1 };
/* Above this, a base and a body together, level 1 remembers too little of the
 * base; looking for what is far apart takes twice as long, but finds it. */
enum { FAR = 128 * 1024 };

struct garner_codec {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress; /* NULL until first needed */
    const void *base;      /* of the next call, borrowed; NULL: none */
    size_t base_size;
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

void garner_codec_base(struct garner_codec *codec, const void *base,
                       size_t size)
{
    codec->base = base;
    codec->base_size = size;
}

size_t garner_compress_bound(size_t size)
{
    return ZSTD_compressBound(size);
}

/* The logarithm of a window that size bytes are in. */
static int window_log(size_t size)
{
    const ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
    int log = bounds.lowerBound;

    while (log < bounds.upperBound && (size >> log) > 0)
        log++;
    return log;
}

/* The checksum tells a wrong base from the right one. */
static size_t compress_against(struct garner_codec *codec, const void *data,
                               size_t size, void *out, size_t room)
{
    ZSTD_CCtx *const c = codec->compress;
    const size_t both = codec->base_size + size;
    const int settings[][2] = {
        {ZSTD_c_compressionLevel, LEVEL},
        {ZSTD_c_checksumFlag, 1},
        {ZSTD_c_windowLog, window_log(both)},
        {ZSTD_c_enableLongDistanceMatching, both > FAR},
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (!ZSTD_isError(n))
            n = ZSTD_CCtx_setParameter(c, (ZSTD_cParameter)settings[i][0],
                                       settings[i][1]);
    if (!ZSTD_isError(n))
        n = ZSTD_CCtx_refPrefix(c, codec->base, codec->base_size);
    if (!ZSTD_isError(n))
        n = ZSTD_compress2(c, out, room, data, size);
    (void)ZSTD_CCtx_reset(c, ZSTD_reset_session_and_parameters);
    return n;
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
    n = codec->base != NULL
            ? compress_against(codec, data, size, out, room)
            : ZSTD_compressCCtx(codec->compress, out, room, data, size,
                                size < SMALL ? SMALL_LEVEL : LEVEL);
    garner_codec_base(codec, NULL, 0);
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
    n = ZSTD_DCtx_refPrefix(codec->decompress, codec->base, codec->base_size);
    garner_codec_base(codec, NULL, 0);
    if (!ZSTD_isError(n))
        n = ZSTD_decompressDCtx(codec->decompress, out, room, frame,
                                frame_size);
    if (ZSTD_isError(n))
        return gn_fail(err, GARNER_CORRUPT, "a damaged Zstandard frame: %s",
                       ZSTD_getErrorName(n));
    return GARNER_OK;
}
