/* endpoint.h - the address of a Unix socket at a path of any length. */
#ifndef GN_CONTROL_ENDPOINT_H
#define GN_CONTROL_ENDPOINT_H

#include <sys/socket.h>
#include <sys/un.h>

#include "garner/error.h"

struct gn_endpoint {
    struct sockaddr_un address; /* to bind, connect and unlink by ... */
    int folder;                 /* ... while this is open; -1: always */
};

/* An address has room for some hundred bytes. A path that is longer is reached
 * through a descriptor of its folder; a name that is too long even so becomes a
 * shorter one, the same each time. Errors: NOTFOUND or IO (the folder). */
enum garner_code gn_endpoint_init(struct gn_endpoint *e, const char *path,
                                  struct garner_error *err);
void gn_endpoint_fini(struct gn_endpoint *e);

#endif
