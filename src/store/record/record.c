/* record.c - putting records, getting one, removing one. */
#include "garner/record.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/handle.h"
#include "store/record/row.h"
#include "store/record/tables.h"

enum { SMALL = 96 }; /* bytes below which data are not worth compressing */

/* --- what may be put --------------------------------------------------------
 */

static enum garner_code check_notes(const char *notes, struct garner_error *err)
{
    const size_t size = notes != NULL ? strlen(notes) : 0;
    size_t good;

    if (size > GARNER_NOTES_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "notes of %zu bytes; at most %d may be, put the rest "
                       "into the data",
                       size, GARNER_NOTES_MAX);
    good = size > 0 ? gn_utf8_good(notes, size) : 0;
    return good < size ? gn_fail(err, GARNER_INVALID,
                                 "notes are not UTF-8 at byte %zu", good)
                       : GARNER_OK;
}

static enum garner_code check_entry(const struct garner_entry *entry,
                                    struct garner_error *err)
{
    if (entry->data == NULL && entry->size > 0)
        return gn_fail(err, GARNER_MISUSE,
                       "a record of %zu bytes whose data are NULL",
                       entry->size);
    if (entry->delay_ms < 0 || entry->delay_ms > GARNER_WAIT_MAX_MS)
        return gn_fail(err, GARNER_MISUSE, "a record's delay_ms is 0 to %lld",
                       (long long)GARNER_WAIT_MAX_MS);
    if (entry->size > GARNER_RECORD_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "a record of %zu bytes; at most %d may be", entry->size,
                       GARNER_RECORD_MAX);
    return check_notes(entry->notes, err);
}

/* --- putting ----------------------------------------------------------------
 */

/* What a call that puts needs on its way. */
struct putting {
    struct gn_codecs *codecs;
    const char *collection;
    struct garner_batch *batch;
    struct garner_codec *codec; /* NULL until first needed */
    int64_t now_us;
};

/* Sets *data and *size to what is stored for entry: itself, or the frame in
 * *frame (free it) that is smaller. */
static enum garner_code compress(struct putting *p,
                                 const struct garner_entry *entry, char **frame,
                                 struct garner_value *data,
                                 struct garner_error *err)
{
    const size_t room = garner_compress_bound(entry->size);
    enum garner_code code = GARNER_OK;
    size_t written;

    *frame = NULL;
    *data = garner_blob(entry->data, entry->size);
    if (entry->size < SMALL)
        return GARNER_OK;
    if (p->codec == NULL)
        code = gn_codecs_take(p->codecs, &p->codec, err);
    if (code != GARNER_OK)
        return code;
    *frame = gn_realloc(NULL, room);
    if (*frame == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu bytes", room);
    code = garner_compress(p->codec, entry->data, entry->size, *frame, room,
                           &written, err);
    if (code == GARNER_OK && written < entry->size)
        *data = garner_blob(*frame, written);
    return code;
}

static enum garner_code add_record(struct putting *p,
                                   const struct garner_entry *entry,
                                   const char *codec, struct garner_error *err)
{
    const int64_t time_us = entry->time_us != 0 ? entry->time_us : p->now_us;
    const int64_t due_us = p->now_us + entry->delay_ms * 1000;

    return garner_batch_add(
        p->batch,
        "insert into garner_record"
        " (collection, notes, time_us, size, codec, due_us)"
        " values (" GN_RECORD_COLLECTION ", ?, ?, ?, ?, ?)",
        GARNER_ARGS(garner_text(p->collection),
                    garner_text(entry->notes != NULL ? entry->notes : ""),
                    garner_integer(time_us),
                    garner_integer((int64_t)entry->size), garner_text(codec),
                    garner_integer(due_us)),
        err);
}

static enum garner_code add_entry(struct putting *p,
                                  const struct garner_entry *entry,
                                  struct garner_error *err)
{
    char *frame;
    struct garner_value data;
    enum garner_code code = check_entry(entry, err);

    if (code != GARNER_OK)
        return code;
    code = compress(p, entry, &frame, &data, err);
    if (code == GARNER_OK)
        code = add_record(p, entry, data.bytes.data == frame ? "zstd" : "none",
                          err);
    if (code == GARNER_OK && entry->size > 0)
        code = garner_batch_add(p->batch,
                                "insert into garner_record_body (id, data)"
                                " values (last_insert_rowid(), ?)",
                                GARNER_ARGS(data), err);
    gn_free(frame);
    return code;
}

/* The tables and the collection are there nearly always: so they are looked for
 * only when it failed, and that costs no put anything. */
static enum garner_code write_entries(struct garner_store *store,
                                      const struct putting *p,
                                      struct garner_result *result,
                                      struct garner_error *err)
{
    struct garner_error first;
    enum garner_code code =
        gn_record_tables_write(store, p->batch, result, &first);

    if (code != GARNER_SQL && code != GARNER_CONSTRAINT) {
        if (code != GARNER_OK && err != NULL)
            *err = first;
        return code;
    }
    code = gn_record_tables_make(store, p->collection, err);
    return code == GARNER_OK
               ? gn_record_tables_write(store, p->batch, result, err)
               : code;
}

enum garner_code garner_put_many(struct garner_store *store,
                                 const char *collection,
                                 const struct garner_entry *entries,
                                 size_t count, int64_t *first_id,
                                 struct garner_error *err)
{
    struct putting p = {.collection = collection, .now_us = gn_clock_wall_us()};
    struct garner_result result = {0};
    enum garner_code code = gn_record_tables_check(store, &p.collection, err);

    if (first_id != NULL)
        *first_id = 0;
    if (code != GARNER_OK)
        return code;
    if (entries == NULL && count > 0)
        return gn_fail(err, GARNER_MISUSE, "what is to be put is NULL");
    code = garner_batch_new(&p.batch, err);
    if (code != GARNER_OK)
        return code;
    p.codecs = store->codecs;
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = add_entry(&p, &entries[i], err);
    if (code == GARNER_OK)
        code = write_entries(store, &p, &result, err);
    if (code == GARNER_OK && first_id != NULL && count > 0)
        *first_id = result.last_rowid - (int64_t)count + 1;
    gn_codecs_give_back(p.codecs, p.codec);
    garner_batch_free(p.batch);
    return code;
}

enum garner_code garner_put(struct garner_store *store, const char *collection,
                            const struct garner_entry *entry, int64_t *id,
                            struct garner_error *err)
{
    return garner_put_many(store, collection, entry, 1, id, err);
}

/* --- one record -------------------------------------------------------------
 */

static enum garner_code not_there(const char *collection, int64_t id,
                                  struct garner_error *err)
{
    return gn_fail(err, GARNER_NOTFOUND, "no record %lld in '%.80s'",
                   (long long)id, collection);
}

enum garner_code garner_get(struct garner_store *store, const char *collection,
                            int64_t id, struct garner_record **record,
                            struct garner_error *err)
{
    enum garner_code code = gn_record_tables_check(store, &collection, err);

    if (record == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_get: record is NULL");
    *record = NULL;
    if (code != GARNER_OK)
        return code;
    code = gn_record_row_only(
        store,
        "select " GN_RECORD_ROW " from garner_record r"
        " where r.id = ? and r.collection = " GN_RECORD_COLLECTION,
        GARNER_ARGS(garner_integer(id), garner_text(collection)), record, err);
    code = gn_record_tables_explain(store, code, err);
    return code == GARNER_NOTFOUND ? not_there(collection, id, err) : code;
}

enum garner_code garner_remove(struct garner_store *store,
                               const char *collection, int64_t id,
                               struct garner_error *err)
{
    enum garner_code code = gn_record_tables_check(store, &collection, err);
    int64_t changes = 0;

    if (code == GARNER_OK)
        code = gn_record_tables_run(
            store,
            "delete from garner_record"
            " where id = ? and collection = " GN_RECORD_COLLECTION,
            GARNER_ARGS(garner_integer(id), garner_text(collection)), &changes,
            err);
    if (code != GARNER_OK || changes > 0)
        return code;
    return not_there(collection, id, err);
}
