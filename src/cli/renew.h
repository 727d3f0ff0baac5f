/*
 * renew.h - a collector's file read again while it runs. A bad one changes
 * nothing.
 *
 * Thread: any but the engine's.
 */
#ifndef GN_CLI_RENEW_H
#define GN_CLI_RENEW_H

#include <stddef.h>

#include "base/buf.h"
#include "control/manager.h"
#include "engine/engine.h"

struct gn_renew {
    /* constant */
    struct gn_engine *engine;
    const char *path;         /* of the file */
    const char *store;        /* that it named; NULL: none */
    const char *const *words; /* sources that are meant: gn_config_keep */
    size_t count;
    const struct gn_manager *manager;
    struct garner_store *open_store; /* where values are looked up */
};

/* Reads the file and changes the engine's sources; logs how that went, what is
 * wrong in the file line by line. Appends what has changed to told (NULL: no)
 * as a line. Errors: as gn_prepare_load and gn_engine_reload, and INVALID (it
 * names another store). */
enum garner_code gn_renew(const struct gn_renew *r, struct gn_buf *told,
                          struct garner_error *err);

#endif
