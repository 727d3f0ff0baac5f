/* build.h - a configuration from the command line: URLs that share one set of
 * flags. */
#ifndef GN_CONFIG_BUILD_H
#define GN_CONFIG_BUILD_H

#include <stddef.h>

#include "config/config.h"
#include "config/crawlbuild.h"
#include "garner/error.h"

/* Only borrowed; all zero but urls is a fetch of each, once. */
struct gn_build {
    const char *const *urls;
    size_t url_count;
    const char *store; /* NULL: not said */
    /* of each source; its url is not looked at, a body without a size of 0 is
     * copied */
    struct gn_request request;
    struct gn_spec schedule;
    struct gn_rows_spec rows;  /* sql NULL: none; table NULL: rows are not
                                  stored */
    const struct gn_var *vars; /* fill {name} in URLs, as in the file */
    size_t var_count;
    enum garner_ack ack;
    bool unconditional;  /* as in struct gn_source ... */
    bool allows_private; /* ... the same */
    struct gn_backoff retry;
    const struct gn_build_crawl *crawl; /* urls are where it begins, all of one
                                           source; NULL: a fetch of each */
};

/* Makes *config of copies (gn_config_fini frees it; on an error it is empty).
 * A source is named by its URL without password; the second of one URL gets
 * " (2)" behind it, and so on. A crawl is named by its URLs in the form of
 * base/urlnorm.h, a space between them: so the same ones are the same crawl.
 * Of what is too long for a name there is the beginning, then "~" and a hash of
 * all of it.
 * Errors: INVALID (a value; the message names it), NOMEM. */
enum garner_code gn_config_build(const struct gn_build *build,
                                 struct gn_config *config,
                                 struct garner_error *err);

#endif
