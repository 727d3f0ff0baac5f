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

/* How many fields of the record that csv stands on have names. */
size_t gn_csvnames_fields(const struct gn_csvnames *n,
                          const struct gn_csv *csv);

/* Lists those as bare members, until the next call. false: the names or the
 * record have something that JSON escapes. */
bool gn_csvnames_list(struct gn_csvnames *n, const struct gn_csv *csv);

/* Appends the record's object. listed: what the call before gave. */
void gn_csvnames_object(const struct gn_csvnames *n, const struct gn_csv *csv,
                        bool listed, struct gn_buf *out);

/* Appends the array of the record's fields. */
void gn_csvnames_array(const struct gn_csv *csv, struct gn_buf *out);

#endif
