/* repair.h - makes UTF-8 of a text that should be. Pure. */
#ifndef GN_EXTRACT_REPAIR_H
#define GN_EXTRACT_REPAIR_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Appends the text with U+FFFD for each byte that is not UTF-8. OK; DONE: it is
 * UTF-8, and nothing was appended; NOMEM. */
enum garner_code gn_repair(const char *text, size_t size, struct gn_buf *out);

#endif
