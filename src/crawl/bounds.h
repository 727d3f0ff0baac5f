/*
 * bounds.h - which links a crawl follows: http and https, on the hosts or sites
 * where it began, what its patterns say, not too far from where it began. That
 * robots.txt forbids a URL, and that it was seen, is not asked here.
 *
 * Thread: one at a time. Memory: gn_alloc's; borrows nothing after new.
 */
#ifndef GN_CRAWL_BOUNDS_H
#define GN_CRAWL_BOUNDS_H

#include <stddef.h>

#include "garner/error.h"

enum gn_same {
    GN_SAME_SITE, /* as one of the URLs where it begins: see site.h */
    GN_SAME_HOST, /* the same name or address, and the same port; 80 for http
                     is the same as 443 for https */
    GN_SAME_ANY,
};

struct gn_bounds_rules {
    enum gn_same same;
    /* Regular expressions (base/pattern.h), looked for in the URL. */
    const char *const *allow; /* one is there; allow_count of them, 0: all are
                                 allowed */
    size_t allow_count;
    const char *const *deny; /* none is there */
    size_t deny_count;
    int depth; /* most links away from a start, which is at 0; -1: any */
};

/* Why a URL is not within; the first reason, in this order. */
enum gn_bounds_answer {
    GN_BOUNDS_WITHIN,
    GN_BOUNDS_NO_URL, /* no http or https URL, or one with a user in it */
    GN_BOUNDS_DEPTH,
    GN_BOUNDS_ELSEWHERE, /* another host or site */
    GN_BOUNDS_NOT_ALLOWED,
    GN_BOUNDS_DENIED,
};

struct gn_bounds;

/* starts are start_count URLs. Errors: INVALID (a start is no URL; a pattern is
 * wrong, says which and where), NOMEM. */
enum garner_code gn_bounds_new(const struct gn_bounds_rules *rules,
                               const char *const *starts, size_t start_count,
                               struct gn_bounds **out,
                               struct garner_error *err);
/* NULL is fine. */
void gn_bounds_free(struct gn_bounds *b);

/* Whether url, in the form of base/urlnorm.h, is within when it is depth links
 * away. Also for what a fetch was redirected to. What a crawl begins with need
 * not be asked. Errors: INVALID (a pattern takes too many steps on this URL:
 * which one), NOMEM. */
enum garner_code gn_bounds_ask(struct gn_bounds *b, const char *url, int depth,
                               enum gn_bounds_answer *answer,
                               struct garner_error *err);

/* The answer as a word for logs and tables: "within", "elsewhere". */
const char *gn_bounds_word(enum gn_bounds_answer answer);

#endif
