/* answer.h - what get prints of an answer beside its body. Pure.
 * Out of memory shows in gn_buf_failed(out). */
#ifndef GN_CLI_ANSWER_H
#define GN_CLI_ANSWER_H

#include "base/buf.h"
#include "cli/one.h"
#include "garner/error.h"

enum { GN_ANSWER_NAME = 256 };

/* The last part of a URL's path, as a file name. Errors: INVALID. */
enum garner_code gn_answer_file_name(const char *url, char name[GN_ANSWER_NAME],
                                     struct garner_error *err);

/* The status line and headers, and the empty line after them. */
void gn_answer_head(const struct gn_one *one, struct gn_buf *out);

/* curl's --write-out: %{name}, %%, \n \t \r. */
void gn_answer_write_out(const char *format, const struct gn_one *one,
                         struct gn_buf *out);

#endif
