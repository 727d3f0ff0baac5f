/*
 * api.h - how the engine is doing, as JSON (docs/http.md has each field). Pure.
 */
#ifndef GN_SERVE_API_H
#define GN_SERVE_API_H

#include <stddef.h>

#include "base/buf.h"
#include "engine/status.h"

/* Appends one JSON object and a newline to out; lines are those of
 * line_count sources, from the one at index first. Out of memory shows in
 * gn_buf_failed(out). */
void gn_api_status(const struct gn_status *status,
                   const struct gn_source_status *lines, size_t first,
                   size_t line_count, struct gn_buf *out);

#endif
