/*
 * trail.h - where a page of a crawl leads to: each of its links, and what would
 * become of it.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_TRAIL_H
#define GN_CLI_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/one.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "config/config.h"
#include "extract/onward.h"
#include "garner/error.h"

struct gn_trail {
    const struct gn_onward *page; /* borrowed */
    const char **words; /* for each link, what becomes of it: "followed", or why
                           it is not */
    size_t followed;    /* how many are */
    int depth;          /* of all that it leads to */
    bool keeps;         /* the page is not one of which a crawl makes no rows */
};

/* Looks at what answer, a page of source's crawl, leads to: page, which is
 * read. A link to where the crawl begins, to the page itself, or to what an
 * earlier one leads to is followed no more. gn_trail_fini frees it, after an
 * error, too. Errors: INVALID (a pattern is wrong), NOMEM. */
enum garner_code gn_trail_read(const struct gn_source *source,
                               const struct gn_one *answer,
                               const struct gn_onward *page,
                               struct gn_trail *trail,
                               struct garner_error *err);
void gn_trail_fini(struct gn_trail *trail);

/* Prints them in the format asked for, a table for people without one, and on
 * stderr how many are followed. Complains about what goes wrong and gives the
 * exit status. */
enum gn_exit gn_trail_print(const struct gn_trail *trail, const char *source,
                            const struct gn_format_flags *format);

#endif
