/*
 * filter.h - from a struct garner_filter to SQL that selects the ids of
 * the records it names.
 *
 * The text depends on which conditions are set alone, never on their values, so
 * that statements stay prepared. Pure, but for gn_record_filter_explain.
 */
#ifndef GN_STORE_RECORD_FILTER_H
#define GN_STORE_RECORD_FILTER_H

#include <stdint.h>

#include "base/buf.h"
#include "garner/record.h"
#include "garner/value.h"

enum { GN_RECORD_SQL_ARGS = 24 };

/* A statement that grows; all zero is an empty one. Its values are borrowed. */
struct gn_record_sql {
    struct gn_buf text;
    struct gn_buf ids; /* as JSON */
    struct garner_value args[GN_RECORD_SQL_ARGS];
    size_t count;
};

void gn_record_sql_fini(struct gn_record_sql *sql);

/* Appends text with at most one parameter, and its value. */
void gn_record_sql_text(struct gn_record_sql *sql, const char *text);
void gn_record_sql_bind(struct gn_record_sql *sql, const char *text,
                        struct garner_value value);

/* Can filter (may be NULL) be run? Errors: MISUSE, INVALID, NOMEM. */
enum garner_code gn_record_filter_check(const struct garner_filter *filter,
                                        struct garner_error *err);

/* Appends a query of the ids that filter (NULL: all) names, in its order. */
void gn_record_filter_select(struct gn_record_sql *sql, const char *collection,
                             const struct garner_filter *filter);

/* Appends a query of the one that is to be given out at now_us. */
void gn_record_filter_select_due(struct gn_record_sql *sql,
                                 const char *collection,
                                 const struct garner_filter *filter,
                                 int64_t now_us);

/* Why a statement with such a query failed with code and *err (not NULL): as
 * gn_record_tables_explain, and INVALID where it is the filter's words or its
 * expression that cannot be run. */
enum garner_code gn_record_filter_explain(struct garner_store *store,
                                          const struct garner_filter *filter,
                                          enum garner_code code,
                                          struct garner_error *err);

/* Appends ids as a JSON array. */
void gn_record_filter_json(struct gn_buf *json, const int64_t *ids,
                           size_t count);

#endif
