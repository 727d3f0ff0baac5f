/* names.h - a list of names, each a copy. Thread: one at a time. */
#ifndef GN_ENGINE_TABLE_NAMES_H
#define GN_ENGINE_TABLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty list. */
struct gn_names {
    char **all;
    size_t count;
};

/* Frees the names; the list is empty again. */
void gn_names_fini(struct gn_names *names);

/* Appends a copy of name. false: no memory; the list is as it was. */
bool gn_names_add(struct gn_names *names, const char *name);

/* As SQLite compares the names of columns: without regard to case (of ASCII
 * letters). */
bool gn_names_has(const struct gn_names *names, const char *name);

#endif
