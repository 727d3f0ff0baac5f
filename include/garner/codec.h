/*
 * garner/codec.h - the compressed form in which garner keeps bodies (column
 * garner_body.data): Zstandard frames (RFC 8878).
 *
 * Every connection of a store has it in SQL too: zstd(blob), unzstd(blob).
 * Thread: any.
 */
#ifndef GARNER_CODEC_H
#define GARNER_CODEC_H

#include <stddef.h>

#include "garner/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most bytes that size bytes may take compressed. */
GARNER_API size_t garner_compress_bound(size_t size);

/* Compresses size bytes at data into out, of room bytes (at least
 * garner_compress_bound(size)), and sets *written. Errors: NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_compress(const void *data, size_t size, void *out, size_t room,
                size_t *written, struct garner_error *err);

/* Gives in *out the size bytes that were compressed into frame; free with
 * garner_free. Never more than max bytes. Errors: CORRUPT, NOMEM, FULL (would
 * be over max). */
GARNER_CHECKED GARNER_API enum garner_code
garner_decompress(const void *frame, size_t frame_size, size_t max, void **out,
                  size_t *size, struct garner_error *err);

/* Frees what a libgarner call gave. NULL is fine. */
GARNER_API void garner_free(void *p);

#ifdef __cplusplus
}
#endif

#endif
