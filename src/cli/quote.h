/* quote.h - texts as others read them back: a shell, SQL. Pure. Out of memory
 * shows in gn_buf_failed(out). */
#ifndef GN_CLI_QUOTE_H
#define GN_CLI_QUOTE_H

#include "base/buf.h"

/* Appends text as a shell reads it back as one word. */
void gn_quote_shell(struct gn_buf *out, const char *text);

/* Appends a name as SQL reads it back. */
void gn_quote_name(struct gn_buf *out, const char *name);

#endif
