#include "extract/css.h"

#include <stdbool.h>
#include <string.h>

#include "extract/csslex.h"
#include "extract/cssxpath.h"

/* https://www.w3.org/TR/selectors-4/. A selector is read from left to right and
 * becomes a node test with conditions for its last element, in which what
 * stands before it is one more condition:
 *
 *   ul > li a   a[ancestor::li[parent::ul]]
 *
 * so that elements are gone through once, however many ancestors match. In
 * :has() it is the other way round: a[child::b[descendant::c]]. */
enum {
    MOST_DEPTH = 16,     /* of :not(:is(...)) */
    MOST_COMPOUNDS = 200 /* in all; each is a level of XPath's brackets */
};

struct parser {
    struct gn_csslex lex;
    int depth;
    int compounds;
    bool failed; /* memory ran out */
};

/* One compound selector: td.x[y] */
struct compound {
    struct gn_buf test;       /* * or a name */
    struct gn_buf conditions; /* joined by " and "; may be empty */
};

static void lower_all(struct gn_buf *b)
{
    for (size_t i = 0; i < b->size; i++)
        b->data[i] = gn_csslex_lower(b->data[i]);
}

/* Frees a buffer; that it failed is remembered. */
static void drop(struct parser *p, struct gn_buf *b)
{
    p->failed = p->failed || gn_buf_failed(b);
    gn_buf_fini(b);
}

static struct gn_buf *condition(struct compound *c)
{
    if (c->conditions.size > 0)
        gn_buf_text(&c->conditions, " and ");
    return &c->conditions;
}

/* --- [attribute], .class, #id ---------------------------------------------*/

/* The rest of [name OPERATOR value i], from the operator on. */
static bool read_match(struct parser *p, struct compound *c,
                       const struct gn_buf *name, struct gn_buf *value)
{
    char operator[3] = {*p->lex.at, '\0', '\0'};

    if (*p->lex.at != '\0' && p->lex.at[1] == '=' &&
        strchr("~|^$*", *p->lex.at) != NULL)
        p->lex.at++;
    if (*p->lex.at != '=')
        return gn_csslex_fail(&p->lex,
                              "one of = ~= |= ^= $= *= or ] is expected");
    p->lex.at++;
    gn_csslex_skip_space(&p->lex);
    if (*p->lex.at == '"' || *p->lex.at == '\'') {
        if (!gn_csslex_string(&p->lex, value))
            return false;
    } else if (!gn_csslex_name(&p->lex, value,
                               "a name or a \"string\" is expected")) {
        return false;
    }
    gn_csslex_skip_space(&p->lex);
    if ((*p->lex.at == 'i' || *p->lex.at == 'I') &&
        !gn_csslex_is_name(p->lex.at[1])) {
        operator[1] = 'i';
        p->lex.at++;
        gn_csslex_skip_space(&p->lex);
    }
    gn_cssxpath_match(condition(c), gn_buf_cstr(name), operator,
                      gn_buf_cstr(value));
    return true;
}

static bool read_attribute(struct parser *p, struct compound *c)
{
    struct gn_buf name = {0};
    struct gn_buf value = {0};
    bool ok;

    p->lex.at++;
    gn_csslex_skip_space(&p->lex);
    ok = gn_csslex_name(&p->lex, &name, "the name of an attribute is expected");
    lower_all(&name);
    gn_csslex_skip_space(&p->lex);
    if (ok && *p->lex.at == ']')
        gn_cssxpath_match(condition(c), gn_buf_cstr(&name), "?", "");
    else
        ok = ok && read_match(p, c, &name, &value);
    if (ok && *p->lex.at != ']')
        ok = gn_csslex_fail(&p->lex, "a ] is missing");
    if (ok)
        p->lex.at++;
    drop(p, &name);
    drop(p, &value);
    return ok;
}

static bool read_class_or_id(struct parser *p, struct compound *c)
{
    const bool is_class = *p->lex.at++ == '.';
    struct gn_buf value = {0};
    const bool ok = gn_csslex_name(&p->lex, &value,
                                   is_class ? "the name of a class is expected"
                                            : "an id is expected");

    if (ok)
        gn_cssxpath_match(condition(c), is_class ? "class" : "id",
                          is_class ? "~" : "=", gn_buf_cstr(&value));
    drop(p, &value);
    return ok;
}

/* --- pseudo-classes -------------------------------------------------------*/

static bool read_list(struct parser *p, struct gn_buf *out);
static bool read_relative_list(struct parser *p, struct gn_buf *out);

/* :is(...) and its like, from the bracket on. */
static bool read_nested(struct parser *p, const char *name, struct compound *c)
{
    const bool relative = strcmp(name, "has") == 0;
    struct gn_buf *out = condition(c);
    bool ok;

    if (++p->depth > MOST_DEPTH)
        return gn_csslex_fail(&p->lex, "selectors are nested too deep");
    p->lex.at++;
    gn_buf_text(out, strcmp(name, "not") == 0 ? "not(" : "(");
    ok = relative ? read_relative_list(p, out) : read_list(p, out);
    gn_buf_byte(out, ')');
    if (ok && *p->lex.at != ')')
        ok = gn_csslex_fail(&p->lex, "a ) is missing");
    if (ok)
        p->lex.at++;
    p->depth--;
    return ok;
}

static bool read_nth(struct parser *p, const char *place, struct compound *c)
{
    int a;
    int b;

    p->lex.at++;
    gn_csslex_skip_space(&p->lex);
    if (!gn_csslex_an_plus_b(&p->lex, &a, &b))
        return false;
    gn_csslex_skip_space(&p->lex);
    if (*p->lex.at != ')')
        return gn_csslex_fail(&p->lex, "a ) is missing");
    p->lex.at++;
    gn_cssxpath_nth(condition(c), place, a, b);
    return true;
}

/* :lang(en), from the bracket on. */
static bool read_lang(struct parser *p, struct compound *c)
{
    struct gn_buf language = {0};
    bool ok;

    p->lex.at++;
    gn_csslex_skip_space(&p->lex);
    ok = *p->lex.at == '"' || *p->lex.at == '\''
             ? gn_csslex_string(&p->lex, &language)
             : gn_csslex_name(&p->lex, &language, "a language is expected");
    gn_csslex_skip_space(&p->lex);
    if (ok && *p->lex.at != ')')
        ok = gn_csslex_fail(&p->lex, "a ) is missing");
    if (ok) {
        p->lex.at++;
        gn_buf_text(condition(c), "gn-lang(");
        gn_cssxpath_literal(&c->conditions, gn_buf_cstr(&language));
        gn_buf_byte(&c->conditions, ')');
    }
    drop(p, &language);
    return ok;
}

static bool read_function(struct parser *p, const char *start, const char *name,
                          struct compound *c)
{
    static const char *const nested[] = {"is", "where", "not", "has"};
    const char *place = gn_cssxpath_place(name);

    for (size_t i = 0; i < sizeof nested / sizeof nested[0]; i++)
        if (strcmp(name, nested[i]) == 0)
            return read_nested(p, name, c);
    if (place != NULL)
        return read_nth(p, place, c);
    if (strcmp(name, "lang") == 0)
        return read_lang(p, c);
    return gn_csslex_fail_at(&p->lex, start,
                             "no such pseudo-class with brackets");
}

static bool read_pseudo(struct parser *p, struct compound *c)
{
    const char *start = p->lex.at++;
    struct gn_buf word = {0};
    const char *name;
    bool ok;

    if (*p->lex.at == ':')
        return gn_csslex_fail_at(
            &p->lex, start,
            "a pseudo-element is no node; html_text and html_attr "
            "read what is in one");
    ok = gn_csslex_name(&p->lex, &word,
                        "the name of a pseudo-class is expected");
    lower_all(&word);
    name = gn_buf_cstr(&word);
    if (ok && *p->lex.at == '(') {
        ok = read_function(p, start, name, c);
    } else if (ok) {
        const char *is = gn_cssxpath_class(name);

        if (is != NULL)
            gn_buf_text(condition(c), is);
        else
            ok = gn_csslex_fail_at(&p->lex, start, "no such pseudo-class");
    }
    drop(p, &word);
    return ok;
}

/* --- compounds and what joins them ----------------------------------------*/

static void free_compound(struct parser *p, struct compound *c)
{
    drop(p, &c->test);
    drop(p, &c->conditions);
}

static bool read_type(struct parser *p, struct compound *c)
{
    if (*p->lex.at == '*') {
        p->lex.at++;
    } else if (gn_csslex_is_name(*p->lex.at) || *p->lex.at == '\\') {
        struct gn_buf name = {0};
        bool ok = gn_csslex_name(&p->lex, &name,
                                 "the name of an element is expected");

        lower_all(&name);
        if (ok && gn_cssxpath_is_name(gn_buf_cstr(&name))) {
            gn_buf_text(&c->test, gn_buf_cstr(&name));
        } else if (ok) {
            gn_buf_text(condition(c), "name()=");
            gn_cssxpath_literal(&c->conditions, gn_buf_cstr(&name));
        }
        drop(p, &name);
        if (!ok)
            return false;
    }
    if (c->test.size == 0)
        gn_buf_byte(&c->test, '*');
    if (*p->lex.at == '|' && p->lex.at[1] != '=')
        return gn_csslex_fail(&p->lex,
                              "namespaces are not known here; use xpath_each");
    return true;
}

static bool read_compound(struct parser *p, struct compound *c)
{
    const char *start = p->lex.at;
    bool ok = read_type(p, c);

    if (ok && ++p->compounds > MOST_COMPOUNDS)
        return gn_csslex_fail(&p->lex, "the selector is too long");
    while (ok) {
        gn_csslex_skip_comments(&p->lex);
        switch (*p->lex.at) {
        case '.':
        case '#':
            ok = read_class_or_id(p, c);
            continue;
        case '[':
            ok = read_attribute(p, c);
            continue;
        case ':':
            ok = read_pseudo(p, c);
            continue;
        default:
            break;
        }
        break;
    }
    if (ok && p->lex.at == start)
        ok = gn_csslex_fail(&p->lex, "a selector is expected");
    return ok;
}

/* One of > + ~, a space, or 0: the selector ends here. */
static char read_combinator(struct parser *p)
{
    bool spaced;
    char c;

    gn_csslex_skip_comments(&p->lex);
    spaced = gn_csslex_is_space(*p->lex.at);
    gn_csslex_skip_space(&p->lex);
    c = *p->lex.at;
    if (c == '>' || c == '+' || c == '~') {
        p->lex.at++;
        gn_csslex_skip_space(&p->lex);
        return c;
    }
    return spaced && c != '\0' && c != ',' && c != ')' ? ' ' : '\0';
}

static const char *axis_back(char combinator)
{
    switch (combinator) {
    case '>':
        return "parent::";
    case '+':
        return "preceding-sibling::*[1]/self::";
    case '~':
        return "preceding-sibling::";
    default:
        return "ancestor::";
    }
}

static const char *axis_on(char combinator)
{
    switch (combinator) {
    case '>':
        return "child::";
    case '+':
        return "following-sibling::*[1]/self::";
    case '~':
        return "following-sibling::";
    default:
        return "descendant::";
    }
}

/* Reads one compound; *so_far, what leads to it, becomes a condition of it. */
static bool read_step(struct parser *p, char combinator, struct gn_buf *so_far)
{
    struct compound c = {0};
    const bool ok = read_compound(p, &c);

    if (so_far->size > 0) {
        struct gn_buf *out = condition(&c);

        gn_buf_text(out, axis_back(combinator));
        gn_buf_append(out, gn_buf_cstr(so_far), so_far->size);
    }
    if (c.conditions.size > 0) {
        gn_buf_byte(&c.test, '[');
        gn_buf_append(&c.test, c.conditions.data, c.conditions.size);
        gn_buf_byte(&c.test, ']');
    }
    drop(p, so_far);
    *so_far = c.test;
    c.test = (struct gn_buf){0};
    free_compound(p, &c);
    return ok;
}

/* One selector, as a node test with all its conditions. */
static bool read_complex(struct parser *p, struct gn_buf *out)
{
    char combinator = '\0';
    bool ok = true;

    gn_csslex_skip_space(&p->lex);
    if (*p->lex.at == '>' || *p->lex.at == '+' || *p->lex.at == '~') {
        gn_buf_text(out, "*[gn-scope()]");
        combinator = read_combinator(p);
    }
    do
        ok = read_step(p, combinator, out);
    while (ok && (combinator = read_combinator(p)) != '\0');
    return ok;
}

/* self::A or self::B ... */
static bool read_list(struct parser *p, struct gn_buf *out)
{
    bool ok = true;

    for (;;) {
        struct gn_buf one = {0};

        ok = read_complex(p, &one);
        gn_buf_text(out, "self::");
        gn_buf_append(out, gn_buf_cstr(&one), one.size);
        drop(p, &one);
        if (!ok || *p->lex.at != ',')
            return ok;
        p->lex.at++;
        gn_buf_text(out, " or ");
    }
}

/* What is in :has(), without its commas. */
static bool read_relative(struct parser *p, struct gn_buf *out)
{
    int open = 0;
    bool ok = true;
    char combinator;

    gn_csslex_skip_space(&p->lex);
    combinator = read_combinator(p);
    do {
        struct compound c = {0};

        if (open > 0)
            gn_buf_text(out, " and ");
        ok = read_compound(p, &c);
        gn_buf_printf(out, "%s%s[%s", axis_on(combinator), gn_buf_cstr(&c.test),
                      c.conditions.size > 0 ? c.conditions.data : "true()");
        free_compound(p, &c);
        open++;
    } while (ok && (combinator = read_combinator(p)) != '\0');
    while (open-- > 0)
        gn_buf_byte(out, ']');
    return ok;
}

static bool read_relative_list(struct parser *p, struct gn_buf *out)
{
    bool ok;

    while ((ok = read_relative(p, out)) && *p->lex.at == ',') {
        p->lex.at++;
        gn_buf_text(out, " or ");
    }
    return ok;
}

enum garner_code gn_css_to_xpath(const char *css, struct gn_buf *xpath,
                                 struct gn_css_fault *fault)
{
    struct parser p = {.lex = {.start = css, .at = css, .fault = fault}};
    struct gn_buf out = {0};
    bool is_list;

    *fault = (struct gn_css_fault){0, NULL};
    (void)read_complex(&p, &out);
    is_list = fault->what == NULL && *p.lex.at == ',';
    if (is_list) { /* again, as one of several */
        p.lex.at = css;
        p.compounds = 0;
        drop(&p, &out);
        (void)read_list(&p, &out);
    }
    if (fault->what == NULL && *p.lex.at != '\0')
        (void)gn_csslex_fail(&p.lex, "this cannot stand here");
    p.failed = p.failed || gn_buf_failed(&out);
    if (fault->what == NULL && !p.failed)
        gn_buf_printf(xpath, is_list ? "descendant::*[%s]" : "descendant::%s",
                      gn_buf_cstr(&out));
    gn_buf_fini(&out);
    if (p.failed || gn_buf_failed(xpath))
        return GARNER_NOMEM;
    return fault->what == NULL ? GARNER_OK : GARNER_INVALID;
}
