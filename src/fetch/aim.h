/*
 * aim.h - where a target goes: its URL, parsed, and the same as it may be told,
 * without user, password and secrets.
 *
 * Thread: one at a time.
 */
#ifndef GN_FETCH_AIM_H
#define GN_FETCH_AIM_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

struct gn_aim {
    char *whole;    /* the URL, as libcurl is told it; may be shown */
    char *shown;    /* without user, password and secrets */
    char **secrets; /* NULL at the end; NULL: none */
};

/* Copies secrets (NULL at the end, or NULL) into aim, which has none. Errors:
 * NOMEM. */
enum garner_code gn_aim_keep(struct gn_aim *aim, const char *const *secrets,
                             struct garner_error *err);

/* Parses, checks and copies url (NULL is refused, too) into aim, which has
 * none. On an error it is to be dropped. Errors: INVALID, NOMEM. */
enum garner_code gn_aim_take(struct gn_aim *aim, const char *url,
                             struct garner_error *err);

/* Frees the URL; its secrets stay. */
void gn_aim_drop(const struct gn_aim *aim);
/* Frees those, too. */
void gn_aim_fini(const struct gn_aim *aim);

/* Whether it is https. */
bool gn_aim_is_secure(const struct gn_aim *aim);

/* Whether it names a user. */
bool gn_aim_has_user(const struct gn_aim *aim);

/* Its host, as in a URL; free with curl_free. NULL: no memory. */
char *gn_aim_host(const struct gn_aim *aim);

/* Whether location, a URL or a part of one, is of its host, or of none, such as
 * a file. The host it is of, "" if it is none, is written into host. */
bool gn_aim_has_host_of(const struct gn_aim *aim, const char *location,
                        char *host, size_t room);

/* Appends url, or any text, without the secrets. */
void gn_aim_hide_url(const struct gn_aim *aim, const char *url,
                     struct gn_buf *out);
void gn_aim_hide(const struct gn_aim *aim, const char *text,
                 struct gn_buf *out);

#endif
