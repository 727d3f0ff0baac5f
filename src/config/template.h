/*
 * template.h - {name} in a URL, and in what else a request sends, replaced by a
 * variable's value. What stands in the text in place of secrets (NULL: there
 * are none) is left as it is: what is sent has to be what is hidden. Pure.
 */
#ifndef GN_CONFIG_TEMPLATE_H
#define GN_CONFIG_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/config.h"
#include "config/secret.h"
#include "garner/error.h"

/* Puts text with each {name} replaced by the value of that name, in %XX where a
 * URL needs it, into *out: text itself if it has none, else a copy in memory.
 * Braces around what is no name are left alone. Errors: INVALID (no such
 * name), NOMEM. */
enum garner_code gn_template_fill(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory, const char **out,
                                  struct garner_error *err);

/* text with each {name} of vars replaced by its value as that is: text itself
 * if it has none, else a copy in memory. All other braces are left alone, for
 * what is sent may have some of its own. NULL: no memory. */
const char *gn_template_fill_text(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory);

/* The same for text that is JSON, in its strings alone, but not the names of
 * members; values are escaped. */
const char *gn_template_fill_json(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory);

/* true: {name} is in text. */
bool gn_template_uses(const char *text, const char *name);

/* Bytes of the name (letter or _, then letters, digits or _) text begins with;
 * 0: it begins with none. */
size_t gn_template_name(const char *text);

#endif
