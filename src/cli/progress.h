/*
 * progress.h - how a run is doing, as text: the live screen, and one line for a
 * log. Pure.
 *
 * Out of memory shows in gn_buf_failed(out).
 */
#ifndef GN_CLI_PROGRESS_H
#define GN_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cli/estimate.h"
#include "engine/status.h"

/* What there is to show; all borrowed. */
struct gn_progress {
    const struct gn_status *status;
    const char *store;  /* its name for people */
    const char *listen; /* URL of the HTTP door; NULL: none */
    int stops;          /* how often it was told to end */
    double fetches_per_s;
    double rows_per_s;
    struct gn_estimate pages; /* of the URLs of sources that have many */
    struct gn_source_status *sources; /* put in order: failing ones first */
    size_t source_count;              /* of those at hand */
};

/* All that went wrong: fetches, HTTP errors, extractions, writes. */
uint64_t gn_progress_errors(const struct gn_totals *totals);
uint64_t gn_progress_missed(const struct gn_totals *totals);

/* Appends the screen: lines that end in newlines, at most rows of them, each
 * narrower than columns. */
void gn_progress_screen(const struct gn_progress *p, size_t columns,
                        size_t rows, bool color, struct gn_buf *out);

/* Appends the line, without a newline. */
void gn_progress_line(const struct gn_progress *p, struct gn_buf *out);

#endif
