/* skipped.h - what was left out of a document, as its reader was told to. */
#ifndef GN_EXTRACT_SKIPPED_H
#define GN_EXTRACT_SKIPPED_H

#include <stddef.h>
#include <stdint.h>

/* Records of CSV. */
struct gn_csv_skipped {
    int64_t count;     /* those of the body once, however often it is read */
    size_t line;       /* where the first begins */
    const char *fault; /* what is wrong with it; static */
};

#endif
