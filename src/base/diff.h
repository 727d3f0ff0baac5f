/*
 * diff.h - what two sequences have in common, and what only one of them has:
 * E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in
 * linear space.
 *
 * Pure. Sequences that have little in common would take time in the square of
 * their length; there it is satisfied with an answer that is right, but perhaps
 * not the shortest.
 */
#ifndef GN_BASE_DIFF_H
#define GN_BASE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_diff {
    const uint32_t *before; /* elements; equal numbers are equal ones */
    size_t before_count;
    const uint32_t *after;
    size_t after_count;
    bool *gone;  /* set: true for each of before that after lacks ... */
    bool *fresh; /* ... and for each of after that before lacks */
};

/* Compares; all that is not gone or fresh is the same in both, in order.
 * Errors: NOMEM, INVALID (more than 2^30 elements). */
enum garner_code gn_diff(const struct gn_diff *d, struct garner_error *err);

#endif
