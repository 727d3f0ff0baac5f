/*
 * rowtext.h - the JSON of a row, written once however often SQL asks for it,
 * and handed to SQLite without a copy: who has it last frees it.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_ROWTEXT_H
#define GN_EXTRACT_ROWTEXT_H

#include <sqlite3.h>

#include "base/buf.h"
#include "extract/arrow.h"

/* All zero is one without a text. */
struct gn_rowtext {
    struct gn_arrow *arrow; /* borrowed; knows the text once it is given */
    struct gn_rowtext_kept *kept;
    struct gn_rowtext_kept *before; /* the row before's: it is written into
                                       again once SQLite has let it go */
};

/* The next row: there is no text now. */
void gn_rowtext_next(struct gn_rowtext *r);

/* Where to write it; NULL: it is written already, or there is no memory (then
 * give says so). */
struct gn_buf *gn_rowtext_begin(struct gn_rowtext *r);

/* Gives what was written, an object or an array, as a result. SQLITE_OK or
 * SQLITE_NOMEM. */
int gn_rowtext_give(struct gn_rowtext *r, sqlite3_context *to);

/* What SQLite still has of it stays. */
void gn_rowtext_fini(struct gn_rowtext *r);

#endif
