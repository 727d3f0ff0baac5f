#include "extract/xmltree.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/utf8.h"
#include "extract/excerpt.h"
#include "extract/nodeorder.h"
#include "extract/xmlbytes.h"

enum {
    MOST_NODES = 3000000,   /* elements, attributes and comments */
    MOST_ATTRIBUTES = 2000, /* of an element */
    NODES_PER_LOOK = 1024   /* between two looks at the clock */
};

/* One parser's, as its _private. */
struct hold {
    struct gn_budget *budget;
    size_t nodes;
    enum garner_code code; /* why it was stopped */
    char what[160];        /* is wrong, first */
    int line, column;
};

/* --- libxml2, held --------------------------------------------------------*/

static void count_nodes(xmlParserCtxt *parser, size_t count)
{
    struct hold *h = parser->_private;
    const size_t looks = h->nodes / NODES_PER_LOOK;

    if (h->code != GARNER_OK)
        return;
    h->nodes += count;
    if (h->nodes > MOST_NODES)
        h->code = GARNER_FULL;
    else if (h->nodes / NODES_PER_LOOK != looks && gn_budget_spent(h->budget))
        h->code = GARNER_TIMEOUT;
    if (h->code != GARNER_OK)
        xmlStopParser(parser);
}

/* NOLINTNEXTLINE(readability-function-size): libxml2's */
static void start_element(void *context, const xmlChar *name,
                          const xmlChar *prefix, const xmlChar *uri,
                          int namespaces, const xmlChar **namespace,
                          int attributes, int defaulted,
                          const xmlChar **attribute)
{
    xmlSAX2StartElementNs(context, name, prefix, uri, namespaces, namespace,
                          attributes, defaulted, attribute);
    count_nodes(context, 1 + (size_t)attributes + (size_t)namespaces);
}

static void add_comment(void *context, const xmlChar *text)
{
    xmlSAX2Comment(context, text);
    count_nodes(context, 1);
}

static void skip_instruction(void *context, const xmlChar *target,
                             const xmlChar *data)
{
    (void)context;
    (void)target;
    (void)data;
}

/* Keeps the first, which the others follow from. */
static void note_error(void *context, xmlErrorPtr error)
{
    const xmlParserCtxt *parser = context;
    struct hold *h = parser->_private;
    const char *advice; /* to a programmer */
    size_t n;

    if (error->code == XML_ERR_NO_MEMORY)
        h->code = GARNER_NOMEM;
    if (error->level < XML_ERR_ERROR || h->what[0] != '\0' ||
        error->message == NULL)
        return;
    n = strcspn(error->message, "\n");
    advice = strstr(error->message, " use XML_PARSE_HUGE");
    if (advice != NULL)
        n = (size_t)(advice - error->message);
    n = n < sizeof h->what ? n : sizeof h->what - 1;
    memcpy(h->what, error->message, n);
    h->what[n] = '\0';
    h->line = error->line;
    h->column = error->int2;
}

/* --- parsing --------------------------------------------------------------*/

bool gn_xmltree_is_html(const char *text, size_t size)
{
    while (size > 0 && strchr(" \t\r\n", *text) != NULL && *text != '\0') {
        text++;
        size--;
    }
    return (size > 14 && strncasecmp(text, "<!doctype html", 14) == 0) ||
           (size > 5 && strncasecmp(text, "<html", 5) == 0);
}

static enum garner_code explain(const struct hold *h, const char *xml,
                                size_t size, struct garner_error *err)
{
    if (h->code == GARNER_FULL)
        return gn_fail(err, GARNER_INVALID,
                       "an XML document of %zu bytes has more than %d nodes",
                       size, MOST_NODES);
    if (h->code == GARNER_TIMEOUT)
        return gn_fail(err, h->code, "the time ended while XML was parsed");
    if (h->code == GARNER_NOMEM || h->what[0] == '\0')
        return gn_fail(err, GARNER_NOMEM,
                       "no memory for an XML document of %zu bytes", size);
    return gn_fail(err, GARNER_INVALID, "%s from line %d, column %d on: %s",
                   gn_xmltree_is_html(xml, size) ? "a page in HTML, and no XML"
                                                 : "no XML",
                   h->line, h->column, h->what);
}

/* Where the parser stands in the end, some elements may be open. */
static void mark_cut(xmlParserCtxt *parser)
{
    for (xmlNode *n = parser->node; n != NULL && n->type == XML_ELEMENT_NODE;
         n = n->parent)
        n->_private = n;
}

bool gn_xmltree_is_cut(const xmlNode *element)
{
    return element->_private != NULL;
}

/* text is what xml became. */
static enum garner_code parse(const struct gn_buf *text, bool repair,
                              struct hold *h, xmlDoc **out)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOWARNING |
                        XML_PARSE_COMPACT | XML_PARSE_NOCDATA |
                        (repair ? XML_PARSE_RECOVER : 0);
    xmlParserCtxt *parser = xmlNewParserCtxt();

    if (parser == NULL)
        return GARNER_NOMEM;
    parser->_private = h;
    parser->sax->startElementNs = start_element;
    parser->sax->comment = add_comment;
    parser->sax->processingInstruction = skip_instruction;
    parser->sax->serror = note_error;
    *out = xmlCtxtReadMemory(parser, gn_buf_cstr(text), (int)text->size, NULL,
                             "UTF-8", options);
    if (*out != NULL)
        mark_cut(parser);
    if (*out != NULL &&
        (h->code != GARNER_OK || xmlDocGetRootElement(*out) == NULL)) {
        xmlFreeDoc(*out);
        *out = NULL;
    }
    xmlFreeParserCtxt(parser);
    return *out != NULL ? GARNER_OK : GARNER_INVALID;
}

static enum garner_code refuse_bytes(const char *xml, size_t size,
                                     struct garner_error *err)
{
    const size_t at = gn_utf8_good(xml, size);

    return gn_fail(err, GARNER_INVALID,
                   "no XML from line %zu, column %zu on: bytes that are not "
                   "UTF-8, nor what it says they are",
                   gn_place_of(xml, size, at).line,
                   gn_place_of(xml, size, at).column);
}

/* Makes *text of the bytes. */
static enum garner_code prepare(const char *xml, size_t size, bool repair,
                                struct gn_buf *text, struct garner_error *err)
{
    struct gn_buf decoded = {0};
    bool known = gn_xmlbytes_decode(xml, size, &decoded);

    if (!known && !repair && !gn_buf_failed(&decoded)) {
        gn_buf_fini(&decoded);
        return refuse_bytes(xml, size, err);
    }
    if (!known && !gn_buf_failed(&decoded)) {
        gn_buf_clear(&decoded);
        gn_buf_append(&decoded, xml, size);
    }
    if (decoded.size > 0)
        gn_xmlbytes_blank_doctype(decoded.data, decoded.size);
    if (repair) {
        gn_xmlbytes_repair(gn_buf_cstr(&decoded), decoded.size, text);
        text->failed = text->failed || gn_buf_failed(&decoded);
        gn_buf_fini(&decoded);
    } else {
        *text = decoded;
    }
    return gn_buf_failed(text)
               ? gn_fail(err, GARNER_NOMEM,
                         "no memory for an XML document of %zu bytes", size)
               : GARNER_OK;
}

/* What stands before the first tag, libxml2 would not forgive. */
static void drop_start(struct gn_buf *text)
{
    const char *start =
        text->size > 0 ? memchr(text->data, '<', text->size) : NULL;
    const size_t n = start != NULL ? (size_t)(start - text->data) : 0;

    if (n > 0) {
        memmove(text->data, start, text->size - n + 1);
        text->size -= n;
    }
}

static enum garner_code check_size(const struct gn_buf *text,
                                   struct garner_error *err)
{
    const char *xml = gn_buf_cstr(text);
    const size_t at = gn_xmlbytes_crowded(xml, text->size, MOST_ATTRIBUTES);
    struct gn_place place;

    if (text->size > INT_MAX / 2)
        return gn_fail(err, GARNER_INVALID,
                       "an XML document of %zu bytes is too large", text->size);
    if (at == text->size)
        return GARNER_OK;
    place = gn_place_of(xml, text->size, at);
    return gn_fail(err, GARNER_INVALID,
                   "the element at line %zu, column %zu has more than %d "
                   "attributes",
                   place.line, place.column, MOST_ATTRIBUTES);
}

/* It is in UTF-8, whatever its declaration said. */
static void finish(xmlDoc *doc)
{
    xmlFree((xmlChar *)doc->encoding);
    doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
    gn_nodeorder_number(doc);
}

static enum garner_code make(const char *xml, size_t size, bool repair,
                             struct gn_budget *budget, xmlDoc **out,
                             struct garner_error *err)
{
    struct hold h = {.budget = budget};
    struct gn_buf text = {0};
    enum garner_code code;

    *out = NULL;
    if (size == 0)
        return gn_fail(err, GARNER_INVALID, "the text is empty, not XML");
    code = prepare(xml, size, repair, &text, err);
    if (code == GARNER_OK)
        code = check_size(&text, err);
    if (code == GARNER_OK) {
        if (repair)
            drop_start(&text);
        code = parse(&text, repair, &h, out);
        if (code != GARNER_OK)
            code = explain(&h, xml, size, err);
    }
    gn_buf_fini(&text);
    if (code == GARNER_OK)
        finish(*out);
    return code;
}

enum garner_code gn_xmltree_parse(const char *xml, size_t size,
                                  struct gn_budget *budget, xmlDoc **out,
                                  struct garner_error *err)
{
    return make(xml, size, false, budget, out, err);
}

enum garner_code gn_xmltree_repair(const char *xml, size_t size,
                                   struct gn_budget *budget, xmlDoc **out,
                                   struct garner_error *err)
{
    return make(xml, size, true, budget, out, err);
}
