/*
 * chunks.h - a file, or a pipe, read bit by bit: what was read and is not done
 * with stands in one piece of memory. One that begins as gzip does is unpacked,
 * and one in another charset becomes UTF-8; that of a byte order mark counts
 * most.
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_CHUNKS_H
#define GN_CLI_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/charsets.h"
#include "extract/inflate.h"
#include "extract/transcode.h"
#include "garner/error.h"

struct gn_chunks {
    int fd;                           /* borrowed */
    const char *name;                 /* for messages */
    const struct gn_charset *charset; /* NULL: UTF-8 */
    bool (*stop)(void *context);      /* asked while it waits */
    void *context;

    size_t most; /* bytes that may be held at a time */
    struct gn_buf held;
    size_t done;   /* of held: the caller is past them */
    bool ended;    /* held is the rest */
    bool is_wrong; /* what follows is not of its charset, as fault says: U+FFFD
                      is held for it */
    struct garner_error fault;

    bool begun;               /* the first bytes were read */
    struct gn_buf packed;     /* read, and not unpacked yet */
    size_t packed_done;       /* of packed */
    bool packed_ended;        /* packed is the rest */
    struct gn_inflater *gzip; /* NULL: it is none */

    struct gn_transcoder *coder; /* NULL: it is UTF-8 */
    struct gn_buf coded;         /* read, and not UTF-8 yet */
    size_t coded_done;           /* of coded */
    bool coded_ended;            /* coded is the rest */
};

/* What is held and not done with. */
const char *gn_chunks_at(const struct gn_chunks *c);
const char *gn_chunks_end(const struct gn_chunks *c);

/* Adds to that, and moves it; at the end ended is set. Errors: CANCELED (stop
 * said so), INVALID (most bytes are not enough; the gzip is broken; is_wrong),
 * IO, NOMEM. */
enum garner_code gn_chunks_more(struct gn_chunks *c, struct garner_error *err);

void gn_chunks_fini(struct gn_chunks *c);

#endif
