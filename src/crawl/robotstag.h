/*
 * robotstag.h - what a server says to robots in a header of its answer:
 *
 *     X-Robots-Tag: noindex, nofollow
 *     X-Robots-Tag: otherbot: none, garner: nofollow
 *
 * What stands after a robot's name (or *) is for it, up to the next name; of
 * all that is for us, each word counts. Pure.
 */
#ifndef GN_CRAWL_ROBOTSTAG_H
#define GN_CRAWL_ROBOTSTAG_H

#include <stdbool.h>

struct gn_robotstag {
    bool noindex;  /* the page is not to be kept */
    bool nofollow; /* none of its links is to be followed */
};

/* Reads all such lines of headers, which are "name: value\n" with names in
 * lower case (gn_response's), for who has the product token (gn_robots_token's
 * of fetch/robots.h). */
struct gn_robotstag gn_robotstag_read(const char *headers, const char *token);

#endif
