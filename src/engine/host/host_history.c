#include "engine/host/host_history.h"

#include "engine/history/cell.h"
#include "garner/read.h"

void gn_cost_add(struct gn_cost *to, const struct gn_cost *cost)
{
    to->requests += cost->requests;
    to->not_modified += cost->not_modified;
    to->errors += cost->errors;
    to->bytes += cost->bytes;
}

enum garner_code gn_host_history_add(struct garner_batch *batch,
                                     const char *name,
                                     const struct gn_host_row *row,
                                     struct garner_error *err)
{
    return garner_batch_add(
        batch,
        "insert into garner_host (name, requests, not_modified, errors, bytes,"
        " since, last, failures, openings, open_until, off_until, next)"
        " values (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11)"
        " on conflict (name) do update set"
        " requests = requests + excluded.requests,"
        " not_modified = not_modified + excluded.not_modified,"
        " errors = errors + excluded.errors, bytes = bytes + excluded.bytes,"
        " since = coalesce(since, excluded.since),"
        " last = coalesce(excluded.last, last), failures = excluded.failures,"
        " openings = excluded.openings, open_until = excluded.open_until,"
        " off_until = excluded.off_until, next = excluded.next",
        GARNER_ARGS(
            garner_text(name), garner_integer(row->cost.requests),
            garner_integer(row->cost.not_modified),
            garner_integer(row->cost.errors), garner_integer(row->cost.bytes),
            gn_cell_integer(row->last_us, row->last_us != 0),
            garner_integer(row->failures), garner_integer(row->openings),
            gn_cell_integer(row->open_until_us, row->open_until_us != 0),
            gn_cell_integer(row->off_until_us, row->off_until_us != 0),
            gn_cell_integer(row->next_us, row->next_us != 0)),
        err);
}

static int64_t integer(const struct garner_rows *rows, size_t column)
{
    return gn_cell_integer_or(garner_column(rows, column), 0);
}

enum garner_code gn_host_history_recall(struct garner_store *store,
                                        const char *name,
                                        struct gn_host_row *row,
                                        struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select requests, not_modified, errors, bytes, last, failures,"
        " openings, open_until, off_until, next"
        " from garner_host where name = ?",
        GARNER_ARGS(garner_text(name)), &rows, err);

    *row = (struct gn_host_row){0};
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        *row =
            (struct gn_host_row){.cost = {integer(rows, 0), integer(rows, 1),
                                          integer(rows, 2), integer(rows, 3)},
                                 .last_us = integer(rows, 4),
                                 .failures = (int)integer(rows, 5),
                                 .openings = (int)integer(rows, 6),
                                 .open_until_us = integer(rows, 7),
                                 .off_until_us = integer(rows, 8),
                                 .next_us = integer(rows, 9)};
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}
