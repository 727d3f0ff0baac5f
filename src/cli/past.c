#include "cli/past.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/unit.h"
#include "garner/read.h"

void gn_past_fini(struct gn_past *past)
{
    gn_free(past->source);
    gn_free(past->data);
    *past = (struct gn_past){0};
}

#define RUNS(condition)                                                        \
    "select r.id, r.body, strftime('%Y-%m-%d %H:%M:%f', r.started / 1e6,"      \
    " 'unixepoch'), coalesce(s.name, r.url), body_of(r.body), r.error,"        \
    " (select cast(data as text) from garner_body where id = r.body"           \
    "  and codec = 'file')"                                                    \
    " from garner_run r left join garner_source s on s.id = r.source"          \
    " where " condition

/* Not what an error said in place of the page. */
#define GOOD                                                                   \
    " s.name = ?1 and r.body is not null"                                      \
    " and (r.failure is null or r.failure <> 'http')"

static enum garner_code keep(const struct garner_rows *rows, int64_t run,
                             struct gn_past *past, struct garner_error *err)
{
    const struct garner_value started = garner_column(rows, 2);
    const struct garner_value source = garner_column(rows, 3);
    const struct garner_value data = garner_column(rows, 4);
    const struct garner_value error = garner_column(rows, 5);
    const struct garner_value file = garner_column(rows, 6);

    if (file.type == GARNER_TEXT)
        return gn_fail(err, GARNER_NOTFOUND,
                       "the body of run %" PRId64 " was saved to a file: "
                       "%.200s",
                       run, (const char *)file.bytes.data);
    if (data.type != GARNER_BLOB && data.type != GARNER_TEXT)
        return gn_fail(
            err, GARNER_NOTFOUND, "run %" PRId64 " got no body%s%.*s", run,
            error.type == GARNER_TEXT ? ": " : ", or it was deleted",
            error.type == GARNER_TEXT && error.bytes.size < 150
                ? (int)error.bytes.size
                : 0,
            error.type == GARNER_TEXT ? (const char *)error.bytes.data : "");
    past->run = garner_column(rows, 0).integer;
    past->body = garner_column(rows, 1).integer;
    if (started.type == GARNER_TEXT &&
        started.bytes.size < sizeof past->started)
        memcpy(past->started, started.bytes.data, started.bytes.size);
    past->source = gn_memdup(source.bytes.data, source.bytes.size);
    past->data = gn_memdup(data.bytes.data, data.bytes.size);
    past->size = data.bytes.size;
    if (past->source != NULL && past->data != NULL)
        return GARNER_OK;
    gn_past_fini(past);
    return gn_fail(err, GARNER_NOMEM, "out of memory for a body");
}

/* A store that no collector has used has no runs. */
static enum garner_code explain(enum garner_code code, struct garner_error *err)
{
    if (code == GARNER_SQL && strstr(err->message, "no such table") != NULL)
        return gn_fail(err, GARNER_NOTFOUND,
                       "there are no runs in it; 'garner run' and 'garner get "
                       "--db' make them");
    return code;
}

/* DONE: there is none. */
static enum garner_code find(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             struct gn_past *past, struct garner_error *err)
{
    struct garner_rows *rows = NULL;
    enum garner_code code = garner_query(store, sql, args, count, &rows, err);

    *past = (struct gn_past){0};
    if (code == GARNER_OK)
        code = garner_next(rows, err);
    if (code == GARNER_ROW)
        code = keep(rows, garner_column(rows, 0).integer, past, err);
    garner_rows_close(rows);
    return explain(code, err);
}

enum garner_code gn_past_run(struct garner_store *store, int64_t run,
                             struct gn_past *past, struct garner_error *err)
{
    const enum garner_code code = find(
        store, RUNS("r.id = ?1"), GARNER_ARGS(garner_integer(run)), past, err);

    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND,
                       "there is no run %" PRId64 "; the view garner_log has "
                       "their numbers",
                       run);
    return code;
}

/* Why there is none of source. */
static enum garner_code none(struct garner_store *store, const char *source,
                             struct garner_error *err)
{
    struct garner_rows *rows = NULL;
    enum garner_code code =
        garner_query(store, "select 1 from garner_source where name = ?",
                     GARNER_ARGS(garner_text(source)), &rows, err);

    if (code == GARNER_OK)
        code = garner_next(rows, err);
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND,
                       "no source is named %.150s; 'garner status' lists them",
                       source);
    if (code == GARNER_ROW)
        return gn_fail(err, GARNER_NOTFOUND, "%.150s has no such body", source);
    return code;
}

enum garner_code gn_past_at(struct garner_store *store, const char *source,
                            int64_t until_us, int64_t other,
                            struct gn_past *past, struct garner_error *err)
{
    const enum garner_code code =
        find(store,
             RUNS(GOOD " and r.started <= ?2 and r.body <> ?3"
                       " order by r.id desc limit 1"),
             GARNER_ARGS(garner_text(source), garner_integer(until_us),
                         garner_integer(other)),
             past, err);

    return code == GARNER_DONE ? none(store, source, err) : code;
}

enum garner_code gn_past_first(struct garner_store *store, const char *source,
                               struct gn_past *past, struct garner_error *err)
{
    const enum garner_code code =
        find(store, RUNS(GOOD " order by r.id limit 1"),
             GARNER_ARGS(garner_text(source)), past, err);

    return code == GARNER_DONE ? none(store, source, err) : code;
}

enum gn_exit gn_past_failed(const struct garner_error *err)
{
    const enum gn_exit status = gn_exit_error(err);

    return err->code == GARNER_NOTFOUND ? GN_EXIT_FAILED : status;
}

bool gn_past_number(const char *text, int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && *number > 0 && *end == '\0' && text[0] >= '0' &&
           text[0] <= '9';
}

enum garner_code gn_past_moment(struct garner_store *store, const char *text,
                                int64_t now_us, int64_t *us,
                                struct garner_error *err)
{
    struct garner_rows *rows = NULL;
    enum garner_code code;
    int64_t ms;

    if (gn_unit_duration(text, &ms, NULL) == GARNER_OK) {
        *us = now_us - ms * 1000;
        return GARNER_OK;
    }
    code = garner_query(store,
                        "select unixepoch(?1) * 1000000"
                        " where ?1 like '____-__-__%'",
                        GARNER_ARGS(garner_text(text)), &rows, err);
    if (code == GARNER_OK)
        code = garner_next(rows, err);
    if (code == GARNER_DONE ||
        (code == GARNER_ROW && garner_column(rows, 0).type != GARNER_INTEGER))
        code = gn_fail(err, GARNER_INVALID,
                       "\"%.60s\" is no time; write one like 2026-08-01, "
                       "\"2026-08-01 12:00\" (UTC), or 2d for two days ago",
                       text);
    else if (code == GARNER_ROW)
        *us = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return code == GARNER_ROW ? GARNER_OK : code;
}
