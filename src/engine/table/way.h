/*
 * way.h - whether those who write a table do so in one way.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_TABLE_WAY_H
#define GN_ENGINE_TABLE_WAY_H

#include "config/config.h"
#include "garner/error.h"

/* Whether spec may write the table that first writes. Errors: INVALID (another
 * key, another way, or a table that is written as a whole). */
enum garner_code gn_way_check(const struct gn_rows_spec *first,
                              const struct gn_rows_spec *spec,
                              struct garner_error *err);

#endif
