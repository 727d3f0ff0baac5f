/* store.h - the store that a file names, without all else in it: who only looks
 * for that may lack the secrets of its sources. */
#ifndef GN_CONFIG_STORE_H
#define GN_CONFIG_STORE_H

#include "config/config.h"
#include "garner/error.h"

/* Reads of the file at path what it is called and its store into *config
 * (gn_config_fini frees it; on an error it is empty).
 * Errors: as gn_config_load, and INVALID (it names no store). */
enum garner_code gn_config_load_store(const char *path,
                                      struct gn_config *config,
                                      struct garner_error *err);

#endif
