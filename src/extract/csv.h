/*
 * csv.h - reads CSV (RFC 4180, and what else goes by that name) record by
 * record, in place: only fields with doubled quotes are copied. Pure.
 *
 * Lines end with CR LF, LF or CR. A quote within a field that does not begin
 * with one stands for itself. Empty lines are no records.
 */
#ifndef GN_EXTRACT_CSV_H
#define GN_EXTRACT_CSV_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

enum { GN_CSV_MOST_FIELDS = 32767 };

/* What is among the bytes of a record's fields. */
enum {
    GN_CSV_ODD = 8,  /* what JSON escapes */
    GN_CSV_WIDE = 16 /* what is not ASCII */
};

struct gn_csv_field {
    const char *text;
    size_t size;
};

struct gn_csv {
    const char *at;
    const char *end;
    size_t line;    /* that at is on, from 1 */
    char delimiter; /* of fields; this and quote: set before the first record */
    char quote;     /* '\0': there are none */
    unsigned char kinds[256]; /* of bytes; set with the first record */

    /* of the last record; they stay until the next */
    struct gn_csv_field *fields;
    size_t count;
    size_t room;
    size_t record_line;   /* where it begins */
    int seen;             /* GN_CSV_ODD, GN_CSV_WIDE */
    const char *fault;    /* what is wrong with it; NULL: nothing. Static */
    struct gn_buf undone; /* fields whose quotes were undone; the others lie in
                             the text */
};

/* Starts with size bytes at text, borrowed, "," and '"'. */
void gn_csv_init(struct gn_csv *c, const char *text, size_t size);
void gn_csv_fini(struct gn_csv *c);

/* Reads the next record. OK, also if it has a fault: then its fields are what
 * can be made of it; DONE; NOMEM. */
enum garner_code gn_csv_next(struct gn_csv *c);

#endif
