/* file.h - a whole file's bytes. */
#ifndef GN_CONFIG_FILE_H
#define GN_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Appends what path holds, at most max bytes, to out. regular: nothing but a
 * regular file is read, so that no pipe or device is waited for.
 * Errors: NOTFOUND, IO, INVALID (too large, not regular), NOMEM. */
enum garner_code gn_file_read(const char *path, size_t max, bool regular,
                              struct gn_buf *out, struct garner_error *err);

#endif
