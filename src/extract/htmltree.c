#include "extract/htmltree.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <gumbo.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "extract/excerpt.h"
#include "extract/htmlnode.h"
#include "extract/htmlplain.h"
#include "extract/nodeorder.h"
#include "extract/repair.h"

enum {
    MOST_BYTES = 768 << 20, /* of gumbo's tree */
    MOST_NODES = 3000000,   /* of libxml2's */
    NODES_PER_LOOK = 1024,  /* between two looks at the clock */
    PIECES_PER_LOOK = 64    /* with tags nested deep, each takes long */
};

/* --- gumbo, held ----------------------------------------------------------*/

/* gumbo knows neither limits nor failures of memory, and frees a tree by
 * calling itself for each level. So its memory is an arena, dropped as a whole,
 * and where a limit is reached its parser is left by a jump: it holds nothing
 * but that memory. */
struct hold {
    struct gn_arena arena;
    struct gn_budget *budget;
    size_t pieces;
    enum garner_code code; /* why it was left */
    jmp_buf out;
};

static _Noreturn void leave(struct hold *h, enum garner_code code)
{
    h->code = code;
    longjmp(h->out, 1);
}

static void *allocate(void *context, size_t size)
{
    struct hold *h = context;
    void *p;

    if (h->arena.held > MOST_BYTES)
        leave(h, GARNER_FULL);
    if (++h->pieces % PIECES_PER_LOOK == 0 && gn_budget_spent(h->budget))
        leave(h, GARNER_TIMEOUT);
    p = gn_arena_alloc(&h->arena, size);
    if (p == NULL)
        leave(h, GARNER_NOMEM);
    return p;
}

static void release(void *context, void *p)
{
    (void)context;
    (void)p;
}

/* --- how deep -------------------------------------------------------------*/

struct word {
    const char *text;
    size_t size;
};

#define WORD(text)                                                             \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

/* Elements that cannot stand in one another, or hold nothing: their end tags
 * may be left out. */
static const struct word shallow[] = {
    WORD("area"),  WORD("base"),  WORD("br"),      WORD("col"),
    WORD("dd"),    WORD("dt"),    WORD("embed"),   WORD("hr"),
    WORD("img"),   WORD("input"), WORD("li"),      WORD("link"),
    WORD("meta"),  WORD("p"),     WORD("param"),   WORD("option"),
    WORD("rp"),    WORD("rt"),    WORD("td"),      WORD("source"),
    WORD("tbody"), WORD("tfoot"), WORD("th"),      WORD("thead"),
    WORD("tr"),    WORD("track"), WORD("wbr"),     WORD("body"),
    WORD("html"),  WORD("head"),  WORD("script"),  WORD("style"),
    WORD("nobr"),  WORD("frame"), WORD("colgroup")};

/* What drawings are made of: there a tag that ends in /> is closed. */
static const struct word drawn[] = {
    WORD("svg"),     WORD("g"),        WORD("path"),  WORD("circle"),
    WORD("ellipse"), WORD("line"),     WORD("rect"),  WORD("polygon"),
    WORD("text"),    WORD("polyline"), WORD("tspan"), WORD("use"),
    WORD("defs"),    WORD("marker"),   WORD("stop"),  WORD("a")};

static bool is_one_of(const struct word *words, size_t count, const char *name,
                      size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].size == size &&
            strncasecmp(words[i].text, name, size) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(words, name, size)                                           \
    is_one_of(words, sizeof(words) / sizeof(words)[0], name, size)

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where the end tag of the name begins, from at on; end: nowhere. */
static const char *end_tag(const char *at, const char *end, const char *name,
                           size_t size)
{
    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) > size + 2 && at[1] == '/' &&
            strncasecmp(at + 2, name, size) == 0)
            return at;
        at++;
    }
    return end;
}

/* Programs are full of what looks like tags. */
static bool is_program(const char *name, size_t size)
{
    return (size == 6 && strncasecmp(name, "script", size) == 0) ||
           (size == 5 && strncasecmp(name, "style", size) == 0);
}

/* Whether the tag of which at is the name ends in />. Not with a < before that:
 * or a flood of them would be gone through over and over. */
static bool closes_itself(const char *at, const char *end)
{
    char quote = '\0';

    for (; at < end && (quote != '\0' || strchr("<>", *at) == NULL); at++) {
        if (quote != '\0')
            quote = (char)(*at == quote ? '\0' : quote);
        else if (*at == '"' || *at == '\'')
            quote = *at;
    }
    return at < end && *at == '>' && at[-1] == '/';
}

/* Whether the tag of that name counts for nothing. *drawing: within <svg>, as
 * far as is known. */
static bool holds_nothing(const char *name, size_t size, const char *end,
                          bool *drawing)
{
    const bool closes = name[-1] == '/';
    const bool svg = size == 3 && strncasecmp(name, "svg", size) == 0;

    *drawing = svg ? !closes : *drawing && IS_ONE_OF(drawn, name, size);
    if (*drawing && !closes && closes_itself(name, end)) {
        *drawing = !svg;
        return true;
    }
    return IS_ONE_OF(shallow, name, size);
}

/* Where tags are nested deeper than gumbo can go through in good time (it looks
 * at all open ones for each that it meets); size: nowhere. An estimate, on the
 * safe side: end tags need not fit. */
static size_t too_deep(const char *html, size_t size)
{
    const char *end = html + size;
    const char *at = html;
    size_t depth = 0;
    bool drawing = false;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const bool closes = at + 1 < end && at[1] == '/';
        const char *name = at + 1 + closes;
        size_t n = 0;

        while (name + n < end && n < 16 && (is_letter(name[n]) || n > 0) &&
               strchr(" \t\r\n\f/>", name[n]) == NULL)
            n++;
        drawing = drawing && n > 0;
        if (n > 0 && !holds_nothing(name, n, end, &drawing)) {
            if (!closes && ++depth > GN_HTMLTREE_MOST_NESTED)
                return (size_t)(at - html);
            depth -= closes && depth > 0;
        }
        at =
            !closes && is_program(name, n) ? end_tag(name, end, name, n) : name;
    }
    return size;
}

/* --- from gumbo's tree to libxml2's ---------------------------------------*/

struct level {
    const GumboVector *children;
    unsigned next; /* child */
    xmlNode *to;
    uintptr_t elements; /* that to has */
};

struct copy {
    struct gn_budget *budget;
    xmlDoc *doc;
    size_t nodes;
    struct level *levels;
    size_t depth;
    size_t room;
};

static enum garner_code count_node(struct copy *c)
{
    if (++c->nodes > MOST_NODES)
        return GARNER_FULL;
    if (c->nodes % NODES_PER_LOOK == 0 && gn_budget_spent(c->budget))
        return GARNER_TIMEOUT;
    return GARNER_OK;
}

static const char *name_of(struct copy *c, const char *name, size_t size)
{
    enum { MOST = 256 }; /* nobody looks for one that is longer */

    return gn_htmlnode_name(c->doc, name, size < MOST ? size : MOST);
}

static const char *element_name(struct copy *c, const GumboElement *e)
{
    GumboStringPiece piece = e->original_tag;
    const char *known = gumbo_normalized_tagname(e->tag);

    if (known[0] != '\0')
        return known;
    gumbo_tag_from_original_text(&piece);
    if (piece.length == 0)
        return "unknown";
    return name_of(c, piece.data, piece.length);
}

/* Makes *text UTF-8, in good where it is not: what gumbo makes of a number with
 * too many figures (&#11111111111;) is a stray byte. */
static bool make_utf8(const char **text, struct gn_buf *good)
{
    const enum garner_code code = gn_repair(*text, strlen(*text), good);

    if (code == GARNER_OK)
        *text = gn_buf_cstr(good);
    return code != GARNER_NOMEM;
}

/* Behind last; NULL: no memory. */
static xmlAttr *add_attribute(struct copy *c, const GumboAttribute *a,
                              xmlNode *to, xmlAttr *last)
{
    const char *name = name_of(c, a->name, strlen(a->name));
    const char *value = a->value;
    struct gn_buf good = {0};
    xmlAttr *new = NULL;

    if (name != NULL && make_utf8(&value, &good))
        new = gn_htmlnode_attribute(to, last, name, value, strlen(value));
    gn_buf_fini(&good);
    return new;
}

static enum garner_code copy_attributes(struct copy *c, const GumboElement *e,
                                        xmlNode *to)
{
    enum garner_code code = GARNER_OK;
    xmlAttr *last = NULL;

    for (unsigned i = 0; i < e->attributes.length && code == GARNER_OK; i++) {
        code = count_node(c);
        if (code != GARNER_OK)
            break;
        last = add_attribute(c, e->attributes.data[i], to, last);
        code = last != NULL ? GARNER_OK : GARNER_NOMEM;
    }
    return code;
}

static bool push(struct copy *c, const GumboVector *children, xmlNode *to)
{
    if (c->depth == c->room) {
        const size_t room = c->room * 2 + 64;
        struct level *levels = gn_realloc(c->levels, room * sizeof levels[0]);

        if (levels == NULL)
            return false;
        c->levels = levels;
        c->room = room;
    }
    c->levels[c->depth++] = (struct level){children, 0, to, 0};
    return true;
}

static enum garner_code copy_element(struct copy *c, const GumboElement *e)
{
    size_t parent = c->depth - 1;
    xmlNode *to;
    const char *name = element_name(c, e);
    enum garner_code code = count_node(c);

    if (parent > GN_HTMLTREE_MOST_DEPTH)
        parent = GN_HTMLTREE_MOST_DEPTH;
    if (code != GARNER_OK)
        return code;
    to = name != NULL ? gn_htmlnode_element(c->doc, name) : NULL;
    if (to == NULL)
        return GARNER_NOMEM;
    gn_htmlnode_append(c->levels[parent].to, to);
    to->_private = (void *)++c->levels[parent].elements;
    code = copy_attributes(c, e, to);
    if (code == GARNER_OK && !push(c, &e->children, to))
        code = GARNER_NOMEM;
    return code;
}

static enum garner_code add_text(struct copy *c, const char *text, bool comment)
{
    struct gn_buf good = {0};
    enum garner_code code = count_node(c);
    size_t parent = c->depth - 1;
    xmlNode *to = NULL;

    if (code != GARNER_OK || (!comment && text[0] == '\0'))
        return code;
    if (make_utf8(&text, &good))
        to = comment ? gn_htmlnode_comment(c->doc, text, strlen(text))
                     : gn_htmlnode_text(c->doc, text, strlen(text));
    gn_buf_fini(&good);
    if (to == NULL)
        return GARNER_NOMEM;
    if (parent > GN_HTMLTREE_MOST_DEPTH)
        parent = GN_HTMLTREE_MOST_DEPTH;
    gn_htmlnode_append(c->levels[parent].to, to);
    return GARNER_OK;
}

/* The text that is next at this level, if there is one. */
static const char *next_text(const struct level *level)
{
    const GumboNode *node = level->next < level->children->length
                                ? level->children->data[level->next]
                                : NULL;

    return node != NULL && (node->type == GUMBO_NODE_TEXT ||
                            node->type == GUMBO_NODE_WHITESPACE ||
                            node->type == GUMBO_NODE_CDATA)
               ? node->v.text.text
               : NULL;
}

/* Texts beside one another are one, as in browsers: gumbo leaves those in
 * pieces that stand between the cells of a table, and so before it. */
static enum garner_code copy_texts(struct copy *c, const char *first)
{
    struct level *level = &c->levels[c->depth - 1];
    struct gn_buf whole = {0};
    enum garner_code code = GARNER_NOMEM;

    if (next_text(level) == NULL)
        return add_text(c, first, false);
    gn_buf_text(&whole, first);
    for (const char *text; (text = next_text(level)) != NULL; level->next++)
        gn_buf_text(&whole, text);
    if (!gn_buf_failed(&whole))
        code = add_text(c, gn_buf_cstr(&whole), false);
    gn_buf_fini(&whole);
    return code;
}

static enum garner_code copy_all(struct copy *c, const GumboNode *document)
{
    enum garner_code code = GARNER_OK;

    if (!push(c, &document->v.document.children, (xmlNode *)c->doc))
        return GARNER_NOMEM;
    while (c->depth > 0 && code == GARNER_OK) {
        struct level *level = &c->levels[c->depth - 1];
        const GumboNode *node;

        if (level->next == level->children->length) {
            c->depth--;
            continue;
        }
        node = level->children->data[level->next++];
        if (node->type == GUMBO_NODE_ELEMENT ||
            node->type == GUMBO_NODE_TEMPLATE)
            code = copy_element(c, &node->v.element);
        else if (node->type == GUMBO_NODE_COMMENT)
            code = add_text(c, node->v.text.text, true);
        else
            code = copy_texts(c, node->v.text.text);
    }
    return code;
}

static enum garner_code copy_tree(struct hold *h, const GumboOutput *from,
                                  xmlDoc **out)
{
    struct copy c = {.budget = h->budget};
    enum garner_code code = GARNER_NOMEM;

    c.doc = gn_htmlnode_document();
    if (c.doc != NULL)
        code = copy_all(&c, from->document);
    gn_free(c.levels);
    if (code == GARNER_OK) {
        gn_nodeorder_number(c.doc);
        *out = c.doc;
    } else {
        gn_htmlnode_free(c.doc);
    }
    return code;
}

/* --- both -----------------------------------------------------------------*/

static enum garner_code parse(struct hold *h, const char *html, size_t size,
                              xmlDoc **out)
{
    GumboOptions options = kGumboDefaultOptions;
    const GumboOutput *tree;

    options.allocator = allocate;
    options.deallocator = release;
    options.userdata = h;
    options.max_errors = 0; /* nobody reads them, and there may be millions */
    if (setjmp(h->out) != 0)
        return h->code;
    tree = gumbo_parse_with_options(&options, html, size);
    return copy_tree(h, tree, out);
}

static enum garner_code timed_out(struct garner_error *err)
{
    return gn_fail(err, GARNER_TIMEOUT, "the time ended while HTML was parsed");
}

static enum garner_code no_memory(size_t size, struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM,
                   "no memory for an HTML document of %zu bytes", size);
}

enum garner_code gn_htmltree_by_gumbo(const char *html, size_t size,
                                      struct gn_budget *budget, xmlDoc **out,
                                      struct garner_error *err)
{
    struct hold *h;
    const size_t deep = too_deep(html, size);
    enum garner_code code;

    *out = NULL;
    if (deep < size) {
        const struct gn_place place = gn_place_of(html, size, deep);

        return gn_fail(err, GARNER_INVALID,
                       "more than %d tags are open at line %zu, column %zu",
                       GN_HTMLTREE_MOST_NESTED, place.line, place.column);
    }
    h = gn_alloc(sizeof *h);
    if (h == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for an HTML document");
    h->budget = budget;
    code = parse(h, html, size, out);
    gn_arena_clear(&h->arena);
    gn_free(h);
    if (code == GARNER_FULL)
        return gn_fail(err, GARNER_INVALID,
                       "an HTML document of %zu bytes has more than %d nodes",
                       size, MOST_NODES);
    if (code == GARNER_TIMEOUT)
        return timed_out(err);
    return code == GARNER_NOMEM ? no_memory(size, err) : code;
}

enum garner_code gn_htmltree_parse(const char *html, size_t size,
                                   struct gn_budget *budget, xmlDoc **out,
                                   struct garner_error *err)
{
    const enum garner_code code = gn_htmlplain_parse(html, size, budget, out);

    if (code == GARNER_TIMEOUT)
        return timed_out(err);
    if (code == GARNER_NOMEM)
        return no_memory(size, err);
    return *out != NULL ? code
                        : gn_htmltree_by_gumbo(html, size, budget, out, err);
}
