#include "import/xml.h"

#include <stdbool.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/error.h"

enum { MOST_BYTES = 64 << 20 };

static enum garner_code fault(struct garner_error *err)
{
    const xmlError *e = xmlGetLastError();
    char what[120] = "it is empty";

    if (e != NULL && e->code == XML_ERR_NO_MEMORY)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    if (e != NULL && e->message != NULL) {
        strncpy(what, e->message, sizeof what - 1);
        what[strcspn(what, "\n")] = '\0';
    }
    return gn_fail(err, GARNER_INVALID, "%d: this is no XML: %s",
                   e != NULL ? e->line : 1, what);
}

enum garner_code gn_xml_read(const char *text, size_t size, const char *root,
                             xmlDoc **out, struct garner_error *err)
{
    const xmlNode *top;

    *out = NULL;
    if (size > MOST_BYTES)
        return gn_fail(err, GARNER_INVALID, "1: it has more than 64 MiB");
    xmlResetLastError();
    *out = xmlReadMemory(text, (int)size, NULL, NULL,
                         XML_PARSE_NONET | XML_PARSE_NOERROR |
                             XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
    if (*out == NULL)
        return fault(err);
    top = xmlDocGetRootElement(*out);
    if (top != NULL && gn_xml_is(top, root))
        return GARNER_OK;
    gn_fail(err, GARNER_INVALID,
            "%ld: the file begins with <%.40s>, not <%s>; it is of another "
            "kind",
            top != NULL ? xmlGetLineNo(top) : 1,
            top != NULL ? (const char *)top->name : "", root);
    xmlFreeDoc(*out);
    *out = NULL;
    return GARNER_INVALID;
}

bool gn_xml_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

char *gn_xml_get(const xmlNode *node, const char *const *names)
{
    char *value = NULL;

    for (; *names != NULL && value == NULL; names++)
        value = (char *)xmlGetProp(node, (const xmlChar *)*names);
    return value;
}
