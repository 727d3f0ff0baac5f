/* writer.h - bytes to a file descriptor, many at a time; what cannot be written
 * is an error, never lost in silence. Thread: one at a time. */
#ifndef GN_CLI_WRITER_H
#define GN_CLI_WRITER_H

#include <sys/types.h>

#include "base/buf.h"
#include "garner/error.h"

struct gn_writer {
    int fd;             /* borrowed */
    const char *name;   /* for messages: "standard output" or a path */
    struct gn_buf text; /* append here, then gn_writer_pass */
};

/* Writes out what was appended, once there is enough of it. Errors: CLOSED
 * (whoever read it went away), IO (disk full among them), NOMEM. */
enum garner_code gn_writer_pass(struct gn_writer *w, struct garner_error *err);

/* As pass, but all of it now. */
enum garner_code gn_writer_flush(struct gn_writer *w, struct garner_error *err);

/* Writes all of text (moved) to a new file with mode, or to stdout for "-".
 * Errors: as with flush. */
enum garner_code gn_writer_put(const char *path, struct gn_buf *text,
                               mode_t mode, struct garner_error *err);

/* Frees the buffer; what was not flushed is gone. */
void gn_writer_fini(struct gn_writer *w);

#endif
