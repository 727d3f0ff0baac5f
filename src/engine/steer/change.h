/*
 * change.h - what another configuration changes about the sources at work on an
 * engine's loops: which stay, which go, and those that come, made ready.
 *
 * One that is to go is at work until its jobs have settled. What the
 * configuration before has come in its place may be changed until then.
 *
 * Thread: any, one at a time; nobody else changes the rosters meanwhile.
 */
#ifndef GN_ENGINE_STEER_CHANGE_H
#define GN_ENGINE_STEER_CHANGE_H

#include "config/config.h"
#include "engine/status.h"
#include "engine/steer/turnover.h"

/* A source that comes. */
struct gn_newcomer {
    struct gn_active *active;
    size_t loop;              /* where to */
    struct gn_present *after; /* comes in its place; NULL: at once */
    bool taken;               /* active is no more the change's */
};

/* A source as it is now. */
struct gn_present {
    struct gn_active *active; /* at work ... */
    size_t at;                /* ... on this loop */
    struct gn_active *last; /* as the configuration before has it: active, what
                               is to come in its place, or NULL */
    size_t loop;            /* last's */
    bool stays;             /* last does */
    struct gn_newcomer *next;   /* comes in its place; NULL: none */
    struct gn_active *replaced; /* last, if it never came; the change's */
};

/* All zero is none. */
struct gn_change {
    struct gn_turnover *const *loops;
    const struct gn_config *shares; /* one for each */
    size_t loop_count;
    struct gn_present *present; /* by name */
    size_t present_count;
    struct gn_newcomer *newcomers;
    size_t newcomer_count;
};

/* Compares the shares of a configuration with the sources at work on the count
 * loops (all borrowed), by name, identity and loop, and makes those that come:
 * their requests and SQL are checked. *changes, all zero, is filled in. Errors:
 * INVALID (the message names the source), NOMEM; gn_change_fini even so. */
enum garner_code gn_change_plan(struct gn_change *c,
                                struct gn_turnover *const *loops,
                                const struct gn_config *shares, size_t count,
                                struct gn_changes *changes,
                                struct garner_error *err);

/* Tables of a loop's sources that go stand in nobody's way from now on, be it
 * with another key, or as another's. undo: they do again. That loop's thread.
 */
void gn_change_free_tables(const struct gn_change *c, size_t loop, bool undo);

/* Makes it on a loop: its sources that are to go do so, those that come at once
 * are put into entry, which has room. That loop's thread. */
void gn_change_make(struct gn_change *c, size_t loop, struct gn_entry *entry);

/* Frees those who do not come. */
void gn_change_fini(struct gn_change *c);

#endif
