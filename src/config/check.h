/* check.h - what values must be like, wherever they come from. Pure.
 * Errors: INVALID; the message says what is wrong and what to do, not where. */
#ifndef GN_CONFIG_CHECK_H
#define GN_CONFIG_CHECK_H

#include "config/config.h"
#include "garner/error.h"

enum {
    GN_CHECK_NAME_MAX = 200, /* bytes of a source's name */
    GN_CHECK_REDIRECTS_MAX = 100,
    GN_CHECK_FAILURES_MAX = 1000,
    GN_CHECK_CONCURRENCY_MAX = 1000,
    GN_CHECK_BODIES_MAX = 1000000,
    GN_CHECK_RATIO_MAX = 100000,
    GN_CHECK_BODY_MAX = 1000000000, /* the largest value SQLite holds */
};
/* Of a body that goes to a file. */
#define GN_CHECK_SAVE_MAX INT64_C(1000000000000)

/* A source's name: printable, not too long. */
enum garner_code gn_check_name(const char *name, struct garner_error *err);

/* GET, POST, and what else HTTP calls a token. */
enum garner_code gn_check_method(const char *method, struct garner_error *err);

/* A header's name and value: no line breaks, no colon in the name. */
enum garner_code gn_check_header(const char *name, const char *value,
                                 struct garner_error *err);

/* Text that goes into a header whole, as user_agent does. */
enum garner_code gn_check_line(const char *text, struct garner_error *err);

/* A variable's name: an SQL parameter that garner does not set itself. */
enum garner_code gn_check_var(const char *name, struct garner_error *err);

/* A table of the user's, or a column. */
enum garner_code gn_check_table(const char *name, struct garner_error *err);
enum garner_code gn_check_column(const char *name, struct garner_error *err);

/* The type of a column, like numeric(12,6). */
enum garner_code gn_check_type(const char *type, struct garner_error *err);

/* How rows are written, as a whole. */
enum garner_code gn_check_rows(const struct gn_rows_spec *rows,
                               struct garner_error *err);

/* Whether parent can be that of rows: both are updated by keys, and the key of
 * rows begins with its parent's columns. */
enum garner_code gn_check_parent(const struct gn_rows_spec *rows,
                                 const struct gn_rows_spec *parent,
                                 struct garner_error *err);

/* Fails with code for why, which is wrong with url: that is named, without its
 * password. Returns code. */
enum garner_code gn_check_blame(const char *url, enum garner_code code,
                                const struct garner_error *why,
                                struct garner_error *err);

/* A request as a whole: what only shows when its parts come together, or when
 * it is made ready to be sent. Errors: NOMEM, too. */
enum garner_code gn_check_request(const struct gn_request *request,
                                  struct garner_error *err);

#endif
