/*
 * row.h - a row of a query becomes a struct garner_record, its data
 * decompressed.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_RECORD_ROW_H
#define GN_STORE_RECORD_ROW_H

#include "base/buf.h"
#include "garner/read.h"
#include "garner/record.h"
#include "store/codecs.h"

/* The columns of such a row, of garner_record r. */
#define GN_RECORD_ROW_HEAD                                                     \
    "r.id, r.time_us, r.notes, r.size, r.codec, r.attempts, r.due_us, r.lease"
#define GN_RECORD_ROW                                                          \
    GN_RECORD_ROW_HEAD                                                         \
    ", (select b.data from garner_record_body b where b.id = r.id)"

/* A record and its memory; all zero before the first. */
struct gn_record_row {
    struct garner_record record; /* first: it is what callers hold */
    struct gn_buf memory;        /* data and notes */
};

/* Reads the current row, which has the columns of GN_RECORD_ROW, or of the HEAD
 * alone: without data. *codec is taken from codecs when it is first needed; the
 * caller gives it back. Errors: CORRUPT (names the record), NOMEM. */
enum garner_code gn_record_row_read(struct gn_record_row *row,
                                    const struct garner_rows *rows,
                                    struct gn_codecs *codecs,
                                    struct garner_codec **codec,
                                    struct garner_error *err);

/* Frees what the record holds. */
void gn_record_row_fini(struct gn_record_row *row);

/* Gives the only row of a query in *record. Errors: NOTFOUND (no row), and as
 * above. */
enum garner_code gn_record_row_only(struct garner_store *store, const char *sql,
                                    const struct garner_value *args,
                                    size_t count, struct garner_record **record,
                                    struct garner_error *err);

#endif
