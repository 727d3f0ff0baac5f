/*
 * roster.h - the configured sources made ready for work: checked, with their
 * tables, and with what the store remembers of them.
 *
 * Thread: the one that starts the engine.
 */
#ifndef GN_ENGINE_ROSTER_H
#define GN_ENGINE_ROSTER_H

#include "config/config.h"
#include "engine/host/hosts.h"
#include "engine/job.h"
#include "engine/table/table.h"

struct gn_roster {
    struct gn_active **actives; /* each one's own memory */
    size_t count;
    bool has_work; /* for workers: some source makes rows, or is matched */
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

/* Puts the source before the reason in err, and its place in config's file:
 * line, or where it begins (0). Returns the reason's code. */
enum garner_code gn_roster_blame(const struct gn_config *config,
                                 const struct gn_source *source, int line,
                                 struct garner_error *err);

/* What it does for one source, for those that come later; config is where that
 * is. Errors name it. */

/* Makes *out of source (borrowed): what it asks for, no tables yet. What it
 * asks for like another (like; NULL: none), both hold once. */
enum garner_code gn_active_new(const struct gn_config *config,
                               const struct gn_source *source,
                               const struct gn_active *like,
                               struct gn_active **out,
                               struct garner_error *err);
/* NULL is fine. */
void gn_active_free(struct gn_active *active);

/* Checks its SQL, unless before (NULL: none) shares it. Any thread. */
enum garner_code gn_roster_check(const struct gn_config *config,
                                 const struct gn_source *source,
                                 const struct gn_source *before,
                                 struct garner_error *err);

/* Finds its tables, for which it may wait for the store. */
enum garner_code gn_roster_find_tables(struct gn_roster *r,
                                       const struct gn_config *config,
                                       struct gn_active *active,
                                       struct garner_store *store,
                                       struct garner_error *err);

/* Enters count of them in garner_source, and reads what the store remembers.
 * Waits for the store. Any thread, as long as they are no other's. */
enum garner_code gn_roster_enter(struct gn_active *const *actives, size_t count,
                                 struct garner_store *store,
                                 struct garner_error *err);

#endif
