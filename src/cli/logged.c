#include "cli/logged.h"

#include "base/error.h"
#include "cli/text.h"
#include "garner/read.h"

static const char lines[] = GN_LOGGED_OF(
    GN_LOGGED_STARTED
    " || ' ' || r.name || ' ' || case"
    " when r.missed > 0 then 'missed ' || r.missed || ': ' || r.error"
    " when r.failure is not null then 'failed: ' || coalesce(r.error, "
    "r.failure)"
    " else r.status || ' in ' || round(r.duration_us / 1e3, 1) || ' ms'"
    " || iif(r.bytes is null, ', nothing new', ', ' || r.bytes || ' bytes')"
    " || iif(r.rows is null, '', ', ' || r.rows || ' rows') end"
    " || case when r.attempt > 1 then ', attempt ' || r.attempt"
    " when r.attempt = 0 then ', by hand' else '' end");

enum garner_code gn_logged_find(struct garner_store *store, const char *source,
                                struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code;

    if (source == NULL)
        return GARNER_OK;
    code = garner_query(store,
                        "select 1 from garner_source where name = ?1 or name "
                        "glob ?1 limit 1",
                        GARNER_ARGS(garner_text(source)), &rows, err);
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND,
                       "the store has no source named \"%.100s\"; 'garner "
                       "status' lists them",
                       source);
    return code == GARNER_ROW ? GARNER_OK : code;
}

enum garner_code gn_logged_lines(struct garner_store *store, const char *source,
                                 int64_t since_us, int64_t most,
                                 struct gn_buf *out, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, lines,
                     GARNER_ARGS(garner_text(source), garner_integer(since_us),
                                 garner_integer(most)),
                     &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        const struct garner_value v = garner_column(rows, 0);

        if (v.type == GARNER_TEXT)
            (void)gn_text_show(out, v.bytes.data, v.bytes.size, SIZE_MAX);
        gn_buf_byte(out, '\n');
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}
