/* curl_glob.h - the lists and ranges in a URL of curl's, "http://h/{a,b}" and
 * "http://h/[01-12]", as variables of a source. Pure. */
#ifndef GN_CLI_CURL_GLOB_H
#define GN_CLI_CURL_GLOB_H

#include <stddef.h>

#include "base/arena.h"
#include "garner/error.h"

enum { GN_CURL_GLOBS = 8 }; /* in one URL */

struct gn_curl_glob {
    const char *name; /* "part1", "part2" ...; "part1_2" if that is taken */
    const char **values;
    size_t count;
};

/* A URL with them; all in the arena of gn_curl_glob. */
struct gn_curl_globs {
    const char *url; /* with {part1} in place of the first */
    struct gn_curl_glob all[GN_CURL_GLOBS];
    size_t count; /* 0: it has none, and is as it was */
};

/* Takes url apart. What only looks like one of them (an IPv6 address, braces
 * without a comma) is left as it is. Errors: INVALID (it stands for more URLs
 * than a source may have, or a value would not go into the URL as it is),
 * NOMEM.
 * texts, NULL at the end, are what else the source sends: {name} in them is as
 * it stands there, so no variable gets that name. */
enum garner_code gn_curl_glob(const char *url, const char *const *texts,
                              struct gn_arena *memory,
                              struct gn_curl_globs *globs,
                              struct garner_error *err);

#endif
