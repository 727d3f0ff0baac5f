#include "engine/fingerprint.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mask.h"

/* Appends text with its length, so that neighbours cannot run into each other;
 * NULL is not "". */
static void add(struct gn_buf *out, const char *text)
{
    if (text == NULL)
        gn_buf_byte(out, '-');
    else
        gn_buf_printf(out, "%zu:%s", strlen(text), text);
}

/* The same with secrets of any length hidden. */
static void add_hidden(struct gn_buf *out, const char *text,
                       const struct gn_request *request)
{
    struct gn_buf hidden = {0};

    gn_mask(&hidden, text != NULL ? text : "", request->secrets, 1);
    add(out, gn_buf_cstr(&hidden));
    out->failed = out->failed || gn_buf_failed(&hidden);
    gn_buf_fini(&hidden);
}

/* Who asks decides what is answered; passwords and the like are secrets. */
static void add_identity(struct gn_buf *out, const struct gn_request *r)
{
    gn_buf_printf(out, "|%d%d%d ", r->login, r->keeps_cookies,
                  r->cookies != NULL);
    add_hidden(out, r->user, r);
    add(out, r->cert);
}

static void add_request(struct gn_buf *out, const struct gn_source *source)
{
    const struct gn_request *r = &source->request;
    const char *const *header = r->headers;

    add_hidden(out, r->url, r);
    add(out, r->method);
    for (; header != NULL && *header != NULL; header++)
        add_hidden(out, *header, r);
    gn_buf_printf(out, "|%d ", source->unconditional);
    if (source->save.path != NULL)
        add(out, source->save.path);
    add_hidden(out, r->body, r);
    if (r->login != GN_LOGIN_NONE || r->cert != NULL || r->keeps_cookies ||
        r->cookies != NULL)
        add_identity(out, r);
}

/* What is expected of an answer is part of what is made of it: one that has not
 * changed has to be looked at again when that does. */
static void add_expect(struct gn_buf *out, const struct gn_expect *e)
{
    gn_buf_byte(out, '!');
    add(out, e->match);
    add(out, e->not_match);
    for (size_t i = 0; i < e->status_count; i++)
        gn_buf_printf(out, "%d-%d ", e->statuses[i].first, e->statuses[i].last);
    for (size_t i = 0; i < e->type_count; i++)
        add(out, e->types[i]);
    gn_buf_printf(out, "%" PRId64 "-%" PRId64, e->min_size, e->max_size);
}

static void add_rows_expect(struct gn_buf *out, const struct gn_rows_expect *e)
{
    gn_buf_printf(out, "!%d %d %d ", e->min_rows, e->max_rows, e->max_drop);
    for (size_t i = 0; i < e->not_null_count; i++)
        add(out, e->not_null[i]);
    gn_buf_byte(out, '!');
    for (size_t i = 0; i < e->unique_count; i++)
        add(out, e->unique[i]);
}

static void add_rows(struct gn_buf *out, const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++) {
        const struct gn_rows_spec *rows = &source->rows[i];

        gn_buf_byte(out, '|');
        add(out, rows->table);
        add(out, rows->sql);
        for (size_t k = 0; k < rows->key_count; k++)
            add(out, rows->key[k]);
        if (rows->conflict != GN_CONFLICT_UPDATE)
            gn_buf_printf(out, "!c%d", (int)rows->conflict);
        if (rows->new_columns != GN_COLUMNS_EVOLVE)
            gn_buf_printf(out, "!n%d", (int)rows->new_columns);
        if (rows->bad_rows != GN_BAD_ROWS_FAIL)
            gn_buf_printf(out, "!b%d", (int)rows->bad_rows);
        for (size_t k = 0; k < rows->column_count; k++) {
            gn_buf_text(out, "!t");
            add(out, rows->columns[k].name);
            add(out, rows->columns[k].type);
        }
        if (rows->parent != NULL) {
            gn_buf_text(out, "!p");
            add(out, rows->parent->table);
        }
        if (rows->expect != NULL)
            add_rows_expect(out, rows->expect);
    }
    if (gn_config_has_next(source)) {
        gn_buf_printf(out, "!l%d %d", source->next.link, source->next.most);
        add(out, source->next.sql);
    }
    for (size_t i = 0; i < source->var_count; i++) {
        gn_buf_byte(out, '|');
        add(out, source->vars[i].name);
        add_hidden(out, source->vars[i].value, &source->request);
    }
}

enum garner_code gn_fingerprint(const struct gn_source *source, int64_t *out,
                                struct garner_error *err)
{
    struct gn_buf all = {0};
    enum garner_code code = GARNER_OK;

    add_request(&all, source);
    add_rows(&all, source);
    if (source->expect != NULL)
        add_expect(&all, source->expect);
    if (gn_buf_failed(&all))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for source %s",
                       source->name);
    else
        *out = (int64_t)gn_hash_add(GN_HASH_START, gn_buf_cstr(&all), all.size);
    gn_buf_fini(&all);
    return code;
}
