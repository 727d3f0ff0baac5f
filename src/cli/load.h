/*
 * load.h - the rows of a file into a table, in batches: garner insert and
 * garner upsert, which differ in what becomes of a key that is there.
 */
#ifndef GN_CLI_LOAD_H
#define GN_CLI_LOAD_H

#include "cli/loadflags.h"
#include "cli/options.h"
#include "cli/outcome.h"
#include "config/config.h"

/* Runs such a command: DB TABLE [FILE], its settings struct gn_load_flags. */
enum gn_exit gn_load(const struct gn_call *call, enum gn_conflict conflict);

#endif
