/*
 * intake.h - rows out of a file of CSV, JSON or text, packed by gzip or not, in
 * UTF-8 or not, one after the other, in memory for one of them.
 *
 * CSV (RFC 4180) has its columns' names in its first line; all values are text,
 * or what they look like (gn_guess_value). JSON is objects, one after the
 * other or in an array: numbers, texts, true as 1, false as 0, null; what is
 * nested is its JSON, and {"$base64": true, "encoded": ...} is a blob. A text
 * is a row for each line, in a column "line", or one row, in a column "text".
 *
 * Thread: one at a time. Reading waits.
 */
#ifndef GN_CLI_INTAKE_H
#define GN_CLI_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "extract/charsets.h"
#include "garner/error.h"
#include "garner/value.h"

enum gn_intake_format {
    GN_INTAKE_GUESS, /* by the name, else by what it begins with */
    GN_INTAKE_CSV,
    GN_INTAKE_TSV, /* CSV with tabs */
    GN_INTAKE_JSON,
    GN_INTAKE_LINES,
    GN_INTAKE_TEXT,
};

struct gn_intake_options {
    enum gn_intake_format format;
    const struct gn_charset *charset; /* NULL: UTF-8 */
    bool flatten;      /* JSON's objects in objects are columns: "a_b" */
    bool detect_types; /* of CSV's values */
    bool empty_null;   /* CSV's empty values are NULL */
    bool headless;     /* CSV's first line is a row: untitled_1 ... */
    bool sniff;        /* find out what parts CSV's fields */
    char delimiter;    /* of those; 0: that of its format, which must do */
    char quote;        /* 0: the double one */
    bool (*stop)(void *context);
    void *context;
};

/* A row; it stays until the next. */
struct gn_intake_row {
    const char *const *names;
    const struct garner_value *values;
    size_t count;
    size_t line; /* where it begins, from 1 */
};

struct gn_intake;

/* Starts to read fd, which is called name. Borrows all. Errors: NOMEM. */
enum garner_code gn_intake_new(int fd, const char *name,
                               const struct gn_intake_options *options,
                               struct gn_intake **out,
                               struct garner_error *err);
/* NULL is fine. */
void gn_intake_free(struct gn_intake *in);

/* Gives the next row: OK; DONE: there is none. Errors: INVALID (NAME:LINE:
 * what), CANCELED, IO, NOMEM; none comes after that. */
enum garner_code gn_intake_next(struct gn_intake *in, struct gn_intake_row *row,
                                struct garner_error *err);

#endif
