#include "extract/csscalls.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <libxml/xpathInternals.h>

static const xmlNode *next_element(const xmlNode *node, bool back)
{
    do
        node = back ? node->prev : node->next;
    while (node != NULL && node->type != XML_ELEMENT_NODE);
    return node;
}

/* htmltree.h numbers them. */
static double place_of(const xmlNode *node)
{
    return (double)(uintptr_t)node->_private;
}

static double last_place(const xmlNode *node)
{
    const xmlNode *last = node->parent->last;

    if (last->type != XML_ELEMENT_NODE)
        last = next_element(last, true);
    return place_of(last) - place_of(node) + 1;
}

static double place_of_type(const xmlNode *node, bool back,
                            unsigned long *steps)
{
    const xmlNode *other = node;
    double place = 1;

    while ((other = next_element(other, back)) != NULL) {
        place +=
            strcmp((const char *)other->name, (const char *)node->name) == 0;
        ++*steps;
    }
    return place;
}

/* The node that a function is about; NULL, and an error, unless it is an
 * element and the call has so many arguments. */
static const xmlNode *element(xmlXPathParserContext *p, int given, int wanted)
{
    const xmlNode *node = p->context->node;

    if (given != wanted) {
        xmlXPathSetArityError(p);
        return NULL;
    }
    if (node == NULL || node->type != XML_ELEMENT_NODE) {
        xmlXPathSetTypeError(p);
        return NULL;
    }
    return node;
}

static void return_number(xmlXPathParserContext *p, double number)
{
    xmlXPathObject *o = xmlXPathNewFloat(number);

    if (o != NULL)
        valuePush(p, o);
    else
        xmlXPathErr(p, XPATH_MEMORY_ERROR);
}

static void nth(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 0);

    if (node != NULL)
        return_number(p, place_of(node));
}

static void nth_last(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 0);

    if (node != NULL)
        return_number(p, last_place(node));
}

static void nth_of_type(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 0);

    if (node != NULL)
        return_number(p, place_of_type(node, true, &p->context->opCount));
}

static void nth_last_of_type(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 0);

    if (node != NULL)
        return_number(p, place_of_type(node, false, &p->context->opCount));
}

static void return_bool(xmlXPathParserContext *p, bool truth)
{
    xmlXPathObject *o = xmlXPathNewBoolean(truth);

    if (o != NULL)
        valuePush(p, o);
    else
        xmlXPathErr(p, XPATH_MEMORY_ERROR);
}

static void is_scope(xmlXPathParserContext *p, int n)
{
    const xmlNode *scope = p->context->userData;

    const xmlNode *node = element(p, n, 0);

    if (node != NULL) /* of a document, :scope is the root */
        return_bool(p,
                    node == scope || (node->parent == scope &&
                                      scope->type == XML_HTML_DOCUMENT_NODE));
}

static bool same(const char *a, const char *b, size_t size, bool any_case)
{
    return any_case ? strncasecmp(a, b, size) == 0 : strncmp(a, b, size) == 0;
}

/* A word of value, between white space, is wanted. */
static bool has_word(const char *value, const char *wanted, size_t size,
                     bool any_case)
{
    static const char space[] = " \t\r\n\f";

    for (;;) {
        size_t length;

        value += strspn(value, space);
        length = strcspn(value, space);
        if (length == 0)
            return false;
        if (length == size && same(value, wanted, size, any_case))
            return true;
        value += length;
    }
}

/* https://www.w3.org/TR/selectors-4/#attribute-selectors */
static bool matches(const char *value, const char *operator,
                    const char * wanted)
{
    const size_t has = strlen(value);
    const size_t size = strlen(wanted);
    const bool any_case = operator[0] != '\0' && operator[1] == 'i';

    switch (operator[0]) {
    case '?':
        return true;
    case '=':
        return has == size && same(value, wanted, size, any_case);
    case '~':
        return size > 0 && strpbrk(wanted, " \t\r\n\f") == NULL &&
               has_word(value, wanted, size, any_case);
    case '|':
        return has >= size && same(value, wanted, size, any_case) &&
               (value[size] == '\0' || value[size] == '-');
    case '^':
        return size > 0 && has >= size && same(value, wanted, size, any_case);
    case '$':
        return size > 0 && has >= size &&
               same(value + has - size, wanted, size, any_case);
    case '*':
        return size > 0 && (any_case ? strcasestr(value, wanted)
                                     : strstr(value, wanted)) != NULL;
    default:
        return false;
    }
}

static const char *value_of(const xmlNode *node, const char *name)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcmp((const char *)a->name, name) == 0)
            return a->children != NULL && a->children->content != NULL
                       ? (const char *)a->children->content
                       : "";
    return NULL;
}

static void attr(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 3);
    xmlChar *wanted;
    xmlChar *operator;
    xmlChar *name;

    if (node == NULL)
        return;
    wanted = xmlXPathPopString(p);
    operator= xmlXPathPopString(p);
    name = xmlXPathPopString(p);
    if (wanted == NULL || operator== NULL || name == NULL) {
        xmlXPathErr(p, XPATH_MEMORY_ERROR);
    } else {
        const char *value = value_of(node, (const char *)name);

        return_bool(p, value != NULL &&
                           matches(value, (const char *)operator,(const char *)
                                              wanted));
    }
    xmlFree(wanted);
    xmlFree(operator);
    xmlFree(name);
}

/* https://www.w3.org/TR/selectors-3/#lang-pseudo */
static void lang(xmlXPathParserContext *p, int n)
{
    const xmlNode *node = element(p, n, 1);
    const char *value = NULL;
    xmlChar *wanted;

    if (node == NULL)
        return;
    wanted = xmlXPathPopString(p);
    if (wanted == NULL) {
        xmlXPathErr(p, XPATH_MEMORY_ERROR);
        return;
    }
    for (; value == NULL && node != NULL && node->type == XML_ELEMENT_NODE;
         node = node->parent) {
        value = value_of(node, "lang");
        ++p->context->opCount;
    }
    return_bool(p, value != NULL && wanted[0] != '\0' &&
                       matches(value, "|i", (const char *)wanted));
    xmlFree(wanted);
}

bool gn_csscalls_register(xmlXPathContext *context)
{
    static const struct {
        const char *name;
        xmlXPathFunction function;
    } functions[] = {
        {"gn-attr", attr},
        {"gn-nth", nth},
        {"gn-nth-last", nth_last},
        {"gn-nth-of-type", nth_of_type},
        {"gn-nth-last-of-type", nth_last_of_type},
        {"gn-scope", is_scope},
        {"gn-lang", lang},
    };
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof functions / sizeof functions[0]; i++)
        ok = xmlXPathRegisterFunc(context, (const xmlChar *)functions[i].name,
                                  functions[i].function) == 0;
    return ok;
}
