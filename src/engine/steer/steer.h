/*
 * steer.h - what people ask of sources at work: to be paused, to go on, to be
 * fetched now, and how they stand.
 *
 * A pattern is a source's name, a glob(7) of names, or a tag. Thread: any.
 */
#ifndef GN_ENGINE_STEER_STEER_H
#define GN_ENGINE_STEER_STEER_H

#include "base/buf.h"
#include "engine/roster.h"
#include "engine/state.h"

/* Whether pattern means a source of r, be it one that is changing. */
bool gn_steer_has(struct gn_flow *f, const struct gn_roster *r,
                  const char *pattern);

/* Pauses the sources that the count patterns name, or lets them go on, and
 * marks them in the store, for which it may wait. Appends "NAME\n" of each to
 * told. Errors: NOTFOUND (a pattern that names none; nothing is done), BUSY
 * (the engine starts or ends, or one of them is changing with the file), those
 * of the store (they are paused for now). */
enum garner_code gn_steer_pause(struct gn_flow *f, const struct gn_roster *r,
                                const char *const *patterns, size_t count,
                                bool paused, struct gn_buf *told,
                                struct garner_error *err);

/* Has them fetched now, whatever their schedules say; whole: the whole answer,
 * whatever its version. One that is under way ends first. Appends "NAME\tN\n",
 * the number to look for in gn_standing.asked. Errors: NOTFOUND, BUSY. */
enum garner_code gn_steer_ask(struct gn_flow *f, const struct gn_roster *r,
                              const char *const *patterns, size_t count,
                              bool whole, struct gn_buf *told,
                              struct garner_error *err);

/* Fills *standing with how the source of this name stands. Errors: NOTFOUND. */
enum garner_code gn_steer_look(struct gn_flow *f, const struct gn_roster *r,
                               const char *name, struct gn_standing *standing,
                               struct garner_error *err);

#endif
