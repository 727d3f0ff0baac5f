#include "cli/stored.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/urlnorm.h"
#include "crawl/urlkey.h"
#include "garner/read.h"

static char *copy(struct garner_value v)
{
    return v.type == GARNER_TEXT ? gn_memdup(v.bytes.data, v.bytes.size) : NULL;
}

static enum garner_code take(const struct garner_rows *rows, struct gn_one *one,
                             struct garner_error *err)
{
    const struct garner_value status = garner_column(rows, 0);
    const struct garner_value url = garner_column(rows, 1);
    const struct garner_value type = garner_column(rows, 2);
    const struct garner_value body = garner_column(rows, 4);

    *one = (struct gn_one){.status = (int)status.integer,
                           .final_url = copy(url),
                           .content_type = copy(type),
                           .page = (int)garner_column(rows, 6).integer,
                           .rowless = garner_column(rows, 7).integer != 0,
                           .started_wall_us = garner_column(rows, 3).integer};
    if (body.type == GARNER_BLOB || body.type == GARNER_TEXT)
        gn_buf_append(&one->body, body.bytes.data, body.bytes.size);
    if (!gn_buf_failed(&one->body) &&
        (one->final_url != NULL || url.type != GARNER_TEXT) &&
        (one->content_type != NULL || type.type != GARNER_TEXT))
        return GARNER_OK;
    gn_one_fini(one);
    return gn_fail(err, GARNER_NOMEM, "out of memory for a stored body");
}

enum garner_code gn_stored_answer(struct garner_store *store,
                                  const char *source, int64_t run,
                                  struct gn_one *one, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select r.status, r.url, b.content_type, r.started, body_of(b.id),"
        " iif(b.codec = 'file', cast(b.data as text), null), r.page,"
        " r.noindex or r.failure is 'redirect'"
        " from garner_run r join garner_source s on s.id = r.source"
        " join garner_body b on b.id = r.body where r.id = ?1 and s.name = ?2",
        GARNER_ARGS(garner_integer(run), garner_text(source)), &rows, err);

    if (code == GARNER_SQL)
        return gn_fail(err, GARNER_NOTFOUND,
                       "nothing was collected there yet, or by an older "
                       "garner: 'garner run' makes the tables of runs and "
                       "bodies");
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW && garner_column(rows, 5).type == GARNER_TEXT)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "the body of run %" PRId64 " was saved to a file: "
                       "%.200s",
                       run, (const char *)garner_column(rows, 5).bytes.data);
    else if (code == GARNER_ROW)
        code = take(rows, one, err);
    else if (code == GARNER_DONE)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "source %.100s has no run %" PRId64
                       " whose body is kept; 'garner query DB \"select id, "
                       "body from garner_log\"' lists its runs",
                       source, run);
    garner_rows_close(rows);
    return code;
}

/* *found: the page is there. */
static enum garner_code find_page(struct garner_store *store, const char *sql,
                                  const char *source, struct garner_value by,
                                  struct gn_one *one, bool *found,
                                  struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store, sql, GARNER_ARGS(garner_text(source), by), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    *found = code == GARNER_ROW;
    if (*found) {
        one->depth = (int)garner_column(rows, 0).integer;
        one->is_sitemap = garner_column(rows, 1).integer != 0;
        one->rowless = one->rowless || one->is_sitemap;
        one->page_url = copy(garner_column(rows, 2));
        if (one->page_url == NULL)
            code = gn_fail(err, GARNER_NOMEM, "out of memory for a URL");
    }
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

#define FIND_PAGE                                                              \
    "select f.depth, f.sitemap is 1, f.url from garner_source s"               \
    " join garner_frontier f on f.source = s.id where s.name = ?1 and "

enum garner_code gn_stored_page(struct garner_store *store, const char *source,
                                struct gn_one *one, struct garner_error *err)
{
    struct gn_buf url = {0};
    bool found = false;
    enum garner_code code = gn_urlnorm(one->final_url, &url, err);

    if (code == GARNER_OK)
        code = find_page(store, FIND_PAGE "f.hash = ?2", source,
                         garner_integer(gn_urlkey(url.data, url.size)), one,
                         &found, err);
    if (code == GARNER_OK && !found) /* it was redirected there */
        code = find_page(store, FIND_PAGE "f.answer_url = ?2 limit 1", source,
                         garner_text(one->final_url), one, &found, err);
    gn_buf_fini(&url);
    return code;
}

enum garner_code gn_stored_good_rows(struct garner_store *store,
                                     const char *source, int64_t before[],
                                     size_t count, struct garner_error *err)
{
    struct garner_rows *rows;
    size_t i = 0;
    enum garner_code code =
        garner_query(store,
                     "select j.value from garner_source s"
                     " join json_each(s.good_rows) j where s.name = ?"
                     " order by j.key",
                     GARNER_ARGS(garner_text(source)), &rows, err);

    while (code == GARNER_SQL && i < count)
        before[i++] = -1; /* nothing was collected: there is no such table */
    if (code != GARNER_OK)
        return code == GARNER_SQL ? GARNER_OK : code;
    while (i < count && (code = garner_next(rows, err)) == GARNER_ROW)
        before[i++] = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    while (i < count)
        before[i++] = -1;
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_stored_cookies(struct garner_store *store,
                                   const char *source, struct gn_buf *jar,
                                   struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "select cookies from garner_source where name = ?",
                     GARNER_ARGS(garner_text(source)), &rows, err);

    if (code != GARNER_OK) /* SQL: nothing was collected */
        return code == GARNER_SQL ? GARNER_OK : code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW) {
        const struct garner_value v = garner_column(rows, 0);

        if (v.type == GARNER_TEXT)
            gn_buf_append(jar, v.bytes.data, v.bytes.size);
    }
    garner_rows_close(rows);
    if (gn_buf_failed(jar))
        return gn_fail(err, GARNER_NOMEM, "out of memory for cookies");
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}
