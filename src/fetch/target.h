/*
 * target.h - a request made ready once, to be fetched again and again: parsed,
 * checked and copied.
 *
 * Thread: one at a time.
 */
#ifndef GN_FETCH_TARGET_H
#define GN_FETCH_TARGET_H

#include <stdbool.h>

#include "base/buf.h"
#include "fetch/limiter.h"
#include "fetch/request.h"
#include "fetch/shape.h"
#include "fetch/validator.h"
#include "garner/error.h"

struct gn_target;
struct gn_part;

/* Parses and checks request once (URL, headers without CR or LF, limits) and
 * copies it. Small: a program may hold very many. Errors: INVALID, NOMEM. */
enum garner_code gn_target_new(const struct gn_request *request,
                               struct gn_target **out,
                               struct garner_error *err);
/* The same, and holds what the request has in common with that of like (NULL:
 * none), but for URL and headers, once with it. */
enum garner_code gn_target_new_like(const struct gn_target *like,
                                    const struct gn_request *request,
                                    struct gn_target **out,
                                    struct garner_error *err);
/* From now on it asks for url, with all else as it was made, but for any
 * version and without a limiter: that costs half of making another. Not while a
 * fetch of it is under way; not one that takes cookies of servers. Errors:
 * INVALID, NOMEM; then it is as before. */
enum garner_code gn_target_move(struct gn_target *t, const char *url,
                                struct garner_error *err);
/* Not while a fetch of it is under way; its callback may. NULL is fine. */
void gn_target_free(struct gn_target *t);

/* Whether it can be asked for another version alone: it is a GET that sends no
 * body, and no conditions of its own. */
bool gn_target_may_ask_if(const struct gn_target *t);

/* From now on it asks only for another version than that of v (copied); NULL:
 * for any. Not while a fetch of it is under way; its callback may. false: no
 * memory, it asks for any. */
bool gn_target_ask_if(struct gn_target *t, const struct gn_validators *v);

/* Whether it takes cookies of servers. */
bool gn_target_keeps_cookies(const struct gn_target *t);

/* From now on it sends those of lines (as in a response's cookies, copied),
 * each to where it belongs. Not while a fetch of it is under way; its callback
 * may. false: no memory, some are not sent. */
bool gn_target_set_jar(struct gn_target *t, const char *lines);

/* From now on bodies of its fetches come as fast as l (borrowed; of one thread
 * with all who share it) lets them; NULL: as they do. Not while a fetch of it
 * is under way. */
void gn_target_limit(struct gn_target *t, struct gn_limiter *l);

/* From now on the body of a good answer goes to a file beside path (copied),
 * which the response's callback puts in its place: see gn_response.part; with
 * memory_too, it is in the response as well. NULL: to memory alone. Not while a
 * fetch of it is under way; its callback may. false: no memory, and nothing has
 * changed. */
bool gn_target_save(struct gn_target *t, const char *path, bool memory_too);

/* Its next fetch, and that alone, asks for the rest of a body that part (taken)
 * is the beginning of, as long as its version (gn_response's) is still that; it
 * must be one that may ask, and save to a file alone. Like gn_target_ask_if
 * otherwise, in whose place it comes. false: no memory; part is freed. */
bool gn_target_resume(struct gn_target *t, struct gn_part *part,
                      const char *version);

/* The rest is the room's own. */

/* Makes easy (a CURL handle) ready to fetch t, changing only what differs from
 * *shape, which is brought up to date. easy borrows from t until it is used for
 * another target. Returns a CURLcode; not 0: no memory. */
int gn_target_apply(const struct gn_target *t, void *easy,
                    const struct gn_proxies *proxies, struct gn_shape *shape);

/* What gn_target_save was told; NULL: nothing. */
const char *gn_target_path(const struct gn_target *t);
bool gn_target_needs_memory(const struct gn_target *t);

/* What its fetch goes on with, and the version of that, which are the caller's
 * from now on; NULL: nothing. */
struct gn_part *gn_target_take_part(struct gn_target *t, char **version);

/* Whether a proxy may stand between: t's own, or the environment's. */
bool gn_target_proxied(const struct gn_target *t,
                       const struct gn_proxies *proxies);

/* Whether a handle that fetched t is to be used for nothing else. */
bool gn_target_leaves_traces(const struct gn_target *t);

/* Whether its redirects may lead to no other host. */
bool gn_target_stays(const struct gn_target *t);

/* Whether a redirect ends its fetch, and is followed by another (hop.h). */
bool gn_target_is_led_on(const struct gn_target *t);

/* Whether nobody is asked for it at a private address. */
bool gn_target_is_public_only(const struct gn_target *t);

/* The same once libcurl was led on from a public one. */
bool gn_target_is_led_public_only(const struct gn_target *t);

enum { GN_TARGET_HOST = 80 };

/* Whether location, a URL or a part of one, is of t's host, or of none, such as
 * a file. The host it is of, "" if it is none, is written into host. */
bool gn_target_may_go_to(const struct gn_target *t, const char *location,
                         char host[GN_TARGET_HOST]);

/* Whether the cookie of line, which its jar holds, is to be kept: it is none of
 * its own. */
bool gn_target_keeps_cookie(const struct gn_target *t, const char *line);

/* The URL without user, password and secrets; t's. */
const char *gn_target_url(const struct gn_target *t);

/* true: it has secrets, so that what is told of its fetches has to be hidden.
 */
bool gn_target_hides(const struct gn_target *t);

/* Appends url, of where a fetch of t has led to, without its secrets. */
void gn_target_hide_url(const struct gn_target *t, const char *url,
                        struct gn_buf *out);

/* The same for any text. */
void gn_target_hide(const struct gn_target *t, const char *text,
                    struct gn_buf *out);

/* NULL: none. */
struct gn_limiter *gn_target_limiter(const struct gn_target *t);

/* With defaults filled in; t's. */
const struct gn_fetch_limits *gn_target_limits(const struct gn_target *t);

#endif
