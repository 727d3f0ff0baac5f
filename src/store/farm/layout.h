/*
 * layout.h - what a farm is made of, as shard 0 says. Tables there:
 *
 *   garner_farm(shards, before, files)   one row
 *   garner_farm_key(name, key)           the key column of a table
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_FARM_LAYOUT_H
#define GN_STORE_FARM_LAYOUT_H

#include "store/driver/sqlite.h"

struct gn_layout {
    unsigned shards; /* that slots are spread over, or will be */
    unsigned before; /* that they were spread over; 0: nothing is moved */
    unsigned files;  /* shards that are made: 000.db to files - 1; 0: not yet */
};

/* In a transaction of the caller's: makes the tables if they are not there.
 * Errors: those of writing. */
enum garner_code gn_layout_make(struct gn_sqlite *c, unsigned shards,
                                struct garner_error *err);

/* NOTFOUND, without a message: it is no farm. Errors: CORRUPT, those of
 * reading. */
enum garner_code gn_layout_read(struct gn_sqlite *c, struct gn_layout *layout,
                                struct garner_error *err);

/* In a transaction of the caller's. Errors: those of writing. */
enum garner_code gn_layout_write(struct gn_sqlite *c,
                                 const struct gn_layout *layout,
                                 struct garner_error *err);

/* Table names and their keys, each NUL-terminated. */
struct gn_layout_key {
    char *table;
    char *column;
};
struct gn_layout_keys {
    struct gn_layout_key *items;
    size_t count;
};

/* Gives them, in the order of their names (free with gn_layout_keys_fini, after
 * an error too). */
enum garner_code gn_layout_keys_read(struct gn_sqlite *c,
                                     struct gn_layout_keys *keys,
                                     struct garner_error *err);
void gn_layout_keys_fini(struct gn_layout_keys *keys);

/* The column of a table (in any case of letters), or NULL. */
const char *gn_layout_key(const struct gn_layout_keys *keys, const char *table);

/* In a transaction of the caller's; column NULL: the table has none any more.
 */
enum garner_code gn_layout_set_key(struct gn_sqlite *c, const char *table,
                                   const char *column,
                                   struct garner_error *err);

#endif
