#include "extract/xmlfeed.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url_join.h"
#include "extract/nodeorder.h"
#include "extract/xmlnode.h"
#include "extract/xmltree.h"

/* --- vocabularies ---------------------------------------------------------*/

enum vocabulary {
    CORE, /* RSS and Atom, whose names do not collide */
    DC,   /* and its terms */
    CONTENT,
    ITUNES,
    MEDIA,
    RDF,
    OTHER
};

/* A namespace begins so; some end in versions. */
static const struct {
    const char *uri;
    const char *prefix; /* where nobody declared it */
    enum vocabulary is;
} vocabularies[] = {
    {"http://www.w3.org/2005/Atom", "atom", CORE},
    {"http://purl.org/atom/", "", CORE},
    {"http://purl.org/rss/1.0/modules/content", "content", CONTENT},
    {"http://purl.org/rss/1.0/modules", NULL, OTHER},
    {"http://purl.org/rss/", "", CORE},
    {"http://purl.org/net/rss1.1", "", CORE},
    {"http://my.netscape.com/rdf/simple/", "", CORE},
    {"http://channel.netscape.com/rdf/simple/", "", CORE},
    {"http://backend.userland.com/", "", CORE},
    {"http://blogs.law.harvard.edu/", "", CORE},
    {"http://cyber.law.harvard.edu/", "", CORE},
    {"http://purl.org/dc/", "dc", DC},
    {"http://purl.org/dc/terms/", "dcterms", DC},
    {"http://www.itunes.com/", "itunes", ITUNES},
    {"http://search.yahoo.com/mrss", "media", MEDIA},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf", RDF},
};

static enum vocabulary vocabulary_of(const xmlNode *node)
{
    const char *uri = node->ns != NULL ? (const char *)node->ns->href : "";
    const char *colon = strchr((const char *)node->name, ':');
    const size_t prefix =
        colon != NULL ? (size_t)(colon - (const char *)node->name) : 0;

    if (uri[0] == '\0' && colon == NULL)
        return CORE;
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++) {
        const char *known = vocabularies[i].prefix;

        if (uri[0] != '\0'
                ? strncasecmp(uri, vocabularies[i].uri,
                              strlen(vocabularies[i].uri)) == 0
                : known != NULL && strlen(known) == prefix &&
                      strncasecmp((const char *)node->name, known, prefix) == 0)
            return vocabularies[i].is;
    }
    return OTHER;
}

static const char *local_name(const xmlNode *node)
{
    const char *colon = strchr((const char *)node->name, ':');

    return colon != NULL ? colon + 1 : (const char *)node->name;
}

static bool is(const xmlNode *node, enum vocabulary vocabulary,
               const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcasecmp(local_name(node), name) == 0 &&
           vocabulary_of(node) == vocabulary;
}

/* The child of that name after the one given; NULL: after all. */
static xmlNode *child(const xmlNode *parent, const xmlNode *after,
                      enum vocabulary vocabulary, const char *name)
{
    xmlNode *n = after != NULL ? after->next : parent->children;

    while (n != NULL && !is(n, vocabulary, name))
        n = n->next;
    return n;
}

/* Appends the value; nothing if there is none. */
static void append_attribute(const xmlNode *node, const char *name,
                             struct gn_buf *out)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcasecmp((const char *)a->name, name) == 0)
            gn_xmlnode_text((const xmlNode *)a, out);
}

/* Not for long values: only what stands before an entity is looked at. */
static bool attribute_is(const xmlNode *node, const char *name,
                         const char *value, bool if_absent)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcasecmp((const char *)a->name, name) == 0 && a->children != NULL)
            return strcasecmp((const char *)a->children->content, value) == 0;
    return if_absent;
}

/* --- links ----------------------------------------------------------------*/

enum { MOST_BASES = 8 }; /* nested */

static const xmlAttr *base_attribute(const xmlNode *node)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcmp((const char *)a->name, "base") == 0 && a->ns != NULL &&
            strcmp((const char *)a->ns->prefix, "xml") == 0)
            return a;
    return NULL;
}

/* What url is from base; url itself if that is none. */
static struct gn_buf join(struct gn_buf *base, struct gn_buf *url)
{
    struct gn_buf joined = {0};

    if (!gn_url_join(gn_buf_cstr(base), gn_buf_cstr(url), &joined))
        gn_buf_append(&joined, gn_buf_cstr(url), url->size);
    joined.failed = joined.failed || base->failed || url->failed;
    gn_buf_fini(base);
    gn_buf_fini(url);
    return joined;
}

/* Appends url, which is at node, resolved by the xml:base around it, and frees
 * it. */
static void append_url(const xmlNode *node, struct gn_buf *url,
                       struct gn_buf *out)
{
    const xmlAttr *bases[MOST_BASES];
    struct gn_buf base = {0};
    size_t count = 0;

    for (const xmlNode *n = node; n != NULL && n->type == XML_ELEMENT_NODE &&
                                  count < MOST_BASES && url->size > 0;
         n = n->parent) {
        const xmlAttr *a = base_attribute(n);

        if (a != NULL)
            bases[count++] = a;
    }
    while (count > 0) {
        struct gn_buf next = {0};

        gn_xmlnode_text((const xmlNode *)bases[--count], &next);
        base = join(&base, &next);
    }
    base = join(&base, url);
    gn_buf_append(out, gn_buf_cstr(&base), base.size);
    out->failed = out->failed || gn_buf_failed(&base);
    gn_buf_fini(&base);
}

/* Of a link of Atom, or one of RSS; nothing if it leads elsewhere. */
static void append_link(const xmlNode *link, struct gn_buf *out)
{
    struct gn_buf url = {0};

    if (!attribute_is(link, "rel", "alternate", true))
        return;
    append_attribute(link, "href", &url);
    if (url.size == 0)
        gn_xmlnode_text(link, &url);
    append_url(link, &url, out);
}

/* RSS 2.0: a guid is a link, unless it says that it is none. */
static void append_permalink(const xmlNode *guid, struct gn_buf *out)
{
    struct gn_buf text = {0};

    gn_xmlnode_text(guid, &text);
    if (attribute_is(guid, "isPermaLink", "true", true) && text.size > 0 &&
        (strncasecmp(text.data, "http://", 7) == 0 ||
         strncasecmp(text.data, "https://", 8) == 0))
        gn_buf_append(out, text.data, text.size);
    out->failed = out->failed || gn_buf_failed(&text);
    gn_buf_fini(&text);
}

static void append_entry_link(const xmlNode *entry, struct gn_buf *out)
{
    for (const xmlNode *n = NULL;
         out->size == 0 && (n = child(entry, n, CORE, "link")) != NULL;)
        append_link(n, out);
    for (const xmlNode *n = NULL;
         out->size == 0 && (n = child(entry, n, CORE, "guid")) != NULL;)
        append_permalink(n, out);
}

/* --- authors, categories, enclosures --------------------------------------*/

/* Appends a person as Atom writes them, or as a text. */
static void append_person(const xmlNode *person, struct gn_buf *out)
{
    const xmlNode *name = child(person, NULL, CORE, "name");

    if (name == NULL)
        name = child(person, NULL, CORE, "email");
    gn_xmlnode_text(name != NULL ? name : person, out);
}

/* Appends all of that name, a comma between them. */
static void append_people(const xmlNode *parent, enum vocabulary vocabulary,
                          const char *name, struct gn_buf *out)
{
    struct gn_buf person = {0};

    for (const xmlNode *n = NULL;
         (n = child(parent, n, vocabulary, name)) != NULL;) {
        gn_buf_clear(&person);
        append_person(n, &person);
        if (person.size > 0 && out->size > 0)
            gn_buf_text(out, ", ");
        gn_buf_append(out, gn_buf_cstr(&person), person.size);
        out->failed = out->failed || gn_buf_failed(&person);
    }
    gn_buf_fini(&person);
}

static void append_authors(const struct gn_xmlfeed *f, const xmlNode *entry,
                           struct gn_buf *out)
{
    const xmlNode *source = child(entry, NULL, CORE, "source");

    append_people(entry, CORE, "author", out);
    if (out->size == 0)
        append_people(entry, DC, "creator", out);
    if (out->size == 0)
        append_people(entry, ITUNES, "author", out);
    /* Atom: those of where it is from, else of the feed */
    if (out->size == 0 && source != NULL)
        append_people(source, CORE, "author", out);
    if (out->size == 0)
        gn_buf_append(out, gn_buf_cstr(&f->author), f->author.size);
}

static void append_categories(const xmlNode *entry, struct gn_buf *out)
{
    struct gn_buf text = {0};
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '[');
    for (const xmlNode *n = entry->children; n != NULL; n = n->next) {
        gn_buf_clear(&text);
        if (is(n, CORE, "category"))
            append_attribute(n, "term", &text);
        if (text.size == 0 && (is(n, CORE, "category") || is(n, DC, "subject")))
            gn_xmlnode_text(n, &text);
        if (text.size > 0)
            gn_json_text_n(&json, text.data, text.size);
        out->failed = out->failed || gn_buf_failed(&text);
    }
    gn_json_close(&json, ']');
    gn_buf_fini(&text);
}

/* What goes with an entry: NULL, nothing. */
static const xmlNode *enclosure(const xmlNode *entry)
{
    const xmlNode *n = child(entry, NULL, CORE, "enclosure");

    if (n != NULL)
        return n;
    while ((n = child(entry, n, CORE, "link")) != NULL)
        if (attribute_is(n, "rel", "enclosure", false))
            return n;
    return child(entry, NULL, MEDIA, "content");
}

static void append_enclosure(const xmlNode *entry, enum gn_feed_field field,
                             struct gn_buf *out)
{
    const xmlNode *n = enclosure(entry);
    struct gn_buf url = {0};

    if (n == NULL)
        return;
    if (field == GN_FEED_ENCLOSURE_URL) {
        append_attribute(n, is(n, CORE, "link") ? "href" : "url", &url);
        append_url(n, &url, out);
    } else if (field == GN_FEED_ENCLOSURE_TYPE) {
        append_attribute(n, "type", out);
    } else {
        append_attribute(n, is(n, MEDIA, "content") ? "fileSize" : "length",
                         out);
    }
}

/* --- texts ----------------------------------------------------------------*/

struct place {
    enum vocabulary vocabulary;
    const char *name;
};

/* Where a field is looked for, best first. */
static const struct place guids[] = {
    {CORE, "guid"}, {CORE, "id"}, {DC, "identifier"}};
static const struct place titles[] = {
    {CORE, "title"}, {DC, "title"}, {MEDIA, "title"}};
static const struct place published[] = {
    {CORE, "pubDate"}, {CORE, "published"}, {CORE, "issued"}, {DC, "date"},
    {DC, "issued"},    {CORE, "created"},   {DC, "created"}};
static const struct place updated[] = {
    {CORE, "updated"}, {CORE, "modified"}, {DC, "modified"}};
static const struct place summaries[] = {{CORE, "description"},
                                         {CORE, "summary"},
                                         {DC, "description"},
                                         {ITUNES, "summary"},
                                         {MEDIA, "description"}};
static const struct place contents[] = {{CONTENT, "encoded"},
                                        {CORE, "content"}};

/* Appends the first that there is. */
static void append_first(const xmlNode *entry, const struct place *places,
                         size_t count, struct gn_buf *out)
{
    for (size_t i = 0; i < count && out->size == 0; i++) {
        xmlNode *n = child(entry, NULL, places[i].vocabulary, places[i].name);
        xmlNode *div = n != NULL && attribute_is(n, "type", "xhtml", false)
                           ? xmlFirstElementChild(n)
                           : NULL;

        if (n != NULL) /* Atom's div is none of the text */
            gn_xmlnode_inner(div != NULL ? div : n, out);
    }
}

#define APPEND_FIRST(entry, places, out)                                       \
    append_first(entry, places, sizeof(places) / sizeof((places)[0]), out)

/* RSS 1.0 has it as an attribute. */
static void append_guid(const xmlNode *entry, struct gn_buf *out)
{
    APPEND_FIRST(entry, guids, out);
    if (out->size == 0)
        append_attribute(entry, "about", out);
}

void gn_xmlfeed_field(const struct gn_xmlfeed *f, size_t entry,
                      enum gn_feed_field field, struct gn_buf *out)
{
    const xmlNode *e = f->entries[entry];

    switch (field) {
    case GN_FEED_GUID:
        append_guid(e, out);
        break;
    case GN_FEED_LINK:
        append_entry_link(e, out);
        break;
    case GN_FEED_TITLE:
        APPEND_FIRST(e, titles, out);
        break;
    case GN_FEED_AUTHOR:
        append_authors(f, e, out);
        break;
    case GN_FEED_PUBLISHED:
        APPEND_FIRST(e, published, out);
        break;
    case GN_FEED_UPDATED:
        APPEND_FIRST(e, updated, out);
        break;
    case GN_FEED_SUMMARY:
        APPEND_FIRST(e, summaries, out);
        break;
    case GN_FEED_CONTENT:
        APPEND_FIRST(e, contents, out);
        break;
    case GN_FEED_CATEGORIES:
        append_categories(e, out);
        break;
    case GN_FEED_ENCLOSURE_URL:
    case GN_FEED_ENCLOSURE_TYPE:
    case GN_FEED_ENCLOSURE_LENGTH:
        append_enclosure(e, field, out);
        break;
    case GN_FEED_FIELDS:
        break;
    }
}

/* --- the feed -------------------------------------------------------------*/

static enum garner_code add_entry(struct gn_xmlfeed *f, xmlNode *entry)
{
    xmlNode **entries = f->entries;

    if ((f->count & (f->count - 1)) == 0) /* full: it doubles */
        entries = gn_realloc(entries, (f->count == 0 ? 1 : f->count * 2) *
                                          sizeof entries[0]);
    if (entries == NULL)
        return GARNER_NOMEM;
    f->entries = entries;
    entries[f->count++] = entry;
    return GARNER_OK;
}

static enum garner_code check_root(const xmlNode *root,
                                   struct garner_error *err)
{
    static const char *const roots[] = {"rss", "RDF", "feed", "channel"};
    const char *name = local_name(root);

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        if (strcasecmp(name, roots[i]) == 0)
            return GARNER_OK;
    if (strcasecmp(name, "html") == 0)
        return gn_fail(err, GARNER_INVALID,
                       "line %ld: it is a page in HTML, and no feed: its <link "
                       "rel=\"alternate\"> may say where one is",
                       xmlGetLineNo(root));
    return gn_fail(err, GARNER_INVALID,
                   "line %ld: a feed begins with rss, RDF or feed, not with "
                   "<%.40s>",
                   xmlGetLineNo(root), (const char *)root->name);
}

enum garner_code gn_xmlfeed_open(struct gn_xmlfeed *f, const char *text,
                                 size_t size, struct gn_budget *budget,
                                 struct garner_error *err)
{
    enum garner_code code;
    xmlNode *root;

    *f = (struct gn_xmlfeed){0};
    code = gn_xmltree_repair(text, size, budget, &f->doc, err);
    if (code != GARNER_OK)
        return code;
    root = xmlDocGetRootElement(f->doc);
    GN_CHECK(root != NULL);
    code = check_root(root, err);
    for (xmlNode *n = root; code == GARNER_OK && n != NULL;
         n = gn_nodeorder_after(n, root))
        if ((is(n, CORE, "item") || is(n, CORE, "entry")) &&
            !gn_xmltree_is_cut(n) && add_entry(f, n) != GARNER_OK)
            code = gn_fail(err, GARNER_NOMEM, "no memory for a feed");
    if (code == GARNER_OK)
        append_people(root, CORE, "author", &f->author);
    if (gn_buf_failed(&f->author))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a feed");
    if (code == GARNER_OK && f->count == 0 && gn_xmltree_is_cut(root))
        code = gn_fail(err, GARNER_INVALID,
                       "the text ends, after %zu bytes, before the first entry "
                       "of the feed does",
                       size);
    return code;
}

void gn_xmlfeed_close(struct gn_xmlfeed *f)
{
    xmlFreeDoc(f->doc);
    gn_free(f->entries);
    gn_buf_fini(&f->author);
    *f = (struct gn_xmlfeed){0};
}
