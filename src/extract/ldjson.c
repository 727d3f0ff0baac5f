#include "extract/ldjson.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "extract/excerpt.h"
#include "extract/jsonfault.h"
#include "extract/jsonscan.h"
#include "extract/nodeorder.h"
#include "extract/nodetext.h"

static bool is_ldjson(const xmlNode *node)
{
    static const char type[] = "application/ld+json";
    const char *value;

    if (node->type != XML_ELEMENT_NODE ||
        strcmp((const char *)node->name, "script") != 0)
        return false;
    value = gn_nodetext_attribute(node, "type");
    if (value == NULL)
        return false;
    value += strspn(value, " \t\r\n\f");
    return strncasecmp(value, type, sizeof type - 1) == 0 &&
           strchr(" \t\r\n\f;", value[sizeof type - 1]) != NULL;
}

/* --- the objects of a script ----------------------------------------------*/

static const char *end_of(const struct gn_ldjson *l)
{
    return l->text.data + l->text.size;
}

static bool add(struct gn_ldjson *l, const char *object)
{
    if (l->count == l->room) {
        const size_t room = l->room * 2 + 8;
        const char **objects =
            gn_realloc((void *)l->objects, room * sizeof objects[0]);

        if (objects == NULL)
            return false;
        l->objects = objects;
        l->room = room;
    }
    l->objects[l->count++] = object;
    return true;
}

/* The first element of the array at at, or the one after an element; NULL:
 * there is no more. */
static const char *element(const struct gn_ldjson *l, const char *at,
                           bool first)
{
    at = first ? at + 1 : gn_jsonscan_end(at, end_of(l));
    at = gn_jsonscan_blank(at, end_of(l));
    if (!first && *at == ',')
        at = gn_jsonscan_blank(at + 1, end_of(l));
    return *at != ']' ? at : NULL;
}

/* What is at path in the object; NULL: nothing. *ok false: no memory. */
static const char *find(const struct gn_ldjson *l, const char *object,
                        const char *path, bool *ok)
{
    const char *found = NULL;
    size_t fault;

    if (gn_jsonscan_find(object, end_of(l), path, &found, &fault) != GARNER_OK)
        *ok = false;
    return found;
}

/* Adds the objects of a graph, or what is none itself. */
static bool add_graph(struct gn_ldjson *l, const char *at)
{
    bool ok = true;
    const char *graph = *at == '{' ? find(l, at, "$.\"@graph\"", &ok) : NULL;

    if (graph == NULL || *graph != '[')
        return ok && (*at != '{' || add(l, at));
    for (const char *e = element(l, graph, true); e != NULL && ok;
         e = element(l, e, false))
        ok = *e != '{' || add(l, e);
    return ok;
}

static void note_fault(struct gn_ldjson *l, const struct gn_json_fault *fault)
{
    const struct gn_place place =
        gn_place_of(l->text.data, l->text.size, fault->at);
    char excerpt[GN_EXCERPT_SIZE];

    gn_excerpt(excerpt, l->text.data, l->text.size, fault->at);
    gn_buf_printf(&l->fault,
                  "no JSON from line %zu, column %zu of the script on: %s: %s",
                  place.line, place.column, fault->what, excerpt);
}

/* Makes blanks of marks around the script, so that places in it stay: browsers
 * that knew no scripts were not to show them, and readers of XML not to read
 * them. */
static void blank_marks(struct gn_ldjson *l)
{
    static const char *const marks[][2] = {{"<!--", "-->"},
                                           {"<![CDATA[", "]]>"}};
    static const char blanks[] = " \t\r\n\f";

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *text = gn_buf_cstr(&l->text);
        const size_t open = strlen(marks[i][0]);
        const size_t close = strlen(marks[i][1]);
        size_t at = strspn(text, blanks);
        size_t end = l->text.size;

        if (strncmp(text + at, "//", 2) == 0)
            at += 2;
        if (strncmp(text + at, marks[i][0], open) != 0)
            continue;
        memset(l->text.data + at, ' ', open);
        if (at >= 2 && l->text.data[at - 1] == '/')
            memset(l->text.data + at - 2, ' ', 2);
        while (end > 0 && strchr(blanks, text[end - 1]) != NULL)
            end--;
        if (end < close || memcmp(text + end - close, marks[i][1], close) != 0)
            continue;
        end -= close;
        memset(l->text.data + end, ' ', close);
        while (end > 0 && text[end - 1] == '/')
            l->text.data[--end] = ' ';
    }
}

/* Reads the objects of the script. */
static bool read_script(struct gn_ldjson *l)
{
    struct gn_json_fault fault;
    const char *at;
    bool ok = true;

    l->count = l->at = 0;
    gn_buf_clear(&l->text);
    gn_buf_clear(&l->fault);
    for (const xmlNode *n = l->script->children; n != NULL; n = n->next)
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
            gn_buf_text(&l->text, (const char *)n->content);
    if (gn_buf_failed(&l->text))
        return false;
    if (l->text.size == 0)
        return true;
    blank_marks(l);
    if (gn_json_fault(l->text.data, l->text.size, &fault)) {
        note_fault(l, &fault);
        return !gn_buf_failed(&l->fault);
    }
    at = gn_jsonscan_blank(l->text.data, end_of(l));
    if (*at != '[')
        return add_graph(l, at);
    for (const char *e = element(l, at, true); e != NULL && ok;
         e = element(l, e, false))
        ok = add_graph(l, e);
    return ok;
}

/* --- all ------------------------------------------------------------------*/

/* Stands on the first script from node on that has something. */
static bool find_script(struct gn_ldjson *l, const xmlNode *node)
{
    for (; node != NULL; node = gn_nodeorder_after(node, l->top)) {
        if (!is_ldjson(node))
            continue;
        l->script = node;
        if (!read_script(l))
            return false;
        if (l->count > 0 || l->fault.size > 0)
            return true;
    }
    l->script = NULL;
    return true;
}

bool gn_ldjson_open(struct gn_ldjson *l, const xmlNode *top)
{
    *l = (struct gn_ldjson){.top = top};
    return find_script(l, top);
}

void gn_ldjson_close(struct gn_ldjson *l)
{
    gn_buf_fini(&l->text);
    gn_buf_fini(&l->fault);
    gn_free((void *)l->objects);
    *l = (struct gn_ldjson){0};
}

bool gn_ldjson_next(struct gn_ldjson *l)
{
    if (++l->at < l->count)
        return true;
    return find_script(l, gn_nodeorder_after(l->script, l->top));
}

void gn_ldjson_object(const struct gn_ldjson *l, struct gn_buf *out)
{
    if (l->at < l->count)
        gn_buf_append(out, l->objects[l->at],
                      (size_t)(gn_jsonscan_end(l->objects[l->at], end_of(l)) -
                               l->objects[l->at]));
}

void gn_ldjson_type(const struct gn_ldjson *l, struct gn_buf *out)
{
    bool ok = true;
    const char *type = l->at < l->count
                           ? find(l, l->objects[l->at], "$.\"@type\"", &ok)
                           : NULL;

    if (type != NULL && *type == '[')
        type = element(l, type, true);
    if (type != NULL && *type == '"')
        gn_jsonscan_text(type, end_of(l), out);
    out->failed = out->failed || !ok;
}
