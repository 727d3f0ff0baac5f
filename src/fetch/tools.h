/*
 * tools.h - what all transfers of a fetcher use.
 *
 * Thread: the loop's only.
 */
#ifndef GN_FETCH_TOOLS_H
#define GN_FETCH_TOOLS_H

#include <openssl/evp.h>
#include <stddef.h>
#include <sys/queue.h>

#include "fetch/shape.h"
#include "fetch/socket.h"
#include "garner/error.h"

struct gn_tools {
    struct gn_sockets *sockets; /* borrowed */
    const char *spool; /* borrowed: where large bodies go; NULL: to memory */
    struct gn_proxies proxies;
    char *without; /* what proxies.without points to, if any */
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    TAILQ_HEAD(, gn_transfer) paused; /* until their limiters admit them */
    size_t paused_count;
};

/* Reads the environment. Errors: NOMEM, IO (no SHA-256). */
enum garner_code gn_tools_init(struct gn_tools *tools,
                               struct gn_sockets *sockets,
                               struct garner_error *err);
void gn_tools_fini(struct gn_tools *tools);

#endif
