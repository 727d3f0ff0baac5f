/*
 * csvnames.h - the names of a CSV's fields, and the JSON of its records: of
 * each the object that they make of it, and the array of its fields.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_CSVNAMES_H
#define GN_EXTRACT_CSVNAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "extract/arrow.h"
#include "extract/csv.h"

/* All zero is none. */
struct gn_csvnames {
    struct gn_csvname *names;
    struct gn_arrow_member *members; /* of the last object; as many */
    size_t count;
    bool escaped; /* in JSON one has escapes */
};

void gn_csvnames_fini(struct gn_csvnames *n);

/* The next field's name, up to a NUL in it. false: no memory. */
bool gn_csvnames_add(struct gn_csvnames *n, const char *text, size_t size);

/* Appends the object of the record that csv stands on. true: its members are
 * listed as bare ones, until the next call; else the names or the record have
 * something that JSON escapes, or no memory (see gn_buf_failed). */
bool gn_csvnames_object(struct gn_csvnames *n, const struct gn_csv *csv,
                        struct gn_buf *out);

/* Appends the array of the record's fields. */
void gn_csvnames_array(const struct gn_csv *csv, struct gn_buf *out);

#endif
