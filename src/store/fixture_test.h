/*
 * fixture_test.h - what the tests of this room share: a folder of their own, a
 * foreign connection (raw SQLite, as the sqlite3 shell would be), and short
 * forms of what they do all the time. Tests only.
 */
#ifndef GN_STORE_FIXTURE_TEST_H
#define GN_STORE_FIXTURE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/batch.h"
#include "store/driver/run.h"
#include "store/driver/sqlite.h"

#define SECONDS(n) (gn_clock_monotonic_ns() + (n)*INT64_C(1000000000))
#define TEST(f)    cmocka_unit_test_setup_teardown(f, fixture_up, fixture_down)
#define UNUSED     __attribute__((unused))

/* Of the running test. */
static struct {
    char folder[64];
    char db[96];
} fixture;

static UNUSED int fixture_up(void **state)
{
    /* Memory, so that the tests do not wait for a disk. */
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)state;
    snprintf(fixture.folder, sizeof fixture.folder, "%s/garner-XXXXXX", base);
    if (mkdtemp(fixture.folder) == NULL)
        return -1;
    snprintf(fixture.db, sizeof fixture.db, "%s/t.db", fixture.folder);
    return 0;
}

static UNUSED int fixture_down(void **state)
{
    DIR *folder = opendir(fixture.folder);
    struct dirent *entry;
    char path[400];

    (void)state;
    gn_mem_fail_at(0);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", fixture.folder, entry->d_name);
        (void)unlink(path);
    }
    if (folder != NULL)
        closedir(folder);
    return rmdir(fixture.folder);
}

/* --- a foreign connection --------------------------------------------------
 */

static UNUSED sqlite3 *foreign_open(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(fixture.db, &db), SQLITE_OK);
    return db;
}

static UNUSED void foreign_close(sqlite3 *db)
{
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static UNUSED void foreign_run(sqlite3 *db, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static UNUSED int64_t foreign_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t number;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    number = sqlite3_column_int64(stmt, 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return number;
}

/* The first column of all rows, as "a,b,c". */
static UNUSED const char *foreign_text(const char *sql)
{
    static char text[4096];
    sqlite3 *db = foreign_open();
    sqlite3_stmt *stmt;
    size_t n = 0;

    text[0] = '\0';
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW && n < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                              n > 0 ? "," : "", sqlite3_column_text(stmt, 0));
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    foreign_close(db);
    return text;
}

/* Whether a foreign connection can have the log start anew: no snapshot is in
 * its way. */
static UNUSED bool nobody_reads(void)
{
    sqlite3 *db = foreign_open();
    int rc;

    foreign_number(db,
                   "select count(*) from sqlite_schema"); /* finds the log */
    rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL,
                                   NULL);
    foreign_close(db);
    return rc == SQLITE_OK;
}

/* --- a connection of ours --------------------------------------------------
 */

static UNUSED struct gn_sqlite_options writer_options(void)
{
    return (struct gn_sqlite_options){
        .path = fixture.db,
        .writer = true,
        .create = true,
        .statements = 16,
        .wal_bytes = (size_t)1 << 20,
        .deadline_ns = SECONDS(20),
    };
}

static UNUSED struct gn_sqlite *open_writer(void)
{
    const struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *c;
    struct garner_error err;

    if (gn_sqlite_open(&options, &c, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    gn_sqlite_set_busy_deadline(c, SECONDS(20));
    return c;
}

static UNUSED struct gn_sqlite *open_reader(void)
{
    struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *c;

    options.writer = false;
    options.create = false;
    assert_int_equal(gn_sqlite_open(&options, &c, NULL), GARNER_OK);
    return c;
}

/* Runs sql on a connection of ours, outside a transaction. */
static UNUSED void run(struct gn_sqlite *c, const char *sql)
{
    struct gn_statement s;
    struct garner_result result = {0};
    struct garner_error err;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_run_one(c, &s, &result, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* --- a ticket with up to four statements without arguments -----------------
 */

struct note {
    struct gn_ticket ticket;
    struct gn_statement statements[4];
    struct garner_error err;
};

static UNUSED struct gn_ticket *note_init(struct note *n,
                                          const char *const *sql, size_t count)
{
    *n = (struct note){0};
    for (size_t i = 0; i < count; i++) {
        gn_statement_init(&n->statements[i], sql[i], NULL, 0);
        n->ticket.bytes += gn_statement_bytes(&n->statements[i]);
        if (i > 0)
            n->statements[i - 1].next = &n->statements[i];
    }
    n->ticket.statements = count > 0 ? n->statements : NULL;
    n->ticket.count = count;
    n->ticket.deadline_ns = SECONDS(20);
    n->ticket.err = &n->err;
    return &n->ticket;
}

#define NOTE(n, ...)                                                           \
    note_init((n), (const char *const[]){__VA_ARGS__},                         \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
