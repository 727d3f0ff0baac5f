#include "extract/jsonsql.h"

#include <errno.h>
#include <stdlib.h>

#include "extract/each.h"
#include "extract/excerpt.h"
#include "extract/give.h"
#include "extract/jsonfault.h"
#include "extract/jsonscan.h"
#include "extract/rowtext.h"

struct json_rows {
    struct gn_each base;
    struct gn_held text;
    const char *at;        /* the element */
    const char *end;       /* of it */
    const char *stop;      /* of the text */
    struct gn_rowtext row; /* of the element, if the text does not stay */
};

/* Stands on the element at at, or at the bracket behind the last. */
static void stand(struct json_rows *r, const char *at)
{
    r->at = gn_jsonscan_blank(at, r->stop);
    gn_rowtext_next(&r->row);
    r->base.done = *r->at == ']';
    r->end = r->base.done ? r->at : gn_jsonscan_end(r->at, r->stop);
}

static int refuse(struct json_rows *r)
{
    const char *text = r->text.data;
    char excerpt[GN_EXCERPT_SIZE];
    struct gn_json_fault fault;
    struct gn_place place;

    if (r->text.size == 0)
        return gn_each_fail(&r->base, "the text is empty, not JSON");
    if (!gn_json_fault(text, r->text.size, &fault))
        return SQLITE_OK;
    gn_excerpt(excerpt, text, r->text.size, fault.at);
    place = gn_place_of(text, r->text.size, fault.at);
    return gn_each_fail(&r->base,
                        "no JSON from line %zu, column %zu on: %s: %s",
                        place.line, place.column, fault.what, excerpt);
}

static int rows_open(struct gn_each *e, sqlite3_value **args)
{
    struct json_rows *r = (struct json_rows *)e;
    const struct gn_jsonsql *context = e->context;
    const char *path =
        args[1] != NULL ? (const char *)sqlite3_value_text(args[1]) : "$";
    enum garner_code code;
    size_t fault;
    int rc;

    r->row.arrow = context->arrow;
    if (!gn_held_init(&r->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    if (r->text.data == NULL || path == NULL)
        return SQLITE_OK;
    rc = refuse(r);
    if (rc != SQLITE_OK)
        return rc;
    r->stop = r->text.data + r->text.size;
    code = gn_jsonscan_find(gn_jsonscan_blank(r->text.data, r->stop), r->stop,
                            path, &r->at, &fault);
    if (code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    if (code != GARNER_OK)
        return gn_each_fail(e,
                            "the path \"%.60s\" is wrong at column %zu: it "
                            "is like $.name[0].\"other name\"",
                            path, fault + 1);
    if (r->at == NULL)
        return gn_each_fail(e, "there is nothing at %.60s", path);
    if (*r->at != '[')
        return gn_each_fail(e, "what is at %.60s is no array", path);
    stand(r, r->at + 1);
    return SQLITE_OK;
}

static int rows_next(struct gn_each *e)
{
    struct json_rows *r = (struct json_rows *)e;
    const char *at = gn_jsonscan_blank(r->end, r->stop);

    stand(r, *at == ',' ? at + 1 : at);
    return SQLITE_OK;
}

static void rows_close(struct gn_each *e)
{
    struct json_rows *r = (struct json_rows *)e;

    gn_rowtext_fini(&r->row);
    gn_held_fini(&r->text);
}

static void give_number(const struct json_rows *r, sqlite3_context *to)
{
    char *end;
    long long integer;

    /* what stands behind it ends it for these too */
    errno = 0;
    integer = strtoll(r->at, &end, 10);
    if (errno == 0 && end == r->end)
        sqlite3_result_int64(to, integer);
    else
        sqlite3_result_double(to, strtod(r->at, NULL));
}

static int give_string(const struct json_rows *r, sqlite3_context *to)
{
    struct gn_buf out = {0};

    gn_jsonscan_text(r->at, r->end, &out);
    return gn_give_text(to, &out);
}

/* An object or array lies in the body, which stays where it is, or goes when
 * the rows do. */
static int give_container(struct json_rows *r, sqlite3_context *to)
{
    const struct gn_jsonsql *context = r->base.context;
    const size_t size = (size_t)(r->end - r->at);
    struct gn_buf *out;
    int rc = SQLITE_OK;

    if (r->text.copy == NULL) {
        sqlite3_result_text64(to, r->at, size, SQLITE_STATIC, SQLITE_UTF8);
        gn_arrow_know(context->arrow, r->at, size, true);
    } else {
        out = gn_rowtext_begin(&r->row);
        if (out != NULL)
            gn_buf_append(out, r->at, size);
        rc = gn_rowtext_give(&r->row, to);
    }
    sqlite3_result_subtype(to, 'J'); /* as SQLite's JSON functions do */
    return rc;
}

static int rows_column(struct gn_each *e, sqlite3_context *to, int column)
{
    struct json_rows *r = (struct json_rows *)e;

    (void)column;
    switch (*r->at) {
    case '{':
    case '[':
        return give_container(r, to);
    case '"':
        return give_string(r, to);
    case 't':
    case 'f':
        sqlite3_result_int(to, *r->at == 't');
        return SQLITE_OK;
    case 'n':
        return SQLITE_OK;
    default:
        give_number(r, to);
        return SQLITE_OK;
    }
}

static struct gn_arrow *rows_arrow(void *context)
{
    return ((struct gn_jsonsql *)context)->arrow;
}

int gn_jsonsql_register(sqlite3 *db, struct gn_jsonsql *j)
{
    static const struct gn_each_kind kind = {
        .name = "json_rows",
        .columns = "i, value, doc hidden, path hidden, surplus hidden",
        .signature = "doc[, path]",
        .first = 2,
        .least = 1,
        .most = 2,
        .size = sizeof(struct json_rows),
        .open = rows_open,
        .next = rows_next,
        .column = rows_column,
        .close = rows_close,
        .arrow = rows_arrow};

    return gn_each_register(db, &kind, j);
}
