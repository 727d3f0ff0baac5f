/*
 * loop.h - one of an engine's event loops, with its share of the sources: those
 * of some hosts, so that connections, limits of hosts and jobs are its own.
 *
 * Thread: gn_loop_run on one; what steers and asks, any.
 */
#ifndef GN_ENGINE_LOOP_H
#define GN_ENGINE_LOOP_H

#include "base/buf.h"
#include "config/config.h"
#include "engine/options.h"
#include "engine/status.h"
#include "engine/steer/reload.h"
#include "engine/team.h"
#include "garner/error.h"
#include "garner/store.h"

struct gn_loop;

/* Loop number index of team, which it joins; it takes *share, a part of a
 * configuration, in any case. options (borrowed, like store and team) are for
 * it alone. Errors: those of gn_engine_new. */
enum garner_code gn_loop_new(struct garner_store *store,
                             struct gn_config *share,
                             const struct gn_engine_options *options,
                             struct gn_team *team, size_t index,
                             struct gn_loop **out, struct garner_error *err);
/* NULL is fine. */
void gn_loop_free(struct gn_loop *l);

/* See gn_engine_run and gn_engine_stop. *worked: it could start; else the error
 * is why not. */
enum garner_code gn_loop_run(struct gn_loop *l, bool *worked,
                             struct garner_error *err);
void gn_loop_stop(struct gn_loop *l);

/* Whether pattern means one of its sources, be it one that is changing. */
bool gn_loop_has(struct gn_loop *l, const char *pattern);

/* Of its sources: see steer.h. */
enum garner_code gn_loop_pause(struct gn_loop *l, const char *const *patterns,
                               size_t count, bool paused, struct gn_buf *told,
                               struct garner_error *err);
enum garner_code gn_loop_ask(struct gn_loop *l, const char *const *patterns,
                             size_t count, bool whole, struct gn_buf *told,
                             struct garner_error *err);
enum garner_code gn_loop_look(struct gn_loop *l, const char *name,
                              struct gn_standing *standing,
                              struct garner_error *err);

/* By which its share is changed. */
struct gn_reload *gn_loop_reload(struct gn_loop *l);

/* See gn_engine_status and gn_engine_sources. */
void gn_loop_status(struct gn_loop *l, struct gn_status *status);
size_t gn_loop_count(struct gn_loop *l);
size_t gn_loop_sources(struct gn_loop *l, size_t first,
                       struct gn_source_status *lines, size_t max);

#endif
