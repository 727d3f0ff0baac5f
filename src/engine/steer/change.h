/*
 * change.h - what another configuration changes about the sources at work:
 * which stay, which go, and those that come, made ready.
 *
 * Thread: any, one at a time; nobody else changes the roster meanwhile.
 */
#ifndef GN_ENGINE_STEER_CHANGE_H
#define GN_ENGINE_STEER_CHANGE_H

#include "engine/roster.h"
#include "engine/state.h"

/* A source as it is now. */
struct gn_present {
    struct gn_active *active;
    bool stays;
    bool has_successor;
};

/* A source that comes. */
struct gn_newcomer {
    struct gn_active *active;
    struct gn_active *before; /* that it succeeds; NULL: none */
};

/* All zero is none. */
struct gn_change {
    struct gn_config *config;
    struct gn_present *present; /* by name */
    size_t present_count;
    struct gn_newcomer *newcomers;
    size_t newcomer_count;
};

/* Compares config (borrowed) with the sources at work, by name and identity,
 * and makes those that come: their requests and SQL are checked. *changes, all
 * zero, is filled in. Errors: INVALID (the message names the source), CLOSED
 * (the engine ends or does not run yet), NOMEM; gn_change_fini even so. */
enum garner_code gn_change_plan(struct gn_flow *f, const struct gn_roster *r,
                                struct gn_config *config, struct gn_change *c,
                                struct gn_changes *changes,
                                struct garner_error *err);

/* Tables of sources that go stand in nobody's way from now on, be it with
 * another key, or as another's. undo: they do again. */
void gn_change_free_tables(const struct gn_change *c, bool undo);

/* made: those who come have come, else they are freed. */
void gn_change_fini(struct gn_change *c, bool made);

#endif
