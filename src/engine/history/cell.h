/*
 * cell.h - a value of a table that may be NULL, where that means there is none.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_HISTORY_CELL_H
#define GN_ENGINE_HISTORY_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"
#include "garner/store.h"
#include "garner/value.h"

/* The integer; NULL if it is not known. */
struct garner_value gn_cell_integer(int64_t integer, bool known);

/* The integer that v is; otherwise, if it is none. */
int64_t gn_cell_integer_or(struct garner_value v, int64_t otherwise);

/* Gives in *out a copy of the text that v is (free it with gn_free), NULL if it
 * is none. false: no memory. */
bool gn_cell_copy(struct garner_value v, char **out);

/* Gives in *out the integer of the row that sql gives; *out stays as it is if
 * there is no row, or it is none. Errors: those of the store. */
enum garner_code gn_cell_ask(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             int64_t *out, struct garner_error *err);

#endif
