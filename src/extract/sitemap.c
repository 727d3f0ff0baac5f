#include "extract/sitemap.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "extract/excerpt.h"
#include "extract/xmlnode.h"
#include "extract/xmltree.h"

/* --- XML ------------------------------------------------------------------*/

static bool is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcasecmp((const char *)node->name, name) == 0;
}

/* One of the vocabulary of the sitemap itself: there are image:loc and others
 * too. */
static bool is_own(const xmlNode *node, const char *name)
{
    return is(node, name) &&
           (node->ns == NULL || node->parent->ns == NULL ||
            xmlStrEqual(node->ns->href, node->parent->ns->href) != 0);
}

/* The first entry from node on that is whole, and has a URL. */
static xmlNode *find_entry(const struct gn_sitemap *s, xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (!is(node, s->is_index ? "sitemap" : "url") ||
            gn_xmltree_is_cut(node))
            continue;
        for (const xmlNode *n = node->children; n != NULL; n = n->next)
            if (is_own(n, "loc"))
                return node;
    }
    return NULL;
}

static enum garner_code open_xml(struct gn_sitemap *s, const char *text,
                                 size_t size, struct gn_budget *budget,
                                 struct garner_error *err)
{
    enum garner_code code = gn_xmltree_repair(text, size, budget, &s->doc, err);
    const xmlNode *root;

    if (code != GARNER_OK)
        return code;
    root = xmlDocGetRootElement(s->doc);
    s->is_index = is(root, "sitemapindex");
    if (s->is_index || is(root, "urlset")) {
        s->entry = find_entry(s, root->children);
        s->done = s->entry == NULL;
        if (s->done && gn_xmltree_is_cut(root))
            return gn_fail(err, GARNER_INVALID,
                           "the text ends, after %zu bytes, before the first "
                           "URL of the sitemap does",
                           size);
        return GARNER_OK;
    }
    code = gn_xmlfeed_open(&s->feed, text, size, budget, NULL);
    s->done = s->feed.count == 0;
    if (code != GARNER_INVALID)
        return code == GARNER_OK
                   ? code
                   : gn_fail(err, code, "the feed could not be read");
    return gn_fail(err, GARNER_INVALID,
                   "line %ld: a sitemap is a urlset, a sitemapindex, a feed or "
                   "a text, and does not begin with <%.40s>",
                   xmlGetLineNo(root), (const char *)root->name);
}

static void append_child(const xmlNode *entry, const char *name,
                         struct gn_buf *out)
{
    for (const xmlNode *n = entry->children; n != NULL; n = n->next)
        if (is_own(n, name)) {
            gn_xmlnode_text(n, out);
            return;
        }
}

/* --- text -----------------------------------------------------------------*/

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum garner_code check_line(const struct gn_sitemap *s,
                                   struct garner_error *err)
{
    char excerpt[GN_EXCERPT_SIZE];

    if (((s->line_size > 7 && strncasecmp(s->line, "http://", 7) == 0) ||
         (s->line_size > 8 && strncasecmp(s->line, "https://", 8) == 0)) &&
        memchr(s->line, '\0', s->line_size) == NULL)
        return GARNER_OK;
    gn_excerpt(excerpt, s->line, s->line_size, GN_EXCERPT_START);
    return gn_fail(err, GARNER_INVALID,
                   "no URL of http or https in line %zu of the text: %s",
                   s->line_number, excerpt);
}

/* Stands on the next line that is not empty. */
static enum garner_code next_line(struct gn_sitemap *s,
                                  struct garner_error *err)
{
    const char *end;

    do {
        if (s->text == s->end) {
            s->done = true;
            return GARNER_OK;
        }
        s->line = s->text;
        end = memchr(s->text, '\n', (size_t)(s->end - s->text));
        s->text = end != NULL ? end + 1 : s->end;
        end = end != NULL ? end : s->end;
        while (end > s->line && is_blank(end[-1]))
            end--;
        while (s->line < end && is_blank(*s->line))
            s->line++;
        s->line_number++;
    } while (end == s->line);
    s->line_size = (size_t)(end - s->line);
    return check_line(s, err);
}

/* --- all ------------------------------------------------------------------*/

enum garner_code gn_sitemap_open(struct gn_sitemap *s, const char *text,
                                 size_t size, struct gn_budget *budget,
                                 struct garner_error *err)
{
    size_t blank = 0;

    *s = (struct gn_sitemap){0};
    while (blank < size && is_blank(text[blank]))
        blank++;
    if (blank == size)
        return gn_fail(err, GARNER_INVALID, "the text is empty, no sitemap");
    if (text[blank] == '<' || (text[blank] & 0x80) != 0) /* UTF-16 */
        return open_xml(s, text, size, budget, err);
    s->text = text;
    s->end = text + size;
    return next_line(s, err);
}

void gn_sitemap_close(struct gn_sitemap *s)
{
    xmlFreeDoc(s->doc);
    gn_xmlfeed_close(&s->feed);
    *s = (struct gn_sitemap){0};
}

enum garner_code gn_sitemap_next(struct gn_sitemap *s, struct garner_error *err)
{
    if (s->end != NULL)
        return next_line(s, err);
    if (s->entry != NULL) {
        s->entry = find_entry(s, s->entry->next);
        s->done = s->entry == NULL;
    } else {
        s->done = ++s->feed_entry == s->feed.count;
    }
    return GARNER_OK;
}

static void field_of_feed(const struct gn_sitemap *s,
                          enum gn_sitemap_field field, struct gn_buf *out)
{
    if (field == GN_SITEMAP_URL)
        gn_xmlfeed_field(&s->feed, s->feed_entry, GN_FEED_LINK, out);
    if (field != GN_SITEMAP_LASTMOD)
        return;
    gn_xmlfeed_field(&s->feed, s->feed_entry, GN_FEED_UPDATED, out);
    if (out->size == 0)
        gn_xmlfeed_field(&s->feed, s->feed_entry, GN_FEED_PUBLISHED, out);
}

void gn_sitemap_field(const struct gn_sitemap *s, enum gn_sitemap_field field,
                      struct gn_buf *out)
{
    static const char *const names[] = {"loc", "lastmod", "changefreq",
                                        "priority"};

    if (s->entry != NULL)
        append_child(s->entry, names[field], out);
    else if (s->end == NULL)
        field_of_feed(s, field, out);
    else if (field == GN_SITEMAP_URL)
        gn_buf_append(out, s->line, s->line_size);
}
