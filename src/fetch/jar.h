/*
 * jar.h - cookies as libcurl takes and lists them: lines of domain, whether its
 * subdomains, too, path, whether over TLS alone, end, name and value, with tabs
 * between. Pure.
 */
#ifndef GN_FETCH_JAR_H
#define GN_FETCH_JAR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes *out (curl_slist_free_all frees it) of lines with a newline each. What
 * is no cookie is left out: libcurl would take some words for orders. false: no
 * memory, *out is NULL. */
bool gn_jar_split(const char *lines, struct curl_slist **out);

/* Makes *out of cookies ("a=b; c=d") that are for host alone, whatever the
 * path. */
bool gn_jar_of_host(const char *cookies, const char *host,
                    struct curl_slist **out);

/* Whether line's cookie has ended by now_s, in seconds since 1970. */
bool gn_jar_is_over(const char *line, int64_t now_s);

/* Whether line's cookie has the name of one of cookies. */
bool gn_jar_has_name(const char *cookies, const char *line);

#endif
