/*
 * dump.h - tables as SQL that makes them again: their schema and an INSERT a
 * row, as sqlite3 reads it.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_DUMP_H
#define GN_CLI_DUMP_H

#include "base/buf.h"
#include "cli/writer.h"
#include "garner/error.h"
#include "garner/store.h"
#include "garner/value.h"

/* Appends value as SQL reads it back, with its type. Pure. */
void gn_dump_value(struct gn_buf *sql, const struct garner_value *value);

/* What goes before the first table, and behind the last. */
void gn_dump_begin(struct gn_writer *w);
void gn_dump_end(struct gn_writer *w);

/* Writes a table: as it was made, its rows as of one moment, its counter of
 * ids, its indexes and triggers. Errors: NOTFOUND (no such table), INVALID (a
 * view or a virtual table, whose rows are others'), those of the store and of
 * gn_writer_pass. */
enum garner_code gn_dump_table(struct garner_store *store, const char *table,
                               struct gn_writer *w, struct garner_error *err);

#endif
