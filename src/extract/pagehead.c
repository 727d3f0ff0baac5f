#include "extract/pagehead.h"

#include <string.h>
#include <strings.h>

#include "base/url_join.h"
#include "extract/nodeorder.h"
#include "extract/nodetext.h"

bool gn_pagehead_has_word(const char *text, const char *word)
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

static void read_meta(const xmlNode *meta, struct gn_pagehead *out)
{
    const char *name = gn_nodetext_attribute(meta, "name");
    const char *content = gn_nodetext_attribute(meta, "content");
    bool none;

    if (name == NULL || strcasecmp(name, "robots") != 0)
        return;
    none = gn_pagehead_has_word(content, "none");
    out->noindex =
        out->noindex || none || gn_pagehead_has_word(content, "noindex");
    out->nofollow =
        out->nofollow || none || gn_pagehead_has_word(content, "nofollow");
}

bool gn_pagehead_read(const xmlNode *node, const char *url,
                      struct gn_pagehead *out)
{
    const xmlNode *document = (const xmlNode *)node->doc;
    const char *href = NULL;

    *out = (struct gn_pagehead){0};
    if (url == NULL)
        url = "";
    for (const xmlNode *n = document; n != NULL;
         n = gn_nodeorder_after(n, document)) {
        if (gn_nodetext_is(n, "base") && href == NULL)
            href = gn_nodetext_attribute(n, "href");
        if (gn_nodetext_is(n, "meta"))
            read_meta(n, out);
    }
    if (href != NULL && !gn_url_join(url, href, &out->base))
        href = NULL;
    if (href == NULL)
        gn_buf_text(&out->base, url);
    return !gn_buf_failed(&out->base);
}
