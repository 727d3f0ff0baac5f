/*
 * sql.h - short forms of one statement on a connection, for what a store runs
 * on its own account.
 *
 * Thread: the connection's. Memory: all is borrowed.
 */
#ifndef GN_STORE_DRIVER_SQL_H
#define GN_STORE_DRIVER_SQL_H

#include "store/driver/sqlite.h"

/* Runs one statement; *changes (may be NULL) is how many rows it changed.
 * Errors: as garner_exec. */
enum garner_code gn_sql_run(struct gn_sqlite *c, const char *sql,
                            const struct garner_value *args, size_t count,
                            int64_t *changes, struct garner_error *err);

/* The same with the text of the statement made by printf(3)'s rules. Errors:
 * NOMEM, too. */
struct gn_sql_args {
    const struct garner_value *values;
    size_t count;
    int64_t *changes;
};
enum garner_code gn_sql_runf(struct gn_sqlite *c,
                             const struct gn_sql_args *args,
                             struct garner_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The first column of the first row as an integer. NOTFOUND, without a message:
 * there is no row. Errors: as garner_query. */
enum garner_code gn_sql_integer(struct gn_sqlite *c, const char *sql,
                                const struct garner_value *args, size_t count,
                                int64_t *integer, struct garner_error *err);

/* Calls row for each row, with the values of its columns; one that returns
 * another code than OK ends it with that. */
typedef enum garner_code gn_sql_row(void *context,
                                    const struct garner_value *values,
                                    struct garner_error *err);
enum { GN_SQL_COLUMNS = 8 }; /* most that are passed on */
enum garner_code gn_sql_rows(struct gn_sqlite *c, const char *sql,
                             const struct garner_value *args, size_t count,
                             gn_sql_row *row, void *context,
                             struct garner_error *err);

/* work within one transaction, which is synced when OK comes back; else it had
 * no effect (but for a sync that failed: then nobody knows). Errors: IO (the
 * database's file was moved away), too. */
typedef enum garner_code gn_sql_work(void *context, struct gn_sqlite *c,
                                     struct garner_error *err);
enum garner_code gn_sql_transaction(struct gn_sqlite *c, gn_sql_work *work,
                                    void *context, struct garner_error *err);

#endif
