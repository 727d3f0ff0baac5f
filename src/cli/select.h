/* select.h - a query on a store, from its SQL to standard output. */
#ifndef GN_CLI_SELECT_H
#define GN_CLI_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/storage.h"
#include "garner/read.h"
#include "garner/store.h"

/* Opens the database at url, which must be there, for reading alone (one in
 * memory: as it must be). 0: no timeout of its own. Errors: as garner_open. */
enum garner_code gn_select_open(const char *url,
                                const struct gn_storage_flags *flags,
                                int64_t timeout_ms, struct garner_store **store,
                                struct garner_error *err);

/* All rows of sql go to output, which is ended. Borrows all. Complains about
 * what goes wrong and returns the exit status. */
enum gn_exit gn_select(struct garner_store *store, const char *sql,
                       const struct garner_value *args, size_t count,
                       int64_t timeout_ms, struct gn_output *output);

/* An output on stdout, as the flags and what stdout is ask for. Complains; NULL
 * then, and *status is set. */
struct gn_output *gn_select_output(const struct gn_format_flags *flags,
                                   bool always_table, enum gn_exit *status);

#endif
