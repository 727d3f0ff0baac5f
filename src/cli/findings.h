/*
 * findings.h - what was found in a file of sources, line by line, as JSON: for
 * programs. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_FINDINGS_H
#define GN_CLI_FINDINGS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/json.h"

/* The file; its text, where it is known, says which source a line is of. */
struct gn_findings_file {
    const char *path;
    const char *data;
    size_t size;
};

/* Writes an object for each line of lines, of gn_prepare_load and gn_warn:
 * "PATH:LINE:COLUMN: [warning: ][source NAME: ]what", or without a place. Out
 * of memory shows in the buffer. */
void gn_findings_write(const struct gn_findings_file *file, const char *lines,
                       struct gn_json *out);

#endif
