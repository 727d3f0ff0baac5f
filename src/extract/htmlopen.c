#include "extract/htmlopen.h"

#include <string.h>

#include "extract/htmlnode.h"

enum {
    NODES = 1000000, /* the most; more are odd */
    ATTRIBUTES = 32, /* the same */
    EXTENDED = 4096  /* bytes of a text that others may go on with */
};

/* --- the tree -------------------------------------------------------------*/

struct gn_htmllevel *gn_htmlopen_top(struct gn_htmlopen *p)
{
    return &p->levels[p->depth - 1];
}

unsigned gn_htmlopen_kind(const struct gn_htmlopen *p, size_t depth)
{
    return depth > 0 ? gn_htmlkinds[p->levels[depth - 1].tag] : 0;
}

bool gn_htmlopen_is_in(const struct gn_htmlopen *p, GumboTag tag)
{
    return p->depth > 0 && p->levels[p->depth - 1].tag == tag;
}

void gn_htmlopen_pop(struct gn_htmlopen *p)
{
    const GumboTag tag = p->levels[--p->depth].tag;

    p->forms -= tag == GUMBO_TAG_FORM;
    p->tables -= tag == GUMBO_TAG_TABLE;
    if (p->depth < p->svg)
        p->svg = 0;
}

xmlNode *gn_htmlopen_parent(struct gn_htmlopen *p)
{
    return p->depth > 0 ? gn_htmlopen_top(p)->node : (xmlNode *)p->doc;
}

/* Opens an element. */
bool gn_htmlopen_push(struct gn_htmlopen *p, GumboTag tag, const char *name)
{
    xmlNode *node = gn_htmlnode_element(p->doc, name);

    if (node == NULL) {
        p->lost = true;
        return false;
    }
    if (p->depth == GN_HTMLOPEN_MOST || ++p->nodes > NODES)
        return false;
    gn_htmlnode_append(gn_htmlopen_parent(p), node);
    node->_private =
        (void *)(p->depth > 0 ? ++gn_htmlopen_top(p)->elements : (uintptr_t)1);
    node->content = (xmlChar *)-++p->placed;
    p->levels[p->depth++] = (struct gn_htmllevel){node, tag, 0};
    p->forms += tag == GUMBO_TAG_FORM;
    p->tables += tag == GUMBO_TAG_TABLE;
    return true;
}

bool gn_htmlopen_push_known(struct gn_htmlopen *p, GumboTag tag)
{
    return gn_htmlopen_push(p, tag, gumbo_normalized_tagname(tag));
}

static bool has_attribute(const xmlNode *node, const char *name)
{
    const xmlAttr *a = node->properties;

    while (a != NULL && strcmp((const char *)a->name, name) != 0)
        a = a->next;
    return a != NULL;
}

/* Those of the tag under way, for the element that was opened last. */
bool gn_htmlopen_attributes(struct gn_htmlopen *p)
{
    xmlNode *node = gn_htmlopen_top(p)->node;
    struct gn_htmlattribute a;
    enum gn_htmltoken_kind kind;
    xmlAttr *last = NULL;
    size_t count = 0;

    while ((kind = gn_htmltoken_attribute(&p->tokens, &a)) ==
           GN_HTMLTOKEN_START) {
        const char *name = gn_htmlnode_name(p->doc, a.name, a.name_size);

        if (memchr(a.value, '&', a.value_size) != NULL) {
            gn_buf_clear(&p->text);
            if (!gn_htmltoken_decode(a.value, a.value_size, true, &p->text))
                return false;
            a.value = gn_buf_cstr(&p->text);
            a.value_size = p->text.size;
        }
        if (name == NULL || gn_buf_failed(&p->text)) {
            p->lost = true;
            return false;
        }
        if (++count > ATTRIBUTES || has_attribute(node, name))
            return false;
        last = gn_htmlnode_attribute(node, last, name, a.value, a.value_size);
        p->lost = last == NULL;
        if (p->lost)
            return false;
    }
    p->nodes += count;
    return kind == GN_HTMLTOKEN_END;
}

bool gn_htmlopen_text(struct gn_htmlopen *p, const char *text, size_t size)
{
    xmlNode *to = gn_htmlopen_parent(p);
    xmlNode *node = to->last;

    if (size == 0)
        return true;
    if (node != NULL && node->type == XML_TEXT_NODE) {
        if (strlen((const char *)node->content) > EXTENDED)
            return false; /* each time it would be copied */
        p->lost = !gn_htmlnode_extend(node, text, size);
        return !p->lost;
    }
    node = gn_htmlnode_text(p->doc, text, size);
    p->lost = node == NULL;
    if (p->lost)
        return false;
    gn_htmlnode_append(to, node);
    node->_private = (void *)++p->placed;
    p->misplaced = p->misplaced || p->place > GN_HTML_IN_BODY;
    return ++p->nodes <= NODES;
}

bool gn_htmlopen_comment(struct gn_htmlopen *p, xmlNode *to, const char *text,
                         size_t size)
{
    xmlNode *node = gn_htmlnode_comment(p->doc, text, size);

    p->lost = node == NULL;
    if (p->lost)
        return false;
    gn_htmlnode_append(to, node);
    node->_private = (void *)++p->placed;
    return ++p->nodes <= NODES;
}

/* --- what ends by itself --------------------------------------------------*/

/* All that end by themselves, but for the one named. */
void gn_htmlopen_end_them(struct gn_htmlopen *p, GumboTag but)
{
    while ((gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_ITSELF) != 0 &&
           !gn_htmlopen_is_in(p, but))
        gn_htmlopen_pop(p);
}

bool gn_htmlopen_end(struct gn_htmlopen *p, GumboTag tag, GumboTag but)
{
    gn_htmlopen_end_them(p, but);
    if (!gn_htmlopen_is_in(p, tag))
        return false;
    gn_htmlopen_pop(p);
    return true;
}

/* Whether such an element is open, in the same cell. */
bool gn_htmlopen_has(const struct gn_htmlopen *p, GumboTag tag)
{
    size_t i = p->depth;

    while (i > 0 && p->levels[i - 1].tag != tag &&
           (gn_htmlopen_kind(p, i) & (GN_HTMLKIND_CELL | GN_HTMLKIND_PART)) ==
               0)
        i--;
    return i > 0 && p->levels[i - 1].tag == tag;
}

/* What begins ends an open p. One outside of a button it does not: that is
 * odd. */
bool gn_htmlopen_end_paragraph(struct gn_htmlopen *p)
{
    return !gn_htmlopen_has(p, GUMBO_TAG_P) ||
           gn_htmlopen_end(p, GUMBO_TAG_P, GUMBO_TAG_P);
}

/* An item ends the one before it in the same list. */
bool gn_htmlopen_end_item(struct gn_htmlopen *p, GumboTag tag)
{
    size_t i = p->depth;

    while (i > 0 && (gn_htmlopen_kind(p, i) &
                     (GN_HTMLKIND_ITEMS | GN_HTMLKIND_PART)) == 0) {
        const GumboTag open = p->levels[--i].tag;
        const bool is_item = open == GUMBO_TAG_LI || open == GUMBO_TAG_DD ||
                             open == GUMBO_TAG_DT;

        if (is_item && (open == GUMBO_TAG_LI) == (tag == GUMBO_TAG_LI))
            return gn_htmlopen_end(p, open, open);
        if (is_item)
            break;
    }
    return true;
}

/* --- tables ---------------------------------------------------------------*/

static bool is_rows(GumboTag tag)
{
    return tag == GUMBO_TAG_TBODY || tag == GUMBO_TAG_THEAD ||
           tag == GUMBO_TAG_TFOOT;
}

bool gn_htmlopen_is_part(GumboTag tag)
{
    return tag != GUMBO_TAG_TABLE &&
           ((gn_htmlkinds[tag] & (GN_HTMLKIND_PART | GN_HTMLKIND_CELL)) != 0 ||
            tag == GUMBO_TAG_COL);
}

static bool stands_in_rows(struct gn_htmlopen *p)
{
    return p->depth > 0 && is_rows(gn_htmlopen_top(p)->tag);
}

/* Ends a cell, so that another part of its table may follow. */
static bool end_cell(struct gn_htmlopen *p)
{
    gn_htmlopen_end_them(p, GUMBO_TAG_LAST);
    if (!gn_htmlopen_is_in(p, GUMBO_TAG_TD) &&
        !gn_htmlopen_is_in(p, GUMBO_TAG_TH))
        return false;
    gn_htmlopen_pop(p);
    return true;
}

/* Goes out of, or into, what tag does or must stand in. */
static bool go_to_place_of(struct gn_htmlopen *p, GumboTag tag)
{
    const bool cell = tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;

    if (tag == GUMBO_TAG_COL)
        return gn_htmlopen_is_in(p, GUMBO_TAG_COLGROUP);
    if (gn_htmlopen_is_in(p, GUMBO_TAG_COLGROUP))
        gn_htmlopen_pop(p);
    if (gn_htmlopen_is_in(p, GUMBO_TAG_TR) && !cell)
        gn_htmlopen_pop(p);
    if (stands_in_rows(p) && !cell && tag != GUMBO_TAG_TR)
        gn_htmlopen_pop(p);
    if (gn_htmlopen_is_in(p, GUMBO_TAG_TABLE) &&
        (cell || tag == GUMBO_TAG_TR) &&
        !gn_htmlopen_push_known(p, GUMBO_TAG_TBODY))
        return false;
    if (stands_in_rows(p) && cell && !gn_htmlopen_push_known(p, GUMBO_TAG_TR))
        return false;
    return cell                  ? gn_htmlopen_is_in(p, GUMBO_TAG_TR)
           : tag == GUMBO_TAG_TR ? stands_in_rows(p)
                                 : gn_htmlopen_is_in(p, GUMBO_TAG_TABLE);
}

bool gn_htmlopen_begin_part(struct gn_htmlopen *p, GumboTag tag)
{
    if ((gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_PART) == 0 &&
        (p->tables == 0 || !end_cell(p)))
        return false;
    return go_to_place_of(p, tag);
}

bool gn_htmlopen_end_part(struct gn_htmlopen *p, GumboTag tag)
{
    if (tag == GUMBO_TAG_CAPTION || (gn_htmlkinds[tag] & GN_HTMLKIND_CELL) != 0)
        return gn_htmlopen_end(p, tag, GUMBO_TAG_LAST);
    if (p->tables == 0 ||
        ((gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_PART) == 0 &&
         !end_cell(p)))
        return false;
    if (gn_htmlopen_is_in(p, GUMBO_TAG_COLGROUP) && tag != GUMBO_TAG_COLGROUP)
        gn_htmlopen_pop(p);
    if (gn_htmlopen_is_in(p, GUMBO_TAG_TR) && tag != GUMBO_TAG_TR)
        gn_htmlopen_pop(p);
    if (stands_in_rows(p) && tag == GUMBO_TAG_TABLE)
        gn_htmlopen_pop(p);
    if (!gn_htmlopen_is_in(p, tag))
        return false;
    gn_htmlopen_pop(p);
    return true;
}
