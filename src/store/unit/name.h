/* name.h - names of tables and columns, as SQL has them. Pure. */
#ifndef GN_STORE_UNIT_NAME_H
#define GN_STORE_UNIT_NAME_H

#include <stdbool.h>

#include "base/buf.h"

/* The small letter of a capital in ASCII; any other byte as it is. */
unsigned char gn_unit_name_lower(char c);

/* true: the same name to SQLite, for which only ASCII letters have case. */
bool gn_unit_name_same(const char *a, const char *b);

/* Appends name in double quotes, so that it is a name whatever it holds. */
void gn_unit_name_quote(struct gn_buf *b, const char *name);

#endif
