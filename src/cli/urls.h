/* urls.h - which URLs of a source with many have failed: SQL. */
#ifndef GN_CLI_URLS_H
#define GN_CLI_URLS_H

/* f, a row of garner_frontier of the source s, in its last pass. Those that a
 * crawl left alone have not failed. */
#define GN_URLS_FAILED                                                         \
    "f.pass = s.pass and f.failure is not null and not f.left_alone"

#endif
