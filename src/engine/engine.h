/*
 * engine.h - the collector: schedule -> fetch -> extract -> store.
 *
 * It has one event loop or several, among which the hosts of its sources are
 * divided (share.h).
 *
 * Thread: gn_engine_run on one (it starts the others); stop and status from
 * any.
 */
#ifndef GN_ENGINE_ENGINE_H
#define GN_ENGINE_ENGINE_H

#include <stddef.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/options.h"
#include "engine/status.h"
#include "garner/error.h"
#include "garner/store.h"

struct gn_engine;

/* Makes the tables it needs in store, reads what earlier runs left there, and
 * checks each source (URL, SQL). Borrows store and config until freed.
 * Errors: INVALID (a source; the message names it), UNSUPPORTED (tables of a
 * newer garner), those of the store, NOMEM, IO. */
enum garner_code gn_engine_new(struct garner_store *store,
                               const struct gn_config *config,
                               const struct gn_engine_options *options,
                               struct gn_engine **out,
                               struct garner_error *err);
/* What the store still holds of its work is its own: it may be closed before or
 * after. Waits for the SQL that runs. NULL is fine. */
void gn_engine_free(struct gn_engine *e);

/* Works until stopped, or until nothing is due any more (sources without a
 * schedule, once, run_for_ms). Everything fetched by then is stored and synced.
 * Errors: TIMEOUT (the drain's deadline passed: what was still under way is
 * recorded as canceled), CANCELED (stopped twice), those of the store. */
enum garner_code gn_engine_run(struct gn_engine *e, struct garner_error *err);

/* First call: no new fetches, those under way are finished within drain_ms.
 * Second: those under way are canceled. Any thread, not a signal handler. */
void gn_engine_stop(struct gn_engine *e);

/* What people ask of its sources while it runs: see steer.h. What some of them
 * refuse, of another loop, others may have done. Any thread. */
enum garner_code gn_engine_pause(struct gn_engine *e,
                                 const char *const *patterns, size_t count,
                                 bool paused, struct gn_buf *told,
                                 struct garner_error *err);
enum garner_code gn_engine_ask(struct gn_engine *e, const char *const *patterns,
                               size_t count, bool whole, struct gn_buf *told,
                               struct garner_error *err);
enum garner_code gn_engine_look(struct gn_engine *e, const char *name,
                                struct gn_standing *standing,
                                struct garner_error *err);

/* Changes its sources to those of config, which it takes: see reload.h
 * and regroup.h. Any
 * thread but its loops'. */
enum garner_code gn_engine_reload(struct gn_engine *e, struct gn_config *config,
                                  struct gn_changes *changes,
                                  struct garner_error *err);

/* Copies how things are now into *status. Any thread. */
void gn_engine_status(struct gn_engine *e, struct gn_status *status);

/* Copies the lines of up to max sources, from the one at index first, into
 * lines[]; returns how many. Any thread. */
size_t gn_engine_sources(struct gn_engine *e, size_t first,
                         struct gn_source_status *lines, size_t max);

#endif
