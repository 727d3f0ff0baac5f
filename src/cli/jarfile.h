/* jarfile.h - cookies in a file, as curl reads and writes them (the format of
 * Netscape). */
#ifndef GN_CLI_JARFILE_H
#define GN_CLI_JARFILE_H

#include "base/buf.h"
#include "garner/error.h"

/* Appends the cookies in the file at path to jar, in the form of
 * gn_target_set_jar. No such file: none. Errors: INVALID (it cannot be read),
 * NOMEM. */
enum garner_code gn_jarfile_read(const char *path, struct gn_buf *jar,
                                 struct garner_error *err);

/* Writes jar to a file for the user's eyes alone, or to stdout for "-". Errors:
 * IO, NOMEM. */
enum garner_code gn_jarfile_write(const char *path, const struct gn_buf *jar,
                                  struct garner_error *err);

#endif
