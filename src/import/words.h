/* words.h - a command line as a shell parts it into words. Pure. */
#ifndef GN_IMPORT_WORDS_H
#define GN_IMPORT_WORDS_H

#include <stddef.h>

#include "base/arena.h"
#include "garner/error.h"

/* Parts size bytes of text by POSIX's rules of quoting, and $'...' (which
 * browsers write); a line that ends in a backslash goes on. *words gets *count
 * of them, in memory, and a NULL at the end. Nothing is expanded. Errors:
 * INVALID (a quote without its end; more than one command: | ; & > <, or a
 * second line), NOMEM. */
enum garner_code gn_words_part(const char *text, size_t size,
                               struct gn_arena *memory, char ***words,
                               size_t *count, struct garner_error *err);

#endif
