/* prepare.h - a configuration with all that can be known to be wrong of it
 * before anything is fetched or made: its file, and its SQL. */
#ifndef GN_CLI_PREPARE_H
#define GN_CLI_PREPARE_H

#include "base/buf.h"
#include "config/config.h"
#include "config/values.h"
#include "extract/rowset.h"
#include "garner/error.h"

/* Reads the file at path into *config and prepares its SQL (gn_config_fini
 * frees it; on an error it is empty). values: as for gn_config_load_with. What
 * is wrong goes into problems as "FILE:LINE:COLUMN: what; what to do" lines,
 * *err has the first. Errors: INVALID, NOTFOUND or IO (no such file, not
 * readable), NOMEM. */
enum garner_code gn_prepare_load(const char *path,
                                 const struct gn_values_way *values,
                                 struct gn_config *config,
                                 struct gn_buf *problems,
                                 struct garner_error *err);

/* Prepares the SQL of a configuration that is made of flags. Errors: SQL,
 * INVALID (no key column among the SQL's), NOMEM. */
enum garner_code gn_prepare_sql(const struct gn_config *config,
                                struct garner_error *err);

/* Appends a line for each SQL of config: its place in the file, its source and
 * table, and its columns, those of the key with a star. Errors: as
 * gn_prepare_sql. */
enum garner_code gn_prepare_tell(const struct gn_config *config,
                                 struct gn_buf *text, struct garner_error *err);

/* Gives in *columns (free with gn_rowset_fini) the column names of a source's
 * first SQL. Errors: as gn_prepare_sql. */
enum garner_code gn_prepare_columns(const struct gn_source *source,
                                    struct gn_rowset *columns,
                                    struct garner_error *err);

#endif
