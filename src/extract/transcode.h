/*
 * transcode.h - bytes in some charset become UTF-8 bit by bit, as they come, by
 * the C library's iconv. What is wrong in them is an error here: see decode.h
 * for what browsers do.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_TRANSCODE_H
#define GN_EXTRACT_TRANSCODE_H

#include <stddef.h>

#include "extract/charsets.h"
#include "garner/error.h"

enum { GN_TRANSCODE_ROOM = 16 }; /* bytes in which any step gets on */

struct gn_transcoder;

/* From a charset other than UTF-8. Errors: INVALID (the C library lacks it),
 * NOMEM. */
enum garner_code gn_transcoder_new(const struct gn_charset *from,
                                   struct gn_transcoder **out,
                                   struct garner_error *err);
/* NULL is fine. */
void gn_transcoder_free(struct gn_transcoder *t);

/* A bit of it, and what becomes of that. */
struct gn_transcoder_step {
    const char *in;
    size_t in_size;
    char *out;       /* room for out_size bytes */
    size_t out_size; /* at least GN_TRANSCODE_ROOM */
};

/* Moves both on, until there is no room, or what is left may be the beginning
 * of a character. Errors: INVALID (what in is at is wrong). */
enum garner_code gn_transcoder_step(struct gn_transcoder *t,
                                    struct gn_transcoder_step *step,
                                    struct garner_error *err);

/* There is no more than this: gives what it kept back. Errors: INVALID (that is
 * the beginning of a character). */
enum garner_code gn_transcoder_end(struct gn_transcoder *t,
                                   struct gn_transcoder_step *step,
                                   struct garner_error *err);

#endif
