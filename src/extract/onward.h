/*
 * onward.h - where a page leads to, and what it asks of those who follow links:
 * what a job finds besides rows.
 *
 * The links are those of SQL, a SELECT with a column url, and if it likes
 * priority (a whole number; NULL is 0), nofollow and sitemap (not 0: see
 * gn_link). A
 * selector stands for such SQL: the links (a, area, link) that it matches, or
 * that are in what it matches.
 *
 * Thread: any. Memory: a page's own, until gn_onward_fini.
 */
#ifndef GN_EXTRACT_ONWARD_H
#define GN_EXTRACT_ONWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "extract/rowset.h"
#include "garner/error.h"

struct gn_link {
    const char *url; /* in the form of base/urlnorm.h */
    size_t size;
    int64_t priority;
    bool nofollow;   /* it is marked so itself, or its page is */
    bool is_sitemap; /* it leads to a sitemap, for gn_onward_sitemap */
};

struct gn_onward {
    const char *sql; /* borrowed */
    bool html_only;  /* a body of another type leads nowhere */

    /* out */
    bool read;             /* all of this is known of the page */
    bool noindex;          /* <meta name="robots">: it is not to be kept ... */
    bool nofollow;         /* ... none of its links is to be followed */
    struct gn_link *links; /* link_count of them, in the SQL's order; one that
                              comes twice is here twice; in memory */
    size_t link_count;
    size_t other_count; /* rows that were no http or https URL, left out */
    struct gn_arena memory;
};

/* Frees what was found; sql stays. */
void gn_onward_fini(struct gn_onward *page);

/* true: follow begins as SQL does ("select ", "with "); else it is a selector.
 */
bool gn_onward_is_sql(const char *follow);

/* Appends the SQL that a selector stands for. It is for html_only. */
void gn_onward_selector(const char *selector, struct gn_buf *out);

/* The SQL for a sitemap, or an index of sitemaps: all that it names, with its
 * priority from 0.0 to 1.0 as -5 to 5. */
extern const char gn_onward_sitemap[];

/* Whether a body of this Content-Type (size bytes; 0: it is not known) may be
 * HTML. */
bool gn_onward_is_html(const char *type, size_t size);

/* Whether the columns of rows are those of links. Errors: INVALID. */
enum garner_code gn_onward_check_columns(const struct gn_rowset *rows,
                                         struct garner_error *err);

/* Fills in the links that rows are, seen from base, which may be "". Errors:
 * INVALID (a column is missing), NOMEM. */
enum garner_code gn_onward_take(struct gn_onward *page,
                                const struct gn_rowset *rows, const char *base,
                                struct garner_error *err);

#endif
