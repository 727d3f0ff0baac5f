/*
 * distinct.h - one body that has rows with the same key: the last of them
 * counts. So it does not hang on how the table's database treats them. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_TABLE_DISTINCT_H
#define GN_ENGINE_TABLE_DISTINCT_H

#include <stddef.h>

#include "extract/rowset.h"
#include "garner/error.h"

/* Drops the rows that have the same as a later one in all of the key's columns
 * (key_count of them; 0 drops none); the others stay in their order. Rows with
 * NULL in one are like no other. *dropped: how many went.
 * Errors: NOMEM (rows is as it was). */
enum garner_code gn_distinct(struct gn_rowset *rows, const char *const *key,
                             size_t key_count, size_t *dropped,
                             struct garner_error *err);

#endif
