/* copy.c - records from one collection into another, of any store. */
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "garner/record.h"
#include "store/record/tables.h"

enum {
    STEP = 256,          /* records in one transaction, at most */
    STEP_BYTES = 4 << 20 /* ... and so many bytes, or one record */
};

struct copying {
    struct garner_store *to;
    const char *collection;
    struct gn_arena arena; /* what the entries hold */
    struct garner_entry entries[STEP];
    size_t count;
    size_t bytes;
    int64_t copied;
};

static enum garner_code put_all(struct copying *c, struct garner_error *err)
{
    const enum garner_code code =
        garner_put_many(c->to, c->collection, c->entries, c->count, NULL, err);

    if (code == GARNER_OK)
        c->copied += (int64_t)c->count;
    gn_arena_clear(&c->arena);
    c->count = 0;
    c->bytes = 0;
    return code;
}

static enum garner_code add(struct copying *c,
                            const struct garner_record *record,
                            struct garner_error *err)
{
    c->entries[c->count++] = (struct garner_entry){
        .notes = gn_arena_text(&c->arena, record->notes),
        .data = gn_arena_copy(&c->arena, record->data, record->size),
        .size = record->size,
        .time_us = record->time_us,
    };
    c->bytes += record->size;
    if (c->arena.failed)
        return gn_fail(err, GARNER_NOMEM, "out of memory to copy records");
    return c->count == STEP || c->bytes >= STEP_BYTES ? put_all(c, err)
                                                      : GARNER_OK;
}

static enum garner_code copy(struct copying *c, struct garner_records *records,
                             struct garner_error *err)
{
    const struct garner_record *record;
    enum garner_code code;

    while ((code = garner_records_next(records, &record, err)) == GARNER_ROW) {
        code = add(c, record, err);
        if (code != GARNER_OK)
            return code;
    }
    return code == GARNER_DONE && c->count > 0 ? put_all(c, err) : code;
}

static enum garner_code check(struct garner_store *store,
                              const char **collection, struct copying *c,
                              struct garner_error *err)
{
    enum garner_code code = gn_record_tables_check(store, collection, err);

    if (code == GARNER_OK)
        code = gn_record_tables_check(c->to, &c->collection, err);
    if (code == GARNER_OK && store == c->to &&
        strcmp(*collection, c->collection) == 0)
        return gn_fail(err, GARNER_MISUSE,
                       "'%.80s' would be copied into itself", *collection);
    return code;
}

enum garner_code garner_copy(struct garner_store *store, const char *collection,
                             const struct garner_filter *filter,
                             struct garner_store *to, const char *to_collection,
                             int64_t *count, struct garner_error *err)
{
    struct copying c = {.to = to, .collection = to_collection};
    struct garner_records *records = NULL;
    enum garner_code code = check(store, &collection, &c, err);

    if (code == GARNER_OK)
        code = garner_find(store, collection, filter, NULL, &records, err);
    if (code == GARNER_OK)
        code = copy(&c, records, err);
    garner_records_close(records);
    gn_arena_clear(&c.arena);
    if (count != NULL)
        *count = c.copied;
    return code == GARNER_DONE ? GARNER_OK : code;
}
