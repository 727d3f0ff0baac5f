/* savepath.h - where a source's body is saved: a path with {name}, {date},
 * {time}, {timestamp} and the source's variables in it. Pure. */
#ifndef GN_CONFIG_SAVEPATH_H
#define GN_CONFIG_SAVEPATH_H

#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "garner/error.h"

/* What text, a template, must be like by itself: no control character, no "..",
 * the name of a file at its end. Errors: INVALID. */
enum garner_code gn_savepath_check(const char *text, struct garner_error *err);

/* Puts source->save.path, filled in for a fetch that began at wall_us (UTC),
 * into *out, in memory: relative where that is. A variable goes before a word
 * of ours. A value is part of one name in the path: one with a "/" or a control
 * character is refused, and so is a path that has ".." because of its values.
 * Errors: INVALID (no such name, such a value), NOMEM. */
enum garner_code gn_savepath_fill(const struct gn_source *source,
                                  int64_t wall_us, struct gn_arena *memory,
                                  const char **out, struct garner_error *err);

#endif
