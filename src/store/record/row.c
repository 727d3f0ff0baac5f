#include "store/record/row.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/handle.h"

enum { ID, TIME, NOTES, SIZE, CODEC, ATTEMPTS, DUE, LEASE, DATA, COLUMNS };

static enum garner_code damaged(int64_t id, const char *why,
                                struct garner_error *err)
{
    return gn_fail(err, GARNER_CORRUPT,
                   "record %" PRId64 " cannot be read: %s; restore a backup, "
                   "or remove it",
                   id, why);
}

static enum garner_code no_memory(int64_t id, struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for record %" PRId64, id);
}

static bool is(struct garner_value v, const char *text)
{
    return v.type == GARNER_TEXT && v.bytes.size == strlen(text) &&
           memcmp(v.bytes.data, text, v.bytes.size) == 0;
}

static enum garner_code unzstd(struct gn_record_row *row,
                               struct garner_value frame, size_t size,
                               struct garner_codec *codec,
                               struct garner_error *err)
{
    const int64_t id = row->record.id;
    struct garner_error why;
    enum garner_code code;
    size_t told;

    code = garner_decompressed_size(frame.bytes.data, frame.bytes.size, &told,
                                    &why);
    if (code != GARNER_OK)
        return damaged(id, why.message, err);
    if (told != size)
        return damaged(id, "its data are of another size", err);
    code = garner_decompress(codec, frame.bytes.data, frame.bytes.size,
                             row->memory.data, size, &why);
    if (code == GARNER_NOMEM)
        return no_memory(id, err);
    if (code != GARNER_OK)
        return damaged(id, why.message, err);
    row->memory.size = size;
    return GARNER_OK;
}

/* The memory has room for it. */
static enum garner_code read_data(struct gn_record_row *row,
                                  const struct garner_rows *rows, size_t size,
                                  struct gn_codecs *codecs,
                                  struct garner_codec **codec,
                                  struct garner_error *err)
{
    const struct garner_value data = garner_column(rows, DATA);
    const struct garner_value name = garner_column(rows, CODEC);

    if (size == 0)
        return GARNER_OK; /* it has no body */
    if (data.type != GARNER_BLOB)
        return damaged(row->record.id, "its data are missing", err);
    if (is(name, "zstd")) {
        if (*codec == NULL && gn_codecs_take(codecs, codec, NULL) != GARNER_OK)
            return no_memory(row->record.id, err);
        return unzstd(row, data, size, *codec, err);
    }
    if (!is(name, "none"))
        return damaged(row->record.id, "its codec is not known", err);
    if (data.bytes.size != size)
        return damaged(row->record.id, "its data are of another size", err);
    gn_buf_append(&row->memory, data.bytes.data, size);
    return GARNER_OK;
}

static void read_head(struct garner_record *r, const struct garner_rows *rows)
{
    const struct garner_value due = garner_column(rows, DUE);
    const struct garner_value lease = garner_column(rows, LEASE);

    r->id = garner_column(rows, ID).integer;
    r->time_us = garner_column(rows, TIME).integer;
    r->attempts = (int)garner_column(rows, ATTEMPTS).integer;
    r->set_aside = due.type != GARNER_INTEGER;
    r->due_us = r->set_aside ? 0 : due.integer;
    r->lease = lease.type == GARNER_INTEGER ? lease.integer : 0;
}

enum garner_code gn_record_row_read(struct gn_record_row *row,
                                    const struct garner_rows *rows,
                                    struct gn_codecs *codecs,
                                    struct garner_codec **codec,
                                    struct garner_error *err)
{
    const struct garner_value notes = garner_column(rows, NOTES);
    const int64_t size = garner_column(rows, SIZE).integer;
    const bool with_data = garner_columns(rows) == COLUMNS;
    struct garner_record *r = &row->record;
    size_t at;

    *r = (struct garner_record){0};
    read_head(r, rows);
    gn_buf_clear(&row->memory);
    if (size < 0 || size > GARNER_RECORD_MAX || notes.type != GARNER_TEXT)
        return damaged(r->id, "its size or its notes cannot be", err);
    if (!gn_buf_reserve(&row->memory,
                        (with_data ? (size_t)size : 0) + notes.bytes.size + 2))
        return no_memory(r->id, err);
    if (with_data) {
        enum garner_code code =
            read_data(row, rows, (size_t)size, codecs, codec, err);

        if (code != GARNER_OK)
            return code;
    }
    gn_buf_byte(&row->memory, '\0');
    at = row->memory.size;
    gn_buf_append(&row->memory, notes.bytes.data, notes.bytes.size);
    gn_buf_byte(&row->memory, '\0');
    r->size = (size_t)size;
    r->data = with_data ? row->memory.data : NULL;
    r->notes = row->memory.data + at;
    return GARNER_OK;
}

void gn_record_row_fini(struct gn_record_row *row)
{
    gn_buf_fini(&row->memory);
}

static enum garner_code read_only_row(struct garner_rows *rows,
                                      struct gn_codecs *codecs,
                                      struct gn_record_row *row,
                                      struct garner_error *err)
{
    struct garner_codec *codec = NULL;
    enum garner_code code = garner_next(rows, err);

    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND, "no such record");
    if (code == GARNER_ROW)
        code = gn_record_row_read(row, rows, codecs, &codec, err);
    gn_codecs_give_back(codecs, codec);
    return code;
}

enum garner_code gn_record_row_only(struct garner_store *store, const char *sql,
                                    const struct garner_value *args,
                                    size_t count, struct garner_record **record,
                                    struct garner_error *err)
{
    struct gn_record_row *row = gn_alloc(sizeof *row);
    struct garner_rows *rows = NULL;
    enum garner_code code = GARNER_NOMEM;

    *record = NULL;
    if (row == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a record");
    code = garner_query(store, sql, args, count, &rows, err);
    if (code == GARNER_OK)
        code = read_only_row(rows, store->codecs, row, err);
    garner_rows_close(rows);
    if (code == GARNER_OK)
        *record = &row->record;
    else
        garner_record_free(&row->record);
    return code;
}

void garner_record_free(struct garner_record *record)
{
    struct gn_record_row *row = (struct gn_record_row *)record;

    if (row == NULL)
        return;
    gn_record_row_fini(row);
    gn_free(row);
}
