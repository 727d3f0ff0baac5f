/*
 * roster.h - the configured sources made ready for work: checked, with their
 * tables, and with what the store remembers of them.
 *
 * Thread: the one that starts the engine.
 */
#ifndef GN_ENGINE_ROSTER_H
#define GN_ENGINE_ROSTER_H

#include "config/config.h"
#include "engine/hosts.h"
#include "engine/job.h"
#include "engine/table.h"

struct gn_roster {
    struct gn_active *actives;
    size_t count;
    bool has_work;  /* for workers: some source makes rows, or is matched */
    bool has_hooks; /* somebody is to hear of one */
    struct gn_tables *tables;
    struct gn_hosts hosts;
};

/* Makes garner's tables, brings garner_source up to date, and checks every
 * source of config (borrowed until closed). Close it on an error, too. Errors:
 * INVALID (the message names the source), those of the store, NOMEM. */
enum garner_code gn_roster_open(struct gn_roster *r, struct garner_store *store,
                                const struct gn_config *config,
                                struct garner_error *err);
void gn_roster_close(struct gn_roster *r);

#endif
