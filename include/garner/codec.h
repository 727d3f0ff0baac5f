/*
 * garner/codec.h - the compressed form in which garner keeps bodies (column
 * garner_body.data): Zstandard frames (RFC 8878) that state their size. One of
 * a body that is much like another, its base, may refer to that, and is then
 * small (what zstd calls --patch-from).
 *
 * Every connection of a store has it in SQL too: zstd(x) gives a blob,
 * unzstd(blob) gives the blob that was compressed, body_of(id) the body of that
 * number in garner_body, whatever it was compressed against.
 */
#ifndef GARNER_CODEC_H
#define GARNER_CODEC_H

#include <stddef.h>

#include "garner/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Working memory for one thread at a time. */
struct garner_codec;

/* Errors: NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_codec_new(struct garner_codec **codec, struct garner_error *err);

/* NULL is fine. */
GARNER_API void garner_codec_free(struct garner_codec *codec);

/* What codec is asked for next, garner_compress or garner_decompress, is done
 * against base (size bytes, borrowed until then); after that call it has none
 * again. A frame is decompressed against what it was compressed against, else
 * the answer is CORRUPT. A pair of base and body of more than 128 MiB cannot be
 * read by other programs as they come. NULL: against none, after all. */
GARNER_API void garner_codec_base(struct garner_codec *codec, const void *base,
                                  size_t size);

/* Most bytes that size bytes may take compressed. Any thread. */
GARNER_API size_t garner_compress_bound(size_t size);

/* Compresses size bytes at data into out, which has room bytes (at least
 * garner_compress_bound(size)), and sets *written. Errors: NOMEM, MISUSE (too
 * little room). */
GARNER_CHECKED GARNER_API enum garner_code
garner_compress(struct garner_codec *codec, const void *data, size_t size,
                void *out, size_t room, size_t *written,
                struct garner_error *err);

/* Sets *size to what frame (frame_size bytes) holds decompressed. Any thread.
 * Errors: CORRUPT (no frame, or one that does not say). */
GARNER_CHECKED GARNER_API enum garner_code
garner_decompressed_size(const void *frame, size_t frame_size, size_t *size,
                         struct garner_error *err);

/* Decompresses frame into out, which has room bytes (at least what
 * garner_decompressed_size said). Errors: CORRUPT, NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_decompress(struct garner_codec *codec, const void *frame,
                  size_t frame_size, void *out, size_t room,
                  struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
