/* queue.h - the statement that takes a record, for those who want to see
 * how it is run. */
#ifndef GN_STORE_RECORD_QUEUE_H
#define GN_STORE_RECORD_QUEUE_H

#include "garner/record.h"
#include "store/record/filter.h"

/* Appends the statement that gives the next record out at now_us, with lease as
 * its number. options has no zero in place of a default. */
void gn_record_queue_take(struct gn_record_sql *sql, const char *collection,
                          const struct garner_pop_options *options,
                          int64_t lease, int64_t now_us);

#endif
