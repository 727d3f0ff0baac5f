/*
 * regroup.h - another configuration for all loops of an engine: each gets its
 * share of it, or none does.
 *
 * A source whose host is another now may move to another loop. It goes, and
 * comes there when nothing of it is under way any more, as a changed one does
 * (turnover.h).
 *
 * Thread: any but a loop's.
 */
#ifndef GN_ENGINE_STEER_REGROUP_H
#define GN_ENGINE_STEER_REGROUP_H

#include "config/config.h"
#include "engine/status.h"
#include "engine/steer/reload.h"
#include "engine/team.h"

struct gn_regroup;

/* For the count loops that loops[] (borrowed, as is team) change their shares
 * by. Errors: NOMEM. */
enum garner_code gn_regroup_new(struct gn_reload *const *loops, size_t count,
                                struct gn_team *team, struct gn_regroup **out,
                                struct garner_error *err);

/* Frees the configurations too: after the loops. NULL is fine. */
void gn_regroup_free(struct gn_regroup *g);

/* See gn_engine_reload. One at a time: waits for another to be made, not for
 * what is under way then. */
enum garner_code gn_regroup_change(struct gn_regroup *g,
                                   struct gn_config *config,
                                   struct gn_changes *changes,
                                   struct garner_error *err);

#endif
