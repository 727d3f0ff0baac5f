/*
 * draft.h - a file for garner being written, source by source, from what
 * another program's file says; and notes of what could not be taken over.
 *
 * Pure. Thread: one at a time. Out of memory shows in gn_draft_failed.
 */
#ifndef GN_IMPORT_DRAFT_H
#define GN_IMPORT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct gn_draft {
    const char *path;    /* constant: of the file that is read, for notes */
    struct gn_buf head;  /* what stands before the sources */
    struct gn_buf text;  /* the sources */
    struct gn_buf notes; /* a line each: FILE:LINE: what */
    struct gn_buf names; /* those that are taken, each with its NUL */
    struct gn_buf *out;  /* where lines go: one of the first two */
    size_t sources;
};

void gn_draft_init(struct gn_draft *d, const char *path);
void gn_draft_fini(struct gn_draft *d);
bool gn_draft_failed(const struct gn_draft *d);

/* Begins a source. Its name is wanted, cut and made unique; NULL or "": url's
 * host and path. Lines go to it from now on, at depth 2 and deeper. */
void gn_draft_source(struct gn_draft *d, const char *wanted, const char *url);

/* The same, of a URL with {variables} in it. */
void gn_draft_template(struct gn_draft *d, const char *url);

/* Lines go to the head from now on, at depth 0 and deeper. */
void gn_draft_head(struct gn_draft *d);

/* "key: value", so that it is read as this text: quoted where it has to be, and
 * what looks like a reference to a secret ("${") is none. */
void gn_draft_text(struct gn_draft *d, int depth, const char *key,
                   const char *value);
/* The same for a URL, in which braces are no variables. */
void gn_draft_url(struct gn_draft *d, int depth, const char *key,
                  const char *url);
/* "key: value" as it is. */
void gn_draft_plain(struct gn_draft *d, int depth, const char *key,
                    const char *value);
/* "key:", with more below it. */
void gn_draft_open(struct gn_draft *d, int depth, const char *key);
/* "key: [a, b]" */
void gn_draft_list(struct gn_draft *d, int depth, const char *key,
                   const char *const *values, size_t count);
/* Lines of text below "key: |". */
void gn_draft_block(struct gn_draft *d, int depth, const char *key,
                    const char *lines);

/* Notes what is not as it was; line 0: none in particular. */
void gn_draft_note(struct gn_draft *d, long line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The whole file. */
void gn_draft_write(const struct gn_draft *d, const char *store,
                    struct gn_buf *out);

#endif
