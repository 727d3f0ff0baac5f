#include "extract/search.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libxml/xpathInternals.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "extract/css.h"
#include "extract/csscalls.h"
#include "extract/excerpt.h"
#include "extract/htmlnode.h"
#include "extract/nodeorder.h"
#include "extract/xpathscan.h"

enum {
    MOST_COMPILED = 64,    /* kept */
    MOST_TEXT = 4096,      /* bytes of an expression: libxml2's parser calls
                              itself for each bracket */
    MOST_STEPS = 50000000, /* of one evaluation: some seconds */
};

struct compiled {
    char *text;
    bool is_css;
    bool is_sound; /* all that it uses is there, and always will be */
    xmlXPathCompExpr *code;
};

struct gn_search {
    struct gn_budget *budget;
    xmlXPathContext *context;
    struct compiled kept[MOST_COMPILED];
    size_t count;
    size_t oldest; /* goes next, once all places are taken */
};

/* --- compiling ------------------------------------------------------------*/

/* Some errors it prints beside that, by a hook of each thread. */
static void ignore_message(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* Its first calls may not meet. */
static void start_libxml2(void)
{
    xmlInitParser();
    xmlXPathInit();
}

/* libxml2 keeps the last error in the context; without this it prints it. */
static void ignore_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

enum garner_code gn_search_new(struct gn_budget *budget, struct gn_search **out,
                               struct garner_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct gn_search *s = gn_alloc(sizeof *s);
    bool ok = s != NULL;

    GN_CHECK(pthread_once(&once, start_libxml2) == 0);
    *out = s;
    if (ok) {
        s->budget = budget;
        s->context = xmlXPathNewContext(NULL);
        ok = s->context != NULL;
    }
    ok = ok && gn_csscalls_register(s->context);
    if (!ok) {
        gn_search_free(s);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "no memory for an XPath context");
    }
    s->context->error = ignore_error;
    return GARNER_OK;
}

static void clear(struct compiled *c)
{
    xmlXPathFreeCompExpr(c->code);
    gn_free(c->text);
}

void gn_search_free(struct gn_search *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        clear(&s->kept[i]);
    xmlXPathFreeContext(s->context);
    gn_free(s);
}

/* libxml2 has texts of its own for these, but does not give them. */
static const char *meaning(int code)
{
    static const struct {
        int code;
        const char *text;
    } meanings[] = {
        {XPATH_NUMBER_ERROR, "a number is wrong"},
        {XPATH_UNFINISHED_LITERAL_ERROR, "a 'string' does not end"},
        {XPATH_START_LITERAL_ERROR, "a 'string' is expected"},
        {XPATH_VARIABLE_REF_ERROR, "a $variable has no name"},
        {XPATH_UNDEF_VARIABLE_ERROR, "there are no variables"},
        {XPATH_INVALID_PREDICATE_ERROR, "what is in [ ] is wrong"},
        {XPATH_UNCLOSED_ERROR, "a ) or ] is missing"},
        {XPATH_INVALID_CHAR_ERROR, "this cannot stand here"},
        {XPATH_INVALID_OPERAND, "an operand is wrong"},
        {XPATH_INVALID_TYPE, "a value has the wrong type"},
        {XPATH_INVALID_ARITY, "a function has too many or too few arguments"},
        {XPATH_UNKNOWN_FUNC_ERROR, "there is no such function"},
        {XPATH_UNDEF_PREFIX_ERROR, "no namespace has this prefix"},
        {XPATH_RECURSION_LIMIT_EXCEEDED, "brackets are nested too deep"},
    };

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (XML_XPATH_EXPRESSION_OK + meanings[i].code == code)
            return meanings[i].text;
    return "it is no XPath expression";
}

static enum garner_code blame(const char *text, size_t at, int code,
                              struct garner_error *err)
{
    const size_t size = strlen(text);
    char excerpt[GN_EXCERPT_SIZE];

    at = at < size ? at : size;
    gn_excerpt(excerpt, text, size, at);
    return gn_fail(err, GARNER_INVALID, "the XPath at column %zu: %s: %s",
                   at + 1, meaning(code), excerpt);
}

/* Why libxml2 refused an expression, or gave it up. */
static enum garner_code explain(struct gn_search *s, const char *text,
                                bool compiling, struct garner_error *err)
{
    const xmlError *e = &s->context->lastError;

    if (e->code == XML_ERR_NO_MEMORY ||
        e->code == XML_XPATH_EXPRESSION_OK + XPATH_MEMORY_ERROR)
        return gn_fail(err, GARNER_NOMEM, "no memory to evaluate an XPath");
    if (e->code == XML_XPATH_EXPRESSION_OK + XPATH_OP_LIMIT_EXCEEDED)
        return gn_fail(err, GARNER_INVALID,
                       "\"%.100s\" takes more than %d steps on this document",
                       text, MOST_STEPS);
    if (!compiling)
        return gn_fail(err, GARNER_INVALID, "the XPath \"%.100s\": %s", text,
                       meaning(e->code));
    return blame(text, e->int1 > 0 ? (size_t)e->int1 : 0, e->code, err);
}

/* The error that libxml2 would have when it comes to use; 0: it is there. */
static int lacking(struct gn_search *s, const struct gn_xpath_use *use,
                   const xmlChar *name)
{
    switch (use->kind) {
    case GN_XPATH_FUNCTION:
        return xmlXPathFunctionLookup(s->context, name) == NULL
                   ? XPATH_UNKNOWN_FUNC_ERROR
                   : 0;
    case GN_XPATH_PREFIX:
        return xmlXPathNsLookup(s->context, name) == NULL
                   ? XPATH_UNDEF_PREFIX_ERROR
                   : 0;
    case GN_XPATH_VARIABLE:
        break;
    }
    return XPATH_UNDEF_VARIABLE_ERROR;
}

/* Looks for what an expression uses before libxml2 does, which looks only where
 * a document leads it there. */
static enum garner_code check_uses(struct gn_search *s, const char *xpath,
                                   bool *is_sound, struct garner_error *err)
{
    struct gn_xpathscan scan = {.at = xpath};
    struct gn_xpath_use use;
    bool sound = true;

    while (gn_xpathscan_next(&scan, &use)) {
        char *name = gn_memdup(use.name, use.size);
        int fault;

        if (name == NULL)
            return gn_fail(err, GARNER_NOMEM, "no memory to check an XPath");
        fault = lacking(s, &use, (const xmlChar *)name);
        gn_free(name);
        if (use.kind == GN_XPATH_PREFIX)
            sound = false; /* another document may have others */
        if (fault != 0)
            return blame(xpath, (size_t)(use.name - xpath),
                         XML_XPATH_EXPRESSION_OK + fault, err);
    }
    *is_sound = sound;
    return GARNER_OK;
}

static enum garner_code compile_xpath(struct gn_search *s, const char *xpath,
                                      xmlXPathCompExpr **out,
                                      struct garner_error *err)
{
    if (strlen(xpath) > MOST_TEXT)
        return gn_fail(err, GARNER_INVALID, "the XPath is longer than %d bytes",
                       MOST_TEXT);
    xmlResetError(&s->context->lastError);
    *out = xmlXPathCtxtCompile(s->context, (const xmlChar *)xpath);
    return *out != NULL ? GARNER_OK : explain(s, xpath, true, err);
}

static enum garner_code compile_css(struct gn_search *s, const char *css,
                                    xmlXPathCompExpr **out,
                                    struct garner_error *err)
{
    struct gn_buf xpath = {0};
    struct gn_css_fault fault;
    char excerpt[GN_EXCERPT_SIZE];
    enum garner_code code = gn_css_to_xpath(css, &xpath, &fault);

    if (code == GARNER_OK) {
        *out = xmlXPathCtxtCompile(s->context,
                                   (const xmlChar *)gn_buf_cstr(&xpath));
        if (*out == NULL)
            code = explain(s, gn_buf_cstr(&xpath), true, err);
    } else if (code == GARNER_NOMEM) {
        (void)gn_fail(err, code, "no memory for a selector");
    } else {
        gn_excerpt(excerpt, css, strlen(css), fault.at);
        (void)gn_fail(err, code, "the selector at column %zu: %s: %s",
                      fault.at + 1, fault.what, excerpt);
    }
    gn_buf_fini(&xpath);
    return code;
}

static enum garner_code compile(struct gn_search *s, const char *text,
                                bool is_css, struct compiled **out,
                                struct garner_error *err)
{
    struct compiled new = {.is_css = is_css, .is_sound = is_css};
    enum garner_code code;

    for (size_t i = 0; i < s->count; i++)
        if (s->kept[i].is_css == is_css && strcmp(s->kept[i].text, text) == 0) {
            *out = &s->kept[i];
            return GARNER_OK;
        }
    code = is_css ? compile_css(s, text, &new.code, err)
                  : compile_xpath(s, text, &new.code, err);
    if (code != GARNER_OK)
        return code;
    new.text = gn_strdup(text);
    if (new.text == NULL) {
        clear(&new);
        return gn_fail(err, GARNER_NOMEM, "no memory to keep a selector");
    }
    if (s->count < MOST_COMPILED) {
        *out = &s->kept[s->count++];
    } else {
        *out = &s->kept[s->oldest];
        clear(*out);
        s->oldest = (s->oldest + 1) % MOST_COMPILED;
    }
    **out = new;
    return GARNER_OK;
}

/* --- searching ------------------------------------------------------------*/

static enum garner_code evaluate(struct gn_search *s, const char *text,
                                 xmlXPathCompExpr *expression, xmlNode *from,
                                 xmlXPathObject **out, struct garner_error *err)
{
    xmlXPathContext *context = s->context;

    xmlSetGenericErrorFunc(NULL, ignore_message);
    xmlResetError(&context->lastError);
    context->doc = from->doc;
    context->node = from;
    context->opLimit = MOST_STEPS;
    context->opCount = 0;
    context->userData = from; /* :scope */
    *out = xmlXPathCompiledEval(expression, context);
    if (gn_budget_spent(s->budget)) {
        xmlXPathFreeObject(*out);
        *out = NULL;
        return gn_fail(err, GARNER_TIMEOUT, "the time ended in \"%.100s\"",
                       text);
    }
    return *out != NULL ? GARNER_OK : explain(s, text, false, err);
}

/* Whether an expression may call id(): few do, and all IDs of a document take
 * their time. */
static bool asks_for_ids(const char *xpath)
{
    const char *at = xpath;

    while ((at = strstr(at, "id")) != NULL) {
        at += 2;
        if (at[strspn(at, " \t\r\n")] == '(')
            return true;
    }
    return false;
}

enum garner_code gn_search_css(struct gn_search *s, const char *css,
                               xmlNode *from, xmlXPathObject **out,
                               struct garner_error *err)
{
    struct compiled *c;
    enum garner_code code = compile(s, css, true, &c, err);

    *out = NULL;
    return code == GARNER_OK ? evaluate(s, css, c->code, from, out, err) : code;
}

enum garner_code gn_search_xpath(struct gn_search *s, const char *xpath,
                                 xmlNode *from, xmlXPathObject **out,
                                 struct garner_error *err)
{
    struct compiled *c;
    enum garner_code code = compile(s, xpath, false, &c, err);

    *out = NULL;
    if (from->doc->type == XML_HTML_DOCUMENT_NODE && asks_for_ids(xpath))
        gn_htmlnode_know_ids(from->doc);
    if (code == GARNER_OK && !c->is_sound)
        code = check_uses(s, xpath, &c->is_sound, err);
    if (code == GARNER_OK)
        code = evaluate(s, xpath, c->code, from, out, err);
    if (*out != NULL && (*out)->type == XPATH_NODESET)
        gn_nodeorder_sort((*out)->nodesetval);
    return code;
}

size_t gn_search_count(const xmlXPathObject *found)
{
    if (found->type != XPATH_NODESET)
        return 1;
    return found->nodesetval != NULL ? (size_t)found->nodesetval->nodeNr : 0;
}

xmlNode *gn_search_first(const xmlXPathObject *found)
{
    return found->type == XPATH_NODESET && gn_search_count(found) > 0
               ? found->nodesetval->nodeTab[0]
               : NULL;
}

bool gn_search_prefix(struct gn_search *s, const char *prefix, const char *uri)
{
    return xmlXPathRegisterNs(s->context, (const xmlChar *)prefix,
                              (const xmlChar *)uri) == 0;
}

void gn_search_no_prefixes(struct gn_search *s)
{
    xmlXPathRegisteredNsCleanup(s->context);
}
