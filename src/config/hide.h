/* hide.h - which texts of a request came from secrets, and may not be told.
 * Pure. */
#ifndef GN_CONFIG_HIDE_H
#define GN_CONFIG_HIDE_H

#include "base/arena.h"
#include "config/secret.h"
#include "fetch/request.h"

/* Sets request->secrets, in memory, by its URL, which is filled in: what of
 * in_url (the secrets that went into it) stands elsewhere than in the scheme,
 * host and port alone, and those of others that are long enough not to be met
 * by chance (GN_MASK_LONG), and no whole bodies. false: no memory. */
bool gn_hide_secrets(struct gn_request *request, const struct gn_secret *in_url,
                     const struct gn_secret *others, struct gn_arena *memory);

#endif
