/* care.c - how long records stay, and under which name. */
#include "base/clock.h"
#include "base/error.h"
#include "garner/read.h"
#include "garner/record.h"
#include "store/record/tables.h"

/* --- trimming ---------------------------------------------------------------
 */

/* A place in the order of time and id. */
struct place {
    int64_t time_us;
    int64_t id;
};

/* Finds the newest that is one too many; *found tells whether there is one. */
static enum garner_code find_surplus(struct garner_store *store,
                                     const char *collection, int64_t count,
                                     struct place *place, bool *found,
                                     struct garner_error *err)
{
    struct garner_error why;
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select time_us, id from garner_record"
        " where collection = " GN_RECORD_COLLECTION
        " order by time_us desc, id desc limit 1 offset ?",
        GARNER_ARGS(garner_text(collection), garner_integer(count)), &rows,
        &why);

    *found = false;
    if (code == GARNER_OK) {
        code = garner_next(rows, &why);
        *found = code == GARNER_ROW;
        if (*found)
            *place = (struct place){garner_column(rows, 0).integer,
                                    garner_column(rows, 1).integer};
        garner_rows_close(rows);
    }
    if (code == GARNER_ROW || code == GARNER_DONE)
        return GARNER_OK;
    code = gn_record_tables_explain(store, code, &why);
    if (code == GARNER_NOTFOUND)
        return GARNER_OK;
    if (err != NULL)
        *err = why;
    return code;
}

/* Removes what stands at place or before it. */
static enum garner_code remove_to(struct garner_store *store,
                                  const char *collection, struct place place,
                                  int64_t *count, struct garner_error *err)
{
    const int64_t now_us = gn_clock_wall_us();
    enum garner_code code;
    int64_t changes;

    do {
        code = gn_record_tables_run(
            store,
            "delete from garner_record where id in"
            " (select id from garner_record"
            "   where collection = " GN_RECORD_COLLECTION
            "   and (time_us, id) <= (?, ?) and"
            "   (lease is null or due_us is null or due_us <= ?)"
            "   order by time_us, id limit 256)",
            GARNER_ARGS(garner_text(collection), garner_integer(place.time_us),
                        garner_integer(place.id), garner_integer(now_us)),
            &changes, err);
        *count += changes;
    } while (code == GARNER_OK && changes > 0);
    return code;
}

static enum garner_code trim(struct garner_store *store, const char *collection,
                             const struct garner_keep *keep, int64_t *count,
                             struct garner_error *err)
{
    struct place place = {.id = INT64_MAX};
    enum garner_code code = GARNER_OK;
    bool found = false;

    if (keep->age_ms > 0 && keep->age_ms < INT64_MAX / 1000) {
        place.time_us = gn_clock_wall_us() - keep->age_ms * 1000 - 1;
        code = remove_to(store, collection, place, count, err);
    }
    if (code == GARNER_OK && keep->count > 0)
        code =
            find_surplus(store, collection, keep->count, &place, &found, err);
    return code == GARNER_OK && found
               ? remove_to(store, collection, place, count, err)
               : code;
}

enum garner_code garner_trim(struct garner_store *store, const char *collection,
                             const struct garner_keep *keep, int64_t *count,
                             struct garner_error *err)
{
    int64_t removed = 0;
    enum garner_code code = gn_record_tables_check(store, &collection, err);

    if (code == GARNER_OK &&
        (keep == NULL || keep->age_ms < 0 || keep->count < 0))
        code = gn_fail(err, GARNER_MISUSE,
                       "garner_trim wants age_ms and count, 0 (any) or more");
    if (code == GARNER_OK)
        code = trim(store, collection, keep, &removed, err);
    if (count != NULL)
        *count = removed;
    return code;
}

/* --- names ------------------------------------------------------------------
 */

static enum garner_code no_collection(const char *collection,
                                      struct garner_error *err)
{
    return gn_fail(err, GARNER_NOTFOUND, "no collection '%.80s'", collection);
}

enum garner_code garner_rename(struct garner_store *store,
                               const char *collection, const char *name,
                               struct garner_error *err)
{
    enum garner_code code = gn_record_tables_check(store, &collection, err);
    int64_t changes;

    if (code == GARNER_OK)
        code = gn_record_tables_check(store, &name, err);
    if (code == GARNER_OK)
        code = gn_record_tables_run(
            store, "update garner_collection set name = ? where name = ?",
            GARNER_ARGS(garner_text(name), garner_text(collection)), &changes,
            err);
    if (code == GARNER_CONSTRAINT)
        return gn_fail(err, code, "there is a collection '%.80s' already",
                       name);
    return code == GARNER_OK && changes == 0 ? no_collection(collection, err)
                                             : code;
}

static enum garner_code find_name(struct garner_store *store,
                                  const char *collection,
                                  struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "select 1 from garner_collection where name = ?",
                     GARNER_ARGS(garner_text(collection)), &rows, err);

    if (code == GARNER_OK) {
        code = garner_next(rows, err);
        garner_rows_close(rows);
    }
    code = gn_record_tables_explain(store, code, err);
    if (code == GARNER_DONE || code == GARNER_NOTFOUND)
        return no_collection(collection, err);
    return code == GARNER_ROW ? GARNER_OK : code;
}

/* Removes the collection itself, if nothing is in it. */
static enum garner_code remove_name(struct garner_store *store,
                                    const char *collection, bool *gone,
                                    struct garner_error *err)
{
    int64_t changes;
    const enum garner_code code = gn_record_tables_run(
        store,
        "delete from garner_collection where name = ? and not exists (select 1"
        " from garner_record where collection = garner_collection.id)",
        GARNER_ARGS(garner_text(collection)), &changes, err);

    *gone = changes > 0;
    return code;
}

enum garner_code garner_drop(struct garner_store *store, const char *collection,
                             struct garner_error *err)
{
    enum garner_code code = gn_record_tables_check(store, &collection, err);
    bool gone = false;

    /* Others may put while it is emptied. */
    while (code == GARNER_OK && !gone) {
        code = find_name(store, collection, err);
        if (code == GARNER_OK)
            code = garner_remove_found(store, collection, NULL, NULL, err);
        if (code == GARNER_OK)
            code = remove_name(store, collection, &gone, err);
    }
    return code;
}
