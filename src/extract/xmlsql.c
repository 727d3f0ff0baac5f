#include "extract/xmlsql.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/xmlnode.h"

/* --- namespaces -----------------------------------------------------------*/

/* Those that are declared where node stands: the nearest of a prefix counts. */
static bool use_declared(struct gn_search *s, xmlNode *node)
{
    xmlNs **list;
    size_t count = 0;
    bool ok = true;

    if (node->type == XML_DOCUMENT_NODE)
        node = xmlDocGetRootElement((xmlDoc *)node);
    list =
        node->type == XML_ELEMENT_NODE ? xmlGetNsList(node->doc, node) : NULL;
    while (list != NULL && list[count] != NULL)
        count++;
    while (ok && count-- > 0)
        if (list[count]->prefix != NULL)
            ok = gn_search_prefix(s, (const char *)list[count]->prefix,
                                  (const char *)list[count]->href);
    xmlFree(list);
    return ok;
}

static enum garner_code no_map(struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "namespaces are no JSON object of texts, such as "
                   "{\"a\":\"http://www.w3.org/2005/Atom\"}");
}

/* Those of a JSON object, which SQLite reads. */
static enum garner_code use_map(struct gn_xmlsql *x, sqlite3_value *map,
                                struct garner_error *err)
{
    static const char sql[] = "select key, value, type = 'text' and "
                              "json_type(?1) = 'object' from json_each(?1)";
    enum garner_code code = GARNER_OK;
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(x->db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(stmt, 1, map);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    for (; rc == SQLITE_ROW && code == GARNER_OK; rc = sqlite3_step(stmt)) {
        const char *prefix = (const char *)sqlite3_column_text(stmt, 0);
        const char *uri = (const char *)sqlite3_column_text(stmt, 1);

        if (sqlite3_column_int(stmt, 2) != 1 || prefix == NULL ||
            prefix[0] == '\0' || uri == NULL)
            code = no_map(err);
        else if (!gn_search_prefix(x->search, prefix, uri))
            code = gn_fail(err, GARNER_NOMEM, "no memory for a namespace");
    }
    sqlite3_finalize(stmt);
    if (code == GARNER_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
        code = rc == SQLITE_NOMEM
                   ? gn_fail(err, GARNER_NOMEM, "no memory for namespaces")
                   : no_map(err);
    return code;
}

/* --- both -----------------------------------------------------------------*/

/* What args (doc, xpath, namespaces or NULL) ask for. *found NULL: nothing, for
 * one of them is NULL. The document of *node is to be released. */
static enum garner_code find(struct gn_xmlsql *x, sqlite3_value **args,
                             struct gn_node *node, xmlXPathObject **found,
                             struct garner_error *err)
{
    const char *xpath = (const char *)sqlite3_value_text(args[1]);
    enum garner_code code = gn_documents_xml(x->documents, args[0], node, err);

    *found = NULL;
    if (code != GARNER_OK || node->document == NULL || xpath == NULL) {
        node->document = NULL;
        return code;
    }
    gn_document_hold(node->document);
    if (!use_declared(x->search, node->node))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a namespace");
    else if (args[2] != NULL && sqlite3_value_type(args[2]) != SQLITE_NULL)
        code = use_map(x, args[2], err);
    if (code == GARNER_OK)
        code = gn_search_xpath(x->search, xpath, node->node, found, err);
    gn_search_no_prefixes(x->search);
    return code;
}

/* --- xml_each -------------------------------------------------------------*/

enum xml_column {
    XML_TAG = 1,
    XML_TEXT,
    XML_XML,
    XML_ATTRS,
    XML_NODE = XML_ATTRS + 5 /* after the arguments */
};

struct xml_each {
    struct gn_each base;
    struct gn_document *document;
    xmlXPathObject *found;
};

static int xml_open(struct gn_each *e, sqlite3_value **args)
{
    struct xml_each *x = (struct xml_each *)e;
    struct garner_error err = {0};
    struct gn_node node;
    const enum garner_code code =
        find(e->context, args, &node, &x->found, &err);

    x->document = node.document;
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = x->found == NULL || gn_search_count(x->found) == 0;
    return SQLITE_OK;
}

static int xml_next(struct gn_each *e)
{
    e->done = (size_t)e->row > gn_search_count(((struct xml_each *)e)->found);
    return SQLITE_OK;
}

static void xml_close(struct gn_each *e)
{
    struct xml_each *x = (struct xml_each *)e;

    xmlXPathFreeObject(x->found);
    gn_document_release(x->document);
}

static int xml_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct xml_each *x = (struct xml_each *)e;
    struct gn_xmlsql *context = e->context;
    struct gn_buf out = {0};
    xmlNode *node;

    if (x->found->type != XPATH_NODESET) {
        if (column == XML_TEXT)
            gn_give_found(to, x->found);
        return SQLITE_OK;
    }
    node = x->found->nodesetval->nodeTab[e->row - 1];
    if (column == XML_TAG) {
        gn_xmlnode_name(node, &out);
    } else if (column == XML_TEXT) {
        gn_xmlnode_text(node, &out);
    } else if (column == XML_XML) {
        gn_xmlnode_xml(node, &out);
    } else if (column == XML_ATTRS) {
        gn_xmlnode_attributes(node, &out);
    } else {
        if (node->type != XML_NAMESPACE_DECL) /* it goes with the set */
            gn_documents_result(context->documents, to,
                                (struct gn_node){x->document, node});
        return SQLITE_OK;
    }
    return gn_give_text(to, &out);
}

/* --- xml_text -------------------------------------------------------------*/

static void xml_text(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_xmlsql *x = sqlite3_user_data(to);
    sqlite3_value *args[3] = {argv[0], argv[1], argc > 2 ? argv[2] : NULL};
    struct garner_error err = {0};
    struct gn_buf out = {0};
    struct gn_node node = {NULL, NULL};
    xmlXPathObject *found;

    if (find(x, args, &node, &found, &err) != GARNER_OK) {
        gn_give_error(to, "xml_text", &err);
    } else if (found != NULL && found->type != XPATH_NODESET) {
        gn_give_found(to, found);
    } else if (found != NULL && gn_search_first(found) != NULL) {
        gn_xmlnode_text(gn_search_first(found), &out);
        gn_give_result(to, &out);
    }
    xmlXPathFreeObject(found);
    gn_document_release(node.document);
}

int gn_xmlsql_register(sqlite3 *db, struct gn_xmlsql *x)
{
    static const struct gn_each_kind kind = {
        .name = "xml_each",
        .columns = "i, tag, text, xml, attrs, doc hidden, xpath hidden, "
                   "namespaces hidden, surplus hidden, node hidden",
        .signature = "doc, xpath[, namespaces]",
        .first = 5,
        .least = 2,
        .most = 3,
        .size = sizeof(struct xml_each),
        .open = xml_open,
        .next = xml_next,
        .column = xml_column,
        .close = xml_close};
    static const struct gn_function functions[] = {
        {"xml_text", 2, xml_text},
        {"xml_text", 3, xml_text},
    };
    int rc;

    x->db = db;
    rc = gn_each_register(db, &kind, x);
    if (rc == SQLITE_OK)
        rc = gn_give_functions(db, functions,
                               sizeof functions / sizeof functions[0], x);
    return rc;
}
