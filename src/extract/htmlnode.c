#include "extract/htmlnode.h"

#include <string.h>

#include <libxml/HTMLtree.h>
#include <libxml/parserInternals.h>
#include <libxml/valid.h>

#include "base/arena.h"
#include "base/mem.h"
#include "extract/csslex.h"
#include "extract/nodeorder.h"

/* Names that most attributes have need no copy. */
static const struct {
    const char *name;
    size_t size;
} common[] = {{"class", 5}, {"href", 4}, {"id", 2},    {"src", 3},
              {"title", 5}, {"rel", 3},  {"style", 5}, {"name", 4},
              {"type", 4},  {"alt", 3},  {"value", 5}, {"width", 5}};

static struct gn_arena *arena_of(const xmlDoc *doc)
{
    return doc->_private;
}

xmlDoc *gn_htmlnode_document(void)
{
    struct gn_arena *arena = gn_alloc(sizeof *arena);
    xmlDoc *doc = arena != NULL ? htmlNewDocNoDtD(NULL, NULL) : NULL;

    if (doc == NULL) {
        gn_free(arena);
        return NULL;
    }
    doc->_private = arena;
    return doc;
}

void gn_htmlnode_free(xmlDoc *doc)
{
    struct gn_arena *arena;

    if (doc == NULL)
        return;
    arena = arena_of(doc);
    doc->children = doc->last = NULL;
    xmlFreeDoc(doc);
    gn_arena_clear(arena);
    gn_free(arena);
}

xmlNode *gn_htmlnode_element(xmlDoc *doc, const char *name)
{
    xmlNode *node = gn_arena_zeroed(arena_of(doc), sizeof *node);

    if (node == NULL)
        return NULL;
    node->type = XML_ELEMENT_NODE;
    node->name = (const xmlChar *)name;
    node->doc = doc;
    return node;
}

static xmlNode *make_text(xmlDoc *doc, xmlElementType type, const xmlChar *name,
                          const char *text, size_t size)
{
    char *content = gn_arena_copy(arena_of(doc), text, size);
    xmlNode *node = gn_arena_zeroed(arena_of(doc), sizeof *node);

    if (node == NULL || content == NULL)
        return NULL;
    node->type = type;
    node->name = name;
    node->doc = doc;
    node->content = (xmlChar *)content;
    return node;
}

xmlNode *gn_htmlnode_text(xmlDoc *doc, const char *text, size_t size)
{
    return make_text(doc, XML_TEXT_NODE, xmlStringText, text, size);
}

xmlNode *gn_htmlnode_comment(xmlDoc *doc, const char *text, size_t size)
{
    return make_text(doc, XML_COMMENT_NODE, xmlStringComment, text, size);
}

xmlAttr *gn_htmlnode_attribute(xmlNode *to, xmlAttr *last, const char *name,
                               const char *value, size_t size)
{
    xmlAttr *a = gn_arena_zeroed(arena_of(to->doc), sizeof *a);
    xmlNode *text = gn_htmlnode_text(to->doc, value, size);

    if (a == NULL || text == NULL)
        return NULL;
    a->type = XML_ATTRIBUTE_NODE;
    a->name = (const xmlChar *)name;
    a->doc = to->doc;
    a->parent = to;
    a->children = a->last = text;
    text->parent = (xmlNode *)a;
    a->prev = last;
    if (last != NULL)
        last->next = a;
    else
        to->properties = a;
    return a;
}

void gn_htmlnode_append(xmlNode *to, xmlNode *node)
{
    node->parent = to;
    node->prev = to->last;
    if (to->last != NULL)
        to->last->next = node;
    else
        to->children = node;
    to->last = node;
}

bool gn_htmlnode_extend(xmlNode *node, const char *text, size_t size)
{
    const size_t before = strlen((const char *)node->content);
    char *content = gn_arena_alloc(arena_of(node->doc), before + size + 1);

    if (content == NULL)
        return false;
    memcpy(content, node->content, before);
    memcpy(content + before, text, size);
    content[before + size] = '\0';
    node->content = (xmlChar *)content;
    return true;
}

const char *gn_htmlnode_name(xmlDoc *doc, const char *name, size_t size)
{
    char *copy;

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (common[i].size == size && common[i].name[0] == name[0] &&
            memcmp(common[i].name, name, size) == 0)
            return common[i].name;
    copy = gn_arena_copy(arena_of(doc), name, size);
    for (size_t i = 0; copy != NULL && i < size; i++)
        copy[i] = gn_csslex_lower(copy[i]);
    return copy;
}

/* --- id() -----------------------------------------------------------------*/

static bool names_its_element(const xmlNode *node, const xmlAttr *a)
{
    const char *name = (const char *)a->name;

    return strcmp(name, "id") == 0 ||
           (strcmp(name, "name") == 0 &&
            strcmp((const char *)node->name, "a") == 0);
}

void gn_htmlnode_know_ids(xmlDoc *doc)
{
    if (doc->ids != NULL)
        return;
    for (const xmlNode *n = doc->children; n != NULL;
         n = gn_nodeorder_after(n, (const xmlNode *)doc))
        if (n->type == XML_ELEMENT_NODE)
            for (xmlAttr *a = n->properties; a != NULL; a = a->next)
                if (names_its_element(n, a))
                    (void)xmlAddID(NULL, doc, a->children->content, a);
}
