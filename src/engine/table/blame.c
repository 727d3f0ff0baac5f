#include "engine/table/blame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum { SHOWN = 60 }; /* bytes of a text */

static void add_value(struct gn_buf *text, const struct garner_value *v)
{
    size_t size = 0;

    switch (v->type) {
    case GARNER_INTEGER:
        gn_buf_printf(text, "%" PRId64, v->integer);
        break;
    case GARNER_REAL:
        gn_buf_printf(text, "%.15g", v->real);
        break;
    case GARNER_TEXT:
        while (size < v->bytes.size && size < SHOWN) {
            const char *at = (const char *)v->bytes.data + size;
            const size_t n = gn_utf8_length(at, v->bytes.size - size);

            if (n == 0 || (unsigned char)*at < ' ')
                break;
            size += n;
        }
        gn_buf_append(text, v->bytes.data, size);
        gn_buf_text(text, size < v->bytes.size ? "..." : "");
        break;
    case GARNER_BLOB:
        gn_buf_text(text, "a blob");
        break;
    case GARNER_NULL:
        gn_buf_text(text, "NULL");
        break;
    }
}

/* " (id 7, day 2026-11-26)" */
static void add_key(struct gn_buf *text, const struct gn_rows_spec *spec,
                    const struct gn_rowset *rows, size_t row)
{
    for (size_t k = 0; k < spec->key_count; k++) {
        size_t i = 0;

        while (i < rows->column_count &&
               strcasecmp(rows->columns[i], spec->key[k]) != 0)
            i++;
        gn_buf_printf(text, "%s%s ", k == 0 ? " (" : ", ", spec->key[k]);
        if (i < rows->column_count)
            add_value(text, &rows->values[row * rows->column_count + i]);
    }
    if (spec->key_count > 0)
        gn_buf_text(text, ")");
}

void gn_blame_row(const struct gn_rows_spec *spec, const struct gn_rowset *rows,
                  size_t row, const char *reason, struct gn_buf *text)
{
    gn_buf_printf(text, "row %zu of table %s", gn_rowset_number(rows, row),
                  spec->table);
    add_key(text, spec, rows, row);
    if (reason == NULL)
        gn_buf_text(text, " is there already, and conflict is error: none of "
                          "the rows is written");
    else
        gn_buf_printf(text, ": %s", reason);
}

/* Whether the table refused a row since one with its key is there already. */
static bool is_there(const struct gn_rows_spec *spec, const char *reason)
{
    return spec->conflict == GN_CONFLICT_ERROR &&
           strstr(reason, "UNIQUE constraint failed") != NULL;
}

void gn_blame(const struct gn_job *job, const char *message,
              struct gn_buf *text)
{
    size_t number = 0;
    int start = 0;

    if (sscanf(message, "statement %zu of %*u: %n", &number, &start) != 1 ||
        start == 0 || job->added == NULL || job->run.rows < 0) {
        gn_buf_text(text, message);
        return;
    }
    for (size_t i = 0; i < job->extraction.query_count; i++) {
        const struct gn_rows_spec *spec = &job->active->source->rows[i];
        const struct gn_rowset *rows = &job->extraction.queries[i].rows;
        const struct gn_added *added = &job->added[i];
        const char *reason = message + start;

        if (added->each == 0 || number < added->first ||
            (number - added->first) / added->each >= rows->row_count)
            continue;
        gn_blame_row(spec, rows, (number - added->first) / added->each,
                     is_there(spec, reason) ? NULL : reason, text);
        return;
    }
    gn_buf_text(text, message);
}
