/*
 * robots.h - what a robots.txt (RFC 9309) has to say to us. Pure: a text that
 * is asked, without memory of its own.
 *
 * Of its groups, those count that name the caller; without any, those that name
 * garner; without any, those for all ("*"). Of their rules that match a path,
 * the longest decides, "allow" if two are as long. Paths are compared as RFC
 * 9309 section 2.2.2 says: however a character is written, plain or percent-
 * encoded, it is the same one, unless that makes a difference in a URL.
 * "*" is any text, "$" at the end the end. What is no record is passed over;
 * only the first GN_ROBOTS_MAX bytes are read.
 */
#ifndef GN_FETCH_ROBOTS_H
#define GN_FETCH_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/response.h"

enum {
    GN_ROBOTS_MAX = 500 << 10,
    GN_ROBOTS_TOKEN = 64, /* bytes of a product token, the NUL among them */
};
/* No Crawl-delay is obeyed beyond this. */
#define GN_ROBOTS_DELAY_MAX_MS INT64_C(3600000)

struct gn_robots_verdict {
    bool allowed;
    int line;         /* of the rule that decided; 0: none did */
    const char *rule; /* its path as it stands there; within the text */
    size_t rule_size;
    int64_t delay_ms; /* Crawl-delay of these groups, at most
                         GN_ROBOTS_DELAY_MAX_MS; 0: none */
};

/* The product token that a User-Agent begins with; "" for one without. NULL:
 * garner's own User-Agent. */
void gn_robots_token(const char *user_agent, char token[GN_ROBOTS_TOKEN]);

/* What size bytes at text say to who has the token about path, which is the
 * URL's with its query ("/a?b=c"); "" is "/". */
void gn_robots_ask(const char *text, size_t size, const char *token,
                   const char *path, struct gn_robots_verdict *out);

/* The next Sitemap from *at on (0 at first), which moves behind it; false:
 * there is no other. */
bool gn_robots_sitemap(const char *text, size_t size, size_t *at,
                       const char **url, size_t *url_size);

/* What the answer to /robots.txt means (RFC 9309 section 2.3.1). */
enum gn_robots_access {
    GN_ROBOTS_RULES,       /* its body are the rules */
    GN_ROBOTS_UNAVAILABLE, /* there are none: all is allowed */
    GN_ROBOTS_UNREACHABLE, /* nobody knows: nothing is allowed, or what the
                              rules from before say */
};

/* Too many redirects are as good as no file; 429 is no word on the rules. */
enum gn_robots_access gn_robots_access(enum gn_failure failure, int status);

/* How long such an answer may be used: its max-age, up to a day; a day, if it
 * has none. headers are gn_response's. */
int64_t gn_robots_fresh_ms(const char *headers);

#endif
