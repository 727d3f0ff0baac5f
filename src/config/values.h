/*
 * values.h - values of a variable that SQL gives, under vars: { sql: ... } in
 * place of a list. Who reads the file says how it is run: here no store is
 * known.
 *
 * Thread: one at a time.
 */
#ifndef GN_CONFIG_VALUES_H
#define GN_CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/tree.h"
#include "config/walk.h"
#include "garner/error.h"

enum { GN_VALUES_MOST = 100000 };

struct gn_values {
    const char **texts;
    size_t count;
};

struct gn_values_way {
    /* Fills *values, in memory, with what sql gives, up to one more than
     * GN_VALUES_MOST. store: what the file says of it; NULL: nothing. */
    enum garner_code (*get)(void *context, const char *store, const char *sql,
                            struct gn_arena *memory, struct gn_values *values,
                            struct garner_error *err);
    void *context;
    bool offline; /* nor is anything else looked at but the file: see
                     gn_scope */
};

/* Puts lists, in memory, in place of what says SQL under vars of source, a
 * source's mapping. way: NULL if it cannot be run. false: noted. */
bool gn_values_fill(struct gn_problems *p, struct gn_node *source,
                    const char *store, const struct gn_values_way *way,
                    struct gn_arena *memory);

#endif
