/* csv.c - any bytes as options (the first line) and as CSV: what is read can be
 * written as RFC 4180 says, and reads the same again; and by SQL. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/csv.h"
#include "extract/sandbox.h"
#include "target.h"

static struct gn_sandbox sandbox;

static void run(const char *sql, const char *options, const uint8_t *text,
                size_t size)
{
    sqlite3_stmt *stmt;
    int rc;

    gn_sandbox_arm(&sandbox, 5000);
    GN_CHECK(sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text64(stmt, 1, (const char *)text, size, SQLITE_STATIC,
                        SQLITE_UTF8);
    sqlite3_bind_text(stmt, 2, options, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        GN_CHECK(sqlite3_column_int64(stmt, 0) > 0);
    GN_CHECK(rc == SQLITE_DONE || sqlite3_errmsg(sandbox.db)[0] != '\0');
    sqlite3_finalize(stmt);
}

static void write_field(struct gn_buf *out, const struct gn_csv_field *f)
{
    gn_buf_byte(out, '"');
    for (size_t i = 0; i < f->size; i++) {
        if (f->text[i] == '"')
            gn_buf_byte(out, '"');
        gn_buf_byte(out, f->text[i]);
    }
    gn_buf_byte(out, '"');
}

static void check_again(struct gn_csv *c)
{
    struct gn_buf out = {0};
    struct gn_csv again;

    for (size_t i = 0; i < c->count; i++) {
        gn_buf_text(&out, i > 0 ? "," : "");
        write_field(&out, &c->fields[i]);
    }
    gn_csv_init(&again, gn_buf_cstr(&out), out.size);
    GN_CHECK(gn_csv_next(&again) == GARNER_OK && again.fault == NULL);
    GN_CHECK(again.count == c->count);
    for (size_t i = 0; i < c->count; i++)
        GN_CHECK(again.fields[i].size == c->fields[i].size &&
                 memcmp(again.fields[i].text, c->fields[i].text,
                        c->fields[i].size) == 0);
    GN_CHECK(gn_csv_next(&again) == GARNER_DONE);
    gn_csv_fini(&again);
    gn_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t line = end != NULL ? (size_t)(end - data) : 0;
    const size_t start = end != NULL ? line + 1 : 0;
    char *options = gn_memdup(data, line);
    struct gn_csv c;

    GN_CHECK(options != NULL);
    if (sandbox.db == NULL)
        GN_CHECK(gn_sandbox_open(&sandbox, NULL) == GARNER_OK);
    gn_csv_init(&c, (const char *)data + start, size - start);
    while (gn_csv_next(&c) == GARNER_OK)
        check_again(&c);
    gn_csv_fini(&c);
    run("select i, rec, cells, line, fault from csv_each(?1, "
        "iif(json_valid(?2), ?2, '{\"bad\":\"keep\"}'))",
        options, data + start, size - start);
    run("select i, text from lines_each(?1) where ?2 is not null", options,
        data + start, size - start);
    gn_free(options);
    return 0;
}
