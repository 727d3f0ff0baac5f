/*
 * schema.h - the tables that a unit writes to, as the database has them:
 * looked up when first needed, remembered until its schema changes.
 *
 * Thread: one at a time. Memory: what is found is the schema's, until the next
 * call with it.
 */
#ifndef GN_STORE_UNIT_SCHEMA_H
#define GN_STORE_UNIT_SCHEMA_H

#include <stdbool.h>

#include "base/arena.h"
#include "garner/store.h"
#include "store/unit/ddl.h"

struct gn_unit_column {
    const char *name;
    bool generated;
    size_t key; /* its place in the primary key, from 1; 0: none */
    struct gn_unit_column *next;
};

/* One column of a foreign key, and what it refers to. */
struct gn_unit_pair {
    const char *column;
    const char *target; /* NULL: the primary key's column of the same place */
    struct gn_unit_pair *next;
};

/* What becomes of rows that refer to a deleted one. */
enum gn_unit_fate {
    GN_UNIT_STAY, /* NO ACTION: they may not, when it is checked */
    GN_UNIT_HOLD, /* RESTRICT: they keep it from being deleted */
    GN_UNIT_GO,   /* CASCADE, SET NULL, SET DEFAULT: no matter */
};

/* A foreign key. */
struct gn_unit_reference {
    const char *table;  /* that has it */
    const char *target; /* the table it refers to; may not exist */
    struct gn_unit_pair *pairs;
    enum gn_deferral deferral;
    enum gn_unit_fate fate;
    struct gn_unit_reference *next;
};

struct gn_unit_table {
    const char *name; /* as it was created */
    /* It is one B-tree, in the order of its rowids, and writing to it sets off
     * nothing: no index, no trigger, no WITHOUT ROWID. */
    bool plain;
    struct gn_unit_column *columns;
    struct gn_unit_reference *references;
    struct gn_unit_table *next;
    size_t node; /* the planner's */
};

/* All zero knows nothing. */
struct gn_unit_schema {
    struct gn_arena arena;
    int64_t version; /* PRAGMA schema_version, of all that is known */
    struct gn_unit_table *tables;
};

/* Frees what it knows. */
void gn_unit_schema_forget(struct gn_unit_schema *s);

/* Reads the version and, if the schema has changed since it was last read,
 * forgets all that is known; *changed (may be NULL) says whether. Errors: those
 * of garner_query. */
enum garner_code gn_unit_schema_refresh(struct gn_unit_schema *s,
                                        struct garner_store *store,
                                        bool *changed,
                                        struct garner_error *err);

/* Finds the tables and views that are called names[0..count), all as one
 * version of the schema has them; tables[i] is NULL for one that is not there.
 * Errors: those of garner_query; BUSY (it keeps changing). */
enum garner_code gn_unit_schema_find(struct gn_unit_schema *s,
                                     struct garner_store *store,
                                     const char *const *names, size_t count,
                                     struct gn_unit_table **tables,
                                     struct garner_error *err);

/* Column name of t; NULL: it has none so called. */
const struct gn_unit_column *
gn_unit_schema_column(const struct gn_unit_table *t, const char *name);

/* The column of t that pair, at place (from 1) of a foreign key, refers to;
 * NULL: there is none. */
const char *gn_unit_schema_target(const struct gn_unit_table *t,
                                  const struct gn_unit_pair *pair,
                                  size_t place);

#endif
