/*
 * garner/unit.h - a unit of work: rows of several tables, added in any order,
 * written as one batch in the order that their foreign keys ask for.
 *
 * The order: first what is inserted and upserted, referenced tables before
 * those that refer to them; then what is updated; then what is deleted, the
 * other way round. Rows of one table keep the order in which they were added,
 * except where one refers to another of the same unit that was added later (in
 * a table that refers to itself, in tables that refer to each other): then that
 * other goes before it. A row is known by the values its key columns are given:
 * one whose key the database chooses cannot be waited for.
 *
 * Circles: rows that need each other are refused, and the circle named, before
 * anything is written, unless a constraint of the circle is DEFERRABLE: it is
 * then checked when the transaction commits
 * (https://sqlite.org/foreignkeys.html section 4.2). The order and the refusal
 * are the same whether or not the store enforces foreign keys.
 *
 * What is deleted is named by its key alone, which does not say what it refers
 * to. So from tables that refer to each other it goes in the order in which it
 * was added; from a table that only refers to itself, all at once (what is
 * named by the same columns; ON DELETE RESTRICT does not allow it, and has the
 * order in which it was added).
 *
 * Since deleting comes last, a unit cannot delete a row and insert another in
 * its place: upsert it.
 *
 * The tables are looked up when the unit is written (and remembered until the
 * database's schema changes), so they must be committed by then; a table that
 * is being made by a batch still queued is not there yet. This takes a read
 * connection for a moment.
 *
 * Thread: a unit belongs to one thread at a time. Memory: all that is added is
 * copied. Names are taken as they are, without quotes: "order", "my table" and
 * "main.page" name tables called just so. As in SQL, case does not matter.
 */
#ifndef GARNER_UNIT_H
#define GARNER_UNIT_H

#include "garner/store.h"
#include "garner/value.h"
#include "garner/write.h"

#ifdef __cplusplus
extern "C" {
#endif

struct garner_unit;

/* A column and what goes into it. */
struct garner_field {
    const char *column;
    struct garner_value value;
};

/*
 * The two arguments `fields, count` of the calls below, written in place (C
 * only):
 *
 *   garner_unit_insert(unit, "book",
 *                      GARNER_FIELDS({"id", garner_integer(1)},
 *                                    {"title", garner_text("Emma")}),
 *                      &err);
 */
#define GARNER_FIELDS(...)                                                     \
    ((const struct garner_field[]){__VA_ARGS__}),                              \
        (sizeof((const struct garner_field[]){__VA_ARGS__}) /                  \
         sizeof(struct garner_field))

/* Gives in *unit an empty unit for store, which must be open whenever the unit
 * is written. Errors: MISUSE, NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_new(struct garner_store *store, struct garner_unit **unit,
                struct garner_error *err);

/* Frees a unit that was not handed over. NULL is fine. */
GARNER_API void garner_unit_free(struct garner_unit *unit);

/* Empties a unit, keeping its settings and what it knows of the tables. */
GARNER_API void garner_unit_clear(struct garner_unit *unit);

/* Rows in the unit. */
GARNER_API size_t garner_unit_count(const struct garner_unit *unit);

/*
 * Adds a row; borrows all. Rows are numbered from 1 in the order in which they
 * are added, for the messages of what goes wrong.
 *
 * insert  writes a new row; columns not among the fields get their defaults.
 *         0 fields: all do.
 * upsert  writes a new row or, if there is one with the same key, its other
 *         fields. The key is the first `keys` fields, and must be a primary key
 *         or UNIQUE.
 * update  sets the fields after the first `keys` of the rows that have these;
 *         a column of the key may be among them.
 * delete  deletes the rows that have all these fields.
 *
 * An update or delete that finds no row is no error: garner_result.changes
 * tells.
 * Errors (the unit is as it was): INVALID (a column named twice, a key that is
 * NULL, no key, nothing to set), MISUSE (a NULL argument), NOMEM.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_insert(struct garner_unit *unit, const char *table,
                   const struct garner_field *fields, size_t count,
                   struct garner_error *err);
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_upsert(struct garner_unit *unit, const char *table, size_t keys,
                   const struct garner_field *fields, size_t count,
                   struct garner_error *err);
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_update(struct garner_unit *unit, const char *table, size_t keys,
                   const struct garner_field *fields, size_t count,
                   struct garner_error *err);
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_delete(struct garner_unit *unit, const char *table,
                   const struct garner_field *fields, size_t count,
                   struct garner_error *err);

/* As garner_batch_set_ack and garner_batch_set_timeout. */
GARNER_API void garner_unit_set_ack(struct garner_unit *unit,
                                    enum garner_ack ack);
GARNER_API void garner_unit_set_timeout(struct garner_unit *unit,
                                        int timeout_ms);

/*
 * Writes all rows in one transaction and returns when it is acknowledged, as
 * garner_write does. The unit stays the caller's, with its rows: clear it
 * before the next ones. An empty unit is acknowledged at once.
 * Errors: NOTFOUND (no such table or column), INVALID (a generated column, a
 * circle of rows), those of garner_query and garner_write. The message names
 * the table and the row (of a GARNER_QUEUED write, which fails later, the
 * statement). Nothing was written then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_write(struct garner_unit *unit, struct garner_result *result,
                  struct garner_error *err);

/*
 * Hands the rows over to be written later, as garner_submit does. Takes the
 * unit on OK only. done (may be NULL) is then called exactly once, as said at
 * garner_submit; when the call fails, never.
 * Errors: NOTFOUND, INVALID, those of garner_query and garner_submit.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_unit_submit(struct garner_unit *unit, garner_done *done, void *context,
                   struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
