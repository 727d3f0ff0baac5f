#include "extract/xmlnode.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "extract/nodeorder.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Of what was appended from start on. */
static void trim(struct gn_buf *out, size_t start)
{
    size_t from = start;

    if (out->size == start)
        return;
    while (out->size > start && is_space(out->data[out->size - 1]))
        out->size--;
    while (from < out->size && is_space(out->data[from]))
        from++;
    memmove(out->data + start, out->data + from, out->size - from);
    out->size -= from - start;
    out->data[out->size] = '\0';
}

static void append_content(const xmlNode *node, struct gn_buf *out)
{
    if (node->content != NULL)
        gn_buf_text(out, (const char *)node->content);
}

static void text_of_element(const xmlNode *top, struct gn_buf *out)
{
    const size_t start = out->size;

    for (const xmlNode *n = top; n != NULL; n = gn_nodeorder_after(n, top))
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
            append_content(n, out);
    trim(out, start);
}

void gn_xmlnode_text(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE)
        text_of_element(node, out);
    else if (node->type == XML_ATTRIBUTE_NODE)
        for (const xmlNode *n = node->children; n != NULL; n = n->next)
            append_content(n, out);
    else if (node->type == XML_NAMESPACE_DECL) /* no node, but a set has it */
        gn_buf_text(out, (const char *)((const xmlNs *)node)->href);
    else
        append_content(node, out);
}

static void dump(xmlNode *node, struct gn_buf *out)
{
    xmlBuffer *buffer = xmlBufferCreate();

    if (buffer != NULL && xmlNodeDump(buffer, node->doc, node, 0, 0) >= 0)
        gn_buf_append(out, xmlBufferContent(buffer),
                      (size_t)xmlBufferLength(buffer));
    else
        out->failed = true;
    xmlBufferFree(buffer);
}

void gn_xmlnode_xml(xmlNode *node, struct gn_buf *out)
{
    xmlNode *alone;

    if (node->type == XML_DOCUMENT_NODE)
        node = xmlDocGetRootElement((xmlDoc *)node);
    if (node->type != XML_ELEMENT_NODE) {
        gn_xmlnode_text(node, out);
        return;
    }
    if (node->parent != NULL && node->parent->type == XML_DOCUMENT_NODE) {
        dump(node, out);
        return;
    }
    alone = xmlDocCopyNode(node, node->doc, 1); /* declares what it misses */
    if (alone == NULL) {
        out->failed = true;
        return;
    }
    dump(alone, out);
    xmlFreeNode(alone);
}

void gn_xmlnode_inner(xmlNode *node, struct gn_buf *out)
{
    const size_t start = out->size;

    if (xmlFirstElementChild(node) == NULL) {
        gn_xmlnode_text(node, out);
        return;
    }
    for (xmlNode *n = node->children; n != NULL; n = n->next)
        dump(n, out);
    trim(out, start);
}

static void append_name(const xmlNs *ns, const xmlChar *name,
                        struct gn_buf *out)
{
    if (ns != NULL && ns->prefix != NULL)
        gn_buf_printf(out, "%s:", (const char *)ns->prefix);
    gn_buf_text(out, (const char *)name);
}

void gn_xmlnode_attributes(const xmlNode *node, struct gn_buf *out)
{
    struct gn_buf text = {0};
    struct gn_buf name = {0};
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '{');
    if (node->type == XML_ELEMENT_NODE)
        for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
            gn_buf_clear(&name);
            gn_buf_clear(&text);
            append_name(a->ns, a->name, &name);
            gn_xmlnode_text((const xmlNode *)a, &text);
            out->failed = out->failed || name.failed || text.failed;
            gn_json_key(&json, gn_buf_cstr(&name));
            gn_json_text_n(&json, gn_buf_cstr(&text), text.size);
        }
    gn_json_close(&json, '}');
    gn_buf_fini(&name);
    gn_buf_fini(&text);
}

void gn_xmlnode_name(const xmlNode *node, struct gn_buf *out)
{
    if (node->type == XML_ATTRIBUTE_NODE)
        gn_buf_byte(out, '@');
    if (node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE)
        append_name(node->ns, node->name, out);
    else if (node->type == XML_TEXT_NODE ||
             node->type == XML_CDATA_SECTION_NODE)
        gn_buf_text(out, "#text");
    else if (node->type == XML_COMMENT_NODE)
        gn_buf_text(out, "#comment");
    else if (node->type == XML_NAMESPACE_DECL)
        gn_buf_text(out, "#namespace");
    else
        gn_buf_text(out, "#document");
}
