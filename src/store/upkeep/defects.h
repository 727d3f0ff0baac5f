/*
 * defects.h - what is known to be wrong with a version of SQLite. Pure.
 */
#ifndef GN_STORE_UPKEEP_DEFECTS_H
#define GN_STORE_UPKEEP_DEFECTS_H

#include <stdbool.h>
#include <stddef.h>

struct gn_defect {
    int first; /* versions as sqlite3_libversion_number() has them, from ... */
    int fixed; /* ... on, in which it is mended */
    int mended[2];      /* first of older branches, which have the fix, too */
    const char *what;   /* it does */
    const char *advice; /* what to do about it */
    bool kept_clear;    /* garner does not run into it by itself */
};

/* The defects of a version; the next after each call, from *at on, which is 0
 * at first. NULL: there are no more. */
const struct gn_defect *gn_defect_next(int version, size_t *at);

/* "3.40.1" as 3040001; 0: it is no version. */
int gn_defect_version(const char *text);

#endif
