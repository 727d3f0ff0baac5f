#include "extract/links.h"

#include <string.h>
#include <strings.h>

#include "base/url_join.h"
#include "extract/nodeorder.h"
#include "extract/nodetext.h"

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
    if (gn_url_join(gn_buf_cstr(&l->head.base), href, &l->url)) {
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

static bool is_in(const xmlNode *node, const xmlNode *top)
{
    while (node != NULL && node != top)
        node = node->parent;
    return node != NULL;
}

/* The node after one; NULL: there is none. */
static const xmlNode *after(struct gn_links *l, const xmlNode *node)
{
    const xmlNode *top = l->tops[l->top];

    node = gn_nodeorder_after(node, top);
    while (node == NULL && ++l->top < l->top_count)
        if (!is_in(l->tops[l->top], top))
            node = l->tops[l->top];
    return node;
}

/* Stands on the first link from node on. */
static bool find(struct gn_links *l, const xmlNode *node)
{
    for (; node != NULL; node = after(l, node)) {
        const char *href = gn_nodetext_is(node, "a") ||
                                   gn_nodetext_is(node, "area") ||
                                   gn_nodetext_is(node, "link")
                               ? gn_nodetext_attribute(node, "href")
                               : NULL;

        if (href != NULL && take_url(l, href))
            break;
    }
    l->link = node;
    return !gn_buf_failed(&l->url);
}

bool gn_links_open(struct gn_links *l, const xmlNode *const *tops,
                   size_t top_count, const char *base)
{
    *l = (struct gn_links){.tops = tops, .top_count = top_count};
    return top_count == 0 ||
           (gn_pagehead_read(tops[0], base, &l->head) && find(l, tops[0]));
}

void gn_links_close(struct gn_links *l)
{
    gn_buf_fini(&l->head.base);
    gn_buf_fini(&l->url);
    *l = (struct gn_links){0};
}

bool gn_links_next(struct gn_links *l)
{
    return find(l, after(l, l->link));
}

void gn_links_text(const struct gn_links *l, struct gn_buf *out)
{
    const char *text = NULL;

    if (gn_nodetext_is(l->link, "a"))
        gn_nodetext_text(l->link, out);
    else
        text = gn_nodetext_attribute(
            l->link, gn_nodetext_is(l->link, "area") ? "alt" : "title");
    if (text != NULL)
        gn_buf_text(out, text);
}

bool gn_links_nofollow(const struct gn_links *l)
{
    return l->head.nofollow ||
           gn_pagehead_has_word(gn_nodetext_attribute(l->link, "rel"),
                                "nofollow");
}
