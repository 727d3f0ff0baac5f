/*
 * lookup.h - values of a source's variables, looked up in the store by the SQL
 * that its file has for them.
 *
 * Thread: any.
 */
#ifndef GN_CLI_LOOKUP_H
#define GN_CLI_LOOKUP_H

#include <stdbool.h>

#include "config/values.h"
#include "garner/store.h"

/* Where; all zero is the store that the file names, opened for that alone. */
struct gn_lookup {
    struct garner_store *store; /* open already; NULL: not */
    const char *name;           /* of another than the file's; NULL: none */
    bool guesses; /* where no database is yet, one value stands for all */
    bool offline; /* nor is it looked for, nor anything but the file */
};

/* For those who load a configuration; lookup is borrowed. */
struct gn_values_way gn_lookup_way(struct gn_lookup *lookup);

#endif
