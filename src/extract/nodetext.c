#include "extract/nodetext.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"

static bool among(const xmlNode *node, const char *const *names, size_t count)
{
    const char *name = (const char *)node->name;

    if (node->type != XML_ELEMENT_NODE)
        return false;
    for (size_t i = 0; i < count; i++)
        if (name[0] == names[i][0] && strcmp(name, names[i]) == 0)
            return true;
    return false;
}

#define AMONG(node, names)                                                     \
    among(node, names, sizeof(names) / sizeof((names)[0]))

static const char *content(const xmlNode *node)
{
    return node->content != NULL ? (const char *)node->content : "";
}

/* Goes to the next node in the document's order that is in top, calling leave
 * for each that ends. down: also into node. NULL: that was the last. */
static const xmlNode *walk(const xmlNode *node, const xmlNode *top, bool down,
                           void (*leave)(const xmlNode *, struct gn_buf *),
                           struct gn_buf *out)
{
    if (down && node->children != NULL)
        return node->children;
    for (;;) {
        leave(node, out);
        if (node == top)
            return NULL;
        if (node->next != NULL)
            return node->next;
        node = node->parent;
    }
}

/* --- text -----------------------------------------------------------------*/

/* Elements that begin a line, or a cell. */
static const char *const blocks[] = {
    "address", "article", "aside", "blockquote", "br",         "body",
    "caption", "center",  "dd",    "details",    "dialog",     "dir",
    "div",     "dl",      "dt",    "fieldset",   "figcaption", "figure",
    "footer",  "form",    "h1",    "h2",         "h3",         "h4",
    "h5",      "h6",      "head",  "header",     "hgroup",     "hr",
    "html",    "legend",  "li",    "main",       "menu",       "nav",
    "ol",      "option",  "p",     "pre",        "search",     "section",
    "select",  "summary", "table", "tbody",      "td",         "tfoot",
    "th",      "thead",   "title", "tr",         "ul",         "textarea"};

static const char *const unseen[] = {"script", "style", "template"};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* One space, unless the text begins here, or there is one. */
static void space(struct gn_buf *out)
{
    if (out->size > 0 && out->data[out->size - 1] != ' ')
        gn_buf_byte(out, ' ');
}

static void append_words(struct gn_buf *out, const char *text)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, " \t\r\n\f");

        gn_buf_append(out, text, size);
        text += size;
        if (*text != '\0')
            space(out);
        while (is_space(*text))
            text++;
    }
}

static void leave_text(const xmlNode *node, struct gn_buf *out)
{
    if (AMONG(node, blocks))
        space(out);
}

static void text_of_element(const xmlNode *top, struct gn_buf *out)
{
    const xmlNode *node = top;

    while (node != NULL) {
        const bool hidden = node != top && AMONG(node, unseen);

        if (AMONG(node, blocks))
            space(out);
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
            append_words(out, content(node));
        node = walk(node, top, !hidden, leave_text, out);
    }
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
}

void gn_nodetext_text(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_ATTRIBUTE_NODE)
        gn_buf_text(out, node->children != NULL ? content(node->children) : "");
    else if (node->type == XML_TEXT_NODE || node->type == XML_COMMENT_NODE ||
             node->type == XML_CDATA_SECTION_NODE)
        gn_buf_text(out, content(node));
    else if (node->type == XML_NAMESPACE_DECL) /* no node, but a set has it */
        gn_buf_text(out, (const char *)((const xmlNs *)node)->href);
    else
        text_of_element(node, out);
}

/* --- HTML -----------------------------------------------------------------*/

static const char *const empty[] = {
    "area",  "base",  "basefont", "bgsound", "br",    "col",
    "embed", "frame", "hr",       "img",     "input", "keygen",
    "link",  "meta",  "param",    "source",  "track", "wbr"};

/* Their text stands there as it is. */
static const char *const raw[] = {"style",   "script",   "xmp",      "iframe",
                                  "noembed", "noframes", "plaintext"};

static void append_escaped(struct gn_buf *out, const char *text, bool quoted)
{
    const char *stop = quoted ? "&\"\xc2" : "&<>\xc2";

    while (*text != '\0') {
        const size_t size = strcspn(text, stop);

        gn_buf_append(out, text, size);
        text += size;
        if (*text == '\0')
            return;
        if (*text == '&')
            gn_buf_text(out, "&amp;");
        else if (*text == '<')
            gn_buf_text(out, "&lt;");
        else if (*text == '>')
            gn_buf_text(out, "&gt;");
        else if (*text == '"')
            gn_buf_text(out, "&quot;");
        else if (text[1] == '\xa0')
            gn_buf_text(out, "&nbsp;");
        else
            gn_buf_byte(out, *text);
        text += text[0] == '\xc2' && text[1] == '\xa0' ? 2 : 1;
    }
}

static void enter_html(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_TEXT_NODE && node->parent != NULL &&
        AMONG(node->parent, raw))
        gn_buf_text(out, content(node));
    else if (node->type == XML_TEXT_NODE)
        append_escaped(out, content(node), false);
    else if (node->type == XML_COMMENT_NODE)
        gn_buf_printf(out, "<!--%s-->", content(node));
    if (node->type != XML_ELEMENT_NODE)
        return;
    gn_buf_printf(out, "<%s", (const char *)node->name);
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        gn_buf_printf(out, " %s=\"", (const char *)a->name);
        if (a->children != NULL)
            append_escaped(out, content(a->children), true);
        gn_buf_byte(out, '"');
    }
    gn_buf_byte(out, '>');
}

static void leave_html(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_ELEMENT_NODE && !AMONG(node, empty))
        gn_buf_printf(out, "</%s>", (const char *)node->name);
}

void gn_nodetext_html(const xmlNode *node, struct gn_buf *out)
{
    const xmlNode *at = node;

    if (node->type == XML_ATTRIBUTE_NODE) {
        gn_nodetext_text(node, out);
        return;
    }
    if (node->type == XML_NAMESPACE_DECL)
        return;
    while (at != NULL) {
        enter_html(at, out);
        at = walk(at, node, true, leave_html, out);
    }
}

/* --- attributes and names -------------------------------------------------*/

void gn_nodetext_attributes(const xmlNode *node, struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '{');
    if (node->type == XML_ELEMENT_NODE)
        for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
            gn_json_key(&json, (const char *)a->name);
            gn_json_text(&json,
                         a->children != NULL ? content(a->children) : "");
        }
    gn_json_close(&json, '}');
}

const char *gn_nodetext_attribute(const xmlNode *node, const char *name)
{
    if (node->type != XML_ELEMENT_NODE)
        return NULL;
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcmp((const char *)a->name, name) == 0)
            return a->children != NULL ? content(a->children) : "";
    return NULL;
}

bool gn_nodetext_is(const xmlNode *node, const char *name)
{
    const char *own = (const char *)node->name;

    return node->type == XML_ELEMENT_NODE && own[0] == name[0] &&
           strcmp(own, name) == 0;
}

void gn_nodetext_name(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_ELEMENT_NODE)
        gn_buf_text(out, (const char *)node->name);
    else if (node->type == XML_ATTRIBUTE_NODE)
        gn_buf_printf(out, "@%s", (const char *)node->name);
    else if (node->type == XML_TEXT_NODE)
        gn_buf_text(out, "#text");
    else if (node->type == XML_COMMENT_NODE)
        gn_buf_text(out, "#comment");
    else if (node->type == XML_NAMESPACE_DECL)
        gn_buf_text(out, "#namespace");
    else
        gn_buf_text(out, "#document");
}
