#include "extract/ldjsonsql.h"

#include "extract/each.h"
#include "extract/give.h"
#include "extract/ldjson.h"

struct ldjson_each {
    struct gn_each base;
    struct gn_document *document;
    struct gn_ldjson ldjson;
};

static int ldjson_open(struct gn_each *e, sqlite3_value **args)
{
    struct ldjson_each *l = (struct ldjson_each *)e;
    struct garner_error err = {0};
    struct gn_node node;

    if (gn_documents_node(e->context, args[0], &node, &err) != GARNER_OK)
        return gn_give_failure(e, &err);
    if (node.document == NULL)
        return SQLITE_OK;
    gn_document_hold(node.document);
    l->document = node.document;
    if (!gn_ldjson_open(&l->ldjson, node.node))
        return SQLITE_NOMEM;
    e->done = l->ldjson.script == NULL;
    return SQLITE_OK;
}

static int ldjson_next(struct gn_each *e)
{
    struct ldjson_each *l = (struct ldjson_each *)e;

    if (!gn_ldjson_next(&l->ldjson))
        return SQLITE_NOMEM;
    e->done = l->ldjson.script == NULL;
    return SQLITE_OK;
}

static void ldjson_close(struct gn_each *e)
{
    struct ldjson_each *l = (struct ldjson_each *)e;

    gn_ldjson_close(&l->ldjson);
    gn_document_release(l->document);
}

enum ldjson_column {
    LDJSON_JSON = 1,
    LDJSON_TYPE,
    LDJSON_FAULT = LDJSON_TYPE + 3 /* after the arguments */
};

static int ldjson_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct ldjson_each *l = (struct ldjson_each *)e;
    struct gn_buf out = {0};

    if (column == LDJSON_JSON)
        gn_ldjson_object(&l->ldjson, &out);
    else if (column == LDJSON_TYPE)
        gn_ldjson_type(&l->ldjson, &out);
    else
        gn_buf_text(&out, gn_buf_cstr(&l->ldjson.fault));
    return gn_give_some(to, &out);
}

int gn_ldjsonsql_register(sqlite3 *db, struct gn_documents *documents)
{
    static const struct gn_each_kind kind = {
        .name = "ldjson_each",
        .columns = "i, json, type, doc hidden, surplus hidden, fault hidden",
        .signature = "doc",
        .first = 3,
        .least = 1,
        .most = 1,
        .size = sizeof(struct ldjson_each),
        .open = ldjson_open,
        .next = ldjson_next,
        .column = ldjson_column,
        .close = ldjson_close};

    return gn_each_register(db, &kind, documents);
}
