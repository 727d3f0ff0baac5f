#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "import/import.h"
#include "import/xml.h"

enum { DEPTH = 100 };

/* What the entries of all feeds become. */
static const char entries[] =
    "select :source as feed, coalesce(guid, link) as guid, title, link,\n"
    "       author, parse_time(coalesce(published, updated)) as published,\n"
    "       html_text(coalesce(summary, content), '') as summary\n"
    "from feed_each(:body)";

static void add_feed(struct gn_draft *d, const xmlNode *outline,
                     const char *url, const char *every)
{
    char *name =
        gn_xml_get(outline, (const char *const[]){"title", "text", NULL});

    if (strncasecmp(url, "http://", 7) == 0 ||
        strncasecmp(url, "https://", 8) == 0) {
        gn_draft_source(d, name, url);
        gn_draft_text(d, 2, "schedule", every);
        gn_draft_open(d, 2, "rows");
        gn_draft_text(d, 3, "table", "entries");
        gn_draft_plain(d, 3, "key", "[feed, guid]");
        gn_draft_block(d, 3, "sql", entries);
    } else {
        gn_draft_note(d, xmlGetLineNo(outline),
                      "%.200s is left out: garner fetches http and https", url);
    }
    xmlFree(name);
}

/* Outlines stand in one another, as folders. */
static void add_outlines(struct gn_draft *d, const xmlNode *parent,
                         const char *every, int depth)
{
    for (const xmlNode *n = parent->children; n != NULL; n = n->next) {
        char *url = NULL;

        if (!gn_xml_is(n, "outline"))
            continue;
        url = gn_xml_get(
            n, (const char *const[]){"xmlUrl", "xmlurl", "xmlURL", NULL});
        if (url != NULL && url[0] != '\0')
            add_feed(d, n, url, every);
        xmlFree(url);
        if (depth < DEPTH)
            add_outlines(d, n, every, depth + 1);
    }
}

enum garner_code gn_import_opml(const char *text, size_t size,
                                const struct gn_import_options *options,
                                struct gn_draft *d, struct garner_error *err)
{
    xmlDoc *doc;
    const enum garner_code code = gn_xml_read(text, size, "opml", &doc, err);

    if (code != GARNER_OK)
        return code;
    for (const xmlNode *n = xmlDocGetRootElement(doc)->children; n != NULL;
         n = n->next)
        if (gn_xml_is(n, "body"))
            add_outlines(d, n, options->every, 0);
    xmlFreeDoc(doc);
    if (gn_draft_failed(d))
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    return d->sources > 0
               ? GARNER_OK
               : gn_fail(err, GARNER_INVALID,
                         "1: there is no feed in it: no outline has an xmlUrl");
}
