/* sent.h - what a source sends, in words, with its secrets hidden. Pure. */
#ifndef GN_CLI_SENT_H
#define GN_CLI_SENT_H

#include "base/buf.h"
#include "config/config.h"

/* What the store knows of it. */
struct gn_sent {
    const char *url;      /* without password and secrets; of many where they
                             come from */
    const char *etag;     /* of the version it has; "": none */
    const char *modified; /* the same */
};

/* Appends "key <tab> value" lines: method and URL, then with an empty key the
 * headers. What others should not see is "***": a login, cookies. */
void gn_sent_tell(const struct gn_source *source, const struct gn_sent *known,
                  struct gn_buf *out);

#endif
