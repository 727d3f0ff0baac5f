/*
 * home.h - the hosts that the URLs where a crawl begins are of: those that the
 * user has named, and no page. Pure.
 *
 * Thread: any, once made.
 */
#ifndef GN_ENGINE_FRONTIER_HOME_H
#define GN_ENGINE_FRONTIER_HOME_H

#include <stdbool.h>

#include "config/config.h"
#include "garner/error.h"

struct gn_home;

/* Errors: NOMEM. */
enum garner_code gn_home_new(const struct gn_crawl *crawl, struct gn_home **out,
                             struct garner_error *err);
/* NULL is fine. */
void gn_home_free(struct gn_home *home);

/* Whether it has the host of that name (gn_host_name's). */
bool gn_home_has(const struct gn_home *home, const char *name);

/* Whether one of the URLs says itself that it is at a private address. */
bool gn_home_is_private(const struct gn_home *home);

#endif
