/* xml.h - an XML file of another program's as a tree: no network, no entities
 * from outside, bounded. */
#ifndef GN_IMPORT_XML_H
#define GN_IMPORT_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"

/* Reads size bytes; *out is to be freed by xmlFreeDoc. Its root is an element
 * of that name. Errors: INVALID ("LINE: what is wrong"), NOMEM. */
enum garner_code gn_xml_read(const char *text, size_t size, const char *root,
                             xmlDoc **out, struct garner_error *err);

/* true: an element of that name. */
bool gn_xml_is(const xmlNode *node, const char *name);

/* The value of the first attribute of these names that has one (NULL at the
 * end), to be freed by xmlFree; NULL: none has. */
char *gn_xml_get(const xmlNode *node, const char *const *names);

#endif
