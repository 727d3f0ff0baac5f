/*
 * tables.h - the tables of records (docs/tables.md): made when they are
 * first needed, and written to.
 *
 *   garner_collection     a collection's name
 *   garner_record         all of a record but its data: small, so that
 * searching notes reads little, and taking one writes little garner_record_body
 * the data of those that have any garner_record_words   an FTS5 index of the
 * notes
 *
 * Triggers keep the last two right, whoever writes.
 *
 * Thread: any.
 */
#ifndef GN_STORE_RECORD_TABLES_H
#define GN_STORE_RECORD_TABLES_H

#include "garner/error.h"
#include "garner/value.h"
#include "garner/write.h"

/* The id of the collection named by one parameter; NULL: there is none. */
#define GN_RECORD_COLLECTION "(select id from garner_collection where name = ?)"

/* Checks what each call begins with: a store, and a collection's name, which
 * *collection is set to if it is NULL. Errors: MISUSE, INVALID. */
enum garner_code gn_record_tables_check(const struct garner_store *store,
                                        const char **collection,
                                        struct garner_error *err);

/* After a put failed with *err (SQL or CONSTRAINT): makes what it may have
 * missed, the tables or the collection. OK: try once more. Errors: CORRUPT (the
 * tables are not ours). */
enum garner_code gn_record_tables_make(struct garner_store *store,
                                       const char *collection,
                                       struct garner_error *err);

/* After another statement failed with code and *err: what that means. NOTFOUND:
 * nothing was ever put; CORRUPT: the tables are not ours; else code, and *err
 * as it was. */
enum garner_code gn_record_tables_explain(struct garner_store *store,
                                          enum garner_code code,
                                          struct garner_error *err);

/* Writes batch at the store's level, but waits until it is committed. */
enum garner_code gn_record_tables_write(struct garner_store *store,
                                        struct garner_batch *batch,
                                        struct garner_result *result,
                                        struct garner_error *err);

/* The same for one statement; *changes are the rows it changed. An error is
 * explained, but without tables none is changed. */
enum garner_code gn_record_tables_run(struct garner_store *store,
                                      const char *sql,
                                      const struct garner_value *args,
                                      size_t count, int64_t *changes,
                                      struct garner_error *err);

#endif
