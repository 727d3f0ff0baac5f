#include "extract/links.h"

#include <string.h>
#include <strings.h>

#include "base/url_join.h"
#include "extract/nodetext.h"
#include "extract/xmlnode.h"

static bool is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

/* Is word among those of text, which white space or commas part? */
static bool has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);

    while (text != NULL && *text != '\0') {
        const size_t size = strcspn(text, " \t\r\n\f,");

        if (size == n && strncasecmp(text, word, n) == 0)
            return true;
        text += size;
        text += strspn(text, " \t\r\n\f,");
    }
    return false;
}

/* The page's <base> and <meta name=robots>: the first, and all. */
static void read_head(struct gn_links *l, const char *base)
{
    const xmlNode *document = (const xmlNode *)l->top->doc;
    const char *href = NULL;

    for (const xmlNode *n = document; n != NULL;
         n = gn_xmlnode_after(n, document)) {
        const char *name = gn_nodetext_attribute(n, "name");

        if (is(n, "base") && href == NULL)
            href = gn_nodetext_attribute(n, "href");
        if (is(n, "meta") && name != NULL && strcasecmp(name, "robots") == 0) {
            const char *content = gn_nodetext_attribute(n, "content");

            l->page_nofollow = l->page_nofollow ||
                               has_word(content, "nofollow") ||
                               has_word(content, "none");
        }
    }
    if (href != NULL && !gn_url_join(base, href, &l->base))
        href = NULL;
    if (href == NULL)
        gn_buf_text(&l->base, base);
}

static bool starts(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* Fills in the URL, if it is one to be given. */
static bool take_url(struct gn_links *l, const char *href)
{
    char *hash;

    gn_buf_clear(&l->url);
    href += strspn(href, " \t\r\n\f");
    if (*href == '#')
        return false;
    if (gn_url_join(gn_buf_cstr(&l->base), href, &l->url)) {
        if (!starts(gn_buf_cstr(&l->url), "http://") &&
            !starts(gn_buf_cstr(&l->url), "https://"))
            return gn_buf_failed(&l->url);
    } else {
        gn_buf_append(&l->url, href, strcspn(href, "\t\r\n\f"));
    }
    hash = l->url.size > 0 ? strchr(l->url.data, '#') : NULL;
    if (hash != NULL) {
        *hash = '\0';
        l->url.size = (size_t)(hash - l->url.data);
    }
    return true;
}

/* Stands on the first link from node on. */
static bool find(struct gn_links *l, const xmlNode *node)
{
    for (; node != NULL; node = gn_xmlnode_after(node, l->top)) {
        const char *href = is(node, "a") || is(node, "area") || is(node, "link")
                               ? gn_nodetext_attribute(node, "href")
                               : NULL;

        if (href != NULL && take_url(l, href))
            break;
    }
    l->link = node;
    return !gn_buf_failed(&l->url);
}

bool gn_links_open(struct gn_links *l, const xmlNode *top, const char *base)
{
    *l = (struct gn_links){.top = top};
    read_head(l, base != NULL ? base : "");
    return !gn_buf_failed(&l->base) && find(l, top);
}

void gn_links_close(struct gn_links *l)
{
    gn_buf_fini(&l->base);
    gn_buf_fini(&l->url);
    *l = (struct gn_links){0};
}

bool gn_links_next(struct gn_links *l)
{
    return find(l, gn_xmlnode_after(l->link, l->top));
}

void gn_links_text(const struct gn_links *l, struct gn_buf *out)
{
    const char *text = NULL;

    if (is(l->link, "a"))
        gn_nodetext_text(l->link, out);
    else
        text = gn_nodetext_attribute(l->link,
                                     is(l->link, "area") ? "alt" : "title");
    if (text != NULL)
        gn_buf_text(out, text);
}

bool gn_links_nofollow(const struct gn_links *l)
{
    return l->page_nofollow ||
           has_word(gn_nodetext_attribute(l->link, "rel"), "nofollow");
}
