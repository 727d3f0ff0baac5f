#include "extract/tablesql.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/htmltable.h"
#include "extract/nodeorder.h"

struct html_table {
    struct gn_each base;
    struct gn_document *document;
    struct gn_htmltable table;
};

/* The table that node is, or the first in it; NULL: there is none. */
static const xmlNode *table_in(const xmlNode *node)
{
    const xmlNode *n = node;

    while (n != NULL && (n->type != XML_ELEMENT_NODE ||
                         strcmp((const char *)n->name, "table") != 0))
        n = gn_nodeorder_after(n, node);
    return n;
}

static enum garner_code find_table(struct html_table *t, sqlite3_value *doc,
                                   const char *css, const xmlNode **out,
                                   struct garner_error *err)
{
    struct gn_htmlsql *h = t->base.context;
    struct gn_node node;
    xmlXPathObject *found = NULL;
    enum garner_code code = gn_documents_node(&h->documents, doc, &node, err);

    *out = NULL;
    if (code != GARNER_OK || node.document == NULL || css == NULL)
        return code;
    gn_document_hold(node.document);
    t->document = node.document;
    if (css[0] == '\0') {
        *out = table_in(node.node);
        return GARNER_OK;
    }
    code = gn_search_css(h->search, css, node.node, &found, err);
    if (code == GARNER_OK)
        *out = table_in(gn_search_first(found));
    xmlXPathFreeObject(found);
    return code;
}

static int table_open(struct gn_each *e, sqlite3_value **args)
{
    struct html_table *t = (struct html_table *)e;
    struct gn_htmlsql *h = e->context;
    struct garner_error err = {0};
    const xmlNode *table;
    enum garner_code code = find_table(
        t, args[0], (const char *)sqlite3_value_text(args[1]), &table, &err);

    if (code == GARNER_OK && table != NULL)
        code = gn_htmltable_open(&t->table, table, h->documents.budget, &err);
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = t->table.row == NULL;
    return SQLITE_OK;
}

static int table_next(struct gn_each *e)
{
    struct html_table *t = (struct html_table *)e;
    struct garner_error err = {0};

    if (gn_htmltable_next(&t->table, &err) != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = t->table.row == NULL;
    return SQLITE_OK;
}

static void table_close(struct gn_each *e)
{
    struct html_table *t = (struct html_table *)e;

    gn_htmltable_close(&t->table);
    gn_document_release(t->document);
}

static void write_row(const struct gn_htmltable *t, bool named,
                      struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, named ? '{' : '[');
    for (size_t i = 0; i < t->width && (!named || i < t->named); i++) {
        const struct gn_htmltable_column *c = &t->columns[i];

        if (named)
            gn_json_key(&json, gn_buf_cstr(&c->name));
        gn_json_text_n(&json, gn_buf_cstr(&c->text), c->text.size);
    }
    gn_json_close(&json, named ? '}' : ']');
}

static int table_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct html_table *t = (struct html_table *)e;
    struct gn_buf out = {0};

    if (column == 1 && t->table.named == 0)
        return SQLITE_OK; /* without a header, there are no names */
    write_row(&t->table, column == 1, &out);
    return gn_give_text(to, &out);
}

int gn_tablesql_register(sqlite3 *db, struct gn_htmlsql *h)
{
    static const struct gn_each_kind kind = {
        .name = "html_table",
        .columns = "i, rec, cells, doc hidden, css hidden, surplus hidden",
        .signature = "doc, css",
        .first = 3,
        .least = 2,
        .most = 2,
        .size = sizeof(struct html_table),
        .open = table_open,
        .next = table_next,
        .column = table_column,
        .close = table_close};

    return gn_each_register(db, &kind, h);
}
