/* identity.h - whether a source is the one it was, when its file is read again.
 * Pure. */
#ifndef GN_CONFIG_IDENTITY_H
#define GN_CONFIG_IDENTITY_H

#include <stdint.h>

#include "config/tree.h"
#include "fetch/request.h"

/* A hash of all that the file says of a source: count nodes (NULL: there is
 * none), and the secrets that were filled in. How they are laid out, and where
 * they stand in the file, makes no difference. Never 0. */
uint64_t gn_identity(const struct gn_node *const *nodes, size_t count,
                     const struct gn_request *request);

#endif
