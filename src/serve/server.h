/*
 * server.h - the small HTTP door: /healthz, /status.json, /metrics, read-only.
 *
 * It runs on a thread of its own and asks a view for numbers, so it needs no
 * engine, and no client can make the engine wait.
 */
#ifndef GN_SERVE_SERVER_H
#define GN_SERVE_SERVER_H

#include <stddef.h>

#include "engine/status.h"
#include "garner/error.h"

struct gn_server;

/* What is served. Called on the server's thread; each must be short, like
 * gn_engine_status and gn_engine_sources, which it is made of. */
struct gn_server_view {
    void *context;
    void (*status)(void *context, struct gn_status *status);
    size_t (*sources)(void *context, size_t first,
                      struct gn_source_status *lines, size_t max);
};

struct gn_server_options {
    const char *listen;     /* "127.0.0.1:8765"; port 0: any free one */
    const char *token_file; /* NULL: no token is asked for */
};

/* Listens and serves from now on. Copies options and view; view->context is
 * borrowed until the close. Without a token file it listens only on addresses
 * of this machine, and answers only requests addressed to those (so that no
 * web page can read it through a name that resolves here).
 * Errors: INVALID (address, token file, an address others can reach without a
 * token file), NOTFOUND (token file), IO (port in use, no permission), NOMEM.
 */
enum garner_code gn_server_open(const struct gn_server_options *options,
                                const struct gn_server_view *view,
                                struct gn_server **out,
                                struct garner_error *err);

/* "http://127.0.0.1:8765", with the port it really has. Lives as long as s. */
const char *gn_server_url(const struct gn_server *s);

/* Ends the connections and the thread. NULL is fine. */
void gn_server_close(struct gn_server *s);

#endif
