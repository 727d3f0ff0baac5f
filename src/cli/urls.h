/* urls.h - which URLs of a source with many have failed: SQL. */
#ifndef GN_CLI_URLS_H
#define GN_CLI_URLS_H

/* f, a row of garner_frontier of the source s, in its last pass. Those that
 * robots.txt forbids, or that lead out of a crawl, have not failed. */
#define GN_URLS_FAILED                                                         \
    "f.pass = s.pass and f.failure is not null and f.failure <> 'redirect'"    \
    " and not (f.failure = 'robots' and f.depth > 0)"

#endif
