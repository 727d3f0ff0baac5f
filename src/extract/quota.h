/*
 * quota.h - what the SQL of one job may take, and what is said of a job that
 * takes more. Pure.
 */
#ifndef GN_EXTRACT_QUOTA_H
#define GN_EXTRACT_QUOTA_H

#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

/* The longest text or blob that SQLite can have. */
#define GN_QUOTA_LENGTH_MOST INT64_C(1000000000)

/* 0: as the worker has it. */
struct gn_quota {
    int64_t time_ms;
    int64_t memory_bytes; /* of what SQLite allocates at a time */
    int64_t rows_bytes;   /* of all rows of the job */
    int64_t length_bytes; /* of one text or blob that the SQL makes; what it is
                             given may be longer */
};

/* One of them, as the configuration names it. */
enum gn_quota_part {
    GN_QUOTA_TIME,
    GN_QUOTA_MEMORY,
    GN_QUOTA_ROWS,
    GN_QUOTA_LENGTH,
};

/* given, with others' where it has 0. */
struct gn_quota gn_quota_or(const struct gn_quota *given,
                            const struct gn_quota *others);

/* Says that a job of these limits went over one, with row_count rows so far,
 * and the key that raises it: TIMEOUT, or FULL. */
enum garner_code gn_quota_exceeded(const struct gn_quota *limits,
                                   enum gn_quota_part which, size_t row_count,
                                   struct garner_error *err);

#endif
