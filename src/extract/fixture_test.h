/* fixture_test.h - a sandbox to run SQL in, and its rows as one text. */
#ifndef GN_EXTRACT_FIXTURE_TEST_H
#define GN_EXTRACT_FIXTURE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "extract/lost_test.h"
#include "extract/sandbox.h"

static struct gn_sandbox sandbox;

static inline int open_sandbox(void **state)
{
    (void)state;
    return gn_sandbox_open(&sandbox, NULL) != GARNER_OK;
}

static inline int close_sandbox(void **state)
{
    (void)state;
    gn_sandbox_close(&sandbox);
    return 0;
}

static inline void append_row(struct gn_buf *out, sqlite3_stmt *stmt)
{
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i);

        gn_buf_text(out, i > 0 ? "|" : "");
        gn_buf_text(out, text != NULL ? text : "~"); /* NULL */
    }
    gn_buf_byte(out, '\n');
}

/* What sql gives for a body of size bytes: its rows, columns between |, or the
 * error. Free with gn_buf_fini. */
static inline struct gn_buf ask_n(const char *sql, const char *body,
                                  size_t size)
{
    sqlite3_stmt *stmt = NULL;
    struct gn_buf out = {0};
    int rc;

    gn_sandbox_arm(&sandbox, 60000);
    rc = sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK && sqlite3_bind_parameter_count(stmt) > 0)
        (void)sqlite3_bind_text64(stmt, 1, body, size, SQLITE_STATIC,
                                  SQLITE_UTF8);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        append_row(&out, stmt);
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_DONE)
        gn_buf_printf(&out, "!%s", sqlite3_errmsg(sandbox.db));
    sqlite3_finalize(stmt);
    return out;
}

static inline void assert_sql_n(const char *sql, const char *body, size_t size,
                                const char *expected)
{
    struct gn_buf out = ask_n(sql, body, size);

    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

/* sql gives exactly these rows for the text body. */
static inline void assert_sql(const char *sql, const char *body,
                              const char *expected)
{
    assert_sql_n(sql, body, strlen(body), expected);
}

struct lost_sql {
    const char *sql;
    const char *body;
    size_t size;
};

static inline bool read_sql(struct gn_buf *out, const void *context)
{
    const struct lost_sql *l = context;

    *out = ask_n(l->sql, l->body, l->size);
    return strstr(gn_buf_cstr(out), "!out of memory") == NULL;
}

/* sql gives these rows for a body of size bytes, or says that there is no
 * memory: at least so often, if it is lost at any moment. */
static inline void assert_sql_lost(const char *sql, const char *body,
                                   size_t size, unsigned least,
                                   const char *expected)
{
    const struct lost_sql lost = {sql, body, size};

    assert_lost(read_sql, &lost, least, expected);
}

/* n times unit; free with gn_buf_fini. */
static inline struct gn_buf many(const char *unit, size_t n)
{
    struct gn_buf text = {0};

    for (size_t i = 0; i < n; i++)
        gn_buf_text(&text, unit);
    return text;
}

#endif
