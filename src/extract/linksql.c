#include "extract/linksql.h"

#include "base/error.h"
#include "base/url_join.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/links.h"
#include "extract/nodetext.h"

/* --- links_each -----------------------------------------------------------*/

struct links_each {
    struct gn_each base;
    struct gn_document *document;
    const xmlNode *top;    /* that or ... */
    xmlXPathObject *found; /* ... what css finds in it */
    struct gn_links links;
};

static bool start(struct links_each *l, const char *base)
{
    const xmlNodeSet *set = l->found != NULL ? l->found->nodesetval : NULL;

    if (l->found == NULL)
        return gn_links_open(&l->links, &l->top, 1, base);
    return gn_links_open(
        &l->links, set != NULL ? (const xmlNode *const *)set->nodeTab : NULL,
        set != NULL ? (size_t)set->nodeNr : 0, base);
}

static int links_open(struct gn_each *e, sqlite3_value **args)
{
    struct links_each *l = (struct links_each *)e;
    struct gn_htmlsql *h = e->context;
    struct garner_error err = {0};
    struct gn_node node;
    const char *base =
        args[1] != NULL ? (const char *)sqlite3_value_text(args[1]) : NULL;
    const char *css =
        args[2] != NULL ? (const char *)sqlite3_value_text(args[2]) : NULL;
    enum garner_code code =
        gn_documents_node(&h->documents, args[0], &node, &err);

    if (code == GARNER_OK && node.document == NULL)
        return SQLITE_OK;
    if (code == GARNER_OK) {
        gn_document_hold(node.document);
        l->document = node.document;
        l->top = node.node;
    }
    if (code == GARNER_OK && css != NULL)
        code = gn_search_css(h->search, css, node.node, &l->found, &err);
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    if (!start(l, base))
        return SQLITE_NOMEM;
    e->done = l->links.link == NULL;
    return SQLITE_OK;
}

static int links_next(struct gn_each *e)
{
    struct links_each *l = (struct links_each *)e;

    if (!gn_links_next(&l->links))
        return SQLITE_NOMEM;
    e->done = l->links.link == NULL;
    return SQLITE_OK;
}

static void links_close(struct gn_each *e)
{
    struct links_each *l = (struct links_each *)e;

    gn_links_close(&l->links);
    xmlXPathFreeObject(l->found);
    gn_document_release(l->document);
}

enum links_column {
    LINKS_URL = 1,
    LINKS_TEXT,
    LINKS_REL,
    LINKS_TAG,
    LINKS_NOFOLLOW
};

static int links_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct links_each *l = (struct links_each *)e;
    struct gn_buf out = {0};
    const char *rel;

    switch ((enum links_column)column) {
    case LINKS_URL:
        sqlite3_result_text(to, gn_buf_cstr(&l->links.url), -1,
                            SQLITE_TRANSIENT);
        break;
    case LINKS_TEXT:
        gn_links_text(&l->links, &out);
        return gn_give_some(to, &out);
    case LINKS_REL:
        rel = gn_nodetext_attribute(l->links.link, "rel");
        if (rel != NULL)
            sqlite3_result_text(to, rel, -1, SQLITE_TRANSIENT);
        break;
    case LINKS_TAG:
        sqlite3_result_text(to, (const char *)l->links.link->name, -1,
                            SQLITE_TRANSIENT);
        break;
    case LINKS_NOFOLLOW:
        sqlite3_result_int(to, gn_links_nofollow(&l->links));
        break;
    }
    return SQLITE_OK;
}

/* --- url_join -------------------------------------------------------------*/

static void url_join(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const char *base = (const char *)sqlite3_value_text(argv[0]);
    const char *url = (const char *)sqlite3_value_text(argv[1]);
    struct garner_error err = {0};
    struct gn_buf out = {0};

    (void)argc;
    if (base == NULL || url == NULL)
        return;
    if (gn_url_join(base, url, &out)) {
        gn_give_result(to, &out);
        return;
    }
    (void)gn_fail(&err, GARNER_INVALID,
                  "\"%.100s\" is no URL that another can be relative to", base);
    gn_give_error(to, "url_join", &err);
}

int gn_linksql_register(sqlite3 *db, struct gn_htmlsql *h)
{
    static const struct gn_each_kind kind = {
        .name = "links_each",
        .columns = "i, url, text, rel, tag, nofollow, doc hidden, base hidden, "
                   "css hidden, surplus hidden",
        .signature = "doc[, base[, css]]",
        .first = 6,
        .least = 1,
        .most = 3,
        .size = sizeof(struct links_each),
        .open = links_open,
        .next = links_next,
        .column = links_column,
        .close = links_close};
    static const struct gn_function functions[] = {{"url_join", 2, url_join}};
    int rc = gn_each_register(db, &kind, h);

    if (rc == SQLITE_OK)
        rc = gn_give_functions(db, functions,
                               sizeof functions / sizeof functions[0], NULL);
    return rc;
}
