/*
 * collect.h - a run of the engine from its start to what there is to say at its
 * end: store, engine, HTTP door, live screen and signals put together.
 */
#ifndef GN_CLI_COLLECT_H
#define GN_CLI_COLLECT_H

#include <stdbool.h>

#include "cli/outcome.h"
#include "config/config.h"
#include "engine/engine.h"

struct gn_collect {
    const struct gn_config *config;
    struct garner_store *store;
    const char *store_name; /* as the person wrote it */
    struct gn_engine_options engine;
    const char *listen;     /* address; NULL: no HTTP door */
    const char *token_file; /* NULL: none */
    bool screen;            /* draw on stderr */
    bool json;              /* the log is JSON lines: nothing else on stderr */
    bool summary;           /* say at the end what was stored, and ... */
    const char *again;      /* ... this line, which goes on with URLs that are
                               left; NULL: "the same command" */
    bool finishes; /* it is one pass over URLs: told to end, or out of time,
                      before that is over, it was interrupted */
    /* The file may be read again, of which these sources are meant (none: all);
     * hangup: also when the terminal says that it is gone (SIGHUP), which
     * otherwise ends the run. */
    bool renews;
    bool hangup_renews;
    const char *const *meant;
    size_t meant_count;
    bool fresh; /* what is left of earlier passes is not gone on with */
    bool sole;  /* it is the store's collector: none but one runs,
                   and it can be asked: see duty.h */
    /* Called at the end, before the engine is freed; NULL: none. */
    void (*ended)(void *context, struct gn_engine *engine,
                  const struct gn_config *config);
    void *ended_context;
    bool complain; /* say which sources failed as commands do, beside
                      the engine's log lines */
};

/* Runs until the engine ends or signals end it (gn_signals_block must have been
 * called). Borrows all. Complains about what goes wrong; returns the exit
 * status: FAILED when a source's last run failed or, where no signal ended it,
 * any did; EXPECT if all of those were of answers that were not as expected. */
enum gn_exit gn_collect(const struct gn_collect *collect);

#endif
