/*
 * htmltable.h - the rows of a table of HTML as people see them: a cell that
 * spans columns or rows is in each of them.
 *
 * Thread: one at a time. Memory: borrows the tree.
 */
#ifndef GN_EXTRACT_HTMLTABLE_H
#define GN_EXTRACT_HTMLTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "base/buf.h"
#include "extract/budget.h"
#include "garner/error.h"

enum {
    GN_HTMLTABLE_COLUMNS = 4096,      /* most */
    GN_HTMLTABLE_ROW_BYTES = 16 << 20 /* most, of the texts in a row */
};

struct gn_htmltable_column {
    struct gn_buf name;
    size_t plain;       /* bytes of it without a number */
    size_t number;      /* that it was given; 1: none */
    struct gn_buf text; /* in this row */
    size_t rows_left;   /* below this one that the text stands in too */
    bool filled;        /* it has a cell in this row */
};

struct gn_htmltable {
    const xmlNode *row; /* NULL: after the last */
    struct gn_htmltable_column *columns;
    size_t count; /* of columns, so far */
    size_t width; /* of them in this row */
    size_t named; /* of them have names; 0: the table has no header */
    size_t row_number;
};

/* Stands on the first row after the header, which is the rows of the thead, if
 * that comes first, else those that have only th. Rows of several are one name,
 * a space between; a name that is there already gets a number. Errors: INVALID
 * (the table is too wide), TIMEOUT, NOMEM; t is to be closed all the same. */
enum garner_code gn_htmltable_open(struct gn_htmltable *t, const xmlNode *table,
                                   struct gn_budget *budget,
                                   struct garner_error *err);
void gn_htmltable_close(struct gn_htmltable *t);

/* Stands on the next row that has cells. */
enum garner_code gn_htmltable_next(struct gn_htmltable *t,
                                   struct garner_error *err);

#endif
