#include "extract/htmlsql.h"

#include <stdbool.h>

#include "base/buf.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/nodetext.h"

/* --- html_each, xpath_each ------------------------------------------------*/

enum found_column {
    FOUND_TAG = 1,
    FOUND_TEXT,
    FOUND_HTML,
    FOUND_ATTRS,
    FOUND_NODE = FOUND_ATTRS + 4 /* after the arguments */
};

struct found {
    struct gn_each base;
    struct gn_document *document;
    xmlXPathObject *object; /* a set of nodes, or a single value */
};

static int open_found(struct gn_each *e, sqlite3_value **args, bool is_css)
{
    struct found *f = (struct found *)e;
    struct gn_htmlsql *h = e->context;
    const char *what = (const char *)sqlite3_value_text(args[1]);
    struct garner_error err = {0};
    struct gn_node node;
    enum garner_code code =
        gn_documents_node(&h->documents, args[0], &node, &err);

    if (code == GARNER_OK && (node.document == NULL || what == NULL))
        return SQLITE_OK;
    if (code == GARNER_OK) {
        gn_document_hold(node.document);
        f->document = node.document;
        code =
            is_css
                ? gn_search_css(h->search, what, node.node, &f->object, &err)
                : gn_search_xpath(h->search, what, node.node, &f->object, &err);
    }
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = gn_search_count(f->object) == 0;
    return SQLITE_OK;
}

static int open_css(struct gn_each *e, sqlite3_value **args)
{
    return open_found(e, args, true);
}

static int open_xpath(struct gn_each *e, sqlite3_value **args)
{
    return open_found(e, args, false);
}

static int next_found(struct gn_each *e)
{
    e->done = (size_t)e->row > gn_search_count(((struct found *)e)->object);
    return SQLITE_OK;
}

static void close_found(struct gn_each *e)
{
    struct found *f = (struct found *)e;

    xmlXPathFreeObject(f->object);
    gn_document_release(f->document);
}

static int column_found(struct gn_each *e, sqlite3_context *to, int column)
{
    struct found *f = (struct found *)e;
    struct gn_htmlsql *h = e->context;
    struct gn_buf out = {0};
    xmlNode *node;

    if (f->object->type != XPATH_NODESET) {
        if (column == FOUND_TEXT)
            gn_give_found(to, f->object);
        return SQLITE_OK;
    }
    node = f->object->nodesetval->nodeTab[e->row - 1];
    switch ((enum found_column)column) {
    case FOUND_TAG:
        gn_nodetext_name(node, &out);
        break;
    case FOUND_TEXT:
        gn_nodetext_text(node, &out);
        break;
    case FOUND_HTML:
        gn_nodetext_html(node, &out);
        break;
    case FOUND_ATTRS:
        gn_nodetext_attributes(node, &out);
        break;
    case FOUND_NODE:
        if (node->type != XML_NAMESPACE_DECL) /* it goes with the set */
            gn_documents_result(&h->documents, to,
                                (struct gn_node){f->document, node});
        return SQLITE_OK;
    }
    return gn_give_text(to, &out);
}

static const struct gn_each_kind kinds[] = {
    {.name = "html_each",
     .columns = "i, tag, text, html, attrs, doc hidden, css hidden, "
                "surplus hidden, node hidden",
     .signature = "doc, css",
     .first = 5,
     .least = 2,
     .most = 2,
     .size = sizeof(struct found),
     .open = open_css,
     .next = next_found,
     .column = column_found,
     .close = close_found},
    {.name = "xpath_each",
     .columns = "i, tag, text, html, attrs, doc hidden, xpath hidden, "
                "surplus hidden, node hidden",
     .signature = "doc, xpath",
     .first = 5,
     .least = 2,
     .most = 2,
     .size = sizeof(struct found),
     .open = open_xpath,
     .next = next_found,
     .column = column_found,
     .close = close_found},
};

/* --- html_text, html_attr -------------------------------------------------*/

/* What css finds first in the document or node; "", or no selector: that
 * itself. *node is NULL if there is nothing. */
static enum garner_code find_first(struct gn_htmlsql *h, sqlite3_value *doc,
                                   const char *css, xmlNode **node,
                                   struct garner_error *err)
{
    struct gn_node from;
    xmlXPathObject *found = NULL;
    enum garner_code code = gn_documents_node(&h->documents, doc, &from, err);

    *node = from.node;
    if (code != GARNER_OK || from.node == NULL || css[0] == '\0')
        return code;
    code = gn_search_css(h->search, css, from.node, &found, err);
    *node = code == GARNER_OK ? gn_search_first(found) : NULL;
    xmlXPathFreeObject(found);
    return code;
}

static void html_text(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_htmlsql *h = sqlite3_user_data(to);
    const char *css = argc > 1 ? (const char *)sqlite3_value_text(argv[1]) : "";
    struct garner_error err = {0};
    struct gn_buf out = {0};
    xmlNode *node;

    if (css == NULL)
        return;
    if (find_first(h, argv[0], css, &node, &err) != GARNER_OK) {
        gn_give_error(to, "html_text", &err);
    } else if (node != NULL) {
        gn_nodetext_text(node, &out);
        gn_give_result(to, &out);
    }
}

static void html_attr(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_htmlsql *h = sqlite3_user_data(to);
    const char *css = (const char *)sqlite3_value_text(argv[1]);
    const char *name = (const char *)sqlite3_value_text(argv[2]);
    struct garner_error err = {0};
    const char *value;
    xmlNode *node;

    (void)argc;
    if (css == NULL || name == NULL)
        return;
    if (find_first(h, argv[0], css, &node, &err) != GARNER_OK) {
        gn_give_error(to, "html_attr", &err);
        return;
    }
    value = node != NULL ? gn_nodetext_attribute(node, name) : NULL;
    if (value != NULL)
        sqlite3_result_text(to, value, -1, SQLITE_TRANSIENT);
}

int gn_htmlsql_register(sqlite3 *db, struct gn_htmlsql *h)
{
    static const struct gn_function functions[] = {
        {"html_text", 1, html_text},
        {"html_text", 2, html_text},
        {"html_attr", 3, html_attr},
    };
    int rc = SQLITE_OK;

    if (rc == SQLITE_OK)
        rc = gn_give_functions(db, functions,
                               sizeof functions / sizeof functions[0], h);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof kinds / sizeof kinds[0];
         i++)
        rc = gn_each_register(db, &kinds[i], h);
    return rc;
}
