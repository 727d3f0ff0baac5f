/*
 * nextpage.h - from a page to the next one: the same request, of another URL.
 *
 * To its own host (scheme, name and port) all goes that the request says. To
 * another one nothing does that could be a secret: no header, no cookies of its
 * own, no login and no certificate; and what has a body is not sent there.
 *
 * Thread: any.
 */
#ifndef GN_FETCH_NEXTPAGE_H
#define GN_FETCH_NEXTPAGE_H

#include "base/buf.h"
#include "fetch/request.h"
#include "fetch/target.h"
#include "garner/error.h"

/* Makes *out of request, but for next, a URL as a document has it, at base, the
 * URL of that document; url gets the whole of it, with its secrets. Errors:
 * INVALID (next is no URL of http or https, or leads where request may not go;
 * the message is without secrets), NOMEM. */
enum garner_code gn_nextpage(const struct gn_request *request, const char *base,
                             const char *next, struct gn_buf *url,
                             struct gn_target **out, struct garner_error *err);

/* Takes from r what no other host is told. */
void gn_nextpage_bare(struct gn_request *r);

/* The rest is the room's own. */

/* Whether two URLs (CURLU) are of one host: scheme, name and port. */
bool gn_nextpage_same_host(void *a, void *b);

/* Gives url the login of own, if it goes along, and else none. false: no
 * memory. */
bool gn_nextpage_set_login(void *url, void *own, bool along);

#endif
