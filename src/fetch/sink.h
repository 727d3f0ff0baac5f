/*
 * sink.h - where the body of a reply goes: to memory, to a file beside its
 * place (part.h), or both, within the target's limits. What is too large for
 * memory goes into a spool (spool.h) instead.
 *
 * A body that goes to a file alone may be cut and gone on with by a later fetch
 * (resume.h). Only a good answer's goes to the file: others are put into
 * memory.
 *
 * Thread: the loop's only.
 */
#ifndef GN_FETCH_SINK_H
#define GN_FETCH_SINK_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fetch/explain.h"
#include "fetch/part.h"
#include "fetch/response.h"
#include "fetch/spool.h"
#include "fetch/target.h"
#include "fetch/tools.h"
#include "garner/error.h"

struct gn_sink {
    /* constant */
    CURL *easy;                   /* borrowed */
    const struct gn_tools *tools; /* borrowed */
    const struct gn_buf *headers; /* borrowed: the reply's */

    /* the fetch under way */
    struct gn_target *target;
    struct gn_buf body;      /* what is in memory */
    struct gn_spool *spool;  /* in place of that; NULL: not yet */
    int64_t size;            /* of the body so far */
    struct gn_part *part;    /* the file that it goes to; NULL: none yet */
    char *version;           /* of that; NULL: none, or the body is whole */
    bool resumes;            /* it was to go on with a part */
    bool begins;             /* nothing of this reply's body came yet */
    int64_t from;            /* bytes of the body that were there already */
    struct garner_error why; /* with GN_CAUSE_NOT_SAVED */
};

/* All zero is ended by this, too. */
void gn_sink_fini(struct gn_sink *s);

/* Takes what target's fetch goes on with. */
void gn_sink_begin(struct gn_sink *s, struct gn_target *target);

/* Whether size bytes more of the body may come: LIBCURL, or why not. */
enum gn_cause gn_sink_admit(struct gn_sink *s, size_t size);

/* Puts them where they belong: LIBCURL, or why it cannot. */
enum gn_cause gn_sink_write(struct gn_sink *s, const char *data, size_t size);

/* The body has ended: hashes it. LIBCURL, or why it cannot. */
enum gn_cause gn_sink_end(struct gn_sink *s, unsigned char sha256[32]);

/* The fetch has failed: keeps no more than what a later one can go on with.
 * heard: part of a reply came. */
void gn_sink_cut(struct gn_sink *s, enum gn_cause cause, bool heard);

/* Fills in what the response, whose failure and status are known, says of the
 * body; its part and spool are the response's from now on. */
void gn_sink_tell(struct gn_sink *s, enum gn_cause cause,
                  struct gn_response *r);

/* Lets go of what the fetch held, and of a large buffer. */
void gn_sink_reset(struct gn_sink *s);

/* Empties b, and frees it if it is large. */
void gn_sink_trim(struct gn_buf *b);

#endif
