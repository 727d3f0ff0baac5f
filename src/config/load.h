/* load.h - a configuration from a file: garner.yaml(5). */
#ifndef GN_CONFIG_LOAD_H
#define GN_CONFIG_LOAD_H

#include <stddef.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/values.h"
#include "garner/error.h"

/* Reads the file at path into *config (gn_config_fini frees it; on an error it
 * is empty). What is wrong in it goes into problems, unless NULL, up to 20
 * "FILE:LINE:COLUMN: what; what to do" lines; *err has the first.
 * Errors: INVALID, NOTFOUND or IO (no such file, not readable), NOMEM. */
enum garner_code gn_config_load(const char *path, struct gn_config *config,
                                struct gn_buf *problems,
                                struct garner_error *err);

/* The same, and values that SQL gives are got that way; NULL: they are refused.
 * If it is offline, no secret and no other file is looked for. */
enum garner_code gn_config_load_with(const char *path,
                                     const struct gn_values_way *values,
                                     struct gn_config *config,
                                     struct gn_buf *problems,
                                     struct garner_error *err);

/* The same without those, and with the file's bytes at hand; path names it in
 * messages, and its folder is where relative paths begin. */
enum garner_code gn_config_parse(const char *path, const char *data,
                                 size_t size, struct gn_config *config,
                                 struct gn_buf *problems,
                                 struct garner_error *err);

#endif
