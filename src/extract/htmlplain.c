#include "extract/htmlplain.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "extract/csslex.h"
#include "extract/htmlnode.h"
#include "extract/htmlopen.h"
#include "extract/nodeorder.h"

enum {
    TOKENS_PER_LOOK = 1024 /* at the clock */
};

/* --- tags in the body -----------------------------------------------------*/

/* Where one of a select may stand. */
static bool begin_option(struct gn_htmlopen *p)
{
    if (gn_htmlopen_is_in(p, GUMBO_TAG_OPTION))
        gn_htmlopen_pop(p);
    return gn_htmlopen_is_in(p, GUMBO_TAG_SELECT);
}

/* Whether an element may begin here; what ends by that has ended. */
static bool make_way(struct gn_htmlopen *p, GumboTag tag)
{
    const unsigned kind = gn_htmlkinds[tag];

    if (tag == GUMBO_TAG_OPTION)
        return begin_option(p);
    if (gn_htmlopen_is_in(p, GUMBO_TAG_SELECT) ||
        gn_htmlopen_is_in(p, GUMBO_TAG_OPTION))
        return false;
    if (gn_htmlopen_is_part(tag))
        return gn_htmlopen_begin_part(p, tag);
    if ((gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_PART) != 0)
        return (kind & GN_HTMLKIND_RAW) != 0 &&
               !gn_htmlopen_is_in(p, GUMBO_TAG_COLGROUP);
    if ((tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DD || tag == GUMBO_TAG_DT) &&
        !gn_htmlopen_end_item(p, tag))
        return false;
    if (tag == GUMBO_TAG_TABLE)
        return p->html5 ? gn_htmlopen_end_paragraph(p)
                        : !gn_htmlopen_has(p, GUMBO_TAG_P);
    if ((kind & GN_HTMLKIND_BLOCK) != 0 && !gn_htmlopen_end_paragraph(p))
        return false;
    return !(tag == GUMBO_TAG_FORM && p->forms > 0) &&
           !((kind & GN_HTMLKIND_HEADING) != 0 &&
             (gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_HEADING) != 0) &&
           !((tag == GUMBO_TAG_A || tag == GUMBO_TAG_BUTTON) &&
             gn_htmlopen_has(p, tag));
}

/* What an element without tags holds. */
static bool take_raw(struct gn_htmlopen *p, const struct gn_htmltoken *start,
                     bool coded)
{
    struct gn_htmltoken raw =
        gn_htmltoken_raw(&p->tokens, start->data, start->size);

    if (raw.kind != GN_HTMLTOKEN_TEXT)
        return false;
    if (coded && memchr(raw.data, '&', raw.size) != NULL) {
        gn_buf_clear(&p->text);
        if (!gn_htmltoken_decode(raw.data, raw.size, false, &p->text))
            return false;
        raw.data = gn_buf_cstr(&p->text);
        raw.size = p->text.size;
        p->lost = gn_buf_failed(&p->text);
    }
    if (p->lost || !gn_htmlopen_text(p, raw.data, raw.size))
        return false;
    gn_htmlopen_pop(p);
    return true;
}

/* Opens the element of a start tag, and closes it if it holds nothing. */
static bool insert(struct gn_htmlopen *p, GumboTag tag,
                   const struct gn_htmltoken *start)
{
    const unsigned kind = gn_htmlkinds[tag];
    const char *name = tag != GUMBO_TAG_UNKNOWN
                           ? gumbo_normalized_tagname(tag)
                           : gn_htmlnode_name(p->doc, start->data, start->size);

    p->lost = name == NULL;
    if (p->lost || !gn_htmlopen_push(p, tag, name) ||
        !gn_htmlopen_attributes(p))
        return false;
    if ((kind & GN_HTMLKIND_VOID) != 0)
        gn_htmlopen_pop(p);
    if ((kind & GN_HTMLKIND_LINEFEED) != 0 && p->tokens.at < p->tokens.end &&
        *p->tokens.at == '\n')
        p->tokens.at++;
    if ((kind & (GN_HTMLKIND_RAW | GN_HTMLKIND_CODED)) != 0)
        return take_raw(p, start, (kind & GN_HTMLKIND_CODED) != 0);
    return true;
}

static bool is_name(const struct gn_htmltoken *t, const xmlNode *node)
{
    const char *name = (const char *)node->name;

    return strlen(name) == t->size && strncasecmp(name, t->data, t->size) == 0;
}

/* The end of a p that none has begun, or of a br, is an empty one; that of
 * another element which has none is nothing. */
static bool end_none(struct gn_htmlopen *p, GumboTag tag)
{
    if ((gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_PART) != 0 ||
        gn_htmlopen_is_in(p, GUMBO_TAG_SELECT) ||
        gn_htmlopen_is_in(p, GUMBO_TAG_OPTION) ||
        gn_htmlopen_has(p, GUMBO_TAG_BUTTON))
        return false;
    if (tag != GUMBO_TAG_P && tag != GUMBO_TAG_BR)
        return true;
    if (!gn_htmlopen_push_known(p, tag))
        return false;
    gn_htmlopen_pop(p);
    return true;
}

/* Whether two ends are just the wrong way round: <b><i></b></i>. */
static bool end_both(struct gn_htmlopen *p, GumboTag tag)
{
    struct gn_htmltokens ahead = p->tokens;
    struct gn_htmltoken t;

    if (p->depth < 2 || p->levels[p->depth - 2].tag != tag ||
        (gn_htmlkinds[tag] & gn_htmlopen_kind(p, p->depth) &
         GN_HTMLKIND_FORMAT) == 0)
        return false;
    t = gn_htmltoken_next(&ahead);
    if (t.kind != GN_HTMLTOKEN_END || !is_name(&t, gn_htmlopen_top(p)->node))
        return false;
    p->tokens = ahead;
    gn_htmlopen_pop(p);
    gn_htmlopen_pop(p);
    return true;
}

/* gumbo has a text that a form ends with behind it; a page is to have one tree,
 * whoever makes it. */
static bool end_form(struct gn_htmlopen *p)
{
    xmlNode *form;
    xmlNode *text;

    gn_htmlopen_end_them(p, GUMBO_TAG_LAST);
    if (!gn_htmlopen_is_in(p, GUMBO_TAG_FORM))
        return false;
    form = gn_htmlopen_top(p)->node;
    text = form->last;
    gn_htmlopen_pop(p);
    if (text == NULL || text->type != XML_TEXT_NODE)
        return true;
    form->last = text->prev;
    if (text->prev != NULL)
        text->prev->next = NULL;
    else
        form->children = NULL;
    gn_htmlnode_append(gn_htmlopen_parent(p), text);
    return true;
}

static bool end_in_body(struct gn_htmlopen *p, GumboTag tag,
                        const struct gn_htmltoken *t)
{
    const unsigned kind = gn_htmlkinds[tag];

    if ((kind & GN_HTMLKIND_HEAD) != 0)
        return false;
    if (tag == GUMBO_TAG_TABLE || gn_htmlopen_is_part(tag))
        return tag != GUMBO_TAG_COL && gn_htmlopen_end_part(p, tag);
    if ((kind & GN_HTMLKIND_VOID) != 0 ||
        (tag == GUMBO_TAG_P && !gn_htmlopen_has(p, tag)))
        return end_none(p, tag);
    if (tag == GUMBO_TAG_SELECT && gn_htmlopen_is_in(p, GUMBO_TAG_OPTION))
        gn_htmlopen_pop(p);
    if (tag == GUMBO_TAG_FORM)
        return end_form(p);
    if ((kind & GN_HTMLKIND_ITSELF) != 0)
        return gn_htmlopen_end(p, tag, tag);
    if ((kind & GN_HTMLKIND_BLOCK) != 0 || tag == GUMBO_TAG_BUTTON)
        return gn_htmlopen_end(p, tag, GUMBO_TAG_LAST);
    if (end_both(p, tag))
        return true;
    if (!gn_htmlopen_is_in(p, tag) ||
        (tag == GUMBO_TAG_UNKNOWN && !is_name(t, gn_htmlopen_top(p)->node)))
        return false;
    gn_htmlopen_pop(p);
    return true;
}

/* --- drawings -------------------------------------------------------------*/

/* Elements of HTML in a drawing end it, or may stand in some of its own. */
static bool is_drawn(GumboTag tag, const struct gn_htmltoken *t)
{
    return tag == GUMBO_TAG_A || tag == GUMBO_TAG_TITLE ||
           (tag == GUMBO_TAG_UNKNOWN &&
            (t->size != 13 || strncasecmp(t->data, "foreignobject", 13) != 0));
}

static bool has_prefixes(const xmlNode *node)
{
    const xmlAttr *a = node->properties;

    while (a != NULL && strchr((const char *)a->name, ':') == NULL)
        a = a->next;
    return a != NULL;
}

/* An svg, or what stands in one, where tags may close themselves and names of
 * HTML do not mean anything. */
static bool begin_drawn(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    const GumboTag tag = p->svg > 0 ? GUMBO_TAG_UNKNOWN : GUMBO_TAG_SVG;
    const char *name = gn_htmlnode_name(p->doc, t->data, t->size);

    p->lost = name == NULL;
    if (p->lost || !gn_htmlopen_push(p, tag, name) ||
        !gn_htmlopen_attributes(p) || has_prefixes(gn_htmlopen_top(p)->node))
        return false;
    if (p->svg == 0)
        p->svg = p->depth;
    if (p->tokens.closed)
        gn_htmlopen_pop(p);
    return true;
}

static bool end_drawn(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    /* gumbo does not know </svg > for an end there */
    if (!is_name(t, gn_htmlopen_top(p)->node) || t->data[t->size] != '>')
        return false;
    gn_htmlopen_pop(p);
    return true;
}

static bool stands_in_title(struct gn_htmlopen *p)
{
    return strcmp((const char *)gn_htmlopen_top(p)->node->name, "title") == 0;
}

/* --- from html to body ----------------------------------------------------*/

/* Opens what is left out before the body, or before what stands in head. */
static bool go_on_to(struct gn_htmlopen *p, enum gn_htmlplace place)
{
    if (p->place == GN_HTML_BEFORE_HTML && place > GN_HTML_BEFORE_HTML) {
        if (!gn_htmlopen_push_known(p, GUMBO_TAG_HTML))
            return false;
        p->place = GN_HTML_BEFORE_HEAD;
    }
    if (p->place == GN_HTML_BEFORE_HEAD && place > GN_HTML_BEFORE_HEAD) {
        if (!gn_htmlopen_push_known(p, GUMBO_TAG_HEAD))
            return false;
        p->place = GN_HTML_IN_HEAD;
    }
    if (p->place == GN_HTML_IN_HEAD && place > GN_HTML_IN_HEAD) {
        gn_htmlopen_pop(p);
        p->place = GN_HTML_AFTER_HEAD;
    }
    if (p->place == GN_HTML_AFTER_HEAD && place > GN_HTML_AFTER_HEAD) {
        if (!gn_htmlopen_push_known(p, GUMBO_TAG_BODY))
            return false;
        p->place = GN_HTML_IN_BODY;
    }
    return true;
}

/* html, head or body itself. */
static bool begin_frame(struct gn_htmlopen *p, GumboTag tag)
{
    static const struct {
        GumboTag tag;
        enum gn_htmlplace before; /* where it may stand */
    } frames[] = {{GUMBO_TAG_HTML, GN_HTML_BEFORE_HTML},
                  {GUMBO_TAG_HEAD, GN_HTML_BEFORE_HEAD},
                  {GUMBO_TAG_BODY, GN_HTML_AFTER_HEAD}};
    size_t i = 0;

    while (frames[i].tag != tag)
        i++;
    if (p->place > frames[i].before || !go_on_to(p, frames[i].before) ||
        !gn_htmlopen_push_known(p, tag) || !gn_htmlopen_attributes(p))
        return false;
    p->place = frames[i].before + 1;
    return true;
}

static GumboTag tag_of(const struct gn_htmltoken *t)
{
    char name[16];

    if (t->size >= sizeof name)
        return GUMBO_TAG_UNKNOWN;
    for (size_t i = 0; i < t->size; i++)
        name[i] = gn_csslex_lower(t->data[i]);
    name[t->size] = '\0';
    return gumbo_tag_enum(name);
}

static bool begin(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    const GumboTag tag = tag_of(t);
    const unsigned kind = gn_htmlkinds[tag];

    if (kind == GN_HTMLKIND_ODD || p->place > GN_HTML_IN_BODY)
        return false;
    if (p->svg > 0)
        return is_drawn(tag, t) && !stands_in_title(p) && begin_drawn(p, t);
    if (tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_BODY)
        return begin_frame(p, tag);
    if ((kind & GN_HTMLKIND_HEAD) != 0 && p->place <= GN_HTML_IN_HEAD)
        return go_on_to(p, GN_HTML_IN_HEAD) && insert(p, tag, t);
    if ((kind & GN_HTMLKIND_HEAD) != 0 && p->place == GN_HTML_AFTER_HEAD)
        return false;
    return go_on_to(p, GN_HTML_IN_BODY) && make_way(p, tag) &&
           (tag == GUMBO_TAG_SVG ? begin_drawn(p, t) : insert(p, tag, t));
}

static bool end(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    const GumboTag tag = tag_of(t);

    if (p->svg > 0)
        return p->place == GN_HTML_IN_BODY && end_drawn(p, t);
    if (tag == GUMBO_TAG_HEAD && p->place == GN_HTML_IN_HEAD)
        return go_on_to(p, GN_HTML_AFTER_HEAD);
    if (tag == GUMBO_TAG_BODY || tag == GUMBO_TAG_HTML) {
        if (p->place < GN_HTML_IN_BODY || p->tables > 0 ||
            (tag == GUMBO_TAG_BODY && p->place > GN_HTML_IN_BODY))
            return false;
        p->place =
            tag == GUMBO_TAG_BODY ? GN_HTML_AFTER_BODY : GN_HTML_AFTER_HTML;
        return true;
    }
    return p->place == GN_HTML_IN_BODY &&
           gn_htmlkinds[tag] != GN_HTMLKIND_ODD && end_in_body(p, tag, t);
}

/* --- texts and comments ---------------------------------------------------*/

static bool take_text(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    const char *text = t->data;
    size_t size = t->size;
    size_t spaces;

    if (memchr(text, '&', size) != NULL) {
        gn_buf_clear(&p->text);
        if (!gn_htmltoken_decode(text, size, false, &p->text))
            return false;
        p->lost = gn_buf_failed(&p->text);
        if (p->lost)
            return false;
        text = gn_buf_cstr(&p->text);
        size = p->text.size;
    }
    if (p->place == GN_HTML_IN_BODY &&
        (gn_htmlopen_kind(p, p->depth) & GN_HTMLKIND_PART) == 0)
        return gn_htmlopen_text(p, text, size);
    for (spaces = 0; spaces < size; spaces++)
        if (strchr(" \n\t\f", text[spaces]) == NULL)
            break;
    if (p->place >= GN_HTML_IN_BODY)
        return spaces == size && gn_htmlopen_text(p, text, size);
    if (p->place >= GN_HTML_IN_HEAD && !gn_htmlopen_text(p, text, spaces))
        return false;
    return spaces == size ||
           (go_on_to(p, GN_HTML_IN_BODY) &&
            gn_htmlopen_text(p, text + spaces, size - spaces));
}

static bool take_comment(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    xmlNode *to = p->place == GN_HTML_AFTER_BODY   ? p->levels[0].node
                  : p->place == GN_HTML_AFTER_HTML ? (xmlNode *)p->doc
                                                   : gn_htmlopen_parent(p);

    return gn_htmlopen_comment(p, to, t->data, t->size);
}

static bool take(struct gn_htmlopen *p, const struct gn_htmltoken *t)
{
    switch (t->kind) {
    case GN_HTMLTOKEN_TEXT:
        return take_text(p, t);
    case GN_HTMLTOKEN_START:
        return begin(p, t);
    case GN_HTMLTOKEN_END:
        return end(p, t);
    case GN_HTMLTOKEN_COMMENT:
        return take_comment(p, t);
    case GN_HTMLTOKEN_DOCTYPE:
        if (p->html5 || p->place > GN_HTML_BEFORE_HTML)
            return false;
        p->html5 = true;
        return true;
    case GN_HTMLTOKEN_DONE:
    case GN_HTMLTOKEN_ODD:
        break;
    }
    return false;
}

/* GARNER_INVALID: it is not plain. */
static enum garner_code parse(struct gn_htmlopen *p, struct gn_budget *budget)
{
    for (size_t i = 0;; i++) {
        const struct gn_htmltoken t = gn_htmltoken_next(&p->tokens);

        if (i % TOKENS_PER_LOOK == TOKENS_PER_LOOK - 1 &&
            gn_budget_spent(budget))
            return GARNER_TIMEOUT;
        if (t.kind == GN_HTMLTOKEN_DONE)
            break;
        if (!take(p, &t))
            return p->lost ? GARNER_NOMEM : GARNER_INVALID;
    }
    if (go_on_to(p, GN_HTML_IN_BODY))
        return GARNER_OK;
    return p->lost ? GARNER_NOMEM : GARNER_INVALID;
}

enum garner_code gn_htmlplain_parse(const char *html, size_t size,
                                    struct gn_budget *budget, xmlDoc **out)
{
    struct gn_htmlopen p = {.tokens = {html, html + size, false}};
    enum garner_code code = GARNER_NOMEM;

    *out = NULL;
    if (!gn_htmltoken_is_plain(html, size))
        return GARNER_OK;
    p.doc = gn_htmlnode_document();
    if (p.doc != NULL)
        code = parse(&p, budget);
    gn_buf_fini(&p.text);
    if (code == GARNER_OK) {
        if (p.misplaced)
            gn_nodeorder_number(p.doc);
        *out = p.doc;
        return code;
    }
    gn_htmlnode_free(p.doc);
    return code == GARNER_INVALID ? GARNER_OK : code;
}
